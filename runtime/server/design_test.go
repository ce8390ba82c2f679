package server

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"
)

func TestDesignPublishAndRollBack(t *testing.T) {
	t.Parallel()
	w := open(t, true)
	w.install("b2b")
	admin := w.as("admin")
	a := admin.must("GET", "/api/apps/b2b/draft", nil)
	if a.str("rev") == "" || a.str("base") != "1" || a.header.Get("ETag") != `"`+a.str("rev")+`"` || a.len("problems") != 0 {
		t.Fatalf("draft: rev %s base %s %v", a.str("rev"), a.str("base"), a.get("problems"))
	}
	rev := a.header.Get("ETag")
	var draft struct{ Definition json.RawMessage }
	if err := json.Unmarshal(a.raw, &draft); err != nil {
		t.Fatal(err)
	}
	text := string(draft.Definition)
	changed := strings.Replace(text, `"discount <= 0.1"`, `"discount <= 0.05"`, 1)
	if changed == text {
		t.Fatal("the threshold was not found")
	}
	saved := admin.must("PUT", "/api/apps/b2b/draft", changed, "If-Match", rev)
	if saved.len("problems") != 0 {
		t.Errorf("problems %s", saved.raw)
	}
	lost := admin.refused(409, "draft.conflict", "PUT", "/api/apps/b2b/draft", changed, "If-Match", rev)
	if lost.str("error.current.by.id") != "admin" || lost.str("error.current.rev") != saved.str("rev") {
		t.Errorf("conflict %s", lost.raw)
	}
	// Where both changed the same it is told as everywhere: places by their names, formulas by the names in them.
	revOf := func(r answer) int64 {
		n, _ := strconv.ParseInt(r.str("rev"), 10, 64)
		return n
	}
	both := object{"base": revOf(a), "theirs": revOf(saved), "definition": json.RawMessage(strings.Replace(text, `"discount <= 0.1"`, `"discount <= 0.08"`, 1))}
	clash := admin.must("POST", "/api/apps/b2b/draft/clashes", both)
	if clash.len("items") != 1 || clash.str("items.0.path") != "/approvals/discount/skipIf" || !strings.Contains(clash.str("items.0.theirsText.zh-CN"), "整单折扣 <= 0.05") ||
		clash.str("items.0.lines.0.mine.zh-CN") != "整单折扣 <= 0.08" || !strings.Contains(clash.str("items.0.place.zh-CN"), "折扣审批") {
		t.Errorf("clash %s", clash.raw)
	}
	both["theirs"] = revOf(saved) + 1
	admin.refused(404, "not.found", "POST", "/api/apps/b2b/draft/clashes", both)
	diff := admin.must("GET", "/api/apps/b2b/diff?from=1&to=draft", nil)
	if diff.len("items") != 1 || diff.str("items.0.path") != "/approvals/discount/skipIf" || diff.str("items.0.area") != "approvals" {
		t.Errorf("diff %s", diff.raw)
	}
	path := admin.must("POST", "/api/apps/b2b/preview-chain", object{"chain": "discount", "owner": "rep.li", "initiator": "rep.li",
		"data": object{"lines": []object{{"qty": 1, "price": money("600000.00"), "off": "0.07"}}}})
	if path.str("skipped") != "false" || path.str("steps.0.people.0.id") != "mgr.wang" || path.str("steps.1.people.0.id") != "fin.zhao" {
		t.Errorf("preview %s", path.raw)
	}
	unused := strings.Replace(changed, `"approvals":[`, `"approvals":[{"key": "spare", "name": "Spare", "steps": [{"key": "one", "name": "One", "who": [{"user": "mgr.wang"}], "onEmpty": "admin", "onSelf": "climb", "due": "P1BD"}]},`, 1)
	if r := admin.refused(422, "check.failed", "POST", "/api/apps/b2b/preview-chain", object{"chain": "spare", "definition": json.RawMessage(unused)}); !strings.Contains(string(r.raw), "uses this approval chain yet") || r.len("error.details") != 0 {
		t.Errorf("preview of a chain that nothing uses %s", r.raw)
	}
	// A report of a draft is computed over the records there are; a wrong one says what is wrong, and what is not published cannot be counted.
	reported := func(reports string) json.RawMessage {
		def := strings.Replace(changed, `"reports":[`, `"reports":[`+reports+`,`, 1)
		if def == changed {
			t.Fatal("the app has no reports")
		}
		return json.RawMessage(def)
	}
	if r := admin.must("POST", "/api/apps/b2b/preview-report", object{"report": "mine", "definition": reported(`{"key": "mine", "name": "Mine", "process": "deal", "measures": [{"key": "n", "count": true}]}`)}); r.str("key") != "mine" || r.str("columns.0.key") != "n" {
		t.Errorf("preview of a report %s", r.raw)
	}
	if r := admin.refused(422, "check.failed", "POST", "/api/apps/b2b/preview-report", object{"report": "mine", "definition": reported(`{"key": "mine", "name": "Mine", "process": "deal", "where": "nothing > 1", "measures": [{"key": "n", "count": true}]}`)}); !strings.HasPrefix(r.str("error.details.0.path"), "/reports/mine") {
		t.Errorf("preview of a wrong report %s", r.raw)
	}
	if r := admin.must("POST", "/api/apps/b2b/preview-report", object{"report": "rows", "definition": reported(`{"key": "rows", "name": "Rows", "process": "deal", "rows": "lines", "measures": [{"key": "n", "count": true}]}`)}); r.str("table") != "lines" || r.str("columns.0.type") != "count" {
		t.Errorf("preview of a report of rows %s", r.raw)
	}
	admin.refused(404, "not.found", "POST", "/api/apps/b2b/preview-report", object{"report": "none"})
	w.as("rep.li").refused(403, "forbidden", "POST", "/api/apps/b2b/preview-report", object{"report": "mine"})
	if apps := admin.must("GET", "/api/apps", nil); !strings.Contains(string(apps.raw), `"draft":true`) {
		t.Errorf("apps %s", apps.raw)
	}
	p := admin.must("POST", "/api/apps/b2b/publish", object{"note": "stricter", "acceptWarnings": true, "rev": json.Number(saved.str("rev"))})
	if p.str("release") != "2" || p.str("same") != "false" {
		t.Errorf("publish %s", p.raw)
	}
	if p = admin.must("POST", "/api/apps/b2b/publish", object{"acceptWarnings": true}); p.str("same") != "true" || p.str("release") != "2" {
		t.Errorf("publish again %s", p.raw)
	}
	if m := w.as("rep.li").must("GET", "/api/apps/b2b/model", nil); m.str("release") != "2" || strings.Contains(string(m.raw), "skipIf") || strings.Contains(string(m.raw), `"automations"`) ||
		!strings.Contains(string(m.raw), `"approvals"`) {
		t.Errorf("the model shows too much or too little: %.300s", m.raw)
	}
	if p = admin.must("POST", "/api/apps/b2b/releases/1/restore", object{}); p.str("release") != "1" {
		t.Errorf("restore %s", p.raw)
	}
	list := admin.must("GET", "/api/apps/b2b/releases", nil)
	if list.len("items") != 2 || list.str("items.1.live") != "true" || list.str("items.0.note") != "stricter" || list.str("items.0.by.id") != "admin" {
		t.Errorf("releases %s", list.raw)
	}
	if r := admin.must("GET", "/api/apps/b2b/releases/2", nil); r.str("definition.key") != "b2b" {
		t.Errorf("release %.200s", r.raw)
	}
}

func TestBadDraftsSaveAndDoNotPublish(t *testing.T) {
	t.Parallel()
	w := open(t, true)
	admin := w.as("admin")
	a := admin.must("POST", "/api/apps", object{"key": "mine", "name": object{"en": "Mine"}})
	if a.status != 201 || a.str("release") != "0" {
		t.Fatalf("app %s", a.raw)
	}
	// It has the language it is named in; the others are asked for once somebody adds them.
	if e := admin.must("GET", "/api/apps/mine/export", nil); e.len("languages") != 1 || e.str("languages.0") != "en" {
		t.Errorf("languages %s", e.raw)
	}
	// Without a key it gets one of its name, and of the same name another.
	for _, want := range []string{"kehubaifangBiao", "kehubaifangBiao2"} {
		if made := admin.must("POST", "/api/apps", object{"name": object{"zh-CN": "2026 客户拜访 biao!"}}); made.str("key") != want {
			t.Errorf("a key of the name: %s, want %s", made.raw, want)
		}
	}
	if made := admin.must("POST", "/api/apps", object{"name": "…"}); made.str("key") != "app" {
		t.Errorf("a key of no letters: %s", made.raw)
	}
	bad := `{"spec": "pipewright/1", "key": "mine", "name": "Mine", "forms": [{"key": "f", "name": "F", "fields": [{"key": "n", "type": "number", "calc": "m + 1"}], "fildz": 1}]}`
	saved := admin.must("PUT", "/api/apps/mine/draft", bad, "If-Match", `"1"`)
	if !strings.Contains(string(saved.raw), "shape.unknownMember") || !strings.Contains(string(saved.raw), "expr.unknownName") || !strings.Contains(string(saved.raw), `"zh-TW"`) {
		t.Errorf("problems %s", saved.raw)
	}
	checked := admin.must("POST", "/api/apps/mine/check", object{})
	if checked.str("errors") == "0" {
		t.Errorf("check %s", checked.raw)
	}
	a = admin.refused(422, "check.failed", "POST", "/api/apps/mine/publish", object{"acceptWarnings": true})
	if a.len("error.details") == 0 {
		t.Errorf("details %s", a.raw)
	}
	admin.refused(404, "not.found", "GET", "/api/apps/mine/model", nil)
	if e := admin.must("GET", "/api/apps/mine/export", nil); e.str("key") != "mine" {
		t.Errorf("export %s", e.raw)
	}
	admin.refused(409, "conflict", "POST", "/api/apps/import", object{"definition": json.RawMessage(bad)})
}

func TestPeople(t *testing.T) {
	t.Parallel()
	w := open(t, true)
	w.install("blank")
	admin := w.as("admin")
	a := admin.must("POST", "/api/users", object{"username": "new.one", "name": "New", "password": "long enough", "team": "east", "roles": []string{"blank/member"}, "language": "en"})
	if a.status != 201 || a.str("roles.0") != "blank/member" {
		t.Errorf("user %s", a.raw)
	}
	admin.refused(409, "conflict", "POST", "/api/users", object{"username": "new.one", "name": "New", "password": "long enough"})
	admin.refused(400, "bad.request", "POST", "/api/users", object{"username": "New One", "name": "New", "password": "long enough"})
	admin.refused(400, "bad.request", "PATCH", "/api/users/new.one", object{"roles": []string{"nope/x"}})
	admin.refused(404, "not.found", "PATCH", "/api/users/nobody", object{"name": "x"})
	admin.refused(400, "bad.request", "PATCH", "/api/users/admin", object{"admin": false})
	one := w.client()
	one.must("POST", "/api/login", object{"username": "new.one", "password": "long enough"})
	if apps := one.must("GET", "/api/apps", nil); apps.len("items") != 1 || apps.str("items.0.canDesign") != "false" {
		t.Errorf("apps %s", apps.raw)
	}
	admin.must("PATCH", "/api/users/new.one", object{"active": false})
	one.refused(401, "unauthenticated", "GET", "/api/me", nil)
	for _, want := range []string{"huazhong", "huazhong2"} {
		if made := admin.must("POST", "/api/teams", object{"name": "华中"}); made.str("key") != want {
			t.Errorf("the key made of a name: %s, want %s", made.raw, want)
		}
	}
	admin.must("POST", "/api/teams", object{"key": "north", "name": "North", "parent": "sales", "manager": "dir.sun"})
	admin.refused(400, "bad.request", "PATCH", "/api/teams/sales", object{"parent": "north"})
	if teams := admin.must("GET", "/api/teams", nil); !strings.Contains(string(teams.raw), `"north"`) {
		t.Errorf("teams %s", teams.raw)
	}
	a = admin.must("PATCH", "/api/teams/north", object{"name": "Far north", "join": []string{"rep.li", "rep.chen"}})
	if a.len("members") != 2 || a.str("name") != "Far north" {
		t.Errorf("members %s", a.raw)
	}
	admin.must("PATCH", "/api/users/rep.chen", object{"team": "east"})
	if a = admin.must("PATCH", "/api/teams/north", object{"leave": []string{"rep.li", "rep.chen"}}); a.len("members") != 0 {
		t.Errorf("members %s", a.raw)
	}
	if w.team("rep.chen") != "east" || w.team("rep.li") != "" {
		t.Errorf("rep.chen is in %q, rep.li in %q: who has gone elsewhere stays there", w.team("rep.chen"), w.team("rep.li"))
	}
	admin.refused(400, "bad.request", "PATCH", "/api/teams/north", object{"join": []string{"nobody"}})
	admin.must("PATCH", "/api/teams/east", object{"join": []string{"rep.li"}})
	// A team made by mistake goes; one that people, teams, records or a definition stand in stays, and says why.
	admin.refused(409, "team.used", "DELETE", "/api/teams/sales", nil)
	admin.refused(409, "team.used", "DELETE", "/api/teams/east", nil)
	admin.refused(404, "not.found", "DELETE", "/api/teams/nowhere", nil)
	w.as("rep.li").refused(403, "forbidden", "DELETE", "/api/teams/north", nil)
	admin.must("PATCH", "/api/users/rep.li", object{"team": "north"})
	w.as("rep.li").must("POST", "/api/apps/blank/forms/item/records", object{"data": object{"name": "In the north"}})
	admin.must("PATCH", "/api/users/rep.li", object{"team": "east"})
	if r := admin.refused(409, "team.used", "DELETE", "/api/teams/north", nil); !strings.Contains(string(r.raw), "(1)") {
		t.Errorf("a team with a record: %s", r.raw)
	}
	admin.must("POST", "/api/teams", object{"key": "oops", "name": "Oops", "parent": "sales"})
	admin.must("DELETE", "/api/teams/oops", nil)
	if teams := admin.must("GET", "/api/teams", nil); strings.Contains(string(teams.raw), `"oops"`) {
		t.Errorf("teams %s", teams.raw)
	}
	if roles := admin.must("GET", "/api/roles", nil); !strings.Contains(string(roles.raw), `"blank/member"`) {
		t.Errorf("roles %s", roles.raw)
	}
	for _, path := range []string{"/api/automations/blank", "/api/schedules", "/api/jobs?state=dead", "/api/deliveries?state=dead&channel=http", "/api/templates", "/api/users?q=li"} {
		admin.must("GET", path, nil)
	}
}

func TestSampleDataGoesInOneClick(t *testing.T) {
	t.Parallel()
	w := open(t, true)
	w.install("cycle9")
	admin, manager := w.as("admin"), w.as("mgr.wang")
	count := func() string { return manager.must("GET", "/api/apps/cycle9/boards/board", nil).str("totals.count") }
	if got := count(); got != "6" {
		t.Fatalf("%s sample deals", got)
	}
	mine := manager.must("POST", "/api/apps/cycle9/forms/account/records", object{"data": object{"name": "Ours", "industry": "other"}})
	if a := admin.must("DELETE", "/api/apps/cycle9/sample", nil); a.str("records") == "0" || count() != "0" {
		t.Errorf("removed %s, %s deals left", a.raw, count())
	}
	manager.must("GET", "/api/records/"+mine.str("id"), nil)
	if a := admin.must("DELETE", "/api/apps/cycle9/sample", nil); a.str("records") != "0" {
		t.Errorf("removed again: %s", a.raw)
	}
	manager.refused(403, "forbidden", "DELETE", "/api/apps/cycle9/sample", nil)
	admin.must("POST", "/api/apps", object{"key": "mine", "name": "Mine"})
	admin.refused(404, "not.found", "DELETE", "/api/apps/mine/sample", nil)
}

// team is the team that somebody is in.
func (w *world) team(user string) string {
	dir, err := w.server.Engine.Directory(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	return dir.TeamOf(user)
}
