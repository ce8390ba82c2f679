package server

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"testing/fstest"

	"pipewright/web"
)

// relayApp has two processes, and in them what a shared picture must not tell: formulas, people and teams by name, scripts, other fields.
const relayApp = `{
	"spec": "pipewright/1", "key": "relay", "name": "接力", "currency": "CNY", "timezone": "Asia/Shanghai",
	"roles": [{"key": "rep", "name": "销售"}, {"key": "legal", "name": "法务"}, {"key": "driver", "name": "司机"}],
	"forms": [
		{"key": "deal", "name": "商机", "fields": [{"key": "name", "type": "text", "name": "名称"}, {"key": "amount", "type": "money", "name": "金额"}, {"key": "hushed", "type": "number", "name": "底价"}, {"key": "helper", "type": "user", "name": "协办人"}],
		 "grants": [{"role": "rep", "records": "all", "do": ["create", "read", "edit"], "hide": ["hushed"]}]},
		{"key": "trip", "name": "运单", "fields": [{"key": "name", "type": "text", "name": "名称"}], "grants": [{"role": "driver", "records": "all", "do": ["create", "read", "edit"]}]}],
	"processes": [
		{"key": "deal", "form": "deal", "name": "销售", "start": "talk", "roles": ["rep"], "stages": [
			{"key": "talk", "name": "洽谈", "goal": "问清需求", "kind": "call", "script": "暗号", "owner": [{"role": "rep"}, {"user": "rep.li"}, {"user": "rep.chen"}, {"team": "east"}], "due": "P3D",
			 "checklist": [{"key": "c", "name": "已报价", "required": true}], "activities": [{"key": "a", "name": "核价", "who": {"field": "helper"}, "required": true}],
			 "fields": {"require": ["amount"]}, "leaveIf": [{"if": "hushed > 77", "message": "底价要过线"}]},
			{"key": "won", "name": "成交", "end": "won"}],
		 "transitions": [{"key": "win", "from": ["talk"], "to": "won", "name": "签约", "by": ["rep"], "if": "hushed > 88", "approval": "sign"}]},
		{"key": "trip", "form": "trip", "name": "送货", "start": "load", "stages": [{"key": "load", "name": "装车", "goal": "装好", "kind": "work", "owner": {"role": "driver"}}, {"key": "there", "name": "送达", "end": "done"}],
		 "transitions": [{"key": "drive", "from": ["load"], "to": "there", "name": "送达"}]}],
	"approvals": [{"key": "sign", "name": "签约审批", "skipIf": "hushed < 99", "steps": [
		{"key": "law", "name": "法务审", "who": {"role": "legal"}, "onEmpty": "admin", "onSelf": "allow", "due": "P1D"},
		{"key": "boss", "name": "老板审", "runIf": "hushed > 66", "who": {"user": "admin"}, "onEmpty": "admin", "onSelf": "allow", "due": "P1D"}]}],
	"automations": [
		{"key": "ship", "name": "成交送货", "on": {"stage": "deal.won"}, "if": "hushed > 55", "do": [{"if": "true", "then": [{"start": {"process": "trip", "with": {"name": "name"}}}]}]},
		{"key": "mute", "name": "私下提醒", "on": {"stage": "deal.talk"}, "do": [{"notify": {"to": {"user": "rep.chen"}, "text": "嘘"}}]}]
}`

func openRelay(t *testing.T) (w *world, admin *client) {
	t.Helper()
	w = open(t, true)
	admin = w.as("admin")
	admin.must("POST", "/api/apps/import", object{"definition": json.RawMessage(relayApp)})
	admin.must("POST", "/api/apps/relay/publish", object{"acceptWarnings": true})
	return w, admin
}

func TestSharedFlow(t *testing.T) {
	t.Parallel()
	w, admin := openRelay(t)
	rep, visitor := w.as("rep.li"), w.client()
	const shares = "/api/apps/relay/shares"
	share := func(process, action string) string {
		t.Helper()
		return strings.TrimPrefix(admin.must("POST", shares, object{"process": process, "action": action}).str("path"), "/share/")
	}
	rep.refused(403, "forbidden", "GET", shares, nil)
	rep.refused(403, "forbidden", "POST", shares, object{"action": "make"})
	admin.refused(404, "not.found", "POST", shares, object{"process": "nope", "action": "make"})
	admin.refused(404, "not.found", "POST", shares, object{"process": "deal", "action": "off"})
	admin.refused(400, "bad.request", "POST", shares, object{"process": "deal", "action": "sing"})
	if l := admin.must("GET", shares, nil); l.len("items") != 3 || l.str("items.0.process") != "" || l.str("items.1.process") != "deal" || l.str("items.1.path") != "" {
		t.Errorf("%s", l.raw)
	}
	visitor.refused(404, "not.found", "GET", "/api/shared/nonsense", nil)

	all := share("", "make")
	if share("", "make") != all {
		t.Error("making the link again gave another")
	}
	out := visitor.must("GET", "/api/shared/"+all, nil)
	told := string(out.raw)
	for _, secret := range []string{"暗号", "hushed", "77", "88", "99", "66", "55", "rep.li", "rep.chen", "east", "admin", "mute", "嘘", "grants"} {
		if strings.Contains(told, secret) {
			t.Errorf("%s is told outside: %s", secret, told)
		}
	}
	for _, said := range []string{"洽谈", "问清需求", "销售", "法务", "司机", "已报价", "核价", "底价要过线", "签约审批", "法务审", "老板审", "成交送货", "金额", "协办人", "P3D"} {
		if !strings.Contains(told, said) {
			t.Errorf("%s is not told: %s", said, told)
		}
	}
	if out.len("definition.processes") != 2 || out.str("definition.automations.0.do.0.start.process") != "trip" || out.str("process") != "" || out.str("release") != "1" {
		t.Errorf("%s", told)
	}
	// Two people by name are one person not named.
	if out.len("definition.processes.0.stages.0.owner.who") != 3 {
		t.Errorf("%s", told)
	}

	// The link of one process tells nothing of the other.
	one := share("trip", "make")
	told = string(visitor.must("GET", "/api/shared/"+one, nil).raw)
	for _, other := range []string{"销售", "洽谈", "签约", "法务", "金额", "成交送货"} {
		if strings.Contains(told, other) {
			t.Errorf("%s is told by the link of another process: %s", other, told)
		}
	}
	if l := admin.must("GET", shares, nil); l.str("items.2.path") != "/share/"+one || l.str("items.2.on") != "true" || l.str("items.2.by.id") != "admin" || l.str("items.1.path") != "" {
		t.Errorf("%s", l.raw)
	}
	// It is no link of anything else.
	visitor.refused(404, "not.found", "GET", "/api/public/"+one, nil)
	visitor.refused(404, "not.found", "GET", "/api/tracking/"+one, nil)

	// What is shown is the live release.
	draft := admin.must("GET", "/api/apps/relay/draft", nil)
	admin.must("PUT", "/api/apps/relay/draft", json.RawMessage(strings.Replace(relayApp, `"装车"`, `"配货"`, 1)), "If-Match", `"`+draft.str("rev")+`"`)
	if told = string(visitor.must("GET", "/api/shared/"+one, nil).raw); strings.Contains(told, "配货") {
		t.Errorf("the draft is shown: %s", told)
	}
	admin.must("POST", "/api/apps/relay/publish", object{"note": "二", "acceptWarnings": true})
	if told = string(visitor.must("GET", "/api/shared/"+one, nil).raw); !strings.Contains(told, "配货") {
		t.Errorf("the live release is not shown: %s", told)
	}

	// Made anew, the old link is over; switched off, so is the new one; on again, it is the same.
	other := share("trip", "rotate")
	visitor.refused(404, "not.found", "GET", "/api/shared/"+one, nil)
	visitor.must("GET", "/api/shared/"+other, nil)
	share("trip", "off")
	visitor.refused(404, "not.found", "GET", "/api/shared/"+other, nil)
	if share("trip", "make") != other {
		t.Error("switching on gave another link")
	}
	visitor.must("GET", "/api/shared/"+all, nil)
}

// The page of a link that leads nowhere says 404, also to a browser that has the page already.
func TestSharedPageIsGone(t *testing.T) {
	t.Parallel()
	w, admin := openRelay(t)
	w.server.Web = web.Handler(fstest.MapFS{"outside.html": {Data: []byte("the page")}})
	visitor := w.client()
	path := admin.must("POST", "/api/apps/relay/shares", object{"action": "make"}).str("path")
	first := visitor.send("GET", path, nil)
	if first.status != http.StatusOK || string(first.raw) != "the page" {
		t.Errorf("%d %s", first.status, first.raw)
	}
	if again := visitor.send("GET", path, nil, "If-None-Match", first.header.Get("ETag")); again.status != http.StatusNotModified {
		t.Errorf("%d", again.status)
	}
	admin.must("POST", "/api/apps/relay/shares", object{"action": "off"})
	for _, path := range []string{path, "/share/nonsense"} {
		if gone := visitor.send("GET", path, nil, "If-None-Match", first.header.Get("ETag")); gone.status != http.StatusNotFound || string(gone.raw) != "the page" {
			t.Errorf("%s: %d %s", path, gone.status, gone.raw)
		}
	}
}
