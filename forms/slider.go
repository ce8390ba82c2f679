package forms

import (
	"encoding/json"

	"github.com/shopspring/decimal"

	"pipewright/rules"
)

// sliderKind is a number on a scale from min (0) to max (100) in steps (1). All three are plain numbers of at most 4 decimals.
type sliderKind struct{}

func (sliderKind) settings() []string {
	return []string{"min", "max", "step", "unit", "calc", "value", "list", "filter", "sort"}
}

// sliderMost bounds the number of steps, so that every one can be reached by hand or keyboard.
const sliderMost = 10000

func (sliderKind) compile(c *compiler, f *field) {
	// The number of decimals kept is fixed: were it made from the step, a change of the step would change what is stored.
	f.scale = numberScale
	read := func(member string, slot rules.NumberSlot, standard int64) (decimal.Decimal, bool) {
		if slot.IsZero() {
			return decimal.NewFromInt(standard), true
		}
		d, constant := slot.Decimal()
		if !constant || d.Abs().GreaterThan(decimal.New(1, 9)) || !d.Truncate(numberScale).Equal(d) {
			c.fail(f.path+"/"+member, "setting.range", "{field}的“{member}”应是一个数，最多 4 位小数", "{field}的「{member}」應是一個數，最多 4 位小數",
				"The “{member}” of {field} must be a plain number of at most 4 decimals", "field", quoted(f.name), "member", member)
			return decimal.NewFromInt(standard), false
		}
		return d, true
	}
	var ok [3]bool
	f.lowest, ok[0] = read("min", f.def.Min, 0)
	f.highest, ok[1] = read("max", f.def.Max, 100)
	f.step, ok[2] = read("step", f.def.Step, 1)
	if !ok[0] || !ok[1] || !ok[2] {
		f.step = decimal.New(1, -numberScale)
		return
	}
	span := f.highest.Sub(f.lowest)
	switch {
	case span.IsNegative() && !f.def.Min.IsZero() && !f.def.Max.IsZero():
		f.step = decimal.New(1, -numberScale) // told with the limits of every field
	case !span.IsPositive():
		c.fail(f.path+"/max", "setting.range", "{field}的最大值应大于最小值 {min}", "{field}的最大值應大於最小值 {min}",
			"The greatest value of {field} must be above its least, {min}", "field", quoted(f.name), "min", f.lowest)
	case !f.step.IsPositive() || span.Div(f.step).GreaterThan(decimal.NewFromInt(sliderMost)) || !span.Mod(f.step).IsZero():
		c.fail(f.path+"/step", "setting.range", "{field}的步长应大于 0，能把 {min} 到 {max} 分成整数段，最多 {most} 段", "{field}的步長應大於 0，能把 {min} 到 {max} 分成整數段，最多 {most} 段",
			"The step of {field} must be above 0 and divide {min} to {max} evenly, into at most {most} steps", "field", quoted(f.name), "min", f.lowest, "max", f.highest, "most", sliderMost)
		f.step = decimal.New(1, -numberScale)
	}
}

func (sliderKind) typ(*World, *Field, bool) rules.Type   { return rules.Number }
func (sliderKind) encode(f *field, v any) any            { return encodeNumber(f, v) }
func (sliderKind) decode(f *field, stored any) any       { return decodeNumber(f, stored) }
func (sliderKind) column() ColumnType                    { return ColInt }
func (sliderKind) col(f *field, v any) any               { return encodeNumber(f, v) }
func (sliderKind) wire(_ *field, v any, _ RefTitles) any { return canonical(v) }
func (sliderKind) schema(f *field) map[string]any        { return scaleSchema(f) }
func (sliderKind) accept(f *field, v any, at *place) any { return acceptStep(f, v, at) }
func (sliderKind) parse(f *field, raw json.RawMessage, at *place) any {
	return parseStep(f, raw, at)
}

// parseStep reads a number on the scale of the field.
func parseStep(f *field, raw json.RawMessage, at *place) any {
	d, ok := readDecimal(raw)
	if !ok {
		return at.fail("shape.type", "{field}应是数字，例如 {example}", "{field}應是數字，例如 {example}", "{field} must be a number such as {example}", "example", f.highest)
	}
	return checkStep(f, d, at)
}

func checkStep(f *field, d decimal.Decimal, at *place) any {
	if d.LessThan(f.lowest) || d.GreaterThan(f.highest) {
		return at.fail("number.range", "{field}应在 {min} 到 {max} 之间", "{field}應在 {min} 到 {max} 之間", "{field} must be {min} to {max}", "min", f.lowest, "max", f.highest)
	}
	if !d.Sub(f.lowest).Mod(f.step).IsZero() {
		return at.fail("number.step", "{field}应从 {min} 起每次加 {step}", "{field}應從 {min} 起每次加 {step}", "{field} must go from {min} in steps of {step}", "min", f.lowest, "step", f.step)
	}
	return d
}

// acceptStep goes to the nearest step, half away from the least value.
func acceptStep(f *field, v any, at *place) any {
	d, ok := v.(decimal.Decimal)
	if !ok {
		return at.fail("shape.type", "{field}应是数字", "{field}應是數字", "{field} must be a number")
	}
	if d.Abs().GreaterThan(maxAbs) {
		return outOfRange(f, at)
	}
	return checkStep(f, f.lowest.Add(d.Sub(f.lowest).DivRound(f.step, 0).Mul(f.step)), at)
}

func scaleSchema(f *field) map[string]any {
	number := map[string]any{"type": "number", "minimum": json.Number(f.lowest.String()), "maximum": json.Number(f.highest.String())}
	return map[string]any{"anyOf": []any{map[string]any{"type": "string", "pattern": decimalPattern}, number},
		"description": "an exact decimal, as a string or a number"}
}
