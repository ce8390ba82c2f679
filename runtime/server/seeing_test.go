package server

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// openSeeing is a world with a form whose records belong to their makers, and one record of rep.li's with a phone number.
func openSeeing(t *testing.T) (w *world, record string) {
	t.Helper()
	w = open(t, true)
	admin := w.as("admin")
	admin.must("POST", "/api/apps/import", map[string]any{"definition": json.RawMessage(`{"spec": "pipewright/1", "key": "case", "name": "Cases", "languages": ["en"], "timezone": "Asia/Shanghai", "currency": "CNY",
		"roles": [{"key": "rep", "name": "Rep"}],
		"forms": [{"key": "item", "name": "Item", "title": "{{ phone }}", "fields": [
			{"key": "name", "type": "longtext", "name": "Name", "required": true}, {"key": "phone", "type": "phone", "name": "Phone"}, {"key": "cost", "type": "money", "name": "Cost"}, {"key": "margin", "type": "text", "name": "Margin"}],
		"grants": [{"role": "rep", "records": "own", "do": ["create", "read", "edit", "export", "delete"], "hide": ["margin"]}]}]}`)})
	admin.must("POST", "/api/apps/case/publish", map[string]any{"note": "first", "acceptWarnings": true})
	for _, user := range []string{"rep.li", "rep.chen"} {
		admin.must("PATCH", "/api/users/"+user, map[string]any{"roles": []string{"case/rep"}, "phone": "13800000001"})
	}
	a := w.as("rep.li").must("POST", "/api/apps/case/forms/item/records", map[string]any{"data": map[string]any{"name": "tel. 021-12345678\n13900000000", "phone": "+8613812345678", "cost": money("13800000000.00")}})
	return w, a.str("id")
}

// An admin sees what somebody else sees, by that person's rights and not his own, and can change nothing meanwhile.
func TestSeeingAs(t *testing.T) {
	t.Parallel()
	w, record := openSeeing(t)
	admin := w.as("admin")
	admin.refused(404, "not.found", "GET", "/api/records/"+record, nil) // he has no role himself
	admin.refused(400, "bad.request", "POST", "/api/seeing", map[string]any{"user": "nobody"})
	admin.refused(400, "bad.request", "POST", "/api/seeing", map[string]any{"user": "admin"})
	w.clock.add(time.Second)
	w.as("rep.chen").refused(403, "forbidden", "POST", "/api/seeing", map[string]any{"user": "rep.li"})
	if a := admin.must("POST", "/api/seeing", map[string]any{"user": "rep.li"}); a.str("by.id") != "admin" || a.str("until") != "2026-11-23T02:30:01.000Z" {
		t.Errorf("%s", a.raw)
	}

	me := admin.must("GET", "/api/me", nil)
	if me.str("user.id") != "rep.li" || me.str("seeing.by.id") != "admin" || me.str("can.people") != "false" || me.len("apps") != 1 {
		t.Errorf("%s", me.raw)
	}
	a := admin.must("GET", "/api/records/"+record, nil)
	if a.str("data.cost.amount") != "13800000000.00" || a.get("data.margin") != nil || a.str("data.phone") != "•••" || a.str("data.name") != "tel. •••\n•••" {
		t.Errorf("%s", a.raw)
	}
	for _, path := range []string{"/api/records/" + record, "/api/apps/case/forms/item/records", "/api/users", "/api/me", "/api/records/" + record + "/events", "/api/search?q=13812345678", "/api/home"} {
		if a := admin.must("GET", path, nil); strings.Contains(string(a.raw), "138123") || strings.Contains(string(a.raw), "139000") || strings.Contains(string(a.raw), "13800000001") {
			t.Errorf("%s shows a phone number: %s", path, a.raw)
		}
	}
	if a := admin.must("GET", "/api/apps/case/forms/item/records", nil); a.len("items") != 1 {
		t.Errorf("%s", a.raw)
	}
	admin.must("POST", "/api/apps/case/forms/item/evaluate", map[string]any{"data": map[string]any{"name": "x"}})

	// Whatever changes something, takes data out or is the person's alone, by the table of routes itself.
	for _, r := range w.server.routes {
		name := r.method + " " + r.path
		if r.who == nobody || slices.Contains(leaving, name) || slices.Contains(seenToo, name) {
			continue
		}
		reads := r.method == http.MethodGet && r.out != nil
		if reads && (r.who == signedIn || r.who == anyone) {
			continue
		}
		path := strings.NewReplacer(":app", "case", ":form", "item", ":id", record).Replace(r.path)
		admin.refused(403, "seeing.readOnly", r.method, path, nil)
	}
	if a := w.as("rep.li").must("GET", "/api/records/"+record, nil); a.str("rev") != "1" || a.str("data.phone") != "13812345678" {
		t.Errorf("%s", a.raw)
	}

	w.clock.add(time.Second)
	admin.must("DELETE", "/api/seeing", nil)
	admin.must("DELETE", "/api/seeing", nil)
	if me := admin.must("GET", "/api/me", nil); me.str("user.id") != "admin" || me.get("seeing") != nil {
		t.Errorf("%s", me.raw)
	}
	// A page that still shows the other person must not act as the admin.
	admin.refused(403, "seeing.over", "POST", "/api/notices/read", map[string]any{"all": true}, seeingHeader, "rep.li")
	admin.must("POST", "/api/notices/read", map[string]any{"all": true})

	trail := admin.must("GET", "/api/audit/deeds?by=admin&limit=2", nil)
	if trail.str("items.0.action") != "DELETE /api/seeing" || trail.str("items.1.action") != "POST /api/seeing" || trail.str("items.1.about") != "rep.li" || trail.str("items.1.by.id") != "admin" ||
		trail.str("items.1.until") != "2026-11-23T02:30:01.000Z" || trail.str("items.1.name") == "" || trail.str("items.1.address") == "" || trail.str("next") == "" {
		t.Errorf("%s", trail.raw)
	}
	w.as("rep.li").refused(403, "forbidden", "GET", "/api/audit/deeds", nil)
}

// Seeing as somebody else is over after half an hour, and when either of the two has gone; nothing is then done as the admin by mistake.
func TestSeeingEnds(t *testing.T) {
	t.Parallel()
	w, record := openSeeing(t)
	admin, other := w.as("admin"), w.as("admin")
	admin.must("POST", "/api/seeing", map[string]any{"user": "rep.li"})
	w.clock.add(20 * time.Minute)
	admin.must("GET", "/api/records/"+record, nil)
	other.must("GET", "/api/me", nil) // another session is not touched
	w.clock.add(10 * time.Minute)
	for _, x := range [][2]string{{"GET", "/api/me"}, {"GET", "/api/records/" + record}, {"POST", "/api/apps"}, {"GET", "/api/jobs"}} {
		admin.refused(403, "seeing.over", x[0], x[1], nil)
	}
	admin.must("DELETE", "/api/seeing", nil)
	admin.must("GET", "/api/jobs", nil)

	admin.must("POST", "/api/seeing", map[string]any{"user": "rep.li"})
	other.must("PATCH", "/api/users/rep.li", map[string]any{"active": false})
	admin.refused(403, "seeing.over", "GET", "/api/home", nil)
	admin.must("DELETE", "/api/seeing", nil)

	admin.must("POST", "/api/seeing", map[string]any{"user": "rep.chen"})
	other.must("PATCH", "/api/users/mgr.wang", map[string]any{"admin": true})
	other.must("PATCH", "/api/users/admin", map[string]any{"admin": false})
	admin.refused(403, "seeing.over", "GET", "/api/home", nil)
	admin.must("POST", "/api/logout", nil)
	admin.refused(401, "unauthenticated", "GET", "/api/me", nil)

	// A program is not somebody who looks.
	wang := w.as("mgr.wang")
	token, _ := wang.token("admin", 1)
	wang.refused(403, "scope.small", "POST", "/api/seeing", map[string]any{"user": "rep.chen"}, token...)
}

// Whatever an admin changes is written down, but for what is named as quiet.
func TestDeedsAreWrittenDown(t *testing.T) {
	t.Parallel()
	w := open(t, true)
	known := map[string]bool{}
	for _, r := range w.server.routes {
		known[r.method+" "+r.path] = true
	}
	for name := range deedWords {
		if !known[name] {
			t.Errorf("%s is no route", name)
		}
	}
	for _, name := range quiet {
		if _, worded := deedWords[name]; !known[name] || worded {
			t.Errorf("%s is no route, or is written down as well", name)
		}
	}

	admin := w.as("admin")
	admin.must("POST", "/api/teams", map[string]any{"key": "north", "name": "North", "manager": "mgr.wang"})
	w.clock.add(time.Second)
	admin.must("PATCH", "/api/users/rep.li", map[string]any{"team": "north"})
	admin.refused(400, "bad.request", "PATCH", "/api/users/rep.li", map[string]any{"name": ""})
	a := admin.must("GET", "/api/audit/deeds", nil)
	if a.len("items") != 2 || a.str("items.0.what.en") != "Changed a person" || a.str("items.0.about") != "rep.li" || a.str("items.1.about") != "north" {
		t.Errorf("%s", a.raw)
	}
}
