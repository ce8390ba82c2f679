package engine

import (
	"strings"
	"testing"
	"time"

	"pipewright/runtime/process"
)

func TestStory(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	s := w.deal("big deal", bigLines)
	if s.Stage != "qualify" || s.Number != "SJ20261123-0001" || s.Owner != "rep.li" {
		t.Fatalf("created %+v", s)
	}
	if code := w.refused("rep.li", process.Command{Kind: process.Move, ID: s.ID, Transition: "propose"}); code != "stage.incomplete" {
		t.Fatal(code)
	}
	if code := w.refused("rep.chen", process.Command{Kind: process.Note, ID: s.ID, Comment: "x"}); code != "not.found" {
		t.Fatalf("a foreign record answers %s", code)
	}
	w.do("rep.li", process.Command{Kind: process.Tick, ID: s.ID, Item: "budget", Done: true})
	w.do("rep.li", process.Command{Kind: process.Move, ID: s.ID, Transition: "propose"})
	s = w.do("rep.li", process.Command{Kind: process.Move, ID: s.ID, Transition: "win"}).State
	if s.Stage != "proposal" || s.Round == nil {
		t.Fatalf("submitted %+v", s)
	}
	if code := w.refused("rep.li", process.Command{Kind: process.Move, ID: s.ID, Transition: "win"}); code != "approval.running" {
		t.Fatal(code)
	}
	task := process.Command{Kind: process.DecideSlot, ID: s.ID, Decision: "approve", Round: 1, Step: "manager", Hash: s.Round.Hash}
	stale := task
	stale.Hash = "other"
	if code := w.refused("mgr.wang", stale); code != "approval.stale" {
		t.Fatal(code)
	}
	w.do("mgr.wang", task)
	task.Step = "finance"
	s = w.do("fin.zhao", task).State
	if s.Stage != "won" {
		t.Fatalf("decided %+v", s)
	}
	if n := w.runDue(); n == 0 {
		t.Fatal("no automation ran")
	}
	doc, err := w.store.Get(t.Context(), "rec_b2b_deal", s.ID)
	w.must(err)
	r, err := decodeRecord(doc)
	w.must(err)
	if len(r.State.Links) != 1 || r.State.Links[0].Form != "order" {
		t.Fatalf("links %+v", r.State.Links)
	}
	order, err := w.store.Get(t.Context(), "rec_b2b_order", r.State.Links[0].ID)
	w.must(err)
	if o, err := decodeRecord(order); err != nil || o.State.Links[0].ID != s.ID || o.State.Data["amount"] == nil {
		t.Fatalf("order %v %+v", err, o.State)
	}
	if n, err := w.e.Verify(t.Context(), s.ID); err != nil || n == 0 {
		t.Fatal(n, err)
	}
	w.clock.add(time.Hour)
	w.must(w.e.Sweep(t.Context(), 0))
	if n, err := w.e.Verify(t.Context(), s.ID); err != nil || n == 0 {
		t.Fatal(n, err)
	}
}

func TestRepeated(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	c := process.Command{Kind: process.Create, App: "b2b", Form: "deal", Op: "k1", Data: data(`{"name": "once"}`)}
	first := w.do("rep.li", c)
	again := w.do("rep.li", c)
	if !again.Repeated || again.State.ID != first.State.ID || first.Repeated {
		t.Fatalf("again %+v", again)
	}
	other := c
	other.Data = data(`{"name": "twice"}`)
	if code := w.refused("rep.li", other); code != "op.reused" {
		t.Fatal(code)
	}
	if s := w.do("rep.chen", c).State; s.ID == first.State.ID {
		t.Fatal("another's key found my record")
	}
	note := process.Command{Kind: process.Note, ID: first.State.ID, Op: "k2", Comment: "hello"}
	for i := range 250 { // more than the record holds
		n := note
		n.Op = "n" + string(rune('a'+i%26)) + string(rune('a'+i/26))
		w.do("rep.li", n)
	}
	early := note
	early.Op = "naa"
	if res := w.do("rep.li", early); !res.Repeated {
		t.Fatal("an operation that left the record was forgotten")
	}
	if n, err := w.e.Verify(t.Context(), first.State.ID); err != nil || n != 252+0 && n < 251 {
		t.Fatal(n, err)
	}
}

func TestUniqueAndNumbers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	acc := func(key, name string) process.Command {
		return process.Command{Kind: process.Create, App: "b2b", Form: "account", Op: key, Data: data(`{"name": "` + name + `"}`)}
	}
	a := w.do("rep.li", acc("1", "Acme")).State
	if code := w.refused("rep.li", acc("2", "acme ")); code != "unique.taken" {
		t.Fatal(code)
	}
	rename := func(id, name string) process.Command {
		return process.Command{Kind: process.Edit, ID: id, Data: data(`{"name": "` + name + `"}`)}
	}
	w.do("rep.li", rename(a.ID, "Best"))
	b := w.do("rep.li", acc("3", "ACME")).State // released
	if code := w.refused("rep.li", rename(a.ID, "Acme")); code != "unique.taken" {
		t.Fatal(code)
	}
	w.do("rep.li", process.Command{Kind: process.Delete, ID: b.ID})
	w.do("rep.li", rename(a.ID, "Acme"))
	if code := w.refused("rep.li", process.Command{Kind: process.Restore, ID: b.ID}); code != "unique.taken" {
		t.Fatal(code)
	}
	for i, want := range []string{"SJ20261123-0001", "SJ20261123-0002", "SJ20261123-0003"} {
		if got := w.deal(string(rune('a'+i)), smallLines).Number; got != want {
			t.Errorf("number %s, want %s", got, want)
		}
	}
	w.clock.add(24 * time.Hour)
	if got := w.deal("next day", smallLines).Number; got != "SJ20261124-0001" {
		t.Error(got)
	}
}

// TestTooLarge: a record of more than two mebibytes is refused with what to do about it, and stays as it was.
func TestTooLarge(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	s := w.do("rep.li", process.Command{Kind: process.Create, App: "b2b", Form: "account", Op: "a", Data: data(`{"name": "A"}`)}).State
	form := w.defs["b2b"][0].Forms["account"]
	dir, err := w.e.Directory(t.Context())
	w.must(err)
	big := s.Clone()
	for size, want := range map[int]string{maxRecord - 100<<10: "", maxRecord: "record.tooLarge"} {
		big.Data["name"] = strings.Repeat("x", size)
		_, err := (&record{State: big}).document(form, dir, 2)
		if r, refused := asRejection(err); refused != (want != "") || refused && r.Code != want {
			t.Errorf("%d bytes: %v", size, err)
		}
	}
}
