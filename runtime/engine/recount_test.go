package engine

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pipewright/rules"
	"pipewright/runtime/org"
	"pipewright/runtime/process"
	"pipewright/runtime/query"
)

// working is a world where rep.li keeps visits, whose times count working days.
func working(t testing.TB) *world {
	t.Helper()
	w := newWorld(t, nil)
	w.defs["work"] = []*process.App{compileFile(t, "testdata/work.json", 1)}
	dir, err := w.e.Directory(t.Context())
	w.must(err)
	for _, id := range []string{"rep.li", "rep.chen", "ops.wu"} {
		u, _ := dir.User(id)
		u.Roles = append(u.Roles, "work/rep")
		w.must(w.e.SaveUsers(t.Context(), u))
	}
	return w
}

func (w *world) visit(op, values string) *process.State {
	w.t.Helper()
	return w.do("rep.li", process.Command{Kind: process.Create, App: "work", Form: "visit", Op: op, Data: data(values)}).State
}

// daysOff is a change that makes days of November 2026 off beside what is built in.
func daysOff(team string, ver int64, days ...int) CalendarChange {
	return CalendarChange{Team: team, Ver: ver, Become: daysOffIn(11, days...)}
}

// daysOffIn makes days of a month of 2026 off beside what is built in.
func daysOffIn(month int, days ...int) func(org.TeamCalendar) org.TeamCalendar {
	return func(c org.TeamCalendar) org.TeamCalendar {
		y, _ := org.BuiltInYear("CN", 2026)
		for _, day := range days {
			y.Days = append(y.Days, org.CalendarDay{Name: "x", Date: rules.Date{Year: 2026, Month: month, Day: day}, Off: true})
		}
		return c.WithYear(y)
	}
}

// plan shows a record's timers in Shanghai, its due and those of its activities.
func (w *world) plan(id string) string {
	w.t.Helper()
	zone, err := time.LoadLocation("Asia/Shanghai")
	w.must(err)
	v, err := w.e.Record(w.t.Context(), "rep.li", id)
	w.must(err)
	when := func(at time.Time) string { return at.In(zone).Format("2T15") }
	out := []string{"=" + when(v.State.DueAt)}
	for _, t := range v.State.Timers {
		out = append(out, fmt.Sprintf("%s%.0d %s", t.Kind, t.Rung, when(t.At)))
	}
	for key, open := range v.State.ActivityPeople {
		out = append(out, key+" "+when(open.DueAt))
	}
	slices.Sort(out[1:])
	return strings.Join(out, ", ")
}

func (w *world) rescheduled(id string) (out []process.Rescheduled) {
	w.t.Helper()
	evs, _, err := w.e.events(w.t.Context(), id, 200, "")
	w.must(err)
	for i := range evs {
		if p, ok := evs[i].Payload.(process.Rescheduled); ok {
			out = append(out, p)
		}
	}
	return out
}

// recounted lets the jobs of a changed calendar run, on these nodes.
func (w *world) letRecount(nodes ...*Engine) {
	w.t.Helper()
	for range 2 {
		for _, e := range nodes {
			w.must(e.Schedule(w.t.Context()))
		}
		w.clock.add(2 * seenBy)
		for _, e := range nodes {
			_, err := e.RunDue(w.t.Context())
			w.must(err)
		}
	}
}

// TestChangedCalendarMovesTimers: every kind of timer that counts working days moves, once, on whichever of two nodes; those that count
// calendar time do not. It stands in the history with what was and what is, on the tasks, and in what asks for attention.
func TestChangedCalendarMovesTimers(t *testing.T) {
	t.Parallel()
	w := working(t)
	other := w.node("two")
	id := w.visit("a", `{"name": "a", "on": "2026-11-30"}`).ID
	plain := w.visit("b", `{"name": "b"}`).ID
	w.do("rep.li", process.Command{Kind: process.Move, ID: plain, Transition: "rest"})
	signed := w.visit("c", `{"name": "c"}`).ID
	w.do("rep.li", process.Command{Kind: process.Move, ID: signed, Transition: "end"})
	gone := w.visit("d", `{"name": "d"}`).ID
	w.do("rep.li", process.Command{Kind: process.Delete, ID: gone})
	w.letRecount(w.e, other)
	const before = "=26T10, activity 26T10, date 26T09, due 26T10, idle 25T10, open.check 25T10, point 25T10, rung 26T10, rung 27T10"
	if got := w.plan(id); got != before {
		t.Fatalf("before: %s", got)
	}
	restful := w.plan(plain)
	change := daysOff("", 0, 25, 26)
	m, err := w.e.PreviewCalendar(t.Context(), "admin", change)
	// a: due, idle, a rung of each, point, ladder, activity, date; c: due and its rung, point, ladder, activity and the second rung of the step; its idle waits for the round.
	if w.must(err); m.Records != 2 || m.Timers != 14 || m.More {
		t.Errorf("preview %+v", m)
	}
	if got := w.plan(id); got != before || len(w.rescheduled(id)) != 0 {
		t.Errorf("a preview changes: %s", got)
	}
	w.must(w.e.SaveCalendar(t.Context(), "admin", change))
	w.letRecount(w.e, other)
	if got := w.plan(id); got != "=30T10, activity 30T10, date 24T09, due 30T10, idle 27T10, open.check 27T10, point 27T10, rung 1T10, rung 30T10" {
		t.Errorf("after: %s", got)
	}
	views, _, err := w.e.List(t.Context(), "rep.li", ListQuery{App: "work", Form: "visit", Where: "name == 'a'"})
	if w.must(err); len(views) != 1 || views[0].Cols["idleAt"] != time.Date(2026, 11, 27, 2, 0, 0, 0, time.UTC).UnixMilli() {
		t.Errorf("the list marks it idle from %v on", time.UnixMilli(views[0].Cols["idleAt"].(int64)))
	}
	if got := w.plan(plain); got != restful || len(w.rescheduled(plain)) != 0 {
		t.Errorf("calendar time moved: %s, before %s", got, restful)
	}
	if got := w.plan(signed); got != "=30T10, activity 30T10, due 30T10, idle 25T10, open.check 27T10, point 27T10, rung 1T10, rung 26T10, step 24T10, step1 30T10" {
		t.Errorf("with a round: %s", got)
	}
	for _, id := range []string{id, signed} {
		if got := w.rescheduled(id); len(got) != 1 {
			t.Errorf("%s was counted anew %d times", id, len(got))
		}
	}
	if n, err := w.e.Recounting(t.Context()); err != nil || n != 0 {
		t.Errorf("%d jobs are left, %v", n, err)
	}
	entries, _, err := w.e.History(t.Context(), "rep.li", id, 50, "")
	w.must(err)
	if !slices.ContainsFunc(entries, func(e Entry) bool {
		return e.Text["en"] == "The working calendar changed: due 2026-11-30 10:00 instead of 2026-11-26 10:00 (8 times in all)" && e.By == ""
	}) {
		t.Errorf("history %+v", entries)
	}
	tasks := w.open("mgr.wang")
	for _, task := range tasks {
		if task.Kind == "activity" && task.DueAt.UTC().Format("2T15") != "27T02" {
			t.Errorf("the task of %s is due %s", task.Record, task.DueAt)
		}
	}
	if n, err := w.e.count(t.Context(), collAttention, query.And{query.Cmp{Col: "idleAt", Op: query.Eq, Value: time.Date(2026, 11, 27, 2, 0, 0, 0, time.UTC).UnixMilli()}}); err != nil || n != 1 { // the other waits for a decision
		t.Errorf("%d records are idle on the 27th, %v", n, err)
	}
	// Taking the year out again has all be as it was.
	w.must(w.e.SaveCalendar(t.Context(), "admin", CalendarChange{Ver: 1, Become: func(c org.TeamCalendar) org.TeamCalendar { return c.WithoutYear(2026) }}))
	w.letRecount(other, w.e)
	if got := w.plan(id); got != before || len(w.rescheduled(id)) != 2 {
		t.Errorf("taken out: %s", got)
	}
}

// TestTeamCalendarMovesItsOwn: a change of a team's calendar moves the timers of that team's records and of teams below, and no others.
func TestTeamCalendarMovesItsOwn(t *testing.T) {
	t.Parallel()
	w := working(t)
	mine := w.visit("a", `{"name": "a"}`).ID // of the team east, below sales
	ops := w.do("ops.wu", process.Command{Kind: process.Create, App: "work", Form: "visit", Op: "o", Data: data(`{"name": "o"}`)}).State.ID
	w.must(w.e.SaveCalendar(t.Context(), "admin", daysOff("sales", 0, 24)))
	w.letRecount(w.e)
	if a, o := len(w.rescheduled(mine)), len(w.rescheduled(ops)); a != 1 || o != 0 {
		t.Errorf("counted anew: %d and %d", a, o)
	}
	if got := w.plan(mine); !strings.HasPrefix(got, "=27T10") {
		t.Errorf("sales: %s", got)
	}
	// What is set from now on goes by it too, and after a hand-over by the calendar of the new owner's team.
	w.do("rep.li", process.Command{Kind: process.Assign, ID: ops, Owner: "rep.li"})
	if got := w.plan(w.visit("n", `{"name": "n"}`).ID); !strings.HasPrefix(got, "=27T10") {
		t.Errorf("a new record: %s", got)
	}
	w.must(w.e.SaveCalendar(t.Context(), "admin", daysOff("", 0, 30)))
	w.letRecount(w.e)
	if got := w.plan(ops); !strings.HasPrefix(got, "=27T10") {
		t.Errorf("handed over: %s", got)
	}
}

// TestFiredTimersStayFired: what has fired before the calendar changed is not set again, what has come is left to its job, and what is past by
// the new calendar fires at once, and once.
func TestFiredTimersStayFired(t *testing.T) {
	t.Parallel()
	w := working(t)
	w.must(w.e.SaveCalendar(t.Context(), "admin", daysOff("", 0, 24)))
	w.letRecount(w.e)
	id := w.visit("a", `{"name": "a", "on": "2026-11-26"}`).ID // two working days before is the 23rd at 9, past: it fires, for it is today
	w.runDue()
	if got := w.value(id, "told"); got != `"1"` {
		t.Fatalf("told %s", got)
	}
	w.clock.add(3*24*time.Hour + 30*time.Minute) // the 26th, 10:30: idle and the point have fired
	w.runDue()
	was := w.plan(id)
	w.must(w.e.SaveCalendar(t.Context(), "admin", daysOff("", 1)))
	w.letRecount(w.e)
	w.runDue()
	if got := w.plan(id); strings.Contains(got, "date") || strings.Contains(got, "due ") || !strings.HasPrefix(got, "=26T10") {
		t.Errorf("was %s, is %s", was, got)
	}
	reminded := map[string]int{}
	evs, _, err := w.e.events(t.Context(), id, 200, "")
	w.must(err)
	for i := range evs {
		if p, ok := evs[i].Payload.(process.Reminded); ok {
			reminded[p.Kind]++
		}
	}
	if reminded["due"] != 1 || reminded["date"] != 1 || reminded["point"] != 1 || reminded["activity"] != 1 {
		t.Errorf("reminded %v", reminded)
	}
	w.must(w.e.SaveCalendar(t.Context(), "admin", daysOff("", 2, 24, 25)))
	w.letRecount(w.e)
	if got := w.rescheduled(id); len(got) != 2 || len(got[0].Moved) != 1 || got[0].Moved[0].To.Kind != "rung" {
		t.Errorf("counted anew %+v", got) // only what is still to come: the rung a working day after the deadline
	}
}

// TestUnknownYearIsSaid: a time that is counted over a year that nobody has entered says so in the history; with the year entered it moves.
func TestUnknownYearIsSaid(t *testing.T) {
	t.Parallel()
	w := working(t)
	w.clock.add(time.Date(2026, 12, 30, 2, 0, 0, 0, time.UTC).Sub(monday))
	if years, err := w.e.MissingYears(t.Context()); err != nil || !slices.Equal(years, []int{2027}) {
		t.Fatalf("missing %v, %v", years, err)
	}
	w.must(w.e.Schedule(t.Context()))
	id := w.visit("a", `{"name": "a"}`).ID
	entries, _, err := w.e.History(t.Context(), "rep.li", id, 50, "")
	w.must(err)
	if !slices.ContainsFunc(entries, func(e Entry) bool { return strings.Contains(e.Text["en"], "over 2027 by the days of a common week") }) {
		t.Errorf("history %+v", entries)
	}
	was := w.plan(id)
	w.must(w.e.SaveCalendar(t.Context(), "admin", CalendarChange{Become: func(c org.TeamCalendar) org.TeamCalendar {
		return c.WithYear(org.CalendarYear{Year: 2027, Days: []org.CalendarDay{{Date: rules.Date{Year: 2027, Month: 1, Day: 1}, Off: true}}})
	}}))
	w.letRecount(w.e)
	if got := w.plan(id); got == was || !strings.HasPrefix(was, "=4T10") || !strings.HasPrefix(got, "=5T10") {
		t.Errorf("was %s, is %s", was, got)
	}
	if years, err := w.e.MissingYears(t.Context()); err != nil || len(years) != 0 {
		t.Errorf("missing %v, %v", years, err)
	}
}

// TestTwoChangeOneCalendar: of two who change the same version one is told; those of two teams both get through.
func TestTwoChangeOneCalendar(t *testing.T) {
	t.Parallel()
	w := working(t)
	w.must(w.e.SaveCalendar(t.Context(), "admin", daysOff("", 0, 25)))
	err := w.node("two").SaveCalendar(t.Context(), "admin", daysOff("", 0, 26))
	if r, ok := asRejection(err); !ok || r.Code != "calendar.changed" {
		t.Errorf("the second got %v", err)
	}
	w.must(w.node("two").SaveCalendar(t.Context(), "admin", daysOff("sales", 0, 26)))
	dir, err := w.e.Directory(t.Context())
	w.must(err)
	w.clock.add(2 * seenBy)
	if dir, err = w.e.Directory(t.Context()); err != nil || len(dir.OwnCalendars()) != 2 {
		t.Errorf("calendars %v, %v", dir.OwnCalendars(), err)
	}
}

// TestAdminsHearOfAMissingYear: from November on, once a month, on however many nodes; not any more when it is entered.
func TestAdminsHearOfAMissingYear(t *testing.T) {
	t.Parallel()
	w := working(t)
	other := w.node("two")
	heard := func() int {
		n := 0
		list, _, err := w.e.Notices(t.Context(), "admin", false, 50, "")
		w.must(err)
		for _, it := range list {
			if strings.Contains(it.Text["en"], "Nobody has entered the days off of 2027") {
				n++
			}
		}
		return n
	}
	for range 2 {
		w.must(w.e.remindYears(t.Context()))
		w.must(other.remindYears(t.Context()))
	}
	if n := heard(); n != 1 {
		t.Errorf("told %d times in November", n)
	}
	w.clock.add(9 * 24 * time.Hour)
	w.must(w.e.remindYears(t.Context()))
	if n := heard(); n != 2 {
		t.Errorf("told %d times by December", n)
	}
	w.must(w.e.SaveCalendar(t.Context(), "admin", CalendarChange{Become: func(c org.TeamCalendar) org.TeamCalendar {
		return c.WithYear(org.CalendarYear{Year: 2027, Days: []org.CalendarDay{{Date: rules.Date{Year: 2027, Month: 1, Day: 1}, Off: true}}})
	}}))
	w.clock.add(40 * 24 * time.Hour)
	w.must(w.e.remindYears(t.Context()))
	if n := heard(); n != 2 {
		t.Errorf("told %d times though it is entered", n)
	}
}

// TestDueByExpressionMoves: a due that an expression works out of working days is worked out again as of the day the stage was entered.
func TestDueByExpressionMoves(t *testing.T) {
	t.Parallel()
	w := working(t)
	id := w.visit("a", `{"name": "a"}`).ID
	w.do("rep.li", process.Command{Kind: process.Move, ID: id, Transition: "date"})
	w.letRecount(w.e)
	w.clock.add(24 * time.Hour)
	if got := w.plan(id); got != "=26T18, due 26T18, rung 25T18, rung1 27T18" {
		t.Fatalf("before: %s", got)
	}
	w.must(w.e.SaveCalendar(t.Context(), "admin", daysOff("", 0, 26)))
	w.letRecount(w.e)
	if got := w.plan(id); got != "=27T18, due 27T18, rung 26T18, rung1 28T18" {
		t.Errorf("after: %s", got)
	}
	// The days off taken out again: it is as it was.
	w.clock.add(48 * time.Hour) // the 26th, 10:00
	w.must(w.e.SaveCalendar(t.Context(), "admin", CalendarChange{Ver: 1, Become: func(c org.TeamCalendar) org.TeamCalendar {
		y := org.CalendarYear{Year: 2026}
		for _, day := range []int{21, 22} {
			y.Days = append(y.Days, org.CalendarDay{Name: "x", Date: rules.Date{Year: 2026, Month: 11, Day: day}})
		}
		return c.WithYear(y)
	}}))
	w.letRecount(w.e)
	w.runDue()
	if got := w.plan(id); got != "=26T18, due 26T18, rung1 27T18" { // the rung of the day before has come
		t.Errorf("at last: %s", got)
	}
}

// TestPastByTheNewCalendarFiresAtOnce: a due that the changed calendar puts into the past reminds now, once, and shows since when it is due.
func TestPastByTheNewCalendarFiresAtOnce(t *testing.T) {
	t.Parallel()
	w := working(t)
	other := w.node("two")
	w.must(w.e.SaveCalendar(t.Context(), "admin", daysOff("", 0, 24)))
	w.letRecount(w.e)
	id := w.visit("a", `{"name": "a"}`).ID
	w.clock.add(3*24*time.Hour + 2*time.Hour) // the 26th, 12:00; it is due on the 27th
	w.runDue()
	w.must(w.e.SaveCalendar(t.Context(), "admin", CalendarChange{Ver: 1, Become: func(c org.TeamCalendar) org.TeamCalendar { return c.WithoutYear(2026) }}))
	for range 2 {
		w.letRecount(w.e, other)
		for _, e := range []*Engine{w.e, other} {
			w.must(e.fireTimers(t.Context()))
			_, err := e.RunDue(t.Context())
			w.must(err)
		}
	}
	if got := w.plan(id); !strings.HasPrefix(got, "=26T10") || strings.Contains(got, "due ") {
		t.Errorf("is %s", got)
	}
	n := 0
	evs, _, err := w.e.events(t.Context(), id, 200, "")
	w.must(err)
	for i := range evs {
		if p, ok := evs[i].Payload.(process.Reminded); ok && p.Kind == "due" {
			n++
		}
	}
	if n != 1 || len(w.rescheduled(id)) != 1 {
		t.Errorf("reminded %d times, counted anew %d times", n, len(w.rescheduled(id)))
	}
}
