package process

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"

	"pipewright/forms"
	"pipewright/rules"
)

// open begins the approval round of a transition. opened is false when the chain is skipped: the move goes on at once.
func (d *decider) open(t *CompiledTransition, proposed Changed, v forms.Values, override string) (opened bool, r *Rejection) {
	skip, r := d.skips(t.Chain, v)
	if r != nil || skip {
		return false, r
	}
	held := forms.Stored{}
	for k, val := range proposed.Set {
		held[k] = val
	}
	for _, k := range proposed.Clear {
		held[k] = nil
	}
	return true, d.begin(t.Chain, RoundOpened{Transition: t.Def.Key, Proposed: held, Override: override})
}

// openStage begins the round that a stage opens on entry (semantics 2b); a skipped chain passes at once.
func (d *decider) openStage(st *CompiledStage) *Rejection {
	skip, r := d.skips(st.Approval, d.view(nil))
	if r != nil {
		return r
	}
	if skip {
		return d.follow(st.Def.Approval.Passed)
	}
	return d.begin(st.Approval, RoundOpened{Stage: true})
}

// skips evaluates skipIf; a rule that errs in routing blocks (engine.md §3).
func (d *decider) skips(ch *CompiledChain, v forms.Values) (bool, *Rejection) {
	if ch.SkipIf == nil {
		return false, nil
	}
	yes, problem := d.truth(ch.SkipIf, d.scope(v), "/approvals/"+ch.Def.Key+"/skipIf")
	if problem != nil {
		return false, reject("approval.rule", rules.Say("审批规则无法计算，请找管理员", "簽核規則無法計算，請找管理員", "An approval rule could not be computed; ask your admin"), *problem)
	}
	return yes, nil
}

// begin writes the round and walks to its first open step. Steps that passed in a round that was returned are not asked again
// when the chain says jumpBack and no guarded value has changed.
func (d *decider) begin(ch *CompiledChain, p RoundOpened) *Rejection {
	p.N, p.Chain, p.Initiator = d.s.RoundCount+1, ch.Def.Key, d.c.Actor.User
	if d.c.Actor.Service && d.s.Owner != "" {
		p.Initiator = d.s.Owner
	}
	p.Guards, p.Hash = d.guardValues(ch, p.Proposed)
	if d.c.Kind == Move {
		p.Comment = d.c.Comment
		if !p.Stage {
			p.Owner = d.picked
		}
	}
	for _, st := range ch.Steps {
		p.Steps = append(p.Steps, st.Def.Key)
	}
	back := ""
	if n := len(d.s.Rounds); n > 0 && ch.Def.OnReturn.Resume == "jumpBack" {
		if last := d.s.Rounds[n-1]; last.State == Returned && last.Chain == p.Chain && last.Transition == p.Transition && last.Hash == p.Hash {
			back = last.ReturnedAt
		}
	}
	d.emit(p)
	if cc, ok := d.resolve(whosOf(ch.Def.CC), p.Initiator, nil); ok && len(cc) > 0 {
		joined := Joined{}
		for _, user := range cc {
			joined.People = append(joined.People, Person{User: user, Why: "cc"})
		}
		d.emit(joined)
	}
	if back != "" {
		for _, key := range p.Steps {
			if key == back {
				break
			}
			d.emit(StepEnded{Step: key, State: Skipped, Reason: "unchanged"})
		}
	}
	return d.advance()
}

// guardValues are the guarded values as people see them now, and their hash.
func (d *decider) guardValues(ch *CompiledChain, proposed forms.Stored) (forms.Stored, string) {
	out := forms.Stored{}
	for _, key := range ch.Guards {
		k := d.form.Schema.StorageKey(key)
		val, ok := proposed[k]
		if !ok {
			val, ok = d.s.Data[k]
		}
		if ok && val != nil {
			out[k] = val
		}
	}
	// encoding/json sorts map keys, so equal values have one text.
	raw, _ := json.Marshal(out)
	sum := sha256.Sum256(raw)
	return out, hex.EncodeToString(sum[:])
}

// advance enters the next step that has to run, and ends the round after the last.
func (d *decider) advance() *Rejection {
	r := d.s.Round
	ch := d.app.Chains[r.Chain]
	if ch == nil {
		return d.block("chain")
	}
	for _, st := range ch.Steps {
		state := r.Step(st.Def.Key)
		if state.State == Active || state.State == Blocked {
			return nil
		}
		if state.State != Waiting {
			continue
		}
		runs, problem := d.runs(st)
		if problem != nil {
			return d.block("rule")
		}
		if !runs {
			d.emit(StepEnded{Step: st.Def.Key, State: Skipped, Reason: "condition"})
			continue
		}
		if done, rej := d.enterStep(ch, st); rej != nil || !done {
			return rej
		}
	}
	// Amount tiers count at the end as well: a step that did not apply when its turn came may apply now.
	for _, st := range ch.Steps {
		if state := d.s.Round.Step(st.Def.Key); state.State == Skipped && state.Reason == "condition" && st.RunIf != nil {
			runs, problem := d.runs(st)
			if problem != nil {
				return d.block("rule")
			}
			if runs {
				if done, rej := d.enterStep(ch, st); rej != nil || !done {
					return rej
				}
			}
		}
	}
	return d.pass()
}

// runs evaluates runIf on data ⊕ proposed.
func (d *decider) runs(st *CompiledStep) (bool, *rules.Problem) {
	return d.truth(st.RunIf, d.scope(d.view(d.s.Round.Proposed)), "/approvals/"+d.s.Round.Chain+"/steps/"+st.Def.Key+"/runIf")
}

// enterStep fixes the step's people and opens their slots. done says that the step needs no decision of anybody any more.
func (d *decider) enterStep(ch *CompiledChain, st *CompiledStep) (done bool, r *Rejection) {
	round := d.s.Round
	v := d.view(round.Proposed)
	people, ok := d.resolve(st.Who, round.Initiator, v)
	if !ok {
		return false, nil
	}
	people, self, ok := d.notSelf(st, people)
	if !ok {
		return false, nil
	}
	if self && len(people) == 0 && st.Def.OnSelf == "skip" {
		d.emit(StepEnded{Step: st.Def.Key, State: Skipped, Reason: "self"})
		return true, nil
	}
	if len(people) == 0 {
		var outcome string
		people, outcome, ok = d.whenEmpty(st)
		if !ok {
			return false, nil
		}
		switch outcome {
		case Skipped:
			d.emit(StepEnded{Step: st.Def.Key, State: Skipped, Reason: "empty"})
			return true, nil
		case Rejected:
			d.emit(StepEnded{Step: st.Def.Key, State: Rejected, Reason: "empty"})
			return false, d.rejected(st.Def.Key, "empty")
		case Blocked:
			d.emit(StepEnded{Step: st.Def.Key, State: Blocked, Reason: "empty"})
			return false, d.block("empty")
		}
	}
	before := d.approvedJustBefore(ch, st)
	slots := make([]Slot, len(people))
	for i, p := range people {
		slots[i] = Slot{Person: p, State: Open}
		if st.Def.Mode.Kind == "sequence" {
			slots[i].State = NotYet
		}
		if slices.Contains(before, p) {
			slots[i].State, slots[i].Reason = Skipped, "samePerson"
		}
	}
	d.emit(StepEntered{Step: st.Def.Key, Slots: slots})
	d.stepTimers(st)
	return d.tally(st)
}

// notSelf applies onSelf when the initiator is among the approvers: he never decides unless the chain allows it.
func (d *decider) notSelf(st *CompiledStep, people []string) (rest []string, self, ok bool) {
	me := d.s.Round.Initiator
	if !slices.Contains(people, me) || st.Def.OnSelf == "allow" {
		return people, false, true
	}
	rest = without(people, me)
	var instead []string
	switch st.Def.OnSelf {
	case "skip":
		return rest, true, true
	case "admin":
		if instead, ok = d.admins(); !ok {
			return nil, true, false
		}
	default: // climb
		if instead, ok = d.climb(me); !ok {
			return nil, true, false
		}
	}
	for _, p := range without(instead, me) {
		if !slices.Contains(rest, p) {
			rest = append(rest, p)
		}
	}
	return rest, true, true
}

// climb finds the nearest manager above a user who is not the initiator, up to five levels, then the process admins.
func (d *decider) climb(user string) ([]string, bool) {
	for level := 1; level <= 5; level++ {
		up, ok := d.manager(user, level)
		if !ok {
			return nil, false
		}
		if up = without(up, d.s.Round.Initiator); len(up) > 0 {
			return up, true
		}
	}
	admins, ok := d.admins()
	return without(admins, d.s.Round.Initiator), ok
}

// whenEmpty applies onEmpty: other people, or the outcome the step has without any. Nobody found is never a silent pass.
func (d *decider) whenEmpty(st *CompiledStep) (people []string, outcome string, ok bool) {
	e := st.Def.OnEmpty
	switch {
	case len(e.Who) > 0:
		people, ok = d.resolve(whosOf(e.Who), d.s.Round.Initiator, nil)
		people = without(people, d.s.Round.Initiator)
	case e.Policy == "pass":
		return nil, Skipped, true
	case e.Policy == "reject":
		return nil, Rejected, true
	case e.Policy == "block":
		return nil, Blocked, true
	case e.Policy == "climb":
		who := d.s.Owner
		if who == "" {
			who = d.s.Round.Initiator
		}
		people, ok = d.climb(who)
	default:
		ok = true
	}
	if ok && len(people) == 0 {
		people, ok = d.admins()
		people = without(people, d.s.Round.Initiator)
	}
	if ok && len(people) == 0 {
		return nil, Blocked, true
	}
	return people, "", ok
}

// approvedJustBefore lists who approved the step right before this one: the same person again is asked only once in a row
// (dedupe "consecutive", the default) or once a round ("once"). Guarded data is unchanged within a round by construction.
func (d *decider) approvedJustBefore(ch *CompiledChain, st *CompiledStep) []string {
	if ch.Def.Dedupe == "none" {
		return nil
	}
	var out []string
	for _, other := range ch.Steps {
		if other == st {
			break
		}
		state := d.s.Round.Step(other.Def.Key)
		if state.State == Skipped {
			continue
		}
		if ch.Def.Dedupe != "once" {
			out = nil
		}
		for _, slot := range state.Slots {
			if slot.State == Approved || slot.Reason == "samePerson" {
				out = append(out, slot.Person)
			}
		}
	}
	return out
}
