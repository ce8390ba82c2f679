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
	ended := query.And{query.Cmp{Col: "open", Op: query.Eq, Value: false}, query.IsNull{Col: "deleted"}}
	if err := e.store.Scan(ctx, RecordCollection(p.Form), query.Scan{Filter: ended, Cols: []string{"end"}}, func(id string, row []any) error {
		if end, _ := row[0].(string); end != "" {
			won[id] = end == "won"
		}
		return nil
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
		here := query.And{query.Cmp{Col: "app", Op: query.Eq, Value: app}, query.Cmp{Col: "process", Op: query.Eq, Value: proc}, query.Cmp{Col: "stage", Op: query.Eq, Value: st.Def.Key}}
		if err := e.store.Scan(ctx, collVisits, query.Scan{Filter: here, Cols: []string{"record"}}, func(_ string, row []any) error {
			id, _ := row[0].(string)
			if isWon, closed := won[id]; closed && !seen[id] {
				seen[id] = true
				s.Closed++
				if isWon {
					s.Won++
				}
			}
			return nil
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
