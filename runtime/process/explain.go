package process

import (
	"slices"

	"pipewright/forms"
	"pipewright/rules"
)

// RuleUsed is one expression that had a say in an event.
type RuleUsed struct {
	// Kind is "if" (of a transition), "leave", "enter", "set", "skip" (of a chain) or "run" (of a step).
	Kind string
	Path string
	// Name is what people call the thing the rule belongs to: a field for "set", else a condition's own words, when it has any.
	Name    rules.Text
	Formula string
	// Value is what it gives on the record as it stood; nil with Problem when it cannot be computed.
	Value   any
	Problem *rules.Problem
	// Reads are the fields it reads, by key, sorted.
	Reads []string
}

// Explanation is why an event came about.
type Explanation struct {
	Rules []RuleUsed
	// Who lists how the people of a step were to be found, and Slots whom that gave and why.
	Who   Whos
	Slots []Slot
	// Values are those the rules were asked about.
	Values forms.Values
}

// Explain evaluates anew the rules that had a say in an event of a record, on the record as it stood right before: the
// release it was decided by, the state folded up to it, the event. Other records are asked for like in Decide and are today's.
func Explain(app *App, before *State, e *Event, f *Facts) (*Explanation, []Need) {
	d := inspector(app, before, Actor{User: e.By}, f, e.At)
	if r := d.bind(); r != nil {
		return &Explanation{}, nil
	}
	out := &Explanation{Values: d.view(nil)}
	switch p := e.Payload.(type) {
	case Entered:
		d.explainMove(out, p)
	case RoundOpened:
		out.Values = d.view(p.Proposed)
		if ch := app.Chains[p.Chain]; ch != nil {
			out.add(d, "skip", "/approvals/"+p.Chain+"/skipIf", nil, ch.SkipIf)
		}
	case StepEntered:
		d.explainStep(out, p.Step)
		out.Slots = p.Slots
	case StepEnded:
		d.explainStep(out, p.Step)
	}
	return out, d.needs
}

func (d *decider) explainMove(out *Explanation, p Entered) {
	if d.proc == nil {
		return
	}
	t := d.proc.ByTransition[p.Transition]
	if t == nil {
		return
	}
	path := transitionPath(d.proc, t)
	out.add(d, "if", path+"/if", nil, t.If)
	if from := d.stage(); from != nil && t.advancing(from) {
		for i := range from.Leave {
			out.add(d, "leave", from.Leave[i].Path, from.Leave[i].Def.Message, from.Leave[i].If)
		}
	}
	for i := range t.To.Enter {
		out.add(d, "enter", t.To.Enter[i].Path, t.To.Enter[i].Def.Message, t.To.Enter[i].If)
	}
	for _, a := range t.Set {
		out.add(d, "set", path+"/set/"+a.Field, d.fieldName(a.Field), a.Value)
	}
}

func (d *decider) explainStep(out *Explanation, key string) {
	r := d.s.Round
	if r == nil {
		return
	}
	st := d.app.Chains[r.Chain].Step(key)
	if st == nil {
		return
	}
	out.Values = d.view(r.Proposed)
	out.add(d, "run", "/approvals/"+r.Chain+"/steps/"+key+"/runIf", nil, st.RunIf)
	out.Who = st.Def.Who
}

func (x *Explanation) add(d *decider, kind, path string, name rules.Text, p *rules.Program) {
	if p == nil {
		return
	}
	used := RuleUsed{Kind: kind, Path: path, Name: name, Formula: p.Source()}
	v, err := p.Eval(d.scope(x.Values))
	if err != nil {
		problem := failed(path, err)
		used.Problem = &problem
	} else {
		used.Value = v
	}
	for _, name := range p.Reads() {
		if fieldOf(d.form.Def, name) != nil {
			used.Reads = append(used.Reads, name)
		}
	}
	slices.Sort(used.Reads)
	x.Rules = append(x.Rules, used)
}
