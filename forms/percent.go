package forms

import (
	"encoding/json"

	"pipewright/rules"
)

// percentKind is a share: 0.1 is shown as 10 %. Otherwise it is a number.
type percentKind struct{}

func (percentKind) settings() []string {
	return []string{"min", "max", "scale", "calc", "value", "list", "filter", "sort"}
}

func (percentKind) compile(c *compiler, f *field)       { compileScale(c, f, numberScale) }
func (percentKind) typ(*World, *Field, bool) rules.Type { return rules.Number }
func (percentKind) parse(f *field, raw json.RawMessage, at *place) any {
	return parseNumber(f, raw, at)
}
func (percentKind) accept(f *field, v any, at *place) any { return acceptNumber(f, v, at) }
func (percentKind) wire(_ *field, v any, _ RefTitles) any { return canonical(v) }
func (percentKind) encode(f *field, v any) any            { return encodeNumber(f, v) }
func (percentKind) decode(f *field, stored any) any       { return decodeNumber(f, stored) }
func (percentKind) column() ColumnType                    { return ColInt }
func (percentKind) col(f *field, v any) any               { return encodeNumber(f, v) }
func (percentKind) schema(f *field) map[string]any        { return numberSchema(f) }
