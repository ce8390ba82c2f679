package process_test

import (
	"errors"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pipewright/forms"
	"pipewright/rules"
	"pipewright/runtime/access"
	"pipewright/runtime/org"
	"pipewright/runtime/process"
)

// wholeCheck is everything publishing asks of a definition.
func wholeCheck(t *testing.T, data []byte, company process.Org) []rules.Problem {
	t.Helper()
	def, problems := process.Parse(data)
	if def == nil {
		t.Fatal(problems)
	}
	app, more := process.Compile(def, nil, 0, process.Options{Cron: func(spec, _ string) ([]time.Time, error) {
		switch {
		case len(strings.Fields(spec)) != 5:
			return nil, errors.New("five fields")
		case strings.HasPrefix(spec, "30 2 31 2"):
			return nil, nil
		}
		return []time.Time{time.Unix(0, 0)}, nil
	}})
	problems = append(problems, more...)
	problems = append(problems, process.CheckOrg(app, company)...)
	problems = append(problems, process.CheckUsedBy(app, users(app))...)
	results, _ := process.RunTests(app, access.SampleWorld(app))
	for _, r := range results {
		problems = append(problems, r.Problems...)
	}
	return problems
}

// users are another live app, which uses a field that the planted app had.
func users(app *process.App) []*process.App {
	def, _ := process.Parse([]byte(`{"spec": "pipewright/1", "key": "desk", "name": "Desk"}`))
	desk, _ := process.Compile(def, nil, 1)
	desk.Shared["planted.deal"] = &process.Shared{App: app.Def.Key, Form: "deal", Storage: "deal", Keys: map[string]string{"gone": "gone"}, Fields: []forms.Field{{Key: "gone", Type: "text"}}}
	return []*process.App{desk}
}

// TestEveryCodeOnce checks one definition that has every mistake once: each is told, at its place, and nothing else is.
func TestEveryCodeOnce(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("testdata/planted/app.json")
	if err != nil {
		t.Fatal(err)
	}
	// A company where nobody plays the role guest, which the step high asks.
	users, teams := org.Sample()
	for i := range users {
		switch users[i].ID {
		case "rep.li":
			users[i].Roles = []string{"planted/rep"}
		case "mgr.wang":
			users[i].Roles = []string{"planted/boss"}
		}
	}
	var got []string
	for _, p := range wholeCheck(t, data, access.Company(org.New(users, teams))) {
		got = append(got, p.Code+" "+p.Path)
	}
	want := []string{
		"approval.impossible /approvals/tiers/steps/low/mode/count",
		"approval.nobody /approvals/tiers/steps/high/who",
		"approval.policyMissing /approvals/plain/steps/only/onEmpty",
		"approval.tierGap /approvals/tiers/steps",
		"auto.time /processes/deal/transitions/auto/if",
		"automation.loop /automations/ping",
		"calc.cycle /forms/deal/fields/a/calc",
		"cron.invalid /automations/four/on/cron",
		"cron.never /automations/never/on/cron",
		"expr.limit /forms/deal/fields/deep/calc",
		"expr.syntax /forms/deal/fields/broken/calc",
		"expr.type /forms/deal/fields/wrong/calc",
		"expr.unknownName /forms/deal/fields/lost1/calc",
		"grant.unwritableRequired /forms/deal/fields/sealed/required",
		"key.duplicate /roles/rep/key",
		"key.invalid /roles/Bad-Key/key",
		"key.reserved /forms/deal/fields/stage",
		"money.mixed /forms/deal/fields/mixed/calc",
		"query.unsupported /views/list/where",
		"ref.kind /processes/deal/value",
		"ref.unknown /forms/deal/fields/kind/options",
		"ref.usedBy /forms/deal/fields",
		"role.unsuitable /processes/deal/roles/1",
		"shape.type /timezone",
		"shape.unknownMember /surprise",
		"stage.deadEnd /processes/deal/stages/trap",
		"stage.tooMany /processes/deal/stages",
		"stage.unanswered /processes/deal/stages/trap/next",
		"stage.unreachable /processes/deal/stages/island",
		"table.gap /rules/gap/rows",
		"table.overlap /rules/twice/rows/1",
		"table.unreachable /rules/shadow/rows/1",
		"test.failed /tests/0/given",
		"text.missing /name",
		"transition.unnamed /processes/deal/transitions/win/name",
	}
	slices.Sort(got)
	slices.Sort(want)
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
