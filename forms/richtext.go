package forms

import (
	"encoding/json"
	"strings"
	"unicode/utf8"

	"pipewright/rules"
)

// richtextKind is formatted text: HTML with paragraphs, headings, lists, tables, emphasis and links to the web or to mail.
// Everything else (scripts, styles, frames, handlers, pictures) is taken out when it comes in, so that what is stored is safe to
// show. It is shown, not filtered or sorted.
type richtextKind struct{}

// richtextMost bounds the HTML, in characters.
const richtextMost = 100000

func (richtextKind) settings() []string                    { return []string{"list", "search"} }
func (richtextKind) compile(*compiler, *field)             {}
func (richtextKind) typ(*World, *Field, bool) rules.Type   { return rules.Str }
func (richtextKind) wire(_ *field, v any, _ RefTitles) any { return v }
func (richtextKind) encode(_ *field, v any) any            { return v }
func (richtextKind) decode(_ *field, stored any) any       { return stringOrNil(stored) }
func (richtextKind) column() ColumnType                    { return "" }
func (richtextKind) col(*field, any) any                   { return nil }

func (k richtextKind) parse(f *field, raw json.RawMessage, at *place) any {
	s, ok := readString(raw)
	if !ok {
		return notText(at)
	}
	return k.accept(f, s, at)
}

func (richtextKind) accept(_ *field, v any, at *place) any {
	s, ok := asText(v)
	if !ok || !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
		return notText(at)
	}
	if n := utf8.RuneCountInString(s); n > richtextMost {
		return at.fail("text.tooLong", "{field}最多 {max} 个字，现在有 {n} 个", "{field}最多 {max} 個字，現在有 {n} 個",
			"{field} may have at most {max} characters, it has {n}", "max", richtextMost, "n", n)
	}
	return stringOrNil(cleanHTML(s))
}

func (richtextKind) schema(*field) map[string]any {
	return map[string]any{"type": "string", "maxLength": richtextMost, "contentMediaType": "text/html"}
}
