package engine

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"pipewright/runtime/process"
	"pipewright/runtime/store"
	"pipewright/runtime/store/mongostore"
	"pipewright/runtime/store/mongostore/mongotest"
)

func onMongo(t *testing.T) func(store.Store) store.Store {
	uri := mongotest.URI(t)
	return func(store.Store) store.Store {
		s, err := mongostore.Open(t.Context(), mongostore.Options{URI: uri, Database: mongotest.Database(), AllowStandalone: !mongotest.Real()})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Close() })
		return s
	}
}

// TestOnMongo runs a deal's life, a cron automation on two nodes, and a race for one task on MongoDB.
func TestOnMongo(t *testing.T) {
	t.Parallel()
	wrap := onMongo(t)
	lite := newWorld(t, nil)
	lite.must(lite.story())
	lite.settleDown()
	w := newWorld(t, wrap)
	w.must(w.story())
	w.settleDown()
	if got, want := w.trace(), lite.trace(); got != want {
		t.Errorf("on MongoDB\n%s\non SQLite\n%s", got, want)
	}

	s := w.deal("stale", smallLines)
	two := w.node("two")
	both := func() {
		var wg sync.WaitGroup
		for _, e := range []*Engine{w.e, two} {
			wg.Go(func() {
				if _, err := e.RunDue(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
	}
	both()
	w.clock.add(10 * 24 * time.Hour)
	both()
	v, err := w.e.Record(t.Context(), "rep.li", s.ID)
	w.must(err)
	if got := string(v.Data()["touched"]); got != `"1"` {
		t.Errorf("two nodes touched the deal %s times", got)
	}

	d := w.proposal("race", smallLines)
	d = w.do("rep.li", process.Command{Kind: process.Move, ID: d.ID, Transition: "win"}).State
	won := 0
	var mu sync.Mutex
	var wg sync.WaitGroup
	for i := range 32 {
		wg.Go(func() {
			e := w.e
			if i%2 == 1 {
				e = two
			}
			_, err := e.Do(t.Context(), Request{User: "mgr.wang", Command: process.Command{Kind: process.DecideSlot, ID: d.ID, Op: fmt.Sprint("m", i),
				Decision: "approve", Round: 1, Step: "manager", Hash: d.Round.Hash}})
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				won++
			} else if _, refused := asRejection(err); !refused {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if won != 1 {
		t.Errorf("%d approved one task", won)
	}
}
