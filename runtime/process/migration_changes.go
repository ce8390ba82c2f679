package process

import (
	"encoding/json"
	"time"

	"pipewright/forms"
	"pipewright/rules"
)

// MigrationChange is one thing that a migration changes of a record, for whoever looks at it beforehand.
type MigrationChange struct {
	// Kind is "stage", "field", "approval", "due", "activity" or "item".
	Kind string
	Name rules.Text
	// Text says what happens; empty for a field, a stage and a deadline, which have From and To.
	Text     rules.Text
	From, To rules.Text
	// Field is the key of a field in the old release, NewField in the new one, "" where it has none; Was and Is are its values as they are sent.
	Field, NewField string
	Was, Is         json.RawMessage
	// DueWas and DueIs are a deadline before and after.
	DueWas, DueIs time.Time
}

// Changes lists what differs between a record before and after its migration by the plan.
func (p *MigrationPlan) Changes(before, after *State) []MigrationChange {
	var out []MigrationChange
	if a, b := p.Old.Process.ByKey[before.Stage], p.New.Process.ByKey[after.Stage]; a != nil && b != nil && before.Stage != after.Stage {
		out = append(out, MigrationChange{Kind: "stage", From: named(a.Def.Name, before.Stage), To: named(b.Def.Name, after.Stage)})
	}
	out = append(out, p.roundChange(before, after)...)
	out = append(out, p.fieldChanges(before.Data, after.Data)...)
	if !before.DueAt.Equal(after.DueAt) {
		out = append(out, MigrationChange{Kind: "due", Name: rules.Say("阶段期限", "階段期限", "Deadline of the stage"), DueWas: before.DueAt, DueIs: after.DueAt})
	}
	for _, k := range sortedKeys(before.ActivityPeople) {
		if _, goes := p.activities[k]; !goes {
			if a := activityOf(p.Old, k); a != nil {
				out = append(out, MigrationChange{Kind: "activity", Name: named(a.Name, k), Text: rules.Say("不再要求", "不再要求", "is not asked for any more")})
			}
		}
	}
	come := map[string]bool{}
	for k := range before.ActivityPeople {
		come[p.activities[k]] = true
	}
	for _, k := range sortedKeys(after.ActivityPeople) {
		if a := activityOf(p.New, k); a != nil && !come[k] {
			out = append(out, MigrationChange{Kind: "activity", Name: named(a.Name, k), Text: rules.Say("新要求的活动，已分派", "新要求的活動，已分派", "is asked for now, and people are given it")})
		}
	}
	for _, st := range p.Old.Process.Stages {
		for i := range st.Def.Checklist {
			c := &st.Def.Checklist[i]
			if _, ticked := before.Checklist[st.Def.Key+"."+c.Key]; ticked && p.items[st.Def.Key+"."+c.Key] == "" {
				out = append(out, MigrationChange{Kind: "item", Name: named(c.Name, c.Key), Text: rules.Say("已勾选的这一项不再有", "已勾選的這一項不再有", "was ticked, and is there no more")})
			}
		}
	}
	return out
}

func (p *MigrationPlan) roundChange(before, after *State) []MigrationChange {
	r := before.Round
	if r == nil {
		return nil
	}
	x := MigrationChange{Kind: "approval", Name: rules.Plain(r.Chain)}
	if ch := p.From.Chains[r.Chain]; ch != nil {
		x.Name = named(ch.Def.Name, r.Chain)
	}
	switch now := after.Round; {
	case now != nil && now.N == r.N:
		x.Text = rules.Say("继续进行，已有的决定保留", "繼續進行，已有的決定保留", "goes on, with the decisions given so far")
	case now != nil:
		x.Text = rules.Say("取消，并按新版本重新发起", "取消，並按新版本重新發起", "is cancelled and submitted anew by the new release")
	case after.Entry != before.Entry:
		x.Text = rules.Say("按新版本重新发起即通过，记录随之流转", "按新版本重新發起即通過，記錄隨之流轉", "is submitted anew, passes at once, and the record moves on")
	default:
		x.Text = rules.Say("取消，由提交人再提交", "取消，由提交人再提交", "is cancelled; who submitted it may do so again")
	}
	return []MigrationChange{x}
}

// fieldChanges compares what each release shows of the data.
func (p *MigrationPlan) fieldChanges(before, after forms.Stored) []MigrationChange {
	was, is := p.Old.Schema.Decode(before), p.New.Schema.Decode(after)
	wasWire, isWire := p.Old.Schema.Wire(was, nil), p.New.Schema.Wire(is, nil)
	shown := map[string]bool{}
	var out []MigrationChange
	for _, f := range p.Old.Schema.Fields() {
		x := MigrationChange{Kind: "field", Name: f.Name, Field: f.ID, NewField: p.fieldNow(f)}
		shown[x.NewField] = true
		if x.Was = wasWire[f.ID]; x.NewField != "" {
			x.Is = isWire[x.NewField]
		}
		if string(x.Was) != string(x.Is) {
			out = append(out, x)
		}
	}
	for _, f := range p.New.Schema.Fields() {
		if raw, ok := isWire[f.ID]; ok && !shown[f.ID] {
			out = append(out, MigrationChange{Kind: "field", Name: f.Name, NewField: f.ID, Is: raw})
		}
	}
	return out
}

// fieldNow is the key of the field that one of the old release goes on as; empty when there is none.
func (p *MigrationPlan) fieldNow(f forms.FieldInfo) string {
	for i := range p.fields {
		if pair := &p.fields[i]; !pair.columnOnly && pair.old.ID == f.ID {
			return pair.new.ID
		}
	}
	for _, n := range p.New.Schema.Fields() {
		if n.Storage == f.Storage {
			return n.ID
		}
	}
	if n, ok := p.New.Schema.Field(f.ID); ok && n.Computed {
		return n.ID
	}
	return ""
}
