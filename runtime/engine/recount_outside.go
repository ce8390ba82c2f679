package engine

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"pipewright/rules"
	"pipewright/runtime/org"
	"pipewright/runtime/process"
	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

// What automations have set going counts working time as well and stands outside the records: runs that wait, the tasks they gave, and the
// rungs of those tasks. Each notes how it was counted. What has come already is left to its job; what is past by the new calendar comes now.

// outside counts it anew by the calendars of a directory.
type outside struct {
	e     *Engine
	app   *process.App
	dir   *org.Directory
	now   time.Time
	apply bool
	// days are the calendars of the records, as they were found.
	days map[string]rules.Calendar
}

// countOutside counts anew what stands outside the records of an app, and says of how much the time is another; it is written only if asked.
func (e *Engine) countOutside(ctx context.Context, app *process.App, dir *org.Directory, apply bool) (moved int, err error) {
	o := &outside{e, app, dir, e.instant(), apply, map[string]rules.Calendar{}}
	own := query.Cmp{Col: "app", Op: query.Eq, Value: app.Def.Key}
	jobs := query.And{own, query.In{Col: "kind", Values: []any{jobRung, jobAutomation}}, query.Cmp{Col: "state", Op: query.Eq, Value: jobReady},
		query.Cmp{Col: "due", Op: query.Gt, Value: o.now.UnixMilli()}}
	tasks := query.And{own, query.Cmp{Col: "kind", Op: query.Eq, Value: "todo"}, query.Cmp{Col: "state", Op: query.Eq, Value: process.Open},
		query.Cmp{Col: "dueAt", Op: query.Gt, Value: o.now.UnixMilli()}}
	for _, list := range []struct {
		coll   string
		filter query.Filter
		again  func(context.Context, store.Doc) (*store.Doc, error)
	}{{collJobs, jobs, o.job}, {collTasks, tasks, o.task}} {
		q := query.Query{Filter: list.filter, Limit: backfillPage}
		for {
			page, err := e.store.Query(ctx, list.coll, q)
			if err != nil {
				return moved, err
			}
			for _, d := range page.Docs {
				yes, err := o.move(ctx, list.coll, d, list.again)
				if err != nil {
					return moved, err
				}
				if yes {
					moved++
				}
			}
			if q.After = page.Next; q.After == "" {
				break
			}
		}
	}
	return moved, nil
}

// move writes what becomes of a document, unless it has come or ended meanwhile; again answers none when it stays.
func (o *outside) move(ctx context.Context, coll string, d store.Doc, again func(context.Context, store.Doc) (*store.Doc, error)) (bool, error) {
	for range maxTries {
		next, err := again(ctx, d)
		if err != nil || next == nil || !o.apply {
			return next != nil, err
		}
		err = o.e.store.Replace(ctx, coll, *next, d.Ver)
		if err == nil {
			return true, nil
		}
		if !errors.Is(err, store.ErrConflict) && !errors.Is(err, store.ErrNotFound) && !errors.Is(err, store.ErrUnknown) {
			return false, err
		}
		if d, err = o.e.store.Get(ctx, coll, d.ID); err != nil {
			if errors.Is(err, store.ErrNotFound) {
				return false, nil
			}
			return false, err
		}
	}
	return false, conflict()
}

// instant is when something comes that was to come at an instant; false when that has passed or stays.
func (o *outside) instant(ctx context.Context, c *process.Counted, was time.Time) (time.Time, bool, error) {
	if c == nil || !was.After(o.now) {
		return was, false, nil
	}
	days, err := o.calendar(ctx, c)
	if err != nil {
		return was, false, err
	}
	at := c.Again(o.app, days)
	if at.Before(o.now) {
		at = o.now
	}
	return at, !at.Equal(was), nil
}

// calendar is that of the record whose time it is; of one that is gone, the company's.
func (o *outside) calendar(ctx context.Context, c *process.Counted) (rules.Calendar, error) {
	key := c.Form + "/" + c.Record
	if known, ok := o.days[key]; ok {
		return known, nil
	}
	days := calendarOf(o.app, o.dir, "")
	if form := o.app.Forms[c.Form]; form != nil && c.Record != "" {
		d, err := o.e.store.Get(ctx, RecordCollection(form), c.Record)
		switch {
		case errors.Is(err, store.ErrNotFound):
		case err != nil:
			return nil, err
		default:
			owner, _ := d.Cols["owner"].(string)
			team, _ := d.Cols["team"].(string)
			days = daysOf(o.app, o.dir, owner, team)
		}
	}
	o.days[key] = days
	return days, nil
}

// job is a rung or a run that waits.
func (o *outside) job(ctx context.Context, d store.Doc) (*store.Doc, error) {
	j, err := jobOf(d)
	if err != nil || j.State != jobReady || !j.Due.After(o.now) {
		return nil, err
	}
	if j.Rung != nil {
		at, moves, err := o.instant(ctx, j.Rung.Counted, j.Rung.At)
		if err != nil || !moves {
			return nil, err
		}
		rung := *j.Rung
		rung.At, j.Rung, j.Due = at, &rung, at
		next, err := j.doc(d.Ver + 1)
		return &next, err
	}
	for seq, c := range j.Counted {
		was := j.Waits[seq]
		if !was.Equal(j.Due) {
			continue // over
		}
		at, moves, err := o.instant(ctx, &c, was)
		if err != nil || !moves {
			return nil, err
		}
		if o.apply {
			if err := o.logged(ctx, j.ID, was, at); err != nil {
				return nil, err
			}
		}
		j.Waits[seq], j.Due = at, at
		waitsUntil(j.Acted, was, at)
		next, err := j.doc(d.Ver + 1)
		return &next, err
	}
	return nil, nil
}

// logged shows in the log of a run until when it waits.
func (o *outside) logged(ctx context.Context, run string, was, at time.Time) error {
	for range maxTries {
		d, err := o.e.store.Get(ctx, collRuns, run+"|wait")
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		var b runBody
		if err := json.Unmarshal(d.Body, &b); err != nil {
			return err
		}
		if b.State != "waiting" || !b.Until.Equal(was) {
			return nil
		}
		b.Until = at
		waitsUntil(b.Actions, was, at)
		ver := d.Ver
		d.Ver, d.Cols["at"] = ver+1, max(at.UnixMilli(), b.At.UnixMilli())
		if d.Body, err = marshal(b); err != nil {
			return err
		}
		err = o.e.store.Replace(ctx, collRuns, d, ver)
		if err == nil || !errors.Is(err, store.ErrConflict) && !errors.Is(err, store.ErrNotFound) && !errors.Is(err, store.ErrUnknown) {
			return err
		}
	}
	return conflict()
}

// waitsUntil moves the end of a wait among what a run has done.
func waitsUntil(did []RunAction, was, at time.Time) {
	for i := range did {
		if did[i].Kind == "wait" && did[i].Until.Equal(was) {
			did[i].Until = at
		}
	}
}

// task is one that an automation gave.
func (o *outside) task(ctx context.Context, d store.Doc) (*store.Doc, error) {
	var b taskBody
	if err := json.Unmarshal(d.Body, &b); err != nil {
		return nil, err
	}
	if b.State != process.Open {
		return nil, nil
	}
	at, moves, err := o.instant(ctx, b.Counted, b.DueAt)
	if err != nil || !moves {
		return nil, err
	}
	b.seq(d.Ver)
	b.DueAt = at
	next, err := b.doc(d.ID, d.Ver+1)
	if err == nil && o.apply {
		o.e.live.publish(Change{Kind: "task", User: b.User})
	}
	return &next, err
}
