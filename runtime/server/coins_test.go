package server

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
)

// coinsApp has money in a currency, in a table, computed, rolled up, reported and printed.
const coinsApp = `{"spec": "pipewright/1", "key": "coins", "name": "Coins", "languages": ["en"], "timezone": "UTC", "currency": "CUR",
  "roles": [{"key": "member", "name": "Member"}],
  "forms": [
    {"key": "box", "name": "Box", "title": "{{ name }}", "fields": [{"key": "name", "type": "text", "name": "Name", "required": true},
      {"key": "whole", "type": "rollup", "name": "Sum", "form": "coin", "via": "box", "agg": "sum", "field": "total"}],
     "grants": [{"role": "member", "records": "all", "do": ["create", "read", "edit"]}]},
    {"key": "coin", "name": "Coin", "title": "{{ name }}", "fields": [
      {"key": "name", "type": "text", "name": "Name", "required": true, "filter": true}, {"key": "box", "type": "reference", "form": "box", "name": "Box"},
      {"key": "price", "type": "money", "name": "Price", "filter": true},
      {"key": "lines", "type": "table", "name": "Lines", "fields": [{"key": "qty", "type": "number", "name": "Qty"}, {"key": "each", "type": "money", "name": "Each"}, {"key": "net", "type": "money", "name": "Net", "calc": "qty * each"}]},
      {"key": "total", "type": "money", "name": "Total", "calc": "price + sum(lines, .net)"}],
     "grants": [{"role": "member", "records": "all", "do": ["create", "read", "edit", "delete", "import", "export"]}]}],
  "reports": [{"key": "all", "name": "All", "form": "coin", "measures": [{"key": "t", "sum": "total"}], "chart": "number"}],
  "prints": [{"key": "slip", "name": "Slip", "form": "coin", "body": "<p>{{ total }}</p>"}]}`

// TestEveryCurrencyIsExact takes money of currencies with none, two and three decimals through form, table, sum, report, file, and print.
func TestEveryCurrencyIsExact(t *testing.T) {
	t.Parallel()
	w := open(t, true)
	admin := w.as("admin")
	for _, c := range []struct {
		currency, price, each string
		// total is price + 3 × each; too many decimals are refused, and half of the last place is rounded up in a product.
		total, fine, qty, half, sum string
	}{
		{"JPY", "100", "7", "121", "1.5", "0.5", "104", "225"},
		{"CNY", "100.10", "0.07", "100.31", "1.005", "0.5", "100.14", "200.45"},
		{"KWD", "100.101", "0.007", "100.122", "1.0005", "0.5", "100.105", "200.227"},
	} {
		key := strings.ToLower(c.currency)
		app := strings.NewReplacer(`"CUR"`, `"`+c.currency+`"`, `"key": "coins"`, `"key": "`+key+`"`).Replace(coinsApp)
		admin.must("POST", "/api/apps/import", app)
		admin.must("POST", "/api/apps/"+key+"/publish", object{"acceptWarnings": true})
		admin.must("PATCH", "/api/users/rep.li", object{"roles": []string{key + "/member"}})
		rep, at := w.as("rep.li"), "/api/apps/"+key+"/forms/"
		amount := func(text string) object { return object{"amount": text} }
		box := rep.must("POST", at+"box/records", object{"data": object{"name": "B"}}).str("id")
		coin := func(price string, lines ...object) object {
			return object{"data": object{"name": "C" + price, "box": box, "price": amount(price), "lines": lines}}
		}
		a := rep.must("POST", at+"coin/records", coin(c.price, object{"qty": "3", "each": amount(c.each)}))
		if a.str("data.total.amount") != c.total || a.str("data.total.currency") != c.currency {
			t.Errorf("%s: total %s", c.currency, a.raw)
		}
		first := a.str("id")
		if a := rep.must("POST", at+"coin/records", coin(c.price, object{"qty": c.qty, "each": amount(c.each)})); a.str("data.total.amount") != c.half {
			t.Errorf("%s: half %s", c.currency, a.str("data.total.amount"))
		}
		for _, bad := range []any{c.fine, "1e3", "1,000", "0x10", "NaN", "", " 1", "99999999999999999999", 1.5e300} {
			if a := rep.send("POST", at+"coin/records", object{"data": object{"name": "bad", "price": object{"amount": bad}}}); a.status < 400 || a.status >= 500 {
				t.Errorf("%s: %v is %d %s", c.currency, bad, a.status, a.raw)
			}
		}
		settle := func() {
			t.Helper()
			for n := 1; n > 0; {
				var err error
				if n, err = w.server.Engine.RunDue(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
		}
		settle()
		sums := func(want string) {
			t.Helper()
			if a := rep.must("GET", "/api/apps/"+key+"/reports/all", nil); a.str("totals.0") != want || a.str("columns.0.currency") != c.currency {
				t.Errorf("%s: the report says %s, want %s", c.currency, a.raw, want)
			}
		}
		sums(c.sum)
		if got := rep.must("GET", "/api/records/"+box, nil).str("data.whole.amount"); got != c.sum {
			t.Errorf("%s: rolled up to %s, want %s", c.currency, got, c.sum)
		}
		if got := rep.must("GET", "/api/records/"+first+"/prints/slip", nil).str("body"); got != "<p>"+c.total+"</p>" {
			t.Errorf("%s: printed %s", c.currency, got)
		}
		columns := object{"columns": []string{"name", "price", "total"}}
		if got := string(rep.must("POST", at+"coin/export", columns).raw); !strings.Contains(got, ","+c.price+","+c.total+"\r\n") {
			t.Errorf("%s: exported %q", c.currency, got)
		}
		columns["format"] = "xlsx"
		book, err := excelize.OpenReader(bytes.NewReader(rep.must("POST", at+"coin/export", columns).raw))
		if err != nil {
			t.Fatal(err)
		}
		cells, err := book.GetRows(book.GetSheetName(0), excelize.Options{RawCellValue: true})
		if err != nil || len(cells) != 3 || cells[1][2] != c.total && cells[2][2] != c.total {
			t.Errorf("%s: in the workbook %v, %v", c.currency, cells, err)
		}
		_ = book.Close()

		// A file brings the same amounts, and is told where it has more decimals than the currency.
		w.clock.add(time.Minute)
		id := rep.must("POST", at+"coin/import?name=in.csv", "Name,Price\nfrom a file,\""+c.price+"\"\ntoo fine,"+c.fine+"\n", "Content-Type", "application/octet-stream").str("id")
		mapping := object{"mapping": object{"0": "name", "1": "price"}}
		if a := rep.must("POST", "/api/imports/"+id+"/check", mapping); a.str("rows") != "2" || a.str("good") != "1" {
			t.Errorf("%s: %s", c.currency, a.raw)
		}

		// The most there can be of each is summed exactly, beyond what 64 bits hold; a product or a value beyond it is refused.
		for range 10 {
			rep.must("POST", at+"coin/records", object{"data": object{"name": "most", "price": amount("1000000000000000")}})
		}
		whole, fraction, _ := strings.Cut(c.sum, ".")
		if fraction != "" {
			fraction = "." + fraction
		}
		sums("10000000000000" + whole + fraction)
		for _, p := range []string{"9999999999999", "1000000000000001"} {
			if a := rep.send("POST", at+"coin/records", coin(p, object{"qty": "999999999999", "each": amount(p)})); a.status != 422 || !strings.Contains(string(a.raw), "number.range") {
				t.Errorf("%s: %s is %d %s", c.currency, p, a.status, a.raw)
			}
		}
	}
}

// TestHiddenColumnsOutliveAnEdit: who does not see a column of a table can neither write it nor take it away by sending the rows as he sees them.
func TestHiddenColumnsOutliveAnEdit(t *testing.T) {
	t.Parallel()
	w := open(t, true)
	admin := w.as("admin")
	app := strings.NewReplacer(`"CUR"`, `"CNY"`, `"do": ["create", "read", "edit", "delete", "import", "export"]`, `"hide": ["lines.each"], "do": ["create", "read", "edit"]`,
		`"roles": [`, `"roles": [{"key": "boss", "name": "Boss"}, `, `"grants": [{"role": "member"`, `"grants": [{"role": "boss", "records": "all", "do": ["create", "read", "edit"]}, {"role": "member"`).Replace(coinsApp)
	admin.must("POST", "/api/apps/import", app)
	admin.must("POST", "/api/apps/coins/publish", object{"acceptWarnings": true})
	admin.must("PATCH", "/api/users/rep.li", object{"roles": []string{"coins/member"}})
	admin.must("PATCH", "/api/users/mgr.wang", object{"roles": []string{"coins/boss"}})
	rep, boss := w.as("rep.li"), w.as("mgr.wang")
	line := func(qty, each string) object { return object{"qty": qty, "each": object{"amount": each}} }
	at := "/api/records/" + boss.must("POST", "/api/apps/coins/forms/coin/records", object{"data": object{"name": "x", "lines": []object{line("1", "5"), line("2", "7")}}}).str("id")
	lines := func(list ...object) object { return object{"data": object{"lines": list}} }
	is := func(want string) {
		t.Helper()
		a, got := boss.must("GET", at, nil), ""
		for i := range a.len("data.lines") {
			got += fmt.Sprintf("%s×%s ", a.str(fmt.Sprintf("data.lines.%d.qty", i)), a.str(fmt.Sprintf("data.lines.%d.each.amount", i)))
		}
		if strings.TrimSpace(got) != want {
			t.Errorf("lines are %q, want %q", got, want)
		}
	}
	rep.must("PATCH", at, lines(object{"qty": "3"}, object{"qty": "2"}))
	is("3×5.00 2×7.00")
	rep.refused(403, "field.readOnly", "PATCH", at, lines(line("3", "1"), object{"qty": "2"}))
	rep.refused(403, "field.readOnly", "PATCH", at, lines(object{"qty": "2"}, object{"qty": "3"}))
	rep.refused(403, "field.readOnly", "POST", "/api/apps/coins/forms/coin/records", object{"data": object{"name": "y", "lines": []object{line("1", "5")}}})
	rep.must("PATCH", at, lines(object{"qty": "2"}))
	is("2×7.00")
	boss.must("PATCH", at, lines(line("2", "8"), line("1", "1")))
	is("2×8.00 1×1.00")
}
