package process

import (
	"slices"

	"pipewright/rules"
)

// ReturnTargets are the steps that an approver may return the live round to, besides its initiator, nearest last.
func ReturnTargets(app *App, r *Round, step string) []string {
	if r == nil {
		return nil
	}
	ch := app.Chains[r.Chain]
	if st := ch.Step(step); st != nil && slices.Contains(st.Def.Allow, "return") {
		return ch.returnTargets(r, st)
	}
	return nil
}

func (ch *CompiledChain) returnTargets(r *Round, st *CompiledStep) []string {
	var out []string
	for _, key := range ch.before(st.Def.Key) {
		if state := r.Step(key); state.State == Passed || state.State == Skipped && state.Reason == "unchanged" {
			out = append(out, key)
		}
	}
	switch ch.Def.OnReturn.To {
	case "any":
		return out
	case "previous":
		return out[max(0, len(out)-1):]
	}
	return nil
}

// giveBack returns the round: to its initiator, who mends the record and submits again, or to a step that decides again. Either is a
// new round.
func (d *decider) giveBack(st *CompiledStep) *Rejection {
	if d.c.Comment == "" {
		return reject("comment.required", rules.Say("退回要写明原因", "退回要寫明原因", "A return needs a comment"))
	}
	ch, to := d.app.Chains[d.s.Round.Chain], d.c.To
	targets := ch.returnTargets(d.s.Round, st)
	switch {
	case to == "" && ch.Def.OnReturn.To == "previous" && len(targets) > 0:
		to = targets[0]
	case to == "initiator":
		to = ""
	case to != "" && !slices.Contains(targets, to):
		return reject("approval.notAllowed", rules.Say("不能退回到“{step}”", "不能退回到「{step}」", "This cannot be returned to “{step}”", "step", to))
	}
	d.emit(SlotDecided{Step: d.c.Step, Slot: d.c.Slot, State: Returned, Hash: d.c.Hash, Comment: d.c.Comment})
	d.emit(StepEnded{Step: d.c.Step, State: Returned})
	d.endSiblings(st, Returned)
	return d.sendBack(ch, st, to)
}

// sendBack ends the round as returned; to is a step that decides again, empty for the initiator.
func (d *decider) sendBack(ch *CompiledChain, from *CompiledStep, to string) *Rejection {
	old := *d.s.Round
	d.emit(RoundEnded{State: Returned, Step: from.Def.Key, To: to})
	d.dropTimers("step")
	if to != "" {
		return d.again(ch, &old, from, to)
	}
	if old.Stage && d.stage().Def.Approval.Withdrawn != "" {
		return d.follow(d.stage().Def.Approval.Withdrawn)
	}
	return nil
}

// again opens a round that begins at a step which decided before. What was approved ahead of it stands; with jumpBack so does what was
// approved between it and the step that sent it back, as long as no guarded value changes.
func (d *decider) again(ch *CompiledChain, old *Round, from *CompiledStep, to string) *Rejection {
	p := RoundOpened{N: d.s.RoundCount + 1, Chain: old.Chain, Transition: old.Transition, Stage: old.Stage, Initiator: old.Initiator, Proposed: old.Proposed,
		Override: old.Override, Comment: old.Comment, Picks: old.Picks, Owner: old.Owner, Back: to}
	p.Guards, p.Hash = d.guardValues(ch, p.Proposed)
	ahead := ch.before(to)
	for _, st := range ch.All() {
		p.Steps = append(p.Steps, st.Def.Key)
	}
	for _, key := range ch.before(from.Def.Key) {
		state := old.Step(key)
		stands := state.State == Passed || state.State == Skipped && state.Reason == "unchanged"
		kept := slices.Contains(ahead, key) || key != to && ch.Def.OnReturn.Resume == "jumpBack" && p.Hash == old.Hash
		if stands && kept {
			p.Keep = append(p.Keep, key)
		}
	}
	d.emit(p)
	return d.advance()
}
