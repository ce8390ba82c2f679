package engine

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	templates "pipewright/builtin-templates"
	"pipewright/runtime/forecast"
	"pipewright/runtime/org"
	"pipewright/runtime/process"
	"pipewright/runtime/query"
)

// TestGoldenCase is RPT-02: the figures of the nine-stage template's sample deals, exact to the cent.
func TestGoldenCase(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	ctx := t.Context()
	for _, tpl := range templates.All() {
		key, sample := tpl.Key, tpl.Sample
		if key != "blank" && key != "cycle9" {
			continue
		}
		app := compileData(t, tpl.Definition, 1)
		w.defs[key] = nil
		w.defs[key] = append(w.defs[key], app)
		w.cast(app)
		n, err := w.e.ImportSample(ctx, "admin", key, sample)
		w.must(err)
		again, err := w.e.ImportSample(ctx, "admin", key, sample)
		w.must(err)
		if n != again {
			t.Errorf("%s: %d records, then %d", key, n, again)
		}
		if key == "blank" {
			if removed, err := w.e.RemoveSample(ctx, "admin", key, sample); err != nil || removed != n {
				t.Errorf("%s: %d of %d records removed: %v", key, removed, n, err)
			}
		}
	}
	if n := w.runDue(); n != 0 {
		t.Errorf("importing set off %d jobs", n)
	}
	for key, want := range map[string]string{
		"lost": "55000.00 1 []; ", "won": "125000.00 1 []; ", "open": "2358000.00 4 []; ", "expected": "1295200.00 4 []; ",
	} {
		res, err := w.e.Report(ctx, "dir.sun", "cycle9", key, "")
		w.must(err)
		if got := show(res.Rows); got != want {
			t.Errorf("%s: got %s, want %s", key, got, want)
		}
	}
	stages, err := w.e.Report(ctx, "dir.sun", "cycle9", "stages", "")
	w.must(err)
	found := false
	for _, r := range stages.Rows {
		if r.Labels[0].In("zh-CN") == "价值主张" {
			found = r.Values[0].String() == "1" && r.Values[2].String() == "500000.00"
		}
	}
	if !found {
		t.Error(show(stages.Rows))
	}
}

// TestSamplesComeAndGo: the sample data of every template loads, loads again without making anything twice, and goes whole; what
// people have made themselves stays.
func TestSamplesComeAndGo(t *testing.T) {
	t.Parallel()
	for _, tpl := range templates.All() {
		t.Run(tpl.Key, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, nil)
			ctx, key, sample := t.Context(), tpl.Key, tpl.Sample
			app := compileData(t, tpl.Definition, 1)
			w.defs[key] = []*process.App{app}
			w.cast(app)
			records := func() (n int) {
				for _, f := range app.Forms {
					page, err := w.e.store.Query(ctx, RecordCollection(f), query.Query{Limit: 500})
					w.must(err)
					for _, doc := range page.Docs {
						r, err := decodeState(doc)
						w.must(err)
						if r.State != nil && r.State.Deleted.IsZero() {
							n++
						}
					}
				}
				return n
			}
			for range 2 {
				n, err := w.e.ImportSample(ctx, "admin", key, sample)
				w.must(err)
				if got := records(); n == 0 || got != n {
					t.Fatalf("%d records of %d", got, n)
				}
			}
			w.must(w.e.snapshots(ctx))
			for w.runDue() > 0 {
			}
			speaks(t, w, app)
			if got := w.asked(); got != map[string]string{"b2b": "mgr.wang 2", "retail": "mgr.wang 1"}[key] {
				t.Errorf("waiting for %s", got)
			}
			loaded := records()
			rates := func() int {
				list, _, err := w.e.Rates(ctx, "", "", "", 100)
				w.must(err)
				return len(list)
			}
			if n := rates(); (n > 0) != (key == "b2b") {
				t.Errorf("%d rates", n)
			}
			removed, err := w.e.RemoveSample(ctx, "admin", key, sample)
			w.must(err)
			if n := rates(); n != 0 {
				t.Errorf("%d rates of the sample are left", n)
			}
			if got := w.asked(); got != "" {
				t.Errorf("%s are asked about what is gone", got)
			}
			if left := records(); removed != loaded || left != 0 {
				t.Errorf("%d of %d removed, %d left", removed, loaded, left)
			}
			if n, err := w.e.ImportSample(ctx, "admin", key, sample); err != nil || records() != n {
				t.Errorf("loaded once more: %d of %d: %v", records(), n, err)
			}
		})
	}
}

// asked are those whom approvals wait for, with how many.
func (w *world) asked() string {
	w.t.Helper()
	users, _ := org.Sample()
	var out []string
	for _, u := range users {
		tasks, _, err := w.e.Tasks(w.t.Context(), u.ID, TaskQuery{Kind: "approval"})
		w.must(err)
		if len(tasks) > 0 {
			out = append(out, fmt.Sprintf("%s %d", u.ID, len(tasks)))
		}
	}
	return strings.Join(out, ", ")
}

// cast gives the sample people the roles of an app.
func (w *world) cast(app *process.App) {
	w.t.Helper()
	var roles []string
	for _, r := range app.Def.Roles {
		roles = append(roles, r.Key)
	}
	dir, err := w.e.Directory(w.t.Context())
	w.must(err)
	users := dir.Users()
	for user, list := range org.SampleRoles(app.Def.Key, roles) {
		for i := range users {
			if users[i].ID == user {
				users[i].Roles = append(users[i].Roles, list...)
			}
		}
	}
	w.must(w.e.SaveUsers(w.t.Context(), users...))
}

// speaks: over the sample data no card of a dashboard fails or stands empty, and the parts add up to the whole.
func speaks(t *testing.T, w *world, app *process.App) {
	t.Helper()
	viewer := "dir.sun"
	if app.Def.Key == "blank" {
		viewer = "mgr.wang"
	}
	for _, d := range app.Def.Dashboards {
		for _, card := range d.Cards {
			res, err := w.e.Report(t.Context(), viewer, app.Def.Key, card, "")
			if err != nil {
				t.Errorf("%s/%s: %v", d.Key, card, err)
				continue
			}
			said := false
			for _, r := range res.Rows {
				for _, v := range r.Values {
					said = said || !v.Null && !v.Value.IsZero()
				}
			}
			if !said {
				t.Errorf("%s/%s says nothing", d.Key, card)
			}
		}
	}
}

// TestSamplePlans: sample data brings targets and a manager's call for the months around its loading and the Mondays of its records, so that
// the forecast and the quarter's course say something; what people enter over it stays when it goes.
func TestSamplePlans(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	ctx := t.Context()
	all := templates.All()
	tpl := all[slices.IndexFunc(all, func(x templates.Template) bool { return x.Key == "b2b" })]
	app := compileData(t, tpl.Definition, 1)
	w.defs["b2b"] = []*process.App{app}
	w.cast(app)
	month := forecast.MonthOf(w.clock.now().In(app.Zone))
	plan := func(what, subject string) string {
		p, err := w.e.plans(ctx, "b2b", "deal", what, month.Months(2))
		w.must(err)
		s, _ := forecast.ParseSubject(subject)
		out := ""
		for _, m := range month.Months(2) {
			if e := p.Of(s, m); e != nil {
				out += e.Value.String() + " " + e.By + "; "
			}
		}
		return out
	}
	var sample struct{ Plans []samplePlan }
	w.must(json.Unmarshal(tpl.Sample, &sample))
	target := func(n int) string { return sample.Plans[0].Values[n-sample.Plans[0].From] }
	want := target(0) + " admin; " + target(1) + " admin; "
	for range 2 {
		_, err := w.e.ImportSample(ctx, "admin", "b2b", tpl.Sample)
		w.must(err)
		if got := plan(forecast.Amount, "user:rep.li"); got != want {
			t.Fatalf("targets %s, want %s", got, want)
		}
	}
	if got := plan(forecast.Call, "user:rep.chen"); !strings.HasSuffix(got, "mgr.wang; ") {
		t.Errorf("the call of the manager: %q", got)
	}
	w.must(w.e.snapshots(ctx))
	w.runDue()
	pace, err := w.e.Report(ctx, "dir.sun", "b2b", "pace", "")
	w.must(err)
	for _, r := range pace.Rows {
		if r.Values[1].Null || r.Values[3].Null {
			t.Errorf("of %s nothing is known: %+v", r.Keys[0], r.Values)
		}
	}
	dso, err := w.e.Report(ctx, "fin.zhao", "b2b", "dso", "")
	w.must(err)
	if got := dso.Rows[0].Values; !got[0].Value.Equal(got[1].Value.Mul(decimal.NewFromInt(90)).DivRound(got[2].Value, 1)) || got[0].Value.IsZero() {
		t.Errorf("days of sales outstanding: %v", got)
	}
	then, err := w.e.positions(ctx, app.Processes["deal"], weekOf(w.clock.now(), app.Zone).AddDate(0, 0, -7))
	w.must(err)
	at := func(ref string) string { return then[sampleID(app.Forms["deal"], "b2b", ref)].stage }
	if got := at("d5") + " " + at("d6") + " " + at("d8") + at("d1"); got != "proposal proposal " {
		t.Errorf("a week ago they stood in %q", got)
	}

	seven := decimal.NewFromInt(7)
	had := decimal.RequireFromString(target(1))
	s, _ := forecast.ParseSubject("user:rep.li")
	w.must(w.e.SavePlan(ctx, "mgr.wang", "b2b", "deal", forecast.Amount, []Planned{{Subject: s, Month: month.Add(1), Value: &seven, Was: &had}}))
	_, err = w.e.RemoveSample(ctx, "admin", "b2b", tpl.Sample)
	w.must(err)
	if got := plan(forecast.Amount, "user:rep.li") + plan(forecast.Amount, "user:rep.chen") + plan(forecast.Call, "user:rep.chen"); got != "7 mgr.wang; " {
		t.Errorf("left: %q", got)
	}
	_, err = w.e.ImportSample(ctx, "admin", "b2b", tpl.Sample)
	w.must(err)
	if got := plan(forecast.Amount, "user:rep.li"); got != target(0)+" admin; 7 mgr.wang; " {
		t.Errorf("loaded once more: %q", got)
	}
}

// TestReportByChoices: a report grouped by choices made step by step (the lead's source, of two levels) has a line for each choice with the way
// to it, its figures open just those records, and the parts add up to the whole.
func TestReportByChoices(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	ctx := t.Context()
	all := templates.All()
	tpl := all[slices.IndexFunc(all, func(x templates.Template) bool { return x.Key == "b2b" })]
	app := compileData(t, tpl.Definition, 1)
	i := slices.IndexFunc(app.Def.Reports, func(r process.Report) bool { return r.Key == "leadSources" })
	app.Def.Reports[i].Group = append(app.Def.Reports[i].Group, process.GroupBy{By: "stage"})
	w.defs["b2b"] = []*process.App{app}
	w.cast(app)
	lead := func(n int, origin, industry string) {
		w.do("ops.wu", process.Command{Kind: process.Create, App: "b2b", Form: "lead", Op: fmt.Sprint("lead", n), Data: data(fmt.Sprintf(
			`{"company": "客户%d", "contact": "周工", "phone": "1380000000%d", "direction": "in", "need": "方案", "origin": %s, "industry": %q}`, n, n, origin, industry))})
	}
	lead(1, `["online", "webinar"]`, "retail")
	lead(2, `["offline", "expo"]`, "retail")
	lead(3, `["online", "webinar"]`, "software")
	tell := func(report string) string {
		res, err := w.e.Report(ctx, "ops.wu", "b2b", report, "")
		w.must(err)
		out := ""
		for _, r := range res.Rows {
			found, _, err := w.e.List(ctx, "ops.wu", ListQuery{App: "b2b", Form: "lead", Where: r.Where})
			w.must(err)
			out += fmt.Sprintf("%s %s (%d); ", r.Labels[0].In("en"), r.Values[0].String(), len(found))
		}
		return out + res.Totals[0].String()
	}
	if got, want := tell("leadReturn"), "Online / Webinar 2 (2); Offline / Trade show 1 (1); 3"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if got, want := tell("leadSources"), "Online / Webinar 2 (2); Offline / Trade show 1 (1); 3"; got != want {
		t.Errorf("by stage: %s, want %s", got, want)
	}
	// What opens the records of the line for none.
	none, _, err := w.e.List(ctx, "ops.wu", ListQuery{App: "b2b", Form: "lead", Where: `!("online" in origin || "offline" in origin || "internal" in origin)`})
	if err != nil || len(none) != 0 {
		t.Errorf("%d leads of no source: %v", len(none), err)
	}
}
