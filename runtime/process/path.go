package process

import (
	"time"

	"pipewright/forms"
	"pipewright/rules"
)

// Path is the way an approval takes, with names: before submitting, and while it runs.
type Path struct {
	Chain    string
	Name     rules.Text
	Skipped  bool
	Steps    []PathStep
	Problems []rules.Problem
}

// PathStep is one step of a path. State is "will", "skipped" or a step state.
type PathStep struct {
	Step   *CompiledStep
	State  string
	Reason string
	People []string
	DueAt  time.Time
}

// PreviewPath tells who would decide if the actor submitted the transition now with these values. It is Decide itself, walked
// through with every step approved, so the preview and the real round cannot differ.
func PreviewPath(app *App, s *State, transition string, data Wire, a Actor, f *Facts, at time.Time) (*Path, []Need) {
	d := inspector(app, s, a, f, at)
	if r := d.bind(); r != nil || d.proc == nil {
		return &Path{}, nil
	}
	t := d.proc.ByTransition[transition]
	if t == nil {
		return &Path{}, nil
	}
	chain := t.Chain
	if chain == nil {
		chain = t.To.Approval // the round begins after the move (semantics 2b)
	}
	if chain == nil {
		return &Path{}, nil
	}
	given, problems := d.form.Schema.Parse(data, "/data")
	res := d.evaluate(d.view(nil), given, d.mask(d.stage()), keysOf(given))
	if len(d.needs) > 0 {
		return nil, d.needs
	}
	p := d.walk(chain, d.difference(res.Values), res.Values)
	p.Problems = append(problems, d.errorsOf(d.gate(t, res.Values))...)
	return p, d.needs
}

// PreviewChain is PreviewPath for a chain and values that belong to no record: the designer's question "who would decide this
// for 600,000 by this rep?".
func PreviewChain(app *App, chain string, data Wire, owner, team string, a Actor, f *Facts, at time.Time) (*Path, []Need) {
	ch := app.Chains[chain]
	if ch == nil || ch.Form == nil {
		return &Path{}, nil
	}
	s := (*State)(nil).Clone()
	s.App, s.Form, s.Owner, s.Team, s.CreatedAt, s.LastActivity = app.Def.Key, ch.Form.Def.Key, owner, team, at, at
	if ch.Form.Process != nil {
		s.Process, s.Stage = ch.Form.Process.Def.Key, ch.Form.Process.Def.Start
	}
	d := inspector(app, s, a, f, at)
	if r := d.bind(); r != nil {
		return &Path{}, nil
	}
	given, problems := d.form.Schema.Parse(data, "/data")
	res := d.evaluate(nil, given, forms.Mask{}, nil)
	if len(d.needs) > 0 {
		return nil, d.needs
	}
	p := d.walk(ch, d.difference(res.Values), res.Values)
	p.Problems = append(p.Problems, problems...)
	return p, d.needs
}

// walk opens the round on a copy and lets everybody approve, step by step.
func (d *decider) walk(ch *CompiledChain, proposed Changed, v forms.Values) *Path {
	p := &Path{Chain: ch.Def.Key, Name: ch.Def.Name}
	skip, r := d.skips(ch, v)
	if r != nil {
		p.Problems = append(p.Problems, r.Details...)
		return p
	}
	if skip {
		p.Skipped = true
		return p
	}
	held := forms.Stored{}
	for k, val := range proposed.Set {
		held[k] = val
	}
	for _, k := range proposed.Clear {
		held[k] = nil
	}
	open := RoundOpened{N: d.s.RoundCount + 1, Chain: ch.Def.Key, Initiator: d.c.Actor.User, Proposed: held}
	open.Guards, open.Hash = d.guardValues(ch, held)
	for _, st := range ch.Steps {
		open.Steps = append(open.Steps, st.Def.Key)
	}
	d.s.Round = nil
	d.emit(open)
	for _, st := range ch.Steps {
		p.Steps = append(p.Steps, d.walkStep(ch, st))
		if len(d.needs) > 0 {
			return p
		}
	}
	return p
}

func (d *decider) walkStep(ch *CompiledChain, st *CompiledStep) PathStep {
	out := PathStep{Step: st, State: "will"}
	runs, problem := d.runs(st)
	if problem != nil {
		out.State, out.Reason = Blocked, "rule"
		return out
	}
	if !runs {
		d.emit(StepEnded{Step: st.Def.Key, State: Skipped, Reason: "condition"})
		out.State, out.Reason = Skipped, "condition"
		return out
	}
	people, ok := d.resolve(st.Who, d.s.Round.Initiator, d.view(d.s.Round.Proposed))
	if !ok {
		return out
	}
	people, self, ok := d.notSelf(st, people)
	if !ok {
		return out
	}
	if self && len(people) == 0 && st.Def.OnSelf == "skip" {
		d.emit(StepEnded{Step: st.Def.Key, State: Skipped, Reason: "self"})
		out.State, out.Reason = Skipped, "self"
		return out
	}
	if len(people) == 0 {
		var outcome string
		if people, outcome, ok = d.whenEmpty(st); !ok {
			return out
		}
		if outcome != "" {
			d.emit(StepEnded{Step: st.Def.Key, State: Skipped, Reason: "empty"})
			out.State, out.Reason = outcome, "empty"
			return out
		}
		out.Reason = "instead"
	}
	out.People = people
	if len(st.Due) > 0 {
		out.DueAt = st.Due[0].After.Add(d.now, d.app.Zone, d.f.Calendar)
	}
	before := d.approvedJustBefore(ch, st)
	slots := make([]Slot, len(people))
	same := 0
	for i, p := range people {
		slots[i] = Slot{Person: p, State: Approved}
		for _, b := range before {
			if b == p {
				slots[i].Reason = "samePerson"
				same++
			}
		}
	}
	d.emit(StepEntered{Step: st.Def.Key, Slots: slots})
	d.emit(StepEnded{Step: st.Def.Key, State: Passed})
	if same == len(people) && same > 0 {
		out.State, out.Reason = Skipped, "samePerson"
	}
	return out
}
