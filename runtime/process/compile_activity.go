package process

import (
	"slices"

	"pipewright/forms"
	"pipewright/rules"
)

// maxAsked bounds the people of an activity that each of them must do: all of them stand in the record.
const maxAsked = 100

// resultTypes are the types a result field may have: what is said in a line or two, without other records or files behind it.
var resultTypes = []string{"text", "longtext", "number", "money", "percent", "bool", "date", "datetime", "time", "duration", "select", "multiselect", "rating", "slider"}

var rungWords = []string{"remind", "escalate", "transfer"}

// activities compiles the activities of a stage, and the groups of its checklist that are somebody's or have a deadline.
func (c *compiler) activities(path string, p *Process, s *CompiledStage) {
	d := s.Def
	ctx := whoContext{form: p.Form, env: c.env(p.Form.Def.Key)}
	taken := map[string]bool{}
	for i := range d.Activities {
		a := &d.Activities[i]
		at := path + "/activities/" + elementKey(a.Key, i)
		taken[a.Key] = true
		one := &CompiledActivity{Key: d.Key + "." + a.Key, Name: a.Name, Def: a, Who: c.whos(at+"/who", a.Who, ctx), Instead: c.whos(at+"/onEmpty", a.OnEmpty.Who, ctx)}
		if word := a.OnEmpty.Policy; word != "" && (word == "reject" || !slices.Contains(policies, word)) {
			c.add(wrongWord(at+"/onEmpty", word, without(policies, "reject")))
		}
		one.Due, one.Ladder = c.ladder(at, a.Due, a.Ladder, ctx)
		c.results(at, p.Form, a, one)
		s.Activities = append(s.Activities, one)
	}
	for i := range d.Groups {
		g := &d.Groups[i]
		at := path + "/groups/" + elementKey(g.Key, i)
		if taken[g.Key] {
			c.fail(at+"/key", "key.duplicate", "“{key}”已是这个阶段的一个活动，清单分组要用别的标识", "「{key}」已是這個階段的一個活動，清單分組要用別的識別名",
				"“{key}” is an activity of this stage already; give the group another key", "key", g.Key)
		}
		one := &CompiledActivity{Key: d.Key + "." + g.Key, Name: g.Name, Group: g, Who: c.whos(at+"/owner", g.Owner, ctx)}
		for j := range d.Checklist {
			if d.Checklist[j].Group.In("") == g.Key {
				one.Items = append(one.Items, &d.Checklist[j])
			}
		}
		if len(one.Items) == 0 {
			c.fail(at, "setting.missing", "清单分组“{group}”还没有清单项：在清单项的 group 里写“{key}”", "清單分組「{group}」還沒有清單項：在清單項的 group 裡寫「{key}」",
				"The group “{group}” has no items yet: write “{key}” as the group of some", "group", named(g.Name, g.Key), "key", g.Key)
		}
		one.Due, one.Ladder = c.ladder(at, g.Due, g.Ladder, ctx)
		s.Activities = append(s.Activities, one)
	}
	if len(d.Groups) == 0 {
		return // group is a heading then, in any words
	}
	for i := range d.Checklist {
		if key := d.Checklist[i].Group; !key.IsZero() && !slices.ContainsFunc(d.Groups, func(g CheckGroup) bool { return g.Key == key.In("") }) {
			c.unknown(path+"/checklist/"+elementKey(d.Checklist[i].Key, i)+"/group", wordGroup, key.In(""), groupKeys(d))
		}
	}
}

func groupKeys(d *Stage) []string {
	keys := make([]string, len(d.Groups))
	for i := range d.Groups {
		keys[i] = d.Groups[i].Key
	}
	return keys
}

// ladder compiles a deadline and its rungs; without rungs of its own a deadline has those of engine.md §4.
func (c *compiler) ladder(path, due string, rungs []DueStep, ctx whoContext) (*rules.Duration, []CompiledDue) {
	whole := c.duration(path+"/due", due)
	if len(rungs) > 0 && due == "" {
		c.fail(path+"/due", "setting.missing", "写了提醒和升级，就要写时限（due）", "寫了提醒和升級，就要寫時限（due）", "Reminders and escalation need a deadline (due)")
	}
	if whole != nil && len(rungs) == 0 {
		return whole, usualLadder(*whole)
	}
	return whole, c.rungs(path+"/ladder", rungs, ctx, c.duration)
}

// rungs compiles a list of them; after reads how long each takes.
func (c *compiler) rungs(path string, rungs []DueStep, ctx whoContext, after func(path, src string) *rules.Duration) []CompiledDue {
	var out []CompiledDue
	for i := range rungs {
		r := &rungs[i]
		at := path + "/" + itoa(i)
		if r.Do != "" && !slices.Contains(rungWords, r.Do) {
			c.add(wrongWord(at+"/do", r.Do, rungWords))
		}
		to := c.whos(at+"/to", r.To, ctx)
		if r.Do == "transfer" && len(r.To) == 0 {
			c.fail(at+"/to", "setting.missing", "超时转交要写明转给谁", "逾時轉交要寫明轉給誰", "Say to whom the task goes when it is late")
		}
		if after := after(at+"/after", r.After); after != nil {
			out = append(out, CompiledDue{Def: r, After: *after, To: to})
		}
	}
	return out
}

// usualLadder reminds after half of the time and at its end, and tells the managers after one and a half.
func usualLadder(whole rules.Duration) []CompiledDue {
	half := whole.Half()
	rung := func(after rules.Duration, do string) CompiledDue {
		return CompiledDue{Def: &DueStep{After: after.String(), Do: do}, After: after}
	}
	return []CompiledDue{rung(half, "remind"), rung(whole, "remind"), rung(whole.Plus(half), "escalate")}
}

// results compiles what people say when they have done an activity. The fields see each other and the system names; passIf sees the
// record's fields beside them, so none may be named like one of those.
func (c *compiler) results(path string, form *Form, a *ActivityDef, one *CompiledActivity) {
	if len(a.Fields) == 0 {
		if a.PassIf != "" {
			c.fail(path+"/passIf", "setting.conflict", "passIf 看的是填写的结果：先在 fields 里写要填什么", "passIf 看的是填寫的結果：先在 fields 裡寫要填什麼",
				"passIf looks at what people say: give the fields first")
		}
		return
	}
	for i := range a.Fields {
		f := &a.Fields[i]
		if f.Type != "" && !slices.Contains(resultTypes, f.Type) {
			c.fail(path+"/fields/"+elementKey(f.Key, i)+"/type", "ref.kind", "活动结果不能用“{type}”类型，可用：{types}", "活動結果不能用「{type}」類型，可用：{types}",
				"The result of an activity cannot be of type “{type}”; use one of: {types}", "type", forms.SayType(f.Type), "types", forms.SayTypes(resultTypes))
			return
		}
		if fieldOf(form.Def, f.Key) != nil {
			c.fail(path+"/fields/"+elementKey(f.Key, i)+"/key", "key.reserved", "“{key}”已是表单的字段，活动结果要用别的标识", "「{key}」已是表單的欄位，活動結果要用別的識別名",
				"“{key}” is a field of the form already; give the result another key", "key", f.Key)
		}
	}
	world := *c.world
	world.Rules, world.RuleForms, world.RuleReads, world.Run = nil, nil, nil, nil
	schema, problems := forms.Compile(&forms.Form{Key: a.Key, Name: rules.Plain(a.Key), Fields: a.Fields}, &world, nil, path)
	for _, p := range problems {
		if p.Path != path && p.Path != path+"/key" { // the activity's own key is looked at elsewhere
			c.add(p)
		}
	}
	one.Answers = schema
	names := map[string]rules.Type{}
	for _, f := range schema.Fields() {
		if t, known := schema.Env().Names[f.ID]; known {
			names[f.ID] = t
		}
	}
	one.Pass = c.expr(path+"/passIf", a.PassIf, c.env(form.Def.Key).With(names), rules.Bool)
}

// activity finds what is asked of people in a stage by its key there.
func (s *CompiledStage) activity(key string) *CompiledActivity {
	for _, a := range s.Activities {
		if a.Key == s.Def.Key+"."+key {
			return a
		}
	}
	return nil
}
