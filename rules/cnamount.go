package rules

import (
	"errors"
	"strings"

	"github.com/shopspring/decimal"
)

// ErrAmountTooLarge is the error of CNAmount for 10^16 and more.
var ErrAmountTooLarge = errors.New("rules: amount too large for capital characters")

// CNAmount writes an amount in Chinese capital characters (大写金额) as invoices and cheques do, rounded half away from
// zero to the cent first: 6007.14 → 陆仟零柒元壹角肆分, 10 → 壹拾元整, 0 → 零元整, 100000000 → 壹亿元整. Negative amounts begin with
// 负. The rules are those of 《支付结算办法》附一《正确填写票据和结算凭证的基本规定》: 整 after 元 or 角, 零 for skipped places.
func CNAmount(d decimal.Decimal) (string, error) {
	d = d.Round(2)
	cents := d.Abs().Shift(2)
	if cents.Cmp(decimal.New(1, 18)) >= 0 {
		return "", ErrAmountTooLarge
	}
	n := cents.IntPart()
	var b strings.Builder
	if d.IsNegative() {
		b.WriteString("负")
	}
	yuan, jiao, fen := n/100, n/10%10, n%10
	if yuan > 0 {
		writeYuan(&b, yuan)
		b.WriteString("元")
	}
	switch {
	case n == 0:
		return "零元整", nil
	case jiao == 0 && fen == 0:
		b.WriteString("整")
		return b.String(), nil
	case jiao > 0:
		b.WriteString(cnDigits[jiao] + "角")
	case yuan > 0:
		b.WriteString("零")
	}
	if fen > 0 {
		b.WriteString(cnDigits[fen] + "分")
	} else {
		b.WriteString("整")
	}
	return b.String(), nil
}

var cnDigits = [10]string{"零", "壹", "贰", "叁", "肆", "伍", "陆", "柒", "捌", "玖"}

// writeYuan writes a whole number below 10^16 in groups of four digits (万, 亿, 万亿).
func writeYuan(b *strings.Builder, n int64) {
	groups := []string{"", "万", "亿", "万亿"}
	places := []string{"", "拾", "佰", "仟"}
	zero, begun := false, false
	for g := 3; g >= 0; g-- {
		part := n
		for range g {
			part /= 10000
		}
		part %= 10000
		if part == 0 {
			zero = zero || begun
			// 一万亿 and more without any 亿 of its own still needs the 亿.
			if g == 2 && begun {
				b.WriteString("亿")
			}
			continue
		}
		for p := 3; p >= 0; p-- {
			digit := part
			for range p {
				digit /= 10
			}
			digit %= 10
			if digit == 0 {
				zero = zero || begun
				continue
			}
			if zero {
				b.WriteString("零")
				zero = false
			}
			b.WriteString(cnDigits[digit] + places[p])
			begun = true
		}
		if g == 3 {
			b.WriteString("万")
		} else {
			b.WriteString(groups[g])
		}
	}
}
