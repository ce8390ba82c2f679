package process

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"pipewright/forms"
	"pipewright/rules"
)

// migrate moves the record on to another release, where it stands: no gate is run, nothing is entered anew, time runs on. What cannot be
// settled without a choice is a problem at the path of the mapping that settles it, all of them at once.
func (d *decider) migrate() *Rejection {
	m := d.c.Plan
	if !d.c.Actor.Service || m == nil || d.app.Release != m.To.Release {
		return forbidden()
	}
	if d.s.Release == m.To.Release {
		return nil
	}
	if d.s.Release != m.From.Release {
		return reject("migration.release", rules.Say("记录在版本 {n} 上，不在要迁移的版本上", "記錄在版本 {n} 上，不在要遷移的版本上", "The record runs on release {n}, not on the one that is migrated", "n", d.s.Release))
	}
	w := &mover{d: d, m: m, to: d.s.placed()}
	e, reopen := w.move()
	if len(d.needs) > 0 {
		return nil
	}
	if len(w.problems) > 0 {
		return reject("migration.choose", rules.Say("还有 {n} 处要选择", "還有 {n} 處要選擇", "{n} things have to be chosen first", "n", len(w.problems)), w.problems...)
	}
	d.emit(e)
	w.replan()
	if st := d.stage(); st.Def.Open() {
		if r := w.ask(st); r != nil {
			return r
		}
	}
	if reopen != nil {
		return w.reopen(*reopen)
	}
	return nil
}

// mover works out one record's migration.
type mover struct {
	d        *decider
	m        *MigrationPlan
	to       Placed
	problems []rules.Problem
}

func (w *mover) problem(path, code, zhCN, zhTW, en string, args ...any) {
	w.problems = append(w.problems, rules.Errorf("/"+path, code, rules.Say(zhCN, zhTW, en, args...)))
}

// move is the event, and the round to open after it.
func (w *mover) move() (e Migrated, reopen *RoundOpened) {
	m, s := w.m, w.d.s
	w.to.Release, w.to.Form, w.to.Process = m.To.Release, m.New.Def.Key, m.New.Process.Def.Key
	stage, ok := m.stages[s.Stage]
	old := m.Old.Process.ByKey[s.Stage]
	if !ok || old == nil {
		name := rules.Plain(s.Stage)
		if old != nil {
			name = named(old.Def.Name, s.Stage)
		}
		w.problem("stages/"+s.Stage, "migration.stage", "要去的版本里没有阶段“{stage}”：选择它去哪个阶段", "要去的版本裡沒有階段「{stage}」：選擇它去哪個階段",
			"The release they go to has no stage “{stage}”: choose where its records go", "stage", name)
		return e, nil
	}
	w.to.Stage = stage
	w.marks()
	data, problems := m.converted(s.Data, false)
	w.problems = append(w.problems, problems...)
	data = w.computed(data)
	round, reopen := w.round(data)
	w.to.Round = round
	w.timers(old, m.New.Process.ByKey[stage])
	return Migrated{Migration: m.ID, From: m.From.Release, To: w.to, Set: data.Set, Clear: data.Clear}, reopen
}

// computed adds what the new release computes of the converted values, and empties by hiding.
func (w *mover) computed(c Changed) Changed {
	d := w.d
	live := d.s
	defer func() { d.s, d.seen = live, nil }()
	d.s = live.Clone()
	d.s.Release, d.s.Stage = w.to.Release, w.to.Stage
	d.s.change(&Event{}, c.Set, c.Clear)
	d.s.Touched = live.Touched
	res := d.evaluate(d.view(nil), nil, forms.Mask{}, nil)
	more := d.difference(res.Values)
	d.s.change(&Event{}, more.Set, more.Clear)
	return between(live.Data, d.s.Data)
}

// between is what turns one set of stored values into another.
func between(a, b forms.Stored) (c Changed) {
	for k, v := range b {
		if was, ok := a[k]; !ok || !forms.SameStored(was, v) {
			c.set(k, v)
		}
	}
	for k := range a {
		if _, still := b[k]; !still {
			c.Clear = append(c.Clear, k)
		}
	}
	slices.Sort(c.Clear)
	return c
}

// marks carries over the ticks and what people were asked to do. A mark without a counterpart stays as it is, for the history.
func (w *mover) marks() {
	entered := map[string]time.Time{}
	for _, k := range sortedKeys(w.to.Entered) {
		at := w.to.Entered[k]
		if n := w.m.stages[k]; n != "" {
			k = n
		}
		if entered[k].Before(at) {
			entered[k] = at
		}
	}
	if len(entered) > 0 {
		w.to.Entered = entered
	}
	w.to.Checklist = renamed(w.to.Checklist, w.m.items)
	w.to.Activities = renamed(w.to.Activities, w.m.activities)
	if len(w.to.Answers) > 0 {
		answers := map[string]map[string]Answer{}
		for _, k := range sortedKeys(w.to.Answers) {
			n := w.m.activities[k]
			if _, taken := answers[n]; n == "" || taken {
				n = k
			}
			answers[n] = w.to.Answers[k]
		}
		w.to.Answers = answers
	}
	asked := map[string]ActivityOpen{}
	for _, k := range sortedKeys(w.to.ActivityPeople) {
		n, ok := w.m.activities[k]
		if !ok {
			continue // nobody is asked for it any more
		}
		open := w.to.ActivityPeople[k]
		if was, is := activityOf(w.m.Old, k), activityOf(w.m.New, n); !w.m.sameTime(was, is) {
			open.DueAt, open.From = time.Time{}, w.d.s.Since
			if is.Due != nil {
				open.DueAt = is.Due.Add(w.d.s.Since, w.d.app.Zone, w.d.calendar())
			}
		}
		asked[n] = open
	}
	w.to.ActivityPeople = nil
	if len(asked) > 0 {
		w.to.ActivityPeople = asked
	}
}

// sameTime says whether two activities have the same time and rungs.
func (m *MigrationPlan) sameTime(a, b *CompiledActivity) bool {
	return a != nil && b != nil && reflect.DeepEqual(a.Due, b.Due) && sameRungs(a.Ladder, b.Ladder) && m.sameClock()
}

func sameRungs(a, b []CompiledDue) bool {
	return slices.EqualFunc(a, b, func(x, y CompiledDue) bool { return x.After == y.After && reflect.DeepEqual(x.Def, y.Def) })
}

// renamed gives marks their new keys; one whose new key another has already keeps its own.
func renamed(marks map[string]Mark, keys map[string]string) map[string]Mark {
	if len(marks) == 0 {
		return nil
	}
	out := map[string]Mark{}
	for _, k := range sortedKeys(marks) {
		n := keys[k]
		if _, taken := out[n]; n == "" || taken {
			n = k
		}
		out[n] = marks[k]
	}
	return out
}

func activityOf(f *Form, key string) *CompiledActivity {
	for _, st := range f.Process.Stages {
		for _, a := range st.Activities {
			if a.Key == key {
				return a
			}
		}
	}
	return nil
}

// timers keeps those whose formula is what it was: what time is left to them is left. The others are planned anew.
func (w *mover) timers(old, now *CompiledStage) {
	var kept []Timer
	for _, t := range w.to.Timers {
		keep := false
		switch t.Kind {
		case "due":
			keep = w.m.sameDue(old, now)
		case "idle":
			keep = w.m.sameIdle(old, now)
		case rungTimer:
			keep = w.m.sameLadder(old, now, t.Key)
		case "point":
			a, b := w.m.From.Automations[t.Key], w.m.To.Automations[w.m.automations[t.Key]]
			if a != nil && b != nil && slices.Contains(now.Points, b) {
				t.Key = b.Def.Key
				keep = samePoint(a, b) && w.m.sameDue(old, now) && w.m.sameIdle(old, now)
			}
		case "date":
			if b := w.m.To.Automations[w.m.automations[t.Key]]; b != nil && slices.Contains(w.m.New.Dates, b) {
				t.Key, keep = b.Def.Key, true
			}
		case "activity":
			n := w.m.activities[t.Key]
			keep = w.m.sameTime(activityOf(w.m.Old, t.Key), activityOf(w.m.New, n))
			t.Key = n
		case "step":
			t.Key, keep = w.m.ladder(w.d.s.Round, w.to.Round, t.Key)
		}
		if keep {
			kept = append(kept, t)
		}
	}
	w.to.Timers = kept
	if !w.m.sameDue(old, now) {
		w.to.DueAt = time.Time{}
	}
}

// samePoint says whether two automations run as long before or after a stage is due or idle.
func samePoint(a, b *CompiledAutomation) bool {
	return a.Share == b.Share && reflect.DeepEqual(a.Offset, b.Offset) && (a.Def.On.Idle == "") == (b.Def.On.Idle == "")
}

// ladder says what a step of a round that is carried over is called now, and whether its deadlines are what they were.
func (m *MigrationPlan) ladder(before, after *Round, step string) (key string, same bool) {
	if before == nil || after == nil || before.N != after.N {
		return "", false
	}
	a, b := m.From.Chains[before.Chain].Step(step), m.To.Chains[after.Chain].Step(m.steps[before.Chain+"."+step])
	if a == nil || b == nil {
		return "", false
	}
	return b.Def.Key, sameRungs(a.Due, b.Due) && m.sameClock()
}

// replan sets the timers whose formula has changed, from when what they wait for began. What is past already shows, but nobody is reminded
// of it.
func (w *mover) replan() {
	d := w.d
	st, old := d.stage(), w.m.Old.Process.ByKey[d.before.Stage]
	var set TimersSet
	if !w.m.sameDue(old, st) {
		if at, ok := d.dueAt(st, d.s.Since); ok {
			set.Due = at
			if at.After(d.now) {
				set.Add = append(set.Add, Timer{ID: d.timerID("due"), Kind: "due", At: at})
			}
		}
	}
	if !w.m.sameIdle(old, st) && st.Idle != nil {
		if t := d.idleTimer(st); t.At.After(d.now) {
			set.Add = append(set.Add, t)
		}
	}
	set.Add = append(append(set.Add, d.points(st, false)...), d.points(st, true)...)
	for _, key := range []string{dueLadder, idleLadder} {
		if !w.m.sameLadder(old, st, key) {
			set.Add = append(set.Add, d.rungs(st, key, false)...)
		}
	}
	set.Add = append(set.Add, w.activityTimers(st)...)
	if r := d.s.Round; r != nil && d.before.Round != nil {
		for i := range d.before.Round.Steps {
			was := &d.before.Round.Steps[i]
			key, same := w.m.ladder(d.before.Round, r, was.Key)
			if key == "" || same || r.Step(key).State != Active {
				continue
			}
			step := w.m.To.Chains[r.Chain].Step(key)
			for n := range step.Due {
				if at := step.Due[n].After.Add(was.EnteredAt, d.app.Zone, d.calendar()); at.After(d.now) {
					set.Add = append(set.Add, Timer{ID: d.stepTimerID(step, n), Kind: "step", Key: key, Rung: n, At: at})
				}
			}
		}
	}
	if len(set.Add) > 0 || !set.Due.IsZero() {
		d.emit(set)
	}
}

// activityTimers are the rungs still to come of activities whose time is another now.
func (w *mover) activityTimers(st *CompiledStage) (out []Timer) {
	for k := range w.d.before.ActivityPeople {
		a := activityOf(w.m.New, w.m.activities[k])
		if a == nil || !slices.Contains(st.Activities, a) || w.m.sameTime(activityOf(w.m.Old, k), a) || len(w.d.s.WaitsFor(a.Key)) == 0 {
			continue
		}
		for i := range a.Ladder {
			if at := a.Ladder[i].After.Add(w.d.s.Since, w.d.app.Zone, w.d.calendar()); at.After(w.d.now) {
				out = append(out, w.d.activityTimer(a, i, at))
			}
		}
	}
	slices.SortFunc(out, func(a, b Timer) int { return strings.Compare(a.ID, b.ID) })
	return out
}

// ask gives people what the new release asks of them here and the old one did not.
func (w *mover) ask(st *CompiledStage) *Rejection {
	for _, a := range st.Activities {
		if _, asked := w.d.s.ActivityPeople[a.Key]; asked || !a.asks() || a.Group != nil && !st.Group(a.Group.Key, w.d.s).Begun {
			continue
		}
		if r := w.d.askActivity(a); r != nil {
			return r
		}
	}
	return nil
}

// reopen submits a round that could not be carried over by the chain of the new release, for the one who had submitted it.
func (w *mover) reopen(p RoundOpened) *Rejection {
	d := w.d
	ch := d.app.Chains[p.Chain]
	skip, r := d.skips(ch, d.view(p.Proposed))
	if r != nil || skip {
		return r
	}
	c := *d.c
	c.Pick = map[string][]string{}
	for key, people := range p.Picks {
		if st := ch.Step(key); st != nil && st.picks("initiator") != nil {
			c.Pick[key] = people
		}
	}
	given := d.c
	d.c = &c
	defer func() { d.c = given }()
	p.Picks = nil
	return d.begin(ch, p)
}

// round is what becomes of the live round: it is carried over, or ends and is opened anew as chosen.
func (w *mover) round(data Changed) (carried *Round, reopen *RoundOpened) {
	r := w.d.s.Round
	if r == nil {
		return nil, nil
	}
	proposed, problems := w.m.converted(r.Proposed, true)
	w.problems = append(w.problems, problems...)
	held := maps.Clone(r.Proposed)
	for _, k := range proposed.Clear {
		delete(held, k)
	}
	for k, v := range proposed.Set {
		held[k] = v
	}
	carried, why := w.carry(r, data, held)
	if carried != nil {
		return carried, nil
	}
	path := "rounds/" + r.Chain
	choice := w.m.Mapping[path]
	if choice == "" {
		w.problems = append(w.problems, rules.Errorf("/"+path, "migration.round", rules.Say("审批不能带过去：{why}。选择取消还是重新发起", "簽核不能帶過去：{why}。選擇取消還是重新發起",
			"The approval cannot be carried over: {why}. Choose whether to cancel it or to submit it anew", "why", why)))
		return nil, nil
	}
	w.to.Rounds = append(w.to.Rounds, RoundSummary{N: r.N, Chain: r.Chain, Transition: r.Transition, State: Cancelled, OpenedAt: r.OpenedAt, EndedAt: w.d.now, Hash: r.Hash, Guards: r.Guards})
	w.to.Rounds = w.to.Rounds[max(0, len(w.to.Rounds)-maxRounds):]
	if choice == CancelRound {
		return nil, nil
	}
	p := &RoundOpened{Initiator: r.Initiator, Comment: r.Comment, Proposed: held, Override: r.Override, Owner: r.Owner, Stage: r.Stage, Picks: w.m.keyed(r)}
	var ch *CompiledChain
	if r.Stage {
		ch = w.m.New.Process.ByKey[w.to.Stage].Approval
	} else if t := w.m.New.Process.ByTransition[w.m.transitions[r.Transition]]; t != nil && t.From[w.to.Stage] {
		p.Transition, ch = t.Def.Key, t.Chain
	}
	if ch == nil {
		w.problem(path, "migration.round", "要去的版本里这一步不再审批，不能重新发起：请选择取消", "要去的版本裡這一步不再簽核，不能重新發起：請選擇取消",
			"In the new release this asks for no approval, so it cannot be submitted anew: choose to cancel it")
		return nil, nil
	}
	p.Chain = ch.Def.Key
	return nil, p
}

// keyed are the people picked, by the steps' keys in the new release.
func (m *MigrationPlan) keyed(r *Round) map[string][]string {
	if len(r.Picks) == 0 {
		return nil
	}
	out := map[string][]string{}
	for k, people := range r.Picks {
		if n := m.steps[r.Chain+"."+k]; n != "" {
			out[n] = people
		}
	}
	return out
}
