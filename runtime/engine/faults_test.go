package engine

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pipewright/runtime/process"
	"pipewright/runtime/query"
	"pipewright/runtime/store"
	"pipewright/runtime/store/storetest"
)

// stubborn is a client that repeats what got no answer, with the same key.
func (w *world) stubborn(user string, c process.Command) (*Result, error) {
	w.t.Helper()
	var err error
	for range 6 {
		var res *Result
		if res, err = w.e.Do(w.t.Context(), Request{User: user, Command: c}); err == nil {
			return res, nil
		}
		if r, refused := asRejection(err); refused && r.Code != "conflict" {
			w.t.Fatalf("%s by %s: %v", c.Kind, user, err)
		}
		w.recover(err)
	}
	return nil, fmt.Errorf("%s by %s never went through: %w", c.Kind, user, err)
}

// recover stands for the restart of a process that died: a new engine on the same store, some time later.
func (w *world) recover(err error) {
	w.clock.add(time.Second)
	if errors.Is(err, store.ErrUnavailable) {
		faulty := w.store.(*storetest.FaultyStore)
		if slices.ContainsFunc(faulty.Calls(), func(c storetest.Call) bool { return c.N == w.crashAt }) && w.crashAt > 0 {
			faulty.Set(nil)
			w.crashAt = 0
		}
		w.e = w.node("after the crash")
	}
}

// story is the life of one deal, driven by stubborn clients.
func (w *world) story() error {
	if _, err := w.stubborn("rep.li", process.Command{Kind: process.Create, App: "b2b", Form: "account", Op: "acc", Data: data(`{"name": "Acme"}`)}); err != nil {
		return err
	}
	res, err := w.stubborn("rep.li", process.Command{Kind: process.Create, App: "b2b", Form: "deal", Op: "deal",
		Data: data(`{"name": "Deal", "lines": ` + bigLines + `}`)})
	if err != nil {
		return err
	}
	id := res.State.ID
	for _, c := range []struct {
		user string
		c    process.Command
	}{
		{"rep.li", process.Command{Kind: process.Tick, Item: "budget", Done: true, Op: "tick"}},
		{"rep.li", process.Command{Kind: process.Move, Transition: "propose", Op: "propose"}},
		{"rep.li", process.Command{Kind: process.Move, Transition: "win", Op: "win"}},
		{"mgr.wang", process.Command{Kind: process.DecideSlot, Decision: "approve", Round: 1, Step: "manager", Op: "m"}},
		{"fin.zhao", process.Command{Kind: process.DecideSlot, Decision: "approve", Round: 1, Step: "finance", Op: "f"}},
	} {
		c.c.ID = id
		if c.c.Kind == process.DecideSlot {
			c.c.Hash = res.State.Round.Hash
		}
		if res, err = w.stubborn(c.user, c.c); err != nil {
			return err
		}
	}
	for range 8 {
		if _, err = w.e.RunDue(w.t.Context()); err == nil {
			break
		}
		w.recover(err)
	}
	return err
}

// settleDown lets time pass until nothing is left to do.
func (w *world) settleDown() {
	w.t.Helper()
	for range 4 {
		w.clock.add(2 * time.Minute)
		w.must(w.e.Sweep(w.t.Context(), 0))
		if _, err := w.e.RunDue(w.t.Context()); err != nil {
			w.t.Fatal(err)
		}
	}
}

// trace is what remains of a story, without times and salts.
func (w *world) trace() string {
	w.t.Helper()
	ctx := w.t.Context()
	var out []string
	count := func(coll string, f query.Filter, by string) {
		rows, err := w.store.Aggregate(ctx, coll, query.Aggregate{Filter: f, Groups: []query.Group{{Col: by}}, Measures: []query.Measure{{Kind: "count"}}, Limit: 100})
		w.must(err)
		for _, r := range rows {
			out = append(out, fmt.Sprint(coll, " ", r.Keys[0], " ", r.Values[0]))
		}
	}
	for _, coll := range []string{"rec_b2b_account", "rec_b2b_deal", "rec_b2b_order"} {
		page, err := w.store.Query(ctx, coll, query.Query{Limit: 100})
		w.must(err)
		for _, d := range page.Docs {
			r, err := decodeRecord(d)
			w.must(err)
			if r.State == nil {
				out = append(out, coll+" fence")
				continue
			}
			if len(r.Pending) > 0 || d.Cols[colPending] != nil {
				out = append(out, coll+" has pending")
			}
			if _, err := w.e.Verify(ctx, d.ID); err != nil {
				out = append(out, err.Error())
			}
			out = append(out, fmt.Sprint(coll, " ", r.State.Stage, " ", r.State.Number != "", " rev ", r.State.Rev, " seq ", r.State.Seq, " links ", len(r.State.Links)))
		}
	}
	count(collEvents, nil, "type")
	count(collTasks, nil, "state")
	count(collNotices, nil, "user")
	count(collVisits, nil, "stage")
	count(collAttention, query.Cmp{Col: "open", Op: query.Eq, Value: true}, "owner")
	count(collAttention, nil, "open")
	count(collRounds, nil, "state")
	count(collUnique, nil, "record")
	count(collJobs, query.Cmp{Col: "kind", Op: query.Eq, Value: jobAutomation}, "state")
	return strings.Join(out, "\n")
}

// numbers makes two more deals and lists the numbers of all, in order. A process that died with a number in hand leaves it to
// the next deal.
func (w *world) numbers() string {
	w.t.Helper()
	w.deal("next", smallLines)
	w.deal("last", smallLines)
	page, err := w.store.Query(w.t.Context(), "rec_b2b_deal", query.Query{Sort: []query.Sort{{Col: "number"}}, Limit: 10, Cols: []string{"number"}})
	w.must(err)
	var out []string
	for _, d := range page.Docs {
		if n, _ := d.Cols["number"].(string); n != "" {
			out = append(out, n)
		}
	}
	return strings.Join(out, " ")
}

// TestEveryFault fails every operation of the store once, in every way, and once lets the process die there; the story ends the
// same each time.
func TestEveryFault(t *testing.T) {
	t.Parallel()
	wrap := func(s store.Store) store.Store { return storetest.Faulty(s, nil) }
	clean := newWorld(t, wrap)
	clean.store.(*storetest.FaultyStore).Set(nil)
	clean.must(clean.story())
	n := len(clean.store.(*storetest.FaultyStore).Calls())
	clean.settleDown()
	want := clean.trace()
	if !strings.Contains(want, "rec_b2b_deal won true") || !strings.Contains(want, "rec_b2b_order new") {
		t.Fatal(want)
	}
	kinds := []struct {
		name   string
		crash  bool
		faults func(k int) storetest.Faults
	}{
		{"before", false, func(k int) storetest.Faults { return storetest.Nth(k, storetest.Before) }},
		{"after", false, func(k int) storetest.Faults { return storetest.Nth(k, storetest.After) }},
		{"partly", false, func(k int) storetest.Faults { return storetest.Nth(k, storetest.Partly) }},
		{"lost", false, func(k int) storetest.Faults { return storetest.Nth(k, storetest.Lost) }},
		{"crash", true, func(k int) storetest.Faults { return storetest.Crash(k, storetest.After) }},
	}
	step := stride(19)
	var work sync.WaitGroup
	slots := make(chan struct{}, 4)
	for _, kind := range kinds {
		for k := 1; k <= n; k += step {
			slots <- struct{}{}
			work.Go(func() {
				defer func() { <-slots }()
				t.Run(fmt.Sprintf("%s/%d", kind.name, k), func(t *testing.T) {
					w := newWorld(t, wrap)
					if kind.crash {
						w.crashAt = k
					}
					w.store.(*storetest.FaultyStore).Set(kind.faults(k))
					err := w.story()
					w.store.(*storetest.FaultyStore).Set(nil)
					w.must(err)
					w.settleDown()
					if got := w.trace(); got != want {
						t.Errorf("got\n%s\nwant\n%s", got, want)
					}
					if got := w.numbers(); got != "SJ20261123-0001 SJ20261123-0002 SJ20261123-0003" {
						t.Errorf("numbers %s", got)
					}
				})
			})
		}
	}
	work.Wait()
}

// TestRace: of many who approve one task, or take one transition, exactly one does.
func TestRace(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	nodes := []*Engine{w.e, w.node("two")}
	race := func(user string, c process.Command) (won int) {
		var wg sync.WaitGroup
		var mu sync.Mutex
		for i := range 64 {
			wg.Go(func() {
				c := c
				c.Op = fmt.Sprint("racer ", i)
				_, err := nodes[i%2].Do(t.Context(), Request{User: user, Command: c})
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
		return won
	}
	rounds := 100
	if testing.Short() {
		rounds = 5
	}
	for i := range rounds {
		s := w.deal(fmt.Sprint("deal ", i), smallLines)
		w.do("rep.li", process.Command{Kind: process.Tick, ID: s.ID, Item: "budget", Done: true})
		if n := race("rep.li", process.Command{Kind: process.Move, ID: s.ID, Transition: "propose"}); n != 1 {
			t.Errorf("%d took the transition", n)
		}
		s = w.do("rep.li", process.Command{Kind: process.Move, ID: s.ID, Transition: "win"}).State
		if n := race("mgr.wang", process.Command{Kind: process.DecideSlot, ID: s.ID, Decision: "approve", Round: 1, Step: "manager", Hash: s.Round.Hash}); n != 1 {
			t.Errorf("%d approved the task", n)
		}
	}
	// One number each, without gaps, by two nodes at once.
	var wg sync.WaitGroup
	for i := range 40 {
		wg.Go(func() {
			_, err := nodes[i%2].Do(t.Context(), Request{User: "rep.li", Command: process.Command{Kind: process.Create, App: "b2b", Form: "deal", Op: fmt.Sprint("n", i), Data: data(`{"name": "x"}`)}})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if last := w.deal("last", smallLines).Number; last != fmt.Sprintf("SJ20261123-%04d", rounds+41) {
		t.Error(last)
	}
	// One of many who want a unique name.
	won := 0
	var mu sync.Mutex
	for i := range 32 {
		wg.Go(func() {
			_, err := nodes[i%2].Do(t.Context(), Request{User: "rep.li", Command: process.Command{Kind: process.Create, App: "b2b", Form: "account", Op: fmt.Sprint("u", i), Data: data(`{"name": "Unique"}`)}})
			if err == nil {
				mu.Lock()
				won++
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if won != 1 {
		t.Errorf("%d records hold a unique name", won)
	}
}
