package forms

import (
	"encoding/json"
	"errors"

	"pipewright/rules"
)

// longtextKind is text of several lines, up to 20,000 characters. It is shown and searched, not filtered or sorted.
type longtextKind struct{}

const longtextMost = 20000

var errLongPattern = errors.New("longer than 256 characters")

func (longtextKind) settings() []string {
	return []string{"minLength", "maxLength", "pattern", "calc", "value", "list", "search"}
}

func (longtextKind) compile(c *compiler, f *field) { compileText(c, f, longtextMost, longtextMost) }

func (longtextKind) typ(*World, *Field, bool) rules.Type { return rules.Str }

func (longtextKind) parse(f *field, raw json.RawMessage, at *place) any {
	s, ok := readString(raw)
	if !ok {
		return at.fail("shape.type", "{field}应是文字", "{field}應是文字", "{field} must be a text")
	}
	return checkText(f, s, true, at)
}

func (longtextKind) accept(f *field, v any, at *place) any {
	s, ok := asText(v)
	if !ok {
		return at.fail("shape.type", "{field}应是文字", "{field}應是文字", "{field} must be a text")
	}
	return checkText(f, s, true, at)
}

func (longtextKind) wire(_ *field, v any, _ RefTitles) any { return v }
func (longtextKind) encode(_ *field, v any) any            { return v }
func (longtextKind) decode(_ *field, stored any) any       { return stringOrNil(stored) }
func (longtextKind) column() ColumnType                    { return "" }
func (longtextKind) col(*field, any) any                   { return nil }
func (longtextKind) schema(f *field) map[string]any        { return textSchema(f) }
