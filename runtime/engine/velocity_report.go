package engine

import (
	"context"
	"fmt"
	"math/big"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"pipewright/rules"
	"pipewright/runtime/access"
	"pipewright/runtime/forecast"
	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

// quarterWeeks is how far a velocity looks back when the report does not say.
const quarterWeeks = 13

// velocity tells by owner how fast business comes in: open now × mean won × win rate ÷ days to win, of what closed in the last weeks.
func (l *lister) velocity(ctx context.Context, res *ReportResult) error {
	p := l.form.Process
	if p == nil {
		return notFound()
	}
	weeks := res.Def.Weeks
	if weeks == 0 {
		weeks = quarterWeeks
	}
	since := l.e.instant().In(l.app.Zone).AddDate(0, 0, -7*weeks)
	value, sees, err := l.shows(ctx, "value", p.Def.Value)
	if err != nil {
		return err
	}
	by := map[string]forecast.Pace{}
	closed := query.Cmp{Col: "closedAt", Op: query.Ge, Value: since.UnixMilli()}
	counted := *l
	counted.filter = append(slices.Clone(l.filter), query.Or{query.Cmp{Col: "open", Op: query.Eq, Value: true}, closed})
	counts, err := counted.measure(ctx, []query.Group{{Col: "owner"}, {Col: "open"}, {Col: "end"}}, countAnd(nil), store.MaxGroups)
	if err != nil {
		return err
	}
	for _, r := range counts {
		owner, _ := r.Keys[0].(string)
		pace := by[owner]
		switch n := r.Values[0].Int64(); {
		case r.Keys[1] == true:
			pace.Open += n
		case r.Keys[2] == "lost":
			pace.Lost += n
		}
		by[owner] = pace
	}
	// How long each took is between two of its times, so what was won is looked at one by one.
	won := append(slices.Clone(l.filter), closed, query.Cmp{Col: "end", Op: query.Eq, Value: "won"}, query.Not{Of: query.Cmp{Col: "open", Op: query.Eq, Value: true}})
	if err := l.e.store.Scan(ctx, l.coll, query.Scan{Filter: won, Cols: []string{"owner", "createdAt", "closedAt", "value"}}, func(id string, row []any) error {
		owner, _ := row[0].(string)
		pace := by[owner]
		pace.Won++
		created, _ := row[1].(int64)
		closed, _ := row[2].(int64)
		pace.Took += time.Duration(max(closed-created, 0)) * time.Millisecond
		if n, ok := row[3].(int64); ok && sees != nil && sees(id) {
			pace.Value = pace.Value.Add(decimal.NewFromBigInt(big.NewInt(n), -int32(value.Scale)))
		}
		by[owner] = pace
		return nil
	}); err != nil {
		return err
	}
	inTime := fmt.Sprintf("closedAt >= datetime('%s')", since.UTC().Format(time.RFC3339))
	measure := func(key, kind, currency, where string, name rules.Text) ReportColumn {
		return ReportColumn{Key: key, Name: name, Kind: "measure", Type: kind, Currency: currency, Where: where}
	}
	wasWon, ended := "won && "+inTime, "(won || end == \"lost\") && "+inTime
	res.Columns = []ReportColumn{{Key: "owner", Name: l.nameOf(access.Column{Key: "owner"}), Kind: "group", Type: "user"},
		measure("open", "count", "", "open", rules.Say("进行中", "進行中", "Open")), measure("won", "count", "", wasWon, saysWon),
		measure("rate", "percent", "", ended, rules.Say("赢单率", "贏單率", "Win rate")), measure("cycle", "number", "", wasWon, rules.Say("成交周期（天）", "成交週期（天）", "Days to win"))}
	if sees != nil {
		res.Columns = append(res.Columns, measure("mean", "money", value.Currency, wasWon, rules.Say("平均单额", "平均單額", "Mean won")),
			measure("velocity", "money", value.Currency, "open", rules.Say("每天产出", "每天產出", "A day")))
	}
	figures := func(pace forecast.Pace) []Figure {
		mean, rate, days, velocity := pace.Velocity(int32(value.Scale))
		plain := func(d *decimal.Decimal, scale int, currency string) Figure {
			if d == nil {
				return Figure{Null: true, Scale: scale, Currency: currency}
			}
			return Figure{Value: *d, Scale: scale, Currency: currency}
		}
		out := []Figure{figure(big.NewInt(pace.Open), access.Column{}), figure(big.NewInt(pace.Won), access.Column{}), plain(rate, ratioScale, ""), plain(days, 1, "")}
		if sees != nil {
			out = append(out, plain(mean, value.Scale, value.Currency), plain(velocity, value.Scale, value.Currency))
		}
		return out
	}
	var total forecast.Pace
	var owners []string
	for owner := range by {
		owners = append(owners, owner)
	}
	slices.Sort(owners)
	for _, owner := range owners {
		total = total.Add(by[owner])
		label, where := rules.Plain(l.dir.Name(owner)), "owner == "+quote(owner)
		if owner == "" {
			label, where = rules.Say("（空）", "（空）", "(empty)"), "owner == nil"
		}
		res.Rows = append(res.Rows, ReportRow{Keys: []string{owner}, Labels: []rules.Text{label}, Values: figures(by[owner]), Where: where})
	}
	res.Since, res.Totals = since, figures(total)
	return nil
}
