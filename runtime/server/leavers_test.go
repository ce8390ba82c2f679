package server

import (
	"testing"
	"time"
)

func TestLeave(t *testing.T) {
	t.Parallel()
	w := open(t, true)
	w.install("b2b")
	li, admin := w.as("rep.li"), w.as("admin")
	deal := li.must("POST", "/api/apps/b2b/forms/account/records", object{"data": object{"name": "华东制造有限公司"}}, "Idempotency-Key", "d")
	li.refused(403, "forbidden", "GET", "/api/users/rep.li/belongings", nil)
	li.refused(403, "forbidden", "POST", "/api/users/rep.li/leave", object{"successor": "rep.chen"})
	has := admin.must("GET", "/api/users/rep.li/belongings", nil)
	n := has.str("records")
	if n == "" || n == "0" || has.len("apps") != 1 {
		t.Fatalf("belongings %s", has.raw)
	}
	admin.refused(404, "not.found", "GET", "/api/users/nobody/belongings", nil)
	for _, bad := range []object{{"successor": "rep.li"}, {"successor": "nobody"}, {}, {"successor": "rep.chen", "approvals": "me"}, {"successor": "rep.chen", "apps": object{"b2b": "nobody"}}} {
		admin.refused(400, "bad.request", "POST", "/api/users/rep.li/leave", bad)
	}
	admin.refused(400, "bad.request", "POST", "/api/users/admin/leave", object{"successor": "rep.chen"})
	begun := admin.must("POST", "/api/users/rep.li/leave", object{"successor": "rep.chen"})
	if begun.status != 202 || begun.str("state") != "running" || begun.str("left.records") != n {
		t.Fatalf("begun %s", begun.raw)
	}
	admin.refused(409, "handover.running", "POST", "/api/users/rep.li/leave", object{"successor": "rep.chen"})
	for range 3 {
		if _, err := w.server.Engine.RunDue(t.Context()); err != nil {
			t.Fatal(err)
		}
		w.clock.add(time.Minute)
	}
	done := admin.must("GET", "/api/handovers/"+begun.str("id"), nil)
	if done.str("state") != "done" || done.str("left.sum") != "0" || done.str("found.records") != n {
		t.Fatalf("done %s", done.raw)
	}
	if got := w.as("rep.chen").must("GET", "/api/records/"+deal.str("id"), nil); got.str("owner") != "rep.chen" && got.str("owner.id") != "rep.chen" {
		t.Errorf("record %s", got.raw)
	}
	if li.send("GET", "/api/me", nil).status != 401 {
		t.Error("he is still signed in")
	}
}
