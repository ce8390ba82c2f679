package server

import (
	"net/http"
	"strings"
	"testing"
)

// TestDraftFromAFolder: a folder changed by hand says what it would change in the draft, and where in which file it is wrong; nothing is kept.
func TestDraftFromAFolder(t *testing.T) {
	t.Parallel()
	w := open(t, true)
	admin := w.as("admin")
	head := "{\n  \"spec\": \"pipewright/1\",\n  \"key\": \"shop\",\n  \"name\": \"Shop\",\n  \"languages\": [\"en\"],\n  \"roles\": [{\"key\": \"rep\", \"name\": \"Rep\"}]\n}"
	part := "{\n  \"forms\": [\n    {\n      \"key\": \"deal\",\n      \"name\": \"Deal\",\n      \"fields\": [{\"key\": \"name\", \"type\": \"text\", \"name\": \"NAME\"}],\n      \"title\": \"{{ name }}\"\n    }\n  ]\n}"
	files := func(head, part string) object {
		return object{"files": map[string]string{"shop/app.json": head, "shop/processes/deal.json": part, "shop/README.md": "# Shop"}}
	}
	admin.must("POST", "/api/apps/import", files(head, part))
	before := admin.must("GET", "/api/apps/shop/draft", nil)
	read := func(body any, status int) answer {
		t.Helper()
		a := admin.send("POST", "/api/apps/shop/draft/read", body)
		if a.status != status {
			t.Errorf("%d, want %d: %.600s", a.status, status, a.raw)
		}
		return a
	}
	if a := read(files(head, part), http.StatusOK); a.len("changes") != 0 || a.str("definition.forms.0.key") != "deal" {
		t.Errorf("unchanged: %s", a.raw)
	}
	a := read(files(head, strings.Replace(strings.Replace(part, "NAME", "Company", 1), "{{ name }}", "{{ nam }}", 1)), http.StatusOK)
	if a.len("changes") != 2 || !strings.Contains(string(a.raw), "processes/deal.json, line 7: ") {
		t.Errorf("changed: %s", a.raw)
	}
	for want, body := range map[string]any{
		"processes/deal.json, line 4: ": files(head, strings.Replace(part, `"key": "deal"`, `"kye": "deal"`, 1)),
		"processes/deal.json, line 6: ": files(head, strings.Replace(part, `"NAME"}]`, `"NAME"]`, 1)),
		"app.json, line 5: ":            files(strings.Replace(head, `"languages": ["en"]`, `"languages": "en"`, 1), part),
		"There is no app.json here":     object{"files": map[string]string{"README.md": "#"}},
		"This is the app “other”":       files(strings.Replace(head, `"shop"`, `"other"`, 1), part),
		"Line 3: ":                      "{\n  \"spec\": \"pipewright/1\",\n  \"kye\": \"shop\"\n}",
		"Line 2: ":                      "{\n  \"spec\": }",
	} {
		if a := read(body, http.StatusBadRequest); !strings.Contains(string(a.raw), want) {
			t.Errorf("want %q: %s", want, a.raw)
		}
	}
	if after := admin.must("GET", "/api/apps/shop/draft", nil); after.str("rev") != before.str("rev") {
		t.Errorf("the draft was saved: %s", after.raw)
	}
	admin.refused(404, "not.found", "POST", "/api/apps/other/draft/read", files(strings.Replace(head, `"shop"`, `"other"`, 1), part))
	w.as("rep.li").refused(403, "forbidden", "POST", "/api/apps/shop/draft/read", files(head, part))
}
