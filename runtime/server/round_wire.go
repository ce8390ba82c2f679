package server

import (
	"encoding/json"
	"slices"
	"strconv"
	"time"

	"pipewright/rules"
	"pipewright/runtime/engine"
	"pipewright/runtime/process"
)

type roundOut struct {
	ID         string     `json:"id"`
	N          int        `json:"n"`
	Chain      string     `json:"chain"`
	Name       rules.Text `json:"name"`
	Transition string     `json:"transition"`
	State      string     `json:"state"`
	Reason     string     `json:"reason,omitempty"`
	OpenedAt   instant    `json:"openedAt"`
	Initiator  *mini      `json:"initiator"`
	// Comment is what the initiator told those who decide.
	Comment string `json:"comment,omitempty"`
	// Guarded are the fields the decision rests on, as far as one sees them, in the order of the form.
	Guarded  []string                   `json:"guarded"`
	Proposed map[string]json.RawMessage `json:"proposed"`
	Steps    []stepOut                  `json:"steps"`
	Guards   []guardOut                 `json:"guards"`
	Hash     string                     `json:"hash"`
}

type stepOut struct {
	Key       string     `json:"key"`
	Name      rules.Text `json:"name"`
	State     string     `json:"state"`
	Mode      rules.Text `json:"mode"`
	Reason    rules.Text `json:"reason,omitzero"`
	EnteredAt instant    `json:"enteredAt"`
	DueAt     instant    `json:"dueAt"`
	Late      bool       `json:"late,omitempty"`
	Slots     []slotOut  `json:"slots"`
}

type slotOut struct {
	Person  *mini      `json:"person"`
	State   string     `json:"state"`
	Reason  rules.Text `json:"reason,omitzero"`
	At      instant    `json:"at"`
	Comment string     `json:"comment,omitempty"`
	TaskID  string     `json:"taskId,omitempty"`
}

// guardOut is a guarded field that changed since the people last saw it.
type guardOut struct {
	Field  string          `json:"field"`
	Name   rules.Text      `json:"name"`
	Before json.RawMessage `json:"before"`
	After  json.RawMessage `json:"after"`
}

func (c *call) round(v *engine.View) roundOut {
	r := v.State.Round
	out := roundOut{ID: v.State.ID + "|" + strconv.Itoa(r.N), N: r.N, Chain: r.Chain, Name: chainName(v.App, r.Chain), Transition: r.Transition,
		State: r.State, Reason: r.Reason, OpenedAt: instant(r.OpenedAt), Initiator: c.mini(r.Initiator), Comment: r.Comment, Guarded: guarded(v), Proposed: v.Proposed(),
		Steps: []stepOut{}, Guards: []guardOut{}, Hash: r.Hash}
	for i := range r.Steps {
		out.Steps = append(out.Steps, c.step(v, r, &r.Steps[i]))
	}
	for _, g := range v.GuardChanges() {
		name := rules.Plain(g.Field)
		if info, ok := v.Form.Schema.Field(g.Field); ok {
			name = info.Name
		}
		out.Guards = append(out.Guards, guardOut{g.Field, name, g.Before, g.After})
	}
	return out
}

func guarded(v *engine.View) []string {
	out := []string{}
	ch := v.App.Chains[v.State.Round.Chain]
	if ch == nil {
		return out
	}
	for i := range v.Form.Def.Fields {
		if key := v.Form.Def.Fields[i].Key; slices.Contains(ch.Guards, key) && v.Sees(key) {
			out = append(out, key)
		}
	}
	return out
}

func (c *call) step(v *engine.View, r *process.Round, st *process.StepState) stepOut {
	out := stepOut{Key: st.Key, Name: stepName(v.App, r.Chain, st.Key), State: st.State, Reason: sayReason(st.Reason), EnteredAt: instant(st.EnteredAt),
		Late: st.Escalated, Slots: []slotOut{}}
	if def := step(v.App, r.Chain, st.Key); def != nil {
		out.Mode = sayMode(def.Def.Mode)
	}
	var due time.Time
	for _, t := range v.State.Timers {
		if t.Kind == "step" && t.Key == st.Key && st.State == process.Active && (due.IsZero() || t.At.Before(due)) {
			due = t.At
		}
	}
	out.DueAt = instant(due)
	for n, slot := range st.Slots {
		one := slotOut{Person: c.mini(slot.Person), State: slot.State, Reason: sayReason(slot.Reason), At: instant(slot.At), Comment: slot.Comment}
		if slot.State != process.NotYet {
			one.TaskID = v.State.ID + "|" + st.Key + "|" + strconv.Itoa(r.N) + "|" + strconv.Itoa(n)
		}
		out.Slots = append(out.Slots, one)
	}
	return out
}

func sayMode(m process.Mode) rules.Text {
	switch m.Kind {
	case "any":
		return rules.Say("或签：一人同意即可", "或簽：一人同意即可", "Any one decides")
	case "sequence":
		return rules.Say("依次审批", "依序簽核", "One after the other")
	case "share":
		return rules.Say("票签：{n} 同意", "票簽：{n} 同意", "{n} must approve", "n", percent(m.Share))
	case "count":
		return rules.Say("{n} 人同意", "{n} 人同意", "{n} people must approve", "n", m.Count)
	}
	return rules.Say("会签：全部同意", "會簽：全部同意", "All must approve")
}

func percent(share json.Number) string {
	f, err := share.Float64()
	if err != nil {
		return share.String()
	}
	return strconv.FormatFloat(f*100, 'f', -1, 64) + "%"
}

// sayReason puts a machine's reason into words; what is no known reason was written by a person.
func sayReason(reason string) rules.Text {
	switch reason {
	case "":
		return nil
	case "condition":
		return rules.Say("条件不满足，无需此步", "條件不滿足，無需此步", "Not needed: its condition does not hold")
	case "self":
		return rules.Say("审批人就是发起人，已跳过", "簽核人就是發起人，已略過", "Skipped: the approver is the initiator")
	case "empty":
		return rules.Say("没有找到审批人", "沒有找到簽核人", "Nobody was found to decide")
	case "instead":
		return rules.Say("没有找到审批人，由他人代替", "沒有找到簽核人，由他人代替", "Nobody was found; others decide instead")
	case "samePerson":
		return rules.Say("同一人已在上一步同意", "同一人已在上一步同意", "The same person approved just before")
	case "unchanged":
		return rules.Say("内容未变，沿用上次的同意", "內容未變，沿用上次的同意", "Unchanged since it was approved")
	case "due":
		return rules.Say("超时处理", "逾時處理", "Because time ran out")
	case "rule":
		return rules.Say("规则无法计算", "規則無法計算", "A rule could not be computed")
	case "settled":
		return rules.Say("本步已有结果", "本步已有結果", "The step was settled already")
	}
	return rules.Plain(reason)
}

// pathOut is the way an approval takes.
type pathOut struct {
	Chain    string        `json:"chain"`
	Name     rules.Text    `json:"name"`
	Skipped  bool          `json:"skipped"`
	Steps    []pathStepOut `json:"steps"`
	Problems []noteOut     `json:"problems"`
}

type pathStepOut struct {
	Key    string     `json:"key"`
	Name   rules.Text `json:"name"`
	Mode   rules.Text `json:"mode"`
	People []mini     `json:"people"`
	State  string     `json:"state"`
	Reason rules.Text `json:"reason,omitzero"`
	DueAt  instant    `json:"dueAt"`
}

func (c *call) path(p *process.Path) pathOut {
	out := pathOut{Chain: p.Chain, Name: p.Name, Skipped: p.Skipped, Steps: []pathStepOut{}, Problems: notes(p.Problems)}
	for _, st := range p.Steps {
		one := pathStepOut{Key: st.Step.Def.Key, Name: st.Step.Def.Name, Mode: sayMode(st.Step.Def.Mode), People: []mini{}, State: st.State,
			Reason: sayReason(st.Reason), DueAt: instant(st.DueAt)}
		for _, id := range st.People {
			one.People = append(one.People, *c.mini(id))
		}
		out.Steps = append(out.Steps, one)
	}
	return out
}
