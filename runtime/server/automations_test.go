package server

import "testing"

// TestPauseAutomation: an admin pauses an automation and lets it go on; nobody else may, nor see what failed on a record.
func TestPauseAutomation(t *testing.T) {
	t.Parallel()
	w := open(t, true)
	w.install("b2b")
	admin, li := w.as("admin"), w.as("rep.li")
	paused := func() string { return admin.must("GET", "/api/automations/b2b", nil).str("items.0.paused") }
	key := admin.must("GET", "/api/automations/b2b", nil).str("items.0.key")
	path := "/api/automations/b2b/" + key
	if paused() != "false" {
		t.Error("paused from the start")
	}
	admin.must("POST", path+"/pause", object{})
	if paused() != "true" {
		t.Error("not paused")
	}
	admin.must("POST", path+"/resume", object{})
	if paused() != "false" {
		t.Error("not resumed")
	}
	admin.refused(404, "not.found", "POST", "/api/automations/b2b/nothing/pause", object{})
	li.refused(403, "forbidden", "POST", path+"/pause", object{})
	li.refused(403, "forbidden", "GET", "/api/incidents/DEAL-1", nil)
	if n := admin.must("GET", "/api/incidents/DEAL-1", nil).len("items"); n != 0 {
		t.Errorf("%d incidents", n)
	}
}
