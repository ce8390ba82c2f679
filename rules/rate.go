package rules

import (
	"strings"

	"github.com/shopspring/decimal"
)

// Rate is what one unit of a currency is worth in another: Num divided by Den, both above 0, exactly. On is the day it is of.
type Rate struct {
	Num, Den decimal.Decimal
	On       Date
}

// Convert brings an amount into the other currency, rounded half away from zero at scale decimals and at no other step.
func (r Rate) Convert(x decimal.Decimal, scale int) decimal.Decimal {
	return x.Mul(r.Num).DivRound(r.Den, int32(scale))
}

// Then is the rate of going on by another one.
func (r Rate) Then(next Rate) Rate {
	return Rate{Num: r.Num.Mul(next.Num), Den: r.Den.Mul(next.Den), On: earlier(r.On, next.On)}
}

// Inverse is the rate of the way back.
func (r Rate) Inverse() Rate { return Rate{Num: r.Den, Den: r.Num, On: r.On} }

func earlier(a, b Date) Date {
	if b.Compare(a) < 0 {
		return b
	}
	return a
}

// Rates are rates into the app's currency by the currency they come from, as a record keeps them. They are not to be changed.
type Rates map[string]Rate

// RatesName is the name under which the values of a record hold its Rates. No field can have it.
const RatesName = "_rates"

// Money is how amounts change their currency.
type Money struct {
	// Base is the app's currency.
	Base string
	// Scale is the number of decimals of a currency; ok is false for what is none.
	Scale func(code string) (scale int, ok bool)
	// Rate is the newest rate not after a day; with the zero Date that of today. While it has still to be fetched it is pending;
	// ok is false when there is none.
	Rate func(from, to string, on Date) (r Rate, ok, pending bool)
}

// varying begins the Currency of an amount that varies by record. "field:deal.currency" is the currency in the field currency of
// the deal at hand; with "@path" behind it that of another record, and with "@#path" of another one for each row.
const varying = "field:"

// Varying is the Currency of amounts of a form whose currency stands in one of its fields.
func Varying(form, field string) string { return varying + form + "." + field }

// Varies says whether an amount's currency varies by record.
func (t Type) Varies() bool { return strings.HasPrefix(t.Currency, varying) }

// scattered says that every row has an amount in a currency of its own.
func (t Type) scattered() bool { return t.Varies() && strings.Contains(t.Currency, "@#") }

// NoRate is the message that there is no rate.
func NoRate(from, to string, on Date) Text {
	day := Say("今天", "今天", "today")
	if on != (Date{}) {
		day = Plain(on.String())
	}
	return Say("没有 {from} 换 {to} 在 {day} 或更早的汇率。请管理员到“设置 → 汇率”录入后再试", "沒有 {from} 換 {to} 在 {day} 或更早的匯率。請管理員到「設定 → 匯率」登錄後再試",
		"There is no rate from {from} to {to} of {day} or earlier. Ask an administrator to enter it under Settings → Exchange rates, then try again", "from", from, "to", to, "day", day)
}
