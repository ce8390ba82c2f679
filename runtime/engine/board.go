package engine

import (
	"context"
	"math/big"
	"slices"

	"github.com/shopspring/decimal"

	"pipewright/runtime/access"
	"pipewright/runtime/process"
	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

// Figure is a sum, count, minimum or maximum: an exact decimal, null when there is nothing to compute it from.
type Figure struct {
	Value    decimal.Decimal
	Null     bool
	Scale    int
	Currency string
}

// figure reads a stored sum by the scale of its column.
func figure(n *big.Int, c access.Column) Figure {
	if n == nil {
		return Figure{Null: true, Scale: c.Scale, Currency: c.Currency}
	}
	return Figure{Value: decimal.NewFromBigInt(n, -int32(c.Scale)), Scale: c.Scale, Currency: c.Currency}
}

// String is the canonical decimal, with all its decimals for money; empty for null.
func (f Figure) String() string {
	switch {
	case f.Null:
		return ""
	case f.Currency != "":
		return f.Value.StringFixed(int32(f.Scale))
	}
	return f.Value.String()
}

// Column is one column of a board.
type Column struct {
	Stage *process.CompiledStage
	Count int64
	// Sums align with Board.Sums.
	Sums []Figure
}

// Board is the columns of a process for one person. Cards are read with List by stage.
type Board struct {
	App     *process.App
	View    *process.View
	Process *process.Process
	// Sums are the field keys or system names summed.
	Sums    []string
	Columns []Column
	Total   Column
}

// Board counts and sums the records of a process by stage.
func (e *Engine) Board(ctx context.Context, user, app, view, where string) (*Board, error) {
	a, err := e.current(ctx, app)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(a.Def.Views, func(v process.View) bool { return v.Key == view && v.Kind == "board" })
	if i < 0 {
		return nil, notFound()
	}
	def := &a.Def.Views[i]
	p := a.Processes[def.Process]
	if p == nil {
		return nil, notFound()
	}
	l, err := e.look(ctx, user, app, p.Form.Def.Key)
	if err != nil {
		return nil, err
	}
	if err := l.narrow(ctx, &ListQuery{View: view, Where: where}); err != nil {
		return nil, err
	}
	b := &Board{App: a, View: def, Process: p}
	var cols []access.Column
	for _, key := range def.Sum {
		c, err := l.column(key, "/sum/"+key)
		if err != nil {
			continue // a sum of what the person may not see is not shown
		}
		b.Sums = append(b.Sums, key)
		cols = append(cols, c)
	}
	rows, err := l.measure(ctx, []query.Group{{Col: "stage"}}, countAnd(cols), maxGroups)
	if err != nil {
		return nil, err
	}
	byStage := map[string][]*big.Int{}
	for _, r := range rows {
		stage, _ := r.Keys[0].(string)
		byStage[stage] = r.Values
	}
	total := make([]*big.Int, 1+len(cols))
	for _, st := range p.Stages {
		values := byStage[st.Def.Key]
		col := Column{Stage: st}
		for i := range total {
			var n *big.Int
			if values != nil {
				n = values[i]
			}
			if n == nil {
				n = new(big.Int)
			}
			if total[i] == nil {
				total[i] = new(big.Int)
			}
			total[i].Add(total[i], n)
			if i == 0 {
				col.Count = n.Int64()
			} else {
				col.Sums = append(col.Sums, figure(n, cols[i-1]))
			}
		}
		b.Columns = append(b.Columns, col)
	}
	for i, n := range total {
		if n == nil {
			n = new(big.Int)
		}
		if i == 0 {
			b.Total.Count = n.Int64()
		} else {
			b.Total.Sums = append(b.Total.Sums, figure(n, cols[i-1]))
		}
	}
	return b, nil
}

// measured is a measure with the column it reads.
type measured struct {
	query.Measure
	seen query.Filter
}

func countAnd(cols []access.Column) []measured {
	out := []measured{{Measure: query.Measure{Kind: "count"}}}
	for _, c := range cols {
		out = append(out, measured{query.Measure{Kind: "sum", Col: c.Name}, c.Seen})
	}
	return out
}

// maxGroups is how many groups a board or report shows.
const maxGroups = 1000

// measure groups and measures the records of the look, in at most so many groups. A measure of a field that the person sees in some records only is
// taken over those alone (semantics 10).
func (l *lister) measure(ctx context.Context, groups []query.Group, ms []measured, most int) ([]store.Row, error) {
	a := query.Aggregate{Filter: l.filter, Groups: groups, Limit: most}
	for _, m := range ms {
		m.Where = m.seen
		a.Measures = append(a.Measures, m.Measure)
	}
	rows, err := l.e.store.Aggregate(ctx, l.coll, a)
	if err != nil {
		return nil, readError(err)
	}
	return rows, nil
}
