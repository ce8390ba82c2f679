package process

import (
	"testing"

	"pipewright/rules"
)

// What another record changes by a rollup begins a round that guards it again, as a person's change of it would; where a person could not change
// it, the rollup still may, and those who said yes are asked anew.
func TestRefreshVoidsTheRound(t *testing.T) {
	t.Parallel()
	def, problems := Parse([]byte(`{"spec": "pipewright/1", "key": "sums", "name": "Sums", "timezone": "Asia/Shanghai", "currency": "CNY", "roles": [{"key": "rep", "name": "Rep"}],
	  "forms": [{"key": "job", "name": "Job", "fields": [{"key": "name", "type": "text", "name": "Name"},
	      {"key": "hours", "type": "rollup", "name": "Hours", "form": "entry", "via": "job", "agg": "sum", "field": "hours"}],
	      "grants": [{"role": "rep", "records": "all", "do": ["create", "read", "edit"]}]},
	    {"key": "entry", "name": "Entry", "fields": [{"key": "job", "type": "reference", "form": "job", "name": "Job"}, {"key": "hours", "type": "number", "name": "Hours"}],
	      "grants": [{"role": "rep", "records": "all", "do": ["create", "read", "edit"]}]}],
	  "processes": [{"key": "jobs", "name": "Jobs", "form": "job", "start": "open", "stages": [{"key": "open", "name": "Open", "goal": "x", "kind": "work"}, {"key": "over", "name": "Over", "end": "done"}],
	    "transitions": [{"key": "loose", "name": "Loose", "from": ["open"], "to": "over", "approval": "check", "while": "void"},
	      {"key": "tight", "name": "Tight", "from": ["open"], "to": "over", "approval": "check"}]}],
	  "approvals": [{"key": "check", "name": "Check", "guards": ["hours"], "steps": [{"key": "two", "name": "Two", "who": [{"user": "fin.zhao"}, {"user": "mgr.wang"}], "mode": "all", "onEmpty": "admin", "onSelf": "climb", "due": [{"after": "P3D", "do": "remind"}]}]}],
	  "tests": [
	    {"name": "loose", "as": "rep.li", "given": {"form": "job", "data": {"name": "a"}, "records": {"e": {"form": "entry", "data": {"hours": "2"}}}}, "steps": [
	      {"do": "loose", "expect": {"stage": "open"}}]}]}`))
	if rules.HasErrors(problems) {
		t.Fatal(problems)
	}
	app, problems := Compile(def, nil, 1, Options{})
	if rules.HasErrors(problems) {
		t.Fatal(problems)
	}
	for _, move := range []string{"loose", "tight"} {
		s := newScenario(app, smallCompany{}, NewCoverage(), &def.Tests[0], "")
		if !s.begin() {
			t.Fatal(s.problems)
		}
		must := func(user string, c *Command) {
			t.Helper()
			form := c.Form
			if form == "" {
				form = s.records[c.ID].Form
			}
			if r := s.do(c, smallCompany{}.Actor(app, form, user, s.records[c.ID])); r != nil {
				t.Fatal(move, r)
			}
		}
		job := func() *Round { return s.records["rec-main"].Round }
		must("rep.li", &Command{Kind: Move, ID: "rec-main", Transition: move})
		first := *job()
		must("fin.zhao", &Command{Kind: DecideSlot, ID: "rec-main", Decision: "approve", Step: "two", Round: first.N, Slot: 0, Hash: first.Hash})
		must("rep.li", &Command{Kind: Create, ID: "rec-new", Form: "entry", Data: Wire{"job": []byte(`{"id": "rec-main"}`), "hours": []byte(`"3"`)}})
		now := job()
		if now == nil || now.Hash == first.Hash || now.Step("two").Slots[0].State != Open {
			t.Errorf("%s: %+v", move, now)
		}
	}
}
