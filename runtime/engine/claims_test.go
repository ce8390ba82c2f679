package engine

import (
	"slices"
	"testing"
	"time"

	"pipewright/runtime/process"
	"pipewright/runtime/store"
	"pipewright/runtime/store/storetest"
)

// firstCall matches the first call of an operation on a collection; once an automation is being run, if one is given.
func firstCall(op storetest.Op, coll, automation string) func(storetest.Call) bool {
	running, done := automation == "", false
	return func(c storetest.Call) bool {
		running = running || c.Coll == collLeases && slices.Contains(c.IDs, "pause|"+automation)
		if !running || done || c.Op != op || c.Coll != coll {
			return false
		}
		done = true
		return true
	}
}

// interrupted is a world in which one call is held up while something else happens on another node, which sees the same store.
func interrupted(t *testing.T, call func(storetest.Call) bool, meanwhile func(other *Engine, w *world)) *world {
	w := newWorld(t, func(s store.Store) store.Store { return storetest.Faulty(s, nil) })
	faulty := w.store.(*storetest.FaultyStore)
	w.store = faulty.Store
	other := w.node("other")
	w.store = faulty
	faulty.Set(func(c storetest.Call) storetest.Fault {
		if call(c) {
			meanwhile(other, w)
		}
		return storetest.None
	})
	return w
}

func (w *world) doOn(e *Engine, user string, c process.Command) *Result {
	w.t.Helper()
	res, err := e.Do(w.t.Context(), Request{User: user, Command: c})
	if err != nil {
		w.t.Fatalf("%s by %s: %v", c.Kind, user, err)
	}
	return res
}

func newDeal(key string) process.Command {
	return process.Command{Kind: process.Create, App: "b2b", Form: "deal", Op: key, Data: data(`{"name": "` + key + `"}`)}
}

// TestNumberTakenOver: a create that was away for so long that another took its number over takes another one.
func TestNumberTakenOver(t *testing.T) {
	t.Parallel()
	var theirs *Result
	w := interrupted(t, firstCall(storetest.Insert, "rec_b2b_deal", ""), func(other *Engine, w *world) {
		w.clock.add(staleAfter + time.Second)
		theirs = w.doOn(other, "rep.chen", newDeal("theirs"))
	})
	mine := w.do("rep.li", newDeal("mine"))
	if theirs.State.Number != "SJ20261123-0001" || mine.State.Number != "SJ20261123-0002" {
		t.Errorf("theirs %s, mine %s", theirs.State.Number, mine.State.Number)
	}
}

// TestSameCreateOnTwoNodes: a client that was not answered in time asks another node. Both attempts work in the name of one record; the
// one that comes too late takes nothing away from it.
func TestSameCreateOnTwoNodes(t *testing.T) {
	t.Parallel()
	var early *Result
	w := interrupted(t, firstCall(storetest.Insert, "rec_b2b_deal", ""), func(other *Engine, w *world) {
		w.clock.add(staleAfter + time.Second)
		early = w.doOn(other, "rep.li", newDeal("deal"))
	})
	again := w.do("rep.li", newDeal("deal"))
	w.clock.add(staleAfter + time.Second)
	next := w.do("rep.li", newDeal("next"))
	if again.State.ID != early.State.ID || again.State.Number != "SJ20261123-0001" || next.State.Number != "SJ20261123-0002" {
		t.Errorf("first %s, again %s, next %s", early.State.Number, again.State.Number, next.State.Number)
	}

	account := func(op string) process.Command {
		return process.Command{Kind: process.Create, App: "b2b", Form: "account", Op: op, Data: data(`{"name": "Acme"}`)}
	}
	w = interrupted(t, firstCall(storetest.Insert, "rec_b2b_account", ""), func(other *Engine, w *world) { w.doOn(other, "rep.li", account("a")) })
	w.do("rep.li", account("a"))
	w.clock.add(staleAfter + time.Second)
	if code := w.refused("rep.li", account("b")); code != "unique.taken" {
		t.Error(code)
	}
}
