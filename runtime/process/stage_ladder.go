package process

import (
	"slices"
	"time"

	"pipewright/rules"
)

// A stage's own ladders: what happens as the time of a stage goes by, or as nobody works on the record. Without rungs the owner is reminded when
// the stage is due, and when it has been idle for its time. Each rung is a timer of kind "rung" whose key says which ladder it is of.
const (
	rungTimer  = "rung"
	dueLadder  = "due"
	idleLadder = "idle"
)

// stageLadders compiles the rungs of a stage's due and idle.
func (c *compiler) stageLadders(path string, p *Process, s *CompiledStage) {
	d := s.Def
	ctx := whoContext{form: p.Form, env: c.env(p.Form.Def.Key)}
	if len(d.Ladder) > 0 && d.Due.IsZero() {
		c.fail(path+"/due", "setting.missing", "写了提醒和升级，就要写时限（due）", "寫了提醒和升級，就要寫時限（due）", "Reminders and escalation need a deadline (due)")
	}
	if len(d.IdleLadder) > 0 && d.Idle == "" {
		c.fail(path+"/idle", "setting.missing", "写了停滞后的提醒和升级，就要写停滞时限（idle）", "寫了停滯後的提醒和升級，就要寫停滯時限（idle）",
			"Reminders and escalation of what stands still need an idle time (idle)")
	}
	after := c.duration
	if d.Due.Duration == "" {
		after = c.around
	}
	s.Ladder = c.rungs(path+"/ladder", d.Ladder, ctx, after)
	s.IdleLadder = c.rungs(path+"/idleLadder", d.IdleLadder, ctx, c.duration)
}

// around reads how long before (negative) or after a moment something is; none is the moment itself.
func (c *compiler) around(path, src string) *rules.Duration {
	if d, err := rules.ParseDuration(src); err == nil {
		return &d
	}
	return c.duration(path, src) // says what a duration looks like
}

// ladder are the rungs of one of the stage's ladders.
func (st *CompiledStage) ladder(key string) []CompiledDue {
	if key == idleLadder {
		return st.IdleLadder
	}
	return st.Ladder
}

// rung finds the timer of a rung.
func (d *decider) rung(key string, i int) *Timer {
	for n := range d.s.Timers {
		if t := &d.s.Timers[n]; t.Kind == rungTimer && t.Key == key && t.Rung == i {
			return t
		}
	}
	return nil
}

// rungAt is when a rung of the stage comes; false when the stage has no deadline that it could be counted from.
func (d *decider) rungAt(st *CompiledStage, key string, i int) (time.Time, bool) {
	after := &st.ladder(key)[i].After
	switch {
	case key == idleLadder:
		return after.Add(d.s.LastActivity, d.app.Zone, d.calendar()), true
	case st.Due != nil:
		return after.Add(d.s.Since, d.app.Zone, d.calendar()), true
	}
	at, ok := d.dueThen(st)
	if !ok {
		return at, false
	}
	return after.Add(at, d.app.Zone, d.calendar()), true
}

// newRung is named by the event it comes after, so every one has a job of its own.
func (d *decider) newRung(key string, i int, at time.Time) Timer {
	t := Timer{ID: d.timerID(rungTimer) + "|" + key + "|" + itoa(i) + "|" + itoa(int(d.s.Seq)), Kind: rungTimer, Key: key, Rung: i, At: at}
	if key == idleLadder {
		t.From = d.s.LastActivity
	}
	return t
}

// rungs are the timers of a ladder that are still to come and not set. Of those that are past when the record comes in, a deadline before which
// it was to come in having gone by, the last one comes at once, if told is given.
func (d *decider) rungs(st *CompiledStage, key string, told bool) (out []Timer) {
	late := -1
	var lateAt time.Time
	for i := range st.ladder(key) {
		if d.rung(key, i) != nil {
			continue
		}
		at, ok := d.rungAt(st, key, i)
		switch {
		case !ok:
		case at.After(d.now):
			out = append(out, d.newRung(key, i, at))
		case late < 0 || !at.Before(lateAt):
			late, lateAt = i, at
		}
	}
	if told && late >= 0 {
		out = append(out, d.newRung(key, late, d.now))
	}
	return out
}

// reminded are those reminded by the plain timer of due or idle: the owner, unless rungs say otherwise.
func (d *decider) reminded(key string) []string {
	if st := d.stage(); st != nil && len(st.ladder(key)) > 0 {
		return nil
	}
	return some(d.s.Owner)
}

// fireRung takes one rung of a stage's ladder: remind the owner, tell his managers or whom it names, or give the record to somebody else. One that
// waits for idleness moves on when somebody has worked on the record since, and while a round runs (semantics 2a).
func (d *decider) fireRung(t Timer) *Rejection {
	d.emit(TimersSet{Remove: []string{t.ID}})
	st := d.stage()
	if st == nil || t.Rung >= len(st.ladder(t.Key)) {
		return nil
	}
	rung := &st.ladder(t.Key)[t.Rung]
	if t.Key == idleLadder {
		next := d.newRung(t.Key, t.Rung, rung.After.Add(d.s.LastActivity, d.app.Zone, d.calendar()))
		if next.At.After(d.now) || d.s.Round != nil {
			if !next.At.After(d.now) {
				next.At, next.From = rung.After.Add(d.now, d.app.Zone, d.calendar()), d.now
			}
			d.emit(TimersSet{Add: []Timer{next}})
			return nil
		}
	}
	switch rung.Def.Do {
	case "remind":
		d.emit(Reminded{Timer: t.ID, Kind: rungTimer, Key: t.Key, To: some(d.s.Owner)})
	case "escalate":
		if to, ok := d.toldOf(rung, "", some(d.s.Owner)); ok {
			d.emit(StageLate{Ladder: t.Key, To: to})
		}
	case "transfer":
		people, ok := d.resolve(rung.To, "", nil)
		if !ok || len(people) == 0 || slices.Contains(people, d.s.Owner) {
			return nil
		}
		working, ok := d.present(people)
		if !ok || len(working) == 0 {
			return nil
		}
		d.emit(StageLate{Ladder: t.Key, To: some(d.s.Owner), Given: true})
		return d.give(&CompiledOwner{Def: &Owner{}}, working)
	}
	return nil
}

// watchDue moves what waits for the stage's deadline when the date has changed that it is worked out of. What has fired stays fired unless it is
// to come again; what waited and is past by the new date comes at once, of a ladder the last of such rungs.
func (d *decider) watchDue() {
	st := d.stage()
	if st == nil || st.DueDate == nil || !st.Def.Open() || d.before == nil || d.s.Entry != d.before.Entry || !d.s.Deleted.IsZero() ||
		slices.Contains([]CommandKind{Import, Restore, Migrate, Unmigrate}, d.c.Kind) ||
		!slices.ContainsFunc(d.events, func(e Event) bool { _, changed := e.Payload.(Changed); return changed }) {
		return
	}
	at, ok := d.dueThen(st)
	if at.Equal(d.s.DueAt) || len(d.needs) > 0 {
		return
	}
	set := TimersSet{Due: at, Undue: !ok}
	rungs, points := map[int]bool{}, map[string]bool{}
	waits := false
	for _, t := range d.s.Timers {
		a := d.app.Automations[t.Key]
		switch {
		case t.Kind == "due":
			waits = true
		case t.Kind == rungTimer && t.Key == dueLadder:
			rungs[t.Rung] = true
		case t.Kind == "point" && a != nil && a.Def.On.Due != "":
			points[t.Key] = true
		default:
			continue
		}
		set.Remove = append(set.Remove, t.ID)
	}
	if ok {
		set.Add = d.againDue(st, at, waits, rungs, points)
	}
	d.emit(set)
}

// againDue are the timers of a deadline that has moved; waits, rungs and points say what of it had not come yet.
func (d *decider) againDue(st *CompiledStage, due time.Time, waits bool, rungs map[int]bool, points map[string]bool) (out []Timer) {
	seq := "|" + itoa(int(d.s.Seq))
	comes := func(at time.Time, waited bool) (time.Time, bool) {
		if at.After(d.now) {
			return at, true
		}
		return d.now, waited
	}
	if at, yes := comes(due, waits); yes {
		out = append(out, Timer{ID: d.timerID("due") + seq, Kind: "due", At: at})
	}
	late := -1
	var lateAt time.Time
	for i := range st.Ladder {
		at, _ := d.rungAt(st, dueLadder, i)
		switch {
		case at.After(d.now):
			out = append(out, d.newRung(dueLadder, i, at))
		case rungs[i] && (late < 0 || !at.Before(lateAt)):
			late, lateAt = i, at
		}
	}
	if late >= 0 {
		out = append(out, d.newRung(dueLadder, late, d.now))
	}
	for _, a := range st.Points {
		if a.Def.On.Due == "" {
			continue
		}
		if at, ok := d.pointThen(st, a); ok {
			if at, yes := comes(at, points[a.Def.Key]); yes {
				out = append(out, Timer{ID: d.timerID("point") + "|" + a.Def.Key + seq, Kind: "point", Key: a.Def.Key, At: at})
			}
		}
	}
	return out
}
