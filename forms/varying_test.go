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
		{func(d *Form) { d.Fields[0].Fill = map[string]string{"amount": "limit"} }, ""},
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
		if got := rules.ShowValue(tally.Value(nil)); got != map[string]string{"sales": "69.75", "units": "32.55"}[r.Key] {
			t.Errorf("%s: %s", r.Key, got)
		}
	}
	for want, cur := range map[string]string{"JPY 1,500": "JPY", "1,500.00": "", "USD 1,500.00": "USD"} {
		if got := s.ShownText("amount", n("1500"), Values{"cur": cur}, &Cells{}); got != want {
			t.Errorf("read as %s, want %s", got, want)
		}
	}
	// A form that ceases to let it vary does not take yen for yuan.
	fixed := varyingWorld(func(d *Form) { d.Currency = "" })
	if got := compileForm(t, fixed, "deal").Decode(back)["amount"]; got != nil {
		t.Errorf("yen read as %v", got)
	}
}

// own lets accounts have a currency of their own, and sum up their deals in it.
func own(w *World, change func(account *Form)) *World {
	account := w.Forms["account"]
	account.Currency = "cur"
	account.Fields = append(account.Fields, Field{Key: "cur", Type: "select", Options: "cash", Name: rules.Plain("Currency")})
	for _, agg := range []string{"sum", "min", "max", "avg"} {
		account.Fields = append(account.Fields, Field{Key: agg + "Own", Type: "rollup", Form: "deal", Via: "account", Agg: agg, Field: "amount", OwnCurrency: true})
	}
	account.Fields = append(account.Fields, Field{Key: "rest", Type: "money", Calc: "max([limit, 0]) - sumOwn"})
	change(account)
	return w
}

func TestRollupInOwnCurrency(t *testing.T) {
	t.Parallel()
	w := own(varyingWorld(func(*Form) {}), func(*Form) {})
	s, deal := compileForm(t, w, "account"), compileForm(t, w, "deal")
	n := decimal.RequireFromString
	rate := func(code, worth string) Values {
		return Values{rules.RatesName: rules.Rates{code: {Num: n(worth), Den: n("1"), On: rules.Date{Year: 2026, Month: 9, Day: 30}}}}
	}
	usd, jpy := rate("USD", "7.12"), rate("JPY", "0.05")
	deals := []Values{{"amount": n("71.20")}, Values{"cur": "USD", "amount": n("100.01")}.Merge(usd), Values{"cur": "USD", "amount": n("0.99")}.Merge(usd), Values{"cur": "JPY", "amount": n("1424")}.Merge(jpy)}
	// 71.20 yuan, 101.00 dollars and 1,424 yen: 71.20 + 712.07 + 7.05 + 71.20 yuan.
	for _, c := range []struct {
		account Values
		want    string
	}{
		{Values{}, "861.52 7.05 712.07 215.38"},
		{Values{"cur": "USD"}.Merge(usd), "121 0.99 100.01 30.25"},  // yuan and yen at the rate that the account keeps, dollars as they are
		{Values{"cur": "JPY"}.Merge(jpy), "17230 141 14241 4307.5"}, // 790.32 yuan are 15,806 yen
		{Values{"cur": "USD"}, "   "},                               // no rate is kept, so nothing is known
	} {
		got := map[string]string{}
		for _, r := range s.Rollups() {
			if !r.Own() {
				continue
			}
			tally := r.Tally()
			for _, v := range deals {
				tally.Add("A-1", v, deal.Scope(v, testScope(), nil))
			}
			x, _ := tally.Value(c.account).(decimal.Decimal)
			if got[r.Key] = x.String(); tally.Value(c.account) == nil {
				got[r.Key] = ""
			}
		}
		if have := strings.Join([]string{got["sumOwn"], got["minOwn"], got["maxOwn"], got["avgOwn"]}, " "); have != c.want {
			t.Errorf("%v: %s, want %s", c.account["cur"], have, c.want)
		}
	}
	// It is an amount of the form like any other: stored with its currency, and worth something in the app's.
	v := s.Evaluate(&Input{New: Values{"cur": "USD", "limit": n("500"), "sumOwn": n("121")}.Merge(usd), Scope: testScope()}).Values
	if got := string(s.Wire(v, nil)["sumOwn"]) + string(s.Wire(v, nil)["rest"]); got != `{"amount":"121.00","currency":"USD"}{"amount":"379.00","currency":"USD"}` {
		t.Error(got)
	}
	if got := s.Cols(v); got["sumOwn"] != int64(86152) || got["sumOwn_o"] != int64(12100) {
		t.Errorf("columns %v", got)
	}
}

func TestOwnCurrencyIsChecked(t *testing.T) {
	t.Parallel()
	for want, change := range map[string]func(account *Form){
		"/forms/account/fields/sumOwn/ownCurrency setting.conflict: The amounts of this form are in the app's currency, so “sumOwn” needs no ownCurrency [fix: Remove ownCurrency]": func(a *Form) {
			a.Currency, a.Fields = "", append(a.Fields[:4:4], a.Fields[4])
		},
		"/forms/account/fields/x/ownCurrency setting.conflict: ownCurrency is for sums of amounts in the app's currency or in one that varies by record; “x” sums up something else [fix: Remove ownCurrency]": func(a *Form) {
			a.Fields = append(a.Fields, Field{Key: "x", Type: "rollup", Form: "deal", Via: "account", Agg: "sum", Field: "cost", OwnCurrency: true})
		},
		"/forms/account/fields/x/ownCurrency setting.unused: The field “x” is of type “text”, which has no setting “ownCurrency” [fix: Remove ownCurrency]": func(a *Form) {
			a.Fields = append(a.Fields, Field{Key: "x", Type: "text", OwnCurrency: true})
		},
		"/forms/account/fields/x/calc money.mixed: Amounts in two currencies cannot be computed or compared directly; bring them into the app's currency with base(…), or into another with convert(…) @1:8 [fix: Convert with base()]": func(a *Form) {
			a.Fields = append(a.Fields, Field{Key: "x", Type: "money", Calc: "sumOwn - sales"})
		},
	} {
		w := own(varyingWorld(func(*Form) {}), change)
		_, ps := Compile(w.Forms["account"], w, nil, "/forms/account")
		if got := strings.Join(showProblems(ps), "; "); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}

// A reference fills an amount in with what it is worth in the currency of the record.
func TestFillInAnotherCurrency(t *testing.T) {
	t.Parallel()
	n := decimal.RequireFromString
	w := own(varyingWorld(func(d *Form) {
		d.Fields[0].Fill = map[string]string{"amount": "limit", "cost": "limit"}
		d.Fields[5].Fields[1].Fill = map[string]string{"price": "limit"}
	}), func(*Form) {})
	s := compileForm(t, w, "deal")
	usd := rules.Rates{"USD": {Num: n("7.12"), Den: n("1")}}
	rates := map[string]string{"USD": "8", "JPY": "0.05", "EUR": "8.9"}
	for _, c := range []struct {
		cur, of, limit, want, problems string
		kept                           rules.Rates
	}{
		{"", "", "712", "712 80 712", "", nil},
		{"USD", "", "712", "89 80 89", "", nil},   // at today's rates
		{"USD", "", "712", "100 80 100", "", usd}, // at the rate that the deal keeps
		{"JPY", "", "0.33", "7 0.04 7", "", nil},  // 6.6 yen
		{"USD", "USD", "5.55", "5.55 4.44 5.55", "", nil},
		{"", "USD", "100", "712 80 712", "", nil},
		{"CNY", "HKD", "1", "  ", "/data/amount rate.missing; /data/cost rate.missing; /data/lines/0/price rate.missing", nil},
	} {
		scope := testScope()
		scope.Money = &rules.Money{Base: "CNY", Scale: CurrencyScale, Rate: func(from, to string, on rules.Date) (rules.Rate, bool, bool) {
			worth, ok := rates[from]
			return rules.Rate{Num: n("0" + worth), Den: n("1")}, ok && to == "CNY" && on == rules.Date{}, false
		}}
		records := func(string, string) (Values, bool) {
			v := Values{"limit": n(c.limit), rules.RatesName: usd}
			if c.of != "" {
				v["cur"] = c.of
			}
			return v, true
		}
		v := Values{"account": Ref{"A-1"}, "lines": []map[string]any{{"account": Ref{"A-1"}}}}
		if c.cur != "" {
			v["cur"] = c.cur
		}
		if c.kept != nil {
			v[rules.RatesName] = c.kept
		}
		res := s.Evaluate(&Input{New: v, Scope: scope, Records: records, Base: "/data"})
		show := func(x any) string {
			if d, ok := x.(decimal.Decimal); ok {
				return d.String()
			}
			return ""
		}
		rows, _ := res.Values["lines"].([]map[string]any)
		if got := show(res.Values["amount"]) + " " + show(res.Values["cost"]) + " " + show(rows[0]["price"]); got != c.want {
			t.Errorf("%s from %s: %s, want %s", c.cur, c.of, got, c.want)
		}
		var ps []string
		for _, p := range res.Problems {
			ps = append(ps, p.Path+" "+p.Code)
		}
		if got := strings.Join(ps, "; "); got != c.problems {
			t.Errorf("%s from %s: %s", c.cur, c.of, got)
		}
	}
}
