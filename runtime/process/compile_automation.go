package process

import (
	"strings"

	"pipewright/rules"
)

// compileAutomations checks triggers, conditions and actions.
func (c *compiler) compileAutomations() {
	for i := range c.def.Automations {
		d := &c.def.Automations[i]
		path := "/automations/" + elementKey(d.Key, i)
		a := &CompiledAutomation{Def: d, Fields: map[string]bool{}}
		c.looped = false
		told := len(c.problems)
		c.trigger(path+"/on", a)
		c.adrift = a.Form == nil && d.On.Cron == "" && d.On.Webhook == "" && rules.HasErrors(c.problems[told:])
		var seen map[string]rules.Type
		if a.Payload != nil {
			seen = map[string]rules.Type{payloadSeen: a.Payload.Type}
		}
		if sent, named := c.sent(a); named {
			seen = map[string]rules.Type{payloadSeen: sent}
		}
		fr := c.ownFrame(path+"/on", a.Form, seen)
		if d.Each != nil && d.On.Cron != "" {
			fr = c.eachOfTick(path, a, fr)
		}
		a.If = c.expr(path+"/if", d.If, fr.env, rules.Bool)
		a.Until = c.expr(path+"/until", d.Until, fr.env, rules.Bool)
		if d.Until != "" && a.Form == nil {
			c.recordless(path+"/until", "这里没有记录，until 无从判断", "這裡沒有記錄，until 無從判斷", "There is no record here that “until” could look at")
		}
		if d.Limit < 0 || d.Limit > 10000 {
			c.fail(path+"/limit", "setting.range", "一次最多处理 1 到 10000 条记录", "一次最多處理 1 到 10000 筆記錄",
				"The limit is 1 to 10,000 records")
		}
		if len(d.Do) == 0 {
			c.fail(path+"/do", "setting.missing", "自动化“{name}”没有任何动作", "自動化「{name}」沒有任何動作",
				"The automation “{name}” does nothing", "name", named(d.Name, d.Key))
		}
		if d.Each != nil && d.On.Cron == "" {
			a.Actions = c.eachOfTrigger(path, d, fr)
		} else {
			a.Actions = c.actions(path+"/do", d.Do, fr)
		}
		a.Looped = c.looped
		if d.Key != "" && c.app.Automations[d.Key] == nil {
			c.app.Automations[d.Key] = a
			c.timed(a)
		}
	}
	c.adrift = false
}

// recordEnv is the environment of a record's expressions; without a record only functions, the clock among them, are known.
func (c *compiler) recordEnv(f *Form) *rules.Env {
	if f == nil {
		return &rules.Env{Names: map[string]rules.Type{}}
	}
	return c.env(f.Def.Key)
}

// trigger checks when an automation runs, and finds the form of its records.
func (c *compiler) trigger(path string, a *CompiledAutomation) {
	on := &a.Def.On
	ways := []struct {
		name, key string
		bind      func(path, key string, a *CompiledAutomation)
	}{
		{"created", on.Created, c.onForm}, {"updated", on.Updated, c.onForm}, {"stage", on.Stage, c.onStage},
		{"transition", on.Transition, c.onTransition}, {"approval", on.Approval, c.onApproval},
		{"due", on.Due, c.onStage}, {"idle", on.Idle, c.onStage}, {"cron", on.Cron, c.onCron},
		{"date", on.Date, c.onDate}, {"activity", on.Activity, c.onActivity}, {"checklist", on.Checklist, c.onChecklist},
		{"button", buttonOf(on), c.onButton}, {"public", on.Public, c.onPublic}, {"webhook", on.Webhook, c.onWebhook},
	}
	var given []string
	for _, w := range ways {
		if w.key == "" {
			continue
		}
		if given = append(given, w.name); len(given) == 1 {
			w.bind(path+"/"+w.name, w.key, a)
		}
	}
	switch len(given) {
	case 0:
		c.fail(path, "setting.missing", "请选择何时触发", "請選擇何時觸發", "Say when this happens")
	case 1:
	default:
		c.fail(path, "setting.conflict", "一个自动化只有一种触发方式，这里写了：{ways}", "一個自動化只有一種觸發方式，這裡寫了：{ways}",
			"An automation has one trigger; here are: {ways}", "ways", given)
	}
	only := func(member, value string, with ...string) {
		if value == "" {
			return
		}
		for _, w := range with {
			if len(given) > 0 && given[0] == w {
				return
			}
		}
		c.fail(path+"/"+member, "setting.conflict", "“{member}”只与 {with} 一起用", "「{member}」只與 {with} 一起用",
			"“{member}” goes with {with} only", "member", member, "with", with)
	}
	only("fields", strings.Join(on.Fields, ","), "updated")
	only("when", on.When, "stage")
	only("result", on.Result, "approval")
	only("at", on.At, "due", "idle", "date")
	only("offset", on.Offset, "date")
	only("form", on.Form, "button", "webhook")
	only("where", on.Where, "webhook")
	if len(on.Payload) > 0 {
		only("payload", "payload", "webhook")
	}
	only("by", strings.Join(on.By, ","), "button")
	only("timezone", on.Timezone, "cron")
	only("misfire", on.Misfire, "cron")
	only("overlap", on.Overlap, "cron")
	if len(given) > 0 {
		c.moment(path, given[0], a)
	}
	if a.Form != nil {
		for i, key := range on.Fields {
			if c.refField(path+"/fields/"+itoa(i), key, a.Form.Def) == nil {
				continue
			}
			if info, ok := a.Form.Schema.Field(key); ok {
				a.Fields[info.Storage] = true
			}
		}
	}
}

func (c *compiler) onForm(path, key string, a *CompiledAutomation) {
	c.refForm(path, key)
	a.Form = c.app.Forms[key]
}

// onStage reads "process.stage".
func (c *compiler) onStage(path, key string, a *CompiledAutomation) {
	if p, stage := c.dotted(path, key); p != nil {
		a.Form = c.app.Forms[p.Form]
		if stageOf(p, stage) == nil {
			c.unknown(path, wordStage, key, prefixed(p.Key, stageKeys(p)))
		}
	}
}

// onTransition reads "process.transition".
func (c *compiler) onTransition(path, key string, a *CompiledAutomation) {
	if p, transition := c.dotted(path, key); p != nil {
		a.Form = c.app.Forms[p.Form]
		if transitionOf(p, transition) == nil {
			c.unknown(path, wordTransition, key, prefixed(p.Key, transitionKeys(p)))
		}
	}
}

func (c *compiler) onApproval(path, key string, a *CompiledAutomation) {
	if c.refChain(path, key) != nil {
		if ch := c.app.Chains[key]; ch != nil {
			a.Form = ch.Form
		}
	}
}

func (c *compiler) dotted(path, key string) (*ProcessDef, string) {
	process, rest, ok := strings.Cut(key, ".")
	if !ok {
		c.fail(path, "ref.unknown", "“{key}”应写成“流程.名称”，如 deal.won", "「{key}」應寫成「流程.名稱」，如 deal.won",
			"“{key}” should be written as process.name, such as deal.won", "key", key)
		return nil, ""
	}
	p := c.procDefs[process]
	if p == nil {
		c.unknown(path, wordProcess, process, sortedKeys(c.procDefs))
	}
	return p, rest
}

func prefixed(p string, keys []string) []string {
	out := make([]string, len(keys))
	for i, k := range keys {
		out[i] = p + "." + k
	}
	return out
}

func (c *compiler) onCron(path, spec string, a *CompiledAutomation) {
	zoneName := a.Def.On.Timezone
	if zoneName == "" {
		zoneName = c.app.Zone.String()
	} else if _, ok := zone(zoneName); !ok {
		c.fail(strings.TrimSuffix(path, "/cron")+"/timezone", "ref.unknown", "没有时区“{zone}”，应写如 Asia/Shanghai",
			"沒有時區「{zone}」，應寫如 Asia/Shanghai", "There is no time zone “{zone}”; write one like Asia/Shanghai", "zone", zoneName)
		return
	}
	if c.opts.Cron == nil {
		if len(strings.Fields(spec)) != 5 {
			c.badCron(path, spec)
		}
		return
	}
	next, err := c.opts.Cron(spec, zoneName)
	switch {
	case err != nil:
		c.badCron(path, spec)
	case len(next) == 0:
		c.fail(path, "cron.never", "“{spec}”永远不会触发：没有这样的日期", "「{spec}」永遠不會觸發：沒有這樣的日期",
			"“{spec}” never fires: there is no such day", "spec", spec)
	}
}

func (c *compiler) badCron(path, spec string) {
	c.fail(path, "cron.invalid", "看不懂定时“{spec}”。应写五项：分 时 日 月 星期，如 0 9 * * 1-5（工作日 9:00）",
		"看不懂定時「{spec}」。應寫五項：分 時 日 月 星期，如 0 9 * * 1-5（平日 9:00）",
		"The schedule “{spec}” cannot be read. Write five fields: minute hour day month weekday, such as 0 9 * * 1-5 (weekdays at 9:00)", "spec", spec)
}

// eachOfTick compiles the each of a schedule: the automation runs for each record found, or once for each group of them.
func (c *compiler) eachOfTick(path string, a *CompiledAutomation, fr frame) frame {
	if a.Def.Each.Rows != "" {
		c.fail(path+"/each/rows", "ref.kind", "定时没有记录，也就没有它的明细表：请写 form 或 process", "定時沒有記錄，也就沒有它的明細表：請寫 form 或 process",
			"A schedule has no record whose rows could be gone through; give form or process")
		return fr
	}
	loop, inner := c.loop(path+"/each", a.Def.Each, fr)
	if loop == nil {
		return fr
	}
	if a.Def.Each.GroupBy != "" {
		a.Group = loop
		return inner
	}
	a.Form, a.Where = loop.Form, loop.Where
	return c.ownFrame(path+"/each", a.Form, nil)
}

// eachOfTrigger compiles the each of an automation whose trigger has a record: one action that goes through what it names.
func (c *compiler) eachOfTrigger(path string, d *Automation, fr frame) []*CompiledAction {
	c.looped = true
	a := &CompiledAction{Def: &Action{Each: d.Each, Do: d.Do}, Path: path, On: fr.form}
	loop, inner := c.loop(path+"/each", d.Each, fr)
	if a.Loop = loop; loop == nil {
		return nil
	}
	a.Do = c.actions(path+"/do", d.Do, inner)
	return []*CompiledAction{a}
}
