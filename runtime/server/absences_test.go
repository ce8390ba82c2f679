package server

import (
	"net/url"
	"testing"
	"time"
)

func TestAbsences(t *testing.T) {
	t.Parallel()
	w := open(t, true)
	li, wang, chen := w.as("rep.li"), w.as("mgr.wang"), w.as("rep.chen")
	mine := li.must("POST", "/api/absences", object{"from": "2026-11-24", "to": "2026-11-25", "substitute": "rep.chen", "note": "leave"}, "Idempotency-Key", "k1")
	if mine.status != 201 || mine.str("user.id") != "rep.li" || mine.str("from") != "2026-11-23T16:00:00.000Z" || mine.str("to") != "2026-11-25T16:00:00.000Z" ||
		mine.str("substitute.name") != "陈静" {
		t.Fatalf("absence %s", mine.raw)
	}
	if again := li.must("POST", "/api/absences", object{"from": "2026-11-24", "to": "2026-11-25", "substitute": "rep.chen", "note": "leave"}, "Idempotency-Key", "k1"); again.str("id") != mine.str("id") {
		t.Error("a repeated request made another one")
	}
	// Under the same key another absence is refused, and the first one stands.
	li.refused(422, "op.reused", "POST", "/api/absences", object{"from": "2026-12-24", "to": "2026-12-25", "substitute": "mgr.wang"}, "Idempotency-Key", "k1")
	if got := li.must("GET", "/api/absences", nil); got.len("items") != 1 || got.str("items.0.substitute.id") != "rep.chen" || got.str("items.0.from") != "2026-11-23T16:00:00.000Z" {
		t.Errorf("%s", got.raw)
	}
	by := wang.must("POST", "/api/absences", object{"user": "rep.chen", "from": "2026-11-23T09:00:00+08:00", "to": "2026-11-23T18:00:00+08:00"})
	if by.str("by.id") != "mgr.wang" || by.get("substitute") != nil {
		t.Errorf("for a member %s", by.raw)
	}
	// The manager and the admin see both, a colleague only the own.
	for who, n := range map[*client]int{li: 1, chen: 1, wang: 2, w.as("admin"): 2, w.as("fin.zhao"): 0} {
		if got := who.must("GET", "/api/absences", nil); got.len("items") != n {
			t.Errorf("sees %d, want %d: %s", got.len("items"), n, got.raw)
		}
	}
	if got := wang.must("GET", "/api/absences?user=rep.li", nil); got.len("items") != 1 {
		t.Errorf("of one %s", got.raw)
	}
	chen.refused(403, "forbidden", "POST", "/api/absences", object{"user": "rep.li", "from": "2026-11-24", "to": "2026-11-25"})
	for _, bad := range []object{
		{"from": "2026-11-25", "to": "2026-11-23"}, {"from": "2026-11-01", "to": "2026-11-02"}, {"from": "soon", "to": "2026-11-25"},
		{"from": "2026-11-24", "to": "2026-11-25", "substitute": "rep.li"}, {"from": "2026-11-24", "to": "2026-11-25", "substitute": "nobody"},
	} {
		li.refused(400, "bad.request", "POST", "/api/absences", bad)
	}
	li.refused(404, "not.found", "POST", "/api/absences", object{"from": "2026-11-24", "to": "2026-11-25", "app": "none"})
	dir, err := w.server.Engine.Directory(t.Context())
	if err != nil || !dir.Absent("rep.li", "b2b", w.clock.Now().Add(24*time.Hour)) || dir.Substitute("rep.li", "b2b", w.clock.Now().Add(24*time.Hour)) != "rep.chen" {
		t.Errorf("the directory does not know: %v", err)
	}
	path := "/api/absences/" + url.PathEscape(mine.str("id"))
	chen.refused(404, "not.found", "DELETE", path, nil)
	li.must("DELETE", path, nil)
	li.refused(404, "not.found", "DELETE", path, nil)
	if dir, _ = w.server.Engine.Directory(t.Context()); dir.Absent("rep.li", "b2b", w.clock.Now().Add(24*time.Hour)) {
		t.Error("an absence taken out still counts")
	}
}
