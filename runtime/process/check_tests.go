package process

import (
	"slices"

	"pipewright/rules"
)

// checkTests checks what the scenarios inside the app name.
func (c *compiler) checkTests() {
	for i := range c.def.Tests {
		t := &c.def.Tests[i]
		path := "/tests/" + itoa(i)
		form := c.refForm(path+"/given/form", t.Given.Form)
		if form == nil {
			continue
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
