package server

import "testing"

// TestScenariosOfADraft: the scenarios are run before publishing, with what failed at its step and what none of them walked.
func TestScenariosOfADraft(t *testing.T) {
	t.Parallel()
	w := open(t, true)
	w.install("blank")
	admin := w.as("admin")
	a := admin.must("POST", "/api/apps/blank/draft/tests", object{})
	if a.str("failed") != "0" || a.str("passed") != "2" || a.str("coverage.0.kind") != "stages" || a.str("coverage.0.of") != a.str("coverage.0.walked") {
		t.Errorf("as it is: %s", a.raw)
	}
	def := admin.must("GET", "/api/apps/blank/draft", nil).get("definition").(map[string]any)
	tests := def["tests"].([]any)
	def["tests"] = tests[:1]
	tests[0].(map[string]any)["steps"].([]any)[0].(map[string]any)["expect"].(map[string]any)["stage"] = "done"
	a = admin.must("POST", "/api/apps/blank/draft/tests", object{"definition": def})
	if a.str("failed") != "1" || a.str("tests.0.passed") != "false" || a.str("tests.0.problems.0.path") != "/tests/0/steps/0/expect/stage" {
		t.Errorf("with a wrong expectation: %s", a.raw)
	}
	if a.str("coverage.3.kind") != "automations" || a.str("coverage.3.missed.0.path") != "/automations/stale" {
		t.Errorf("what is not walked: %s", a.raw)
	}
	delete(def, "forms")
	admin.refused(422, "check.failed", "POST", "/api/apps/blank/draft/tests", object{"definition": def})
	w.as("rep.li").refused(403, "forbidden", "POST", "/api/apps/blank/draft/tests", object{})
}
