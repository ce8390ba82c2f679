package rules

import (
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
)

var testZone = time.FixedZone("UTC+8", 8*3600)

func dec(s string) decimal.Decimal { return decimal.RequireFromString(s) }

// sampleEnv and sampleScope are the record the tables of this package's tests evaluate against.
func sampleEnv() *Env { env, _ := Sample(); return env }

func sampleScope() *Scope { _, scope := Sample(); return scope }

func TestEval(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ src, want string }{
		{"0.1 + 0.2 == 0.3", "true"},
		{"1 / 3", "0.3333333333333333"},
		{"2 / 3", "0.6666666666666667"},
		{"-7 % 3", "-1"},
		{"1_000 * 3", "3000"},
		{"12345678901234567.89 + 0.01", "12345678901234567.9"},
		{"-amount", "-600000"},
		{"amount * (1 - discount)", "390000"},
		{"amount > 500000 || discount > 0.3", "true"},
		{"amount > 500000 and not (discount > 0.3)", "false"},
		{"1 < 2 < 3", "true"},
		{"3 > 2 > 2", "false"},
		// null
		{"empty > 1", "false"},
		{"empty == 1", "false"},
		{"empty != 1", "false"},
		{"not (empty == 1)", "true"},
		{"empty == nil", "true"},
		{"emptyText == nil", "true"},
		{"trim('  ') == nil", "true"},
		{"emptyText + '' != nil", "false"},
		{"name != nil and lines != nil and tags != nil", "true"},
		{"emptyLines == nil", "true"},
		{"filter(lines, .qty > 9) == nil", "true"},
		{"map(lines, .qty) == nil", "false"},
		{"amount != nil", "true"},
		{"nil == empty", "true"},
		{"empty + 1", ""},
		{"empty == empty", "false"},
		{"(empty ?? 3) + 1", "4"},
		{"emptyText + 'x' + name", "x中移AB"},
		{"other", "false"},
		{"not other", "true"},
		{"other ? 1 : 2", "2"},
		{"agreed and other", "false"},
		{"sum(emptyLines, .qty)", "0"},
		{"avg(emptyLines, .qty)", ""},
		{"max(emptyLines, .qty)", ""},
		{"any(emptyLines, .qty > 1)", "false"},
		{"all(emptyLines, .qty > 1)", "true"},
		{"count(emptyLines)", "0"},
		// tables compared
		{"same(lines, lines, ['qty', 'price', 'off', 'product', 'when', 'ok'])", "true"},
		{"same(lines, filter(lines, .qty > 1), ['qty'])", "false"},
		{"same(lines, emptyLines, ['qty'])", "false"},
		{"same(emptyLines, emptyLines, ['qty'])", "true"},
		{"same(lines, nil, ['qty'])", "false"},
		{"same(emptyLines, nil, ['qty'])", "true"},
		{"same(lines, others, ['qty', 'price'])", "true"},
		{"same(lines, others, ['qty', 'price', 'product'])", "true"},
		{"same(lines, others, ['off'])", "false"},
		{"same(others, doubled, ['qty'])", "false"},
		{"same(doubled, others, ['qty'])", "false"},
		// tables
		{"sum(lines, .qty * .price)", "250"},
		{"sum(lines, #.qty * #.price * (1 - (#.off ?? 0)))", "230"},
		{"sum(lines, .off)", "0.1"},
		{"sum(numbers)", "8"},
		{"avg(numbers)", "4"},
		{"count(lines)", "2"},
		{"count(lines, .ok)", "1"},
		{"count(lines, .qty > 1)", "1"},
		{"min(lines, .price)", "50"},
		{"max(lines, .qty * .price)", "200"},
		{"max(lines, {.qty})", "2"},
		{"min(3, 2, empty)", "2"},
		{"max(closeDate, date('2027-01-01'))", "2027-01-01"},
		{"min(lines, .when)", "2026-09-01"},
		{"sum(map(lines, min(#.qty, 1)))", "2"},
		{"sum(filter(lines, .qty > 1), .price)", "100"},
		{"len(filter(lines, .off == nil))", "1"},
		{"map(lines, .product.name)", `["泵",null]`},
		{"any(lines, .product.listPrice > .price)", "true"},
		{"lines[0].price", "100"},
		{"lines[7].price", ""},
		{"sum(lines, count(lines, .qty > 0))", "4"},
		{"sum(lines, #index)", "1"},
		{"sum(1..4)", "10"},
		{"count([agreed, other, true], #)", "2"},
		{"count([agreed, other, true])", "2"},
		// text, lists
		{"name contains '移'", "true"},
		{"name startsWith '中' and name endsWith 'AB'", "true"},
		{"name matches '^中.*B$'", "true"},
		{"emptyText contains 'x'", "false"},
		{"not (emptyText contains 'x')", "true"},
		{"status in ['open', 'won']", "true"},
		{"status not in ['won']", "true"},
		{"emptyText in ['won']", "false"},
		{"amount in [600000, 1]", "true"},
		{"tags contains 'hot'", "true"},
		{"'new' in tags", "false"},
		{"len(tags)", "2"},
		{"len(name)", "4"},
		{"len(emptyText)", "0"},
		{"upper(emptyText)", ""},
		{"'a' < 'b'", "true"},
		// records
		{"account.name", "华为"},
		{"account?.name", "华为"},
		{`account["name"]`, "华为"},
		{"account.credit > 1", "false"},
		{"account == 'acc1'", "true"},
		{"owner == me", "true"},
		{"old.amount < amount", "true"},
		{"status != old.status", "false"},
		// dates
		{"closeDate >= today()", "true"},
		{"closeDate - today()", "15"},
		{"closeDate + 30", "2026-11-14"},
		{"closeDate - 15 == today()", "true"},
		{"createdAt < today()", "false"},
		{"createdAt == today()", "true"},
		{"date(createdAt)", "2026-09-30"},
		{"emptyDate > today()", "false"},
		{"days(emptyDate, today())", ""},
		{"hoursBetween(datetime('2026-09-30 09:00'), datetime('2026-09-30 09:20'))", "0.3333333333333333"},
		{"hoursBetween(datetime('2026-09-30 09:00'), datetime('2026-09-29 09:00'))", "-24"},
		{"days(createdAt, closeDate)", "15"},
		{"addWorkdays(today(), -1)", "2026-09-29"},
		{"addWorkdays(today(), 0)", "2026-09-30"},
		{"workdays(closeDate, today())", "-11"},
		{"isWorkday(emptyDate)", "false"},
		{"datetime('2026-09-30 09:00') == now()", "true"},
		// the rest
		{"if amount > 1 { 'big' } else { 'small' }", "big"},
		{"amount > 1 ? nil : 'x'", ""},
		{"isBig", "true"},
		{"decide('tier').level == 'vp'", "true"},
		{"tier.limit", "100"},
		{"rate(1, 0)", "0"},
		{"rate(empty, 0)", ""},
		{"round(-2.5)", "-3"},
		{"round(1234.5, -2)", "1200"},
		{"ceil(7 / 2)", "4"},
		{"ceil(-3.5)", "-3"},
		{"ceil(4)", "4"},
		{"ceil(nil)", ""},
		{"cnAmount(amount)", "陆拾万元整"},
		{"'it''s' != ''", "true"},
	} {
		t.Run(c.src, func(t *testing.T) {
			t.Parallel()
			src := strings.ReplaceAll(c.src, "'it''s'", `"it's"`)
			p, ps := Compile(src, sampleEnv(), Type{})
			if HasErrors(ps) {
				t.Fatalf("problems: %v", show(ps))
			}
			v, err := p.Eval(sampleScope())
			if err != nil {
				t.Fatal(err)
			}
			if p.Type().Kind == KindBool && v == nil {
				v = false
			}
			if got := ShowValue(v); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func show(ps []Problem) string {
	var b strings.Builder
	for _, p := range ps {
		b.WriteString(string(p.Severity) + " " + p.Code + " " + p.Path + " " + p.Message.In("en") + "\n")
	}
	return b.String()
}

func TestFunctionExamples(t *testing.T) {
	t.Parallel()
	for _, f := range Functions() {
		t.Run(f.Name, func(t *testing.T) {
			t.Parallel()
			p, ps := Compile(f.Example, sampleEnv(), Type{})
			if len(ps) > 0 {
				t.Fatal(show(ps))
			}
			v, err := p.Eval(sampleScope())
			if err != nil {
				t.Fatal(err)
			}
			if got := ShowValue(v); got != f.Result {
				t.Errorf("%s = %q, documented %q", f.Example, got, f.Result)
			}
			for _, lang := range Languages {
				if f.Doc[lang] == "" {
					t.Errorf("no %s text", lang)
				}
			}
		})
	}
}
