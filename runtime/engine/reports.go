package engine

import (
	"context"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"time"

	"pipewright/rules"
	"pipewright/runtime/access"
	"pipewright/runtime/process"
	"pipewright/runtime/store"
)

// maxBuckets is how many days, weeks, months or years a report shows.
const maxBuckets = 500

// ReportColumn is a group or a measure of a report. Type is "stage", "user", "team", "select", "reference", "text", "bool", "number", "day",
// "week", "month", "year", "range" for groups; "count", "money" or "number" for measures.
type ReportColumn struct {
	Key      string
	Name     rules.Text
	Kind     string // "group" or "measure"
	Type     string
	Currency string
	// Where narrows the records of a measure further than those of its line, and OfRow the rows that a report of rows counts.
	Where, OfRow string
}

// ReportRow is one line. Where is a condition that finds its records; empty when there is none for it. OfRow is one on the rows that a report of
// rows counts, such as .product == "a": the records are those with a row of which this holds, and with it what OfRow of the column says.
type ReportRow struct {
	Keys   []string
	Labels []rules.Text
	Values []Figure
	Where  string
	OfRow  string
	// Wheres, where there are any, take the place of Where, one for each of Values: the figures are of different records.
	Wheres []string
}

// ReportResult is a report as one person sees it.
type ReportResult struct {
	Def     *process.Report
	App     *process.App
	Form    *process.Form
	Columns []ReportColumn
	Rows    []ReportRow
	// Since is when a comparison, a velocity or a look at stays starts from.
	Since time.Time
	// Across are the keys of the second group of a heat map, in their order.
	Across []Across
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
	return e.report(ctx, user, a, &a.Def.Reports[i], where)
}

// PreviewReport computes a report that is not published yet over the records there are, as a person sees them. It reads them as the live release
// knows them: what only the draft has is refused. The report must have been checked. Errors: as those of Report.
func (e *Engine) PreviewReport(ctx context.Context, user, app string, def *process.Report) (*ReportResult, error) {
	a, err := e.current(ctx, app)
	if err != nil {
		return nil, err
	}
	return e.report(ctx, user, a, def, "")
}

func (e *Engine) report(ctx context.Context, user string, a *process.App, def *process.Report, where string) (*ReportResult, error) {
	form := a.Forms[def.Form]
	if p := a.Processes[def.Process]; p != nil {
		form = p.Form
	}
	if form == nil {
		return nil, notFound()
	}
	l, err := e.look(ctx, user, a.Def.Key, form.Def.Key)
	if err != nil {
		return nil, err
	}
	if err := l.narrow(ctx, &ListQuery{Where: where}); err != nil {
		return nil, err
	}
	if err := l.where(def.Where); err != nil {
		return nil, err
	}
	if err := l.settle(ctx); err != nil {
		return nil, err
	}
	if def.Rows != "" {
		seen, problem := access.SeesTable(form, def.Rows, l.viewer)
		if problem != nil {
			problem.Path = "/rows"
			return nil, reject(problem.Code, problem.Message, *problem)
		}
		if l.rows = def.Rows; seen != nil {
			l.filter = append(l.filter, seen)
		}
	}
	res := &ReportResult{Def: def, App: a, Form: form}
	switch def.Kind {
	case "funnel":
		return res, l.funnel(ctx, res)
	case "snapshot":
		return res, l.compare(ctx, res)
	case "forecast":
		return res, l.outlook(ctx, res)
	case "quota":
		return res, l.pace(ctx, res)
	case "velocity":
		return res, l.velocity(ctx, res)
	case "stay":
		return res, l.stay(ctx, res)
	case "ageing":
		return res, l.ageing(ctx, res)
	}
	return res, l.summary(ctx, res)
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
	by := l.byCurrency(groups)
	ms, err := l.measures(res.Def.Measures, by >= 0)
	if err != nil {
		return err
	}
	for i := range ms.shown {
		res.Columns = append(res.Columns, ms.shown[i].column)
	}
	for _, g := range groups {
		if g.column.Seen != nil {
			l.filter = append(l.filter, g.column.Seen)
		}
	}
	rows, totals, err := l.measuredBy(ctx, groups, ms.asked)
	if err != nil {
		return err
	}
	if len(rows) == 0 && len(groups) == 0 {
		rows = []store.Row{{Values: make([]*big.Int, len(ms.asked))}}
	}
	for _, r := range rows {
		row := ReportRow{}
		var wheres, ofRow []string
		told := true
		for i, g := range groups {
			key, label, cond := l.label(g, r.Keys[i])
			row.Keys, row.Labels = append(row.Keys, key), append(row.Labels, label)
			told = told && cond != ""
			if l.ofRow(g) {
				ofRow = append(ofRow, cond)
			} else {
				wheres = append(wheres, cond)
			}
		}
		if told {
			row.Where, row.OfRow = strings.Join(wheres, " && "), strings.Join(ofRow, " && ")
		}
		currency := ""
		if by >= 0 {
			currency = row.Keys[by]
		}
		row.Values = ms.figures(r.Values, currency, false)
		res.Rows = append(res.Rows, row)
	}
	res.Totals = ms.figures(totals, "", true)
	l.inOrder(res.Rows, groups, 0)
	if err := l.referenceLabels(ctx, res, groups); err != nil {
		return err
	}
	if res.Def.Chart == "heat" && len(groups) == 2 {
		res.Across = l.across(res, rows, groups[1])
	}
	return nil
}

// measuredBy are the groups with what is measured of each, and the measures of all together.
func (l *lister) measuredBy(ctx context.Context, groups []*grouping, ms []measured) ([]store.Row, []*big.Int, error) {
	if l.rows != "" {
		return l.countRows(ctx, groups, ms)
	}
	rows, err := l.measureGroups(ctx, groups, ms)
	if err != nil {
		return nil, nil, err
	}
	totals, err := l.totals(ctx, groups, rows, ms)
	return rows, totals, err
}

// inOrder puts stages and options in the order of the definition, level by level.
func (l *lister) inOrder(rows []ReportRow, groups []*grouping, level int) {
	if level == len(groups) {
		return
	}
	if order := l.order(groups[level]); order != nil {
		slices.SortStableFunc(rows, func(a, b ReportRow) int { return placeIn(order, a.Keys[level]) - placeIn(order, b.Keys[level]) })
	}
	for from := 0; from < len(rows); {
		to := from + 1
		for to < len(rows) && rows[to].Keys[level] == rows[from].Keys[level] {
			to++
		}
		l.inOrder(rows[from:to], groups, level+1)
		from = to
	}
}

// order are the keys of a level in the order of the definition; nil where it has none.
func (l *lister) order(g *grouping) []string {
	var order []string
	switch c := g.column; {
	case c.Key == "stage" && l.form.Process != nil:
		for _, st := range l.form.Process.Stages {
			order = append(order, st.Def.Key)
		}
	case g.choices != nil:
		for _, o := range g.choices {
			order = append(order, o.key)
		}
	case c.Field != nil && c.Field.Def.Type == "select":
		for _, o := range l.options(c.Field.Def.Options) {
			order = append(order, o.Key)
		}
	}
	return order
}

// placeIn is the place of a key; what has none comes last.
func placeIn(order []string, key string) int {
	if i := slices.Index(order, key); i >= 0 {
		return i
	}
	return len(order)
}
