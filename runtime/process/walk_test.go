package process

import (
	"encoding/json"
	"fmt"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"pipewright/rules"
)

// walker drives one record with random commands, in a company whose calendar changes.
type walker struct {
	s    *scenario
	days *restDays
}

// restDays is a calendar in which one day of the week is off.
type restDays struct{ off time.Weekday }

func (r *restDays) IsWorkday(d rules.Date) bool { return d.Weekday() != r.off }

// changing is a company whose calendar is another every now and then.
type changing struct {
	smallCompany
	days *restDays
}

func (c changing) Calendar(string) rules.Calendar { return c.days }

// who acts; a change of the calendar is found by the app itself, which then counts the timers anew.
func (w *walker) who(t *rapid.T, c *Command, user string, st *State) Actor {
	if c.Kind == Reschedule {
		w.days.off = time.Weekday(rapid.IntRange(0, 6).Draw(t, "off"))
		return Service(w.s.app.Def.Key)
	}
	return smallCompany{}.Actor(w.s.app, st.Form, user, st)
}

// checkCounted: what has been counted anew is not moved by counting it once more, and nothing of it lies in the past.
func (w *walker) checkCounted(t *rapid.T, before *State) {
	st := w.s.records["rec-main"]
	if len(st.Timers) != len(before.Timers) {
		t.Fatalf("%d timers became %d", len(before.Timers), len(st.Timers))
	}
	for i := range st.Timers {
		if st.Timers[i].ID != before.Timers[i].ID && st.Timers[i].At.Before(w.s.now) {
			t.Fatalf("the timer %s was moved into the past", st.Timers[i].ID)
		}
	}
	d := Decide(w.s.app, st, &Command{Kind: Reschedule, ID: st.ID, At: w.s.now, Actor: Service(w.s.app.Def.Key)}, w.s.facts())
	if d.Reject != nil || len(d.Events) > 0 {
		t.Fatalf("counted once more: %+v %v", d.Events, d.Reject)
	}
}

func newWalker(app *App) *walker {
	test := &Test{As: "rep.li", Given: Given{Form: "deal",
		Records: map[string]GivenRecord{"acme": {Form: "account", Data: Wire{"name": json.RawMessage(`"华东"`)}}},
		Data: Wire{"name": json.RawMessage(`"MES"`), "account": json.RawMessage(`"acme"`), "budgetOk": json.RawMessage(`true`),
			"lines": json.RawMessage(`[{"qty": 1, "price": {"amount": "900000"}, "off": "0.2"}]`)}}}
	cov := NewCoverage()
	days := &restDays{}
	return &walker{newScenario(app, changing{days: days}, cov, test, ""), days}
}

func TestRandomWalks(t *testing.T) {
	t.Parallel()
	app := loadApp(t, "testdata/scenario/deal.json", `"P10D"`, `"P10BD"`, `"P7D"`, `"P7BD"`)
	users := []string{"rep.li", "rep.chen", "mgr.wang", "dir.sun", "fin.zhao", "fin.qian", "ops.wu"}
	rapid.Check(t, func(t *rapid.T) {
		w := newWalker(app)
		if !w.s.begin() {
			t.Fatalf("begin: %v", w.s.problems)
		}
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			st := w.s.records["rec-main"]
			user := rapid.SampledFrom(users).Draw(t, "user")
			c := drawCommand(t, app, st)
			c.ID = "rec-main"
			before := st.Clone()
			r := w.s.do(c, w.who(t, c, user, st))
			if r != nil && !reflect.DeepEqual(before, st.Clone()) {
				t.Fatalf("a refused %s changed the record", c.Kind)
			}
			if c.Kind == Reschedule && r == nil {
				w.checkCounted(t, before)
			}
			w.s.now = w.s.now.Add(1e9)
			w.check(t)
		}
	})
}

func drawCommand(t *rapid.T, app *App, st *State) *Command {
	kinds := []CommandKind{Move, Move, Edit, Tick, Activity, DecideSlot, DecideSlot, DecideSlot, Withdraw, Retry, Urge, Note, Fire, Reschedule, Assign, Delete, Restore}
	c := &Command{Kind: rapid.SampledFrom(kinds).Draw(t, "kind"), Comment: "x", Done: rapid.Bool().Draw(t, "done")}
	c.Transition = rapid.SampledFrom([]string{"propose", "back", "win", "lose"}).Draw(t, "transition")
	switch c.Kind {
	case Move:
		c.Data = rapid.SampledFrom([]Wire{nil, {"backReason": json.RawMessage(`"r"`)}, {"lossReason": json.RawMessage(`"price"`)}}).Draw(t, "data")
		c.Override = rapid.IntRange(0, 9).Draw(t, "override") == 0
	case Edit:
		c.Data = rapid.SampledFrom([]Wire{{"name": json.RawMessage(`"N"`)}, {"lines": json.RawMessage(`[{"qty": 1, "price": {"amount": "10"}, "off": "0.05"}]`)},
			{"lines": json.RawMessage(`[{"qty": 1, "price": {"amount": "10"}, "off": "0.4"}]`), "reason": json.RawMessage(`"why"`)}}).Draw(t, "edit")
	case Tick:
		c.Item = "budget"
	case Activity:
		c.Item = "cost"
	case Assign:
		c.Owner = rapid.SampledFrom([]string{"rep.li", "rep.chen", "nobody"}).Draw(t, "owner")
	case Fire:
		if n := len(st.Timers); n > 0 {
			c.Timer = st.Timers[rapid.IntRange(0, n-1).Draw(t, "timer")].ID
		}
	case DecideSlot:
		c.Decision = rapid.SampledFrom([]string{"approve", "approve", "reject", "return"}).Draw(t, "decision")
		c.Step = rapid.SampledFrom([]string{"manager", "finance"}).Draw(t, "step")
		c.Slot = rapid.IntRange(0, 2).Draw(t, "slot")
		if st.Round != nil {
			c.Round, c.Hash = st.Round.N, st.Round.Hash
		}
	}
	return c
}

// check holds the invariants of engine.md §4 over the record as it stands.
func (w *walker) check(t *rapid.T) {
	st := w.s.records["rec-main"]
	if raw, err := json.Marshal(st); err != nil {
		t.Fatal(err)
	} else {
		var back State
		if err := json.Unmarshal(raw, &back); err != nil {
			t.Fatal(err)
		}
		again, _ := json.Marshal(&back)
		if string(again) != string(raw) {
			t.Fatalf("state does not survive JSON:\n%s\n%s", raw, again)
		}
	}
	open := map[string]int{}
	for id, task := range w.s.tasks {
		if task.Kind == "approval" && task.State == Open {
			open[id]++
		}
	}
	slots := 0
	if r := st.Round; r != nil {
		for i := range r.Steps {
			step := &r.Steps[i]
			for n, slot := range step.Slots {
				if slot.State != Open {
					continue
				}
				slots++
				if step.State != Active {
					t.Fatalf("open slot in a step that is %s", step.State)
				}
				if def := w.s.app.Chains[r.Chain].Step(step.Key); slot.Person == r.Initiator && def.Def.OnSelf != "allow" {
					t.Fatalf("the initiator %s may decide his own round", slot.Person)
				}
				if open[fmt.Sprintf("rec-main|%s|%d|%d", step.Key, r.N, n)] != 1 {
					t.Fatalf("slot %s/%d of %s has no open task", step.Key, n, slot.Person)
				}
			}
			if step.State == Skipped && step.Reason == "" {
				t.Fatalf("step %s skipped without a reason", step.Key)
			}
			if step.State == Passed && len(step.Slots)+len(step.Branches) == 0 {
				t.Fatalf("step %s passed without a decision", step.Key)
			}
		}
	}
	if len(open) != slots {
		t.Fatalf("%d open approval tasks, %d open slots", len(open), slots)
	}
}

func TestReplayIsLive(t *testing.T) {
	t.Parallel()
	app := loadApp(t, "testdata/scenario/deal.json", `"P10D"`, `"P10BD"`, `"P7D"`, `"P7BD"`)
	rapid.Check(t, func(t *rapid.T) {
		w := newWalker(app)
		if !w.s.begin() {
			t.Fatalf("begin: %v", w.s.problems)
		}
		live := w.s.records["rec-main"]
		var events []Event
		f := w.s.facts()
		for range rapid.IntRange(1, 30).Draw(t, "steps") {
			c := drawCommand(t, app, live)
			c.ID, c.Op, c.At = "rec-main", "op", w.s.now
			c.Actor = w.who(t, c, rapid.SampledFrom([]string{"rep.li", "mgr.wang", "fin.zhao", "fin.qian"}).Draw(t, "user"), live)
			var d *Decision
			for range 9 {
				if d = Decide(app, live, c, f); len(d.Needs) == 0 {
					break
				}
				for _, n := range d.Needs {
					w.s.fetch(f, n)
				}
			}
			if again := Decide(app, live, c, f); !reflect.DeepEqual(d, again) {
				t.Fatal("the same command decided twice gives two answers")
			}
			if d.State == nil || len(d.Events) == 0 {
				continue
			}
			base := live.Clone()
			raw, err := json.Marshal(d.Events)
			if err != nil {
				t.Fatal(err)
			}
			var stored []Event
			if err := json.Unmarshal(raw, &stored); err != nil {
				t.Fatal(err)
			}
			for i := range stored {
				base.Apply(&stored[i])
			}
			a, _ := json.Marshal(base)
			b, _ := json.Marshal(d.State)
			if string(a) != string(b) {
				t.Fatalf("replay differs from live:\n%s\n%s", a, b)
			}
			live = d.State
			events = append(events, stored...)
			w.s.now = w.s.now.Add(60e9)
		}
		ends := 0
		for i := range events {
			if _, ok := events[i].Payload.(RoundEnded); ok {
				ends++
			}
		}
		running := 0
		if live.Round != nil {
			running = 1
		}
		if ends+running != live.RoundCount {
			t.Fatalf("%d rounds, %d ended, %d live", live.RoundCount, ends, running)
		}
	})
}
