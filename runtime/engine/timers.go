package engine

import (
	"context"
	"encoding/json"
	"time"

	"pipewright/runtime/process"
	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

// Timers stand in their records; nextDue is the column that finds them. When one has come, a job is made whose id is record|timer, so
// any number of nodes and sweeps make one; the job gives the record the command Fire, which is ignored unless that very
// timer is still there.

// timerEvery is how often due timers are looked for.
const timerEvery = time.Second

// fireTimers makes a job for every timer that has come.
func (e *Engine) fireTimers(ctx context.Context) error {
	apps, err := e.defs.Live(ctx)
	if err != nil {
		return err
	}
	for _, app := range apps {
		if err := e.prepare(ctx, app); err != nil {
			return err
		}
		for _, f := range formsOf(app) {
			if f.Process == nil && len(f.Dates) == 0 {
				continue
			}
			if err := e.fireForm(ctx, f); err != nil {
				return err
			}
		}
	}
	return nil
}

func (e *Engine) fireForm(ctx context.Context, f *process.Form) error {
	now := e.instant()
	coll := RecordCollection(f)
	q := query.Query{Filter: query.Cmp{Col: colNextDue, Op: query.Le, Value: now.UnixMilli()}, Sort: []query.Sort{{Col: colNextDue}}, Limit: 500}
	for {
		page, err := e.store.Query(ctx, coll, q)
		if err != nil {
			return err
		}
		var jobs []store.Doc
		for _, d := range page.Docs {
			var r struct {
				State struct {
					Timers []process.Timer `json:"timers"`
				} `json:"state"`
			}
			if err := json.Unmarshal(d.Body, &r); err != nil {
				return err
			}
			for _, t := range r.State.Timers {
				if t.At.After(now) {
					continue
				}
				// The instant is part of the id: a timer may be set anew under its name, and must then fire again.
				j, err := newJob(job{ID: "timer|" + d.ID + "|" + t.ID + "|" + t.At.UTC().Format(time.RFC3339Nano), Kind: jobTimer,
					App: f.App.Def.Key, Form: f.Def.Key, Record: d.ID, Timer: t.ID, Tick: t.At}, t.At, now)
				if err != nil {
					return err
				}
				jobs = append(jobs, j)
			}
		}
		if err := e.insertAll(ctx, collJobs, jobs); err != nil {
			return err
		}
		if len(jobs) > 0 {
			e.wake()
		}
		if q.After = page.Next; q.After == "" {
			return nil
		}
	}
}

// runTimer fires one timer.
func (e *Engine) runTimer(ctx context.Context, j *job) error {
	_, err := e.Do(ctx, Request{service: true, Command: process.Command{Kind: process.Fire, ID: j.Record, Timer: j.Timer, Op: j.ID}})
	if r, refused := asRejection(err); refused {
		switch r.Code {
		case "not.found", "record.deleted":
			return nil // gone, and its timers with it
		case "conflict":
			return err
		}
		return permanent{err}
	}
	return err
}
