package engine

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pipewright/runtime/process"
	"pipewright/runtime/query"
	"pipewright/runtime/store"
	"pipewright/runtime/store/storetest"
)

// wider is an app whose deals are likelier, may be filtered by a field more and are ordered by one more.
func wider(t fataler, release int) *process.App {
	return changed(t, release, func(def map[string]any) {
		deals := def["processes"].([]any)[0].(map[string]any)
		deals["stages"].([]any)[0].(map[string]any)["probability"] = 90
		for _, f := range def["forms"].([]any) {
			if form := f.(map[string]any); form["key"] == "deal" {
				for _, f := range form["fields"].([]any) {
					switch field := f.(map[string]any); field["key"] {
					case "closeDate":
						field["sort"] = true
					case "lossReason":
						field["filter"] = true
					}
				}
			}
		}
	})
}

// readings are what lists say of deals, by what they read; a refusal is its code.
func (w *world) readings(e *Engine) string {
	w.t.Helper()
	var out []string
	for _, q := range []ListQuery{{Sort: []string{"title"}}, {Sort: []string{"-weighted", "title"}}, {Where: "weighted >= 90", Sort: []string{"title"}}, {Where: `lossReason == "price"`, Sort: []string{"title"}},
		{Sort: []string{"closeDate", "title"}}} {
		q.App, q.Form = "b2b", "deal"
		list, _, err := e.List(w.t.Context(), "rep.li", q)
		said := []string{}
		for _, v := range list {
			said = append(said, fmt.Sprintf("%s %v", v.Cols["title"], v.Cols["weighted"]))
		}
		if _, wait := asBuilding(err); wait {
			said = []string{"index.building"}
		} else if err != nil {
			w.t.Fatal(err)
		}
		out = append(out, strings.Join(said, ", "))
	}
	sum, err := e.count(w.t.Context(), RecordCollection(w.defs["b2b"][0].Forms["deal"]), query.Cmp{Col: "weighted", Op: query.Ge, Value: int64(9000)})
	if _, wait := asBuilding(err); wait {
		return strings.Join(append(out, "index.building"), "; ")
	}
	w.must(err)
	return strings.Join(append(out, fmt.Sprint(sum)), "; ")
}

const (
	halfReadings = "a 9000, b 9000, c 9000; index.building; index.building; index.building; index.building; index.building"
	newReadings  = "a 9000, b 9000, c 9000; a 9000, b 9000, c 9000; a 9000, b 9000, c 9000; a 9000; a 9000, b 9000, c 9000; 3"
)

// withDeals has three deals that count as many; of what a person may ask before the release, what the first says.
func withDeals(t testing.TB, wrap func(store.Store) store.Store) *world {
	w := newWorld(t, wrap)
	lines := `[{"qty": 1, "price": {"amount": "100.00", "currency": "CNY"}}]`
	for _, name := range []string{"a", "b", "c"} {
		s := w.deal(name, lines)
		if name == "a" {
			w.do("rep.li", process.Command{Kind: process.Edit, ID: s.ID, Op: "why", Data: data(`{"lossReason": "price"}`)})
		}
	}
	return w
}

// A release over many records goes live at once: what its columns are read for is refused until they are built, and what else is listed is right.
func TestColumnsAreBuilt(t *testing.T) {
	t.Parallel()
	for name, wrap := range bothStores() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := withDeals(t, wrap(t))
			first, second := w.defs["b2b"][0], wider(t, 2)
			one, two := w.node("one"), w.node("two")
			one.smallForm = 2
			before := w.readings(two)
			w.must(one.Prepare(t.Context(), first, second))
			if got := w.readings(two); got != before {
				t.Errorf("before it is live\n%s\nwas\n%s", got, before)
			}
			w.defs["b2b"] = append(w.defs["b2b"], second)
			for _, e := range []*Engine{one, two} {
				if got := w.readings(e); got != halfReadings {
					t.Errorf("live\n%s", got)
				}
			}
			w.clock.add(time.Second)
			w.e = two // who publishes does not build
			for range 3 {
				for w.runDue() > 0 {
				}
				w.clock.add(2 * settleLive)
			}
			for _, e := range []*Engine{one, two, w.node("three")} {
				if got := w.readings(e); got != newReadings {
					t.Errorf("built\n%s", got)
				}
			}
			if m, _, err := w.e.readBuilding(t.Context()); err != nil || len(m) > 0 {
				t.Errorf("still noted: %v %v", m, err)
			}
		})
	}
}

// A small collection is looked over by whoever reads it; going back to the release before is no different.
func TestSmallFormsAreLookedOver(t *testing.T) {
	t.Parallel()
	w := withDeals(t, nil)
	first, second := w.defs["b2b"][0], wider(t, 2)
	before := w.readings(w.e)
	w.must(w.e.Prepare(t.Context(), first, second))
	w.defs["b2b"] = append(w.defs["b2b"], second)
	if got := w.readings(w.e); got != newReadings {
		t.Errorf("live\n%s", got)
	}
	w.must(w.e.Prepare(t.Context(), second, first))
	w.defs["b2b"] = []*process.App{first, second, first}
	if got := w.readings(w.e); got != before {
		t.Errorf("back\n%s\nwas\n%s", got, before)
	}
}

// A publish that fails or never comes to an end leaves nothing that is refused.
func TestNothingIsBuiltForNothing(t *testing.T) {
	t.Parallel()
	w := withDeals(t, nil)
	first, second := w.defs["b2b"][0], wider(t, 2)
	w.e.smallForm = 2
	before := w.readings(w.e)
	w.must(w.e.Prepare(t.Context(), first, second))
	for range 2 {
		for w.runDue() > 0 {
		}
		if got := w.readings(w.e); got != before {
			t.Errorf("never live\n%s", got)
		}
		w.clock.add(waitLive + time.Second)
	}
	for w.runDue() > 0 {
	}
	if m, _, err := w.e.readBuilding(t.Context()); err != nil || len(m) > 0 {
		t.Errorf("still noted after an hour: %v %v", m, err)
	}
}

// A second release goes live while the first is being built, and the worker dies amid it: what is built in the end is the second's.
func TestBuiltTwice(t *testing.T) {
	t.Parallel()
	w := withDeals(t, nil)
	first, second := w.defs["b2b"][0], wider(t, 2)
	third := changed(t, 3, func(def map[string]any) {
		deals := def["processes"].([]any)[0].(map[string]any)
		deals["stages"].([]any)[0].(map[string]any)["probability"] = 50
	})
	w.e.smallForm = 2
	w.must(w.e.Prepare(t.Context(), first, second))
	w.defs["b2b"] = append(w.defs["b2b"], second)
	w.clock.add(time.Second)
	w.runDue()
	w.must(w.e.Prepare(t.Context(), second, third))
	w.defs["b2b"] = append(w.defs["b2b"], third)
	w.clock.add(time.Second)
	for range 4 {
		for w.runDue() > 0 {
		}
		w.clock.add(2 * settleLive)
	}
	if got, want := w.readings(w.e), "a 5000, b 5000, c 5000; a 5000, b 5000, c 5000; ; a 5000; a 5000, b 5000, c 5000; 0"; got != want {
		t.Errorf("%s", got)
	}
	if m, _, err := w.e.readBuilding(t.Context()); err != nil || len(m) > 0 {
		t.Errorf("still noted: %v %v", m, err)
	}
}

// Every call of the store that counts fails once, from the publish to the end of the building, and with every second the process dies: all is built.
func TestBuildingFaults(t *testing.T) {
	t.Parallel()
	wrap := func(store.Store) store.Store { return storetest.Faulty(storetest.Memory(), nil) }
	publish := func(w *world) {
		first, second := w.defs["b2b"][0], wider(w.t, 2)
		w.e.smallForm = 2
		w.insistOn(func(w *world) error { w.e.smallForm = 2; return w.e.Prepare(w.t.Context(), first, second) })
		w.defs["b2b"] = append(w.defs["b2b"], second)
		for range 2 {
			w.mustRun()
		}
	}
	clean := withDeals(t, wrap)
	faulty := clean.store.(*storetest.FaultyStore)
	faulty.Set(nil)
	publish(clean)
	deals := RecordCollection(clean.defs["b2b"][0].Forms["deal"])
	var calls []int // what the publish and the building write and read
	for _, c := range faulty.Calls() {
		if c.W > 0 || c.Op == storetest.Ensure || c.Coll == deals && c.Op == storetest.Query || slices.Contains(c.IDs, buildingID) {
			calls = append(calls, c.N)
		}
	}
	if got := clean.readings(clean.e); got != newReadings {
		t.Fatalf("without faults\n%s", got)
	}
	for i := 0; i < len(calls); i += stride(7) {
		n := calls[i]
		w := withDeals(t, wrap)
		fault, dies := []storetest.Fault{storetest.Before, storetest.After}[i%2], i%4 < 2
		faulty := w.store.(*storetest.FaultyStore)
		if faulty.Set(storetest.Nth(n, fault)); dies {
			w.crashAt = n
			faulty.Set(storetest.Crash(n, fault))
		}
		publish(w)
		faulty.Set(nil)
		if got := w.readings(w.e); got != newReadings {
			t.Errorf("call %d, fault %v, dies %v\n%s", n, fault, dies, got)
		}
	}
}

// A job that comes upon columns being built waits for them, and counts no attempt.
func TestJobsWaitForColumns(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	for i, err := range []error{stillBuilding(&building{}), permanent{stillBuilding(&building{})}, fmt.Errorf("a job: %w", stillBuilding(&building{}))} {
		d, jobErr := newJob(job{ID: fmt.Sprint(i), Kind: jobClean, Attempts: maxAttempts}, monday, monday)
		w.must(errors.Join(jobErr, w.store.Insert(t.Context(), collJobs, d)))
		j, jobErr := jobOf(d)
		w.must(jobErr)
		w.e.outcome(t.Context(), j, err)
		if j.State != jobReady || j.Attempts != maxAttempts-1 || !j.Due.Equal(monday.Add(buildingAgain)) {
			t.Errorf("%v: %s, %d attempts, due %s", err, j.State, j.Attempts, j.Due)
		}
	}
}

// A run that comes upon them leaves nothing in the log of runs before it has an outcome.
func TestRunsWaitForColumns(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	wait := stillBuilding(&building{})
	r := &run{e: w.e, id: "run", at: monday}
	if err := r.end(t.Context(), wait); err != wait {
		t.Error(err)
	}
	if n, err := w.e.count(t.Context(), collRuns, nil); n > 0 || err != nil {
		t.Errorf("%d runs were logged: %v", n, err)
	}
	if r.log.finish(wait); r.log.Error == nil || r.log.Error.Code != "index.building" {
		t.Errorf("%+v", r.log.Error)
	}
}

// What is not built though its job is gone is built in the night.
func TestBuiltInTheNight(t *testing.T) {
	t.Parallel()
	w := withDeals(t, nil)
	first, second := w.defs["b2b"][0], wider(t, 2)
	w.e.smallForm = 2
	w.must(w.e.Prepare(t.Context(), first, second))
	w.defs["b2b"] = append(w.defs["b2b"], second)
	jobs, err := w.store.Query(t.Context(), collJobs, query.Query{Filter: query.Cmp{Col: "kind", Op: query.Eq, Value: jobLayOut}, Limit: 10})
	w.must(err)
	for _, d := range jobs.Docs {
		w.must(w.store.Delete(t.Context(), collJobs, d.ID, d.Ver))
	}
	w.clock.add(time.Hour)
	for range 3 {
		for w.runDue() > 0 {
		}
		w.clock.add(time.Minute)
	}
	if got := w.readings(w.e); got != halfReadings {
		t.Errorf("without its job\n%s", got)
	}
	w.clock.add(24 * time.Hour)
	for range 3 {
		w.must(w.e.unbuiltDue(t.Context()))
		for w.runDue() > 0 {
		}
		w.clock.add(time.Minute)
	}
	if got := w.readings(w.e); got != newReadings {
		t.Errorf("after the night\n%s", got)
	}
}
