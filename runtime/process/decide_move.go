package process

import (
	"slices"

	"pipewright/forms"
	"pipewright/rules"
)

// move takes a transition, or opens the approval round that must pass before it (semantics 2a).
func (d *decider) move() *Rejection {
	t, r := d.transition()
	if r != nil {
		return r
	}
	if !d.mayTake(t) {
		return forbidden()
	}
	if r := d.outcomeOnly(t); r != nil {
		return r
	}
	if r := d.unchanged(); r != nil {
		return r
	}
	givesUp := t.givesUp()
	if d.s.Round != nil && !givesUp {
		return approvalRunning()
	}
	given, r := d.parse(d.c.Data)
	if r != nil {
		return r
	}
	mask := d.gateMask(t)
	if r := d.writable(given, mask, t.Def.Ask); r != nil {
		return r
	}
	if d.s.Round == nil {
		if r := d.settle(d.fresh(t)); r != nil {
			return r
		}
	}
	values, res := d.view(nil), (*forms.Result)(nil)
	var proposed Changed
	switch {
	case len(given) > 0 || !d.form.Schema.Settled():
		res = d.evaluate(values, given, mask, keysOf(given))
		// Neither a right to pass conditions nor a way back lets values in that a field does not take.
		if r := d.incomplete(d.broken(res, given, values, "required", "required.masked", "check.failed")); r != nil {
			return r
		}
		values, proposed = res.Values, d.difference(res.Values)
	case t.asksForm(d.stage()):
		res = d.evaluate(values, nil, mask, []string{})
	}
	problems := d.errorsOf(d.gateOn(t, d.scope(values), res))
	override := ""
	if len(problems) > 0 && d.c.Override {
		if !d.c.Actor.Rights.Override {
			return forbidden()
		}
		if d.c.Comment == "" {
			return reject("override.reason", rules.Say("越过条件必须写明原因", "越過條件必須寫明原因", "Passing unmet conditions needs a reason"))
		}
		override, problems = d.c.Comment, nil
	}
	if r := d.incomplete(problems); r != nil {
		return r
	}
	d.byHand, d.picked = true, d.c.Owner
	if t.Chain != nil {
		if r := d.pickable(t.To); r != nil {
			return r
		}
		// An override passes conditions, never people.
		opened, r := d.open(t, proposed, values, override)
		if r != nil || opened {
			return r
		}
	}
	if d.s.Round != nil {
		d.emit(RoundEnded{State: Cancelled, Reason: t.Def.Key})
		d.dropTimers("step")
	}
	return d.take(t, proposed, values, Entered{Override: override, Comment: d.c.Comment})
}

func approvalRunning() *Rejection {
	return reject("approval.running", rules.Say("审批还在进行，结束后才能流转", "簽核還在進行，結束後才能流轉", "An approval is running; the record can move when it has ended"))
}

// transition finds the transition asked for and checks that it starts here.
func (d *decider) transition() (*CompiledTransition, *Rejection) {
	if d.proc == nil {
		return nil, reject("bad.request", rules.Say("这张表单没有流程", "這張表單沒有流程", "This form has no process"))
	}
	t := d.proc.ByTransition[d.c.Transition]
	if t == nil {
		return nil, reject("transition.unknown", rules.Say("没有流转“{key}”", "沒有流轉「{key}」", "There is no transition “{key}”", "key", d.c.Transition))
	}
	if !t.From[d.s.Stage] {
		return nil, reject("stage.changed", rules.Say("记录现在在“{stage}”，不能“{name}”", "記錄現在在「{stage}」，不能「{name}」", "The record is in “{stage}” now; “{name}” does not start there", "stage", d.stageName(), "name", t.name()))
	}
	return t, nil
}

func (d *decider) stageName() rules.Text {
	if st := d.stage(); st != nil {
		return st.Def.Name
	}
	return rules.Text{"": d.s.Stage}
}

// outcomeOnly refuses by hand what only the result of the stage's approval may do. After the round has ended that way, the move may
// be made up for by hand: its gate was closed at the time.
func (d *decider) outcomeOnly(t *CompiledTransition) *Rejection {
	states, outcome := d.outcomeOf(t)
	if !outcome {
		return nil
	}
	if n := len(d.s.Rounds); d.s.Round == nil && n > 0 {
		last := &d.s.Rounds[n-1]
		if last.Transition == "" && !last.OpenedAt.Before(d.s.Since) && slices.Contains(states, last.State) {
			return nil
		}
	}
	return reject("approval.outcome", rules.Say("“{name}”由审批结果决定，不能手动进行", "「{name}」由簽核結果決定，不能手動進行", "“{name}” follows from the approval; it cannot be done by hand", "name", t.name()))
}

// outcomeOf tells which ends of the stage's own approval lead to the transition.
func (d *decider) outcomeOf(t *CompiledTransition) (states []string, outcome bool) {
	st := d.stage()
	if st == nil || st.Def.Approval == nil {
		return nil, false
	}
	switch t.Def.Key {
	case st.Def.Approval.Passed:
		states = append(states, Passed)
	case st.Def.Approval.Rejected:
		states = append(states, Rejected)
	}
	if t.Def.Key == st.Def.Approval.Withdrawn {
		states = append(states, Withdrawn, Returned)
	}
	return states, len(states) > 0
}

// mayTake: reading the record by a grant and one of the transition's roles; without roles, whoever may edit (semantics 9).
func (d *decider) mayTake(t *CompiledTransition) bool {
	a := &d.c.Actor
	if a.Service {
		return true
	}
	if len(t.Def.By) == 0 {
		return a.Rights.Edit
	}
	return a.Rights.Read && !a.Rights.Guest && slices.ContainsFunc(t.Def.By, func(role string) bool { return slices.Contains(a.Roles, role) })
}

// take carries out the move: proposed values and `set`, then the new stage, in one commit.
func (d *decider) take(t *CompiledTransition, proposed Changed, v forms.Values, e Entered) *Rejection {
	set, r := d.assigns(d.form, t.Set, d.scope(v))
	if r != nil {
		return r
	}
	if len(set) > 0 {
		res := d.evaluate(v, set, forms.Mask{}, keysOf(set))
		if r := d.unrated(res.Problems); r != nil {
			return r
		}
		proposed = d.difference(res.Values)
		v = res.Values
	}
	if len(proposed.Set)+len(proposed.Clear) > 0 {
		if d.touchesUnique(proposed) {
			if r := d.claimUnique(v); r != nil {
				return r
			}
		}
		d.emit(proposed)
	}
	when := "transition"
	if st := d.stage(); t.Chain != nil || st != nil && st.Def.Approval != nil && st.Def.Approval.Passed == t.Def.Key {
		when = "approval"
	}
	if n := d.number(when); n != "" {
		d.emit(Numbered{Number: n})
	} else if n := d.number("transition"); n != "" {
		d.emit(Numbered{Number: n})
	}
	if t.To.Def.Key == d.s.Stage && !t.Def.Restart {
		// A transition to its own stage without restart keeps since and timers (semantics 2d).
		e.From, e.To, e.Transition, e.Entry, e.Since = d.s.Stage, t.To.Def.Key, t.Def.Key, d.s.Entry, d.s.Since
		d.emit(e)
		return nil
	}
	e.Transition = t.Def.Key
	return d.enter(t.To, e)
}
