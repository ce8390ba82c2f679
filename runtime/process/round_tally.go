package process

import (
	"encoding/json"

	"github.com/shopspring/decimal"
)

// tally looks at the votes of an active step and ends it when they settle it. done says that the step is behind us and the
// chain may go on.
func (d *decider) tally(st *CompiledStep) (done bool, r *Rejection) {
	state := d.s.Round.Step(st.Def.Key)
	switch verdict(&st.Def.Mode, st.Def.Veto, state.Slots) {
	case Passed:
		d.emit(StepEnded{Step: st.Def.Key, State: Passed})
		d.dropStepTimers(st)
		return true, nil
	case Rejected:
		d.emit(StepEnded{Step: st.Def.Key, State: Rejected})
		d.dropStepTimers(st)
		return false, d.rejected(st.Def.Key, "")
	}
	if st.Def.Mode.Kind == "sequence" {
		d.openNext(st, state)
	}
	return false, nil
}

// openNext gives the next of a sequence his turn.
func (d *decider) openNext(st *CompiledStep, state *StepState) {
	for i := range state.Slots {
		switch state.Slots[i].State {
		case Open:
			return
		case NotYet:
			d.emit(SlotOpened{Step: st.Def.Key, Slot: i})
			return
		}
	}
}

// verdict counts votes: Passed, Rejected or still "". Votes are integers throughout: a share R passes when yes ≥ R·all and
// fails as soon as it cannot pass any more (engine.md §4).
func verdict(m *Mode, veto bool, slots []Slot) string {
	yes, no, open := 0, 0, 0
	for i := range slots {
		switch slots[i].State {
		case Approved, Skipped:
			yes++
		case Rejected:
			no++
		case Open, NotYet:
			open++
		}
	}
	all := yes + no + open
	if veto && no > 0 {
		return Rejected
	}
	switch m.Kind {
	case "any":
		// The first decision wins.
		if yes > 0 {
			return Passed
		}
		if no > 0 {
			return Rejected
		}
		return ""
	case "share":
		return settle(yes, open, shareOf(m.Share, all))
	case "count":
		return settle(yes, open, m.Count)
	}
	if no > 0 {
		return Rejected
	}
	return settle(yes, open, all)
}

func settle(yes, open, want int) string {
	switch {
	case want > 0 && yes >= want:
		return Passed
	case yes+open < want || yes+open == 0:
		return Rejected
	}
	return ""
}

// shareOf is the smallest number of votes that is at least the share of all, exactly.
func shareOf(share json.Number, all int) int {
	r, err := decimal.NewFromString(share.String())
	if err != nil {
		return all
	}
	return max(1, int(r.Mul(decimal.NewFromInt(int64(all))).Ceil().IntPart()))
}
