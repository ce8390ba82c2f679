package server

import (
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"
)

func TestSecondFactor(t *testing.T) {
	t.Parallel()
	w := open(t, true)
	const password = "correct horse"
	if err := w.server.accounts.SetPassword(t.Context(), "rep.li", password); err != nil {
		t.Fatal(err)
	}
	in := func(code string) map[string]string {
		return map[string]string{"username": "rep.li", "password": password, "code": code}
	}
	rep := w.client()
	rep.must("POST", "/api/login", in(""))
	if a := rep.must("GET", "/api/me/totp", nil); a.str("on") != "false" {
		t.Errorf("%s", a.raw)
	}
	rep.refused(409, "conflict", "POST", "/api/me/totp/confirm", map[string]string{"code": "000000"})
	rep.refused(400, "bad.request", "POST", "/api/me/totp", map[string]string{"password": "a guess at it"})
	a := rep.must("POST", "/api/me/totp", map[string]string{"password": password})
	secret := a.str("secret")
	if link := a.str("url"); len(secret) != 32 || !strings.HasPrefix(link, "otpauth://totp/") || !strings.Contains(link, "secret="+secret) ||
		!strings.HasPrefix(a.str("picture"), "data:image/png;base64,") {
		t.Errorf("%s", a.raw)
	}
	code := func(after time.Duration) string {
		got, err := totp.GenerateCode(secret, w.clock.Now().Add(after))
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	w.client().must("POST", "/api/login", in("")) // it does not count yet
	rep.refused(400, "bad.request", "POST", "/api/me/totp/confirm", map[string]string{"code": code(10 * time.Minute)})
	a = rep.must("POST", "/api/me/totp/confirm", map[string]string{"code": code(0)})
	if a.len("recovery") != recoveryCodes {
		t.Fatalf("%s", a.raw)
	}
	recovery := a.str("recovery.0")
	rep.refused(409, "conflict", "POST", "/api/me/totp", map[string]string{"password": password})

	w.client().refused(401, "login.code", "POST", "/api/login", in(""))
	w.client().refused(401, "login.code", "POST", "/api/login", in(code(0))) // used to switch it on
	w.client().refused(401, "login.failed", "POST", "/api/login", map[string]string{"username": "rep.li", "password": "wrong password", "code": code(time.Minute)})
	w.clock.add(30 * time.Second)
	w.client().must("POST", "/api/login", in(code(0)))
	w.client().refused(401, "login.code", "POST", "/api/login", in(code(0)))
	w.clock.add(5 * time.Minute)
	w.client().refused(401, "login.code", "POST", "/api/login", in(code(-2*time.Minute)))
	w.clock.add(5 * time.Minute)
	w.client().must("POST", "/api/login", in(code(-30*time.Second))) // a clock that is a little slow

	w.client().must("POST", "/api/login", in(strings.ToUpper(recovery)))
	w.client().refused(401, "login.code", "POST", "/api/login", in(recovery)) // each is good once
	w.clock.add(5 * time.Minute)
	if a := rep.must("GET", "/api/me/totp", nil); a.str("on") != "true" || a.str("recoveryLeft") != "9" {
		t.Errorf("%s", a.raw)
	}
	// Guessing codes is slowed down like guessing passwords; one was wrong already.
	for range 3 {
		w.client().refused(401, "login.code", "POST", "/api/login", in("123123"))
	}
	w.client().refused(429, "too.many", "POST", "/api/login", in("123123"))
	w.clock.add(2 * time.Minute)

	// A new password leaves it on.
	rep.must("PATCH", "/api/me", map[string]string{"password": "another horse", "oldPassword": password})
	if a := rep.must("GET", "/api/me/totp", nil); a.str("on") != "true" {
		t.Errorf("%s", a.raw)
	}
	rep.refused(400, "bad.request", "POST", "/api/me/totp/off", map[string]string{"password": password})
	w.as("rep.chen").refused(403, "forbidden", "DELETE", "/api/users/rep.li/totp", nil)
	w.as("admin").must("DELETE", "/api/users/rep.li/totp", nil)
	w.client().must("POST", "/api/login", map[string]string{"username": "rep.li", "password": "another horse"})
}

// Of two who come with the same code at the same time one gets in.
func TestOneCodeLetsOneIn(t *testing.T) {
	t.Parallel()
	w := open(t, true)
	ctx := t.Context()
	f := factor{Secret: "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", On: true}
	if err := w.server.accounts.saveFactor(ctx, "rep.li", f, 0); err != nil {
		t.Fatal(err)
	}
	code, err := totp.GenerateCode(f.Secret, w.clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	const people = 16
	in := make(chan bool, people)
	for range people {
		go func() {
			ok, err := w.server.accounts.takeCode(ctx, "rep.li", code, w.clock.Now())
			if err != nil {
				t.Error(err)
			}
			in <- ok
		}()
	}
	n := 0
	for range people {
		if <-in {
			n++
		}
	}
	if n != 1 {
		t.Errorf("%d got in", n)
	}
}
