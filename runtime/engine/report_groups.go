package engine

import (
	"context"
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"time"

	"github.com/shopspring/decimal"

	"pipewright/rules"
	"pipewright/runtime/access"
	"pipewright/runtime/process"
	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

// grouping is one level of a report: how the store groups, and how a key is shown and found again.
type grouping struct {
	column access.Column
	unit   string
	zone   *time.Location
	starts []time.Time // of buckets
	group  query.Group
	bounds []decimal.Decimal // of ranges
	// choices are gone through one by one, in a field of several.
	choices []choice
}

type option struct {
	Key  string
	Name rules.Text
}

func (l *lister) options(list string) []option {
	for i := range l.app.Def.Options {
		if l.app.Def.Options[i].Key != list {
			continue
		}
		var out []option
		for _, o := range l.app.Def.Options[i].Items {
			out = append(out, option{o.Key, o.Name})
		}
		return out
	}
	return nil
}

// nameOf is what people call a column.
func (l *lister) nameOf(c access.Column) rules.Text {
	if c.Field != nil {
		return c.Field.Name
	}
	names := map[string]rules.Text{
		"stage": rules.Say("阶段", "階段", "Stage"), "owner": rules.Say("负责人", "負責人", "Owner"), "team": rules.Say("团队", "團隊", "Team"),
		"value": rules.Say("金额", "金額", "Value"), "weighted": rules.Say("加权金额", "加權金額", "Weighted value"),
		"closing": rules.Say("预计成交", "預計成交", "Expected close"), "createdAt": rules.Say("创建时间", "建立時間", "Created"),
		"updatedAt": rules.Say("更新时间", "更新時間", "Updated"), "closedAt": rules.Say("结束时间", "結束時間", "Closed"),
		"since": rules.Say("进入阶段", "進入階段", "In stage since"), "open": rules.Say("进行中", "進行中", "Open"), "end": rules.Say("结果", "結果", "Outcome"),
	}
	if t, ok := names[c.Key]; ok {
		return t
	}
	return rules.Plain(c.Key)
}

func (l *lister) groupColumn(by process.GroupBy, g *grouping) ReportColumn {
	c := ReportColumn{Key: by.By, Name: l.nameOf(g.column), Kind: "group", Type: "text"}
	switch {
	case g.unit != "":
		c.Type = g.unit
	case g.bounds != nil:
		c.Type = "range"
	case by.By == "stage", by.By == "team":
		c.Type = by.By
	case by.By == "owner":
		c.Type = "user"
	case g.column.Field != nil && slices.Contains([]string{"select", "user", "reference"}, g.column.Field.Def.Type):
		c.Type = g.column.Field.Def.Type
	case g.column.Type == query.Bool:
		c.Type = "bool"
	case g.column.Type == query.Int:
		c.Type = "number"
	}
	return c
}

func (l *lister) grouping(ctx context.Context, by process.GroupBy, path string) (*grouping, error) {
	c, err := l.column(by.By, path)
	if err != nil {
		return nil, err
	}
	g := &grouping{column: c, group: query.Group{Col: c.Name}, zone: l.app.Zone, choices: l.choices(c)}
	if c.Type == query.Int && len(by.Bounds) > 0 {
		return g, g.ranges(by.Bounds)
	}
	if c.Type != query.Time {
		return g, nil
	}
	if g.unit = by.Unit; g.unit == "" {
		g.unit = "day"
	}
	if by.By == "closing" || c.Field != nil && c.Field.Def.Type == "date" {
		g.zone = time.UTC // a day is kept as its midnight in UTC
	}
	if l.rows != "" {
		return g, nil // its buckets are those that rows fall into
	}
	span, err := l.e.store.Aggregate(ctx, l.coll, query.Aggregate{Filter: l.filter, Limit: 1,
		Measures: []query.Measure{{Kind: "min", Col: c.Name}, {Kind: "max", Col: c.Name}}})
	if err != nil {
		return nil, readError(err)
	}
	if len(span) == 0 || span[0].Values[0] == nil {
		return g, nil
	}
	first, last := time.UnixMilli(span[0].Values[0].Int64()), time.UnixMilli(span[0].Values[1].Int64())
	for at := g.start(first); !at.After(last); at = g.after(at) {
		if len(g.starts) == maxBuckets {
			return nil, readError(store.ErrTooMany)
		}
		g.starts = append(g.starts, at)
		g.group.Bounds = append(g.group.Bounds, at.UnixMilli())
	}
	return g, nil
}

// start is when the bucket of an instant begins.
func (g *grouping) start(at time.Time) time.Time {
	y, m, d := at.In(g.zone).Date()
	switch g.unit {
	case "year":
		m, d = time.January, 1
	case "month":
		d = 1
	case "quarter":
		m, d = (m-1)/3*3+1, 1
	case "week":
		d -= (int(at.In(g.zone).Weekday()) + 6) % 7
	}
	return time.Date(y, m, d, 0, 0, 0, 0, g.zone)
}

func (g *grouping) after(start time.Time) time.Time {
	y, m, d := start.Date()
	switch g.unit {
	case "year":
		y++
	case "month":
		m++
	case "quarter":
		m += 3
	case "week":
		d += 7
	default:
		d++
	}
	return time.Date(y, m, d, 0, 0, 0, 0, g.zone)
}

// label shows one key: its plain form, its name for people, and the condition that finds its records.
func (l *lister) label(g *grouping, key any) (string, rules.Text, string) {
	c := g.column
	name := l.asWritten(g)
	if g.choices != nil {
		return l.choiceLabel(g, key)
	}
	if key == nil {
		return "", emptyLabel, name + " == nil"
	}
	switch v := key.(type) {
	case int64:
		if g.bounds != nil {
			return l.rangeLabel(g, int(v))
		}
		if g.unit == "" {
			n := figure(big.NewInt(v), c).String()
			return n, rules.Plain(n), name + " == " + n
		}
		i := int(v) - 1
		if i < 0 || i >= len(g.starts) {
			return "", rules.Plain("?"), ""
		}
		start, end := g.starts[i], g.after(g.starts[i])
		text := g.text(start)
		if c.Key == "closing" || g.zone == time.UTC && c.Field != nil && c.Field.Def.Type == "date" {
			field := name
			if c.Key == "closing" && l.form.Process != nil {
				field = l.form.Process.Def.Closing
			}
			return text, rules.Plain(text), fmt.Sprintf("%s >= date('%s') && %s < date('%s')", field, start.Format("2006-01-02"), field, end.Format("2006-01-02"))
		}
		return text, rules.Plain(text), fmt.Sprintf("%s >= datetime('%s') && %s < datetime('%s')", name, start.UTC().Format(time.RFC3339), name, end.UTC().Format(time.RFC3339))
	case bool:
		label := rules.Say("否", "否", "No")
		cond := "!" + name
		if v {
			label, cond = rules.Say("是", "是", "Yes"), name
		}
		return strconv.FormatBool(v), label, cond
	case string:
		return v, l.textLabel(c, v), name + " == " + quote(v)
	}
	return fmt.Sprint(key), rules.Plain(fmt.Sprint(key)), ""
}

func (g *grouping) text(start time.Time) string {
	switch g.unit {
	case "year":
		return start.Format("2006")
	case "quarter":
		return fmt.Sprintf("%d-Q%d", start.Year(), (int(start.Month())+2)/3)
	case "month":
		return start.Format("2006-01")
	}
	return start.Format("2006-01-02")
}

// asWritten is how a condition names what is grouped by: within one on rows, a column of the row by a point before it.
func (l *lister) asWritten(g *grouping) string {
	if column, inRow := process.RowColumn(g.column.Key); inRow && l.ofRow(g) {
		return "." + column
	}
	return g.column.Key
}

func (l *lister) textLabel(c access.Column, v string) rules.Text {
	switch {
	case c.Key == "stage" && l.form.Process != nil:
		if st := l.form.Process.ByKey[v]; st != nil {
			return st.Def.Name
		}
	case c.Key == "owner", c.Field != nil && c.Field.Def.Type == "user":
		return rules.Plain(l.dir.Name(v))
	case c.Key == "team":
		if t, ok := l.dir.Team(v); ok {
			return rules.Plain(t.Name)
		}
	case c.Field != nil && c.Field.Def.Type == "select":
		for _, o := range l.options(c.Field.Def.Options) {
			if o.Key == v {
				return o.Name
			}
		}
	}
	return rules.Plain(v)
}

// referenceLabels puts titles in place of ids.
func (l *lister) referenceLabels(ctx context.Context, res *ReportResult, groups []*grouping) error {
	for i, g := range groups {
		if g.column.Field == nil || g.column.Field.Def.Type != "reference" {
			continue
		}
		target := l.app.Form(g.column.Field.Def.Form)
		if target == nil {
			continue
		}
		var ids []string
		for _, r := range res.Rows {
			if r.Keys[i] != "" && !slices.Contains(ids, r.Keys[i]) {
				ids = append(ids, r.Keys[i])
			}
		}
		docs, err := l.e.store.GetMany(ctx, RecordCollection(target), ids)
		if err != nil {
			return err
		}
		calls, err := l.e.callsOf(ctx, l.app.Def.Key, target, l.viewer.User)
		if err != nil {
			return err
		}
		for _, d := range docs {
			title, err := calls(d)
			if err != nil {
				return err
			}
			for _, r := range res.Rows {
				if r.Keys[i] == d.ID && title != "" {
					r.Labels[i] = rules.Plain(title)
				}
			}
		}
	}
	return nil
}

// quote writes a text as a literal of the expression language.
func quote(s string) string { return strconv.Quote(s) }
