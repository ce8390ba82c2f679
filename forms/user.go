package forms

import (
	"encoding/json"

	"pipewright/rules"
)

// userKind is a person of the company, by user id (the user name). Whether the person exists is the runtime's to know.
type userKind struct{}

func (userKind) settings() []string {
	return []string{"calc", "value", "list", "filter", "sort", "index"}
}

func (userKind) compile(*compiler, *field) {}

func (userKind) typ(*World, *Field, bool) rules.Type { return rules.Str }

func (k userKind) parse(f *field, raw json.RawMessage, at *place) any {
	s, ok := readString(raw)
	if !ok {
		return k.wrong(at)
	}
	return k.accept(f, s, at)
}

func (userKind) wrong(at *place) any {
	return at.fail("shape.type", "{field}应是一个人员的用户名", "{field}應是一個人員的使用者名稱", "{field} must be the user name of a person")
}

func (k userKind) accept(_ *field, v any, at *place) any {
	s, ok := asText(v)
	if !ok || !goodID(s) {
		return k.wrong(at)
	}
	return s
}

// goodID keeps ids of people and records to what the runtime can have given out: 1 to 80 visible ASCII characters
// without quotes, slashes and backslashes.
func goodID(s string) bool {
	if s == "" || len(s) > 80 {
		return false
	}
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c <= ' ' || c > '~', c == '"', c == '\'', c == '/', c == '\\', c == '`':
			return false
		}
	}
	return true
}

func (userKind) wire(_ *field, v any, _ RefTitles) any { return v }
func (userKind) encode(_ *field, v any) any            { return v }
func (userKind) decode(_ *field, stored any) any       { return stringOrNil(stored) }
func (userKind) column() ColumnType                    { return ColText }
func (userKind) col(_ *field, v any) any               { return v }

func (userKind) schema(*field) map[string]any {
	return map[string]any{"type": "string", "minLength": 1, "maxLength": 80}
}
