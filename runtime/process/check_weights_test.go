package process_test

import (
	"slices"
	"strings"
	"testing"

	"pipewright/rules"
	"pipewright/runtime/access"
	"pipewright/runtime/org"
	"pipewright/runtime/process"
)

// TestWeightsOfPeople holds tables of weights against a company of li, wang and sun, who has left.
func TestWeightsOfPeople(t *testing.T) {
	t.Parallel()
	const steps = `{"key": "s", "name": "S", "who": [{"role": "boss"}], "mode": {"weight": {"boss": 2, "li": 1, "nobody": 1}, "pass": 2}, "onEmpty": "block", "onSelf": "allow", "due": "P2BD"}`
	def, problems := process.Parse([]byte(`{"spec": "pipewright/1", "key": "x", "name": "X", "roles": [{"key": "rep", "name": "R"}, {"key": "boss", "name": "B"}],
		"forms": [{"key": "f", "name": "F", "fields": [{"key": "n", "type": "number"}], "grants": [{"role": "rep", "records": "all", "do": ["create", "read", "edit"]}]}],
		"processes": [{"key": "p", "form": "f", "name": "P", "start": "a", "transitions": [{"key": "t", "name": "T", "from": ["a"], "to": "b", "approval": "c"}],
			"stages": [{"key": "a", "name": "A", "owner": {"who": {"role": "rep"}, "assign": "weighted", "weights": {"rep": 2, "li": 3, "wang": 1, "rap": 1}}}, {"key": "b", "name": "B", "end": "done"}]}],
		"approvals": [{"key": "c", "name": "C", "steps": [` + steps + `]}],
		"automations": [{"key": "a", "name": "A", "on": {"created": "f"}, "do": [
			{"assign": {"who": {"role": "rep"}, "assign": "weighted", "weights": {"rep": 1, "boss": 2, "sun": 4}}},
			{"if": "n > 1", "then": [{"assign": {"who": {"managerOf": "owner"}, "assign": "weighted", "weights": {"wang": 2, "zhao": 1}}}]}]}]}`))
	if rules.HasErrors(problems) {
		t.Fatal(problems)
	}
	app, _ := process.Compile(def, nil, 0)
	company := access.Company(org.New([]org.User{
		{ID: "li", Active: true, Roles: []string{"x/rep"}}, {ID: "wang", Active: true, Roles: []string{"x/boss"}}, {ID: "sun", Roles: []string{"x/rep"}},
	}, nil))
	var got []string
	for _, p := range process.CheckOrg(app, company) {
		for _, lang := range rules.Languages {
			if p.Message[lang] == "" || strings.Contains(p.Message[lang], "{") {
				t.Errorf("%s: %s", lang, p.Message[lang])
			}
		}
		if p.Code == "ref.unknown" || p.Code == "weight.idle" {
			got = append(got, string(p.Severity)+" "+p.Code+" "+p.Path)
		}
	}
	slices.Sort(got)
	want := []string{
		"error ref.unknown /approvals/c/steps/s/mode/weight/nobody",
		"error ref.unknown /automations/a/do/0/assign/weights/sun",
		"error ref.unknown /automations/a/do/1/then/0/assign/weights/zhao",
		"error ref.unknown /processes/p/stages/a/owner/weights/rap",
		"warning weight.idle /approvals/c/steps/s/mode/weight/li",
		"warning weight.idle /processes/p/stages/a/owner/weights/wang",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestWeightsAreNumbers: a weight is a whole number of 0 to 1000.
func TestWeightsAreNumbers(t *testing.T) {
	t.Parallel()
	for weight, want := range map[string]string{"3": "", "0": "", "-1": "setting.range", "1001": "setting.range", `"2"`: "shape.type", "1.5": "shape.type", "null": "shape.type"} {
		def, problems := process.Parse([]byte(`{"spec": "pipewright/1", "key": "x", "name": "X", "roles": [{"key": "rep", "name": "R"}, {"key": "boss", "name": "B"}],
			"forms": [{"key": "f", "name": "F", "fields": [{"key": "n", "type": "number"}]}],
			"automations": [{"key": "a", "name": "A", "on": {"created": "f"}, "do": [{"assign": {"who": {"role": "rep"}, "assign": "weighted", "weights": {"rep": 1, "boss": ` + weight + `}}}]}]}`))
		if def != nil && !rules.HasErrors(problems) {
			_, problems = process.Compile(def, nil, 0)
		}
		got := ""
		for _, p := range problems {
			if p.Severity != "error" {
				continue
			}
			if got = p.Code; p.Path != "/automations/a/do/0/assign/weights/boss" {
				t.Errorf("%s: %s at %s", weight, p.Code, p.Path)
			}
		}
		if got != want {
			t.Errorf("%s: got %q, want %q", weight, got, want)
		}
	}
}
