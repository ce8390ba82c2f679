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
	p.N, p.Chain = d.s.RoundCount+1, ch.Def.Key
	if p.Initiator == "" {
		p.Initiator = d.c.Actor.User
		if d.c.Actor.Service && d.s.Owner != "" {
			p.Initiator = d.s.Owner
		}
	}
	p.Guards, p.Hash = d.guardValues(ch, p.Proposed)
	if d.c.Kind == Move {
		p.Comment = d.c.Comment
		if !p.Stage {
			p.Owner = d.picked
		}
	}
	for _, st := range ch.All() {
		p.Steps = append(p.Steps, st.Def.Key)
	}
	if n := len(d.s.Rounds); n > 0 && ch.Def.OnReturn.Resume == "jumpBack" {
		if last := d.s.Rounds[n-1]; last.State == Returned && last.Chain == p.Chain && last.Transition == p.Transition && last.Hash == p.Hash {
			p.Keep = ch.before(last.ReturnedAt)
		}
	}
	picks, r := d.initiatorPicks(ch, &p)
	if r != nil {
		return r
	}
	p.Picks = picks
	d.emit(p)
	d.copyTo(ch)
	return d.advance()
}

// before lists the steps in front of one; none when it is not there.
func (ch *CompiledChain) before(key string) []string {
	var out []string
	at := ch.Step(key)
	for _, st := range ch.Steps {
		if at == nil || st == at.whole() {
			break
		}
		out = append(out, st.Def.Key)
	}
	if at == nil {
		return nil
	}
	return out
}

// copyTo gives the round to read to those it is copied to.
func (d *decider) copyTo(ch *CompiledChain) {
	cc, ok := d.resolve(ch.CC, d.s.Round.Initiator, d.view(d.s.Round.Proposed))
	if !ok || len(cc) == 0 {
		return
	}
	joined := Joined{}
	for _, user := range cc {
		joined.People = append(joined.People, Person{User: user, Why: "cc"})
	}
	d.emit(joined)
	d.emit(Copied{Round: d.s.Round.N, People: cc})
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
	for i := range r.Steps {
		if state := r.Steps[i].State; state == Active || state == Blocked {
			return nil
		}
	}
	for _, st := range ch.Steps {
		if r.Step(st.Def.Key).State != Waiting {
			continue
		}
		if slices.Contains(r.Keep, st.Def.Key) {
			d.skipStep(st, "unchanged")
			continue
		}
		runs, problem := d.runs(st)
		if problem != nil {
			return d.block("rule")
		}
		if !runs {
			d.skipStep(st, "condition")
			continue
		}
		if done, rej := d.enterWhole(ch, st); rej != nil || !done {
			if len(d.needs) > 0 {
				d.foresee(ch)
			}
			return rej
		}
	}
	// Amount tiers count at the end as well: a step that did not apply when its turn came may apply now.
	for _, st := range ch.All() {
		state := d.s.Round.Step(st.Def.Key)
		if state.State != Skipped || state.Reason != "condition" || d.spared(st) {
			continue
		}
		runs, problem := d.appliesNow(st)
		if problem != nil {
			return d.block("rule")
		}
		if !runs {
			continue
		}
		enter := d.enterWhole
		if st.Group != nil {
			enter = d.enterStep
		}
		if done, rej := enter(ch, st); rej != nil || !done {
			return rej
		}
	}
	return d.pass()
}

// foresee asks for the people of the steps that are still to come as well: a step may pass at once, and a command asks for facts only
// so often.
func (d *decider) foresee(ch *CompiledChain) {
	for _, st := range ch.All() {
		if d.s.Round != nil && d.s.Round.Step(st.Def.Key).State == Waiting {
			d.resolveStep(st)
		}
	}
}

// skipStep passes a step by, and the branches of a parallel one with it.
func (d *decider) skipStep(st *CompiledStep, reason string) {
	d.emit(StepEnded{Step: st.Def.Key, State: Skipped, Reason: reason})
	for _, b := range st.Branches {
		d.emit(StepEnded{Step: b.Def.Key, State: Skipped, Reason: reason})
	}
}

// runs evaluates runIf on data ⊕ proposed.
func (d *decider) runs(st *CompiledStep) (bool, *rules.Problem) {
	return d.truth(st.RunIf, d.scope(d.view(d.s.Round.Proposed)), st.Path+"/runIf")
}

// appliesNow says whether a step that was passed by would run now; a parallel one needs a branch that does.
func (d *decider) appliesNow(st *CompiledStep) (bool, *rules.Problem) {
	runs, problem := d.runs(st)
	if problem != nil || !runs || len(st.Branches) == 0 {
		return runs, problem
	}
	for _, b := range st.Branches {
		if runs, problem := d.runs(b); problem != nil || runs {
			return runs, problem
		}
	}
	return false, nil
}

// enterStep fixes the step's people and opens their slots. done says that the chain may go on.
func (d *decider) enterStep(ch *CompiledChain, st *CompiledStep) (done bool, r *Rejection) {
	if r := d.pickMissing(st); r != nil {
		return false, r
	}
	people, outcome, reason, ok := d.approvers(st)
	if !ok {
		return false, nil
	}
	if outcome != "" {
		return d.endStep(st, outcome, reason)
	}
	slots := d.slotsFor(ch, st, people)
	if st.Def.Mode.Kind == "sequence" {
		for i := range slots {
			if slots[i].State == Open {
				slots[i].State = NotYet
			}
		}
	}
	d.emit(StepEntered{Step: st.Def.Key, Slots: slots})
	d.stepTimers(st)
	return d.tally(st)
}

// approvers finds who decides a step, or how it ends without anybody: Skipped, Rejected or Blocked, with the reason. A step that
// others decide, since nobody was found, has the reason "instead".
func (d *decider) approvers(st *CompiledStep) (people []string, outcome, reason string, ok bool) {
	people, ok = d.resolveStep(st)
	if !ok {
		return nil, "", "", false
	}
	people, self, ok := d.notSelf(st, people)
	if !ok || len(people) > 0 {
		return people, "", "", ok
	}
	if self && st.Def.OnSelf == "skip" {
		return nil, Skipped, "self", true
	}
	people, outcome, ok = d.whenEmpty(st)
	reason = "empty"
	if len(people) > 0 {
		reason = "instead"
	}
	return people, outcome, reason, ok
}

// slotsFor gives each a slot, or the one who stands in for him; who approved just before is not asked again.
func (d *decider) slotsFor(ch *CompiledChain, st *CompiledStep, people []string) []Slot {
	before := d.approvedJustBefore(ch, st)
	slots := make([]Slot, len(people))
	for i, p := range people {
		slots[i] = Slot{Person: p, State: Open}
		if st.Def.Mode.Kind == "weight" {
			slots[i].Weight = d.voteWeight(st, p)
		}
		if slices.Contains(before, p) {
			slots[i].State, slots[i].Reason = Skipped, "samePerson"
			continue
		}
		d.standIn(&slots[i])
	}
	return slots
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
		people, ok = d.resolve(st.Instead, d.s.Round.Initiator, d.view(d.s.Round.Proposed))
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
	for _, whole := range ch.Steps {
		if whole == st.whole() {
			break
		}
		if d.s.Round.Step(whole.Def.Key).State == Skipped {
			continue
		}
		if ch.Def.Dedupe != "once" {
			out = nil
		}
		for _, other := range append(slices.Clone(whole.Branches), whole) {
			for _, slot := range d.s.Round.Step(other.Def.Key).Slots {
				// What somebody decided for another, or only said when asked, is no approval of his own.
				if (slot.State == Approved || slot.Reason == "samePerson") && slot.For == "" && slot.Asked == "" {
					out = append(out, slot.Person)
				}
			}
		}
	}
	return out
}
