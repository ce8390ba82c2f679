package forms

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"pipewright/rules"
	"pipewright/rules/hostile"
)

func cellForm(t testing.TB) *Schema {
	t.Helper()
	fields := []Field{}
	for _, typ := range []string{"text", "number", "percent", "money", "bool", "date", "datetime", "time", "duration", "user", "team", "phone", "rating", "attachment", "location"} {
		fields = append(fields, Field{Key: typ + "F", Type: typ})
	}
	fields = append(fields, Field{Key: "pick", Type: "select", Options: "color"}, Field{Key: "picks", Type: "multiselect", Options: "color"},
		Field{Key: "where", Type: "cascade", Options: "place"}, Field{Key: "account", Type: "reference", Form: "account"}, Field{Key: "total", Type: "number", Calc: "numberF"},
		Field{Key: "lines", Type: "table", Fields: []Field{{Key: "qty", Type: "number"}}})
	w := testWorld([]Form{{Key: "deal", Name: rules.Plain("D"), Fields: fields}, {Key: "account", Name: rules.Plain("A"), Fields: []Field{{Key: "name", Type: "text"}}}}, []OptionList{
		{Key: "color", Items: []Option{{Key: "red", Name: rules.Say("红色", "紅色", "Red")}, {Key: "blue", Name: rules.Say("蓝、青", "藍、青", "Blue, cyan")}, {Key: "blue2", Name: rules.Say("红色", "藍色二", "Navy")}}},
		{Key: "place", Items: []Option{{Key: "cn", Name: rules.Say("中国", "中國", "China"), Items: []Option{{Key: "sh", Name: rules.Say("上海", "上海", "Shanghai")}}}, {Key: "sh2", Name: rules.Plain("上海")}}},
	})
	s, ps := Compile(w.Forms["deal"], w, nil, "/forms/deal")
	if rules.HasErrors(ps) {
		t.Fatal(showProblems(ps))
	}
	return s
}

func cellNames() *Cells {
	find := func(_, text string) []string {
		return map[string][]string{"李雷": {"rep.li"}, "王": {"a", "b"}, "Acme": {"ACC-1"}, "rep.li": {"rep.li"}, "ACC-1": {"ACC-1"}}[text]
	}
	return &Cells{Language: "zh-CN", Zone: time.FixedZone("CST", 8*3600), FindName: find, FindRecord: find,
		Name:  func(_, id string) string { return map[string]string{"rep.li": "李雷"}[id] },
		Title: func(_, id string) string { return map[string]string{"ACC-1": "Acme"}[id] }}
}

func TestReadCell(t *testing.T) {
	t.Parallel()
	s, c := cellForm(t), cellNames()
	for _, x := range []struct{ field, text, want string }{
		{"textF", " 华东 ", `"华东"`}, {"textF", "", "null"}, {"textF", "007", `"007"`},
		{"numberF", "1,234.50", `"1234.5"`}, {"numberF", "１２３", `"123"`}, {"numberF", "+5", `"5"`}, {"numberF", "1,23", "cell.number"}, {"numberF", "1e5", "cell.number"}, {"numberF", "12元", "cell.number"},
		{"percentF", "12.5%", `"0.125"`}, {"percentF", "12.5％", `"0.125"`}, {"percentF", "0.3", `"0.3"`}, {"percentF", "12.5", "cell.percent"}, {"percentF", "-150%", `"-1.5"`}, {"percentF", "x%", "cell.percent"},
		{"moneyF", "￥1,234.50", `{"amount":"1234.5"}`}, {"moneyF", "¥5", `{"amount":"5"}`}, {"moneyF", "1234.50 CNY", `{"amount":"1234.5"}`}, {"moneyF", "-¥3", `{"amount":"-3"}`}, {"moneyF", "100元", `{"amount":"100"}`},
		{"moneyF", "$5", "money.currency"}, {"moneyF", "5 USD", "money.currency"}, {"moneyF", "5万", "money.currency"}, {"moneyF", "about 5 or so", "cell.number"},
		{"boolF", "是", "true"}, {"boolF", "No", "false"}, {"boolF", "√", "true"}, {"boolF", "maybe", "cell.bool"},
		{"dateF", "2026/9/30", `"2026-09-30"`}, {"dateF", "2026年9月30日", `"2026-09-30"`}, {"dateF", "20260930", `"2026-09-30"`}, {"dateF", "2026-09-30 00:00:00", `"2026-09-30"`},
		{"dateF", "30/9/2026", "cell.date"}, {"dateF", "2026-02-30", "cell.date"}, {"dateF", "2026-09-30 14:00", "cell.date"}, {"dateF", "46000", "cell.date"},
		{"datetimeF", "2026/9/30 8:05", `"2026-09-30T08:05:00+08:00"`}, {"datetimeF", "2026-09-30", `"2026-09-30T00:00:00+08:00"`}, {"datetimeF", "2026-09-30T08:00:00Z", `"2026-09-30T08:00:00Z"`}, {"datetimeF", "2026-09-30 25:00", "cell.date"},
		{"timeF", "9:30", `"09:30"`}, {"timeF", "930", "cell.date"},
		{"pick", "red", `"red"`}, {"pick", "RED", `"red"`}, {"pick", "紅色", `"red"`}, {"pick", "红色", "cell.many"}, {"pick", "green", "option.unknown"},
		{"picks", "red; Navy", `["red","blue2"]`}, {"picks", "Blue, cyan", `["blue"]`}, {"picks", "red, green", "option.unknown"},
		{"where", "中国 / 上海", `["cn","sh"]`}, {"where", "China > Shanghai", `["cn","sh"]`}, {"where", "上海", `["sh2"]`}, {"where", "中国/北京", "option.unknown"},
		{"userF", "李雷", `"rep.li"`}, {"userF", "王", "cell.many"}, {"userF", "nobody", "cell.name"}, {"account", "Acme", `"ACC-1"`}, {"account", "Best", "cell.name"},
		{"lines", `[{"qty": "1"}]`, `[{"qty":"1"}]`}, {"lines", "3 pieces", "shape.type"},
		{"total", "5", "cell.readonly"}, {"attachmentF", "a.pdf", "cell.readonly"}, {"nope", "5", "field.unknown"},
	} {
		raw, ps := s.ReadCell(x.field, x.text, c, "/data")
		got := strings.ReplaceAll(string(raw), `": "`, `":"`)
		if len(ps) > 0 {
			got = ps[0].Code
			if ps[0].Path != "/data/"+x.field {
				t.Errorf("%s %q: told at %s", x.field, x.text, ps[0].Path)
			}
		}
		if got != x.want {
			t.Errorf("%s %q: got %s, want %s", x.field, x.text, got, x.want)
		}
	}
}

// What a cell shows is read again as the same value.
func TestCellRoundTrip(t *testing.T) {
	t.Parallel()
	s, c := cellForm(t), cellNames()
	wire := map[string]string{
		"textF": `"x, \"y\"\t=1"`, "numberF": `"-1234.5"`, "percentF": `"12.345"`, "moneyF": `{"amount": "-12.00"}`, "boolF": "false", "dateF": `"2026-09-30"`, "datetimeF": `"2026-09-30T08:05:09Z"`,
		"timeF": `"09:30"`, "durationF": `"PT90M"`, "userF": `"rep.li"`, "teamF": `"rep.li"`, "phoneF": `"+86 138 0000 0000"`, "ratingF": `"3"`, "pick": `"blue2"`, "picks": `["blue2", "red"]`,
		"where": `["cn", "sh"]`, "account": `"ACC-1"`, "lines": `[{"qty": "2"}]`, "locationF": `{"lat": "31.2", "lng": "121.5", "label": "x"}`,
	}
	for _, lang := range rules.Languages {
		c.Language = lang
		for key, raw := range wire {
			if lang == "zh-CN" && (key == "pick" || key == "picks") {
				continue // two options of one name
			}
			v, ps := s.Parse(map[string]json.RawMessage{key: json.RawMessage(raw)}, "/data")
			if len(ps) > 0 {
				t.Fatal(key, ps)
			}
			text := s.CellText(key, v[key], c)
			again, ps := s.ReadCell(key, text, c, "/data")
			if len(ps) > 0 {
				t.Errorf("%s: %q is not read again: %v", key, text, ps)
				continue
			}
			back, ps := s.Parse(map[string]json.RawMessage{key: again}, "/data")
			if len(ps) > 0 || !Same(v[key], back[key]) {
				t.Errorf("%s: %v is %q and comes back as %v %v", key, v[key], text, back[key], ps)
			}
		}
	}
}

func FuzzReadCell(f *testing.F) {
	s, c := cellForm(f), cellNames()
	for _, text := range []string{"1,234.50", "￥-1.5万", "2026年9月30日", "12.5%", "红色; Navy", "中国/上海", `[{"qty": 1}]`, "是", "９：３０", "\x00\xff", strings.Repeat("1,", 30000)} {
		f.Add(text)
	}
	for _, s := range hostile.Texts() {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, d := range s.Fields() {
			hostile.Within(t, len(text), func() {
				raw, ps := s.ReadCell(d.ID, text, c, "/data")
				if len(ps) == 0 {
					s.Parse(map[string]json.RawMessage{d.ID: raw}, "/data")
				}
			})
		}
	})
}
