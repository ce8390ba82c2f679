package server

import (
	"bytes"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

func TestCompliance(t *testing.T) {
	t.Parallel()
	w := open(t, true)
	w.install("cycle9")
	wang := w.as("mgr.wang")
	const at = "/api/apps/cycle9/compliance/deal9"
	got := wang.must("GET", at+"?from=2026-01-01&to=2026-12-31", nil)
	if got.len("kinds") != 5 || got.str("form") != "deal9" || got.str("from") != "2026-01-01" {
		t.Errorf("%s", got.raw)
	}
	file := wang.must("GET", at+"/export?from=2026-01-01&to=2026-12-31&format=csv", nil)
	if !strings.Contains(string(file.raw), "Kind,Person,When,Number") {
		t.Errorf("%q", file.raw)
	}
	wang.refused(400, "bad.request", "GET", at+"?from=2026-01-01", nil)
	wang.refused(400, "bad.request", "GET", at+"?from=2026-02-01&to=2026-01-01", nil)
	wang.refused(400, "bad.request", "GET", at+"/export?from=2026-01-01&to=2026-12-31&format=pdf", nil)
	wang.refused(404, "not.found", "GET", "/api/apps/cycle9/compliance/none?from=2026-01-01&to=2026-12-31", nil)
	file = wang.must("GET", "/api/apps/cycle9/reports/stages/export?format=csv", nil)
	if lines := strings.Split(strings.TrimSpace(string(file.raw)), "\n"); len(lines) < 3 || !strings.HasPrefix(lines[len(lines)-1], "Total,") {
		t.Errorf("%q", file.raw)
	}
	wang.refused(404, "not.found", "GET", "/api/apps/cycle9/reports/none/export", nil)
}

// The figures of a report are numbers in a workbook, and one below nought is no formula in CSV; what only looks like a number of the report is a text.
func TestReportSheet(t *testing.T) {
	t.Parallel()
	var csv bytes.Buffer
	w, err := newCSV(&csv, false)
	if err == nil {
		err = w.row([]string{"-5.00", "-1+1", "=1", "-", "+5"})
	}
	if err == nil {
		err = w.end()
	}
	if got := strings.TrimPrefix(csv.String(), string(bom)); err != nil || got != "-5.00,'-1+1,'=1,'-,'+5\r\n" {
		t.Errorf("%q %v", got, err)
	}
	var out bytes.Buffer
	b, err := newBook(&out)
	if err != nil {
		t.Fatal(err)
	}
	b.figures = 2
	for _, row := range [][]string{{"Code", "2026"}, {"007", "-1234.50"}, {"008", "12345678901234.56"}, {"009", "=1"}} {
		if err := b.row(row); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.end(); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(&out)
	if err != nil {
		t.Fatal(err)
	}
	for cell, want := range map[string]excelize.CellType{"B1": excelize.CellTypeInlineString, "A2": excelize.CellTypeInlineString, "B2": excelize.CellTypeUnset,
		"B3": excelize.CellTypeInlineString, "B4": excelize.CellTypeInlineString} {
		if got, err := f.GetCellType("Sheet1", cell); got != want || err != nil {
			t.Errorf("%s is of type %d, want %d: %v", cell, got, want, err)
		}
	}
	if got, _ := f.GetCellValue("Sheet1", "B2"); got != "-1234.5" {
		t.Errorf("a figure reads %q", got)
	}
}
