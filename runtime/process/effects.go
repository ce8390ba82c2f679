package process

import (
	"slices"
	"time"

	"pipewright/rules"
)

// Effects lists what must happen outside the record because of its events: tasks, notices, jobs, visits, ended rounds. It is pure
// and its ids are deterministic, so the engine may carry an effect out any number of times. before is the state the events
// were decided on (nil: none). called: see Facts.
func Effects(app *App, before *State, id string, events []Event, called func(typ, id string) string) []Effect {
	w := &effects{app: app, s: before.Clone(), called: called}
	w.s.ID = id
	for i := range events {
		w.ahead = events[i+1:]
		w.event(&events[i])
	}
	return w.out
}

type effects struct {
	app    *App
	s      *State
	called func(typ, id string) string
	// ahead are the events after the one looked at.
	ahead []Event
	out   []Effect
}

func (w *effects) add(e *Event, kind, id string, fill func(*Effect)) {
	x := Effect{Kind: kind, ID: id, Seq: e.Seq}
	fill(&x)
	w.out = append(w.out, x)
}

// event applies one event and looks at what it changed.
func (w *effects) event(e *Event) {
	round := w.s.Clone().Round
	left := *w.s
	w.s.Apply(e)
	switch e.Payload.(type) {
	case Migrated, Unmigrated:
		w.placed(e, &left, round)
	default:
		w.slots(e, round)
	}
	switch p := e.Payload.(type) {
	case Entered:
		w.visits(e, &left, &p)
		w.closeActivities(e, &left, "left")
	case Imported:
		if p.Stage != "" {
			w.visit(e, &Visit{Process: w.s.Process, Stage: p.Stage, Entry: 1, Entered: p.Since, Left: p.Closed, Owner: w.s.Owner, Value: w.value()})
		}
	case ActivityOpened:
		w.askActivity(e, &p)
	case ActivityDone:
		w.activityDone(e, &p)
	case ActivityAnswered:
		w.activityAnswered(e, &p)
	case ActivityMoved:
		w.activityMoved(e, &p)
	case ActivityLate:
		w.notify(e, p.To, rules.Say("“{activity}”超时未完成，已升级给你", "「{activity}」逾時未完成，已升級給你", "“{activity}” is late and was escalated to you", "activity", w.activityName(p.Activity)))
	case StageLate:
		w.stageLate(e, &p)
	case TimersSet:
		for _, t := range p.Add {
			w.add(e, "timer", w.s.ID+"|"+t.ID, func(x *Effect) { x.Timer = &t })
		}
	case Rescheduled:
		w.rescheduled(e, &p)
	case RoundOpened:
		w.closeReturned(e)
	case RoundEnded:
		w.roundEnded(e, round, &p)
	case RoundBlocked:
		w.task(e, "blocked|"+itoa(w.s.Round.N), &TaskEffect{Kind: "blocked", State: Open, User: w.s.Round.Initiator, Round: w.s.Round.N, Name: w.chainName(w.s.Round.Chain), By: w.s.Round.Initiator})
	case RoundVoided:
		w.task(e, "blocked|"+itoa(w.s.Round.N), &TaskEffect{Kind: "blocked", State: "done", User: w.s.Round.Initiator, Round: w.s.Round.N, Name: w.chainName(w.s.Round.Chain)})
	case Reminded:
		if p.Kind == "activity" {
			w.notify(e, p.To, rules.Say("“{activity}”等你完成", "「{activity}」等你完成", "“{activity}” waits for you", "activity", w.activityName(p.Key)))
			break
		}
		if p.Kind == rungTimer {
			w.notify(e, p.To, w.rungText(p.Key, e.At))
			break
		}
		w.notify(e, p.To, remindText(p.Kind))
	case Urged:
		w.notify(e, p.To, rules.Say("{who} 请你尽快审批", "{who} 請你儘快簽核", "{who} asks you to decide soon", "who", w.who(e.By)))
	case Escalated:
		w.notify(e, p.To, rules.Say("审批超时，已升级给你", "簽核逾時，已升級給你", "An approval is late and was escalated to you"))
	case Assigned:
		switch {
		case p.How == "admin":
			w.notify(e, []string{p.Owner}, rules.Say("这里找不到合适的负责人，先交给你：请安排人接手", "這裡找不到合適的負責人，先交給你：請安排人接手",
				"Nobody suitable was found here, so it was given to you: please find it an owner"))
		case p.How == "handOver": // he is told once of all he takes over
		case p.Owner != e.By && p.How != "create":
			w.notify(e, []string{p.Owner}, rules.Say("这条记录现在由你负责", "這條記錄現在由你負責", "You own this record now"))
		}
	case PooledIn:
		if p.How == "reclaim" {
			w.notify(e, some(left.Owner), rules.Say("这条记录已收回到“{pool}”", "這條記錄已收回到「{pool}」", "This record went back to “{pool}”", "pool", w.poolName(p.Pool)))
		}
	case ReclaimNoticed:
		if !p.At.IsZero() {
			w.notify(e, some(w.s.Owner), rules.Say("再不跟进，{date} 之后这条记录会收回到“{pool}”", "再不跟進，{date} 之後這條記錄會收回到「{pool}」",
				"Unless you work on it, this record goes back to “{pool}” after {date}", "pool", w.poolName(p.Pool), "date", p.At.In(w.app.Zone).Format("2006-01-02")))
		}
	case Joined:
		for _, who := range p.People {
			if who.Why == WhyCollaborator && who.User != e.By {
				w.notify(e, []string{who.User}, rules.Say("{who} 请你协作这条记录", "{who} 請你協作這筆記錄", "{who} asks you to work on this record together", "who", w.who(e.By)))
			}
			if who.Why == "cc" && w.s.Round != nil {
				w.notify(e, []string{who.User}, rules.Say("“{chain}”抄送给你", "「{chain}」副本給你", "“{chain}” was copied to you", "chain", w.chainName(w.s.Round.Chain)))
			}
		}
	case Copied:
		for _, user := range p.People {
			w.task(e, "cc|"+itoa(p.Round)+"|"+user, &TaskEffect{Kind: "cc", State: Open, User: user, Round: p.Round, Name: w.chainName(w.s.Round.Chain), By: w.s.Round.Initiator})
		}
	case ReadCopy:
		w.task(e, "cc|"+itoa(p.Round)+"|"+e.By, &TaskEffect{Kind: "cc", State: "done", User: e.By, Round: p.Round, Name: w.roundName(p.Round), Result: "read"})
	case Noted:
		w.notify(e, without(p.Mentions, e.By), rules.Say("{who} 在笔记里提到你：{text}", "{who} 在筆記裡提到你：{text}", "{who} mentioned you: {text}", "who", w.who(e.By), "text", clip(p.Text)))
		for i := range w.out {
			if n := w.out[i].Notice; n != nil && w.out[i].Seq == e.Seq {
				n.Quotes = true
			}
		}
	case Restored:
		w.reopenActivities(e)
	case Deleted:
		w.closeActivities(e, &left, "deleted")
	}
	w.automations(e, &left)
}

// slots turns every change of a slot into its task. Task ids are record|step|round|slot.
func (w *effects) slots(e *Event, before *Round) {
	after := w.s.Round
	if after == nil || (before != nil && before.N != after.N) {
		// The round ended: what was open in it closes.
		if before == nil {
			return
		}
		for i := range before.Steps {
			st := before.Steps[i]
			for n := range st.Slots {
				if st.Slots[n].State == Open {
					w.slotTask(e, before, st.Key, n, Slot{Person: st.Slots[n].Person, State: Cancelled})
				}
			}
		}
		return
	}
	for i := range after.Steps {
		st := after.Steps[i]
		var was []Slot
		if before != nil {
			was = before.Step(st.Key).Slots
		}
		for n, slot := range st.Slots {
			if n < len(was) && was[n].State == slot.State && was[n].Person == slot.Person {
				continue
			}
			if slot.State == NotYet || (slot.State == Skipped && n >= len(was)) {
				continue
			}
			w.slotTask(e, after, st.Key, n, slot)
		}
		for n := len(st.Slots); n < len(was); n++ {
			if was[n].State == Open {
				w.slotTask(e, after, st.Key, n, Slot{Person: was[n].Person, State: Cancelled})
			}
		}
	}
}

func (w *effects) slotTask(e *Event, r *Round, step string, n int, slot Slot) {
	t := &TaskEffect{Kind: "approval", State: "done", User: slot.Person, Round: r.N, Step: step, Slot: n, Name: w.stepName(r.Chain, step), By: r.Initiator, Result: slot.State, For: slot.For, Asked: slot.Asked}
	switch slot.State {
	case Open:
		t.State, t.Result = Open, ""
		t.DueAt = w.due(step)
	case Cancelled, Moved, TimedOut:
		t.State = Cancelled
	}
	w.task(e, step+"|"+itoa(r.N)+"|"+itoa(n), t)
}

// due is when the next rung of a step's ladder is, as the record shows it: the instant its timer was set to by the working calendar, which
// only the decision knew. A step's timers are set by the event after the one that enters it. A ladder that has run out leaves no date.
func (w *effects) due(step string) time.Time {
	timers := w.s.Timers
	if len(w.ahead) > 0 {
		if set, ok := w.ahead[0].Payload.(TimersSet); ok {
			timers = slices.Concat(timers, set.Add)
		}
	}
	var at time.Time
	for _, t := range timers {
		if t.Kind == "step" && t.Key == step && (at.IsZero() || t.At.Before(at)) {
			at = t.At
		}
	}
	return at
}

func (w *effects) task(e *Event, id string, t *TaskEffect) {
	w.add(e, "task", w.s.ID+"|"+id, func(x *Effect) { x.Task = t })
}

// roundEnded keeps the whole round apart from the record, tells its initiator, and asks him to mend what was returned.
func (w *effects) roundEnded(e *Event, r *Round, p *RoundEnded) {
	if r == nil {
		return
	}
	whole := *r
	whole.State, whole.Reason = p.State, p.Reason
	w.add(e, "round", w.s.ID+"|"+itoa(r.N), func(x *Effect) { x.Round = &whole })
	if r.State == Blocked {
		w.task(e, "blocked|"+itoa(r.N), &TaskEffect{Kind: "blocked", State: "done", User: r.Initiator, Round: r.N, Name: w.chainName(r.Chain)})
	}
	name := w.chainName(r.Chain)
	switch p.State {
	case Passed:
		w.notify(e, without(some(r.Initiator), e.By), rules.Say("“{chain}”已通过", "「{chain}」已通過", "“{chain}” was approved", "chain", name))
	case Rejected:
		w.notify(e, without(some(r.Initiator), e.By), rules.Say("“{chain}”被拒绝", "「{chain}」被拒絕", "“{chain}” was rejected", "chain", name))
	case Returned:
		if p.To != "" {
			w.notify(e, without(some(r.Initiator), e.By), rules.Say("“{chain}”退回到“{step}”", "「{chain}」退回到「{step}」", "“{chain}” went back to “{step}”", "chain", name, "step", w.stepName(r.Chain, p.To)))
			return
		}
		w.task(e, "returned|"+itoa(r.N), &TaskEffect{Kind: "todo", State: Open, User: r.Initiator, Round: r.N, By: e.By,
			Name: rules.Say("“{chain}”被退回，修改后重新提交", "「{chain}」被退回，修改後重新提交", "“{chain}” was returned: mend it and submit again", "chain", name)})
		w.notify(e, some(r.Initiator), rules.Say("“{chain}”被退回", "「{chain}」被退回", "“{chain}” was returned", "chain", name))
	}
}

// closeReturned closes the task to mend a returned round once a new one is submitted.
func (w *effects) closeReturned(e *Event) {
	if n := len(w.s.Rounds); n > 0 && w.s.Rounds[n-1].State == Returned {
		w.task(e, "returned|"+itoa(w.s.Rounds[n-1].N), &TaskEffect{Kind: "todo", State: "done", User: w.s.Round.Initiator, Round: w.s.Rounds[n-1].N, Name: w.chainName(w.s.Round.Chain)})
	}
}

// visits closes the stay that ends and opens the one that begins (semantics 16).
func (w *effects) visits(e *Event, left *State, p *Entered) {
	if p.Entry == left.Entry {
		return
	}
	if left.Entry > 0 {
		w.visit(e, &Visit{Process: w.s.Process, Stage: left.Stage, Entry: left.Entry, Entered: left.Since, Left: e.At, To: p.To, Owner: left.Owner, Value: w.value()})
	}
	v := &Visit{Process: w.s.Process, Stage: p.To, Entry: p.Entry, Entered: e.At, Owner: w.s.Owner, Value: w.value()}
	if p.End != "" {
		v.Left = e.At
	}
	w.visit(e, v)
}

func (w *effects) visit(e *Event, v *Visit) {
	w.add(e, "visit", w.s.ID+"|"+itoa(v.Entry), func(x *Effect) { x.Visit = v })
}

func (w *effects) value() *int64 {
	form := w.app.Forms[w.s.Form]
	if form == nil || form.Process == nil || form.Process.Def.Value == "" {
		return nil
	}
	if n, ok := form.Schema.Minor(form.Process.Def.Value, w.s.Data); ok {
		return &n
	}
	return nil
}

func (w *effects) notify(e *Event, to []string, text rules.Text) {
	for _, user := range to {
		w.add(e, "notice", w.s.ID+"|"+itoa(int(e.Seq))+"|"+user, func(x *Effect) { x.Notice = &Notice{User: user, Text: text, Kind: noticeKind(e.Payload)} })
	}
}

// TellsPeople are the types of events that may give somebody a task or a notice, or take one away.
var TellsPeople = map[string]bool{"entered": true, "activityOpened": true, "activityDone": true, "activityAnswered": true, "activityMoved": true, "activityLate": true, "stageLate": true,
	"rescheduled": true, "reminded": true, "roundOpened": true, "stepEntered": true, "stepEnded": true, "slotDecided": true, "slotsAdded": true, "slotOpened": true, "roundEnded": true,
	"roundBlocked": true, "roundVoided": true, "copied": true, "readCopy": true, "urged": true, "escalated": true, "assigned": true, "pooledIn": true, "reclaimNoticed": true, "joined": true,
	"noted": true, "deleted": true, "restored": true, "migrated": true, "unmigrated": true}

// noticeKind is what a notice of an event is about.
func noticeKind(p Payload) string {
	switch p.(type) {
	case Reminded, Urged:
		return "reminder"
	case Escalated, ActivityLate, StageLate:
		return "escalation"
	case Assigned, PooledIn, ReclaimNoticed:
		return "owner"
	case RoundEnded:
		return "outcome"
	case Joined, Noted:
		return "mention"
	}
	return "other"
}

func (w *effects) chainName(key string) rules.Text {
	if ch := w.app.Chains[key]; ch != nil {
		return ch.Def.Name
	}
	return rules.Text{"": key}
}

// roundName is the name of the chain of a round, live or ended.
func (w *effects) roundName(n int) rules.Text {
	if w.s.Round != nil && w.s.Round.N == n {
		return w.chainName(w.s.Round.Chain)
	}
	for i := range w.s.Rounds {
		if w.s.Rounds[i].N == n {
			return w.chainName(w.s.Rounds[i].Chain)
		}
	}
	return nil
}

func (w *effects) poolName(key string) rules.Text {
	if p := w.app.Pools[key]; p != nil {
		return named(p.Def.Name, key)
	}
	return rules.Plain(key)
}

func (w *effects) stepName(chain, key string) rules.Text {
	if st := w.app.Chains[chain].Step(key); st != nil {
		return st.Def.Name
	}
	return rules.Text{"": key}
}

func remindText(kind string) rules.Text {
	switch kind {
	case "due":
		return rules.Say("这个阶段到期了", "這個階段到期了", "This stage is due")
	case "idle":
		return rules.Say("很久没有进展，请跟进", "很久沒有進展，請跟進", "Nothing has happened for a while; please follow up")
	}
	return rules.Say("有审批等你处理", "有簽核等你處理", "An approval waits for you")
}

// who is what a person is called.
func (w *effects) who(user string) string {
	if w.called == nil {
		return user
	}
	return w.called("user", user)
}

func clip(s string) string {
	r := []rune(s)
	if len(r) > 80 {
		return string(r[:80]) + "…"
	}
	return s
}
