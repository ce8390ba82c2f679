package server

import (
	"strings"
	"testing"
	"time"
)

// token makes a token and answers a client that comes with nothing else.
func (c *client) token(scope string, days int) (bearer []string, id string) {
	c.w.t.Helper()
	a := c.must("POST", "/api/tokens", map[string]any{"name": "ERP", "scope": scope, "days": days})
	secret := a.str("token")
	if len(secret) != 46 || !strings.HasPrefix(secret, "pw_") || a.status != 201 {
		c.w.t.Fatalf("token %s", a.raw)
	}
	return []string{"Authorization", "Bearer " + secret}, a.str("id")
}

func TestTokens(t *testing.T) {
	t.Parallel()
	w := open(t, true)
	w.install("blank")
	rep, admin, program := w.as("rep.li"), w.as("admin"), w.client()
	for _, in := range []map[string]any{
		{"name": "", "scope": "read", "days": 1},
		{"name": strings.Repeat("x", 81), "scope": "read", "days": 1},
		{"name": "x", "scope": "admin", "days": 1}, // no admin
		{"name": "x", "scope": "all", "days": 1},
		{"name": "x", "scope": "read", "days": 0},
		{"name": "x", "scope": "read", "days": 367},
	} {
		rep.refused(400, "bad.request", "POST", "/api/tokens", in)
	}
	read, id := rep.token("read", 30)
	write, _ := rep.token("write", 30)
	if a := rep.must("GET", "/api/tokens", nil); a.len("items") != 2 || strings.Contains(string(a.raw), `"token"`) {
		t.Errorf("tokens %s", a.raw)
	}

	if a := program.must("GET", "/api/me", nil, read...); a.str("user.id") != "rep.li" {
		t.Errorf("me %s", a.raw)
	}
	if a := program.must("GET", "/api/openapi.json", nil, read...); !strings.Contains(string(a.raw), "blank.") {
		t.Error("the document does not describe the app's forms")
	}
	program.refused(403, "scope.small", "POST", "/api/notices/read", map[string]any{"all": true}, read...)
	program.must("POST", "/api/notices/read", map[string]any{"all": true}, write...)
	// What wants the person himself.
	for _, x := range [][2]string{{"PATCH", "/api/me"}, {"GET", "/api/sessions"}, {"GET", "/api/tokens"}, {"POST", "/api/tokens"}, {"DELETE", "/api/tokens/" + id}, {"POST", "/api/me/totp"}} {
		program.refused(403, "scope.small", x[0], x[1], nil, write...)
	}
	program.refused(403, "scope.small", "GET", "/api/apps/blank/draft", nil, write...)
	program.refused(401, "unauthenticated", "GET", "/api/me", nil, "Authorization", "Bearer pw_"+strings.Repeat("A", 43))
	program.refused(401, "unauthenticated", "GET", "/api/me", nil, "Authorization", "Bearer nonsense")
	rep.refused(401, "unauthenticated", "GET", "/api/me", nil, "Authorization", "Bearer nonsense") // the cookie does not make up for it

	// An admin's token is an admin's only with that scope.
	small, _ := admin.token("write", 1)
	whole, _ := admin.token("admin", 1)
	program.refused(403, "scope.small", "GET", "/api/apps/blank/draft", nil, small...)
	if a := program.must("GET", "/api/me", nil, small...); a.str("can.design") != "false" {
		t.Errorf("me %s", a.raw)
	}
	program.must("GET", "/api/apps/blank/draft", nil, whole...)

	// Over, revoked, or the person gone.
	w.clock.add(25 * time.Hour)
	program.refused(401, "unauthenticated", "GET", "/api/me", nil, whole...)
	rep, admin = w.as("rep.li"), w.as("admin")
	rep.refused(403, "forbidden", "GET", "/api/tokens?user=admin", nil)
	if a := admin.must("GET", "/api/tokens?user=rep.li", nil); a.len("items") != 2 || a.str("items.0.lastUsed") == "" {
		t.Errorf("tokens %s", a.raw)
	}
	w.as("rep.chen").refused(404, "not.found", "DELETE", "/api/tokens/"+id, nil)
	admin.must("DELETE", "/api/tokens/"+id, nil)
	program.refused(401, "unauthenticated", "GET", "/api/me", nil, read...)
	program.must("GET", "/api/me", nil, write...)
	admin.must("PATCH", "/api/users/rep.li", map[string]any{"active": false})
	program.refused(401, "unauthenticated", "GET", "/api/me", nil, write...)
}

func TestTokensAreLimited(t *testing.T) {
	t.Parallel()
	w := open(t, true)
	rep := w.as("rep.li")
	for range maxTokens {
		rep.token("read", 1)
	}
	rep.refused(422, "token.limit", "POST", "/api/tokens", map[string]any{"name": "one more", "scope": "read", "days": 1})
}
