package process

import (
	"maps"

	"pipewright/forms"
	"pipewright/rules"
)

// compileForms is stage 3: every form with its fields, computed in dependency order. The types of the named rules are known
// from their declarations, so rules and forms may use each other.
func (c *compiler) compileForms() {
	c.world = &forms.World{
		App: c.def.Key, Currency: c.def.Currency, Zone: c.app.Zone, Languages: c.def.Languages,
		Forms: maps.Clone(c.formDefs), Options: map[string]*forms.OptionList{}, Roles: sortedKeys(c.roles), System: SystemNames,
		Rules: map[string]rules.Type{}, RuleForms: map[string]string{}, RuleReads: map[string][]string{}, RulePaths: map[string][][]string{},
	}
	for i := range c.def.Options {
		keep(c.world.Options, c.def.Options[i].Key, &c.def.Options[i])
	}
	c.compileUses()
	for key, r := range c.ruleDefs {
		c.world.Rules[key] = r.ResultType()
		c.world.RuleForms[key] = r.Form
	}
	c.compileRules()
	c.world.Run = func(rule string, s *rules.Scope) (any, error) {
		if r := c.app.Rules[rule]; r != nil {
			return r.Eval(s)
		}
		return nil, nil
	}
	for i := range c.def.Forms {
		f := &c.def.Forms[i]
		if c.formDefs[f.Key] != f {
			continue
		}
		path := "/forms/" + f.Key
		storage, fields := f.Key, (*forms.Storage)(nil)
		if c.app.Storage != nil {
			if s, ok := c.app.Storage.Forms[f.Key]; ok {
				storage, fields = s.Key, &forms.Storage{Fields: s.Fields}
			}
		}
		schema, problems := forms.Compile(f, c.world, fields, path)
		c.add(problems...)
		form := &Form{App: c.app, Def: f, Schema: schema, StorageKey: storage}
		form.masks = masksOf(form)
		c.app.Forms[f.Key] = form
		c.envs[f.Key] = forms.EnvOf(f, c.world)
		c.refForms(path, f)
		for _, info := range schema.Fields() {
			if d := info.Def; info.Type.Options != nil {
				c.optionGiven(path+"/fields/"+d.Key+"/value", d.Value, c.envs[f.Key], info.Type)
				c.optionGiven(path+"/fields/"+d.Key+"/calc", d.Calc, c.envs[f.Key], info.Type)
			}
		}
	}
	c.app.link()
}

// choosing compiles what becomes a value of a field of type t, which may be one of its options.
func (c *compiler) choosing(path, src string, env *rules.Env, want, t rules.Type) *rules.Program {
	p, problems := rules.CompileChoice(src, env, want, t.Choices())
	c.add(rules.WithPath(problems, path)...)
	if rules.HasErrors(problems) {
		return nil
	}
	c.optionGiven(path, src, env, t)
	return p
}

// optionGiven reports a fixed text that becomes the value of a field and is none of its options. A release that is live goes on as it was
// published.
func (c *compiler) optionGiven(path, src string, env *rules.Env, t rules.Type) {
	if c.opts.Shared != nil || len(t.Options) == 0 || src == "" || src[0] != '\'' && src[0] != '"' {
		return
	}
	p, problems := rules.Compile(src, env, rules.Anything)
	if rules.HasErrors(problems) {
		return
	}
	if _, fixed := p.Const(); fixed {
		_, problems = rules.Compile(src, env, t)
		c.add(rules.WithPath(problems, path)...)
	}
}

// refForms checks what a form names outside itself.
func (c *compiler) refForms(path string, f *forms.Form) {
	for i, g := range f.Grants {
		at := path + "/grants/" + itoa(i)
		if g.Role != "" && !c.roles[g.Role] {
			c.unknown(at+"/role", wordRole, g.Role, sortedKeys(c.roles))
		}
		if g.Records.Where != "" {
			c.where(at+"/records/where", g.Records.Where, c.app.Forms[f.Key])
		}
	}
	for i, r := range f.Related {
		at := path + "/related/" + itoa(i)
		other := c.refForm(at+"/form", r.Form)
		if via := c.refField(at+"/via", r.Via, other); via != nil && (via.Type != "reference" || via.Form != f.Key) {
			c.fail(at+"/via", "ref.kind", "“{field}”不是指向“{form}”的引用字段", "「{field}」不是指向「{form}」的參照欄位",
				"“{field}” is not a reference to “{form}”", "field", named(via.Name, via.Key), "form", named(f.Name, f.Key))
		}
	}
}

// env is the environment of a form's expressions inside its process: stage is one of the stages there are.
func (c *compiler) env(form string) *rules.Env {
	base := c.envs[form]
	p := c.procOf[form]
	if base == nil || p == nil {
		return base
	}
	if c.stageEnvs[form] == nil {
		c.stageEnvs[form] = base.With(map[string]rules.Type{"stage": rules.OneOf(stageKeys(p)...)})
	}
	return c.stageEnvs[form]
}

// wantOf is the type an expression must have to become the value of a field, from its type in expressions. A record stands
// for its id.
func wantOf(t rules.Type) rules.Type {
	if t.Kind == rules.KindRecord {
		return rules.Str
	}
	return t
}

// assigns compiles field → expression, in the field order of the form. what says which slot it is, for messages.
func (c *compiler) assigns(path string, set Assigns, target *Form, env *rules.Env) []CompiledAssign {
	if target == nil || len(set) == 0 {
		return nil
	}
	var out []CompiledAssign
	known := map[string]bool{}
	for _, info := range target.Schema.Fields() {
		known[info.ID] = true
		src, ok := set[info.ID]
		if !ok {
			continue
		}
		at := path + "/" + info.ID
		if info.Computed {
			c.fail(at, "ref.kind", "“{field}”是计算字段，不能赋值", "「{field}」是計算欄位，不能賦值",
				"“{field}” is computed and cannot be set", "field", info.Name)
			continue
		}
		if src == "" {
			c.fail(at, "setting.missing", "这里缺少表达式；要清空字段请写 nil", "這裡缺少運算式；要清空欄位請寫 nil",
				"An expression is missing here; write nil to empty the field")
			continue
		}
		want := wantOf(info.Type)
		if info.Varies && env.Currency != want.Currency {
			// From one record to another an amount goes as it is, with its currency beside it.
			want.Currency = ""
		}
		if p := c.choosing(at, src, env, want, info.Type); p != nil {
			if want.Currency == "" {
				c.beside(at, p, info.Name, target, set)
			}
			out = append(out, CompiledAssign{Field: info.ID, Value: p})
		}
	}
	for _, key := range sortedKeys(set) {
		if !known[key] {
			c.unknown(path+"/"+key, wordField, key, fieldKeys(target.Def))
		}
	}
	return out
}

// beside reports an amount in a currency of its own that goes into a record whose currency is not set with it: the figure would stand there
// in another currency. A currency that is looked up is the other record's to say; a release that is live goes on as it was published.
func (c *compiler) beside(at string, p *rules.Program, name rules.Text, target *Form, set Assigns) {
	t, key := p.Type(), target.Def.Currency
	if c.opts.Shared != nil || t.Kind != rules.KindNumber || t.Currency == "" || t.Currency == forms.BaseCurrency(c.app.Def.Currency) || key == "" {
		return
	}
	info, known := target.Schema.Field(key)
	if _, given := set[key]; given || !known || info.Computed {
		return
	}
	c.fail(at, "money.mixed", "“{field}”的货币写在“{currency}”里：请把货币一起带过去，或用 base(…) 折成应用的货币",
		"「{field}」的貨幣寫在「{currency}」裡：請把貨幣一起帶過去，或用 base(…) 折成應用的貨幣",
		"The currency of “{field}” stands in “{currency}”: take the currency along, or bring the amount into the app's currency with base(…)", "field", name, "currency", info.Name)
}
