package forms

import (
	"encoding/json"

	"pipewright/rules"
)

// staticKind is text on the page between the fields: an explanation, a warning. It has no value; visibleIf works as for a field.
type staticKind struct{}

func (staticKind) settings() []string { return []string{"text"} }

func (staticKind) compile(c *compiler, f *field) {
	if f.parent != nil {
		c.fail(f.path+"/type", "ref.kind", "明细表里不能放说明文字", "明細表裡不能放說明文字", "A table cannot hold a text of explanation")
		return
	}
	if f.def.Text.IsZero() {
		c.fail(f.path+"/text", "text.missing", "说明{field}还没有文字", "說明{field}還沒有文字", "{field} does not say anything yet", "field", quoted(f.name))
	}
}

// typ is no type: expressions do not know the field.
func (staticKind) typ(*World, *Field, bool) rules.Type { return rules.Type{} }

func (staticKind) none(at *place) any {
	return at.fail("field.unknown", "{field}只是说明文字，没有值", "{field}只是說明文字，沒有值", "{field} is a text on the page and has no value")
}

func (k staticKind) parse(_ *field, _ json.RawMessage, at *place) any { return k.none(at) }
func (k staticKind) accept(_ *field, _ any, at *place) any            { return k.none(at) }
func (staticKind) wire(*field, any, RefTitles) any                    { return nil }
func (staticKind) encode(*field, any) any                             { return nil }
func (staticKind) decode(*field, any) any                             { return nil }
func (staticKind) column() ColumnType                                 { return "" }
func (staticKind) col(*field, any) any                                { return nil }
func (staticKind) schema(*field) map[string]any                       { return map[string]any{"type": "null"} }
