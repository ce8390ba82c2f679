package engine

import (
	"slices"
	"testing"
	"time"

	"pipewright/runtime/process"
)

// TestStageLadder: as the time of a stage goes by its owner is reminded, his manager told, and the record given to somebody else; each stands
// in the history, and in words in the notices.
func TestStageLadder(t *testing.T) {
	t.Parallel()
	w := working(t)
	id := w.visit("a", `{"name": "a"}`).ID
	w.do("rep.li", process.Command{Kind: process.Move, ID: id, Transition: "rest"})
	told := func(user, kind string) (out []string) {
		notices, _, err := w.e.Notices(t.Context(), user, false, 50, "")
		w.must(err)
		for _, n := range notices {
			if n.Kind == kind && n.Record == id {
				out = append(out, n.Text["en"])
			}
		}
		return out
	}
	w.clock.add(121 * time.Hour)
	w.runDue()
	if got := told("rep.li", "reminder"); !slices.Equal(got, []string{"“Plain” was due at 2026-11-28 10:00"}) {
		t.Errorf("reminded %q", got)
	}
	w.clock.add(24 * time.Hour)
	w.runDue()
	if got := told("mgr.wang", "escalation"); !slices.Equal(got, []string{"This record is late in “Plain” and was escalated to you"}) {
		t.Errorf("escalated %q", got)
	}
	w.clock.add(24 * time.Hour)
	w.runDue()
	w.runDue()
	if got := told("rep.li", "escalation"); !slices.Equal(got, []string{"This record was late in “Plain” and was given to somebody else"}) {
		t.Errorf("taken away %q", got)
	}
	v, err := w.e.Record(t.Context(), "ops.wu", id)
	w.must(err)
	if len(told("ops.wu", "owner")) != 1 || v.State.Owner != "ops.wu" || len(v.State.Timers) != 0 || !v.State.LateSince.Equal(w.clock.now().Add(-24*time.Hour)) {
		t.Errorf("given to %q, timers %v, late since %s", v.State.Owner, v.State.Timers, v.State.LateSince)
	}
	entries, _, err := w.e.History(t.Context(), "ops.wu", id, 50, "")
	w.must(err)
	for _, want := range []string{"the stage was due", "is late and was escalated to 王敏", "was late, so it went from 李雷 to somebody else", "made 吴桐 the owner"} {
		if !slices.ContainsFunc(entries, func(e Entry) bool { return e.Text["en"] == want }) {
			for _, e := range entries {
				t.Logf("%s", e.Text["en"])
			}
			t.Errorf("the history does not say %q", want)
		}
	}
}
