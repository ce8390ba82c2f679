package engine

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"pipewright/runtime/process"
	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

// Watch is told of what an engine has done, while it does it. It must be quick and not call the engine. The sandbox shows what it hears.
type Watch struct {
	// Did: a person's command was committed; s is the record afterwards.
	Did func(user string, c process.Command, s *process.State)
	// Ran: a job came to an end.
	Ran func(Ran)
}

// Ran is a job that came to an end. Error is empty when it went well.
type Ran struct {
	Kind, App, Form, Record, Automation, Timer string
	At                                         time.Time
	Error                                      string
}

func (e *Engine) tellRan(j *job) {
	if e.watch.Ran == nil || j.State != jobDone && j.State != jobDead {
		return
	}
	e.watch.Ran(Ran{Kind: j.Kind, App: j.App, Form: j.Form, Record: j.Record, Automation: j.Automation, Timer: j.Timer, At: e.instant(), Error: j.Error})
}

// Coming is something that will happen by itself: a job that waits, a timer of a record, or the next tick of a schedule.
type Coming struct {
	At time.Time
	// Kind is that of the job it is or will be.
	Kind                            string
	App, Form, Record, Title, Stage string
	Automation                      string
	// Timer is the kind of a timer (process.Timer), TimerKey the automation, step or activity it serves.
	Timer, TimerKey string
}

// Coming lists what will happen by itself, soonest first, at most limit of each source. What a record's timers will do then depends on how
// the record stands by then.
func (e *Engine) Coming(ctx context.Context, limit int) ([]Coming, error) {
	apps, err := e.defs.Live(ctx)
	if err != nil {
		return nil, err
	}
	out, err := e.comingJobs(ctx, limit)
	if err != nil {
		return nil, err
	}
	for _, app := range apps {
		if err := e.prepare(ctx, app); err != nil {
			return nil, err
		}
		for _, f := range formsOf(app) {
			timers, err := e.comingTimers(ctx, f, limit)
			if err != nil {
				return nil, err
			}
			out = append(out, timers...)
		}
		ticks, err := e.comingTicks(ctx, app)
		if err != nil {
			return nil, err
		}
		out = append(out, ticks...)
	}
	slices.SortStableFunc(out, func(a, b Coming) int { return a.At.Compare(b.At) })
	return out[:min(len(out), limit)], nil
}

func (e *Engine) comingJobs(ctx context.Context, limit int) ([]Coming, error) {
	page, err := e.store.Query(ctx, collJobs, query.Query{Filter: query.Cmp{Col: "due", Op: query.Ge, Value: int64(0)}, Sort: []query.Sort{{Col: "due"}}, Limit: limit})
	if err != nil {
		return nil, err
	}
	var out []Coming
	for _, d := range page.Docs {
		j, err := jobOf(d)
		if err != nil {
			return nil, err
		}
		if j.State == jobDead {
			continue // only to be told of
		}
		out = append(out, Coming{At: j.Due, Kind: j.Kind, App: j.App, Form: j.Form, Record: j.Record, Automation: j.Automation, Timer: j.Timer})
	}
	return out, nil
}

func (e *Engine) comingTimers(ctx context.Context, f *process.Form, limit int) ([]Coming, error) {
	if f.Process == nil && len(f.Dates) == 0 {
		return nil, nil
	}
	page, err := e.store.Query(ctx, RecordCollection(f), query.Query{Filter: query.Cmp{Col: colNextDue, Op: query.Ge, Value: int64(0)},
		Sort: []query.Sort{{Col: colNextDue}}, Limit: limit})
	if err != nil {
		return nil, err
	}
	var out []Coming
	for _, d := range page.Docs {
		var r struct {
			State struct {
				Title  string          `json:"title"`
				Stage  string          `json:"stage"`
				Timers []process.Timer `json:"timers"`
			} `json:"state"`
		}
		if err := json.Unmarshal(d.Body, &r); err != nil {
			return nil, err
		}
		for _, t := range r.State.Timers {
			out = append(out, Coming{At: t.At, Kind: jobTimer, App: f.App.Def.Key, Form: f.Def.Key, Record: d.ID, Title: r.State.Title, Stage: r.State.Stage,
				Timer: t.Kind, TimerKey: t.Key})
		}
	}
	return out, nil
}

func (e *Engine) comingTicks(ctx context.Context, app *process.App) ([]Coming, error) {
	all := reclaimSchedules(app)
	for i := range app.Def.Automations {
		if a := app.Automations[app.Def.Automations[i].Key]; a != nil && !a.Def.Off && a.Def.On.Cron != "" {
			all = append(all, a)
		}
	}
	var out []Coming
	for _, a := range all {
		doc, err := e.store.Get(ctx, collSchedules, app.Def.Key+"/"+a.Def.Key)
		if errors.Is(err, store.ErrNotFound) {
			continue // not looked at yet
		}
		if err != nil {
			return nil, err
		}
		var at cursor
		if err := json.Unmarshal(doc.Body, &at); err != nil {
			return nil, err
		}
		table, err := parseCron(a.Def.On.Cron, zoneOf(app, a))
		if err != nil {
			continue // a schedule that cannot be read has no next tick
		}
		if next := table.next(at.After); !next.IsZero() {
			out = append(out, Coming{At: next, Kind: jobKindOf(a.Def.Key), App: app.Def.Key, Automation: strings.TrimPrefix(a.Def.Key, poolSchedule)})
		}
	}
	return out, nil
}
