package process

import "slices"

// stepTimers sets the escalation ladder of a step just entered. The timer id holds round, step and visit of the step, so a late
// firing finds nothing to do.
func (d *decider) stepTimers(st *CompiledStep) {
	var set TimersSet
	for i := range st.Due {
		set.Add = append(set.Add, Timer{ID: d.stepTimerID(st, i), Kind: "step", Key: st.Def.Key, Rung: i, At: st.Due[i].After.Add(d.now, d.app.Zone, d.calendar())})
	}
	if len(set.Add) > 0 {
		d.emit(set)
	}
}

func (d *decider) stepTimerID(st *CompiledStep, rung int) string {
	return "r" + itoa(d.s.Round.N) + "|" + st.Def.Key + "|" + itoa(int(d.s.Seq)) + "|" + itoa(rung)
}

func (d *decider) dropStepTimers(st *CompiledStep) {
	var gone []string
	for _, t := range d.s.Timers {
		if t.Kind == "step" && t.Key == st.Def.Key {
			gone = append(gone, t.ID)
		}
	}
	if len(gone) > 0 {
		d.emit(TimersSet{Remove: gone})
	}
}

// fire is a timer that came due. One that is not there any more is ignored: the record has moved on.
func (d *decider) fire() *Rejection {
	for _, t := range d.s.Timers {
		if t.ID != d.c.Timer {
			continue
		}
		d.by = ""
		switch t.Kind {
		case "due":
			d.emit(TimersSet{Remove: []string{t.ID}})
			d.emit(Reminded{Timer: t.ID, Kind: "due", To: d.reminded(dueLadder)})
		case "idle":
			return d.fireIdle(t)
		case "step":
			d.emit(TimersSet{Remove: []string{t.ID}})
			return d.fireStep(t)
		case "activity":
			d.emit(TimersSet{Remove: []string{t.ID}})
			return d.fireActivity(t)
		case rungTimer:
			return d.fireRung(t)
		case "date", "point":
			return d.firePoint(t)
		}
		return nil
	}
	return nil
}

// fireIdle reminds when nobody has worked on the record since; otherwise the timer moves on. Idle is suspended while a round
// runs (semantics 2a).
func (d *decider) fireIdle(t Timer) *Rejection {
	st := d.stage()
	if st == nil || st.Idle == nil {
		d.emit(TimersSet{Remove: []string{t.ID}})
		return nil
	}
	next := d.idleTimer(st)
	if next.At.After(d.now) || d.s.Round != nil {
		if !next.At.After(d.now) {
			next.At, next.From = st.Idle.Add(d.now, d.app.Zone, d.calendar()), d.now
		}
		d.emit(TimersSet{Remove: []string{t.ID}, Add: []Timer{next}})
		return nil
	}
	d.emit(TimersSet{Remove: []string{t.ID}})
	d.emit(Reminded{Timer: t.ID, Kind: "idle", To: d.reminded(idleLadder)})
	return nil
}

// fireStep takes one rung of a step's ladder: remind, escalate to the managers or the people it names, transfer, pass or reject by time.
func (d *decider) fireStep(t Timer) *Rejection {
	r := d.s.Round
	if r == nil || r.State != Running {
		return nil
	}
	st := d.app.Chains[r.Chain].Step(t.Key)
	state := r.Step(t.Key)
	if st == nil || state.State != Active || t.Rung >= len(st.Due) {
		return nil
	}
	due := &st.Due[t.Rung]
	switch due.Def.Do {
	case "remind":
		d.emit(Reminded{Timer: t.ID, Kind: "step", To: r.waiting()})
	case "escalate":
		if to, ok := d.toldOf(due, r.Initiator, r.waiting()); ok {
			d.emit(Escalated{Step: t.Key, To: to})
		}
	case "transfer":
		return d.transferTo(st, due)
	case "pass":
		return d.byTime(st, Approved)
	case "reject":
		return d.byTime(st, TimedOut)
	}
	return nil
}

// toldOf are the people whom a rung tells that somebody is late: those it names, else the managers of who is late.
func (d *decider) toldOf(rung *CompiledDue, initiator string, late []string) ([]string, bool) {
	if len(rung.To) > 0 {
		if to, ok := d.resolve(rung.To, initiator, nil); !ok || len(to) > 0 {
			return to, ok
		}
	}
	var to []string
	for _, p := range late {
		up, ok := d.manager(p, 1)
		if !ok {
			continue
		}
		for _, m := range up {
			if !slices.Contains(to, m) {
				to = append(to, m)
			}
		}
	}
	return to, true
}

// transferTo moves the open slots of a step to the people the ladder names.
func (d *decider) transferTo(st *CompiledStep, due *CompiledDue) *Rejection {
	people, ok := d.resolve(due.To, d.s.Round.Initiator, nil)
	people = without(people, d.s.Round.Initiator)
	if !ok || len(people) == 0 {
		return nil
	}
	state := d.s.Round.Step(st.Def.Key)
	for i := range state.Slots {
		switch s := state.Slots[i]; {
		case !s.waits() || s.State == NotYet:
		case s.Asked != "":
			d.emit(SlotDecided{Step: st.Def.Key, Slot: i, State: Cancelled, Reason: "due"})
		default:
			d.emit(SlotDecided{Step: st.Def.Key, Slot: i, State: Moved, Reason: "due"})
		}
	}
	slots := make([]Slot, len(people))
	for i, p := range people {
		slots[i] = Slot{Person: p, State: Open, Reason: "due"}
		if st.Def.Mode.Kind == "weight" {
			slots[i].Weight = d.voteWeight(st, p)
		}
		d.standIn(&slots[i])
	}
	d.emit(SlotsAdded{Step: st.Def.Key, Slots: slots})
	return nil
}

// byTime settles a step because its time is over, as the definition says.
func (d *decider) byTime(st *CompiledStep, to string) *Rejection {
	state := d.s.Round.Step(st.Def.Key)
	for i := range state.Slots {
		if state.Slots[i].waits() {
			d.emit(SlotDecided{Step: st.Def.Key, Slot: i, State: TimedOut, Reason: "due"})
		}
	}
	outcome := Rejected
	if to == Approved {
		outcome = Passed
	}
	done, r := d.endStep(st, outcome, "due")
	if r != nil || !done {
		return r
	}
	return d.advance()
}

func some(user string) []string {
	if user == "" {
		return nil
	}
	return []string{user}
}
