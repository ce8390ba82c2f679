package engine

import (
	"fmt"
	"testing"
	"time"

	"pipewright/runtime/process"
	"pipewright/runtime/store"
)

// precedentWorld has an optional item in the checklist of its first stage, and so many deals that were won and lost, each after some days there.
func precedentWorld(t *testing.T, wrap func(store.Store) store.Store, won, lost int) *world {
	w := newWorld(t, wrap)
	w.defs["b2b"] = []*process.App{changed(t, 1, func(def map[string]any) {
		stage := def["processes"].([]any)[0].(map[string]any)["stages"].([]any)[0].(map[string]any)
		stage["checklist"] = append(stage["checklist"].([]any), map[string]any{"key": "demo", "name": "Demo given"})
	})}
	for i := range won {
		s := w.deal(fmt.Sprint("won ", i), smallLines)
		w.do("rep.li", process.Command{Kind: process.Tick, ID: s.ID, Item: "demo", Done: true})
		w.clock.add(48 * time.Hour)
		w.do("rep.li", process.Command{Kind: process.Tick, ID: s.ID, Item: "budget", Done: true})
		w.do("rep.li", process.Command{Kind: process.Move, ID: s.ID, Transition: "propose"})
		s = w.do("rep.li", process.Command{Kind: process.Move, ID: s.ID, Transition: "win"}).State
		w.do("mgr.wang", process.Command{Kind: process.DecideSlot, ID: s.ID, Decision: "approve", Round: 1, Step: "manager", Hash: s.Round.Hash})
	}
	for i := range lost {
		s := w.do("rep.chen", process.Command{Kind: process.Create, App: "b2b", Form: "deal", Op: fmt.Sprint("lost ", i), Data: data(`{"name": "theirs"}`)}).State
		w.clock.add(120 * time.Hour)
		w.do("rep.chen", process.Command{Kind: process.Move, ID: s.ID, Transition: "lose", Data: data(`{"lossReason": "price"}`)})
	}
	return w
}

// tellPrecedents is what a person reads of a record.
func (w *world) tellPrecedents(user, id string) string {
	w.t.Helper()
	p, err := w.e.Precedents(w.t.Context(), user, id)
	if _, refused := asRejection(err); refused {
		return "refused"
	}
	w.must(err)
	if p == nil {
		return "nothing"
	}
	out := fmt.Sprintf("%s: %d won, %d not; %v and %v;", p.Stage.Def.Key, p.Won, p.Other, p.WonTook, p.OtherTook)
	for _, way := range p.Ways {
		out += fmt.Sprintf(" %d to %s %v", way.N, way.Name.In("en"), way.Took)
	}
	for _, h := range p.Habits {
		out += fmt.Sprintf("; %s %d/%d %d/%d", h.Name.In("en"), h.Won, h.WonOf, h.Other, h.OtherOf)
	}
	return out
}

// Of the closed records of all, whoever may read which, a rep is told figures beside a record that he may read.
func precedentStory(t *testing.T, wrap func(store.Store) store.Store) {
	w := precedentWorld(t, wrap, 11, 10)
	mine := w.deal("mine", smallLines)
	expect := func(what, user, id, want string) {
		t.Helper()
		if got := w.tellPrecedents(user, id); got != want {
			t.Errorf("%s\ngot  %s\nwant %s", what, got, want)
		}
	}
	expect("before it was counted", "rep.li", mine.ID, "nothing")
	_, err := w.e.CountPrecedents(t.Context(), "b2b", "deal")
	w.must(err)
	const figures = "qualify: 11 won, 10 not; {11 48h0m0s 48h0m0s} and {10 120h0m0s 120h0m0s}; 11 to Proposal {11 48h0m0s 48h0m0s}"
	expect("counted", "rep.li", mine.ID, figures+"; Demo given 11/11 0/10")
	expect("of a record one may not read", "rep.chen", mine.ID, "refused")
	w.do("rep.li", process.Command{Kind: process.Tick, ID: mine.ID, Item: "demo", Done: true})
	expect("what it has done it is not told to do", "rep.li", mine.ID, figures)

	w.do("rep.li", process.Command{Kind: process.Tick, ID: mine.ID, Item: "budget", Done: true})
	w.do("rep.li", process.Command{Kind: process.Move, ID: mine.ID, Transition: "propose"})
	expect("from the stage after", "rep.li", mine.ID, "proposal: 11 won, 0 not; {11 0s 0s} and {0 0s 0s}; 11 to Won {11 0s 0s}")
	w.do("rep.li", process.Command{Kind: process.Move, ID: mine.ID, Transition: "lose", Data: data(`{"lossReason": "price"}`)})
	expect("of a closed one", "rep.li", mine.ID, "nothing")

	// What closed long ago says nothing any more.
	other := w.deal("other", smallLines)
	w.clock.add(2 * 366 * 24 * time.Hour)
	_, err = w.e.CountPrecedents(t.Context(), "b2b", "deal")
	w.must(err)
	expect("after two years", "rep.li", other.ID, "nothing")
	if _, err := w.e.CountPrecedents(t.Context(), "b2b", "none"); err == nil {
		t.Error("a process that is not there")
	}
}

func TestPrecedents(t *testing.T) {
	t.Parallel()
	precedentStory(t, nil)
}

func TestPrecedentsOnMongo(t *testing.T) {
	t.Parallel()
	precedentStory(t, onMongo(t))
}

// The night counts once, whichever node it is, after three o'clock of the app's zone; and a process that keeps it off tells nothing.
func TestPrecedentsAtNight(t *testing.T) {
	t.Parallel()
	w := precedentWorld(t, nil, 10, 0)
	mine := w.deal("mine", smallLines)
	night := func(hour int) {
		t.Helper()
		now := w.clock.now().In(w.defs["b2b"][0].Zone)
		w.clock.add(time.Date(now.Year(), now.Month(), now.Day()+1, hour, 0, 0, 0, now.Location()).Sub(now))
		for range 2 {
			w.must(w.e.precedentsDue(t.Context()))
			w.must(w.node("two").precedentsDue(t.Context()))
			w.settleDown()
		}
	}
	night(2)
	if got := w.tellPrecedents("rep.li", mine.ID); got != "nothing" {
		t.Errorf("before its hour: %s", got)
	}
	night(3)
	if got := w.tellPrecedents("rep.li", mine.ID); got == "nothing" {
		t.Error("the night has not counted")
	}
	d, err := w.store.Get(t.Context(), collPrecedents, "b2b|deal")
	w.must(err)
	night(3)
	again, err := w.store.Get(t.Context(), collPrecedents, "b2b|deal")
	w.must(err)
	if d.Ver != 1 || again.Ver != 2 {
		t.Errorf("counted %d times in one night and %d in two", d.Ver, again.Ver)
	}
	w.defs["b2b"][0].Def.Processes[0].NoPrecedents = true
	w.defs["b2b"][0].Processes["deal"].Def.NoPrecedents = true
	if got := w.tellPrecedents("rep.li", mine.ID); got != "nothing" {
		t.Errorf("kept off: %s", got)
	}
}
