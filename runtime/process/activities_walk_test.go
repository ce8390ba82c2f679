package process

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// Whatever people do in whatever order: exactly those an activity waits for have an open task of it, one whom each must do is done when all
// have, a group is done when it is complete, and only what waits has timers.
func TestActivitiesAlwaysAgreeWithTheirTasks(t *testing.T) {
	t.Parallel()
	app := loadApp(t, "testdata/scenario/activities.json", `"P2D"`, `"P2BD"`, `"P4D"`, `"P4BD"`)
	users := []string{"rep.li", "rep.chen", "mgr.wang", "dir.sun", "fin.zhao", "fin.qian", "ops.wu"}
	rapid.Check(t, func(t *rapid.T) {
		cov := &Coverage{Stages: map[string]int{}, Transitions: map[string]int{}, Steps: map[string]int{}, Automations: map[string]int{}}
		test := &Test{As: "rep.li", Given: Given{Form: "course", Stage: rapid.SampledFrom([]string{"", "train"}).Draw(t, "start"), Data: Wire{"name": json.RawMessage(`"C"`)}}}
		days := &restDays{}
		w := &walker{newScenario(app, changing{days: days}, cov, test, ""), days}
		if !w.s.begin() {
			t.Fatalf("begin: %v", w.s.problems)
		}
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			st := w.s.records["rec-main"]
			user := rapid.SampledFrom(users).Draw(t, "user")
			c := &Command{Kind: rapid.SampledFrom([]CommandKind{Tick, Tick, Tick, Activity, Activity, HandActivity, Move, Fire, Reschedule, Assign, Delete, Restore}).Draw(t, "kind"),
				Done: rapid.IntRange(0, 4).Draw(t, "done") > 0, Comment: "x", ID: "rec-main"}
			switch c.Kind {
			case Tick:
				c.Item = rapid.SampledFrom([]string{"terms", "risks", "budget", "invoice", "seal"}).Draw(t, "item")
			case Activity, HandActivity:
				c.Item = rapid.SampledFrom([]string{"read", "quiz", "room", "gift", "legal", "money"}).Draw(t, "activity")
				if c.Kind == HandActivity {
					c.Owner = rapid.SampledFrom(users).Draw(t, "from")
					c.People = rapid.SliceOfN(rapid.SampledFrom(users), 0, 1).Draw(t, "to")
				} else if c.Item == "quiz" {
					c.Data = Wire{"score": json.RawMessage(rapid.SampledFrom([]string{"79", "80"}).Draw(t, "score"))}
				}
			case Move:
				c.Transition = rapid.SampledFrom([]string{"begin", "begin", "back", "finish"}).Draw(t, "transition")
				c.Override = rapid.IntRange(0, 3).Draw(t, "override") == 0
			case Assign:
				c.Owner = rapid.SampledFrom(users).Draw(t, "owner")
			case Fire:
				if n := len(st.Timers); n > 0 {
					c.Timer = st.Timers[rapid.IntRange(0, n-1).Draw(t, "timer")].ID
				}
			}
			before := st.Clone()
			if r := w.s.do(c, w.who(t, c, user, st)); c.Kind == Reschedule && r == nil {
				w.checkCounted(t, before)
			}
			w.s.now = w.s.now.Add(1e9)
			w.check(t)
			w.checkActivities(t)
		}
	})
}

func (w *walker) checkActivities(t *rapid.T) {
	st := w.s.records["rec-main"]
	want := map[string]bool{}
	for key, open := range st.ActivityPeople {
		waits := st.WaitsFor(key)
		for _, user := range waits {
			if st.Deleted.IsZero() {
				want[fmt.Sprintf("rec-main|a|%s|%d|%s", key, st.Entry, user)] = true
			}
		}
		if _, done := st.Activities[key]; open.Each && len(open.People) > 0 {
			passed := !slices.ContainsFunc(open.People, func(user string) bool { return !st.Answers[key][user].Passed })
			if done != passed && passed {
				t.Fatalf("%s: everybody has done it, and it is not done", key)
			}
			if done && !passed {
				t.Fatalf("%s: it is done, though %v", key, st.Answers[key])
			}
		}
	}
	for id, task := range w.s.tasks {
		if task.Kind != "activity" || task.State != Open {
			continue
		}
		if !want[id] {
			t.Fatalf("%s has a task of what nobody waits for: %s", task.User, id)
		}
		delete(want, id)
	}
	if len(want) > 0 {
		t.Fatalf("no task for %v", want)
	}
	if stage := w.s.app.Forms["course"].Process.ByKey[st.Stage]; stage != nil {
		for _, a := range stage.Activities {
			if a.Group == nil {
				continue
			}
			if _, done := st.Activities[a.Key]; done != stage.Group(a.Group.Key, st).Complete() {
				t.Fatalf("group %s: done %v, %+v", a.Key, done, stage.Group(a.Group.Key, st))
			}
		}
	}
	for _, timer := range st.Timers {
		if timer.Kind == "activity" && (len(st.WaitsFor(timer.Key)) == 0 || !strings.HasPrefix(timer.Key, st.Stage+".")) {
			t.Fatalf("timer %s of what nobody waits for", timer.ID)
		}
	}
}
