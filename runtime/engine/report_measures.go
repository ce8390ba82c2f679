package engine

import (
	"math/big"
	"slices"

	"github.com/shopspring/decimal"

	"pipewright/rules"
	"pipewright/runtime/access"
	"pipewright/runtime/process"
	"pipewright/runtime/query"
)

// measureSet is what a report asks of the store, and how it becomes the columns that are shown.
type measureSet struct {
	asked []measured
	shown []shownMeasure
}

// shownMeasure is one column: what was asked at at; a mean is that through what was asked at by; a ratio is of two columns.
type shownMeasure struct {
	column      ReportColumn
	of          access.Column
	kind        string // "count", "sum", "min", "max", "avg" or "ratio"
	at, by      int
	part, whole int
	times       int
	// each: the amounts are in the currency of their row.
	each bool
}

// ratioScale is how many decimals the fraction of a ratio has: a hundredth of a percent.
const ratioScale = 4

// timesScale is how many decimals a ratio times a number has.
const timesScale = 1

// maxMeanScale bounds the decimals of a mean that is no amount.
const maxMeanScale = 6

// measures reads the measures of a report. byCurrency: amounts are summed up each in its own currency.
func (l *lister) measures(defs []process.MeasureD, byCurrency bool) (*measureSet, error) {
	out := &measureSet{}
	for _, m := range defs {
		s := shownMeasure{kind: "count", column: ReportColumn{Key: m.Key, Kind: "measure", Type: "count", Name: m.Name}}
		l.narrows(&s.column, m.Where)
		field := ""
		for kind, name := range map[string]string{"sum": m.Sum, "min": m.Min, "max": m.Max, "avg": m.Avg} {
			if name != "" {
				s.kind, field = kind, name
			}
		}
		if m.Ratio != nil {
			s.kind, s.column.Type = "ratio", "percent"
			place := func(key string) int {
				return slices.IndexFunc(defs, func(d process.MeasureD) bool { return d.Key == key })
			}
			s.part, s.whole, s.times = place(m.Ratio.Part), place(m.Ratio.Whole), m.Ratio.Times
			if s.times > 0 {
				s.column.Type = "number"
			}
			if s.part < 0 || s.whole < 0 {
				return nil, notFound()
			}
			l.narrows(&s.column, defs[s.whole].Where)
			if s.column.Name.IsZero() {
				s.column.Name = rules.Say("比率", "比率", "Ratio")
			}
			out.shown = append(out.shown, s)
			continue
		}
		where, problems := access.CompileRowsWhere(l.form, l.rows, m.Where, l.viewer, l.e.instant(), l.app.Zone)
		if rules.HasErrors(problems) {
			return nil, reject(problems[0].Code, problems[0].Message, rules.WithPath(problems, "/measures/"+m.Key+"/where")...)
		}
		if field != "" {
			c, err := l.column(field, "/measures/"+m.Key)
			if err != nil {
				return nil, err
			}
			s.of = c
			s.column.Type, s.column.Currency = "number", c.Currency
			if c.Currency != "" {
				s.column.Type = "money"
			}
			if s.column.Name.IsZero() {
				s.column.Name = l.nameOf(c)
			}
			if own := l.own(c); byCurrency && own != "" {
				s.of.Name, s.each = own, true
			}
		} else if s.column.Name.IsZero() {
			s.column.Name = rules.Say("数量", "數量", "Count")
		}
		kind := s.kind
		if kind == "avg" {
			kind = "sum"
			s.by = len(out.asked) + 1
		}
		s.at = len(out.asked)
		out.asked = append(out.asked, measured{query.Measure{Kind: kind, Col: s.of.Name}, both(s.of.Seen, where)})
		if s.by > 0 {
			there := query.Not{Of: query.IsNull{Col: s.of.Name}}
			out.asked = append(out.asked, measured{query.Measure{Kind: "count"}, both(there, both(s.of.Seen, where))})
		}
		out.shown = append(out.shown, s)
	}
	return out, nil
}

// narrows lets a column tell of which records, or rows, its figure is.
func (l *lister) narrows(c *ReportColumn, where string) {
	c.Where, c.OfRow = where, ""
	if l.rows == "" {
		return
	}
	row := process.InRow("")
	named := rules.Mentions(where, rules.Names{Bare: func(name string) *rules.Thing {
		if name+"." == row {
			return &rules.Thing{Path: row}
		}
		return nil
	}}, nil)
	if len(named) > 0 {
		c.Where, c.OfRow = "", rules.RewriteAll(where, named, func(path string) (string, bool) { return "", path == row })
	}
}

// both is the condition that two conditions make, each of which may be nil.
func both(a, b query.Filter) query.Filter {
	switch {
	case a == nil:
		return b
	case b == nil:
		return a
	}
	return query.And{a, b}
}

// figures are the columns of one line from what the store answered. In the line of totals a minimum or maximum has none, and neither have
// amounts in different currencies.
func (s *measureSet) figures(values []*big.Int, currency string, total bool) []Figure {
	out := make([]Figure, len(s.shown))
	for i, m := range s.shown {
		if m.kind == "ratio" {
			continue
		}
		n := values[m.at]
		if n == nil && (m.kind == "count" || m.kind == "sum") {
			n = new(big.Int)
		}
		if total && (m.each || m.kind == "min" || m.kind == "max") {
			n = nil
		}
		write := func(n *big.Int) Figure {
			if m.each && !total {
				return figureIn(n, m.of, currency)
			}
			return figure(n, m.of)
		}
		if m.kind != "avg" {
			out[i] = write(n)
			continue
		}
		count := values[m.by]
		if n == nil || count == nil || count.Sign() == 0 {
			out[i] = write(nil)
			continue
		}
		f := write(n)
		if f.Currency == "" {
			f.Scale = min(f.Scale+2, max(f.Scale, maxMeanScale))
		}
		f.Value = f.Value.DivRound(decimal.NewFromBigInt(count, 0), int32(f.Scale))
		out[i] = f
	}
	for i, m := range s.shown {
		if m.kind != "ratio" {
			continue
		}
		part, whole := out[m.part], out[m.whole]
		times, scale := decimal.NewFromInt(1), int32(ratioScale)
		if m.times > 0 {
			times, scale = decimal.NewFromInt(int64(m.times)), timesScale
		}
		out[i] = Figure{Null: part.Null || whole.Null || whole.Value.IsZero(), Scale: int(scale)}
		if !out[i].Null {
			out[i].Value = part.Value.Mul(times).DivRound(whole.Value, scale)
		}
	}
	return out
}
