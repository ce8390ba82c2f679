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
	// Next are the steps still to come, as things stand.
	Next   []pathStepOut `json:"next"`
	Guards []guardOut    `json:"guards"`
	Hash   string        `json:"hash"`
}

type stepOut struct {
	Key  string     `json:"key"`
	Name rules.Text `json:"name"`
	// In is the parallel step this one is a branch of; Parallel says that this is such a step, Join how it ends.
	In        string     `json:"in,omitempty"`
	Parallel  bool       `json:"parallel,omitempty"`
	State     string     `json:"state"`
	Mode      rules.Text `json:"mode"`
	Reason    rules.Text `json:"reason,omitzero"`
	EnteredAt instant    `json:"enteredAt"`
	DueAt     instant    `json:"dueAt"`
	Late      bool       `json:"late,omitempty"`
	Slots     []slotOut  `json:"slots"`
}

type slotOut struct {
	Person *mini `json:"person"`
	// For is the one the person stands in for; Asked how, and By whom, he was asked.
	For     *mini      `json:"for,omitempty"`
	Asked   string     `json:"asked,omitempty"`
	By      *mini      `json:"by,omitempty"`
	Weight  int        `json:"weight,omitempty"`
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
		Steps: []stepOut{}, Next: []pathStepOut{}, Guards: []guardOut{}, Hash: r.Hash}
	for i := range r.Steps {
		out.Steps = append(out.Steps, c.step(v, r, &r.Steps[i]))
	}
	for i := range v.Next {
		out.Next = append(out.Next, c.pathStep(&v.Next[i]))
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
		out.Mode = sayStepMode(def.Def)
		if def.Group != nil {
			out.In = def.Group.Def.Key
		}
	}
	out.Parallel = len(st.Branches) > 0
	var due time.Time
	for _, t := range v.State.Timers {
		if t.Kind == "step" && t.Key == st.Key && st.State == process.Active && (due.IsZero() || t.At.Before(due)) {
			due = t.At
		}
	}
	out.DueAt = instant(due)
	for n, slot := range st.Slots {
		one := slotOut{Person: c.mini(slot.Person), State: slot.State, Reason: sayReason(slot.Reason), At: instant(slot.At), Comment: slot.Comment}
		if slot.For != "" {
			one.For = c.mini(slot.For)
		}
		if slot.Asked != "" {
			one.Asked, one.By = slot.Asked, c.mini(st.Slots[slot.Parent].Person)
		}
		one.Weight = slot.Weight
		if slot.State != process.NotYet {
			one.TaskID = v.State.ID + "|" + st.Key + "|" + strconv.Itoa(r.N) + "|" + strconv.Itoa(n)
		}
		out.Slots = append(out.Slots, one)
	}
	return out
}

// sayStepMode says how a step passes.
func sayStepMode(s *process.Step) rules.Text {
	switch {
	case len(s.Parallel) == 0:
		return sayMode(s.Mode)
	case s.Join == "any":
		return rules.Say("并行：一个分支通过即可", "並行：一個分支通過即可", "In parallel: one branch is enough")
	}
	return rules.Say("并行：各分支都要通过", "並行：各分支都要通過", "In parallel: every branch must pass")
}

func sayMode(m process.Mode) rules.Text {
	switch m.Kind {
	case "any":
		if m.AllReject {
			return rules.Say("或签：一人同意即可，全部拒绝才不通过", "或簽：一人同意即可，全部拒絕才不通過", "Any one approves; rejected when all reject")
		}
		return rules.Say("或签：一人同意即可", "或簽：一人同意即可", "Any one decides")
	case "sequence":
		return rules.Say("依次审批", "依序簽核", "One after the other")
	case "share":
		return rules.Say("票签：{n} 同意", "票簽：{n} 同意", "{n} must approve", "n", percent(m.Share))
	case "weight":
		return rules.Say("按权重：合计 {n} 同意", "按權重：合計 {n} 同意", "A weight of {n} must approve", "n", m.Pass)
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
	case "short":
		return rules.Say("审批人太少，达不到要求的同意", "簽核人太少，達不到要求的同意", "There are too few people for the approvals asked for")
	case "branch":
		return rules.Say("其中一个分支已有结果", "其中一個分支已有結果", "One of its branches has settled it")
	case "absence":
		return rules.Say("不在，由代理人处理", "不在，由代理人處理", "Away; somebody stands in")
	case "left":
		return rules.Say("已离职，由上级处理", "已離職，由上級處理", "Has left; the manager decides")
	case "removed":
		return rules.Say("已收回", "已收回", "Taken back")
	case "addSign":
		return rules.Say("加签的人已处理", "加簽的人已處理", "The people added have decided")
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
	Key  string     `json:"key"`
	Name rules.Text `json:"name"`
	Mode rules.Text `json:"mode"`
	In   string     `json:"in,omitempty"`
	// Parallel says that this step only holds its branches together.
	Parallel bool        `json:"parallel,omitempty"`
	People   []personOut `json:"people"`
	// Pick says who chooses the people ("initiator", "previous") while they are not chosen; From whom he may choose, null: anybody.
	Pick   string     `json:"pick,omitempty"`
	From   []mini     `json:"from"`
	State  string     `json:"state"`
	Reason rules.Text `json:"reason,omitzero"`
	DueAt  instant    `json:"dueAt"`
}

func (c *call) path(p *process.Path) pathOut {
	out := pathOut{Chain: p.Chain, Name: p.Name, Skipped: p.Skipped, Steps: []pathStepOut{}, Problems: notes(p.Problems)}
	for i := range p.Steps {
		out.Steps = append(out.Steps, c.pathStep(&p.Steps[i]))
	}
	return out
}

func (c *call) pathStep(st *process.PathStep) pathStepOut {
	def := st.Step.Def
	out := pathStepOut{Key: def.Key, Name: def.Name, Mode: sayStepMode(def), Parallel: len(def.Parallel) > 0, People: []personOut{}, State: st.State,
		Reason: sayReason(st.Reason), DueAt: instant(st.DueAt), Pick: st.Pick}
	if st.Step.Group != nil {
		out.In = st.Step.Group.Def.Key
	}
	for _, id := range st.People {
		one := personOut{mini: *c.mini(id)}
		if away := st.For[id]; away != "" {
			one.For = c.mini(away)
		}
		out.People = append(out.People, one)
	}
	for _, id := range st.From {
		out.From = append(out.From, *c.mini(id))
	}
	return out
}

// personOut is a person, and whom he stands in for.
type personOut struct {
	mini
	For *mini `json:"for,omitempty"`
}
