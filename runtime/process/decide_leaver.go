package process

import (
	"slices"

	"pipewright/rules"
)

// handOver takes what a person who leaves has of this record to others, in one commit: the record itself while it is open, what he was asked
// to do, and his open decisions, which go to his manager unless To is "successor". The service's alone.
func (d *decider) handOver() *Rejection {
	if !d.c.Actor.Service {
		return forbidden()
	}
	from := d.c.Owner
	if from == "" || len(d.c.People) != 1 || d.c.People[0] == from {
		return reject("bad.request", rules.Say("写明从谁交给谁", "寫明從誰交給誰", "Say who hands over to whom"))
	}
	to := d.c.People[0]
	if there, ok := d.active(to); !ok || len(there) == 0 {
		return reject("user.unknown", rules.Say("没有这个在职用户", "沒有這個在職使用者", "There is no such active user"))
	}
	if st := d.stage(); d.s.Owner == from && (st == nil || st.Def.Open()) {
		d.assigned(to, "handOver")
	}
	for _, key := range sortedKeys(d.s.ActivityPeople) {
		if !slices.Contains(d.s.WaitsFor(key), from) {
			continue
		}
		next := to
		if slices.Contains(d.s.ActivityPeople[key].People, to) {
			next = "" // he has a part of his own
		}
		d.moveActivity(key, from, next, "left")
	}
	r := d.s.Round
	if r == nil || r.State != Running {
		return nil
	}
	for _, st := range d.app.Chains[r.Chain].All() {
		state := r.Step(st.Def.Key)
		for i := range state.Slots {
			if s := d.s.Round.Step(st.Def.Key).Slots[i]; state.State == Active && s.State == Open && s.Person == from {
				d.handSlot(st, i, to)
			}
		}
	}
	return nil
}

// handSlot gives an open decision of one who leaves to his manager, or to his successor if so said and he may hold it.
func (d *decider) handSlot(st *CompiledStep, i int, successor string) {
	slot := d.s.Round.Step(st.Def.Key).Slots[i]
	to := ""
	if d.c.To == "successor" && d.newcomer(st, successor) == nil {
		to = successor
	}
	if to == "" {
		up, ok := d.climb(slot.Person)
		if !ok {
			return
		}
		for _, m := range up {
			if to == "" && m != slot.Person && d.newcomer(st, m) == nil {
				to = m
			}
		}
	}
	if to == "" {
		return // nobody may hold it: it is passed on like any leaver's once he has left
	}
	if next := d.standsFor(to); next != "" && next != slot.Person {
		to = next
	}
	next := Slot{Person: to, State: Open, Reason: "left", For: slot.Person, Past: slot.Past, Asked: slot.Asked, Parent: slot.Parent, Weight: slot.Weight}
	if slot.For != "" {
		next.For = slot.For
	}
	d.emit(SlotDecided{Step: st.Def.Key, Slot: i, State: Moved, Reason: "left"})
	d.emit(SlotsAdded{Step: st.Def.Key, Slots: []Slot{next}})
}
