package process

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/shopspring/decimal"

	"pipewright/forms"
	"pipewright/rules"
)

// maxForeignText is how long a text from another system may be, in characters.
const maxForeignText = 8 << 10

// CompiledShape reads what comes from another system into the values that expressions see.
type CompiledShape struct {
	Type    rules.Type
	members []Shape
}

var (
	shapeFrom   = regexp.MustCompile(`^[A-Za-z0-9_-]{1,80}(\.[A-Za-z0-9_-]{1,80}){0,9}$`)
	shapeNumber = regexp.MustCompile(`^-?[0-9]{1,30}(\.[0-9]{1,20})?([eE][+-]?[0-9]{1,2})?$`)
)

// shape compiles a list of members; inTable, the columns of one.
func (c *compiler) shape(path string, list []Shape, inTable bool) *CompiledShape {
	out := &CompiledShape{members: list}
	fields := map[string]rules.Type{}
	for i := range list {
		m := &list[i]
		at := path + "/" + elementKey(m.Key, i)
		if m.From != "" && !shapeFrom.MatchString(m.From) {
			c.fail(at+"/from", "shape.type", "“{from}”不是内容里的位置，应写如 data.orderNo 或 items.0.id", "「{from}」不是內容裡的位置，應寫如 data.orderNo 或 items.0.id",
				"“{from}” is no place in what comes in; write one like data.orderNo or items.0.id", "from", m.From)
		}
		t, known := shapeTypes[m.Type]
		switch {
		case m.Type == "table" && inTable:
			c.fail(at+"/type", "ref.kind", "明细表里不能再有明细表", "明細表裡不能再有明細表", "There is no table inside a table")
			continue
		case m.Type == "table":
			if len(m.Fields) == 0 {
				c.fail(at+"/fields", "setting.missing", "明细表还没有列", "明細表還沒有欄", "The table has no columns yet")
			}
			t = rules.TableOf(c.shape(at+"/fields", m.Fields, true).Type.Fields)
		case !known:
			continue // told with the words
		case len(m.Fields) > 0:
			c.fail(at+"/fields", "setting.conflict", "只有明细表（table）才有列", "只有明細表（table）才有欄", "Only a table has columns")
		}
		if m.Key != "" {
			fields[m.Key] = t
		}
	}
	out.Type = rules.RecordOf(fields)
	return out
}

var shapeTypes = map[string]rules.Type{"text": rules.Str, "number": rules.Number, "bool": rules.Bool, "date": rules.Day, "datetime": rules.Instant}

// Read reads a JSON object; problems stand under path. Nothing is coerced, and what the shape does not name is left alone.
func (s *CompiledShape) Read(raw json.RawMessage, path string) (map[string]any, []rules.Problem) {
	if firstByte(raw) != '{' || !json.Valid(raw) {
		return nil, []rules.Problem{rules.Errorf(path, "shape.type", rules.Say("内容应是一个 JSON 对象", "內容應是一個 JSON 物件", "A JSON object is expected"))}
	}
	return readMembers(s.members, raw, path)
}

func readMembers(members []Shape, raw json.RawMessage, path string) (map[string]any, []rules.Problem) {
	out := map[string]any{}
	var problems []rules.Problem
	for i := range members {
		m := &members[i]
		from := m.From
		if from == "" {
			from = m.Key
		}
		at := path + "/" + strings.ReplaceAll(from, ".", "/")
		found, ok := Dig(raw, from)
		if !ok || string(found) == "null" {
			if m.Required {
				problems = append(problems, rules.Errorf(at, "required", rules.Say("缺少“{name}”", "缺少「{name}」", "“{name}” is missing", "name", named(m.Name, m.Key))))
			}
			continue
		}
		v, more := readShape(m, found, at)
		problems = append(problems, more...)
		out[m.Key] = v
	}
	return out, problems
}

// Dig finds what stands at a place such as data.order.no or items.0.id.
func Dig(raw json.RawMessage, from string) (json.RawMessage, bool) {
	for _, step := range strings.Split(from, ".") {
		switch firstByte(raw) {
		case '{':
			var members map[string]json.RawMessage
			if json.Unmarshal(raw, &members) != nil {
				return nil, false
			}
			next, ok := members[step]
			if !ok {
				return nil, false
			}
			raw = next
		case '[':
			var list []json.RawMessage
			i, err := strconv.Atoi(step)
			if err != nil || json.Unmarshal(raw, &list) != nil || i < 0 || i >= len(list) {
				return nil, false
			}
			raw = list[i]
		default:
			return nil, false
		}
	}
	return bytes.TrimSpace(raw), true
}

// readShape reads one value as its type says.
func readShape(m *Shape, raw json.RawMessage, at string) (any, []rules.Problem) {
	wrong := func(zhCN, zhTW, en string) (any, []rules.Problem) {
		return nil, []rules.Problem{rules.Errorf(at, "shape.type", rules.Say("“{name}”应是"+zhCN, "「{name}」應是"+zhTW, "“{name}” must be "+en, "name", named(m.Name, m.Key)))}
	}
	var text string
	isText := firstByte(raw) == '"' && json.Unmarshal(raw, &text) == nil
	switch m.Type {
	case "text":
		if !isText || utf8.RuneCountInString(text) > maxForeignText || strings.ContainsRune(text, 0) {
			return wrong("文字", "文字", "a text")
		}
		return text, nil
	case "number":
		if !isText {
			text = string(raw)
		}
		d, err := decimal.NewFromString(text)
		if !shapeNumber.MatchString(text) || err != nil {
			return wrong("数值，如 12.5 或 \"12.5\"", "數值，如 12.5 或 \"12.5\"", "a number, such as 12.5 or \"12.5\"")
		}
		return d, nil
	case "bool":
		if string(raw) != "true" && string(raw) != "false" {
			return wrong(" true 或 false", " true 或 false", "true or false")
		}
		return string(raw) == "true", nil
	case "date":
		day, err := rules.ParseDate(text)
		if !isText || err != nil {
			return wrong("日期，如 2026-09-30", "日期，如 2026-09-30", "a date, such as 2026-09-30")
		}
		return day, nil
	case "datetime":
		at, err := time.Parse(time.RFC3339, text)
		if !isText || err != nil {
			return wrong("时刻，如 2026-09-30T09:00:00+08:00", "時刻，如 2026-09-30T09:00:00+08:00", "an instant, such as 2026-09-30T09:00:00+08:00")
		}
		return at.UTC(), nil
	}
	var list []json.RawMessage
	if firstByte(raw) != '[' || json.Unmarshal(raw, &list) != nil || len(list) > forms.MaxRows {
		return wrong("最多 1000 行的列表", "最多 1000 列的清單", "a list of at most 1,000 rows")
	}
	rows := make([]map[string]any, 0, len(list))
	var problems []rules.Problem
	for i, one := range list {
		here := at + "/" + itoa(i)
		if firstByte(one) != '{' {
			problems = append(problems, rules.Errorf(here, "shape.type", rules.Say("每一行应是一个对象", "每一列應是一個物件", "Each row must be an object")))
			continue
		}
		row, more := readMembers(m.Fields, one, here)
		rows, problems = append(rows, row), append(problems, more...)
	}
	return rows, problems
}

// webhookKey is what stands in an address.
var webhookKey = regexp.MustCompile(`^[a-z][a-zA-Z0-9]{0,39}$`)

// onWebhook compiles a call from outside: what it sends, and the record it is about if it names one.
func (c *compiler) onWebhook(path, key string, a *CompiledAutomation) {
	on, at := &a.Def.On, strings.TrimSuffix(path, "/webhook")
	if !webhookKey.MatchString(key) {
		c.fail(path, "key.invalid", "标识“{key}”不合规：以小写英文字母开头，只用英文字母和数字，最长 40 个字符", "識別名「{key}」不合規：以小寫英文字母開頭，只用英文字母和數字，最長 40 個字元",
			"The key “{key}” does not fit: begin with a lower-case letter, use letters and digits only, at most 40", "key", key)
	}
	for _, other := range c.app.Automations {
		if other.Def != a.Def && other.Def.On.Webhook == key {
			c.fail(path, "key.duplicate", "“{other}”已经用了这个地址标识，请换一个", "「{other}」已經用了這個網址識別名，請換一個", "“{other}” has this address already; choose another key",
				"other", named(other.Def.Name, other.Def.Key))
			break
		}
	}
	a.Payload = c.shape(at+"/payload", on.Payload, false)
	if on.Form == "" {
		if on.Where != "" {
			c.fail(at+"/form", "setting.missing", "请写明在哪个表单里找记录", "請寫明在哪個表單裡找記錄", "Say in which form the record is to be found")
		}
		return
	}
	c.onForm(at+"/form", on.Form, a)
	if a.Form == nil {
		return
	}
	if on.Where == "" {
		c.fail(at+"/where", "setting.missing", "请写明怎样找到那条记录，如 orderNo == payload.orderNo", "請寫明怎樣找到那筆記錄，如 orderNo == payload.orderNo",
			"Say how the record is found, such as orderNo == payload.orderNo")
		return
	}
	fr := c.over(at+"/form", a.Form, frame{seen: map[string]rules.Type{payloadSeen: a.Payload.Type}})
	a.Called = &CompiledLoop{Def: &Each{Form: on.Form, Where: on.Where}, Path: at, Form: a.Form}
	a.Called.Filter, a.Called.Where = c.filter(at+"/where", on.Where, a.Form, fr)
}

// ReadPayload is the frame of an automation that another system has called.
func (a *CompiledAutomation) ReadPayload(raw json.RawMessage) (*Frame, []rules.Problem) {
	if a.Payload == nil {
		return nil, nil
	}
	v, problems := a.Payload.Read(raw, "/payload")
	return &Frame{Payload: v}, problems
}

// Names are what a filter of this frame compares with, where there is no record.
func (fr *Frame) Names() map[string]any {
	if fr == nil {
		return nil
	}
	return map[string]any{payloadSeen: fr.Payload}
}

// ReadResult is what later actions see of an answer, nil when the call describes none.
func (a *CompiledAction) ReadResult(status int, raw json.RawMessage) (map[string]any, []rules.Problem) {
	if a.Result == nil {
		return nil, nil
	}
	v, problems := a.Result.Read(raw, a.Path+"/http/result")
	if v != nil {
		v["status"] = decimal.NewFromInt(int64(status))
	}
	return v, problems
}

// ReadInto is what an answer sets in the record of form, as a client would send it. A place that is not there, or holds what the field does
// not take, is a problem; null empties the field.
func (a *CompiledAction) ReadInto(form *Form, raw json.RawMessage) (Wire, []rules.Problem) {
	into := a.Def.HTTP.Into
	var problems []rules.Problem
	out := Wire{}
	for _, field := range sortedKeys(into) {
		at := a.Path + "/http/into/" + field
		v, ok := Dig(raw, into[field])
		if !ok {
			problems = append(problems, rules.Errorf(at, "http.answer", rules.Say("回应里没有“{from}”", "回應裡沒有「{from}」", "There is no “{from}” in the answer", "from", into[field])))
			continue
		}
		if _, wrong := form.Schema.Parse(Wire{field: v}, at); len(wrong) > 0 {
			wrong[0].Path = at
			problems = append(problems, wrong[0])
			continue
		}
		out[field] = v
	}
	return out, problems
}
