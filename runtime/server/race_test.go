package server

import (
	"flag"
	"sync"
	"testing"
)

// raceRounds is how often each race over HTTP is run.
var raceRounds = flag.Int("races", 100, "rounds of each race (make races RACES=…)")

// TestOneOfManyWins: of 64 clients who submit at once, and of 64 who decide one task at once, one wins, round after round.
func TestOneOfManyWins(t *testing.T) {
	t.Parallel()
	w := open(t, true)
	w.install("b2b")
	rep, manager, finance := w.as("rep.li"), w.as("mgr.wang"), w.as("fin.zhao")
	id := deal(t, rep, "0.15")
	record := "/api/records/" + id
	crowd := map[string][]*client{}
	for _, user := range []string{"rep.li", "mgr.wang"} {
		for range 64 {
			crowd[user] = append(crowd[user], w.as(user))
		}
	}
	race := func(user string, send func(c *client) answer) (won int) {
		var mu sync.Mutex
		var group sync.WaitGroup
		start := make(chan struct{})
		for _, c := range crowd[user] {
			group.Go(func() {
				<-start
				a := send(c)
				mu.Lock()
				defer mu.Unlock()
				switch {
				case a.status < 300:
					won++
				case a.status != 409 && a.status != 422:
					t.Errorf("%d %s", a.status, a.raw)
				}
			})
		}
		close(start)
		group.Wait()
		return won
	}
	rounds := *raceRounds
	if testing.Short() {
		rounds = min(rounds, 5)
	}
	for i := range rounds {
		if n := race("rep.li", func(c *client) answer { return c.send("POST", record+"/transitions/win", object{}) }); n != 1 {
			t.Fatalf("round %d: %d submits won", i, n)
		}
		path := task(t, manager, id)
		hash := manager.must("GET", path, nil).str("round.hash")
		if n := race("mgr.wang", func(c *client) answer { return c.send("POST", path+"/approve", object{"hash": hash}) }); n != 1 {
			t.Fatalf("round %d: %d approvals won", i, n)
		}
		if a := manager.must("GET", record, nil); a.str("round.steps.0.state") != "passed" || a.str("round.steps.1.state") != "active" {
			t.Fatalf("round %d: record %s", i, a.raw)
		}
		path = task(t, finance, id)
		finance.must("POST", path+"/return", object{"hash": finance.must("GET", path, nil).str("round.hash"), "comment": "again"})
	}
}
