package rules

import (
	"encoding/json"
	"math/big"
	"strings"
	"testing"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"
)

func TestMoney(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ src, want string }{
		{"base(price)", "50.05"},                  // 1001 JPY at 5/100, as the record keeps it
		{"base(price * 3)", "150.15"},             // the sum is converted, not its parts
		{"base(usd)", "7.12"},                     // 7.1234
		{"base(usd * 1000)", "7123.4"},            //
		{"base(cny)", "2"},                        // the app's own
		{"base(empty * price)", ""},               // nothing is nothing
		{"base(parent.price) + cny", "82"},        // at the rate that record keeps
		{"base(sum(items, .cost))", "0.75"},       // rows are in the record's currency
		{"sum(items, base(.part.list))", "21.37"}, // every row in a currency of its own
		{"base(sum(parent.items, .cost))", "12"},  //
		{"convert(price, 'USD', today())", "6.67"},
		{"convert(price, code, today()) == price", "true"},
		{"convert(usd, 'USD', date('2026-01-01'))", "1"},
		{"convert(parent.price, 'CNY', today())", ""}, // still to be fetched
		{"price > 0 and price - price == 0 and max(price, 0) == price", "true"},
		{"base(price) > 50", "true"},
		{"cnAmount(cny)", "贰元整"},
		{"cnAmount(price)", ""}, // yen have no such words
		{"cnAmount(usd)", ""},
		{"cnAmount(base(usd))", "柒元壹角贰分"},
		{"same(filter(items, .cost < 0), filter(parent.items, .cost < 0), ['cost'])", "true"},
		{"same(items, items, ['cost'])", "true"},
	} {
		p, ps := Compile(c.src, sampleEnv(), Anything)
		if len(ps) > 0 {
			t.Errorf("%s: %s", c.src, lines(ps))
			continue
		}
		v, err := p.Eval(sampleScope())
		if err != nil {
			t.Errorf("%s: %v", c.src, err)
		} else if got := ShowValue(v); got != c.want {
			t.Errorf("%s: got %s, want %s", c.src, got, c.want)
		}
	}
	p, _ := Compile("base(price)", sampleEnv(), Anything)
	if got := p.Reads(); strings.Join(got, " ") != "code price" {
		t.Errorf("base(price) reads %v", got)
	}
	p, _ = Compile("base(parent.price)", sampleEnv(), Anything)
	paths, _ := json.Marshal(p.ReadsPaths())
	if string(paths) != `[["parent","code"],["parent","price"]]` {
		t.Errorf("base(parent.price) reads %s", paths)
	}
	p, _ = Compile("convert(usd, 'JPY', today())", sampleEnv(), Anything)
	if _, err := p.Eval(sampleScope()); err == nil || !strings.Contains(err.Error(), "rate.missing") || !strings.Contains(err.Error(), "no rate from USD to JPY of 2026-09-30 or earlier") {
		t.Errorf("without a rate: %v", err)
	}
	scope := sampleScope()
	scope.Money = nil
	p, _ = Compile("base(usd)", sampleEnv(), Anything)
	if v, err := p.Eval(scope); v != nil || err != nil {
		t.Errorf("where no rates are known: %v %v", v, err)
	}
}

// Rows of two records are the same when their amounts are, and these only in the same currency.
func TestSameInCurrencies(t *testing.T) {
	t.Parallel()
	p, ps := Compile("same(items, parent.items, ['cost'])", sampleEnv(), Bool)
	if len(ps) > 0 {
		t.Fatal(lines(ps))
	}
	for _, c := range []struct {
		code, other string
		cost        int64
		want        bool
	}{{"JPY", "JPY", 15, true}, {"JPY", "JPY", 16, false}, {"JPY", "USD", 15, false}, {"", "CNY", 15, true}, {"", "USD", 15, false}, {"CNY", "", 15, true}} {
		scope := sampleScope()
		scope.Names["code"] = c.code
		scope.Names["items"] = []map[string]any{{"cost": decimal.NewFromInt(15)}}
		scope.Names["parent"] = map[string]any{"code": c.other, "items": []map[string]any{{"cost": decimal.NewFromInt(c.cost)}}}
		if got, err := p.Test(scope); got != c.want || err != nil {
			t.Errorf("%+v: %v %v", c, got, err)
		}
	}
}

const (
	bareFigure = "The currency of this amount varies by record, so it cannot be computed or compared with a bare figure; bring it into the app's currency with base(…)"
	twoMoneys  = "Amounts in two currencies cannot be computed or compared directly; bring them into the app's currency with base(…), or into another with convert(…)"
)

func TestMoneyMixed(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ src, at, msg, fix string }{
		{"price > 1000", "1:7", bareFigure, "base(price) > 1000"},
		{"1000 <= price and code == 'USD'", "1:6", bareFigure, "1000 <= base(price) and code == 'USD'"},
		{"price + 1 > 0", "1:7", bareFigure, "base(price) + 1 > 0"},
		{"price in [1, 2]", "1:7", bareFigure, "base(price) in [1, 2]"},
		{"max(price, 5)", "1:1", bareFigure, "max(base(price), 5)"},
		{"price ?? 5", "1:7", bareFigure, "base(price) ?? 5"},
		{"price == cny", "1:7", twoMoneys, "base(price) == cny"},
		{"usd + price", "1:5", twoMoneys, "base(usd) + base(price)"},
		{"price - parent.price", "1:7", twoMoneys, ""},
		{"agreed ? price : cny", "1:18", twoMoneys, "agreed ? base(price) : cny"},
		{"sum(items, .cost) > sum(parent.items, .cost)", "1:19", twoMoneys, ""},
		{"sum(items, .part.list)", "1:18", twoMoneys, ""},
		{"map(items, .part.list)", "1:18", twoMoneys, ""},
	} {
		_, ps := Compile(c.src, sampleEnv(), Anything)
		if len(ps) != 1 || ps[0].Code != "money.mixed" || ps[0].Message.In("en") != c.msg {
			t.Errorf("%s: %s", c.src, lines(ps))
			continue
		}
		fix := ""
		if ps[0].Fix != nil {
			if err := json.Unmarshal(ps[0].Fix.Changes[0].Value, &fix); err != nil {
				t.Fatal(err)
			}
			if _, again := Compile(fix, sampleEnv(), Anything); len(again) > 0 {
				t.Errorf("%s: the fix %s: %s", c.src, fix, lines(again))
			}
		}
		if got := lines(ps); fix != c.fix || !strings.Contains(got, c.at) {
			t.Errorf("%s: %s, fix %q", c.src, got, fix)
		}
	}
	for src, want := range map[string]string{
		"base(discount)":      "base needs an amount of money; this number has no currency",
		"convert(usd, 'EUR')": "convert has the wrong number of arguments. Usage: convert(amount, 'USD', date), convert(amount, currency, date)",
	} {
		_, ps := Compile(src, sampleEnv(), Anything)
		if len(ps) != 1 || ps[0].Message.In("en") != want {
			t.Errorf("%s: %s", src, lines(ps))
		}
	}
	if _, ps := Compile("usd * 2", sampleEnv(), Type{Kind: KindNumber, Currency: "CNY"}); len(ps) != 1 || ps[0].Code != "money.mixed" {
		t.Errorf("an amount for a field of another currency: %s", lines(ps))
	}
	if _, ps := Compile("convert(usd, code, today())", sampleEnv(), Type{Kind: KindNumber, Currency: Varying("deal", "code")}); len(ps) > 0 {
		t.Error(lines(ps))
	}
}

func TestMoneyFilters(t *testing.T) {
	t.Parallel()
	n, ps := ParseFilter("base(price) > 1000 and base(cny) == 2", sampleEnv())
	if len(ps) > 0 || n.Parts[0].Path[0] != "price" || n.Parts[1].Path[0] != "cny" {
		t.Errorf("%s", lines(ps))
	}
	if _, ps = ParseFilter("base(usd) > 1000", sampleEnv()); len(ps) != 1 || ps[0].Code != "query.unsupported" {
		t.Errorf("%s", lines(ps))
	}
}

// A conversion is the exact product and quotient, rounded once, half away from zero.
func TestConvertIsExact(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		minor := rapid.Int64Range(-1e15, 1e15).Draw(t, "minor")
		num, den := rapid.Int64Range(1, 1e12).Draw(t, "num"), rapid.Int64Range(1, 1e12).Draw(t, "den")
		scale := rapid.IntRange(0, 3).Draw(t, "scale")
		got := Rate{Num: decimal.New(num, -6), Den: decimal.New(den, -6)}.Convert(decimal.New(minor, -2), scale)

		exact := new(big.Rat).Mul(big.NewRat(minor, 100), big.NewRat(num, den))
		exact.Mul(exact, new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(scale)), nil)))
		half := big.NewRat(1, 2)
		if exact.Sign() < 0 {
			half.Neg(half)
		}
		exact.Add(exact, half)
		want := new(big.Int).Quo(exact.Num(), exact.Denom()) // towards zero, after half was added away from it
		if got.Shift(int32(scale)).BigInt().Cmp(want) != 0 || !got.Shift(int32(scale)).IsInteger() {
			t.Fatalf("%d × %d/%d at %d: got %s, want %s", minor, num, den, scale, got, want)
		}
	})
}
