package forms

import (
	"encoding/json"
	"testing"
	"time"

	"pipewright/rules"
)

// Values of one type as a field of another: exact, or a problem that says why not.
func TestConvert(t *testing.T) {
	t.Parallel()
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	options := `"options": "heat"`
	heat := map[string]*OptionList{"heat": {Key: "heat", Items: []Option{{Key: "hot", Name: rules.Plain("热")}, {Key: "cold", Name: rules.Plain("冷")}}}}
	schema := func(f string) *Schema {
		var field Field
		if err := json.Unmarshal([]byte(f), &field); err != nil {
			t.Fatal(err)
		}
		s, problems := Compile(&Form{Key: "f", Name: rules.Plain("F"), Fields: []Field{field}}, &World{Currency: "CNY", Zone: zone, Options: heat, Forms: map[string]*Form{"a": {Key: "a"}, "b": {Key: "b"}}}, nil, "")
		for _, p := range problems {
			if p.Severity == rules.Error {
				t.Fatalf("%s: %s", f, p.Message.In("en"))
			}
		}
		return s
	}
	for _, c := range []struct{ from, value, to, want, code string }{
		{`"type": "text"`, `"1,234.5"`, `"type": "number"`, `"1234.5"`, ""},
		{`"type": "text"`, `"about 5"`, `"type": "number"`, "", "cell.number"},
		{`"type": "text"`, `"¥12.50"`, `"type": "money"`, `{"amount":"12.50","currency":"CNY"}`, ""},
		{`"type": "text"`, `"$12.50"`, `"type": "money"`, "", "money.currency"},
		{`"type": "text"`, `"12.5"`, `"type": "percent"`, "", "cell.percent"},
		{`"type": "text"`, `"2026/9/30"`, `"type": "date"`, `"2026-09-30"`, ""},
		{`"type": "text"`, `"热"`, `"type": "select", ` + options, `"hot"`, ""},
		{`"type": "text"`, `"温"`, `"type": "select", ` + options, "", "option.unknown"},
		{`"type": "text"`, `"是"`, `"type": "bool"`, `true`, ""},
		{`"type": "text"`, `"a <b>"`, `"type": "richtext"`, `"a &lt;b&gt;"`, ""},
		{`"type": "number"`, `"12.5"`, `"type": "text"`, `"12.5"`, ""},
		{`"type": "select", ` + options, `"hot"`, `"type": "text"`, `"热"`, ""},
		{`"type": "date"`, `"2026-09-30"`, `"type": "text"`, `"2026-09-30"`, ""},
		{`"type": "longtext"`, `"a\nb"`, `"type": "text"`, "", "text.line"},
		{`"type": "number", "scale": 2`, `"1.25"`, `"type": "number", "scale": 0`, "", "number.scale"},
		{`"type": "number", "scale": 2`, `"1.25"`, `"type": "number", "scale": 4`, `"1.25"`, ""},
		{`"type": "number"`, `"12.34"`, `"type": "money"`, `{"amount":"12.34","currency":"CNY"}`, ""},
		{`"type": "money"`, `{"amount":"12.34","currency":"CNY"}`, `"type": "number"`, `"12.34"`, ""},
		{`"type": "money"`, `{"amount":"12.34","currency":"CNY"}`, `"type": "money", "currency": "USD"`, "", "convert.currency"},
		{`"type": "percent"`, `"0.1"`, `"type": "number"`, `"0.1"`, ""},
		{`"type": "number"`, `"10"`, `"type": "percent"`, "", "convert.type"},
		{`"type": "number"`, `"0.1"`, `"type": "percent"`, `"0.1"`, ""},
		{`"type": "date"`, `"2026-09-30"`, `"type": "datetime"`, `"2026-09-29T16:00:00.000Z"`, ""},
		{`"type": "datetime"`, `"2026-09-29T16:00:00Z"`, `"type": "date"`, `"2026-09-30"`, ""},
		{`"type": "datetime"`, `"2026-09-29T16:30:00Z"`, `"type": "date"`, "", "convert.lossy"},
		{`"type": "select", ` + options, `"hot"`, `"type": "multiselect", ` + options, `["hot"]`, ""},
		{`"type": "multiselect", ` + options, `["hot"]`, `"type": "select", ` + options, `"hot"`, ""},
		{`"type": "multiselect", ` + options, `["hot","cold"]`, `"type": "select", ` + options, "", "convert.lossy"},
		{`"type": "reference", "form": "a"`, `{"id": "A-1"}`, `"type": "reference", "form": "b"`, "", "convert.type"},
		{`"type": "user"`, `"rep.li"`, `"type": "text"`, "", "convert.type"},
		{`"type": "bool"`, `true`, `"type": "number"`, "", "convert.type"},
	} {
		old, now := schema(`{"key": "x", "name": "X", `+c.from+`}`), schema(`{"key": "x", "name": "X", `+c.to+`}`)
		v, problems := old.Parse(map[string]json.RawMessage{"x": json.RawMessage(c.value)}, "/data")
		if len(problems) > 0 {
			t.Fatalf("%s %s: %s", c.from, c.value, problems[0].Message.In("en"))
		}
		got, problems := now.Convert(Conversion{From: old, Key: "x", To: "x", Language: "zh-CN", Zone: zone}, v["x"], "/data")
		code := ""
		if len(problems) > 0 {
			code = problems[0].Code
		}
		if wire := string(now.Wire(Values{"x": got}, nil)["x"]); wire != c.want || code != c.code {
			t.Errorf("%s %s as %s: %s %s, want %s %s", c.from, c.value, c.to, wire, code, c.want, c.code)
		}
	}
	old, now := schema(`{"key": "x", "name": "X", "type": "datetime"}`), schema(`{"key": "x", "name": "X", "type": "date"}`)
	at := time.Date(2026, 9, 29, 16, 30, 0, 0, time.UTC)
	if got, problems := now.Convert(Conversion{From: old, Key: "x", To: "x", Zone: zone, Round: true}, at, "/data"); len(problems) > 0 || got != any(rules.Date{Year: 2026, Month: 9, Day: 30}) {
		t.Errorf("rounded: %v %v", got, problems)
	}
}
