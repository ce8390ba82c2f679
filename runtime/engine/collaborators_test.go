package engine

import (
	"fmt"
	"slices"
	"testing"

	"pipewright/runtime/process"
)

// A collaborator reads the record and may what the grants for participants let him, until he is taken off; the owner asks people, and so
// does who may assign.
func TestCollaborators(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.defs["b2b"] = []*process.App{changed(t, 1, func(def map[string]any) {
		form := def["forms"].([]any)[1].(map[string]any)
		form["grants"] = append(form["grants"].([]any),
			map[string]any{"role": "ops", "records": "participant", "do": []any{"read", "edit"}, "hide": []any{"amount"}})
	})}
	w.e = w.node("two")
	ctx := t.Context()
	s := w.deal("Acme", smallLines)
	ask := func(by string, add bool, who ...string) process.Command {
		return process.Command{Kind: process.Collaborate, ID: s.ID, People: who, Done: add, Op: by + who[0]}
	}
	if code := w.refused("ops.wu", ask("", true, "ops.wu")); code != "not.found" {
		t.Errorf("a stranger asks himself: %s", code)
	}
	if code := w.refused("rep.li", ask("", true, "nobody")); code != "user.unknown" {
		t.Errorf("nobody was asked: %s", code)
	}
	seen := func(user string) *View {
		v, err := w.e.Record(ctx, user, s.ID)
		if err != nil {
			return nil
		}
		return v
	}
	w.do("rep.li", ask("rep.li", true, "ops.wu", "ops.wu"))
	got := w.do("rep.li", ask("again", true, "ops.wu")).State
	if !slices.Equal(got.Collaborators(), []string{"ops.wu"}) {
		t.Errorf("%v", got.People)
	}
	v := seen("ops.wu")
	if v == nil || !v.Rights.Edit || v.Rights.Assign || v.Sees("amount") || !v.Sees("name") {
		t.Fatalf("a collaborator may %+v", v)
	}
	list, _, err := w.e.List(ctx, "ops.wu", ListQuery{App: "b2b", Form: "deal"})
	w.must(err)
	found, err := w.e.Search(ctx, "ops.wu", "Acme", 10)
	w.must(err)
	told, _, err := w.e.Notices(ctx, "ops.wu", false, 10, "")
	w.must(err)
	if len(list) != 1 || len(found) != 1 || len(told) != 1 || told[0].Title != "Acme" {
		t.Errorf("listed %d, found %d, told %+v", len(list), len(found), told)
	}
	if code := w.refused("ops.wu", ask("", true, "rep.chen")); code != "forbidden" {
		t.Errorf("a collaborator asks others: %s", code)
	}
	// Deciding on something shows a person the guards; working together does not.
	w.do("rep.li", process.Command{Kind: process.Tick, ID: s.ID, Item: "budget", Done: true})
	w.do("rep.li", process.Command{Kind: process.Move, ID: s.ID, Transition: "propose"})
	w.do("rep.li", process.Command{Kind: process.Move, ID: s.ID, Transition: "win"})
	if v := seen("ops.wu"); v == nil || v.Sees("amount") {
		t.Error("a collaborator sees what is decided on")
	}
	history, _, err := w.e.History(ctx, "rep.li", s.ID, 50, "")
	w.must(err)
	if !slices.ContainsFunc(history, func(e Entry) bool { return e.Type == "joined" }) {
		t.Error("the timeline does not tell who was asked")
	}
	// Off again: by whom may assign, and by himself.
	w.do("mgr.wang", ask("off", false, "ops.wu"))
	if seen("ops.wu") != nil {
		t.Error("who was taken off still reads")
	}
	found, err = w.e.Search(ctx, "ops.wu", "Acme", 10)
	w.must(err)
	if len(found) != 0 {
		t.Error("and finds")
	}
	w.do("mgr.wang", ask("mgr", true, "ops.wu", "fin.zhao"))
	w.do("ops.wu", ask("self", false, "ops.wu"))
	if got := w.state(s.ID).Collaborators(); !slices.Equal(got, []string{"fin.zhao"}) {
		t.Errorf("left are %v", got)
	}
	var many []string
	for i := range 21 {
		many = append(many, fmt.Sprint("x", i))
	}
	if code := w.refused("rep.li", process.Command{Kind: process.Collaborate, ID: s.ID, Done: true, People: many}); code != "field.invalid" {
		t.Errorf("21 collaborators: %s", code)
	}
	w.must(w.e.Sweep(ctx, 0))
	report, err := w.e.Audit(ctx, nil, nil)
	w.must(err)
	if len(report.Findings) != 0 {
		t.Errorf("the fold of its events is another record: %v", report.Findings)
	}
}
