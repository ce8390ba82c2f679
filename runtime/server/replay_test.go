package server

import "testing"

// TestReplayOfADraft: an admin holds an automation that is not published against what has happened; nobody else may.
func TestReplayOfADraft(t *testing.T) {
	t.Parallel()
	w := open(t, true)
	w.install("b2b")
	admin := w.as("admin")
	def := admin.must("GET", "/api/apps/b2b/draft", nil).get("definition").(map[string]any)
	def["automations"] = append(def["automations"].([]any), map[string]any{"key": "fresh", "name": "Fresh", "on": map[string]any{"created": "account"},
		"do": []any{map[string]any{"notify": map[string]any{"to": map[string]any{"field": "owner"}, "text": "x"}}}})
	w.as("rep.li").must("POST", "/api/apps/b2b/forms/account/records", object{"data": object{"name": "Replay"}}, "Idempotency-Key", "r1")
	a := admin.must("POST", "/api/apps/b2b/draft/replay", object{"definition": def, "automation": "fresh"})
	if a.str("how") != "events" || a.str("count") != "1" || a.str("days.29") != "1" || a.str("found") != "1" {
		t.Errorf("replayed: %s", a.raw)
	}
	admin.refused(404, "not.found", "POST", "/api/apps/b2b/draft/replay", object{"automation": "fresh"})
	w.as("rep.li").refused(403, "forbidden", "POST", "/api/apps/b2b/draft/replay", object{"definition": def, "automation": "fresh"})
}

// TestTriggersOfADraft: an automation that sets itself off is marked, in a draft that is not saved.
func TestTriggersOfADraft(t *testing.T) {
	t.Parallel()
	w := open(t, true)
	w.install("b2b")
	admin := w.as("admin")
	def := object{"spec": "pipewright/1", "key": "b2b", "name": "B", "forms": []object{{"key": "f", "name": "F", "fields": []object{{"key": "n", "name": "N", "type": "number"}}}},
		"automations": []object{{"key": "again", "name": "Again", "on": object{"updated": "f"}, "do": []object{{"set": object{"n": "n + 1"}}}}}}
	a := admin.must("POST", "/api/apps/b2b/draft/triggers", object{"definition": def})
	if a.len("items") != 1 || a.str("items.0.from") != "again" || a.str("items.0.to") != "again" || a.str("items.0.loop") != "true" || a.str("items.0.path") != "/automations/again/do/0" {
		t.Errorf("triggers: %s", a.raw)
	}
	if saved := admin.must("POST", "/api/apps/b2b/draft/triggers", object{}); saved.len("items") == 0 {
		t.Errorf("of the saved draft: %s", saved.raw)
	}
	w.as("rep.li").refused(403, "forbidden", "POST", "/api/apps/b2b/draft/triggers", object{})
}
