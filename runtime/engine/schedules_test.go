package engine

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"pipewright/runtime/outbound"
	"pipewright/runtime/process"
	"pipewright/runtime/store"
	"pipewright/runtime/store/storetest"
)

// ledger shows every tick, oldest first.
func (w *world) ledger(automation string) string {
	w.t.Helper()
	entries, _, err := w.e.Ledger(w.t.Context(), "b2b", automation, 200, "")
	w.must(err)
	var out []string
	for i := len(entries) - 1; i >= 0; i-- {
		out = append(out, entries[i].Tick.Format("02T15:04")+" "+entries[i].State)
	}
	return strings.Join(out, ", ")
}

func TestCron(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	ids := map[string]string{}
	for i := range 3 {
		name := fmt.Sprint("deal ", i)
		ids[name] = w.deal(name, smallLines).ID
	}
	if n := w.runDue(); n != 0 {
		t.Fatal("a new schedule fired for the past")
	}
	touched := func(name string) any {
		v, err := w.e.Record(t.Context(), "rep.li", ids[name])
		w.must(err)
		return string(v.Data()["touched"])
	}
	w.clock.add(23 * time.Hour) // Tuesday 09:00
	w.runDue()
	if touched("deal 0") != "" {
		t.Error("a deal that is not stale was touched")
	}
	w.clock.add(9 * 24 * time.Hour) // nobody was there for nine days
	w.runDue()
	w.runDue()
	if got := w.ledger("stale"); got != "24T01:00 done, 01T01:00 missed, 02T01:00 missed, 03T01:00 done" {
		t.Error(got)
	}
	for name := range ids {
		if touched(name) != `"1"` {
			t.Errorf("%s was touched %s times", name, touched(name))
		}
	}
	notices, _, err := w.e.Notices(t.Context(), "rep.li", true, 50, "")
	w.must(err)
	n := 0
	for _, x := range notices {
		if strings.HasSuffix(x.Text.In("en"), "sleeps") {
			n++
		}
	}
	if n != 3 {
		t.Errorf("%d notices", n)
	}
	runs, _, err := w.e.Runs(t.Context(), "b2b", "stale", 50, "")
	w.must(err)
	if len(runs) != 3 || runs[0].State != "done" || len(runs[0].Actions) != 2 {
		t.Errorf("runs %+v", runs)
	}
}

// TestTwoNodes: any number of engines on one store make one job of each tick.
func TestTwoNodes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	id := w.deal("deal", smallLines).ID
	nodes := []*Engine{w.e, w.node("two"), w.node("three")}
	each := func() {
		var wg sync.WaitGroup
		for _, e := range nodes {
			wg.Go(func() {
				if _, err := e.RunDue(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
	}
	each()
	w.clock.add(10 * 24 * time.Hour)
	each()
	for range 5 {
		w.clock.add(24 * time.Hour)
		each()
	}
	w.clock.add(time.Hour)
	each()
	v, err := w.e.Record(t.Context(), "rep.li", id)
	w.must(err)
	// An edit is activity, so the deal is stale on the tenth day (Thursday) and not again before the eighteenth.
	if got := string(v.Data()["touched"]); got != `"1"` {
		t.Error("touched", got)
	}
	entries, _, err := w.e.Ledger(t.Context(), "b2b", "stale", 200, "")
	w.must(err)
	seen := map[time.Time]bool{}
	for _, x := range entries {
		if seen[x.Tick] || x.State == tickFired {
			t.Errorf("%v %s", x.Tick, x.State)
		}
		seen[x.Tick] = true
	}
}

func TestLedgerPolicies(t *testing.T) {
	t.Parallel()
	base := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name, misfire, overlap string
		late                   time.Duration
		running                int
		want                   string
	}{
		{"on time", "", "", 10 * time.Second, 0, "fired"},
		{"once takes the latest", "once", "", 3 * time.Hour, 0, "missed missed missed fired"},
		{"skip takes what is on time", "skip", "", 3*time.Hour + 10*time.Second, 0, "missed missed missed fired"},
		{"skip takes nothing late", "skip", "", 3*time.Hour + 10*time.Minute, 0, "missed missed missed missed"},
		{"all takes all", "all", "", 3 * time.Hour, 0, "fired fired fired fired"},
		{"more than a day is one entry", "once", "", 26 * time.Hour, 0, "missed" + strings.Repeat(" missed", 24) + " fired"},
		{"one running: skip", "", "skip", 0, 1, "skipped"},
		{"one running: queue", "", "queueOne", 0, 1, "fired"},
		{"two running: queue is full", "", "queueOne", 0, 2, "skipped"},
		{"allow", "", "allow", 0, 5, "fired"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, nil)
			app := w.defs["b2b"][0]
			a := &process.CompiledAutomation{Def: &process.Automation{Key: "x", On: process.Trigger{Cron: "0 * * * *", Misfire: c.misfire, Overlap: c.overlap}}}
			table, err := parseCron("0 * * * *", "UTC")
			w.must(err)
			for i := range c.running {
				e := tickEntry{App: "b2b", Automation: "x", Tick: base.Add(-time.Duration(i) * time.Hour), State: tickFired}
				d, err := e.doc(fmt.Sprint("b2b/x|", i), 1)
				w.must(err)
				w.must(w.store.Insert(t.Context(), collSchedules, d))
			}
			entries, err := w.e.ledger(t.Context(), "b2b/x", app, a, table, base.Add(-time.Minute), base.Add(c.late))
			w.must(err)
			var got []string
			for _, e := range entries {
				got = append(got, e.State)
			}
			if strings.Join(got, " ") != c.want {
				t.Errorf("got %v, want %s", got, c.want)
			}
		})
	}
}

func TestLoopsEnd(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	s := w.do("rep.li", process.Command{Kind: process.Create, App: "b2b", Form: "ping", Op: "p", Data: data(`{"n": "0"}`)}).State
	w.do("rep.li", process.Command{Kind: process.Edit, ID: s.ID, Data: data(`{"n": "1"}`)})
	w.runDue()
	v, err := w.e.Record(t.Context(), "rep.li", s.ID)
	w.must(err)
	if got := string(v.Data()["n"]) + string(v.Data()["m"]); got != `"9""8"` { // 16 runs between them
		t.Error(got)
	}
	dead, _, err := w.e.Jobs(t.Context(), "dead", 10, "")
	w.must(err)
	if len(dead) != 1 || !strings.Contains(dead[0].Error, "loop.depth") {
		t.Errorf("dead %+v", dead)
	}
}

func TestWebhook(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	s := w.do("rep.li", process.Command{Kind: process.Create, App: "b2b", Form: "account", Op: "a", Data: data(`{"name": "One"}`)}).State
	w.mail.fail = errors.New("no route")
	w.do("rep.li", process.Command{Kind: process.Edit, ID: s.ID, Data: data(`{"name": "Two"}`)})
	w.runDue()
	if w.runDue(); len(w.mail.sent) != 1 {
		t.Fatal("a job was repeated before its time")
	}
	for range 11 {
		w.clock.add(7 * time.Hour)
		w.runDue()
	}
	if n := len(w.mail.sent); n != 12 {
		t.Errorf("%d attempts", n)
	}
	for _, m := range w.mail.sent {
		if m.ID != w.mail.sent[0].ID || string(m.Body) != `{"name":"Two"}` {
			t.Errorf("sent %+v", m)
		}
	}
	dead, _, err := w.e.Jobs(t.Context(), "dead", 10, "")
	w.must(err)
	if len(dead) != 1 {
		t.Fatalf("dead %+v", dead)
	}
	notices, _, err := w.e.Notices(t.Context(), "admin", true, 10, "")
	w.must(err)
	if len(notices) != 1 {
		t.Error("the admin was not told")
	}
	dir, err := w.e.Directory(t.Context())
	w.must(err)
	admin, _ := dir.User("admin")
	rep, _ := dir.User("rep.li")
	if w.e.RetryJob(t.Context(), &rep, dead[0].ID) == nil {
		t.Error("a rep retried a dead job")
	}
	w.mail.fail = nil
	w.must(w.e.RetryJob(t.Context(), &admin, dead[0].ID))
	w.runDue()
	if n := len(w.mail.sent); n != 13 {
		t.Errorf("%d attempts after retry", n)
	}
	w.mail.fail = outbound.ErrRefused
	w.do("rep.li", process.Command{Kind: process.Edit, ID: s.ID, Data: data(`{"name": "Three"}`)})
	w.runDue()
	if dead, _, _ := w.e.Jobs(t.Context(), "dead", 10, ""); len(dead) != 1 || dead[0].Attempts != 1 {
		t.Errorf("a refused message was repeated: %+v", dead)
	}
}

func TestTimers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	s := w.deal("sleepy", smallLines)
	w.clock.add(8 * 24 * time.Hour)
	w.runDue()
	evs, _, err := w.e.events(t.Context(), s.ID, 100, "")
	w.must(err)
	kinds := func() (idle, due int) {
		for _, ev := range evs {
			if r, ok := ev.Payload.(process.Reminded); ok {
				if r.Kind == "idle" {
					idle++
				} else {
					due++
				}
			}
		}
		return
	}
	if idle, due := kinds(); idle != 1 || due != 0 {
		t.Errorf("%d idle, %d due", idle, due)
	}
	w.clock.add(3 * 24 * time.Hour)
	w.runDue()
	w.runDue()
	evs, _, err = w.e.events(t.Context(), s.ID, 100, "")
	w.must(err)
	if _, due := kinds(); due != 1 {
		t.Errorf("%d due", due)
	}
}

// TestPoison: a job that takes its worker down three times is not claimed again.
func TestPoison(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	d, err := newJob(job{ID: "x", Kind: jobTimer, Record: "DEAL-00000000000000000000000000", Timer: "t"}, w.clock.now(), w.clock.now())
	w.must(err)
	w.must(w.store.Insert(t.Context(), collJobs, d))
	for i := range 4 {
		jobs, err := w.e.dueJobs(t.Context(), 10)
		w.must(err)
		if len(jobs) != 1 {
			t.Fatalf("round %d: %d jobs are due", i, len(jobs))
		}
		ok, err := w.e.claim(t.Context(), jobs[0])
		w.must(err)
		if ok != (i < 3) {
			t.Fatalf("round %d: claimed %v", i, ok)
		}
		w.clock.add(leaseFor + time.Second)
	}
	if dead, _, _ := w.e.Jobs(t.Context(), "dead", 10, ""); len(dead) != 1 {
		t.Error("the poison is not dead")
	}
}

// TestFence: the outcome of a worker whose job was taken over is dropped.
func TestFence(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	d, err := newJob(job{ID: "x", Kind: jobTimer, Record: "DEAL-00000000000000000000000000", Timer: "t"}, w.clock.now(), w.clock.now())
	w.must(err)
	w.must(w.store.Insert(t.Context(), collJobs, d))
	take := func(e *Engine) *job {
		jobs, err := e.dueJobs(t.Context(), 10)
		w.must(err)
		if ok, err := e.claim(t.Context(), jobs[0]); err != nil || !ok {
			t.Fatal(ok, err)
		}
		return jobs[0]
	}
	slow := take(w.e)
	w.clock.add(leaseFor + time.Second)
	two := w.node("two")
	quick := take(two)
	w.e.outcome(t.Context(), slow, errors.New("late"))
	two.outcome(t.Context(), quick, nil)
	got, err := w.store.Get(t.Context(), collJobs, "x")
	w.must(err)
	if j, err := jobOf(got); err != nil || j.State != jobDone || j.Fence != 2 {
		t.Errorf("%v %+v", err, j)
	}
}

func TestBackoff(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]time.Duration{1: time.Second, 2: 16 * time.Second, 3: 81 * time.Second, 12: 20736 * time.Second, 20: maxBackoff} {
		got := backoff("some job", n)
		if d := got - want; d > want/10 || d < -want/10 || got > maxBackoff || got != backoff("some job", n) {
			t.Errorf("%d: %v", n, got)
		}
	}
}

// TestTidyOnceADay: others tidy up when the process starts and a day after they did; what failed is done again.
func TestTidyOnceADay(t *testing.T) {
	t.Parallel()
	w := debtor(t)
	times, fails := 0, true
	w.e.tidy = func(context.Context) error {
		times++
		if fails {
			return errors.New("not now")
		}
		return nil
	}
	last := w.e.tidyUp(t.Context(), time.Time{})
	fails = false
	for range 3 {
		last = w.e.tidyUp(t.Context(), last)
		w.clock.add(11 * time.Hour)
	}
	if times != 2 {
		t.Errorf("%d times in the first hours", times)
	}
	if w.e.tidyUp(t.Context(), last); times != 3 {
		t.Errorf("%d times after a day", times)
	}
}

// TestDeathIsSettled: what a job that died leaves behind, the entry of its schedule left open and the admins not told, is settled by whoever comes
// by, though the node that saw it die found the store failing; and once.
func TestDeathIsSettled(t *testing.T) {
	t.Parallel()
	var faulty *storetest.FaultyStore
	w := newWorld(t, func(s store.Store) store.Store {
		faulty = storetest.Faulty(s, nil)
		return faulty
	})
	entry := tickEntry{App: "b2b", Automation: "gone", Tick: w.clock.now(), State: tickFired}
	ledger, err := entry.doc("tick", 1)
	w.must(err)
	w.must(w.store.Insert(t.Context(), collSchedules, ledger))
	d, err := newJob(job{ID: "x", Kind: "nonsense", App: "b2b", Ledger: "tick"}, w.clock.now(), w.clock.now())
	w.must(err)
	w.must(w.store.Insert(t.Context(), collJobs, d))
	jobs, err := w.e.dueJobs(t.Context(), 10)
	w.must(err)
	if ok, err := w.e.claim(t.Context(), jobs[0]); !ok || err != nil {
		t.Fatal(ok, err)
	}
	// The job is written down as dead; whatever is done about it fails, and so does writing that down.
	written := false
	faulty.Set(func(c storetest.Call) storetest.Fault {
		if c.Coll == collJobs && !written {
			written = true
			return storetest.None
		}
		return storetest.Before
	})
	w.e.work(t.Context(), jobs[0])
	faulty.Set(nil)
	state := func() string {
		doc, err := w.store.Get(t.Context(), collSchedules, "tick")
		w.must(err)
		return fmt.Sprint(doc.Cols["state"])
	}
	if got := state(); got != tickFired {
		t.Fatalf("the entry is %s already", got)
	}
	other := w.node("two")
	for range 3 {
		w.clock.add(2 * retellAfter)
		_, err := other.RunDue(t.Context())
		w.must(err)
	}
	notices, _, err := w.e.Notices(t.Context(), "admin", false, 10, "")
	w.must(err)
	if got := state(); got != tickFailed || len(notices) != 1 {
		t.Errorf("the entry is %s, told %+v", got, notices)
	}
	if dead, _, err := w.e.Jobs(t.Context(), "dead", 10, ""); err != nil || len(dead) != 1 {
		t.Errorf("%+v, %v", dead, err)
	}
}
