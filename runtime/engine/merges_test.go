package engine

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"pipewright/runtime/process"
)

// mergeWorld has a second reference to accounts, in the rows of a table.
func mergeWorld(t *testing.T) *world {
	w := newWorld(t, nil)
	w.defs["b2b"] = []*process.App{changed(t, 1, func(def map[string]any) {
		deal := def["forms"].([]any)[1].(map[string]any)
		for _, f := range deal["fields"].([]any) {
			if field := f.(map[string]any); field["key"] == "lines" {
				field["fields"] = append(field["fields"].([]any), map[string]any{"key": "maker", "name": "Maker", "type": "reference", "form": "account"})
			}
		}
	})}
	w.e = w.node("two")
	return w
}

func (w *world) account(name string) string {
	w.t.Helper()
	return w.do("rep.li", process.Command{Kind: process.Create, App: "b2b", Form: "account", Op: name, Data: data(`{"name": "` + name + `"}`)}).State.ID
}

// points are the account of a deal and the makers in its rows.
func (w *world) points(deal string) string {
	w.t.Helper()
	v, err := w.e.Record(w.t.Context(), "mgr.wang", deal)
	w.must(err)
	var ref struct{ Title string }
	w.must(json.Unmarshal(orNull(v.Data()["account"]), &ref))
	var rows []struct{ Maker struct{ Title string } }
	w.must(json.Unmarshal(orNull(v.Data()["lines"]), &rows))
	out := ref.Title
	for _, r := range rows {
		out += " " + r.Maker.Title
	}
	return out
}

// Two records become one: the values that were chosen, all that pointed to either, notes and history; and two again, as they were, but for what was
// changed since.
func TestMerge(t *testing.T) {
	t.Parallel()
	w := mergeWorld(t)
	ctx := t.Context()
	stays, goes := w.account("Acme"), w.account("ACME Ltd")
	deal := func(key, account, maker string) string {
		return w.do("rep.li", process.Command{Kind: process.Create, App: "b2b", Form: "deal", Op: key, Data: data(`{"name": "` + key + `", "account": "` + account +
			`", "lines": [{"qty": 1, "maker": "` + stays + `"}, {"qty": 2, "maker": "` + maker + `"}]}`)}).State.ID
	}
	one, two, three := deal("one", goes, goes), deal("two", stays, goes), deal("three", goes, stays)
	w.do("rep.li", process.Command{Kind: process.Note, ID: goes, Op: "n", Comment: "called them"})
	w.do("rep.chen", process.Command{Kind: process.Note, ID: stays, Op: "n", Comment: "met them"})

	ask := func(user, key string, req MergeRequest) error {
		_, err := w.e.StartMerge(ctx, user, key, req)
		return err
	}
	for _, c := range []struct {
		user string
		req  MergeRequest
		want string
	}{
		{"ops.wu", MergeRequest{Winner: stays, Loser: goes}, "not.found"},
		{"rep.li", MergeRequest{Winner: stays, Loser: stays}, "merge.refused"},
		{"rep.li", MergeRequest{Winner: stays, Loser: one}, "merge.refused"},
		{"rep.li", MergeRequest{Winner: stays, Loser: goes, LoserRev: 99}, "rev.changed"},
		{"rep.li", MergeRequest{Winner: stays, Loser: goes, Take: []string{"secret"}}, "field.unknown"},
		{"mgr.wang", MergeRequest{Winner: one, Loser: two}, "forbidden"}, // a manager may not delete deals
	} {
		if got := codeOfErr(ask(c.user, "no", c.req)); got != c.want {
			t.Errorf("%s merges %+v: %q, want %q", c.user, c.req, got, c.want)
		}
	}
	w.must(ask("rep.li", "k", MergeRequest{Winner: stays, Loser: goes, Take: []string{"name"}}))
	w.must(ask("rep.li", "k", MergeRequest{Winner: stays, Loser: goes, Take: []string{"name"}}))
	w.settleDown()
	v, err := w.e.Record(ctx, "rep.li", stays)
	w.must(err)
	taken, err := w.e.TakenUp(ctx, "rep.li", v)
	w.must(err)
	if len(taken) != 1 || taken[0].State != MergeDone || v.Title() != "ACME Ltd" || taken[0].Record.ID != goes || taken[0].Undoable(w.clock.now()).IsZero() {
		t.Fatalf("merged: %s %+v", v.Title(), taken)
	}
	m, err := w.e.MergeOf(ctx, "rep.li", taken[0].ID)
	w.must(err)
	if m.Counts[RowRepointed] != 3 {
		t.Errorf("%v", m.Counts)
	}
	for id, want := range map[string]string{one: "ACME Ltd ACME Ltd ACME Ltd", two: "ACME Ltd ACME Ltd ACME Ltd", three: "ACME Ltd ACME Ltd ACME Ltd"} {
		if got := w.points(id); got != want {
			t.Errorf("points to %q, want %q", got, want)
		}
	}
	notes, _, err := w.e.Notes(ctx, "rep.li", stays, false, 10, "")
	w.must(err)
	gone, err := w.e.Record(ctx, "rep.li", goes)
	w.must(err)
	past, _, err := w.e.History(ctx, "rep.li", goes, 50, "")
	w.must(err)
	if len(notes) != 2 || gone.State.Merged == nil || gone.State.Merged.Into != stays || gone.Rights.Edit || gone.Sees("secret") || len(past) < 3 {
		t.Errorf("%d notes, what is gone %+v, its history %d", len(notes), gone.State.Merged, len(past))
	}
	if code := w.refused("rep.li", process.Command{Kind: process.Restore, ID: goes}); code != "record.merged" {
		t.Errorf("restored out of the bin: %s", code)
	}
	bin, _, err := w.e.Bin(ctx, "rep.li", ListQuery{App: "b2b", Form: "account"})
	w.must(err)
	list, _, err := w.e.List(ctx, "rep.li", ListQuery{App: "b2b", Form: "account"})
	w.must(err)
	if len(bin) != 0 || len(list) != 1 {
		t.Errorf("%d in the bin, %d listed", len(bin), len(list))
	}
	w.clock.add(40 * 24 * time.Hour)
	w.must(w.e.EmptyBins(ctx))
	if _, err := w.e.Record(ctx, "rep.li", goes); err != nil {
		t.Errorf("the bin took what was merged: %v", err)
	}
	if _, err := w.e.UndoMerge(ctx, "rep.li", m.ID); codeOfErr(err) != "merge.refused" {
		t.Errorf("taken back after 40 days: %v", err)
	}
	w.clock.add(-39 * 24 * time.Hour)
	w.do("rep.li", process.Command{Kind: process.Edit, ID: three, Op: "since", Data: data(`{"account": null}`)})
	w.do("rep.li", process.Command{Kind: process.Edit, ID: three, Op: "again", Data: data(`{"account": "` + stays + `"}`)})
	_, err = w.e.UndoMerge(ctx, "rep.li", m.ID)
	w.must(err)
	w.settleDown()
	m, err = w.e.MergeOf(ctx, "rep.li", m.ID)
	w.must(err)
	back, err := w.e.Record(ctx, "rep.li", goes)
	w.must(err)
	v, err = w.e.Record(ctx, "rep.li", stays)
	w.must(err)
	if m.State != MergeUndone || back.Title() != "ACME Ltd" || v.Title() != "Acme" || back.State.Merged != nil || !back.State.Deleted.IsZero() || len(v.State.TakenUp) != 0 || !back.Rights.Edit {
		t.Errorf("taken back: %s %s; %s and %s %+v", m.State, m.Why, v.Title(), back.Title(), back.State.Merged)
	}
	for id, want := range map[string]string{one: "ACME Ltd Acme ACME Ltd", two: "Acme Acme ACME Ltd", three: "Acme Acme Acme"} {
		if got := w.points(id); got != want {
			t.Errorf("points to %q, want %q", got, want)
		}
	}
	for _, id := range []string{stays, goes, one, two, three} {
		if _, err := w.e.Verify(ctx, id); err != nil {
			t.Error(err)
		}
	}
}

// A merge whose second step is refused is taken back, and says why.
func TestMergeRefused(t *testing.T) {
	t.Parallel()
	w := mergeWorld(t)
	ctx := t.Context()
	stays, goes := w.account("Acme"), w.account("ACME Ltd")
	m, err := w.e.StartMerge(ctx, "rep.li", "k", MergeRequest{Winner: stays, Loser: goes})
	w.must(err)
	w.do("rep.li", process.Command{Kind: process.Delete, ID: stays, Op: "gone"})
	w.settleDown()
	w.do("rep.li", process.Command{Kind: process.Restore, ID: stays, Op: "back"})
	m, err = w.e.MergeOf(ctx, "rep.li", m.ID)
	w.must(err)
	v, err := w.e.Record(ctx, "rep.li", goes)
	w.must(err)
	if m.State != MergeFailed || m.Code != "record.deleted" || !strings.Contains(m.Why.In("en"), "recycle bin") || v.State.Merged != nil || !v.State.Deleted.IsZero() {
		t.Errorf("%+v %+v", m, v.State.Merged)
	}
}
