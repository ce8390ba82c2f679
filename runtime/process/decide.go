package process

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"pipewright/forms"
	"pipewright/rules"
)

// Decide turns a command on a record into events, a rejection, or the facts it lacks. It is a pure function of its
// arguments: the same app, state, command and facts give the same decision, on the server, in a sandbox, in a test. The state
// is nil for create and import; it is never changed.
func Decide(app *App, s *State, c *Command, f *Facts) *Decision {
	if f == nil {
		f = &Facts{}
	}
	d := &decider{app: app, before: s, s: s.Clone(), c: c, f: f, by: c.Actor.User, budget: rules.NewBudget()}
	run := deciders[c.Kind]
	if run == nil {
		return &Decision{Reject: reject("bad.request", rules.Say("不认识的操作“{kind}”", "不認識的操作「{kind}」", "Unknown command “{kind}”", "kind", string(c.Kind)))}
	}
	rejection := d.bind()
	if rejection == nil {
		rejection = run(d)
	}
	if rejection == nil && len(d.needs) == 0 && len(d.events) > 0 {
		rejection = d.recount()
	}
	if rejection == nil && len(d.needs) == 0 && len(d.events) > 0 {
		rejection = d.autos()
		if rejection == nil {
			rejection = d.hold()
		}
		d.retitle()
		d.watchIdle()
		d.watchDue()
		d.watchDates()
	}
	switch {
	case len(d.needs) > 0:
		// What was decided without a fact counts for nothing.
		return &Decision{Needs: d.needs}
	case rejection != nil:
		return &Decision{Reject: rejection}
	}
	return &Decision{Events: d.events, State: d.s, Warnings: d.warnings}
}

var deciders map[CommandKind]func(*decider) *Rejection

func init() {
	deciders = map[CommandKind]func(*decider) *Rejection{
		Create: (*decider).create, Import: (*decider).imported, Edit: (*decider).edit, Move: (*decider).move,
		Tick: (*decider).tick, Activity: (*decider).activity, HandActivity: (*decider).handActivity, Assign: (*decider).assign, Claim: (*decider).claim, Release: (*decider).putBack, Reclaim: (*decider).reclaim,
		DecideSlot: (*decider).decideSlot, Withdraw: (*decider).withdraw, Retry: (*decider).retry, Urge: (*decider).urge,
		CopyRead: (*decider).readCopy, Reveal: (*decider).reveal, Collaborate: (*decider).collaborate, Substitute: (*decider).substitute, HandOver: (*decider).handOver,
		Note: (*decider).note, Fire: (*decider).fire, Connect: (*decider).connect, Refresh: (*decider).refresh, Replan: (*decider).replan, Reschedule: (*decider).reschedule, Migrate: (*decider).migrate, Unmigrate: (*decider).unmigrate, Press: (*decider).press, MergeAway: (*decider).mergeAway, Absorb: (*decider).absorb, Repoint: (*decider).repoint, Unabsorb: (*decider).unabsorb, Unmerge: (*decider).unmerge,
		Delete: (*decider).delete, Restore: (*decider).restore,
	}
}

// decider works out one command. Events are applied to s as they are emitted, so later questions see earlier answers.
type decider struct {
	// acting is what the action being carried out sees: its people may be named by a row or a group, where there is no record.
	acting   *rules.Scope
	app      *App
	form     *Form
	proc     *Process
	before   *State
	s        *State
	c        *Command
	f        *Facts
	by       string
	budget   *rules.Budget
	events   []Event
	needs    []Need
	warnings []rules.Problem
	// unknown are the years that times were counted over and no calendar holds.
	unknown []int
	facts   []FactUsed
	depth   int
	// byHand: whoever gives the command can still be asked for more, so a stage may want an owner picked.
	byHand bool
	// picked is who is to own the record in the stage it comes to, if that is left to whoever moves it.
	picked string
	now    time.Time
	// extra are what the actions of an automation see beside the record.
	extra map[string]any
	// seen are the record's values as they were last read; nil when something has happened since.
	seen forms.Values
	// money changes currencies; used are the rates of today that it has brought.
	money *rules.Money
	used  rules.Rates
}

// bind finds the form and process the command is about.
func (d *decider) bind() *Rejection {
	d.now = d.c.At.UTC().Truncate(time.Millisecond)
	key := d.s.Form
	if d.before == nil {
		key = d.c.Form
	} else if d.s.Merged != nil && d.c.Kind != Unmerge {
		return reject("record.merged", rules.Say("这条记录已合并到另一条，请在那条上操作", "這筆記錄已合併到另一筆，請在那筆上操作", "This record was merged into another; work on that one"))
	} else if !d.s.Deleted.IsZero() && d.c.Kind != Restore && d.c.Kind != Unmerge {
		return reject("record.deleted", rules.Say("这条记录在回收站里，先恢复再操作", "這條記錄在回收站裡，先恢復再操作", "This record is in the recycle bin; restore it first"))
	}
	if d.c.Kind == Migrate && d.c.Plan != nil {
		key = d.c.Plan.New.Def.Key // the record still says what its form was called
	}
	if d.c.Kind == Unmigrate && d.c.Plan != nil {
		key = d.c.Plan.Old.Def.Key
	}
	d.form = d.app.Forms[key]
	if d.form == nil {
		return reject("not.found", rules.Say("没有这张表单", "沒有這張表單", "There is no such form"))
	}
	d.proc = d.form.Process
	if d.before == nil {
		d.s.ID, d.s.App, d.s.Form = d.c.ID, d.app.Def.Key, key
	}
	return nil
}

// stage is the stage the record stands in; nil for a plain table, or when a release lost the stage.
func (d *decider) stage() *CompiledStage {
	if d.proc == nil {
		return nil
	}
	return d.proc.ByKey[d.s.Stage]
}

// emit records what happened and applies it.
func (d *decider) emit(p Payload) {
	if set, ok := p.(TimersSet); ok {
		set.Unknown = d.unknownYears()
		p = set
	}
	e := Event{Seq: d.s.Seq + 1, Rev: d.rev(p), At: d.now, By: d.by, Op: d.c.Op, Release: d.release(), Cause: d.c.Cause, Payload: p}
	if len(d.events) == 0 {
		e.Facts = d.facts
	}
	d.s.Apply(&e)
	d.seen = nil
	d.events = append(d.events, e)
}

// rev is the revision after this command: one more than before it, unless all it does is keep time.
func (d *decider) rev(p Payload) int64 {
	var old int64
	if d.before != nil {
		old = d.before.Rev
	}
	switch p.(type) {
	case TimersSet, Reminded, ActivityLate, StageLate, Joined, Left, Titled, Copied, ReadCopy, Pressed, Held, ReclaimNoticed, Rescheduled:
		return d.s.Rev
	}
	return old + 1
}

func (d *decider) release() int {
	if d.proc == nil {
		return 0
	}
	return d.app.Release
}

// need asks for a fact once.
func (d *decider) need(n Need) {
	if !slices.ContainsFunc(d.needs, func(o Need) bool { return o.Key == n.Key }) {
		d.needs = append(d.needs, n)
	}
}

// use remembers that a decision rested on another record.
func (d *decider) use(id string, ver int64) {
	if used := (FactUsed{id, ver}); ver > 0 && !slices.Contains(d.facts, used) {
		d.facts = append(d.facts, used)
	}
}

// record answers a reference from the facts with the system names of the record it points to, or asks for it. (nil, true)
// says that there is no such record.
func (d *decider) record(form, id string) (forms.Values, bool) {
	key := form + "/" + id
	fact, ok := d.f.Records[key]
	if !ok {
		d.need(Need{Kind: NeedRecord, Key: key, Form: form, ID: id})
		return nil, false
	}
	d.use(id, fact.Ver)
	if fact.Missing {
		return nil, true
	}
	v := forms.Values{"title": text(fact.Title), "stage": text(fact.Stage), "owner": text(fact.Owner), "team": text(fact.Team), "pool": text(fact.Pool)}
	if st := fact.State; st != nil {
		v["number"], v["createdAt"], v["updatedAt"], v["since"] = text(st.Number), instant(st.CreatedAt), instant(st.UpdatedAt), instant(st.Since)
	}
	maps.Copy(v, fact.Values)
	return v, true
}

func reject(code string, msg rules.Text, details ...rules.Problem) *Rejection {
	return &Rejection{Code: code, Message: msg, Details: details}
}

func forbidden() *Rejection {
	return reject("forbidden", rules.Say("你没有权限做这件事", "你沒有權限做這件事", "You may not do this"))
}

// Error gives the English message; Rejection is the error of the whole back end.
func (r *Rejection) Error() string {
	var b strings.Builder
	b.WriteString(r.Code + ": " + r.Message.In("en"))
	for _, p := range r.Details {
		b.WriteString("; " + p.Path + ": " + p.Message.In("en"))
	}
	return b.String()
}

// errorsOf keeps the problems that stop a command; warnings go to the answer.
func (d *decider) errorsOf(ps []rules.Problem) []rules.Problem {
	var out []rules.Problem
	for _, p := range ps {
		if p.Severity == rules.Warning {
			d.warnings = append(d.warnings, p)
			continue
		}
		out = append(out, p)
	}
	return out
}

// wire turns stored fields of a form into what people get.
func (d *decider) wireOf(key string, v forms.Values) json.RawMessage {
	raw, ok := d.form.Schema.Wire(v, nil)[key]
	if !ok {
		return json.RawMessage("null")
	}
	return raw
}
