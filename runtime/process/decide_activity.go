package process

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"pipewright/forms"
	"pipewright/rules"
)

// askActivities gives what the stage asks of people to them (ENG-21), and the groups of its checklist that may begin.
func (d *decider) askActivities(st *CompiledStage) *Rejection {
	for _, a := range st.Activities {
		if !a.asks() || a.Group != nil && !st.Group(a.Group.Key, d.s).Begun {
			continue
		}
		if r := d.askActivity(a); r != nil {
			return r
		}
	}
	return nil
}

// askActivity asks people to do an activity. What was done in an earlier stay in the stage remains done.
func (d *decider) askActivity(a *CompiledActivity) *Rejection {
	people, pass, ok := d.doers(a)
	if !ok {
		return nil
	}
	each := a.Def != nil && a.Def.Mode == "each"
	if each && len(people) > maxAsked {
		return reject("activity.tooMany", rules.Say("“{activity}”要 {n} 个人每人完成，最多 {max} 人：请缩小范围", "「{activity}」要 {n} 個人每人完成，最多 {max} 人：請縮小範圍",
			"“{activity}” asks each of {n} people; at most {max} can be asked: name fewer", "activity", named(a.Name, a.Key), "n", len(people), "max", maxAsked))
	}
	open := ActivityOpened{Activity: a.Key, People: people, Each: each}
	if a.Due != nil || len(a.Ladder) > 0 {
		open.From = d.now
	}
	if a.Due != nil {
		open.DueAt = a.Due.Add(d.now, d.app.Zone, d.calendar())
	}
	d.emit(open)
	if _, done := d.s.Activities[a.Key]; done {
		return nil
	}
	if pass {
		d.emit(ActivityDone{Activity: a.Key, Done: true})
		return nil
	}
	var set TimersSet
	for i := range a.Ladder {
		set.Add = append(set.Add, d.activityTimer(a, i, a.Ladder[i].After.Add(d.now, d.app.Zone, d.calendar())))
	}
	if len(set.Add) > 0 {
		d.emit(set)
	}
	return nil
}

// lateActivities sets the rungs still to come of activities that wait in a record taken out of the recycle bin.
func (d *decider) lateActivities(st *CompiledStage) {
	var set TimersSet
	for _, a := range st.Activities {
		if len(d.s.WaitsFor(a.Key)) == 0 {
			continue
		}
		for i := range a.Ladder {
			if at := a.Ladder[i].After.Add(d.s.Since, d.app.Zone, d.calendar()); at.After(d.now) {
				t := d.activityTimer(a, i, at)
				t.From = d.s.Since
				set.Add = append(set.Add, t)
			}
		}
	}
	if len(set.Add) > 0 {
		d.emit(set)
	}
}

// activityTimer is named by the event it comes after, so every one has a job of its own.
func (d *decider) activityTimer(a *CompiledActivity, rung int, at time.Time) Timer {
	return Timer{ID: d.timerID("activity") + "|" + a.Key + "|" + itoa(rung) + "|" + itoa(int(d.s.Seq)), Kind: "activity", Key: a.Key, Rung: rung, At: at}
}

// doers are the people who do an activity, by its policy when nobody is found; pass says that it counts as done without anybody.
func (d *decider) doers(a *CompiledActivity) (people []string, pass, ok bool) {
	people, ok = d.resolve(a.Who, "", nil)
	if a.Group != nil && len(people) == 0 {
		people = some(d.s.Owner)
	}
	if !ok || len(people) > 0 {
		return people, false, ok
	}
	if a.Def != nil {
		switch policy := a.Def.OnEmpty; {
		case len(policy.Who) > 0:
			people, ok = d.resolve(a.Instead, "", nil)
		case policy.Policy == "pass":
			return nil, true, true
		case policy.Policy == "block":
			return nil, false, true
		case policy.Policy == "climb":
			for level := 1; level <= 5 && ok && len(people) == 0; level++ {
				people, ok = d.manager(d.s.Owner, level)
			}
		}
	}
	if ok && len(people) == 0 {
		people, ok = d.admins()
	}
	return people, false, ok
}

// activity marks what people were asked to do in the stage as done, or takes that back.
func (d *decider) activity() *Rejection {
	a, open, r := d.asked()
	if r != nil {
		return r
	}
	if a.Group != nil {
		return reject("activity.unknown", rules.Say("清单分组在勾完清单项时自动完成", "清單分組在勾完清單項時自動完成", "A group of the checklist is done by ticking its items"))
	}
	if len(d.events) > 0 && !d.c.Done && d.c.Actor.Rights.Edit {
		return nil // nobody had been asked: that is what there was to do
	}
	mine := slices.Contains(open.People, d.c.Actor.User)
	_, done := d.s.Activities[a.Key]
	if open.Each {
		if !mine {
			return reject("forbidden", rules.Say("这项活动要被点名的人自己完成", "這項活動要被點名的人自己完成", "Those who were asked must do this themselves"))
		}
		if d.s.Answers[a.Key][d.c.Actor.User].Passed == d.c.Done {
			return nil
		}
	} else {
		if !mine && !d.c.Actor.Rights.Edit && !d.c.Actor.Service {
			return forbidden()
		}
		if done == d.c.Done {
			return nil
		}
	}
	if !d.c.Done {
		if open.Each {
			d.emit(ActivityAnswered{Activity: a.Key, Person: d.c.Actor.User, Undone: true})
		}
		if done {
			d.emit(ActivityDone{Activity: a.Key})
		}
		return nil
	}
	passed := true
	if open.Each || a.Answers != nil {
		said, pass, r := d.answer(a)
		if r != nil {
			return r
		}
		d.emit(ActivityAnswered{Activity: a.Key, Person: d.c.Actor.User, Result: said, Passed: pass})
		passed = pass
	} else if len(d.c.Data) > 0 {
		return reject("field.invalid", rules.Say("这项活动不用填结果", "這項活動不用填結果", "This activity asks for no result"))
	}
	if passed && (!open.Each || len(d.s.WaitsFor(a.Key)) == 0) {
		d.finishActivity(a.Key)
	}
	return nil
}

// asked finds the activity or group the command names, and whom it was given to.
func (d *decider) asked() (*CompiledActivity, ActivityOpen, *Rejection) {
	st := d.stage()
	if st == nil {
		return nil, ActivityOpen{}, reject("activity.unknown", rules.Say("这个阶段没有活动", "這個階段沒有活動", "This stage has no activities"))
	}
	a := st.activity(d.c.Item)
	if a == nil || !a.asks() || a.Group != nil && !st.Group(a.Group.Key, d.s).Begun {
		return nil, ActivityOpen{}, reject("activity.unknown", rules.Say("这个阶段没有活动“{item}”", "這個階段沒有活動「{item}」", "This stage has no activity “{item}”", "item", d.c.Item))
	}
	if _, asked := d.s.ActivityPeople[a.Key]; !asked {
		// An imported record comes into its stage without anybody being asked; the first who does something about it asks them all.
		if r := d.askActivity(a); r != nil {
			return nil, ActivityOpen{}, r
		}
	}
	return a, d.s.ActivityPeople[a.Key], nil
}

// answer reads what a person says, and whether it counts.
func (d *decider) answer(a *CompiledActivity) (forms.Stored, bool, *Rejection) {
	if a.Answers == nil {
		if len(d.c.Data) > 0 {
			return nil, false, reject("field.invalid", rules.Say("这项活动不用填结果", "這項活動不用填結果", "This activity asks for no result"))
		}
		return nil, true, nil
	}
	given, problems := a.Answers.Parse(d.c.Data, "/data")
	scope := d.base()
	res := a.Answers.Evaluate(&forms.Input{New: given, Scope: scope})
	problems = append(problems, d.errorsOf(res.Problems)...)
	if len(problems) > 0 {
		return nil, false, reject("field.invalid", rules.Say("有些内容填得不对", "有些內容填得不對", "Some values are not right"), problems...)
	}
	if a.Pass == nil {
		return a.Answers.Encode(res.Values), true, nil
	}
	sees := a.Answers.Scope(res.Values, d.scope(d.view(nil)), nil)
	pass, problem := d.truth(a.Pass, sees, "/passIf")
	if problem != nil {
		return nil, false, reject("expr.failed", rules.Say("算不出这个结果是否合格", "算不出這個結果是否合格", "Whether this result counts cannot be computed"), *problem)
	}
	return a.Answers.Encode(res.Values), pass, nil
}

// finishActivity marks it as done; nobody need be reminded of it any more.
func (d *decider) finishActivity(key string) {
	d.emit(ActivityDone{Activity: key, Done: true})
	var gone []string
	for _, t := range d.s.Timers {
		if t.Kind == "activity" && t.Key == key {
			gone = append(gone, t.ID)
		}
	}
	if len(gone) > 0 {
		d.emit(TimersSet{Remove: gone})
	}
}

// handActivity gives what one person was to do to another, or takes him off: by those who may edit the record, or himself with a word why.
func (d *decider) handActivity() *Rejection {
	a, open, r := d.asked()
	if r != nil {
		return r
	}
	from, to := d.c.Owner, ""
	if from == "" {
		from = d.c.Actor.User
	}
	if !d.c.Actor.Rights.Edit && !d.c.Actor.Service && from != d.c.Actor.User {
		return forbidden()
	}
	waits := d.s.WaitsFor(a.Key)
	if !slices.Contains(waits, from) {
		return reject("activity.person", rules.Say("“{who}”在这里没有要完成的事", "「{who}」在這裡沒有要完成的事", "“{who}” has nothing to do here", "who", d.called(from)))
	}
	if !d.c.Actor.Rights.Edit && !d.c.Actor.Service && strings.TrimSpace(d.c.Comment) == "" {
		return reject("comment.required", rules.Say("转交要写明原因", "轉交要寫明原因", "Say why you pass it on"))
	}
	if utf8.RuneCountInString(d.c.Comment) > maxNote {
		return reject("field.invalid", rules.Say("说明最多 {max} 字", "說明最多 {max} 字", "A comment has at most {max} characters", "max", maxNote))
	}
	if len(d.c.People) > 1 {
		return reject("activity.person", rules.Say("交给一个人", "交給一個人", "It goes to one person"))
	}
	if len(d.c.People) == 1 {
		to = d.c.People[0]
		if slices.Contains(open.People, to) {
			return reject("activity.person", rules.Say("“{who}”已经在完成这件事的人里", "「{who}」已經在完成這件事的人裡", "“{who}” is asked to do this already", "who", d.called(to)))
		}
		there, known := d.active(to)
		if known && len(there) == 0 {
			return reject("activity.person", rules.Say("没有在职的人“{who}”", "沒有在職的人「{who}」", "There is no active person “{who}”", "who", d.called(to)))
		}
	}
	if to == "" && (len(open.People) == 1 || !d.c.Actor.Rights.Edit) {
		return reject("activity.person", rules.Say("写明交给谁", "寫明交給誰", "Say to whom it goes"))
	}
	d.moveActivity(a.Key, from, to, d.c.Comment)
	return nil
}

// moveActivity hands a person's part on; where nobody is left who has not done his, the activity is done.
func (d *decider) moveActivity(key, from, to, reason string) {
	d.emit(ActivityMoved{Activity: key, From: from, To: to, Reason: reason})
	if d.s.ActivityPeople[key].Each && len(d.s.WaitsFor(key)) == 0 {
		d.finishActivity(key)
	}
}

// fireActivity takes one rung of an activity's ladder.
func (d *decider) fireActivity(t Timer) *Rejection {
	st := d.stage()
	waits := d.s.WaitsFor(t.Key)
	if st == nil || len(waits) == 0 {
		return nil
	}
	i := slices.IndexFunc(st.Activities, func(a *CompiledActivity) bool { return a.Key == t.Key })
	if i < 0 || t.Rung >= len(st.Activities[i].Ladder) {
		return nil
	}
	switch rung := &st.Activities[i].Ladder[t.Rung]; rung.Def.Do {
	case "remind":
		d.emit(Reminded{Timer: t.ID, Kind: "activity", Key: t.Key, To: waits})
	case "escalate":
		if to, ok := d.toldOf(rung, "", waits); ok {
			d.emit(ActivityLate{Activity: t.Key, To: to})
		}
	case "transfer":
		people, ok := d.resolve(rung.To, "", nil)
		if !ok || len(people) == 0 {
			return nil
		}
		d.emit(ActivityLate{Activity: t.Key})
		for n, from := range slices.Clone(waits) {
			// Everybody's part goes to somebody; those who are named and asked already have a part of their own.
			to := people[min(n, len(people)-1)]
			if to == from {
				continue
			}
			d.moveActivity(t.Key, from, to, "due")
		}
		for n := len(waits); n < len(people) && !d.s.ActivityPeople[t.Key].Each; n++ {
			d.moveActivity(t.Key, "", people[n], "due")
		}
	}
	return nil
}

// tick marks or unmarks a checklist item of the stage the record is in: by those who may edit it, and those who see to the item's group.
func (d *decider) tick() *Rejection {
	st := d.stage()
	if st == nil || !hasItem(st.Def.Checklist, d.c.Item) {
		if !d.c.Actor.Rights.Edit && !d.c.Actor.Service {
			return forbidden()
		}
		return reject("checklist.unknown", rules.Say("这个阶段没有清单项“{item}”", "這個階段沒有清單項「{item}」", "This stage has no checklist item “{item}”", "item", d.c.Item))
	}
	group := st.groupOf(d.c.Item)
	mine := d.c.Actor.Rights.Edit || d.c.Actor.Service
	if group != nil && !mine {
		mine = slices.Contains(d.s.ActivityPeople[group.Key].People, d.c.Actor.User)
	}
	if !mine {
		return forbidden()
	}
	key := st.Def.Key + "." + d.c.Item
	if _, done := d.s.Checklist[key]; done == d.c.Done {
		return nil
	}
	if group != nil && d.c.Done && !st.Group(group.Group.Key, d.s).Begun {
		return reject("checklist.order", rules.Say("先完成“{group}”前面的分组", "先完成「{group}」前面的分組", "Complete the groups before “{group}” first", "group", named(group.Name, group.Key)))
	}
	d.emit(Ticked{Item: key, Done: d.c.Done})
	return d.settleGroups(st)
}

// settleGroups marks groups of the checklist as done or open again, and asks for those that may begin now.
func (d *decider) settleGroups(st *CompiledStage) *Rejection {
	for _, a := range st.Activities {
		if a.Group == nil {
			continue
		}
		now := st.Group(a.Group.Key, d.s)
		if _, asked := d.s.ActivityPeople[a.Key]; a.asks() && !asked && now.Begun {
			if r := d.askActivity(a); r != nil {
				return r
			}
		}
		if _, done := d.s.Activities[a.Key]; done != now.Complete() {
			if now.Complete() {
				d.finishActivity(a.Key)
			} else {
				d.emit(ActivityDone{Activity: a.Key})
			}
		}
	}
	return nil
}

// groupOf is the group an item of the checklist is in, nil for none.
func (s *CompiledStage) groupOf(item string) *CompiledActivity {
	for _, a := range s.Activities {
		if slices.ContainsFunc(a.Items, func(i *CheckItem) bool { return i.Key == item }) {
			return a
		}
	}
	return nil
}

func hasItem(items []CheckItem, key string) bool {
	for i := range items {
		if items[i].Key == key {
			return true
		}
	}
	return false
}

// unfinished lists the required checklist items, groups and activities of a stage that are not done.
func (d *decider) unfinished(st *CompiledStage) []rules.Problem {
	var ps []rules.Problem
	for i := range st.Def.Checklist {
		item := &st.Def.Checklist[i]
		if _, done := d.s.Checklist[st.Def.Key+"."+item.Key]; item.Required && !done {
			ps = append(ps, rules.Errorf("/checklist/"+item.Key, "checklist.undone", rules.Say("清单还没完成：{name}", "清單還沒完成：{name}", "Not ticked yet: {name}", "name", item.Name)))
		}
	}
	for _, a := range st.Activities {
		if a.Group != nil {
			// One with required items says so by each of them.
			if met, of := a.ticked(d.s); a.Group.Required && met < of && !slices.ContainsFunc(a.Items, func(i *CheckItem) bool { return i.Required }) {
				ps = append(ps, rules.Errorf("/groups/"+a.Group.Key, "checklist.undone", rules.Say("“{name}”还没完成：{met}/{of}", "「{name}」還沒完成：{met}/{of}", "“{name}” is not complete: {met} of {of}",
					"name", a.Name, "met", met, "of", of)))
			}
			continue
		}
		if _, done := d.s.Activities[a.Key]; !a.Def.Required || done {
			continue
		}
		if open := d.s.ActivityPeople[a.Key]; open.Each {
			n := len(open.People) - len(d.s.WaitsFor(a.Key))
			ps = append(ps, rules.Errorf("/activities/"+a.Def.Key, "activity.undone", rules.Say("活动还没完成：{name}（{n}/{of} 人）", "活動還沒完成：{name}（{n}/{of} 人）", "Not done yet: {name} ({n} of {of} people)",
				"name", a.Def.Name, "n", n, "of", len(open.People))))
			continue
		}
		ps = append(ps, rules.Errorf("/activities/"+a.Def.Key, "activity.undone", rules.Say("活动还没完成：{name}", "活動還沒完成：{name}", "Not done yet: {name}", "name", a.Def.Name)))
	}
	return ps
}
