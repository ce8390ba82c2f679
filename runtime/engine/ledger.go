package engine

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"pipewright/runtime/process"
	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

// tickEntry is one line of the ledger.
type tickEntry struct {
	App        string    `json:"app"`
	Automation string    `json:"automation"`
	Tick       time.Time `json:"tick"`
	State      string    `json:"state"`
	// From is set on one entry that stands for all ticks missed from it to Tick, when there were too many to list.
	From   time.Time `json:"from,omitzero"`
	DoneAt time.Time `json:"doneAt,omitzero"`
	// Records is how many records the tick worked on.
	Records int `json:"records,omitempty"`
}

func ledgerID(name, digest string, tick time.Time) string {
	return name + "|" + digest + "|" + tick.UTC().Format("2006-01-02T15:04Z")
}

func (t *tickEntry) doc(id string, ver int64) (store.Doc, error) {
	body, err := marshal(t)
	return store.Doc{ID: id, Ver: ver, Body: body, Cols: map[string]any{"kind": "tick", "app": t.App,
		"schedule": t.App + "/" + t.Automation, "state": t.State, "tick": t.Tick.UnixMilli()}}, err
}

// closeTick writes the end of a tick into the ledger. What was done stays done, though its job died before it could say so.
func (e *Engine) closeTick(ctx context.Context, id, state string) error {
	return e.editTick(ctx, id, func(t *tickEntry) {
		if t.State != tickDone {
			t.State, t.DoneAt = state, e.instant()
		}
	})
}

func (e *Engine) editTick(ctx context.Context, id string, change func(*tickEntry)) error {
	for range maxTries {
		d, err := e.store.Get(ctx, collSchedules, id)
		if err != nil {
			return err
		}
		var t tickEntry
		if err := json.Unmarshal(d.Body, &t); err != nil {
			return err
		}
		change(&t)
		next, err := t.doc(id, d.Ver+1)
		if err != nil {
			return err
		}
		err = e.store.Replace(ctx, collSchedules, next, d.Ver)
		if !errors.Is(err, store.ErrConflict) {
			return err
		}
	}
	return store.ErrConflict
}

// LedgerEntry is one tick of a schedule as people see it.
type LedgerEntry struct {
	App, Automation, State string
	Tick, From, DoneAt     time.Time
	Records                int
}

// Ledger lists ticks, newest first; app and automation narrow it when given.
func (e *Engine) Ledger(ctx context.Context, app, automation string, limit int, after string) ([]LedgerEntry, string, error) {
	f := query.And{query.Cmp{Col: "kind", Op: query.Eq, Value: "tick"}}
	if app != "" {
		f = append(f, query.Cmp{Col: "app", Op: query.Eq, Value: app})
	}
	if automation != "" {
		f = append(f, query.Cmp{Col: "schedule", Op: query.Eq, Value: app + "/" + automation})
	}
	page, err := e.store.Query(ctx, collSchedules, query.Query{Filter: f, Sort: []query.Sort{{Col: "tick", Desc: true}}, Limit: pageSize(limit), After: after})
	if err != nil {
		return nil, "", readError(err)
	}
	var out []LedgerEntry
	for _, d := range page.Docs {
		var t tickEntry
		if err := json.Unmarshal(d.Body, &t); err != nil {
			return nil, "", err
		}
		out = append(out, LedgerEntry{t.App, t.Automation, t.State, t.Tick, t.From, t.DoneAt, t.Records})
	}
	return out, page.Next, nil
}

// NextFires lists the coming fires of a cron automation; nil for one that has no schedule.
func (e *Engine) NextFires(app *process.App, automation string, n int) []time.Time {
	a := app.Automations[automation]
	if a == nil || a.Def.Off || a.Def.On.Cron == "" {
		return nil
	}
	fires, err := Next(a.Def.On.Cron, zoneOf(app, a), e.instant(), n)
	if err != nil {
		return nil
	}
	return fires
}
