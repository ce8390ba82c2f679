package process

import (
	"encoding/json"
	"testing"
)

// A record that another one refers to stays.
func TestDeleteReferred(t *testing.T) {
	t.Parallel()
	app := loadApp(t, "testdata/scenario/deal.json")
	w := newWalker(app)
	if !w.s.begin() {
		t.Fatal(w.s.problems)
	}
	service := Service("sales")
	r := w.s.do(&Command{Kind: Delete, ID: "rec-acme"}, service)
	if r == nil || r.Code != "reference.used" {
		t.Fatalf("an account with a deal was deleted: %v", r)
	}
	if r := w.s.do(&Command{Kind: Delete, ID: "rec-main"}, service); r != nil {
		t.Fatal(r)
	}
	if r := w.s.do(&Command{Kind: Delete, ID: "rec-acme"}, service); r != nil {
		t.Fatalf("nothing refers to the account any more: %v", r)
	}
	if r := w.s.do(&Command{Kind: Edit, ID: "rec-acme", Data: Wire{"name": json.RawMessage(`"x"`)}}, service); r == nil || r.Code != "record.deleted" {
		t.Fatalf("a deleted record was edited: %v", r)
	}
	if r := w.s.do(&Command{Kind: Restore, ID: "rec-acme"}, service); r != nil {
		t.Fatal(r)
	}
}

// An override passes conditions with a reason, never the people who must approve.
func TestOverrideStillNeedsApproval(t *testing.T) {
	t.Parallel()
	app := loadApp(t, "testdata/scenario/deal.json")
	w := newWalker(app)
	if !w.s.begin() {
		t.Fatal(w.s.problems)
	}
	act := func(user string, c *Command) *Rejection {
		c.ID = "rec-main"
		return w.s.do(c, smallCompany{}.Actor(app, "deal", user, w.s.records["rec-main"]))
	}
	if r := act("dir.sun", &Command{Kind: Move, Transition: "propose", Override: true, Comment: "fair"}); r == nil || r.Code != "forbidden" {
		t.Fatalf("a director took a rep's transition: %v", r)
	}
	must := func(r *Rejection) {
		t.Helper()
		if r != nil {
			t.Fatal(r)
		}
	}
	must(act("rep.li", &Command{Kind: Tick, Item: "budget", Done: true}))
	must(act("rep.li", &Command{Kind: Move, Transition: "propose"}))
	if r := act("rep.li", &Command{Kind: Move, Transition: "win", Override: true, Comment: "now"}); r == nil || r.Code != "forbidden" {
		t.Fatalf("a rep without the right overrode: %v", r)
	}
	if r := act("dir.sun", &Command{Kind: Move, Transition: "win", Override: true}); r == nil || r.Code != "override.reason" {
		t.Fatalf("an override without a reason: %v", r)
	}
	must(act("dir.sun", &Command{Kind: Move, Transition: "win", Override: true, Comment: "the fair is today"}))
	s := w.s.records["rec-main"]
	if s.Stage != "proposal" || s.Round == nil || s.Round.Override == "" {
		t.Fatalf("the approval was passed over: %s %+v", s.Stage, s.Round)
	}
	for i, step := range []string{"manager", "finance", "finance"} {
		user := []string{"mgr.wang", "fin.zhao", "fin.qian"}[i]
		r := w.s.records["rec-main"].Round
		slot := 0
		for n, sl := range r.Step(step).Slots {
			if sl.Person == user {
				slot = n
			}
		}
		must(act(user, &Command{Kind: DecideSlot, Decision: "approve", Step: step, Slot: slot, Round: r.N, Hash: r.Hash}))
	}
	if got := w.s.records["rec-main"].Stage; got != "won" {
		t.Fatalf("the move did not follow the approval: %s", got)
	}
}
