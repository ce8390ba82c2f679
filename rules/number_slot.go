package rules

import (
	"bytes"
	"encoding/json"

	"github.com/shopspring/decimal"
)

// NumberSlot is a slot that takes a JSON number, kept exactly as written, or an expression string that yields a number.
// The zero value is an absent slot.
type NumberSlot struct {
	Number string // the JSON number's text, "" if the slot is an expression
	Expr   string
}

// Num makes the slot of a fixed number, in decimal writing.
func Num(text string) NumberSlot { return NumberSlot{Number: text} }

// IsZero says whether the slot is absent.
func (n NumberSlot) IsZero() bool { return n == NumberSlot{} }

// Decimal is the fixed number; ok is false for an expression or an absent slot.
func (n NumberSlot) Decimal() (d decimal.Decimal, ok bool) {
	if n.Number == "" {
		return decimal.Decimal{}, false
	}
	d, err := exactNumber(n.Number)
	return d, err == nil
}

// exactNumber reads a decimal number within the bounds of an expression's numbers.
func exactNumber(s string) (decimal.Decimal, error) {
	d, err := decimal.NewFromString(s)
	if err != nil {
		return d, err
	}
	if e := int(d.Exponent()); len(s) > 100 || e < -maxPlaces || e > maxDigits || d.NumDigits()+e > maxDigits {
		return decimal.Decimal{}, ErrAmountTooLarge
	}
	return d, nil
}

// Compile compiles the slot; it is nil for an absent one.
func (n NumberSlot) Compile(env *Env) (*Program, []Problem) {
	if d, ok := n.Decimal(); ok {
		return &Program{source: n.Number, typ: Number, isConst: true, value: d}, nil
	}
	if n.IsZero() {
		return nil, nil
	}
	return Compile(n.Expr, env, Number)
}

// MarshalJSON writes the number as it was written, or the expression as a string.
func (n NumberSlot) MarshalJSON() ([]byte, error) {
	if n.Number != "" {
		return []byte(n.Number), nil
	}
	return marshalPlain(n.Expr)
}

// UnmarshalJSON reads a JSON number or a string.
func (n *NumberSlot) UnmarshalJSON(raw []byte) error {
	if ps := n.UnmarshalStrict(raw, ""); len(ps) > 0 {
		return &fault{code: ps[0].Code, msg: ps[0].Message}
	}
	return nil
}

// UnmarshalStrict reads the slot and reports a mistake at its path (see package strict).
func (n *NumberSlot) UnmarshalStrict(raw json.RawMessage, path string) []Problem {
	trimmed := bytes.TrimSpace(raw)
	if len(trimmed) > 0 {
		switch c := trimmed[0]; {
		case c == '"':
			if json.Unmarshal(trimmed, &n.Expr) == nil {
				return nil
			}
		case c == '-' || c >= '0' && c <= '9':
			if _, err := exactNumber(string(trimmed)); err != nil {
				return []Problem{Errorf(path, "shape.type", Say("数值太大或小数位太多", "數值太大或小數位太多", "The number is too large or has too many digits"))}
			}
			n.Number = string(trimmed)
			return nil
		}
	}
	return []Problem{Errorf(path, "shape.type", Say("这里应是数值，或写成文字的表达式", "這裡應是數值，或寫成文字的運算式", "A number, or an expression written as a text, is expected here"))}
}
