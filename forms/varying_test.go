package forms

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"pipewright/rules"
)

// varyingWorld sells in the currency of each deal.
func varyingWorld(change func(deal *Form)) *World {
	name := rules.Plain
	forms := []Form{
		{Key: "account", Name: name("Account"), Fields: []Field{{Key: "limit", Type: "money"},
			{Key: "sales", Type: "rollup", Form: "deal", Via: "account", Agg: "sum", Field: "amount"},
			{Key: "units", Type: "rollup", Form: "deal.lines", Via: "account", Agg: "max", Field: "price"}}},
		{Key: "deal", Name: name("Deal"), Currency: "cur", Fields: []Field{
			{Key: "account", Type: "reference", Form: "account", Name: name("Account")},
			{Key: "cur", Type: "select", Options: "cash", Name: name("Currency")}, {Key: "phase", Type: "select", Options: "step"}, {Key: "amount", Type: "money", Name: name("Amount")},
			{Key: "cost", Type: "money", Currency: "EUR"},
			{Key: "lines", Type: "table", Fields: []Field{{Key: "price", Type: "money"}, {Key: "account", Type: "reference", Form: "account", Index: true}}},
		}},
	}
	change(&forms[1])
	return testWorld(forms, []OptionList{
		{Key: "cash", Items: []Option{{Key: "CNY", Name: name("CNY")}, {Key: "USD", Name: name("USD")}, {Key: "JPY", Name: name("JPY")}}},
		{Key: "step", Items: []Option{{Key: "new", Name: name("New")}}},
	})
}

func TestFormCurrency(t *testing.T) {
	t.Parallel()
	add := func(f Field) func(*Form) {
		return func(deal *Form) { f.Key = "x"; deal.Fields = append(deal.Fields, f) }
	}
	one := 1
	for _, c := range []struct {
		change func(*Form)
		want   string
	}{
		{func(*Form) {}, ""},
		{func(d *Form) { d.Currency = "curr" }, "/forms/deal/currency ref.unknown: There is no field “curr”. Did you mean “cur”? [fix: Change to “cur”]"},
		{func(d *Form) { d.Currency = "amount" }, "/forms/deal/currency ref.kind: The currency comes from a choice of one; “Amount” is of type “money”"},
		{func(d *Form) { d.Currency = "phase" }, "/forms/deal/currency ref.unknown: The option “new” of “phase” is not an ISO 4217 currency in use, such as CNY or USD"},
		{add(Field{Type: "money", Min: rules.NumberSlot{Number: "0"}}), ""},
		{add(Field{Type: "money", Max: rules.NumberSlot{Number: "1000"}}),
			"/forms/deal/fields/x/max money.mixed: The currency of “x” varies by record, so a limit cannot be a bare figure; write a check such as base(x) <= 1000 [fix: Remove max]"},
		{add(Field{Type: "money", Currency: "EUR", Max: rules.NumberSlot{Number: "1000"}}), ""},
		{add(Field{Type: "bool", Calc: "amount > 1000"}),
			"/forms/deal/fields/x/calc money.mixed: The currency of this amount varies by record, so it cannot be computed or compared with a bare figure; bring it into the app's currency with base(…) @1:8 [fix: Convert with base()]"},
		{add(Field{Type: "money", Calc: "sum(lines, .price) + amount"}), ""},
		{add(Field{Type: "money", Currency: "CNY", Calc: "base(amount + cost)"}),
			"/forms/deal/fields/x/calc money.mixed: Amounts in two currencies cannot be computed or compared directly; bring them into the app's currency with base(…), or into another with convert(…) @1:13 [fix: Convert with base()]"},
		{add(Field{Type: "money", Calc: "base(amount)"}),
			"/forms/deal/fields/x/calc money.mixed: The result is in another currency than the field; bring it into the app's currency with base(…), or into that of the field with convert(…) @1:1"},
		{add(Field{Type: "money", Calc: "convert(cost, cur, today())"}), ""},
		{add(Field{Type: "bool", Calc: "base(amount) > account.limit"}), ""},
		{add(Field{Type: "table", Fields: []Field{{Key: "cur", Type: "text"}}}), "/forms/deal/fields/x/fields/cur key.reserved: A column cannot have the key of the currency field “Currency”"},
		{func(d *Form) { d.Fields[0].Fill = map[string]string{"amount": "limit"} },
			"/forms/deal/fields/account/fill/amount money.mixed: “Amount” is in another currency than “limit”, so it cannot be filled with it; compute it instead, with convert(…)"},
		{add(Field{Type: "money", Scale: &one}), ""},
	} {
		w := varyingWorld(c.change)
		_, ps := Compile(w.Forms["deal"], w, nil, "/forms/deal")
		if got := strings.Join(showProblems(ps), "; "); got != c.want {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
	}
}

// What is stored says its currency and comes back in it, whatever the record or the definition say later.
func TestVaryingStored(t *testing.T) {
	t.Parallel()
	w := varyingWorld(func(*Form) {})
	s := compileForm(t, w, "deal")
	n := decimal.RequireFromString
	v := Values{"cur": "JPY", "amount": n("1500"), "cost": n("1.25"), "lines": []map[string]any{{"price": n("700")}},
		rules.RatesName: rules.Rates{"JPY": {Num: n("0.0465"), Den: n("1"), On: rules.Date{Year: 2026, Month: 9, Day: 30}}}}
	stored := s.Encode(v)
	raw, err := json.Marshal(stored)
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"_rates":{"JPY":{"d":"1","n":"0.0465","on":"2026-09-30"}},"amount":{"c":"JPY","m":1500},"cost":{"c":"EUR","m":125},"cur":"JPY","lines":[{"price":{"c":"JPY","m":700}}]}`
	if string(raw) != want {
		t.Errorf("stored %s\nwant   %s", raw, want)
	}
	var back Stored
	if err := json.Unmarshal(raw, &back); err != nil {
		t.Fatal(err)
	}
	again := s.Decode(back)
	for key := range v {
		if key != rules.RatesName && !Same(v[key], again[key]) {
			t.Errorf("%s: %v came back as %v", key, v[key], again[key])
		}
	}
	if r := again[rules.RatesName].(rules.Rates)["JPY"]; r.Convert(n("1500"), 2).String() != "69.75" || r.On.String() != "2026-09-30" {
		t.Errorf("the rate came back as %+v", r)
	}
	if got := s.Cols(again); got["amount"] != int64(6975) || got["amount_o"] != int64(1500) || got["cost"] != int64(125) {
		t.Errorf("columns %v", got)
	}
	if minor, ok := s.Minor("amount", back); !ok || minor != 6975 {
		t.Errorf("%d %v", minor, ok)
	}
	// Other forms see what it is worth in the app's currency, rows as well.
	account := compileForm(t, w, "account")
	for _, r := range account.Rollups() {
		again["account"], again["lines"] = Ref{"A-1"}, []map[string]any{{"price": n("700"), "account": Ref{"A-1"}}}
		tally := r.Tally()
		tally.Add("A-1", again, s.Scope(again, testScope(), nil))
		if got := rules.ShowValue(tally.Value()); got != map[string]string{"sales": "69.75", "units": "32.55"}[r.Key] {
			t.Errorf("%s: %s", r.Key, got)
		}
	}
	// A form that ceases to let it vary does not take yen for yuan.
	fixed := varyingWorld(func(d *Form) { d.Currency = "" })
	if got := compileForm(t, fixed, "deal").Decode(back)["amount"]; got != nil {
		t.Errorf("yen read as %v", got)
	}
}
