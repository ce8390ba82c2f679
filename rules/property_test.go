package rules

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"pipewright/rules/hostile"
)

// expression draws a well-typed expression of a kind; depth bounds it.
func expression(t *rapid.T, k Kind, depth int) string {
	pick := func(options ...string) string { return rapid.SampledFrom(options).Draw(t, "pick") }
	sub := func(k Kind) string { return expression(t, k, depth-1) }
	if depth == 0 {
		switch k {
		case KindNumber:
			return pick("amount", "discount", "empty", "0.1", "3", "1000", "sum(lines, .qty)", "count(lines)", "account.credit")
		case KindText:
			return pick("name", "'x'", "emptyText", "account.name", "upper(name)")
		case KindDate:
			return pick("closeDate", "today()", "emptyDate", "date(createdAt)")
		}
		return pick("agreed", "other", "true", "isBig", "any(lines, .ok)")
	}
	switch k {
	case KindNumber:
		switch rapid.IntRange(0, 6).Draw(t, "form") {
		case 0:
			return "(" + sub(k) + pick(" + ", " - ", " * ") + sub(k) + ")"
		case 1:
			return "rate(" + sub(k) + ", " + sub(k) + ")"
		case 2:
			return "(" + sub(KindBool) + " ? " + sub(k) + " : " + sub(k) + ")"
		case 3:
			return "sum(lines, .qty * .price)"
		case 4:
			return "round(" + sub(k) + ", 2)"
		case 5:
			return "days(" + sub(KindDate) + ", " + sub(KindDate) + ")"
		}
		return "max(" + sub(k) + ", " + sub(k) + ")"
	case KindText:
		return "(" + sub(k) + pick(" + ", " ?? ") + sub(k) + ")"
	case KindDate:
		return pick("min(", "max(") + sub(k) + ", " + sub(k) + ")"
	}
	switch rapid.IntRange(0, 5).Draw(t, "form") {
	case 0:
		return "(" + sub(KindNumber) + pick(" < ", " >= ", " == ", " != ") + sub(KindNumber) + ")"
	case 1:
		return "(" + sub(k) + pick(" and ", " or ") + sub(k) + ")"
	case 2:
		return "not (" + sub(k) + ")"
	case 3:
		return "(" + sub(KindDate) + pick(" < ", " == ") + sub(KindDate) + ")"
	case 4:
		return "(" + sub(KindText) + pick(" == ", " contains ", " startsWith ") + sub(KindText) + ")"
	}
	return "(" + sub(KindNumber) + " == nil)"
}

// TestWellTypedExpressionsRun holds that whatever the checker lets through runs to a value of the type it said.
func TestWellTypedExpressionsRun(t *testing.T) {
	t.Parallel()
	env, scope := sampleEnv(), sampleScope()
	rapid.Check(t, func(t *rapid.T) {
		kind := rapid.SampledFrom([]Kind{KindNumber, KindText, KindBool, KindDate}).Draw(t, "kind")
		src := expression(t, kind, rapid.IntRange(0, 3).Draw(t, "depth"))
		p, ps := Compile(src, env, Type{Kind: kind})
		if HasErrors(ps) {
			for _, p := range ps {
				if p.Code != "expr.limit" {
					t.Fatalf("%s: %s", src, lines(ps))
				}
			}
			return
		}
		v, err := p.Eval(scope)
		if err != nil {
			if e := err.(*EvalError); e.Code != "expr.limit" {
				t.Fatalf("%s: %v", src, err)
			}
			return
		}
		ok := v == nil && kind != KindBool
		switch v.(type) {
		case decimal.Decimal:
			ok = kind == KindNumber
		case string:
			ok = kind == KindText
		case bool:
			ok = kind == KindBool
		case Date:
			ok = kind == KindDate
		}
		if !ok {
			t.Fatalf("%s is %T", src, v)
		}
	})
}

// TestTwoValued holds that a comparison with null is false, and its negation true.
func TestTwoValued(t *testing.T) {
	t.Parallel()
	env := sampleEnv()
	rapid.Check(t, func(t *rapid.T) {
		op := rapid.SampledFrom([]string{"<", "<=", ">", ">=", "==", "!="}).Draw(t, "op")
		a := rapid.SampledFrom([]string{"empty", "empty + 1", "account.credit", "avg(emptyLines, .qty)"}).Draw(t, "a")
		b := rapid.SampledFrom([]string{"1", "amount", "empty"}).Draw(t, "b")
		src := a + " " + op + " " + b
		for s, want := range map[string]bool{src: false, "not (" + src + ")": true} {
			p, ps := Compile(s, env, Bool)
			if HasErrors(ps) {
				t.Fatal(lines(ps))
			}
			if got, err := p.Test(sampleScope()); err != nil || got != want {
				t.Fatalf("%s = %v, %v", s, got, err)
			}
		}
	})
}

// TestExact holds that sums of cents are exact, whatever their order.
func TestExact(t *testing.T) {
	t.Parallel()
	p, _ := Compile("sum(numbers)", sampleEnv(), Number)
	rapid.Check(t, func(t *rapid.T) {
		cents := rapid.SliceOfN(rapid.Int64Range(-1e12, 1e12), 0, 50).Draw(t, "cents")
		values, want := make([]any, len(cents)), int64(0)
		for i, c := range cents {
			values[i] = decimal.New(c, -2)
			want += c
		}
		v, err := p.Eval(&Scope{Names: map[string]any{"numbers": values}})
		if err != nil || !v.(decimal.Decimal).Equal(decimal.New(want, -2)) {
			t.Fatalf("got %v, %v", v, err)
		}
	})
}

func TestDates(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(-700000, 2900000).Draw(t, "day")
		d := dateOfOrdinal(n)
		ref := time.Unix(0, 0).UTC().AddDate(0, 0, n)
		if want := (Date{ref.Year(), int(ref.Month()), ref.Day()}); d != want || d.ordinal() != n || d.Weekday() != ref.Weekday() {
			t.Fatalf("%d: %v, want %v", n, d, want)
		}
		if back, err := ParseDate(d.String()); err != nil || back != d {
			t.Fatalf("%v: %v", d, err)
		}
	})
}

func TestDurations(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"P3D": "P3D", "P1W": "P7D", "PT4H": "PT4H", "P3BD": "P3BD", "PT4BH": "PT4BH", "-P7D": "-P7D", "P1Y2M3DT4H5M6S": "P1Y2M3DT4H5M6S", "P0D": "P0D",
		"P": "", "PT": "", "P3": "", "3D": "", "P3BDT1H": "", "P1D1M": "", "P1.5D": "", "PT1D": "", "P1H": "", "P999999D": "", "--P1D": "", "P1DT": "", "": "", "P3B": "", "PTT1H": "",
	} {
		d, err := ParseDuration(in)
		if (err == nil) != (want != "") || err == nil && d.String() != want {
			t.Errorf("%q: %v, %v", in, d, err)
		}
	}
}

func TestCNAmount(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"6007.14": "陆仟零柒元壹角肆分", "10": "壹拾元整", "0": "零元整", "100000000": "壹亿元整", "0.5": "伍角整", "0.05": "伍分", "1.05": "壹元零伍分", "1.50": "壹元伍角整",
		"107000.53": "壹拾万零柒仟元伍角叁分", "16409.02": "壹万陆仟肆佰零玖元零贰分", "325.04": "叁佰贰拾伍元零肆分", "1680.32": "壹仟陆佰捌拾元叁角贰分",
		"100010001": "壹亿零壹万零壹元整", "-12": "负壹拾贰元整", "0.004": "零元整", "-0.001": "零元整", "10000000": "壹仟万元整", "1000000000000": "壹万亿元整",
		"1000000000001": "壹万亿零壹元整", "20010000": "贰仟零壹万元整", "0.995": "壹元整", "1234567890123456.78": "壹仟贰佰叁拾肆万伍仟陆佰柒拾捌亿玖仟零壹拾贰万叁仟肆佰伍拾陆元柒角捌分",
	} {
		if got, err := CNAmount(dec(in)); err != nil || got != want {
			t.Errorf("%s: %s, want %s (%v)", in, got, want, err)
		}
	}
}

func TestPinyin(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"重庆银行": "chongqingyinhang", "中国A股": "zhongguoAgu", "": "", "厦门大厦": "xiamendasha"} {
		if got := Pinyin(in); got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
}

func TestTemplates(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ in, want string }{
		{"plain", "plain"},
		{"", ""},
		{"{{ name }} · {{account.name}}", "中移AB · 华为"},
		{"{{ '}}' + name }}", "}}中移AB"},
		{"{{ sum(lines, .qty) }} 件, {{ empty }}", "3 件, "},
		{"{{ name", "error expr.syntax 1:1: “{{” has no “}}”"},
		{"ab\n {{ nmae }}", "error expr.unknownName 2:5: There is no field or rule named “nmae” here. Did you mean “name”?"},
		{"{{ name }} {{ 1 + }}", "error expr.syntax 1:19: The expression is not finished"},
		{"{{ }}", "error expr.syntax 1:3: The expression is empty"},
		{strings.Repeat("{{1}}", 201), "error expr.limit: Too many {{ }} (at most 200)"},
	} {
		tpl, ps := CompileTemplate(c.in, sampleEnv())
		got := strings.ReplaceAll(lines(ps), "  ", " ")
		if tpl != nil {
			var err error
			if got, err = tpl.Render(sampleScope(), nil); err != nil {
				t.Error(err)
			}
		}
		if got != strings.ReplaceAll(c.want, "limit:", "limit :") && got != c.want {
			t.Errorf("%q: got %q", c.in, got)
		}
	}
	texts, ps := CompileTexts(Text{"zh-CN": "客户 {{ name }}", "en": "Customer {{ name }}{{ x }}"}, sampleEnv())
	if len(ps) != 1 || ps[0].Path != "/en" {
		t.Errorf("texts: %s", lines(ps))
	}
	out, err := texts.Render(sampleScope(), nil)
	if err != nil || out["zh-CN"] != "客户 中移AB" {
		t.Errorf("texts: %v %v", out, err)
	}
}

// TestConcurrent holds that a program may run in many goroutines at once.
func TestConcurrent(t *testing.T) {
	t.Parallel()
	p, ps := Compile("sum(filter(lines, .qty > 0), .qty * .price) + workdays(closeDate, today())", sampleEnv(), Number)
	if len(ps) > 0 {
		t.Fatal(lines(ps))
	}
	scope := sampleScope()
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 200 {
				if v, err := p.Eval(scope); err != nil || fmt.Sprint(v) != "239" {
					t.Errorf("got %v, %v", v, err)
					return
				}
			}
		})
	}
	wg.Wait()
}

func FuzzCompile(f *testing.F) {
	for _, s := range []string{"amount > 1 and not (name contains 'x')", "sum(lines, .qty * .price)", "max(lines, #.qty)", "min(1, max(lines, .qty))", "decide('tier').level",
		"if agreed { 1 } else if other { 2 } else { 3 }", "a ?? b", "lines[0].product?.name", "0 < amount < 10", "[1,2,3]", "1..5", "'\\u{1F600}'", "((((", "# .", "count(lines, {#index > 1})",
		"`raw`", "/* c */ 1 // x", "name matches '^a+$'", "1e5", "0x1F", "\xff", "avg(map(lines, .off))", "date('2026-01-01') - today()", "let a = 1; a", "-1 -+-! true", ".1", "1.", "a.b.c(d)", "{}", "{{ name }} }}"} {
		f.Add(s)
	}
	for _, s := range hostile.Texts() {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, src string) {
		hostile.Within(t, len(src), func() { fuzzCompile(t, src) })
	})
}

func fuzzCompile(t *testing.T, src string) {
	env := sampleEnv()
	if p, ps := Compile(src, env, Anything); p != nil {
		if HasErrors(ps) {
			t.Fatal("a program in spite of errors")
		}
		if _, err := p.Eval(sampleScope()); err != nil {
			if e, ok := err.(*EvalError); !ok || e.Code == "" || len(e.Message) == 0 {
				t.Fatalf("%q: %v", src, err)
			}
		}
	} else if !HasErrors(ps) {
		t.Fatal("no program and no errors")
	}
	if tpl, _ := CompileTemplate(src, env); tpl != nil {
		_, _ = tpl.Render(sampleScope(), nil)
	}
	_, _ = compileCell(src, "amount", Number, env)
	_, _ = ParseFilter(src, env, "me")
}
