package engine

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"pipewright/rules"
	"pipewright/runtime/access"
	"pipewright/runtime/forecast"
	"pipewright/runtime/process"
	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

// percent is a column whose figures are hundredths of the whole.
func percentColumn(key string, name rules.Text) ReportColumn {
	return ReportColumn{Key: key, Name: name, Kind: "measure", Type: "percent"}
}

var (
	saysWon      = rules.Say("赢单", "贏單", "Won")
	saysWeighted = rules.Say("加权（进行中）", "加權（進行中）", "Weighted (open)")
	saysExpected = rules.Say("预测", "預測", "Forecast")
	saysTarget   = rules.Say("目标", "目標", "Target")
	saysAttained = rules.Say("达成", "達成", "Attained")
	saysOnCourse = rules.Say("预计达成", "預計達成", "On course for")
)

// share is what a percent column shows: a fraction, as records hold percents.
func share(part decimal.Decimal, of *decimal.Decimal) Figure {
	s := forecast.Share(part, of)
	if s == nil {
		return Figure{Null: true}
	}
	return Figure{Value: s.Div(decimal.New(100, 0)), Scale: 3}
}

// outlook tells by month and owner what is won and expected, beside the target: of this month and those after it.
func (l *lister) outlook(ctx context.Context, res *ReportResult) error {
	p := l.form.Process
	if p == nil {
		return notFound()
	}
	first := forecast.MonthOf(l.e.instant().In(l.app.Zone))
	f, err := l.forecast(ctx, p, forecast.Amount, first.Months(max(res.Def.Months, 1)))
	if err != nil {
		return err
	}
	money := func(key string, name rules.Text) ReportColumn {
		return ReportColumn{Key: key, Name: name, Kind: "measure", Type: "money", Currency: f.Value.Currency}
	}
	res.Columns = []ReportColumn{{Key: "month", Name: rules.Say("月份", "月份", "Month"), Kind: "group", Type: "month"},
		{Key: "owner", Name: l.nameOf(access.Column{Key: "owner"}), Kind: "group", Type: "user"},
		money("won", saysWon), money("weighted", saysWeighted), money("expected", saysExpected), money("target", saysTarget),
		percentColumn("attained", saysAttained), percentColumn("onCourse", saysOnCourse)}
	values := func(c *forecast.Cell) []Figure {
		return []Figure{f.Figure(&c.Won), f.Figure(&c.Weighted), f.Figure(&c.Expected), f.Figure(c.Target), share(c.Won, c.Target), share(c.Expected, c.Target)}
	}
	for m, month := range f.Months {
		for i := range f.Rows {
			r := &f.Rows[i]
			c := &r.Cells[m]
			if r.Subject.Kind != "user" || c.WonCount+c.OpenCount == 0 && c.Target == nil && c.Call == nil {
				continue
			}
			label := rules.Say("（空）", "（空）", "(empty)")
			if r.Subject.ID != "" {
				label = rules.Plain(l.dir.Name(r.Subject.ID))
			}
			won, open := f.Wheres(i, m, m)
			if open != "" {
				won = "(" + won + ") || (" + open + ")"
			}
			res.Rows = append(res.Rows, ReportRow{Keys: []string{month.String(), r.Subject.ID}, Labels: []rules.Text{rules.Plain(month.String()), label}, Values: values(c), Where: won})
		}
	}
	whole := forecast.Whole(f.Totals)
	res.Totals = values(&whole)
	return nil
}

// pace tells for each Monday of this quarter how the quarter stood then against its target: what had been won in it, and what was open for it
// at its weight of that day. Of a week whose positions were not taken only the first is known.
func (l *lister) pace(ctx context.Context, res *ReportResult) error {
	p := l.form.Process
	if p == nil {
		return notFound()
	}
	now := l.e.instant().In(l.app.Zone)
	month := forecast.MonthOf(now)
	first := forecast.Month{Year: month.Year, Month: (month.Month-1)/3*3 + 1}
	f, err := l.forecast(ctx, p, forecast.Amount, first.Months(3))
	if err != nil {
		return err
	}
	target := forecast.Whole(f.Totals).Target
	weighted, sees, err := l.shown("weighted", p.Def.Value)
	if err != nil {
		return err
	}
	closing, dated, err := l.shown("closing", p.Def.Closing)
	if err != nil {
		return err
	}
	start, end := first.Start(l.app.Zone), first.Add(3).Start(l.app.Zone)
	var weeks []time.Time
	for at := weekOf(start, l.app.Zone); !at.After(now); at = at.AddDate(0, 0, 7) {
		if !at.Before(start) {
			weeks = append(weeks, at)
		}
	}
	taken := make([]bool, len(weeks))
	for i, week := range weeks {
		entry, err := l.e.store.Get(ctx, collSchedules, snapshotLedger(l.app.Def.Key, p.Def.Key, week))
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
		taken[i] = err == nil && entry.Cols["state"] == tickDone
	}
	won, open := make([]big.Int, len(weeks)+1), make([]big.Int, len(weeks)+1)
	if sees {
		if err := l.wonBy(ctx, weighted, start, end, weeks, won); err != nil {
			return err
		}
	}
	if sees && dated {
		due := query.And{query.Cmp{Col: "closing", Op: query.Ge, Value: first.Start(time.UTC).UnixMilli()}, query.Cmp{Col: "closing", Op: query.Lt, Value: first.Add(3).Start(time.UTC).UnixMilli()}}
		seen := both(l.filter, both(weighted.Seen, closing.Seen))
		if err := l.openFor(ctx, p, weeks, seen, due, open); err != nil {
			return err
		}
	}
	money := func(key string, name rules.Text) ReportColumn {
		return ReportColumn{Key: key, Name: name, Kind: "measure", Type: "money", Currency: weighted.Currency}
	}
	res.Columns = []ReportColumn{{Key: "week", Name: rules.Say("周一", "週一", "Monday"), Kind: "group", Type: "week"},
		money("won", rules.Say("本季已赢", "本季已贏", "Won this quarter")), money("weighted", saysWeighted), money("expected", saysExpected), money("target", saysTarget),
		percentColumn("attained", saysAttained), percentColumn("onCourse", saysOnCourse)}
	for i := range won {
		key, label := "now", rules.Say("现在", "現在", "Now")
		where := ""
		if i < len(weeks) {
			key = weeks[i].Format(time.DateOnly)
			label = rules.Plain(key)
			where = fmt.Sprintf("end == \"won\" && closedAt >= datetime('%s') && closedAt < datetime('%s')", start.UTC().Format(time.RFC3339), weeks[i].UTC().Format(time.RFC3339))
		} else {
			closedIn, openIn := f.Wheres(-1, 0, 2)
			where = "(" + closedIn + ") || (" + openIn + ")"
			if openIn == "" {
				where = closedIn
			}
		}
		w, o := figure(&won[i], weighted), figure(&open[i], weighted)
		sum := w
		sum.Value = w.Value.Add(o.Value)
		onCourse := share(sum.Value, target)
		if i < len(weeks) && !taken[i] { // nobody knows what was open then
			o.Null, sum.Null, onCourse.Null = true, true, true
		}
		res.Rows = append(res.Rows, ReportRow{Keys: []string{key}, Labels: []rules.Text{label}, Values: []Figure{w, o, sum, f.Figure(target), share(w.Value, target), onCourse}, Where: where})
	}
	res.Totals = make([]Figure, len(res.Columns)-1)
	for i := range res.Totals {
		res.Totals[i].Null = true // each line is a position of its own
	}
	return nil
}

// wonBy sums up what was won from start to end: before each of the weeks, and last in all.
func (l *lister) wonBy(ctx context.Context, value access.Column, start, end time.Time, weeks []time.Time, into []big.Int) error {
	part := *l
	part.filter = append(slices.Clone(l.filter), query.Cmp{Col: "end", Op: query.Eq, Value: "won"},
		query.Cmp{Col: "closedAt", Op: query.Ge, Value: start.UnixMilli()}, query.Cmp{Col: "closedAt", Op: query.Lt, Value: end.UnixMilli()})
	var groups []query.Group
	if len(weeks) > 0 {
		groups = []query.Group{{Col: "closedAt"}}
		for _, week := range weeks {
			groups[0].Bounds = append(groups[0].Bounds, week.UnixMilli())
		}
	}
	rows, err := part.measure(ctx, groups, []measured{{query.Measure{Kind: "sum", Col: "value"}, value.Seen}}, maxGroups)
	if err != nil {
		return err
	}
	for _, r := range rows {
		from := int64(len(weeks))
		if len(groups) > 0 {
			from, _ = r.Keys[0].(int64) // what was won before a week was so in all that follow
		}
		for i := int(from); i < len(into) && r.Values[0] != nil; i++ {
			into[i].Add(&into[i], r.Values[0])
		}
	}
	return nil
}

// openFor sums up, at its weight, what is open and due: as it stood in each of the weeks, of the records that are seen now, and last as it stands now.
func (l *lister) openFor(ctx context.Context, p *process.Process, weeks []time.Time, seen query.Filter, due query.And, into []big.Int) error {
	now := query.And{seen, query.Cmp{Col: "open", Op: query.Eq, Value: true}, due}
	rows, err := l.e.store.Aggregate(ctx, l.coll, query.Aggregate{Filter: now, Measures: []query.Measure{{Kind: "sum", Col: "weighted"}}, Limit: 1})
	if err != nil {
		return readError(err)
	}
	if len(rows) > 0 && rows[0].Values[0] != nil {
		into[len(weeks)].Set(rows[0].Values[0])
	}
	stood := append(ofWeeks(p, weeks...), due)
	known, err := l.e.count(ctx, collSnapshots, stood)
	if err != nil || known == 0 {
		return err
	}
	mine, err := l.e.idsOf(ctx, l.coll, seen)
	if err != nil {
		return err
	}
	at := map[int64]int{}
	for i, week := range weeks {
		at[week.UnixMilli()] = i
	}
	var n big.Int
	return l.e.store.Scan(ctx, collSnapshots, query.Scan{Filter: stood, Cols: []string{"week", "record", "weighted"}}, func(_ string, row []any) error {
		id, _ := row[1].(string)
		if weighted, ok := row[2].(int64); ok && mine[id] {
			week, _ := row[0].(int64)
			sum := &into[at[week]]
			sum.Add(sum, n.SetInt64(weighted))
		}
		return nil
	})
}
