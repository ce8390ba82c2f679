package process

import (
	"slices"

	"pipewright/forms"
	"pipewright/rules"
)

// useChain binds a chain to the form of the transition or stage that uses it, and compiles it the first time. A chain
// belongs to one form; nil if it cannot be used.
func (c *compiler) useChain(path, key string, form *Form) *CompiledChain {
	d := c.refChain(path, key)
	if d == nil {
		return nil
	}
	if done := c.app.Chains[key]; done != nil {
		if done.Form != form {
			c.fail(path, "ref.kind",
				"审批链“{chain}”已用于表单“{form}”；审批链只能服务一个表单，请复制一份",
				"簽核鏈「{chain}」已用於表單「{form}」；簽核鏈只能服務一個表單，請複製一份",
				"The approval chain “{chain}” already serves the form “{form}”; a chain serves one form, so make a copy",
				"chain", named(d.Name, d.Key), "form", named(done.Form.Def.Name, done.Form.Def.Key))
			return nil
		}
		return done
	}
	ch := &CompiledChain{Def: d, Form: form}
	c.app.Chains[key] = ch
	c.compileChain("/approvals/"+key, ch)
	return ch
}

// compileChains reports chains that nothing uses: they belong to no form, so their conditions cannot be checked.
func (c *compiler) compileChains() {
	for i := range c.def.Approvals {
		d := &c.def.Approvals[i]
		if d.Key != "" && c.app.Chains[d.Key] == nil && c.chainDefs[d.Key] == d {
			c.warn("/approvals/"+d.Key, "approval.unused", "审批链“{chain}”没有用在任何流转或阶段上", "簽核鏈「{chain}」沒有用在任何流轉或階段上",
				"No transition and no stage uses the approval chain “{chain}”", "chain", named(d.Name, d.Key))
		}
	}
}

func (c *compiler) compileChain(path string, ch *CompiledChain) {
	d, form := ch.Def, ch.Form
	env := c.env(form.Def.Key)
	ctx := whoContext{form: form, env: env, chain: true}
	ch.SkipIf = c.expr(path+"/skipIf", d.SkipIf, env, rules.Bool)
	c.refFields(path+"/guards", d.Guards, form.Def, false)
	for i := range d.Steps {
		at := path + "/steps/" + elementKey(d.Steps[i].Key, i)
		st := c.compileStep(at, &d.Steps[i], form.Def, ctx)
		for j := range d.Steps[i].Parallel {
			b := c.compileStep(at+"/parallel/"+elementKey(d.Steps[i].Parallel[j].Key, j), &d.Steps[i].Parallel[j], form.Def, ctx)
			b.Group = st
			st.Branches = append(st.Branches, b)
		}
		ch.Steps = append(ch.Steps, st)
	}
	if m := d.OnReject.Move; m != "" {
		if p := c.procOf[form.Def.Key]; p != nil && transitionOf(p, m) == nil {
			c.unknown(path+"/onReject/move", wordTransition, m, transitionKeys(p))
		}
	}
	ch.CC = c.whos(path+"/cc", d.CC, ctx)
	ch.Guards = c.guards(ch)
}

func (c *compiler) compileStep(path string, s *Step, form *forms.Form, ctx whoContext) *CompiledStep {
	out := &CompiledStep{Def: s, Path: path}
	out.RunIf = c.expr(path+"/runIf", s.RunIf, ctx.env, rules.Bool)
	ctx.picks = true
	out.Who = c.whos(path+"/who", s.Who, ctx)
	ctx.picks = false
	c.voteWeights(path+"/mode/weight", &s.Mode)
	if s.Fields != nil {
		for i, key := range s.Fields.Edit {
			if f := c.refField(path+"/fields/edit/"+itoa(i), key, form); f != nil && f.Computed() {
				c.fail(path+"/fields/edit/"+itoa(i), "ref.kind", "“{field}”是计算字段，审批人不能填写", "「{field}」是計算欄位，簽核人不能填寫",
					"“{field}” is computed; an approver cannot fill it", "field", named(f.Name, f.Key))
			}
		}
		c.refFields(path+"/fields/require", s.Fields.Require, form, false)
		c.refFields(path+"/fields/read", s.Fields.Read, form, true)
		c.refFields(path+"/fields/hide", s.Fields.Hide, form, true)
	}
	if p := s.OnEmpty.Policy; p != "" && !slices.Contains(policies, p) {
		c.add(wrongWord(path+"/onEmpty", p, policies))
	}
	out.Instead = c.whos(path+"/onEmpty", s.OnEmpty.Who, ctx)
	for i := range s.Due {
		d := &s.Due[i]
		at := path + "/due/" + itoa(i)
		after := c.duration(at+"/after", d.After)
		to := c.whos(at+"/to", d.To, ctx)
		if d.Do == "transfer" && len(d.To) == 0 {
			c.fail(at+"/to", "setting.missing", "超时转交要写明转给谁", "逾時轉交要寫明轉給誰", "Say to whom the task goes when it is late")
		}
		if after != nil {
			out.Due = append(out.Due, CompiledDue{Def: d, After: *after, To: to})
		}
	}
	return out
}

// voteWeights checks the weights of votes. A key is a role of the app, or else a person.
func (c *compiler) voteWeights(path string, m *Mode) {
	for _, key := range sortedKeys(m.Weights) {
		if n := m.Weights[key]; n < 1 || n > 1000 {
			c.fail(path+"/"+key, "setting.range", "权重应为 1 到 1000", "權重應為 1 到 1000", "A weight is 1 to 1000")
		}
	}
}

// guards are the fields the decision is bound to: the declared ones, else every field that routing reads, whatever it reads
// through named rules included (semantics 2c).
func (c *compiler) guards(ch *CompiledChain) []string {
	if len(ch.Def.Guards) > 0 {
		return slices.Compact(slices.Sorted(slices.Values(ch.Def.Guards)))
	}
	found := map[string]bool{}
	read := func(p *rules.Program) {
		if p == nil {
			return
		}
		for _, name := range c.closure(append(slices.Clone(p.Reads()), p.Decides()...)) {
			if fieldOf(ch.Form.Def, name) != nil {
				found[name] = true
			}
		}
	}
	read(ch.SkipIf)
	for _, s := range ch.All() {
		read(s.RunIf)
		for _, w := range s.Who {
			read(w.Expr)
			for _, name := range []string{w.Def.Field, w.Def.ManagerOf} {
				if fieldOf(ch.Form.Def, name) != nil {
					found[name] = true
				}
			}
		}
	}
	return sortedKeys(found)
}

// closure is names with, for every named rule among them, whatever that rule reads in turn.
func (c *compiler) closure(names []string) []string {
	seen := map[string]bool{}
	var visit func(string)
	visit = func(name string) {
		if seen[name] {
			return
		}
		seen[name] = true
		for _, next := range c.ruleReads[name] {
			visit(next)
		}
	}
	for _, n := range names {
		visit(n)
	}
	return sortedKeys(seen)
}
