package process

import (
	"bytes"
	"encoding/json"
	"errors"

	"pipewright/rules"
	"pipewright/rules/strict"
)

// Members that may be written in more than one way read themselves here, strictly: one object for a list of people, a word
// or an object for a mode, and so on. Each has the plain json.Unmarshaler as well, so that stored parts read back.

// UnmarshalStrict reads a list of people, or one alone.
func (w *Whos) UnmarshalStrict(raw json.RawMessage, path string) []rules.Problem {
	switch firstByte(raw) {
	case '{':
		var one Who
		problems := strict.DecodeAt(raw, &one, path)
		*w = Whos{one}
		return problems
	case '[':
		var list []Who
		problems := strict.DecodeAt(raw, &list, path)
		*w = list
		return problems
	}
	return wrongType(path, rules.Say(
		"这里应写人员：如 {\"role\": \"finance\"}，或几个这样的项组成的列表",
		"這裡應寫人員：如 {\"role\": \"finance\"}，或幾個這樣的項目組成的清單",
		"People are expected here: for example {\"role\": \"finance\"}, or a list of such items"))
}

// UnmarshalStrict reads {"who": …, "assign": …}, or people alone.
func (o *Owner) UnmarshalStrict(raw json.RawMessage, path string) []rules.Problem {
	var members map[string]json.RawMessage
	if firstByte(raw) == '{' && json.Unmarshal(raw, &members) == nil {
		_, who := members["who"]
		_, assign := members["assign"]
		if who || assign || len(members) == 0 {
			type plain Owner
			return strict.DecodeAt(raw, (*plain)(o), path)
		}
	}
	return o.Who.UnmarshalStrict(raw, path)
}

// UnmarshalStrict reads a duration, {"at": "09:00"} or {"date": expression}.
func (d *Due) UnmarshalStrict(raw json.RawMessage, path string) []rules.Problem {
	switch firstByte(raw) {
	case '"':
		return strict.DecodeAt(raw, &d.Duration, path)
	case '{':
		var o struct {
			At   string `json:"at,omitempty"`
			Date string `json:"date,omitempty"`
		}
		problems := strict.DecodeAt(raw, &o, path)
		d.At, d.Date = o.At, o.Date
		if len(problems) == 0 && o.At == "" && o.Date == "" {
			return wrongType(path, rules.Say("时间还没写完：选一个日期或写出日期的公式，或者写一个时刻", "時間還沒寫完：選一個日期或寫出日期的公式，或者寫一個時刻",
				"The time is not finished: choose a date or write a formula that gives one, or a time of day"))
		}
		if len(problems) == 0 && o.At != "" && o.Date != "" {
			return wrongType(path, dueShape)
		}
		return problems
	}
	return wrongType(path, dueShape)
}

var dueShape = rules.Say(
	"期限应写成时长（如 \"P3D\"、\"P3BD\"）、{\"at\": \"09:00\"} 或 {\"date\": 日期表达式}",
	"期限應寫成時長（如 \"P3D\"、\"P3BD\"）、{\"at\": \"09:00\"} 或 {\"date\": 日期運算式}",
	"A deadline is a duration (such as \"P3D\" or \"P3BD\"), {\"at\": \"09:00\"}, or {\"date\": an expression}")

// UnmarshalStrict reads "all", "any", "sequence", {"any": "allReject"}, {"share": 0.6}, {"count": 2} or {"weight": {…}, "pass": n}.
func (m *Mode) UnmarshalStrict(raw json.RawMessage, path string) []rules.Problem {
	switch firstByte(raw) {
	case '"':
		problems := strict.DecodeAt(raw, &m.Kind, path)
		if len(problems) == 0 && m.Kind != "all" && m.Kind != "any" && m.Kind != "sequence" {
			return wrongType(path, modeShape)
		}
		return problems
	case '{':
		var o struct {
			Any    *string        `json:"any,omitempty"`
			Share  *json.Number   `json:"share,omitempty"`
			Count  *int           `json:"count,omitempty"`
			Weight map[string]int `json:"weight,omitempty"`
			Pass   *int           `json:"pass,omitempty"`
		}
		if problems := strict.DecodeAt(raw, &o, path); len(problems) > 0 {
			return problems
		}
		given := 0
		for _, is := range []bool{o.Any != nil, o.Share != nil, o.Count != nil, o.Weight != nil} {
			if is {
				given++
			}
		}
		if given != 1 || (o.Weight != nil) != (o.Pass != nil) || o.Any != nil && *o.Any != "allReject" {
			return wrongType(path, modeShape)
		}
		switch {
		case o.Any != nil:
			*m = Mode{Kind: "any", AllReject: true}
		case o.Share != nil:
			*m = Mode{Kind: "share", Share: *o.Share}
		case o.Count != nil:
			*m = Mode{Kind: "count", Count: *o.Count}
		default:
			*m = Mode{Kind: "weight", Weights: o.Weight, Pass: *o.Pass}
		}
		return nil
	}
	return wrongType(path, modeShape)
}

var modeShape = rules.Say(
	"通过方式应写成 \"all\"（会签）、\"any\"（或签）、{\"any\": \"allReject\"}（或签，全部拒绝才拒绝）、\"sequence\"（依次）、{\"share\": 0.6}（按比例）、{\"count\": 2}（按人数）或 {\"weight\": {\"cfo\": 3}, \"pass\": 3}（按权重）",
	"通過方式應寫成 \"all\"（會簽）、\"any\"（或簽）、{\"any\": \"allReject\"}（或簽，全部拒絕才拒絕）、\"sequence\"（依次）、{\"share\": 0.6}（按比例）、{\"count\": 2}（按人數）或 {\"weight\": {\"cfo\": 3}, \"pass\": 3}（按權重）",
	"The mode is \"all\", \"any\", {\"any\": \"allReject\"}, \"sequence\", {\"share\": 0.6}, {\"count\": 2} or {\"weight\": {\"cfo\": 3}, \"pass\": 3}")

// UnmarshalStrict reads the rungs of a ladder, or one total time: reminders after half of it and at its end, escalation after one
// and a half (engine.md §4).
func (d *DueSteps) UnmarshalStrict(raw json.RawMessage, path string) []rules.Problem {
	if firstByte(raw) != '"' {
		var list []DueStep
		problems := strict.DecodeAt(raw, &list, path)
		*d = list
		return problems
	}
	var total string
	if problems := strict.DecodeAt(raw, &total, path); len(problems) > 0 {
		return problems
	}
	whole, err := rules.ParseDuration(total)
	if err != nil || whole.Negative || whole.IsZero() {
		return wrongType(path, rules.Say("这里应写总时限（如 \"P2BD\"），或由 {\"after\", \"do\"} 组成的列表",
			"這裡應寫總時限（如 \"P2BD\"），或由 {\"after\", \"do\"} 組成的清單", "Give the total time (such as \"P2BD\"), or a list of {\"after\", \"do\"}"))
	}
	half := whole.Half()
	late := whole.Plus(half).String()
	if _, err := rules.ParseDuration(late); err != nil {
		return wrongType(path, rules.Say("时限太长", "時限太長", "The time is too long"))
	}
	*d = DueSteps{{After: half.String(), Do: "remind"}, {After: whole.String(), Do: "remind"}, {After: late, Do: "escalate"}}
	return nil
}

// UnmarshalStrict reads a policy word, or the people who decide instead.
func (o *OnEmpty) UnmarshalStrict(raw json.RawMessage, path string) []rules.Problem {
	if firstByte(raw) == '"' {
		return strict.DecodeAt(raw, &o.Policy, path)
	}
	return o.Who.UnmarshalStrict(raw, path)
}

// UnmarshalStrict reads field → expression.
func (a *Assigns) UnmarshalStrict(raw json.RawMessage, path string) []rules.Problem {
	if firstByte(raw) != '{' {
		return wrongType(path, rules.Say(
			"这里应按“字段: 表达式”书写", "這裡應按「欄位: 運算式」書寫", "Fields with their expressions are expected here"))
	}
	var m map[string]string
	problems := strict.DecodeAt(raw, &m, path)
	*a = m
	return problems
}

func (w *Whos) UnmarshalJSON(b []byte) error     { return asError(w.UnmarshalStrict(b, "")) }
func (o *Owner) UnmarshalJSON(b []byte) error    { return asError(o.UnmarshalStrict(b, "")) }
func (d *Due) UnmarshalJSON(b []byte) error      { return asError(d.UnmarshalStrict(b, "")) }
func (m *Mode) UnmarshalJSON(b []byte) error     { return asError(m.UnmarshalStrict(b, "")) }
func (o *OnEmpty) UnmarshalJSON(b []byte) error  { return asError(o.UnmarshalStrict(b, "")) }
func (d *DueSteps) UnmarshalJSON(b []byte) error { return asError(d.UnmarshalStrict(b, "")) }

func asError(problems []rules.Problem) error {
	if len(problems) == 0 {
		return nil
	}
	return errors.New("process: " + problems[0].Path + " " + problems[0].Message.In("en"))
}

func wrongType(path string, message rules.Text) []rules.Problem {
	return []rules.Problem{rules.Errorf(path, "shape.type", message)}
}

func firstByte(raw json.RawMessage) byte {
	trimmed := bytes.TrimLeft(raw, " \t\r\n")
	if len(trimmed) == 0 {
		return 0
	}
	return trimmed[0]
}
