package server

import (
	"encoding/json"
	"net/url"
	"os"
	"strconv"
	"testing"
)

func publishedYear(t *testing.T, file string) object {
	t.Helper()
	raw, err := os.ReadFile("../org/testdata/calendar/" + file)
	if err != nil {
		t.Fatal(err)
	}
	var out object
	if err := json.Unmarshal(raw, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestCalendars(t *testing.T) {
	t.Parallel()
	w := open(t, true)
	admin, li := w.as("admin"), w.as("rep.li")
	// It is November 2026, and the built-in calendar ends with that year.
	if got := li.must("GET", "/api/calendars", nil); got.len("items") != 0 || got.len("missing") != 1 || got.num("missing.0") != 2027 {
		t.Fatalf("at first %s", got.raw)
	}
	if got := li.must("GET", "/api/calendars/year?year=2027", nil); got.str("source") != "missing" || got.len("days") != 0 || got.num("version") != 0 {
		t.Errorf("2027 %s", got.raw)
	}
	if got := li.must("GET", "/api/calendars/year?year=2026&team=east", nil); got.str("source") != "builtIn" || got.len("days") != 39 || got.len("off") != 365-248 {
		t.Errorf("2026 %s", got.raw)
	}
	year := object{"year": 2027, "days": []object{{"name": "元旦", "date": "2027-01-01", "isOffDay": true}, {"name": "元旦", "date": "2026-12-31", "isOffDay": true},
		{"name": "春节", "date": "2027-02-20", "isOffDay": false}}}
	got := admin.must("PUT", "/api/calendars/year?version=0", year)
	if got.str("source") != "own" || got.num("version") != 1 || got.len("days") != 3 || got.str("days.0.date") != "2026-12-31" {
		t.Fatalf("entered %s", got.raw)
	}
	if got := admin.must("GET", "/api/calendars", nil); got.len("missing") != 0 || got.len("items") != 1 || got.num("items.0.years.0") != 2027 || got.str("items.0.by.id") != "admin" {
		t.Errorf("then %s", got.raw)
	}
	// The paper of 2027 speaks of a day of 2026.
	if got := li.must("GET", "/api/calendars/year?year=2026&team=east", nil); got.len("off") != 365-247 {
		t.Errorf("2026 has %d days off", got.len("off"))
	}
	if got := li.must("GET", "/api/calendars/year?year=2027&team=east", nil); got.str("source") != "inherited" || got.str("from") != "" || got.num("version") != 0 {
		t.Errorf("the team's %s", got.raw)
	}
	// A preview says what would move, and changes nothing.
	if got := admin.must("PUT", "/api/calendars/year?version=1&preview=true", year); got.num("moves.timers") != 0 || got.get("moves.more") != false || got.num("version") != 1 {
		t.Errorf("preview %s", got.raw)
	}
	// Whoever has not seen the change does not undo it.
	if e := admin.refused(409, "calendar.changed", "PUT", "/api/calendars/year?version=0", year); e.str("error.message") == "" {
		t.Errorf("%s", e.raw)
	}
	// A team of its own kind.
	admin.must("PUT", "/api/calendars/year?version=0&team=sales&year=2026", publishedYear(t, "2026.json"))
	week := admin.must("PUT", "/api/calendars/week?version=1&team=sales&year=2027", object{"week": []int{6, 5}})
	if week.num("version") != 2 || week.get("weekOwn") != true || week.num("week.0") != 5 {
		t.Errorf("week %s", week.raw)
	}
	if got := li.must("GET", "/api/calendars/year?year=2026&team=east", nil); got.str("source") != "inherited" || got.str("from") != "sales" || got.get("weekOwn") != false {
		t.Errorf("below the team %s", got.raw)
	}
	if got := admin.must("DELETE", "/api/calendars/year?version=2&team=sales&year=2026", nil); got.str("source") != "builtIn" {
		t.Errorf("taken out %s", got.raw)
	}
	if got := admin.must("PUT", "/api/calendars/week?version=3&team=sales", object{"week": nil}); got.get("weekOwn") != false || got.num("week.1") != 7 {
		t.Errorf("week as above %s", got.raw)
	}
	for path, file := range map[string]object{
		"/year":            {"year": 2026, "days": []object{{"name": "x", "date": "2026-01-01", "isOffDay": true}}},
		"/days":            {"year": 2027, "days": []object{}},
		"/days/0/date":     {"year": 2027, "days": []object{{"name": "x", "date": "2027-13-01", "isOffDay": true}}},
		"/days/0/isOffDay": {"year": 2027, "days": []object{{"name": "x", "date": "2027-01-01"}}},
		"/days/0/holiday":  {"year": 2027, "days": []object{{"name": "x", "date": "2027-01-01", "holiday": true}}},
	} {
		if e := admin.refused(400, "bad.request", "PUT", "/api/calendars/year?version=1&year=2027", file); e.str("error.details.0.path") != path {
			t.Errorf("%s: %s", path, e.raw)
		}
	}
	admin.refused(404, "not.found", "PUT", "/api/calendars/year?version=0&team=nobody", year)
	admin.refused(400, "bad.request", "PUT", "/api/calendars/year", year)
	admin.refused(400, "bad.request", "PUT", "/api/calendars/week?version=1", object{"week": []int{1, 2, 3, 4, 5, 6, 7}})
	for method, path := range map[string]string{"PUT": "/api/calendars/year?version=1", "DELETE": "/api/calendars/year?version=1&year=2027", "PATCH": "/api/company"} {
		for _, who := range []*client{li, w.as("mgr.wang"), w.as("dir.sun")} {
			who.refused(403, "forbidden", method, path, object{})
		}
	}
	li.refused(403, "forbidden", "PUT", "/api/calendars/week?version=1", object{"week": []int{7}})
}

func TestCompanyZone(t *testing.T) {
	t.Parallel()
	w := open(t, true)
	admin := w.as("admin")
	got := admin.must("PATCH", "/api/company", object{"timezone": "Europe/Berlin"})
	if got.str("timezone") != "Europe/Berlin" || got.str("name") != "示范公司" {
		t.Errorf("%s", got.raw)
	}
	if got := w.as("rep.li").must("GET", "/api/me", nil); got.str("company.timezone") != "Europe/Berlin" {
		t.Errorf("%s", got.raw)
	}
	dir, err := w.server.Engine.Directory(t.Context())
	if err != nil || dir.Zone().String() != "Europe/Berlin" {
		t.Errorf("the engine goes by %s: %v", dir.Zone(), err)
	}
	for _, bad := range []string{"", "Berlin", "Local", "../etc/passwd"} {
		if e := admin.refused(400, "bad.request", "PATCH", "/api/company", object{"timezone": bad}); e.str("error.details.0.path") != "/timezone" {
			t.Errorf("%q: %s", bad, e.raw)
		}
	}
	admin.refused(400, "bad.request", "PATCH", "/api/company", object{"language": "fr"})
	admin.refused(400, "bad.request", "PATCH", "/api/company", object{"currency": "XXX"})
	if co := admin.must("PATCH", "/api/company", object{"language": "zh-TW", "currency": "usd"}); co.str("language") != "zh-TW" || co.str("currency") != "USD" {
		t.Errorf("%s", co.raw)
	}
	// Who is added begins with it, and is found as the name is typed.
	if u := admin.must("POST", "/api/users", object{"username": "new", "name": "重阳", "password": "a long password"}); u.str("language") != "zh-TW" {
		t.Errorf("%s", u.raw)
	}
	for _, typed := range []string{"chongy", "cy", "zhongyang", "重"} {
		if found := admin.must("GET", "/api/users?q="+url.QueryEscape(typed), nil); found.len("items") != 1 || found.str("items.0.id") != "new" {
			t.Errorf("%s: %s", typed, found.raw)
		}
	}
	admin.refused(400, "bad.request", "PATCH", "/api/company", object{"name": "  "})
	// One that was set up before the engine asked is told at the next start.
	if err := w.server.Engine.SaveZone(t.Context(), "Asia/Tokyo"); err != nil {
		t.Fatal(err)
	}
	if err := w.server.tellZone(t.Context()); err != nil {
		t.Fatal(err)
	}
	if dir, err = w.server.Engine.Directory(t.Context()); err != nil || dir.Zone().String() != "Europe/Berlin" {
		t.Errorf("the engine goes by %s: %v", dir.Zone(), err)
	}
}

func (a answer) num(path string) int {
	a.t.Helper()
	n, err := strconv.Atoi(a.str(path))
	if err != nil {
		a.t.Errorf("%s is no number: %s", path, a.raw)
	}
	return n
}
