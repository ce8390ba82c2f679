package server

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"pipewright/runtime/outbound"
)

// post is a mail server that takes everything but what it is told to refuse.
type post struct {
	config outbound.SMTPConfig
	w      *world
}

// mailer is how the world's engine makes mailers of what admins set.
func (w *world) mailer(c outbound.SMTPConfig) (outbound.Mailer, error) {
	c.Dial = outbound.New(outbound.Config{}).Dial
	if m, err := outbound.NewSMTP(c); err != nil || !strings.Contains(c.URL, "post.example.com") {
		return m, err
	}
	return post{c, w}, nil
}

func (p post) SendMail(_ context.Context, m outbound.Mail) (*outbound.Reply, error) {
	p.w.mails = append(p.w.mails, p.config.URL+" "+p.config.TLS+" "+p.config.From+" to "+strings.Join(m.To, ","))
	return &outbound.Reply{Status: 250}, nil
}

// An admin sets the mail server in the product: it counts for the next mail, its password is answered to nobody, and goes to no other server.
func TestMailServerIsSet(t *testing.T) {
	t.Parallel()
	w := open(t, true)
	admin, rep := w.as("admin"), w.as("rep.li")
	rep.refused(403, "forbidden", "GET", "/api/settings", nil)
	rep.refused(403, "forbidden", "PUT", "/api/settings/mail", object{"host": "post.example.com"})
	admin.must("PATCH", "/api/users/admin", object{"email": "boss@example.com"})
	if d := admin.must("POST", "/api/mail/test", nil); d.str("state") != "dead" || d.str("hint.en") == "" {
		t.Errorf("without a server: %s", d.raw)
	}
	good := object{"host": "post.example.com", "port": 465, "security": "tls", "username": "crm", "password": "hush:@/", "from": "Acme <crm@example.com>"}
	with := func(key string, v any) object {
		out := object{}
		for k, v := range good {
			out[k] = v
		}
		out[key] = v
		return out
	}
	for path, bad := range map[string]object{
		"/host": with("host", "smtp://post.example.com"), "/port": with("port", 0), "/security": with("security", "some"), "/from": with("from", "me\r\nBcc: x@example.com"),
		"/password": with("password", ""),
	} {
		if a := admin.refused(400, "bad.request", "PUT", "/api/settings/mail", bad); a.str("error.details.0.path") != path {
			t.Errorf("%s: %s", path, a.raw)
		}
	}
	admin.refused(400, "bad.request", "PUT", "/api/settings/mail", with("security", "none")) // a password for all to read
	admin.must("PUT", "/api/settings/mail", good)
	set := admin.must("GET", "/api/settings", nil)
	if strings.Contains(string(set.raw), "hush") || set.str("mail.host") != "post.example.com" || set.str("mail.hasPassword") != "true" || set.str("mail.by.id") != "admin" {
		t.Errorf("%s", set.raw)
	}
	if d := admin.must("POST", "/api/mail/test", nil); d.str("state") != "sent" || len(w.mails) != 1 || w.mails[0] != "smtps://crm:hush%3A%40%2F@post.example.com:465 required Acme <crm@example.com> to boss@example.com" {
		t.Errorf("%s %q", d.raw, w.mails)
	}
	// The password stays with its server.
	keep := with("from", "crm@example.com")
	delete(keep, "password")
	admin.must("PUT", "/api/settings/mail", keep)
	keep["host"] = "evil.example"
	if a := admin.refused(400, "bad.request", "PUT", "/api/settings/mail", keep); a.str("error.details.0.path") != "/password" {
		t.Errorf("%s", a.raw)
	}
	// A server inside the own network is not reached, and the answer says how to let it.
	admin.must("PUT", "/api/settings/mail", object{"host": "127.0.0.1", "port": 1, "security": "none", "from": "crm@example.com"})
	if d := admin.must("POST", "/api/mail/test", nil); d.str("state") != "dead" || !strings.Contains(d.str("hint.en"), "--outbound-host") {
		t.Errorf("%s", d.raw)
	}
	admin.must("DELETE", "/api/settings/mail", nil)
	if d := admin.must("POST", "/api/mail/test", nil); d.str("state") != "dead" {
		t.Errorf("%s", d.raw)
	}
	if deeds := admin.must("GET", "/api/audit/deeds", nil); !strings.Contains(string(deeds.raw), "更改邮件服务器") || strings.Contains(string(deeds.raw), "hush") {
		t.Errorf("%s", deeds.raw)
	}
}

// An admin sets by whom people are signed in, tries it, and offers it; it counts in every process at once, and the password always works beside it.
func TestSignInIsSet(t *testing.T) {
	t.Parallel()
	w := open(t, true)
	p := openProvider(t)
	w.server.Outside = p.http.Client() // it is on a loopback address, which the guard lets nobody reach
	admin, li := w.as("admin"), w.as("rep.li")
	set := object{"issuer": p.http.URL, "clientId": "pipewright", "secret": "hush", "name": "公司账号", "match": "email"}
	li.refused(403, "forbidden", "PUT", "/api/settings/sign-in", set)
	for path, bad := range map[string]object{
		"/issuer": {"issuer": "http://login.example.com"}, "/clientId": {"issuer": p.http.URL}, "/name": {"issuer": p.http.URL, "clientId": "x"}, "/match": {"issuer": p.http.URL, "clientId": "x", "name": "x"},
		"/on": {"issuer": p.http.URL, "clientId": "x", "name": "x", "match": "email", "on": true}, // nobody has said where we are
	} {
		if a := admin.refused(400, "bad.request", "PUT", "/api/settings/sign-in", bad); a.str("error.details.0.path") != path {
			t.Errorf("%s: %s", path, a.raw)
		}
	}
	admin.refused(400, "bad.request", "PUT", "/api/settings/address", object{"url": "crm.example.com"})
	admin.must("PUT", "/api/settings/address", object{"url": w.http.URL + "/"})
	admin.must("PUT", "/api/settings/sign-in", set)
	if a := w.client().must("GET", "/api/setup", nil); a.str("provider") != "" {
		t.Errorf("offered before it is on: %s", a.raw)
	}
	w.client().refused(404, "not.found", "GET", "/api/oidc/start", nil)
	w.client().refused(404, "not.found", "GET", "/api/oidc/start?try=1", nil)
	li.refused(404, "not.found", "GET", "/api/oidc/start?try=1", nil)
	if a := admin.must("POST", "/api/settings/sign-in/test", nil); a.str("ok") != "true" {
		t.Errorf("%s", a.raw)
	}
	admin.must("PATCH", "/api/users/rep.li", object{"email": "li@example.com"})
	try := func(claims map[string]any) answer {
		t.Helper()
		if at := p.travel(w, admin, "/api/oidc/start?try=1", claims, nil); at != "/system?tab=outside" {
			t.Fatalf("landed at %s", at)
		}
		return admin.must("GET", "/api/settings", nil)
	}
	for why, claims := range map[string]map[string]any{
		"is verified":   {"sub": "1", "email": "li@example.com"},
		"no mail":       {"sub": "1"},
		"nobody active": {"sub": "1", "email": "new@example.com", "email_verified": true},
		"set both by":   {"sub": "1", "exp": w.clock.Now().Unix() - 60},
		"id is wrong":   {"sub": "1", "aud": "another"},
		"of no use":     {"sub": "1", "iss": "https://evil.example"},
	} {
		if a := try(claims); a.str("signIn.tried.ok") != "false" || !strings.Contains(a.str("signIn.tried.text.en"), why) {
			t.Errorf("%s: %s", why, a.raw)
		}
	}
	if a := try(map[string]any{"sub": "1", "email": "li@example.com", "email_verified": true}); a.str("signIn.tried.ok") != "true" || !strings.Contains(a.str("signIn.tried.text.en"), "李") ||
		strings.Contains(string(a.raw), "hush") {
		t.Errorf("%s", a.raw)
	}
	if me := admin.must("GET", "/api/me", nil); me.str("user.id") != "admin" {
		t.Errorf("a trial has signed in: %s", me.raw)
	}
	delete(set, "secret")
	set["on"] = true
	admin.must("PUT", "/api/settings/sign-in", set)
	if a := admin.must("GET", "/api/settings", nil); a.str("signIn.tried.ok") != "true" { // the same settings
		t.Errorf("%s", a.raw)
	}
	// Another process on the same store hears of it without a start.
	other, err := New(t.Context(), Config{Store: w.store, Engine: w.server.Engine, Designer: w.server.Designer, Now: w.clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	rec := httptest.NewRecorder()
	other.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/api/setup", nil))
	if !strings.Contains(rec.Body.String(), "公司账号") {
		t.Errorf("%s", rec.Body)
	}
	c := w.client()
	if at := p.visit(w, c, "/", map[string]any{"sub": "1", "email": "li@example.com", "email_verified": true}, nil); at != "/" {
		t.Errorf("landed at %s", at)
	}
	if me := c.must("GET", "/api/me", nil); me.str("user.id") != "rep.li" {
		t.Errorf("%s", me.raw)
	}
	// The secret stays with its provider.
	set["issuer"] = "https://evil.example"
	if a := admin.refused(400, "bad.request", "PUT", "/api/settings/sign-in", set); a.str("error.details.0.path") != "/secret" {
		t.Errorf("%s", a.raw)
	}
	set["secret"] = "another"
	admin.must("PUT", "/api/settings/sign-in", set)
	w.server.Outside = outbound.New(outbound.Config{}).Client()
	if a := admin.must("POST", "/api/settings/sign-in/test", nil); a.str("ok") != "false" || a.str("text.en") == "" {
		t.Errorf("%s", a.raw)
	}
	admin.must("DELETE", "/api/settings/sign-in", nil)
	w.client().refused(404, "not.found", "GET", "/api/oidc/start", nil)
}

// What was set at the start wins, and is not changed in the product.
func TestSetAtTheStart(t *testing.T) {
	t.Parallel()
	w := open(t, true)
	w.server.federation = &federation{OIDC: OIDC{Issuer: "https://login.example.com", ClientID: "pipewright", Name: "SSO", PublicURL: "https://crm.example.com"}}
	admin := w.as("admin")
	admin.refused(409, "conflict", "PUT", "/api/settings/sign-in", object{"issuer": "https://evil.example", "clientId": "x", "name": "x", "match": "email"})
	if a := admin.must("GET", "/api/settings", nil); a.str("signIn.fixed") != "true" || a.str("signIn.callback") != "https://crm.example.com/api/oidc/callback" {
		t.Errorf("%s", a.raw)
	}
}
