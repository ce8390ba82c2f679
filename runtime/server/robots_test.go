package server

import (
	"strings"
	"testing"
)

func TestRobotSettings(t *testing.T) {
	t.Parallel()
	w := open(t, true)
	admin, rep := w.as("admin"), w.as("rep.li")
	rep.refused(403, "forbidden", "GET", "/api/robots", nil)
	admin.refused(400, "bad.request", "PUT", "/api/robots/sales", object{"name": "Sales", "kind": "wecom"})
	admin.must("PUT", "/api/robots/sales", object{"name": "Sales", "kind": "dingtalk", "url": "https://oapi.dingtalk.com/robot/send?access_token=hush", "secret": "SEChush"})
	list := admin.must("GET", "/api/robots", nil)
	if list.str("items.0.host") != "oapi.dingtalk.com" || list.str("items.0.signed") != "true" || strings.Contains(string(list.raw), "hush") {
		t.Errorf("%s", list.raw)
	}
	// Nothing goes out of a test; the answer says so, and the delivery is there to be tried again.
	if d := admin.must("POST", "/api/robots/sales/test", nil); d.str("state") != "dead" || strings.Contains(string(d.raw), "hush") {
		t.Errorf("%s", d.raw)
	}
	dead := admin.must("GET", "/api/deliveries?state=dead&channel=robot", nil)
	if dead.len("items") != 1 {
		t.Fatalf("%s", dead.raw)
	}
	admin.must("POST", "/api/deliveries/"+dead.str("items.0.id")+"/discard", nil)
	admin.refused(409, "conflict", "POST", "/api/deliveries/"+dead.str("items.0.id")+"/retry", nil)
	admin.refused(404, "not.found", "POST", "/api/deliveries/none/retry", nil)
	admin.refused(400, "bad.request", "GET", "/api/deliveries?state=lost", nil)
	rep.refused(403, "forbidden", "GET", "/api/deliveries", nil)
	admin.refused(400, "bad.request", "POST", "/api/mail/test", nil)
	admin.must("DELETE", "/api/robots/sales", nil)
	if list := admin.must("GET", "/api/robots", nil); list.len("items") != 0 {
		t.Errorf("%s", list.raw)
	}
}

func TestContact(t *testing.T) {
	t.Parallel()
	w := open(t, true)
	admin := w.as("admin")
	admin.refused(400, "bad.request", "PATCH", "/api/users/rep.li", object{"email": "li@example.com\r\nBcc: x@example.com"})
	admin.refused(400, "bad.request", "PATCH", "/api/users/rep.li", object{"phone": "call me"})
	if u := admin.must("PATCH", "/api/users/rep.li", object{"email": "li@example.com", "phone": "138 0000 0000"}); u.str("email") != "li@example.com" || u.str("phone") != "13800000000" {
		t.Errorf("%s", u.raw)
	}
	if u := admin.must("PATCH", "/api/users/rep.li", object{"email": ""}); strings.Contains(string(u.raw), "li@example.com") {
		t.Errorf("%s", u.raw)
	}
	me := w.as("rep.li")
	if u := me.must("PATCH", "/api/me", object{"email": "me@example.com"}); !strings.Contains(string(u.raw), "me@example.com") {
		t.Errorf("%s", u.raw)
	}
}
