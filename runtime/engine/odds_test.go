package engine

import (
	"fmt"
	"testing"

	"pipewright/runtime/process"
	"pipewright/runtime/store"
)

// Each stage is told by the closed records that have been in it, once each, however often they came back.
func oddsStory(t *testing.T, wrap func(store.Store) store.Store) {
	w := newWorld(t, wrap)
	tell := func() string {
		list, err := w.e.Odds(t.Context(), "b2b", "deal")
		w.must(err)
		out := ""
		for _, s := range list {
			out += fmt.Sprintf("%s %d/%d %d %v; ", s.Stage.Def.Key, s.Won, s.Closed, s.Percent, s.Enough)
		}
		return out
	}
	for i := range 20 {
		if i%4 == 0 {
			s := w.proposal(fmt.Sprint("won ", i), smallLines)
			s = w.do("rep.li", process.Command{Kind: process.Move, ID: s.ID, Transition: "win"}).State
			w.do("mgr.wang", process.Command{Kind: process.DecideSlot, ID: s.ID, Decision: "approve", Round: 1, Step: "manager", Hash: s.Round.Hash})
			continue
		}
		s := w.deal(fmt.Sprint("lost ", i), smallLines)
		w.do("rep.li", process.Command{Kind: process.Move, ID: s.ID, Transition: "lose", Data: data(`{"lossReason": "price"}`)})
	}
	w.deal("open", smallLines)
	if got, want := tell(), "qualify 5/20 27 true; proposal 5/5 0 false; "; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if _, err := w.e.Odds(t.Context(), "b2b", "none"); err == nil {
		t.Error("a process that is not there")
	}
}

func TestOdds(t *testing.T) {
	t.Parallel()
	oddsStory(t, nil)
}

func TestOddsOnMongo(t *testing.T) {
	t.Parallel()
	oddsStory(t, onMongo(t))
}
