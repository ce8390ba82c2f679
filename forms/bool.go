package forms

import (
	"bytes"
	"encoding/json"

	"pipewright/rules"
)

// boolKind is yes or no; empty is neither.
type boolKind struct{}

func (boolKind) settings() []string { return []string{"calc", "value", "list", "filter", "sort"} }

func (boolKind) compile(*compiler, *field) {}

func (boolKind) typ(*World, *Field, bool) rules.Type { return rules.Bool }

func (boolKind) parse(_ *field, raw json.RawMessage, at *place) any {
	switch t := bytes.TrimSpace(raw); {
	case bytes.Equal(t, []byte("true")):
		return true
	case bytes.Equal(t, []byte("false")):
		return false
	}
	return at.fail("shape.type", "{field}应是 true 或 false", "{field}應是 true 或 false", "{field} must be true or false")
}

func (boolKind) accept(_ *field, v any, at *place) any {
	if b, ok := v.(bool); ok {
		return b
	}
	return at.fail("shape.type", "{field}应是“是”或“否”", "{field}應是「是」或「否」", "{field} must be yes or no")
}

func (boolKind) wire(_ *field, v any, _ RefTitles) any { return v }
func (boolKind) encode(_ *field, v any) any            { return v }

func (boolKind) decode(_ *field, stored any) any {
	if b, ok := stored.(bool); ok {
		return b
	}
	return nil
}

func (boolKind) column() ColumnType           { return ColBool }
func (boolKind) col(_ *field, v any) any      { return v }
func (boolKind) schema(*field) map[string]any { return map[string]any{"type": "boolean"} }
