package server

import (
	"encoding/json"
	"strings"
	"testing"
)

// An admin asks why somebody may or may not do something with a record; the answer holds reasons and no values.
func TestStanding(t *testing.T) {
	t.Parallel()
	w := open(t, true)
	admin := w.as("admin")
	admin.must("POST", "/api/apps/import", map[string]any{"definition": json.RawMessage(`{"spec": "pipewright/1", "key": "case", "name": "Cases", "languages": ["en"], "timezone": "UTC", "currency": "EUR",
		"roles": [{"key": "rep", "name": "Rep"}, {"key": "boss", "name": "Boss"}],
		"forms": [{"key": "item", "name": "Item", "title": "{{ name }}", "fields": [
			{"key": "name", "type": "text", "name": "Name", "required": true}, {"key": "cost", "type": "text", "name": "Cost"}, {"key": "memo", "type": "text", "name": "Memo"}],
		"grants": [{"role": "rep", "records": "own", "do": ["create", "read", "edit"], "hide": ["cost"], "readOnly": ["memo"]},
			{"role": "boss", "records": "all", "do": ["read", "edit", "assign", "delete"]}]}]}`)})
	admin.must("POST", "/api/apps/case/publish", map[string]any{"note": "first", "acceptWarnings": true})
	for user, role := range map[string]string{"rep.li": "case/rep", "rep.chen": "case/rep", "mgr.wang": "case/boss"} {
		admin.must("PATCH", "/api/users/"+user, map[string]any{"roles": []string{role}})
	}
	id := w.as("rep.li").must("POST", "/api/apps/case/forms/item/records", map[string]any{"data": map[string]any{"name": "secret name"}}).str("id")
	ask := func(user string) answer {
		return admin.must("GET", "/api/records/"+id+"/standing?user="+user, nil, "Accept-Language", "en")
	}

	li := ask("rep.li")
	if li.str("acts.0.act") != "read" || li.str("acts.0.allowed") != "true" || li.str("acts.0.because.0") != "Role “Rep” (own) allows “read”" ||
		li.str("acts.3.act") != "delete" || li.str("acts.3.allowed") != "false" || li.str("acts.3.because.0") != "Role “Rep” (own) does not allow “delete”" {
		t.Errorf("%s", li.raw)
	}
	if li.len("hidden") != 1 || li.str("hidden.0.key") != "cost" || li.str("hidden.0.by") != "role" || li.len("readOnly") != 1 || li.str("readOnly.0.key") != "memo" {
		t.Errorf("%s", li.raw)
	}
	if chen := ask("rep.chen"); chen.str("acts.0.allowed") != "false" || !strings.Contains(chen.str("acts.0.because.0"), "outside its scope “own”") || chen.len("hidden") != 3 {
		t.Errorf("%s", chen.raw)
	}
	if boss := ask("mgr.wang"); boss.str("acts.2.allowed") != "true" || boss.len("hidden") != 0 || strings.Contains(string(boss.raw), "secret") {
		t.Errorf("%s", boss.raw)
	}
	admin.refused(404, "not.found", "GET", "/api/records/"+id+"/standing?user=nobody", nil)
	admin.refused(404, "not.found", "GET", "/api/records/ITEM-1/standing?user=rep.li", nil)
	w.as("mgr.wang").refused(403, "forbidden", "GET", "/api/records/"+id+"/standing?user=rep.li", nil)
}
