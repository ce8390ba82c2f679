package server

import (
	"strings"
	"testing"
)

// TestRightsAreApart: who has one of the two does with it what it is for, gives and takes no more than he has, and gets at nobody who has more.
func TestRightsAreApart(t *testing.T) {
	t.Parallel()
	w := open(t, true)
	w.install("b2b")
	admin, designs, operates := w.as("admin"), w.as("mgr.wang"), w.as("ops.wu")
	users := func(id string) string { return "/api/users/" + id }
	if a := admin.must("PATCH", users("mgr.wang"), object{"rights": []string{"design"}}); strings.Contains(string(a.raw), `"admin":true`) || !strings.Contains(string(a.raw), `"rights":["design"]`) {
		t.Errorf("who designs: %s", a.raw)
	}
	admin.must("PATCH", users("ops.wu"), object{"rights": []string{"operate"}})
	can := func(c *client, want string) {
		t.Helper()
		if a := c.must("GET", "/api/me", nil); !strings.Contains(string(a.raw), want) {
			t.Errorf("%.600s\nwant %s", a.raw, want)
		}
	}
	can(designs, `"can":{"design":true,"operate":false,"people":false,`)
	can(operates, `"can":{"design":false,"operate":true,"people":true,`)
	can(admin, `"can":{"design":true,"operate":true,"people":true,`)

	// Of his own he does everything.
	draft := designs.must("GET", "/api/apps/b2b/draft", nil)
	if draft.status != 200 || designs.must("POST", "/api/apps/b2b/publish", object{"acceptWarnings": true}).status != 200 {
		t.Error("who designs does not publish")
	}
	operates.must("PATCH", users("rep.li"), object{"team": "sales", "roles": []string{"b2b/rep"}})
	operates.must("POST", "/api/users", object{"username": "neu", "name": "Neu", "password": "a-long-password", "rights": []string{"operate"}})

	refused := func(c *client, method, path string, body object) {
		t.Helper()
		if a := c.send(method, path, body); a.status != 403 || a.str("error.code") != "forbidden" {
			t.Errorf("%s %s %v: %d %s", method, path, body, a.status, a.raw)
		}
	}
	for _, body := range []object{{"rights": []string{"design"}}, {"rights": []string{"design", "operate"}}, {"admin": true}} {
		refused(operates, "PATCH", users("rep.li"), body)
		refused(operates, "PATCH", users("ops.wu"), body)
		body["username"], body["name"], body["password"] = "neu2", "Neu", "a-long-password"
		refused(operates, "POST", "/api/users", body)
	}
	for _, id := range []string{"admin", "mgr.wang"} { // whose password, mail or account would be theirs
		for _, body := range []object{{"password": "another-password"}, {"active": false}, {"rights": []string{}}, {"email": "x@example.com"}} {
			refused(operates, "PATCH", users(id), body)
		}
		refused(operates, "DELETE", users(id)+"/totp", nil)
		refused(operates, "POST", users(id)+"/leave", object{"successor": "rep.li"})
	}
	if a := admin.send("PATCH", users("rep.li"), object{"rights": []string{"fly"}}); a.status != 400 || !strings.Contains(string(a.raw), "/rights/0") {
		t.Errorf("no such right: %d %s", a.status, a.raw)
	}

	// Both make an admin, and an admin who loses one keeps the other.
	if a := admin.must("PATCH", users("mgr.wang"), object{"rights": []string{"operate", "design"}}); !strings.Contains(string(a.raw), `"admin":true`) {
		t.Errorf("both: %s", a.raw)
	}
	if a := designs.must("PATCH", users("mgr.wang"), object{"rights": []string{"operate"}}); !strings.Contains(string(a.raw), `"admin":false,"rights":["operate"]`) {
		t.Errorf("one of them: %s", a.raw)
	}
	if a := admin.send("PATCH", users("admin"), object{"rights": []string{"operate"}}); a.status != 400 {
		t.Errorf("the last admin: %d %s", a.status, a.raw)
	}

	// A token goes no further than the person, and one to design not to what else he may.
	operates = w.as("ops.wu")
	if a := operates.send("POST", "/api/tokens", object{"name": "x", "scope": "design", "days": 1}); a.status != 400 {
		t.Errorf("a token to design: %d", a.status)
	}
	bearer, _ := admin.token("design", 1)
	if got := codeOf(w.knock(nil, "GET", "/api/apps/b2b/draft", "", bearer...)); got != "200 " {
		t.Errorf("a token to design reads the draft: %s", got)
	}
	if res := w.knock(nil, "GET", "/api/me", "", bearer...); !strings.Contains(res.Body.String(), `"can":{"design":true,"operate":false,`) {
		t.Errorf("a token to design: %s", res.Body)
	}
	admin.must("PATCH", users("mgr.wang"), object{"rights": []string{"design"}})
	designs = w.as("mgr.wang")
	if a := designs.send("POST", "/api/tokens", object{"name": "x", "scope": "admin", "days": 1}); a.status != 400 {
		t.Errorf("a token of an admin: %d", a.status)
	}
	bearer, _ = designs.token("design", 1)
	admin.must("PATCH", users("mgr.wang"), object{"rights": []string{}})
	if got := codeOf(w.knock(nil, "GET", "/api/apps/b2b/draft", "", bearer...)); got != "403 forbidden" {
		t.Errorf("a token of one who designs no longer: %s", got)
	}
}
