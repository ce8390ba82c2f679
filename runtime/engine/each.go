package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"

	"pipewright/rules"
	"pipewright/runtime/access"
	"pipewright/runtime/org"
	"pipewright/runtime/process"
	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

// eachPage is how many records of a tick are read, and noted in its job, at once.
const eachPage = 200

// runTick runs a cron automation: once, or once for each record that its filter finds.
func (e *Engine) runTick(ctx context.Context, j *job) error {
	entry, err := e.store.Get(ctx, collSchedules, j.Ledger)
	if err != nil {
		return err
	}
	// One that failed for good is here again because an admin took it in hand.
	if state := entry.Cols["state"]; state != tickFired && state != tickFailed {
		return nil // done before, only the job's own outcome was lost
	}
	app, err := e.current(ctx, j.App)
	if err != nil {
		return refusal(err)
	}
	a := app.Automations[j.Automation]
	if a == nil || a.Def.Off || a.Def.On.Cron == "" {
		return e.closeTick(ctx, j.Ledger, tickSkipped)
	}
	if paused, err := e.Paused(ctx, j.App, j.Automation); err != nil {
		return err
	} else if paused {
		return e.closeTick(ctx, j.Ledger, tickSkipped)
	}
	if a.Def.On.Overlap != "allow" {
		open, err := e.openTicks(ctx, j.App+"/"+j.Automation, j.Tick, 1)
		if err != nil {
			return err
		}
		if open > 0 {
			return errLater{overlapWait}
		}
	}
	cause := process.Cause{Root: j.Cause.Root, Depth: 1, Automation: j.App + "/" + j.Automation}
	n := 0
	if a.Def.Each == nil {
		w := &run{e: e, app: app, a: a, id: j.ID, cause: cause, at: j.started, done: j.Done,
			log: runBody{App: j.App, Automation: j.Automation, Attempt: j.Attempts}}
		err = w.all(ctx)
		j.Done = w.done
		if err = w.end(ctx, err); err != nil {
			return err
		}
	} else if a.Group != nil {
		if n, err = e.runGroups(ctx, j, app, a); err != nil {
			return err
		}
	} else if n, err = e.runEach(ctx, j, app, a, cause); err != nil {
		return err
	}
	return e.editTick(ctx, j.Ledger, func(t *tickEntry) { t.State, t.DoneAt, t.Records = tickDone, e.instant(), n })
}

// runEach runs the actions for every record found, several at a time. A record whose run fails gets a job of its own and holds up
// nobody. Which records a page found is written into the job before anything is done to them: an action may well change a record so
// that it would not be found again, and a tick that is taken up again must not forget what the record has still to get.
func (e *Engine) runEach(ctx context.Context, j *job, app *process.App, a *process.CompiledAutomation, cause process.Cause) (int, error) {
	form := a.Form
	if form == nil {
		return 0, permanent{fmt.Errorf("engine: automation %s/%s has each without a form", j.App, j.Automation)}
	}
	dir, err := e.Directory(ctx)
	if err != nil {
		return 0, err
	}
	filter := query.And{query.IsNull{Col: "deleted"}}
	viewer := access.Viewer{App: app, Dir: dir, User: access.ServiceUser(j.App), Service: true}
	where, problems := access.CompileWhere(form, a.Def.Each.Where, viewer, j.Tick, app.Zone)
	if rules.HasErrors(problems) {
		return 0, incident(&problems[0])
	}
	if where != nil {
		filter = append(filter, where)
	}
	limit := a.Def.Limit
	if limit == 0 {
		limit = eachDefault
	}
	coll := RecordCollection(form)
	dead := 0 // of the page
	for {
		if len(j.Page) > 0 {
			docs, err := e.store.GetMany(ctx, coll, j.Page) // as they are now, which is the same but for a tick taken up again
			if err != nil {
				return 0, err
			}
			slices.SortFunc(docs, func(a, b store.Doc) int { return slices.Index(j.Page, a.ID) - slices.Index(j.Page, b.ID) })
			if dead, err = e.runPage(ctx, j, app, a, cause, docs); err != nil {
				return 0, err
			}
		}
		total := j.Ran + len(j.Page)
		if len(j.Page) > 0 && j.After == "" || total >= limit {
			e.tellDead(ctx, j, dir, j.Dead+dead)
			return total, nil
		}
		page, err := e.store.Query(ctx, coll, query.Query{Filter: filter, After: j.After, Limit: min(eachPage, limit-total), Cols: []string{"deleted"}})
		if err != nil {
			return 0, err
		}
		if len(page.Docs) == 0 {
			e.tellDead(ctx, j, dir, j.Dead+dead)
			return total, nil
		}
		ids := make([]string, len(page.Docs))
		for i, d := range page.Docs {
			ids[i] = d.ID
		}
		j.Page, j.Ran, j.Dead, j.After = ids, total, j.Dead+dead, page.Next
		if err := e.saveProgress(ctx, j); err != nil {
			return 0, err
		}
	}
}

// tellDead tells the administrators for how many records a tick failed for good.
func (e *Engine) tellDead(ctx context.Context, j *job, dir *org.Directory, n int) {
	if n == 0 {
		return
	}
	e.tell(ctx, "dead|"+j.ID, relayItem{app: j.App, batch: batch{At: e.instant().UnixMilli()}}, dir.Operators(), rules.Say(
		"自动化“{name}”有 {n} 条记录执行失败，请在自动化页查看并重试", "自動化「{name}」有 {n} 筆記錄執行失敗，請在自動化頁查看並重試",
		"The automation “{name}” failed for {n} records; see them on the automations page and retry", "name", j.Automation, "n", n))
}

// runPage runs the actions for the records of a page, and writes down what came of them; it answers how many failed for good.
func (e *Engine) runPage(ctx context.Context, j *job, app *process.App, a *process.CompiledAutomation, cause process.Cause, docs []store.Doc) (dead int, err error) {
	var mu sync.Mutex
	var logs []*run
	var failed []store.Doc
	err = inParallel(e.width(eachWorkers), docs, func(d store.Doc) error {
		if a.Looped {
			// It has to keep what it finds, for which it needs a job of its own.
			doc, err := newJob(job{ID: runOfTick(j, d.ID), Kind: jobAutomation, App: j.App, Form: a.Form.Def.Key, Record: d.ID, Automation: j.Automation,
				Cause: process.Cause{Root: j.Cause.Root}, Release: app.Release}, e.instant(), e.instant())
			mu.Lock()
			defer mu.Unlock()
			failed = append(failed, doc)
			return err
		}
		w, err := e.runFor(ctx, j, app, a, cause, d)
		if w == nil {
			return err
		}
		mu.Lock()
		defer mu.Unlock()
		logs = append(logs, w)
		if err == nil {
			return nil
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		var fixed permanent
		if errors.As(err, &fixed) {
			// An incident: it is not repeated by itself, and holds up nobody.
			dead++
			alone := job{ID: w.id, Kind: jobAutomation, App: j.App, Form: a.Form.Def.Key, Record: d.ID, Automation: j.Automation,
				Cause: process.Cause{Root: j.Cause.Root}, State: jobDead, Attempts: 1, CreatedAt: e.instant(), DoneAt: e.instant(), Error: err.Error()}
			w.keep(&alone)
			parked, jobErr := alone.doc(1)
			failed = append(failed, parked)
			return jobErr
		}
		due := e.instant().Add(backoff(w.id, 1))
		var wait errWait
		if errors.As(err, &wait) {
			due = wait.until
		}
		alone := job{ID: w.id, Kind: jobAutomation, App: j.App, Form: a.Form.Def.Key, Record: d.ID, Automation: j.Automation,
			Cause: process.Cause{Root: j.Cause.Root}}
		w.keep(&alone)
		again, jobErr := newJob(alone, due, e.instant())
		failed = append(failed, again)
		return jobErr
	})
	if err != nil {
		return 0, err
	}
	if err := e.insertAll(ctx, collJobs, failed); err != nil {
		return 0, err
	}
	return dead, e.logRuns(ctx, logs)
}

// runFor runs the actions for one record of a tick.
func (e *Engine) runFor(ctx context.Context, j *job, app *process.App, a *process.CompiledAutomation, cause process.Cause, d store.Doc) (*run, error) {
	r, err := decodeRecord(d)
	if err != nil || r.State == nil || !r.State.Deleted.IsZero() {
		return nil, err
	}
	w := &run{e: e, app: app, a: a, id: runOfTick(j, d.ID), rec: r.State, form: a.Form.Def.Key, cols: d.Cols, cause: cause, at: j.started,
		inTick: true, log: runBody{App: j.App, Automation: j.Automation, Record: d.ID, Attempt: j.Attempts}}
	w.recall(r.Ops, a.Actions, "")
	err = w.all(ctx)
	w.log.finish(err)
	return w, err
}

// runOfTick is the id of the run for one record, or one group, of a tick.
func runOfTick(j *job, of string) string { return "auto|" + j.Ledger + "|" + of }

// runGroups makes a job for each group of records that a schedule finds. Which there are is written into the tick's job first, so that no
// record comes to stand in two.
func (e *Engine) runGroups(ctx context.Context, j *job, app *process.App, a *process.CompiledAutomation) (int, error) {
	limit := a.Def.Limit
	if limit == 0 {
		limit = maxEach
	}
	if j.Groups == nil {
		groups, err := e.find(ctx, app, a.Group, nil, j.Tick, limit)
		if err != nil {
			return 0, err
		}
		if j.Groups, j.Release = groups, app.Release; len(groups) == 0 {
			return 0, nil
		}
		if err := e.saveProgress(ctx, j); err != nil {
			return 0, err
		}
	}
	var docs []store.Doc
	n := 0
	for i := range j.Groups {
		g := &j.Groups[i]
		n += len(g.Rows)
		doc, err := newJob(job{ID: runOfTick(j, strconv.Itoa(i)), Kind: jobAutomation, App: j.App, Automation: j.Automation, Group: g.Group, Rows: g.Rows,
			Cause: process.Cause{Root: j.Cause.Root}, Release: j.Release}, e.instant(), e.instant())
		if err != nil {
			return 0, err
		}
		docs = append(docs, doc)
	}
	return n, e.insertAll(ctx, collJobs, docs)
}
