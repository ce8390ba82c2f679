package server

import (
	"encoding/json"
	"os"
	"testing"
)

// TestBulk: what a list offers for many records, and each answers for itself.
func TestBulk(t *testing.T) {
	t.Parallel()
	w := open(t, true)
	w.as("admin").must("POST", "/api/apps/import", object{"definition": json.RawMessage(`{"spec": "pipewright/1", "key": "notes", "name": "Notes", "timezone": "Asia/Shanghai",
		"currency": "CNY", "roles": [{"key": "rep", "name": "Rep"}, {"key": "boss", "name": "Boss"}],
		"forms": [{"key": "note", "name": "Note", "title": "{{ name }}",
		"fields": [{"key": "name", "type": "text", "name": "Name", "required": true}, {"key": "level", "type": "number", "name": "Level", "max": 9},
			{"key": "twice", "type": "number", "name": "Twice", "calc": "(level ?? 0) * 2"}],
		"grants": [{"role": "rep", "records": {"where": "level < 5"}, "do": ["read", "edit"], "readOnly": ["name"]}, {"role": "boss", "records": "all", "do": ["create", "read", "edit", "assign", "delete"]}]}]}`)})
	w.as("admin").must("POST", "/api/apps/notes/publish", object{"note": "one", "acceptWarnings": true})
	w.as("admin").must("PATCH", "/api/users/rep.li", object{"roles": []string{"notes/rep"}})
	w.as("admin").must("PATCH", "/api/users/mgr.wang", object{"roles": []string{"notes/boss"}})
	rep, boss := w.as("rep.li"), w.as("mgr.wang")
	if a := rep.must("GET", "/api/apps/notes/model", nil); a.len("edit.note") != 1 || a.str("edit.note.0") != "level" || a.len("assign") != 0 {
		t.Errorf("the rep is offered %s", a.raw)
	}
	if a := boss.must("GET", "/api/apps/notes/model", nil); a.len("edit.note") != 2 || a.str("assign.0") != "note" {
		t.Errorf("the boss is offered %s", a.raw)
	}
	const path, key = "/api/apps/notes/forms/note/bulk", "Idempotency-Key"
	put := func(name, level string) string {
		return boss.must("POST", "/api/apps/notes/forms/note/records", object{"data": object{"name": name, "level": level}}, key, name).str("id")
	}
	low, high := put("low", "1"), put("high", "7")
	for range 2 {
		a := rep.must("POST", path, object{"do": "edit", "items": []object{{"id": low, "rev": 1}, {"id": high, "rev": 1}}, "data": object{"level": "3"}}, key, "level")
		if a.str("items.0.ok") != "true" || a.str("items.1.error.code") != "not.found" {
			t.Errorf("edited: %s", a.raw)
		}
	}
	if a := boss.must("GET", "/api/records/"+low, nil); a.str("data.twice") != "6" || a.str("rev") != "2" {
		t.Errorf("the record is %s", a.raw)
	}
	if a := rep.must("POST", path, object{"do": "edit", "items": []object{{"id": low}}, "data": object{"name": "mine"}}, key, "name"); a.str("items.0.error.code") != "field.readOnly" || a.str("items.0.error.details.0.path") != "/data/name" {
		t.Errorf("a field that is not his: %s", a.raw)
	}
	if a := boss.must("POST", path, object{"do": "edit", "items": []object{{"id": low, "rev": 1}}, "data": object{"level": "4"}}, key, "late"); a.str("items.0.error.current.level.theirs") != "3" {
		t.Errorf("changed meanwhile: %s", a.raw)
	}
	if a := boss.must("POST", path, object{"do": "delete", "items": []object{{"id": low, "rev": 2}, {"id": high, "rev": 1}}}, key, "bin"); a.str("items.0.ok") != "true" || a.str("items.1.ok") != "true" {
		t.Errorf("deleted: %s", a.raw)
	}
	if a := boss.must("POST", path, object{"do": "restore", "items": []object{{"id": high}}}, key, "back"); a.str("items.0.ok") != "true" {
		t.Errorf("taken back: %s", a.raw)
	}
	if a := boss.must("GET", "/api/apps/notes/forms/note/records", nil); a.len("items") != 1 {
		t.Errorf("left are %s", a.raw)
	}
	boss.refused(400, "bad.request", "POST", path, object{"do": "create", "items": []object{{"id": low}}}, key, "create")
	boss.refused(400, "bad.request", "POST", path, object{"do": "delete", "items": []object{}}, key, "none")
}

// TestBulkPicks: whom many moves leave to be picked, as the dialog reads it, and the moves with who was picked.
func TestBulkPicks(t *testing.T) {
	t.Parallel()
	w := open(t, true)
	app, err := os.ReadFile("../engine/testdata/picks.json")
	if err != nil {
		t.Fatal(err)
	}
	w.as("admin").must("POST", "/api/apps/import", object{"definition": json.RawMessage(app)})
	w.as("admin").must("POST", "/api/apps/picks/publish", object{"note": "one", "acceptWarnings": true})
	w.as("admin").must("PATCH", "/api/users/rep.li", object{"roles": []string{"picks/rep"}})
	w.as("admin").must("PATCH", "/api/users/fin.zhao", object{"roles": []string{"picks/finance"}})
	rep := w.as("rep.li")
	const path, key = "/api/apps/picks/forms/paper/bulk", "Idempotency-Key"
	var chosen []object
	for _, amount := range []string{"500", "50"} {
		id := rep.must("POST", "/api/apps/picks/forms/paper/records", object{"data": object{"name": amount, "amount": object{"amount": amount}}}, key, amount).str("id")
		chosen = append(chosen, object{"id": id})
	}
	a := rep.must("POST", path+"/picks", object{"transition": "sign", "items": chosen})
	if a.len("items") != 2 || a.str("items.0.key") != "money" || a.str("items.0.count") != "1" || a.str("items.0.from.0.id") != "fin.zhao" || a.str("items.0.from.0.count") != "1" ||
		a.str("items.1.key") != "peer" || a.str("items.1.count") != "2" || a.str("items.1.from") != "" {
		t.Errorf("to be picked are %s", a.raw)
	}
	if a := w.as("rep.chen").must("POST", path+"/picks", object{"transition": "sign", "items": chosen}); a.len("items") != 0 {
		t.Errorf("who may not see them is told %s", a.raw)
	}
	rep.refused(400, "bad.request", "POST", path+"/picks", object{"transition": "sign", "items": []object{}})
	a = rep.must("POST", path, object{"do": "move", "transition": "sign", "items": chosen, "pick": object{"money": []string{"fin.zhao"}, "peer": []string{"rep.chen"}}}, key, "sign")
	if a.str("items.0.ok") != "true" || a.str("items.1.ok") != "true" {
		t.Errorf("moved: %s", a.raw)
	}
}
