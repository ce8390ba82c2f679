package process

import (
	"encoding/json"

	"pipewright/rules"
	"pipewright/rules/strict"
)

// UnmarshalStrict reads "record", a reference, or {"form", "where"}.
func (o *ActOn) UnmarshalStrict(raw json.RawMessage, path string) []rules.Problem {
	switch firstByte(raw) {
	case '"':
		return strict.DecodeAt(raw, &o.Ref, path)
	case '{':
		var found struct {
			Form  string `json:"form"`
			Where string `json:"where,omitempty"`
		}
		problems := strict.DecodeAt(raw, &found, path)
		o.Form, o.Where = found.Form, found.Where
		if len(problems) == 0 && o.Form == "" {
			return wrongType(path, actOnShape)
		}
		return problems
	}
	return wrongType(path, actOnShape)
}

var actOnShape = rules.Say(
	"动作的对象应写成 \"record\"（本记录）、引用字段（如 \"product\"、\"row.product\"）或 {\"form\": 表单, \"where\": 条件}",
	"動作的對象應寫成 \"record\"（本記錄）、參照欄位（如 \"product\"、\"row.product\"）或 {\"form\": 表單, \"where\": 條件}",
	"What an action works on is \"record\" (this record), a reference (such as \"product\" or \"row.product\"), or {\"form\": form, \"where\": condition}")

// MarshalJSON writes the form it was read from.
func (o ActOn) MarshalJSON() ([]byte, error) {
	if o.Form == "" {
		return json.Marshal(o.Ref)
	}
	return json.Marshal(struct {
		Form  string `json:"form"`
		Where string `json:"where,omitempty"`
	}{o.Form, o.Where})
}

// UnmarshalStrict reads an expression, or {"from", "set"}.
func (w *WithValue) UnmarshalStrict(raw json.RawMessage, path string) []rules.Problem {
	switch firstByte(raw) {
	case '"':
		return strict.DecodeAt(raw, &w.Expr, path)
	case '{':
		w.Rows = &WithRows{}
		return strict.DecodeAt(raw, w.Rows, path)
	}
	return wrongType(path, rules.Say(
		"这里应写表达式；明细表也可写成 {\"from\": 来源明细, \"set\": {列: 表达式}}",
		"這裡應寫運算式；明細表也可寫成 {\"from\": 來源明細, \"set\": {欄: 運算式}}",
		"An expression is expected here; a table may also be {\"from\": the table it is made from, \"set\": {column: expression}}"))
}

// MarshalJSON writes the form it was read from.
func (w WithValue) MarshalJSON() ([]byte, error) {
	if w.Rows != nil {
		return json.Marshal(w.Rows)
	}
	return json.Marshal(w.Expr)
}

func (o *ActOn) UnmarshalJSON(b []byte) error     { return asError(o.UnmarshalStrict(b, "")) }
func (w *WithValue) UnmarshalJSON(b []byte) error { return asError(w.UnmarshalStrict(b, "")) }
