package rules

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/shopspring/decimal"
)

// The values an expression sees or yields are: nil, bool, string, decimal.Decimal, Date, time.Time, []any,
// []map[string]any (table rows), map[string]any (a record) and nothing else. int and int64 are taken as numbers.

const (
	// maxPlaces is the number of digits kept after the point.
	maxPlaces = 40
	// maxDigits is the number of digits before the point from which a number is too large.
	maxDigits = 40
	// divisionPlaces is the number of digits after the point of a quotient.
	divisionPlaces = 16
)

// raise ends the run with a fault; the machine turns it into an EvalError at the place of the operation.
func raise(code string, msg Text) { panic(&fault{code: code, msg: msg}) }

// number reads a value as a number; ok is false for null. Any other value ends the run.
func number(v any) (d decimal.Decimal, ok bool) {
	switch v := v.(type) {
	case decimal.Decimal:
		return v, true
	case nil:
		return decimal.Decimal{}, false
	case int:
		return decimal.NewFromInt(int64(v)), true
	case int64:
		return decimal.NewFromInt(v), true
	}
	wrongValue(v, Number)
	return
}

// bounded keeps numbers within what one may store and what one can afford to compute with. Its argument comes from one
// operation on bounded numbers, so rounding it is cheap.
func bounded(d decimal.Decimal) any {
	e := int(d.Exponent())
	if e < -maxPlaces {
		d = d.Round(maxPlaces)
		e = -maxPlaces
	}
	if d.NumDigits()+e > maxDigits {
		raise("expr.limit", Say("数值太大（10 的 40 次方以上）", "數值太大（10 的 40 次方以上）", "The number is too large (10^40 or more)"))
	}
	return d
}

func wrongValue(v any, want Type) {
	raise("expr.value", Say(
		"这里的值应是{want}，实际是“{v}”", "這裡的值應是{want}，實際是「{v}」",
		"The value here should be {want}, but is “{v}”", "want", want.Say(), "v", short(v)))
}

// short shows a value in a message without flooding it.
func short(v any) string {
	s := []rune(ShowValue(v))
	if len(s) > 60 {
		return string(s[:60]) + "…"
	}
	return string(s)
}

// ShowValue writes a value plainly: numbers as canonical decimals, dates as 2026-09-30, instants in RFC 3339, nothing
// for null; tables, lists and records as JSON. It is the default format of a template.
func ShowValue(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case bool:
		if v {
			return "true"
		}
		return "false"
	case decimal.Decimal:
		return v.String()
	case Date:
		return v.String()
	case time.Time:
		return v.UTC().Format(time.RFC3339)
	case fmt.Stringer:
		return v.String()
	}
	raw, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(raw)
}

// idOf is the id of the record behind a reference; a text is its own id.
func idOf(v any) any {
	if m, ok := v.(map[string]any); ok {
		return m["id"]
	}
	return v
}

// Equal compares two values as == does, except that two nulls are equal. It serves "has this changed".
func Equal(a, b any) bool {
	if a == nil || b == nil {
		return a == nil && b == nil
	}
	switch x := a.(type) {
	case decimal.Decimal:
		y, ok := b.(decimal.Decimal)
		return ok && x.Equal(y)
	case time.Time:
		y, ok := b.(time.Time)
		return ok && x.Equal(y)
	case string, bool, Date:
		return a == b
	case []any:
		y, ok := b.([]any)
		if !ok || len(x) != len(y) {
			return false
		}
		for i := range x {
			if !Equal(x[i], y[i]) {
				return false
			}
		}
		return true
	case []map[string]any:
		y, ok := b.([]map[string]any)
		if !ok || len(x) != len(y) {
			return false
		}
		for i := range x {
			if !Equal(x[i], y[i]) {
				return false
			}
		}
		return true
	case map[string]any:
		y, ok := b.(map[string]any)
		if !ok {
			return false
		}
		for k, v := range x {
			if !Equal(v, y[k]) {
				return false
			}
		}
		for k, v := range y {
			if _, there := x[k]; !there && v != nil {
				return false
			}
		}
		return true
	}
	return false
}
