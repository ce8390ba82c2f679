package server

import (
	"bufio"
	"context"
	"net/http"
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
	bearer, _ := li.token("read", 30)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, "GET", w.http.URL+"/api/stream", nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := li.http.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	stream := bufio.NewScanner(res.Body)
	if !stream.Scan() || stream.Text() != "event: hello" {
		t.Fatalf("no hello: %q", stream.Text())
	}
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
	// His stream ends with the next that happens, though the account was closed by a job.
	w.as("rep.chen").must("POST", "/api/apps/b2b/forms/account/records", object{"data": object{"name": "Later"}})
	for stream.Scan() { // what happened while he was still there
	}
	if stream.Err() != nil {
		t.Error("his stream goes on:", stream.Err())
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
	// Who comes back signs in anew, and his programs are let in anew.
	admin.must("PATCH", "/api/users/rep.li", object{"active": true})
	if li.send("GET", "/api/me", nil).status != 401 || w.knock(nil, "GET", "/api/me", "", bearer...).Code != 401 {
		t.Error("what he had before he left is good again")
	}
}
