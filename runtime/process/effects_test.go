package process

import (
	"testing"
	"time"

	"pipewright/rules"
)

// shutFirst is the small company in a country whose working days begin on 9 March 2026.
type shutFirst struct{ smallCompany }

func (shutFirst) Calendar(string) rules.Calendar { return shutFirst{} }

func (shutFirst) IsWorkday(d rules.Date) bool { return d.String() >= "2026-03-09" }

// A task is due when the ladder of its step says, by the app's working calendar: the same instant as the record shows.
func TestTaskIsDueByTheWorkingCalendar(t *testing.T) {
	t.Parallel()
	app := loadApp(t, "testdata/scenario/deal.json")
	s := newWalker(app).s
	s.world = shutFirst{}
	if !s.begin() {
		t.Fatal(s.problems)
	}
	must := func(user string, c *Command) {
		t.Helper()
		c.ID = "rec-main"
		if r := s.do(c, smallCompany{}.Actor(app, "deal", user, s.records[c.ID])); r != nil {
			t.Fatal(r)
		}
	}
	due := func(task string) string {
		t.Helper()
		if s.tasks["rec-main|"+task] == nil {
			t.Fatalf("no task %s among %d", task, len(s.tasks))
		}
		return s.tasks["rec-main|"+task].DueAt.In(app.Zone).Format(time.DateTime)
	}
	must("rep.li", &Command{Kind: Tick, Item: "budget", Done: true})
	must("rep.li", &Command{Kind: Move, Transition: "propose"})
	must("dir.sun", &Command{Kind: Move, Transition: "win", Override: true, Comment: "the fair is today"})
	if got := due("manager|1|0"); got[:10] != "2026-03-09" {
		t.Errorf("eight working hours from a week of holidays: %s", got)
	}
	r := s.records["rec-main"].Round
	must("mgr.wang", &Command{Kind: DecideSlot, Decision: "approve", Step: "manager", Round: r.N, Hash: r.Hash})
	for _, task := range []string{"finance|1|0", "finance|1|1"} {
		if got := due(task); got[:10] != "2026-03-11" && got[:10] != "2026-03-12" {
			t.Errorf("%s: three working days from a week of holidays: %s", task, got)
		}
	}
}

// Who takes over the work of a step has no more time than the step has: his task is due when the step is.
func TestHandedOnTaskKeepsItsDueDate(t *testing.T) {
	t.Parallel()
	app := loadApp(t, "testdata/scenario/chains.json")
	test := &Test{As: "rep.li", Given: Given{Form: "thing", Data: Wire{"name": []byte(`"x"`), "amount": []byte(`{"amount": "500", "currency": "CNY"}`)}}}
	s := newScenario(app, smallCompany{}, NewCoverage(), test, "")
	if !s.begin() {
		t.Fatal(s.problems)
	}
	must := func(user string, c *Command) {
		t.Helper()
		c.ID = "rec-main"
		if r := s.do(c, smallCompany{}.Actor(app, "thing", user, s.records[c.ID])); r != nil {
			t.Fatal(r)
		}
	}
	must("rep.li", &Command{Kind: Move, Transition: "tHand"})
	r, due := s.records["rec-main"].Round, s.now.Add(48*time.Hour)
	s.now = s.now.Add(24 * time.Hour)
	must("mgr.wang", &Command{Kind: DecideSlot, Decision: "transfer", Step: "a", Round: r.N, Hash: r.Hash, People: []string{"dir.sun"}, Comment: "yours"})
	for _, slot := range []string{"0", "1"} {
		if task := s.tasks["rec-main|a|1|"+slot]; task != nil && task.State == Open {
			if task.User != "dir.sun" || !task.DueAt.Equal(due) {
				t.Errorf("%s is to decide by %s, the step by %s", task.User, task.DueAt, due)
			}
			return
		}
	}
	t.Fatal("nobody is to decide")
}
