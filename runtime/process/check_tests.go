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
			c.checkTestStep(path+"/steps/"+itoa(j), &t.Steps[j], p)
		}
	}
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
	if s.After != "" {
		if _, err := rules.ParseDuration(s.After); err != nil {
			c.duration(path+"/after", s.After)
		}
	}
	if s.Expect != nil && s.Expect.Stage != "" && p != nil && stageOf(p, s.Expect.Stage) == nil {
		c.unknown(path+"/expect/stage", wordStage, s.Expect.Stage, stageKeys(p))
	}
}
