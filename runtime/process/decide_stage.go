package process

import (
	"slices"
	"time"

	"pipewright/forms"
	"pipewright/rules"
)

// maxAutos bounds auto transitions in one command (engine.md §3: depth ≤ 8 within a transition).
const maxAutos = 8

// enter puts the record into a stage: owner, values that depend on the stage, timers, activities, the stage's own approval.
func (d *decider) enter(st *CompiledStage, e Entered) *Rejection {
	e.From, e.To, e.Entry, e.Since, e.End = d.s.Stage, st.Def.Key, d.s.Entry+1, d.now, st.Def.End
	d.emit(e)
	d.dropStageTimers()
	if r := d.own(st); r != nil {
		return r
	}
	if !d.form.Schema.Settled() {
		res := d.evaluate(d.view(nil), nil, forms.Mask{}, []string{})
		if changed := d.difference(res.Values); len(changed.Set)+len(changed.Clear) > 0 {
			d.emit(changed)
		}
	}
	d.stageTimers(st)
	if r := d.askActivities(st); r != nil {
		return r
	}
	if st.Approval != nil {
		return d.openStage(st)
	}
	return nil
}

// stageTimers sets due and idle of the stage just entered.
func (d *decider) stageTimers(st *CompiledStage) {
	var set TimersSet
	if at, ok := d.dueAt(st, d.s.Since); ok {
		set.Due = at
		set.Add = append(set.Add, Timer{ID: d.timerID("due"), Kind: "due", At: at})
	}
	if st.Idle != nil {
		set.Add = append(set.Add, d.idleTimer(st))
	}
	set.Add = append(append(set.Add, d.points(st, false)...), d.points(st, true)...)
	set.Add = append(append(set.Add, d.rungs(st, dueLadder, true)...), d.rungs(st, idleLadder, false)...)
	if len(set.Add) > 0 {
		d.emit(set)
	}
}

// lateTimers sets due and idle of a record that comes late, imported or restored: what is past already shows, but nobody is reminded of it. Its
// due timer is named by the event it comes after, so that it has a job of its own where one has fired before: a node whose clock is slow may
// take that for still to come.
func (d *decider) lateTimers(st *CompiledStage) {
	var set TimersSet
	if at, ok := d.dueAt(st, d.s.Since); ok {
		set.Due = at
		if at.After(d.now) {
			set.Add = append(set.Add, Timer{ID: d.timerID("due") + "|" + itoa(int(d.s.Seq)), Kind: "due", At: at})
		}
	}
	if st.Idle != nil {
		if t := d.idleTimer(st); t.At.After(d.now) {
			set.Add = append(set.Add, t)
		}
	}
	set.Add = append(append(set.Add, d.points(st, false)...), d.points(st, true)...)
	set.Add = append(append(set.Add, d.rungs(st, dueLadder, false)...), d.rungs(st, idleLadder, false)...)
	if len(set.Add) > 0 || !set.Due.IsZero() {
		d.emit(set)
	}
}

// idleTimer is named by the event it comes after, so every one has a job of its own.
func (d *decider) idleTimer(st *CompiledStage) Timer {
	return Timer{ID: d.timerID("idle") + "|" + itoa(int(d.s.Seq)), Kind: "idle", At: st.Idle.Add(d.s.LastActivity, d.app.Zone, d.calendar()), From: d.s.LastActivity}
}

// watchIdle starts waiting again after somebody has worked on a record whose idle timer has fired.
func (d *decider) watchIdle() {
	st := d.stage()
	if st == nil || st.Idle == nil || d.c.Kind == Import || !d.s.Deleted.IsZero() || d.before == nil || d.s.LastActivity.Equal(d.before.LastActivity) {
		return
	}
	var set TimersSet
	if !slices.ContainsFunc(d.s.Timers, func(t Timer) bool { return t.Kind == "idle" }) {
		set.Add = append(set.Add, d.idleTimer(st))
	}
	set.Add = append(set.Add, d.rungs(st, idleLadder, false)...)
	if set.Add = append(set.Add, d.points(st, true)...); len(set.Add) > 0 {
		d.emit(set)
	}
}

// dueAt computes when a stage is due: a duration from entry, a time of day, or a date.
func (d *decider) dueAt(st *CompiledStage, since time.Time) (time.Time, bool) {
	switch {
	case st.Due != nil:
		return st.Due.Add(since, d.app.Zone, d.calendar()), true
	case st.Def.Due.At != "":
		at, err := time.Parse("15:04", st.Def.Due.At)
		if err != nil {
			return time.Time{}, false
		}
		day := rules.DateOf(since, d.app.Zone)
		due := day.At(at.Hour(), at.Minute(), d.app.Zone)
		if due.Before(since) {
			due = day.AddDays(1).At(at.Hour(), at.Minute(), d.app.Zone)
		}
		return due.UTC(), true
	case st.DueDate != nil:
		val, err := st.DueDate.Eval(d.scope(d.view(nil)))
		if err != nil {
			return time.Time{}, false
		}
		switch day := val.(type) {
		case rules.Date:
			return day.At(18, 0, d.app.Zone).UTC(), true
		case time.Time:
			return day, true
		}
	}
	return time.Time{}, false
}

// timerID names a timer by the stage entry it belongs to, so a late firing for an earlier stay is ignored.
func (d *decider) timerID(kind string) string { return itoa(d.s.Entry) + "|" + kind }

// dropTimers removes timers of a kind; "" removes all.
func (d *decider) dropTimers(kind string) {
	var gone []string
	for _, t := range d.s.Timers {
		if kind == "" || t.Kind == kind {
			gone = append(gone, t.ID)
		}
	}
	if len(gone) > 0 {
		d.emit(TimersSet{Remove: gone})
	}
}

// dropStageTimers removes what a stay in a stage set; dates of the record go on.
func (d *decider) dropStageTimers() {
	var gone []string
	for _, t := range d.s.Timers {
		if t.Kind != "date" {
			gone = append(gone, t.ID)
		}
	}
	if len(gone) > 0 {
		d.emit(TimersSet{Remove: gone})
	}
}

// autos takes auto transitions that have become possible: array order, first true, all gates apply; they wait for a live round.
func (d *decider) autos() *Rejection {
	d.byHand, d.picked = false, ""
	if d.proc == nil || slices.Contains([]CommandKind{Import, Delete, Migrate, Unmigrate}, d.c.Kind) {
		return nil
	}
	for range maxAutos {
		if d.s.Round != nil {
			return nil
		}
		t := d.ready()
		if t == nil {
			return nil
		}
		if t.Chain != nil {
			if opened, r := d.open(t, Changed{}, d.view(nil), ""); r != nil || opened {
				return r
			}
		}
		if r := d.take(t, Changed{}, d.view(nil), Entered{}); r != nil {
			return r
		}
	}
	return nil
}

// ready is the first auto transition whose gate is open.
func (d *decider) ready() *CompiledTransition {
	for _, t := range d.proc.Transitions {
		if t.Def.Auto && t.From[d.s.Stage] {
			if v := d.view(nil); len(d.errorsOf(d.gate(t, v))) == 0 {
				return t
			}
		}
	}
	return nil
}
