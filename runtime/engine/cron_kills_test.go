package engine

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"pipewright/runtime/org"
	"pipewright/runtime/process"
	"pipewright/runtime/store/storetest"
)

// cronTicks is how many ticks TestCronKills lets come due, cronSeed when its engines die.
var (
	cronTicks = flag.Int("ticks", 1000, "ticks of TestCronKills")
	cronSeed  = flag.Uint64("cron-seed", 1, "what decides when the engines of TestCronKills die")
)

// TestCronKills: three engines on one store look after a schedule that is due every minute, and die at any call of the store. Each
// tick has one job and one entry in the ledger, and counts once.
func TestCronKills(t *testing.T) {
	t.Parallel()
	mem := storetest.Memory()
	w := &world{t: t, clock: &clock{at: monday}, store: mem, mail: &letters{}, defs: apps{"cron": {compileFile(t, "testdata/cron.json", 1)}}}
	w.e = w.node("first")
	w.must(w.e.SaveUsers(t.Context(), org.User{ID: "admin", Name: "Admin", Admin: true}))
	meter, err := w.e.Do(t.Context(), Request{service: true, Command: process.Command{Kind: process.Create, App: "cron", Form: "meter", Data: data(`{"name": "x"}`)}})
	w.must(err)
	w.must(w.e.Schedule(t.Context()))

	ticks := *cronTicks
	if testing.Short() {
		ticks = min(ticks, 150)
	}
	random := rand.New(rand.NewPCG(*cronSeed, 0))
	engines := make([]*Engine, 3)
	stores := make([]*storetest.FaultyStore, 3)
	kills, passed := 0, 0
	for passed < ticks {
		minutes := min(1+random.IntN(4)/3, ticks-passed) // now and then a minute passes that nobody looked at
		w.clock.add(time.Duration(minutes) * time.Minute)
		passed += minutes
		var group sync.WaitGroup
		died := make([]bool, len(engines))
		for i := range engines {
			if engines[i] == nil {
				stores[i] = storetest.Faulty(mem, nil)
				w.store = stores[i]
				engines[i] = w.node(string(rune('a' + i)))
			}
			if random.IntN(3) == 0 {
				at := len(stores[i].Calls()) + 1 + random.IntN(20)
				stores[i].Set(storetest.Crash(at, []storetest.Fault{storetest.Before, storetest.After, storetest.Lost, storetest.Partly}[random.IntN(4)]))
			}
			group.Go(func() {
				_, err := engines[i].RunDue(t.Context())
				died[i] = err != nil
			})
		}
		group.Wait()
		for i := range engines {
			if died[i] { // its work lies where it was; another takes its place
				engines[i] = nil
				kills++
			}
		}
	}
	w.store = mem
	w.e = w.node("last")
	dir, err := w.e.Directory(t.Context())
	w.must(err)
	admin, _ := dir.User("admin")
	for range 8 { // and now nobody dies any more
		_, err := w.e.RunDue(t.Context())
		w.must(err)
		dead, _, err := w.e.Jobs(t.Context(), jobDead, 200, "")
		w.must(err)
		for _, j := range dead { // it must seem that three engines in a row died of it: an admin takes it in hand
			w.must(w.e.RetryJob(t.Context(), &admin, j.ID))
		}
		w.clock.add(2 * time.Minute)
		ticks += 2
	}
	_, err = w.e.RunDue(t.Context())
	w.must(err)

	jobs, entries := map[time.Time]int{}, map[time.Time]int{}
	for _, d := range mem.All(collJobs) {
		j, err := jobOf(d)
		w.must(err)
		if j.Kind != jobTick {
			continue
		}
		if jobs[j.Tick]++; j.State != jobDone {
			t.Errorf("%s: %s %s", j.ID, j.State, j.Error)
		}
	}
	for _, d := range mem.All(collSchedules) {
		if d.Cols["kind"] != "tick" {
			continue
		}
		entries[time.UnixMilli(d.Cols["tick"].(int64)).UTC()]++
		if d.Cols["state"] != tickDone {
			t.Errorf("%s: %v", d.ID, d.Cols["state"])
		}
	}
	for at := monday.Add(time.Minute); !at.After(monday.Add(time.Duration(ticks) * time.Minute)); at = at.Add(time.Minute) {
		if jobs[at] != 1 || entries[at] != 1 {
			t.Errorf("%v: %d jobs, %d entries", at, jobs[at], entries[at])
		}
	}
	if len(jobs) != ticks || len(entries) != ticks {
		t.Errorf("%d jobs, %d entries, %d ticks", len(jobs), len(entries), ticks)
	}
	d, err := mem.Get(t.Context(), "rec_cron_meter", meter.State.ID)
	w.must(err)
	r, err := decodeRecord(d)
	w.must(err)
	schema := w.defs["cron"][0].Forms["meter"].Schema
	if got := string(schema.Wire(schema.Decode(r.State.Data), nil)["n"]); got != fmt.Sprintf("%q", fmt.Sprint(ticks)) {
		t.Errorf("the meter shows %s after %d ticks", got, ticks)
	}
	if kills < ticks/20 {
		t.Errorf("only %d engines died", kills)
	}
	t.Logf("%d ticks, %d engines died", ticks, kills)
}
