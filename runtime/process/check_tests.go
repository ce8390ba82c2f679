package process

import (
	"slices"

	"pipewright/forms"
	"pipewright/rules"
)

// checkTests checks what the scenarios inside the app name.
func (c *compiler) checkTests() {
	for i := range c.def.Tests {
		t := &c.def.Tests[i]
		path := "/tests/" + itoa(i)
		form := c.refForm(path+"/given/form", t.Given.Form)
		if form == nil {
			if form = c.submitted(path, t); form == nil {
				continue
			}
		}
		for _, key := range sortedKeys(t.Given.Data) {
			c.refField(path+"/given/data/"+key, key, form)
		}
		for _, name := range sortedKeys(t.Given.Records) {
			r := t.Given.Records[name]
			other := c.refForm(path+"/given/records/"+name+"/form", r.Form)
			for _, key := range sortedKeys(r.Data) {
				c.refField(path+"/given/records/"+name+"/data/"+key, key, other)
			}
		}
		p := c.procOf[form.Key]
		if s := t.Given.Stage; s != "" && p != nil && stageOf(p, s) == nil {
			c.unknown(path+"/given/stage", wordStage, s, stageKeys(p))
		}
		for j := range t.Steps {
			c.checkTestStep(path+"/steps/"+itoa(j), &t.Steps[j], c.testProcess(path+"/steps/"+itoa(j)+"/record", &t.Given, t.Steps[j].Record, p))
		}
	}
}

// testProcess is the process of the record a step is about; own is that of the scenario's own record.
func (c *compiler) testProcess(path string, given *Given, record string, own *ProcessDef) *ProcessDef {
	if record == "" {
		return own
	}
	form := record
	if r, named := given.Records[record]; named {
		form = r.Form
	}
	if f := c.refForm(path, form); f != nil {
		return c.procOf[f.Key]
	}
	return nil
}

func (c *compiler) checkTestStep(path string, s *TestStep, p *ProcessDef) {
	if s.Do != "" {
		if p == nil || transitionOf(p, s.Do) == nil {
			var known []string
			if p != nil {
				known = transitionKeys(p)
			}
			c.unknown(path+"/do", wordTransition, s.Do, known)
		}
	}
	var steps []string
	for i := range c.def.Approvals {
		steps = append(steps, stepKeys(&c.def.Approvals[i])...)
	}
	for _, d := range []struct{ member, key string }{{"approve", s.Approve}, {"reject", s.Reject}, {"return", s.Return}, {"transfer", s.Transfer},
		{"delegate", s.Delegate}, {"addSign", s.AddSign}, {"removeSign", s.RemoveSign}} {
		if d.key != "" && !slices.Contains(steps, d.key) {
			c.unknown(path+"/"+d.member, wordStep, d.key, steps)
		}
	}
	if s.Submit != "" && c.app.Public[s.Submit] == nil {
		c.unknown(path+"/submit", wordPublic, s.Submit, publicKeys(c.def))
	}
	if s.Run != "" && c.app.Automations[s.Run] == nil {
		c.unknown(path+"/run", wordAutomation, s.Run, sortedKeys(c.app.Automations))
	}
	for _, pool := range []struct{ member, key string }{{"release", s.Release}, {"reclaim", s.Reclaim}} {
		if pool.key != "" && c.app.Pools[pool.key] == nil {
			c.unknown(path+"/"+pool.member, wordPool, pool.key, sortedKeys(c.app.Pools))
		}
	}
	if s.After != "" {
		if _, err := rules.ParseDuration(s.After); err != nil {
			c.duration(path+"/after", s.After)
		}
	}
	if s.Expect != nil && s.Expect.Stage != "" && p != nil && stageOf(p, s.Expect.Stage) == nil {
		c.unknown(path+"/expect/stage", wordStage, s.Expect.Stage, stageKeys(p))
	}
}

// submitted is the form of the record that a scenario begins by sending a public form; nil when there is none.
func (c *compiler) submitted(path string, t *Test) *forms.Form {
	if t.Given.Form != "" {
		return nil
	}
	for i := range t.Steps {
		if public := c.app.Public[t.Steps[i].Submit]; public != nil {
			return public.Form.Def
		}
	}
	if !slices.ContainsFunc(t.Steps, func(s TestStep) bool { return s.Submit != "" || s.Run != "" }) {
		c.fail(path+"/given/form", "setting.missing", "请选择场景从哪个表单的记录开始，或在步骤里提交一张公开表单", "請選擇情境從哪個表單的記錄開始，或在步驟裡送出一張公開表單",
			"Choose the form whose record the scenario begins with, or send a public form in a step")
	}
	return nil
}
