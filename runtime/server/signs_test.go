package server

import (
	"net/url"
	"testing"
)

// An approval is passed on, asked about, added to and decided through the API; what one may do is told with the task.
func TestApprovalsByManyHands(t *testing.T) {
	t.Parallel()
	w := open(t, true)
	w.install("b2b")
	rep, manager, finance := w.as("rep.li"), w.as("mgr.wang"), w.as("fin.zhao")
	id := deal(t, rep, "0.15")
	record := "/api/records/" + id
	a := rep.must("POST", record+"/transitions/win", object{})
	if a.len("round.next") < 2 || a.str("round.next.0.people.0.id") != "fin.zhao" || a.str("round.next.1.state") != "skipped" || a.str("round.next.1.reason") == "" {
		t.Errorf("who comes next: %s", a.raw)
	}
	path := task(t, manager, id)
	a = manager.must("GET", path, nil)
	hash := a.str("round.hash")
	can := map[string]bool{}
	for i := range a.len("can") {
		can[a.str("can."+string(rune('0'+i)))] = true
	}
	for _, what := range []string{"approve", "reject", "return", "transfer", "delegate", "addSign"} {
		if !can[what] {
			t.Errorf("he cannot %s: %v", what, can)
		}
	}
	manager.refused(422, "comment.required", "POST", path+"/transfer", object{"hash": hash, "people": []string{"ops.wu"}})
	manager.refused(422, "approval.person", "POST", path+"/transfer", object{"hash": hash, "people": []string{"rep.li"}, "comment": "x"})
	w.as("rep.chen").must("GET", "/api/apps/b2b/model", nil)
	w.as("admin").must("PATCH", "/api/users/legal.qian", object{"roles": []string{}})
	guest := w.as("legal.qian")
	guest.refused(404, "not.found", "GET", "/api/apps/b2b/model", nil)
	manager.must("POST", path+"/addSign", object{"hash": hash, "people": []string{"legal.qian"}, "position": "before"})
	guest.must("GET", "/api/apps/b2b/model", nil) // he plays no role, and must see what he is asked about
	guest.must("POST", task(t, guest, id)+"/approve", object{"hash": hash})
	manager.must("POST", path+"/delegate", object{"hash": hash, "people": []string{"fin.zhao"}})
	a = manager.must("GET", path, nil)
	if a.str("result") != "delegated" || a.str("can.0") != "removeSign" || a.str("removable.0.id") != "fin.zhao" {
		t.Errorf("while it is away: %s", a.raw)
	}
	manager.refused(409, "task.closed", "POST", path+"/approve", object{"hash": hash})
	asked := task(t, finance, id)
	if a = finance.must("GET", asked, nil); a.str("asked") != "delegate" || a.len("can") != 2 {
		t.Errorf("what is asked: %s", a.raw)
	}
	finance.must("POST", asked+"/reject", object{"hash": hash, "comment": "毛利太低"})
	manager.must("POST", path+"/addSign", object{"hash": hash, "people": []string{"ops.wu"}, "position": "before"})
	manager.must("POST", path+"/removeSign", object{"hash": hash, "people": []string{"ops.wu"}})
	manager.must("POST", path+"/addSign", object{"hash": hash, "people": []string{"ops.wu"}, "position": "after", "comment": "可以"})
	added := task(t, w.as("ops.wu"), id)
	if a = w.as("ops.wu").must("POST", added+"/approve", object{"hash": hash}); a.str("task.state") != "done" {
		t.Errorf("added: %s", a.raw)
	}
	a = rep.must("GET", record, nil)
	if a.str("round.steps.0.state") != "passed" || a.str("round.steps.1.state") != "active" || a.str("can.withdraw") == "true" {
		t.Errorf("after the first step: %s", a.raw)
	}

	last, err := url.PathUnescape(task(t, finance, id)[len("/api/tasks/"):])
	if err != nil {
		t.Fatal(err)
	}
	a = finance.must("POST", "/api/tasks/batch", object{"ids": []string{last, "nothing"}, "decision": "approve"}, "Idempotency-Key", "3f0c9a52-7d1e-4b8a-9c66-0e5b7a1d2f43")
	if a.str("items.0.ok") != "true" || a.str("items.1.ok") != "false" || a.str("items.1.error.code") != "not.found" {
		t.Errorf("batch %s", a.raw)
	}
	if again := finance.must("POST", "/api/tasks/batch", object{"ids": []string{last, "nothing"}, "decision": "approve"}, "Idempotency-Key", "3f0c9a52-7d1e-4b8a-9c66-0e5b7a1d2f43"); again.str("items.0.ok") != "true" {
		t.Errorf("repeated %s", again.raw)
	}
	finance.refused(400, "bad.request", "POST", "/api/tasks/batch", object{"ids": []string{}, "decision": "approve"})
}
