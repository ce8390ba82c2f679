package engine

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pipewright/runtime/process"
)

// Lookups and rollups follow the other side, whichever way it changes, and a refresh that finds nothing new still wins the race
// against one that read less.
func TestLinks(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.defs["links"] = []*process.App{compileFile(t, "../process/testdata/scenario/links.json", 1)}
	w.e = w.node("two")
	ops := 0
	do := func(c process.Command) *process.State {
		t.Helper()
		ops++
		c.App, c.Op = "links", fmt.Sprintf("links-%d", ops)
		res, err := w.e.Do(t.Context(), Request{service: true, Command: c})
		if err != nil {
			t.Fatal(err)
		}
		for w.runDue() > 0 {
		}
		return res.State
	}
	shows := func(id string, want string) {
		t.Helper()
		form, err := w.e.form(t.Context(), id)
		w.must(err)
		doc, err := w.store.Get(t.Context(), RecordCollection(form), id)
		w.must(err)
		rec, err := decodeRecord(doc)
		w.must(err)
		wire := form.Schema.Wire(form.Schema.Decode(rec.State.Data), nil)
		got := ""
		for _, key := range []string{"level", "orders", "income", "big"} {
			if raw, ok := wire[key]; ok {
				got += fmt.Sprintf("%s=%s ", key, raw)
			}
		}
		if got != want {
			t.Errorf("%s: got %s, want %s", id, got, want)
		}
	}
	company := func(name string) string {
		return do(process.Command{Kind: process.Create, Form: "company", Data: data(`{"name": "` + name + `", "level": "tin"}`)}).ID
	}
	acme, zeta := company("Acme"), company("Zeta")
	shows(acme, `level="tin" orders="0" income={"amount":"0.00","currency":"CNY"} big=false `)
	order := do(process.Command{Kind: process.Create, Form: "order", Data: data(`{"company": "` + acme + `", "amount": {"amount": "150.00"}}`)}).ID
	shows(acme, `level="silver" orders="1" income={"amount":"0.00","currency":"CNY"} big=false `)
	shows(order, `level="silver" big=false `)

	do(process.Command{Kind: process.Move, ID: order, Transition: "finish"})
	shows(acme, `level="gold" orders="1" income={"amount":"150.00","currency":"CNY"} big=true `)
	shows(order, `level="gold" big=true `)

	do(process.Command{Kind: process.Edit, ID: order, Data: data(`{"company": "` + zeta + `"}`)})
	shows(acme, `level="gold" orders="0" income={"amount":"0.00","currency":"CNY"} big=false `)
	shows(zeta, `level="gold" orders="1" income={"amount":"150.00","currency":"CNY"} big=true `)

	do(process.Command{Kind: process.Delete, ID: order})
	shows(zeta, `level="gold" orders="0" income={"amount":"0.00","currency":"CNY"} big=false `)
	do(process.Command{Kind: process.Restore, ID: order})
	shows(zeta, `level="gold" orders="1" income={"amount":"150.00","currency":"CNY"} big=true `)

	form, err := w.e.form(t.Context(), zeta)
	w.must(err)
	before, err := w.store.Get(t.Context(), RecordCollection(form), zeta)
	w.must(err)
	do(process.Command{Kind: process.Refresh, ID: zeta})
	after, err := w.store.Get(t.Context(), RecordCollection(form), zeta)
	w.must(err)
	if after.Ver <= before.Ver {
		t.Errorf("version %d after a refresh that found nothing new, %d before", after.Ver, before.Ver)
	}
	// A release with another rollup fills it in the records there are, once it is live; and what stands on the old release counts.
	raw, err := os.ReadFile("../process/testdata/scenario/links.json")
	w.must(err)
	path := filepath.Join(t.TempDir(), "app.json")
	w.must(os.WriteFile(path, []byte(strings.Replace(string(raw), `{"key": "big"`, `{"key": "best", "type": "rollup", "name": "Best", "form": "order", "via": "company", "agg": "max", "field": "amount"},
		{"key": "big"`, 1)), 0o600))
	first, second := w.defs["links"][0], compileFile(t, path, 2)
	w.must(w.e.Prepare(t.Context(), first, second))
	w.must(w.e.Prepare(t.Context(), first, second))
	best := func() any {
		t.Helper()
		doc, err := w.store.Get(t.Context(), RecordCollection(form), zeta)
		w.must(err)
		rec, err := decodeRecord(doc)
		w.must(err)
		return rec.State.Data["best"]
	}
	for w.runDue() > 0 {
	}
	if got := best(); got != nil {
		t.Errorf("filled before the release is live: %v", got)
	}
	w.defs["links"] = append(w.defs["links"], second)
	w.clock.add(2 * time.Second)
	w.runDue() // it is live
	w.clock.add(settleLive)
	for w.runDue() > 0 {
	}
	if got, want := fmt.Sprint(best()), "map[c:CNY m:15000]"; got != want {
		t.Errorf("after the release went live: got %s, want %s", got, want)
	}
	do(process.Command{Kind: process.Edit, ID: order, Data: data(`{"amount": {"amount": "170.00"}}`)})
	if got, want := fmt.Sprint(best()), "map[c:CNY m:17000]"; got != want {
		t.Errorf("a change of a record on the old release: got %s, want %s", got, want)
	}
	if code := w.refused("admin", process.Command{Kind: process.Refresh, ID: zeta}); code != "forbidden" && code != "not.found" {
		t.Errorf("a person may refresh: %s", code)
	}
}
