package engine

import (
	"testing"
	"time"

	"pipewright/runtime/query"
)

// What a node writes under the release before, after the columns were filled and while the next goes live, is found by the new columns too.
func TestWrittenWhileAReleaseGoesLive(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	first := w.defs["b2b"][0]
	second := changed(t, 2, func(def map[string]any) {
		deals := def["processes"].([]any)[0].(map[string]any)
		deals["stages"].([]any)[0].(map[string]any)["probability"] = 90
	})
	lines := `[{"qty": 1, "price": {"amount": "100.00", "currency": "CNY"}}]`
	w.deal("early", lines)
	w.must(w.e.Prepare(t.Context(), first, second))
	w.deal("meanwhile", lines)
	w.defs["b2b"] = append(w.defs["b2b"], second)
	w.e = w.node("other")
	found := func() int {
		n, err := w.e.count(t.Context(), RecordCollection(second.Forms["deal"]), query.Cmp{Col: "weighted", Op: query.Eq, Value: int64(9000)})
		w.must(err)
		return n
	}
	if n := found(); n != 1 {
		t.Errorf("%d found at once", n)
	}
	for range 3 {
		for w.runDue() > 0 {
		}
		w.clock.add(2 * settleLive)
	}
	if n := found(); n != 2 {
		t.Errorf("%d found at last", n)
	}
}

// A release that never goes live leaves nothing to look over, and nothing waits for it for ever.
func TestReleaseThatNeverGoesLive(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	j := &job{CreatedAt: monday, lease: &lease{}}
	for _, step := range []struct {
		after time.Duration
		live  bool
		want  error
	}{{0, false, errLater{time.Second}}, {time.Hour, false, errLater{time.Second}}, {time.Hour + time.Millisecond, false, errNeverLive}, {0, true, errLater{settleLive}}, {settleLive, true, nil}} {
		w.clock.at = monday.Add(step.after)
		if !j.Live.IsZero() {
			w.clock.at = j.Live.Add(step.after)
		}
		if err := w.e.settled(j, step.live); err != step.want {
			t.Errorf("after %s, live %v: %v", step.after, step.live, err)
		}
	}
}
