package server

import (
	"encoding/base64"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// A workbook gives back what was written into it, whatever a spreadsheet might take it for.
func TestRuleBookKeepsCells(t *testing.T) {
	t.Parallel()
	nasty := []string{"", "'self'", "007", "1e5", "=1+1", "== 5", "-1..5", "2026-09-30", "10%", "TRUE", "_x0041_", "_x000D_", " a ", "a\nb", "\tx", "<b>&amp;", "@x", "'", strings.Repeat("长", 4000)}
	rapid.Check(t, func(t *rapid.T) {
		rows := [][]string{{"rule", "tab", ""}}
		for range rapid.IntRange(0, 5).Draw(t, "rows") {
			row := []string{"1"}
			for range 3 {
				if rapid.Bool().Draw(t, "known") {
					row = append(row, rapid.SampledFrom(nasty).Draw(t, "cell"))
				} else {
					row = append(row, rapid.StringOfN(rapid.RuneFrom([]rune("金𠮷 '\"\\\t\n=><.,%12_xX0&;")), 0, 9, -1).Draw(t, "text"))
				}
			}
			rows = append(rows, row)
		}
		content, err := ruleBook(rows)
		if err != nil {
			t.Fatal(err)
		}
		back, err := readWorkbook(content)
		if err != nil {
			t.Fatal(err)
		}
		for i, row := range rows {
			for j, cell := range row {
				got := ""
				if i < len(back) && j < len(back[i]) {
					got = back[i][j]
				}
				if got != cell {
					t.Fatalf("%d %d: %q, was %q", i, j, got, cell)
				}
			}
		}
	})
}

func TestRuleSheets(t *testing.T) {
	t.Parallel()
	w := open(t, true)
	admin := w.as("admin")
	admin.must("POST", "/api/apps/import", ruledApp)
	const at = "/api/apps/ruled/draft/rules/fees/sheet"
	file := admin.must("POST", at, object{})
	if got := file.header.Get("Content-Disposition"); !strings.Contains(got, "fees.xlsx") {
		t.Errorf("name %s", got)
	}
	same := admin.must("POST", at+"/read", object{"file": base64.StdEncoding.EncodeToString(file.raw)})
	if same.len("changes") != 0 || same.len("problems") != 0 || same.str("rule.rows.0.if.0") != "> 10" {
		t.Errorf("out and in: %s", same.raw)
	}
	rows, err := readWorkbook(file.raw)
	if err != nil {
		t.Fatal(err)
	}
	rows[4][2] = "nothing * 2"
	changed, err := ruleBook(rows)
	if err != nil {
		t.Fatal(err)
	}
	read := admin.must("POST", at+"/read", object{"file": base64.StdEncoding.EncodeToString(changed)})
	if read.len("changes") != 1 || read.str("changes.0.kind") != "changed" || read.str("changes.0.cells.0.after") != "nothing * 2" || read.str("problems.0.cell") != "C5" {
		t.Errorf("a change: %s", read.raw)
	}
	if d := admin.must("GET", "/api/apps/ruled/draft", nil); strings.Contains(string(d.raw), "nothing * 2") || d.str("rev") != "1" {
		t.Error("reading saved something")
	}
	rows[3][1] = "if other"
	if changed, err = ruleBook(rows); err != nil {
		t.Fatal(err)
	}
	if wrong := admin.refused(422, "sheet.shape", "POST", at+"/read", object{"file": base64.StdEncoding.EncodeToString(changed)}); wrong.str("error.details.0.path") != "B4" {
		t.Errorf("another column: %s", wrong.raw)
	}
	admin.refused(400, "bad.request", "POST", at+"/read", object{"file": base64.StdEncoding.EncodeToString([]byte("no workbook"))})
	admin.refused(400, "bad.request", "POST", at+"/read", object{"file": "*"})
	admin.refused(404, "not.found", "POST", "/api/apps/ruled/draft/rules/step/sheet", object{})
	w.as("rep.li").refused(403, "forbidden", "POST", at, object{})
}
