package rules

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// TestProblems holds the literal texts an admin reads.
func TestProblems(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		src  string
		want Type
		out  string
	}{
		{"", Anything, "error expr.syntax 1:1: The expression is empty"},
		{"   ", Anything, "error expr.syntax 1:1: The expression is empty"},
		{"amount >", Anything, "error expr.syntax 1:9: The expression is not finished"},
		{"amount +\n  * 2", Anything, "error expr.syntax 2:3: “*” is not expected here; an operator or a bracket may be missing before it"},
		{"(amount > 1", Anything, "error expr.syntax 1:1: This “(” is never closed"},
		{"amount > 1)", Anything, "error expr.syntax 1:11: There is a “)” too many"},
		{"(amount > 1]", Anything, "error expr.syntax 1:12: “)” is expected here, not “]”"},
		{"name == 'x", Anything, "error expr.syntax 1:11: A text is not closed with its quote"},
		{"amount ＞ 1", Anything, "error expr.syntax 1:8: Write “>” (half width) instead of “＞”"},
		{"amount ￥ 1", Anything, "error expr.syntax 1:8: The character “￥” is not known here"},
		{"amount = 1", Anything, "error expr.syntax 1:8: Write “==” instead of “=”"},
		{"amount <> 1", Anything, "error expr.syntax 1:8: Write “!=” instead of “<>”"},
		{"amount => 1", Anything, "error expr.syntax 1:8: Write “>=” instead of “=>”"},
		{"agreed & other", Anything, "error expr.syntax 1:8: Write “and” instead of “&”"},
		{"contains(name, 'x')", Anything, "error expr.syntax 1:1: contains stands between two texts: name contains 'text'"},
		{"agreed and\n  matches(name, 'x')", Anything, "error expr.syntax 2:3: matches stands between two texts: name matches 'text'"},
		{"(name) contains ('x')", Bool, ""},
		{"name not contains ('x') and name not matches ('y')", Bool, ""},
		{"agreed and not contains(name, 'x')", Bool, "error expr.syntax 1:16: contains stands between two texts: name contains 'text'"},
		{"if(amount > 1, 2, 3)", Anything, "error expr.syntax 1:14: a choice is written: condition ? then : otherwise"},
		{"max(if(amount > 1, 2, 3), 1)", Anything, "error expr.syntax 1:18: a choice is written: condition ? then : otherwise"},
		{"floor(amount)", Anything, "error expr.unknownName 1:1: There is no function “floor”; rounding down is written: -ceil(-a)"},
		{"sum(lines, qty)", Anything, "error expr.unknownName 1:12: “qty” is a column of the table; write .qty"},
		{"min(lines, qty)", Anything, "error expr.type 1:1: Say which column, such as min(table, .amount)"},
		{"'客户' + name +\n '（大）' + nam", Anything, "error expr.unknownName 2:10: There is no field or rule named “nam” here. Did you mean “name”?"},
		{"closeDate > '2026-01-01'", Anything, "error expr.type 1:13: '2026-01-01' is a text; a date is written date('2026-01-01')"},
		{"createdAt > '2026-01-01 09:00'", Anything, "error expr.type 1:13: '2026-01-01 09:00' is a text; a date is written datetime('2026-01-01 09:00')"},
		{"closeDate > 'soon'", Anything, "error expr.type 1:11: “>” does not fit its two sides: a date on the left, a text on the right"},
		{"amount in 1..1000000000", Anything, "error expr.limit 1:12: The range is too long (at most 1000)"},
		{"status == ''", Anything, "warning expr.emptyText 1:8: An empty field is nil and never equals ''. Write == nil"},
		{"status in ['']", Anything, "error expr.unknownOption 1:11: There is no option “”. Options: open, won, lost"},
		{"name matches '*'", Anything, "error expr.syntax 1:14: The pattern is not written well: nothing stands before “*” that could repeat; for the character itself write “\\*”"},
		{"amount 1", Anything, "error expr.syntax 1:8: “1” is not expected here; an operator or a bracket may be missing before it"},
		{"let x = 1; x", Anything, "error expr.syntax 1:1: “let” cannot be used in an expression"},
		{"lines | sum(.qty)", Anything, "error expr.syntax 1:7: “|” cannot be used in an expression"},
		{"2 ** 3", Anything, "error expr.syntax 1:3: “**” cannot be used in an expression"},
		{"{a: 1}", Anything, "error expr.syntax 1:1: { } cannot be used here"},
		{"name[0:2]", Anything, "error expr.syntax 1:5: Slices are not part of the language; use filter"},
		{"name.upper()", Anything, "error expr.syntax 1:6: A field has no functions of its own"},
		{"#.qty", Anything, "error expr.syntax 1:1: “#” means the present row and works only inside sum, filter and the like"},
		{"sum(lines, #acc)", Anything, "error expr.unknownName 1:12: “#acc” is not known; the present row is “#”"},
		{"amont > 1", Anything, "error expr.unknownName 1:1: There is no field or rule named “amont” here. Did you mean “amount”?"},
		{"zzz > 1 and yyy", Anything, "error expr.unknownName 1:1: There is no field or rule named “zzz” here\nerror expr.unknownName 1:13: There is no field or rule named “yyy” here"},
		{"account.nmae", Anything, "error expr.unknownName 1:9: There is no field or rule named “nmae” here. Did you mean “name”?"},
		{"sum(lines, .net)", Anything, "error expr.unknownName 1:13: There is no field or rule named “net” here"},
		{"sum(lines, #.pirce * 2)", Anything, "error expr.unknownName 1:14: There is no field or rule named “pirce” here. Did you mean “price”?"},
		{"lines.qty", Anything, "error expr.type 1:7: A table is computed row by row, for example sum(table, .qty)"},
		{"amount.x", Anything, "error expr.type 1:8: There is no “x” inside a number"},
		{"amount[0]", Anything, "error expr.type 1:7: [ ] does not work on a number"},
		{"today", Anything, "error expr.syntax 1:1: today is a function; put brackets after it"},
		{"same(lines, emptyLines, ['qty', 'pirce'])", Anything, "error expr.unknownName 1:33: There is no field or rule named “pirce” here. Did you mean “price”?"},
		{"same(lines, emptyLines)", Anything, "error expr.type 1:1: same has the wrong number of arguments. Usage: same(table, other, ['column', …])"},
		{"same(lines, emptyLines, [])", Anything, "error expr.type 1:25: Argument 3 of same names the columns, such as ['product', 'qty']"},
		{"same(lines, emptyLines, [name])", Anything, "error expr.type 1:26: A column is named by a text, such as 'product'"},
		{"same(lines, numbers, ['qty'])", Anything, "error expr.type 1:13: Argument 2 of same should be a table, not a list"},
		{"amount != null", Anything, "error expr.unknownName 1:11: There is no field or rule named “null” here. Did you mean “nil”?"},
		{"isEmpty(amount)", Anything, "error expr.unknownName 1:1: There is no function “isEmpty”; what is empty is nil: field == nil"},
		{"IF(amount > 1, 2, 3)", Anything, "error expr.unknownName 1:1: There is no function “IF”; a choice is written: condition ? then : otherwise"},
		{"tody()", Anything, "error expr.unknownName 1:1: There is no function “tody”. Did you mean “today”?"},
		{"toJSON(amount)", Anything, "error expr.unknownName 1:1: There is no function “toJSON”"},
		{"reduce(lines, #acc + .qty)", Anything, "error expr.unknownName 1:1: There is no function “reduce”"},
		{"find(lines, .qty > 1)", Anything, "error expr.unknownName 1:1: There is no function “find”"},
		{"round()", Anything, "error expr.type 1:1: round has the wrong number of arguments. Usage: round(number), round(number, places)"},
		{"round(name)", Anything, "error expr.type 1:7: Argument 1 of round should be a number, not a text"},
		{"sum(lines)", Anything, "error expr.type 1:1: Say which column, such as sum(table, .amount)"},
		{"sum(lines, .ok)", Anything, "error expr.type 1:13: sum needs a number; the rows give a yes/no"},
		{"sum(amount, .x)", Anything, "error expr.type 1:5: Argument 1 of sum should be a table, not a number"},
		{"any(lines)", Anything, "error expr.syntax 1:10: This function lacks an argument"},
		{"amount + name", Anything, "error expr.type 1:8: A text joins only a text (left a number, right a text). Put numbers into the {{ }} of a text slot"},
		{"amount * name", Anything, "error expr.type 1:8: “*” does not fit its two sides: a number on the left, a text on the right"},
		{"amount == '1'", Anything, "error expr.type 1:8: “==” does not fit its two sides: a number on the left, a text on the right"},
		{"amount > nil", Anything, "error expr.type 1:8: nil has no order; only == nil and != nil make sense"},
		{"tags == ['hot']", Anything, "error expr.type 1:6: “==” does not fit its two sides: a list on the left, a list on the right"},
		{"agreed > true", Anything, "error expr.type 1:8: “>” does not fit its two sides: a yes/no on the left, a yes/no on the right"},
		{"amount and agreed", Anything, "error expr.type 1:1: A condition (yes/no) is expected here, not a number"},
		{"amount ? 1 : 2", Anything, "error expr.type 1:1: A condition (yes/no) is expected here, not a number"},
		{"agreed ? 1 : 'x'", Anything, "error expr.type 1:14: The two results differ in type: a number and a text"},
		{"[1, 'x']", Anything, "error expr.type 1:5: The list mixes a number and a text"},
		{"name in 'abc'", Anything, "error expr.type 1:9: A list such as ['a', 'b'] is expected after in, not a text"},
		{"amount in ['a']", Anything, "error expr.type 1:8: “in” does not fit its two sides: a number on the left, a text on the right"},
		{"name matches name", Anything, "error expr.type 1:14: matches takes a fixed pattern such as '^1[3-9]'"},
		{"name matches '['", Anything, "error expr.syntax 1:14: The pattern is not written well: a “[” is never closed: ["},
		{"status == 'opne'", Anything, "error expr.unknownOption 1:11: There is no option “opne”. Options: open, won, lost"},
		{"discount > 10%", Anything, "error expr.syntax 1:12: Write “0.1” instead of “10%”"},
		{"discount > 12.5% and agreed", Anything, "error expr.syntax 1:12: Write “0.125” instead of “12.5%”"},
		{"amount % 7 == (", Anything, "error expr.syntax 1:15: This “(” is never closed"},
		{"'2026-01-01'", Day, "error expr.type 1:1: '2026-01-01' is a text; a date is written date('2026-01-01')"},
		{"status == open", Anything, "error expr.unknownName 1:11: An option is written in quotes: 'open'"},
		{"status in [lost, 'won'] and amount == lost", Anything, "error expr.unknownName 1:12: An option is written in quotes: 'lost'\nerror expr.unknownName 1:39: There is no field or rule named “lost” here"},
		{"agreed ? won : nil", OneOf("won", "lost"), "error expr.unknownName 1:10: An option is written in quotes: 'won'"},
		{"status in ['open', 'x']", Anything, "error expr.unknownOption 1:11: There is no option “x”. Options: open, won, lost"},
		{"'hott' in tags", Anything, "error expr.unknownOption 1:1: There is no option “hott”. Options: hot, vip, new"},
		{"name == ''", Bool, "warning expr.emptyText 1:6: An empty field is nil and never equals ''. Write == nil"},
		{"date('2026-02-30')", Anything, "error expr.type 1:6: “2026-02-30” is not a date; write '2026-09-30'"},
		{"datetime('noon')", Anything, "error expr.type 1:10: “noon” is not a date and time; write '2026-09-30 09:00'"},
		{"amount / 0", Anything, "error expr.divideByZero 1:10: Division by zero"},
		{"usd + cny", Anything, "error money.mixed 1:5: Amounts in two currencies cannot be computed or compared directly; bring them into the app's currency with base(…), or into another with convert(…)"},
		{"usd > cny", Anything, "error money.mixed 1:5: Amounts in two currencies cannot be computed or compared directly; bring them into the app's currency with base(…), or into another with convert(…)"},
		{"decide('tyer').level", Anything, "error expr.unknownName 1:8: There is no field or rule named “tyer” here. Did you mean “tier”?"},
		{"decide('isBig')", Anything, "error expr.type 1:8: The rule “isBig” is no decision table or scorecard; write isBig alone"},
		{"decide(name)", Anything, "error expr.type 1:8: decide takes a fixed rule name, such as decide('tier')"},
		{"decide('tier').lvl", Anything, "error expr.unknownName 1:16: There is no field or rule named “lvl” here"},
		{"name", Number, "error expr.type 1:1: The result should be a number, but is a text"},
		{"account", Str, ""},
		{"'x'", OneOf("a", "b"), "error expr.unknownOption 1:1: There is no option “x”. Options: a, b"},
		{"nil", Number, ""},
		{"amount ?? 1 + 2", Anything, "error expr.syntax 1:13: Put brackets around “??” when it stands beside another operator"},
		{"1e999999999 > 1", Anything, "error expr.syntax 1:1: A number is not written well or is too large"},
		{"1e99 > 1", Anything, "error expr.limit 1:1: The number is too large or has too many digits"},
		{"0." + strings.Repeat("0", 50) + "1 > 1", Anything, "error expr.limit 1:1: The number is too large or has too many digits"},
		{"99999999999999999999", Anything, "error expr.syntax 1:1: A number is not written well or is too large"},
		{"sum(1..2000)", Anything, "error expr.limit 1:6: The range is too long (at most 1000)"},
		{"sum(1..amount)", Anything, "error expr.type 1:6: A range goes between two fixed whole numbers, such as 1..12"},
		{"sum(lines, sum(lines, sum(lines, .qty)))", Anything, "error expr.limit 1:23: Loops are nested too deep (at most 2)"},
		{"b'x' == name", Anything, "error expr.syntax 1:1: “b'…'” cannot be used in an expression"},
	} {
		t.Run(c.src, func(t *testing.T) {
			t.Parallel()
			p, ps := Compile(c.src, sampleEnv(), c.want)
			if got := strings.ReplaceAll(lines(ps), "  ", " "); got != c.out {
				t.Errorf("got\n%s\nwant\n%s", got, c.out)
			}
			if (p == nil) != HasErrors(ps) {
				t.Error("a program and errors, or neither")
			}
			for _, x := range ps {
				for _, lang := range Languages {
					if x.Message[lang] == "" || strings.Contains(strings.ReplaceAll(x.Message[lang], "{{ }}", ""), "{{") {
						t.Errorf("%s: %q", lang, x.Message[lang])
					}
				}
			}
		})
	}
}

func TestFixes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ src, want string }{
		{"amont > 1", "amount > 1"},
		{"Amount > 1", "amount > 1"},
		{"1 > 0 and account.nmae == 'x'", "1 > 0 and account.name == 'x'"},
		{"status == 'opne'", "status == 'open'"},
		{"sum(lines, .pirce)", "sum(lines, .price)"},
		{"tody() > closeDate", "today() > closeDate"},
		{"'中' + nmae", "'中' + name"},
		{"decide('tyer').level", "decide('tier').level"},
		{`account["nmae"]`, `account["name"]`},
		{"name != ''", "name != nil"},
		{"status != ''", "status != nil"},
		{"'客户' + name == '' or amount = 1", "'客户' + name == '' or amount == 1"},
		{"discount <= 5% or agreed", "discount <= 0.05 or agreed"},
		{"status == open", "status == 'open'"},
		{"tags contains hot", "tags contains 'hot'"},
		{"amount <> 1", "amount != 1"},
		{"amount =< 1", "amount <= 1"},
		{"amount === 1", "amount == 1"},
		{"agreed & other", "agreed and other"},
		{"sum（lines，.qty）＞ 1", "sum(lines,.qty)> 1"},
		{"name == “中移，A” and amount ≥ 1", "name == '中移，A' and amount >= 1"},
		{"sum(lines, qty * .price)", "sum(lines, .qty * .price)"},
		{"closeDate > '2026-01-01'", "closeDate > date('2026-01-01')"},
		{"days('2026-01-01', today())", "days(date('2026-01-01'), today())"},
	} {
		_, ps := Compile(c.src, sampleEnv(), Anything)
		if len(ps) != 1 || ps[0].Fix == nil {
			t.Errorf("%s: no fix: %s", c.src, lines(ps))
			continue
		}
		ch := WithPath(ps, "/x/if")[0].Fix.Changes
		var got string
		if err := json.Unmarshal(ch[0].Value, &got); err != nil || got != c.want || ch[0].Path != "/x/if" {
			t.Errorf("%s: fix %q at %s", c.src, got, ch[0].Path)
		}
		if _, ps := Compile(got, sampleEnv(), Anything); HasErrors(ps) {
			t.Errorf("%s: the fix does not compile: %s", c.src, lines(ps))
		}
	}
}

// TestFixesInTexts holds that what is offered for a slot leaves the text around it as it is.
func TestFixesInTexts(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ src, want string }{
		{"客户 {{ nmae }}：{{ amont = 1 }}", "客户 {{ name }}：{{ amont = 1 }}"},
		{"{{ name }}，{{ amount <> 1 }}。", "{{ name }}，{{ amount != 1 }}。"},
	} {
		_, ps := CompileTexts(Text{"zh-CN": c.src, "en": "x"}, sampleEnv())
		if len(ps) == 0 || ps[0].Fix == nil || ps[0].Fix.Changes[0].Path != "/zh-CN" {
			t.Errorf("%s: no fix: %s", c.src, lines(ps))
			continue
		}
		var got string
		if err := json.Unmarshal(ps[0].Fix.Changes[0].Value, &got); err != nil || got != c.want {
			t.Errorf("%s: fix %q", c.src, got)
		}
	}
}

// TestHostile holds that nothing a person can write takes the process down or keeps it busy.
func TestHostile(t *testing.T) {
	t.Parallel()
	nested := "0"
	for range 60 {
		nested = "(0<" + nested + "<0?1:2)" // a chained comparison walks its middle twice
	}
	for name, c := range map[string]struct{ src, want string }{
		"brackets":        {strings.Repeat("(", 1000000), "expr.limit"},
		"brackets within": {strings.Repeat("(", 2000) + strings.Repeat(")", 2000), "expr.limit"},
		"square":          {strings.Repeat("[", 65) + strings.Repeat("]", 65), "expr.limit"},
		"minus":           {strings.Repeat("-", 4000) + "1", "expr.limit"},
		"not":             {strings.Repeat("not ", 900) + "true", "expr.limit"},
		"mixed unary":     {strings.Repeat("-+!", 900) + "1", "expr.limit"},
		"ternaries":       {strings.Repeat("true?1:", 500) + "1", "expr.limit"},
		"ifs":             {strings.Repeat("if true{1}else ", 200) + "{1}", "expr.limit"},
		"coalesce":        {strings.Repeat("amount??", 450) + "1", "expr.limit"},
		"sums":            {strings.Repeat("1+", 2000) + "1", "expr.limit"},
		"members":         {"account" + strings.Repeat(".a", 1500), "expr.limit"},
		"commas":          {"max(" + strings.Repeat("1,", 1500) + "1)", "expr.type"},
		"chained":         {nested, "expr.limit"},
		"zero bytes":      {"amount\x00", "expr.syntax"},
		"not utf-8":       {"'\xff'", "expr.syntax"},
		"bom":             {"\ufeffamount", "expr.syntax"},
		"pattern":         {"name matches '" + strings.Repeat("a", 300) + "'", "expr.limit"},
		"repeat pattern":  {"name matches '((a{100}){100}){100}'", "expr.syntax"},
		"wide pattern":    {"name matches 'a{900}b{900}'", "expr.limit"},
		"comment":         {"/* " + strings.Repeat("x", 3000), "expr.syntax"},
		"escape":          {`"\u{zzzz}"`, "expr.syntax"},
		"quotes":          {strings.Repeat("'", 4001), "expr.syntax"},
		"env":             {"$env", "expr.unknownName"},
		"env member":      {"$env['amount']", "expr.unknownName"},
		"internal":        {"$workdays(1, 2, 3)", "expr.unknownName"},
		"double colon":    {"::len(name)", "expr.syntax"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, ps := Compile(c.src, sampleEnv(), Anything)
			if p != nil || len(ps) == 0 || ps[0].Code != c.want {
				t.Errorf("got %.300s", lines(ps))
			}
			_, ps = CompileTemplate("{{ "+c.src+" }}", sampleEnv())
			if len(ps) == 0 {
				t.Error("template: no problem")
			}
		})
	}
}

func TestEvalErrors(t *testing.T) {
	t.Parallel()
	many := make([]map[string]any, 1000)
	for i := range many {
		many[i] = map[string]any{"qty": dec("1"), "price": dec("1e39")}
	}
	tooMany := append(append([]map[string]any{}, many...), many[0])
	long := strings.Repeat("x", 5000)
	for _, c := range []struct {
		src   string
		names map[string]any
		want  string
	}{
		{"1 + amount / discount", map[string]any{"amount": dec("1"), "discount": dec("0")}, "expr.divideByZero 1:12 Division by zero. rate(a, b) gives 0 in that case"},
		{"amount % discount", map[string]any{"amount": dec("1"), "discount": dec("0")}, "expr.divideByZero 1:8 Division by zero. rate(a, b) gives 0 in that case"},
		{"sum(lines, sum(lines, .qty))", map[string]any{"lines": many}, "expr.limit 1:12 Too much to compute: one action may take at most 20000 loop steps"},
		{"count(lines) > 0 and\n sum(lines, .price) > 0", map[string]any{"lines": many}, "expr.limit 2:2 The number is too large (10^40 or more)"},
		{"sum(lines, .qty)", map[string]any{"lines": tooMany}, "expr.limit 1:1 Too many rows: 1001, at most 1000"},
		{"name + name", map[string]any{"name": long}, "expr.limit 1:6 The text grows too long (at most 8192 bytes)"},
		{"amount + 1", map[string]any{"amount": "12"}, "expr.value 1:8 The value here should be a number, but is “12”"},
		{"amount > 1", map[string]any{"amount": "12"}, "expr.value 1:8 The value here should be a text, but is “1”"},
		{"closeDate + 0.5", map[string]any{"closeDate": Date{2026, 1, 1}}, "expr.value 1:11 A number of days must be whole, but is 0.5"},
		{"closeDate + 3649999", map[string]any{"closeDate": Date{2026, 1, 1}}, "expr.limit 1:11 The date is out of range (years 1 to 9999)"},
		{"workdays(closeDate, today()) > 0", map[string]any{"closeDate": Date{1026, 1, 1}}, "expr.limit 1:1 Working days are counted over at most 3660 days"},
		{"addWorkdays(closeDate, 1000000)", map[string]any{"closeDate": Date{2026, 1, 1}}, "expr.limit 1:1 Working days are counted over at most 3660 days"},
		{"cnAmount(amount)", map[string]any{"amount": dec("1e17")}, "expr.limit 1:1 The amount is too large to write out"},
		{"date(name) > today()", map[string]any{"name": "soon"}, "expr.value 1:1 “soon” is not a date; write '2026-09-30'"},
	} {
		t.Run(c.src, func(t *testing.T) {
			t.Parallel()
			p, ps := Compile(c.src, sampleEnv(), Type{})
			if HasErrors(ps) {
				t.Fatal(lines(ps))
			}
			_, err := p.Eval(&Scope{Names: c.names, Now: sampleScope().Now})
			e, ok := err.(*EvalError)
			if !ok {
				t.Fatalf("got %v", err)
			}
			if got := fmt.Sprintf("%s %d:%d %s", e.Code, e.Line, e.Col, e.Message.In("en")); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestBudgetIsShared(t *testing.T) {
	t.Parallel()
	rows := make([]map[string]any, 1000)
	for i := range rows {
		rows[i] = map[string]any{"qty": dec("1")}
	}
	p, ps := Compile("sum(lines, .qty)", sampleEnv(), Number)
	if len(ps) > 0 {
		t.Fatal(lines(ps))
	}
	s := &Scope{Names: map[string]any{"lines": rows}, Budget: NewBudget()}
	for i := range 20 {
		if _, err := p.Eval(s); err != nil {
			t.Fatalf("run %d: %v", i, err)
		}
	}
	if _, err := p.Eval(s); err == nil || err.(*EvalError).Code != "expr.limit" {
		t.Errorf("the 21st run: %v", err)
	}
	s.Budget = nil
	if _, err := p.Eval(s); err != nil {
		t.Errorf("without a shared budget: %v", err)
	}
}

func TestReads(t *testing.T) {
	t.Parallel()
	p, ps := Compile("account.name == 'x' and sum(filter(lines, .ok), .product.listPrice) > amount and old.amount > 1 and isBig and decide('tier').level == 'vp' and today() > closeDate", sampleEnv(), Bool)
	if len(ps) > 0 {
		t.Fatal(lines(ps))
	}
	got, _ := json.Marshal([]any{p.Reads(), p.ReadsPaths(), p.Decides(), p.Calls(), p.ReadsClock()})
	want := `[["account","amount","closeDate","isBig","lines","old"],[["account","name"],["amount"],["closeDate"],["isBig"],["lines"],["lines","ok"],["lines","product","listPrice"],["old","amount"]],["tier"],["decide","filter","sum","today"],true]`
	if string(got) != want {
		t.Errorf("got %s", got)
	}
}

func TestReserved(t *testing.T) {
	t.Parallel()
	all := " " + strings.Join(Reserved(), " ") + " "
	for _, w := range []string{"sum", "today", "and", "nil", "true", "matches", "decide", "if", "contains"} {
		if !strings.Contains(all, " "+w+" ") {
			t.Errorf("%s is not reserved", w)
		}
	}
}
