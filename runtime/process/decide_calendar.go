package process

import (
	"slices"
	"strings"
	"time"

	"pipewright/rules"
)

// calendar tells the working days that the record's times are counted in: those of its owner's team, so that a record handed over to another
// team is counted by that team's days from then on. A record without an owner goes by the company's. The years it is asked about and does
// not hold are noted, and told with the timers that were counted over them.
func (d *decider) calendar() rules.Calendar {
	days := d.workdays()
	if days == nil {
		return nil
	}
	return noting{days, d}
}

// workdays is the same for expressions.
func (d *decider) workdays() rules.Calendar {
	if d.f.CalendarOf == nil {
		return d.f.Calendar
	}
	return d.f.CalendarOf(d.s.Owner, d.s.Team)
}

// noting is a calendar that notes the years which nobody has entered.
type noting struct {
	rules.Calendar
	d *decider
}

func (n noting) IsWorkday(day rules.Date) bool {
	if c, ok := n.Calendar.(interface{ Knows(year int) bool }); ok && !c.Knows(day.Year) && !slices.Contains(n.d.unknown, day.Year) {
		n.d.unknown = append(n.d.unknown, day.Year)
	}
	return n.Calendar.IsWorkday(day)
}

// unknownYears are those noted since it was last asked, in order.
func (d *decider) unknownYears() []int {
	out := d.unknown
	slices.Sort(out)
	d.unknown = nil
	return out
}

// reschedule counts the open timers of the record anew, since the calendar it goes by has changed; the service's alone. What has come
// already is left to its job, what has fired stays fired, and what waits for a round to end stays as it is. A timer whose moment is past by
// the new calendar fires at once.
func (d *decider) reschedule() *Rejection {
	if !d.c.Actor.Service {
		return forbidden()
	}
	if !d.s.Deleted.IsZero() {
		return nil
	}
	d.by, d.unknown = "", nil
	var out Rescheduled
	for _, t := range d.s.Timers {
		if !t.At.After(d.now) {
			continue
		}
		at, ok := d.countAgain(&t)
		if !ok || at.Equal(t.At) {
			continue
		}
		if t.Kind == "due" {
			out.Due = at
		}
		if !at.After(d.now) {
			at = d.now
		}
		// Named by the event before it, so that the moved timer has a job of its own.
		id, _, _ := strings.Cut(t.ID, "~")
		moved := MovedTimer{From: t.ID, Was: t.At, To: t}
		moved.To.ID, moved.To.At = id+"~"+itoa(int(d.s.Seq)), at
		out.Moved = append(out.Moved, moved)
	}
	for _, key := range sortedKeys(d.s.ActivityPeople) {
		open := d.s.ActivityPeople[key]
		a := d.activityHere(key)
		if a == nil || a.Due == nil || !a.Due.Working() || !open.DueAt.After(d.now) || len(d.s.WaitsFor(key)) == 0 {
			continue
		}
		if at := a.Due.Add(open.began(d.s), d.app.Zone, d.calendar()); !at.Equal(open.DueAt) {
			if out.Activities == nil {
				out.Activities = map[string]time.Time{}
			}
			out.Activities[key] = at
		}
	}
	if len(d.needs) == 0 && len(out.Moved)+len(out.Activities) > 0 {
		out.Unknown, out.Owner = d.unknownYears(), d.c.Moved
		d.emit(out)
	}
	if at := d.s.Reclaim.again(d); !at.IsZero() && !at.Equal(d.s.Reclaim.At) {
		d.noticeAgain(at)
	}
	return nil
}

// Counted says from when, and over how much working time, an instant that stands outside a record was counted, and by whose record's
// calendar (none: the company's), so that it can be counted anew.
type Counted struct {
	From   time.Time      `json:"from"`
	After  rules.Duration `json:"after"`
	Form   string         `json:"form,omitempty"`
	Record string         `json:"record,omitempty"`
}

// counted is the instant a duration from now, and how it was counted where working time is in it.
func (d *decider) counted(after *rules.Duration) (time.Time, *Counted) {
	at := after.Add(d.now, d.app.Zone, d.calendar())
	if !after.Working() {
		return at, nil
	}
	c := &Counted{From: d.now, After: *after}
	if d.before != nil {
		c.Form, c.Record = d.s.Form, d.s.ID
	}
	return at, c
}

// Again is the instant by a calendar as it is now.
func (c *Counted) Again(app *App, days rules.Calendar) time.Time {
	return c.After.Add(c.From, app.Zone, days)
}

// began is when people were asked for an activity; one that was asked for before that was noted counts from the stage's beginning.
func (o ActivityOpen) began(s *State) time.Time {
	if o.From.IsZero() {
		return s.Since
	}
	return o.From
}

func (d *decider) activityHere(key string) *CompiledActivity {
	st := d.stage()
	if st == nil {
		return nil
	}
	for _, a := range st.Activities {
		if a.Key == key {
			return a
		}
	}
	return nil
}

// countAgain is when a timer comes by the calendar as it is now; false for one that does not count working time, or that waits for
// something else.
func (d *decider) countAgain(t *Timer) (time.Time, bool) {
	from := func(usual time.Time) time.Time {
		if t.From.IsZero() {
			return usual
		}
		return t.From
	}
	st := d.stage()
	switch t.Kind {
	case "due":
		if st != nil && st.dueWorks() {
			return d.dueThen(st)
		}
	case "idle":
		if st != nil && st.Idle != nil && st.Idle.Working() && d.s.Round == nil {
			return st.Idle.Add(from(d.s.LastActivity), d.app.Zone, d.calendar()), true
		}
	case rungTimer:
		if st == nil || t.Rung >= len(st.ladder(t.Key)) {
			return time.Time{}, false
		}
		after := &st.ladder(t.Key)[t.Rung].After
		switch {
		case t.Key == idleLadder && after.Working() && d.s.Round == nil:
			return after.Add(from(d.s.LastActivity), d.app.Zone, d.calendar()), true
		case t.Key == dueLadder && (after.Working() || st.Due == nil && st.dueWorks()):
			return d.rungAt(st, t.Key, t.Rung)
		}
	case "point":
		a := d.app.Automations[t.Key]
		if st == nil || a == nil || !slices.Contains(st.Points, a) {
			return time.Time{}, false
		}
		works := a.Offset != nil && a.Offset.Working()
		if a.Def.On.Idle != "" {
			if works = works || st.Idle != nil && st.Idle.Working(); works && d.s.Round == nil && !t.From.IsZero() {
				return d.pointFrom(st, a, t.From)
			}
		} else if works || st.dueWorks() {
			return d.pointThen(st, a)
		}
	case "date":
		for _, a := range d.form.Dates {
			if a.Def.Key == t.Key && a.Offset != nil && a.Offset.Working() {
				return d.dateAt(a, d.view(nil)[a.Date])
			}
		}
	case "activity":
		if a := d.activityHere(t.Key); a != nil && t.Rung < len(a.Ladder) && a.Ladder[t.Rung].After.Working() {
			return a.Ladder[t.Rung].After.Add(from(d.s.ActivityPeople[t.Key].began(d.s)), d.app.Zone, d.calendar()), true
		}
	case "step":
		r := d.s.Round
		if r == nil || r.State != Running || d.app.Chains[r.Chain] == nil {
			return time.Time{}, false
		}
		step := d.app.Chains[r.Chain].Step(t.Key)
		if state := r.Step(t.Key); step != nil && state.State == Active && t.Rung < len(step.Due) && step.Due[t.Rung].After.Working() {
			return step.Due[t.Rung].After.Add(state.EnteredAt, d.app.Zone, d.calendar()), true
		}
	}
	return time.Time{}, false
}

// dueWorks says whether working days have a say in when the stage is due.
func (st *CompiledStage) dueWorks() bool {
	return st.Due != nil && st.Due.Working() || st.DueDate != nil && strings.Contains(strings.ToLower(st.Def.Due.Date), "workday")
}

// dueThen is when the stage is due as its entry would say it with the calendar of now.
func (d *decider) dueThen(st *CompiledStage) (time.Time, bool) {
	now := d.now
	d.now = d.s.Since
	at, ok := d.dueAt(st, d.s.Since)
	d.now = now
	return at, ok
}

func (d *decider) pointThen(st *CompiledStage, a *CompiledAutomation) (time.Time, bool) {
	now := d.now
	d.now = d.s.Since
	at, ok := d.pointAt(st, a)
	d.now = now
	return at, ok
}
