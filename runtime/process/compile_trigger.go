package process

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"pipewright/rules"
)

var percent = regexp.MustCompile(`^[1-9][0-9]{0,2}%$`)

// dateHour is when a date without a time of day sets an automation off: the beginning of a working day.
const dateHour = 9

// moment reads when a trigger of time runs: a share of the time to due or idle, or so long after it; for a date an offset and a time of
// the day.
func (c *compiler) moment(path, kind string, a *CompiledAutomation) {
	on := &a.Def.On
	switch kind {
	case "due", "idle":
		if percent.MatchString(on.At) {
			a.Share, _ = strconv.Atoi(strings.TrimSuffix(on.At, "%"))
			if a.Share == 100 {
				a.Share = 0
			}
			return
		}
		a.Offset = c.shift(path+"/at", on.At)
	case "date":
		a.Offset = c.shift(path+"/offset", on.Offset)
		if on.At == "" {
			return
		}
		at, err := time.Parse("15:04", on.At)
		if err != nil {
			c.fail(path+"/at", "shape.type", "“{text}”不是时间，应写如 09:00", "「{text}」不是時間，應寫如 09:00",
				"“{text}” is not a time of day; write one like 09:00", "text", on.At)
			return
		}
		a.Hour, a.Minute, a.Timed = at.Hour(), at.Minute(), false
	}
}

// shift reads a duration that may point backwards; nil for none.
func (c *compiler) shift(path, src string) *rules.Duration {
	if src == "" {
		return nil
	}
	d, err := rules.ParseDuration(src)
	if err != nil {
		return c.duration(path, src) // says what a duration looks like
	}
	if d.IsZero() {
		return nil
	}
	return &d
}

// timed hands an automation of time to what sets its timers: the form of the date, the stage that is due or idle.
func (c *compiler) timed(a *CompiledAutomation) {
	on := &a.Def.On
	switch {
	case a.Def.Off || a.Form == nil:
	case a.Date != "":
		a.Form.Dates = append(a.Form.Dates, a)
	case on.Due+on.Idle != "" && (a.Share != 0 || a.Offset != nil) && a.Form.Process != nil:
		_, stage, _ := strings.Cut(on.Due+on.Idle, ".")
		if st := a.Form.Process.ByKey[stage]; st != nil {
			st.Points = append(st.Points, a)
		}
	}
}

// buttonOf is some word for a trigger that is a button.
func buttonOf(on *Trigger) string {
	if on.Button.IsZero() {
		return ""
	}
	return "button"
}

// onButton finds the form whose records show the button.
func (c *compiler) onButton(path, _ string, a *CompiledAutomation) {
	on, at := &a.Def.On, strings.TrimSuffix(path, "/button")
	if on.Form == "" {
		c.fail(at+"/form", "setting.missing", "请写明按钮放在哪个表单的记录上", "請寫明按鈕放在哪個表單的記錄上", "Say on which form's records the button stands")
	} else {
		c.onForm(at+"/form", on.Form, a)
	}
	for i, role := range on.By {
		if !c.roles[role] {
			c.unknown(at+"/by/"+itoa(i), wordRole, role, sortedKeys(c.roles))
		}
	}
}

// onDate reads "form.field": a date or an instant of the record, entered or computed.
func (c *compiler) onDate(path, key string, a *CompiledAutomation) {
	form, field, ok := strings.Cut(key, ".")
	if !ok {
		c.fail(path, "ref.unknown", "“{key}”应写成“表单.字段”，如 receivable.dueDate", "「{key}」應寫成「表單.欄位」，如 receivable.dueDate",
			"“{key}” should be written as form.field, such as receivable.dueDate", "key", key)
		return
	}
	c.refForm(path, form)
	a.Form = c.app.Forms[form]
	if a.Form == nil || c.refField(path, field, a.Form.Def) == nil {
		return
	}
	switch t := c.env(form).Names[field]; t.Kind {
	case rules.Day.Kind:
		a.Date, a.Hour = field, dateHour
	case rules.Instant.Kind:
		a.Date, a.Timed = field, true
	default:
		f := fieldOf(a.Form.Def, field)
		c.fail(path, "ref.kind", "“{field}”不是日期", "「{field}」不是日期", "“{field}” is not a date", "field", named(f.Name, f.Key))
	}
}

// onActivity reads "process.stage.activity", onChecklist "process.stage.item".
func (c *compiler) onActivity(path, key string, a *CompiledAutomation) {
	c.inStage(path, key, a, wordActivity, func(st *Stage) (keys []string) {
		for i := range st.Activities {
			keys = append(keys, st.Activities[i].Key)
		}
		keys = append(keys, groupKeys(st)...)
		return keys
	})
}

func (c *compiler) onChecklist(path, key string, a *CompiledAutomation) {
	c.inStage(path, key, a, wordChecklist, func(st *Stage) (keys []string) {
		for i := range st.Checklist {
			keys = append(keys, st.Checklist[i].Key)
		}
		return keys
	})
}

// inStage finds something of a stage by "process.stage.key".
func (c *compiler) inStage(path, key string, a *CompiledAutomation, word rules.Text, keys func(*Stage) []string) {
	process, rest, _ := strings.Cut(key, ".")
	stage, item, ok := strings.Cut(rest, ".")
	if !ok {
		c.fail(path, "ref.unknown", "“{key}”应写成“流程.阶段.名称”，如 deal.quote.budget", "「{key}」應寫成「流程.階段.名稱」，如 deal.quote.budget",
			"“{key}” should be written as process.stage.name, such as deal.quote.budget", "key", key)
		return
	}
	p := c.procDefs[process]
	if p == nil {
		c.unknown(path, wordProcess, process, sortedKeys(c.procDefs))
		return
	}
	a.Form = c.app.Forms[p.Form]
	st := stageOf(p, stage)
	if st == nil {
		c.unknown(path, wordStage, stage, stageKeys(p))
		return
	}
	have := keys(st)
	for _, k := range have {
		if k == item {
			return
		}
	}
	c.unknown(path, word, key, prefixed(process+"."+stage, have))
}
