package process

import (
	"encoding/json"
	"slices"

	"github.com/shopspring/decimal"
)

// tally looks at the votes of an active step and ends it when they settle it. done says that the step is behind us and the
// chain may go on.
func (d *decider) tally(st *CompiledStep) (done bool, r *Rejection) {
	state := d.s.Round.Step(st.Def.Key)
	if outcome := verdict(&st.Def.Mode, st.Def.Veto, state.Slots); outcome != "" {
		reason := ""
		if outcome == Rejected && !slices.ContainsFunc(state.Slots, func(s Slot) bool { return s.State == Rejected }) {
			reason = "short" // too few people for the votes asked for
		}
		return d.endStep(st, outcome, reason)
	}
	if st.Def.Mode.Kind == "sequence" {
		d.openNext(st, state)
	}
	return false, nil
}

// openNext gives the next of a sequence his turn, once nobody is at it.
func (d *decider) openNext(st *CompiledStep, state *StepState) {
	if slices.ContainsFunc(state.Slots, func(s Slot) bool { return s.waits() && s.State != NotYet }) {
		return
	}
	for i := range state.Slots {
		if state.Slots[i].State == NotYet {
			d.openSlot(st, i)
			return
		}
	}
}

// verdict counts votes: Passed, Rejected or still "". Votes are integers throughout: a share R passes when yes ≥ R·all and
// fails as soon as it cannot pass any more (engine.md §4). What people say who were only asked is no vote.
func verdict(m *Mode, veto bool, slots []Slot) string {
	yes, no, open := 0, 0, 0
	for i := range slots {
		s := &slots[i]
		if s.Asked != "" {
			continue
		}
		n := 1
		if m.Kind == "weight" {
			n = max(1, s.Weight)
		}
		switch {
		case s.State == Approved || s.State == Skipped:
			yes += n
		case s.State == Rejected:
			no += n
		case s.waits():
			open += n
		}
	}
	all := yes + no + open
	if veto && no > 0 {
		return Rejected
	}
	switch m.Kind {
	case "any":
		// The first decision wins; or everybody must reject.
		if yes > 0 {
			return Passed
		}
		if no > 0 && (open == 0 || !m.AllReject) {
			return Rejected
		}
		return ""
	case "share":
		return settle(yes, open, shareOf(m.Share, all))
	case "count":
		return settle(yes, open, m.Count)
	case "weight":
		return settle(yes, open, m.Pass)
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

// voteWeight is the weight of a person's vote: what the step gives the person, else the most it gives one of his roles, else 1.
func (d *decider) voteWeight(st *CompiledStep, person string) int {
	if n, own := st.Def.Mode.Weights[person]; own {
		return n
	}
	weight := 0
	for _, key := range sortedKeys(st.Def.Mode.Weights) {
		if !slices.ContainsFunc(d.app.Def.Roles, func(r Role) bool { return r.Key == key }) {
			continue
		}
		if members, ok := d.ask(PeopleNeed{App: d.app.Def.Key, Who: Who{Role: key}}); ok && slices.Contains(members, person) {
			weight = max(weight, st.Def.Mode.Weights[key])
		}
	}
	return max(1, weight)
}
