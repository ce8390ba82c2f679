package engine

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pipewright/runtime/process"
	"pipewright/runtime/store"
	"pipewright/runtime/store/storetest"
)

const chase = `{"key": "chase", "name": "Chase", "on": {"created": "debt"}, "until": "note == 'paid'", "do": [{"set": {"told": "(told ?? 0) + 1"}}, {"wait": "P3D"},
	{"if": "told == 1", "then": [{"set": {"told": "told + 10"}}, {"wait": "P1D"}, {"set": {"told": "told + 100"}}], "else": [{"set": {"told": "told + 5000"}}]}]}`

// states are the states of an automation's runs, newest first.
func (w *world) states(app, automation string) (out []string) {
	w.t.Helper()
	runs, _, err := w.e.Runs(w.t.Context(), app, automation, 20, "")
	w.must(err)
	for _, r := range runs {
		out = append(out, r.State)
	}
	return out
}

// TestWaits: a run goes on where it stood, on the release it began with, on whichever node; it ends with what it waits for, or with
// its record.
func TestWaits(t *testing.T) {
	t.Parallel()
	w := debtor(t, chase)
	whole := w.debt("whole", `{"name": "whole"}`)
	paid := w.debt("paid", `{"name": "paid"}`)
	gone := w.debt("gone", `{"name": "gone"}`)
	w.runDue()
	if got := w.states("debts", "chase"); !slices.Equal(got, []string{"waiting", "waiting", "waiting"}) {
		t.Fatal(got)
	}
	w.do("rep.li", process.Command{Kind: process.Edit, ID: paid, Data: data(`{"note": "paid"}`)})
	w.do("rep.li", process.Command{Kind: process.Delete, ID: gone})
	w.defs["debts"] = append(w.defs["debts"], debts(t, 2, ``))
	w.clock.add(3*24*time.Hour - time.Second)
	w.runDue()
	if got := w.valueOf(whole, "told"); got != `"1"` {
		t.Fatal(got)
	}
	w.clock.add(2 * time.Second)
	w.e = w.node("two")
	w.runDue()
	if got := w.valueOf(whole, "told"); got != `"11"` {
		t.Fatal(got)
	}
	w.clock.add(24 * time.Hour)
	w.runDue()
	for id, want := range map[string]string{whole: `"111"`, paid: `"1"`} {
		if got := w.valueOf(id, "told"); got != want {
			t.Errorf("told %s, want %s", got, want)
		}
	}
	got := w.states("debts", "chase")
	slices.Sort(got)
	if !slices.Equal(got, []string{"done", "stopped", "stopped"}) {
		t.Error(got)
	}
}

// TestWaitFaults: whichever operation of the store fails, or kills the process, while a run waits and a date comes, each thing is done
// once.
func TestWaitFaults(t *testing.T) {
	t.Parallel()
	wrap := func(s store.Store) store.Store { return storetest.Faulty(s, nil) }
	story := func(w *world, faults storetest.Faults) string {
		faulty := w.store.(*storetest.FaultyStore)
		w.installDebts(chase + `, ` + weekBefore + `, {"key": "note", "name": "Note", "on": {"date": "debt.due", "offset": "-P6D"}, "do": [{"set": {"note": "'six'"}}]}`)
		faulty.Set(faults)
		res, err := w.stubborn("rep.li", process.Command{Kind: process.Create, App: "debts", Form: "debt", Op: "debt", Data: data(`{"name": "debt", "due": "2026-11-28"}`)})
		w.must(err)
		id := res.State.ID
		_, err = w.stubborn("rep.li", process.Command{Kind: process.Edit, ID: id, Op: "edit", Data: data(`{"due": "2026-12-06"}`)})
		w.must(err)
		for range 12 {
			for range 8 {
				// What a commit could not relay is relayed by the sweep, which never rests.
				if err = w.e.Sweep(t.Context(), 0); err == nil {
					_, err = w.e.RunDue(t.Context())
				}
				if err == nil {
					break
				}
				w.recover(err)
			}
			w.must(err)
			w.clock.add(24 * time.Hour)
		}
		faulty.Set(nil)
		w.settleDown()
		return w.valueOf(id, "told") + w.valueOf(id, "note") + fmt.Sprint(w.states("debts", "chase"), w.states("debts", "week"), w.states("debts", "note"))
	}
	clean := newWorld(t, wrap)
	want := story(clean, nil)
	n := len(clean.store.(*storetest.FaultyStore).Calls())
	if want != `"112""six"[done] [done] [done]` {
		t.Fatal(want)
	}
	step := 3
	if testing.Short() {
		step = 41
	}
	var work sync.WaitGroup
	slots := make(chan struct{}, 2)
	for _, kind := range []struct {
		name   string
		crash  bool
		faults func(k int) storetest.Faults
	}{
		{"before", false, func(k int) storetest.Faults { return storetest.Nth(k, storetest.Before) }},
		{"after", false, func(k int) storetest.Faults { return storetest.Nth(k, storetest.After) }},
		{"crash", true, func(k int) storetest.Faults { return storetest.Crash(k, storetest.After) }},
	} {
		for k := 1; k <= n; k += step {
			slots <- struct{}{}
			work.Go(func() {
				defer func() { <-slots }()
				t.Run(fmt.Sprintf("%s/%d", kind.name, k), func(t *testing.T) {
					w := newWorld(t, wrap)
					w.t = t
					if kind.crash {
						w.crashAt = k
					}
					got := story(w, kind.faults(k))
					// A failed attempt has an entry of its own; what was done is the same.
					values, _, _ := strings.Cut(got, "[")
					if !strings.HasPrefix(want, values+"[") {
						t.Errorf("got %s, want %s", got, want)
					}
				})
			})
		}
	}
	work.Wait()
}
