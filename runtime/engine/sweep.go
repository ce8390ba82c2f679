package engine

import (
	"context"
	"errors"
	"time"

	"pipewright/runtime/process"
	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

// sweepLoop takes up what was left behind: by this process before it started, by another that died, by a relay that failed.
func (e *Engine) sweepLoop(ctx context.Context) {
	age := time.Duration(0)
	for {
		if err := e.reshow(ctx); err != nil && ctx.Err() == nil {
			e.log.Warn("what is shown of records will be looked at again", "error", err)
		}
		if err := e.Sweep(ctx, age); err != nil && ctx.Err() == nil {
			e.log.Warn("the sweep failed and will be repeated", "error", err)
		} else {
			age = sweepAfter
		}
		if !pause(ctx, sweepEvery) {
			return
		}
	}
}

// Sweep relays batches older than age that are not known to be relayed, and takes relayed ones out of their records.
func (e *Engine) Sweep(ctx context.Context, age time.Duration) error {
	apps, err := e.defs.Live(ctx)
	if err != nil {
		return err
	}
	for _, app := range apps {
		if err := e.prepare(ctx, app); err != nil {
			return err
		}
		for _, f := range formsOf(app) {
			if err := e.sweepForm(ctx, f, age); err != nil {
				return err
			}
		}
	}
	return nil
}

// sweepRecord relays what a record still has pending and takes it out. Errors: store.ErrConflict when somebody works on it.
func (e *Engine) sweepRecord(ctx context.Context, f *process.Form, id string) error {
	coll := RecordCollection(f)
	d, err := e.store.Get(ctx, coll, id)
	if err != nil {
		return err
	}
	r, err := decodeRecord(d)
	if err != nil || len(r.Pending) == 0 {
		return err
	}
	var items []relayItem
	for _, b := range r.Pending {
		items = append(items, relayItem{coll: coll, id: id, app: f.App.Def.Key, form: f.Def.Key, cols: d.Cols, batch: b, state: r.State, ver: d.Ver})
	}
	if err := e.relayAll(ctx, items); err != nil {
		return err
	}
	r.Pending = nil
	next := store.Doc{ID: id, Ver: d.Ver + 1, Cols: d.Cols}
	if next.Body, err = marshal(r); err != nil {
		return err
	}
	delete(next.Cols, colPending)
	err = e.store.Replace(ctx, coll, next, d.Ver)
	e.cache.drop(id)
	return err
}

func (e *Engine) sweepForm(ctx context.Context, f *process.Form, age time.Duration) error {
	coll := RecordCollection(f)
	q := query.Query{Filter: query.Cmp{Col: colPending, Op: query.Le, Value: e.instant().Add(-age).UnixMilli()},
		Sort: []query.Sort{{Col: colPending}}, Limit: 200}
	for {
		page, err := e.store.Query(ctx, coll, q)
		if err != nil {
			return err
		}
		var items []relayItem
		records := map[string]*record{}
		for _, d := range page.Docs {
			r, err := decodeRecord(d)
			if err != nil {
				return err
			}
			records[d.ID] = r
			for _, b := range e.stillPending(d.ID, r.Pending) {
				items = append(items, relayItem{coll: coll, id: d.ID, app: f.App.Def.Key, form: f.Def.Key, cols: d.Cols, batch: b, state: r.State, ver: d.Ver})
			}
		}
		if len(items) > 0 {
			if err := e.relayAll(ctx, items); err != nil {
				return err
			}
		}
		err = inParallel(e.width(relayWidth), page.Docs, func(d store.Doc) error {
			r := records[d.ID]
			r.Pending = nil
			body, err := marshal(r)
			if err != nil {
				return err
			}
			ver := d.Ver
			d.Ver, d.Body = ver+1, body
			delete(d.Cols, colPending)
			err = e.store.Replace(ctx, coll, d, ver)
			e.cache.drop(d.ID)
			if errors.Is(err, store.ErrConflict) || errors.Is(err, store.ErrUnknown) {
				return nil // a command came first, or the next sweep finds out
			}
			return err
		})
		if err != nil {
			return err
		}
		if q.After = page.Next; q.After == "" {
			return nil
		}
	}
}
