package engine

import (
	"strings"
	"testing"
	"time"

	"pipewright/runtime/process"
	"pipewright/runtime/store"
)

// What closed before the time looked at says nothing, and every figure finds its records.
func velocityStory(t *testing.T, wrap func(store.Store) store.Store) {
	w := newWorld(t, wrap)
	app := searchable(t, 1, func(map[string]any) {})
	app.Def.Reports = append(app.Def.Reports, process.Report{Key: "pace", Process: "deal", Kind: "velocity", Weeks: 2})
	w.defs["b2b"] = []*process.App{app}
	win := func(key string, days int) {
		s := w.proposal(key, smallLines)
		w.clock.add(time.Duration(days) * 24 * time.Hour)
		s = w.do("rep.li", process.Command{Kind: process.Move, ID: s.ID, Transition: "win"}).State
		w.do("mgr.wang", process.Command{Kind: process.DecideSlot, ID: s.ID, Decision: "approve", Round: 1, Step: "manager", Hash: s.Round.Hash})
	}
	win("long ago", 1)
	w.clock.add(20 * 24 * time.Hour)
	win("four days", 4)
	win("six days", 6)
	lost := w.deal("lost", smallLines)
	w.do("rep.li", process.Command{Kind: process.Move, ID: lost.ID, Transition: "lose", Data: data(`{"lossReason": "price"}`)})
	w.deal("open", bigLines)
	w.do("rep.chen", process.Command{Kind: process.Create, App: "b2b", Form: "deal", Op: "theirs", Data: data(`{"name": "theirs"}`)})
	for user, want := range map[string]string{
		"mgr.wang": "rep.chen 1 0     | rep.li 1 2 0.6667 5 5000.00 666.67 | = 2 2 0.6667 5 5000.00 1333.33",
		"rep.li":   "rep.li 1 2 0.6667 5 5000.00 666.67 | = 1 2 0.6667 5 5000.00 666.67",
	} {
		r, err := w.e.Report(t.Context(), user, "b2b", "pace", "")
		w.must(err)
		var out []string
		for _, row := range append(r.Rows, ReportRow{Keys: []string{"="}, Values: r.Totals}) {
			line := row.Keys[0]
			for _, v := range row.Values {
				line += " " + v.String()
			}
			out = append(out, line)
		}
		if got := strings.Join(out, " | "); got != want {
			t.Errorf("%s\ngot  %s\nwant %s", user, got, want)
		}
		for i, n := range map[int]int{1: 1, 2: 2, 3: 3} { // open, won, and what the rate is of
			vs, _, err := w.e.List(t.Context(), "rep.li", ListQuery{App: "b2b", Form: "deal", Where: "owner == 'rep.li' && (" + r.Columns[i].Where + ")"})
			if err != nil || len(vs) != n {
				t.Errorf("%s finds %d, want %d: %v", r.Columns[i].Where, len(vs), n, err)
			}
		}
	}
}

func TestVelocity(t *testing.T) {
	t.Parallel()
	velocityStory(t, nil)
}

func TestVelocityOnMongo(t *testing.T) {
	t.Parallel()
	velocityStory(t, onMongo(t))
}
