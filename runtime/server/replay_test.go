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
