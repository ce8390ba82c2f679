package server

import "testing"

// The people of an app are asked to read what a release brings; each says that he has, and the admin sees who.
func TestReadings(t *testing.T) {
	t.Parallel()
	w := open(t, true)
	w.install("blank")
	admin, li, chen := w.as("admin"), w.as("rep.li"), w.as("rep.chen")
	readers := "/api/apps/blank/releases/1/readers"
	role := admin.must("GET", "/api/roles", nil).str("items.0.key")
	admin.must("PATCH", "/api/users/rep.li", map[string]any{"roles": []string{role}})
	admin.must("PATCH", "/api/users/rep.chen", map[string]any{"roles": []string{}})
	if a := admin.must("GET", readers, nil); a.str("asked") != "false" || a.len("items") != 0 {
		t.Errorf("%s", a.raw)
	}
	li.refused(403, "forbidden", "POST", readers, nil)
	admin.refused(404, "not.found", "POST", "/api/apps/blank/releases/9/readers", nil)
	find := func(a answer, user string) (there bool, read string) {
		for i := range a.len("items") {
			if at := "items." + string(rune('0'+i)); a.str(at+".id") == user {
				return true, a.str(at + ".read")
			}
		}
		return false, ""
	}
	a := admin.must("POST", readers, nil)
	if there, read := find(a, "rep.li"); !there || read != "" {
		t.Errorf("%s", a.raw)
	}
	if there, _ := find(a, "rep.chen"); there {
		t.Errorf("asked without a role: %s", a.raw)
	}
	if a := li.must("GET", "/api/readings", nil); a.len("items") != 1 || a.str("items.0.app") != "blank" || a.str("items.0.n") != "1" || a.str("items.0.by.id") != "admin" {
		t.Errorf("%s", a.raw)
	}
	if a := chen.must("GET", "/api/readings", nil); a.len("items") != 0 {
		t.Errorf("%s", a.raw)
	}
	chen.refused(404, "not.found", "POST", "/api/readings/blank/1/read", nil)
	li.refused(404, "not.found", "POST", "/api/readings/blank/2/read", nil)
	notices := li.must("GET", "/api/notices", nil).len("items")

	li.must("POST", "/api/readings/blank/1/read", nil)
	li.must("POST", "/api/readings/blank/1/read", nil)
	if a := li.must("GET", "/api/readings", nil); a.len("items") != 0 {
		t.Errorf("%s", a.raw)
	}
	// Who comes later is asked with the others; what was read stays read, and nobody is told twice.
	admin.must("PATCH", "/api/users/rep.chen", map[string]any{"roles": []string{role}})
	a = admin.must("POST", readers, nil)
	if _, read := find(a, "rep.li"); read != "2026-11-23T02:00:00.000Z" {
		t.Errorf("%s", a.raw)
	}
	if there, read := find(a, "rep.chen"); !there || read != "" {
		t.Errorf("%s", a.raw)
	}
	if n := li.must("GET", "/api/notices", nil).len("items"); n != notices || notices == 0 {
		t.Errorf("%d notices, then %d", notices, n)
	}

	// An older release is not asked for.
	draft := admin.must("GET", "/api/apps/blank/draft", nil)
	definition := draft.get("definition").(map[string]any)
	definition["name"] = map[string]any{"en": "Errands", "zh-CN": "事项", "zh-TW": "事項"}
	admin.must("PUT", "/api/apps/blank/draft", definition, "If-Match", draft.str("rev"))
	admin.must("POST", "/api/apps/blank/publish", map[string]any{"note": "renamed", "acceptWarnings": true})
	admin.refused(409, "conflict", "POST", readers, nil)
}
