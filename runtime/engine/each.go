package engine

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"pipewright/rules"
	"pipewright/runtime/access"
	"pipewright/runtime/process"
	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

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
	if paused, err := e.paused(ctx, j.App+"/"+j.Automation); err != nil {
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
	} else if n, err = e.runEach(ctx, j, app, a, cause); err != nil {
		return err
	}
	return e.editTick(ctx, j.Ledger, func(t *tickEntry) { t.State, t.DoneAt, t.Records = tickDone, e.instant(), n })
}

// runEach runs the actions for every record found, several at a time. A record whose run fails gets a job of its own and holds up
// nobody; a tick that is taken up again goes on where it stood, and what it repeats does nothing more.
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
	total, dead := 0, 0
	q := query.Query{Filter: filter, After: j.After}
	for total < limit {
		q.Limit = min(200, limit-total)
		page, err := e.store.Query(ctx, RecordCollection(form), q)
		if err != nil {
			return total, err
		}
		var mu sync.Mutex
		var logs []*run
		var failed []store.Doc
		err = inParallel(e.width(eachWorkers), page.Docs, func(d store.Doc) error {
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
				alone := job{ID: w.id, Kind: jobAutomation, App: j.App, Form: form.Def.Key, Record: d.ID, Automation: j.Automation,
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
			alone := job{ID: w.id, Kind: jobAutomation, App: j.App, Form: form.Def.Key, Record: d.ID, Automation: j.Automation,
				Cause: process.Cause{Root: j.Cause.Root}}
			w.keep(&alone)
			again, jobErr := newJob(alone, due, e.instant())
			failed = append(failed, again)
			return jobErr
		})
		if err != nil {
			return total, err
		}
		if err := e.insertAll(ctx, collJobs, failed); err != nil {
			return total, err
		}
		if err := e.logRuns(ctx, logs); err != nil {
			return total, err
		}
		total += len(page.Docs)
		j.After = page.Next
		if q.After = page.Next; q.After == "" {
			break
		}
	}
	if dead > 0 {
		e.tell(ctx, "dead|"+j.ID, relayItem{app: j.App, batch: batch{At: e.instant().UnixMilli()}}, dir.Admins(), rules.Say(
			"自动化“{name}”有 {n} 条记录执行失败，请在自动化页查看并重试", "自動化「{name}」有 {n} 筆記錄執行失敗，請在自動化頁查看並重試",
			"The automation “{name}” failed for {n} records; see them on the automations page and retry", "name", j.Automation, "n", dead))
	}
	return total, nil
}

// runFor runs the actions for one record of a tick.
func (e *Engine) runFor(ctx context.Context, j *job, app *process.App, a *process.CompiledAutomation, cause process.Cause, d store.Doc) (*run, error) {
	r, err := decodeRecord(d)
	if err != nil || r.State == nil {
		return nil, err
	}
	w := &run{e: e, app: app, a: a, id: "auto|" + j.Ledger + "|" + d.ID, rec: r.State, form: a.Form.Def.Key, cols: d.Cols, cause: cause, at: j.started,
		inTick: true, log: runBody{App: j.App, Automation: j.Automation, Record: d.ID, Attempt: j.Attempts}}
	err = w.all(ctx)
	w.log.finish(err)
	return w, err
}
