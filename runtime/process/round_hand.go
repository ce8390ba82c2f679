package process

import (
	"slices"

	"pipewright/rules"
)

// Bounds of engine.md §4.
const (
	maxHops  = 5  // transfers of one decision
	maxSigns = 10 // people one may add to his decision
)

// transfer moves an open slot to somebody else, for good: with a reason, at most five times, and never back to one who had it.
func (d *decider) transfer(st *CompiledStep) *Rejection {
	slot := d.slot(st)
	if d.c.Comment == "" {
		return reject("comment.required", rules.Say("转交要写明原因", "轉交要寫明原因", "A transfer needs a comment"))
	}
	if len(d.c.People) != 1 {
		return reject("approval.person", rules.Say("转交给一个人", "轉交給一個人", "A transfer goes to one person"))
	}
	to := d.c.People[0]
	if len(slot.Past) >= maxHops {
		return reject("approval.hops", rules.Say("这个待办已经转交 {n} 次，不能再转", "這個待辦已經轉交 {n} 次，不能再轉", "This was passed on {n} times; it cannot go further", "n", maxHops))
	}
	if slices.Contains(slot.Past, to) {
		return reject("approval.cycle", rules.Say("“{who}”已经转交过这个待办，不能转回去", "「{who}」已經轉交過這個待辦，不能轉回去", "“{who}” has passed this on already; it cannot go back", "who", d.called(to)))
	}
	if r := d.newcomer(st, to); r != nil {
		return r
	}
	d.emit(SlotDecided{Step: st.Def.Key, Slot: d.c.Slot, State: Moved, Hash: d.c.Hash, Comment: d.c.Comment})
	next := Slot{Person: to, State: Open, Past: slices.Concat(slot.Past, []string{slot.Person}), Asked: slot.Asked, Parent: slot.Parent, Weight: slot.Weight}
	d.standIn(&next)
	d.emit(SlotsAdded{Step: st.Def.Key, Slots: []Slot{next}})
	return nil
}

// delegate asks somebody else; his answer comes back to the one who asked, who decides.
func (d *decider) delegate(st *CompiledStep) *Rejection {
	if len(d.c.People) != 1 {
		return reject("approval.person", rules.Say("委派给一个人", "委派給一個人", "One person is asked"))
	}
	return d.askOthers(st, Delegated, AskDelegate)
}

// addSign adds people who decide before the one who adds them, or after him, who thereby approves.
func (d *decider) addSign(st *CompiledStep) *Rejection {
	if len(d.c.People) == 0 || len(d.c.People)+d.added(st) > maxSigns {
		return reject("approval.person", rules.Say("加签 1 到 {max} 人", "加簽 1 到 {max} 人", "Add 1 to {max} people", "max", maxSigns))
	}
	switch d.c.Position {
	case AskBefore:
	case AskAfter:
		if r := d.stepComplete(st); r != nil {
			return r
		}
	default:
		return reject("bad.request", rules.Say("加签写明在前还是在后", "加簽寫明在前還是在後", "Say whether the people decide before or after"))
	}
	return d.askOthers(st, AwaitSign, d.c.Position)
}

// askOthers opens slots of people whose answers belong to the one who asks: depth one.
func (d *decider) askOthers(st *CompiledStep, state, asked string) *Rejection {
	if d.slot(st).Asked != "" {
		return reject("approval.depth", rules.Say("受邀的人不能再委派或加签", "受邀的人不能再委派或加簽", "Who was asked cannot ask others in turn"))
	}
	var slots []Slot
	for i, p := range d.c.People {
		if slices.Contains(d.c.People[:i], p) {
			return reject("approval.person", rules.Say("同一个人写了两次", "同一個人寫了兩次", "The same person is named twice"))
		}
		if r := d.newcomer(st, p); r != nil {
			return r
		}
		one := Slot{Person: p, State: Open, Asked: asked, Parent: d.c.Slot}
		d.standIn(&one)
		slots = append(slots, one)
	}
	d.emit(SlotDecided{Step: st.Def.Key, Slot: d.c.Slot, State: state, Hash: d.c.Hash, Comment: d.c.Comment, Reason: asked})
	d.emit(SlotsAdded{Step: st.Def.Key, Slots: slots})
	return nil
}

// added counts the people ever added to the slot in hand.
func (d *decider) added(st *CompiledStep) int {
	n := 0
	for _, s := range d.s.Round.Step(st.Def.Key).Slots {
		if s.Parent == d.c.Slot && (s.Asked == AskBefore || s.Asked == AskAfter) && s.State != Moved {
			n++
		}
	}
	return n
}

// newcomer refuses people who cannot be given a decision of this step: who hold one already, have left, or submitted it.
func (d *decider) newcomer(st *CompiledStep, person string) *Rejection {
	if slices.ContainsFunc(d.s.Round.Step(st.Def.Key).Slots, func(s Slot) bool { return s.Person == person && s.waits() }) {
		return reject("approval.person", rules.Say("“{who}”已在这个节点审批", "「{who}」已在這個節點簽核", "“{who}” decides at this step already", "who", d.called(person)))
	}
	return d.mayHold(st, person)
}

// removeSign takes back people whom the holder of this slot asked and who have not answered. When nobody is left to wait for, the
// decision is his again, unless those he added after him have all approved.
func (d *decider) removeSign(st *CompiledStep) *Rejection {
	slots := d.s.Round.Step(st.Def.Key).Slots
	for _, p := range d.c.People {
		i := slices.IndexFunc(slots, func(s Slot) bool {
			return s.Asked != "" && s.Parent == d.c.Slot && s.State == Open && (s.Person == p || s.For == p)
		})
		if i < 0 {
			return reject("approval.person", rules.Say("“{who}”不是你加的，或者已经处理", "「{who}」不是你加的，或者已經處理", "“{who}” was not added by you, or has decided already", "who", d.called(p)))
		}
		d.emit(SlotDecided{Step: st.Def.Key, Slot: i, State: Cancelled, Reason: "removed"})
		slots = d.s.Round.Step(st.Def.Key).Slots
	}
	if len(d.c.People) == 0 {
		return reject("approval.person", rules.Say("写明减去谁", "寫明減去誰", "Say who is removed"))
	}
	return d.answered(st, d.c.Slot)
}

// answered looks at what those asked by the holder of a slot have said: a delegate's word brings the decision back to him; a reject of
// one added is his reject; once all before him have approved it is his turn, and once all after him have, he has approved.
func (d *decider) answered(st *CompiledStep, parent int) *Rejection {
	slots := d.s.Round.Step(st.Def.Key).Slots
	holder := slots[parent]
	yes, no, open := 0, 0, 0
	for i := range slots {
		s := &slots[i]
		// What others said whom he asked before, in another way, is behind him.
		if s.Asked == "" || s.Asked != holder.Reason || s.Parent != parent {
			continue
		}
		switch {
		case s.waits():
			open++
		case s.State == Approved:
			yes++
		case s.State == Rejected:
			no++
		}
	}
	switch {
	case holder.State == Delegated && open == 0:
		d.openSlot(st, parent)
		return nil
	case holder.State != AwaitSign:
		return nil
	case no > 0:
		for i := range slots {
			if slots[i].Asked != "" && slots[i].Parent == parent && slots[i].waits() {
				d.emit(SlotDecided{Step: st.Def.Key, Slot: i, State: Cancelled, Reason: "settled"})
			}
		}
		d.emit(SlotDecided{Step: st.Def.Key, Slot: parent, State: Rejected, Hash: d.c.Hash, Comment: holder.Comment, Reason: "addSign"})
	case open > 0:
		return nil
	case holder.Reason == AskAfter && yes > 0:
		d.emit(SlotDecided{Step: st.Def.Key, Slot: parent, State: Approved, Hash: d.c.Hash, Comment: holder.Comment, Reason: "addSign"})
	default:
		d.openSlot(st, parent)
		return nil
	}
	return d.settleStep(st)
}

// settleStep counts the votes of a step and goes on if they settle it.
func (d *decider) settleStep(st *CompiledStep) *Rejection {
	done, rej := d.tally(st)
	if rej != nil || !done {
		return rej
	}
	return d.advance()
}

// slot is the slot the command is about.
func (d *decider) slot(st *CompiledStep) Slot { return d.s.Round.Step(st.Def.Key).Slots[d.c.Slot] }

// openSlot gives somebody his turn, or the one who stands in for him.
func (d *decider) openSlot(st *CompiledStep, i int) {
	d.emit(SlotOpened{Step: st.Def.Key, Slot: i})
	if d.s.Round.Step(st.Def.Key).Slots[i].Person != d.s.Round.Initiator {
		d.passOn(st, i)
	}
}

// standIn puts who stands in for a person into his slot. When nobody does the person keeps it, and the step's deadlines see to it.
func (d *decider) standIn(slot *Slot) {
	if who := d.standsFor(slot.Person); who != "" {
		slot.For, slot.Person = slot.Person, who
	}
}

// standsFor is who decides for a person that is away, never the initiator; empty when he is not away, or nobody does.
func (d *decider) standsFor(person string) string {
	if who := d.f.StandIns[person]; who != d.s.Round.Initiator {
		return who
	}
	return ""
}

// substitute passes on the open decisions of a person who is away or has left (engine.md §4). Those of one who is back stay where
// they are.
func (d *decider) substitute() *Rejection {
	r := d.s.Round
	if !d.c.Actor.Service {
		return forbidden()
	}
	if r == nil || r.State != Running || d.c.Owner == "" {
		return nil
	}
	for _, st := range d.app.Chains[r.Chain].All() {
		state := r.Step(st.Def.Key)
		if state.State != Active {
			continue
		}
		for i := range state.Slots {
			if s := &state.Slots[i]; s.State == Open && s.Person == d.c.Owner {
				d.passOn(st, i)
			}
		}
	}
	return nil
}

// passOn moves an open slot whose holder is away to who stands in, and that of one who has left to his manager.
func (d *decider) passOn(st *CompiledStep, i int) {
	slot := d.s.Round.Step(st.Def.Key).Slots[i]
	reason, to := "absence", d.standsFor(slot.Person)
	if to == "" {
		there, ok := d.active(slot.Person)
		if !ok || len(there) > 0 {
			return
		}
		up, ok := d.climb(slot.Person)
		if !ok || len(up) == 0 {
			return
		}
		reason, to = "left", up[0]
		if next := d.standsFor(to); next != "" {
			to = next
		}
	}
	next := Slot{Person: to, State: Open, Reason: reason, For: slot.Person, Past: slot.Past, Asked: slot.Asked, Parent: slot.Parent, Weight: slot.Weight}
	if slot.For != "" {
		next.For = slot.For
	}
	d.emit(SlotDecided{Step: st.Def.Key, Slot: i, State: Moved, Reason: reason})
	d.emit(SlotsAdded{Step: st.Def.Key, Slots: []Slot{next}})
}
