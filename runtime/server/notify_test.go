package server

import "testing"

func TestNotify(t *testing.T) {
	t.Parallel()
	w := open(t, true)
	li := w.as("rep.li")
	if got := li.must("GET", "/api/me/notify", nil); got.str("kinds.owner") != "app" || got.str("digestAt") != "08:00" {
		t.Fatalf("to begin with %s", got.raw)
	}
	want := object{"kinds": object{"owner": "mail", "task": "digest"}, "digestAt": "09:30", "zone": "Europe/Berlin", "quietFrom": "22:00", "quietTo": "07:00", "urgent": true}
	li.must("PUT", "/api/me/notify", want)
	w.clock.add(2e9)
	got := w.as("rep.li").must("GET", "/api/me/notify", nil)
	if got.str("kinds.owner") != "mail" || got.str("kinds.mention") != "app" || got.str("zone") != "Europe/Berlin" || got.str("quietTo") != "07:00" || got.str("urgent") != "true" {
		t.Errorf("kept %s", got.raw)
	}
	// What he does not change stays when other settings change.
	li.must("PATCH", "/api/me", object{"email": "li@example.com"})
	if got := li.must("GET", "/api/me/notify", nil); got.str("kinds.task") != "digest" || got.str("email") != "li@example.com" {
		t.Errorf("after another setting %s", got.raw)
	}
	for _, bad := range []object{{"kinds": object{"owner": "pigeon"}}, {"kinds": object{"weather": "mail"}}, {"digestAt": "8 o'clock"}, {"quietFrom": "22:00"}, {"zone": "Moon/Sea"}} {
		li.refused(400, "bad.request", "PUT", "/api/me/notify", bad)
	}
}
