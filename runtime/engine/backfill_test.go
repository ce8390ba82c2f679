package engine

import (
	"testing"
	"time"

	"pipewright/runtime/process"
	"pipewright/runtime/query"
)

// What a node writes under the release before, after the columns were filled and while the next goes live, is found by the new columns too.
func TestWrittenWhileAReleaseGoesLive(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	first := w.defs["b2b"][0]
	likelier := func(def map[string]any) {
		deals := def["processes"].([]any)[0].(map[string]any)
		deals["stages"].([]any)[0].(map[string]any)["probability"] = 90
	}
	second, third := changed(t, 2, likelier), changed(t, 3, likelier)
	lines := `[{"qty": 1, "price": {"amount": "100.00", "currency": "CNY"}}]`
	w.deal("early", lines)
	w.must(w.e.Prepare(t.Context(), first, second))
	w.deal("meanwhile", lines)
	w.defs["b2b"] = append(w.defs["b2b"], second)
	w.e = w.node("other")
	w.must(w.e.Prepare(t.Context(), second, third)) // before anybody has looked over anything, and with nothing of its own to do
	w.defs["b2b"] = append(w.defs["b2b"], third)
	found := func() int {
		n, err := w.e.count(t.Context(), RecordCollection(second.Forms["deal"]), query.Cmp{Col: "weighted", Op: query.Eq, Value: int64(9000)})
		w.must(err)
		return n
	}
	if n := found(); n != 2 {
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
	j := &job{CreatedAt: monday, Release: 1, lease: &lease{}}
	for _, step := range []struct {
		after time.Duration
		live  int
		want  error
	}{{0, 1, errLater{time.Second}}, {time.Hour, 1, errLater{time.Second}}, {time.Hour + time.Millisecond, 1, errNeverLive}, {0, 2, errLater{settleLive}}, {settleLive, 3, nil}} {
		w.clock.at = monday.Add(step.after)
		if !j.Live.IsZero() {
			w.clock.at = j.Live.Add(step.after)
		}
		if err := w.e.settled(j, &process.App{Release: step.live}); err != step.want {
			t.Errorf("after %s, release %d: %v", step.after, step.live, err)
		}
	}
}
