package sandbox

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"pipewright/rules"
	"pipewright/runtime/process"
)

// Walked is a record that somebody made in the box and worked on, which a scenario can be about.
type Walked struct {
	ID, Form, Title string
	Steps           int
}

// Walks lists the records that a scenario can be about: those that were made in the box, the most worked on first.
func (b *Box) Walks() []Walked {
	deeds, _ := b.tape.look()
	by := map[string]*Walked{}
	var out []*Walked
	for i := range deeds {
		c := deeds[i].Command
		if c == nil || c.App != b.App.Def.Key {
			continue
		}
		if c.Kind == process.Create && c.Public == "" {
			by[c.ID] = &Walked{ID: c.ID, Form: c.Form}
			out = append(out, by[c.ID])
		}
		if w := by[c.ID]; w != nil {
			w.Steps++
			if s := deeds[i].After[c.ID]; s != nil {
				w.Title = s.Title
			}
		}
	}
	slices.SortStableFunc(out, func(x, y *Walked) int { return y.Steps - x.Steps })
	list := make([]Walked, len(out))
	for i, w := range out {
		list[i] = *w
	}
	return list
}

// Scenario turns what was done with a record into a scenario of the definition's own format: given what it was made of, the steps people took and
// the time that passed, each with how the record stood afterwards. Errors: *process.Rejection sandbox.scenario, which says what of the walk a
// scenario has no words for.
func (b *Box) Scenario(name, record string) (*process.Test, error) {
	deeds, whole := b.tape.look()
	if !whole {
		return nil, noScenario(rules.Say("走的步骤太多（超过 {n} 步），请重新开始，走短一些", "走的步驟太多（超過 {n} 步），請重新開始，走短一些", "That were too many steps (more than {n}); start anew and walk a shorter way", "n", maxDeeds))
	}
	w := &writer{b: b, main: record, names: map[string]string{}, test: &process.Test{Name: name}}
	for i := range deeds {
		if c := deeds[i].Command; c != nil && c.ID == record && c.Kind == process.Create && c.Public == "" {
			return w.test, w.write(deeds[:i], deeds[i], deeds[i+1:])
		}
	}
	return nil, noScenario(rules.Say("场景从在沙箱里新建的记录开始：请选一条在这里新建的记录", "情境從在沙箱裡新建的記錄開始：請選一筆在這裡新建的記錄", "A scenario begins with a record made in the sandbox: choose one of those"))
}

func noScenario(msg rules.Text, details ...rules.Problem) error {
	return &process.Rejection{Code: "sandbox.scenario", Message: msg, Details: details}
}

// writer writes one scenario.
type writer struct {
	b     *Box
	test  *process.Test
	main  string
	names map[string]string // ids of given records → their names
	now   time.Time
	last  *process.State
}

func (w *writer) write(before []Deed, create Deed, rest []Deed) error {
	c := create.Command
	w.test.As, w.test.At, w.now = create.User, create.At.Format(time.RFC3339), create.At.Truncate(time.Second)
	w.test.Given.Form, w.test.Steps = c.Form, []process.TestStep{}
	var err error
	if w.test.Given.Data, err = w.data(c.Form, c.Data, 0); err != nil {
		return err
	}
	w.last = create.After[w.main]
	for i := range rest {
		d := &rest[i]
		if d.Command == nil {
			w.pass(d)
			continue
		}
		if d.Command.ID != w.main {
			continue // other records come in as they are where the scenario's own needs them
		}
		step, ok := stepOf(d.Command)
		if step == nil && ok {
			continue // it leaves nothing that a scenario looks at
		}
		if !ok {
			return noScenario(rules.Say("场景还不能记录“{what}”这一步（{who}，{when}）", "情境還不能記錄「{what}」這一步（{who}，{when}）", "A scenario has no words for the step “{what}” ({who}, {when})",
				"what", string(d.Command.Kind), "who", d.User, "when", w.b.local(d.At)))
		}
		for _, data := range []*map[string]json.RawMessage{&step.With, &step.Set} {
			if *data, err = w.data(c.Form, *data, 0); err != nil {
				return err
			}
		}
		if step.As = d.User; step.As == w.test.As {
			step.As = ""
		}
		w.expect(step, d)
		w.test.Steps = append(w.test.Steps, *step)
	}
	if len(w.test.Steps) == 0 {
		w.test.Steps = append(w.test.Steps, process.TestStep{Expect: w.stands(create.After[w.main])})
	}
	if step := &w.test.Steps[len(w.test.Steps)-1]; step.Expect != nil {
		step.Expect.Data = w.computed()
	}
	return nil
}

// pass lets time pass, and looks at the record afterwards.
func (w *writer) pass(d *Deed) {
	seconds := int(d.At.Truncate(time.Second).Sub(w.now) / time.Second)
	if seconds <= 0 {
		return
	}
	w.now = w.now.Add(time.Duration(seconds) * time.Second)
	step := process.TestStep{After: inHours(seconds)}
	w.expect(&step, d)
	w.test.Steps = append(w.test.Steps, step)
}

// inHours writes a length of time, exact whatever the clocks of a zone do.
func inHours(seconds int) string {
	out := "PT"
	for _, part := range []struct {
		unit string
		of   int
	}{{"H", 3600}, {"M", 60}, {"S", 1}} {
		if n := seconds / part.of; n > 0 {
			out += fmt.Sprint(n, part.unit)
			seconds %= part.of
		}
	}
	return out
}

// expect says how the record stood after a step.
func (w *writer) expect(step *process.TestStep, d *Deed) {
	s := d.After[w.main]
	if s == nil {
		return
	}
	step.Expect = w.stands(s)
	w.last = s
}

func (w *writer) stands(s *process.State) *process.Expect {
	if s == nil {
		return nil
	}
	e := &process.Expect{Stage: s.Stage, Owner: s.Owner, Pool: s.InPool()}
	if s.Round != nil {
		people := []string{}
		for i := range s.Round.Steps {
			for _, slot := range s.Round.Steps[i].Slots {
				if slot.State == process.Open && !slices.Contains(people, slot.Person) {
					people = append(people, slot.Person)
				}
			}
		}
		slices.Sort(people)
		e.Round, e.Approvers = s.Round.State, &people
	}
	return e
}

// computed are the values that the product computed of the record at the end.
func (w *writer) computed() map[string]json.RawMessage {
	f := w.b.App.Forms[w.test.Given.Form]
	if f == nil || w.last == nil {
		return nil
	}
	wire := f.Schema.Wire(f.Schema.Decode(w.last.Data), nil)
	out := map[string]json.RawMessage{}
	for _, field := range f.Schema.Fields() {
		if raw, ok := wire[field.ID]; ok && field.Computed && field.Def.Calc != "" {
			out[field.ID] = raw
		}
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

// maxGiven and maxDeep bound the other records that a scenario takes along.
const (
	maxGiven = 30
	maxDeep  = 4
)

// data are values with the records they point to put in place as given ones, under names.
func (w *writer) data(form string, data map[string]json.RawMessage, deep int) (map[string]json.RawMessage, error) {
	f := w.b.App.Forms[form]
	if f == nil || len(data) == 0 {
		return data, nil
	}
	for _, ref := range process.RefsIn(f, data) {
		if err := w.give(ref.Form, ref.ID, deep); err != nil {
			return nil, err
		}
	}
	return process.RenameRefs(f, data, w.names), nil
}

// give takes a record along, as it is now.
func (w *writer) give(form, id string, deep int) error {
	if w.names[id] != "" || id == w.main {
		return nil
	}
	f := w.b.App.Forms[form]
	if f == nil {
		return nil
	}
	s := w.b.read(context.Background(), f, id)
	if s == nil {
		return nil // of another app, or gone: the id stands for it
	}
	if len(w.names) >= maxGiven || deep > maxDeep {
		return noScenario(rules.Say("这条记录牵连的其他记录太多（超过 {n} 条）", "這筆記錄牽連的其他記錄太多（超過 {n} 筆）", "The record hangs on too many others (more than {n})", "n", maxGiven))
	}
	w.names[id] = fmt.Sprintf("r%d", len(w.names)+1)
	wire := f.Schema.Wire(f.Schema.Decode(s.Data), nil)
	for _, field := range f.Schema.Fields() {
		if field.Computed {
			delete(wire, field.ID)
		}
	}
	data, err := w.data(form, wire, deep+1)
	if err != nil {
		return err
	}
	if w.test.Given.Records == nil {
		w.test.Given.Records = map[string]process.GivenRecord{}
	}
	w.test.Given.Records[w.names[id]] = process.GivenRecord{Form: form, Data: data, Stage: s.Stage}
	return nil
}

// stepOf is a command as a scenario writes it. A nil step with ok leaves nothing to look at.
func stepOf(c *process.Command) (step *process.TestStep, ok bool) {
	s := &process.TestStep{}
	if c.Override || c.Owner != "" && c.Kind == process.Move {
		return nil, false
	}
	switch c.Kind {
	case process.Note, process.CopyRead:
		return nil, true
	case process.Edit:
		s.Set = maps.Clone(c.Data)
	case process.Move:
		s.Do, s.With, s.Pick = c.Transition, maps.Clone(c.Data), c.Pick
	case process.Tick:
		s.Check = []string{c.Item}
		return s, c.Done
	case process.Activity:
		s.Activity, s.With = c.Item, maps.Clone(c.Data)
		return s, c.Done
	case process.DecideSlot:
		return s, decided(s, c)
	case process.Withdraw:
		s.Withdraw = true
	case process.Press:
		s.Press = c.Item
	case process.Urge:
		s.Urge = true
	case process.Claim:
		s.Claim = true
	case process.Release:
		s.Release = c.Pool
	case process.Retry:
		s.Retry = true
	default:
		return nil, false
	}
	return s, true
}

func decided(s *process.TestStep, c *process.Command) bool {
	member := map[string]*string{"approve": &s.Approve, "reject": &s.Reject, "return": &s.Return, "transfer": &s.Transfer, "delegate": &s.Delegate, "addSign": &s.AddSign,
		"removeSign": &s.RemoveSign}[c.Decision]
	if member == nil {
		return false
	}
	*member = c.Step
	s.With, s.People, s.Position, s.To, s.Pick = maps.Clone(c.Data), c.People, c.Position, c.To, c.Pick
	return true
}
