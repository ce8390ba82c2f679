package process

import (
	"strings"

	"pipewright/forms"
	"pipewright/rules"
)

// compileRules compiles the named rules against their forms; decision tables are looked over for gaps, overlaps and rows
// never reached (stage 6) by package rules. Rules come before forms, which may use them.
func (c *compiler) compileRules() {
	reserved := reservedNames()
	ofNone, ofForm := &rules.Env{Names: SystemNames, Rules: map[string]rules.Type{}}, map[string]*rules.Env{}
	for i := range c.def.Rules {
		r := &c.def.Rules[i]
		if c.ruleDefs[r.Key] != r {
			continue
		}
		path := "/rules/" + r.Key
		form := c.formDefs[r.Form]
		switch {
		case reserved[r.Key]:
			c.fail(path+"/key", "key.reserved", "“{key}”是系统用词，规则请换一个标识", "「{key}」是系統用詞，規則請換一個識別名",
				"“{key}” is a word of the system; give the rule another key", "key", r.Key)
		case fieldOf(form, r.Key) != nil:
			c.fail(path+"/key", "key.reserved", "“{key}”已经是“{form}”的字段，规则请换一个标识", "「{key}」已經是「{form}」的欄位，規則請換一個識別名",
				"“{key}” is already a field of “{form}”; give the rule another key", "key", r.Key, "form", named(form.Name, form.Key))
		}
		env := ofNone
		if r.Form != "" {
			if c.refForm(path+"/form", r.Form) == nil {
				continue
			}
			if ofForm[r.Form] == nil {
				ofForm[r.Form] = forms.EnvOf(form, c.world)
			}
			env = ofForm[r.Form]
		}
		compiled, problems := rules.CompileRule(r, env, path)
		c.add(problems...)
		if compiled == nil {
			continue
		}
		c.app.Rules[r.Key] = compiled
		c.ruleReads[r.Key] = append(compiled.Reads(), compiled.Decides()...)
	}
	c.ruleCircles()
	for key := range c.ruleReads {
		c.world.RuleReads[key] = c.closure([]string{key})
		paths := c.app.Rules[key].ReadsPaths()
		for _, name := range c.world.RuleReads[key] {
			if other := c.app.Rules[name]; other != nil && name != key {
				paths = append(paths, other.ReadsPaths()...)
			}
		}
		c.world.RulePaths[key] = paths
	}
}

// ruleCircles refuses rules that read each other in a circle.
func (c *compiler) ruleCircles() {
	edges := map[string][]string{}
	for _, key := range sortedKeys(c.ruleReads) {
		for _, name := range c.ruleReads[key] {
			if c.ruleDefs[name] != nil {
				edges[key] = append(edges[key], name)
			}
		}
	}
	told := map[string]bool{}
	for _, key := range sortedKeys(edges) {
		circle := circleFrom(key, edges)
		if circle == nil || told[key] {
			continue
		}
		for _, k := range circle {
			told[k] = true
		}
		c.fail("/rules/"+key, "calc.cycle", "规则绕了一圈又取决于自己：{circle}", "規則繞了一圈又取決於自己：{circle}",
			"The rule depends on itself in a circle: {circle}", "circle", strings.Join(append(circle, circle[0]), " → "))
	}
}
