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
		"chart": {"number", "bar", "line", "pie", "funnel", "table"},
	},
	reflect.TypeFor[Print]():   {"page": {"A4", "A4 landscape", "A5", "A5 landscape"}},
	reflect.TypeFor[GroupBy](): {"unit": {"day", "week", "month", "year"}},
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

// memberNames are what people call the members that may not be left out.
var memberNames = map[string]rules.Text{
	"key":     rules.Say("标识（key）", "識別名（key）", "key"),
	"name":    rules.Say("名称（name）", "名稱（name）", "name"),
	"form":    rules.Say("表单（form）", "表單（form）", "form"),
	"start":   rules.Say("起始阶段（start）", "起始階段（start）", "first stage (start)"),
	"stages":  rules.Say("阶段（stages）", "階段（stages）", "stages"),
	"from":    rules.Say("出发阶段（from）", "出發階段（from）", "stages it starts from (from)"),
	"to":      rules.Say("去向（to）", "去向（to）", "stage or people it goes to (to)"),
	"who":     rules.Say("人员（who）", "人員（who）", "people (who)"),
	"if":      rules.Say("条件（if）", "條件（if）", "condition (if)"),
	"message": rules.Say("提示（message）", "提示（message）", "message"),
	"cards":   rules.Say("卡片（cards）", "卡片（cards）", "cards"),
	"type":    rules.Say("类型（type）", "類型（type）", "type"),
	"kind":    rules.Say("种类（kind）", "種類（kind）", "kind"),
	"url":     rules.Say("网址（url）", "網址（url）", "address (url)"),
	"after":   rules.Say("多久之后（after）", "多久之後（after）", "time after which (after)"),
	"do":      rules.Say("做什么（do）", "做什麼（do）", "thing to do (do)"),
	"by":      rules.Say("分组依据（by）", "分組依據（by）", "name to group by (by)"),
	"fields":  rules.Say("字段（fields）", "欄位（fields）", "fields"),
	"subject": rules.Say("主题（subject）", "主旨（subject）", "subject"),
	"body":    rules.Say("正文（body）", "本文（body）", "body"),
	"chain":   rules.Say("审批链（chain）", "審批鏈（chain）", "approval chain (chain)"),
	"passed":  rules.Say("通过后的流转（passed）", "通過後的流轉（passed）", "transition when it passes (passed)"),
	"linked":  rules.Say("关联的流程（linked）", "關聯的流程（linked）", "process of the linked records (linked)"),
	"via":     rules.Say("引用字段（via）", "參照欄位（via）", "reference it goes by (via)"),
	"in":      rules.Say("所在（in）", "所在（in）", "place it goes to or stands in (in)"),
	"steps":   rules.Say("步骤（steps）", "步驟（steps）", "steps"),
	"members": rules.Say("成员（members）", "成員（members）", "members"),
	"set":     rules.Say("赋值（set）", "賦值（set）", "values to set (set)"),
	"days":    rules.Say("天数（days）", "天數（days）", "number of days (days)"),
	"on":      rules.Say("时机（on）", "時機（on）", "moment (on)"),
	"part":    rules.Say("部分（part）", "部分（part）", "part"),
	"whole":   rules.Say("总体（whole）", "總體（whole）", "whole"),
	"pass":    rules.Say("通过所需（pass）", "通過所需（pass）", "weight that passes (pass)"),
	"weight":  rules.Say("权重（weight）", "權重（weight）", "weights (weight)"),
	"text":    rules.Say("文字（text）", "文字（text）", "text"),
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
				c.checkWord(p.path+"/"+elementName(p.value.Index(i), i), p.value.Index(i).String(), words)
			}
		} else {
			c.checkWord(p.path, p.value.String(), words)
		}
	}
	if !p.must || p.value.Kind() == reflect.Bool || keyless[p.owner] && p.name == "key" || slices.Contains(strings.Fields(elsewhere[p.owner]), p.name) {
		return
	}
	if p.value.IsZero() || p.value.Kind() == reflect.Slice && p.value.Len() == 0 {
		if p.value.Type() == textType {
			c.add(rules.Warnf(p.path, "text.missing", rules.Say("这里还没有文字", "這裡還沒有文字", "There is no text here yet")))
			return
		}
		c.add(rules.Errorf(p.path, "setting.missing", rules.Say(
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
	for i := range list.value.Len() {
		key := list.value.Index(i).FieldByName("Key").String()
		path := list.path + "/" + elementName(list.value.Index(i), i) + "/key"
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
