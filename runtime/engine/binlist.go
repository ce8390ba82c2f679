package engine

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"pipewright/runtime/process"
	"pipewright/runtime/query"
)

// Binned is a record in the recycle bin, as a person sees it.
type Binned struct {
	*View
	// By moved it there; empty for a moment, until that is relayed. Until is when it goes for good; zero for never.
	By    string
	Until time.Time
	// MayRestore and MayPurge are what the person may do with it.
	MayRestore, MayPurge bool
}

// Bin lists the records of a form in the recycle bin that a person may read, the last deleted first. Errors: as List's.
func (e *Engine) Bin(ctx context.Context, user string, q ListQuery) ([]Binned, string, error) {
	l, err := e.look(ctx, user, q.App, q.Form)
	if err != nil {
		return nil, "", err
	}
	q.Deleted, q.View, q.Where = true, "", ""
	if err := l.narrow(ctx, &q); err != nil {
		return nil, "", err
	}
	views, next, err := l.page(ctx, []query.Sort{{Col: "deleted", Desc: true}}, q.Limit, q.After)
	if err != nil {
		return nil, "", err
	}
	views = slices.DeleteFunc(views, func(v *View) bool { return v.State.Merged != nil })
	by, err := e.deletedBy(ctx, views)
	if err != nil {
		return nil, "", err
	}
	admin := slices.Contains(l.dir.Operators(), user)
	out := make([]Binned, len(views))
	for i, v := range views {
		out[i] = Binned{View: v, By: by[v.State.ID], MayRestore: v.Rights.Delete, MayPurge: v.Rights.Delete && admin}
		if e.binFor > 0 {
			out[i].Until = v.State.Deleted.Add(e.binFor)
		}
	}
	return out, next, nil
}

// deletedBy reads who moved records to the recycle bin, by record: their last events of that kind.
func (e *Engine) deletedBy(ctx context.Context, views []*View) (map[string]string, error) {
	if len(views) == 0 {
		return nil, nil
	}
	var these query.Or
	for _, v := range views {
		these = append(these, query.Cmp{Col: "record", Op: query.Eq, Value: v.State.ID})
	}
	out, at := map[string]string{}, map[string]int64{}
	q := query.Query{Filter: query.And{query.Cmp{Col: "type", Op: query.Eq, Value: process.Deleted{}.Type()}, these}, Limit: 500}
	for {
		page, err := e.store.Query(ctx, collEvents, q)
		if err != nil {
			return nil, err
		}
		for _, d := range page.Docs {
			var c chained
			var ev process.Event
			if err := json.Unmarshal(d.Body, &c); err != nil {
				return nil, err
			}
			if err := json.Unmarshal(c.Event, &ev); err != nil {
				return nil, err
			}
			if record, _ := d.Cols["record"].(string); ev.Seq > at[record] {
				out[record], at[record] = ev.By, ev.Seq
			}
		}
		if q.After = page.Next; q.After == "" {
			return out, nil
		}
	}
}
