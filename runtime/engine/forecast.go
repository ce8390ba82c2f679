package engine

import (
	"context"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"pipewright/rules"
	"pipewright/runtime/access"
	"pipewright/runtime/forecast"
	"pipewright/runtime/process"
	"pipewright/runtime/query"
)

// maxForecastMonths is how many months are looked at together; maxForecastGroups how many months of how many people.
const (
	maxForecastMonths = 24
	maxForecastGroups = 10_000
)

// Forecast is what the months of a process come to for the people and teams a person oversees, with what was planned for them. Figures
// count the records he may read.
type Forecast struct {
	App     *process.App
	Process *process.Process
	What    string
	// Value is the column of the amounts; its scale and currency are those of every figure. Counts have none.
	Value  access.Column
	Months []forecast.Month
	Rows   []forecast.Row
	// Totals align with the months.
	Totals []forecast.Cell
	// Undated is the open part that has no day to close on, Overdue that of months before the first: neither is in the months.
	Undated, Overdue forecast.Actual
	// Blind: the viewer may not see the amounts of the records, so there is nothing but the plan.
	Blind bool

	closing string // the field that open records close by
}

// Forecast looks at months of a process from first on; what is "amount" or "count". Errors: *process.Rejection not.found, bad.request.
func (e *Engine) Forecast(ctx context.Context, user, app, proc, what string, first forecast.Month, n int) (*Forecast, error) {
	l, p, err := e.lookProcess(ctx, user, app, proc)
	if err != nil {
		return nil, err
	}
	if what != forecast.Amount && what != forecast.Count || n < 1 || n > maxForecastMonths || first.Year < 2000 || first.Year > 2100 {
		return nil, badRequest(rules.Say("what 是 amount 或 count，一次看 1 到 {max} 个月", "what 是 amount 或 count，一次看 1 到 {max} 個月",
			"what is amount or count, and 1 to {max} months are looked at together", "max", maxForecastMonths))
	}
	return l.forecast(ctx, p, what, first.Months(n))
}

func (l *lister) forecast(ctx context.Context, p *process.Process, what string, months []forecast.Month) (*Forecast, error) {
	f := &Forecast{App: l.app, Process: p, What: what, Months: months, closing: p.Def.Closing}
	if p.Def.Value != "" && what == forecast.Amount {
		var err error
		if f.Value, err = l.column("value", "/value"); err != nil {
			if _, refused := asRejection(err); !refused {
				return nil, err
			}
			f.Value, f.Blind = l.amounts(), true
		}
	} else if what == forecast.Amount {
		return nil, badRequest(rules.Say("此流程没有指定金额字段（value），只能看数量", "此流程沒有指定金額欄位（value），只能看數量", "This process names no value field; only numbers can be looked at"))
	}
	actuals := forecast.Actuals{}
	if !f.Blind {
		var err error
		if actuals, err = l.actuals(ctx, f); err != nil {
			return nil, err
		}
	}
	targets, err := l.e.plans(ctx, l.app.Def.Key, p.Def.Key, what, months)
	if err != nil {
		return nil, err
	}
	calls := forecast.Plans{}
	if what == forecast.Amount {
		if calls, err = l.e.plans(ctx, l.app.Def.Key, p.Def.Key, forecast.Call, months); err != nil {
			return nil, err
		}
	}
	f.Rows = forecast.Tree(l.dir, l.viewer.User, l.planPeople(actuals, targets, calls))
	f.Totals = forecast.Roll(f.Rows, months, actuals, targets, calls, what == forecast.Count)
	return f, nil
}

// amounts is how the amounts of the process are written, whoever asks.
func (l *lister) amounts() access.Column {
	info, _ := l.form.Schema.Field(l.form.Process.Def.Value)
	return access.Column{Scale: info.Scale, Currency: info.Currency}
}

// planPeople are those who have figures or a plan, and those who sell: who may enter records of the form. Others than the viewer and those
// he oversees come in by their records alone.
func (l *lister) planPeople(actuals forecast.Actuals, plans ...forecast.Plans) []string {
	var out []string
	for id := range actuals {
		out = append(out, id)
	}
	add := func(id string) {
		if forecast.MaySee(l.dir, l.viewer.User, forecast.Subject{Kind: "user", ID: id}) {
			out = append(out, id)
		}
	}
	for _, p := range plans {
		for s := range p {
			if s.Kind == "user" {
				add(s.ID)
			} else {
				for _, id := range l.dir.Members(s.ID, true) {
					if access.Rights(l.app, l.form.Def.Key, l.dir, id, nil).Read {
						add(id)
					}
				}
			}
		}
	}
	for _, u := range l.dir.Users() {
		if u.Active && access.Rights(l.app, l.form.Def.Key, l.dir, u.ID, nil).Create {
			add(u.ID)
		}
	}
	return out
}

// actuals sums up what was won in the months and what is open for them, by owner.
func (l *lister) actuals(ctx context.Context, f *Forecast) (forecast.Actuals, error) {
	out := forecast.Actuals{}
	end := f.Months[len(f.Months)-1].Add(1)
	bounds := func(zone *time.Location) []int64 {
		b := make([]int64, 0, len(f.Months)+1)
		for _, m := range f.Months {
			b = append(b, m.Start(zone).UnixMilli())
		}
		return append(b, end.Start(zone).UnixMilli())
	}
	ms := countAnd(nil)
	if f.What == forecast.Amount {
		weighted, err := l.column("weighted", "/weighted")
		if err != nil {
			return nil, err
		}
		ms = countAnd([]access.Column{f.Value, weighted})
	}
	read := func(n *big.Int) decimal.Decimal {
		if n == nil {
			return decimal.Zero
		}
		return decimal.NewFromBigInt(n, -int32(f.Value.Scale))
	}
	// sum goes over the records of a filter by owner and, with bounds, the month of a column.
	sum := func(fill func(owner string, month int, count int64, value, weighted decimal.Decimal), b []int64, col string, filter ...query.Filter) error {
		part := *l
		part.filter = append(slices.Clone(l.filter), filter...)
		groups := []query.Group{{Col: "owner"}}
		if b != nil {
			groups = append(groups, query.Group{Col: col, Bounds: b})
		}
		rows, err := part.measure(ctx, groups, ms, maxForecastGroups)
		if err != nil {
			return err
		}
		for _, r := range rows {
			owner, _ := r.Keys[0].(string)
			month := -1
			if b != nil {
				at, _ := r.Keys[1].(int64)
				if month = int(at) - 1; month < 0 || month >= len(f.Months) {
					continue
				}
			}
			var value, weighted decimal.Decimal
			if len(ms) > 1 {
				value, weighted = read(r.Values[1]), read(r.Values[2])
			}
			fill(owner, month, r.Values[0].Int64(), value, weighted)
		}
		return nil
	}
	at := func(owner string, month int, change func(*forecast.Actual)) {
		if out[owner] == nil {
			out[owner] = map[forecast.Month]forecast.Actual{}
		}
		a := out[owner][f.Months[month]]
		change(&a)
		out[owner][f.Months[month]] = a
	}
	won := bounds(l.app.Zone)
	err := sum(func(owner string, month int, count int64, value, _ decimal.Decimal) {
		at(owner, month, func(a *forecast.Actual) { a.WonCount, a.Won = count, value })
	}, won, "closedAt", query.Cmp{Col: "end", Op: query.Eq, Value: "won"}, query.Cmp{Col: "closedAt", Op: query.Ge, Value: won[0]}, query.Cmp{Col: "closedAt", Op: query.Lt, Value: won[len(won)-1]})
	if err != nil {
		return nil, err
	}
	open := query.Cmp{Col: "open", Op: query.Eq, Value: true}
	rest := func(into *forecast.Actual) func(string, int, int64, decimal.Decimal, decimal.Decimal) {
		return func(_ string, _ int, count int64, value, weighted decimal.Decimal) {
			into.OpenCount += count
			into.Open, into.Weighted = into.Open.Add(value), into.Weighted.Add(weighted)
		}
	}
	if f.closing == "" {
		return out, sum(rest(&f.Undated), nil, "", open)
	}
	closing, err := l.column("closing", "/closing")
	if _, refused := asRejection(err); refused {
		f.closing = "" // a day that he may not see is none
		return out, sum(rest(&f.Undated), nil, "", open)
	}
	if err != nil {
		return nil, err
	}
	dated := query.And{open}
	if closing.Seen != nil {
		dated = append(dated, closing.Seen)
	}
	days := bounds(time.UTC) // a day is kept as its midnight in UTC
	if err := sum(func(owner string, month int, count int64, value, weighted decimal.Decimal) {
		at(owner, month, func(a *forecast.Actual) { a.OpenCount, a.Open, a.Weighted = count, value, weighted })
	}, days, "closing", append(slices.Clone(dated), query.Cmp{Col: "closing", Op: query.Ge, Value: days[0]}, query.Cmp{Col: "closing", Op: query.Lt, Value: days[len(days)-1]})); err != nil {
		return nil, err
	}
	if err := sum(rest(&f.Overdue), nil, "", append(slices.Clone(dated), query.Cmp{Col: "closing", Op: query.Lt, Value: days[0]})); err != nil {
		return nil, err
	}
	return out, sum(rest(&f.Undated), nil, "", append(slices.Clone(dated), query.IsNull{Col: "closing"}))
}

// owners is the condition for the records of a row: a person's own, or those of all people below a team in the forecast.
func (f *Forecast) owners(row int) string {
	if row < 0 {
		return ""
	}
	if s := f.Rows[row].Subject; s == (forecast.Subject{Kind: "user"}) {
		return "owner == nil"
	} else if s.Kind == "user" {
		return "owner == " + quote(s.ID)
	}
	var ids []string
	for i := row + 1; i < len(f.Rows) && f.Rows[i].Depth > f.Rows[row].Depth; i++ {
		if s := f.Rows[i].Subject; s.Kind == "user" {
			ids = append(ids, quote(s.ID))
		}
	}
	return "owner in [" + strings.Join(ids, ", ") + "]"
}

// Wheres are conditions that find the records behind the figures of a row (-1: all rows) in months from..to.
func (f *Forecast) Wheres(row, from, to int) (won, open string) {
	first, end := f.Months[from], f.Months[to].Add(1)
	zone := f.App.Zone
	own := f.owners(row)
	if own != "" {
		own += " && "
	}
	won = own + fmt.Sprintf("end == \"won\" && closedAt >= datetime('%s') && closedAt < datetime('%s')", first.Start(zone).UTC().Format(time.RFC3339), end.Start(zone).UTC().Format(time.RFC3339))
	if f.closing == "" {
		return won, ""
	}
	return won, own + fmt.Sprintf("open && %[1]s >= date('%[2]s-01') && %[1]s < date('%[3]s-01')", f.closing, first, end)
}

// RestWheres are conditions that find what is in no month.
func (f *Forecast) RestWheres() (undated, overdue string) {
	if f.closing == "" {
		return "open", ""
	}
	return "open && " + f.closing + " == nil", fmt.Sprintf("open && %s < date('%s-01')", f.closing, f.Months[0])
}

// Figure writes a figure of the forecast; nil is null.
func (f *Forecast) Figure(d *decimal.Decimal) Figure {
	if d == nil {
		return Figure{Null: true, Scale: f.Value.Scale, Currency: f.Value.Currency}
	}
	return Figure{Value: *d, Scale: f.Value.Scale, Currency: f.Value.Currency}
}
