package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/big"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"pipewright/runtime/process"
	"pipewright/runtime/store"
)

// withRows is the test app with more columns in the lines of a deal, and reports of them.
func withRows(t fataler) *process.App {
	app := changed(t, 1, func(def map[string]any) {
		deal := def["forms"].([]any)[1].(map[string]any)
		for _, f := range deal["fields"].([]any) {
			if field := f.(map[string]any); field["key"] == "lines" {
				field["fields"] = append(field["fields"].([]any), map[string]any{"key": "kind", "type": "select", "options": "lossReason", "name": "Kind", "index": true},
					map[string]any{"key": "tags", "type": "multiselect", "options": "lossReason", "name": "Tags"}, map[string]any{"key": "day", "type": "date", "name": "Day"},
					map[string]any{"key": "client", "type": "reference", "form": "account", "name": "Client"}, map[string]any{"key": "gift", "type": "bool", "name": "Gift"},
					map[string]any{"key": "cost", "type": "money", "name": "Cost"}, map[string]any{"key": "left", "type": "money", "name": "Left", "calc": "net - cost"},
					map[string]any{"key": "memo", "type": "longtext", "name": "Memo"})
			}
		}
		grants := deal["grants"].([]any)
		grants[0].(map[string]any)["hide"] = []any{"lines.cost"} // of reps
		grants[2].(map[string]any)["hide"] = []any{"lines"}      // of finance
	})
	return app
}

// rowMeasures are what the reports of the test measure.
var rowMeasures = []process.MeasureD{{Key: "n", Count: true}, {Key: "net", Sum: "row.net"}, {Key: "least", Min: "row.net"}, {Key: "most", Max: "row.net"}, {Key: "qty", Avg: "row.qty"},
	{Key: "some", Sum: "row.net", Where: "row.qty >= 3 && row.kind == 'price' && name != 'd0'"}, {Key: "share", Ratio: &process.RatioD{Part: "some", Whole: "net"}}}

// aLine is a row of the test; qty and net are -1 where there is none.
type aLine struct {
	deal, owner, kind, day, client string
	tags                           []string
	qty, price                     int64
	gift                           bool
}

func (a aLine) wire() map[string]any {
	out := map[string]any{"gift": a.gift}
	for key, v := range map[string]string{"kind": a.kind, "day": a.day, "client": a.client} {
		if v != "" {
			out[key] = v
		}
	}
	if len(a.tags) > 0 {
		out["tags"] = a.tags
	}
	if a.qty >= 0 {
		out["qty"] = a.qty
	}
	if a.price >= 0 {
		out["price"] = map[string]any{"amount": fmt.Sprintf("%d.%02d", a.price/100, a.price%100), "currency": "CNY"}
	}
	return out
}

// told measures rows one by one, as the reports of rowMeasures must.
func told(rows []aLine) string {
	var net, some, qty, withQty int64
	least, most := "", ""
	var low, high int64
	for _, r := range rows {
		if r.qty >= 0 {
			qty, withQty = qty+r.qty, withQty+1
		}
		if r.qty < 0 || r.price < 0 {
			continue
		}
		n := r.qty * r.price
		net += n
		if least == "" || n < low {
			low, least = n, cents(n)
		}
		if most == "" || n > high {
			high, most = n, cents(n)
		}
		if r.qty >= 3 && r.kind == "price" && r.deal != "d0" {
			some += n
		}
	}
	mean, share := "", ""
	if withQty > 0 {
		mean = plain(big.NewRat(qty, withQty).FloatString(2))
	}
	if net != 0 {
		share = plain(big.NewRat(some, net).FloatString(4))
	}
	return fmt.Sprintf("%d %s %s %s %s %s %s", len(rows), cents(net), least, most, mean, cents(some), share)
}

func cents(n int64) string { return fmt.Sprintf("%d.%02d", n/100, n%100) }

// plain is a figure as it is written, without the noughts at its end.
func plain(s string) string { return strings.TrimSuffix(strings.TrimRight(s, "0"), ".") }

func rowReportStory(t *testing.T, wrap func(store.Store) store.Store) {
	w := newWorld(t, wrap)
	app := withRows(t)
	by := map[string]struct {
		group []process.GroupBy
		keys  func(aLine) []string
	}{
		"none":   {nil, func(aLine) []string { return []string{""} }},
		"kind":   {[]process.GroupBy{{By: "row.kind"}}, func(a aLine) []string { return []string{a.kind} }},
		"client": {[]process.GroupBy{{By: "row.client"}}, func(a aLine) []string { return []string{a.client} }},
		"owner":  {[]process.GroupBy{{By: "owner"}}, func(a aLine) []string { return []string{a.owner} }},
		"month":  {[]process.GroupBy{{By: "row.day", Unit: "month"}, {By: "row.gift"}}, func(a aLine) []string { return []string{a.day[:min(7, len(a.day))] + "/" + fmt.Sprint(a.gift)} }},
		"qty": {[]process.GroupBy{{By: "row.qty", Bounds: []json.Number{"0", "3", "5.5"}}, {By: "row.gift"}}, func(a aLine) []string {
			return []string{map[bool]string{true: "/"}[a.qty < 0] + map[bool]string{true: "0..3/"}[a.qty >= 0 && a.qty < 3] + map[bool]string{true: "3..5.5/"}[a.qty >= 3 && a.qty < 6] + map[bool]string{true: "5.5../"}[a.qty > 5] + fmt.Sprint(a.gift)}
		}},
		"tags": {[]process.GroupBy{{By: "row.tags"}, {By: "owner"}}, func(a aLine) (out []string) {
			for _, tag := range append(slices.Clone(a.tags), "")[:max(1, len(a.tags))] {
				out = append(out, tag+"/"+a.owner)
			}
			return out
		}},
	}
	for key, r := range by {
		app.Def.Reports = append(app.Def.Reports, process.Report{Key: key, Form: "deal", Rows: "lines", Where: "name != 'out'", Group: r.group, Measures: rowMeasures})
	}
	cost := process.Report{Key: "cost", Form: "deal", Rows: "lines", Measures: []process.MeasureD{{Key: "cost", Sum: "row.cost"}}}
	app.Def.Reports = append(app.Def.Reports, cost)
	w.defs["b2b"] = []*process.App{app}
	w.e = w.node("two")
	draw := rand.New(rand.NewPCG(15, 78))
	pick := func(list ...string) string { return list[draw.IntN(len(list))] }
	client := w.do("mgr.wang", process.Command{Kind: process.Create, App: "b2b", Form: "account", Op: "client", Data: data(`{"name": "Acme"}`)}).State.ID
	var all []aLine
	for i := range 9 {
		name, owner := fmt.Sprint("d", i), pick("rep.li", "rep.chen")
		if i == 8 {
			name = "out"
		}
		rows := []any{}
		for range draw.IntN(6) {
			a := aLine{deal: name, owner: owner, kind: pick("", "price", "other"), day: pick("", "2026-11-30", "2026-12-01", "2027-01-01"), client: pick("", client),
				qty: int64(draw.IntN(8) - 1), price: int64(draw.IntN(100_000) - 1), gift: draw.IntN(2) == 0}
			for _, tag := range []string{"price", "other"} {
				if draw.IntN(2) == 0 {
					a.tags = append(a.tags, tag)
				}
			}
			rows = append(rows, a.wire())
			if name != "out" {
				all = append(all, a)
			}
		}
		raw, err := json.Marshal(map[string]any{"name": name, "lines": rows})
		w.must(err)
		w.do(owner, process.Command{Kind: process.Create, App: "b2b", Form: "deal", Op: name, Data: data(string(raw))})
		w.clock.add(time.Minute)
	}
	for _, user := range []string{"mgr.wang", "rep.li"} {
		mine := slices.DeleteFunc(slices.Clone(all), func(a aLine) bool { return user == "rep.li" && a.owner != user })
		for key, r := range by {
			groups := map[string][]aLine{}
			for _, a := range mine {
				for _, k := range r.keys(a) {
					groups[k] = append(groups[k], a)
				}
			}
			want := map[string]string{"total": fmt.Sprintf("%d %s   ", len(mine), strings.Fields(told(mine))[1])}
			for k, rows := range groups {
				want[k] = told(rows)
			}
			res, err := w.e.Report(t.Context(), user, "b2b", key, "")
			w.must(err)
			got := map[string]string{}
			for _, row := range res.Rows {
				got[strings.Join(row.Keys, "/")] = figuresText(row.Values)
				// A figure opens the records that have a row it counts, and no others.
				of := strings.Join(row.Keys, "/")
				for _, col := range res.Columns[len(row.Keys):] {
					some := col.OfRow != ""
					if some != (col.Key == "some") {
						t.Errorf("%s counts the rows %q", col.Key, col.OfRow)
					}
					counted := slices.DeleteFunc(slices.Clone(groups[of]), func(a aLine) bool { return some && (a.qty < 3 || a.kind != "price" || a.deal == "d0") })
					if got, want := w.titles(user, opens(res, row, col)), dealsOf(counted); !slices.Equal(got, want) {
						t.Errorf("%s %s %s %s opens %q: %v, want %v", user, key, of, col.Key, opens(res, row, col), got, want)
					}
				}
				if key == "client" && row.Keys[0] != "" && row.Labels[0].In("en") != "Acme" {
					t.Errorf("%v", row.Labels)
				}
			}
			// The total has no least and no most.
			totals := strings.SplitN(figuresText(res.Totals), " ", 5)
			got["total"] = strings.Join(totals[:4], " ") + " "
			if !maps.Equal(got, want) {
				t.Errorf("%s %s\ngot  %v\nwant %v", user, key, got, want)
			}
		}
	}
	if res, err := w.e.Report(t.Context(), "mgr.wang", "b2b", "kind", ""); err != nil || res.Rows[0].Keys[0] != "price" || res.Columns[0].Type != "select" || res.Columns[2].Currency != "CNY" {
		t.Errorf("%+v %v", res, err)
	}
	// Of more records than it may read, it says so; of as many it tells.
	read := process.Report{Form: "deal", Rows: "lines", Where: "name != 'out'", Measures: rowMeasures[:1]}
	for limit, code := range map[int]string{7: "query.tooMany", 8: ""} {
		w.e.rowRecords = limit
		_, err := w.e.PreviewReport(t.Context(), "mgr.wang", "b2b", &read)
		if r, refused := asRejection(err); refused != (code != "") || refused && r.Code != code {
			t.Errorf("%d records at most: %v", limit, err)
		}
	}
	w.e.rowRecords = maxRowRecords
	// All, none, and conditions beside one on rows; one on rows and on the record at once.
	isGift := func(a aLine) bool { return a.gift }
	for where, want := range map[string][]string{
		"any(lines, .gift) && name not in ['d1', 'out']": dealsOf(slices.DeleteFunc(slices.Clone(all), func(a aLine) bool { return !a.gift || a.deal == "d1" })),
		"any(lines, .gift && name == 'd1')":              dealsOf(slices.DeleteFunc(slices.Clone(all), func(a aLine) bool { return !a.gift || a.deal != "d1" })),
		"!all(lines, not .gift) && name != 'out'":        dealsOf(slices.DeleteFunc(slices.Clone(all), func(a aLine) bool { return !a.gift })),
		"any(lines, .gift) && !any(lines, !.gift) && name != 'out'": slices.DeleteFunc(dealsOf(all), func(deal string) bool {
			return slices.ContainsFunc(all, func(a aLine) bool { return a.deal == deal && !isGift(a) })
		}),
	} {
		if got := w.titles("mgr.wang", where); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", where, got, want)
		}
	}
	for where, users := range map[string][]string{"any(lines, .cost > 1)": {"rep.li"}, "name == 'x' || !any(lines, .left != nil)": {"rep.li"}, "any(lines, true)": {"fin.zhao"}, "all(lines, false)": {"fin.zhao"}} {
		for _, user := range users {
			if _, _, err := w.e.List(t.Context(), user, ListQuery{App: "b2b", Form: "deal", Where: where}); err == nil {
				t.Errorf("%s asks %s", user, where)
			} else if r, ok := asRejection(err); !ok || r.Code != "field.unknown" {
				t.Errorf("%s asks %s: %v", user, where, err)
			}
		}
	}
	refused := func(user string, r process.Report) {
		t.Helper()
		_, err := w.e.PreviewReport(t.Context(), user, "b2b", &r)
		if r, ok := asRejection(err); !ok || r.Code != "field.unknown" {
			t.Errorf("%s: %v", user, err)
		}
	}
	// A column hidden from him is not there, nor is what is computed from it, whatever he asks; a table hidden from him is not either.
	if _, err := w.e.Report(t.Context(), "mgr.wang", "b2b", "cost", ""); err != nil {
		t.Error(err)
	}
	refused("rep.li", cost)
	count := []process.MeasureD{{Key: "n", Count: true}}
	refused("rep.li", process.Report{Form: "deal", Rows: "lines", Measures: []process.MeasureD{{Key: "left", Sum: "row.left"}}})
	refused("rep.li", process.Report{Form: "deal", Rows: "lines", Measures: []process.MeasureD{{Key: "n", Count: true, Where: "row.cost > 1"}}})
	refused("rep.li", process.Report{Form: "deal", Rows: "lines", Measures: count, Group: []process.GroupBy{{By: "row.cost"}}})
	refused("fin.zhao", process.Report{Form: "deal", Rows: "lines", Measures: count})
	refused("mgr.wang", process.Report{Form: "deal", Rows: "parts", Measures: count})
}

func figuresText(list []Figure) string {
	var out []string
	for _, f := range list {
		out = append(out, f.String())
	}
	return strings.Join(out, " ")
}

// opens is the condition of the records behind a figure of a report of rows.
func opens(res *ReportResult, row ReportRow, col ReportColumn) string {
	join := func(parts ...string) string {
		return strings.Join(slices.DeleteFunc(parts, func(p string) bool { return p == "" }), " && ")
	}
	ofRow := join(row.OfRow, col.OfRow)
	if ofRow == "" {
		ofRow = "true"
	}
	return join(res.Def.Where, row.Where, col.Where, "any("+res.Def.Rows+", "+ofRow+")")
}

func dealsOf(rows []aLine) []string {
	out := []string{}
	for _, a := range rows {
		out = append(out, a.deal)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// titles are those of the deals that a list with a condition shows somebody, page by page.
func (w *world) titles(user, where string) []string {
	w.t.Helper()
	out := []string{}
	for q := (ListQuery{App: "b2b", Form: "deal", Where: where, Limit: 3}); ; {
		page, next, err := w.e.List(w.t.Context(), user, q)
		w.must(err)
		for _, v := range page {
			out = append(out, v.Title())
		}
		if q.After = next; next == "" {
			slices.Sort(out)
			return out
		}
	}
}

// What a report tells of rows is what going through them one by one tells, of the records one reads and the columns one sees.
func TestReportOfRows(t *testing.T) {
	t.Parallel()
	rowReportStory(t, nil)
}

func TestReportOfRowsOnMongo(t *testing.T) {
	t.Parallel()
	rowReportStory(t, onMongo(t))
}

// Reports of rows take turns; beyond those that wait, one is told to come back, and who goes away waits no longer.
func TestReportsOfRowsTakeTurns(t *testing.T) {
	t.Parallel()
	e := newWorld(t, nil).e
	e.rowReports = make(chan struct{}, 1)
	done, err := e.rowTurn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ctx, leave := context.WithCancel(t.Context())
	got := make(chan error, maxRowReports)
	for range maxRowReports {
		go func() {
			done, err := e.rowTurn(ctx)
			if err == nil {
				done()
			}
			got <- err
		}()
	}
	for e.rowWaiting.Load() < maxRowReports {
		runtime.Gosched()
	}
	if r, _ := asRejection(func() error { _, err := e.rowTurn(ctx); return err }()); r == nil || r.Code != "busy" {
		t.Errorf("one more: %v", r)
	}
	leave()
	for range maxRowReports {
		if err := <-got; !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	}
	done()
	if done, err = e.rowTurn(t.Context()); err != nil {
		t.Fatal(err)
	}
	done()
}
