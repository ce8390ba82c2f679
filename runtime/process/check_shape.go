package process

import (
	"reflect"
	"regexp"
	"slices"
	"strings"

	"pipewright/forms"
	"pipewright/rules"
)

// choices lists the words a member may hold, by type and JSON name. A member not here is free. The JSON Schema is made from
// the same table. Members of forms are checked by package forms.
var choices = map[reflect.Type]map[string][]string{
	reflect.TypeFor[Stage](): {
		"end":  {"won", "lost", "done", "cancelled"},
		"kind": {"call", "meeting", "visit", "demo", "review", "document", "data", "negotiate", "work", "wait"},
	},
	reflect.TypeFor[Owner]():      {"assign": {"keep", "pick", "roundRobin", "leastLoaded", "weighted", "pool"}},
	reflect.TypeFor[Linked]():     {"match": {"all", "any"}},
	reflect.TypeFor[Transition](): {"while": {"lock", "void"}},
	reflect.TypeFor[Step](): {
		"onSelf": {"climb", "skip", "allow", "admin"},
		"allow":  {"transfer", "delegate", "addSign", "removeSign", "return", "withdraw"},
		"join":   {"all", "any"},
	},
	reflect.TypeFor[ActivityDef](): {"mode": {"any", "each"}},
	reflect.TypeFor[Who]():         {"pick": {"initiator", "previous"}},
	reflect.TypeFor[DueStep]():     {"do": {"remind", "escalate", "transfer", "pass", "reject"}},
	reflect.TypeFor[OnReturn]():    {"to": {"initiator", "previous", "any"}, "resume": {"rerun", "jumpBack"}},
	reflect.TypeFor[Chain]():       {"dedupe": {"none", "consecutive", "once"}},
	reflect.TypeFor[Trigger](): {
		"when":    {"entered", "left"},
		"result":  {"passed", "rejected", "returned"},
		"misfire": {"skip", "once", "all"},
		"overlap": {"skip", "queueOne", "allow"},
	},
	reflect.TypeFor[Shape]():      {"type": {"text", "number", "bool", "date", "datetime", "table"}},
	reflect.TypeFor[HTTPAction](): {"method": {"GET", "POST", "PUT", "PATCH", "DELETE"}},
	reflect.TypeFor[View]():       {"kind": {"board", "list"}},
	reflect.TypeFor[Report](): {
		"kind":  {"summary", "funnel", "snapshot", "forecast", "quota", "velocity", "stay", "ageing"},
		"chart": {"number", "bar", "line", "pie", "funnel", "heat", "table"},
	},
	reflect.TypeFor[Print](): {"page": {"A4", "A4 landscape", "A5", "A5 landscape"}},
	reflect.TypeFor[Block](): {
		"kind":  blockKinds,
		"on":    {"top", "bottom"},
		"align": {"left", "center", "right"},
		"look":  {"note", "box", "bars"},
		"words": {"beside", "below"},
	},
	reflect.TypeFor[BlockCell](): {"align": {"left", "center", "right"}},
	reflect.TypeFor[GroupBy]():   {"unit": {"day", "week", "month", "year"}},
}

// policies are the words of onEmpty.
var policies = []string{"climb", "admin", "pass", "reject", "block"}

var keyPattern = regexp.MustCompile(`^[a-z][a-zA-Z0-9]{0,39}$`)

// optionPattern is wider: options are often ranges or codes of other systems, such as 51-200.
var optionPattern = regexp.MustCompile(`^[a-zA-Z0-9][a-zA-Z0-9_.+-]{0,39}$`)

// keyless are types whose key may be left out: paths then use the index.
var keyless = map[reflect.Type]bool{reflect.TypeFor[Condition](): true}

// elsewhere are members whose absence is reported where they are compiled, in the words of that place.
var elsewhere = map[reflect.Type]string{
	reflect.TypeFor[MailAction](): "to message", reflect.TypeFor[rules.Band](): "from", reflect.TypeFor[rules.Item](): "points", reflect.TypeFor[rules.Row](): "if then",
	reflect.TypeFor[rules.Decay](): "since",
	reflect.TypeFor[Owner]():       "who", reflect.TypeFor[Automation](): "on do", reflect.TypeFor[Chain](): "steps",
}

// memberNames are what people call the members that may not be left out; the path tells who writes JSON which is meant.
var memberNames = map[string]rules.Text{
	"key":     rules.Say("标识", "識別名", "key"),
	"name":    rules.Say("名称", "名稱", "name"),
	"form":    rules.Say("表单", "表單", "form"),
	"start":   rules.Say("起始阶段", "起始階段", "first stage"),
	"stages":  rules.Say("阶段", "階段", "stages"),
	"from":    rules.Say("出发阶段", "出發階段", "stages it starts from"),
	"to":      rules.Say("去向", "去向", "stage or people it goes to"),
	"who":     rules.Say("人员", "人員", "people"),
	"if":      rules.Say("条件", "條件", "condition"),
	"message": rules.Say("提示", "提示", "message"),
	"cards":   rules.Say("卡片", "卡片", "cards"),
	"type":    rules.Say("类型", "類型", "type"),
	"kind":    rules.Say("种类", "種類", "kind"),
	"url":     rules.Say("网址", "網址", "address"),
	"after":   rules.Say("多久之后", "多久之後", "time after which"),
	"do":      rules.Say("做什么", "做什麼", "thing to do"),
	"by":      rules.Say("分组依据", "分組依據", "name to group by"),
	"fields":  rules.Say("字段", "欄位", "fields"),
	"subject": rules.Say("主题", "主旨", "subject"),
	"body":    rules.Say("正文", "本文", "body"),
	"chain":   rules.Say("审批链", "簽核鏈", "approval chain"),
	"passed":  rules.Say("通过后的流转", "通過後的流轉", "transition when it passes"),
	"linked":  rules.Say("关联的流程", "關聯的流程", "process of the linked records"),
	"via":     rules.Say("引用字段", "參照欄位", "reference it goes by"),
	"in":      rules.Say("所在", "所在", "place it goes to or stands in"),
	"steps":   rules.Say("步骤", "步驟", "steps"),
	"members": rules.Say("成员", "成員", "members"),
	"set":     rules.Say("赋值", "賦值", "values to set"),
	"days":    rules.Say("天数", "天數", "number of days"),
	"on":      rules.Say("时机", "時機", "moment"),
	"part":    rules.Say("部分", "部分", "part"),
	"whole":   rules.Say("总体", "總體", "whole"),
	"pass":    rules.Say("通过所需", "通過所需", "weight that passes"),
	"weight":  rules.Say("权重", "權重", "weights"),
	"text":    rules.Say("文字", "文字", "text"),
	"items":   rules.Say("选项", "選項", "options"),
}

// own are the types that package forms and package rules check themselves, keys and required members included.
var own = map[reflect.Type]bool{
	reflect.TypeFor[forms.Field](): true, reflect.TypeFor[forms.Section](): true, reflect.TypeFor[forms.Check](): true,
	reflect.TypeFor[forms.Unique](): true, reflect.TypeFor[forms.Grant](): true, reflect.TypeFor[forms.Numbering](): true,
	reflect.TypeFor[forms.Related](): true, reflect.TypeFor[forms.Records](): true, reflect.TypeFor[forms.Form](): true,
	reflect.TypeFor[rules.Rule](): true,
}

// foreign are lists whose elements check themselves, but cannot see each other.
var foreign = map[reflect.Type]bool{reflect.TypeFor[forms.Form](): true, reflect.TypeFor[rules.Rule](): true}

// checkShape is stage 1 after parsing, and the keys of stage 2: words out of a closed list, members that may not be left
// out, keys well formed and given once.
func (c *compiler) checkShape() {
	walk(reflect.ValueOf(c.def).Elem(), "", func(p place) {
		if !own[p.owner] {
			c.checkMember(p)
		}
		if p.value.Kind() == reflect.Slice {
			c.checkKeys(p)
		}
	})
}

func (c *compiler) checkMember(p place) {
	if words := choices[p.owner][p.name]; words != nil {
		if p.value.Kind() == reflect.Slice {
			for i := range p.value.Len() {
				c.checkWord(p.path()+"/"+elementName(p.value.Index(i), i), p.value.Index(i).String(), words)
			}
		} else {
			c.checkWord(p.path(), p.value.String(), words)
		}
	}
	if !p.must || p.value.Kind() == reflect.Bool || keyless[p.owner] && p.name == "key" || slices.Contains(strings.Fields(elsewhere[p.owner]), p.name) {
		return
	}
	if p.value.IsZero() || p.value.Kind() == reflect.Slice && p.value.Len() == 0 {
		if p.value.Type() == textType {
			c.add(rules.Warnf(p.path(), "text.missing", rules.Say("这里还没有文字", "這裡還沒有文字", "There is no text here yet")))
			return
		}
		c.add(rules.Errorf(p.path(), "setting.missing", rules.Say(
			"请填写{member}", "請填寫{member}", "Give the {member}", "member", named(memberNames[p.name], p.name))))
	}
}

func (c *compiler) checkWord(path, word string, words []string) {
	if word != "" && !slices.Contains(words, word) {
		c.add(wrongWord(path, word, words))
	}
}

// wrongWord is a member whose word is not one of those allowed.
func wrongWord(path, word string, words []string) rules.Problem {
	p := rules.Errorf(path, "setting.choice", rules.Say(
		"不认识“{word}”，可用：{words}", "不認識「{word}」，可用：{words}",
		"“{word}” is not known here; use one of: {words}", "word", word, "words", words))
	if near, sure := rules.Nearest(word, words); sure {
		p.Fix = replaceFix(path, near)
	}
	return p
}

// checkKeys checks the keys of the elements of one list.
func (c *compiler) checkKeys(list place) {
	elem := list.value.Type().Elem()
	if elem.Kind() != reflect.Struct || own[elem] && !foreign[elem] {
		return
	}
	if f, ok := elem.FieldByName("Key"); !ok || f.Type.Kind() != reflect.String || f.Tag.Get("json") == "" {
		return
	}
	seen := map[string]int{}
	above := list.path() + "/"
	for i := range list.value.Len() {
		key := list.value.Index(i).FieldByName("Key").String()
		path := above + elementName(list.value.Index(i), i) + "/key"
		pattern := keyPattern
		if elem == reflect.TypeFor[forms.Option]() {
			pattern = optionPattern
		}
		switch {
		case key == "":
		case !pattern.MatchString(key) && !foreign[elem]:
			c.add(rules.Errorf(path, "key.invalid", rules.Say(
				"标识“{key}”不合规：以小写英文字母开头，只用英文字母和数字，最长 40 个字符",
				"識別名「{key}」不合規：以小寫英文字母開頭，只用英文字母和數字，最長 40 個字元",
				"The key “{key}” does not fit: begin with a lower-case letter, use letters and digits only, at most 40", "key", key)))
		case seen[key] > 0:
			c.add(rules.Errorf(path, "key.duplicate", rules.Say(
				"标识“{key}”用了两次（第 {first} 项和第 {second} 项），请改掉其中一个",
				"識別名「{key}」用了兩次（第 {first} 項和第 {second} 項），請改掉其中一個",
				"The key “{key}” is used twice (items {first} and {second}); change one of them",
				"key", key, "first", seen[key], "second", i+1)))
		}
		if seen[key] == 0 {
			seen[key] = i + 1
		}
	}
}
