package server

import (
	"strings"
	"testing"
)

const movesApp = `{"spec": "pipewright/1", "key": "moves", "name": "Moves", "timezone": "UTC", "roles": [{"key": "member", "name": "Member"}],
  "forms": [{"key": "item", "name": "Item", "fields": [{"key": "name", "type": "text", "name": "Name", "required": true}, {"key": "code", "type": "text", "name": "Code"}],
    "grants": [{"role": "member", "records": "all", "do": ["create", "read", "edit"]}]}],
  "processes": [{"key": "item", "form": "item", "name": "Items", "start": "open", "stages": [{"key": "open", "name": "Open"}, {"key": "done", "name": "Done", "end": "done"}],
    "transitions": [{"key": "end", "from": ["open"], "to": "done", "name": "End"}]}]}`

// An admin publishes, sees who runs on the release before, looks at what would happen, lets them go on, and takes it back.
func TestMigrations(t *testing.T) {
	t.Parallel()
	w := open(t, true)
	admin := w.as("admin")
	admin.must("POST", "/api/apps/import", movesApp)
	admin.must("POST", "/api/apps/moves/publish", object{"acceptWarnings": true})
	admin.must("PATCH", "/api/users/rep.li", object{"roles": []string{"moves/member"}})
	rep := w.as("rep.li")
	base := "/api/apps/moves/migrations"
	id := rep.must("POST", "/api/apps/moves/forms/item/records", object{"data": object{"name": "one", "code": "12"}}, "Idempotency-Key", "1").str("id")
	rep.must("POST", "/api/apps/moves/forms/item/records", object{"data": object{"name": "two", "code": "a dozen"}}, "Idempotency-Key", "2")
	if a := admin.must("GET", base, nil); strings.TrimSpace(string(a.raw)) != `{"items":[],"behind":[]}` {
		t.Errorf("before anything: %s", a.raw)
	}
	draft := admin.must("GET", "/api/apps/moves/draft", nil)
	next := strings.NewReplacer(`{"key": "open", "name"`, `{"key": "begun", "name"`, `["open"]`, `["begun"]`, `"start": "open"`, `"start": "begun"`, `"key": "code", "type": "text"`, `"key": "code", "type": "number"`).Replace(movesApp)
	admin.must("PUT", "/api/apps/moves/draft", next, "If-Match", draft.header.Get("ETag"))
	admin.must("POST", "/api/apps/moves/publish", object{"acceptWarnings": true})
	if a := admin.must("GET", base, nil); !strings.Contains(string(a.raw), `"behind":[{"form":"item","name":"Items","release":1,"live":2,"records":2,"open":2}]`) {
		t.Errorf("behind: %s", a.raw)
	}
	if a := rep.send("GET", base, nil); a.status != 403 && a.status != 404 {
		t.Errorf("a member sees migrations: %d", a.status)
	}
	ask := object{"form": "item", "from": 1}
	plan := string(admin.must("POST", base+"/plan", ask).raw)
	for _, want := range []string{`"path":"stages/open"`, `"fate":"choose"`, `"records":2`, `"choices":[{"key":"begun","name":"Begun"`, `"path":"values/code"`} {
		if !strings.Contains(strings.ReplaceAll(plan, `"name":"Open"`, `"name":"Begun"`), want) {
			t.Errorf("the plan lacks %s: %s", want, plan)
		}
	}
	if a := admin.send("POST", base+"/plan", object{"form": "item", "from": 1, "mapping": object{"stages/open": "done"}}); a.status != 422 || !strings.Contains(string(a.raw), "migration.mapping") {
		t.Errorf("a wrong choice: %d %s", a.status, a.raw)
	}
	if a := admin.must("POST", base+"/preview", ask); strings.Count(string(a.raw), `"path":"/stages/open"`) != 2 {
		t.Errorf("preview without a choice: %s", a.raw)
	}
	ask["mapping"] = object{"stages/open": "begun"}
	if a := admin.must("POST", base+"/preview", ask); strings.Count(string(a.raw), `"path":"/values/code"`) != 1 || strings.Count(string(a.raw), `"kind":"stage"`) != 1 {
		t.Errorf("preview: %s", a.raw)
	}
	started := admin.must("POST", base, ask, "Idempotency-Key", "m")
	if again := admin.must("POST", base, ask, "Idempotency-Key", "m"); again.str("id") != started.str("id") {
		t.Errorf("the same again is another: %s", again.raw)
	}
	admin.refused(422, "op.reused", "POST", base, object{"form": "item", "from": 1, "closed": true}, "Idempotency-Key", "m")
	settle := func() {
		t.Helper()
		for n := 1; n > 0; {
			var err error
			if n, err = w.server.Engine.RunDue(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	}
	settle()
	one := base + "/" + started.str("id")
	if a := string(admin.must("GET", one, nil).raw); !strings.Contains(a, `"state":"done","total":2,"counts":{"failed":1,"migrated":1}`) {
		t.Errorf("done: %s", a)
	}
	if a := string(admin.must("GET", one+"/records?state=failed", nil).raw); strings.Count(a, `"record"`) != 1 || strings.Contains(a, "dozen") {
		t.Errorf("results: %s", a)
	}
	if a := rep.must("GET", "/api/records/"+id, nil); !strings.Contains(string(a.raw), `"stage":"begun"`) || !strings.Contains(string(a.raw), `"release":2`) {
		t.Errorf("migrated: %s", a.raw)
	}
	if a := rep.must("GET", "/api/records/"+id+"/events", nil); !strings.Contains(string(a.raw), `"migrated"`) {
		t.Errorf("events: %s", a.raw)
	}
	admin.must("POST", one+"/undo", nil)
	settle()
	if a := string(admin.must("GET", one, nil).raw); !strings.Contains(a, `"state":"undone"`) || !strings.Contains(a, `"undone":1`) {
		t.Errorf("undone: %s", a)
	}
	if a := rep.must("GET", "/api/records/"+id, nil); !strings.Contains(string(a.raw), `"stage":"open"`) || !strings.Contains(string(a.raw), `"code":"12"`) {
		t.Errorf("taken back: %s", a.raw)
	}
}
