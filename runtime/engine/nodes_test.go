package engine

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"
)

// nodes tells what an engine knows of the processes on the store.
func (w *world) nodes(e *Engine) string {
	w.t.Helper()
	list, err := e.Nodes(w.t.Context())
	w.must(err)
	var out []string
	for _, n := range list {
		text := fmt.Sprintf("%s %s", n.ID, n.SeenAt.Sub(n.StartedAt))
		if n.Self {
			text += " self"
		}
		if n.Silent {
			text += " silent"
		}
		for _, j := range n.Jobs {
			text += " " + j.Kind
		}
		out = append(out, text)
	}
	return strings.Join(out, ", ")
}

// TestNodes: two processes on one store know of each other and of the jobs each has; who ends says so, and who was killed is silent, then
// forgotten.
func TestNodes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.clock.add(time.Second)
	two := w.node("two")
	check := func(e *Engine, want string) {
		t.Helper()
		if got := w.nodes(e); got != want {
			t.Errorf("there are %q, want %q", got, want)
		}
	}
	check(w.e, "")
	for range 2 {
		w.must(w.e.Beat(t.Context()))
		w.must(two.Beat(t.Context()))
	}
	check(w.e, "one 1s self, two 0s")
	check(two, "one 1s, two 0s self")

	// A job that two has claimed, until its lease runs out.
	d, err := newJob(job{ID: "work", Kind: jobReplan, App: "b2b"}, w.clock.now(), w.clock.now())
	w.must(err)
	w.must(w.store.Insert(t.Context(), collJobs, d))
	j, err := jobOf(d)
	w.must(err)
	if ok, err := two.claim(t.Context(), j); err != nil || !ok {
		t.Fatalf("claimed: %v %v", ok, err)
	}
	check(w.e, "one 1s self, two 0s replan")
	w.clock.add(leaseFor)
	check(w.e, "one 1s self, two 0s")

	// one is killed, two goes on.
	for range 4 {
		w.clock.add(beatEvery)
		w.must(two.Beat(t.Context()))
	}
	check(two, "one 1s silent, two 1m30s self")
	w.clock.add(forgetAfter)
	w.must(two.Beat(t.Context()))
	check(two, "two 16m30s self")

	// Started anew, it is there at once, and gone when it was stopped.
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	three := w.node("three")
	three.Start(ctx)
	for w.nodes(two) != "three 0s" { // it has forgotten two: an embedded store has one process
		if !pause(ctx, time.Millisecond) {
			t.Fatal(w.nodes(two))
		}
	}
	w.must(three.Stop(ctx))
	check(two, "")
}
