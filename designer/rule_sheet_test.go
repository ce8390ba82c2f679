package designer

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"pipewright/rules"
	"pipewright/runtime/process"
)

const sheetApp = `{"spec": "pipewright/1", "key": "shop", "name": "Shop", "languages": ["zh-CN", "en"],
 "options": [{"key": "tiers", "items": [{"key": "gold", "name": {"zh-CN": "金牌", "en": "Gold"}}, {"key": "silver", "name": {"zh-CN": "银牌", "en": "Silver"}}, {"key": "old", "name": {"zh-CN": "停用", "en": "Gold"}}]}],
 "forms": [{"key": "deal", "name": "Deal", "fields": [{"key": "amount", "type": "number", "name": "Amount"}, {"key": "tier", "type": "select", "options": "tiers", "name": "Tier"},
   {"key": "by", "type": "date", "name": "By"}, {"key": "urgent", "type": "bool", "name": "Urgent"}, {"key": "region", "type": "text", "name": "Region"}]}],
 "rules": [{"key": "tab", "name": "Tab", "kind": "table", "form": "deal", "hit": "first",
   "in": [{"key": "amount"}, {"key": "tier"}, {"key": "by"}, {"key": "urgent"}, {"key": "region"}],
   "out": [{"key": "level", "type": "text"}, {"key": "rate", "type": "percent"}],
   "rows": [{"if": ["> 100", "'gold'", "", "", ""], "then": ["'vip'", "0.1"], "note": {"en": "Big"}}, {"if": ["", "", "", "", ""], "then": ["'normal'", "0"]}]}]}`

// sheetDefinition is sheetApp with other rows.
func sheetDefinition(t interface{ Fatal(...any) }, rows []rules.Row) []byte {
	raw, err := json.Marshal(rows)
	if err != nil {
		t.Fatal(err)
	}
	at := strings.Index(sheetApp, `"rows": `)
	return []byte(sheetApp[:at] + `"rows": ` + string(raw) + `}]}`)
}

func ruleIn(t interface{ Fatal(...any) }, definition []byte) *tableSheet {
	def, err := sound(definition)
	if err != nil {
		t.Fatal(err)
	}
	sheet, err := sheetOf(def, "tab")
	if err != nil {
		t.Fatal(err)
	}
	return sheet
}

// randomRows are rows of sheetApp's table, with cells that are easily taken for something else.
var randomRows = rapid.Custom(func(t *rapid.T) []rules.Row {
	pick := func(label string, more ...string) string {
		known := append([]string{"", "-", "> 100", "100..500", "(100..500]", "'gold'", "'金牌'", "\"Gold\"", "['gold', 'silver']", "not in ['Gold', 'x']", "'old'", "gold", "date('2026-09-30')", "true", "'007'", "007", "'=1+1'", "=1+1",
			"== 5", "'self'", "'it''s'", `'it\'s'`, "'", "10%", "1,000", "'1,000'", "2026/9/30", "TRUE", "region", "华东", "'  '", " > 1 ", "_x0041_", "'_x000D_'", "a\nb", "1e400", "@x", "+1", strings.Repeat("长", 3000)}, more...)
		if rapid.IntRange(0, 3).Draw(t, label+" kind") == 0 {
			return rapid.StringOfN(rapid.RuneFrom([]rune("金牌 '\"\\\t\n=><.,%12_x-&;[](")), 0, 8, -1).Draw(t, label+" text")
		}
		return rapid.SampledFrom(known).Draw(t, label)
	}
	rows := []rules.Row{}
	for range rapid.IntRange(0, 5).Draw(t, "rows") {
		row := rules.Row{}
		for range 5 {
			row.If = append(row.If, pick("if"))
		}
		for range 2 {
			row.Then = append(row.Then, pick("then"))
		}
		switch rapid.IntRange(0, 3).Draw(t, "note") {
		case 0:
			row.Note = rules.Plain(pick("note", "备注"))
		case 1:
			row.Note = rules.Text{"zh-CN": pick("zh"), "en": pick("en")}
		}
		rows = append(rows, row)
	}
	return rows
})

func TestRuleSheetOutAndIn(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		definition := sheetDefinition(t, randomRows.Draw(t, "table"))
		lang := rapid.SampledFrom(rules.Languages).Draw(t, "language")
		rows, err := RuleSheet(definition, "tab", lang)
		if err != nil {
			t.Fatal(err)
		}
		sheet := ruleIn(t, definition)
		r, err := sheet.readRows(rows)
		if err != nil {
			t.Fatal(err)
		}
		if len(r.changes) > 0 || string(body(r.next)) != string(body(sheet.rule)) {
			t.Fatalf("%+v\n%s\nwas\n%s", r.changes, body(r.next), body(sheet.rule))
		}
		// In another order, and with the columns elsewhere, the rows are the same ones, and the columns stand as the sheet has them.
		places := make([]int, len(rows[3]))
		for i := range places {
			places[i] = i
		}
		order, data := rapid.Permutation(places).Draw(t, "columns"), rapid.Permutation(rows[4:]).Draw(t, "order")
		mixed := [][]string{rows[0], rows[1]}
		for _, line := range slices.Concat(rows[2:4], data) {
			var out []string
			for _, j := range order {
				out = append(out, cellIn(line, j))
			}
			mixed = append(mixed, out)
		}
		if r, err = ruleIn(t, definition).readRows(mixed); err != nil {
			t.Fatal(err)
		}
		for i, line := range data {
			k := slices.IndexFunc(rows[4:], func(x []string) bool { return x[0] == line[0] })
			want := rules.Row{If: []string{}, Then: []string{}, Note: sheet.rule.Rows[k].Note}
			for _, j := range order {
				switch kind, key, _ := strings.Cut(rows[3][j], " "); kind {
				case sheetIf:
					want.If = append(want.If, sheet.rule.Rows[k].If[slices.IndexFunc(sheet.rule.In, func(x rules.Input) bool { return x.Key == key })])
				case sheetThen:
					want.Then = append(want.Then, sheet.rule.Rows[k].Then[slices.IndexFunc(sheet.rule.Out, func(x rules.Output) bool { return x.Key == key })])
				}
			}
			if !sameRow(r.next.Rows[i], want) {
				t.Fatalf("row %d: %s, want %s", i, body(r.next.Rows[i]), body(want))
			}
		}
	})
}

func details(err error) []rules.Problem {
	var r *process.Rejection
	if errors.As(err, &r) {
		return r.Details
	}
	return nil
}

func TestRuleSheetReadsWhatPeopleWrite(t *testing.T) {
	t.Parallel()
	sheet := ruleIn(t, []byte(sheetApp))
	for _, c := range []struct{ column, cell, want string }{
		{"if amount", "1,000", "1000"}, {"if amount", ">= 50%", ">= 0.5"}, {"if amount", "5%", "0.05"}, {"if amount", "-0.5%", "-0.005"}, {"if amount", "100..500", "100..500"}, {"if amount", "150%", "1.5"},
		{"if tier", "金牌", "'gold'"}, {"if tier", "Silver", "'silver'"}, {"if tier", "silver", "'silver'"}, {"if tier", "金牌、银牌", "['gold', 'silver']"}, {"if tier", "['金牌', 'silver']", "['gold', 'silver']"},
		{"if tier", "Gold", "Gold"}, {"if tier", "!= '银牌'", "!= 'silver'"},
		{"if by", "2026/9/3", "date('2026-09-03')"}, {"if by", "> 2026-09-30", "> date('2026-09-30')"}, {"if by", "2026年9月30日", "date('2026-09-30')"},
		{"if urgent", "是", "true"}, {"if urgent", "FALSE", "false"},
		{"if region", "华东", "'华东'"}, {"if region", "007", "'007'"}, {"if region", "amount", "amount"}, {"if region", "east or west", "east or west"},
		{"then level", "vip'", "'vip'"}, {"then level", "vip", "'vip'"}, {"then rate", "12.5%", "0.125"}, {"then rate", "amount * 2", "amount * 2"},
	} {
		i := slices.IndexFunc(sheet.columns, func(x sheetColumn) bool { return x.id == c.column })
		if got := sheet.columns[i].read(c.cell); got != c.want {
			t.Errorf("%s %s: %s, want %s", c.column, c.cell, got, c.want)
		}
	}
}

func TestRuleSheetTellsChangesAndProblems(t *testing.T) {
	t.Parallel()
	w := open(t)
	rows, err := RuleSheet([]byte(sheetApp), "tab", "zh-CN")
	if err != nil {
		t.Fatal(err)
	}
	if rows[4][2] != "'金牌'" || rows[1][1] != "first" || strings.Join(rows[3], "|") != "#|if amount|if tier|if by|if urgent|if region|then level|then rate|note zh-CN|note en" {
		t.Fatalf("%q", rows)
	}
	read := func(change func(rows [][]string) [][]string) (SheetRead, error) {
		var own [][]string
		for _, line := range rows {
			own = append(own, slices.Clone(line))
		}
		return w.ReadRuleSheet(context.Background(), []byte(sheetApp), "tab", change(own))
	}
	r, err := read(func(rows [][]string) [][]string {
		rows[1][1] = "collect"
		rows[4][1], rows[4][9] = "> 1000", "Very big"
		added := slices.Clone(rows[4])
		added[0], added[1] = "", "nonsense +"
		return append(rows[:5], added)
	})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range r.Changes {
		got = append(got, c.Kind)
	}
	if strings.Join(got, " ") != "hit changed added removed" || r.Changes[1].Cells[1].Column != "note en" || r.Changes[1].Cells[0].After != "> 1000" || r.Changes[2].SheetRow != 6 || r.Changes[3].Was != 2 || len(r.Rule.Rows) != 2 {
		t.Errorf("%s %s", got, body(r.Changes))
	}
	if len(r.Problems) == 0 || r.Problems[0].Cell != "B6" || r.Problems[0].Code != "expr.syntax" {
		t.Errorf("%+v", r.Problems)
	}
	for name, c := range map[string]struct {
		change func(rows [][]string) [][]string
		cells  string
	}{
		"another column":          {func(rows [][]string) [][]string { rows[3][1] = "if other"; return rows }, "B4"},
		"a result without a type": {func(rows [][]string) [][]string { rows[3][6] = "then rebate"; return rows }, "G4"},
		"a result of no type":     {func(rows [][]string) [][]string { rows[3][6] = "then rebate rich"; return rows }, "G4"},
		"a type changed":          {func(rows [][]string) [][]string { rows[3][6] = "then level number"; return rows }, "G4"},
		"a bad key":               {func(rows [][]string) [][]string { rows[3][6] = "then 折扣 number"; return rows }, "G4"},
		"no kind of column":       {func(rows [][]string) [][]string { rows[3][6] = "level"; return rows }, "G4"},
		"a column twice":          {func(rows [][]string) [][]string { rows[3][2] = "if amount"; return rows }, "C4"},
		"no keys":                 {func(rows [][]string) [][]string { return append(rows[:3], rows[4:]...) }, "A4"},
		"no key": {func(rows [][]string) [][]string {
			rows[3] = append(rows[3], "")
			rows[5] = append(rows[5], "x")
			return rows
		}, "K6"},
		"an unknown hit": {func(rows [][]string) [][]string { rows[1][1] = "all"; return rows }, "B2"},
		"notes of a kind": {func(rows [][]string) [][]string {
			rows[3] = append(rows[3], "note")
			rows[4] = append(rows[4], "x")
			return rows
		}, "K5"},
		"nothing": {func([][]string) [][]string { return nil }, "A4"},
	} {
		_, err := read(c.change)
		var cells []string
		for _, p := range details(err) {
			cells = append(cells, p.Path)
		}
		if code(err) != "sheet.shape" || strings.Join(cells, " ") != c.cells {
			t.Errorf("%s: %v at %v, want %s", name, err, cells, c.cells)
		}
	}
	if _, err := RuleSheet([]byte(sheetApp), "none", "en"); code(err) != "not.found" {
		t.Errorf("no table: %v", err)
	}
}

// Columns are added, taken out and moved in the sheet, and what misses one elsewhere is told.
func TestRuleSheetTakesColumns(t *testing.T) {
	t.Parallel()
	w := open(t)
	app := strings.Replace(sheetApp, `"rules": [`, `"rules": [{"key": "vip", "name": "Vip", "kind": "expression", "form": "deal", "type": "bool", "value": "decide('tab').level == 'vip'"}, `, 1)
	app = strings.Replace(app, `{"key": "region", "type": "text", "name": "Region"}]}`,
		`{"key": "region", "type": "text", "name": "Region"}, {"key": "note", "type": "text", "name": {"zh-CN": "备注", "en": "Remark"}}, {"key": "buyer", "type": "reference", "form": "buyer", "name": "Buyer"}]},
		{"key": "buyer", "name": "Buyer", "fields": [{"key": "name", "type": "text", "name": "Name"}, {"key": "grade", "type": "select", "options": "tiers", "name": "Grade"}]}`, 1)
	sheet := [][]string{
		{"hit", "first"},
		{"#", "备注", "等级", "Amount", "返点"},
		{"#", "if note", "if  buyer.grade", "if amount", "then rebate percent"},
		{"1", "x", "金牌", "> 100", "10%"},
		{"2", "", "", "", "0"},
	}
	r, err := w.ReadRuleSheet(context.Background(), []byte(app), "tab", sheet)
	if err != nil {
		t.Fatal(err, details(err))
	}
	want := `{"key":"tab","name":"Tab","form":"deal","kind":"table","hit":"first","in":[{"key":"note"},{"key":"buyerGrade","name":"等级","value":"buyer.grade"},{"key":"amount"}],` +
		`"out":[{"key":"rebate","name":"返点","type":"percent"}],"rows":[{"if":["'x'","'gold'","\u003e 100"],"then":["0.1"],"note":{"en":"Big"}},{"if":["","",""],"then":["0"]}]}`
	if got := string(body(r.Rule)); got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	var told []string
	for _, c := range r.Changes {
		told = append(told, c.Kind+" "+c.Column)
	}
	if got := strings.Join(told, ", "); got != "columnAdded if note, columnAdded if buyerGrade, columnAdded then rebate, columnRemoved if tier, columnRemoved if by, columnRemoved if urgent, "+
		"columnRemoved if region, columnRemoved then level, columnRemoved then rate, changed , changed " {
		t.Error(got)
	}
	if !slices.ContainsFunc(r.Problems, func(p SheetProblem) bool { return p.Path == "/rules/vip/value" }) {
		t.Errorf("nobody says that the result is missed: %+v", r.Problems)
	}
	// Only moved.
	rows, err := RuleSheet([]byte(sheetApp), "tab", "en")
	if err != nil {
		t.Fatal(err)
	}
	for i, line := range rows[2:] {
		rows[i+2] = append([]string{line[0], line[2], line[1]}, line[3:]...)
	}
	if r, err = w.ReadRuleSheet(context.Background(), []byte(sheetApp), "tab", rows); err != nil {
		t.Fatal(err)
	}
	if string(body(r.Changes)) != `[{"kind":"columnsMoved"}]` || r.Rule.In[0].Key != "tier" || r.Rule.Rows[0].If[0] != "'gold'" {
		t.Errorf("%s %s", body(r.Changes), body(r.Rule))
	}
}

// TestReadFigures: figures, limits and ranges are read as people write them; the browser reads the same file of cases.
func TestReadFigures(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("testdata/figures.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases map[string]string
	if err := json.Unmarshal(raw, &cases); err != nil {
		t.Fatal(err)
	}
	for written, meant := range cases {
		if got := readFigures(written); got != meant {
			t.Errorf("%q is read as %q, want %q", written, got, meant)
		}
	}
}
