package forms

import (
	"strings"
	"unicode"

	"pipewright/rules"
)

// plainText is what the types that hold one short text share: it is stored, shown, filtered and compared as it stands.
type plainText struct{}

func (plainText) compile(*compiler, *field)             {}
func (plainText) typ(*World, *Field, bool) rules.Type   { return rules.Str }
func (plainText) wire(_ *field, v any, _ RefTitles) any { return v }
func (plainText) encode(_ *field, v any) any            { return v }
func (plainText) decode(_ *field, stored any) any       { return stringOrNil(stored) }
func (plainText) column() ColumnType                    { return ColText }
func (plainText) col(_ *field, v any) any               { return v }
func (plainText) settings() []string                    { return plainSettings }

var plainSettings = []string{"calc", "value", "list", "filter", "sort", "search", "index"}

// worded are the types whose values people write as a text: what makes two of them equal (Unique.Normalize) applies to them.
var worded = map[string]bool{
	"text": true, "longtext": true, "phone": true, "email": true, "url": true, "idcode": true, "barcode": true, "autonumber": true,
}

// pasted is a text without what clings to it when it is copied from elsewhere: full-width letters and digits, white space and
// invisible marks at the ends.
func pasted(s string) string {
	return strings.TrimFunc(strings.Map(foldWidth, s), func(r rune) bool {
		return unicode.IsSpace(r) || r == '\u200b' || r == '\u200e' || r == '\u200f' || r == '\u202a' || r == '\u202c' || r == '\ufeff'
	})
}

func notText(at *place) any {
	return at.fail("shape.type", "{field}应是文字", "{field}應是文字", "{field} must be a text")
}

// lineSchema is the JSON Schema of a short text.
func lineSchema(most int, more map[string]any) map[string]any {
	m := map[string]any{"type": "string", "minLength": 1, "maxLength": most}
	for k, v := range more {
		m[k] = v
	}
	return m
}
