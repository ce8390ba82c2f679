package server

import (
	"fmt"
	"testing"
)

// TestSavedViews: a view is kept once, seen by whom it is for, and changed by whom it is or by an admin.
func TestSavedViews(t *testing.T) {
	t.Parallel()
	w := open(t, true)
	w.install("b2b")
	li, chen, admin := w.as("rep.li"), w.as("rep.chen"), w.as("admin")
	const path, key = "/api/apps/b2b/forms/deal/views", "Idempotency-Key"
	look := object{"filters": `[["stage","in",["identify"]]]`, "where": "owner == me", "sort": []string{"-updatedAt"}, "columns": []string{"title", "stage"}}
	var own string
	for range 2 {
		own = li.must("POST", path, object{"name": " 我的鉴别 ", "look": look}, key, "one").str("id")
	}
	shared := li.must("POST", path, object{"name": "大家的", "shared": true, "look": look}, key, "two").str("id")
	a := li.must("GET", path, nil)
	if a.len("items") != 2 || a.str("items.0.name") != "大家的" || a.str("items.1.name") != "我的鉴别" || a.str("items.1.look.sort.0") != "-updatedAt" || a.str("items.1.can") != "true" {
		t.Errorf("kept: %s", a.raw)
	}
	a = chen.must("GET", path, nil)
	if a.len("items") != 1 || a.str("items.0.id") != shared || a.str("items.0.mine") != "false" || a.str("items.0.can") != "false" || a.str("items.0.owner.id") != "rep.li" {
		t.Errorf("somebody else has %s", a.raw)
	}
	if a := li.must("GET", "/api/apps/b2b/forms/account/views", nil); a.len("items") != 0 {
		t.Errorf("another form has %s", a.raw)
	}

	// Whose it is not, changes nothing; what one does not see is not there.
	changed := object{"name": "改过", "look": object{}}
	chen.refused(404, "not.found", "PUT", path+"/"+own, changed)
	chen.refused(403, "forbidden", "PUT", path+"/"+shared, changed)
	chen.refused(403, "forbidden", "DELETE", path+"/"+shared, nil)
	chen.must("DELETE", path+"/"+own, nil)
	admin.refused(404, "not.found", "PUT", path+"/"+own, changed)
	li.refused(404, "not.found", "PUT", "/api/apps/b2b/forms/account/views/"+own, changed)

	// Two windows: the later one is told.
	if a := li.must("PUT", path+"/"+own, object{"name": "改过", "shared": true, "look": object{"scope": "mine"}}, "If-Match", `"1"`); a.str("rev") != "2" || a.str("look.scope") != "mine" {
		t.Errorf("changed: %s", a.raw)
	}
	li.refused(412, "rev.changed", "PUT", path+"/"+own, changed, "If-Match", `"1"`)
	if a := chen.must("GET", path, nil); a.len("items") != 2 {
		t.Errorf("shared later: %s", a.raw)
	}
	for range 2 {
		admin.must("DELETE", path+"/"+own, nil)
	}
	if a := li.must("GET", path, nil); a.len("items") != 1 {
		t.Errorf("left: %s", a.raw)
	}

	li.refused(400, "bad.request", "POST", path, object{"name": "  ", "look": object{}})
	li.refused(400, "field.unknown", "POST", path, object{"name": "x", "look": object{"sort": []string{"nothing"}}})
	li.refused(400, "expr.unknownName", "POST", path, object{"name": "x", "look": object{"where": "nothing == 1"}})
	li.refused(404, "not.found", "GET", "/api/apps/b2b/forms/none/views", nil)
	for i := range 49 {
		li.must("POST", path, object{"name": fmt.Sprint("v", i), "look": object{}})
	}
	li.refused(422, "views.full", "POST", path, object{"name": "one more", "look": object{}})
}
