package server

import "testing"

// TestButtonsOverAList: a button is offered to those who may press it, and pressed on many records it answers for each.
func TestButtonsOverAList(t *testing.T) {
	t.Parallel()
	w := open(t, true)
	w.install("b2b")
	ops, rep := w.as("ops.wu"), w.as("rep.li")
	orders := ops.must("GET", "/api/apps/b2b/forms/order/records", nil)
	if orders.len("items") == 0 {
		t.Fatal("no orders in the sample")
	}
	id := orders.str("items.0.id")
	const path, key = "/api/apps/b2b/buttons/erpPush", "Idempotency-Key"
	if a := rep.must("GET", "/api/apps/b2b/model", nil); a.len("buttons") != 0 {
		t.Errorf("offered to who may not press it: %s", a.raw)
	}
	if a := ops.must("GET", "/api/apps/b2b/model", nil); a.str("buttons.0.key") != "erpPush" || a.str("buttons.0.form") != "order" {
		t.Errorf("not offered to who runs deliveries: %s", a.raw)
	}
	for range 2 {
		a := ops.must("POST", path, object{"ids": []string{id, "nothing"}}, key, "one")
		if a.str("items.0.ok") != "true" || a.str("items.1.error.code") != "not.found" {
			t.Errorf("pressed: %s", a.raw)
		}
	}
	if a := rep.must("POST", path, object{"ids": []string{id}}, key, "two"); a.str("items.0.ok") != "false" {
		t.Errorf("pressed by who may not: %s", a.raw)
	}
	if a := ops.must("POST", "/api/apps/retail/buttons/erpPush", object{"ids": []string{id}}, key, "three"); a.str("items.0.error.code") != "not.found" {
		t.Errorf("pressed in another app: %s", a.raw)
	}
	ops.refused(400, "bad.request", "POST", path, object{"ids": []string{}}, key, "four")
}
