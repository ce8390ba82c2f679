package forms

import (
	"encoding/json"

	"github.com/shopspring/decimal"

	"pipewright/rules"
)

// numberKind is an exact decimal with up to scale decimals (0 to 8, default 4), |v| ≤ 10^15.
type numberKind struct{}

const numberScale = 4

func (numberKind) settings() []string {
	return []string{"min", "max", "scale", "unit", "calc", "value", "list", "filter", "sort"}
}

func (numberKind) compile(c *compiler, f *field) { compileScale(c, f, numberScale) }

func (numberKind) typ(*World, *Field, bool) rules.Type { return rules.Number }

func (numberKind) parse(f *field, raw json.RawMessage, at *place) any { return parseNumber(f, raw, at) }
func (numberKind) accept(f *field, v any, at *place) any              { return acceptNumber(f, v, at) }

func (numberKind) wire(_ *field, v any, _ RefTitles) any { return canonical(v) }
func (numberKind) encode(f *field, v any) any            { return encodeNumber(f, v) }
func (numberKind) decode(f *field, stored any) any       { return decodeNumber(f, stored) }
func (numberKind) column() ColumnType                    { return ColInt }
func (numberKind) col(f *field, v any) any               { return encodeNumber(f, v) }
func (numberKind) schema(f *field) map[string]any        { return numberSchema(f) }

func compileScale(c *compiler, f *field, standard int) {
	f.scale = standard
	if n := f.def.Scale; n != nil {
		if *n < 0 || *n > 8 {
			c.fail(f.path+"/scale", "setting.range", "{field}的小数位数应在 0 到 8 之间", "{field}的小數位數應在 0 到 8 之間",
				"The decimals of {field} must be 0 to 8", "field", quoted(f.name))
			return
		}
		f.scale = *n
	}
}

func parseNumber(f *field, raw json.RawMessage, at *place) any {
	d, ok := readDecimal(raw)
	if !ok {
		return at.fail("shape.type", "{field}应是数字，例如 12.5", "{field}應是數字，例如 12.5", "{field} must be a number such as 12.5")
	}
	return checkNumber(f, d, at)
}

// checkNumber holds a number to the field's scale and to what can be stored.
func checkNumber(f *field, d decimal.Decimal, at *place) any {
	if d.Abs().GreaterThan(maxAbs) {
		return outOfRange(f, at)
	}
	if !d.Truncate(int32(f.scale)).Equal(d) {
		if f.scale == 0 {
			return at.fail("number.scale", "{field}应是整数", "{field}應是整數", "{field} must be a whole number")
		}
		return at.fail("number.scale", "{field}最多 {n} 位小数", "{field}最多 {n} 位小數", "{field} may have at most {n} decimals", "n", f.scale)
	}
	if _, ok := scaled(d, f.scale); !ok {
		return outOfRange(f, at)
	}
	return d
}

func outOfRange(f *field, at *place) any {
	return at.fail("number.range", "{field}太大：最大 {max}", "{field}太大：最大 {max}", "{field} is too large: at most {max}", "max", largest(f.scale))
}

// acceptNumber rounds half away from zero at the field's scale.
func acceptNumber(f *field, v any, at *place) any {
	d, ok := v.(decimal.Decimal)
	if !ok {
		return at.fail("shape.type", "{field}应是数字", "{field}應是數字", "{field} must be a number")
	}
	d = d.Round(int32(f.scale))
	if _, ok := scaled(d, f.scale); !ok {
		return outOfRange(f, at)
	}
	return d
}

// canonical is the decimal text without trailing zeros.
func canonical(v any) any {
	d, ok := v.(decimal.Decimal)
	if !ok {
		return nil
	}
	return d.String()
}

func encodeNumber(f *field, v any) any {
	if d, ok := v.(decimal.Decimal); ok {
		if n, ok := scaled(d.Round(int32(f.scale)), f.scale); ok {
			return n
		}
	}
	return nil
}

func decodeNumber(f *field, stored any) any {
	if n, ok := integer(stored); ok {
		if d := unscaled(n, f.scale); !d.Abs().GreaterThan(maxAbs) {
			return d
		}
	}
	return nil
}

func numberSchema(f *field) map[string]any {
	number := map[string]any{"type": "number", "minimum": largest(f.scale).Neg().IntPart(), "maximum": largest(f.scale).IntPart()}
	if f.min.constant != nil {
		number["minimum"] = json.Number(f.min.constant.String())
	}
	if f.max.constant != nil {
		number["maximum"] = json.Number(f.max.constant.String())
	}
	return map[string]any{"anyOf": []any{map[string]any{"type": "string", "pattern": decimalPattern}, number},
		"description": "an exact decimal, as a string or a number"}
}

const decimalPattern = `^-?(0|[1-9][0-9]*)(\.[0-9]+)?$`
