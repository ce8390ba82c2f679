package engine

import (
	"context"
	"time"

	"pipewright/runtime/process"
	"pipewright/runtime/query"
)

// Usage is what a person did since an instant, and what is late with him now (ENG-36).
type Usage struct {
	// Made and Moved are the records he made himself and the transitions he took; what came in by an import or an automation is not his.
	Made, Moved int
	// Done are decisions, activities and to-dos he has done.
	Done int
	// Overdue are the open records he owns and the open tasks of his that are past their time now.
	Overdue int
}

// Usage counts what a person did from since on. Who may know is the caller's to check.
func (e *Engine) Usage(ctx context.Context, user string, since time.Time) (Usage, error) {
	var out Usage
	is := func(col string, value any) query.Filter { return query.Cmp{Col: col, Op: query.Eq, Value: value} }
	rows, err := e.store.Aggregate(ctx, collEvents, query.Aggregate{Filter: query.And{is("doer", user), query.Cmp{Col: "at", Op: query.Ge, Value: since.UnixMilli()}},
		Groups: []query.Group{{Col: "type"}}, Measures: []query.Measure{{Kind: "count"}}, Limit: 100})
	if err != nil {
		return out, err
	}
	for _, row := range rows {
		n := int(row.Values[0].Int64())
		switch row.Keys[0] {
		case "created":
			out.Made += n
		case "entered":
			out.Moved += n
		default:
			out.Done += n
		}
	}
	todos, err := e.count(ctx, collTasks, query.And{is("user", user), is("state", "done"), is("kind", "todo"), query.Cmp{Col: "closedAt", Op: query.Ge, Value: since.UnixMilli()}})
	if err != nil {
		return out, err
	}
	out.Done += todos
	now := e.instant().UnixMilli()
	records, err := e.count(ctx, collAttention, query.And{is("owner", user), query.Cmp{Col: "dueAt", Op: query.Lt, Value: now}})
	if err != nil {
		return out, err
	}
	tasks, err := e.count(ctx, collTasks, query.And{is("user", user), is("state", process.Open), query.Cmp{Col: "dueBy", Op: query.Lt, Value: now}})
	out.Overdue = records + tasks
	return out, err
}
