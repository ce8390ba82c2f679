package process

import (
	"strings"

	"pipewright/rules"
)

// whoContext is where a who stands: the form it is about (nil: none), and whether an approval's initiator is known.
type whoContext struct {
	form  *Form
	env   *rules.Env
	chain bool
	// picks says that people may be left to somebody's choice here: in a step of a chain.
	picks bool
}

// whos compiles a list of people.
func (c *compiler) whos(path string, list Whos, ctx whoContext) []CompiledWho {
	var out []CompiledWho
	for i := range list {
		out = append(out, c.who(path+"/"+itoa(i), list[i], ctx))
	}
	return out
}

func (c *compiler) who(path string, w Who, ctx whoContext) CompiledWho {
	out := CompiledWho{Def: w}
	var ways []string
	add := func(name string, given bool) {
		if given {
			ways = append(ways, name)
		}
	}
	add("user", w.User != "")
	add("role", w.Role != "")
	add("team", w.Team != "" && w.Role == "")
	add("field", w.Field != "")
	add("managerOf", w.ManagerOf != "")
	add("decide", w.Decide != "")
	add("expr", w.Expr != "")
	add("pick", w.Pick != "")
	switch {
	case len(ways) == 0:
		c.fail(path, "setting.missing", "请写明是谁：user、role、team、field、managerOf、decide、expr、pick 之一",
			"請寫明是誰：user、role、team、field、managerOf、decide、expr、pick 之一",
			"Say who: one of user, role, team, field, managerOf, decide, expr, pick")
	case len(ways) > 1:
		c.fail(path, "setting.conflict", "一项只能用一种方式指定人员，这里写了：{ways}", "一項只能用一種方式指定人員，這裡寫了：{ways}",
			"One item names people in one way only; here are: {ways}", "ways", ways)
	}
	if w.Role != "" && !c.roles[w.Role] {
		c.unknown(path+"/role", wordRole, w.Role, sortedKeys(c.roles))
	}
	if w.Field != "" {
		c.userField(path+"/field", w.Field, ctx, "owner")
	}
	if w.ManagerOf != "" && !(w.ManagerOf == "initiator" && ctx.chain) {
		c.userField(path+"/managerOf", w.ManagerOf, ctx, "owner")
	}
	if w.Level < 0 || w.Level > 10 || w.UpTo < 0 || w.UpTo > 10 || w.Level > 0 && w.UpTo > 0 {
		c.fail(path, "setting.range", "上级层数应为 1 到 10，level 与 upTo 只写一个", "上級層數應為 1 到 10，level 與 upTo 只寫一個",
			"The level of manager is 1 to 10; give level or upTo, not both")
	}
	if w.ManagerOf == "" && (w.Level != 0 || w.UpTo != 0) {
		c.fail(path, "setting.conflict", "level 和 upTo 只与 managerOf 一起用", "level 和 upTo 只與 managerOf 一起用",
			"level and upTo go with managerOf only")
	}
	if w.Pick != "" && !ctx.picks {
		c.fail(path+"/pick", "setting.conflict", "只有审批节点的审批人可以由人选定", "只有簽核節點的簽核人可以由人選定", "Only the people of an approval step can be left to somebody's choice")
	}
	if len(w.From) > 0 && w.Pick == "" {
		c.fail(path+"/from", "setting.conflict", "from 只与 pick 一起用", "from 只與 pick 一起用", "from goes with pick only")
	}
	inner := ctx
	inner.picks = false
	out.From = c.whos(path+"/from", w.From, inner)
	switch {
	case w.Expr != "":
		out.Expr = c.peopleExpr(path+"/expr", w.Expr, ctx.env)
	case w.Decide != "":
		out.Expr = c.decideExpr(path+"/decide", w.Decide, ctx)
	}
	return out
}

// userField checks that a name is a user field of the form, or one of the system names given.
func (c *compiler) userField(path, key string, ctx whoContext, system ...string) {
	for _, s := range system {
		if key == s && ctx.form != nil {
			return
		}
	}
	if ctx.form == nil {
		c.recordless(path, "这里没有记录，不能取“{field}”中的人员", "這裡沒有記錄，不能取「{field}」中的人員",
			"There is no record here to take “{field}” from", "field", key)
		return
	}
	f := fieldOf(ctx.form.Def, key)
	if f == nil {
		c.unknown(path, wordField, key, append(fieldKeys(ctx.form.Def), system...))
		return
	}
	if f.Type != "user" {
		c.fail(path, "ref.kind", "“{field}”不是人员字段", "「{field}」不是人員欄位", "“{field}” does not hold a person",
			"field", named(f.Name, f.Key))
	}
}

// peopleExpr compiles an expression that yields a user id, a list of them, or a role key.
func (c *compiler) peopleExpr(path, src string, env *rules.Env) *rules.Program {
	p := c.expr(path, src, env, rules.Anything)
	if p == nil {
		return nil
	}
	t := p.Type()
	text := t.Kind == rules.KindText || t.Kind == rules.KindNull
	list := t.Kind == rules.KindList && (t.Elem == nil || t.Elem.Kind == rules.KindText || t.Elem.Kind == rules.KindNull)
	if !text && !list {
		c.fail(path, "expr.type", "这里应得出人员或角色，实际是{type}", "這裡應得出人員或角色，實際是{type}",
			"This should give people or a role, but gives {type}", "type", t.Say())
		return nil
	}
	return p
}

// decideExpr turns a rule's key into the expression that asks it: its only output, or the rule's own value.
func (c *compiler) decideExpr(path, key string, ctx whoContext) *rules.Program {
	r := c.ruleDefs[key]
	if r == nil {
		c.unknown(path, wordRule, key, sortedKeys(c.ruleDefs))
		return nil
	}
	if ctx.form != nil && r.Form != "" && r.Form != ctx.form.Def.Key {
		c.fail(path, "ref.kind", "规则“{rule}”属于另一个表单", "規則「{rule}」屬於另一個表單",
			"The rule “{rule}” is about another form", "rule", named(r.Name, r.Key))
		return nil
	}
	t := c.world.Rules[key]
	if t.Kind != rules.KindRecord {
		return c.peopleExpr(path, key, ctx.env)
	}
	outputs := sortedKeys(t.Fields)
	if len(outputs) != 1 {
		c.fail(path, "ref.kind", "规则“{rule}”有几个结果（{outputs}）。请改用 expr，如 {example}",
			"規則「{rule}」有幾個結果（{outputs}）。請改用 expr，如 {example}",
			"The rule “{rule}” has several results ({outputs}). Use expr instead, like {example}", "rule", named(r.Name, r.Key),
			"outputs", outputs, "example", "decide('"+key+"')."+strings.Join(outputs[:min(1, len(outputs))], ""))
		return nil
	}
	return c.peopleExpr(path, "decide('"+key+"')."+outputs[0], ctx.env)
}
