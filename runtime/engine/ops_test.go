package engine

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"pipewright/runtime/process"
	"pipewright/runtime/store"
)

// A record remembers its newest 200 operations itself. Older ones are found in ops, for 7 days, and then swept away (semantics 4).
func TestOperationsAreRemembered(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	ctx := t.Context()
	s := w.deal("Acme", smallLines)
	note := func(n int) process.Command {
		return process.Command{Kind: process.Note, ID: s.ID, Op: fmt.Sprintf("key-%03d", n), Comment: fmt.Sprintf("note %d", n)}
	}
	const all = 300
	for n := range all {
		w.do("rep.li", note(n))
		w.clock.add(time.Second)
	}
	form, err := w.e.form(ctx, s.ID)
	w.must(err)
	remembered := func() opMemory {
		d, err := w.store.Get(ctx, RecordCollection(form), s.ID)
		w.must(err)
		r, err := decodeRecord(d)
		w.must(err)
		return r.Ops
	}
	if n := len(remembered()) / opWidth; n < maxOps || n >= maxOps+leaveOps {
		t.Errorf("the record holds %d operations", n)
	}
	// where an operation is remembered, by the number of its note
	inRecord := func(n int) bool { _, ok := remembered().find(shortHash("rep.li", note(n).Op)); return ok }
	inOps := func(n int) bool {
		_, err := w.store.Get(ctx, collOps, s.ID+"|"+shortHash("rep.li", note(n).Op))
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			t.Fatal(err)
		}
		return err == nil
	}
	for n := range all {
		if n >= all-maxOps && !inRecord(n) {
			t.Errorf("the record has forgotten operation %d", n)
		}
		if inRecord(n) == inOps(n) {
			t.Fatalf("operation %d: in the record %v, in ops %v", n, inRecord(n), inOps(n))
		}
	}
	if !inOps(0) || inOps(all-maxOps) {
		t.Error("the oldest is not in ops, or a new one is")
	}
	seq := w.state(s.ID).Seq
	repeat := func(n int) bool {
		t.Helper()
		res, err := w.e.Do(ctx, Request{User: "rep.li", Command: note(n)})
		w.must(err)
		return res.Repeated
	}
	for _, n := range []int{0, all - maxOps, all - 1} {
		if !repeat(n) {
			t.Errorf("operation %d was done twice", n)
		}
		other := note(n)
		other.Comment = "something else"
		if code := w.refused("rep.li", other); code != "op.reused" {
			t.Errorf("operation %d for another request: %s", n, code)
		}
	}
	if now := w.state(s.ID).Seq; now != seq {
		t.Errorf("%d events became %d", seq, now)
	}
	// The sweep leaves what is younger than 7 days, and only that.
	w.clock.add(opMemoryFor - all*time.Second - time.Minute)
	w.must(w.e.Purge(ctx))
	if !inOps(0) || !repeat(0) {
		t.Error("forgotten too early")
	}
	w.clock.add(2 * time.Minute)
	w.must(w.e.Purge(ctx))
	if inOps(0) {
		t.Error("the sweep has left what is older")
	}
	w.clock.add(time.Hour)
	w.must(w.e.Purge(ctx))
	if inOps(59) {
		t.Error("the sweep has left old operations")
	}
	if !inRecord(all - 1) {
		t.Error("what is in the record stays")
	}
}
