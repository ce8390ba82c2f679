package access

import (
	"time"

	"github.com/shopspring/decimal"

	"pipewright/forms"
	"pipewright/rules"
	"pipewright/runtime/query"
)

// leaf compares a column with constants.
func (w *where) leaf(n *rules.FilterNode, c Column) query.Filter {
	switch n.Kind {
	case "null":
		if c.Key == "won" || c.Key == "lost" || c.Key == "idleDays" || c.Type == query.Texts {
			return w.no(n, c)
		}
		return query.IsNull{Col: c.Name}
	case "name":
		return w.truth(c, true)
	case "cmp":
		v, ok := w.value(n)
		if !ok || v == nil {
			return nothing
		}
		return w.compare(n, c, query.Op(n.Op), v)
	case "in":
		v, ok := w.value(n)
		list, isList := v.([]any)
		if !ok || !isList {
			return nothing
		}
		var out query.Or
		for _, x := range list {
			if x != nil {
				out = append(out, w.compare(n, c, query.Eq, x))
			}
		}
		return out
	case "startsWith", "contains", "has":
		v, ok := w.value(n)
		text, isText := v.(string)
		if !ok || !isText {
			return nothing
		}
		switch {
		case c.Type == query.Texts && n.Kind != "startsWith":
			return query.HasAny{Col: c.Name, Values: []string{text}}
		case c.Type != query.Text || n.Kind == "has" || c.Key == "won" || c.Key == "lost":
			return w.no(n, c)
		case n.Kind == "startsWith":
			return query.StartsWith{Col: c.Name, Prefix: text}
		}
		return query.Contains{Col: c.Name, Part: text}
	}
	return w.no(n, c)
}

func (w *where) no(n *rules.FilterNode, c Column) query.Filter {
	return w.fail(n, "query.unsupported", "“{key}”不能这样筛选", "「{key}」不能這樣篩選", "“{key}” cannot be filtered in this way", "key", c.Key)
}

// truth accepts records in which a yes/no is want.
func (w *where) truth(c Column, want bool) query.Filter {
	switch c.Key {
	case "won", "lost":
		is := query.Cmp{Col: "end", Op: query.Eq, Value: c.Key}
		if want {
			return is
		}
		// A record of a plain table is neither: it has no stage.
		return query.And{query.Not{Of: is}, query.Not{Of: query.IsNull{Col: "stage"}}}
	}
	return query.Cmp{Col: c.Name, Op: query.Eq, Value: want}
}

func (w *where) compare(n *rules.FilterNode, c Column, op query.Op, v any) query.Filter {
	if c.Key == "idleDays" {
		if d, ok := v.(decimal.Decimal); ok {
			return w.idle(op, d)
		}
		return w.no(n, c)
	}
	switch x := v.(type) {
	case bool:
		switch op {
		case query.Eq:
			return w.truth(c, x)
		case query.Ne:
			return w.truth(c, !x)
		}
	case string:
		if c.Type == query.Text && c.Key != "won" && c.Key != "lost" {
			return query.Cmp{Col: c.Name, Op: op, Value: x}
		}
	case forms.Ref:
		if c.Type == query.Text {
			return query.Cmp{Col: c.Name, Op: op, Value: x.ID}
		}
	case decimal.Decimal:
		if c.Type == query.Int {
			return number(c, op, x)
		}
	case rules.Date:
		if c.Type == query.Time {
			return query.Cmp{Col: c.Name, Op: op, Value: x.At(0, 0, time.UTC).UnixMilli()}
		}
	case time.Time:
		if c.Type == query.Time {
			return query.Cmp{Col: c.Name, Op: op, Value: x.UnixMilli()}
		}
	}
	return w.no(n, c)
}

// idle rewrites a bound on whole idle days into one on the last activity: the day of the last activity is today minus the
// number.
func (w *where) idle(op query.Op, d decimal.Decimal) query.Filter {
	if d.Abs().GreaterThan(decimal.NewFromInt(100_000)) {
		d = decimal.NewFromInt(int64(100_000 * d.Sign()))
	}
	today := rules.DateOf(w.now, w.zone)
	// since(n) accepts records idle for at least n days. Nothing is idle for less than 0 days.
	since := func(n int64) query.Filter {
		if n <= 0 {
			return query.Not{Of: query.IsNull{Col: "lastActivity"}}
		}
		return query.Cmp{Col: "lastActivity", Op: query.Lt, Value: today.AddDays(int(1-n)).At(0, 0, w.zone).UnixMilli()}
	}
	below := func(n int64) query.Filter {
		if n <= 0 {
			return nothing
		}
		return query.Cmp{Col: "lastActivity", Op: query.Ge, Value: today.AddDays(int(1-n)).At(0, 0, w.zone).UnixMilli()}
	}
	floor, ceil := d.Floor().IntPart(), d.Ceil().IntPart()
	switch op {
	case query.Gt:
		return since(floor + 1)
	case query.Ge:
		return since(ceil)
	case query.Lt:
		return below(ceil)
	case query.Le:
		return below(floor + 1)
	case query.Eq:
		if floor != ceil {
			return nothing
		}
		return query.And{since(floor), below(floor + 1)}
	}
	if floor != ceil {
		return since(0)
	}
	return query.Or{below(floor), since(floor + 1)}
}

// number compares a scaled column with an exact decimal. A constant between two storable values keeps its meaning: it is
// never rounded.
func number(c Column, op query.Op, v decimal.Decimal) query.Filter {
	scaled := v.Shift(int32(c.Scale))
	whole := scaled.Floor()
	exact := scaled.Equal(whole)
	const limit = int64(1) << 62
	any := query.Not{Of: query.IsNull{Col: c.Name}}
	if whole.Abs().GreaterThan(decimal.NewFromInt(limit)) { // beyond every storable value
		above := v.Sign() > 0
		switch op {
		case query.Lt, query.Le:
			if above {
				return any
			}
			return nothing
		case query.Gt, query.Ge:
			if above {
				return nothing
			}
			return any
		case query.Ne:
			return any
		}
		return nothing
	}
	n := whole.IntPart()
	if !exact {
		switch op {
		case query.Eq:
			return nothing
		case query.Ne:
			return any
		case query.Lt, query.Le:
			op = query.Le
		case query.Gt, query.Ge:
			op = query.Gt
		}
	}
	return query.Cmp{Col: c.Name, Op: op, Value: n}
}
