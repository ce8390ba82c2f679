package process

import (
	"slices"

	"pipewright/forms"
	"pipewright/rules"
)

// pass ends a round whose steps are all behind it: the conditions are checked once more, then the move, the proposed values and
// `set` are one commit. When they do not hold any more the round waits, blocked, for the initiator; a retry needs no new votes
// while the guards' hash is the same (semantics 2a).
func (d *decider) pass() *Rejection {
	r := d.s.Round
	if r.Stage {
		st := d.stage()
		d.emit(RoundEnded{State: Passed})
		d.dropTimers("step")
		return d.follow(st.Def.Approval.Passed)
	}
	t := d.proc.ByTransition[r.Transition]
	if t == nil || !t.From[d.s.Stage] {
		return d.block("stage")
	}
	v := d.view(r.Proposed)
	if problems := d.errorsOf(d.gate(t, v)); len(problems) > 0 && r.Override == "" {
		if len(d.needs) > 0 {
			return nil
		}
		return d.block(problems[0].Message.In("en"))
	}
	proposed := Changed{}
	for k, val := range r.Proposed {
		if val == nil {
			proposed.Clear = append(proposed.Clear, k)
			continue
		}
		if proposed.Set == nil {
			proposed.Set = forms.Stored{}
		}
		proposed.Set[k] = val
	}
	slices.Sort(proposed.Clear)
	d.emit(RoundEnded{State: Passed})
	d.dropTimers("step")
	d.byHand, d.picked = false, r.Owner
	// The move is the initiator's; the time is that of the last decision.
	decider := d.by
	d.by = r.Initiator
	defer func() { d.by = decider }()
	return d.take(t, proposed, v, Entered{Override: r.Override})
}

// block parks the round: visible, retryable, never a silent pass.
func (d *decider) block(reason string) *Rejection {
	if len(d.needs) == 0 {
		d.emit(RoundBlocked{Reason: reason})
		d.dropTimers("step")
	}
	return nil
}

// rejected ends the round and does what the chain says about it.
func (d *decider) rejected(step, reason string) *Rejection {
	r := d.s.Round
	ch := d.app.Chains[r.Chain]
	// Only what a person or time has rejected goes back: a step that cannot be passed would send it back for ever.
	if from := ch.Step(step); from != nil && (reason == "" || reason == "due") {
		switch to := ch.Def.OnReject.To; {
		case to == "initiator":
			return d.sendBack(ch, from, "")
		case slices.Contains(ch.before(step), to):
			return d.sendBack(ch, from, to)
		}
	}
	d.emit(RoundEnded{State: Rejected, Step: step, Reason: reason})
	d.dropTimers("step")
	if r.Stage && d.stage().Def.Approval.Rejected != "" {
		return d.follow(d.stage().Def.Approval.Rejected)
	}
	if ch != nil && ch.Def.OnReject.Move != "" {
		return d.follow(ch.Def.OnReject.Move)
	}
	return nil
}

// follow takes a transition because a round ended; its gate applies like anybody's.
func (d *decider) follow(key string) *Rejection {
	t := d.proc.ByTransition[key]
	if t == nil || !t.From[d.s.Stage] {
		return nil
	}
	d.byHand = false
	v := d.view(nil)
	if len(d.errorsOf(d.gate(t, v))) > 0 {
		// The record stays where it is; its owner sees what is missing and can move it by hand.
		return nil
	}
	return d.take(t, Changed{}, v, Entered{})
}

// guarded says what a change does to a live round: locked fields refuse it, void fields are returned (semantics 2a, X-10).
func (d *decider) guarded(c Changed) (void []string, r *Rejection) {
	round := d.s.Round
	if round == nil {
		return nil, nil
	}
	ch := d.app.Chains[round.Chain]
	if ch == nil {
		return nil, nil
	}
	voids := false
	if t := d.proc.ByTransition[round.Transition]; t != nil {
		voids = t.Def.While == "void"
	}
	keys := c.keys()
	var locked []rules.Problem
	for _, g := range ch.Guards {
		k := d.form.Schema.StorageKey(g)
		if !slices.Contains(keys, k) {
			continue
		}
		if _, held := round.Proposed[k]; held {
			continue
		}
		if voids {
			void = append(void, g)
			continue
		}
		if d.form.Schema.Computed(g) {
			// What it is computed from is guarded by default as well; alone it only says why.
			continue
		}
		locked = append(locked, rules.Errorf("/data/"+g, "approval.locked", rules.Say("审批进行中，“{field}”不能改；撤回审批后再改", "簽核進行中，「{field}」不能改；撤回簽核後再改", "“{field}” cannot change while the approval runs; withdraw it first", "field", d.fieldName(g))))
	}
	if len(locked) == 0 && !voids {
		for _, g := range ch.Guards {
			if k := d.form.Schema.StorageKey(g); slices.Contains(keys, k) && d.form.Schema.Computed(g) {
				locked = append(locked, rules.Errorf("/data/"+g, "approval.locked", rules.Say("审批进行中，“{field}”会因此改变，不能改；撤回审批后再改", "簽核進行中，「{field}」會因此改變，不能改；撤回簽核後再改", "This would change “{field}”, which is under approval; withdraw it first", "field", d.fieldName(g))))
			}
		}
	}
	if len(locked) > 0 {
		return nil, reject("approval.locked", locked[0].Message, locked...)
	}
	return void, nil
}

// void starts the steps of the live round again, because guarded values changed.
func (d *decider) void(fields []string) *Rejection {
	r := d.s.Round
	guards, hash := d.guardValues(d.app.Chains[r.Chain], r.Proposed)
	if hash == r.Hash {
		return nil
	}
	d.emit(RoundVoided{Hash: hash, Guards: guards, Fields: fields})
	d.dropTimers("step")
	return d.advance()
}
