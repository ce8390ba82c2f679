package process

import (
	"encoding/json"
	"slices"

	"pipewright/forms"
	"pipewright/rules"
)

// unmigrate puts the record back to where it was before a migration, exactly: release, stage, round, ticks, timers and the values that were
// converted. What has been done since and has nothing to do with it stays; what has, stands in its way, and is told.
func (d *decider) unmigrate() *Rejection {
	m := d.c.Plan
	if !d.c.Actor.Service || m == nil || d.app.Release != m.From.Release {
		return forbidden()
	}
	if d.s.Release == m.From.Release {
		return nil
	}
	if d.f.Past == nil {
		d.need(Need{Kind: NeedPast, Key: "past:" + m.ID, ID: d.s.ID, Series: m.ID})
		return nil
	}
	b, a := d.f.Past.Before, d.f.Past.After
	if b == nil || a == nil || d.s.Release != a.Release {
		return keptBy(rules.Say("它已不在这次迁移带到的版本上，或历史已清除", "它已不在這次遷移帶到的版本上，或歷史已清除", "it is not on the release this migration brought it to any more, or its history was erased"))
	}
	if why := d.sinceThen(b, a); !why.IsZero() {
		return keptBy(why)
	}
	back := after(d.s.Data, Changed{})
	for _, k := range changedKeys(b.Data, a.Data) {
		if v, ok := b.Data[k]; ok {
			back[k] = v
		} else {
			delete(back, k)
		}
	}
	data := between(d.s.Data, back)
	to := b.placed()
	to.Timers = d.timersBack(b, a)
	d.emit(Unmigrated{Migration: m.ID, From: m.To.Release, To: to, Set: data.Set, Clear: data.Clear})
	return nil
}

func keptBy(why rules.Text) *Rejection {
	return reject("migration.kept", rules.Say("不能撤销：{why}", "不能撤銷：{why}", "It cannot be taken back: {why}", "why", why))
}

// sinceThen says what has happened since the migration that taking it back would undo as well.
func (d *decider) sinceThen(b, a *State) rules.Text {
	switch {
	case d.s.Entry != a.Entry || a.Entry != b.Entry || d.s.Stage != a.Stage:
		return rules.Say("记录之后进入过别的阶段", "記錄之後進入過別的階段", "the record has moved since")
	case !same(d.s.Round, a.Round) || d.s.RoundCount != a.RoundCount:
		return rules.Say("审批之后有了变化", "簽核之後有了變化", "its approval has gone on since")
	case !same(d.s.Checklist, a.Checklist) || !same(d.s.Activities, a.Activities) || !same(d.s.ActivityPeople, a.ActivityPeople) || !same(d.s.Answers, a.Answers):
		return rules.Say("清单或活动之后有了变化", "清單或活動之後有了變化", "its checklist or activities have changed since")
	}
	for _, k := range changedKeys(b.Data, a.Data) {
		was, had := a.Data[k]
		is, has := d.s.Data[k]
		if had != has || had && !forms.SameStored(was, is) {
			return rules.Say("“{field}”转换后又改过", "「{field}」轉換後又改過", "“{field}” was converted and has been changed since", "field", d.storedName(k))
		}
	}
	return nil
}

// storedName is what people call the field of a storage key, of either release.
func (d *decider) storedName(k string) rules.Text {
	for _, f := range []*Form{d.c.Plan.New, d.c.Plan.Old} {
		for _, info := range f.Schema.Fields() {
			if info.Storage == k {
				return info.Name
			}
		}
	}
	return rules.Plain(k)
}

// changedKeys are the storage keys whose values differ.
func changedKeys(a, b forms.Stored) []string {
	c := between(a, b)
	out := slices.Concat(sortedKeys(c.Set), c.Clear)
	slices.Sort(out)
	return out
}

// same compares what is stored of two things.
func same(a, b any) bool {
	x, errA := json.Marshal(a)
	y, errB := json.Marshal(b)
	return errA == nil && errB == nil && string(x) == string(y)
}

// timersBack are the timers as they were. One that both releases had and that has fired since stays fired; one that the migration had
// dropped comes back, and at once if its time has passed; one set since stays if the old release still knows what it serves.
func (d *decider) timersBack(b, a *State) []Timer {
	has := func(list []Timer, t Timer) bool {
		return slices.ContainsFunc(list, func(o Timer) bool { return o.ID == t.ID && o.At.Equal(t.At) })
	}
	var out []Timer
	for _, t := range b.Timers {
		if has(a.Timers, t) && !has(d.s.Timers, t) {
			continue
		}
		if !has(a.Timers, t) && !t.At.After(d.now) {
			t.At = d.now // the job of the old instant has come and found nothing
		}
		out = append(out, t)
	}
	for _, t := range d.s.Timers {
		if has(a.Timers, t) || has(b.Timers, t) || slices.ContainsFunc(out, func(o Timer) bool { return o.ID == t.ID || o.Kind == t.Kind && o.Key == t.Key && o.Rung == t.Rung }) {
			continue
		}
		st := d.proc.ByKey[b.Stage]
		known := t.Kind == "idle" && st != nil && st.Idle != nil
		if t.Kind == rungTimer {
			known = st != nil && t.Rung < len(st.ladder(t.Key))
		}
		if t.Kind == "date" || t.Kind == "point" {
			known = d.app.Automations[t.Key] != nil
		}
		if known {
			out = append(out, t)
		}
	}
	return out
}
