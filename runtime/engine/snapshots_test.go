package engine

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pipewright/runtime/process"
	"pipewright/runtime/query"
	"pipewright/runtime/store"
	"pipewright/runtime/store/storetest"
)

func TestWeekOf(t *testing.T) {
	t.Parallel()
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	for at, want := range map[string]string{
		"2026-11-23T00:00:00+08:00": "2026-11-23", "2026-11-22T23:59:59+08:00": "2026-11-16", "2026-11-29T23:59:59+08:00": "2026-11-23",
		"2026-11-22T16:00:00Z": "2026-11-23", "2027-01-01T12:00:00+08:00": "2026-12-28",
	} {
		instant, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		if got := weekOf(instant, zone); got.Format(time.DateOnly) != want || got.Hour() != 0 {
			t.Errorf("%s: %s, want %s", at, got, want)
		}
	}
}

// rows lists the positions taken, "week|record stage value".
func (w *world) rows() []string {
	w.t.Helper()
	page, err := w.store.Query(w.t.Context(), collSnapshots, query.Query{Limit: 1000})
	w.must(err)
	var out []string
	for _, d := range page.Docs {
		if !strings.HasPrefix(fmt.Sprint(d.Cols["process"]), "b2b/") {
			w.t.Error(d.Cols)
		}
		out = append(out, fmt.Sprintf("%s %v %v", d.ID, d.Cols["stage"], d.Cols["value"]))
	}
	slices.Sort(out)
	return out
}

// A week's positions are taken once, by whichever of several nodes comes first, and stand as they were.
func TestSnapshotOncePerWeek(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	s := w.deal("one", smallLines)
	nodes := []*Engine{w.e, w.node("two"), w.node("three")}
	run := func() {
		var wg sync.WaitGroup
		for _, e := range nodes {
			wg.Go(func() {
				if err := e.snapshots(t.Context()); err != nil {
					t.Error(err)
				}
				if _, err := e.RunDue(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
	}
	run()
	first := w.rows()
	if want := []string{"2026-11-23|" + s.ID + " qualify 500000"}; !slices.Equal(first, want) {
		t.Fatalf("%v, want %v", first, want)
	}
	w.clock.add(24 * time.Hour)
	w.do("rep.li", process.Command{Kind: process.Edit, ID: s.ID, Data: data(`{"lines": ` + bigLines + `}`)})
	other := w.deal("two", smallLines)
	run()
	if got := w.rows(); !slices.Equal(got, first) {
		t.Errorf("within the week: %v", got)
	}
	w.clock.add(6 * 24 * time.Hour)
	run()
	if got := w.rows(); len(got) != 3 || !slices.Contains(got, "2026-11-30|"+other.ID+" qualify 500000") || !slices.Contains(got, "2026-11-30|"+s.ID+" qualify 60000000") {
		t.Errorf("next week: %v", got)
	}
	page, err := w.store.Query(t.Context(), collSchedules, query.Query{Filter: query.Cmp{Col: "kind", Op: query.Eq, Value: "snapshot"}, Limit: 100})
	w.must(err)
	for _, d := range page.Docs {
		if d.Cols["state"] != tickDone {
			t.Errorf("%s is %v", d.ID, d.Cols["state"])
		}
	}
	w.clock.add(keepSnapshots - 48*time.Hour)
	w.must(w.e.Purge(t.Context()))
	if got := w.rows(); len(got) != 2 {
		t.Errorf("kept %v", got)
	}
}

// However the taking is broken off, the week ends complete.
func TestSnapshotFaults(t *testing.T) {
	t.Parallel()
	wrap := func(s store.Store) store.Store { return storetest.Faulty(s, nil) }
	for k := 1; k <= 40; k += stride(7) {
		w := newWorld(t, wrap)
		faulty := w.store.(*storetest.FaultyStore)
		w.deal("one", smallLines)
		w.deal("two", smallLines)
		faulty.Set(storetest.Nth(k, []storetest.Fault{storetest.Before, storetest.After, storetest.Partly, storetest.Lost}[k%4]))
		_ = w.e.snapshots(t.Context())
		_, _ = w.e.RunDue(t.Context())
		faulty.Set(nil)
		w.e = w.node("after")
		w.clock.add(time.Minute)
		w.must(w.e.snapshots(t.Context()))
		w.runDue()
		w.clock.add(time.Minute)
		w.runDue()
		if got := w.rows(); len(got) != 2 {
			t.Fatalf("call %d: %v", k, got)
		}
	}
}

// A snapshot report tells what has moved since, of what the person may read.
func TestSnapshotReport(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	ctx := t.Context()
	app := searchable(t, 1, func(map[string]any) {})
	app.Def.Reports = append(app.Def.Reports, process.Report{Key: "week", Process: "deal", Kind: "snapshot"})
	w.defs["b2b"] = []*process.App{app}
	w.deal("stuck", smallLines)
	moved := w.deal("moved", smallLines)
	grown := w.deal("grown and put off", smallLines)
	gone := w.deal("gone", smallLines)
	w.must(w.e.snapshots(ctx))
	w.runDue()
	w.clock.add(7*24*time.Hour - time.Hour)
	w.do("rep.li", process.Command{Kind: process.Tick, ID: moved.ID, Item: "budget", Done: true})
	w.do("rep.li", process.Command{Kind: process.Move, ID: moved.ID, Transition: "propose"})
	w.do("rep.li", process.Command{Kind: process.Edit, ID: grown.ID, Data: data(`{"closeDate": "2027-02-01", "lines": ` + bigLines + `}`)})
	w.do("rep.li", process.Command{Kind: process.Delete, ID: gone.ID})
	w.clock.add(2 * time.Hour)
	w.deal("new", smallLines)
	w.runDue()
	report := func(user string) string {
		r, err := w.e.Report(ctx, user, "b2b", "week", "")
		w.must(err)
		var out []string
		for _, row := range r.Rows {
			if row.Values[0].String() != "0" {
				line := row.Keys[0]
				for _, v := range row.Values {
					line += " " + v.String()
				}
				out = append(out, line)
			}
		}
		return r.Since.Format(time.DateOnly) + ": " + strings.Join(out, ", ")
	}
	want := "2026-11-23: then 3 15000.00 0.00, in 1 5000.00 5000.00, forward 1 5000.00 0.00, stuck 2 605000.00 595000.00, slipped 1 600000.00 595000.00, now 4 615000.00 600000.00"
	if got := report("rep.li"); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got := report("rep.chen"); got != "2026-11-23: " {
		t.Errorf("another sees %s", got)
	}
}
