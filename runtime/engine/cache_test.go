package engine

import (
	"testing"

	"pipewright/runtime/process"
)

// TestStaleCache: what another node has changed counts, for commits, for refusals and for repetitions alike.
func TestStaleCache(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	two := w.node("two")
	s := w.deal("deal", smallLines) // remembered by the first node
	do := func(e *Engine, c process.Command) error {
		c.ID = s.ID
		_, err := e.Do(t.Context(), Request{User: "rep.li", Command: c})
		return err
	}
	tick := process.Command{Kind: process.Tick, Item: "budget", Done: true, Op: "tick"}
	w.must(do(two, tick))
	// The first node still knows an unticked deal: the move is not refused for that.
	w.must(do(w.e, process.Command{Kind: process.Move, Transition: "propose"}))
	// The second still knows it in its first stage: the move back there is refused as it should be.
	if err := do(two, process.Command{Kind: process.Move, Transition: "propose"}); err == nil {
		t.Error("a deal was proposed twice")
	}
	res, err := w.e.Do(t.Context(), Request{User: "rep.li", Command: func() process.Command { tick.ID = s.ID; return tick }()})
	if err != nil || !res.Repeated {
		t.Errorf("a repetition on another node: %v %+v", err, res)
	}
	w.must(do(two, process.Command{Kind: process.Note, Comment: "hello"}))
	v, err := w.e.Record(t.Context(), "rep.li", s.ID)
	w.must(err)
	if v.State.Stage != "proposal" || v.State.Rev < 4 {
		t.Errorf("the first node shows an old record: %+v", v.State)
	}
	if _, err := two.Verify(t.Context(), s.ID); err != nil {
		t.Error(err)
	}
}
