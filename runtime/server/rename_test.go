package server

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestRenameInDraft(t *testing.T) {
	t.Parallel()
	w := open(t, true)
	w.install("b2b")
	admin := w.as("admin")
	where := admin.must("GET", "/api/apps/b2b/uses?path=/forms/deal/fields/discount", nil)
	if where.len("items") < 3 || strings.Contains(string(where.raw), `"after"`) {
		t.Errorf("uses %s", where.raw)
	}
	admin.refused(404, "not.found", "GET", "/api/apps/b2b/uses?path=/forms/deal/fields/nope", nil)
	rename := object{"path": "/forms/deal/fields/discount", "to": "cut", "dryRun": true}
	dry := admin.must("POST", "/api/apps/b2b/rename", rename)
	if dry.len("uses") != where.len("items") || dry.str("definition.key") != "b2b" || dry.len("warnings") != 0 {
		t.Errorf("dry run %.400s", dry.raw)
	}
	draft := admin.must("GET", "/api/apps/b2b/draft", nil)
	if !strings.Contains(string(draft.raw), `"discount <= 0.1"`) {
		t.Error("the dry run was saved")
	}
	rename["dryRun"] = false
	done := admin.must("POST", "/api/apps/b2b/rename", rename, "If-Match", draft.header.Get("ETag"))
	if done.len("uses") != dry.len("uses") || done.len("saved.problems") != 0 || done.header.Get("ETag") != `"`+done.str("saved.rev")+`"` {
		t.Errorf("rename %.400s", done.raw)
	}
	if draft = admin.must("GET", "/api/apps/b2b/draft", nil); !strings.Contains(string(draft.raw), `"cut <= 0.1"`) {
		t.Error("the rename was not saved")
	}
	refused := admin.refused(422, "rename.refused", "POST", "/api/apps/b2b/rename", object{"path": "/forms/deal/fields/cut", "to": "stage", "dryRun": true})
	if refused.str("error.details.0.code") != "key.reserved" {
		t.Errorf("refused %s", refused.raw)
	}
	var def struct{ Definition json.RawMessage }
	if err := json.Unmarshal(dry.raw, &def); err != nil {
		t.Fatal(err)
	}
	own := admin.must("POST", "/api/apps/b2b/rename", object{"path": "/forms/deal/fields/cut", "to": "rebate", "definition": def.Definition})
	if !strings.Contains(string(own.raw), `"rebate <= 0.1"`) {
		t.Errorf("a definition of one's own %.300s", own.raw)
	}
	w.as("rep.li").refused(403, "forbidden", "POST", "/api/apps/b2b/rename", rename)
}

// TestRenamedRoleKeepsItsPeople publishes a role under another key: who played it goes on working, also after a restore.
func TestRenamedRoleKeepsItsPeople(t *testing.T) {
	t.Parallel()
	w := open(t, true)
	w.install("b2b")
	admin, rep := w.as("admin"), w.as("rep.li")
	draft := admin.must("GET", "/api/apps/b2b/draft", nil)
	admin.must("POST", "/api/apps/b2b/rename", object{"path": "/roles/rep", "to": "seller"}, "If-Match", draft.header.Get("ETag"))
	admin.must("POST", "/api/apps/b2b/publish", object{"acceptWarnings": true})
	visible := func(when, role string) {
		t.Helper()
		if apps := rep.must("GET", "/api/apps", nil); !strings.Contains(string(apps.raw), `"`+role+`"`) {
			t.Errorf("%s: %s", when, apps.raw)
		}
		if list := rep.must("GET", "/api/apps/b2b/forms/deal/records", nil); list.len("items") == 0 {
			t.Errorf("%s: no deals are left to see", when)
		}
	}
	visible("renamed", "seller")
	admin.must("POST", "/api/users", object{"username": "new.one", "name": "New", "password": "long enough", "team": "east", "roles": []string{"b2b/seller"}})
	admin.must("POST", "/api/apps/b2b/releases/1/restore", object{})
	visible("restored", "rep")
	if u := admin.must("GET", "/api/users?q=new.one", nil); !strings.Contains(string(u.raw), `"b2b/rep"`) {
		t.Errorf("who came between: %s", u.raw)
	}
}

func TestFormSchema(t *testing.T) {
	t.Parallel()
	w := open(t, true)
	w.install("b2b")
	schema := w.as("rep.li").must("GET", "/api/apps/b2b/forms/deal/schema", nil)
	if schema.str("type") != "object" || schema.str("additionalProperties") != "false" || !strings.Contains(string(schema.raw), `"lines"`) {
		t.Errorf("schema %.300s", schema.raw)
	}
	w.as("rep.li").refused(404, "not.found", "GET", "/api/apps/b2b/forms/nope/schema", nil)
	api := w.as("rep.li").must("GET", "/api/openapi.json", nil)
	for _, part := range []string{`"b2b.deal"`, `"/api/apps/b2b/forms/deal/records"`, `"/api/apps/{app}/rename"`} {
		if !strings.Contains(string(api.raw), part) {
			t.Errorf("OpenAPI lacks %s", part)
		}
	}
}
