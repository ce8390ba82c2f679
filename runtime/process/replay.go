package process

import "time"

// Setoff is a moment of a record's past at which an automation would have been set off.
type Setoff struct {
	At time.Time
	// State is the record as it stood then.
	State *State
	// Sees is what the automation would have seen beside the record.
	Sees *Frame
}

// Replayable says how an automation can be held against what has happened: "events" (by the events of records), "dates" (by the dates that
// records had), "schedule", or empty: for calls from outside, and for moments before and after a stage is due or idle, whose timers only a
// live automation sets.
func (a *CompiledAutomation) Replayable() string {
	on := &a.Def.On
	switch {
	case on.Cron != "":
		return "schedule"
	case a.Form == nil || on.Webhook != "" || on.Due+on.Idle != "" && (a.Share != 0 || a.Offset != nil):
		return ""
	case a.Date != "":
		return "dates"
	}
	return "events"
}

// Replay is when the trigger of an automation would have set it off in the past of a record, oldest first: from since on, before until.
// Conditions are not looked at. Imported records set nothing off, as in life.
func Replay(app *App, a *CompiledAutomation, id string, events []Event, since, until time.Time, f *Facts) []Setoff {
	var out []Setoff
	within := func(at time.Time) bool { return !at.Before(since) && at.Before(until) }
	w := &effects{app: app, s: (*State)(nil).Clone()}
	w.s.ID = id
	for i := range events {
		e := &events[i]
		before := *w.s
		w.s.Apply(e)
		if w.s.Form != a.Form.Def.Key {
			continue
		}
		if a.Date == "" {
			if within(e.At) && w.triggers(a, e, &before) {
				one := Setoff{At: e.At, State: w.s.Clone()}
				if begun, ok := e.Payload.(Created); ok {
					one.Sees = a.SentFrame(&begun)
				}
				out = append(out, one)
			}
			continue
		}
		// The date as it stands after this event sets off when its moment comes before the next event changes anything.
		end := until
		if i+1 < len(events) && events[i+1].At.Before(until) {
			end = events[i+1].At
		}
		at, ok := dateOf(app, a, w.s, f, e.At)
		if ok && within(at) && !at.Before(e.At) && at.Before(end) && w.s.Deleted.IsZero() {
			out = append(out, Setoff{At: at, State: w.s.Clone()})
		}
	}
	return out
}

// dateOf is when the date of a record sets an automation off, as the record stands.
func dateOf(app *App, a *CompiledAutomation, s *State, f *Facts, at time.Time) (time.Time, bool) {
	d, r := performer(app, s.Clone(), f, at)
	if r != nil {
		return time.Time{}, false
	}
	return d.dateAt(a, d.form.Schema.Decode(s.Data)[a.Date])
}
