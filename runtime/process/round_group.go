package process

import "slices"

// enterWhole enters a step, or all branches of a parallel one (semantics 2e). done says that the chain may go on.
func (d *decider) enterWhole(ch *CompiledChain, st *CompiledStep) (done bool, r *Rejection) {
	if len(st.Branches) == 0 {
		return d.enterStep(ch, st)
	}
	entered := StepEntered{Step: st.Def.Key}
	for _, b := range st.Branches {
		entered.Branches = append(entered.Branches, b.Def.Key)
	}
	d.emit(entered)
	n := d.s.Round.N
	for _, b := range st.Branches {
		if state := d.s.Round.Step(b.Def.Key); state.State != Waiting && (state.State != Skipped || state.Reason != "condition") {
			continue
		}
		runs, problem := d.runs(b)
		if problem != nil {
			d.endSiblings(b, Blocked)
			return false, d.block("rule")
		}
		if !runs {
			d.emit(StepEnded{Step: b.Def.Key, State: Skipped, Reason: "condition"})
			continue
		}
		if _, r := d.enterStep(ch, b); r != nil || len(d.needs) > 0 {
			return false, r
		}
		// The branch may have ended everything: nobody was found, and the step says to reject or to block.
		if d.s.Round == nil || d.s.Round.N != n || d.s.Round.State != Running {
			return false, nil
		}
		if state := d.s.Round.Step(st.Def.Key); state.State != Active {
			return state.State == Passed, nil
		}
	}
	return d.join(st), nil
}

// join ends a parallel step when its branches settle it, and says whether the chain may go on. A skipped branch neither passes nor
// holds up.
func (d *decider) join(group *CompiledStep) bool {
	state := d.s.Round.Step(group.Def.Key)
	if state.State != Active {
		return state.State == Passed || state.State == Skipped
	}
	passed, running, reason := 0, 0, ""
	for _, b := range group.Branches {
		switch state := d.s.Round.Step(b.Def.Key); state.State {
		case Passed:
			passed++
		case Skipped:
			reason = state.Reason
		default:
			running++
		}
	}
	switch {
	case passed > 0 && (running == 0 || group.Def.Join == "any"):
		d.endBranches(group, "")
		d.emit(StepEnded{Step: group.Def.Key, State: Passed})
	case running == 0:
		d.emit(StepEnded{Step: group.Def.Key, State: Skipped, Reason: reason})
	default:
		return false
	}
	return true
}

// endBranches ends what still runs of a parallel step, but for the branch that settled it.
func (d *decider) endBranches(group *CompiledStep, but string) {
	for _, b := range group.Branches {
		state := d.s.Round.Step(b.Def.Key).State
		if b.Def.Key != but && (state == Waiting || state == Active) {
			d.emit(StepEnded{Step: b.Def.Key, State: Cancelled, Reason: "settled"})
			d.dropStepTimers(b)
		}
	}
}

// endSiblings ends the parallel step around a branch that was rejected, returned or blocked, in the same commit.
func (d *decider) endSiblings(st *CompiledStep, state string) {
	if st.Group == nil {
		return
	}
	d.endBranches(st.Group, st.Def.Key)
	d.emit(StepEnded{Step: st.Group.Def.Key, State: state, Reason: "branch"})
}

// endStep ends a step and says whether the chain may go on; a reject ends the round, a block parks it.
func (d *decider) endStep(st *CompiledStep, state, reason string) (done bool, r *Rejection) {
	d.emit(StepEnded{Step: st.Def.Key, State: state, Reason: reason})
	d.dropStepTimers(st)
	switch state {
	case Rejected:
		d.endSiblings(st, Rejected)
		return false, d.rejected(st.Def.Key, reason)
	case Blocked:
		d.endSiblings(st, Blocked)
		return false, d.block(reason)
	}
	if st.Group != nil {
		return d.join(st.Group), nil
	}
	return true, nil
}

// spared says that a branch which did not apply need not be asked any more: another one was enough, or the parallel step was passed by
// as a whole.
func (d *decider) spared(st *CompiledStep) bool {
	if st.Group == nil {
		return false
	}
	group := d.s.Round.Step(st.Group.Def.Key)
	return group.State == Skipped || st.Group.Def.Join == "any" && slices.ContainsFunc(st.Group.Branches, func(b *CompiledStep) bool {
		return d.s.Round.Step(b.Def.Key).State == Passed
	})
}
