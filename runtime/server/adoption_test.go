package server

import (
	"encoding/json"
	"testing"
	"time"
)

// What people did in the last days is told to admins and, of their own people, to managers: what is theirs and nothing that came by itself.
func TestAdoption(t *testing.T) {
	t.Parallel()
	w := open(t, true)
	admin := w.as("admin")
	admin.must("POST", "/api/apps/import", map[string]any{"definition": json.RawMessage(`{"spec": "pipewright/1", "key": "case", "name": "Cases", "languages": ["en"], "timezone": "UTC", "currency": "EUR",
		"roles": [{"key": "rep", "name": "Rep"}],
		"forms": [{"key": "item", "name": "Item", "title": "{{ name }}", "fields": [{"key": "name", "type": "text", "name": "Name", "required": true}],
			"grants": [{"role": "rep", "records": "all", "do": ["create", "read", "edit"]}]}],
		"processes": [{"key": "work", "form": "item", "name": "Work", "start": "todo",
			"stages": [{"key": "todo", "name": "To do", "due": "P2D", "activities": [{"key": "call", "name": "Call", "who": {"expr": "owner"}}]}, {"key": "done", "name": "Done", "end": "done"}],
			"transitions": [{"key": "end", "from": ["todo"], "to": "done", "name": "End"}]}]}`)})
	admin.must("POST", "/api/apps/case/publish", map[string]any{"note": "first", "acceptWarnings": true})
	admin.must("PATCH", "/api/users/rep.li", map[string]any{"roles": []string{"case/rep"}})
	li := w.as("rep.li")
	var ids []string
	for _, name := range []string{"a", "b", "c"} {
		ids = append(ids, li.must("POST", "/api/apps/case/forms/item/records", map[string]any{"data": map[string]any{"name": name}}).str("id"))
	}
	li.must("POST", "/api/records/"+ids[0]+"/activities/call", map[string]any{"done": true})
	li.must("POST", "/api/records/"+ids[0]+"/transitions/end", nil)
	w.as("rep.li") // the same day
	w.clock.add(25 * time.Hour)
	w.as("rep.li")
	of := func(c *client, user, query string) answer {
		a := c.must("GET", "/api/adoption"+query, nil)
		for i := range a.len("items") {
			at := "items." + string(rune('0'+i))
			if a.str(at+".user.id") == user {
				return answer{t, a.status, a.header, must(json.Marshal(a.get(at)))}
			}
		}
		t.Fatalf("%s is not among %s", user, a.raw)
		return answer{}
	}
	admin = w.as("admin")
	if a := of(admin, "rep.li", ""); a.str("made") != "3" || a.str("moved") != "1" || a.str("done") != "1" || a.str("days") != "2" || a.str("overdue") != "0" || a.str("last") != "2026-11-24T03:00:00.000Z" {
		t.Errorf("%s", a.raw)
	}
	w.clock.add(48 * time.Hour)
	admin, li = w.as("admin"), w.as("rep.li")
	if a := of(admin, "rep.li", "?days=1"); a.str("made") != "0" || a.str("moved") != "0" || a.str("days") != "1" || a.str("overdue") != "2" {
		t.Errorf("%s", a.raw)
	}
	wang := w.as("mgr.wang")
	if a := of(wang, "rep.li", ""); a.str("made") != "3" {
		t.Errorf("%s", a.raw)
	}
	all := wang.must("GET", "/api/adoption", nil)
	for i := range all.len("items") {
		if id := all.str("items." + string(rune('0'+i)) + ".user.id"); id == "mgr.wang" || id == "admin" {
			t.Errorf("a manager is told of %s", id)
		}
	}
	first := admin.must("GET", "/api/adoption?limit=1", nil)
	if second := admin.must("GET", "/api/adoption?limit=1&after="+first.str("next"), nil); first.len("items") != 1 || second.str("items.0.user.id") <= first.str("items.0.user.id") {
		t.Errorf("%s %s", first.raw, second.raw)
	}
	li.refused(403, "forbidden", "GET", "/api/adoption", nil)
	admin.refused(400, "bad.request", "GET", "/api/adoption?days=91", nil)
}

func must(raw []byte, err error) []byte {
	if err != nil {
		panic(err)
	}
	return raw
}
