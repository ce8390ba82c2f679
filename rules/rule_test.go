package rules

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// lines writes problems one a line: severity, code, path, place, text.
func lines(ps []Problem) string {
	var out []string
	for _, p := range ps {
		place := ""
		if p.Line > 0 {
			place = fmt.Sprintf(" %d:%d", p.Line, p.Col)
		}
		out = append(out, fmt.Sprintf("%s %s %s%s: %s", p.Severity, p.Code, p.Path, place, p.Message.In("en")))
	}
	return strings.Join(out, "\n")
}

func tierRule(hit string, rows ...[2][]string) *Rule {
	r := &Rule{Key: "tier", Kind: RuleTable, Hit: hit, In: []Input{{Key: "amount"}, {Key: "discount"}}, Out: []Output{{Key: "level", Type: "text"}}}
	for _, row := range rows {
		r.Rows = append(r.Rows, Row{If: row[0], Then: row[1]})
	}
	return r
}

func row(conds, thens string) [2][]string {
	return [2][]string{strings.Split(conds, "|"), strings.Split(thens, "|")}
}

func TestTableProblems(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		rule *Rule
		want string
	}{
		"the example":        {tierRule("first", row("> 1000000|", "'ceo'"), row("|> 0.3", "'vp'"), row("|", "'self'")), ""},
		"gap":                {tierRule("first", row("> 100|", "'a'"), row("< 100|<= 0.3", "'b'")), "warning table.gap /r/rows: No row applies to this case: amount = 100. The result will be empty"},
		"overlap":            {tierRule("", row(">= 100|", "'a'"), row("<= 100|", "'b'")), "error table.overlap /r/rows/1: Row 2 and row 1 apply at the same time, but unique allows one row a case. first would take the upper one"},
		"complete":           {tierRule("unique", row(">= 100|", "'a'"), row("< 100|<= 0.3", "'b'"), row("< 100|> 0.3", "'c'")), ""},
		"unreachable":        {tierRule("first", row("> 100|", "'a'"), row("<= 200|", "'b'"), row("150|", "'c'"), row("|", "'d'")), "warning table.unreachable /r/rows/2: Row 3 never applies: the rows above cover all its cases"}, // row 4 is there for an empty amount
		"impossible":         {tierRule("first", row("[5..1)|", "'a'"), row("> 10 and < 3|", "'b'"), row("|", "'c'")), "warning table.unreachable /r/rows/0: Row 1 never applies: no value meets its conditions\nwarning table.unreachable /r/rows/1: Row 2 never applies: no value meets its conditions"},
		"impossible of many": {tierRule("unique", row("> 1|", "'a'"), row("> 10 and < 3|", "'b'"), row("<= 1|", "'c'")), "warning table.unreachable /r/rows/1: Row 2 never applies: no value meets its conditions"},
		"never empty":        {tierRule("first", row("> 100|", "'a'"), row("<= 200|", "'b'"), row("== nil|", "'c'"), row("|", "'d'")), "warning table.unreachable /r/rows/3: Row 4 never applies: the rows above cover all its cases"},
		"ranges":             {tierRule("unique", row("0..100|", "'a'"), row("> 100 and <= 500|", "'b'"), row("< 0 or > 500|", "'c'")), ""},
		"intervals":          {tierRule("unique", row("(0..100]|", "'a'"), row("(100..500)|", "'b'"), row("<= 0 or >= 500|", "'c'")), ""},
		"half open":          {tierRule("unique", row("[0..100)|", "'a'"), row("[100..500]|", "'b'")), "warning table.gap /r/rows: No row applies to this case: amount < 0. The result will be empty"},
		"ends meet":          {tierRule("unique", row("[0..100]|", "'a'"), row("[100..500]|", "'b'"), row("< 0 or > 500|", "'c'")), "error table.overlap /r/rows/1: Row 2 and row 1 apply at the same time, but unique allows one row a case. first would take the upper one"},
		"dates": {&Rule{Kind: RuleTable, Hit: "unique", In: []Input{{Key: "closeDate"}}, Out: []Output{{Key: "o", Type: "bool"}},
			Rows: []Row{{If: []string{"< date('2026-01-01')"}, Then: []string{"true"}}, {If: []string{"[date('2026-01-01')..date('2026-06-30')]"}, Then: []string{"true"}}, {If: []string{"> date('2026-07-01')"}, Then: []string{"false"}}}},
			"warning table.gap /r/rows: No row applies to this case: closeDate = 2026-07-01. The result will be empty"},
		"days side by side": {&Rule{Kind: RuleTable, Hit: "unique", In: []Input{{Key: "closeDate"}}, Out: []Output{{Key: "o", Type: "bool"}},
			Rows: []Row{{If: []string{"<= date('2026-06-30')"}, Then: []string{"true"}}, {If: []string{">= date('2026-07-01')"}, Then: []string{"false"}}}}, ""},
		"yes and no": {&Rule{Kind: RuleTable, Hit: "first", In: []Input{{Key: "agreed"}}, Out: []Output{{Key: "o", Type: "bool"}},
			Rows: []Row{{If: []string{"true"}, Then: []string{"true"}}, {If: []string{"not true"}, Then: []string{"false"}}, {If: []string{""}, Then: []string{"true"}}}},
			""},
		"opaque":     {tierRule("unique", row("round(amount) > 5|", "'a'"), row("|", "'b'")), ""},
		"cell width": {tierRule("first", row(">1", "'a'")), "error table.shape /r/rows/0/if: This row has 1 conditions; 2 are needed"},
		"hit":        {tierRule("any", row("|", "'a'")), "error table.shape /r/hit: The hit policy is unique, first, priority, collect or collectSum"},
		"cell place": {tierRule("first", row("> 1 and < ammount|", "1")), "error expr.unknownName /r/rows/0/if/0 1:11: There is no field or rule named “ammount” here. Did you mean “amount”?\nerror expr.type /r/rows/0/then/0 1:1: The result should be a text, but is a number"},
		"cell type":  {tierRule("first", row("'x'|", "'a'")), "error expr.type /r/rows/0/if/0 1:1: “==” does not fit its two sides: a number on the left, a text on the right"},
		"unknown input": {&Rule{Kind: RuleTable, In: []Input{{Key: "nothing"}}, Out: []Output{{Key: "o", Type: "colour"}}},
			"error rule.type /r/out/o/type: There is no type “colour”. Use one of number, money, percent, text, user, role, team, bool, date, datetime"},
		"options": {&Rule{Kind: RuleTable, In: []Input{{Key: "status"}}, Out: []Output{{Key: "o", Type: "text", Values: []string{"x", "y"}}},
			Rows: []Row{{If: []string{"'open'"}, Then: []string{"'z'"}}, {If: []string{"['won', 'lots']"}, Then: []string{"'x'"}}}},
			"error expr.unknownOption /r/rows/0/then/0 1:1: There is no option “z”. Options: x, y\nerror expr.unknownOption /r/rows/1/if/0 1:1: There is no option “lots”. Options: open, won, lost"},
		"option gap": {&Rule{Kind: RuleTable, In: []Input{{Key: "status"}, {Key: "agreed"}}, Out: []Output{{Key: "o", Type: "bool"}},
			Rows: []Row{{If: []string{"!= 'lost'", "true"}, Then: []string{"true"}}, {If: []string{"in ['lost']", ""}, Then: []string{"false"}}}},
			"warning table.gap /r/rows: No row applies to this case: status 'open'; agreed false. The result will be empty"},
		"priority": {tierRule("priority", row("|", "'a'")), "error table.shape /r/out/level/values: With priority, the first output lists its values from the most to the least important"},
		"decay": {&Rule{Kind: RuleScorecard, Items: []Item{{Key: "x", Points: Num("5"), Decay: &Decay{Since: "amount", Days: Num("0")}}}},
			"error expr.type /r/items/x/decay/since: This should give a date, but gives a number\nerror setting.range /r/items/x/decay/days: The number of days must be above 0"},
		"kind":       {&Rule{Kind: "magic"}, "error rule.kind /r/kind: A rule is an expression, a table or a scorecard"},
		"expression": {&Rule{Kind: RuleExpression, Type: "number", Value: "name"}, "error expr.type /r/value 1:1: The result should be a number, but is a text"},
		"score": {&Rule{Kind: RuleScorecard, Bands: []Band{{Key: "a", From: Num("5")}, {Key: "b", From: Num("5.0")}}, Items: []Item{{Key: "x", If: "amount"}}},
			"error score.bands /r/bands/b/from: The bands “a” and “b” begin at the same score\nerror score.points /r/items/x/points: An item needs its points\nerror expr.type /r/items/x/if 1:1: The result should be a yes/no, but is a number"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, ps := CompileRule(c.rule, sampleEnv(), "/r")
			if got := lines(ps); got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

func TestRuleEval(t *testing.T) {
	t.Parallel()
	two := []Output{{Key: "level", Type: "text", Values: []string{"high", "low"}}, {Key: "fee", Type: "number"}}
	for name, c := range map[string]struct {
		rule *Rule
		want string
	}{
		"expression": {&Rule{Kind: RuleExpression, Type: "number", Value: "amount / 2"}, `300000 []`},
		"first":      {tierRule("first", row("> 1000000|", "'ceo'"), row("|> 0.3", "'vp'"), row("|", "'self'")), `{"level":"vp"} [1]`},
		"no row":     {tierRule("first", row("> 1000000|", "'ceo'")), `{"level":null} []`},
		"null input": {&Rule{Kind: RuleTable, Hit: "first", In: []Input{{Key: "empty"}}, Out: []Output{{Key: "o", Type: "text"}},
			Rows: []Row{{If: []string{"> 0"}, Then: []string{"'some'"}}, {If: []string{"== nil"}, Then: []string{"'none'"}}}}, `{"o":"none"} [1]`},
		"unique twice": {&Rule{Key: "u", Kind: RuleTable, In: []Input{{Key: "amount"}}, Out: []Output{{Key: "o", Type: "text"}},
			Rows: []Row{{If: []string{"round(amount) > 1"}, Then: []string{"'a'"}}, {If: []string{""}, Then: []string{"'b'"}}}},
			"table.overlap at 0:0 of \"u\": Several rows of the decision table “u” apply: 1, 2"},
		"collect": {&Rule{Kind: RuleTable, Hit: "collect", In: []Input{{Key: "amount"}}, Out: two,
			Rows: []Row{{If: []string{"> 1"}, Then: []string{"'low'", "1"}}, {If: []string{"> 2"}, Then: []string{"'high'", ""}}, {If: []string{"< 2"}, Then: []string{"'low'", "9"}}}},
			`{"fee":["1"],"level":["low","high"]} [0 1]`},
		"collectSum": {&Rule{Kind: RuleTable, Hit: "collectSum", In: []Input{{Key: "amount"}}, Out: []Output{{Key: "fee", Type: "money"}},
			Rows: []Row{{If: []string{"> 1"}, Then: []string{"amount * 0.1"}}, {If: []string{"> 2"}, Then: []string{"0.5"}}}}, `{"fee":"60000.5"} [0 1]`},
		"priority": {&Rule{Kind: RuleTable, Hit: "priority", In: []Input{{Key: "amount"}}, Out: two,
			Rows: []Row{{If: []string{"> 1"}, Then: []string{"'low'", "1"}}, {If: []string{"> 2"}, Then: []string{"'high'", "2"}}}}, `{"fee":"2","level":"high"} [1]`},
		"computed input": {&Rule{Kind: RuleTable, Hit: "first", In: []Input{{Key: "total", Value: "sum(lines, .qty * .price)"}}, Out: []Output{{Key: "o", Type: "number"}},
			Rows: []Row{{If: []string{"200..300"}, Then: []string{"total + amount"}}}}, `{"o":"600250"} [0]`},
		"list input": {&Rule{Kind: RuleTable, Hit: "first", In: []Input{{Key: "tags"}, {Key: "name"}}, Out: []Output{{Key: "o", Type: "bool"}},
			Rows: []Row{{If: []string{"'new'", ""}, Then: []string{"false"}}, {If: []string{"contains 'vip'", "startsWith '中'"}, Then: []string{"true"}}}}, `{"o":true} [1]`},
		"not in": {&Rule{Kind: RuleTable, Hit: "first", In: []Input{{Key: "status"}}, Out: []Output{{Key: "o", Type: "bool"}},
			Rows: []Row{{If: []string{"not in ['won', 'lost']"}, Then: []string{"true"}}}}, `{"o":true} [0]`},
		"score": {&Rule{Kind: RuleScorecard, Max: Num("10"), Bands: []Band{{Key: "mql", From: Num("4")}, {Key: "sql", From: Num("7")}},
			Items: []Item{{Key: "a", Points: Num("5"), If: "amount > 1"}, {Key: "b", Points: NumberSlot{Expr: "rate(amount, 300000)"}}, {Key: "c", Points: Num("-9"), If: "other"}}},
			`{"band":"sql","items":["a","b"],"total":"7"} [0 1]`},
		"score faded": {&Rule{Kind: RuleScorecard, Items: []Item{{Key: "a", Points: Num("10"), Decay: &Decay{Since: "date('2026-09-20')", Days: Num("20")}},
			{Key: "b", Points: Num("10"), Decay: &Decay{Since: "date('2026-08-01')", Days: Num("20")}}, {Key: "c", Points: Num("4"), Decay: &Decay{Since: "now()", Days: NumberSlot{Expr: "10 + 10"}}},
			{Key: "d", Points: Num("1"), Decay: &Decay{Since: "emptyDate", Days: Num("20")}}, {Key: "e", Points: Num("2"), Decay: &Decay{Since: "date('2027-01-01')", Days: Num("20")}}}},
			`{"band":null,"items":["a","c","e"],"total":"11"} [0 2 4]`},
		"score capped": {&Rule{Kind: RuleScorecard, Max: Num("3"), Bands: []Band{{Key: "sql", From: Num("7")}}, Items: []Item{{Key: "a", Points: Num("5")}}},
			`{"band":null,"items":["a"],"total":"3"} [0]`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, ps := CompileRule(c.rule, sampleEnv(), "")
			if HasErrors(ps) {
				t.Fatal(lines(ps))
			}
			d, err := r.Decide(sampleScope())
			got := fmt.Sprint(ShowValue(d.Value), " ", d.Rows)
			if err != nil {
				got = err.Error()
			}
			if got != c.want {
				t.Errorf("got %s\nwant %s", got, c.want)
			}
			if got, want := r.Type().Kind, c.rule.ResultType().Kind; got != want {
				t.Errorf("type %s, said %s before", got, want)
			}
		})
	}
}

func TestRuleReads(t *testing.T) {
	t.Parallel()
	r, ps := CompileRule(&Rule{Kind: RuleTable, Hit: "first", In: []Input{{Key: "total", Value: "sum(lines, .qty)"}, {Key: "amount"}}, Out: []Output{{Key: "o", Type: "number"}},
		Rows: []Row{{If: []string{"> discount", ""}, Then: []string{"total + account.credit"}}}}, sampleEnv(), "")
	if HasErrors(ps) {
		t.Fatal(lines(ps))
	}
	got, _ := json.Marshal([]any{r.Reads(), r.ReadsPaths()})
	if want := `[["account","amount","discount","lines"],[["account","credit"],["amount"],["discount"],["lines"],["lines","qty"]]]`; string(got) != want {
		t.Errorf("got %s", got)
	}
}
