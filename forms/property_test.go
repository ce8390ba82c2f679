package forms

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"pipewright/rules"
	"pipewright/rules/hostile"
	"pipewright/rules/strict"
)

// drawValue makes a value that the field may hold.
func drawValue(t *rapid.T, f *field) any {
	switch f.def.Type {
	case "text", "longtext":
		if f.def.Pattern != "" {
			return rapid.StringMatching(`1[3-9][0-9]{9}`).Draw(t, f.key)
		}
		return rapid.StringOfN(rapid.RuneFrom([]rune("aZ0 <&>\"\\/é中文😀")), 3, 10, -1).Draw(t, f.key)
	case "number", "percent", "money":
		n := rapid.Int64().Draw(t, f.key)
		for unscaled(n, f.scale).Abs().GreaterThan(maxAbs) {
			n /= 10
		}
		return unscaled(n, f.scale)
	case "bool":
		return rapid.Bool().Draw(t, f.key)
	case "date":
		return rules.Date{Year: 1, Month: 1, Day: 1}.AddDays(rapid.IntRange(0, 3652058).Draw(t, f.key))
	case "datetime":
		return time.UnixMilli(rapid.Int64Range(-62135596800000, 253402300799999).Draw(t, f.key)).UTC()
	case "attachment", "image":
		return []map[string]any{{"id": rapid.StringMatching(`[0-9a-f]{32}`).Draw(t, "id"), "size": decimal.NewFromInt(rapid.Int64Range(0, 1e15).Draw(t, "size"))}}
	case "signature":
		return map[string]any{"id": rapid.StringMatching(`[0-9a-f]{32}`).Draw(t, "id"), "sha256": rapid.StringMatching(`[0-9a-f]{64}`).Draw(t, "sum")}
	case "location":
		m := map[string]any{"lat": decimal.New(rapid.Int64Range(-9e7, 9e7).Draw(t, "lat"), -6), "lng": decimal.New(rapid.Int64Range(-18e7, 18e7).Draw(t, "lng"), -6)}
		if rapid.Bool().Draw(t, "label") {
			m["label"] = "中文"
		}
		return m
	case "address":
		return rapid.SampledFrom([]map[string]any{{"country": "CN", "province": "浙江省", "city": "杭州市"}, {"country": "DE", "detail": "x"}}).Draw(t, f.key)
	case "richtext":
		return rapid.SampledFrom([]string{"<p>a &lt; b</p>", "plain", "<ul><li>中</li></ul>"}).Draw(t, f.key)
	case "static":
		return nil
	case "autonumber":
		return rapid.StringMatching(`C[0-9]{1,9}`).Draw(t, f.key)
	case "cascade":
		return rapid.SampledFrom([][]any{{"east", "js"}, {"east", "sh", "pudong"}, {"west"}}).Draw(t, f.key)
	case "select":
		if f.def.Options != "colour" {
			return f.optionOrder.Items[rapid.IntRange(0, 1).Draw(t, f.key)].Key
		}
		return rapid.SampledFrom([]string{"red", "blue"}).Draw(t, f.key)
	case "multiselect":
		if f.def.Options != "colour" {
			return []any{f.optionOrder.Items[rapid.IntRange(0, 1).Draw(t, f.key)].Key}
		}
		return rapid.SampledFrom([][]any{{"red"}, {"blue", "red"}}).Draw(t, f.key)
	case "user":
		return rapid.StringMatching(`[a-z][a-z.]{0,20}`).Draw(t, f.key)
	case "team":
		return rapid.StringMatching(`[a-z][a-z.]{0,20}`).Draw(t, f.key)
	case "role":
		return rapid.SampledFrom([]string{"rep", "boss"}).Draw(t, f.key)
	case "phone":
		if f.def.Pattern != "" {
			return rapid.StringMatching(`8[0-9]{3}`).Draw(t, f.key)
		}
		return rapid.StringMatching(`1[3-9][0-9]{9}|\+[1-79][0-9]{8,12}`).Draw(t, f.key)
	case "email":
		return rapid.StringMatching(`[A-Za-z0-9]{1,9}(\.[a-z]{1,5})?@[a-z]{1,9}\.[a-z]{2,5}`).Draw(t, f.key)
	case "url":
		return rapid.StringMatching(`https?://[a-z]{1,9}\.[a-z]{2,5}/[A-Za-z0-9?&=]{0,9}`).Draw(t, f.key)
	case "time":
		return rapid.StringMatching(`([01][0-9]|2[0-3]):[0-5][0-9]`).Draw(t, f.key)
	case "duration":
		return decimal.NewFromInt(rapid.Int64Range(0, maxMinutes).Draw(t, f.key))
	case "rating", "slider":
		steps := f.highest.Sub(f.lowest).Div(f.step).IntPart()
		return f.lowest.Add(f.step.Mul(decimal.NewFromInt(rapid.Int64Range(0, steps).Draw(t, f.key))))
	case "barcode":
		if f.def.Kind != "" {
			return rapid.SampledFrom([]string{"6901234567892", "4006381333931"}).Draw(t, f.key)
		}
		return rapid.StringMatching(`[A-Z0-9]{1,20}`).Draw(t, f.key)
	case "idcode":
		if f.def.Kind == "custom" {
			return rapid.StringMatching(`[A-Z]{2}[0-9]{1,9}`).Draw(t, f.key)
		}
		return rapid.StringMatching(`[0-9A-HJ-NPQRTUWXY]{18}`).Draw(t, f.key)
	case "reference":
		return Ref{rapid.StringMatching(`[A-Z]{1,6}-[0-9A-Z]{1,26}`).Draw(t, f.key)}
	case "table":
		rows := make([]map[string]any, rapid.IntRange(0, 4).Draw(t, f.key))
		for i := range rows {
			rows[i] = drawRow(t, f.cols)
		}
		return rows
	}
	t.Fatalf("no generator for %s", f.def.Type)
	return nil
}

func drawRow(t *rapid.T, fs []*field) map[string]any {
	out := map[string]any{}
	for _, f := range fs {
		if rapid.Bool().Draw(t, "has "+f.key) {
			out[f.key] = drawValue(t, f)
		}
	}
	return out
}

// What is written reads back the same, on the wire and in the store, through real JSON.
func TestRoundTrip(t *testing.T) {
	t.Parallel()
	roundTrip(t, kindForm(t))
	roundTrip(t, typedForm(t))
}

func roundTrip(t *testing.T, s *Schema) {
	rapid.Check(t, func(t *rapid.T) {
		v := Values(drawRow(t, s.fields))
		wire := s.Wire(v, nil)
		back, ps := s.Parse(wire, "/data")
		if len(ps) > 0 {
			t.Fatalf("own wire form refused: %v", showProblems(ps))
		}
		if !sameRow(back, v) {
			t.Fatalf("wire: %v became %v", v, back)
		}
		again := s.Wire(back, nil)
		for k := range wire {
			if string(again[k]) != string(wire[k]) {
				t.Fatalf("%s: %s became %s", k, wire[k], again[k])
			}
		}
		raw, err := json.Marshal(s.Encode(v))
		if err != nil {
			t.Fatal(err)
		}
		var stored Stored
		if err := json.Unmarshal(raw, &stored); err != nil {
			t.Fatalf("%s: %v", raw, err)
		}
		if got := s.Decode(stored); !sameRow(got, v) {
			t.Fatalf("stored: %v became %v", v, got)
		}
		if got := s.Decode(s.Encode(v)); !sameRow(got, v) {
			t.Fatalf("stored without JSON: %v became %v", v, got)
		}
		known := map[string]ColumnType{}
		for _, c := range s.Columns() {
			known[c.Name] = c.Type
		}
		for name, x := range s.Cols(v) {
			ok := false
			switch x.(type) {
			case string:
				ok = known[name] == ColText
			case int64:
				ok = known[name] == ColInt || known[name] == ColTime
			case bool:
				ok = known[name] == ColBool
			case []string:
				ok = known[name] == ColTexts
			}
			if !ok {
				t.Fatalf("column %s of type %s holds %T", name, known[name], x)
			}
		}
	})
}

func quoteSchema(t testing.TB) *Schema {
	t.Helper()
	raw, err := os.ReadFile("testdata/evaluate/quote.json")
	if err != nil {
		t.Fatal(err)
	}
	var g golden
	if ps := strict.Decode(raw, &g); len(ps) > 0 {
		t.Fatal(showProblems(ps))
	}
	s, ps := Compile(&g.Forms[0], testWorld(g.Forms, g.Options), nil, "/forms/deal")
	if len(ps) > 0 {
		t.Fatal(showProblems(ps))
	}
	return s
}

func drawQuote(t *rapid.T, label string) Values {
	rows := make([]map[string]any, rapid.IntRange(0, 5).Draw(t, label))
	for i := range rows {
		rows[i] = map[string]any{
			"qty": decimal.NewFromInt(rapid.Int64Range(0, 500).Draw(t, "qty")), "off": decimal.New(rapid.Int64Range(0, 6000).Draw(t, "off"), -4),
			"price": decimal.New(rapid.Int64Range(0, 99999999).Draw(t, "price"), -2),
		}
	}
	return Values{"name": "A", "mail": "m", "lines": rows, "closeDate": rules.Date{Year: 2026, Month: 12, Day: 1}}
}

// The total is the sum of the rounded lines, to the cent (RPT-02), and computing only what a change touches gives what
// computing everything gives. Evaluating again changes nothing.
func TestMoneyExactAndIncremental(t *testing.T) {
	t.Parallel()
	s := quoteSchema(t)
	one := decimal.NewFromInt(1)
	rapid.Check(t, func(t *rapid.T) {
		first := s.Evaluate(&Input{New: drawQuote(t, "rows"), Scope: testScope()})
		sum := decimal.Zero
		for _, r := range first.Values["lines"].([]map[string]any) {
			exact := r["qty"].(decimal.Decimal).Mul(r["price"].(decimal.Decimal)).Mul(one.Sub(r["off"].(decimal.Decimal)))
			// Half-up in integers: floor of a hundredfold plus a half.
			cents := exact.Shift(2).Add(decimal.New(5, -1)).Floor()
			if !r["net"].(decimal.Decimal).Equal(cents.Shift(-2)) {
				t.Fatalf("net of %v is %v", r, r["net"])
			}
			sum = sum.Add(r["net"].(decimal.Decimal))
		}
		if !first.Values["amount"].(decimal.Decimal).Equal(sum) {
			t.Fatalf("amount %v, lines add up to %v", first.Values["amount"], sum)
		}
		next := first.Values.Merge(Values{"lines": drawQuote(t, "new rows")["lines"], "reason": "r"})
		full := s.Evaluate(&Input{Old: first.Values, New: next, Scope: testScope()})
		part := s.Evaluate(&Input{Old: first.Values, New: next, Scope: testScope(), Changed: []string{"lines", "reason"}})
		if !sameRow(full.Values, part.Values) || strings.Join(showProblems(full.Problems), ";") != strings.Join(showProblems(part.Problems), ";") {
			t.Fatalf("full %v\npart %v", full.Values, part.Values)
		}
		again := s.Evaluate(&Input{Old: full.Values, New: full.Values, Scope: testScope()})
		if !sameRow(full.Values, again.Values) {
			t.Fatalf("first %v\nagain %v", full.Values, again.Values)
		}
	})
}

// An evaluation changes nothing it was given.
func TestEvaluateLeavesInputAlone(t *testing.T) {
	t.Parallel()
	s := quoteSchema(t)
	rapid.Check(t, func(t *rapid.T) {
		v := drawQuote(t, "rows")
		before := v.Clone()
		s.Evaluate(&Input{Old: Values{"lines": v["lines"]}, New: v, Scope: testScope()})
		if !sameRow(v, before) || len(v) != len(before) {
			t.Fatalf("%v became %v", before, v)
		}
	})
}

// Named rules run on the record as it stands, and one that fails is told with its place.
func TestNamedRules(t *testing.T) {
	t.Parallel()
	f := Form{Key: "lead", Name: rules.Plain("线索"), Fields: []Field{
		{Key: "size", Type: "number"}, {Key: "points", Type: "number", Calc: "size * 2"},
		{Key: "hot", Type: "bool", Calc: "score > 10"}, {Key: "level", Type: "text", Calc: "decide('tier').level"},
	}}
	w := testWorld([]Form{f}, nil)
	w.Rules = map[string]rules.Type{"score": rules.Number, "tier": rules.RecordOf(map[string]rules.Type{"level": rules.Str}), "elsewhere": rules.Number}
	w.RuleForms = map[string]string{"score": "lead", "elsewhere": "deal"}
	w.RuleReads = map[string][]string{"score": {"points"}, "tier": {"score"}}
	w.Run = func(rule string, s *rules.Scope) (any, error) {
		points, ok := s.Names["points"].(decimal.Decimal)
		if !ok {
			return nil, &rules.EvalError{Code: "expr.value", Message: rules.Plain("no points")}
		}
		if rule == "score" {
			return points.Add(decimal.NewFromInt(1)), nil
		}
		return map[string]any{"level": "L" + points.String()}, nil
	}
	s, ps := Compile(w.Forms["lead"], w, nil, "/forms/lead")
	if len(ps) > 0 {
		t.Fatal(showProblems(ps))
	}
	res := s.Evaluate(&Input{New: Values{"size": decimal.NewFromInt(5)}, Scope: testScope()})
	if res.Values["hot"] != true || res.Values["level"] != "L10" {
		t.Errorf("%v %v", res.Values, showProblems(res.Problems))
	}
	res = s.Evaluate(&Input{New: Values{}, Scope: testScope()})
	got := strings.Join(showProblems(res.Problems), "\n")
	const want = `/data/hot expr.failed: The computed value of “hot” cannot be computed: Rule “score”: no points (line 1, character 1)
/data/level expr.failed: The computed value of “level” cannot be computed: Rule “tier”: no points (line 1, character 1)`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	f.Fields = append(f.Fields, Field{Key: "x", Type: "number", Calc: "elsewhere"}, Field{Key: "score", Type: "number"})
	w.Forms["lead"] = &f
	_, ps = Compile(&f, w, nil, "/forms/lead")
	if got := strings.Join(showProblems(ps), "\n"); got != `/forms/lead/fields/score key.reserved: The key “score” is already the name of a rule; choose another
/forms/lead/fields/x/calc expr.unknownName: There is no field or rule named “elsewhere” here @1:1` {
		t.Error(got)
	}
}

func FuzzParse(f *testing.F) {
	s := kindForm(f)
	for _, seed := range []string{
		`{"text":"abc","num":1.5,"cash":{"amount":"1","currency":"CNY"},"rows":[{"qty":1}]}`, `{"num":1e999999999}`, `{"rows":[[[]]]}`,
		`{"at":"2026-09-30T14:00:00+08:00","day":"2026-02-30","many":["red","red"],"ref":{"id":"K-1","title":null}}`, `{"text":"\ud800"}`, `{"":{}}`,
	} {
		f.Add([]byte(seed))
	}
	for _, s := range hostile.Texts() {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		var wire map[string]json.RawMessage
		if json.Unmarshal(raw, &wire) != nil {
			// Not an object: every field gets the bytes as they are.
			wire = map[string]json.RawMessage{}
			for _, x := range s.fields {
				wire[x.key] = raw
			}
		}
		var v Values
		var ps []rules.Problem
		hostile.Within(t, len(raw), func() { v, ps = s.Parse(wire, "/data") })
		for _, p := range ps {
			if p.Code == "" || p.Message["en"] == "" || p.Message["zh-CN"] == "" || p.Message["zh-TW"] == "" {
				t.Fatalf("a problem without words: %+v", p)
			}
		}
		back, ps := s.Parse(s.Wire(v, nil), "/data")
		if len(ps) > 0 || !sameRow(back, v) {
			t.Fatalf("%v became %v: %v", v, back, showProblems(ps))
		}
		stored, err := json.Marshal(s.Encode(v))
		if err != nil {
			t.Fatal(err)
		}
		var d Stored
		if err := json.Unmarshal(stored, &d); err != nil {
			t.Fatal(err)
		}
		if got := s.Decode(d); !sameRow(got, v) {
			t.Fatalf("%v became %v", v, got)
		}
		s.Evaluate(&Input{New: v, Scope: testScope()})
		s.Cols(v)
	})
}

// A table of the most rows with computed columns stays within the budget of one command.
func TestMostRows(t *testing.T) {
	t.Parallel()
	s := quoteSchema(t)
	rows := make([]map[string]any, MaxRows)
	for i := range rows {
		rows[i] = map[string]any{"qty": decimal.NewFromInt(2), "price": decimal.New(12345, -2), "off": decimal.New(1, -1)}
	}
	res := s.Evaluate(&Input{New: Values{"lines": rows}, Scope: testScope()})
	if got := rules.ShowValue(res.Values["amount"]); got != "222210" {
		t.Error(got, showProblems(res.Problems))
	}
}

func BenchmarkEvaluate20(b *testing.B)   { benchmarkEvaluate(b, 20) }
func BenchmarkEvaluate1000(b *testing.B) { benchmarkEvaluate(b, MaxRows) }

func benchmarkEvaluate(b *testing.B, n int) {
	s := quoteSchema(b)
	rows := make([]map[string]any, n)
	for i := range rows {
		rows[i] = map[string]any{"qty": decimal.NewFromInt(int64(i + 1)), "price": decimal.New(12345, -2), "off": decimal.New(1, -1)}
	}
	v := Values{"name": "A", "mail": "m", "lines": rows}
	b.ReportAllocs()
	for b.Loop() {
		s.Evaluate(&Input{New: v, Scope: testScope()})
	}
}

func BenchmarkCompile(b *testing.B) {
	s := quoteSchema(b)
	b.ReportAllocs()
	for b.Loop() {
		Compile(s.form, s.world, nil, "/forms/deal")
	}
}
