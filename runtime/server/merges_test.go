package server

import (
	"encoding/json"
	"testing"
)

// Two records are merged, found under either address, and taken apart again.
func TestMergeRecords(t *testing.T) {
	t.Parallel()
	w := open(t, true)
	admin := w.as("admin")
	admin.must("POST", "/api/apps/import", map[string]any{"definition": json.RawMessage(`{"spec": "pipewright/1", "key": "case", "name": "Cases", "languages": ["en"], "timezone": "UTC", "currency": "EUR",
		"roles": [{"key": "rep", "name": "Rep"}, {"key": "boss", "name": "Boss"}],
		"forms": [{"key": "item", "name": "Item", "title": "{{ name }}", "fields": [
			{"key": "name", "type": "text", "name": "Name", "required": true}, {"key": "phone", "type": "text", "name": "Phone"}, {"key": "like", "type": "reference", "form": "item", "name": "Like"}],
		"unique": [{"key": "name", "on": ["name"], "mode": "warn"}],
		"grants": [{"role": "rep", "records": "all", "do": ["create", "read", "edit"]}, {"role": "boss", "records": "all", "do": ["read", "edit", "assign", "delete"]}]}]}`)})
	admin.must("POST", "/api/apps/case/publish", map[string]any{"note": "first", "acceptWarnings": true})
	for user, role := range map[string]string{"rep.li": "case/rep", "mgr.wang": "case/boss"} {
		admin.must("PATCH", "/api/users/"+user, map[string]any{"roles": []string{role}})
	}
	rep, boss := w.as("rep.li"), w.as("mgr.wang")
	item := func(data map[string]any) string {
		return rep.must("POST", "/api/apps/case/forms/item/records", map[string]any{"data": data}).str("id")
	}
	stays, goes := item(map[string]any{"name": "Acme"}), item(map[string]any{"name": "ACME", "phone": "138"})
	points := item(map[string]any{"name": "other", "like": goes})
	settle := func() {
		for n := 1; n > 0; {
			var err error
			if n, err = w.server.Engine.RunDue(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	}
	ask := map[string]any{"other": goes, "take": []string{"phone"}}

	// Likely duplicates are told of to who may merge, and taken apart by him.
	const dup = "/api/apps/case/forms/item/duplicates"
	rep.refused(403, "forbidden", "GET", dup, nil)
	rep.refused(403, "forbidden", "POST", dup, map[string]any{})
	boss.refused(404, "not.found", "GET", "/api/apps/case/forms/none/duplicates", nil)
	if before := boss.must("GET", dup, nil); before.str("scan.state") != "" || before.len("items") != 0 {
		t.Errorf("%s", before.raw)
	}
	boss.must("POST", dup, map[string]any{})
	settle()
	found := boss.must("GET", dup, nil)
	if found.str("scan.state") != "done" || found.str("scan.seen") != "3" || found.len("items.0.records") != 2 || found.str("items.0.reasons.0.on.0") != "name" || found.str("items.0.records.0.can.merge") != "true" {
		t.Errorf("%s", found.raw)
	}
	boss.refused(400, "bad.request", "POST", dup+"/apart", map[string]any{"records": []string{stays}})
	boss.must("POST", dup+"/apart", map[string]any{"records": []string{stays, goes}})
	if after := boss.must("GET", dup, nil); after.len("items") != 0 {
		t.Errorf("%s", after.raw)
	}
	if marks := boss.must("GET", dup+"/apart", nil); marks.len("items") != 1 || marks.len("items.0.records") != 2 || marks.str("items.0.back") != "true" || marks.str("items.0.by.name") == "" || marks.str("items.0.at") == "" {
		t.Errorf("%s", marks.raw)
	}
	rep.refused(403, "forbidden", "GET", dup+"/apart", nil)

	rep.refused(403, "forbidden", "POST", "/api/records/"+stays+"/merge", ask, "Idempotency-Key", "a")
	boss.refused(412, "rev.changed", "POST", "/api/records/"+stays+"/merge", map[string]any{"other": goes, "otherRev": 7}, "Idempotency-Key", "b")
	boss.refused(400, "field.unknown", "POST", "/api/records/"+stays+"/merge", map[string]any{"other": goes, "take": []string{"nothing"}}, "Idempotency-Key", "c")
	m := boss.must("POST", "/api/records/"+stays+"/merge", ask, "Idempotency-Key", "d")
	if again := boss.must("POST", "/api/records/"+stays+"/merge", ask, "Idempotency-Key", "d"); again.str("id") != m.str("id") {
		t.Errorf("the same again is another: %s", again.raw)
	}
	boss.refused(422, "op.reused", "POST", "/api/records/"+stays+"/merge", map[string]any{"other": goes, "take": []string{}}, "Idempotency-Key", "d")
	settle()
	m = boss.must("GET", "/api/merges/"+m.str("id"), nil)
	if m.str("state") != "done" || m.str("counts.repointed") != "1" || m.str("undoUntil") == "" {
		t.Errorf("%s", m.raw)
	}
	one := rep.must("GET", "/api/records/"+stays, nil)
	if one.str("data.name") != "Acme" || one.str("data.phone") != "138" || one.str("takenUp") != "1" || rep.must("GET", "/api/records/"+goes, nil).str("mergedInto") != stays ||
		rep.must("GET", "/api/records/"+points, nil).str("data.like.id") != stays {
		t.Errorf("%s", one.raw)
	}
	if list := rep.must("GET", "/api/records/"+stays+"/merges", nil); list.str("items.0.record.title") != "ACME" {
		t.Errorf("%s", list.raw)
	}
	rep.refused(409, "record.merged", "PATCH", "/api/records/"+goes, map[string]any{"data": map[string]any{"name": "x"}}, "If-Match", "9")
	rep.refused(403, "forbidden", "POST", "/api/merges/"+m.str("id")+"/undo", nil)
	boss.must("POST", "/api/merges/"+m.str("id")+"/undo", nil)
	settle()
	if m = boss.must("GET", "/api/merges/"+m.str("id"), nil); m.str("state") != "undone" {
		t.Errorf("%s", m.raw)
	}
	if rep.must("GET", "/api/records/"+points, nil).str("data.like.id") != goes || rep.must("GET", "/api/records/"+stays, nil).str("data.phone") != "" {
		t.Error("not as it was")
	}
}
