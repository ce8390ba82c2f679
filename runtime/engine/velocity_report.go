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
	filter := append(slices.Clone(l.filter), query.Or{query.Cmp{Col: "open", Op: query.Eq, Value: true}, query.Cmp{Col: "closedAt", Op: query.Ge, Value: since.UnixMilli()}})
	if err := l.e.whole(ctx, l.coll, filter, []string{"open", "end", "value", "owner", "createdAt", "closedAt"}, func(d store.Doc) {
		owner, _ := d.Cols["owner"].(string)
		pace := by[owner]
		created, _ := d.Cols["createdAt"].(int64)
		closed, _ := d.Cols["closedAt"].(int64)
		switch {
		case d.Cols["open"] == true:
			pace.Open++
		case d.Cols["end"] == "won":
			pace.Won++
			pace.Took += time.Duration(max(closed-created, 0)) * time.Millisecond
			if n, ok := d.Cols["value"].(int64); ok && sees != nil && sees(d.ID) {
				pace.Value = pace.Value.Add(decimal.NewFromBigInt(big.NewInt(n), -int32(value.Scale)))
			}
		case d.Cols["end"] == "lost":
			pace.Lost++
		}
		by[owner] = pace
	}); err != nil {
		return err
	}
	inTime := fmt.Sprintf("closedAt >= datetime('%s')", since.UTC().Format(time.RFC3339))
	measure := func(key, kind, currency, where string, name rules.Text) ReportColumn {
		return ReportColumn{Key: key, Name: name, Kind: "measure", Type: kind, Currency: currency, Where: where}
	}
	won, ended := "won && "+inTime, "(won || end == \"lost\") && "+inTime
	res.Columns = []ReportColumn{{Key: "owner", Name: l.nameOf(access.Column{Key: "owner"}), Kind: "group", Type: "user"},
		measure("open", "count", "", "open", rules.Say("进行中", "進行中", "Open")), measure("won", "count", "", won, saysWon),
		measure("rate", "percent", "", ended, rules.Say("赢单率", "贏單率", "Win rate")), measure("cycle", "number", "", won, rules.Say("成交周期（天）", "成交週期（天）", "Days to win"))}
	if sees != nil {
		res.Columns = append(res.Columns, measure("mean", "money", value.Currency, won, rules.Say("平均单额", "平均單額", "Mean won")),
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
