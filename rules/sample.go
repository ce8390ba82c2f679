package rules

import (
	"time"

	"github.com/shopspring/decimal"
)

// Sample is the record that the examples of Functions are about: its names with their types, and one evaluation of it on
// 30 September 2026 in Shanghai. Each call answers a new one.
func Sample() (*Env, *Scope) { return sampleNames(), sampleValues() }

func sampleNames() *Env {
	row := map[string]Type{"qty": Number, "price": Number, "off": Number, "product": RecordOf(map[string]Type{"name": Str, "listPrice": Number}), "ok": Bool, "when": Day}
	account := RecordOf(map[string]Type{"name": Str, "status": OneOf("active", "frozen"), "credit": Number})
	return &Env{
		Names: map[string]Type{
			"name": Str, "amount": Number, "discount": Number, "agreed": Bool, "other": Bool, "closeDate": Day, "createdAt": Instant,
			"status": OneOf("open", "won", "lost"), "tags": ListOf(OneOf("hot", "vip", "new")), "lines": TableOf(row), "account": account,
			"old": RecordOf(map[string]Type{"amount": Number, "status": OneOf("open", "won", "lost")}), "owner": Str, "me": Str, "empty": Number,
			"emptyText": Str, "emptyLines": TableOf(row), "others": TableOf(row), "doubled": TableOf(row), "numbers": ListOf(Number), "usd": {Kind: KindNumber, Currency: "USD"}, "cny": {Kind: KindNumber, Currency: "CNY"},
			"code": Str, "price": {Kind: KindNumber, Currency: Varying("deal", "code")},
			"items":     TableOf(map[string]Type{"cost": {Kind: KindNumber, Currency: Varying("deal", "code")}, "part": RecordOf(map[string]Type{"id": Str, "list": {Kind: KindNumber, Currency: Varying("part", "cur")}, "cur": Str})}),
			"parent":    RecordOf(map[string]Type{"id": Str, "price": {Kind: KindNumber, Currency: Varying("deal", "code")}, "code": Str, "items": TableOf(map[string]Type{"cost": {Kind: KindNumber, Currency: Varying("deal", "code")}})}),
			"emptyDate": Day,
		},
		Base: "CNY", Currency: Varying("deal", "code"),
		Links: []string{"order"},
		Rules: map[string]Type{"isBig": Bool, "tier": RecordOf(map[string]Type{"level": Str, "limit": Number})},
	}
}

func sampleValues() *Scope {
	n := decimal.RequireFromString
	return &Scope{
		Names: map[string]any{
			"name": "中移AB", "amount": n("600000"), "discount": n("0.35"), "agreed": true, "closeDate": Date{2026, 10, 15},
			"createdAt": time.Date(2026, 9, 29, 17, 0, 0, 0, time.UTC), "status": "open", "tags": []any{"hot", "vip"},
			"lines": []map[string]any{
				{"qty": n("2"), "price": n("100"), "off": n("0.1"), "ok": true, "product": map[string]any{"id": "p1", "name": "泵", "listPrice": n("120")}},
				{"qty": n("1"), "price": n("50"), "off": nil, "when": Date{2026, 9, 1}},
			},
			"others": []map[string]any{
				{"qty": n("1.0"), "price": n("50"), "off": n("0.2")},
				{"qty": n("2"), "price": n("100.00"), "off": n("0.1"), "product": map[string]any{"id": "p1"}},
			},
			"doubled": []map[string]any{{"qty": n("1")}, {"qty": n("1")}},
			"account": map[string]any{"id": "acc1", "name": "华为", "status": "active"}, "old": map[string]any{"amount": n("500000"), "status": "open"},
			"owner": "li", "me": "li", "numbers": []any{n("3"), nil, n("5")}, "usd": n("1"), "cny": n("2"),
			"code": "JPY", "price": n("1001"), RatesName: Rates{"JPY": {Num: n("5"), Den: n("100"), On: Date{2026, 9, 1}}},
			"items":  []map[string]any{{"cost": n("7")}, {"cost": n("8"), "part": map[string]any{"id": "p1", "list": n("3"), "cur": "USD"}}},
			"parent": map[string]any{"id": "d1", "price": n("10"), "code": "EUR", RatesName: Rates{"EUR": {Num: n("8"), Den: n("1")}}, "items": []map[string]any{{"cost": n("1.5")}}},
		},
		Lookup: func(name string) (any, bool) {
			if name == "isBig" {
				return true, true
			}
			return nil, false
		},
		Money: &Money{Base: "CNY", Scale: func(code string) (int, bool) {
			return map[string]int{"CNY": 2, "USD": 2, "JPY": 0, "EUR": 2}[code], code != "XXX"
		},
			Rate: func(from, to string, on Date) (Rate, bool, bool) {
				r, ok := map[string]Rate{"USD CNY": {Num: n("7.1234"), Den: n("1")}, "CNY USD": {Num: n("1"), Den: n("7.1234")}, "JPY USD": {Num: n("1"), Den: n("150")}}[from+" "+to]
				return r, ok, from == "EUR"
			}},
		Now:    time.Date(2026, 9, 30, 1, 0, 0, 0, time.UTC),
		Zone:   time.FixedZone("CST", 8*3600),
		Link:   func(key string) any { return "https://crm.example.com/t/" + key },
		Decide: func(string) (any, error) { return map[string]any{"level": "vp", "limit": n("100")}, nil },
	}
}
