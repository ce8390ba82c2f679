package process_test

import (
	"strings"
	"testing"

	"pipewright/rules"
	"pipewright/runtime/access"
	"pipewright/runtime/org"
	"pipewright/runtime/process"
)

// TestCheckOrg holds one step against small companies: li is in the team east, wang manages it, sun its parent.
func TestCheckOrg(t *testing.T) {
	t.Parallel()
	step := func(who, rest string) string { return `{"key": "s", "name": "S", "who": [` + who + `], ` + rest + `}` }
	const policies = `"onEmpty": "block", "onSelf": "climb"`
	for name, c := range map[string]struct {
		step  string
		roles map[string]string // user → role
		admin bool
		want  string
	}{
		"a manager":                    {step(`{"managerOf": "owner"}`, policies), map[string]string{"li": "rep"}, false, ""},
		"a manager's manager":          {step(`{"managerOf": "owner", "level": 2}`, policies), map[string]string{"li": "rep"}, false, ""},
		"higher than the tree":         {step(`{"managerOf": "owner", "level": 3}`, policies), map[string]string{"li": "rep"}, false, "error approval.nobody /approvals/c/steps/s/who"},
		"higher, and up to":            {step(`{"managerOf": "initiator", "upTo": 3}`, policies), map[string]string{"li": "rep"}, false, ""},
		"the highest submits":          {step(`{"managerOf": "owner"}`, policies), map[string]string{"li": "rep", "sun": "rep"}, false, "warning approval.nobody /approvals/c/steps/s/who"},
		"the highest, given to admin":  {step(`{"managerOf": "owner"}`, `"onEmpty": "admin", "onSelf": "climb"`), map[string]string{"sun": "rep", "li": "rep"}, true, ""},
		"given to an admin, of none":   {step(`{"managerOf": "owner"}`, `"onEmpty": "admin", "onSelf": "climb"`), map[string]string{"sun": "rep"}, false, "error approval.nobody /approvals/c/steps/s/who"},
		"nobody submits":               {step(`{"role": "boss"}`, policies), nil, false, ""},
		"a role of nobody":             {step(`{"role": "boss"}`, policies), map[string]string{"li": "rep"}, true, "error approval.nobody /approvals/c/steps/s/who"},
		"a role of nobody, passed":     {step(`{"role": "boss"}`, `"onEmpty": "pass", "onSelf": "climb"`), map[string]string{"li": "rep"}, true, "warning approval.nobody /approvals/c/steps/s/who"},
		"a role of nobody, for others": {step(`{"role": "boss"}`, `"onEmpty": {"user": "sun"}, "onSelf": "climb"`), map[string]string{"li": "rep"}, false, "warning approval.nobody /approvals/c/steps/s/who"},
		"only himself, climbing":       {step(`{"user": "li"}`, policies), map[string]string{"li": "rep"}, false, ""},
		"only himself, allowed":        {step(`{"user": "li"}`, `"onEmpty": "block", "onSelf": "allow"`), map[string]string{"li": "rep"}, false, "warning approval.self /approvals/c/steps/s/onSelf"},
		"only himself, skipped":        {step(`{"user": "li"}`, `"onEmpty": "block", "onSelf": "skip"`), map[string]string{"li": "rep"}, false, ""},
		"two of one":                   {step(`{"role": "boss"}`, policies+`, "mode": {"count": 2}`), map[string]string{"li": "rep", "wang": "boss"}, false, "error approval.impossible /approvals/c/steps/s/mode/count"},
		"two of two":                   {step(`{"role": "boss"}`, policies+`, "mode": {"count": 2}`), map[string]string{"li": "rep", "wang": "boss", "sun": "boss"}, false, ""},
		"a rule decides":               {step(`{"expr": "owner"}`, policies), map[string]string{"li": "rep"}, false, ""},
		"a role in his own team":       {step(`{"role": "boss", "team": "own"}`, policies), map[string]string{"li": "rep", "sun": "boss"}, false, "error approval.nobody /approvals/c/steps/s/who"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			def, problems := process.Parse([]byte(`{"spec": "pipewright/1", "key": "x", "name": "X", "roles": [{"key": "rep", "name": "R"}, {"key": "boss", "name": "B"}],
				"forms": [{"key": "f", "name": "F", "fields": [{"key": "n", "type": "number"}], "grants": [{"role": "rep", "records": "all", "do": ["create", "read", "edit"]}]}],
				"processes": [{"key": "p", "form": "f", "name": "P", "start": "a", "stages": [{"key": "a", "name": "A"}, {"key": "b", "name": "B", "end": "done"}],
					"transitions": [{"key": "t", "name": "T", "from": ["a"], "to": "b", "approval": "c"}]}],
				"approvals": [{"key": "c", "name": "C", "steps": [` + c.step + `]}]}`))
			if rules.HasErrors(problems) {
				t.Fatal(problems)
			}
			app, _ := process.Compile(def, nil, 0)
			users := []org.User{{ID: "li", Team: "east"}, {ID: "wang", Team: "east"}, {ID: "sun", Team: "sales"}, {ID: "root", Admin: c.admin}}
			for i := range users {
				users[i].Active = true
				if role := c.roles[users[i].ID]; role != "" {
					users[i].Roles = []string{"x/" + role}
				}
			}
			company := access.Company(org.New(users, []org.Team{{Key: "sales", Manager: "sun"}, {Key: "east", Parent: "sales", Manager: "wang"}}))
			var got []string
			for _, p := range process.CheckOrg(app, company) {
				got = append(got, string(p.Severity)+" "+p.Code+" "+p.Path)
				for _, lang := range rules.Languages {
					if p.Message[lang] == "" || strings.Contains(p.Message[lang], "{") {
						t.Errorf("%s: %s", lang, p.Message[lang])
					}
				}
			}
			if strings.Join(got, "; ") != c.want {
				t.Errorf("got %v, want %s", got, c.want)
			}
		})
	}
}
