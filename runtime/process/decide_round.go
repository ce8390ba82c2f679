package process

import (
	"slices"

	"pipewright/forms"
	"pipewright/rules"
)

// decideSlot is one person's decision on a slot of his. It is bound to the round, to an open slot of the person, and to
// the content he saw.
func (d *decider) decideSlot() *Rejection {
	c := d.c
	r := d.s.Round
	if r == nil || r.N != c.Round || r.State != Running {
		return taskClosed()
	}
	ch := d.app.Chains[r.Chain]
	st := ch.Step(c.Step)
	state := r.Step(c.Step)
	if st == nil || state.State != Active || c.Slot < 0 || c.Slot >= len(state.Slots) {
		return taskClosed()
	}
	slot := state.Slots[c.Slot]
	asking := c.Decision == "removeSign" && (slot.State == AwaitSign || slot.State == Delegated)
	if slot.State != Open && !asking {
		return taskClosed()
	}
	if slot.Person != c.Actor.User {
		return forbidden()
	}
	if c.Hash != r.Hash {
		return reject("approval.stale", rules.Say("内容在你打开之后变了，请看过新的内容再决定", "內容在你打開之後變了，請看過新的內容再決定", "The content has changed since you opened it; look at it again before you decide"))
	}
	if r := d.allowed(st, slot.Asked); r != nil {
		return r
	}
	if len(c.Data) > 0 {
		if rej := d.fillStep(st); rej != nil {
			return rej
		}
	}
	return d.choose(ch, st, slot)
}

// allowed refuses what the step does not let its approvers do. Approving and rejecting is always theirs.
func (d *decider) allowed(st *CompiledStep, asked string) *Rejection {
	switch d.c.Decision {
	case "approve", "reject":
		return nil
	case "return", "transfer", "delegate", "addSign", "removeSign":
		if asked == AskDelegate || !slices.Contains(st.Def.Allow, d.c.Decision) {
			return reject("approval.notAllowed", rules.Say("这个节点不能这样处理", "這個節點不能這樣處理", "This step does not allow that"))
		}
		return nil
	}
	return reject("bad.request", rules.Say("不认识的处理方式", "不認識的處理方式", "Unknown decision"))
}

// choose carries out a decision on an open slot.
func (d *decider) choose(ch *CompiledChain, st *CompiledStep, slot Slot) *Rejection {
	c := d.c
	switch c.Decision {
	case "return":
		return d.giveBack(st)
	case "transfer":
		return d.transfer(st)
	case "delegate":
		return d.delegate(st)
	case "addSign":
		if c.Position == AskAfter {
			if r := d.takePicks(ch, st); r != nil {
				return r
			}
		}
		return d.addSign(st)
	case "removeSign":
		return d.removeSign(st)
	case "approve":
		if slot.Asked != AskDelegate {
			if rej := d.stepComplete(st); rej != nil {
				return rej
			}
		}
		if rej := d.takePicks(ch, st); rej != nil {
			return rej
		}
		d.emit(SlotDecided{Step: c.Step, Slot: c.Slot, State: Approved, Hash: c.Hash, Comment: c.Comment})
	default:
		d.emit(SlotDecided{Step: c.Step, Slot: c.Slot, State: Rejected, Hash: c.Hash, Comment: c.Comment})
	}
	if slot.Asked != "" {
		return d.answered(st, slot.Parent)
	}
	return d.settleStep(st)
}

// fillStep takes the fields an approver fills at this step; nothing else may be written by him.
func (d *decider) fillStep(st *CompiledStep) *Rejection {
	given, rej := d.parse(d.c.Data)
	if rej != nil {
		return rej
	}
	for _, k := range keysOf(given) {
		if st.Def.Fields == nil || !slices.Contains(st.Def.Fields.Edit, k) {
			return reject("field.readOnly", rules.Say("“{field}”不能在这个节点修改", "「{field}」不能在這個節點修改", "“{field}” cannot be changed at this step", "field", d.fieldName(k)))
		}
	}
	old := d.view(nil)
	res := d.evaluate(old, given, forms.Mask{}, keysOf(given))
	if ps := d.broken(res, given, old, "required", "required.masked"); len(ps) > 0 {
		return reject("field.invalid", ps[0].Message, ps...)
	}
	if changed := d.difference(res.Values); len(changed.Set)+len(changed.Clear) > 0 {
		d.emit(changed)
	}
	return nil
}

// stepComplete checks the fields a step requires of its approver.
func (d *decider) stepComplete(st *CompiledStep) *Rejection {
	if st.Def.Fields == nil {
		return nil
	}
	v := d.view(d.s.Round.Proposed)
	var ps []rules.Problem
	for _, k := range st.Def.Fields.Require {
		if v[k] == nil {
			ps = append(ps, rules.Errorf("/data/"+k, "required", rules.Say("同意前要填写“{field}”", "同意前要填寫「{field}」", "Fill in “{field}” before you approve", "field", d.fieldName(k))))
		}
	}
	if len(ps) > 0 {
		return reject("stage.incomplete", ps[0].Message, ps...)
	}
	return nil
}

// withdraw takes a round back: by its initiator, until the first decision, and later while a step waits that allows it
// (engine.md §4).
func (d *decider) withdraw() *Rejection {
	r := d.s.Round
	if r == nil {
		return taskClosed()
	}
	if r.Initiator != d.c.Actor.User {
		return forbidden()
	}
	if !r.MayWithdraw(d.app) {
		return reject("approval.decided", rules.Say("已经有人审批，不能撤回；可以请审批人退回", "已經有人簽核，不能撤回；可以請簽核人退回", "Somebody has decided already; ask the approver to return it"))
	}
	stage := r.Stage
	d.emit(RoundEnded{State: Withdrawn, Reason: d.c.Comment})
	d.dropTimers("step")
	if stage && d.stage().Def.Approval.Withdrawn != "" {
		return d.follow(d.stage().Def.Approval.Withdrawn)
	}
	return nil
}

// retry tries the move of a blocked round again: no new votes while the guarded values are those the people saw.
func (d *decider) retry() *Rejection {
	r := d.s.Round
	if r == nil || r.State != Blocked {
		return taskClosed()
	}
	if r.Initiator != d.c.Actor.User && !d.c.Actor.Rights.Override && !d.c.Actor.Service {
		return forbidden()
	}
	ch := d.app.Chains[r.Chain]
	guards, hash := d.guardValues(ch, r.Proposed)
	if hash != r.Hash || r.unsettled() {
		d.emit(RoundVoided{Hash: hash, Guards: guards})
		return d.advance()
	}
	t := d.proc.ByTransition[r.Transition]
	if t == nil {
		return taskClosed()
	}
	if r.Override == "" {
		if rej := d.incomplete(d.gate(t, d.view(r.Proposed))); rej != nil {
			return rej
		}
	}
	return d.pass()
}

// urge reminds those whom the round waits for: once in 30 minutes and 5 times a day (engine.md §4).
func (d *decider) urge() *Rejection {
	r := d.s.Round
	if r == nil || r.State != Running {
		return taskClosed()
	}
	if d.c.Actor.User != r.Initiator && d.c.Actor.User != d.s.Owner {
		return forbidden()
	}
	day, last := 0, r.OpenedAt
	for _, at := range r.Urged {
		if d.now.Sub(at).Hours() < 24 {
			day++
		}
		last = at
	}
	if day >= 5 || (len(r.Urged) > 0 && d.now.Sub(last).Minutes() < 30) {
		return reject("urge.tooOften", rules.Say("催办太频繁：30 分钟一次，一天五次", "催辦太頻繁：30 分鐘一次，一天五次", "Too often: once in 30 minutes, five times a day"))
	}
	d.emit(Urged{To: r.waiting()})
	return nil
}

func taskClosed() *Rejection {
	return reject("task.closed", rules.Say("这个待办已经结束", "這個待辦已經結束", "This task is closed already"))
}

// MayWithdraw says whether the initiator may still take the round back: until somebody has decided, while it is blocked, and while
// a step waits that allows it.
func (r *Round) MayWithdraw(app *App) bool {
	if r.State != Running || !r.decided() {
		return true
	}
	for _, st := range app.Chains[r.Chain].All() {
		if r.Step(st.Def.Key).State == Active && slices.Contains(st.Def.Allow, "withdraw") {
			return true
		}
	}
	return false
}

// decided says whether anybody has decided in this round. What was only said by people who were asked is no decision.
func (r *Round) decided() bool {
	for i := range r.Steps {
		for _, slot := range r.Steps[i].Slots {
			voted := slot.State == Approved || slot.State == Rejected || slot.State == Returned
			if voted && slot.Asked != AskDelegate || slot.State == AwaitSign && slot.Reason == AskAfter {
				return true
			}
		}
	}
	return false
}

// unsettled says whether a step still has to be decided: the round was blocked on its way, not at its end.
func (r *Round) unsettled() bool {
	return slices.ContainsFunc(r.Steps, func(s StepState) bool { return s.State == Waiting || s.State == Active || s.State == Blocked })
}

// waiting are the people with an open slot, each once.
func (r *Round) waiting() []string {
	var out []string
	for i := range r.Steps {
		for _, slot := range r.Steps[i].Slots {
			if slot.State == Open && !slices.Contains(out, slot.Person) {
				out = append(out, slot.Person)
			}
		}
	}
	return out
}
