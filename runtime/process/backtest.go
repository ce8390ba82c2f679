package process

import (
	"encoding/json"
	"slices"
	"time"

	"pipewright/forms"
	"pipewright/rules"
)

// BackMoment is a moment of a record's history at which its process decided something: it was submitted or moved on.
type BackMoment struct {
	Seq int64
	At  time.Time
	// Before is the record just before; Transition is what was taken, By whom.
	Before     *State
	Transition string
	By         string
	// Proposed are the values that were submitted with it; Picks the people who were picked.
	Proposed forms.Stored
	Picks    map[string][]string
}

// BackMoments finds those of a history, the oldest first, at most the newest most. It folds the events as they are.
func BackMoments(id string, events []Event, most int) []BackMoment {
	s := (*State)(nil).Clone()
	s.ID = id
	var out []BackMoment
	for i := range events {
		e := &events[i]
		m := BackMoment{Seq: e.Seq, At: e.At, By: e.By}
		switch p := e.Payload.(type) {
		case RoundOpened:
			m.Transition, m.By, m.Proposed, m.Picks = p.Transition, p.Initiator, p.Proposed, p.Picks
		case Entered:
			if s.Round == nil || s.Round.Transition != p.Transition { // else the round was submitted before, and stands there
				m.Transition = p.Transition
			}
		}
		if m.Transition != "" {
			m.Before = s.Clone()
			out = append(out, m)
		}
		s.Apply(e)
	}
	return out[max(0, len(out)-most):]
}

// Under is the state as the new release of the plan would have it: the stage and the values by what they are called there, no round. Nothing is
// worked out anew. False when its stage has no counterpart or a value does not fit.
func (p *MigrationPlan) Under(s *State) (*State, bool) {
	stage, ok := p.stages[s.Stage]
	if !ok {
		return nil, false
	}
	data, problems := p.converted(s.Data, false)
	if len(problems) > 0 {
		return nil, false
	}
	out := s.Clone()
	out.Release, out.Form, out.Process, out.Stage, out.Round = p.To.Release, p.New.Def.Key, p.New.Process.Def.Key, stage, nil
	out.change(&Event{}, data.Set, data.Clear)
	out.LastActivity, out.UpdatedAt = s.LastActivity, s.UpdatedAt
	entered := map[string]time.Time{}
	for k, at := range s.Entered {
		if n := p.stages[k]; n != "" {
			k = n
		}
		if entered[k].Before(at) {
			entered[k] = at
		}
	}
	out.Entered = entered
	return out, true
}

// Transition is what a transition of the old release is called in the new one; empty when it has none.
func (p *MigrationPlan) Transition(key string) string { return p.transitions[key] }

// Step is what a step of an approval of the old release is called in the new one; its own key when it has no counterpart.
func (p *MigrationPlan) Step(chain, step string) string {
	if n := p.steps[chain+"."+step]; n != "" {
		return n
	}
	return step
}

// Field is the key of the field of the new release that an old one goes on as; empty when there is none.
func (p *MigrationPlan) Field(key string) string {
	f, ok := p.Old.Schema.Field(key)
	if !ok {
		return ""
	}
	return p.fieldNow(f)
}

// Tried is what a release makes of a move.
type Tried struct {
	// There says that the move can be taken from where the record stands.
	There bool
	// Path is the approval that it takes; nil when it takes none.
	Path *Path
	// Problems are what holds it up.
	Problems []rules.Problem
	// Due is when the stage that is left is due; zero when it has no deadline.
	Due time.Time
}

// TryMove tells what the app makes of a move of the record: whether it is there, what would hold it up, and who would decide. Values are those
// that come with it, as they are stored. It decides nothing.
func TryMove(app *App, s *State, transition string, values forms.Stored, picks map[string][]string, a Actor, f *Facts, at time.Time) (*Tried, []Need) {
	d := inspector(app, s, a, f, at)
	d.c.Pick = picks
	out := &Tried{}
	if r := d.bind(); r != nil || d.proc == nil {
		return out, nil
	}
	if st := d.stage(); st != nil {
		if due, ok := d.dueAt(st, d.s.Since); ok {
			out.Due = due
		}
	}
	t := d.proc.ByTransition[transition]
	if t == nil || !t.From[s.Stage] {
		return out, nil
	}
	out.There = true
	given := d.form.Schema.Decode(values)
	for _, field := range d.form.Schema.Fields() {
		if field.Computed {
			delete(given, field.ID)
		}
	}
	res := d.evaluate(d.view(nil), given, forms.Mask{}, keysOf(given))
	if len(d.needs) > 0 {
		return nil, d.needs
	}
	out.Problems = d.errorsOf(d.gate(t, res.Values))
	if len(d.needs) > 0 {
		return nil, d.needs
	}
	chain := t.Chain
	if chain == nil {
		chain = t.To.Approval // the round begins after the move (semantics 2b)
	}
	if chain != nil {
		if p := d.walk(chain, d.difference(res.Values), res.Values); !p.Skipped {
			out.Path = p
		}
	}
	return out, d.needs
}

// Reckon is what the app computes of a record as it stands: the values of its computed fields, as they are sent, and when its stage is due.
func Reckon(app *App, s *State, a Actor, f *Facts, at time.Time) (map[string]json.RawMessage, time.Time, []Need) {
	d := inspector(app, s, a, f, at)
	if r := d.bind(); r != nil {
		return nil, time.Time{}, nil
	}
	res := d.evaluate(d.view(nil), nil, forms.Mask{}, nil)
	if len(d.needs) > 0 {
		return nil, time.Time{}, d.needs
	}
	var due time.Time
	if d.proc != nil {
		if st := d.stage(); st != nil && st.Def.Open() {
			due, _ = d.dueAt(st, d.s.Since)
		}
	}
	out := map[string]json.RawMessage{}
	wire := d.form.Schema.Wire(res.Values, nil)
	for _, field := range d.form.Schema.Fields() {
		if raw, ok := wire[field.ID]; ok && field.Computed {
			out[field.ID] = raw
		}
	}
	return out, due, d.needs
}

// Asked are the steps of a path that somebody is to decide, in their order.
func (p *Path) Asked() []*PathStep {
	var out []*PathStep
	if p == nil {
		return nil
	}
	for i := range p.Steps {
		if s := &p.Steps[i]; s.State != Skipped && len(s.Step.Branches) == 0 {
			out = append(out, s)
		}
	}
	return out
}

// SameRoute says whether two paths of a plan's releases ask the same steps, and SamePeople whether of the same people.
func (p *MigrationPlan) SameRoute(was, is *Path) (route, people bool) {
	a, b := was.Asked(), is.Asked()
	if len(a) != len(b) {
		return false, false
	}
	people = true
	for i := range a {
		if p.Step(was.Chain, a[i].Step.Def.Key) != b[i].Step.Def.Key {
			return false, false
		}
		people = people && slices.Equal(sorted(a[i].People), sorted(b[i].People)) && slices.Equal(sorted(a[i].From), sorted(b[i].From))
	}
	return true, people
}
