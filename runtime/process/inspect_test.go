package process

import (
	"encoding/json"
	"strings"
	"testing"

	"pipewright/rules"
)

// The message of a condition says what is wrong. Of one that holds, what is as it should be is told instead.
func TestConditionThatHoldsSaysWhatIsRight(t *testing.T) {
	t.Parallel()
	def, problems := Parse([]byte(`{"spec": "pipewright/1", "key": "crm", "name": "CRM", "timezone": "UTC", "currency": "EUR", "roles": [{"key": "rep", "name": "Rep"}],
		"forms": [{"key": "deal", "name": "Deal", "title": "{{ name }}", "fields": [{"key": "name", "type": "text", "name": "Name"},
			{"key": "issue", "type": "bool", "name": {"en": "Issue", "zh-CN": "法律问题", "zh-TW": "法律問題"}}],
			"grants": [{"role": "rep", "records": "own", "do": ["create", "read", "edit"]}]}],
		"rules": [{"key": "score", "name": "Score", "form": "deal", "kind": "expression", "type": "number", "value": "len(name)"}],
		"processes": [{"key": "deal", "form": "deal", "name": "Deal", "start": "open", "stages": [{"key": "open", "name": "Open", "owner": {"role": "rep"}, "goal": "g", "kind": "work", "leaveIf": [
			{"key": "legal", "if": "not (issue == true)", "message": "A legal issue is open"}, {"key": "both", "if": "score > 2 and name != ''", "message": "Say more"}, {"key": "mine", "if": "owner != ''", "message": "Nobody has it"}]},
			{"key": "won", "name": "Won", "end": "won"}], "transitions": [{"key": "win", "from": ["open"], "to": "won", "name": "Win"}]}]}`))
	app, more := Compile(def, nil, 1, Options{SkipTexts: true})
	if problems = append(problems, more...); rules.HasErrors(problems) {
		t.Fatal(problems)
	}
	for _, c := range []struct{ data, lang, want string }{
		{`{"name": "Acme", "issue": true}`, "en", "A legal issue is open; “Name”, “Score”: condition met; Nobody has it"},
		{`{"name": "A", "issue": false}`, "zh-CN", "“法律问题”：条件已满足; Say more; Nobody has it"},
		{`{"name": "A"}`, "zh-TW", "「法律問題」：條件已滿足; Say more; Nobody has it"},
	} {
		var wire Wire
		if err := json.Unmarshal([]byte(c.data), &wire); err != nil {
			t.Fatal(err)
		}
		s := newScenario(app, smallCompany{}, &Coverage{Stages: map[string]int{}, Transitions: map[string]int{}, Steps: map[string]int{}, Automations: map[string]int{}}, &Test{}, "")
		if r := s.do(&Command{Kind: Import, ID: "r", App: "crm", Form: "deal", Stage: "open", Owner: "rep.li", Data: wire}, Service("crm")); r != nil {
			t.Fatal(r)
		}
		in, _ := Inspect(app, s.records["r"], Service("crm"), s.facts(), startOfTests)
		var got []string
		for _, x := range in.Conditions {
			got = append(got, x.Text.In(c.lang))
		}
		if strings.Join(got, "; ") != c.want {
			t.Errorf("%s:\n%s\n%s", c.data, strings.Join(got, "; "), c.want)
		}
	}
}
