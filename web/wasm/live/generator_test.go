package live

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
)

// generator makes forms and values of them; the same seed makes the same.
type generator struct {
	r        *rand.Rand
	currency string
}

func (g *generator) one(of ...string) string { return of[g.r.IntN(len(of))] }

func (g *generator) chance(percent int) bool { return g.r.IntN(100) < percent }

type object = map[string]any

// The fields every form begins with; computed ones come after them and read them.
var given = []object{
	{"key": "n1", "type": "number", "scale": 2}, {"key": "n2", "type": "number", "scale": 0, "min": -100, "max": 100000},
	{"key": "m1", "type": "money", "name": "金额"}, {"key": "m2", "type": "money"}, {"key": "p1", "type": "percent"},
	{"key": "b1", "type": "bool"}, {"key": "b2", "type": "bool"}, {"key": "d1", "type": "date"}, {"key": "d2", "type": "date"},
	{"key": "t1", "type": "text", "maxLength": 12}, {"key": "t2", "type": "longtext"}, {"key": "at", "type": "datetime"},
	{"key": "s1", "type": "select", "options": "level"}, {"key": "ms", "type": "multiselect", "options": "level"},
	{"key": "ref", "type": "reference", "form": "other"},
}

func (g *generator) number(depth int) string {
	if depth == 0 {
		return g.one("n1", "n2", "p1", "0.1", "0.2", "3", "100", "6007.14", "1.005", "12345678901.25")
	}
	a, b := g.number(depth-1), g.number(depth-1)
	switch g.r.IntN(12) {
	case 0, 1, 2:
		return fmt.Sprintf("(%s %s %s)", a, g.one("+", "-", "*"), b)
	case 3:
		return fmt.Sprintf("(%s / %s)", a, b)
	case 4:
		return fmt.Sprintf("round(%s, %d)", a, g.r.IntN(5))
	case 5:
		return fmt.Sprintf("(%s ? %s : %s)", g.truth(depth-1), a, b)
	case 6:
		return fmt.Sprintf("%s(lines, %s)", g.one("sum", "min", "max", "avg"), g.one(".qty", ".price", ".net", ".qty * .price * (1 - .off)", ".qty / .price"))
	case 7:
		return fmt.Sprintf("count(lines, %s)", g.one(".qty > 1", ".price <= 50 or .ok", "not .ok", ".off == nil"))
	case 8:
		return g.one("days(d1, d2)", "days(date(at), today())", "len(t1)", "len(t2)", "len(ms)", "rate(n1, n2)")
	case 9:
		return fmt.Sprintf("(%s ?? %s)", g.one("n1", "n2", "p1"), b)
	case 10:
		return fmt.Sprintf("%s(%s, %s)", g.one("min", "max"), a, b)
	default:
		return fmt.Sprintf("abs(-%s)", a)
	}
}

func (g *generator) truth(depth int) string {
	if depth <= 0 {
		return g.one("b1", "b2", "n1 > 10", "0.1 + 0.2 == 0.3", "s1 == 'high'", "'low' in ms", "d1 > d2", "t1 != nil", "at < datetime('2026-11-22 08:00')", "date(at) == d1", "today() >= d1")
	}
	a, b := g.truth(depth-1), g.truth(depth-1)
	switch g.r.IntN(4) {
	case 0:
		return fmt.Sprintf("(%s and %s)", a, b)
	case 1:
		return fmt.Sprintf("(%s or not (%s))", a, b)
	case 2:
		return fmt.Sprintf("%s %s %s", g.number(depth-1), g.one(">", "<=", "==", "!="), g.number(depth-1))
	default:
		return g.one("any(lines, .qty > 2)", "all(lines, .price > 1)", "t1 contains 'a'")
	}
}

func (g *generator) text() string {
	return g.one("upper(t1)", "lower(t2)", "trim(t1) + '！'", "pinyin(t1)", "cnAmount(n1)", "t1 + t2", "(b1 ? t1 : t2)", "cnAmount(abs(n2))")
}

func (g *generator) form() json.RawMessage {
	fields := append([]object{}, given...)
	columns := []object{
		{"key": "qty", "type": "number", "scale": 0, "min": 0}, {"key": "price", "type": "number", "scale": 2}, {"key": "off", "type": "percent"},
		{"key": "ok", "type": "bool"}, {"key": "memo", "type": "text", "visibleIf": g.one("ok", "qty > 5", "b1"), "whenHidden": g.one("keep", "clear", "exclude")},
		{"key": "net", "type": "number", "scale": 2, "calc": g.one("qty * price * (1 - (off ?? 0))", "round(qty * price, 1)", "qty / price", "ok ? qty : price")},
		{"key": "need", "type": "number", "requiredIf": g.one("ok", "qty > 3", "b2"), "readIf": g.one("price > 100", "not ok")},
	}
	fields = append(fields, object{"key": "lines", "type": "table", "fields": columns, "max": 6,
		"checks": []object{{"key": "pos", "if": "qty == nil or qty < 90", "message": "数量太大"}}})
	for i := range 6 {
		fields = append(fields, object{"key": fmt.Sprintf("c%d", i), "type": "number", "scale": g.r.IntN(5), "calc": g.number(1 + g.r.IntN(3))})
	}
	fields = append(fields,
		object{"key": "sum1", "type": "money", "calc": "sum(lines, .net)"},
		object{"key": "sum2", "type": "number", "calc": "c0 + c1"},
		object{"key": "x1", "type": "text", "calc": g.text()}, object{"key": "x2", "type": "text", "calc": g.text()},
		object{"key": "y1", "type": "bool", "calc": g.truth(2)},
		object{"key": "day", "type": "date", "calc": g.one("date(at)", "b1 ? d1 : today()", "date('2026-03-08')")},
		object{"key": "far", "type": "number", "calc": "ref.rate * 2"}, object{"key": "away", "type": "number", "calc": "far + 1"},
		object{"key": "work", "type": "number", "calc": "workdays(d1, d2)"},
		object{"key": "v1", "type": "number", "visibleIf": g.truth(2), "whenHidden": g.one("keep", "clear", "exclude"), "required": g.chance(50)},
		object{"key": "v2", "type": "text", "requiredIf": g.truth(1), "readIf": g.truth(1)},
		object{"key": "v3", "type": "number", "calc": "v1 + 1"})
	form := object{"key": "thing", "name": "东西", "fields": fields,
		"sections": []object{{"key": "a", "name": "甲", "fields": []string{"n1", "n2"}}, {"key": "b", "name": "乙", "fields": []string{"v1", "v2"}, "visibleIf": g.truth(1)}},
		"checks":   []object{{"key": "k", "if": g.truth(1), "message": "不对", "mode": g.one("block", "warn")}}}
	other := object{"key": "other", "name": "别的", "fields": []object{{"key": "name", "type": "text"}, {"key": "rate", "type": "number"}}}
	level := object{"key": "level", "items": []object{{"key": "high", "name": "高"}, {"key": "mid", "name": "中"}, {"key": "low", "name": "低", "retired": true}}}
	g.currency = g.one("CNY", "JPY", "USD")
	hidden := []string{}
	if g.chance(20) {
		hidden = append(hidden, "p1")
	}
	return must(object{"app": object{"key": "corpus", "timezone": g.one("Asia/Shanghai", "America/New_York", "UTC", "Asia/Taipei"), "currency": g.currency,
		"options": []object{level}, "forms": []object{form, other}}, "form": "thing", "hidden": hidden})
}

// values makes what a person could have on screen; some of it wrong.
func (g *generator) values() json.RawMessage {
	in := object{"new": g.record(), "now": g.one("2026-11-22T15:59:59Z", "2026-11-22T16:00:00Z", "2026-03-08T07:00:00Z", "2024-02-29T23:30:00Z"), "old": nil}
	if g.chance(40) {
		in["old"] = g.record()
	}
	return must(in)
}

func (g *generator) amount() any {
	return g.one("0", "1", "-3", "0.1", "0.3", "2.34", "99999.99", "6007.14", "1000000", "10", "12.5", "7")
}

func (g *generator) day() any {
	return g.one("2026-03-08", "2024-02-29", "2026-11-22", "2026-11-23", "1999-12-31")
}

func (g *generator) words() any {
	return g.one("", "a", "Abc", "中国移动", "  x ", "é😀", "重庆", "İstanbul", "a long text beyond twelve")
}

func (g *generator) record() object {
	out := object{}
	put := func(key string, v any) {
		switch {
		case g.chance(15):
		case g.chance(8):
			out[key] = nil
		case g.chance(2):
			out[key] = g.one("?", "2026-02-30", "12.")
		default:
			out[key] = v
		}
	}
	for _, k := range []string{"n1", "p1", "v1"} {
		put(k, g.amount())
	}
	put("n2", g.one("0", "1", "-3", "7", "10", "99999", "100001"))
	for _, k := range []string{"m1", "m2"} {
		put(k, object{"amount": g.one("0", "100", "7", "1234567"), "currency": g.currency})
	}
	for _, k := range []string{"b1", "b2"} {
		put(k, g.chance(50))
	}
	for _, k := range []string{"d1", "d2"} {
		put(k, g.day())
	}
	for _, k := range []string{"t1", "t2", "v2"} {
		put(k, g.words())
	}
	put("at", g.one("2026-11-21T16:30:00Z", "2026-03-08T06:59:59.999Z", "2026-11-22T00:00:00.000+08:00", "2024-02-29T23:59:59-05:00"))
	put("s1", g.one("high", "mid", "low"))
	put("ms", []string{g.one("high", "mid"), "low"})
	put("ref", "acc1")
	rows := []object{}
	for range g.r.IntN(8) {
		row := object{"qty": g.one("1", "2", "6", "95", "0"), "price": g.amount()}
		if g.chance(60) {
			row["off"] = g.one("0.1", "0", "0.333", "1")
		}
		if g.chance(60) {
			row["ok"] = g.chance(50)
		}
		if g.chance(50) {
			row["memo"] = g.words()
		}
		if g.chance(30) {
			row["need"] = g.amount()
		}
		rows = append(rows, row)
	}
	put("lines", rows)
	return out
}

func must(v any) json.RawMessage {
	out, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return out
}
