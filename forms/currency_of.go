package forms

import (
	"encoding/json"
	"strconv"

	"github.com/shopspring/decimal"

	"pipewright/rules"
)

// A form may let the currency of its amounts vary by record (semantics 12): form.currency names a choice of ISO 4217 codes. Every
// amount of the form that names no currency of its own is then in the one the record has, or in the app's as long as none is chosen.
// Beside it stands what it is worth in the app's currency, at the rate that the record keeps: by that it is filtered, sorted and summed.

// ratesKey is where a record's data keeps its rates. Storage keys begin with a letter, so it is nobody's.
const ratesKey = rules.RatesName

// anyScale is enough decimals for every currency.
const anyScale = 3

func (w *World) base() string {
	if w == nil {
		return BaseCurrency("")
	}
	return BaseCurrency(w.Currency)
}

// BaseCurrency is the currency of an app that says this of it.
func BaseCurrency(said string) string {
	if said == "" {
		return "CNY"
	}
	return said
}

// varies says whether the currency of a field of form varies by record.
func (w *World) varies(form *Form, d *Field) bool {
	return form != nil && form.Currency != "" && d.Type == "money" && d.Currency == ""
}

// vary gives amounts that vary by record their type, in tables too.
func (w *World) vary(form *Form, d *Field, t rules.Type) rules.Type {
	if w.varies(form, d) {
		t.Currency = rules.Varying(form.Key, form.Currency)
	}
	if d.Type == "table" && form != nil && form.Currency != "" {
		for i := range d.Fields {
			if c, ok := t.Fields[d.Fields[i].Key]; ok {
				t.Fields[d.Fields[i].Key] = w.vary(form, &d.Fields[i], c)
			}
		}
	}
	return t
}

// typeOf is the type of a compiled field in expressions.
func (f *field) typeOf(w *World, deep bool) rules.Type {
	t := f.kind.typ(w, f.def, deep)
	if f.varies {
		t.Currency = rules.Varying(f.form.Key, f.form.Currency)
	}
	if len(f.cols) > 0 {
		t = w.vary(f.form, f.def, t)
	}
	return t
}

// currency checks what the form says of its currency.
func (c *compiler) currency() {
	form, path := c.schema.form, c.path+"/currency"
	if form.Currency == "" {
		return
	}
	f := c.schema.byKey[form.Currency]
	if f == nil {
		c.unknown(path, sayField, form.Currency, keysOf(c.schema.byKey))
		return
	}
	if f.def.Type != "select" {
		c.fail(path, "ref.kind", "货币要取自单选字段，{field}的类型是“{type}”", "貨幣要取自單選欄位，{field}的類型是「{type}」",
			"The currency comes from a choice of one; {field} is of type “{type}”", "field", quoted(f.name), "type", SayType(f.def.Type))
		return
	}
	for _, key := range keysOf(f.options) {
		if _, ok := CurrencyScale(key); !ok {
			c.fail(path, "ref.unknown", "{field}的选项“{code}”不是通行的 ISO 4217 货币代码，例如 CNY、USD", "{field}的選項「{code}」不是通行的 ISO 4217 貨幣代碼，例如 CNY、USD",
				"The option “{code}” of {field} is not an ISO 4217 currency in use, such as CNY or USD", "field", quoted(f.name), "code", key)
			return
		}
	}
	c.schema.currency = f
	each(c.schema.fields, func(x *field) {
		if x.parent != nil && x.key == f.key {
			c.fail(x.path, "key.reserved", "明细列不能和货币字段{field}同名", "明細欄不能和貨幣欄位{field}同名", "A column cannot have the key of the currency field {field}", "field", quoted(f.name))
		}
		for slot, b := range map[string]bound{"min": x.min, "max": x.max} {
			if x.varies && b.constant != nil && !b.constant.IsZero() {
				c.fail(x.path+"/"+slot, "money.mixed", "{field}的货币随记录而变，界限不能是一个数；请写成校验，例如 base({key}) <= 1000",
					"{field}的貨幣隨記錄而變，界限不能是一個數；請寫成校驗，例如 base({key}) <= 1000",
					"The currency of {field} varies by record, so a limit cannot be a bare figure; write a check such as base({key}) <= 1000", "field", quoted(x.name), "key", x.key)
				c.removal(x.path+"/"+slot, slot)
			}
		}
	})
}

// Currency is the key of the field that says the record's currency; empty when it does not vary.
func (s *Schema) Currency() string {
	if s.currency == nil {
		return ""
	}
	return s.currency.key
}

// Rated says whether records of the form keep rates: because their currency varies, or because something is computed with base().
func (s *Schema) Rated() bool { return s.rated }

// BaseCurrency is the app's currency.
func (s *Schema) BaseCurrency() string { return s.world.base() }

// CurrencyOf is the currency of a record.
func (s *Schema) CurrencyOf(v Values) string {
	if s.currency != nil {
		if code, _ := v[s.currency.key].(string); code != "" {
			return code
		}
	}
	return s.world.base()
}

// NamesCurrency says whether a field of the form is always in this currency.
func (s *Schema) NamesCurrency(code string) bool {
	found := false
	each(s.fields, func(f *field) { found = found || f.def.Currency == code })
	return found
}

// usesBase finds out whether any expression of the form calls base().
func (c *compiler) usesBase() bool {
	found := false
	each(c.schema.fields, func(f *field) {
		for _, p := range []*rules.Program{f.calc, f.value} {
			if p == nil {
				continue
			}
			for _, name := range p.Calls() {
				found = found || name == "base"
			}
		}
	})
	return found
}

// places is the number of decimals of the field in a currency.
func (f *field) places(code string) int {
	if f.def.Scale == nil && f.varies {
		if n, ok := CurrencyScale(code); ok {
			return n
		}
	}
	return f.scale
}

// wide is the field with decimals for any currency, for a value whose record is not at hand.
func (f *field) wide() *field {
	if !f.varies || f.def.Scale != nil {
		return f
	}
	g := *f
	g.scale = anyScale
	return &g
}

// in is the field as it is in one currency.
func (f *field) in(code string) *field {
	g := *f
	g.scale, g.currency = f.places(code), code
	return &g
}

// stamp writes the amounts of a record in its currency.
func (s *Schema) stamp(out Stored, v Values, but map[string]bool) {
	code := s.CurrencyOf(v)
	for _, f := range s.fields {
		switch {
		case but[f.storage]:
		case f.varies && v[f.key] != nil:
			if e := (moneyKind{}).encode(f.in(code), v[f.key]); e != nil {
				out[f.storage] = e
			}
		case f.variesInRows():
			rows, _ := v[f.key].([]map[string]any)
			stored, _ := out[f.storage].([]any)
			for i, r := range rows {
				for _, col := range f.cols {
					if m, ok := stored[i].(map[string]any); ok && col.varies && r[col.key] != nil {
						m[col.storage] = (moneyKind{}).encode(col.in(code), r[col.key])
					}
				}
			}
		}
	}
}

func (f *field) variesInRows() bool {
	for _, col := range f.cols {
		if col.varies {
			return true
		}
	}
	return false
}

// worth is an amount of the record in the app's currency, in minor units of the field; nil when the record keeps no rate.
func (s *Schema) worth(f *field, v Values, x any) any {
	d, ok := inBase(s.world.base(), s.CurrencyOf(v), v, x, f.scale)
	if !ok {
		return nil
	}
	return encodeNumber(f, d)
}

// inBase is an amount in code, a currency of the record v, in the app's.
func inBase(base, code string, v Values, x any, scale int) (decimal.Decimal, bool) {
	d, ok := x.(decimal.Decimal)
	if !ok {
		return decimal.Decimal{}, false
	}
	if code == "" || code == base {
		return d.Round(int32(scale)), true
	}
	rates, _ := v[rules.RatesName].(rules.Rates)
	rate, ok := rates[code]
	if !ok {
		return decimal.Decimal{}, false
	}
	return rate.Convert(d, scale), true
}

// wireMoneyOf writes the amounts of a field in the record's currency.
func wireMoneyOf(f *field, x any, code string, refs RefTitles) any {
	if f.varies {
		return (moneyKind{}).wire(f.in(code), x, refs)
	}
	out := f.kind.wire(f, x, refs)
	if rows, ok := x.([]map[string]any); ok && f.variesInRows() {
		list, _ := out.([]map[string]any)
		for i, r := range rows {
			for _, col := range f.cols {
				if col.varies && r[col.key] != nil {
					list[i][col.key] = (moneyKind{}).wire(col.in(code), r[col.key], refs)
				}
			}
		}
	}
	return out
}

// carried is an amount of another record, in the currency of the field that it fills: it comes by way of the app's currency, at the rates that
// the two records keep. ok is false while a rate is not known.
func (e *evaluation) carried(f *field, row int, d decimal.Decimal, from Values) (v any, ok bool) {
	source, target, base := f.fillIn, f.currency, e.s.world.base()
	if f.fillInOf != "" {
		if source, _ = from[f.fillInOf].(string); source == "" {
			source = base
		}
	}
	if f.varies {
		target = e.s.CurrencyOf(e.values)
	}
	if source == target {
		return d, true
	}
	out, ok := e.worthOf(f, row, source, from)
	if !ok {
		return nil, false
	}
	in, ok := e.worthOf(f, row, target, e.values)
	if !ok {
		return nil, false
	}
	return out.Then(in.Inverse()).Convert(d, f.places(target)), true
}

// worthOf is what a currency is worth in the app's: as a record keeps it, else of today.
func (e *evaluation) worthOf(f *field, row int, code string, of Values) (rate rules.Rate, ok bool) {
	base := e.s.world.base()
	if code == base {
		one := decimal.New(1, 0)
		return rules.Rate{Num: one, Den: one, On: rules.DateOf(e.scope.Now, e.scope.Zone)}, true
	}
	kept, _ := of[rules.RatesName].(rules.Rates)
	if rate, ok = kept[code]; ok || e.scope.Money == nil {
		return rate, ok
	}
	rate, ok, pending := e.scope.Money.Rate(code, base, rules.Date{})
	if !ok && !pending {
		e.failed(f, row, sayFill, &rules.EvalError{Code: rateMissing, Message: rules.NoRate(code, base, rules.Date{})})
	}
	return rate, ok
}

func encodeRates(v any) any {
	rates, _ := v.(rules.Rates)
	if len(rates) == 0 {
		return nil
	}
	out := make(map[string]any, len(rates))
	for code, r := range rates {
		out[code] = map[string]any{"n": r.Num.String(), "d": r.Den.String(), "on": r.On.String()}
	}
	return out
}

func decodeRates(stored any) any {
	m, _ := stored.(map[string]any)
	out := rules.Rates{}
	for code, x := range m {
		r, _ := x.(map[string]any)
		n, okN := decimalOf(r["n"])
		d, okD := decimalOf(r["d"])
		day, _ := r["on"].(string)
		on, err := rules.ParseDate(day)
		if okN && okD && err == nil {
			out[code] = rules.Rate{Num: n, Den: d, On: on}
		}
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

// decimalOf reads a positive decimal.
func decimalOf(v any) (decimal.Decimal, bool) {
	s, _ := v.(string)
	d, err := decimal.NewFromString(s)
	return d, err == nil && d.IsPositive()
}

// SaidIn holds the currencies that amounts on the wire are said to be in, and their decimals, to the record's currency: merged are
// its values as they then are. A page that was opened before somebody else changed the currency is refused (money.currency).
func (s *Schema) SaidIn(wire map[string]json.RawMessage, given, merged Values, base string) []rules.Problem {
	if s.currency == nil || s.currency.def.Computed() || s.currency.filledBy != nil && merged[s.currency.key] == nil {
		return nil
	}
	code := s.CurrencyOf(merged)
	var found []rules.Problem
	one := func(f *field, row int, raw json.RawMessage, v any) {
		at := &place{base: base, f: f, row: row, found: &found}
		if said := saidCurrency(raw); said != "" && said != code {
			at.fail("money.currency", "{field}的币种是 {want}，不是“{got}”", "{field}的幣種是 {want}，不是「{got}」",
				"{field} is in {want}, not in “{got}”", "want", code, "got", clip(said))
		} else if d, ok := v.(decimal.Decimal); ok {
			checkNumber(f.in(code), d, at)
		}
	}
	for _, f := range s.fields {
		raw, sent := wire[f.key]
		switch {
		case !sent:
		case f.varies:
			one(f, 0, raw, given[f.key])
		case f.variesInRows():
			raws, _ := elements(raw)
			rows, _ := given[f.key].([]map[string]any)
			for i := range min(len(raws), len(rows)) {
				cells, _ := members(raws[i])
				for _, m := range cells {
					if col := f.colByKey[m.key]; col != nil && col.varies {
						one(col, i, m.value, rows[i][m.key])
					}
				}
			}
		}
	}
	return found
}

func saidCurrency(raw json.RawMessage) string {
	ms, _ := members(raw)
	for _, m := range ms {
		if m.key == "currency" {
			code, _ := readString(m.value)
			return code
		}
	}
	return ""
}

// rateMissing is the code of a problem for want of a rate.
const rateMissing = "rate.missing"

// inCurrency rounds an amount that was set or computed to the decimals of the record's currency, in the rows of a table too.
func (e *evaluation) inCurrency(f *field, v any, code string) any {
	switch {
	case f.varies:
		if d, ok := v.(decimal.Decimal); ok {
			return d.Round(int32(f.places(code)))
		}
	case f.variesInRows():
		rows, _ := v.([]map[string]any)
		for _, r := range rows {
			for _, col := range f.cols {
				if x := r[col.key]; x != nil && col.varies {
					r[col.key] = e.inCurrency(col, x, code)
				}
			}
		}
	}
	return v
}

// decimals holds an amount to the decimals of the record's currency: one that was entered in another may have more.
func (e *evaluation) decimals(f *field, v any, at *place) {
	if d, ok := v.(decimal.Decimal); ok && f.varies && f.calc == nil && f.linked == nil {
		code := e.s.CurrencyOf(e.values)
		if n := f.places(code); !d.Equal(d.Round(int32(n))) {
			at.fail("number.scale", "{field}用 {code} 记，最多 {n} 位小数", "{field}用 {code} 記，最多 {n} 位小數", "{field} is in {code} and may have at most {n} decimals", "code", code, "n", strconv.Itoa(n))
		}
	}
}
