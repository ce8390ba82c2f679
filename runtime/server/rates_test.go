package server

import "testing"

func TestRates(t *testing.T) {
	t.Parallel()
	w := open(t, true)
	admin := w.as("admin")
	got := admin.must("PUT", "/api/rates", object{"items": []object{
		{"from": "USD", "to": "CNY", "date": "2026-11-20", "rate": "7.10"}, {"from": "USD", "to": "CNY", "date": "2026-11-23", "rate": "7.123456789012"},
		{"from": "JPY", "to": "CNY", "date": "2026-11-01", "rate": "0.0465"}}})
	if got.len("items") != 3 || got.str("items.0.rate") != "7.123456789012" || got.str("items.0.by.id") != "admin" || got.str("items.1.rate") != "7.1" {
		t.Errorf("%s", got.raw)
	}
	got = admin.must("PUT", "/api/rates", object{"items": []object{{"from": "USD", "to": "CNY", "date": "2026-11-20"}, {"from": "JPY", "to": "CNY", "date": "2026-11-01", "rate": "0.05"}}})
	if got.len("items") != 2 || got.str("items.1.rate") != "0.05" {
		t.Errorf("%s", got.raw)
	}
	if got = admin.must("GET", "/api/rates?from=JPY&to=CNY", nil); got.len("items") != 1 || got.str("items.0.date") != "2026-11-01" {
		t.Errorf("%s", got.raw)
	}
	for path, item := range map[string]object{
		"/items/0/from": {"from": "XYZ", "to": "CNY", "date": "2026-11-20", "rate": "1"},
		"/items/0/to":   {"from": "CNY", "to": "CNY", "date": "2026-11-20", "rate": "1"},
		"/items/0/date": {"from": "USD", "to": "CNY", "date": "20.11.2026", "rate": "1"},
		"/items/0/rate": {"from": "USD", "to": "CNY", "date": "2026-11-20", "rate": "-1"},
	} {
		if e := admin.refused(400, "bad.request", "PUT", "/api/rates", object{"items": []object{item}}); e.str("error.details.0.path") != path {
			t.Errorf("%v: %s", item, e.raw)
		}
	}
	admin.refused(400, "bad.request", "PUT", "/api/rates", object{"items": []object{}})
	li := w.as("rep.li")
	li.refused(403, "forbidden", "GET", "/api/rates", nil)
	li.refused(403, "forbidden", "PUT", "/api/rates", object{"items": []object{}})
}
