package engine

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pipewright/rules"
	"pipewright/runtime/process"
	"pipewright/runtime/store"
)

// heard are the texts of what a person was told, newest first.
func (w *world) heard(user, lang string) (out []string) {
	w.t.Helper()
	list, _, err := w.e.Notices(w.t.Context(), user, false, 50, "")
	w.must(err)
	for _, n := range list {
		out = append(out, n.Text.In(lang))
	}
	return out
}

// Texts that people read call people, options, stages and records by name, and write amounts and times as people write them.
func TestTextsSayNames(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	def, problems := process.Parse([]byte(`{"spec": "pipewright/1", "key": "debts", "name": "Debts", "timezone": "Asia/Shanghai", "options": [{"key": "kind", "items": [{"key": "old", "name": {"en": "Overdue", "zh-CN": "逾期"}}]}], "languages": ["en", "zh-CN"],
		"roles": [{"key": "rep", "name": "Rep"}],
		"forms": [{"key": "debt", "code": "DEBT", "name": "Debt", "title": "{{ name }}", "fields": [{"key": "name", "name": "Name", "type": "text"},
			{"key": "boss", "name": "Boss", "type": "user"}, {"key": "kind", "name": "Kind", "type": "select", "options": "kind"},
			{"key": "owed", "name": "Owed", "type": "money", "currency": "CNY"}, {"key": "of", "name": "Of", "type": "reference", "form": "debt"}],
			"grants": [{"role": "rep", "records": "all", "do": ["create", "read", "edit"]}]}],
		"automations": [{"key": "tell", "name": "Tell", "on": {"created": "debt"}, "do": [
			{"notify": {"to": [{"field": "owner"}], "text": {"en": "{{ owner }}|{{ boss }}|{{ kind }}|{{ owed }}|{{ of }}|{{ of.boss }}|{{ createdAt }}|{{ owed + 1 }}", "zh-CN": "{{ boss }}|{{ kind }}"}}},
			{"task": {"who": [{"field": "owner"}], "name": "Ask {{ boss }}"}}]}]}`))
	if rules.HasErrors(problems) {
		t.Fatal(problems)
	}
	app, problems := process.Compile(def, nil, 1, process.Options{})
	if rules.HasErrors(problems) {
		t.Fatal(problems)
	}
	w.defs["debts"] = []*process.App{app}
	li := w.user("rep.li")
	li.Roles = append(li.Roles, "debts/rep")
	w.must(w.e.SaveUsers(t.Context(), *li))
	boss := w.user("mgr.wang").Name
	old := w.debt("1", `{"name": "Acme", "boss": "mgr.wang"}`)
	w.runDue()
	w.clock.add(time.Minute)
	w.debt("2", `{"name": "Beta", "boss": "mgr.wang", "kind": "old", "owed": {"amount": "12000", "currency": "CNY"}, "of": {"id": "`+old+`"}}`)
	w.runDue()
	if got, want := w.heard("rep.li", "en")[0], li.Name+"|"+boss+"|Overdue|12,000.00|Acme|"+boss+"|2026-11-23 10:01|12,001.00"; got != want {
		t.Errorf("told %q, want %q", got, want)
	}
	if got, want := w.heard("rep.li", "zh-CN")[0], boss+"|逾期"; got != want {
		t.Errorf("told %q, want %q", got, want)
	}
	if got := w.open("rep.li")[0].Name.In("en"); got != "Ask "+boss {
		t.Errorf("a task %q", got)
	}
}

// What the product itself says of people says their names: notices, and why something was refused.
func TestPeopleAreCalledByName(t *testing.T) {
	t.Parallel()
	w := signWorld(t)
	li, wang := w.user("rep.li").Name, w.user("mgr.wang").Name
	s := w.submit("a", "one")
	w.do("rep.li", process.Command{Kind: process.Urge, ID: s.ID})
	if got := w.heard("mgr.wang", "en")[0]; got != li+" asks you to decide soon" {
		t.Errorf("urged by %q", got)
	}
	w.clock.add(time.Minute)
	w.do("rep.li", process.Command{Kind: process.Note, ID: s.ID, Comment: "@mgr.wang look"})
	if got := w.heard("mgr.wang", "en")[0]; !strings.HasPrefix(got, li+" mentioned you") {
		t.Errorf("mentioned by %q", got)
	}
	_, err := w.e.Do(t.Context(), Request{User: "mgr.wang", Command: process.Command{Kind: process.DecideSlot, ID: s.ID, Decision: "transfer", Step: s.Round.Steps[0].Key, Round: s.Round.N,
		Hash: s.Round.Hash, People: []string{"mgr.wang"}, Comment: "me"}})
	if r, ok := asRejection(err); !ok || !strings.Contains(r.Message.In("en"), "“"+wang+"”") {
		t.Errorf("refused with %v", err)
	}
}

// A text that says what a record is called, its own or one that it points to, reaches only whom that is told elsewhere.
func TestTitlesInTextsAreMasked(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	def, problems := process.Parse([]byte(`{"spec": "pipewright/1", "key": "debts", "name": "Debts", "timezone": "Asia/Shanghai",
		"roles": [{"key": "rep", "name": "Rep"}, {"key": "boss", "name": "Boss"}],
		"forms": [{"key": "debt", "code": "DEBT", "name": "Debt", "title": "{{ name }}", "fields": [{"key": "name", "name": "Name", "type": "text"}, {"key": "of", "name": "Of", "type": "reference", "form": "debt"}],
			"grants": [{"role": "boss", "records": "all", "do": ["create", "read", "edit"]}, {"role": "rep", "records": "all", "do": ["create", "read", "edit"], "hide": ["name"]}]}],
		"automations": [{"key": "tell", "name": "Tell", "on": {"created": "debt"}, "do": [
			{"notify": {"to": [{"role": "rep"}, {"role": "boss"}], "text": "of {{ of }}"}}, {"notify": {"to": [{"role": "rep"}, {"role": "boss"}], "text": "called {{ title }}"}}]}]}`))
	if rules.HasErrors(problems) {
		t.Fatal(problems)
	}
	app, problems := process.Compile(def, nil, 1, process.Options{})
	if rules.HasErrors(problems) {
		t.Fatal(problems)
	}
	w.defs["debts"] = []*process.App{app}
	for user, role := range map[string]string{"rep.li": "rep", "mgr.wang": "boss"} {
		u := w.user(user)
		u.Roles = append(u.Roles, "debts/"+role)
		w.must(w.e.SaveUsers(t.Context(), *u))
	}
	make := func(op, values string) string {
		return w.do("mgr.wang", process.Command{Kind: process.Create, App: "debts", Form: "debt", Op: op, Data: data(values)}).State.ID
	}
	old := make("1", `{"name": "Acme"}`)
	w.runDue()
	w.clock.add(time.Minute)
	make("2", `{"name": "Beta", "of": {"id": "`+old+`"}}`)
	w.runDue()
	for user, want := range map[string][]string{"rep.li": {"called •••", "of •••"}, "mgr.wang": {"called Beta", "of Acme"}} {
		got := w.heard(user, "en")[:2]
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%s is told %q", user, got)
		}
	}
}

// Notices kept before texts called people by name are read with names; what somebody wrote stays as he wrote it.
func TestOldNoticesSayNames(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	wang, li := w.user("mgr.wang").Name, w.user("rep.li").Name
	for i, c := range []struct {
		body, want string
	}{
		{`{"text": {"en": "mgr.wang asks you to decide soon"}}`, wang + " asks you to decide soon"},
		{`{"text": {"en": "mgr.wang mentioned you: ask rep.li."}, "quotes": true}`, wang + " mentioned you: ask rep.li."},
		{`{"text": {"en": "“Call” of rep.li, for mgr.wang."}}`, "“Call” of " + li + ", for " + wang + "."},
		{`{"text": {"en": "rep.li的“x”: xrep.li rep.lin admin@x.cn"}}`, li + "的“x”: xrep.li rep.lin admin@x.cn"},
		{`{"text": {"en": "mgr.wang says so"}, "named": true}`, "mgr.wang says so"},
	} {
		at := w.clock.now().Add(time.Duration(i) * time.Second).UnixMilli()
		w.must(w.store.Insert(t.Context(), collNotices, store.Doc{ID: fmt.Sprint(i), Ver: 1, Cols: map[string]any{"user": "dir.sun", "read": false, "at": at}, Body: json.RawMessage(c.body)}))
		if got := w.heard("dir.sun", "en")[0]; got != c.want {
			t.Errorf("%s: %q, want %q", c.body, got, c.want)
		}
	}
}
