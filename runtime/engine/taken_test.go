package engine

import (
	"testing"

	"pipewright/runtime/process"
)

// Who types what another record has is told whose that is: by title and owner if he may read it, else by the owner in part.
func TestTakenSaysWhose(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.defs["crm"] = []*process.App{compileData(t, []byte(`{"spec": "pipewright/1", "key": "crm", "name": "CRM", "languages": ["en", "zh-CN"], "timezone": "UTC", "currency": "EUR",
		"roles": [{"key": "rep", "name": "Rep"}, {"key": "boss", "name": "Boss"}],
		"forms": [{"key": "account", "name": "Account", "title": "{{ name }}", "fields": [{"key": "name", "type": "text", "name": "Name"}],
			"unique": [{"key": "name", "on": ["name"], "normalize": ["trim", "case"], "mode": "warn", "message": {"en": "There is one", "zh-CN": "已有一个"}}],
			"grants": [{"role": "rep", "records": "own", "do": ["create", "read", "edit"]}, {"role": "boss", "records": "all", "do": ["create", "read"]}]}]}`), 1)}
	w.e = w.node("one")
	for user, role := range map[string]string{"rep.li": "rep", "rep.chen": "rep", "mgr.wang": "boss"} {
		u := w.user(user)
		u.Roles = []string{"crm/" + role}
		w.must(w.e.SaveUsers(t.Context(), *u))
	}
	first := w.do("rep.li", process.Command{Kind: process.Create, App: "crm", Form: "account", Op: "a", Data: data(`{"name": "Acme"}`)}).State.ID
	said := func(user, id, lang, name string) (string, string) {
		t.Helper()
		e, err := w.e.Evaluate(t.Context(), user, EvaluateRequest{App: "crm", Form: "account", ID: id, Data: data(name)})
		w.must(err)
		out, other := "", ""
		for _, p := range append(e.Problems, e.Result.Problems...) {
			out, other = out+p.Message.In(lang), other+p.Record
		}
		return out, other
	}
	for _, c := range []struct{ user, id, lang, name, want, other string }{
		{"mgr.wang", "", "en", `{"name": "acme "}`, "There is one (Acme, owned by 李雷)", first},
		{"rep.li", "", "zh-CN", `{"name": "ACME"}`, "已有一个（Acme，负责人 李雷）", first},
		{"rep.chen", "", "zh-CN", `{"name": "Acme"}`, "已有一个（负责人 李*）", ""},
		{"rep.chen", "", "en", `{"name": "Other"}`, "", ""},
		{"rep.li", first, "en", `{"name": "Acme"}`, "", ""},
	} {
		if got, other := said(c.user, c.id, c.lang, c.name); got != c.want || other != c.other {
			t.Errorf("%s %s: %q of %q, want %q", c.user, c.name, got, other, c.want)
		}
	}
}
