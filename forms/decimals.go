package forms

import (
	"encoding/json"
	"math"
	"strings"

	"github.com/shopspring/decimal"
)

// maxAbs bounds every number, percent and amount: |v| ≤ 10^15 (semantics 11). Beyond it the scaled integer must fit int64.
var maxAbs = decimal.New(1, 15)

// maxDigits bounds the text of a number, so that a long one costs nothing.
const maxDigits = 48

// readDecimal reads a JSON number or a decimal string exactly as written. An exponent is read only in a JSON number, and
// only up to ±40: the text "1e999999999" is small, its value is not.
func readDecimal(raw json.RawMessage) (decimal.Decimal, bool) {
	t := strings.TrimSpace(string(raw))
	quoted := false
	if strings.HasPrefix(t, `"`) {
		s, ok := readString(raw)
		if !ok {
			return decimal.Decimal{}, false
		}
		t, quoted = s, true
	}
	return parseDecimal(t, !quoted)
}

// parseDecimal reads -?digits[.digits] and, where allowed, an exponent, by the grammar of JSON numbers.
func parseDecimal(t string, exponent bool) (decimal.Decimal, bool) {
	if len(t) > maxDigits {
		return decimal.Decimal{}, false
	}
	rest := strings.TrimPrefix(t, "-")
	mantissa, exp, hasExp := cutExponent(rest)
	whole, frac, hasFrac := strings.Cut(mantissa, ".")
	switch {
	case !allDigits(whole), len(whole) > 1 && whole[0] == '0', hasFrac && !allDigits(frac):
		return decimal.Decimal{}, false
	case hasExp && (!exponent || !smallExponent(exp)):
		return decimal.Decimal{}, false
	}
	d, err := decimal.NewFromString(t)
	return d, err == nil
}

func cutExponent(s string) (mantissa, exp string, ok bool) {
	if i := strings.IndexAny(s, "eE"); i >= 0 {
		return s[:i], s[i+1:], true
	}
	return s, "", false
}

func allDigits(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

func smallExponent(s string) bool {
	s = strings.TrimPrefix(strings.TrimPrefix(s, "+"), "-")
	if !allDigits(s) || len(s) > 2 {
		return false
	}
	n := 0
	for i := 0; i < len(s); i++ {
		n = n*10 + int(s[i]-'0')
	}
	return n <= 40
}

// scaled is d × 10^scale as an integer; ok is false when d has more decimals than scale or does not fit.
func scaled(d decimal.Decimal, scale int) (int64, bool) {
	if d.Abs().GreaterThan(maxAbs) {
		return 0, false
	}
	m := d.Shift(int32(scale))
	if !m.IsInteger() {
		return 0, false
	}
	b := m.BigInt()
	return b.Int64(), b.IsInt64()
}

// unscaled is n / 10^scale.
func unscaled(n int64, scale int) decimal.Decimal { return decimal.New(n, int32(-scale)) }

// largest is the largest number that a field of this scale can hold, for messages and schemas.
func largest(scale int) decimal.Decimal {
	return decimal.Min(maxAbs, unscaled(math.MaxInt64, scale).Truncate(0))
}

// integer reads an integer out of decoded JSON: int64, int, json.Number or an integral float64 within 2^53.
func integer(v any) (int64, bool) {
	switch v := v.(type) {
	case int64:
		return v, true
	case int:
		return int64(v), true
	case int32:
		return int64(v), true
	case json.Number:
		n, err := v.Int64()
		return n, err == nil
	case float64:
		if v == math.Trunc(v) && math.Abs(v) <= 1<<53 {
			return int64(v), true
		}
	}
	return 0, false
}
