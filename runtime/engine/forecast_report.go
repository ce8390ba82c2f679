package engine

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"time"

	"github.com/shopspring/decimal"

	"pipewright/rules"
	"pipewright/runtime/access"
	"pipewright/runtime/forecast"
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
	weighted, sees, err := l.shows(ctx, "weighted", p.Def.Value)
	if err != nil {
		return err
	}
	_, dated, err := l.shows(ctx, "closing", p.Def.Closing)
	if err != nil {
		return err
	}
	start, end := first.Start(l.app.Zone), first.Add(3).Start(l.app.Zone)
	firstDay, lastDay := first.Start(time.UTC).UnixMilli(), first.Add(3).Start(time.UTC).UnixMilli()
	var weeks []time.Time
	for at := weekOf(start, l.app.Zone); !at.After(now); at = at.AddDate(0, 0, 7) {
		if !at.Before(start) {
			weeks = append(weeks, at)
		}
	}
	before, taken := make([]map[string]map[string]any, len(weeks)), make([]bool, len(weeks))
	for i, week := range weeks {
		entry, err := l.e.store.Get(ctx, collSchedules, snapshotLedger(l.app.Def.Key, p.Def.Key, week))
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
		taken[i] = err == nil && entry.Cols["state"] == tickDone
		if before[i], err = l.e.positions(ctx, p, week); err != nil {
			return err
		}
	}
	won, open := make([]big.Int, len(weeks)+1), make([]big.Int, len(weeks)+1)
	within := func(cols map[string]any) int64 {
		if at, ok := cols["closing"].(int64); !ok || at < firstDay || at >= lastDay {
			return 0
		}
		n, _ := cols["weighted"].(int64)
		return n
	}
	err = l.e.whole(ctx, l.coll, l.filter, []string{"open", "end", "value", "weighted", "closing", "closedAt"}, func(d store.Doc) {
		if sees == nil || !sees(d.ID) {
			return
		}
		see := dated != nil && dated(d.ID)
		if d.Cols["open"] == true && see {
			open[len(weeks)].Add(&open[len(weeks)], big.NewInt(within(d.Cols)))
		}
		closed, _ := d.Cols["closedAt"].(int64)
		value, _ := d.Cols["value"].(int64)
		isWon := d.Cols["end"] == "won" && closed >= start.UnixMilli() && closed < end.UnixMilli()
		if isWon {
			won[len(weeks)].Add(&won[len(weeks)], big.NewInt(value))
		}
		for i, week := range weeks {
			if isWon && closed < week.UnixMilli() {
				won[i].Add(&won[i], big.NewInt(value))
			}
			if was := before[i][d.ID]; was != nil && see {
				open[i].Add(&open[i], big.NewInt(within(was)))
			}
		}
	})
	if err != nil {
		return err
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
