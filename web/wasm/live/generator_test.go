package live

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
)

// generator makes forms and values of them; the same seed makes the same.
type generator struct {
	r        *rand.Rand
	currency string
	// hidesNothing says that the person may see the whole form.
	hidesNothing bool
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

// more has a field of every other type. What only the server decides is among them: rich text it cleans, what it stores by itself, what looks at
// other records; that such fields are left out must be the same everywhere too.
func (g *generator) more() []object {
	return []object{
		{"key": "tel", "type": "phone", "kind": g.one("mobile", "any")}, {"key": "mail", "type": "email"}, {"key": "site", "type": "url"},
		{"key": "code", "type": "idcode", "kind": g.one("uscc", "tax")}, {"key": "plate", "type": "idcode", "kind": "custom", "pattern": "[A-Z]{2}[0-9]+"},
		{"key": "bar", "type": "barcode", "kind": g.one("any", "ean13", "ean8", "upca")}, {"key": "t3", "type": "time"},
		{"key": "du", "type": "duration", "min": 30, "max": "n2 > 5 ? 600 : 100000"}, {"key": "stars", "type": "rating", "max": 7}, {"key": "bar2", "type": "slider", "min": -1, "max": 1, "step": 0.25},
		{"key": "where", "type": "location"}, {"key": "home", "type": "address"}, {"key": "area", "type": "cascade", "options": "area"},
		{"key": "town", "type": "select", "options": "town", "optionsBy": "s1"}, {"key": "towns", "type": "multiselect", "options": "town", "optionsBy": "ms"},
		{"key": "who", "type": "user"}, {"key": "crew", "type": "team"}, {"key": "part", "type": "role"}, {"key": "note", "type": "static", "text": "说明", "visibleIf": g.truth(1)},
		{"key": "docs", "type": "attachment", "max": 2}, {"key": "pics", "type": "image"}, {"key": "sign", "type": "signature"}, {"key": "rich", "type": "richtext"},
		{"key": "seen", "type": "lookup", "via": "ref", "field": "rate"}, {"key": "times", "type": "rollup", "form": "other", "via": "up", "agg": "count"},
		{"key": "nr", "type": "autonumber", "pattern": "C{yyyy}-{seq:4}", "reset": "yearly"},
		{"key": "late", "type": "bool", "calc": g.one("t3 > '12:30'", "du > 90", "stars >= 4 or bar2 < 0", "code == plate", "'north' in area")},
		{"key": "kin", "type": "text", "calc": g.one("home.city", "lower(mail)", "tel + ' ' + site", "town", "pinyin(home.province)")},
		{"key": "far2", "type": "number", "scale": 3, "calc": g.one("du / 60", "count(docs)", "stars * bar2", "len(area)", "len(towns)")},
		{"key": "decided", "type": "number", "calc": "decide('nothing').points + n1"},
		{"key": "start", "type": "number", "scale": 2, "value": g.number(1)},
		{"key": "least", "type": "date", "min": "date('2024-01-01')"},
	}
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
	g.currency = g.one("CNY", "JPY", "USD")
	varies := g.chance(30)
	fields = append(fields, g.more()...)
	fields = append(fields, g.ruled()...)
	fields = append(fields, g.monied(varies)...)
	columns := []object{
		{"key": "qty", "type": "number", "scale": 0, "min": 0}, {"key": "price", "type": "number", "scale": 2}, {"key": "off", "type": "percent"},
		{"key": "ok", "type": "bool"}, {"key": "memo", "type": "text", "visibleIf": g.one("ok", "qty > 5", "b1"), "whenHidden": g.one("keep", "clear", "exclude")},
		{"key": "net", "type": "number", "scale": 2, "calc": g.one("qty * price * (1 - (off ?? 0))", "round(qty * price, 1)", "qty / price", "ok ? qty : price")},
		{"key": "sort", "type": "select", "options": "level"}, {"key": "kind", "type": "select", "options": "town", "optionsBy": g.one("sort", "s1")},
		{"key": "tax", "type": "idcode", "kind": "uscc"}, {"key": "span", "type": "duration"}, {"key": "due", "type": "date", "min": "date('2024-01-01')"},
		{"key": "share", "type": "number", "scale": 3, "calc": g.one("qty * decide('plain').fee", "decide('plain').fee / pi", "price / pi")},
		{"key": "big", "type": "bool", "calc": g.one("span > 60", "price > (n1 ?? 0)", "kind == 'a'", "due > d1")},
		{"key": "need", "type": "number", "requiredIf": g.one("ok", "qty > 3", "b2"), "readIf": g.one("price > 100", "not ok")},
	}
	fields = append(fields, object{"key": "lines", "type": "table", "fields": columns, "max": 6,
		"checks": []object{{"key": "pos", "if": "qty == nil or qty < 90", "message": "数量太大"}, {"key": "dear", "if": g.one("price == nil or price < 1000", "ok", "net != price"), "message": "请核对", "mode": "warn"}}})
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
		"unique":   []object{{"key": "once", "on": []string{"t1", "code"}, "normalize": []string{"trim", "width", "company"}, "mode": g.one("block", "warn")}},
		"checks":   []object{{"key": "ruled", "if": g.one("not hot", "decide('once').fee != 7", "decide('card').total < 20"), "message": "规则不许", "mode": "warn"}, {"key": "k", "if": g.truth(1), "message": "不对", "mode": g.one("block", "warn")}, {"key": "soft", "if": "least == nil or least > date('2026-01-01') or b2", "message": "请看一下", "mode": "warn"}}}
	other := object{"key": "other", "name": "别的", "fields": []object{{"key": "name", "type": "text"}, {"key": "rate", "type": "number"}, {"key": "up", "type": "reference", "form": "thing"}}}
	level := object{"key": "level", "items": []object{{"key": "high", "name": "高"}, {"key": "mid", "name": "中"}, {"key": "low", "name": "低", "retired": true}}}
	town := object{"key": "town", "items": []object{{"key": "a", "name": "甲", "under": []string{"high"}}, {"key": "b", "name": "乙", "under": []string{"mid", "low"}}, {"key": "c", "name": "丙"}}}
	area := object{"key": "area", "items": []object{{"key": "north", "name": "北", "items": []object{{"key": "n1x", "name": "北一"}, {"key": "n2x", "name": "北二", "retired": true}}}, {"key": "south", "name": "南"}}}
	if varies {
		form["currency"] = "cur"
	}
	money := object{"key": "money", "items": []object{{"key": "CNY", "name": "人民币"}, {"key": "JPY", "name": "日元"}, {"key": "USD", "name": "美元"}, {"key": "KWD", "name": "科威特第纳尔"}}}
	hidden := []string{}
	if g.hidesNothing = g.chance(80); !g.hidesNothing {
		hidden = append(hidden, "p1")
	}
	return must(object{"app": object{"key": "corpus", "timezone": g.one("Asia/Shanghai", "America/New_York", "UTC", "Asia/Taipei"), "currency": g.currency,
		"roles": []object{{"key": "rep"}, {"key": "lead"}}, "options": []object{level, town, area, money}, "rules": g.rules(), "forms": []object{form, other}}, "form": "thing", "hidden": hidden})
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
	for _, k := range []string{"n1", "p1", "v1", "r7"} {
		put(k, g.amount())
	}
	put("n2", g.one("0", "1", "-3", "7", "10", "99999", "100001"))
	cur := g.one(g.currency, g.currency, "JPY", "KWD")
	put("cur", cur)
	for _, k := range []string{"m1", "m2"} {
		put(k, object{"amount": g.one("0", "100", "7", "1234567"), "currency": g.one(cur, g.currency)})
	}
	put("dear", object{"amount": "12.34", "currency": "EUR"})
	put("ours", object{"amount": g.one("0", "100", "7", "6007"), "currency": g.currency})
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
	g.others(put)
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
		if g.chance(40) {
			row["sort"], row["kind"] = g.one("high", "mid", "low"), g.one("a", "b", "c")
		}
		if g.chance(30) {
			row["tax"], row["span"] = g.idcode(), g.one("PT1H30M", "PT45M", "PT0M", "P1D")
		}
		if g.chance(30) {
			row["due"] = g.day()
		}
		if g.chance(30) {
			row["need"] = g.amount()
		}
		rows = append(rows, row)
	}
	put("lines", rows)
	return out
}

// idcode is a code with a right check character, a wrong one, or none of its form.
func (g *generator) idcode() any {
	return g.one("91350100M000100Y43", "91350100M000100Y44", "91350100m000100y43", "９１３５０１００M000100Y43", "12345", "91350100M000100Y4O")
}

// others puts values of the types that more lists.
func (g *generator) others(put func(string, any)) {
	put("tel", g.one("13800000000", "+86 138-0000-0000", "+12025550143", "１３８００００００００", "12"))
	put("mail", g.one("li@example.com", "LI@Example.com ", "li@", "李@例子.中国"))
	put("site", g.one("https://example.com", "http://例子.中国/a?b=1", "example.com", "javascript:alert(1)"))
	put("code", g.idcode())
	put("plate", g.one("AB12", "ab12", "重庆"))
	put("bar", g.one("6901234567892", "6901234567890", "96385074", "036000291452", "x-1"))
	put("t3", g.one("09:30", "23:59", "12:31", "24:00"))
	put("du", g.one("PT1H30M", "PT90M", "PT0M", "P1D", "PT100000M"))
	put("stars", g.one("0", "1", "4", "7", "8", "2.5"))
	put("bar2", g.one("-1", "0.25", "0.3", "1", "2"))
	put("where", g.any(object{"lat": "31.230416", "lng": "121.473701", "label": "Office"}, object{"lat": "91", "lng": "0"}, object{"lat": "0.1234567", "lng": "0"}))
	put("home", g.any(object{"country": "CN", "province": "上海市", "city": "市辖区", "district": "浦东新区", "detail": "世纪大道 1 号"}, object{"country": "CN", "province": "上海市", "city": "朝阳区"},
		object{"country": "US", "province": "Texas", "city": "Austin", "detail": "1 Main St"}, object{"country": "TW", "province": "台湾省"}))
	put("area", g.any([]string{"north", "n1x"}, []string{"north"}, []string{"south"}, []string{"north", "n2x"}, []string{"west"}))
	put("town", g.one("a", "b", "c", "d"))
	put("towns", g.any([]string{"a", "c"}, []string{"b"}, []string{}, []string{"b", "b"}))
	put("who", g.one("usr1", "", "x"))
	put("crew", "north")
	put("part", g.one("rep", "lead", "nobody"))
	file := object{"id": strings.Repeat("a1", 16), "name": "a.pdf", "type": "application/pdf", "size": 12, "sha256": strings.Repeat("0", 64)}
	put("docs", g.any([]object{file}, []object{file, file, file}, []object{{"id": "x"}}))
	put("pics", g.any([]object{file}, []object{}))
	put("sign", g.any(file, object{"id": ""}))
	put("rich", g.one("<p>a</p>", "<script>x</script>"))
	put("start", g.amount())
	put("least", g.day())
}

func (g *generator) any(of ...any) any { return of[g.r.IntN(len(of))] }

func must(v any) json.RawMessage {
	out, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return out
}
