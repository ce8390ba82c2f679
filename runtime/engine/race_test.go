package engine

import (
	"flag"
	"fmt"
	"sync"
	"testing"
	"time"

	"pipewright/runtime/process"
	"pipewright/runtime/store"
	"pipewright/runtime/store/storetest"
)

// raceRounds is how often each race is run.
var raceRounds = flag.Int("races", 200, "rounds of each race (make races RACES=…)")

// racing is a world in memory with two nodes, and the number of rounds.
func racing(t *testing.T, app string) (*world, []*Engine, int) {
	w := newWorld(t, func(store.Store) store.Store { return storetest.Memory() })
	w.defs["race"] = append(w.defs["race"], compileFile(t, app, 1))
	for _, p := range []struct{ user, role string }{{"rep.li", "rep"}, {"mgr.wang", "judge"}, {"dir.sun", "judge"}} {
		dir, err := w.e.Directory(t.Context())
		w.must(err)
		u, _ := dir.User(p.user)
		u.Roles = append(u.Roles, "race/"+p.role)
		w.must(w.e.SaveUsers(t.Context(), u))
	}
	w.clock.add(2 * time.Second)
	rounds := *raceRounds
	if testing.Short() {
		rounds = min(rounds, 20)
	}
	return w, []*Engine{w.e, w.node("two")}, rounds
}

// waiting is a record whose round waits.
func (w *world) waiting(i int, transition string) *process.State {
	w.t.Helper()
	s := w.do("rep.li", process.Command{Kind: process.Create, App: "race", Form: "thing", Op: fmt.Sprint("thing ", i), Data: data(`{"name": "x"}`)}).State
	return w.do("rep.li", process.Command{Kind: process.Move, ID: s.ID, Transition: transition}).State
}

// attempt is one of those who race.
type attempt struct {
	user string
	c    process.Command
	// service: time or an automation, not a person.
	service bool
}

// race gives all commands at once, half of them to either node, and answers which went through.
func (w *world) race(nodes []*Engine, as []attempt) (won []int) {
	w.t.Helper()
	var wg sync.WaitGroup
	var mu sync.Mutex
	start := make(chan struct{})
	for i, a := range as {
		wg.Go(func() {
			<-start
			a.c.Op = fmt.Sprint("racer ", i)
			res, err := nodes[i%len(nodes)].Do(w.t.Context(), Request{User: a.user, Command: a.c, service: a.service})
			mu.Lock()
			defer mu.Unlock()
			if err == nil && len(res.Events) > 0 {
				won = append(won, i)
			} else if _, refused := asRejection(err); !refused && err != nil {
				w.t.Error(err)
			}
		})
	}
	close(start)
	wg.Wait()
	return won
}

func decision(s *process.State, step string, slot int, what string) process.Command {
	return process.Command{Kind: process.DecideSlot, ID: s.ID, Decision: what, Round: s.Round.N, Step: step, Slot: slot, Hash: s.Round.Hash, Comment: "because"}
}

// outcome is the record after a race, and how its rounds ended.
func (w *world) outcomeOf(id string) (s *process.State, ends []string) {
	w.t.Helper()
	doc, err := w.store.Get(w.t.Context(), "rec_race_thing", id)
	w.must(err)
	r, err := decodeRecord(doc)
	w.must(err)
	evs, _, err := w.e.events(w.t.Context(), id, 200, "")
	w.must(err)
	for i := range evs {
		if p, ok := evs[i].Payload.(process.RoundEnded); ok {
			ends = append(ends, p.State)
		}
	}
	return r.State, ends
}

// TestRaceAny: of 64 who decide an any-sign step at once, one decides it.
func TestRaceAny(t *testing.T) {
	t.Parallel()
	w, nodes, rounds := racing(t, "testdata/race.json")
	for i := range rounds {
		s := w.waiting(i, "any")
		var as []attempt
		for n := range 64 {
			slot := n % 2
			as = append(as, attempt{user: s.Round.Steps[0].Slots[slot].Person, c: decision(s, "any", slot, []string{"approve", "reject"}[n/2%2])})
		}
		won := w.race(nodes, as)
		after, ends := w.outcomeOf(s.ID)
		if len(won) != 1 || len(ends) != 1 || after.Round != nil || (after.Stage == "done") != (ends[0] == process.Passed) {
			t.Fatalf("round %d: %d decided, ends %v, stage %s", i, len(won), ends, after.Stage)
		}
	}
}

// TestRaceLastTwo: when the last two of an all-sign step approve at once, both count and the round passes once.
func TestRaceLastTwo(t *testing.T) {
	t.Parallel()
	w, nodes, rounds := racing(t, "testdata/race.json")
	for i := range rounds {
		s := w.waiting(i, "all")
		var as []attempt
		for slot, x := range s.Round.Steps[0].Slots {
			as = append(as, attempt{user: x.Person, c: decision(s, "all", slot, "approve")})
		}
		won := w.race(nodes, as)
		after, ends := w.outcomeOf(s.ID)
		if len(won) != 2 || len(ends) != 1 || ends[0] != process.Passed || after.Stage != "done" {
			t.Fatalf("round %d: %d decided, ends %v, stage %s", i, len(won), ends, after.Stage)
		}
	}
}

// TestRaceEnds: approval, withdrawal and the time limit come at once: the round ends one way, once, and the stage agrees.
func TestRaceEnds(t *testing.T) {
	t.Parallel()
	w, nodes, rounds := racing(t, "testdata/race.json")
	seen := map[string]int{}
	for i := range rounds {
		s := w.waiting(i, "any")
		timer := ""
		for _, x := range s.Timers {
			if x.Kind == "step" {
				timer = x.ID
			}
		}
		as := []attempt{
			{user: s.Round.Steps[0].Slots[0].Person, c: decision(s, "any", 0, "approve")},
			{user: "rep.li", c: process.Command{Kind: process.Withdraw, ID: s.ID}},
			{c: process.Command{Kind: process.Fire, ID: s.ID, Timer: timer}, service: true},
		}
		as = append(as[i%3:], as[:i%3]...)
		won := w.race(nodes, as)
		after, ends := w.outcomeOf(s.ID)
		if len(won) != 1 || len(ends) != 1 || after.Round != nil || (after.Stage == "done") != (ends[0] == process.Passed) {
			t.Fatalf("round %d: %d went through, ends %v, stage %s", i, len(won), ends, after.Stage)
		}
		seen[ends[0]]++
	}
	if len(seen) != 3 && !testing.Short() {
		t.Errorf("not every outcome was seen: %v", seen)
	}
}

// TestRaceClaim: of 64 who take one transition at once, one does.
func TestRaceClaim(t *testing.T) {
	t.Parallel()
	w, nodes, rounds := racing(t, "testdata/race.json")
	for i := range rounds {
		s := w.do("rep.li", process.Command{Kind: process.Create, App: "race", Form: "thing", Op: fmt.Sprint("thing ", i), Data: data(`{"name": "x"}`)}).State
		as := make([]attempt, 64)
		for n := range as {
			as[n] = attempt{user: "rep.li", c: process.Command{Kind: process.Move, ID: s.ID, Transition: "end"}}
		}
		if won := w.race(nodes, as); len(won) != 1 {
			t.Fatalf("round %d: %d took the transition", i, len(won))
		}
	}
}
