package engine

import (
	"testing"
	"time"

	"pipewright/runtime/store"
	"pipewright/runtime/store/storetest"
)

// TestDeadTick: a tick whose workers died is run when an admin takes it in hand; and the log of a run that failed at first says in
// the end that it was done.
func TestDeadTick(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(s store.Store) store.Store { return storetest.Faulty(s, nil) })
	w.deal("deal", smallLines)
	w.runDue()
	w.clock.add(10 * 24 * time.Hour)
	w.must(w.e.Schedule(t.Context()))
	var dead *job
	for range maxClaims + 1 {
		jobs, err := w.e.dueJobs(t.Context(), 10)
		w.must(err)
		for _, j := range jobs {
			if j.Kind == jobTick {
				dead = j
				_, err := w.e.claim(t.Context(), j)
				w.must(err)
			}
		}
		w.clock.add(leaseFor + time.Second)
	}
	if got := w.ledger("stale"); got[len(got)-6:] != "failed" {
		t.Fatal(got)
	}
	dir, err := w.e.Directory(t.Context())
	w.must(err)
	admin, _ := dir.User("admin")
	w.must(w.e.RetryJob(t.Context(), &admin, dead.ID))
	broken := firstCall(storetest.Replace, "rec_b2b_deal", "b2b/stale")
	w.store.(*storetest.FaultyStore).Set(func(c storetest.Call) storetest.Fault {
		if broken(c) {
			return storetest.Before
		}
		return storetest.None
	})
	w.runDue()
	w.clock.add(time.Minute)
	w.runDue()
	if got := w.ledger("stale"); got[len(got)-4:] != "done" {
		t.Error(got)
	}
	runs, _, err := w.e.Runs(t.Context(), "b2b", "stale", 10, "")
	w.must(err)
	if len(runs) != 2 || runs[0].State != "done" || runs[1].State != "failed" {
		t.Errorf("runs %+v", runs)
	}
}
