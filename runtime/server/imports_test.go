package server

import (
	"archive/zip"
	"bytes"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptrace"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"

	"pipewright/rules/hostile"
)

const listsApp = `{"spec": "pipewright/1", "key": "lists", "name": "Lists", "timezone": "Asia/Shanghai",
  "roles": [{"key": "member", "name": "Member"}],
  "forms": [{"key": "item", "name": "Item", "fields": [
    {"key": "name", "type": "text", "name": {"zh-CN": "名称", "en": "Name"}, "required": true, "filter": true}, {"key": "price", "type": "money", "name": {"zh-CN": "价格", "en": "Price"}},
    {"key": "share", "type": "percent", "name": "Share"}, {"key": "day", "type": "date", "name": "Day"}],
    "grants": [{"role": "member", "records": "all", "do": ["create", "read", "edit", "delete", "import", "export"]}]}]}`

// A file is the whole answer: the connection it came on serves the next request too. With more than the file on it the server would drop it, and a browser's
// next request fail at times.
func TestFilesLeaveTheConnection(t *testing.T) {
	t.Parallel()
	w := open(t, true)
	admin := w.as("admin")
	admin.must("POST", "/api/apps/import", listsApp)
	admin.must("POST", "/api/apps/lists/publish", object{"acceptWarnings": true})
	admin.must("PATCH", "/api/users/rep.li", object{"roles": []string{"lists/member"}})
	rep := w.client()
	rep.http.Transport = &http.Transport{}
	rep.must("POST", "/api/demo-login", object{"username": "rep.li"})
	rep.must("POST", "/api/apps/lists/forms/item/records", object{"data": object{"name": "Book"}})
	for _, format := range []string{"csv", "xlsx"} {
		rep.must("POST", "/api/apps/lists/forms/item/export", object{"format": format})
		reused := false
		ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{GotConn: func(c httptrace.GotConnInfo) { reused = c.Reused }})
		req, err := http.NewRequestWithContext(ctx, "GET", w.http.URL+"/api/me", nil)
		if err != nil {
			t.Fatal(err)
		}
		res, err := rep.http.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, res.Body)
		if _ = res.Body.Close(); res.StatusCode != 200 || !reused {
			t.Errorf("after %s: %d, on the same connection: %v", format, res.StatusCode, reused)
		}
	}
}

func TestImportAndExport(t *testing.T) {
	t.Parallel()
	w := open(t, true)
	admin := w.as("admin")
	admin.must("POST", "/api/apps/import", listsApp)
	admin.must("POST", "/api/apps/lists/publish", object{"acceptWarnings": true})
	admin.must("PATCH", "/api/users/rep.li", object{"roles": []string{"lists/member"}})
	rep := w.as("rep.li")
	octets := []string{"Content-Type", "application/octet-stream"}
	base := "/api/apps/lists/forms/item/"
	bring := func(name string, content []byte) string {
		t.Helper()
		w.clock.add(time.Minute)
		a := rep.must("POST", base+"import?name="+name, string(content), octets...)
		if a.status != 201 {
			t.Fatalf("%s: %d %s", name, a.status, a.raw)
		}
		return a.str("id")
	}
	run := func(id string, mapping object) string {
		t.Helper()
		a := rep.must("POST", "/api/imports/"+id+"/check", object{"mapping": mapping})
		if a.str("good") != a.str("rows") {
			t.Errorf("dry run: %s", a.raw)
		}
		rep.must("POST", "/api/imports/"+id+"/run", object{"mapping": mapping})
		for n := 1; n > 0; {
			var err error
			if n, err = w.server.Engine.RunDue(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		return string(rep.must("GET", "/api/imports/"+id, nil).raw)
	}
	gb, err := simplifiedchinese.GB18030.NewEncoder().Bytes([]byte("名称,价格\r\n华东制造,\"1,234.50\"\r\n'=cmd|x,'-5\r\n"))
	if err != nil {
		t.Fatal(err)
	}
	if got := run(bring("gb.csv", gb), object{"0": "name", "1": "price"}); !strings.Contains(got, `"created":2`) {
		t.Error(got)
	}
	book := excelize.NewFile()
	day, percent, whole := 14, 10, 1
	for at, v := range map[string]any{"A1": "Name", "B1": "Price", "C1": "Share", "D1": "Day", "A2": "Book", "B2": 1234.56, "C2": 0.125, "D2": 46295} {
		if err := book.SetCellValue("Sheet1", at, v); err != nil {
			t.Fatal(err)
		}
	}
	for at, format := range map[string]int{"B2": whole, "C2": percent, "D2": day} {
		style, err := book.NewStyle(&excelize.Style{NumFmt: format})
		if err == nil {
			err = book.SetCellStyle("Sheet1", at, at, style)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	var xlsx bytes.Buffer
	if err := book.Write(&xlsx); err != nil {
		t.Fatal(err)
	}
	if got := run(bring("b.xlsx", xlsx.Bytes()), object{"0": "name", "1": "price", "2": "share", "3": "day"}); !strings.Contains(got, `"created":1`) {
		t.Error(got)
	}
	text := string(rep.must("POST", base+"export", object{"columns": []string{"name", "price", "share", "day"}, "sort": []string{"name"}}).raw)
	for _, part := range []string{"\xef\xbb\xbfName,Price,Share,Day\r\n", "'=cmd|x,-5.00,,\r\n", "Book,1234.56,12.5%,2026-09-30\r\n", "华东制造,1234.50,,\r\n"} {
		if !strings.Contains(text, part) {
			t.Errorf("no %q in %q", part, text)
		}
	}
	only := rep.must("POST", base+"export", object{"columns": []string{"name"}, "where": "name == 'Book'", "encoding": "gb18030"}, "Accept-Language", "zh-CN")
	if plain, err := simplifiedchinese.GB18030.NewDecoder().Bytes(only.raw); err != nil || string(plain) != "名称\r\nBook\r\n" {
		t.Errorf("%q %v", plain, err)
	}
	out, err := excelize.OpenReader(bytes.NewReader(rep.must("POST", base+"export", object{"format": "xlsx", "columns": []string{"name"}, "where": "name startsWith '='"}).raw))
	if err != nil {
		t.Fatal(err)
	}
	if formula, err := out.GetCellFormula("Sheet1", "A2"); err != nil || formula != "" {
		t.Errorf("a formula in the workbook: %q %v", formula, err)
	}
	if v, err := out.GetCellValue("Sheet1", "A2"); err != nil || v != "=cmd|x" {
		t.Errorf("%q %v", v, err)
	}
	for _, c := range []struct {
		status     int
		path, body string
	}{
		{400, base + "import?name=x.xlsx", "PK\x03\x04nonsense"}, {422, base + "import?name=x.csv", "only,titles\n"}, {400, base + "import?name=x.csv", "a,b\n\"open"},
		{404, "/api/apps/lists/forms/nope/import?name=x.csv", "a\n1"},
	} {
		if a := rep.send("POST", c.path, c.body, octets...); a.status != c.status {
			t.Errorf("%s %q: %d %s", c.path, c.body, a.status, a.raw)
		}
	}
	partly := bring("partly.csv", []byte("Name,Price\nfine,1\n=bad,one\n"))
	plan := object{"mapping": object{"0": "name", "1": "price"}}
	rep.must("POST", "/api/imports/"+partly+"/run", plan)
	if _, err := w.server.Engine.RunDue(t.Context()); err != nil {
		t.Fatal(err)
	}
	wrong := rep.must("GET", "/api/imports/"+partly+"/wrong", nil)
	if got := string(wrong.raw); !strings.HasPrefix(got, "\ufeffName,Price,") || !strings.Contains(got, "\r\n'=bad,one,3,\"“Price” must") || strings.Contains(got, "fine") {
		t.Errorf("the rows left out: %q", got)
	}
	if rows, err := readSheet(rep.must("GET", "/api/imports/"+partly+"/wrong?format=xlsx", nil).raw); err != nil || len(rows) != 2 || rows[1][0] != "=bad" {
		t.Errorf("the rows left out, as a workbook: %v %v", rows, err)
	}
	admin.refused(404, "not.found", "GET", "/api/imports/"+partly+"/wrong", nil)
	// Who has left the page comes back to what he brought, and takes it back from there; a file that was only looked at is none.
	bring("looked.csv", []byte("Name\nx\n"))
	past := rep.must("GET", base+"imports", nil)
	if past.len("items") != 3 || past.str("items.0.id") != partly || past.str("items.0.name")+past.str("items.0.state")+past.str("items.0.created") != "partly.csvdone1" || past.str("items.2.name") != "gb.csv" {
		t.Errorf("what was imported: %s", past.raw)
	}
	admin.refused(403, "forbidden", "GET", base+"imports", nil)
	rep.refused(400, "bad.request", "GET", "/api/imports/"+partly+"/wrong?format=pdf", nil)
	if a := rep.must("POST", base+"import?name=again.csv", "Price,Name\n1,x\n", octets...); a.str("columns.0.suggest") != "price" || a.str("columns.1.suggest") != "name" {
		t.Errorf("remembered: %s", a.raw)
	}
	id := bring("again.csv", []byte("Name\nx\n"))
	for _, c := range []struct {
		status int
		user   *client
		body   object
	}{{400, rep, object{"mapping": object{"0": "nope"}}}, {400, rep, object{"mapping": object{"7": "name"}}}, {400, rep, object{"mapping": object{}}}, {400, rep, object{"mapping": object{"x": "name"}}}, {404, admin, object{"mapping": object{"0": "name"}}}} {
		if a := c.user.send("POST", "/api/imports/"+id+"/check", c.body); a.status != c.status {
			t.Errorf("%v: %d %s", c.body, a.status, a.raw)
		}
	}
}

// A small file must not grow to the width of a sheet in every row.
func TestSheetIsNotTooWide(t *testing.T) {
	t.Parallel()
	book := excelize.NewFile()
	if err := book.SetCellValue("Sheet1", "XFD2", "x"); err != nil {
		t.Fatal(err)
	}
	var wide bytes.Buffer
	if err := book.Write(&wide); err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{"workbook": wide.Bytes(), "csv": []byte(strings.Repeat(",", 1000) + "x\n")} {
		if _, err := readSheet(content); err == nil || !strings.Contains(err.Error(), "1,000 columns") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// repacked is a workbook whose first sheet is another.
func repacked(t *testing.T, sheet string) []byte {
	t.Helper()
	var book, out bytes.Buffer
	if err := excelize.NewFile().Write(&book); err != nil {
		t.Fatal(err)
	}
	r, err := zip.NewReader(bytes.NewReader(book.Bytes()), int64(book.Len()))
	if err != nil {
		t.Fatal(err)
	}
	w := zip.NewWriter(&out)
	for _, f := range r.File {
		content, err := fs.ReadFile(r, f.Name)
		if err != nil {
			t.Fatal(err)
		}
		if f.Name == "xl/worksheets/sheet1.xml" {
			content = []byte(sheet)
		}
		part, err := w.Create(f.Name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := part.Write(content); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// What a small file unpacks to is bound before it is unpacked, and the cells of all rows together are.
func TestSheetIsNotABomb(t *testing.T) {
	row := "<row>" + strings.Repeat("<c><v>1</v></c>", maxColumns) + "</row>"
	sheet := func(of string) string {
		return `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>` + of + `</sheetData></worksheet>`
	}
	for name, content := range map[string][]byte{"cells": repacked(t, sheet(strings.Repeat(row, 1500))), "blanks": repacked(t, sheet(strings.Repeat(" ", 30<<20)))} {
		hostile.Within(t, len(content), func() {
			if _, err := readSheet(content); err == nil || !strings.Contains(err.Error(), "size exceeds") {
				t.Errorf("%s of %d bytes: %v", name, len(content), err)
			}
		})
	}
	if rows, err := readSheet(repacked(t, sheet(row+row))); err != nil || len(rows) != 2 || len(rows[1]) != maxColumns {
		t.Errorf("an honest sheet: %d rows, %v", len(rows), err)
	}
	many := strings.Repeat(strings.Repeat(",", maxColumns-1)+"\n", 1+maxCells/maxColumns)
	if _, err := readSheet([]byte(many)); err == nil || !strings.Contains(err.Error(), "2,000,000 cells") {
		t.Errorf("too many cells: %v", err)
	}
}

func FuzzReadSheet(f *testing.F) {
	for _, s := range []string{"a,b\n1,2", "a;b\n\"x\"\"y\";2", "\xef\xbb\xbfa\tb\n", "\xc4\xe3,\xba\xc3\n", "PK\x03\x04", "a\n'=1+1", "\"open"} {
		f.Add([]byte(s))
	}
	for _, s := range hostile.Texts() {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		hostile.Within(t, len(content), func() { _, _ = readSheet(content) })
	})
}
