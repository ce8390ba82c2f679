package engine

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"pipewright/forms"
	"pipewright/rules"
	"pipewright/runtime/store"
)

// A figure is grouped into the ranges between bounds: up to the first, from each to the next, from the last on. What is a bound belongs to the
// range above it. Stores and rows tell a range by its place.

// ranges takes the bounds of a level. One finer than the figure itself begins at the next figure there can be.
func (g *grouping) ranges(bounds []json.Number) error {
	for _, text := range bounds {
		b, err := decimal.NewFromString(string(text))
		if err != nil {
			return err
		}
		g.bounds = append(g.bounds, b)
		g.group.Bounds = append(g.group.Bounds, b.Shift(int32(g.column.Scale)).Ceil().IntPart())
	}
	return nil
}

// place is the range that a stored figure falls into.
func (g *grouping) place(v int64) int64 {
	i, at := slices.BinarySearch(g.group.Bounds, v)
	if !at {
		return int64(i)
	}
	for i < len(g.group.Bounds) && g.group.Bounds[i] == v {
		i++
	}
	return int64(i)
}

// rangeLabel shows one range: its key, its name for people, and the condition that finds its records.
func (l *lister) rangeLabel(g *grouping, place int) (string, rules.Text, string) {
	field := l.asWritten(g)
	if g.column.Key == "value" && g.column.Field == nil && l.form.Process != nil {
		field = l.form.Process.Def.Value
	}
	if info, ok := l.form.Schema.Field(field); ok && info.Varies {
		field = "base(" + field + ")"
	}
	var key [2]string
	var conds []string
	var names []any
	if place > 0 {
		from := g.bounds[place-1]
		key[0], names = from.String(), append(names, "from", l.boundName(g, from))
		conds = append(conds, field+" >= "+from.String())
	}
	if place < len(g.bounds) {
		to := g.bounds[place]
		key[1], names = to.String(), append(names, "to", l.boundName(g, to))
		conds = append(conds, field+" < "+to.String())
	}
	name := rules.Say("{from} – {to}", "{from} – {to}", "{from} – {to}", names...)
	switch {
	case place == 0:
		name = rules.Say("不到 {to}", "不到 {to}", "under {to}", names...)
	case place == len(g.bounds):
		name = rules.Say("{from} 及以上", "{from} 及以上", "{from} and more", names...)
	}
	return key[0] + ".." + key[1], name, strings.Join(conds, " && ")
}

// boundName is a bound as people read it: percents as such, minutes as hours where they are whole, amounts of another currency with its code.
func (l *lister) boundName(g *grouping, b decimal.Decimal) rules.Text {
	c, kind := g.column, ""
	if c.Field != nil {
		kind = c.Field.Def.Type
	}
	hour := decimal.NewFromInt(60)
	switch {
	case kind == "percent":
		return rules.Plain(b.Shift(2).String() + "%")
	case kind == "duration" && b.Mod(hour).IsZero():
		return rules.Say("{n} 小时", "{n} 小時", "{n} h", "n", b.Div(hour).String())
	case kind == "duration":
		return rules.Say("{n} 分钟", "{n} 分鐘", "{n} min", "n", b.String())
	case c.Currency != "" && c.Currency != l.app.Def.Currency:
		return rules.Plain(c.Currency + " " + forms.Grouped(b.String()))
	case kind == "number" && c.Field.Def.Unit != "":
		return rules.Plain(forms.Grouped(b.String()) + " " + c.Field.Def.Unit)
	}
	return rules.Plain(forms.Grouped(b.String()))
}

// Across is a key of the second group of a heat map.
type Across struct {
	Key   string
	Label rules.Text
}

// across are the keys of the second of two groups: as the definition orders them, else as they ascend.
func (l *lister) across(res *ReportResult, rows []store.Row, g *grouping) []Across {
	// The raw keys ascend; each has the key and label that its lines have.
	var keys []store.Row
	for _, r := range rows {
		keys = append(keys, store.Row{Keys: r.Keys[1:]})
	}
	slices.SortStableFunc(keys, store.ByKeys)
	labels := map[string]rules.Text{}
	for _, r := range res.Rows {
		labels[r.Keys[1]] = r.Labels[1]
	}
	var out []Across
	for _, k := range keys {
		key, _, _ := l.label(g, k.Keys[0])
		if !slices.ContainsFunc(out, func(a Across) bool { return a.Key == key }) {
			out = append(out, Across{key, labels[key]})
		}
	}
	if order := l.order(g); order != nil {
		slices.SortStableFunc(out, func(a, b Across) int { return placeIn(order, a.Key) - placeIn(order, b.Key) })
	}
	return out
}
