package engine

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"pipewright/runtime/process"
	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

// attentions is what the collection says of each record.
func (w *world) attentions() map[string]string {
	w.t.Helper()
	page, err := w.store.Query(w.t.Context(), collAttention, query.Query{Limit: 1000})
	w.must(err)
	out := map[string]string{}
	for _, d := range page.Docs {
		out[d.ID] = fmt.Sprint(d.Cols["owner"], d.Cols["open"], d.Cols["dueAt"], d.Cols["idleAt"], d.Cols["asked"], d.Cols["askedAt"])
	}
	return out
}

// A task shows what its record is called, where it stands and what it is worth, also after that has changed.
func TestTasksAreRenewed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	ctx := t.Context()
	s := w.proposal("Acme", smallLines)
	w.do("rep.li", process.Command{Kind: process.Move, ID: s.ID, Transition: "win"})
	task := func() Task {
		list, _, err := w.e.Tasks(ctx, "mgr.wang", TaskQuery{})
		w.must(err)
		if len(list) != 1 {
			t.Fatalf("%d tasks", len(list))
		}
		return list[0]
	}
	first := task()
	w.clock.add(time.Minute)
	w.do("rep.li", process.Command{Kind: process.Edit, ID: s.ID, Data: data(`{"name": "Acme two"}`)})
	got := task()
	if got.Title != "Acme two" || got.State != process.Open || !got.CreatedAt.Equal(first.CreatedAt) || got.Owner != "rep.li" || got.Value == nil || *got.Value != 500000 {
		t.Errorf("%+v", got)
	}
	w.do("mgr.wang", process.Command{Kind: process.DecideSlot, ID: s.ID, Decision: "approve", Round: 1, Step: "manager", Hash: hashOf(w, s.ID)})
	done, _, err := w.e.Tasks(ctx, "mgr.wang", TaskQuery{State: "done"})
	w.must(err)
	if len(done) != 1 || done[0].Title != "Acme two" {
		t.Errorf("%+v", done)
	}
}

// Nobody is told that a record is idle while it waits for a decision; what is due stays due (semantics 2a).
func TestIdleIsSuspended(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	idle := func(def map[string]any) {
		stage := def["processes"].([]any)[0].(map[string]any)["stages"].([]any)[1].(map[string]any)
		stage["idle"], stage["due"] = "P2D", "P9D"
	}
	w.defs["b2b"] = []*process.App{changed(t, 1, idle)}
	w.e = w.node("idle")
	s := w.proposal("Acme", smallLines)
	look := func(what string, idle, due bool) {
		t.Helper()
		d, err := w.store.Get(t.Context(), RecordCollection(w.defs["b2b"][0].Forms["deal"]), s.ID)
		w.must(err)
		a, err := w.store.Get(t.Context(), collAttention, s.ID)
		w.must(err)
		for name, cols := range map[string]map[string]any{"its columns": d.Cols, "My work": a.Cols} {
			if (cols["idleAt"] != nil) != idle || (cols["dueAt"] != nil) != due {
				t.Errorf("%s, %s: idle at %v, due at %v", what, name, cols["idleAt"], cols["dueAt"])
			}
		}
	}
	look("before", true, true)
	w.do("rep.li", process.Command{Kind: process.Move, ID: s.ID, Transition: "win"})
	look("in a round", false, true)
	w.do("mgr.wang", process.Command{Kind: process.DecideSlot, ID: s.ID, Decision: "reject", Round: 1, Step: "manager", Hash: hashOf(w, s.ID), Comment: "no"})
	look("after it", true, true)
}

func hashOf(w *world, id string) string {
	v, err := w.e.Record(w.t.Context(), "rep.li", id)
	w.must(err)
	return v.State.Round.Hash
}

// In whatever order what is known of a task arrives, and however often, it ends the same: as its newest effect says, called as its record
// was last.
func TestTaskNeverGoesBack(t *testing.T) {
	t.Parallel()
	at := func(seq int64, state string, shown int64, title string) store.Doc {
		b := taskBody{TaskEffect: process.TaskEffect{Kind: "approval", State: state, User: "u"}, Seq: seq, Shown: shown, Title: title, CreatedAt: monday}
		d, err := b.doc("t", seq)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	docs := []store.Doc{at(3, process.Open, 3, "a"), at(3, process.Open, 9, "c"), at(8, "done", 6, "b"), at(3, process.Open, 6, "b")}
	var try func(order []int)
	try = func(order []int) {
		if len(order) < 6 {
			for i := range docs {
				try(append(slices.Clone(order), i))
			}
			return
		}
		w := newMemory(t)
		for _, i := range order {
			if err := w.upsert(t.Context(), collTasks, map[string]store.Doc{"t": docs[i]}, mergeTask); err != nil {
				t.Fatal(err)
			}
		}
		d, err := w.store.Get(t.Context(), collTasks, "t")
		if err != nil {
			t.Fatal(err)
		}
		var b taskBody
		if err := json.Unmarshal(d.Body, &b); err != nil {
			t.Fatal(err)
		}
		want := map[bool]string{true: "done", false: process.Open}[slices.Contains(order, 2)]
		title := "a"
		if slices.Contains(order, 3) || slices.Contains(order, 2) {
			title = "b"
		}
		if slices.Contains(order, 1) {
			title = "c"
		}
		if b.State != want || b.Title != title || d.Cols["state"] != want {
			t.Fatalf("%v: %s %s", order, b.State, b.Title)
		}
	}
	for i := range docs { // every order of three, each arriving twice
		for j := range docs {
			for k := range docs {
				try([]int{i, j, k, i, j, k})
			}
		}
	}
}

// newMemory is an engine over an empty store in memory.
func newMemory(t testing.TB) *Engine {
	t.Helper()
	e, err := New(t.Context(), Config{Store: openStore(t), Definitions: apps{}, Now: func() time.Time { return monday }})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// Tasks are listed by what they show.
func TestTasksInOrder(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	for i, lines := range []string{smallLines, bigLines, smallLines} {
		s := w.proposal(fmt.Sprint("deal ", i), lines)
		w.clock.add(time.Hour)
		w.do("rep.li", process.Command{Kind: process.Move, ID: s.ID, Transition: "win"})
	}
	for order, want := range map[string]string{"": "deal 2 deal 1 deal 0", "value": "deal 1 deal 2 deal 0", "due": "deal 0 deal 1 deal 2"} {
		var got []string
		after := ""
		for {
			list, next, err := w.e.Tasks(t.Context(), "mgr.wang", TaskQuery{Sort: order, Limit: 1, After: after})
			w.must(err)
			for _, x := range list {
				got = append(got, x.Title)
			}
			if after = next; after == "" {
				break
			}
		}
		if s := fmt.Sprint(got); s != "["+want+"]" {
			t.Errorf("%q: %s", order, s)
		}
	}
}

// Attention follows the record, and comes back the same when it is laid out anew for all records, however often that is broken off.
func TestAttention(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	ctx := t.Context()
	s := w.deal("one", smallLines)
	other := w.deal("two", smallLines)
	w.do("rep.li", process.Command{Kind: process.Delete, ID: w.deal("gone", smallLines).ID, Op: "x"})
	if n, err := w.e.owned(ctx, "rep.li"); err != nil || n != 2 {
		t.Errorf("%d owned, %v", n, err)
	}
	w.clock.add(60 * 24 * time.Hour)
	home, err := w.e.Home(ctx, "rep.li")
	w.must(err)
	if len(home.Due)+len(home.Idle) == 0 {
		t.Errorf("due %d, idle %d", len(home.Due), len(home.Idle))
	}
	w.do("mgr.wang", process.Command{Kind: process.Assign, ID: other.ID, Owner: "rep.chen"})
	home, err = w.e.Home(ctx, "rep.li")
	w.must(err)
	for _, v := range append(home.Due, home.Idle...) {
		if v.State.ID != s.ID {
			t.Errorf("%s asks for the attention of one who does not own it", v.State.ID)
		}
	}
	want := w.attentions()
	if len(want) != 3 {
		t.Fatal(want)
	}
	for id := range want {
		d, err := w.store.Get(ctx, collAttention, id)
		w.must(err)
		w.must(w.store.Delete(ctx, collAttention, id, d.Ver))
	}
	w.reshown()
	if got := w.attentions(); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %v\nwant %v", got, want)
	}
	// It is done once, and not again by the next process.
	next := w.node("two")
	w.must(next.reshow(ctx))
	if n, err := next.count(ctx, collJobs, query.And{query.Cmp{Col: "kind", Op: query.Eq, Value: jobShow}, query.Cmp{Col: "state", Op: query.Eq, Value: jobReady}}); err != nil || n != 0 {
		t.Errorf("%d jobs, %v", n, err)
	}
}
