package engine

import (
	"context"
	"testing"
	"time"

	"pipewright/runtime/process"
)

// TestStarted: an engine that was started carries everything out by itself, and what it leaves is taken up by the next.
func TestStarted(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.e.now = time.Now
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	changes := w.e.Subscribe(ctx)
	w.e.Start(ctx)
	s := w.proposal("deal", smallLines)
	s = w.do("rep.li", process.Command{Kind: process.Move, ID: s.ID, Transition: "win"}).State
	// Tasks are relayed within 50 ms of the answer, or after it (semantics 23): on a busy machine it may be after.
	for {
		tasks, _, err := w.e.Tasks(ctx, "mgr.wang", TaskQuery{})
		w.must(err)
		if len(tasks) == 1 {
			break
		}
		if !pause(ctx, 10*time.Millisecond) {
			t.Fatalf("the task did not come: %v", tasks)
		}
	}
	w.do("mgr.wang", process.Command{Kind: process.DecideSlot, ID: s.ID, Decision: "approve", Round: 1, Step: "manager", Hash: s.Round.Hash})
	order := ""
	for c := range changes {
		if c.Kind == "changed" && c.Form == "order" {
			order = c.ID
			break
		}
	}
	if order == "" {
		t.Fatal("the hand-over did not come")
	}
	w.must(w.e.Stop(ctx))
	w.must(w.e.Stop(ctx))
	next := w.node("next")
	next.now = time.Now
	next.Start(ctx)
	defer func() { _ = next.Stop(ctx) }()
	if v, err := next.Record(ctx, "ops.wu", order); err != nil || v.State.Stage != "new" {
		t.Error(err)
	}
	for {
		if _, err := next.Verify(ctx, s.ID); err != nil {
			t.Fatal(err)
		}
		runs, _, err := next.Runs(ctx, "b2b", "handover", 10, "")
		w.must(err)
		if len(runs) == 1 && runs[0].State == "done" {
			return
		}
		if !pause(ctx, 10*time.Millisecond) {
			t.Fatal("the run did not end")
		}
	}
}
