package process

import (
	"slices"
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
	// For names, by person, whom he stands in for.
	For   map[string]string
	DueAt time.Time
	// Pick says who chooses the people, "initiator" or "previous", while they are not chosen; From whom he may choose (empty: anybody).
	Pick string
	From []string
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
	open := RoundOpened{N: d.s.RoundCount + 1, Chain: ch.Def.Key, Initiator: d.c.Actor.User, Proposed: held, Picks: d.c.Pick}
	open.Guards, open.Hash = d.guardValues(ch, held)
	for _, st := range ch.All() {
		open.Steps = append(open.Steps, st.Def.Key)
	}
	d.s.Round = nil
	d.emit(open)
	d.walkOn(ch, p)
	return p
}

// PreviewRest tells who comes next in the live round, as things stand: the steps not entered yet.
func PreviewRest(app *App, s *State, a Actor, f *Facts, at time.Time) ([]PathStep, []Need) {
	d := inspector(app, s, a, f, at)
	if r := d.bind(); r != nil || d.s.Round == nil || d.s.Round.State != Running {
		return nil, nil
	}
	ch := d.app.Chains[d.s.Round.Chain]
	if ch == nil {
		return nil, nil
	}
	// Whoever decides now is taken to approve.
	for i := range d.s.Round.Steps {
		if st := &d.s.Round.Steps[i]; st.State == Active {
			for j := range st.Slots {
				if st.Slots[j].waits() {
					st.Slots[j].State = Approved
				}
			}
			st.State = Passed
		}
	}
	p := &Path{}
	d.walkOn(ch, p)
	return p.Steps, d.needs
}

// walkOn walks the steps that are still to come. It goes on where a fact is outstanding, so that those of all steps are asked for at
// once.
func (d *decider) walkOn(ch *CompiledChain, p *Path) {
	for _, st := range ch.Steps {
		if d.s.Round.Step(st.Def.Key).State != Waiting {
			continue
		}
		if slices.Contains(d.s.Round.Keep, st.Def.Key) {
			d.skipStep(st, "unchanged")
			p.Steps = append(p.Steps, PathStep{Step: st, State: Skipped, Reason: "unchanged"})
			continue
		}
		one := d.walkStep(ch, st)
		p.Steps = append(p.Steps, one)
		for _, b := range st.Branches {
			if one.State == Skipped {
				d.emit(StepEnded{Step: b.Def.Key, State: Skipped, Reason: one.Reason})
				continue
			}
			p.Steps = append(p.Steps, d.walkStep(ch, b))
		}
	}
}

func (d *decider) walkStep(ch *CompiledChain, st *CompiledStep) PathStep {
	out := PathStep{Step: st, State: "will"}
	skip := func(state, reason string) PathStep {
		d.emit(StepEnded{Step: st.Def.Key, State: Skipped, Reason: reason})
		out.State, out.Reason = state, reason
		return out
	}
	runs, problem := d.runs(st)
	if problem != nil {
		out.State, out.Reason = Blocked, "rule"
		return out
	}
	if !runs {
		return skip(Skipped, "condition")
	}
	if len(st.Branches) > 0 {
		d.emit(StepEnded{Step: st.Def.Key, State: Passed})
		return out
	}
	if w := st.leftToChoice(); w != nil && len(d.s.Round.Picks[st.Def.Key]) == 0 {
		out.Pick = w.Def.Pick
		if out.From, _ = d.resolve(w.From, d.s.Round.Initiator, d.view(d.s.Round.Proposed)); st.Def.OnSelf != "allow" {
			out.From = without(out.From, d.s.Round.Initiator)
		}
		if len(w.From) == 0 || len(out.From) > 0 {
			d.emit(StepEnded{Step: st.Def.Key, State: Passed})
			return out
		}
	}
	people, outcome, reason, ok := d.approvers(st)
	if !ok {
		return out
	}
	if outcome != "" {
		return skip(outcome, reason)
	}
	out.Reason = reason
	if len(st.Due) > 0 {
		out.DueAt = st.Due[0].After.Add(d.now, d.app.Zone, d.calendar())
	}
	slots, same := d.slotsFor(ch, st, people), 0
	for i := range slots {
		s := &slots[i]
		out.People = append(out.People, s.Person)
		if s.For != "" {
			if out.For == nil {
				out.For = map[string]string{}
			}
			out.For[s.Person] = s.For
		}
		if s.Reason == "samePerson" {
			same++
		}
		s.State = Approved
	}
	d.emit(StepEntered{Step: st.Def.Key, Slots: slots})
	d.emit(StepEnded{Step: st.Def.Key, State: Passed})
	if same == len(people) && same > 0 {
		out.State, out.Reason = Skipped, "samePerson"
	}
	return out
}

// leftToChoice is the who that somebody chooses people for; nil when the step names them.
func (st *CompiledStep) leftToChoice() *CompiledWho {
	if w := st.picks("initiator"); w != nil {
		return w
	}
	return st.picks("previous")
}
