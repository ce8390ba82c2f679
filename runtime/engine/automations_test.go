package engine

import (
	"testing"
	"time"

	"pipewright/runtime/process"
	"pipewright/runtime/store/storetest"
)

// TestComputedSet: what an automation computes from a field is computed anew when the field changes meanwhile, even to the very
// value it was going to write.
func TestComputedSet(t *testing.T) {
	t.Parallel()
	id := ""
	w := interrupted(t, firstCall(storetest.Replace, "rec_b2b_deal", "b2b/stale"), func(other *Engine, w *world) {
		w.doOn(other, "rep.li", process.Command{Kind: process.Edit, ID: id, Data: data(`{"touched": "1"}`)})
	})
	id = w.deal("deal", smallLines).ID
	w.runDue()
	w.clock.add(10 * 24 * time.Hour)
	w.runDue()
	v, err := w.e.Record(t.Context(), "rep.li", id)
	w.must(err)
	if got := string(v.Data()["touched"]); got != `"2"` {
		t.Errorf("two additions make %s", got)
	}
}
