package process

import (
	"slices"
	"time"

	"pipewright/forms"
	"pipewright/rules"
)

// watchDates keeps the timers of automations that a date of the record sets off: a date that changes moves its timer, one that is
// cleared drops it. Only a change of the date is looked at, so that a timer which has fired is not set again; what is past already
// does not fire, but for the rest of the very day it was entered on.
func (d *decider) watchDates() {
	if len(d.form.Dates) == 0 || !d.s.Deleted.IsZero() {
		return
	}
	if d.c.Kind == Unmigrate {
		return // the timers are put back as they were
	}
	replan := d.c.Kind == Replan || d.c.Kind == Migrate
	whole := d.before == nil || d.c.Kind == Restore || replan
	if !whole && !slices.ContainsFunc(d.events, func(e Event) bool { _, ok := e.Payload.(Changed); return ok }) {
		return
	}
	now := d.view(nil)
	var old forms.Values
	if !whole {
		old = d.form.Schema.Decode(d.before.Data)
	}
	var set TimersSet
	for _, a := range d.form.Dates {
		if !whole && sameMoment(old[a.Date], now[a.Date]) {
			continue
		}
		have := d.timer("date", a.Def.Key)
		at, ok := d.dateAt(a, now[a.Date])
		if ok && !at.After(d.now) {
			// It is late: a plan that moved fires at once, a date just entered only if this is its day.
			today := rules.DateOf(at, d.app.Zone) == rules.DateOf(d.now, d.app.Zone)
			entered := d.c.Kind != Import && d.c.Kind != Restore && !replan
			ok = have != nil && replan || entered && today
			at = d.now
		}
		if have != nil && ok && have.At.Equal(at) {
			continue
		}
		if have != nil {
			set.Remove = append(set.Remove, have.ID)
		}
		if ok {
			// Named by the event before it, so that the same date set anew has a timer of its own.
			set.Add = append(set.Add, Timer{ID: "date|" + a.Def.Key + "|" + itoa(int(d.s.Seq)), Kind: "date", Key: a.Def.Key, At: at})
		}
	}
	if len(set.Add)+len(set.Remove) > 0 {
		d.emit(set)
	}
}

// dateAt is when the date of a record sets an automation off.
func (d *decider) dateAt(a *CompiledAutomation, v any) (time.Time, bool) {
	var at time.Time
	switch day := v.(type) {
	case rules.Date:
		at = day.At(a.Hour, a.Minute, d.app.Zone)
	case time.Time:
		at = day
		if !a.Timed {
			at = rules.DateOf(day, d.app.Zone).At(a.Hour, a.Minute, d.app.Zone)
		}
	default:
		return time.Time{}, false
	}
	if a.Offset != nil {
		at = a.Offset.Add(at, d.app.Zone, d.calendar())
	}
	return at.UTC(), true
}

func sameMoment(a, b any) bool {
	x, isTime := a.(time.Time)
	if y, both := b.(time.Time); isTime && both {
		return x.Equal(y)
	}
	return a == b
}

// timer finds a timer by its kind and what it serves.
func (d *decider) timer(kind, key string) *Timer {
	for i := range d.s.Timers {
		if t := &d.s.Timers[i]; t.Kind == kind && t.Key == key {
			return t
		}
	}
	return nil
}

// replan sets the timers of dates that a release or a calendar has brought for records already there; the service's alone.
func (d *decider) replan() *Rejection {
	if !d.c.Actor.Service {
		return forbidden()
	}
	d.watchDates()
	return nil
}

// points are the timers of automations that run some time before or after the stage is due or idle; past ones are not set.
func (d *decider) points(st *CompiledStage, idle bool) []Timer {
	var out []Timer
	for _, a := range st.Points {
		if (a.Def.On.Idle != "") != idle || d.timer("point", a.Def.Key) != nil {
			continue
		}
		if at, ok := d.pointAt(st, a); ok && at.After(d.now) {
			t := Timer{ID: d.timerID("point") + "|" + a.Def.Key + "|" + itoa(int(d.s.Seq)), Kind: "point", Key: a.Def.Key, At: at}
			if idle {
				t.From = d.s.LastActivity
			}
			out = append(out, t)
		}
	}
	return out
}

// pointAt is when an automation runs that goes by the time a stage is due or idle.
func (d *decider) pointAt(st *CompiledStage, a *CompiledAutomation) (time.Time, bool) {
	if a.Def.On.Idle != "" {
		return d.pointFrom(st, a, d.s.LastActivity)
	}
	return d.pointFrom(st, a, d.s.Since)
}

// pointFrom is that with idleness counted from an instant.
func (d *decider) pointFrom(st *CompiledStage, a *CompiledAutomation, from time.Time) (at time.Time, ok bool) {
	if a.Def.On.Idle != "" {
		if st.Idle != nil {
			at, ok = st.Idle.Add(from, d.app.Zone, d.calendar()), true
		}
	} else {
		at, ok = d.dueAt(st, d.s.Since)
	}
	if !ok {
		return at, false
	}
	if a.Share > 0 {
		return from.Add(at.Sub(from) / 100 * time.Duration(a.Share)).UTC().Truncate(time.Millisecond), true
	}
	return a.Offset.Add(at, d.app.Zone, d.calendar()), true
}

// firePoint sets off the automation that a timer serves. One that waits for idleness moves on when somebody has worked on the record
// since, and while a round runs.
func (d *decider) firePoint(t Timer) *Rejection {
	d.emit(TimersSet{Remove: []string{t.ID}})
	a := d.app.Automations[t.Key]
	if a == nil || a.Def.Off {
		return nil
	}
	if st := d.stage(); t.Kind == "point" && a.Def.On.Idle != "" {
		if st == nil {
			return nil
		}
		at, ok := d.pointAt(st, a)
		if ok && (at.After(d.now) || d.s.Round != nil) {
			from := d.s.LastActivity
			if !at.After(d.now) {
				at, from = st.Idle.Add(d.now, d.app.Zone, d.calendar()), time.Time{} // it waits for the round as well
			}
			d.emit(TimersSet{Add: []Timer{{ID: d.timerID("point") + "|" + t.Key + "|" + itoa(int(d.s.Seq)), Kind: "point", Key: t.Key, At: at, From: from}}})
			return nil
		}
	}
	d.emit(Reminded{Timer: t.ID, Kind: t.Kind, Key: t.Key})
	return nil
}
