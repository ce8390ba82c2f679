package engine

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pipewright/runtime/org"
	"pipewright/runtime/process"
	"pipewright/runtime/query"
	"pipewright/runtime/store"
	"pipewright/runtime/store/storetest"
)

// stock is a world that keeps the goods of a shop.
func stock(t *testing.T, wrap func(store.Store) store.Store) *world {
	t.Helper()
	w := newWorld(t, wrap)
	w.defs["stock"] = []*process.App{compileFile(t, "../process/testdata/scenario/each.json", 1)}
	users, _ := org.Sample()
	for i := range users {
		if users[i].ID == "rep.li" {
			users[i].Roles = []string{"stock/rep"}
			w.must(w.e.SaveUsers(t.Context(), users[i]))
		}
	}
	return w
}

func (w *world) put(form, text string) string {
	w.t.Helper()
	return w.do("rep.li", process.Command{Kind: process.Create, App: "stock", Form: form, Data: data(text)}).State.ID
}

func (w *world) value(id, field string) string {
	w.t.Helper()
	v, err := w.e.Record(w.t.Context(), "rep.li", id)
	w.must(err)
	return string(v.Data()[field])
}

// TestRowsOnce: rows that were there when the run began are each booked once, though the run died in between and somebody has changed the
// table and the goods since.
func TestRowsOnce(t *testing.T) {
	t.Parallel()
	w := stock(t, func(s store.Store) store.Store { return storetest.Faulty(s, nil) })
	a, b := w.put("product", `{"name": "a", "onHand": "5"}`), w.put("product", `{"name": "b", "onHand": "1"}`)
	r := w.put("receipt", fmt.Sprintf(`{"name": "r", "lines": [{"product": %q, "qty": "2"}, {"product": %q, "qty": "3"}, {"product": %q, "qty": "4"}]}`, a, b, a))
	w.runDue()
	n := 0
	w.store.(*storetest.FaultyStore).Set(func(c storetest.Call) storetest.Fault {
		if c.Op == storetest.Replace && c.Coll == "rec_stock_product" {
			if n++; n == 2 {
				return storetest.Before // the second row is not booked at first
			}
		}
		return storetest.None
	})
	w.do("rep.li", process.Command{Kind: process.Edit, ID: r, Data: data(`{"name": "in"}`)})
	w.runDue()
	if got := w.value(a, "onHand") + w.value(b, "onHand"); got != `"7""1"` && got != `"7""4"` {
		t.Fatalf("after the first attempt %s", got)
	}
	w.do("rep.li", process.Command{Kind: process.Edit, ID: r, Data: data(fmt.Sprintf(`{"lines": [{"product": %q, "qty": "100"}]}`, b))})
	w.do("rep.li", process.Command{Kind: process.Edit, ID: a, Data: data(`{"onHand": "20"}`)})
	w.clock.add(time.Minute)
	w.runDue()
	if got := w.value(a, "onHand") + w.value(b, "onHand"); got != `"24""4"` {
		t.Errorf("booked %s", got)
	}
}

// TestGroups: a schedule puts what it finds together and starts one record for each group, with a row for each of its records.
func TestGroups(t *testing.T) {
	t.Parallel()
	w := stock(t, nil)
	w.must(w.e.Schedule(t.Context()))
	s1, s2 := w.put("supplier", `{"name": "s1"}`), w.put("supplier", `{"name": "s2"}`)
	for i, s := range []string{s1, s2, s1, s1} {
		w.put("product", fmt.Sprintf(`{"name": "p%d", "supplier": %q, "low": %t, "onHand": "1", "safety": "%d"}`, i, s, i != 3, i+2))
	}
	w.put("product", `{"name": "none", "low": true}`)
	w.clock.add(5 * time.Hour)
	w.runDue()
	page, err := w.store.Query(t.Context(), "rec_stock_purchase", query.Query{Limit: 10})
	w.must(err)
	var got []string
	for _, d := range page.Docs {
		var lines []struct{ Qty string }
		w.must(json.Unmarshal([]byte(w.value(d.ID, "lines")), &lines))
		slices.SortFunc(lines, func(a, b struct{ Qty string }) int { return strings.Compare(a.Qty, b.Qty) })
		got = append(got, fmt.Sprint(w.value(d.ID, "name"), lines))
	}
	if want := `"s1"[{1} {3}] "s2"[{2}]`; strings.Join(got, " ") != want && strings.Join([]string{got[1], got[0]}, " ") != want {
		t.Errorf("started %s", got)
	}
	runs, _, err := w.e.Runs(t.Context(), "stock", "good2", 10, "")
	w.must(err)
	states := map[string]int{}
	for _, r := range runs {
		states[r.State]++
	}
	if states["done"] != 2 || states["skipped"] != 1 {
		t.Errorf("runs %v", states)
	}
}

// TestTooMany: an each that finds too much is an incident before anything is done.
func TestTooMany(t *testing.T) {
	t.Parallel()
	w := stock(t, nil)
	s := w.put("supplier", `{"name": "s"}`)
	app := w.defs["stock"][0]
	l := app.Automations["good3"].Actions[0].Loop
	for i := range 3 {
		w.put("product", fmt.Sprintf(`{"name": "p%d", "supplier": %q, "low": true}`, i, s))
	}
	names := map[string]any{"source": map[string]any{"supplier": map[string]any{"id": s}}}
	items, err := w.e.find(t.Context(), app, l, names, w.clock.now(), 3)
	w.must(err)
	if len(items) != 3 {
		t.Errorf("found %v", items)
	}
	if _, err = w.e.find(t.Context(), app, l, names, w.clock.now(), 2); err == nil || !strings.Contains(err.Error(), "each.tooMany") {
		t.Errorf("got %v", err)
	}
}
