package process

import (
	"regexp"

	"pipewright/forms"
	"pipewright/rules"
)

// compileProcesses checks the references of every process and compiles its conditions.
func (c *compiler) compileProcesses() {
	for i := range c.def.Processes {
		d := &c.def.Processes[i]
		form := c.app.Forms[d.Form]
		path := "/processes/" + d.Key
		c.refForm(path+"/form", d.Form)
		if form == nil || c.procDefs[d.Key] != d || c.procOf[d.Form] != d {
			continue
		}
		p := &Process{Def: d, Form: form, ByKey: map[string]*CompiledStage{}, ByTransition: map[string]*CompiledTransition{}}
		form.Process = p
		c.app.Processes[d.Key] = p
		c.compileProcess(path, p)
	}
}

func (c *compiler) compileProcess(path string, p *Process) {
	d := p.Def
	c.refRoles(path+"/roles", d.Roles)
	c.fieldOfType(path+"/value", d.Value, p.Form, "money", "number")
	c.fieldOfType(path+"/closing", d.Closing, p.Form, "date", "datetime")
	for i := range d.Stages {
		s := &d.Stages[i]
		if p.ByKey[s.Key] != nil {
			continue
		}
		cs := &CompiledStage{Def: s, Index: i}
		p.Stages = append(p.Stages, cs)
		p.ByKey[s.Key] = cs
	}
	if d.Start != "" && p.ByKey[d.Start] == nil {
		c.unknown(path+"/start", wordStage, d.Start, stageKeys(d))
	}
	for i := range d.Transitions {
		c.compileTransition(path+"/transitions/"+d.Transitions[i].Key, p, &d.Transitions[i])
	}
	for _, s := range p.Stages {
		c.compileStage(path+"/stages/"+s.Def.Key, p, s)
	}
	for _, t := range p.Transitions {
		t.rolled = p.rolled(t)
	}
}

// fieldOfType checks that a slot names a field of one of these types.
func (c *compiler) fieldOfType(path, key string, form *Form, types ...string) {
	f := c.refField(path, key, form.Def)
	if f == nil {
		return
	}
	for _, t := range types {
		if f.Type == t {
			return
		}
	}
	c.fail(path, "ref.kind", "“{field}”的类型是“{type}”，这里需要：{types}", "「{field}」的類型是「{type}」，這裡需要：{types}",
		"“{field}” is of type “{type}”; this needs one of: {types}", "field", named(f.Name, f.Key), "type", forms.SayType(f.Type), "types", forms.SayTypes(types))
}

var clock = regexp.MustCompile(`^([01][0-9]|2[0-3]):[0-5][0-9]$`)

func (c *compiler) compileStage(path string, p *Process, s *CompiledStage) {
	d, env := s.Def, c.env(p.Form.Def.Key)
	s.Probability = c.probability(path, d)
	s.Leave = c.conditions(path+"/leaveIf", d.LeaveIf, env)
	s.Enter = c.conditions(path+"/enterIf", d.EnterIf, env)
	s.Due = c.duration(path+"/due", d.Due.Duration)
	s.Idle = c.duration(path+"/idle", d.Idle)
	if at := d.Due.At; at != "" && !clock.MatchString(at) {
		c.fail(path+"/due/at", "shape.type", "“{at}”不是时刻，应写如 09:00", "「{at}」不是時刻，應寫如 09:00",
			"“{at}” is not a time of day; write one like 09:00", "at", at)
	}
	if d.Due.Date != "" {
		s.DueDate = c.dateExpr(path+"/due/date", d.Due.Date, env)
	}
	if d.Owner != nil {
		s.Owner = c.owner(path+"/owner", d.Owner, whoContext{form: p.Form, env: env}, p.Form)
		s.Owner.Series = "stage|" + p.Def.Key + "." + d.Key
	}
	c.stageLadders(path, p, s)
	c.activities(path, p, s)
	if m := d.Fields; m != nil {
		c.refFields(path+"/fields/edit", m.Edit, p.Form.Def, true)
		c.refFields(path+"/fields/read", m.Read, p.Form.Def, true)
		c.refFields(path+"/fields/hide", m.Hide, p.Form.Def, true)
		c.refFields(path+"/fields/require", m.Require, p.Form.Def, false)
	}
	for i := range d.Needs {
		c.linked(path+"/needs/"+itoa(i), p, &d.Needs[i])
	}
	if a := d.Approval; a != nil {
		s.Approval = c.useChain(path+"/approval/chain", a.Chain, p.Form)
		for _, use := range []struct{ name, key string }{{"passed", a.Passed}, {"rejected", a.Rejected}, {"withdrawn", a.Withdrawn}} {
			if use.key == "" {
				continue
			}
			at := path + "/approval/" + use.name
			t := p.ByTransition[use.key]
			switch {
			case t == nil:
				c.unknown(at, wordTransition, use.key, transitionKeys(p.Def))
			case !t.From[d.Key]:
				c.fail(at, "ref.kind", "流转“{transition}”不从阶段“{stage}”出发", "流轉「{transition}」不從階段「{stage}」出發",
					"The transition “{transition}” does not leave the stage “{stage}”",
					"transition", named(t.Def.Name, t.Def.Key), "stage", named(d.Name, d.Key))
			}
		}
	}
}

// probability forces ends to 100 and 0; an open stage without one counts as 0.
func (c *compiler) probability(path string, d *Stage) int {
	switch {
	case d.End == "won":
		return 100
	case d.End != "" || d.Probability == nil:
		return 0
	case *d.Probability < 0 || *d.Probability > 100:
		c.fail(path+"/probability", "setting.range", "成交概率应在 0 到 100 之间", "成交機率應在 0 到 100 之間",
			"The probability must be between 0 and 100")
		return 0
	}
	return *d.Probability
}

func elementKey(key string, i int) string {
	if key != "" {
		return key
	}
	return itoa(i)
}

func (c *compiler) conditions(path string, list []Condition, env *rules.Env) []CompiledCondition {
	var out []CompiledCondition
	for i := range list {
		at := path + "/" + elementKey(list[i].Key, i)
		if p := c.expr(at+"/if", list[i].If, env, rules.Bool); p != nil {
			out = append(out, CompiledCondition{Def: &list[i], Path: at, If: p})
		}
	}
	return out
}

// dateExpr compiles an expression that yields a date or an instant.
func (c *compiler) dateExpr(path, src string, env *rules.Env) *rules.Program {
	p := c.expr(path, src, env, rules.Anything)
	if p != nil && p.Type().Kind != rules.KindDate && p.Type().Kind != rules.KindDatetime && p.Type().Kind != rules.KindNull {
		c.fail(path, "expr.type", "这里应得出日期，实际是{type}", "這裡應得出日期，實際是{type}",
			"This should give a date, but gives {type}", "type", p.Type().Say())
		return nil
	}
	return p
}

func (c *compiler) compileTransition(path string, p *Process, d *Transition) {
	t := &CompiledTransition{Def: d, From: map[string]bool{}, To: p.ByKey[d.To]}
	env := c.env(p.Form.Def.Key)
	if d.To != "" && t.To == nil {
		c.unknown(path+"/to", wordStage, d.To, stageKeys(p.Def))
	}
	for i, from := range d.From {
		switch s := p.ByKey[from]; {
		case from == "*":
			for _, s := range p.Stages {
				if s.Def.Open() && (s.Def.Key != d.To || d.Restart) {
					t.From[s.Def.Key] = true
				}
			}
		case s == nil:
			c.unknown(path+"/from/"+itoa(i), wordStage, from, stageKeys(p.Def))
		default:
			t.From[from] = true
		}
	}
	t.If = c.expr(path+"/if", d.If, env, rules.Bool)
	c.refRoles(path+"/by", d.By)
	for i, key := range d.Ask {
		if f := c.refField(path+"/ask/"+itoa(i), key, p.Form.Def); f != nil && f.Computed() {
			c.fail(path+"/ask/"+itoa(i), "ref.kind", "“{field}”是计算字段，不能请人填写", "「{field}」是計算欄位，不能請人填寫",
				"“{field}” is computed; nobody can be asked for it", "field", named(f.Name, f.Key))
		}
	}
	t.Set = c.assigns(path+"/set", d.Set, p.Form, env)
	t.Chain = c.useChain(path+"/approval", d.Approval, p.Form)
	if d.Auto {
		c.checkAuto(path, d, t)
	}
	if p.ByTransition[d.Key] == nil {
		p.Transitions = append(p.Transitions, t)
		p.ByTransition[d.Key] = t
	}
}

// checkAuto checks a transition that happens by itself: it is evaluated after each change, so it must not depend on time
// passing (semantics 18), and nobody is there to answer a question.
func (c *compiler) checkAuto(path string, d *Transition, t *CompiledTransition) {
	if d.If == "" {
		c.fail(path+"/if", "setting.missing", "自动流转必须写明条件", "自動流轉必須寫明條件", "A transition that happens by itself needs a condition")
	}
	if len(d.Ask) > 0 {
		c.fail(path+"/ask", "ref.kind", "自动流转没有人可问：请去掉要填写的字段，或取消自动", "自動流轉沒有人可問：請去掉要填寫的欄位，或取消自動",
			"Nobody is there to ask when the transition happens by itself: drop the fields asked for, or make it manual")
	}
	if t.If == nil {
		return
	}
	timed := t.If.ReadsClock()
	for _, name := range t.If.Reads() {
		timed = timed || name == "idleDays"
	}
	if timed {
		c.fail(path+"/if", "auto.time",
			"自动流转的条件不能用 now()、today() 或 idleDays：时间流逝不会触发它。请改用按日期触发的自动化",
			"自動流轉的條件不能用 now()、today() 或 idleDays：時間流逝不會觸發它。請改用按日期觸發的自動化",
			"The condition of an automatic transition cannot use now(), today() or idleDays: passing time does not trigger it. Use an automation with a date trigger")
	}
}

// linked checks a gate across processes.
func (c *compiler) linked(path string, p *Process, n *Linked) {
	other, ok := c.procDefs[n.Linked], true
	form := c.formDefs[n.Linked]
	if other != nil {
		form = c.formDefs[other.Form]
	} else if form != nil {
		other = c.procOf[n.Linked]
	} else if n.Linked != "" {
		c.unknown(path+"/linked", wordProcess, n.Linked, sortedKeys(c.procDefs))
		ok = false
	}
	if !ok {
		return
	}
	if via := c.refField(path+"/via", n.Via, form); via != nil && (via.Type != "reference" || via.Form != p.Def.Form) {
		c.fail(path+"/via", "ref.kind", "“{field}”不是指向“{form}”的引用字段", "「{field}」不是指向「{form}」的參照欄位",
			"“{field}” is not a reference to “{form}”", "field", named(via.Name, via.Key), "form", named(p.Form.Def.Name, p.Form.Def.Key))
	}
	if other == nil {
		c.fail(path+"/linked", "ref.kind", "“{form}”没有流程，无从判断它在哪个阶段", "「{form}」沒有流程，無從判斷它在哪個階段",
			"“{form}” has no process, so its records stand in no stage", "form", n.Linked)
		return
	}
	for i, key := range n.In {
		if stageOf(other, key) == nil {
			c.unknown(path+"/in/"+itoa(i), wordStage, key, stageKeys(other))
		}
	}
}
