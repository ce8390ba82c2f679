package engine

import (
	"context"
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"time"

	"pipewright/rules"
	"pipewright/runtime/access"
	"pipewright/runtime/process"
	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

// maxBuckets is how many days, weeks, months or years a report shows.
const maxBuckets = 500

// ReportColumn is a group or a measure of a report. Type is "stage", "user", "team", "select", "reference", "text", "bool", "number", "day",
// "week", "month", "year" for groups; "count", "money" or "number" for measures.
type ReportColumn struct {
	Key      string
	Name     rules.Text
	Kind     string // "group" or "measure"
	Type     string
	Currency string
}

// ReportRow is one line. Where is a condition that finds its records; empty when there is none for it.
type ReportRow struct {
	Keys   []string
	Labels []rules.Text
	Values []Figure
	Where  string
}

// ReportResult is a report as one person sees it.
type ReportResult struct {
	Def     *process.Report
	App     *process.App
	Form    *process.Form
	Columns []ReportColumn
	Rows    []ReportRow
	// Totals align with the measures; a minimum or maximum has none.
	Totals []Figure
}

// Report computes a report over what the person may see. Errors: *process.Rejection not.found, field.unknown,
// query.unsupported.
func (e *Engine) Report(ctx context.Context, user, app, key, where string) (*ReportResult, error) {
	a, err := e.current(ctx, app)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(a.Def.Reports, func(r process.Report) bool { return r.Key == key })
	if i < 0 {
		return nil, notFound()
	}
	def := &a.Def.Reports[i]
	form := a.Forms[def.Form]
	if p := a.Processes[def.Process]; p != nil {
		form = p.Form
	}
	if form == nil {
		return nil, notFound()
	}
	l, err := e.look(ctx, user, app, form.Def.Key)
	if err != nil {
		return nil, err
	}
	if err := l.narrow(&ListQuery{Where: where}); err != nil {
		return nil, err
	}
	if err := l.where(def.Where); err != nil {
		return nil, err
	}
	res := &ReportResult{Def: def, App: a, Form: form}
	if def.Kind == "funnel" {
		return res, l.funnel(ctx, res)
	}
	return res, l.summary(ctx, res)
}

// grouping is one level of a report: how the store groups, and how a key is shown and found again.
type grouping struct {
	column access.Column
	unit   string
	zone   *time.Location
	starts []time.Time // of buckets
	group  query.Group
}

func (l *lister) summary(ctx context.Context, res *ReportResult) error {
	var groups []*grouping
	for i, by := range res.Def.Group {
		g, err := l.grouping(ctx, by, "/group/"+strconv.Itoa(i))
		if err != nil {
			return err
		}
		groups = append(groups, g)
		res.Columns = append(res.Columns, l.groupColumn(by, g))
	}
	var ms []measured
	var cols []access.Column
	for _, m := range res.Def.Measures {
		c, kind := access.Column{}, "count"
		name, field := m.Name, ""
		switch {
		case m.Sum != "":
			kind, field = "sum", m.Sum
		case m.Min != "":
			kind, field = "min", m.Min
		case m.Max != "":
			kind, field = "max", m.Max
		}
		col := ReportColumn{Key: m.Key, Kind: "measure", Type: "count"}
		if field != "" {
			var err error
			if c, err = l.column(field, "/measures/"+m.Key); err != nil {
				return err
			}
			col.Type, col.Currency = "number", c.Currency
			if c.Currency != "" {
				col.Type = "money"
			}
			if name.IsZero() {
				name = l.nameOf(c)
			}
		} else if name.IsZero() {
			name = rules.Say("数量", "數量", "Count")
		}
		col.Name = name
		ms = append(ms, measured{query.Measure{Kind: kind, Col: c.Name}, c.Seen})
		cols = append(cols, c)
		res.Columns = append(res.Columns, col)
	}
	qs := make([]query.Group, len(groups))
	for i, g := range groups {
		qs[i] = g.group
		if g.column.Seen != nil {
			l.filter = append(l.filter, g.column.Seen)
		}
	}
	rows, err := l.measure(ctx, qs, ms, l.app)
	if err != nil {
		return err
	}
	if len(rows) == 0 && len(groups) == 0 {
		rows = []store.Row{{Values: make([]*big.Int, len(ms))}}
	}
	totals := make([]*big.Int, len(ms))
	for _, r := range rows {
		row := ReportRow{}
		var wheres []string
		for i, g := range groups {
			key, label, cond := l.label(ctx, g, r.Keys[i])
			row.Keys, row.Labels = append(row.Keys, key), append(row.Labels, label)
			wheres = append(wheres, cond)
		}
		if len(wheres) > 0 && !slices.Contains(wheres, "") {
			row.Where = strings.Join(wheres, " && ")
		}
		for i, m := range ms {
			n := r.Values[i]
			if n == nil && (m.Kind == "count" || m.Kind == "sum") {
				n = new(big.Int)
			}
			row.Values = append(row.Values, figure(n, cols[i]))
			if n != nil && (m.Kind == "count" || m.Kind == "sum") {
				if totals[i] == nil {
					totals[i] = new(big.Int)
				}
				totals[i].Add(totals[i], n)
			}
		}
		res.Rows = append(res.Rows, row)
	}
	for i, n := range totals {
		if n == nil && (ms[i].Kind == "count" || ms[i].Kind == "sum") {
			n = new(big.Int)
		}
		res.Totals = append(res.Totals, figure(n, cols[i]))
	}
	l.inOrder(res, groups)
	return l.referenceLabels(ctx, res, groups)
}

// inOrder puts stages and options in the order of the definition.
func (l *lister) inOrder(res *ReportResult, groups []*grouping) {
	if len(groups) == 0 {
		return
	}
	var order []string
	switch c := groups[0].column; {
	case c.Key == "stage" && l.form.Process != nil:
		for _, st := range l.form.Process.Stages {
			order = append(order, st.Def.Key)
		}
	case c.Field != nil && c.Field.Def.Type == "select":
		for _, o := range l.options(c.Field.Def.Options) {
			order = append(order, o.Key)
		}
	default:
		return
	}
	place := func(r ReportRow) int {
		if i := slices.Index(order, r.Keys[0]); i >= 0 {
			return i
		}
		return len(order)
	}
	slices.SortStableFunc(res.Rows, func(a, b ReportRow) int { return place(a) - place(b) })
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
	g := &grouping{column: c, group: query.Group{Col: c.Name}, zone: l.app.Zone}
	if c.Type != query.Time {
		return g, nil
	}
	if g.unit = by.Unit; g.unit == "" {
		g.unit = "day"
	}
	if by.By == "closing" || c.Field != nil && c.Field.Def.Type == "date" {
		g.zone = time.UTC // a day is kept as its midnight in UTC
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
func (l *lister) label(ctx context.Context, g *grouping, key any) (string, rules.Text, string) {
	c := g.column
	name := c.Key
	if key == nil {
		return "", rules.Say("（空）", "（空）", "(empty)"), name + " == nil"
	}
	switch v := key.(type) {
	case int64:
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
		target := l.app.Forms[g.column.Field.Def.Form]
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
		for _, d := range docs {
			title, _ := d.Cols["title"].(string)
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

// funnel counts the records by stage: how many stand there now, and how many have come at least that far among those that are
// still open or were won.
func (l *lister) funnel(ctx context.Context, res *ReportResult) error {
	p := l.form.Process
	if p == nil {
		return notFound()
	}
	res.Columns = []ReportColumn{
		{Key: "stage", Name: l.nameOf(access.Column{Key: "stage"}), Kind: "group", Type: "stage"},
		{Key: "count", Name: rules.Say("数量", "數量", "Count"), Kind: "measure", Type: "count"},
		{Key: "reached", Name: rules.Say("到达", "到達", "Reached"), Kind: "measure", Type: "count"},
	}
	var cols []access.Column
	if p.Def.Value != "" {
		if c, err := l.column("value", "/value"); err == nil {
			cols = append(cols, c)
			res.Columns = append(res.Columns, ReportColumn{Key: "value", Name: l.nameOf(c), Kind: "measure", Type: "money", Currency: c.Currency})
		}
	}
	rows, err := l.measure(ctx, []query.Group{{Col: "stage"}}, countAnd(cols), l.app)
	if err != nil {
		return err
	}
	byStage := map[string][]*big.Int{}
	for _, r := range rows {
		stage, _ := r.Keys[0].(string)
		byStage[stage] = r.Values
	}
	reached := new(big.Int)
	value := new(big.Int)
	count := new(big.Int)
	for i := len(p.Stages) - 1; i >= 0; i-- {
		st := p.Stages[i]
		if end := st.Def.End; end == "lost" || end == "cancelled" {
			continue
		}
		n := new(big.Int)
		sum := new(big.Int)
		if v := byStage[st.Def.Key]; v != nil {
			n = v[0]
			if len(v) > 1 && v[1] != nil {
				sum = v[1]
			}
		}
		reached.Add(reached, n)
		count.Add(count, n)
		value.Add(value, sum)
		row := ReportRow{Keys: []string{st.Def.Key}, Labels: []rules.Text{st.Def.Name}, Where: "stage == " + quote(st.Def.Key),
			Values: []Figure{figure(n, access.Column{}), figure(new(big.Int).Set(reached), access.Column{})}}
		if len(cols) > 0 {
			row.Values = append(row.Values, figure(sum, cols[0]))
		}
		res.Rows = append(res.Rows, row)
	}
	slices.Reverse(res.Rows)
	res.Totals = []Figure{figure(count, access.Column{}), figure(reached, access.Column{})}
	if len(cols) > 0 {
		res.Totals = append(res.Totals, figure(value, cols[0]))
	}
	return nil
}
