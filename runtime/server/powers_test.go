package server

import (
	"strings"
	"testing"
)

// TestPowersAreGranted: a draft that reaches further than the live release is published by who operates, or after he has granted it; what was granted is no
// more than what was asked.
func TestPowersAreGranted(t *testing.T) {
	t.Parallel()
	w := open(t, true)
	w.install("b2b")
	admin, designs, operates := w.as("admin"), w.as("mgr.wang"), w.as("ops.wu")
	admin.must("PATCH", "/api/users/mgr.wang", object{"rights": []string{"design"}})
	admin.must("PATCH", "/api/users/ops.wu", object{"rights": []string{"operate"}})
	const app = "/api/apps/b2b"
	save := func(change func(def map[string]any)) {
		t.Helper()
		draft := designs.must("GET", app+"/draft", nil)
		def := draft.get("definition").(map[string]any)
		change(def)
		designs.must("PUT", app+"/draft", def, "If-Match", draft.header.Get("ETag"))
	}
	calls := func(key, url string) func(map[string]any) {
		return func(def map[string]any) {
			list, _ := def["automations"].([]any)
			def["automations"] = append(list, map[string]any{"key": key, "name": map[string]any{"zh-CN": key, "zh-TW": key, "en": key}, "on": map[string]any{"created": "account"}, "do": []any{map[string]any{"http": map[string]any{"url": url}}}})
		}
	}
	publish := object{"acceptWarnings": true}
	release := designs.must("POST", app+"/publish", publish).str("release")

	save(calls("one", "https://one.example/in"))
	a := designs.refused(403, "grant.needed", "POST", app+"/publish", publish)
	if !strings.Contains(string(a.raw), "https://one.example") || a.str("error.details.0.path") != "/automations/one/do/0/http" {
		t.Errorf("what is asked for is not told: %s", a.raw)
	}
	if a := designs.must("GET", app+"/powers", nil); a.str("needed") != "true" || a.len("new") != 1 || a.str("new.0.granted") != "false" || a.get("asked") != nil {
		t.Errorf("before it is asked: %s", a.raw)
	}
	if a := operates.must("GET", "/api/powers", nil); a.len("items") != 0 {
		t.Errorf("waiting: %s", a.raw)
	}
	designs.must("POST", app+"/powers", object{"note": "The shop needs it"})
	a = operates.must("GET", "/api/powers", nil)
	if a.len("items") != 1 || a.str("items.0.app") != "b2b" || a.str("items.0.by.id") != "mgr.wang" || a.str("items.0.note") != "The shop needs it" || a.str("items.0.powers.0.key") != "host https://one.example" {
		t.Errorf("waiting: %s", a.raw)
	}
	if a := operates.must("GET", "/api/health", nil); !strings.Contains(string(a.raw), "powers.asked") {
		t.Error("health does not tell of it")
	}
	told := func(who *client, want string) {
		t.Helper()
		if a := who.must("GET", "/api/notices", nil); !strings.Contains(string(a.raw), want) {
			t.Errorf("told: %s", a.raw)
		}
	}
	told(operates, "asks for new powers for the app “B2B sales” (1)")
	told(admin, "asks for new powers")
	designs.refused(403, "grant.needed", "POST", app+"/publish", publish)
	designs.refused(403, "forbidden", "POST", app+"/powers/answer", object{"grant": true, "keys": []string{"host https://one.example"}})
	operates.refused(409, "conflict", "POST", app+"/powers/answer", object{"grant": true, "keys": []string{}})

	// Refused, with a reason that the draft tells; asked anew, with one more, and granted.
	operates.must("POST", app+"/powers/answer", object{"grant": false, "keys": []string{"host https://one.example"}, "reason": "Not this one"})
	told(designs, "refused the new powers that you asked for the app “B2B sales”: Not this one")
	if a := designs.must("GET", app+"/powers", nil); a.str("asked.answer") != "refused" || a.str("asked.reason") != "Not this one" || a.str("asked.answerer.id") != "ops.wu" || a.str("needed") != "true" {
		t.Errorf("refused: %s", a.raw)
	}
	designs.refused(403, "grant.needed", "POST", app+"/publish", publish)
	operates.refused(404, "not.found", "POST", app+"/powers/answer", object{"grant": true, "keys": []string{"host https://one.example"}})
	designs.must("POST", app+"/powers", object{"note": "Please"})
	seen := []string{"host https://one.example"}
	save(calls("two", "https://two.example/in"))
	designs.must("POST", app+"/powers", object{"note": "And two"})
	operates.refused(409, "conflict", "POST", app+"/powers/answer", object{"grant": true, "keys": seen})
	operates.must("POST", app+"/powers/answer", object{"grant": true, "keys": append(seen, "host https://two.example")})
	told(designs, "granted the new powers that you asked for the app “B2B sales”")
	save(calls("three", "https://three.example/in")) // after the grant
	designs.refused(403, "grant.needed", "POST", app+"/publish", publish)
	save(func(def map[string]any) {
		list := def["automations"].([]any)
		def["automations"] = list[:len(list)-1]
	})
	if a := designs.must("GET", app+"/powers", nil); a.str("needed") != "false" || a.str("asked.answer") != "granted" {
		t.Errorf("granted: %s", a.raw)
	}
	designs.must("POST", app+"/publish", publish)
	if a := designs.must("GET", app+"/powers", nil); a.len("new") != 0 || a.get("asked") != nil {
		t.Errorf("published: %s", a.raw)
	}

	// Going back is a publish too: what has been given up meanwhile is asked for again. Who operates and designs needs to ask nobody.
	latest := designs.must("GET", app+"/releases", nil).str("items.0.n")
	designs.must("POST", app+"/releases/"+release+"/restore", nil)
	designs.refused(403, "grant.needed", "POST", app+"/releases/"+latest+"/restore", nil)
	admin.must("POST", app+"/releases/"+latest+"/restore", nil)
}
