package server

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"
)

// provider is an OpenID Connect provider that says of whoever comes what it is told to.
type provider struct {
	t    *testing.T
	key  *rsa.PrivateKey
	http *httptest.Server
	mu   sync.Mutex
	// asked is by code: the request of the browser, and what to say about the person.
	asked map[string]asked
}

type asked struct {
	challenge string
	claims    map[string]any
}

func openProvider(t *testing.T) *provider {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	p := &provider{t: t, key: key, asked: map[string]asked{}}
	mux := http.NewServeMux()
	answer := func(w http.ResponseWriter, v any) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(v)
	}
	mux.HandleFunc("/.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		at := p.http.URL
		answer(w, map[string]any{"issuer": at, "authorization_endpoint": at + "/authorize", "token_endpoint": at + "/token", "jwks_uri": at + "/keys",
			"id_token_signing_alg_values_supported": []string{"RS256"}})
	})
	mux.HandleFunc("/keys", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, map[string]any{"keys": []any{map[string]any{"kty": "RSA", "alg": "RS256", "use": "sig", "kid": "one",
			"n": b64(key.N.Bytes()), "e": b64(big.NewInt(int64(key.E)).Bytes())}}})
	})
	mux.HandleFunc("/token", func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		one, ok := p.asked[r.FormValue("code")]
		p.mu.Unlock()
		sum := sha256.Sum256([]byte(r.FormValue("code_verifier")))
		if !ok || b64(sum[:]) != one.challenge {
			http.Error(w, `{"error":"invalid_grant"}`, http.StatusBadRequest)
			return
		}
		answer(w, map[string]any{"access_token": "x", "token_type": "Bearer", "id_token": p.sign(one.claims)})
	})
	p.http = httptest.NewServer(mux)
	t.Cleanup(p.http.Close)
	return p
}

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func (p *provider) sign(claims map[string]any) string {
	body, err := json.Marshal(claims)
	if err != nil {
		p.t.Error(err)
	}
	signed := b64([]byte(`{"alg":"RS256","kid":"one"}`)) + "." + b64(body)
	sum := sha256.Sum256([]byte(signed))
	mac, err := rsa.SignPKCS1v15(rand.Reader, p.key, crypto.SHA256, sum[:])
	if err != nil {
		p.t.Error(err)
	}
	return signed + "." + b64(mac)
}

// visit plays a browser: to the provider, which says the claims, and back. It answers where the browser lands.
func (p *provider) visit(w *world, c *client, next string, claims map[string]any, change func(query url.Values)) string {
	p.t.Helper()
	return p.travel(w, c, "/api/oidc/start?next="+url.QueryEscape(next), claims, change)
}

func (p *provider) travel(w *world, c *client, start string, claims map[string]any, change func(query url.Values)) string {
	p.t.Helper()
	c.http.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	to := c.send("GET", start, nil)
	if to.status != http.StatusFound {
		p.t.Fatalf("start: %d %s", to.status, to.raw)
	}
	at, err := url.Parse(to.header.Get("Location"))
	if err != nil || !strings.HasPrefix(at.String(), p.http.URL+"/authorize?") {
		p.t.Fatalf("to %v %v", at, err)
	}
	q := at.Query()
	now := w.clock.Now()
	said := map[string]any{"iss": p.http.URL, "aud": q.Get("client_id"), "nonce": q.Get("nonce"), "iat": now.Unix(), "exp": now.Add(time.Minute).Unix()}
	for k, v := range claims {
		said[k] = v
	}
	p.mu.Lock()
	code := fmt.Sprint("code", len(p.asked))
	p.asked[code] = asked{q.Get("code_challenge"), said}
	p.mu.Unlock()
	back := url.Values{"code": {code}, "state": {q.Get("state")}}
	if change != nil {
		change(back)
	}
	a := c.send("GET", "/api/oidc/callback?"+back.Encode(), nil)
	if a.status != http.StatusFound {
		p.t.Fatalf("callback: %d %s", a.status, a.raw)
	}
	return a.header.Get("Location")
}

func TestOIDC(t *testing.T) {
	t.Parallel()
	w := open(t, true)
	w.client().refused(404, "not.found", "GET", "/api/oidc/start", nil)
	w.client().refused(404, "not.found", "GET", "/api/oidc/callback", nil)
	p := openProvider(t)
	w.server.federation = &federation{OIDC: OIDC{Issuer: p.http.URL, ClientID: "pipewright", Name: "公司账号", PublicURL: w.http.URL}}
	if a := w.client().must("GET", "/api/setup", nil); a.str("provider") != "公司账号" {
		t.Errorf("%s", a.raw)
	}
	admin := w.as("admin")
	admin.must("PATCH", "/api/users/rep.li", map[string]any{"email": "li@example.com"})
	li := map[string]any{"sub": "42", "email": "Li@example.com", "email_verified": true}

	c := w.client()
	if at := p.visit(w, c, "/r/DEAL-1", li, nil); at != "/r/DEAL-1" {
		t.Errorf("landed at %s", at)
	}
	if a := c.must("GET", "/api/me", nil); a.str("user.id") != "rep.li" {
		t.Errorf("%s", a.raw)
	}
	// From then on it is the subject that counts, whatever the address says.
	c = w.client()
	if at := p.visit(w, c, "//evil.example/", map[string]any{"sub": "42", "email": "chen@example.com", "email_verified": true}, nil); at != "/" {
		t.Errorf("landed at %s", at)
	}
	if a := c.must("GET", "/api/me", nil); a.str("user.id") != "rep.li" {
		t.Errorf("%s", a.raw)
	}

	for name, x := range map[string]struct {
		claims map[string]any
		change func(url.Values)
		want   string
	}{
		"nobody":         {map[string]any{"sub": "43", "email": "nobody@example.com", "email_verified": true}, nil, "unknown"},
		"not verified":   {map[string]any{"sub": "44", "email": "li@example.com"}, nil, "unknown"},
		"no subject":     {map[string]any{"email": "li@example.com", "email_verified": true}, nil, "unknown"},
		"another state":  {li, func(q url.Values) { q.Set("state", "x") }, "failed"},
		"no state":       {li, func(q url.Values) { q.Del("state") }, "failed"},
		"another code":   {li, func(q url.Values) { q.Set("code", "x") }, "failed"},
		"no code":        {li, func(q url.Values) { q.Del("code") }, "failed"},
		"another nonce":  {map[string]any{"sub": "42", "nonce": "x"}, nil, "failed"},
		"another client": {map[string]any{"sub": "42", "aud": "x"}, nil, "failed"},
		"another issuer": {map[string]any{"sub": "42", "iss": "https://evil.example"}, nil, "failed"},
		"over":           {map[string]any{"sub": "42", "exp": w.clock.Now().Add(-time.Minute).Unix()}, nil, "clock"},
		"not yet":        {map[string]any{"sub": "42", "nbf": w.clock.Now().Add(time.Hour).Unix()}, nil, "clock"},
	} {
		c := w.client()
		if at := p.visit(w, c, "/", x.claims, x.change); at != "/login?oidc="+x.want {
			t.Errorf("%s: landed at %s", name, at)
		}
		c.refused(401, "unauthenticated", "GET", "/api/me", nil)
	}

	admin.must("PATCH", "/api/users/rep.li", map[string]any{"active": false})
	if at := p.visit(w, w.client(), "/", li, nil); at != "/login?oidc=unknown" {
		t.Errorf("somebody who left landed at %s", at)
	}
	// A callback without its journey, e.g. from somebody else's browser.
	lone := w.client()
	lone.http.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	if a := lone.send("GET", "/api/oidc/callback?code=code0&state=", nil); a.header.Get("Location") != "/login?oidc=failed" {
		t.Errorf("%d %s", a.status, a.header.Get("Location"))
	}
}

func TestOIDCByUsername(t *testing.T) {
	t.Parallel()
	w := open(t, true)
	p := openProvider(t)
	w.server.federation = &federation{OIDC: OIDC{Issuer: p.http.URL, ClientID: "pipewright", PublicURL: w.http.URL, ByUsername: true}}
	c := w.client()
	if at := p.visit(w, c, "", map[string]any{"sub": "7", "preferred_username": "Rep.Chen"}, nil); at != "/" {
		t.Errorf("landed at %s", at)
	}
	if a := c.must("GET", "/api/me", nil); a.str("user.id") != "rep.chen" {
		t.Errorf("%s", a.raw)
	}
}

// A provider that is down closes this way in and no other, and it is tried again.
func TestOIDCProviderDown(t *testing.T) {
	t.Parallel()
	w := open(t, true)
	p := openProvider(t)
	down := httptest.NewServer(http.NotFoundHandler())
	defer down.Close()
	w.server.federation = &federation{OIDC: OIDC{Issuer: down.URL, ClientID: "pipewright", PublicURL: w.http.URL}}
	c := w.client()
	c.http.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	if a := c.send("GET", "/api/oidc/start", nil); a.header.Get("Location") != "/login?oidc=unavailable" {
		t.Errorf("%d %s", a.status, a.header.Get("Location"))
	}
	w.server.federation.Issuer = p.http.URL
	if at := p.visit(w, c, "/", map[string]any{"sub": "7"}, nil); at != "/login?oidc=unknown" {
		t.Errorf("landed at %s", at)
	}
}
