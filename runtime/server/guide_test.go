package server

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
)

// guide tells a person's first steps: "+create -move", "away" before them when they are put away.
func (c *client) guide() string {
	a := c.must("GET", "/api/guide", nil)
	var out []string
	if a.str("away") == "true" {
		out = append(out, "away")
	}
	for i := range a.len("steps") {
		at := fmt.Sprintf("steps.%d", i)
		mark := "-"
		if a.get(at+".taken") != nil {
			mark = "+"
		}
		out = append(out, mark+a.str(at+".key"))
	}
	return strings.Join(out, " ")
}

// Each has the steps of what he is here for, and a step is taken by what the server has done for him, not by saying so.
func TestGuide(t *testing.T) {
	t.Parallel()
	w := open(t, true)
	admin := w.as("admin")
	expect := func(what string, c *client, want string) {
		t.Helper()
		if got := c.guide(); got != want {
			t.Errorf("%s: %s, want %s", what, got, want)
		}
	}
	expect("before there is an app", admin, "-app -design -publish -people -calendar")
	admin.must("POST", "/api/apps/import", map[string]any{"definition": json.RawMessage(`{"spec": "pipewright/1", "key": "case", "name": "Cases", "languages": ["en"], "timezone": "UTC", "currency": "EUR",
		"roles": [{"key": "rep", "name": "Rep"}, {"key": "reader", "name": "Reader"}],
		"forms": [{"key": "kind", "name": "Kind", "title": "{{ name }}", "fields": [{"key": "name", "type": "text", "name": "Name"}], "grants": [{"role": "rep", "records": "all", "do": ["create", "read"]}]},
			{"key": "item", "name": "Item", "title": "{{ name }}", "fields": [{"key": "name", "type": "text", "name": "Name", "required": true}],
			"grants": [{"role": "rep", "records": "all", "do": ["create", "read", "edit"]}, {"role": "reader", "records": "all", "do": ["read"]}]}],
		"processes": [{"key": "work", "form": "item", "name": "Work", "start": "todo", "stages": [{"key": "todo", "name": "To do"}, {"key": "done", "name": "Done", "end": "done"}],
			"transitions": [{"key": "end", "from": ["todo"], "to": "done", "name": "End"}, {"key": "ask", "from": ["todo"], "to": "done", "name": "Ask", "approval": "ok"}]}],
		"approvals": [{"key": "ok", "name": "Consent", "steps": [{"key": "one", "name": "One", "who": [{"user": "fin.zhao"}], "onEmpty": "admin", "onSelf": "climb", "due": "P1BD"}]}],
		"views": [{"key": "board", "process": "work", "kind": "board", "name": "Board"}]}`)})
	admin.must("POST", "/api/apps/case/publish", map[string]any{"note": "first", "acceptWarnings": true})
	for user, role := range map[string]string{"rep.li": "case/rep", "fin.zhao": "case/reader"} {
		admin.must("PATCH", "/api/users/"+user, map[string]any{"roles": []string{role}})
	}
	expect("published", admin, "+app -design +publish +people -calendar")

	li := w.as("rep.li")
	expect("nothing done yet", li, "-create -move -log -told")
	a := li.must("GET", "/api/guide", nil)
	if a.str("steps.0.app")+"/"+a.str("steps.0.of") != "case/item" || a.str("steps.1.of") != "board" {
		t.Errorf("where to: %s", a.raw)
	}
	li.refused(422, "stage.incomplete", "POST", "/api/apps/case/forms/item/records", map[string]any{"data": map[string]any{}})
	expect("what is refused takes no step", li, "-create -move -log -told")
	id := li.must("POST", "/api/apps/case/forms/item/records", map[string]any{"data": map[string]any{"name": "a"}}).str("id")
	li.must("POST", "/api/records/"+id+"/notes", map[string]any{"text": "called"})
	expect("made and noted", li, "+create -move +log -told")
	move := map[string]any{"do": "move", "transition": "end", "items": []map[string]any{{"id": id}}}
	li.must("POST", "/api/apps/case/forms/item/bulk", map[string]any{"do": "move", "transition": "none", "items": move["items"]}, "Idempotency-Key", "5f0c9a52-7d1e-4b8a-9c66-0e5b7a1d2f41")
	expect("one of many refused", li, "+create -move +log -told")
	li.must("POST", "/api/apps/case/forms/item/bulk", move, "Idempotency-Key", "5f0c9a52-7d1e-4b8a-9c66-0e5b7a1d2f42")
	expect("one of many moved", li, "+create +move +log -told")
	taken := li.must("GET", "/api/guide", nil).str("steps.0.taken")
	w.clock.add(time.Hour)
	li = w.as("rep.li")
	second := li.must("POST", "/api/apps/case/forms/item/records", map[string]any{"data": map[string]any{"name": "b"}}).str("id")
	if again := li.must("GET", "/api/guide", nil).str("steps.0.taken"); again != taken {
		t.Errorf("taken at %s, and then at %s", taken, again)
	}

	// Put away and taken out again, for oneself alone.
	li.must("PUT", "/api/guide", map[string]any{"away": true})
	expect("put away", li, "away +create +move +log -told")
	li.must("PUT", "/api/guide", map[string]any{"away": false})
	expect("and taken out", li, "+create +move +log -told")
	expect("who only reads", w.as("fin.zhao"), "-decide -board -told")
	wang := w.as("mgr.wang")
	expect("a manager", wang, "-decide -usage")
	wang.must("GET", "/api/adoption", nil)
	expect("that has looked at it", wang, "-decide +usage")
	for i, usage := 0, wang.must("GET", "/api/adoption", nil); i < usage.len("items"); i++ {
		if at := fmt.Sprintf("items.%d", i); usage.str(at+".user.id") == "rep.li" && usage.str(at+".guide.taken")+"/"+usage.str(at+".guide.of") != "3/4" {
			t.Errorf("how far his people are: %s", usage.raw)
		}
	}
	expect("who plays no role", w.as("legal.qian"), "")

	// An admin who sees as another takes no steps for him, nor does a program with his token.
	boss := w.as("admin")
	boss.must("POST", "/api/seeing", map[string]any{"user": "fin.zhao"})
	boss.must("GET", "/api/apps/case/boards/board", nil)
	boss.must("DELETE", "/api/seeing", nil)
	expect("seen by an admin", w.as("fin.zhao"), "-decide -board -told")

	// Decided together with others is decided.
	li.must("POST", "/api/records/"+second+"/transitions/ask", nil)
	zhao := w.as("fin.zhao")
	batch := map[string]any{"ids": []string{zhao.must("GET", "/api/tasks?mine=1", nil).str("items.0.id")}, "decision": "approve"}
	zhao.must("POST", "/api/tasks/batch", batch, "Idempotency-Key", "5f0c9a52-7d1e-4b8a-9c66-0e5b7a1d2f43")
	expect("decided in a batch", zhao, "+decide -board -told")
}

// Who has worked here before there was a guide is not shown one unless he asks, and has taken the steps he took then.
func TestGuideOfWhoKnowsHisWay(t *testing.T) {
	t.Parallel()
	w := open(t, true)
	admin := w.as("admin")
	admin.must("POST", "/api/apps/import", map[string]any{"definition": json.RawMessage(`{"spec": "pipewright/1", "key": "case", "name": "Cases", "languages": ["en"], "timezone": "UTC", "currency": "EUR",
		"roles": [{"key": "rep", "name": "Rep"}],
		"forms": [{"key": "item", "name": "Item", "title": "{{ name }}", "fields": [{"key": "name", "type": "text", "name": "Name"}], "grants": [{"role": "rep", "records": "all", "do": ["create", "read"]}]}],
		"processes": [{"key": "work", "form": "item", "name": "Work", "start": "todo", "stages": [{"key": "todo", "name": "To do"}, {"key": "done", "name": "Done", "end": "done"}]}]}`)})
	admin.must("POST", "/api/apps/case/publish", map[string]any{"note": "first", "acceptWarnings": true})
	admin.must("PATCH", "/api/users/rep.li", map[string]any{"roles": []string{"case/rep"}})
	li := w.as("rep.li")
	for i := range knowsWay {
		li.must("POST", "/api/apps/case/forms/item/records", map[string]any{"data": map[string]any{"name": fmt.Sprint(i)}})
	}
	for _, user := range []string{"rep.li", "admin"} { // as if all that was before this program
		doc := must2(w.server.Store.Get(t.Context(), guidesColl, user))
		if err := w.server.Store.Delete(t.Context(), guidesColl, user, doc.Ver); err != nil {
			t.Fatal(err)
		}
	}
	if got := li.guide(); got != "away +create -told" {
		t.Error(got)
	}
	if got := admin.guide(); got != "away +app -design +publish +people -calendar" {
		t.Error(got)
	}
}

func must2[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
