package process

import (
	"regexp"
	"strings"

	"pipewright/rules"
)

func (c *compiler) actions(path string, list []Action, fr frame) []*CompiledAction {
	var out []*CompiledAction
	for i := range list {
		a := c.action(path+"/"+itoa(i), &list[i], fr)
		out = append(out, a)
		if a.Result != nil {
			fr = c.sees(path+"/"+itoa(i)+"/http/result", fr, map[string]rules.Type{resultSeen: withStatus(a.Result.Type)})
		}
	}
	return out
}

// action compiles one action.
func (c *compiler) action(path string, d *Action, fr frame) *CompiledAction {
	a := &CompiledAction{Def: d, Path: path, On: fr.form}
	branch := d.Each == nil && (len(d.Then) > 0 || len(d.Else) > 0)
	c.oneWay(path, d, branch)
	a.If = c.expr(path+"/if", d.If, fr.env, rules.Bool)
	if d.On.Form != "" {
		c.onFound(path, d, a, fr)
		return a
	}
	if d.Each != nil {
		c.eachAction(path, d, a, fr)
		return a
	}
	on := fr
	if ref := c.refOf(d.On, fr); ref != "" {
		on, a.Ref = c.actOn(path+"/on", ref, fr)
		if a.On = on.form; a.Ref == nil {
			a.On = nil
		}
	}
	target := on.env
	needsRecord := func(member string) bool {
		if a.On == nil && d.On.IsZero() {
			c.recordless(path+"/"+member, "这里没有记录可操作：请用 each 选出记录", "這裡沒有記錄可操作：請用 each 選出記錄",
				"There is no record here to work on; choose records with “each”")
		}
		return a.On != nil
	}
	ctx := whoContext{form: a.On, env: target}
	if len(d.Set) > 0 && needsRecord("set") {
		a.Set = c.assigns(path+"/set", d.Set, a.On, target)
	}
	if d.Move != "" && needsRecord("move") {
		if p := c.procOf[a.On.Def.Key]; p == nil {
			c.fail(path+"/move", "ref.kind", "“{form}”没有流程，不能流转", "「{form}」沒有流程，不能流轉",
				"“{form}” has no process to move in", "form", named(a.On.Def.Name, a.On.Def.Key))
		} else if transitionOf(p, d.Move) == nil {
			c.unknown(path+"/move", wordTransition, d.Move, transitionKeys(p))
		}
	}
	if d.Start != nil {
		c.start(path+"/start", d.Start, a, on)
	}
	if d.Assign != nil && needsRecord("assign") {
		a.Owner = c.owner(path+"/assign", d.Assign, ctx, a.On)
		a.Owner.Series = "action|" + strings.TrimPrefix(path, "/automations/")
		if d.Assign.Assign == "pick" {
			c.fail(path+"/assign/assign", "owner.noPicker", "自动化运行时没有人来挑选负责人，请换一种分配方式", "自動化執行時沒有人來挑選負責人，請換一種分配方式",
				"Nobody is there to pick when an automation runs; choose another way to assign")
		}
	}
	if !d.Wait.IsZero() {
		c.wait(path, d, a, fr)
	}
	if d.Pool != nil && needsRecord("pool") {
		c.refPool(path+"/pool/in", d.Pool.In, a.On)
	}
	if d.Task != nil && needsRecord("task") {
		a.Who = c.whos(path+"/task/who", d.Task.Who, ctx)
		a.Text = c.text(path+"/task/name", d.Task.Name, target)
		a.Due, a.Ladder = c.ladder(path+"/task", d.Task.Due, d.Task.Ladder, ctx)
	}
	if d.Notify != nil {
		a.Who = c.whos(path+"/notify/to", d.Notify.To, ctx)
		a.Text = c.text(path+"/notify/text", d.Notify.Text, target)
	}
	if d.Mail != nil {
		a.Mail = c.mail(path+"/mail", d.Mail, ctx)
	}
	if d.Robot != nil {
		c.robot(path+"/robot", d.Robot, a, ctx)
	}
	if d.HTTP != nil {
		c.http(path+"/http", d.HTTP, a, target)
	}
	a.Then = c.actions(path+"/then", d.Then, fr)
	a.Else = c.actions(path+"/else", d.Else, fr)
	return a
}

// eachAction compiles actions that run for each of many.
func (c *compiler) eachAction(path string, d *Action, a *CompiledAction, fr frame) {
	if !d.On.IsZero() {
		c.fail(path+"/on", "setting.conflict", "逐条处理不写 on：on 写在里面的动作上", "逐筆處理不寫 on：on 寫在裡面的動作上", "An each has no “on”; the actions in it have")
	}
	if len(d.Do) == 0 {
		c.fail(path+"/do", "setting.missing", "请写明对每一条做什么（do）", "請寫明對每一筆做什麼（do）", "Say what to do for each (do)")
	}
	c.looped = true
	loop, inner := c.loop(path+"/each", d.Each, fr)
	if a.Loop = loop; loop == nil {
		return
	}
	a.Do, a.Else = c.actions(path+"/do", d.Do, inner), c.actions(path+"/else", d.Else, fr)
}

// onFound compiles an action on every record that a filter finds: an each of that one action.
func (c *compiler) onFound(path string, d *Action, a *CompiledAction, fr frame) {
	c.looped = true
	each := &Each{Form: d.On.Form, Where: d.On.Where}
	loop, inner := c.loop(path+"/on", each, fr)
	if a.Loop = loop; loop == nil {
		return
	}
	one := *d
	one.On, one.If = ActOn{}, ""
	a.Do = []*CompiledAction{c.action(path, &one, inner)}
}

// refOf is the reference an action's “on” names; none for the record itself.
func (c *compiler) refOf(on ActOn, fr frame) string {
	if on.Ref == recordName && (fr.form == nil || fieldOf(fr.form.Def, recordName) == nil) {
		return ""
	}
	return on.Ref
}

// wait compiles how long a run waits. It waits for its own record: without one there is nothing that could end it.
func (c *compiler) wait(path string, d *Action, a *CompiledAction, fr frame) {
	switch {
	case !d.On.IsZero():
		c.fail(path+"/on", "setting.conflict", "等待只对自动化自己的记录，不写 on", "等待只對自動化自己的記錄，不寫 on", "A wait is for the automation’s own record; give it no “on”")
	case fr.nested > 0:
		c.fail(path+"/wait", "setting.conflict", "逐条处理里不能等待：请把等待放在前面或后面", "逐筆處理裡不能等待：請把等待放在前面或後面",
			"There is no waiting inside an each; put the wait before or after it")
	case fr.form == nil:
		c.recordless(path+"/wait", "这里没有记录，等待无从谈起：请用 each 选出记录", "這裡沒有記錄，等待無從談起：請用 each 選出記錄",
			"There is no record here to wait for; choose records with “each”")
	case d.Wait.Date != "":
		a.WaitDate = c.dateExpr(path+"/wait/date", d.Wait.Date, fr.env)
	case d.Wait.At != "":
		if !clock.MatchString(d.Wait.At) {
			c.fail(path+"/wait/at", "shape.type", "“{at}”不是时刻，应写如 09:00", "「{at}」不是時刻，應寫如 09:00",
				"“{at}” is not a time of day; write one like 09:00", "at", d.Wait.At)
		}
	default:
		a.Wait = c.duration(path+"/wait", d.Wait.Duration)
	}
}

// oneWay checks that an action is exactly one thing.
func (c *compiler) oneWay(path string, d *Action, branch bool) {
	var ways []string
	add := func(name string, given bool) {
		if given {
			ways = append(ways, name)
		}
	}
	add("set", len(d.Set) > 0)
	add("move", d.Move != "")
	add("start", d.Start != nil)
	add("assign", d.Assign != nil)
	add("pool", d.Pool != nil)
	add("wait", !d.Wait.IsZero())
	add("stop", d.Stop)
	add("task", d.Task != nil)
	add("notify", d.Notify != nil)
	add("http", d.HTTP != nil)
	add("mail", d.Mail != nil)
	add("robot", d.Robot != nil)
	add("each", d.Each != nil)
	add("then", branch)
	switch {
	case len(ways) == 0:
		c.fail(path, "setting.missing", "请选择一个动作：set、move、start、assign、pool、task、notify、mail、robot、http、wait、stop、each/do，或 if/then/else",
			"請選擇一個動作：set、move、start、assign、pool、task、notify、mail、robot、http、wait、stop、each/do，或 if/then/else",
			"Choose an action: set, move, start, assign, pool, task, notify, mail, robot, http, wait, stop, each/do, or if/then/else")
	case len(ways) > 1:
		c.fail(path, "setting.conflict", "一个动作只做一件事，这里写了：{ways}。请拆成几个动作", "一個動作只做一件事，這裡寫了：{ways}。請拆成幾個動作",
			"One action does one thing; here are: {ways}. Split them", "ways", ways)
	case d.Each == nil && len(d.Do) > 0:
		c.fail(path+"/do", "setting.conflict", "do 与 each 一起用", "do 與 each 一起用", "“do” goes with “each”")
	case d.Each != nil && len(d.Then) > 0:
		c.fail(path+"/then", "setting.conflict", "逐条处理用 do，不用 then", "逐筆處理用 do，不用 then", "An each has “do” and no “then”")
	case branch && d.If == "":
		c.fail(path+"/if", "setting.missing", "分支缺少条件", "分支缺少條件", "The branch has no condition")
	}
}

// recordName is what “on” says for the record itself.
const recordName = "record"

// actOn finds the record an action works on: the one behind a reference of the record or of what else the actions see. Its fields are
// bare; the automation's own record is source.
func (c *compiler) actOn(path, key string, fr frame) (frame, *CompiledRef) {
	first, member, step := strings.Cut(key, ".")
	if t, seen := fr.seen[first]; seen && (step || t.Kind == rules.KindRecord) {
		return c.actOnSeen(path, key, member, t, fr)
	}
	if fr.form == nil {
		c.recordless(path, "这里没有记录，不能取引用字段“{field}”", "這裡沒有記錄，不能取參照欄位「{field}」",
			"There is no record here whose reference “{field}” could be followed", "field", key)
		return fr, nil
	}
	f := c.refField(path, key, fr.form.Def)
	if f == nil {
		return fr, nil
	}
	other := c.app.Forms[f.Form]
	if f.Type != "reference" || other == nil {
		c.fail(path, "ref.kind", "“{field}”不是引用字段", "「{field}」不是參照欄位", "“{field}” is not a reference",
			"field", named(f.Name, f.Key))
		return fr, nil
	}
	return c.over(path, other, fr), &CompiledRef{Field: key}
}

// actOnSeen follows a reference in a row, or the one that a group shares.
func (c *compiler) actOnSeen(path, key, member string, t rules.Type, fr frame) (frame, *CompiledRef) {
	if member != "" {
		t = t.Fields[member]
	}
	other := c.app.Forms[t.Of]
	if t.Kind != rules.KindRecord || other == nil {
		c.fail(path, "ref.kind", "“{field}”不是引用字段", "「{field}」不是參照欄位", "“{field}” is not a reference", "field", key)
		return fr, nil
	}
	p := c.expr(path, key, &rules.Env{Names: fr.seen}, rules.Anything)
	if p == nil {
		return fr, nil
	}
	return c.over(path, other, fr), &CompiledRef{Program: p}
}

// start compiles a hand-over: values for the started record, computed from the record it starts from.
func (c *compiler) start(path string, d *StartAction, a *CompiledAction, fr frame) {
	switch {
	case d.Process != "" && d.Form != "":
		c.fail(path, "setting.conflict", "form 与 process 只写一个", "form 與 process 只寫一個", "Give form or process, not both")
		return
	case d.Process != "":
		if p := c.refProcess(path+"/process", d.Process); p != nil {
			a.Start = c.app.Forms[p.Form]
		}
	case d.Form != "":
		c.refForm(path+"/form", d.Form)
		a.Start = c.app.Forms[d.Form]
	default:
		c.fail(path, "setting.missing", "请写明要新建哪个流程或表单的记录", "請寫明要新建哪個流程或表單的記錄",
			"Say which process or form the new record is of")
	}
	if a.Start == nil {
		return
	}
	plain := Assigns{}
	for _, key := range sortedKeys(d.With) {
		w := d.With[key]
		if w.Rows == nil {
			plain[key] = w.Expr
		}
	}
	for _, key := range sortedKeys(d.With) {
		w := d.With[key]
		if w.Rows == nil {
			continue
		}
		if rows, ok := c.withRows(path+"/with/"+key, key, w.Rows, a.Start, plain, fr); ok {
			a.Rows = append(a.Rows, rows)
		}
	}
	a.With = c.assigns(path+"/with", plain, a.Start, fr.env)
	if d.Link == "" {
		return
	}
	if fr.form == nil {
		c.recordless(path+"/link", "这里没有记录可供关联", "這裡沒有記錄可供關聯", "There is no record here to link to")
		return
	}
	f := c.refField(path+"/link", d.Link, a.Start.Def)
	if f != nil && (f.Type != "reference" || f.Form != fr.form.Def.Key) {
		c.fail(path+"/link", "ref.kind", "“{field}”不是指向“{form}”的引用字段", "「{field}」不是指向「{form}」的參照欄位",
			"“{field}” is not a reference to “{form}”", "field", named(f.Name, f.Key), "form", named(fr.form.Def.Name, fr.form.Def.Key))
	}
}

// host is the part of a URL that must be constant: scheme, host and what ends it.
var host = regexp.MustCompile(`^https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/|\?|$)`)

func (c *compiler) http(path string, d *HTTPAction, a *CompiledAction, env *rules.Env) {
	if d.URL != "" && !host.MatchString(d.URL) {
		c.fail(path+"/url", "http.host",
			"网址须以 https://主机名 开头，主机名里不能用 {{ }}：调用哪台主机在发布时就要定下来",
			"網址須以 https://主機名 開頭，主機名裡不能用 {{ }}：呼叫哪台主機在發布時就要定下來",
			"The address must begin with https:// and a host without {{ }}: which host is called is settled at publish")
	}
	if d.URL != "" {
		tpl, problems := rules.CompileTemplate(d.URL, env)
		c.add(rules.WithPath(problems, path+"/url")...)
		a.URL = tpl
	}
	for _, name := range sortedKeys(d.Headers) {
		if !headerName.MatchString(name) || strings.ContainsAny(d.Headers[name], "\r\n") || forbiddenHeader[strings.ToLower(name)] {
			c.fail(path+"/headers/"+name, "setting.conflict", "请求头“{name}”不能这样设置", "請求標頭「{name}」不能這樣設定",
				"The header “{name}” cannot be set like this", "name", name)
		}
	}
	for _, name := range sortedKeys(d.Body) {
		if p := c.expr(path+"/body/"+name, d.Body[name], env, rules.Anything); p != nil {
			a.Body = append(a.Body, CompiledAssign{Field: name, Value: p})
		}
	}
	if len(d.Result) > 0 {
		a.Result = c.shape(path+"/result", d.Result, false)
	}
	c.into(path+"/into", d.Into, a)
	if r := d.Retry; r != nil && (*r < 0 || *r > 12) {
		c.fail(path+"/retry", "setting.range", "重试次数为 0 到 12", "重試次數為 0 到 12", "Retry is 0 to 12 times")
	}
}

// into checks which fields an answer sets.
func (c *compiler) into(path string, into map[string]string, a *CompiledAction) {
	for _, field := range sortedKeys(into) {
		at := path + "/" + field
		if a.On == nil {
			c.recordless(at, "这里没有记录可以写入：请用 each 选出记录，或改用 result", "這裡沒有記錄可以寫入：請用 each 選出記錄，或改用 result",
				"There is no record here to write to; choose records with “each”, or use “result”")
			return
		}
		if f := c.refField(at, field, a.On.Def); f != nil && f.Computed() {
			c.fail(at, "ref.kind", "“{field}”是计算字段，不能赋值", "「{field}」是計算欄位，不能賦值", "“{field}” is computed and cannot be set", "field", named(f.Name, f.Key))
		}
		if !shapeFrom.MatchString(into[field]) {
			c.fail(at, "shape.type", "“{from}”不是内容里的位置，应写如 data.orderNo 或 items.0.id", "「{from}」不是內容裡的位置，應寫如 data.orderNo 或 items.0.id",
				"“{from}” is no place in what comes in; write one like data.orderNo or items.0.id", "from", into[field])
		}
	}
}

// withStatus is what actions see of an answer: what is described, and its HTTP status.
func withStatus(t rules.Type) rules.Type {
	out := rules.RecordOf(map[string]rules.Type{"status": rules.Number})
	for k, f := range t.Fields {
		out.Fields[k] = f
	}
	return out
}

var headerName = regexp.MustCompile(`^[A-Za-z0-9-]{1,60}$`)

// forbiddenHeader are set by the sender itself.
var forbiddenHeader = map[string]bool{"host": true, "content-length": true, "transfer-encoding": true, "connection": true, "webhook-id": true, "webhook-signature": true, "webhook-timestamp": true}
