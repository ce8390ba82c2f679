package forms

import (
	"encoding/json"

	"github.com/shopspring/decimal"

	"pipewright/rules"
)

// ratingKind is a number of stars, 1 to max (2 to 10, by default 5). No star at all is an empty field.
type ratingKind struct{}

const ratingDefault = 5

func (ratingKind) settings() []string {
	return []string{"max", "calc", "value", "list", "filter", "sort"}
}

func (ratingKind) compile(c *compiler, f *field) {
	f.lowest, f.highest, f.step = decimal.NewFromInt(1), decimal.NewFromInt(ratingDefault), decimal.NewFromInt(1)
	if f.def.Max.IsZero() {
		return
	}
	d, constant := f.def.Max.Decimal()
	if !constant || !d.IsInteger() || d.LessThan(decimal.NewFromInt(2)) || d.GreaterThan(decimal.NewFromInt(10)) {
		c.fail(f.path+"/max", "setting.range", "{field}的最高分应是 2 到 10 的整数", "{field}的最高分應是 2 到 10 的整數",
			"The highest rating of {field} must be a whole number from 2 to 10", "field", quoted(f.name))
		return
	}
	f.highest = d
}

func (ratingKind) typ(*World, *Field, bool) rules.Type   { return rules.Number }
func (ratingKind) encode(f *field, v any) any            { return encodeNumber(f, v) }
func (ratingKind) decode(f *field, stored any) any       { return decodeNumber(f, stored) }
func (ratingKind) column() ColumnType                    { return ColInt }
func (ratingKind) col(f *field, v any) any               { return encodeNumber(f, v) }
func (ratingKind) wire(_ *field, v any, _ RefTitles) any { return canonical(v) }
func (ratingKind) schema(f *field) map[string]any        { return scaleSchema(f) }
func (ratingKind) parse(f *field, raw json.RawMessage, at *place) any {
	return parseStep(f, raw, at)
}

func (ratingKind) accept(f *field, v any, at *place) any { return acceptStep(f, v, at) }
