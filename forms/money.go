package forms

import (
	"encoding/json"

	"github.com/shopspring/decimal"

	"pipewright/rules"
)

// moneyKind is an amount in the field's currency, by default the app's. On the wire {"amount": "1234.50", "currency":
// "CNY"}, never a JSON number; stored in minor units of the field's scale (the currency's own unless scale says otherwise).
type moneyKind struct{}

func (moneyKind) settings() []string {
	return []string{"min", "max", "scale", "currency", "calc", "value", "list", "filter", "sort"}
}

func moneyCurrency(w *World, d *Field) string {
	if d.Currency != "" {
		return d.Currency
	}
	if w != nil && w.Currency != "" {
		return w.Currency
	}
	return "CNY"
}

func (moneyKind) compile(c *compiler, f *field) {
	f.currency = moneyCurrency(c.world, f.def)
	own, ok := CurrencyScale(f.currency)
	if !ok {
		own = 2
		if f.def.Currency != "" {
			c.fail(f.path+"/currency", "ref.unknown", "{field}的币种“{code}”不是通行的 ISO 4217 代码，例如 CNY、USD", "{field}的幣種「{code}」不是通行的 ISO 4217 代碼，例如 CNY、USD",
				"The currency “{code}” of {field} is not an ISO 4217 code in use, such as CNY or USD", "field", quoted(f.name), "code", f.currency)
		}
	}
	compileScale(c, f, own)
}

func (moneyKind) typ(w *World, d *Field, _ bool) rules.Type {
	return rules.Type{Kind: rules.KindNumber, Currency: moneyCurrency(w, d)}
}

func (moneyKind) parse(f *field, raw json.RawMessage, at *place) any {
	wrong := func() any {
		return at.fail("shape.type", `{field}应写成 {"amount": "1234.50", "currency": "{code}"}，金额用文字，不用数字`,
			`{field}應寫成 {"amount": "1234.50", "currency": "{code}"}，金額用文字，不用數字`,
			`{field} must be written {"amount": "1234.50", "currency": "{code}"}, the amount as text, not as a number`, "code", f.currency)
	}
	ms, err := members(raw)
	if err != nil {
		return wrong()
	}
	var amount any
	for _, m := range ms {
		if m.twice {
			return at.fail("key.duplicate", "{field}里“{member}”写了两次", "{field}裡「{member}」寫了兩次", "In {field}, “{member}” is given twice", "member", m.key)
		}
		switch m.key {
		case "amount":
			if first(m.value) != '"' {
				return wrong()
			}
			d, ok := readDecimal(m.value)
			if !ok {
				return wrong()
			}
			if amount = checkNumber(f.wide(), d, at); amount == nil {
				return nil
			}
		case "currency":
			if code, ok := readString(m.value); !ok {
				return wrong()
			} else if code != f.currency && !f.varies { // see SaidIn
				return at.fail("money.currency", "{field}的币种是 {want}，不是“{got}”", "{field}的幣種是 {want}，不是「{got}」",
					"{field} is in {want}, not in “{got}”", "want", f.currency, "got", clip(code))
			}
		default:
			return at.fail("field.unknown", "{field}里没有“{member}”这一项", "{field}裡沒有「{member}」這一項",
				"{field} has no member “{member}”", "member", clip(m.key))
		}
	}
	if amount == nil {
		return wrong()
	}
	return amount
}

func (moneyKind) accept(f *field, v any, at *place) any { return acceptNumber(f.wide(), v, at) }

func (moneyKind) wire(f *field, v any, _ RefTitles) any {
	d, ok := v.(decimal.Decimal)
	if !ok {
		return nil
	}
	return wireMoney{d.StringFixed(int32(f.scale)), f.currency}
}

type wireMoney struct {
	Amount   string `json:"amount"`
	Currency string `json:"currency"`
}

// encode keeps the currency beside the amount, so that a later change of the field's currency cannot change old amounts.
func (moneyKind) encode(f *field, v any) any {
	n := encodeNumber(f, v)
	if n == nil {
		return nil
	}
	return map[string]any{"m": n, "c": f.currency}
}

func (moneyKind) decode(f *field, stored any) any {
	m, ok := stored.(map[string]any)
	if ok && f.varies {
		code, _ := m["c"].(string)
		return decodeNumber(f.in(code), m["m"])
	}
	if !ok || m["c"] != f.currency {
		return nil
	}
	return decodeNumber(f, m["m"])
}

func (moneyKind) column() ColumnType      { return ColInt }
func (moneyKind) col(f *field, v any) any { return encodeNumber(f, v) }

func (moneyKind) schema(f *field) map[string]any {
	currency := map[string]any{"const": f.currency}
	if f.varies {
		currency = map[string]any{"type": "string"}
	}
	return map[string]any{
		"type": "object", "required": []string{"amount"}, "additionalProperties": false,
		"properties": map[string]any{
			"amount":   map[string]any{"type": "string", "pattern": decimalPattern},
			"currency": currency,
		},
	}
}
