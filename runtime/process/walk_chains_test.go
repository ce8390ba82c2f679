package process

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// drawChain makes an approval chain out of everything a step can say.
func drawChain(t *rapid.T) map[string]any {
	n := 0
	who := func(label string) any {
		return rapid.SampledFrom([]any{
			map[string]any{"user": "mgr.wang"}, map[string]any{"user": "rep.li"}, map[string]any{"role": "finance"}, map[string]any{"role": "manager"},
			map[string]any{"managerOf": "initiator", "upTo": 2}, map[string]any{"field": "helper"},
			[]any{map[string]any{"role": "finance"}, map[string]any{"user": "ops.wu"}, map[string]any{"user": "mgr.wang"}},
			map[string]any{"pick": "initiator"}, map[string]any{"pick": "initiator", "from": map[string]any{"role": "finance"}},
		}).Draw(t, label)
	}
	step := func(first bool) map[string]any {
		key := fmt.Sprintf("s%d", n)
		n++
		st := map[string]any{"key": key, "name": key, "who": who(key + "who"),
			"mode":    rapid.SampledFrom([]any{"all", "any", "sequence", map[string]any{"any": "allReject"}, map[string]any{"share": 0.6}, map[string]any{"count": 1}, map[string]any{"weight": map[string]any{"finance": 2, "mgr.wang": 3}, "pass": 3}}).Draw(t, key+"mode"),
			"onEmpty": rapid.SampledFrom([]any{"climb", "admin", "pass", "reject", "block", map[string]any{"user": "ops.wu"}}).Draw(t, key+"empty"),
			"onSelf":  rapid.SampledFrom([]string{"climb", "skip", "allow", "admin"}).Draw(t, key+"self"),
			"allow":   []string{"transfer", "delegate", "addSign", "removeSign", "return"},
			"due": []any{map[string]any{"after": "P1D", "do": rapid.SampledFrom([]string{"remind", "escalate"}).Draw(t, key+"rung")},
				map[string]any{"after": "P2D", "do": rapid.SampledFrom([]string{"transfer", "pass", "reject"}).Draw(t, key+"last"), "to": map[string]any{"user": "dir.sun"}}}}
		if rapid.IntRange(0, 3).Draw(t, key+"withdraw") == 0 {
			st["allow"] = []string{"withdraw", "addSign"}
		}
		if rapid.IntRange(0, 3).Draw(t, key+"if") == 0 {
			st["runIf"] = "(limit ?? 0) > 5"
		}
		if !first && rapid.IntRange(0, 4).Draw(t, key+"pick") == 0 {
			st["who"] = map[string]any{"pick": "previous"}
		}
		if rapid.IntRange(0, 4).Draw(t, key+"veto") == 0 && !reflect.DeepEqual(st["mode"], map[string]any{"any": "allReject"}) {
			st["veto"] = true
		}
		return st
	}
	var steps []any
	keys := []string{"end", "initiator"}
	for i := range rapid.IntRange(1, 4).Draw(t, "steps") {
		if rapid.IntRange(0, 2).Draw(t, "parallel") > 0 {
			st := step(i == 0)
			keys = append(keys, st["key"].(string))
			steps = append(steps, st)
			continue
		}
		group := map[string]any{"key": fmt.Sprintf("g%d", i), "name": "g", "parallel": []any{step(i == 0), step(i == 0)}}
		group["join"] = rapid.SampledFrom([]string{"all", "any"}).Draw(t, "join")
		keys = append(keys, group["key"].(string))
		steps = append(steps, group)
	}
	return map[string]any{"key": "chain", "name": "chain", "steps": steps, "guards": []string{"amount", "limit"},
		"cc":       map[string]any{"user": "ops.wu"},
		"dedupe":   rapid.SampledFrom([]string{"none", "consecutive", "once"}).Draw(t, "dedupe"),
		"onReject": map[string]any{"to": rapid.SampledFrom(keys).Draw(t, "onReject")},
		"onReturn": map[string]any{"to": rapid.SampledFrom([]string{"initiator", "previous", "any"}).Draw(t, "onReturn"), "resume": rapid.SampledFrom([]string{"rerun", "jumpBack"}).Draw(t, "resume")}}
}

func chainApp(t *rapid.T, while string) *App {
	def := map[string]any{"spec": Spec, "key": "walks", "name": "w", "currency": "CNY",
		"roles": []any{map[string]any{"key": "rep", "name": "r"}, map[string]any{"key": "finance", "name": "f"}, map[string]any{"key": "manager", "name": "m"}},
		"forms": []any{map[string]any{"key": "thing", "name": "t", "fields": []any{map[string]any{"key": "name", "type": "text", "name": "n"}, map[string]any{"key": "amount", "type": "money", "name": "a"},
			map[string]any{"key": "helper", "type": "user", "name": "h"}, map[string]any{"key": "limit", "type": "number", "name": "l"}},
			"grants": []any{map[string]any{"role": "rep", "records": "all", "do": []string{"create", "read", "edit"}}}}},
		"processes": []any{map[string]any{"key": "thing", "form": "thing", "name": "t", "start": "start",
			"stages":      []any{map[string]any{"key": "start", "name": "s"}, map[string]any{"key": "end", "name": "e", "end": "won"}, map[string]any{"key": "off", "name": "o", "end": "cancelled"}},
			"transitions": []any{map[string]any{"key": "go", "from": []string{"start"}, "to": "end", "name": "g", "approval": "chain", "while": while}, map[string]any{"key": "stop", "from": []string{"start"}, "to": "off", "name": "x"}}}},
		"approvals": []any{drawChain(t)}}
	raw, err := json.Marshal(def)
	if err != nil {
		t.Fatal(err)
	}
	parsed, problems := Parse(raw)
	app, more := Compile(parsed, nil, 1, Options{SkipTexts: true})
	for _, p := range append(problems, more...) {
		if p.Severity == "error" {
			t.Fatalf("the generated chain is not sound: %s %s %s\n%s", p.Path, p.Code, p.Message.In("en"), raw)
		}
	}
	return app
}

// Everything the engine promises of an approval (engine.md §4) holds on any chain whatever people do, in any order.
func TestChainWalks(t *testing.T) {
	t.Parallel()
	people := []string{"rep.li", "rep.chen", "mgr.wang", "dir.sun", "fin.zhao", "fin.qian", "ops.wu"}
	rapid.Check(t, func(t *rapid.T) {
		app := chainApp(t, rapid.SampledFrom([]string{"lock", "void"}).Draw(t, "while"))
		test := &Test{As: "rep.li", Given: Given{Form: "thing", Data: Wire{"name": []byte(`"x"`), "limit": []byte(rapid.SampledFrom([]string{"1", "9"}).Draw(t, "limit"))}}}
		w := &walker{s: newScenario(app, smallCompany{}, NewCoverage(), test, "")}
		if !w.s.begin() {
			t.Fatalf("begin: %v", w.s.problems)
		}
		audit := &auditor{app: app, state: w.s.records["rec-main"].Clone(), ends: map[int]int{}}
		for range rapid.IntRange(1, 30).Draw(t, "commands") {
			if rapid.IntRange(0, 7).Draw(t, "away?") == 0 {
				w.s.away = map[string]string{rapid.SampledFrom(people).Draw(t, "away"): rapid.SampledFrom(people).Draw(t, "standsIn")}
			}
			st := w.s.records["rec-main"]
			c, user := drawDecision(t, app, st, people)
			c.ID = "rec-main"
			actor := smallCompany{}.Actor(app, "thing", user, st)
			if c.Kind == Substitute || c.Kind == Fire {
				actor = Service(app.Def.Key)
			}
			d := audit.decide(t, w.s, c, actor)
			if d == nil {
				continue
			}
			w.s.commit(st, c, d)
			w.s.now = w.s.now.Add(1e9)
			w.check(t)
			rest, _ := PreviewRest(app, d.State, actor, w.s.facts(), w.s.now)
			for _, step := range rest {
				if step.State == Skipped && step.Reason == "" {
					t.Fatalf("the preview skips %s without a reason", step.Step.Def.Key)
				}
			}
		}
	})
}

// drawDecision draws a command, mostly one that somebody could really give.
func drawDecision(t *rapid.T, app *App, st *State, people []string) (*Command, string) {
	some := func(label string) []string {
		return rapid.SliceOfN(rapid.SampledFrom(people), 0, 3).Draw(t, label)
	}
	c := &Command{Comment: rapid.SampledFrom([]string{"because", "because", ""}).Draw(t, "comment")}
	user := rapid.SampledFrom(people).Draw(t, "user")
	c.Kind = rapid.SampledFrom([]CommandKind{Move, DecideSlot, DecideSlot, DecideSlot, DecideSlot, DecideSlot, DecideSlot, Withdraw, Fire, Edit, Retry, Urge, Substitute, CopyRead}).Draw(t, "kind")
	picks := map[string][]string{}
	for _, s := range app.Chains["chain"].All() {
		if s.leftToChoice() != nil && rapid.IntRange(0, 3).Draw(t, "pick") > 0 {
			picks[s.Def.Key] = append(some(s.Def.Key), "fin.qian")
		}
	}
	switch c.Kind {
	case Move:
		c.Transition = rapid.SampledFrom([]string{"go", "go", "go", "stop"}).Draw(t, "transition")
		user, c.Pick = "rep.li", maps.Clone(picks)
		maps.DeleteFunc(c.Pick, func(key string, _ []string) bool { return app.Chains["chain"].Step(key).picks("initiator") == nil })
	case Edit:
		user = "rep.li"
		c.Data = Wire{"limit": []byte(rapid.SampledFrom([]string{"1", "9"}).Draw(t, "limit"))}
		if rapid.Bool().Draw(t, "helper") {
			c.Data = Wire{"helper": []byte(`"fin.zhao"`)}
		}
	case Withdraw, Retry, Urge:
		user = "rep.li"
	case Substitute:
		c.Owner = user
	case Fire:
		if n := len(st.Timers); n > 0 {
			c.Timer = st.Timers[rapid.IntRange(0, n-1).Draw(t, "timer")].ID
		}
	case DecideSlot:
		c.Decision = rapid.SampledFrom([]string{"approve", "approve", "approve", "reject", "return", "transfer", "delegate", "addSign", "addSign", "removeSign"}).Draw(t, "decision")
		c.People, c.Position = some("people"), rapid.SampledFrom([]string{"before", "after"}).Draw(t, "position")
		if c.Decision == "transfer" || c.Decision == "delegate" {
			c.People = []string{rapid.SampledFrom(people).Draw(t, "to")}
		}
		if st.Round == nil {
			break
		}
		c.Round, c.Hash = st.Round.N, st.Round.Hash
		type place struct {
			step string
			slot int
		}
		var live []place
		for i := range st.Round.Steps {
			for n := range st.Round.Steps[i].Slots {
				if s := &st.Round.Steps[i].Slots[n]; s.State == Open || s.State != NotYet && s.waits() && c.Decision == "removeSign" {
					live = append(live, place{st.Round.Steps[i].Key, n})
				}
			}
		}
		if len(live) > 0 && rapid.IntRange(0, 9).Draw(t, "real") > 0 {
			at := live[rapid.IntRange(0, len(live)-1).Draw(t, "slot")]
			c.Step, c.Slot = at.step, at.slot
			user = st.Round.Step(at.step).Slots[at.slot].Person
			if targets := ReturnTargets(app, st.Round, at.step); len(targets) > 0 && rapid.Bool().Draw(t, "toStep") {
				c.To = rapid.SampledFrom(targets).Draw(t, "target")
			}
			c.Pick = maps.Clone(picks)
			maps.DeleteFunc(c.Pick, func(key string, _ []string) bool {
				return app.Chains["chain"].Step(key).picks("previous") == nil || st.Round.Step(key).State != Waiting
			})
		}
	}
	return c, user
}

// auditor follows the events one by one.
type auditor struct {
	app   *App
	state *State
	ends  map[int]int
}

// decide decides as the engine does and looks at every event; nil when nothing happened.
func (a *auditor) decide(t *rapid.T, s *scenario, c *Command, actor Actor) *Decision {
	s.ops++
	c.Op, c.At, c.Actor = fmt.Sprintf("op%d", s.ops), s.now, actor
	before, f := s.records[c.ID], s.facts()
	was, err := json.Marshal(before)
	if err != nil {
		t.Fatal(err)
	}
	for range 8 {
		d := Decide(a.app, before, c, f)
		if now, _ := json.Marshal(before); string(now) != string(was) {
			t.Fatalf("deciding %s changed the state it was given", c.Kind)
		}
		switch {
		case d.Reject != nil:
			return nil
		case len(d.Needs) > 0:
			for _, n := range d.Needs {
				s.fetch(f, n)
			}
			continue
		case len(d.Events) == 0:
			return nil
		}
		for i := range d.Events {
			a.event(t, &d.Events[i])
		}
		folded, _ := json.Marshal(a.state)
		if live, _ := json.Marshal(d.State); string(live) != string(folded) {
			t.Fatalf("folding the events gives another state:\n%s\n%s", folded, live)
		}
		return d
	}
	t.Fatalf("%s %s asks for facts without end", c.Kind, c.Decision)
	return nil
}

func (a *auditor) event(t *rapid.T, e *Event) {
	raw, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	var stored Event
	if err := json.Unmarshal(raw, &stored); err != nil {
		t.Fatal(err)
	}
	r := a.state.Round
	switch p := stored.Payload.(type) {
	case SlotDecided:
		slot := r.Step(p.Step).Slots[p.Slot]
		allowed := a.app.Chains["chain"].Step(p.Step).Def.OnSelf == "allow"
		bySigns := p.Reason == "addSign" && slot.State == AwaitSign
		if p.Hash != "" && slot.State != Open && !bySigns {
			t.Fatalf("%s: a decision on a slot that is %s", p.Step, slot.State)
		}
		if p.Hash != "" && !bySigns && e.By != slot.Person {
			t.Fatalf("%s: %s decides for %s", p.Step, e.By, slot.Person)
		}
		if p.Hash != "" && slot.Person == r.Initiator && !allowed {
			t.Fatalf("%s: the initiator decides", p.Step)
		}
		if r.Step(p.Step).State != Active {
			t.Fatalf("%s: a slot is decided in a step that is %s", p.Step, r.Step(p.Step).State)
		}
	case SlotsAdded:
		for _, s := range p.Slots {
			if len(s.Past) > maxHops {
				t.Fatalf("%s was passed on %d times", s.Person, len(s.Past))
			}
			if s.For != "" && s.Person == r.Initiator {
				t.Fatal("the initiator stands in for somebody")
			}
			if s.Asked != "" && r.Step(p.Step).Slots[s.Parent].Asked != "" {
				t.Fatal("who was asked has asked others")
			}
		}
	case StepEnded:
		st := r.Step(p.Step)
		if p.State == Skipped && p.Reason == "" {
			t.Fatalf("%s is skipped without a name for it", p.Step)
		}
		decided := slices.ContainsFunc(st.Slots, func(s Slot) bool { return s.State == Approved && s.Asked == "" || s.State == Skipped && s.Reason != "" })
		if p.State == Passed && p.Reason == "" && len(st.Branches) == 0 && !decided {
			t.Fatalf("%s passes without a decision", p.Step)
		}
		votes, held := 0, 0
		for _, s := range st.Slots {
			if s.Asked == "" && (s.State == Approved || s.State == Rejected) {
				votes++
			}
			if s.State != Moved {
				held++
			}
		}
		if votes > held {
			t.Fatalf("%s: %d votes of %d slots", p.Step, votes, held)
		}
	case RoundEnded:
		if a.ends[r.N]++; a.ends[r.N] > 1 {
			t.Fatalf("round %d ends twice", r.N)
		}
	case Entered:
		if p.Transition == "go" && (len(a.state.Rounds) == 0 || a.state.Rounds[len(a.state.Rounds)-1].State != Passed) {
			t.Fatal("the record moves without an approval that passed")
		}
	}
	a.state.Apply(&stored)
	if r := a.state.Round; r == nil {
		return
	}
	for i := range a.state.Round.Steps {
		st := &a.state.Round.Steps[i]
		for n := range st.Slots {
			if st.Slots[n].waits() && st.State != Active {
				t.Fatalf("%s is %s and a slot of it is %s", st.Key, st.State, st.Slots[n].State)
			}
		}
	}
}
