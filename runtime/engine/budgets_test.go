package engine

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pipewright/runtime/process"
)

// caused is a run of an automation that another one has caused.
func caused(w *world, record string) *job {
	return &job{App: "b2b", Automation: "handover", Record: record, Attempts: 1, Cause: process.Cause{Root: "r", Depth: 1, Automation: "b2b/ping"}, started: w.clock.now()}
}

// TestRunsPerRecord: of the runs that other automations cause for one record sixty are let through in a minute; others go on, and so does this
// one when the minute is over.
func TestRunsPerRecord(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	stopped := func(record string) string {
		stop, err := w.e.overBudget(t.Context(), caused(w, record), process.Cause{Root: "r", Depth: 2})
		w.must(err)
		if stop == nil {
			return ""
		}
		return stop.Error()
	}
	for i := range maxPerRecord {
		if why := stopped("A"); why != "" {
			t.Fatalf("run %d: %s", i, why)
		}
	}
	if why := stopped("A"); !strings.Contains(why, "loop.rate") || !strings.Contains(why, "within a minute on one record") {
		t.Errorf("the %d-th: %q", maxPerRecord+1, why)
	}
	if why := stopped("B"); why != "" {
		t.Errorf("of another record: %s", why)
	}
	w.clock.add(time.Minute)
	if why := stopped("A"); why != "" {
		t.Errorf("a minute later: %s", why)
	}
	if paused, err := w.e.Paused(t.Context(), "b2b", "handover"); err != nil || paused {
		t.Errorf("paused %v, %v", paused, err)
	}
	// What a person or a schedule has caused is not counted.
	own := caused(w, "C")
	own.Cause.Automation = ""
	for range 2 * maxPerRecord {
		if stop, err := w.e.overBudget(t.Context(), own, process.Cause{Root: "r", Depth: 1}); stop != nil || err != nil {
			t.Fatal(stop, err)
		}
	}
}

// TestRunsPerHour: over a thousand in an hour the automation is paused on every node, whoever ran them; it runs again when somebody
// resumes it.
func TestRunsPerHour(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	other := w.node("two")
	run := func(e *Engine, n int) (let int) {
		for i := range n {
			stop, err := e.overBudget(t.Context(), caused(w, fmt.Sprint(i)), process.Cause{Root: "r", Depth: 2})
			w.must(err)
			if stop == nil {
				let++
			}
		}
		return let
	}
	const slack = 2 * maxPerHour / shareOfRate
	if let := run(w.e, maxPerHour/2) + run(other, maxPerHour/2-slack); let != maxPerHour-slack {
		t.Fatalf("%d were let through", let)
	}
	let := 0
	for range 3 * slack {
		let += run(w.e, 1) + run(other, 1)
	}
	if let < slack/2 || let > 2*slack {
		t.Errorf("%d more were let through", let)
	}
	for _, e := range []*Engine{w.e, other} {
		if paused, err := e.Paused(t.Context(), "b2b", "handover"); err != nil || !paused {
			t.Errorf("paused %v, %v", paused, err)
		}
	}
	w.must(w.e.PauseAutomation(t.Context(), "b2b", "handover", false))
	if let := run(w.e, 10) + run(other, 10); let != 20 {
		t.Errorf("resumed, %d of 20 run", let)
	}
}

// TestCircleIsToldOnce: an automation that has to be paused is told to the admins by its name, in their language and once; what comes to it
// afterwards waits among what failed and says nothing more.
func TestCircleIsToldOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	s := w.do("rep.li", process.Command{Kind: process.Create, App: "b2b", Form: "account", Op: "a", Data: data(`{"name": "A"}`)}).State
	for i := range maxPerHour {
		_, err := w.e.overBudget(t.Context(), caused(w, fmt.Sprint(i)), process.Cause{Root: "r", Depth: 2})
		w.must(err)
	}
	for i := range 4 {
		one := caused(w, s.ID)
		one.ID, one.Kind, one.Form, one.Attempts = fmt.Sprint("auto|", i), jobAutomation, "account", 0
		d, err := newJob(*one, w.clock.now(), w.clock.now())
		w.must(err)
		w.must(w.store.Insert(t.Context(), collJobs, d))
		w.runDue()
	}
	if paused, err := w.e.Paused(t.Context(), "b2b", "handover"); err != nil || !paused {
		t.Errorf("paused %v, %v", paused, err)
	}
	dead, _, err := w.e.Jobs(t.Context(), "dead", 10, "")
	w.must(err)
	notices, _, err := w.e.Notices(t.Context(), "admin", false, 10, "")
	w.must(err)
	if len(dead) != 4 || len(notices) != 1 || !strings.HasPrefix(notices[0].Text["zh-CN"], "自动化“Hand over”执行失败，不再重试：自动化“handover”一小时内被其他自动化触发超过 1000 次，已暂停") {
		t.Errorf("%d dead, told %+v", len(dead), notices)
	}
}
