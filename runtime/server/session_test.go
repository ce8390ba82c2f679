package server

import (
	"bufio"
	"errors"
	"io"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestSetUpOnce(t *testing.T) {
	t.Parallel()
	w := open(t, false)
	c := w.client()
	if a := c.must("GET", "/api/setup", nil); a.str("needed") != "true" || a.str("demo") != "false" {
		t.Errorf("setup %s", a.raw)
	}
	in := map[string]string{"code": "WRONG", "username": "ann", "name": "Ann", "password": "correct horse", "company": "Acme", "language": "en"}
	c.refused(403, "setup.code", "POST", "/api/setup", in)
	in["code"] = strings.ToLower(w.server.SetupCode())
	in["password"] = "short"
	c.refused(400, "bad.request", "POST", "/api/setup", in)
	in["password"] = "correct horse"
	in["username"] = "../Ann"
	c.refused(400, "bad.request", "POST", "/api/setup", in)
	in["username"] = "ann"
	if a := c.must("POST", "/api/setup", in); a.str("user.id") != "ann" || a.str("user.admin") != "true" {
		t.Errorf("setup %s", a.raw)
	}
	c.refused(409, "setup.done", "POST", "/api/setup", in)
	if a := c.must("GET", "/api/me", nil); a.str("company.name") != "Acme" || a.str("can.design") != "true" || a.str("user.language") != "en" {
		t.Errorf("me %s", a.raw)
	}
	if a := c.must("GET", "/api/setup", nil); a.str("needed") != "false" {
		t.Errorf("setup %s", a.raw)
	}
	c.refused(404, "not.found", "POST", "/api/demo-login", map[string]string{"username": "ann"})
}

func TestSessions(t *testing.T) {
	t.Parallel()
	w := open(t, true)
	if err := w.server.accounts.SetPassword(t.Context(), "rep.li", "first password"); err != nil {
		t.Fatal(err)
	}
	c := w.client()
	c.refused(401, "unauthenticated", "GET", "/api/me", nil)
	c.refused(401, "login.failed", "POST", "/api/login", map[string]string{"username": "rep.li", "password": "wrong password"})
	c.refused(401, "login.failed", "POST", "/api/login", map[string]string{"username": "nobody", "password": "first password"})
	a := c.must("POST", "/api/login", map[string]string{"username": "Rep.Li", "password": "first password"})
	cookie := a.header.Get("Set-Cookie")
	if !strings.Contains(cookie, "HttpOnly") || !strings.Contains(cookie, "SameSite=Lax") || strings.Contains(cookie, "Secure") {
		t.Errorf("cookie %q", cookie)
	}
	// Who signs in anew has a new session, and the one he came with ends.
	former, _, _ := strings.Cut(cookie, ";")
	w.client().must("GET", "/api/me", nil, "Cookie", former)
	c.must("POST", "/api/login", map[string]string{"username": "rep.li", "password": "first password"})
	w.client().refused(401, "unauthenticated", "GET", "/api/me", nil, "Cookie", former)
	tls := w.client()
	a = tls.must("POST", "/api/login", map[string]string{"username": "rep.li", "password": "first password"}, "X-Forwarded-Proto", "https")
	if cookie := a.header.Get("Set-Cookie"); !strings.HasPrefix(cookie, "__Host-") || !strings.Contains(cookie, "Secure") {
		t.Errorf("cookie over TLS %q", cookie)
	}
	if a := c.must("GET", "/api/sessions", nil); a.len("items") != 2 {
		t.Errorf("sessions %s", a.raw)
	}
	w.clock.add(20 * time.Minute)
	c.must("GET", "/api/me", nil)
	w.clock.add(20 * time.Minute)
	c.must("GET", "/api/me", nil) // used within half an hour
	if a := c.must("GET", "/api/sessions", nil); a.len("items") != 1 {
		t.Errorf("the idle session is still there: %s", a.raw)
	}
	c.refused(400, "bad.request", "PATCH", "/api/me", map[string]string{"password": "second password", "oldPassword": "no"})
	c.must("PATCH", "/api/me", map[string]string{"password": "second password", "oldPassword": "first password", "language": "zh-TW", "theme": "dark"})
	if a := c.must("GET", "/api/me", nil); a.str("user.language") != "zh-TW" || a.str("user.theme") != "dark" {
		t.Errorf("me %s", a.raw)
	}
	w.clock.add(31 * time.Minute)
	c.refused(401, "unauthenticated", "GET", "/api/me", nil)
	c.refused(401, "login.failed", "POST", "/api/login", map[string]string{"username": "rep.li", "password": "first password"})
	c.must("POST", "/api/login", map[string]string{"username": "rep.li", "password": "second password"})
	for range 30 {
		w.clock.add(25 * time.Minute)
		if a := c.send("GET", "/api/me", nil); a.status == 401 {
			break
		}
	}
	c.refused(401, "unauthenticated", "GET", "/api/me", nil) // twelve hours at most, however busy
	c.must("POST", "/api/login", map[string]string{"username": "rep.li", "password": "second password"})
	c.must("POST", "/api/logout", nil)
	c.refused(401, "unauthenticated", "GET", "/api/me", nil)
}

// A new password ends every other session there is, however many.
func TestPasswordEndsAllSessions(t *testing.T) {
	t.Parallel()
	w := open(t, true)
	ctx := t.Context()
	s := w.server.sessions
	for i := range 450 {
		now := w.clock.Now()
		one := session{ID: tokenID(strconv.Itoa(i)), User: "rep.li", CreatedAt: now, LastSeen: now}
		if err := s.store.Insert(ctx, sessionsColl, s.doc(one, 1)); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.endAll(ctx, "rep.li", tokenID("7")); err != nil {
		t.Fatal(err)
	}
	if left, err := s.of(ctx, "rep.li"); err != nil || len(left) != 1 || left[0].ID != tokenID("7") {
		t.Errorf("%d left, %v", len(left), err)
	}
}

func TestGuessingIsSlowedDown(t *testing.T) {
	t.Parallel()
	w := open(t, true)
	if err := w.server.accounts.SetPassword(t.Context(), "rep.li", "the password"); err != nil {
		t.Fatal(err)
	}
	c := w.client()
	wrong := map[string]string{"username": "rep.li", "password": "a guess at it"}
	for range 4 {
		c.refused(401, "login.failed", "POST", "/api/login", wrong)
	}
	a := c.refused(429, "too.many", "POST", "/api/login", wrong)
	if a.header.Get("Retry-After") != "1" {
		t.Errorf("Retry-After %q", a.header.Get("Retry-After"))
	}
	w.clock.add(2 * time.Second)
	c.refused(401, "login.failed", "POST", "/api/login", wrong)
	w.clock.add(time.Second)
	c.refused(429, "too.many", "POST", "/api/login", wrong)
	w.clock.add(2 * time.Minute)
	c.must("POST", "/api/login", map[string]string{"username": "rep.li", "password": "the password"}) // nobody is locked out
}

// An address that tries many accounts is slowed down as one that tries one; others are not.
func TestAddressesAreSlowedDown(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)
	th := newThrottle(func() time.Time { return now })
	try := func(n int, addr string) string {
		var r *refusal
		if errors.As(th.admit("user"+strconv.Itoa(n), addr), &r) {
			return r.code
		}
		return ""
	}
	for n := range burstPerAddress {
		if code := try(n, "192.0.2.7"); code != "" {
			t.Fatalf("attempt %d: %s", n, code)
		}
	}
	if code := try(99, "192.0.2.7"); code != "too.many" {
		t.Errorf("one more: %q", code)
	}
	if code := try(99, "192.0.2.8"); code != "" {
		t.Errorf("another address: %q", code)
	}
	now = now.Add(everyPerAddress)
	if first, second := try(99, "192.0.2.7"), try(99, "192.0.2.7"); first != "" || second != "too.many" {
		t.Errorf("two seconds later: %q, then %q", first, second)
	}
}

func TestAnswersCarryHeaders(t *testing.T) {
	t.Parallel()
	w := open(t, true)
	a := w.client().must("GET", "/healthz", nil)
	for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store", "X-Frame-Options": "DENY"} {
		if got := a.header.Get(name); got != want {
			t.Errorf("%s: %q", name, got)
		}
	}
	if csp := a.header.Get("Content-Security-Policy"); !strings.Contains(csp, "script-src 'self' 'wasm-unsafe-eval'") || !strings.Contains(csp, "frame-ancestors 'none'") {
		t.Errorf("CSP %q", csp)
	}
	if got := a.header.Get("Strict-Transport-Security"); got != "" {
		t.Errorf("HSTS without TLS: %q", got)
	}
	if got := w.client().must("GET", "/healthz", nil, "X-Forwarded-Proto", "https").header.Get("Strict-Transport-Security"); !strings.Contains(got, "max-age=31536000") {
		t.Errorf("HSTS over TLS: %q", got)
	}
	w.client().must("GET", "/readyz", nil)
	w.client().must("GET", "/metrics", nil)
}

func TestCrossOriginIsRefused(t *testing.T) {
	t.Parallel()
	w := open(t, true)
	c := w.as("rep.li")
	c.refused(403, "cross.origin", "PATCH", "/api/me", map[string]string{"theme": "dark"}, "Origin", "https://evil.example")
	c.refused(403, "cross.origin", "PATCH", "/api/me", map[string]string{"theme": "dark"}, "Sec-Fetch-Site", "cross-site")
	c.must("PATCH", "/api/me", map[string]string{"theme": "dark"}, "Sec-Fetch-Site", "same-origin")
	c.refused(400, "bad.request", "PATCH", "/api/me", `{"theme": "dark"}`, "Content-Type", "text/plain")
}

func TestAddressBelievesOnlyThisMachine(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ peer, forwarded, want string }{
		{"192.0.2.7:5000", "", "192.0.2.7"},
		{"192.0.2.7:5000", "203.0.113.9", "192.0.2.7"},
		{"127.0.0.1:5000", "203.0.113.9", "203.0.113.9"},
		{"127.0.0.1:5000", "198.51.100.1, 203.0.113.9", "203.0.113.9"},
		{"127.0.0.1:5000", "nonsense", "127.0.0.1"},
		{"[::1]:5000", "2001:db8::1", "2001:db8::1"},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = c.peer
		r.Header.Set("X-Forwarded-For", c.forwarded)
		if got := address(r); got != c.want {
			t.Errorf("%s forwarding for %q: %s, want %s", c.peer, c.forwarded, got, c.want)
		}
	}
}

// A device that is signed out elsewhere hears of it at once, not with its next request.
func TestStreamEndsWithItsSession(t *testing.T) {
	t.Parallel()
	w := open(t, true)
	here, there := w.as("rep.li"), w.as("rep.li")
	res, err := there.http.Get(w.http.URL + "/api/stream")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	lines := bufio.NewReader(res.Body)
	if hello, err := lines.ReadString('\n'); err != nil || hello != "event: hello\n" {
		t.Fatalf("%q %v", hello, err)
	}
	var other string
	list := here.must("GET", "/api/sessions", nil)
	for i := range list.len("items") {
		if one := "items." + strconv.Itoa(i); list.str(one+".current") != "true" {
			other = list.str(one + ".id")
		}
	}
	ended, stop := w.server.sessions.watch(other)
	defer stop()
	here.must("DELETE", "/api/sessions/"+other, nil)
	select {
	case <-ended:
	default:
		t.Error("nobody was told")
	}
	if _, err := io.ReadAll(lines); err != nil {
		t.Error(err)
	}
	there.refused(401, "unauthenticated", "GET", "/api/stream", nil)
}
