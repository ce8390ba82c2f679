package engine

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"pipewright/runtime/process"
	"pipewright/runtime/store"
	"pipewright/runtime/store/storetest"
)

// poolRaces runs a race for records of a pool on both stores, with two nodes; limits are the pool's cap and claims per day.
func poolRaces(t *testing.T, limits [2]int, race func(t *testing.T, w *world, nodes []*Engine)) {
	for _, kind := range []string{"sqlite", "mongo"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			var wrap func(store.Store) store.Store
			if kind == "mongo" {
				wrap = onMongo(t)
			}
			w := crmOn(t, wrap)
			pool := &w.defs["crm"][0].Def.Pools[0]
			pool.Cap, pool.ClaimPerDay = limits[0], limits[1]
			race(t, w, []*Engine{w.e, w.node("two")})
		})
	}
}

// atOnce lets n claims go at the same time, half of them on either node, and tells what came of each.
func (w *world) atOnce(nodes []*Engine, n int, user string, claim func(i int) (record, op string)) (results []*Result, errs []error) {
	results, errs = make([]*Result, n), make([]error, n)
	start := make(chan struct{})
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			<-start
			id, op := claim(i)
			results[i], errs[i] = nodes[i%len(nodes)].Do(w.t.Context(), Request{User: user, Command: process.Command{Kind: process.Claim, ID: id, Op: op}})
		})
	}
	close(start)
	all.Wait()
	return results, errs
}

// One operation that arrives many times at once is one claim, and everybody who asked for it is answered with it: though the person has
// room for one record only, and one claim a day.
func TestOneClaimManyTimes(t *testing.T) {
	t.Parallel()
	poolRaces(t, [2]int{1, 1}, func(t *testing.T, w *world, nodes []*Engine) {
		for round := range 3 {
			id := w.pooled(fmt.Sprint("same", round))
			results, errs := w.atOnce(nodes, 64, "rep.a", func(int) (string, string) { return id, "once" })
			did := 0
			for i, err := range errs {
				switch {
				case err != nil:
					t.Errorf("round %d: asked again, heard %s", round, codeOfRefusal(err))
				case results[i].State.Owner != "rep.a" || results[i].State.Taken == nil:
					t.Errorf("round %d: answered %+v", round, results[i].State)
				case !results[i].Repeated:
					did++
				}
			}
			if did != 1 {
				t.Errorf("round %d: done %d times", round, did)
			}
			if n, err := w.e.daysClaims(t.Context(), process.ClaimSeries(w.defs["crm"][0], w.defs["crm"][0].Pools["public"], "rep.a", w.clock.now())); err != nil || n.count() != 1 {
				t.Errorf("round %d: counted %+v, %v", round, n, err)
			}
			w.do("rep.a", process.Command{Kind: process.Release, ID: id, Comment: "next"})
			w.must(w.e.Sweep(t.Context(), 0))
			w.clock.add(24 * time.Hour)
		}
	})
}

// Many records are claimed for one person at once: as many as he has room for, and no more; the same for a day's claims.
func TestManyClaimsAtOnce(t *testing.T) {
	t.Parallel()
	for name, limits := range map[string][2]int{"cap": {3, 0}, "perDay": {0, 3}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			poolRaces(t, limits, func(t *testing.T, w *world, nodes []*Engine) {
				var ids []string
				for i := range 16 {
					ids = append(ids, w.pooled(fmt.Sprint("many", i)))
				}
				w.holdsAtMost(nodes, ids, 3, "pool.full", "pool.perDay")
			})
		})
	}
}

// holdsAtMost claims each of the records four times at once for rep.a, who then has to own so many records.
func (w *world) holdsAtMost(nodes []*Engine, ids []string, most int, codes ...string) {
	w.t.Helper()
	_, errs := w.atOnce(nodes, 4*len(ids), "rep.a", func(i int) (string, string) { return ids[i/4], fmt.Sprint("op", i) })
	for _, err := range errs {
		if err == nil {
			continue
		}
		if code := codeOfRefusal(err); code != "conflict" && code != codes[0] && (len(codes) < 2 || code != codes[1]) {
			w.t.Errorf("heard %s", code)
		}
	}
	own := 0
	for pass := range 2 {
		own = 0
		for _, id := range ids {
			if w.state(id).Owner == "rep.a" {
				own++
			} else if pass == 0 && own < most {
				_ = w.claim("rep.a", id) // whoever was refused for a claim that came to nothing may try again
			}
		}
	}
	if own != most {
		w.t.Errorf("owns %d records, may have %d", own, most)
	}
}

// Records that somebody owns from before there was a cap take room as well, though they hold no slot, and so do those whose slot lies
// beyond a cap that was lowered.
func TestCapCountsWhatHasNoSlot(t *testing.T) {
	t.Parallel()
	poolRaces(t, [2]int{0, 0}, func(t *testing.T, w *world, nodes []*Engine) {
		pool := &w.defs["crm"][0].Def.Pools[0]
		for i := range 2 {
			w.lead("rep.a", fmt.Sprint("before", i))
		}
		pool.Cap = 9
		var slots []string
		for i := range 3 {
			slots = append(slots, w.pooled(fmt.Sprint("slot", i)))
			w.must(w.claim("rep.a", slots[i]))
		}
		for _, id := range slots[:2] { // the third slot is left
			w.do("rep.a", process.Command{Kind: process.Release, ID: id, Comment: "not now"})
		}
		w.must(w.e.Sweep(t.Context(), 0))
		w.clock.add(6 * 24 * time.Hour)
		pool.Cap = 4 // he owns three
		var ids []string
		for i := range 8 {
			ids = append(ids, w.pooled(fmt.Sprint("more", i)))
		}
		w.holdsAtMost(nodes, ids, 1, "pool.full")
		pool.Cap = 2
		if code := codeOfRefusal(w.claim("rep.a", slots[0])); code != "pool.full" {
			t.Errorf("above the cap: %s", code)
		}
	})
}

// Of two nodes that carry out one operation, the one that comes too late to do anything has the answer of the first all the same: also when
// what it looks at after reading the record is what the first has just done.
func TestLateNodeHearsTheAnswer(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		limits [2]int
		at     func(storetest.Call) bool
	}{
		"cap":    {[2]int{1, 0}, func(c storetest.Call) bool { return c.Coll == "rec_crm_lead" && c.Op != storetest.Get }},
		"perDay": {[2]int{0, 1}, func(c storetest.Call) bool { return c.Coll == collTurns }},
		"commit": {[2]int{1, 1}, func(c storetest.Call) bool { return c.Coll == "rec_crm_lead" && c.Op == storetest.Replace }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := crmOn(t, func(s store.Store) store.Store { return storetest.Faulty(s, nil) })
			faulty := w.store.(*storetest.FaultyStore)
			w.store = faulty.Store
			other := w.node("other")
			w.store = faulty
			pool := &w.defs["crm"][0].Def.Pools[0]
			pool.Cap, pool.ClaimPerDay = c.limits[0], c.limits[1]
			claim := process.Command{Kind: process.Claim, ID: w.pooled("one"), Op: "once"}
			done := false
			faulty.Set(func(call storetest.Call) storetest.Fault {
				if !done && c.at(call) {
					done = true
					w.doOn(other, "rep.a", claim)
				}
				return storetest.None
			})
			w.e = w.node("late") // which remembers nothing
			if res := w.do("rep.a", claim); !done || !res.Repeated || res.State.Owner != "rep.a" {
				t.Errorf("the late node (%v) answers %+v", done, res.State)
			}
			faulty.Set(func(storetest.Call) storetest.Fault { return storetest.None })
			series := process.ClaimSeries(w.defs["crm"][0], w.defs["crm"][0].Pools["public"], "rep.a", w.clock.now())
			if n, err := w.e.daysClaims(t.Context(), series); err != nil || n.count() != c.limits[1] {
				t.Errorf("counted %+v, %v", n, err)
			}
		})
	}
}
