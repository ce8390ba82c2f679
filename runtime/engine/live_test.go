package engine

import (
	"slices"
	"testing"
	"time"
)

// What an automation tells people on one node, those hear who are on another, once.
func TestOtherNodesHearOfAutomations(t *testing.T) {
	t.Parallel()
	w := debtor(t, `{"key": "tell", "name": "Tell", "on": {"created": "debt"}, "do": [{"notify": {"to": [{"field": "owner"}], "text": "x"}}, {"task": {"who": [{"field": "owner"}], "name": "y"}}]}`)
	other := w.node("two")
	heard := other.Subscribe(t.Context())
	id := w.debt("1", `{"name": "Acme"}`)
	w.runDue()
	seen := map[string]time.Time{}
	for range 2 {
		w.must(other.hear(t.Context(), monday, seen, w.clock.now()))
	}
	var got []Change
	for len(heard) > 0 {
		got = append(got, <-heard)
	}
	for _, want := range []Change{{Kind: "changed", ID: id, App: "debts", Form: "debt"}, {Kind: "notice", User: "rep.li"}, {Kind: "task", User: "rep.li"}} {
		if i := slices.Index(got, want); i < 0 {
			t.Errorf("nothing of %+v in %+v", want, got)
		} else {
			got = slices.Delete(got, i, i+1)
		}
	}
	if len(got) > 0 {
		t.Errorf("told besides: %+v", got)
	}
}

// A rung of a task's ladder that is reached on one node is heard by whoever is on another.
func TestOtherNodesHearOfRungs(t *testing.T) {
	t.Parallel()
	w := debtor(t, `{"key": "tell", "name": "Tell", "on": {"created": "debt"}, "do": [{"task": {"who": [{"field": "owner"}], "name": "y", "due": "P1D", "ladder": [{"after": "P1D", "do": "remind"}]}}]}`)
	other := w.node("two")
	w.debt("1", `{"name": "Acme"}`)
	w.runDue()
	w.clock.add(25 * time.Hour)
	heard := other.Subscribe(t.Context())
	listen := func(since time.Time) (got []Change) {
		w.must(other.hear(t.Context(), since, map[string]time.Time{}, w.clock.now()))
		for len(heard) > 0 {
			got = append(got, <-heard)
		}
		return got
	}
	began := w.clock.now()
	if got := listen(began); len(got) > 0 {
		t.Errorf("heard before it: %+v", got)
	}
	told := len(w.heard("rep.li", "en"))
	w.runDue()
	if n := len(w.heard("rep.li", "en")); n != told+1 {
		t.Fatalf("reminded %d times", n-told)
	}
	if got := listen(began); !slices.Contains(got, Change{Kind: "notice"}) || !slices.Contains(got, Change{Kind: "task"}) {
		t.Errorf("heard %+v", got)
	}
}
