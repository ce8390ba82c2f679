package server

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"pipewright/runtime/access"
	"pipewright/runtime/engine"
	"pipewright/runtime/org"
	"pipewright/runtime/process"
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

// What was done in a sandbox becomes a scenario of the draft, which passes there at once and fails when the draft does otherwise.
func TestRecordAScenario(t *testing.T) {
	t.Parallel()
	w := open(t, true)
	admin := w.as("admin")
	admin.must("POST", "/api/apps/import", tiersApp)
	id := admin.must("POST", "/api/apps/tiers/sandboxes", object{}).str("id")
	as := func(who string) string { return "/sandbox/" + id + "/" + who + "/api" }
	record := "/api/sandboxes/" + id + "/scenario"
	admin.refused(422, "sandbox.scenario", "POST", record, object{"name": "Nothing"})

	rec := admin.must("POST", as("rep.li")+"/apps/tiers/forms/order/records", object{"data": object{"name": "big", "amount": "400"}}).str("id")
	admin.must("PATCH", as("rep.li")+"/records/"+rec, object{"data": object{"amount": "4000"}}, "If-Match", "1")
	admin.must("POST", "/api/sandboxes/"+id+"/clock", object{"by": "P1D"})
	admin.must("POST", as("rep.li")+"/records/"+rec+"/transitions/win", object{})
	for _, who := range []string{"mgr.wang", "fin.zhao"} {
		task := admin.must("GET", as(who)+"/tasks", nil).str("items.0.id")
		admin.must("POST", as(who)+"/tasks/"+task+"/approve", object{"hash": admin.must("GET", as(who)+"/tasks/"+task, nil).str("round.hash")})
	}
	if got := admin.must("GET", as("rep.li")+"/records/"+rec, nil); got.str("stage") != "won" {
		t.Fatalf("walked to %s", got.str("stage"))
	}
	if got := admin.must("GET", "/api/sandboxes/"+id, nil); got.str("walks.0.title") != "big" || got.str("walks.0.steps") != "5" {
		t.Errorf("walks: %s", got.get("walks"))
	}
	kept := admin.must("POST", record, object{"name": "A large order"})
	want := `{"name":"A large order","as":"rep.li","at":"2026-11-23T02:00:01Z","given":{"form":"order","data":{"amount":"400","name":"big"}},"steps":[` +
		`{"set":{"amount":"4000"},"expect":{"stage":"draft","owner":"rep.li"}},` +
		`{"after":"PT24H1S","expect":{"stage":"draft","owner":"rep.li"}},` +
		`{"do":"win","expect":{"stage":"draft","owner":"rep.li","approvers":["mgr.wang"],"round":"running"}},` +
		`{"approve":"boss","as":"mgr.wang","expect":{"stage":"draft","owner":"rep.li","approvers":["fin.zhao"],"round":"running"}},` +
		`{"approve":"money","as":"fin.zhao","expect":{"stage":"won","owner":"rep.li","data":{"score":"2"}}}]}`
	if raw, _ := json.Marshal(kept.get("test")); kept.str("steps") != "5" || !sameJSON(t, string(raw), want) {
		t.Errorf("kept: %s\nwant: %s", raw, want)
	}
	// It is in the draft, and gates a release: the draft as it is passes, another tier does not.
	draft := admin.must("GET", "/api/apps/tiers/draft", nil)
	if draft.str("definition.tests.0.name") != "A large order" || draft.str("rev") != kept.str("rev") {
		t.Errorf("the draft: %s", draft.get("definition.tests"))
	}
	text, _ := json.Marshal(draft.get("definition"))
	if failed := scenarios(t, string(text)); len(failed) > 0 {
		t.Errorf("it fails at once: %v", failed)
	}
	if failed := scenarios(t, strings.Replace(string(text), "amount \\u003e= 1000", "amount \\u003e= 9000", 1)); len(failed) == 0 {
		t.Error("it passes although finance is not asked any more")
	}
	admin.refused(400, "bad.request", "POST", record, object{"name": "A large order"})
	admin.refused(400, "bad.request", "POST", record, object{"name": " "})
	admin.refused(422, "sandbox.scenario", "POST", record, object{"name": "Other", "record": "nothing"})
	// The draft does otherwise by now than the sandbox did: that is no scenario.
	admin.must("PUT", "/api/apps/tiers/draft", strings.Replace(tiersApp, "amount >= 1000", "amount >= 9000", 1), "If-Match", draft.header.Get("ETag"))
	if got := admin.refused(422, "sandbox.scenario", "POST", record, object{"name": "Another"}); !strings.Contains(string(got.raw), "/expect/") {
		t.Errorf("the difference is not told: %s", got.raw)
	}
}

// scenarios runs those of a definition and tells what fails.
func scenarios(t *testing.T, text string) []string {
	t.Helper()
	def, problems := process.Parse([]byte(text))
	if def == nil {
		t.Fatal(problems)
	}
	app, _ := process.Compile(def, nil, 0, process.Options{SkipTexts: true})
	results, _ := process.RunTests(app, access.SampleWorld(app))
	var out []string
	for _, r := range results {
		for _, p := range r.Problems {
			out = append(out, p.Path+" "+p.Message.In("en"))
		}
	}
	return out
}

func sameJSON(t *testing.T, a, b string) bool {
	t.Helper()
	var x, y any
	if err := json.Unmarshal([]byte(a), &x); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(b), &y); err != nil {
		t.Fatal(err)
	}
	return reflect.DeepEqual(x, y)
}

// The play company works when the real one does.
func TestASandboxKeepsTheCalendar(t *testing.T) {
	t.Parallel()
	w := open(t, true)
	admin := w.as("admin")
	admin.must("POST", "/api/apps/import", strings.Replace(tryApp, `"timezone": "UTC"`, `"timezone": "UTC", "calendar": "CN"`, 1))
	after := func() string {
		t.Helper()
		id := admin.must("POST", "/api/apps/tries/sandboxes", object{}).str("id")
		return admin.must("POST", "/api/sandboxes/"+id+"/clock", object{"by": "P5BD"}).str("to")[:10]
	}
	if got := after(); got != "2026-11-30" {
		t.Errorf("five working days from a Monday end on %s", got)
	}
	if err := w.server.Engine.SaveCalendar(t.Context(), "admin", engine.CalendarChange{Become: func(c org.TeamCalendar) org.TeamCalendar {
		c.Week = []int{7}
		return c
	}}); err != nil {
		t.Fatal(err)
	}
	if got := after(); got != "2026-11-28" {
		t.Errorf("with Saturdays worked they end on %s", got)
	}
}

// A sandbox holds so much and no more, says so, and never more than there may be are open at once.
func TestASandboxIsFull(t *testing.T) {
	t.Parallel()
	w := open(t, true)
	admin := w.as("admin")
	admin.must("POST", "/api/apps/import", tryApp)
	limits := &w.server.Sandboxes.Limits
	limits.Records, limits.All = 1, 2
	first := admin.must("POST", "/api/apps/tries/sandboxes", object{}).str("id")
	make := func(id string) answer {
		return admin.send("POST", "/sandbox/"+id+"/rep.li/api/apps/tries/forms/item/records", object{"data": object{"name": "one"}})
	}
	if a := make(first); a.status != 201 {
		t.Fatalf("the first record: %d %s", a.status, a.raw)
	}
	if a := make(first); a.status != 422 || a.str("error.code") != "sandbox.full" {
		t.Errorf("the second record: %d %s", a.status, a.raw)
	}
	limits.Docs = 1
	second := admin.must("POST", "/api/apps/tries/sandboxes", object{}).str("id")
	if a := make(second); a.status != 422 || a.str("error.code") != "sandbox.full" {
		t.Errorf("a worn sandbox: %d %s", a.status, a.raw)
	}
	if a := admin.must("POST", "/api/sandboxes/"+second+"/clock", object{"by": "P9D"}); a.str("stopped") != "true" {
		t.Errorf("a worn sandbox goes on: %.300s", a.raw)
	}
	admin.must("PATCH", "/api/users/dir.sun", object{"admin": true})
	w.as("dir.sun").refused(429, "too.many", "POST", "/api/apps/tries/sandboxes", object{})
	w.server.Sandboxes.Close()
	admin.refused(410, "sandbox.gone", "GET", "/api/sandboxes/"+second, nil)
}

// A sandbox begins with copies of real records: what the administrator may see of them, as the draft takes it, with what they point to, and
// with play people in place of real ones; and its clock begins where he says.
func TestASandboxBeginsWithCopies(t *testing.T) {
	t.Parallel()
	w := open(t, true)
	admin := w.as("admin")
	const app = `{"spec": "pipewright/1", "key": "copies", "name": "Copies", "timezone": "UTC", "roles": [{"key": "rep", "name": "Rep"}, {"key": "boss", "name": "Boss"}],
  "forms": [
   {"key": "account", "name": "Account", "title": "{{ name }}", "fields": [{"key": "name", "type": "text", "name": "Name"}], "grants": [{"role": "rep", "records": "all", "do": ["create", "read", "edit"]}, {"role": "boss", "records": "all", "do": ["read"]}]},
   {"key": "deal", "name": "Deal", "title": "{{ name }}", "fields": [{"key": "name", "type": "text", "name": "Name"}, {"key": "size", "type": "number", "name": "Size"}, {"key": "phone", "type": "text", "name": "Phone"},
     {"key": "account", "type": "reference", "form": "account", "name": "Account"}, {"key": "helper", "type": "user", "name": "Helper"},
     {"key": "lines", "type": "table", "name": "Lines", "fields": [{"key": "what", "type": "text", "name": "What"}, {"key": "of", "type": "reference", "form": "account", "name": "Of"}]}],
    "grants": [{"role": "rep", "records": "all", "do": ["create", "read", "edit"]}, {"role": "boss", "records": "all", "do": ["read"], "hide": ["phone"]}]}],
  "processes": [{"key": "deal", "form": "deal", "name": "Deals", "start": "open", "stages": [{"key": "open", "name": "Open"}, {"key": "offer", "name": "Offer", "due": "P5D"}, {"key": "done", "name": "Done", "end": "done"}],
    "transitions": [{"key": "offer", "from": ["open"], "to": "offer", "name": "Offer"}, {"key": "end", "from": ["offer"], "to": "done", "name": "End"}]}]}`
	admin.must("POST", "/api/apps/import", app)
	admin.must("POST", "/api/apps/copies/publish", object{"note": "first", "acceptWarnings": true})
	admin.must("PATCH", "/api/users/admin", object{"roles": []string{"copies/boss"}})
	admin.must("POST", "/api/users", object{"username": "anna", "name": "Anna Real", "roles": []string{"copies/rep"}, "password": "correct-horse-7"})
	admin.must("PATCH", "/api/users/rep.li", object{"roles": []string{"copies/rep"}})
	rep := w.as("rep.li")
	acme := rep.must("POST", "/api/apps/copies/forms/account/records", object{"data": object{"name": "Acme"}}).str("id")
	deal := rep.must("POST", "/api/apps/copies/forms/deal/records", object{"data": object{"name": "Big one", "size": "12", "phone": "13800138000", "account": acme, "helper": "anna",
		"lines": []object{{"what": "Saw", "of": acme}}}}).str("id")
	rep.must("POST", "/api/records/"+deal+"/transitions/offer", object{})
	// The draft calls one field otherwise, and takes no long names any more.
	draft := admin.must("GET", "/api/apps/copies/draft", nil)
	changed := strings.Replace(app, `{"key": "size", "type": "number", "name": "Size"}`, `{"key": "amount", "was": ["size"], "type": "number", "name": "Amount", "max": 5}`, 1)
	changed = strings.Replace(changed, `{"key": "what", "type": "text"`, `{"key": "what", "type": "number"`, 1)
	admin.must("PUT", "/api/apps/copies/draft", changed, "If-Match", draft.header.Get("ETag"))

	box := admin.must("POST", "/api/apps/copies/sandboxes", object{"records": []string{deal}, "at": "2026-12-24T09:00:00Z"})
	if box.str("now") != "2026-12-24T09:00:00.000Z" || box.str("copied") != "2" || box.str("copiedFrom.0") != deal {
		t.Errorf("made: %.600s", box.raw)
	}
	if box.str("notCopied.0.title") != "Big one" || box.str("notCopied.0.field") != "Lines" {
		t.Errorf("nobody says what was left out: %.900s", box.raw)
	}
	list := admin.must("GET", "/sandbox/"+box.str("id")+"/rep.li/api/apps/copies/forms/deal/records", nil)
	one := admin.must("GET", "/sandbox/"+box.str("id")+"/rep.li/api/records/"+list.str("items.0.id"), nil)
	if one.str("data.name") != "Big one" || one.str("data.amount") != "12" || one.str("data.account.title") != "Acme" || one.str("stage") != "offer" || one.str("owner") != "rep.li" {
		t.Errorf("the copy: %.900s", one.raw)
	}
	if strings.Contains(string(one.raw), "13800138000") || strings.Contains(string(one.raw), "anna") || one.str("data.helper") == "" {
		t.Errorf("more than the administrator may see, or somebody real: %.900s", one.raw)
	}
	// It is late at once: the five days passed before the clock began.
	if moved := admin.must("POST", "/api/sandboxes/"+box.str("id")+"/clock", object{"by": "P9D"}); moved.str("to") != "2027-01-02T09:00:00.000Z" {
		t.Errorf("moved: %.300s", moved.raw)
	}
	if got := rep.must("GET", "/api/records/"+deal, nil); got.str("stage") != "offer" || got.str("data.size") != "12" {
		t.Errorf("the real record: %s", got.raw)
	}

	admin.refused(400, "bad.request", "POST", "/api/apps/copies/sandboxes", object{"records": []string{"nothing-1"}})
	admin.refused(400, "bad.request", "POST", "/api/apps/copies/sandboxes", object{"at": "soon"})
	admin.refused(400, "bad.request", "POST", "/api/apps/copies/sandboxes", object{"at": "2036-12-24T09:00:00Z"})
	admin.must("PATCH", "/api/users/admin", object{"roles": []string{}})
	admin.refused(400, "bad.request", "POST", "/api/apps/copies/sandboxes", object{"records": []string{deal}})
}
