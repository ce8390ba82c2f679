package forms

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"pipewright/rules"
)

// kindForm has a field of every type, with the settings the table tests rely on.
func kindForm(t testing.TB) *Schema {
	t.Helper()
	two := 2
	ten, three := 10, 3
	f := Form{Key: "k", Name: rules.Plain("K"), Fields: []Field{
		{Key: "text", Type: "text", Name: rules.Say("文字", "文字", "Text"), MaxLength: &ten, MinLength: &three, Sort: true},
		{Key: "plain", Type: "text", List: true},
		{Key: "phone", Type: "text", Pattern: `^1[3-9]\d{9}$`},
		{Key: "long", Type: "longtext"},
		{Key: "num", Type: "number", Name: rules.Say("数量", "數量", "Count"), Filter: true},
		{Key: "whole", Type: "number", Scale: new(int)},
		{Key: "pct", Type: "percent", Scale: &two},
		{Key: "cash", Type: "money", Name: rules.Say("金额", "金額", "Amount"), List: true},
		{Key: "yen", Type: "money", Currency: "JPY"},
		{Key: "flag", Type: "bool"},
		{Key: "day", Type: "date"},
		{Key: "at", Type: "datetime"},
		{Key: "pick", Type: "select", Options: "colour"},
		{Key: "many", Type: "multiselect", Options: "colour"},
		{Key: "who", Type: "user"},
		{Key: "ref", Type: "reference", Form: "k"},
		{Key: "rows", Type: "table", Name: rules.Say("明细", "明細", "Lines"), Fields: []Field{
			{Key: "qty", Type: "number", Name: rules.Say("数量", "數量", "Qty"), Scale: new(int)}, {Key: "cash", Type: "money"},
			{Key: "pick", Type: "select", Options: "colour", Index: true}, {Key: "ref", Type: "reference", Form: "k", Index: true}}},
	}}
	w := testWorld([]Form{f}, []OptionList{{Key: "colour", Items: []Option{{Key: "red", Name: rules.Plain("红")}, {Key: "blue", Name: rules.Plain("蓝")}}}})
	s, ps := Compile(w.Forms["k"], w, &Storage{Fields: map[string]string{"cash": "cash_2", "rows.cash": "c9"}}, "/forms/k")
	if len(ps) > 0 {
		t.Fatal(showProblems(ps))
	}
	return s
}

// parseCase is a wire value for a field, and its canonical wire form or the problems.
type parseCase struct{ field, in, want string }

func checkParse(t *testing.T, s *Schema, cases []parseCase) {
	t.Helper()
	for _, c := range cases {
		v, ps := s.Parse(map[string]json.RawMessage{c.field: json.RawMessage(c.in)}, "/data")
		got := strings.Join(showProblems(ps), "; ")
		if got == "" {
			if raw, ok := s.Wire(v, nil)[c.field]; ok {
				got = string(raw)
			} else if _, there := v[c.field]; there {
				got = "empty"
			}
		} else if _, there := v[c.field]; there {
			t.Errorf("%s %.60s: a refused value was kept", c.field, c.in)
		}
		if got != c.want {
			t.Errorf("%s %.60s\n got %s\nwant %s", c.field, c.in, got, c.want)
		}
	}
}

func TestParse(t *testing.T) {
	t.Parallel()
	s := kindForm(t)
	long := strings.Repeat("字", 20001)
	checkParse(t, s, []parseCase{
		// want is the canonical wire form, or the problem.
		{"text", `"abc"`, `"abc"`},
		{"text", `"一二三四五六七八九十"`, `"一二三四五六七八九十"`},
		{"text", `""`, `empty`},
		{"text", `null`, `empty`},
		{"text", `"ab"`, `/data/text text.tooShort: “Text” must have at least 3 characters, it has 2`},
		{"text", `"abcdefghijk"`, `/data/text text.tooLong: “Text” may have at most 10 characters, it has 11`},
		{"text", `"a\nb c"`, `/data/text text.line: “Text” must be a single line`},
		{"text", `"a\u0000b"`, `/data/text text.control: “Text” holds an invisible control character; please remove it`},
		{"text", `"\ud800abc"`, `/data/text shape.type: “Text” must be a text`},
		{"text", "\"\xff\xfe\xfd\"", `/data/text shape.type: “Text” must be a text`},
		{"text", `"\ufffd\ufffd\ufffd"`, `"���"`},
		{"text", `123`, `/data/text shape.type: “Text” must be a text`},
		{"text", `["abc"]`, `/data/text shape.type: “Text” must be a text`},
		{"text", `"abc`, `/data/text shape.type: “Text” must be a text`},
		{"text", ``, `/data/text shape.type: “Text” must be a text`},
		{"phone", `"13800000000"`, `"13800000000"`},
		{"phone", `"12800000000"`, `/data/phone text.pattern: “phone” is not in the expected format`},
		{"long", `"a\nb\r\n\tc <&>"`, `"a\nb\r\n\tc <&>"`},
		{"long", `"` + long + `"`, `/data/long text.tooLong: “long” may have at most 20000 characters, it has 20001`},
		{"num", `12.5`, `"12.5"`},
		{"num", `"12.50"`, `"12.5"`},
		{"num", `0.10000000000000000`, `"0.1"`},
		{"num", `-0`, `"0"`},
		{"num", `1e3`, `"1000"`},
		{"num", `12E-1`, `"1.2"`},
		{"num", `1e999999999`, `/data/num shape.type: “Count” must be a number such as 12.5`},
		{"num", `"1e3"`, `/data/num shape.type: “Count” must be a number such as 12.5`},
		{"num", `"1,000"`, `/data/num shape.type: “Count” must be a number such as 12.5`},
		{"num", `""`, `/data/num shape.type: “Count” must be a number such as 12.5`},
		{"num", `" 1"`, `/data/num shape.type: “Count” must be a number such as 12.5`},
		{"num", `"+1"`, `/data/num shape.type: “Count” must be a number such as 12.5`},
		{"num", `"01"`, `/data/num shape.type: “Count” must be a number such as 12.5`},
		{"num", `".5"`, `/data/num shape.type: “Count” must be a number such as 12.5`},
		{"num", `"NaN"`, `/data/num shape.type: “Count” must be a number such as 12.5`},
		{"num", `true`, `/data/num shape.type: “Count” must be a number such as 12.5`},
		{"num", `0.00001`, `/data/num number.scale: “Count” may have at most 4 decimals`},
		{"num", `922337203685477.5807`, `"922337203685477.5807"`},
		{"num", `922337203685477.5808`, `/data/num number.range: “Count” is too large: at most 922337203685477`},
		{"num", `1e16`, `/data/num number.range: “Count” is too large: at most 922337203685477`},
		{"whole", `1000000000000000`, `"1000000000000000"`},
		{"whole", `-1000000000000001`, `/data/whole number.range: “whole” is too large: at most 1000000000000000`},
		{"whole", `1.5`, `/data/whole number.scale: “whole” must be a whole number`},
		{"whole", `1.0`, `"1"`},
		{"pct", `"0.125"`, `/data/pct number.scale: “pct” may have at most 2 decimals`},
		{"pct", `0.1`, `"0.1"`},
		{"cash", `{"amount": "1234.5", "currency": "CNY"}`, `{"amount":"1234.50","currency":"CNY"}`},
		{"cash", `{"amount": "-0.01"}`, `{"amount":"-0.01","currency":"CNY"}`},
		{"cash", `{"amount": "1.005"}`, `/data/cash number.scale: “Amount” may have at most 2 decimals`},
		{"cash", `{"amount": 1}`, `/data/cash shape.type: “Amount” must be written {"amount": "1234.50", "currency": "CNY"}, the amount as text, not as a number`},
		{"cash", `1234.5`, `/data/cash shape.type: “Amount” must be written {"amount": "1234.50", "currency": "CNY"}, the amount as text, not as a number`},
		{"cash", `{"currency": "CNY"}`, `/data/cash shape.type: “Amount” must be written {"amount": "1234.50", "currency": "CNY"}, the amount as text, not as a number`},
		{"cash", `{"amount": null}`, `/data/cash shape.type: “Amount” must be written {"amount": "1234.50", "currency": "CNY"}, the amount as text, not as a number`},
		{"cash", `{"amount": "1", "currency": "USD"}`, `/data/cash money.currency: “Amount” is in CNY, not in “USD”`},
		{"cash", `{"amount": "1", "amount": "2"}`, `/data/cash key.duplicate: In “Amount”, “amount” is given twice`},
		{"cash", `{"amount": "1", "$gt": ""}`, `/data/cash field.unknown: “Amount” has no member “$gt”`},
		{"yen", `{"amount": "100"}`, `{"amount":"100","currency":"JPY"}`},
		{"yen", `{"amount": "100.5"}`, `/data/yen number.scale: “yen” must be a whole number`},
		{"flag", `true`, `true`},
		{"flag", `false`, `false`},
		{"flag", `"true"`, `/data/flag shape.type: “flag” must be true or false`},
		{"flag", `1`, `/data/flag shape.type: “flag” must be true or false`},
		{"day", `"2024-02-29"`, `"2024-02-29"`},
		{"day", `"2026-02-29"`, `/data/day shape.type: “day” must be a day that exists, written like 2026-09-30`},
		{"day", `"2026-9-30"`, `/data/day shape.type: “day” must be a day that exists, written like 2026-09-30`},
		{"day", `"2026-09-30T00:00:00Z"`, `/data/day shape.type: “day” must be a day that exists, written like 2026-09-30`},
		{"day", `20260930`, `/data/day shape.type: “day” must be a day that exists, written like 2026-09-30`},
		{"at", `"2026-09-30T14:00:00+08:00"`, `"2026-09-30T06:00:00.000Z"`},
		{"at", `"2026-09-30T06:00:00.123Z"`, `"2026-09-30T06:00:00.123Z"`},
		{"at", `"2026-09-30T06:00:00.1234Z"`, `/data/at datetime.precision: “at” may be given to the millisecond at most`},
		{"at", `"2026-09-30T06:00:00"`, `/data/at shape.type: “at” must be a time with its zone, written like 2026-09-30T14:00:00+08:00`},
		{"at", `"0000-01-01T00:00:00Z"`, `/data/at shape.type: “at” must be a time with its zone, written like 2026-09-30T14:00:00+08:00`},
		{"at", `1790000000000`, `/data/at shape.type: “at” must be a time with its zone, written like 2026-09-30T14:00:00+08:00`},
		{"pick", `"red"`, `"red"`},
		{"pick", `"green"`, `/data/pick option.unknown: “pick” has no option “green”`},
		{"pick", `""`, `/data/pick option.unknown: “pick” has no option “”`},
		{"pick", `["red"]`, `/data/pick shape.type: “pick” must be the key of one option`},
		{"many", `["blue", "red"]`, `["blue","red"]`},
		{"many", `[]`, `empty`},
		{"many", `["red", "red"]`, `/data/many option.duplicate: In “many”, option “red” is chosen twice`},
		{"many", `["green"]`, `/data/many option.unknown: “many” has no option “green”`},
		{"many", `"red"`, `/data/many shape.type: “many” must be a list of option keys`},
		{"many", `[null]`, `/data/many shape.type: “many” must be a list of option keys`},
		{"who", `"rep.li"`, `"rep.li"`},
		{"who", `""`, `/data/who shape.type: “who” must be the user name of a person`},
		{"who", `{"$ne": ""}`, `/data/who shape.type: “who” must be the user name of a person`},
		{"ref", `"K-01"`, `{"id":"K-01"}`},
		{"ref", `{"id": "K-01"}`, `{"id":"K-01"}`},
		{"ref", `{"id": "K-01", "title": "x"}`, `{"id":"K-01"}`},
		{"ref", `{"id": "K-01", "name": "x"}`, `/data/ref field.unknown: “ref” has no member “name”`},
		{"ref", `{"id": ""}`, `/data/ref shape.type: “ref” must be the id of a record, or {"id": id}`},
		{"ref", `{"title": "x"}`, `/data/ref shape.type: “ref” must be the id of a record, or {"id": id}`},
		{"ref", `"../secret"`, `/data/ref shape.type: “ref” must be the id of a record, or {"id": id}`},
		{"rows", `[]`, `[]`},
		{"rows", `[{"qty": 1, "cash": {"amount": "2"}}, {}]`, `[{"cash":{"amount":"2.00","currency":"CNY"},"qty":"1"},{}]`},
		{"rows", `[{"qty": 1.5}]`, `/data/rows/0/qty number.scale: “Qty” in row 1 of “Lines” must be a whole number`},
		{"rows", `[{}, {"price": 1, "qty": "x"}]`, `/data/rows/1 field.unknown: Row 2 of “Lines”: there is no column “price”; /data/rows/1/qty shape.type: “Qty” in row 2 of “Lines” must be a number such as 12.5`},
		{"rows", `[{"qty": 1, "qty": 2}]`, `/data/rows/0 key.duplicate: Row 1 of “Lines”: “qty” is given twice`},
		{"rows", `[1]`, `/data/rows/0 shape.type: Row 1 of “Lines” must be {column: value}`},
		{"rows", `{"qty": 1}`, `/data/rows shape.type: “Lines” must be a list of rows, each {column: value}`},
		{"rows", `[` + strings.Repeat(`{},`, 1000) + `{}]`, `/data/rows rows.tooMany: “Lines” may have at most 1000 rows, it has 1001`},
		{"cahs", `1`, `/data/cahs field.unknown: There is no field “cahs”. Did you mean “cash”?`},
		{"$where", `1`, `/data/$where field.unknown: There is no field “$where”`},
	})
}

// Every problem says in three languages where it is.
func TestProblemLanguages(t *testing.T) {
	t.Parallel()
	_, ps := kindForm(t).Parse(map[string]json.RawMessage{"cash": []byte("1"), "rows": []byte(`[{"qty":"x"}]`)}, "/data")
	want := []string{
		`“金额”应写成 {"amount": "1234.50", "currency": "CNY"}，金额用文字，不用数字|「金額」應寫成 {"amount": "1234.50", "currency": "CNY"}，金額用文字，不用數字`,
		`“明细”第 1 行的“数量”应是数字，例如 12.5|「明細」第 1 列的「數量」應是數字，例如 12.5`,
	}
	for i, p := range ps {
		if got := p.Message["zh-CN"] + "|" + p.Message["zh-TW"]; got != want[i] {
			t.Errorf("got %s, want %s", got, want[i])
		}
	}
}

func TestStoredAndColumns(t *testing.T) {
	t.Parallel()
	s := kindForm(t)
	v, ps := s.Parse(map[string]json.RawMessage{
		"text": []byte(`"重庆ＡＢ"`), "plain": []byte(`"x"`), "num": []byte("1.5"), "whole": []byte("7"), "pct": []byte(`"0.3"`), "cash": []byte(`{"amount":"-12.34"}`),
		"yen": []byte(`{"amount":"100"}`), "flag": []byte("false"), "day": []byte(`"2026-11-22"`), "at": []byte(`"2026-11-22T00:00:00.001Z"`),
		"pick": []byte(`"red"`), "many": []byte(`["blue","red"]`), "who": []byte(`"rep.li"`), "ref": []byte(`"K-1"`), "long": []byte(`"l"`),
		"rows": []byte(`[{"qty":2,"cash":{"amount":"1"},"pick":"red","ref":"K-2"},{"pick":"red","ref":"K-3"}]`),
	}, "/data")
	if len(ps) > 0 {
		t.Fatal(showProblems(ps))
	}
	stored := s.Encode(v)
	raw, err := json.Marshal(stored)
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"at":1795305600001,"cash_2":{"c":"CNY","m":-1234},"day":"2026-11-22","flag":false,"long":"l","many":["blue","red"],"num":15000,"pct":30,"pick":"red","plain":"x","ref":"K-1",` +
		`"rows":[{"c9":{"c":"CNY","m":100},"pick":"red","qty":2,"ref":"K-2"},{"pick":"red","ref":"K-3"}],"text":"重庆ＡＢ","who":"rep.li","whole":7,"yen":{"c":"JPY","m":100}}`
	if string(raw) != want {
		t.Errorf("stored\n got %s\nwant %s", raw, want)
	}
	var back Stored
	if err := json.Unmarshal(raw, &back); err != nil {
		t.Fatal(err)
	}
	if got := s.Decode(back); !sameRow(got, v) {
		t.Errorf("decoded %v, want %v", got, v)
	}
	cols := ""
	values := s.Cols(v)
	for _, c := range s.Columns() {
		cols += fmt.Sprintf("%s %s %s %v\n", c.Field, c.Name, c.Type, values[c.Name])
	}
	const wantCols = `text text text 重庆ＡＢ
text text_k text zhong4重qing4庆ab
plain plain text x
plain plain_k text x
phone phone text <nil>
num num int 15000
whole whole int 7
pct pct int 30
cash cash_2 int -1234
yen yen int 100
flag flag bool false
day day time 1795305600000
at at time 1795305600001
pick pick text red
many many texts [blue red]
who who text rep.li
ref ref text K-1
rows.pick rows_pick texts [red]
rows.ref rows_ref texts [K-2 K-3]
`
	if cols != wantCols {
		t.Errorf("columns\n%s\nwant\n%s", cols, wantCols)
	}
	if n, ok := s.Minor("cash", back); !ok || n != -1234 {
		t.Errorf("Minor: %d %v", n, ok)
	}
}

// Stored data of another release reads as empty where it is of another type, never as an error (semantics 1).
func TestDecodeForeign(t *testing.T) {
	t.Parallel()
	s := kindForm(t)
	v := s.Decode(Stored{
		"text": 5, "num": "x", "whole": 1.5, "cash_2": map[string]any{"m": 5, "c": "USD"}, "yen": 5, "flag": "true", "day": "2026-02-30", "at": "x",
		"pick": true, "many": "red", "who": nil, "ref": 5, "rows": map[string]any{}, "gone": 1, "pct": json.Number("1e30"), "long": []any{},
	})
	if len(v) != 0 {
		t.Errorf("got %v, want nothing", v)
	}
	if v := s.Decode(Stored{"rows": []any{map[string]any{"qty": json.Number("3"), "c9": 5}}}); len(v["rows"].([]map[string]any)[0]) != 1 {
		t.Errorf("got %v", v)
	}
}

func TestCollationKey(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"": "", "  Abc  Def ": "abc def", "ＡＢＣ１２３　ｘ": "abc123 x", "张三": "zhang1张san1三", "Ünï": "ünï",
	} {
		if got := CollationKey(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
	order := []string{"1号", "Alpha", "beta", "李四", "王五", "张三", "张四", "章三", "Zoo"}
	for i := 1; i < len(order); i++ {
		if CollationKey(order[i-1]) >= CollationKey(order[i]) {
			t.Errorf("%s should come before %s: %q %q", order[i-1], order[i], CollationKey(order[i-1]), CollationKey(order[i]))
		}
	}
}

func TestUniqueKey(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ how, in, want string }{
		{"phone", "+86 138-0000-0000", "13800000000"},
		{"phone", "００８６１３８００００００００", "13800000000"},
		{"phone", "8612345", "8612345"},
		{"company", "上海（浦东）华东制造 股份有限公司", "上海浦东华东制造"},
		{"company", "华东制造有限公司", "华东制造"},
		{"company", "Acme Co., Ltd.", "acme"},
		{"company", "有限公司", "有限公司"},
		{"trim", "  a   b ", "a b"},
		{"case", "ABC", "abc"},
		{"width", "ＡＢＣ", "ABC"},
	} {
		if got := Normalize(c.in, c.how); got != c.want {
			t.Errorf("%s %q: got %q, want %q", c.how, c.in, got, c.want)
		}
	}
	s := kindForm(t)
	u := &Unique{Key: "u", On: []string{"text", "ref"}, Normalize: []string{"case"}}
	if got := s.UniqueValues(u, Values{"text": `A",“b`, "ref": Ref{"K-1"}}); !reflect.DeepEqual(got, []UniqueValue{{`"a\",“b","K-1"`, "text"}}) {
		t.Errorf("got %v", got)
	}
	for _, v := range []Values{{"text": "a"}, {"text": " ", "ref": Ref{"K-1"}}, {}} {
		if got := s.UniqueValues(u, v); len(got) > 0 {
			t.Errorf("%v: nothing is never unique, got %v", v, got)
		}
	}
	if got := s.UniqueValues(u, Values{"text": strings.Repeat("a", 300), "ref": Ref{"K-1"}}); len(got) != 1 || len(got[0].Key) != len("sha256:")+64 {
		t.Errorf("a long key: %v", got)
	}
}

// A rule over a column of a table claims the value of each row, with the fields of the record that it names beside it.
func TestUniqueColumn(t *testing.T) {
	t.Parallel()
	form := &Form{Key: "receipt", Name: rules.Plain("R"), Fields: []Field{
		{Key: "bank", Type: "text"},
		{Key: "receipts", Type: "table", Fields: []Field{{Key: "bankRef", Type: "text"}, {Key: "amount", Type: "number"}, {Key: "tags", Type: "attachment"}}},
		{Key: "others", Type: "table", Fields: []Field{{Key: "bankRef", Type: "text"}}},
	}, Unique: []Unique{{Key: "ref", On: []string{"receipts.bankRef"}, Normalize: []string{"case", "trim"}}, {Key: "both", On: []string{"bank", "receipts.bankRef"}}}}
	w := testWorld([]Form{*form}, nil)
	s, ps := Compile(form, w, nil, "/forms/receipt")
	if len(ps) > 0 {
		t.Fatal(showProblems(ps))
	}
	v := Values{"bank": "ICBC", "receipts": []map[string]any{{"bankRef": "A 1"}, {"bankRef": nil}, {"amount": nil}, {"bankRef": " a  1 "}, {"bankRef": "b"}}}
	want := []UniqueValue{{`"a 1"`, "receipts/0/bankRef"}, {`"a 1"`, "receipts/3/bankRef"}, {`"b"`, "receipts/4/bankRef"}}
	if got := s.UniqueValues(&form.Unique[0], v); !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if got := s.UniqueValues(&form.Unique[1], v); len(got) != 3 || got[0] != (UniqueValue{`"ICBC","A 1"`, "receipts/0/bankRef"}) {
		t.Errorf("with a field: %v", got)
	}
	if got := s.UniqueValues(&form.Unique[1], Values{"receipts": v["receipts"]}); len(got) > 0 {
		t.Errorf("nothing is never unique: %v", got)
	}
	form.Unique = []Unique{{Key: "a", On: []string{"receipts"}}, {Key: "b", On: []string{"receipts.bankRef", "others.bankRef"}},
		{Key: "c", On: []string{"receipts.bankref"}}, {Key: "d", On: []string{"others"}}, {Key: "e", On: []string{"receipts.tags"}}}
	_, ps = Compile(form, w, nil, "/forms/receipt")
	var got []string
	for _, p := range ps {
		fix := ""
		if p.Fix != nil {
			fix = " → " + string(p.Fix.Changes[0].Value)
		}
		got = append(got, p.Code+" "+p.Path+fix)
	}
	if want := []string{"ref.kind /forms/receipt/unique/a/on/0", "ref.kind /forms/receipt/unique/b/on/1", `ref.unknown /forms/receipt/unique/c/on/0 → "receipts.bankRef"`,
		`ref.kind /forms/receipt/unique/d/on/0 → "others.bankRef"`, "ref.kind /forms/receipt/unique/e/on/0"}; !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestTitle(t *testing.T) {
	t.Parallel()
	w := testWorld([]Form{
		{Key: "deal", Name: rules.Plain("D"), Title: "{{ name }} · {{ account.name }}", Fields: []Field{{Key: "name", Type: "text"}, {Key: "account", Type: "reference", Form: "account"}}},
		{Key: "account", Name: rules.Plain("A"), Fields: []Field{{Key: "code", Type: "number"}, {Key: "name", Type: "text"}}},
	}, nil)
	s, ps := Compile(w.Forms["deal"], w, nil, "/forms/deal")
	if len(ps) > 0 {
		t.Fatal(showProblems(ps))
	}
	records := func(form, id string) (Values, bool) {
		return Values{"name": "华东制造"}, form == "account" && id == "A-1"
	}
	if got := s.Title(Values{"name": "MES", "account": Ref{"A-1"}}, nil, records); got != "MES · 华东制造" {
		t.Error(got)
	}
	if got := s.Title(Values{"name": strings.Repeat("长", 300)}, nil, nil); len([]rune(got)) != 200 {
		t.Error(len([]rune(got)))
	}
	a, _ := Compile(w.Forms["account"], w, nil, "/forms/account")
	if got := a.Title(Values{"name": "华东制造"}, nil, nil); got != "华东制造" {
		t.Error(got)
	}
}

func TestJSONSchema(t *testing.T) {
	t.Parallel()
	raw, err := json.Marshal(kindForm(t).JSONSchema())
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{
		`"cash":{"anyOf":[{"additionalProperties":false,"properties":{"amount":{"pattern":"^-?(0|[1-9][0-9]*)(\\.[0-9]+)?$","type":"string"},"currency":{"const":"CNY"}},"required":["amount"],"type":"object"},{"type":"null"}],"title":"Amount"}`,
		`"pick":{"anyOf":[{"enum":["red","blue"],"type":"string"},{"type":"null"}]`, `"additionalProperties":false`, `"format":"date-time"`,
	} {
		if !strings.Contains(string(raw), part) {
			t.Errorf("missing %s in %s", part, raw)
		}
	}
}

func TestRecordsScope(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		`"own"`: "own|", `{"where": "me == owner"}`: "|me == owner", `5`: "/r shape.type", `{}`: "/r shape.type", `{"where": 5}`: "/r/where shape.type",
		`{"were": "x"}`: "/r/were shape.unknownMember", `{"where": "a", "where": "b"}`: "/r/where key.duplicate",
	} {
		var r Records
		got := r.Scope + "|" + r.Where
		if ps := r.UnmarshalStrict([]byte(in), "/r"); len(ps) > 0 {
			got = ps[0].Path + " " + ps[0].Code
		} else {
			got = r.Scope + "|" + r.Where
			raw, _ := json.Marshal(r)
			var again Records
			if err := json.Unmarshal(raw, &again); err != nil || again != r {
				t.Errorf("%s: %s does not read back", in, raw)
			}
		}
		if got != want {
			t.Errorf("%s: got %s, want %s", in, got, want)
		}
	}
}
