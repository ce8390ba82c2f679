package engine

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"pipewright/runtime/process"
)

// drawGrants are the grants of a form for roles that the test's people play.
func drawGrants(t *rapid.T) []any {
	out := []any{map[string]any{"role": "ops", "records": "all", "do": []any{"create", "read", "edit", "delete", "assign", "export"}}}
	for _, role := range []string{"rep", "manager", "finance"} {
		for range rapid.IntRange(0, 2).Draw(t, "grants") {
			g := map[string]any{"role": role, "do": rapid.SampledFrom([][]any{{"read", "export"}, {"edit"}}).Draw(t, "do"),
				"records": rapid.SampledFrom([]any{"none", "own", "participant", "team", "teamTree", "all",
					map[string]any{"where": "name == 'alpha' || owner == me"}, map[string]any{"where": "stage == 'qualify'"}}).Draw(t, "records")}
			if hide := rapid.SampledFrom([][]any{nil, {"touched"}, {"amount", "closeDate"}}).Draw(t, "hide"); hide != nil {
				g["hide"] = hide
			}
			out = append(out, g)
		}
	}
	return out
}

// withGrants is the test app with grants on deals and a board, a report and a search over them.
func withGrants(t fataler, release int, grants []any) *process.App {
	return changed(t, release, func(def map[string]any) {
		form := def["forms"].([]any)[1].(map[string]any)
		form["grants"] = grants
		for _, f := range form["fields"].([]any) {
			if field := f.(map[string]any); field["key"] == "name" {
				field["filter"], field["search"] = true, true
			}
		}
		def["views"] = append(def["views"].([]any), map[string]any{"key": "grants", "name": "Grants", "kind": "board", "process": "deal"})
		def["reports"] = append(def["reports"].([]any), map[string]any{"key": "grants", "process": "deal", "name": "Grants",
			"measures": []any{map[string]any{"key": "n", "count": true}}, "chart": "number"})
	})
}

// reads are the ids that a person reaches in each way there is to reach records.
func (w *world) reads(user string, all []string) map[string][]string {
	w.t.Helper()
	ctx := w.t.Context()
	out := map[string][]string{}
	q := ListQuery{App: "b2b", Form: "deal", Limit: 100, Sort: []string{"createdAt"}}
	views, _, err := w.e.List(ctx, user, q)
	w.must(err)
	for _, v := range views {
		out["list"] = append(out["list"], v.State.ID)
	}
	for _, id := range all {
		if _, err := w.e.Record(ctx, user, id); err == nil {
			out["record"] = append(out["record"], id)
		} else if r, refused := asRejection(err); !refused || r.Code != "not.found" {
			w.t.Fatal(err)
		}
		if may, err := w.e.MayRead(ctx, user, id); err != nil {
			w.t.Fatal(err)
		} else if may {
			out["may"] = append(out["may"], id)
		}
	}
	found, err := w.e.Search(ctx, user, "SJ20261123", 50) // the number, which whoever may read the record sees
	w.must(err)
	for _, f := range found {
		out["search"] = append(out["search"], f.ID)
	}
	return out
}

// What a person finds in the list is what he may read: the record itself, board, report, search and export hold the very same records, whatever
// the grants and whatever release a record stands on; and one more role takes nothing away (engine.md §6).
func TestListIsWhatMayBeRead(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		w := newWorld(t, nil)
		ctx := t.Context()
		w.defs["b2b"] = []*process.App{withGrants(rt, 1, drawGrants(rt))}
		w.e = w.node("two")
		people := []string{"rep.li", "rep.chen", "mgr.wang", "dir.sun", "fin.zhao", "cfo.he"}
		var all []string
		add := func(key string) {
			id := w.do("ops.wu", process.Command{Kind: process.Create, App: "b2b", Form: "deal", Op: key, Data: data(fmt.Sprintf(`{"name": %q, "closeDate": "2026-12-15"}`,
				rapid.SampledFrom([]string{"alpha", "beta"}).Draw(rt, "name")))}).State.ID
			all = append(all, id)
			if who := rapid.SampledFrom(people).Draw(rt, "asked"); rapid.Bool().Draw(rt, "collaborator") {
				w.do("ops.wu", process.Command{Kind: process.Collaborate, ID: id, Op: "ask", People: []string{who}, Done: true})
			}
			if owner := rapid.SampledFrom(people).Draw(rt, "owner"); rapid.IntRange(0, 3).Draw(rt, "kept") > 0 {
				w.do("ops.wu", process.Command{Kind: process.Assign, ID: id, Op: "own", Owner: owner})
			}
			if rapid.IntRange(0, 5).Draw(rt, "binned") == 0 {
				w.do("ops.wu", process.Command{Kind: process.Delete, ID: id, Op: "bin"})
			}
		}
		for i := range rapid.IntRange(1, 3).Draw(rt, "records") {
			add(fmt.Sprint("a", i))
		}
		if rapid.Bool().Draw(rt, "published") { // the grants of the next release hold for those records, too
			w.defs["b2b"] = append(w.defs["b2b"], withGrants(rt, 2, drawGrants(rt)))
			add("b")
		}
		for _, user := range people {
			role := rapid.SampledFrom([]string{"rep", "manager", "finance"}).Draw(rt, "more")
			before := w.agree(user, all)
			dir, err := w.e.Directory(ctx)
			w.must(err)
			u, _ := dir.User(user)
			u.Roles = append(slices.Clone(u.Roles), "b2b/"+role)
			w.must(w.e.SaveUsers(ctx, u))
			after := w.agree(user, all)
			for _, id := range before {
				if !slices.Contains(after, id) {
					rt.Fatalf("%s lost %s by the role %s", user, id, role)
				}
			}
		}
	})
}

// agree checks that all ways to records lead to the same ones, and returns them.
func (w *world) agree(user string, all []string) []string {
	w.t.Helper()
	ctx := w.t.Context()
	got := w.reads(user, all)
	want := got["list"]
	binned := func(id string) bool {
		v, err := w.e.Record(ctx, user, id)
		return err == nil && !v.State.Deleted.IsZero()
	}
	for _, way := range []string{"record", "may", "search"} {
		found := slices.DeleteFunc(got[way], binned) // a record in the recycle bin opens by its address and stands in no list
		slices.Sort(found)
		if listed := slices.Sorted(slices.Values(want)); !slices.Equal(found, listed) {
			w.t.Fatalf("%s: %s has %v, the list %v", user, way, found, listed)
		}
	}
	board, err := w.e.Board(ctx, user, "b2b", "grants", "")
	w.must(err)
	report, err := w.e.Report(ctx, user, "b2b", "grants", "")
	w.must(err)
	counted := "0"
	if len(report.Rows) > 0 {
		counted = report.Rows[0].Values[0].String()
	}
	if board.Total.Count != int64(len(want)) || counted != fmt.Sprint(len(want)) {
		w.t.Fatalf("%s: the list has %d, the board %d, the report %s", user, len(want), board.Total.Count, counted)
	}
	var exported []string
	err = w.e.Export(ctx, user, ExportRequest{ListQuery: ListQuery{App: "b2b", Form: "deal"}, Columns: []string{"title"}}, func(row []string) error {
		exported = append(exported, strings.Join(row, ""))
		return nil
	})
	if r, refused := asRejection(err); !refused {
		w.must(err)
	} else if r.Code != "forbidden" {
		w.t.Fatal(err)
	}
	may := 0
	for _, id := range want {
		v, err := w.e.Record(ctx, user, id)
		w.must(err)
		if v.Rights.Export {
			may++
		}
	}
	if n := max(0, len(exported)-1); n != may {
		w.t.Fatalf("%s: exported %d, may export %d", user, n, may)
	}
	return want
}
