package engine

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"pipewright/runtime/forecast"
	"pipewright/runtime/process"
	"pipewright/runtime/store"
	"pipewright/runtime/store/storetest"
)

// forecastWorld has deals in three months: one won in November, one open in December and one of somebody else, one without a day, one overdue.
func forecastWorld(t *testing.T, wrap func(store.Store) store.Store) *world {
	t.Helper()
	w := newWorld(t, wrap)
	app := searchable(t, 1, func(map[string]any) {})
	app.Def.Reports = append(app.Def.Reports, process.Report{Key: "outlook", Process: "deal", Kind: "forecast", Months: 2}, process.Report{Key: "pace", Process: "deal", Kind: "quota"})
	w.defs["b2b"] = []*process.App{app}
	w.deal("open", bigLines)
	w.do("rep.chen", process.Command{Kind: process.Create, App: "b2b", Form: "deal", Op: "theirs", Data: data(`{"name": "theirs", "closeDate": "2026-12-31", "lines": ` + smallLines + `}`)})
	w.do("rep.chen", process.Command{Kind: process.Create, App: "b2b", Form: "deal", Op: "undated", Data: data(`{"name": "undated", "lines": ` + smallLines + `}`)})
	w.do("rep.chen", process.Command{Kind: process.Create, App: "b2b", Form: "deal", Op: "overdue", Data: data(`{"name": "overdue", "closeDate": "2026-10-31", "lines": ` + smallLines + `}`)})
	w.must(w.e.snapshots(t.Context()))
	w.runDue()
	w.clock.add(26 * time.Hour)
	s := w.proposal("won", smallLines)
	s = w.do("rep.li", process.Command{Kind: process.Move, ID: s.ID, Transition: "win"}).State
	w.do("mgr.wang", process.Command{Kind: process.DecideSlot, ID: s.ID, Decision: "approve", Round: 1, Step: "manager", Hash: s.Round.Hash})
	return w
}

var november = forecast.Month{Year: 2026, Month: time.November}

func amount(text string) *decimal.Decimal {
	if text == "" {
		return nil
	}
	d := decimal.RequireFromString(text)
	return &d
}

// enter reads "user:rep.li 2026-11 was>now reason".
func enter(t *testing.T, lines ...string) (out []Planned) {
	t.Helper()
	for _, line := range lines {
		parts := strings.SplitN(line, " ", 4)
		s, ok := forecast.ParseSubject(parts[0])
		m, okM := forecast.ParseMonth(parts[1])
		was, now, okF := strings.Cut(parts[2], ">")
		if !ok || !okM || !okF {
			t.Fatal(line)
		}
		it := Planned{Subject: s, Month: m, Was: amount(was), Value: amount(now)}
		if len(parts) > 3 {
			it.Reason = parts[3]
		}
		out = append(out, it)
	}
	return out
}

func (w *world) forecast(user string) string {
	w.t.Helper()
	f, err := w.e.Forecast(w.t.Context(), user, "b2b", "deal", forecast.Amount, november, 2)
	w.must(err)
	opt := func(d *decimal.Decimal) string { return f.Figure(d).String() }
	line := func(name string, cells []forecast.Cell) string {
		for _, c := range cells {
			name += fmt.Sprintf(" %s+%s>%s/%s", opt(&c.Won), opt(&c.Weighted), opt(&c.Expected), opt(c.Target))
			if c.Call != nil {
				name += "!" + c.Call.By + ":" + c.Call.Reason
			}
		}
		return name
	}
	var out []string
	for _, r := range f.Rows {
		out = append(out, line(strings.Repeat(".", r.Depth)+r.Subject.ID, r.Cells))
	}
	out = append(out, line("=", f.Totals), fmt.Sprintf("undated %d %s overdue %d %s", f.Undated.OpenCount, opt(&f.Undated.Weighted), f.Overdue.OpenCount, opt(&f.Overdue.Weighted)))
	return strings.Join(out, "\n")
}

func forecastStory(t *testing.T, wrap func(store.Store) store.Store) {
	w := forecastWorld(t, wrap)
	ctx := t.Context()
	save := func(user, what string, lines ...string) string {
		t.Helper()
		err := w.e.SavePlan(ctx, user, "b2b", "deal", what, enter(t, lines...))
		r, refused := asRejection(err)
		if err != nil && !refused {
			t.Fatal(err)
		}
		if !refused {
			return ""
		}
		out := r.Code
		for _, d := range r.Details {
			out += " " + d.Path
		}
		return out
	}
	for _, c := range []struct{ user, what, lines, want string }{
		{"admin", "amount", "team:east 2026-12 >100000.00;user:mgr.wang 2026-12 >1", ""},
		{"mgr.wang", "amount", "user:rep.li 2026-11 >10000.00;user:rep.li 2026-12 >300000;user:rep.chen 2026-12 >2500.50", ""},
		{"mgr.wang", "amount", "user:mgr.wang 2026-11 >1", "forbidden /items/0/subject"},
		{"mgr.wang", "amount", "user:rep.li 2026-11 >1;team:sales 2026-11 >1", "forbidden /items/1/subject"},
		{"rep.li", "amount", "user:rep.li 2026-11 10000>1", "forbidden /items/0/subject"},
		{"mgr.wang", "amount", "user:rep.li 2026-11 >5", "rev.changed /items/0"},
		{"mgr.wang", "amount", "user:rep.li 2026-11 >10000", ""}, // it is there already
		{"mgr.wang", "amount", "user:rep.li 2026-11 10000>-1;user:nobody 2026-11 >1;user:rep.li 2026-11 >0.001", "bad.request /items/0/value /items/1/subject /items/2/value /items/2"},
		{"mgr.wang", "call", "user:rep.li 2026-12 >150000", "bad.request /items/0/reason"},
		{"mgr.wang", "call", "user:rep.li 2026-12 >150000 budget is uncertain", ""},
		{"mgr.wang", "count", "user:rep.li 2026-12 >2.5", "bad.request /items/0/value"},
		{"mgr.wang", "count", "user:rep.li 2026-12 >2", ""},
		{"mgr.wang", "other", "user:rep.li 2026-12 >2", "bad.request"},
		{"cfo.he", "call", "team:east 2026-11 >9 x", ""},
	} {
		if got := save(c.user, c.what, strings.Split(c.lines, ";")...); got != c.want {
			t.Errorf("%s %s %s: %q, want %q", c.user, c.what, c.lines, got, c.want)
		}
	}
	for user, want := range map[string]string{
		"admin": `company 0.00+0.00>9.00/10000.00 0.00+0.00>150000.00/100000.00
.sales 0.00+0.00>9.00/10000.00 0.00+0.00>150000.00/100000.00
..east 0.00+0.00>9.00/10000.00!cfo.he:x 0.00+0.00>150000.00/100000.00
...mgr.wang 0.00+0.00>0.00/ 0.00+0.00>0.00/1.00
...rep.chen 0.00+0.00>0.00/ 0.00+0.00>0.00/2500.50
...rep.li 0.00+0.00>0.00/10000.00 0.00+0.00>150000.00/300000.00!mgr.wang:budget is uncertain
= 0.00+0.00>9.00/10000.00 0.00+0.00>150000.00/100000.00
undated 0 0.00 overdue 0 0.00`,
		"mgr.wang": `east 5000.00+0.00>9.00/10000.00!cfo.he:x 0.00+121000.00>151000.00/100000.00
.mgr.wang 0.00+0.00>0.00/ 0.00+0.00>0.00/1.00
.rep.chen 0.00+0.00>0.00/ 0.00+1000.00>1000.00/2500.50
.rep.li 5000.00+0.00>5000.00/10000.00 0.00+120000.00>150000.00/300000.00!mgr.wang:budget is uncertain
= 5000.00+0.00>9.00/10000.00 0.00+121000.00>151000.00/100000.00
undated 1 1000.00 overdue 1 1000.00`,
		"rep.li": `rep.li 5000.00+0.00>5000.00/10000.00 0.00+120000.00>120000.00/300000.00
= 5000.00+0.00>5000.00/10000.00 0.00+120000.00>120000.00/300000.00
undated 0 0.00 overdue 0 0.00`,
	} {
		if got := w.forecast(user); got != want {
			t.Errorf("%s sees\n%s\nwant\n%s", user, got, want)
		}
	}
	f, err := w.e.Forecast(ctx, "mgr.wang", "b2b", "deal", forecast.Amount, november, 2)
	w.must(err)
	undated, overdue := f.RestWheres()
	wonLi, openLi := f.Wheres(3, 0, 1)
	wonEast, openEast := f.Wheres(0, 0, 0)
	for where, want := range map[string]int{undated: 1, overdue: 1, wonLi: 1, openLi: 1, wonEast: 1, openEast: 0} {
		vs, _, err := w.e.List(ctx, "mgr.wang", ListQuery{App: "b2b", Form: "deal", Where: where})
		if err != nil || len(vs) != want {
			t.Errorf("%s finds %d, want %d: %v", where, len(vs), want, err)
		}
	}
	for user, want := range map[string]string{
		"outlook mgr.wang": `2026-11 rep.li 5000.00 0.00 5000.00 10000.00 0.5 0.5; 2026-12 mgr.wang 0.00 0.00 0.00 1.00 0 0; 2026-12 rep.chen 0.00 1000.00 1000.00 2500.50 0 0.4; 2026-12 rep.li 0.00 120000.00 150000.00 300000.00 0 0.5; = 5000.00 121000.00 151009.00 110000.00 0.045 1.373`,
		"outlook rep.li":   `2026-11 rep.li 5000.00 0.00 5000.00 10000.00 0.5 0.5; 2026-12 rep.li 0.00 120000.00 120000.00 300000.00 0 0.4; = 5000.00 120000.00 125000.00 310000.00 0.016 0.403`,
		"pace rep.li":      `2026-10-05 0.00   310000.00 0 ; 2026-10-12 0.00   310000.00 0 ; 2026-10-19 0.00   310000.00 0 ; 2026-10-26 0.00   310000.00 0 ; 2026-11-02 0.00   310000.00 0 ; 2026-11-09 0.00   310000.00 0 ; 2026-11-16 0.00   310000.00 0 ; 2026-11-23 0.00 120000.00 120000.00 310000.00 0 0.387; now 5000.00 120000.00 125000.00 310000.00 0.016 0.403; =      `,
	} {
		key, person, _ := strings.Cut(user, " ")
		r, err := w.e.Report(ctx, person, "b2b", key, "")
		w.must(err)
		var out []string
		for _, row := range append(r.Rows, ReportRow{Keys: []string{"="}, Values: r.Totals}) {
			line := strings.Join(row.Keys, " ")
			for _, v := range row.Values {
				line += " " + v.String()
			}
			out = append(out, line)
			if row.Where != "" {
				_, _, err := w.e.List(ctx, person, ListQuery{App: "b2b", Form: "deal", Where: row.Where})
				w.must(err)
			}
		}
		if got := strings.Join(out, "; "); got != want {
			t.Errorf("%s\ngot  %s\nwant %s", user, got, want)
		}
	}

	li := forecast.Subject{Kind: "user", ID: "rep.li"}
	if got := save("mgr.wang", "amount", "user:rep.li 2026-11 10000>"); got != "" {
		t.Error(got)
	}
	h, err := w.e.PlanHistory(ctx, "rep.li", "b2b", "deal", forecast.Amount, li, 2026)
	w.must(err)
	if len(h) != 3 || h[0].Month != "2026-11" || h[0].Now != nil || h[0].Was.String() != "10000" || h[0].By != "mgr.wang" || !h[0].At.Equal(w.clock.now()) {
		t.Errorf("%+v", h)
	}
	for _, c := range []struct {
		user, what string
		s          forecast.Subject
	}{{"rep.li", forecast.Call, li}, {"rep.chen", forecast.Amount, li}, {"rep.li", forecast.Amount, forecast.Subject{Kind: "team", ID: "east"}}} {
		if _, err := w.e.PlanHistory(ctx, c.user, "b2b", "deal", c.what, c.s, 2026); err == nil {
			t.Errorf("%s reads the %s of %s", c.user, c.what, c.s)
		}
	}
}

func TestForecast(t *testing.T) {
	t.Parallel()
	forecastStory(t, nil)
}

func TestForecastOnMongo(t *testing.T) {
	t.Parallel()
	forecastStory(t, onMongo(t))
}

// Of two who change one figure from what they both saw, one is told.
func TestPlanRace(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	nodes := []*Engine{w.e, w.node("two")}
	for round := range 20 {
		var wg sync.WaitGroup
		errs := make([]error, 4)
		for i := range errs {
			wg.Go(func() {
				errs[i] = nodes[i%2].SavePlan(t.Context(), "admin", "b2b", "deal", forecast.Amount, []Planned{{Subject: forecast.Subject{Kind: "team", ID: "east"}, Month: november.Add(round), Value: amount(fmt.Sprint(i + 1))}})
			})
		}
		wg.Wait()
		saved := 0
		for _, err := range errs {
			var r *process.Rejection
			if err == nil {
				saved++
			} else if !errors.As(err, &r) || r.Code != "rev.changed" && r.Code != "conflict" {
				t.Fatal(err)
			}
		}
		if saved != 1 {
			t.Fatalf("round %d: %d were saved: %v", round, saved, errs)
		}
	}
}

// Whatever call of the store fails, a plan is entered as a whole or not, and sending it again enters it.
func TestPlanFaults(t *testing.T) {
	t.Parallel()
	for k := 1; k <= 12; k++ {
		w := newWorld(t, func(s store.Store) store.Store { return storetest.Faulty(s, nil) })
		items := enter(t, "user:rep.li 2026-11 >1", "user:rep.li 2026-12 >2")
		w.must(w.e.SavePlan(t.Context(), "admin", "b2b", "deal", forecast.Amount, enter(t, "user:rep.li 2026-10 >9")))
		faulty := w.store.(*storetest.FaultyStore)
		faulty.Set(storetest.Nth(k, []storetest.Fault{storetest.Before, storetest.After, storetest.Partly, storetest.Lost}[k%4]))
		_ = w.e.SavePlan(t.Context(), "admin", "b2b", "deal", forecast.Amount, items)
		faulty.Set(nil)
		w.e = w.node("after")
		months := november.Months(2)
		p, err := w.e.plans(t.Context(), "b2b", "deal", forecast.Amount, months)
		w.must(err)
		li := forecast.Subject{Kind: "user", ID: "rep.li"}
		if a, b := p.Of(li, months[0]), p.Of(li, months[1]); (a == nil) != (b == nil) {
			t.Fatalf("call %d: half is there: %v %v", k, a, b)
		}
		w.must(w.e.SavePlan(t.Context(), "admin", "b2b", "deal", forecast.Amount, items))
		h, err := w.e.PlanHistory(t.Context(), "admin", "b2b", "deal", forecast.Amount, li, 2026)
		w.must(err)
		if len(h) != 3 {
			t.Fatalf("call %d: %+v", k, h)
		}
	}
}
