package forms

import (
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"pipewright/rules"
)

// tradeWorld is a company with orders that show its level, and whose orders it sums up.
func tradeWorld() *World {
	two, name := 2, rules.Plain
	return testWorld([]Form{
		{Key: "company", Name: name("Company"), Fields: []Field{
			{Key: "name", Type: "text", Name: name("Name")},
			{Key: "level", Type: "select", Options: "level", Name: name("Level")},
			{Key: "cut", Type: "percent", Scale: &two},
			{Key: "orders", Type: "rollup", Form: "order", Via: "company", Agg: "count", Name: name("Orders")},
			{Key: "total", Type: "rollup", Form: "order", Via: "company", Agg: "sum", Field: "amount", Where: "not void", Filter: true},
			{Key: "last", Type: "rollup", Form: "order", Via: "company", Agg: "max", Field: "day"},
			{Key: "mean", Type: "rollup", Form: "order", Via: "company", Agg: "avg", Field: "amount"},
			{Key: "rich", Type: "bool", Calc: "total > 1000"},
		}},
		{Key: "order", Name: name("Order"), Fields: []Field{
			{Key: "company", Type: "reference", Form: "company"},
			{Key: "level", Type: "lookup", Via: "company", Field: "level", Name: name("Level"), Filter: true},
			{Key: "cut", Type: "lookup", Via: "company", Field: "cut"},
			{Key: "label", Type: "lookup", Via: "company", Field: "name", List: true},
			{Key: "companyTotal", Type: "lookup", Via: "company", Field: "total"},
			{Key: "amount", Type: "money"}, {Key: "day", Type: "date"}, {Key: "void", Type: "bool"},
			{Key: "off", Type: "money", Calc: "amount * cut"},
		}},
	}, []OptionList{{Key: "level", Items: []Option{{Key: "gold", Name: name("Gold")}, {Key: "iron", Name: name("Iron")}}}})
}

func compileForm(t *testing.T, w *World, key string) *Schema {
	t.Helper()
	s, ps := Compile(w.Forms[key], w, nil, "/forms/"+key)
	if len(ps) > 0 {
		t.Fatal(showProblems(ps))
	}
	return s
}

// A lookup has the type of what it shows, is computed from it, and nobody edits it.
func TestLookup(t *testing.T) {
	t.Parallel()
	w := tradeWorld()
	s := compileForm(t, w, "order")
	company := Values{"level": "gold", "cut": decimal.RequireFromString("0.15"), "name": "Acme", "total": decimal.RequireFromString("99.50")}
	records := func(_, id string) (Values, bool) {
		if id != "C-1" {
			return nil, true
		}
		return company, true
	}
	res := s.Evaluate(&Input{New: Values{"company": Ref{"C-1"}, "amount": decimal.NewFromInt(200)}, Scope: testScope(), Records: records})
	if len(res.Problems) > 0 {
		t.Fatal(showProblems(res.Problems))
	}
	wire := s.Wire(res.Values, nil)
	for key, want := range map[string]string{
		"level": `"gold"`, "cut": `"0.15"`, "label": `"Acme"`, "companyTotal": `{"amount":"99.50","currency":"CNY"}`, "off": `{"amount":"30.00","currency":"CNY"}`,
	} {
		if got := string(wire[key]); got != want {
			t.Errorf("%s: got %s, want %s", key, got, want)
		}
		if key != "off" && (!s.Computed(key) || !res.Fields[key].ReadOnly) {
			t.Errorf("%s can be edited", key)
		}
	}
	// Any change of the record looks again.
	company["level"] = "iron"
	res = s.Evaluate(&Input{Old: res.Values, New: res.Values.Merge(Values{"day": rules.Date{Year: 2026, Month: 1, Day: 1}}), Changed: []string{"day"}, Scope: testScope(), Records: records})
	if res.Values["level"] != "iron" {
		t.Errorf("an old level: %v", res.Values["level"])
	}
	if _, ps := rules.Compile("level == 'tin'", s.Env(), rules.Bool); len(ps) == 0 {
		t.Error("an option that the field looked up does not have was not found")
	}
	if got := s.Lookups()[0]; got != (Lookup{Key: "level", Via: "company", Form: "company", Field: "level"}) {
		t.Errorf("%+v", got)
	}
	if info, _ := s.Field("cut"); info.Scale != 2 || info.Def.Type != "percent" {
		t.Errorf("%+v", info)
	}
}

func TestRollup(t *testing.T) {
	t.Parallel()
	w := tradeWorld()
	s, order := compileForm(t, w, "company"), compileForm(t, w, "order")
	created := s.Evaluate(&Input{New: Values{"name": "Acme"}, Scope: testScope()})
	if got := string(s.Wire(created.Values, nil)["orders"]) + string(s.Wire(created.Values, nil)["total"]); got != `"0"{"amount":"0.00","currency":"CNY"}` {
		t.Errorf("a new record: %s", got)
	}
	day := func(d int) rules.Date { return rules.Date{Year: 2026, Month: 1, Day: d} }
	children := []Values{
		{"amount": decimal.NewFromInt(1000), "void": false, "day": day(3)},
		{"amount": decimal.RequireFromString("0.25"), "void": false, "day": day(9)},
		{"amount": decimal.NewFromInt(5), "void": true},
		{"void": false},
	}
	found := Values{}
	for _, r := range s.Rollups() {
		tally := r.Tally()
		for _, v := range children {
			tally.Add("C-1", v, order.Scope(v, testScope(), nil))
		}
		v, ps := s.Assign(r.Key, tally.Value(nil), "/data")
		if len(ps) > 0 {
			t.Fatal(showProblems(ps))
		}
		found[r.Key] = v
	}
	wire := s.Wire(s.Evaluate(&Input{Old: created.Values, New: created.Values.Merge(found), Scope: testScope()}).Values, nil)
	for key, want := range map[string]string{
		"orders": `"4"`, "total": `{"amount":"1000.25","currency":"CNY"}`, "last": `"2026-01-09"`, "mean": `{"amount":"335.08","currency":"CNY"}`, "rich": "true",
	} {
		if got := string(wire[key]); got != want {
			t.Errorf("%s: got %s, want %s", key, got, want)
		}
	}
	for _, r := range s.Rollups() {
		if v := r.Tally().Value(nil); (v == nil) != (r.Agg != "count" && r.Agg != "sum") {
			t.Errorf("%s of nothing: %v", r.Agg, v)
		}
	}
}

func TestLinkedSettings(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		field Field
		want  string
	}{
		{Field{Type: "lookup"}, "/forms/company/fields/x setting.missing: “x” must say through which reference (via) and which field (field) it shows"},
		{Field{Type: "lookup", Via: "parnt", Field: "name"}, "/forms/company/fields/x/via ref.unknown: There is no field “parnt”. Did you mean “parent”? [fix: Change to “parent”]"},
		{Field{Type: "lookup", Via: "name", Field: "name"}, "/forms/company/fields/x/via ref.kind: “name” is not a reference"},
		{Field{Type: "lookup", Via: "parent", Field: "nam"}, "/forms/company/fields/x/field ref.unknown: There is no field “nam”. Did you mean “name”?"},
		{Field{Type: "lookup", Via: "parent", Field: "rows"}, "/forms/company/fields/x/field ref.kind: “x” cannot take “rows”, which is of type “table of rows”"},
		{Field{Type: "lookup", Via: "parent", Field: "x"}, "/forms/company/fields/x/field lookup.depth: “x” rests on more than 3 lookups and rollups in a row, or on itself"},
		{Field{Type: "lookup", Via: "parent", Field: "name", Calc: "name"}, "/forms/company/fields/x/calc setting.unused: The field “x” is of type “lookup”, which has no setting “calc” [fix: Remove calc]"},
		{Field{Type: "rollup", Agg: "total"}, "/forms/company/fields/x/agg setting.choice: “total” cannot stand here; choose one of count, sum, min, max, avg"},
		{Field{Type: "rollup", Agg: "count"}, "/forms/company/fields/x setting.missing: “x” must say which form it sums up (form) and through which reference that points here (via)"},
		{Field{Type: "rollup", Agg: "count", Form: "order", Via: "other"}, "/forms/company/fields/x/via ref.kind: “other” is not a reference to this form"},
		{Field{Type: "rollup", Agg: "count", Form: "order", Via: "company", Field: "n"}, "/forms/company/fields/x/field setting.conflict: “x” counts records and needs no field [fix: Remove field]"},
		{Field{Type: "rollup", Agg: "sum", Form: "order", Via: "company"}, "/forms/company/fields/x/field setting.missing: “x” does not say which field it sums up"},
		{Field{Type: "rollup", Agg: "sum", Form: "order", Via: "company", Field: "day"}, "/forms/company/fields/x/field ref.kind: “x” cannot take “day”, which is of type “date”"},
		{Field{Type: "rollup", Agg: "min", Form: "order", Via: "company", Field: "day"}, ""},
		{Field{Type: "rollup", Agg: "sum", Form: "order", Via: "company", Field: "n", Where: "foo > 1"}, "/forms/company/fields/x/where expr.unknownName: There is no field or rule named “foo” here @1:1"},
		{Field{Type: "rollup", Agg: "sum", Form: "order", Via: "company", Field: "n", Where: "n > 1"}, ""},
		{Field{Type: "rollup", Agg: "sum", Form: "order.lines", Via: "company", Field: "qty", Where: "qty > 1 and n > 0"}, ""},
		{Field{Type: "rollup", Agg: "count", Form: "ordr.lines", Via: "company"}, "/forms/company/fields/x/form ref.unknown: There is no form “ordr”. Did you mean “order”?"},
		{Field{Type: "rollup", Agg: "count", Form: "order.line", Via: "company"}, "/forms/company/fields/x/form ref.unknown: The form “order” has no table “line”"},
		{Field{Type: "rollup", Agg: "count", Form: "order.n", Via: "company"}, "/forms/company/fields/x/form ref.unknown: The form “order” has no table “n”"},
		{Field{Type: "rollup", Agg: "count", Form: "order.lines", Via: "qty"}, "/forms/company/fields/x/via ref.kind: “qty” is not a reference to this form"},
		{Field{Type: "rollup", Agg: "count", Form: "order.lines", Via: "second"},
			"/forms/company/fields/x/via setting.missing: The column “second” needs index, so that these rows are found when the other side changes [fix: Set index on “second”]"},
		{Field{Type: "rollup", Agg: "sum", Form: "order.lines", Via: "company", Field: "qt"}, "/forms/company/fields/x/field ref.unknown: There is no field “qt”. Did you mean “qty”?"},
		{Field{Type: "rollup", Agg: "sum", Form: "order.lines", Via: "company", Field: "back"}, "/forms/company/fields/x/field lookup.depth: “x” rests on more than 3 lookups and rollups in a row, or on itself"},
		{Field{Type: "rollup", Agg: "sum", Form: "order.lines", Via: "company", Field: "qty", Where: "qy > 1"}, "/forms/company/fields/x/where expr.unknownName: There is no field or rule named “qy” here. Did you mean “qty”? @1:1"},
		{Field{Type: "table", Fields: []Field{{Key: "r", Type: "rollup", Agg: "count", Form: "order", Via: "company"}}},
			"/forms/company/fields/x/fields/r/type ref.kind: A table cannot sum up other records; put the rollup on the form"},
		{Field{Type: "table", Fields: []Field{{Key: "c", Type: "reference", Form: "company", Index: true}, {Key: "n", Type: "lookup", Via: "c", Field: "name"}}}, ""},
		{Field{Type: "table", Fields: []Field{{Key: "c", Type: "reference", Form: "company"}, {Key: "n", Type: "lookup", Via: "c", Field: "name"}}},
			"/forms/company/fields/x/fields/n/via setting.missing: The column “c” needs index, so that these rows are found when the other side changes [fix: Set index on “c”]"},
	} {
		c.field.Key = "x"
		name := rules.Plain("N")
		w := testWorld([]Form{
			{Key: "company", Name: name, Fields: []Field{{Key: "name", Type: "text"}, {Key: "parent", Type: "reference", Form: "company"},
				{Key: "rows", Type: "table", Fields: []Field{{Key: "n", Type: "number"}}}, c.field}},
			{Key: "order", Name: name, Fields: []Field{{Key: "company", Type: "reference", Form: "company"}, {Key: "other", Type: "reference", Form: "order"}, {Key: "n", Type: "number"}, {Key: "day", Type: "date"},
				{Key: "lines", Type: "table", Fields: []Field{{Key: "company", Type: "reference", Form: "company", Index: true}, {Key: "second", Type: "reference", Form: "company"},
					{Key: "qty", Type: "number"}, {Key: "back", Type: "lookup", Via: "company", Field: "x"}}}}},
		}, nil)
		_, ps := Compile(w.Forms["company"], w, nil, "/forms/company")
		if got := strings.Join(showProblems(ps), "; "); got != c.want {
			t.Errorf("%+v\n got %s\nwant %s", c.field, got, c.want)
		}
	}
}
