package process

import (
	"slices"

	"pipewright/rules"
)

// placed carries tasks over with a record that went on to another release, or back. Task ids hold the keys of steps and activities: those
// of old keys close, those of new ones open. Everything still open is told anew, for its name and due date may be others.
func (w *effects) placed(e *Event, left *State, before *Round) {
	now := w.s.Round
	if before != nil && (now == nil || now.N != before.N) {
		w.closeRound(e, before)
	} else if before != nil {
		for i := range before.Steps {
			st := &before.Steps[i]
			if slices.ContainsFunc(now.Steps, func(o StepState) bool { return o.Key == st.Key }) {
				continue
			}
			for n, slot := range st.Slots {
				if slot.State == Open {
					w.slotTask(e, before, st.Key, n, Slot{Person: slot.Person, State: Cancelled})
				}
			}
		}
	}
	if now != nil {
		for i := range now.Steps {
			for n, slot := range now.Steps[i].Slots {
				if slot.State == Open {
					w.slotTask(e, now, now.Steps[i].Key, n, slot)
				}
			}
		}
		if now.State == Blocked {
			w.task(e, "blocked|"+itoa(now.N), &TaskEffect{Kind: "blocked", State: Open, User: now.Initiator, Round: now.N, Name: w.chainName(now.Chain), By: now.Initiator})
		}
	}
	for _, k := range sortedKeys(left.ActivityPeople) {
		for _, user := range left.WaitsFor(k) {
			if !slices.Contains(w.s.WaitsFor(k), user) {
				w.task(e, w.activityTask(k, user), &TaskEffect{Kind: "activity", State: Cancelled, User: user, Step: k, Name: w.activityName(k), Result: "left"})
			}
		}
	}
	w.reopenActivities(e)
	if left.Stage != w.s.Stage && w.s.Entry > 0 {
		w.visit(e, &Visit{Process: w.s.Process, Stage: w.s.Stage, Entry: w.s.Entry, Entered: w.s.Since, Left: w.s.ClosedAt, Owner: w.s.Owner, Value: w.value()})
	}
}

// closeRound cancels what is open in a round that a migration, or its undoing, has ended, keeps it apart from the record, and tells who had
// submitted it.
func (w *effects) closeRound(e *Event, r *Round) {
	for i := range r.Steps {
		st := &r.Steps[i]
		for n, slot := range st.Slots {
			if slot.State == Open {
				w.slotTask(e, r, st.Key, n, Slot{Person: slot.Person, State: Cancelled})
			}
		}
	}
	whole := r.clone()
	for i := range whole.Steps {
		whole.Steps[i].closeSlots(e)
	}
	whole.State, whole.Reason = Cancelled, "migration"
	w.add(e, "round", w.s.ID+"|"+itoa(r.N), func(x *Effect) { x.Round = whole })
	if r.State == Blocked {
		w.task(e, "blocked|"+itoa(r.N), &TaskEffect{Kind: "blocked", State: "done", User: r.Initiator, Round: r.N, Name: w.chainName(r.Chain)})
	}
	w.notify(e, without(some(r.Initiator), e.By), rules.Say("流程换了版本，“{chain}”已取消", "流程換了版本，「{chain}」已取消", "The process went on to another release; “{chain}” was cancelled", "chain", w.chainName(r.Chain)))
}
