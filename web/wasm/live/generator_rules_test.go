package live

import "fmt"

// rules makes named rules of every kind and hit policy, rules that run rules, and some that only the server can run: because of what they
// read (stage, working days, rates), because of what they run, or because they go round in a circle.
func (g *generator) rules() []object {
	rule := func(key, kind string, more object) object {
		out := object{"key": key, "kind": kind, "form": "thing"}
		for k, v := range more {
			out[k] = v
		}
		return out
	}
	row := func(then []string, cells ...string) object { return object{"if": cells, "then": then} }
	out := func(key, typ string) object { return object{"key": key, "type": typ} }
	levels := []string{"chief", "head", "self"}
	return []object{
		rule("factor", "expression", object{"type": "number", "value": g.number(1)}),
		rule("hot", "expression", object{"type": "bool", "value": g.truth(1)}),
		rule("word", "expression", object{"type": "text", "value": g.text()}),
		rule("soon", "expression", object{"type": "date", "value": g.one("d1", "b1 ? d2 : date(at)", "today()")}),
		rule("twice", "expression", object{"type": "number", "value": g.one("factor * 2", "decide('once').fee + factor", "decide('card').total")}),
		rule("once", "table", object{"in": []object{{"key": "n1"}, {"key": "b1"}}, "out": []object{out("fee", "number"), out("why", "text")}, "rows": []object{
			row([]string{"0", "'none'"}, "< 0", ""), row([]string{"n1 * 0.1", "t1"}, "[0..10)", "true"), row([]string{"factor", "upper('mid')"}, "[0..10)", "not true"), row([]string{"7", ""}, g.one("> 100", ">= 10"), ""),
			// What only running can tell: two rows at once.
			row([]string{"9", "'twice'"}, g.one("round(n1) == 100", "round(n1) == 6007"), "")}}),
		rule("tier", "table", object{"hit": "first", "in": []object{{"key": "lots", "value": "sum(lines, .qty)"}, {"key": "s1"}, {"key": "d1"}}, "out": []object{{"key": "level", "type": "text", "values": levels}}, "rows": []object{
			row([]string{"'chief'"}, "> 100", "", ""), row([]string{"'head'"}, "", "['high', 'mid']", g.one("", "> date('2026-01-01')")), row([]string{"'self'"}, g.one("", "nil", "1..50"), "", "")}}),
		rule("pick", "table", object{"hit": "priority", "in": []object{{"key": "p1"}, {"key": "hot"}}, "out": []object{{"key": "level", "type": "text", "values": levels}, out("rank", "number")}, "rows": []object{
			row([]string{"'self'", "3"}, "", ""), row([]string{"'head'", "2"}, g.one("> 0.1", "<= 0.333"), ""), row([]string{"'chief'", "factor"}, "", "true")}}),
		rule("list", "table", object{"hit": "collect", "in": []object{{"key": "t1"}, {"key": "ms"}}, "out": []object{out("words", "text"), out("days", "date")}, "rows": []object{
			row([]string{"'a'", "d1"}, "contains 'a'", ""), row([]string{"word", ""}, "", "'low'"), row([]string{"t2", "today()"}, "startsWith '中'", "contains 'high'")}}),
		rule("fees", "table", object{"hit": "collectSum", "in": []object{{"key": "n2"}, {"key": "b2"}}, "out": []object{out("fee", "money"), out("share", "percent")}, "rows": []object{
			row([]string{"1.005", "0.1"}, "> 0", ""), row([]string{"n1", "0.2"}, "", g.one("true", "false")), row([]string{"n1 / n2", ""}, "< 10", "")}}),
		rule("card", "scorecard", object{"max": g.any("100", 40, "n2"), "bands": []object{{"key": "sql", "from": 15}, {"key": "mql", "from": g.any("4.5", "p1 * 10")}}, "items": []object{
			{"key": "size", "points": 8.5, "if": "s1 in ['high', 'mid']"}, {"key": "quote", "points": "factor"}, {"key": "bad", "points": -5, "if": g.truth(1)},
			{"key": "visit", "points": 10, "decay": object{"since": g.one("d1", "at", "soon"), "days": g.any(30, "n2 + 1", "90")}},
			{"key": "mail", "points": 6, "if": "b1", "decay": object{"since": "at", "days": 365}}}}),
		// About nothing of the table, so that its rows may use it.
		rule("plain", "table", object{"hit": "first", "in": []object{{"key": "s1"}, {"key": "n1"}}, "out": []object{out("fee", "number")}, "rows": []object{
			row([]string{"1.1"}, "'high'", ""), row([]string{"n1 / 3"}, "['mid', 'low']", "> 1"), row([]string{"0.5"}, "", "")}}),
		{"key": "pi", "kind": "expression", "type": "number", "value": "22 / 7"},
		rule("staged", "expression", object{"type": "bool", "value": "stage == 'won'"}),
		rule("working", "table", object{"hit": "first", "in": []object{{"key": "n1"}}, "out": []object{out("day", "date")}, "rows": []object{row([]string{"addWorkdays(d1, 3)"}, "")}}),
		rule("below", "expression", object{"type": "number", "value": "staged ? factor : 0"}),
		rule("roundA", "expression", object{"type": "number", "value": "roundB + 1"}), rule("roundB", "expression", object{"type": "number", "value": "roundA + 1"}),
		rule("strange", "expression", object{"type": "number", "value": "ref.rate"}),
	}
}

// ruled are fields that named rules decide.
func (g *generator) ruled() []object {
	return []object{
		{"key": "r1", "type": "number", "scale": 4, "calc": g.one("decide('once').fee + 1", "factor * pi", "twice")},
		{"key": "r2", "type": "text", "calc": g.one("decide('once').why", "decide('tier').level", "decide('pick').level", "word")},
		{"key": "r3", "type": "number", "scale": 2, "calc": g.one("count(decide('list').words, # != 'a')", "len(decide('card').items)", "decide('pick').rank", "decide('fees').share * 3")},
		{"key": "r4", "type": "money", "calc": "decide('fees').fee"},
		{"key": "r5", "type": "text", "calc": "decide('card').band"}, {"key": "r6", "type": "number", "scale": 6, "calc": "decide('card').total"},
		{"key": "r7", "type": "text", "visibleIf": g.one("hot", "decide('card').band == 'sql'", "decide('tier').level != 'self'"), "requiredIf": g.one("decide('pick').level == 'chief'", "factor > 2"), "whenHidden": g.one("keep", "clear", "exclude")},
		{"key": "r8", "type": "date", "calc": g.one("soon", "max(decide('list').days)")},
		{"key": "r9", "type": "bool", "calc": "same(lines, filter(lines, .qty >= 1), ['qty', 'price'])"},
		{"key": "sv1", "type": "bool", "calc": "staged"}, {"key": "sv2", "type": "date", "calc": "decide('working').day"}, {"key": "sv3", "type": "number", "calc": "below"},
		{"key": "sv4", "type": "number", "calc": "roundA"}, {"key": "sv5", "type": "number", "calc": "strange"},
	}
}

// leftFields are those of ruled and monied that the server decides.
var leftFields = []string{"sv1", "sv2", "sv3", "sv4", "sv5", "worth2"}

// monied are amounts in other currencies, and in one that varies by record. What is in the app's currency needs no rate to be brought into it.
func (g *generator) monied(varies bool) []object {
	out := []object{
		{"key": "dear", "type": "money", "currency": "EUR"}, {"key": "worth2", "type": "money", "currency": g.currency, "calc": "base(dear)"},
		{"key": "ours", "type": "money", "currency": g.currency}, {"key": "worth1", "type": "money", "currency": g.currency, "calc": g.one("base(ours) / 3", fmt.Sprintf("convert(ours, '%s', d1) * 1.005", g.currency))},
	}
	if varies {
		out = append(out, object{"key": "cur", "type": "select", "options": "money"})
	}
	return out
}
