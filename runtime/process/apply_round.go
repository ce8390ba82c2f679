package process

import (
	"maps"
	"time"
)

// applyRound folds the events of approval rounds.
func (s *State) applyRound(e *Event) {
	if p, ok := e.Payload.(RoundOpened); ok {
		s.RoundCount = p.N
		s.Round = &Round{N: p.N, Chain: p.Chain, Transition: p.Transition, Stage: p.Stage, Initiator: p.Initiator, OpenedAt: e.At, Comment: p.Comment,
			Proposed: maps.Clone(p.Proposed), Hash: p.Hash, Guards: p.Guards, State: Running, Override: p.Override, Keep: p.Keep, Picks: maps.Clone(p.Picks), Owner: p.Owner}
		for _, key := range p.Steps {
			s.Round.Steps = append(s.Round.Steps, StepState{Key: key, State: Waiting})
		}
		s.active(e)
		return
	}
	r := s.Round
	if r == nil {
		return
	}
	switch p := e.Payload.(type) {
	case StepEntered:
		st := r.Step(p.Step)
		st.State, st.EnteredAt, st.Reason, st.Escalated = Active, e.At, "", false
		st.Slots = append([]Slot(nil), p.Slots...)
		st.Branches = p.Branches
		for _, slot := range p.Slots {
			s.join(slot.Person, "approver")
		}
	case SlotsAdded:
		st := r.Step(p.Step)
		st.Slots = append(st.Slots, p.Slots...)
		for _, slot := range p.Slots {
			s.join(slot.Person, "approver")
		}
	case Picked:
		if r.Picks == nil {
			r.Picks = map[string][]string{}
		}
		r.Picks[p.Step] = p.People
	case SlotOpened:
		slot := &r.Step(p.Step).Slots[p.Slot]
		slot.State, slot.Reason, slot.Comment, slot.At = Open, "", "", time.Time{}
	case SlotDecided:
		slot := &r.Step(p.Step).Slots[p.Slot]
		slot.State, slot.At, slot.Comment, slot.Reason = p.State, e.At, p.Comment, p.Reason
		s.active(e)
	case StepEnded:
		st := r.Step(p.Step)
		st.State, st.Reason = p.State, p.Reason
		st.closeSlots(e)
	case Escalated:
		r.Step(p.Step).Escalated = true
	case Urged:
		r.Urged = append(r.Urged[max(0, len(r.Urged)-9):len(r.Urged):len(r.Urged)], e.At)
	case RoundBlocked:
		r.State, r.Reason = Blocked, p.Reason
	case RoundVoided:
		r.Hash, r.Guards, r.State, r.Reason, r.Keep = p.Hash, p.Guards, Running, "", nil
		for i := range r.Steps {
			r.Steps[i] = StepState{Key: r.Steps[i].Key, State: Waiting}
		}
	case RoundEnded:
		s.endRound(e, &p)
	}
}

// closeSlots cancels what is still open.
func (st *StepState) closeSlots(e *Event) {
	for i := range st.Slots {
		if st.Slots[i].waits() {
			st.Slots[i].State, st.Slots[i].At = Cancelled, e.At
		}
	}
}

func (s *State) endRound(e *Event, p *RoundEnded) {
	r := s.Round
	sum := RoundSummary{N: r.N, Chain: r.Chain, Transition: r.Transition, State: p.State, OpenedAt: r.OpenedAt, EndedAt: e.At, Hash: r.Hash, Guards: r.Guards}
	if p.State == Returned && p.To == "" {
		sum.ReturnedAt = p.Step
	}
	s.Rounds = append(s.Rounds, sum)
	if len(s.Rounds) > maxRounds {
		s.Rounds = s.Rounds[1:]
	}
	s.Round = nil
}

// Step finds a step of the round by key; it is there, since Decide only writes events for steps the round opened with.
func (r *Round) Step(key string) *StepState {
	for i := range r.Steps {
		if r.Steps[i].Key == key {
			return &r.Steps[i]
		}
	}
	return &StepState{Key: key}
}
