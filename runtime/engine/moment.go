package engine

import (
	"context"
	"encoding/json"
	"time"

	"pipewright/rules"
	"pipewright/runtime/process"
)

// Moment is a record as it stood at an instant.
type Moment struct {
	*View
	// At is the last event that had happened, and Seq its number.
	At  time.Time
	Seq int64
	// Next is when the following event happened; zero when this is how it stands now.
	Next time.Time
}

// Moment folds a record's events up to an instant, inclusive, or up to the event numbered seq when that is not 0, and shows it as the
// person may see it: what hides from him today or hid then is left out. Errors: *process.Rejection not.found; history.none before
// the record began, history.erased when a payload has been erased.
func (e *Engine) Moment(ctx context.Context, user, id string, at time.Time, seq int64) (*Moment, error) {
	now, err := e.Record(ctx, user, id)
	if err != nil {
		return nil, err
	}
	evs, erased, err := e.allEvents(ctx, id)
	if err != nil {
		return nil, err
	}
	n := 0
	for n < len(evs) && (seq > 0 && evs[n].Seq <= seq || seq == 0 && !evs[n].At.After(at)) {
		n++
	}
	if n == 0 {
		return nil, reject("history.none", rules.Say("那时还没有这条记录", "那時還沒有這條記錄", "The record did not exist then"))
	}
	if erased {
		return nil, historyErased()
	}
	m := &Moment{At: evs[n-1].At, Seq: evs[n-1].Seq}
	if n < len(evs) {
		m.Next = evs[n].At
	}
	if m.View, err = e.then(ctx, now, user, process.Fold(id, evs[:n])); err != nil {
		return nil, err
	}
	return m, e.titles(ctx, []*View{m.View})
}

// then lays a folded state out under the release it stood on.
func (e *Engine) then(ctx context.Context, now *View, user string, s *process.State) (*View, error) {
	app, err := e.pinnedAt(ctx, now, s)
	if err != nil {
		return nil, err
	}
	dir, err := e.Directory(ctx)
	if err != nil {
		return nil, err
	}
	if app.Forms[s.Form] == nil {
		return nil, notFound()
	}
	live, err := e.current(ctx, app.Def.Key)
	if err != nil {
		return nil, err
	}
	v := viewOf(live, app, s.Form, dir, user, &record{State: s}, app.Forms[s.Form].Cols(s, daysOf(app, dir, s.Owner, s.Team)), 0)
	for key := range now.hidden {
		v.hidden[key] = true
	}
	return v, nil
}

// pinnedAt is the release a state stood on.
func (e *Engine) pinnedAt(ctx context.Context, now *View, s *process.State) (*process.App, error) {
	if s.Release == now.State.Release {
		return now.App, nil
	}
	return e.pinned(ctx, s, now.App)
}

// Reason is why an event of a record came about.
type Reason struct {
	Entry
	Release int
	// Automation that did it, as app/key, and what it is called.
	Automation     string
	AutomationName rules.Text
	// Rules that had a say, with their inputs as the person may see them.
	Rules []RuleReason
	// Who says how the people were to be found, and People whom that gave, with the reason for each who was not asked or is asked for another.
	Who    []rules.Text
	People []PersonReason
	// Facts are other records the decision rested on that the person may see.
	Facts []Linked
}

// RuleReason is a rule with what it was given and gave.
type RuleReason struct {
	Kind, Path string
	Name       rules.Text
	Formula    string
	Value      json.RawMessage
	Problem    *rules.Problem
	Inputs     []WhyInput
}

// PersonReason is a person of an approval step.
type PersonReason struct {
	User, Name, State string
	Reason            rules.Text
}

// Reason explains an event of a record: the release, the rules with their inputs as they were, the people and how they were found, the
// automation behind it. Errors: *process.Rejection not.found, history.erased.
func (e *Engine) Reason(ctx context.Context, user, id string, seq int64) (*Reason, error) {
	now, err := e.Record(ctx, user, id)
	if err != nil {
		return nil, err
	}
	evs, erased, err := e.allEvents(ctx, id)
	if err != nil {
		return nil, err
	}
	if erased {
		return nil, historyErased()
	}
	if seq < 1 || seq > int64(len(evs)) {
		return nil, notFound()
	}
	ev := &evs[seq-1]
	before := process.Fold(id, evs[:seq-1])
	if seq == 1 {
		before.App, before.Form, before.Process = now.State.App, now.State.Form, now.State.Process
	}
	switch ev.Payload.(type) {
	case process.Migrated, process.Unmigrated: // what it was is told by the release it left
	default:
		before.Release = ev.Release
	}
	v, err := e.then(ctx, now, user, before)
	if err != nil {
		return nil, err
	}
	dir, err := e.Directory(ctx)
	if err != nil {
		return nil, err
	}
	v.titles, v.Links = map[string]string{}, now.Links
	tell := &teller{view: v, dir: dir}
	out := &Reason{Release: ev.Release, Automation: ev.Cause.Automation}
	out.Entry, _ = tell.tell(ev)
	if def := automationOf(v.App, ev.Cause.Automation); def != nil {
		out.AutomationName = def.Name
	}
	f := &fetcher{e: e, app: v.App, dir: dir, facts: factsAt(v.App, dir, ev.At), record: id, coll: RecordCollection(now.Form)}
	var x *process.Explanation
	if err := f.ask(ctx, func(facts *process.Facts) (needs []process.Need) {
		x, needs = process.Explain(v.App, before, ev, facts)
		return needs
	}); err != nil {
		return nil, err
	}
	for _, used := range x.Rules {
		out.Rules = append(out.Rules, ruleReason(v, x, &used))
	}
	for _, w := range x.Who {
		out.Who = append(out.Who, whoText(v, w, called(dir)))
	}
	for _, s := range x.Slots {
		p := PersonReason{User: s.Person, Name: dir.Name(s.Person), State: s.State}
		if s.Reason != "" {
			p.Reason = reasonText(s.Reason)
		}
		out.People = append(out.People, p)
	}
	for _, used := range ev.Facts {
		other, _, err := e.load(ctx, user, used.Record)
		if r, ok := asRejection(err); ok && r.Code == "not.found" {
			continue
		}
		if err != nil {
			return nil, err
		}
		out.Facts = append(out.Facts, Linked{ID: used.Record, Title: other.Title(), Form: other.State.Form, Stage: other.State.Stage})
	}
	return out, nil
}

func ruleReason(v *View, x *process.Explanation, used *process.RuleUsed) RuleReason {
	r := RuleReason{Kind: used.Kind, Path: used.Path, Name: used.Name, Formula: used.Formula, Problem: used.Problem}
	masked := false
	wire := v.Wire(x.Values)
	for _, key := range used.Reads {
		if !v.Sees(key) {
			masked = true // what hides from him must not be read off the result
			continue
		}
		r.Inputs = append(r.Inputs, WhyInput{key, orNull(wire[key])})
	}
	if raw, err := marshal(used.Value); err == nil && !masked && used.Problem == nil {
		r.Value = raw
	}
	return r
}

func automationOf(app *process.App, name string) *process.Automation {
	for i := range app.Def.Automations {
		if a := &app.Def.Automations[i]; app.Def.Key+"/"+a.Key == name {
			return a
		}
	}
	return nil
}

// whoText says in words how people are found.
func whoText(v *View, w process.Who, called func(typ, id string) string) rules.Text {
	role := func(key string) rules.Text {
		for _, r := range v.App.Def.Roles {
			if r.Key == key && !r.Name.IsZero() {
				return r.Name
			}
		}
		return rules.Plain(key)
	}
	field := func(key string) rules.Text {
		if info, ok := v.Form.Schema.Field(key); ok && !info.Name.IsZero() {
			return info.Name
		}
		return rules.Plain(key)
	}
	switch {
	case w.User != "":
		return rules.Say("指定人员 {who}", "指定人員 {who}", "the person {who}", "who", called("user", w.User))
	case w.Role != "" && w.Team != "":
		return rules.Say("本团队的“{role}”", "本團隊的「{role}」", "“{role}” of the record's own team", "role", role(w.Role))
	case w.Role != "":
		return rules.Say("角色“{role}”", "角色「{role}」", "the role “{role}”", "role", role(w.Role))
	case w.Team != "":
		return rules.Say("团队 {team}", "團隊 {team}", "the team {team}", "team", called("team", w.Team))
	case w.Field != "":
		return rules.Say("字段“{field}”里的人", "欄位「{field}」裡的人", "whoever “{field}” names", "field", field(w.Field))
	case w.ManagerOf != "":
		of := field(w.ManagerOf)
		switch w.ManagerOf {
		case "owner":
			of = rules.Say("负责人", "負責人", "the owner")
		case "initiator":
			of = rules.Say("提交人", "提交人", "whoever submitted")
		}
		if w.UpTo > 0 {
			return rules.Say("{of}往上直到第 {n} 级的每一级主管", "{of}往上直到第 {n} 級的每一級主管", "every manager of {of} up to level {n}", "of", of, "n", w.UpTo)
		}
		return rules.Say("{of}往上第 {n} 级主管", "{of}往上第 {n} 級主管", "the manager of {of}, level {n}", "of", of, "n", max(w.Level, 1))
	case w.Pick == "previous":
		return rules.Say("上一步审批人选的人", "上一步簽核人選的人", "whom the approver before picked")
	case w.Pick != "":
		return rules.Say("提交人选的人", "提交人選的人", "whom the one who submitted picked")
	case w.Decide != "":
		return rules.Say("规则 {rule}", "規則 {rule}", "the rule {rule}", "rule", w.Decide)
	}
	return rules.Say("公式 {f}", "公式 {f}", "the formula {f}", "f", w.Expr)
}

func historyErased() *process.Rejection {
	return reject("history.erased", rules.Say("这段历史里有内容已按要求清除，无法还原", "這段歷史裡有內容已按要求清除，無法還原", "Parts of this history have been erased on request; it cannot be told any more"))
}
