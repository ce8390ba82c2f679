package engine

import (
	"context"

	"pipewright/runtime/forecast"
	"pipewright/runtime/process"
	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

// StageOdds is how records that have been in a stage ended.
type StageOdds struct {
	Stage *process.CompiledStage
	// Closed have ended, Won of them were won. Open ones say nothing yet.
	Closed, Won int
	// Percent is the chance of winning they tell of, where Enough are closed.
	Percent int
	Enough  bool
}

// Odds tells of the open stages of a process how the closed records that have been there ended: all of them, whoever may read which; so it is
// for those who design the app. Errors: *process.Rejection not.found.
func (e *Engine) Odds(ctx context.Context, app, proc string) ([]StageOdds, error) {
	a, err := e.current(ctx, app)
	if err != nil {
		return nil, err
	}
	p := a.Processes[proc]
	if p == nil {
		return nil, notFound()
	}
	won := map[string]bool{} // of closed records
	q := query.Query{Filter: query.And{query.Cmp{Col: "open", Op: query.Eq, Value: false}, query.IsNull{Col: "deleted"}}, Limit: store.MaxPage, Cols: []string{"end"}}
	if err := e.pages(ctx, RecordCollection(p.Form), q, func(d store.Doc) {
		if end, _ := d.Cols["end"].(string); end != "" {
			won[d.ID] = end == "won"
		}
	}); err != nil {
		return nil, err
	}
	var out []StageOdds
	for _, st := range p.Stages {
		if st.Def.End != "" {
			continue
		}
		s := StageOdds{Stage: st}
		seen := map[string]bool{}
		q := query.Query{Filter: query.And{query.Cmp{Col: "app", Op: query.Eq, Value: app}, query.Cmp{Col: "process", Op: query.Eq, Value: proc}, query.Cmp{Col: "stage", Op: query.Eq, Value: st.Def.Key}},
			Limit: store.MaxPage, Cols: []string{"record"}}
		if err := e.pages(ctx, collVisits, q, func(d store.Doc) {
			id, _ := d.Cols["record"].(string)
			if isWon, closed := won[id]; closed && !seen[id] {
				seen[id] = true
				s.Closed++
				if isWon {
					s.Won++
				}
			}
		}); err != nil {
			return nil, err
		}
		s.Percent, s.Enough = forecast.Odds(s.Won, s.Closed)
		out = append(out, s)
	}
	return out, nil
}

// pages reads all documents of a query.
func (e *Engine) pages(ctx context.Context, coll string, q query.Query, each func(store.Doc)) error {
	for {
		page, err := e.store.Query(ctx, coll, q)
		if err != nil {
			return err
		}
		for _, d := range page.Docs {
			each(d)
		}
		if q.After = page.Next; q.After == "" {
			return nil
		}
	}
}

// whole reads the columns of every record that a filter accepts, each once, in the order of their last change. That order has an index for all, and
// for what somebody owns or takes part in, so that a page costs the same wherever it begins; in the order of ids each page would find and sort
// all of them anew. A record that is changed meanwhile comes again at the end, and is left out there.
func (e *Engine) whole(ctx context.Context, coll string, filter query.Filter, cols []string, each func(store.Doc)) error {
	seen := map[string]bool{}
	q := query.Query{Filter: filter, Sort: []query.Sort{{Col: "updatedAt"}}, Limit: store.MaxPage, Cols: cols}
	return e.pages(ctx, coll, q, func(d store.Doc) {
		if !seen[d.ID] {
			seen[d.ID] = true
			each(d)
		}
	})
}
