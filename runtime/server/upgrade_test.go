package server

import (
	"strings"
	"testing"

	"pipewright/designer"
)

// TestUpgradeIntoTheDraft: a newer template is offered, what conflicts is asked, and the result is a draft that is published like any other.
func TestUpgradeIntoTheDraft(t *testing.T) {
	t.Parallel()
	w := open(t, true)
	w.install("blank")
	admin := w.as("admin")
	if none := admin.must("GET", "/api/apps/blank/upgrade", nil); none.str("available") != "false" || none.len("conflicts") != 0 {
		t.Errorf("an upgrade to itself %s", none.raw)
	}
	draft := admin.must("GET", "/api/apps/blank/draft", nil)
	name := draft.str("definition.forms.0.name.en")
	text := func(now string) string {
		return strings.Replace(string(draft.raw), `"en":"`+name+`"`, `"en":"`+now+`"`, 1)
	}
	saved := admin.must("PUT", "/api/apps/blank/draft", text("Mine"), "If-Match", draft.header.Get("ETag"))

	// The same store under a program with a newer template.
	c := w.server.Designer.Config
	for i, x := range c.Templates {
		if x.Key == "blank" {
			c.Templates[i].Definition = []byte(strings.Replace(string(x.Definition), `"en": "`+name+`"`, `"en": "Newer"`, 1))
		}
	}
	newer, err := designer.New(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	w.server.Designer = newer
	if apps := admin.must("GET", "/api/apps", nil); apps.str("items.0.upgrade") != "true" || apps.str("items.0.template") != "blank" {
		t.Errorf("apps %s", apps.raw)
	}
	up := admin.must("GET", "/api/apps/blank/upgrade", nil)
	at := up.str("conflicts.0.path")
	if up.str("available") != "true" || up.len("changes") != 1 || up.len("conflicts") != 1 || up.str("conflicts.0.theirs") != "Newer" || up.str("conflicts.0.mine") != "Mine" {
		t.Fatalf("upgrade %s", up.raw)
	}
	in := object{"to": up.str("to"), "choices": object{}}
	open := admin.refused(409, "upgrade.open", "POST", "/api/apps/blank/upgrade", in, "If-Match", saved.header.Get("ETag"))
	if open.str("error.details.0.path") != at {
		t.Errorf("open %s", open.raw)
	}
	admin.refused(400, "bad.request", "POST", "/api/apps/blank/upgrade", object{"to": up.str("to"), "choices": object{at: "both"}}, "If-Match", saved.header.Get("ETag"))
	in["choices"] = object{at: "theirs"}
	in["dryRun"] = true
	dry := admin.must("POST", "/api/apps/blank/upgrade", in)
	if dry.str("definition.forms.0.name.en") != "Newer" || dry.str("conflicts.0.chosen") != "theirs" || dry.len("problems") != 0 {
		t.Errorf("dry run %.600s", dry.raw)
	}
	in["dryRun"] = false
	admin.refused(409, "draft.conflict", "POST", "/api/apps/blank/upgrade", in, "If-Match", draft.header.Get("ETag"))
	w.as("rep.li").refused(403, "forbidden", "POST", "/api/apps/blank/upgrade", in)
	done := admin.must("POST", "/api/apps/blank/upgrade", in, "If-Match", saved.header.Get("ETag"))
	if done.header.Get("ETag") != `"`+done.str("saved.rev")+`"` {
		t.Errorf("taken %.400s", done.raw)
	}
	if now := admin.must("GET", "/api/apps/blank/draft", nil); now.str("definition.forms.0.name.en") != "Newer" || now.str("definition.template.digest") != up.str("to") {
		t.Errorf("draft %.400s", now.raw)
	}
	if model := admin.must("GET", "/api/apps/blank/model", nil); model.str("release") != "1" {
		t.Errorf("it went live by itself: %.200s", model.raw)
	}
	if again := admin.must("GET", "/api/apps/blank/upgrade", nil); again.str("available") != "false" {
		t.Errorf("offered again %.200s", again.raw)
	}
}
