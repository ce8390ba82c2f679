package server

import (
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"pipewright/runtime/outbound"
)

// TestHooks: an admin makes the secret, told once; another system calls with it and with nothing else of ours.
func TestHooks(t *testing.T) {
	t.Parallel()
	w := open(t, true)
	admin, rep := w.as("admin"), w.as("rep.li")
	def, err := os.ReadFile("../process/testdata/scenario/hooks.json")
	if err != nil {
		t.Fatal(err)
	}
	admin.must("POST", "/api/apps/import", string(def))
	admin.must("POST", "/api/apps/erp/publish", object{"acceptWarnings": true})
	rep.refused(403, "forbidden", "GET", "/api/hooks/erp", nil)
	rep.refused(403, "forbidden", "POST", "/api/hooks/erp/incoming/secret", object{})
	list := admin.must("GET", "/api/hooks/erp", nil)
	if list.str("items.1.path") != "/hooks/erp/incoming" || list.str("items.1.open") != "false" {
		t.Fatalf("%s", list.raw)
	}
	secret := admin.must("POST", "/api/hooks/erp/incoming/secret", object{}).str("secret")
	if list = admin.must("GET", "/api/hooks/erp", nil); list.str("items.1.open") != "true" || strings.Contains(string(list.raw), secret) || len(secret) < 40 {
		t.Errorf("%s", list.raw)
	}
	other := w.client() // never signed in
	call := func(id, body, key string) answer {
		at := w.clock.Now()
		return other.send("POST", "/hooks/erp/incoming", body, "webhook-id", id, "webhook-timestamp", strconv.FormatInt(at.Unix(), 10),
			"webhook-signature", "v1,bm9uZQ== "+outbound.Sign([]byte(key), id, at, []byte(body)))
	}
	const body = `{"no": "N1", "lines": [{"sku": "A", "qty": 2}]}`
	for _, c := range []struct {
		got    answer
		status int
		says   string
	}{
		{call("m1", body, "guess"), 401, "hook.signature"},
		{call("m1", body, secret), 202, "accepted"},
		{call("m1", body, secret), 200, "done"},
		{call("m1", `{"no": "N2"}`, secret), 422, "hook.idReused"},
		{call("m2", `{"lines": [{"qty": "x"}]}`, secret), 422, "/payload/lines/0/qty"},
		{call("m3", `{"no": 1, "no": 2}`, secret), 400, ""},
		{call("m4", `{"no": "`+strings.Repeat("x", 300<<10)+`"}`, secret), 413, "body.tooLarge"},
		{other.send("POST", "/hooks/erp/none", body), 404, "not.found"},
		{other.send("POST", "/hooks/erp", body), 404, ""},
	} {
		if c.got.status != c.status || !strings.Contains(string(c.got.raw), c.says) {
			t.Errorf("got %d %s, want %d %s", c.got.status, c.got.raw, c.status, c.says)
		}
	}
	// A webhook takes so many calls at once, and then so many a second.
	n := 0
	for i := range burstPerHook + 20 {
		if call("burst"+strconv.Itoa(i), body, secret).status == 429 {
			n++
		}
	}
	if n < 20 || n > 30 {
		t.Errorf("%d calls were put off", n)
	}
	w.clock.add(10 * time.Second)
	if got := call("later", body, secret); got.status != 202 {
		t.Errorf("later: %d %s", got.status, got.raw)
	}
	admin.must("DELETE", "/api/hooks/erp/incoming/secret", nil)
	if got := call("closed", body, secret); got.status != 404 {
		t.Errorf("closed: %d %s", got.status, got.raw)
	}
}
