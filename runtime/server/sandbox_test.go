package server

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
)

// tryApp has something that happens after five days, something at eight every morning, and something that goes out by every way there is.
const tryApp = `{"spec": "pipewright/1", "key": "tries", "name": "Tries", "timezone": "UTC", "roles": [{"key": "rep", "name": "Rep"}, {"key": "manager", "name": "Manager"}],
  "forms": [{"key": "item", "name": "Item", "fields": [{"key": "name", "type": "text", "name": "Name", "required": true}, {"key": "mail", "type": "email", "name": "Mail"}],
    "grants": [{"role": "rep", "records": "own", "do": ["create", "read", "edit"]}, {"role": "manager", "records": "all", "do": ["read"]}]}],
  "processes": [{"key": "item", "form": "item", "name": "Items", "start": "open", "stages": [
      {"key": "open", "name": "Open", "due": "P5D"}, {"key": "done", "name": "Done", "end": "done"}],
    "transitions": [{"key": "end", "from": ["open"], "to": "done", "name": "End"}]}],
  "messages": [{"key": "bye", "name": "Bye", "form": "item", "subject": "Well done", "body": "It is over"}],
  "automations": [
    {"key": "late", "name": "Late", "on": {"due": "item.open"}, "do": [{"notify": {"to": [{"field": "owner"}], "text": "late"}}]},
    {"key": "ended", "name": "Ended", "on": {"transition": "item.end"}, "do": [
      {"mail": {"to": "{{ mail }}", "message": "bye"}},
      {"http": {"method": "POST", "url": "https://example.com/hook", "body": {"name": "name"}}},
      {"robot": {"to": "sales", "text": "One more"}}]},
    {"key": "morning", "name": "Morning", "on": {"cron": "0 8 * * *"}, "do": [{"notify": {"to": [{"role": "manager"}], "text": "good morning"}}]}]}`

func TestSandbox(t *testing.T) {
	t.Parallel()
	w := open(t, true)
	admin := w.as("admin")
	admin.must("POST", "/api/apps/import", tryApp)

	made := admin.must("POST", "/api/apps/tries/sandboxes", object{})
	id := made.str("id")
	if made.status != 201 || id == "" || made.str("now") != "2026-11-23T02:00:00.000Z" {
		t.Fatalf("made: %d %s", made.status, made.raw)
	}
	at := func(who string) string { return "/sandbox/" + id + "/" + who }

	// Whom one plays is in the address; what he may not, he may not here either.
	if got := admin.must("GET", at("rep.li")+"/api/me", nil); got.str("user.username") != "rep.li" || got.str("company.name") != "示范公司" || got.str("can.design") != "false" {
		t.Errorf("me: %s", got.raw)
	}
	rec := admin.must("POST", at("rep.li")+"/api/apps/tries/forms/item/records", object{"data": object{"name": "one", "mail": "a@example.com"}}).str("id")
	admin.refused(404, "not.found", "GET", at("rep.chen")+"/api/records/"+rec, nil)
	admin.must("GET", at("mgr.wang")+"/api/records/"+rec, nil)
	admin.refused(401, "unauthenticated", "GET", at("nobody")+"/api/me", nil)

	// Nobody else gets in, and nothing of it is outside.
	admin.refused(404, "not.found", "GET", "/api/records/"+rec, nil)
	w.as("rep.li").refused(403, "forbidden", "GET", at("rep.li")+"/api/me", nil)
	w.client().refused(401, "unauthenticated", "GET", at("rep.li")+"/api/me", nil)
	admin.must("PATCH", "/api/users/dir.sun", object{"admin": true})
	w.as("dir.sun").refused(410, "sandbox.gone", "GET", at("rep.li")+"/api/me", nil)
	w.as("dir.sun").refused(410, "sandbox.gone", "GET", "/api/sandboxes/"+id, nil)

	// The clock stops wherever something is due.
	next := admin.must("POST", "/api/sandboxes/"+id+"/clock", object{"next": true})
	if next.str("to") != "2026-11-23T08:00:00.000Z" || next.str("fired") != "1" || next.str("sandbox.fired.0.name") != "Morning" {
		t.Errorf("next: %s", next.raw)
	}
	week := admin.must("POST", "/api/sandboxes/"+id+"/clock", object{"by": "P7D"})
	if week.str("to") != "2026-11-30T08:00:00.000Z" || week.str("sandbox.now") != week.str("to") {
		t.Errorf("a week: %s", week.raw)
	}
	var fired struct {
		Sandbox struct {
			Fired []struct {
				Kind, Timer, Title string
				Name               json.RawMessage
				At                 time.Time
			}
		}
	}
	if err := json.Unmarshal(week.raw, &fired); err != nil {
		t.Fatal(err)
	}
	mornings, due := 0, 0
	for _, f := range fired.Sandbox.Fired {
		switch {
		case f.Kind == "tick":
			mornings++
		case f.Kind == "timer" && f.Timer == "due":
			due++
			if f.Title != "one" || f.At.Format(time.DateTime) != "2026-11-28 02:00:01" {
				t.Errorf("the due date fired for %q at %s", f.Title, f.At)
			}
		}
	}
	if mornings != 8 || due != 1 {
		t.Errorf("%d mornings and %d due dates: %s", mornings, due, week.raw)
	}
	admin.refused(400, "bad.request", "POST", "/api/sandboxes/"+id+"/clock", object{"to": "2026-11-25T00:00:00Z"})
	admin.refused(400, "bad.request", "POST", "/api/sandboxes/"+id+"/clock", object{"by": "a week"})
	admin.refused(400, "bad.request", "POST", "/api/sandboxes/"+id+"/clock", object{})
	admin.refused(400, "bad.request", "POST", "/api/sandboxes/"+id+"/clock", object{"to": "2036-11-25T00:00:00Z"})

	// What would go out is caught.
	admin.must("POST", at("rep.li")+"/api/records/"+rec+"/transitions/end", object{})
	after := admin.must("GET", "/api/sandboxes/"+id, nil)
	for _, want := range []string{`"kind":"mail"`, `"to":["a@example.com"]`, `"subject":"Well done"`, `"kind":"call"`, `"to":["https://example.com/hook"]`, `"kind":"robot","at":"2026-11-30T08:00:01.000Z","to":["sales"],"text":"One more"`} {
		if !strings.Contains(string(after.raw), want) {
			t.Errorf("the tray lacks %s: %s", want, after.raw)
		}
	}
	if after.str("deeds") != "2" || after.str("records") != "1" {
		t.Errorf("%s deeds, %s records", after.str("deeds"), after.str("records"))
	}

	// The draft moves on; the sandbox says so.
	draft := admin.must("GET", "/api/apps/tries/draft", nil)
	broken := strings.Replace(tryApp, `"to": "done", "name": "End"`, `"to": "nowhere", "name": "End"`, 1)
	admin.must("PUT", "/api/apps/tries/draft", broken, "If-Match", draft.header.Get("ETag"))
	if got := admin.must("GET", "/api/apps/tries/sandboxes", nil); got.str("items.0.stale") != "true" {
		t.Errorf("stale: %s", got.raw)
	}
	if got := admin.refused(422, "sandbox.check", "POST", "/api/apps/tries/sandboxes", object{}); !strings.Contains(string(got.raw), "/processes/item/transitions/end/to") {
		t.Errorf("a draft with errors: %s", got.raw)
	}

	admin.must("DELETE", "/api/sandboxes/"+id, nil)
	if got := admin.refused(410, "sandbox.gone", "GET", at("rep.li")+"/api/me", nil); !strings.Contains(got.str("error.message"), "ended") {
		t.Errorf("gone: %s", got.raw)
	}
}

// A template's draft runs over its sample, an admin has two sandboxes and the oldest makes room, and nobody waits for ever.
func TestSandboxesAreBounded(t *testing.T) {
	t.Parallel()
	w := open(t, true)
	w.install("b2b")
	admin := w.as("admin")
	var ids []string
	for range 3 {
		made := admin.must("POST", "/api/apps/b2b/sandboxes", object{"sample": true})
		if made.str("sampleError.en") != "" || made.str("sample") == "0" {
			t.Errorf("sample: %.600s", made.raw)
		}
		ids = append(ids, made.str("id"))
		w.clock.add(time.Minute)
	}
	if got := admin.refused(410, "sandbox.gone", "GET", "/sandbox/"+ids[0]+"/rep.li/api/me", nil); !strings.Contains(got.str("error.message"), "another") {
		t.Errorf("the first: %s", got.raw)
	}
	if got := admin.must("GET", "/api/apps/b2b/sandboxes", nil); got.len("items") != 2 || got.str("items.0.id") != ids[2] {
		t.Errorf("mine: %.300s", got.raw)
	}
	w.clock.add(25 * time.Minute)
	admin.must("GET", "/sandbox/"+ids[2]+"/mgr.wang/api/home", nil)
	w.clock.add(15 * time.Minute)
	w.server.Sandboxes.Sweep()
	admin.must("GET", "/api/sandboxes/"+ids[2], nil)
	if got := admin.refused(410, "sandbox.gone", "GET", "/api/sandboxes/"+ids[1], nil); !strings.Contains(got.str("error.message"), "a while") {
		t.Errorf("idle: %s", got.raw)
	}
}
