package server

import (
	"encoding/json"
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
	li.refused(422, "op.reused", "POST", path, object{"name": "另一个", "look": look}, key, "one")
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

// TestSavedViewsCarried: a view goes on through a release that renames what it names, and says what is gone.
func TestSavedViewsCarried(t *testing.T) {
	t.Parallel()
	w := open(t, true)
	admin := w.as("admin")
	publish := func(fields, stages, etag string) {
		t.Helper()
		def := json.RawMessage(`{"spec": "pipewright/1", "key": "notes", "name": "Notes", "timezone": "Asia/Shanghai", "currency": "CNY",
			"roles": [{"key": "rep", "name": "Rep"}, {"key": "boss", "name": "Boss"}],
			"forms": [{"key": "note", "name": "Note", "title": "{{ name }}", "fields": [{"key": "name", "type": "text", "name": "Name", "required": true}, ` + fields + `],
				"grants": [{"role": "rep", "records": "all", "do": ["create", "read", "edit"], "hide": ["secret"]}, {"role": "boss", "records": "all", "do": ["create", "read", "edit"]}]}],
			"processes": [{"key": "note", "form": "note", "name": "Note", "start": "open", "stages": [` + stages + `], "transitions": [{"key": "on", "from": ["*"], "to": "done", "name": "On"}]}]}`)
		if etag == "" {
			admin.must("POST", "/api/apps/import", object{"definition": def})
		} else {
			admin.must("PUT", "/api/apps/notes/draft", def, "If-Match", etag)
		}
		admin.must("POST", "/api/apps/notes/publish", object{"note": "one", "acceptWarnings": true})
	}
	const end = `, {"key": "done", "name": "Done", "end": "done"}`
	publish(`{"key": "a", "type": "number", "name": "Size"}, {"key": "b", "type": "number", "name": "Weight"}, {"key": "c", "type": "number", "name": "Price"},
		{"key": "d", "type": "number", "name": "Depth"}, {"key": "secret", "type": "number", "name": "Margin"},
		{"key": "rows", "type": "table", "name": "Rows", "fields": [{"key": "part", "type": "text", "name": "Part"}, {"key": "old", "type": "text", "name": "Old"}]}`,
		`{"key": "open", "name": "Open"}, {"key": "talk", "name": "Talk"}, {"key": "wait", "name": "Wait"}`+end, "")
	w.as("admin").must("PATCH", "/api/users/rep.li", object{"roles": []string{"notes/rep"}})
	w.as("admin").must("PATCH", "/api/users/mgr.wang", object{"roles": []string{"notes/boss"}})
	boss, rep := w.as("mgr.wang"), w.as("rep.li")
	const path = "/api/apps/notes/forms/note/views"
	keep := func(name string, look object) {
		boss.must("POST", path, object{"name": name, "shared": true, "look": look})
	}
	keep("1", object{"filters": `[["a","atLeast","3"],["stage","in",["talk","wait"]],["c","atMost","9"],["d","is","1"]]`, "where": "a > 2 and b < 5 and stage != 'talk'", "sort": []string{"-a", "c"}, "columns": []string{"title", "b", "c", "stage"}})
	keep("2", object{"where": "c > 1 or a > 1", "title": "Dear ones", "view": "nothing"})
	keep("3", object{"filters": `[["secret","atLeast","3"]]`, "where": "secret > 1", "sort": []string{"secret"}, "columns": []string{"secret", "name"}})
	keep("4", object{"filters": `[["rows.part","is","x"],["rows.old","is","x"]]`, "where": "any(rows, .part == 'part')"})
	keep("5", object{"where": "any(rows, .part == 'x' and .old == 'y')", "title": "Old ones"})
	told := func(a answer, i int) string {
		out := ""
		for k := range a.len(fmt.Sprintf("items.%d.dropped", i)) {
			out += a.str(fmt.Sprintf("items.%d.dropped.%d.what", i, k)) + " " + a.str(fmt.Sprintf("items.%d.dropped.%d.name", i, k)) + "; "
		}
		return out
	}
	if a := boss.must("GET", path, nil); told(a, 0)+told(a, 2) != "" || told(a, 1) != "view nothing; " {
		t.Errorf("before anything is gone: %s", a.raw)
	}

	// a and b are renamed, c is gone, d holds something else, and a stage is renamed.
	draft := admin.must("GET", "/api/apps/notes/draft", nil)
	publish(`{"key": "size", "was": ["a"], "type": "number", "name": "Size"}, {"key": "mass", "was": ["b"], "type": "number", "name": "Weight"},
		{"key": "d", "type": "date", "name": "Depth"}, {"key": "secret", "type": "number", "name": "Margin"},
		{"key": "lines", "was": ["rows"], "type": "table", "name": "Rows", "fields": [{"key": "item", "was": ["part"], "type": "text", "name": "Part"}]}`,
		`{"key": "open", "name": "Open"}, {"key": "speak", "was": ["talk"], "name": "Talk"}`+end, draft.header.Get("ETag"))
	a := boss.must("GET", path, nil)
	for at, want := range map[string]string{
		"items.0.look.filters": `[["size","atLeast","3"],["stage","in",["speak"]]]`, "items.0.look.where": "size > 2 and mass < 5 and stage != 'speak'",
		"items.0.look.sort.0": "-size", "items.0.look.columns.1": "mass", "items.0.look.columns.2": "stage",
		"items.1.look.where": "", "items.1.look.title": "", "items.2.look.where": "secret > 1",
		"items.3.look.filters": `[["lines.item","is","x"]]`, "items.3.look.where": "any(lines, .item == 'part')", "items.4.look.where": "",
	} {
		if got := a.str(at); got != want {
			t.Errorf("%s: got %s, want %s", at, got, want)
		}
	}
	if got, want := told(a, 0), "filter stage; filter Price; filter Depth; sort Price; column Price; "; got != want {
		t.Errorf("dropped: %s, want %s", got, want)
	}
	if got, want := told(a, 1), "condition Dear ones; view nothing; "; got != want {
		t.Errorf("dropped: %s, want %s", got, want)
	}
	if got, want := told(a, 3)+told(a, 4), "filter Old; condition Old ones; "; got != want {
		t.Errorf("dropped: %s, want %s", got, want)
	}
	// Who does not see a field neither filters nor sorts by it: he is told, instead of a list that is refused.
	a = rep.must("GET", path, nil)
	if got, want := told(a, 2), "filter Margin; condition secret > 1; sort Margin; "; got != want || a.str("items.2.look.filters") != "" || a.str("items.2.look.columns.0") != "secret" {
		t.Errorf("dropped for the rep: %s, want %s; %s", got, want, a.raw)
	}
	// Kept anew as it is now, nothing is missing from it.
	first := "items.0."
	a = boss.must("GET", path, nil)
	boss.must("PUT", path+"/"+a.str(first+"id"), object{"name": "1", "shared": true, "look": object{"filters": a.str(first + "look.filters"), "where": a.str(first + "look.where"), "sort": []string{a.str(first + "look.sort.0")}}})
	if a := boss.must("GET", path, nil); told(a, 0) != "" || a.str(first+"look.where") != "size > 2 and mass < 5 and stage != 'speak'" {
		t.Errorf("kept anew: %s", a.raw)
	}
}
