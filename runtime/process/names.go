package process

import (
	"sort"
	"strconv"

	"pipewright/forms"
	"pipewright/rules"
)

// The words the checker uses for the parts of an app.
var (
	wordRole       = rules.Say("角色", "角色", "role")
	wordForm       = rules.Say("表单", "表單", "form")
	wordField      = rules.Say("字段", "欄位", "field")
	wordProcess    = rules.Say("流程", "流程", "process")
	wordStage      = rules.Say("阶段", "階段", "stage")
	wordTransition = rules.Say("流转", "流轉", "transition")
	wordChain      = rules.Say("审批链", "簽核鏈", "approval chain")
	wordStep       = rules.Say("审批节点", "簽核節點", "approval step")
	wordRule       = rules.Say("规则", "規則", "rule")
	wordMeasure    = rules.Say("指标", "指標", "measure")
	wordReport     = rules.Say("报表", "報表", "report")
	wordMessage    = rules.Say("邮件模板", "郵件範本", "message")
	wordPool       = rules.Say("公海/线索池", "公海／線索池", "pool")
	wordAutomation = rules.Say("自动化", "自動化", "automation")
	wordTable      = rules.Say("明细表", "明細表", "table")
	wordActivity   = rules.Say("活动", "活動", "activity")
	wordGroup      = rules.Say("清单分组", "清單分組", "group of the checklist")
	wordPublic     = rules.Say("公开表单", "公開表單", "public form")
	wordTracking   = rules.Say("进度页", "進度頁", "tracking page")
	wordPrint      = rules.Say("打印模板", "列印範本", "print")
	wordChecklist  = rules.Say("清单项", "清單項", "checklist item")
)

func sortedKeys[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	sort.Strings(out)
	return out
}

func itoa(i int) string { return strconv.Itoa(i) }

// named is a thing's own name, or its key where it has none.
func named(name rules.Text, key string) rules.Text {
	if name.IsZero() {
		return rules.Plain(key)
	}
	return name
}

// fieldOf finds a field of a form, nil if there is none.
func fieldOf(f *forms.Form, key string) *forms.Field {
	if f == nil {
		return nil
	}
	for i := range f.Fields {
		if f.Fields[i].Key == key {
			return &f.Fields[i]
		}
	}
	return nil
}

func fieldKeys(f *forms.Form) []string {
	if f == nil {
		return nil
	}
	out := make([]string, len(f.Fields))
	for i := range f.Fields {
		out[i] = f.Fields[i].Key
	}
	return out
}

func stageOf(p *ProcessDef, key string) *Stage {
	for i := range p.Stages {
		if p.Stages[i].Key == key {
			return &p.Stages[i]
		}
	}
	return nil
}

func stageKeys(p *ProcessDef) []string {
	out := make([]string, len(p.Stages))
	for i := range p.Stages {
		out[i] = p.Stages[i].Key
	}
	return out
}

func transitionOf(p *ProcessDef, key string) *Transition {
	for i := range p.Transitions {
		if p.Transitions[i].Key == key {
			return &p.Transitions[i]
		}
	}
	return nil
}

func transitionKeys(p *ProcessDef) []string {
	out := make([]string, len(p.Transitions))
	for i := range p.Transitions {
		out[i] = p.Transitions[i].Key
	}
	return out
}

func stepOf(c *Chain, key string) *Step {
	var out *Step
	c.EachStep(func(_ string, s *Step) {
		if s.Key == key && out == nil {
			out = s
		}
	})
	return out
}

func stepKeys(c *Chain) []string {
	var out []string
	c.EachStep(func(_ string, s *Step) { out = append(out, s.Key) })
	return out
}

// refField checks that a slot names a field of the form, and returns it.
func (c *compiler) refField(path, key string, f *forms.Form) *forms.Field {
	if f == nil || key == "" {
		return nil
	}
	d := fieldOf(f, key)
	if d == nil {
		c.unknown(path, wordField, key, fieldKeys(f))
	}
	return d
}

func (c *compiler) refFields(path string, keys []string, f *forms.Form, star bool) {
	for i, key := range keys {
		if star && key == "*" {
			continue
		}
		c.refField(path+"/"+itoa(i), key, f)
	}
}

func (c *compiler) refRoles(path string, keys []string) {
	for i, key := range keys {
		if !c.roles[key] {
			c.unknown(path+"/"+itoa(i), wordRole, key, sortedKeys(c.roles))
		}
	}
}

func (c *compiler) refForm(path, key string) *forms.Form {
	f := c.formDefs[key]
	if f == nil && key != "" {
		c.unknown(path, wordForm, key, sortedKeys(c.formDefs))
	}
	return f
}

func (c *compiler) refProcess(path, key string) *ProcessDef {
	p := c.procDefs[key]
	if p == nil && key != "" {
		c.unknown(path, wordProcess, key, sortedKeys(c.procDefs))
	}
	return p
}

func (c *compiler) refChain(path, key string) *Chain {
	ch := c.chainDefs[key]
	if ch == nil && key != "" {
		c.unknown(path, wordChain, key, sortedKeys(c.chainDefs))
	}
	return ch
}
