package process

import (
	"slices"

	"pipewright/forms"
	"pipewright/rules"
)

// advancing says whether a transition goes on: towards a later stage, or to an end that is not lost or cancelled. Going on
// asks for everything the stage wants complete (ENG-20); going back or giving up asks only for the transition's own fields.
func (t *CompiledTransition) advancing(from *CompiledStage) bool {
	if t.givesUp() {
		return false
	}
	return from == nil || t.To.Index > from.Index || t.To.Index == from.Index
}

// givesUp says that the record is lost or cancelled.
func (t *CompiledTransition) givesUp() bool {
	return t.To.Def.End == "lost" || t.To.Def.End == "cancelled"
}

// gate lists everything that keeps the record from taking the transition now, given its values with what is proposed. It is the
// one gate for every path: screen, drag, bulk, API, automation, the last approval, auto transitions.
func (d *decider) gate(t *CompiledTransition, v forms.Values) []rules.Problem {
	if fresh := d.fresh(t); len(fresh) > 0 {
		v = d.evaluate(v, fresh, forms.Mask{}, keysOf(fresh)).Values
	}
	var res *forms.Result
	if t.asksForm(d.stage()) {
		res = d.evaluate(v, nil, d.gateMask(t), []string{})
	}
	return d.gateOn(t, d.scope(v), res)
}

// asksForm says whether the form's own rules have a say: whether something must be filled in, or the record goes on.
func (t *CompiledTransition) asksForm(from *CompiledStage) bool {
	return len(t.Def.Ask) > 0 || t.advancing(from)
}

// gateMask is the mask of the stage with what the transition asks for, and what the stage wants when the record goes on.
func (d *decider) gateMask(t *CompiledTransition) forms.Mask {
	from := d.stage()
	mask := d.mask(from)
	for _, k := range t.Def.Ask {
		mask.Require[k] = true
	}
	if from != nil && from.Def.Fields != nil && t.advancing(from) {
		for _, k := range from.Def.Fields.Require {
			mask.Require[k] = true
		}
	}
	return mask
}

// gateOn is gate on a record already evaluated under gateMask.
func (d *decider) gateOn(t *CompiledTransition, sc *rules.Scope, res *forms.Result) []rules.Problem {
	from := d.stage()
	going := t.advancing(from)
	var ps []rules.Problem
	if res != nil {
		for _, p := range res.Problems {
			if going || slices.ContainsFunc(t.Def.Ask, func(k string) bool { return p.Path == "/data/"+k }) {
				ps = append(ps, p)
			}
		}
	}
	if going && from != nil {
		ps = append(ps, d.unfinished(from)...)
		ps = append(ps, d.unmet(from.Leave, sc)...)
		ps = append(ps, d.linked(t.To)...)
	}
	ps = append(ps, d.unmet(t.To.Enter, sc)...)
	if ok, problem := d.truth(t.If, sc, transitionPath(d.proc, t)+"/if"); !ok {
		if problem == nil {
			msg := t.Def.Message
			if msg.IsZero() {
				msg = rules.Say("现在还不能“{name}”：条件不满足", "現在還不能「{name}」：條件不滿足", "“{name}” is not possible yet: its condition is not met", "name", t.name())
			}
			p := rules.Errorf(transitionPath(d.proc, t)+"/if", "transition.notNow", msg)
			problem = &p
		}
		ps = append(ps, *problem)
	}
	return ps
}

// unmet lists the conditions that do not hold, in their own words.
func (d *decider) unmet(cs []CompiledCondition, sc *rules.Scope) []rules.Problem {
	var ps []rules.Problem
	for i := range cs {
		ok, problem := d.truth(cs[i].If, sc, cs[i].Path)
		switch {
		case problem != nil:
			ps = append(ps, *problem)
		case !ok:
			ps = append(ps, rules.Errorf(cs[i].Path, "condition.unmet", cs[i].Def.Message))
		}
	}
	return ps
}

// linked checks the gate across processes (semantics 3): at least one linked record, and all that are not cancelled, in one of
// the stages named; "any" is content with one.
func (d *decider) linked(to *CompiledStage) []rules.Problem {
	var ps []rules.Problem
	for i := range to.Def.Needs {
		n := &to.Def.Needs[i]
		form := n.Linked
		if p := d.app.Processes[n.Linked]; p != nil {
			form = p.Form.Def.Key
		}
		key := "linked:" + form + "." + n.Via
		counts, known := d.f.Linked[key]
		if !known {
			d.need(Need{Kind: NeedLinked, Key: key, Form: form, Via: n.Via, ID: d.s.ID})
			continue
		}
		in, out := 0, 0
		for stage, c := range counts {
			if slices.Contains(n.In, stage) {
				in += c
			} else if p := d.app.Forms[form].Process; p == nil || p.ByKey[stage] == nil || p.ByKey[stage].Def.End != "cancelled" {
				out += c
			}
		}
		if in == 0 || (out > 0 && n.Match != "any") {
			ps = append(ps, rules.Errorf("/linked/"+n.Linked, "linked.unmet", n.Message))
		}
	}
	return ps
}

func (t *CompiledTransition) name() rules.Text {
	if t.Def.Name.IsZero() {
		return t.To.Def.Name
	}
	return t.Def.Name
}

func transitionPath(p *Process, t *CompiledTransition) string {
	return "/processes/" + p.Def.Key + "/transitions/" + t.Def.Key
}
