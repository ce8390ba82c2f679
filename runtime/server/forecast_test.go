package server

import "testing"

func TestForecast(t *testing.T) {
	t.Parallel()
	w := open(t, true)
	w.install("cycle9")
	wang, li := w.as("mgr.wang"), w.as("rep.li")
	const at = "/api/apps/cycle9/forecast/deal9"
	wang.must("PUT", at, object{"what": "amount", "items": []object{{"subject": "user:rep.li", "month": "2026-12", "value": "520000", "was": "500000"}, {"subject": "team:east", "month": "2026-12", "value": "900000.00"}}})
	wang.must("PUT", at, object{"what": "call", "items": []object{{"subject": "team:east", "month": "2026-12", "value": "450000", "reason": "两单推迟"}}})
	got := wang.must("GET", at+"?from=2026-11&months=2", nil)
	if got.str("what") != "amount" || got.str("currency") != "CNY" || got.len("months") != 2 || got.str("rows.0.subject") != "team:east" || got.str("rows.0.cells.1.target") != "900000.00" ||
		got.str("rows.0.cells.1.expected") != "450000.00" || got.str("rows.0.cells.1.onCourse") != "0.5" || got.str("rows.0.cells.1.call.reason") != "两单推迟" || got.str("rows.0.cells.1.call.by.id") != "mgr.wang" {
		t.Errorf("%s", got.raw)
	}
	got = li.must("GET", at+"?from=2026-12&months=1", nil)
	if got.len("rows") != 1 || got.str("rows.0.subject") != "user:rep.li" || got.str("rows.0.cells.0.target") != "520000.00" || got.str("rows.0.plans") != "false" {
		t.Errorf("%s", got.raw)
	}
	if got = li.must("GET", at+"/history?what=amount&subject=user:rep.li&year=2026", nil); got.str("items.0.was") != "500000" || got.str("items.0.now") != "520000" || got.str("items.0.by.id") != "mgr.wang" {
		t.Errorf("%s", got.raw)
	}
	item := func(subject, month string, value, was any) object {
		return object{"what": "amount", "items": []object{{"subject": subject, "month": month, "value": value, "was": was}}}
	}
	if e := wang.refused(412, "rev.changed", "PUT", at, item("user:rep.li", "2026-12", "1", nil)); e.str("error.details.0.path") != "/items/0" {
		t.Errorf("%s", e.raw)
	}
	for path, body := range map[string]object{
		"/items/0/subject": item("rep.li", "2026-12", "1", nil), "/items/0/month": item("user:rep.li", "12.2026", "1", nil), "/items/0/value": item("user:rep.li", "2026-12", "1e99999999", nil),
		"/items/0/was": item("user:rep.li", "2026-12", "1", "x"),
	} {
		if e := wang.refused(400, "bad.request", "PUT", at, body); e.str("error.details.0.path") != path {
			t.Errorf("%s: %s", path, e.raw)
		}
	}
	li.refused(403, "forbidden", "PUT", at, item("user:rep.li", "2026-12", "1", "520000"))
	li.refused(404, "not.found", "GET", at+"/history?what=call&subject=team:east&year=2026", nil)
	wang.refused(400, "bad.request", "GET", at+"?from=yesterday", nil)
	wang.refused(400, "bad.request", "GET", at+"?from=2026-01&months=99", nil)
	wang.refused(404, "not.found", "GET", "/api/apps/cycle9/forecast/none?from=2026-01", nil)
}
