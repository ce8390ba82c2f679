package engine

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"pipewright/rules"
	"pipewright/runtime/access"
	"pipewright/runtime/process"
	"pipewright/runtime/query"
)

// searchable is the test app, its forms with fields for searching and with grants of the test's choice.
func searchable(t fataler, release int, change func(form map[string]any)) *process.App {
	return changed(t, release, func(def map[string]any) {
		for _, f := range def["forms"].([]any) {
			change(f.(map[string]any))
		}
	})
}

// changed is the test app with changes of the test's choice.
func changed(t fataler, release int, change func(def map[string]any)) *process.App {
	raw, err := os.ReadFile("testdata/app.json")
	if err != nil {
		t.Fatal(err)
	}
	var def map[string]any
	if err := json.Unmarshal(raw, &def); err != nil {
		t.Fatal(err)
	}
	change(def)
	if raw, err = json.Marshal(def); err != nil {
		t.Fatal(err)
	}
	parsed, problems := process.Parse(raw)
	if rules.HasErrors(problems) {
		t.Fatal(problems)
	}
	app, problems := process.Compile(parsed, nil, release, process.Options{Cron: func(spec, zone string) ([]time.Time, error) {
		return Next(spec, zone, time.Unix(0, 0), 3)
	}})
	for _, p := range problems {
		if p.Severity == rules.Error && p.Code != "automation.loop" {
			t.Fatal(p.Path, p.Code, p.Message)
		}
	}
	return app
}

type fataler interface{ Fatal(...any) }

func searchFields(form map[string]any, keys ...string) {
	for _, f := range form["fields"].([]any) {
		if field := f.(map[string]any); slices.Contains(keys, field["key"].(string)) {
			field["search"] = true
		}
	}
}

// A person finds a record exactly if he may read it and sees a field that it is found by.
func TestSearchShowsWhatMayBeSeen(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		w := newWorld(t, nil)
		grants := []any{map[string]any{"role": "ops", "records": "all", "do": []any{"create", "read", "edit", "delete", "assign"}}}
		for _, role := range []string{"rep", "manager", "finance"} {
			for range rapid.IntRange(0, 2).Draw(rt, "grants") {
				g := map[string]any{"role": role, "do": []any{"read"}, "records": rapid.SampledFrom([]any{"own", "participant", "team", "teamTree", "all",
					map[string]any{"where": "name == 'alpha' || owner == me"}}).Draw(rt, "records")}
				if hide := rapid.SampledFrom([][]any{nil, {"secret"}, {"name"}, {"deals"}, {"secret", "name"}}).Draw(rt, "hide"); hide != nil {
					g["hide"] = hide
				}
				grants = append(grants, g)
			}
		}
		app := searchable(rt, 1, func(form map[string]any) {
			if form["key"] != "account" {
				return
			}
			searchFields(form, "name", "secret")
			form["title"] = "T{{ deals }}"
			for _, f := range form["fields"].([]any) {
				if field := f.(map[string]any); field["key"] == "name" || field["key"] == "deals" {
					delete(field, "unique")
					field["filter"] = true
				}
			}
			delete(form, "unique")
			form["grants"] = grants
		})
		w.defs["b2b"] = []*process.App{app}
		people := []string{"rep.li", "rep.chen", "mgr.wang", "fin.zhao", "ops.sun"}
		creator := ""
		dir, err := w.e.Directory(t.Context())
		w.must(err)
		for _, u := range dir.Users() {
			if slices.Contains(dir.Roles(u.ID, "b2b"), "ops") {
				creator = u.ID
			}
		}
		names := []string{"alpha", "beta", "gamma"}
		var states []*process.State
		for i := range rapid.IntRange(1, 5).Draw(rt, "records") {
			res, err := w.e.Do(t.Context(), Request{User: creator, Command: process.Command{Kind: process.Create, App: "b2b", Form: "account", Op: fmt.Sprint("r", i), Data: data(fmt.Sprintf(
				`{"name": %q, "secret": %q, "deals": %d}`, rapid.SampledFrom(names).Draw(rt, "name"), rapid.SampledFrom(names).Draw(rt, "secret"), i))}})
			w.must(err)
			if owner := rapid.SampledFrom(people[:4]).Draw(rt, "owner"); owner != creator {
				res, err = w.e.Do(t.Context(), Request{User: creator, Command: process.Command{Kind: process.Assign, ID: res.State.ID, Owner: owner}})
				w.must(err)
			}
			states = append(states, res.State)
		}
		form := app.Forms["account"]
		for _, user := range people {
			for _, asked := range append(names, "alp", "T", "T2", "alpha beta", "zz") {
				var want []string
				for _, s := range states {
					r := access.Rights(app, "account", dir, user, s)
					values := form.Schema.Decode(s.Data)
					all := r.Read
					for _, term := range strings.Fields(strings.ToLower(asked)) {
						in := !r.Hide["deals"] && strings.HasPrefix(strings.ToLower(s.Title), term)
						for _, key := range []string{"name", "secret"} {
							in = in || !r.Hide[key] && strings.HasPrefix(fmt.Sprint(values[key]), term)
						}
						all = all && in
					}
					if all {
						want = append(want, s.ID)
					}
				}
				found, err := w.e.Search(t.Context(), user, asked, 50)
				w.must(err)
				var got []string
				for _, f := range found {
					got = append(got, f.ID)
				}
				slices.Sort(got)
				slices.Sort(want)
				if !slices.Equal(got, want) {
					rt.Fatalf("%s looking for %q finds %v, may see %v", user, asked, got, want)
				}
			}
		}
	})
}

// The search follows what happens to records, and ranks a number and the beginning of a title first.
func TestSearchFollows(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	ctx := t.Context()
	titles := func(asked string) string {
		found, err := w.e.Search(ctx, "rep.li", asked, 0)
		w.must(err)
		var out []string
		for _, f := range found {
			out = append(out, f.Title)
		}
		return strings.Join(out, ", ")
	}
	one := w.deal("中国移动扩容", smallLines)
	w.clock.add(time.Minute)
	w.deal("移动办公", smallLines)
	w.clock.add(time.Minute)
	w.deal("东方移动 "+one.Number, smallLines)
	for asked, want := range map[string]string{
		"移动": "移动办公, 东方移动 " + one.Number + ", 中国移动扩容", "zgyd": "中国移动扩容", "yd": "移动办公, 东方移动 " + one.Number + ", 中国移动扩容",
		strings.ToLower(one.Number): "中国移动扩容, 东方移动 " + one.Number, "东方 移动": "东方移动 " + one.Number, "联通": "", " ": "",
	} {
		if got := titles(asked); got != want {
			t.Errorf("%q finds %s, want %s", asked, got, want)
		}
	}
	w.do("rep.li", process.Command{Kind: process.Edit, ID: one.ID, Data: data(`{"name": "联通"}`)})
	if titles("zgyd") != "" || titles("lt") != "联通" {
		t.Error("the search knows an old title")
	}
	w.do("rep.li", process.Command{Kind: process.Delete, ID: one.ID, Op: "d"})
	if titles("lt") != "" {
		t.Error("the search finds what is in the recycle bin")
	}
	w.do("rep.li", process.Command{Kind: process.Restore, ID: one.ID, Op: "r"})
	if titles("lt") != "联通" {
		t.Error("the search does not find what came back")
	}
}

// reshown lays records out anew, as is done once every node has heard of a release.
func (w *world) reshown() {
	w.t.Helper()
	w.must(w.e.reshow(w.t.Context()))
	w.runDue()
	w.clock.add(settleLive)
	for w.runDue() > 0 {
	}
}

// A release that searches another field finds it in the records there are; a job that is broken off goes on where it was.
func TestSearchBackfill(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	ctx := t.Context()
	for i := range 3 {
		w.do("rep.li", process.Command{Kind: process.Create, App: "b2b", Form: "account", Op: fmt.Sprint(i), Data: data(fmt.Sprintf(`{"name": "n%d"}`, i))})
		w.do("mgr.wang", process.Command{Kind: process.Create, App: "b2b", Form: "account", Op: fmt.Sprint(i), Data: data(fmt.Sprintf(`{"name": "m%d", "secret": "falcon"}`, i))})
	}
	w.reshown()
	count := func(user string) int {
		found, err := w.e.Search(ctx, user, "falcon", 0)
		w.must(err)
		return len(found)
	}
	if n := count("mgr.wang"); n != 0 {
		t.Fatal(n)
	}
	next := searchable(t, 2, func(form map[string]any) { searchFields(form, "secret") })
	w.defs["b2b"] = append(w.defs["b2b"], next)
	w.reshown()
	if n := count("mgr.wang"); n != 3 {
		t.Errorf("%d found", n)
	}
	if n := count("rep.li"); n != 0 {
		t.Errorf("%d found by a field that is hidden", n)
	}
	page, err := w.store.Query(ctx, collLeases, query.Query{Filter: query.Cmp{Col: "kind", Op: query.Eq, Value: "show"}, Limit: 10})
	w.must(err)
	for _, d := range page.Docs {
		if !strings.Contains(string(d.Body), `"release":2`) {
			t.Errorf("%s %s", d.ID, d.Body)
		}
	}
	// So does one that comes back, of what was written while it was not live.
	first := w.defs["b2b"][0]
	for _, c := range []struct {
		prev, next *process.App
		found      int
	}{{next, first, 0}, {first, next, 4}} {
		w.must(w.e.Prepare(ctx, c.prev, c.next))
		w.defs["b2b"] = append(w.defs["b2b"], c.next)
		w.reshown()
		if c.next == first {
			w.do("mgr.wang", process.Command{Kind: process.Create, App: "b2b", Form: "account", Op: "late", Data: data(`{"name": "late", "secret": "falcon"}`)})
			w.runDue()
		}
		if n := count("mgr.wang"); n != c.found {
			t.Errorf("release %d: %d found, want %d", c.next.Release, n, c.found)
		}
		entries, err := w.store.Query(ctx, collSearch, query.Query{Limit: 20})
		w.must(err)
		for _, d := range entries.Docs {
			var at standing
			w.must(json.Unmarshal(d.Body, &at))
			if at.Release != c.next.Release {
				t.Errorf("%s is found as release %d has it, not %d", d.ID, at.Release, c.next.Release)
			}
		}
	}
}
