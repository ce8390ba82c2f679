package engine

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pipewright/rules"
	"pipewright/runtime/process"
	"pipewright/runtime/query"
)

// outsideOf shows, in Shanghai, when the task, the rungs and the run of the only errand come.
func (w *world) outsideOf() string {
	w.t.Helper()
	var out []string
	when := func(at time.Time) string { return at.In(w.defs["work"][0].Zone).Format("2T15") }
	jobs, err := w.store.Query(w.t.Context(), collJobs, query.Query{Limit: 100, Filter: query.And{query.In{Col: "kind", Values: []any{jobRung, jobAutomation}},
		query.Cmp{Col: "state", Op: query.Eq, Value: jobReady}}})
	w.must(err)
	for _, d := range jobs.Docs {
		j, err := jobOf(d)
		w.must(err)
		out = append(out, j.Kind+" "+when(j.Due))
	}
	runs, _, err := w.e.Runs(w.t.Context(), "work", "run", 10, "")
	w.must(err)
	for _, r := range runs {
		if out = append(out, r.State); !r.Until.IsZero() {
			out[len(out)-1] += " until " + when(r.Until)
		}
	}
	for _, task := range w.open("mgr.wang") {
		if task.Kind == "todo" {
			out = append(out, "task "+when(task.DueAt))
		}
	}
	slices.Sort(out)
	return strings.Join(out, ", ")
}

// TestChangedCalendarMovesWhatWaitsOutside: the due and the rungs of tasks that automations gave, and the waits of runs, are counted anew like
// the timers of records; those in calendar time stay. Each still happens once.
func TestChangedCalendarMovesWhatWaitsOutside(t *testing.T) {
	t.Parallel()
	w := working(t)
	other := w.node("two")
	w.letRecount(w.e)
	s := w.do("rep.li", process.Command{Kind: process.Create, App: "work", Form: "errand", Op: "e", Data: data(`{"name": "x"}`)}).State
	w.runDue()
	const before = "automation 26T10, rung 25T10, rung 28T10, task 25T10, waiting until 26T10"
	if got := w.outsideOf(); got != before {
		t.Fatalf("before: %s", got)
	}
	m, err := w.e.PreviewCalendar(t.Context(), "admin", daysOff("", 0, 24))
	if w.must(err); m.Timers != 3 || w.outsideOf() != before {
		t.Errorf("preview %+v, then %s", m, w.outsideOf())
	}
	w.must(w.e.SaveCalendar(t.Context(), "admin", daysOff("", 0, 24)))
	w.letRecount(w.e, other)
	if got := w.outsideOf(); got != "automation 27T10, rung 26T10, rung 28T10, task 26T10, waiting until 27T10" {
		t.Errorf("after: %s", got)
	}
	w.clock.add(3*24*time.Hour + 30*time.Minute) // the 26th: the rung has come, the run waits
	w.runDue()
	w.must(w.e.SaveCalendar(t.Context(), "admin", CalendarChange{Ver: 1, Become: daysOff("", 0).Become}))
	w.letRecount(other, w.e) // by which it was to go on half an hour ago
	if got := w.outsideOf(); got != "done, rung 28T10, task 26T10" {
		t.Errorf("at last: %s", got)
	}
	if got := w.value(s.ID, "told"); got != `"1"` {
		t.Errorf("the run went on %s times", got)
	}
	notices, _, err := w.e.Notices(t.Context(), "mgr.wang", false, 50, "")
	w.must(err)
	if n := len(slices.DeleteFunc(notices, func(n Notice) bool { return n.Kind != "reminder" })); n != 1 {
		t.Errorf("reminded %d times", n)
	}
}

// TestPersonTakesHisTimesAlong: the records of somebody who goes to a team with another calendar are counted by that one, and nobody else's;
// so is what automations have set going for them.
func TestPersonTakesHisTimesAlong(t *testing.T) {
	t.Parallel()
	w := working(t)
	w.must(w.e.SaveCalendar(t.Context(), "admin", daysOff("operations", 0, 24)))
	mine := w.visit("a", `{"name": "a"}`).ID
	his := w.do("rep.chen", process.Command{Kind: process.Create, App: "work", Form: "visit", Op: "h", Data: data(`{"name": "h"}`)}).State.ID
	w.do("rep.li", process.Command{Kind: process.Create, App: "work", Form: "errand", Op: "e", Data: data(`{"name": "x"}`)})
	w.letRecount(w.e)
	before := w.plan(mine)
	if got := w.outsideOf(); !strings.HasPrefix(before, "=26T10") || !strings.HasPrefix(got, "automation 26T10") {
		t.Fatalf("before: %s, %s", before, got)
	}
	to := func(team string) {
		dir, err := w.e.Directory(t.Context())
		w.must(err)
		u, _ := dir.User("rep.li")
		u.Team = team
		w.must(w.e.SaveUsers(t.Context(), u))
		w.letRecount(w.e, w.node("two "+team))
	}
	to("operations")
	if got := w.plan(mine); !strings.HasPrefix(got, "=27T10") || len(w.rescheduled(mine)) != 1 {
		t.Errorf("gone to another team: %s", got)
	}
	if got := w.outsideOf(); got != "automation 27T10, rung 26T10, rung 28T10, task 26T10, waiting until 27T10" {
		t.Errorf("outside: %s", got)
	}
	entries, _, err := w.e.History(t.Context(), "rep.li", mine, 50, "")
	w.must(err)
	if !slices.ContainsFunc(entries, func(e Entry) bool {
		return strings.HasPrefix(e.Text["en"], "The owner is in another team and goes by its working calendar: due 2026-11-27 10:00 instead of 2026-11-26 10:00")
	}) {
		t.Errorf("history %+v", entries)
	}
	if n := len(w.rescheduled(his)); n != 0 {
		t.Errorf("another's record was counted anew %d times", n)
	}
	jobs, err := w.store.Query(t.Context(), collJobs, query.Query{Limit: 100, Filter: query.Cmp{Col: "kind", Op: query.Eq, Value: jobCalendar}})
	w.must(err)
	narrow := 0
	for _, d := range jobs.Docs {
		if j, err := jobOf(d); err == nil && j.App == "work" && slices.Equal(j.Owners, []string{"rep.li"}) {
			narrow++
		}
	}
	if narrow != 2 {
		t.Errorf("%d jobs look at his records alone", narrow)
	}
	to("east")
	if got := w.plan(mine); got != before || len(w.rescheduled(mine)) != 2 {
		t.Errorf("back again: %s", got)
	}
}

// TestReclaimNoticeMoves: the time that an owner is left before his record goes back to the pool is counted anew, and he is told.
func TestReclaimNoticeMoves(t *testing.T) {
	t.Parallel()
	w := crm(t)
	notice, err := rules.ParseDuration("P3BD")
	w.must(err)
	w.defs["crm"][0].Pools["public"].Reclaim[0].Notice = &notice
	w.must(w.e.Schedule(t.Context()))
	id := w.lead("rep.a", "idle").ID
	for range 12 {
		w.night(w.e)
	}
	at := func() string {
		if s := w.state(id); s.Reclaim != nil {
			return s.Reclaim.At.In(w.defs["crm"][0].Zone).Format("2T15")
		}
		return fmt.Sprint("in ", w.state(id).InPool())
	}
	if got := at(); got != "8T02" { // noticed in the night of Thursday the 3rd of December
		t.Fatalf("goes back %s", got)
	}
	w.must(w.e.SaveCalendar(t.Context(), "admin", CalendarChange{Become: daysOffIn(12, 7, 8)}))
	w.letRecount(w.e)
	w.night(w.e)
	if got := at(); got != "10T02" {
		t.Errorf("by the new calendar it goes back %s", got)
	}
	told, _, err := w.e.Notices(t.Context(), "rep.a", false, 50, "")
	w.must(err)
	if n := len(slices.DeleteFunc(told, func(n Notice) bool { return !strings.Contains(n.Text["en"], "goes back to") })); n != 2 {
		t.Errorf("told %d times", n)
	}
	for range 3 {
		w.night(w.e)
	}
	if got := at(); got != "10T02" {
		t.Errorf("before its time: %s", got)
	}
	w.night(w.e)
	if got := at(); got != "in public" {
		t.Errorf("at its time: %s", got)
	}
}
