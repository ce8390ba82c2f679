package process

import (
	"encoding/json"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// Wherever a record has come to, migrating and undoing gives back what was there, the events fold into what is stored, and every invariant
// of rounds and tasks holds in between and when people go on.
func TestMigrationsComeBack(t *testing.T) {
	t.Parallel()
	data := Wire{"name": json.RawMessage(`"MES"`), "account": json.RawMessage(`"acme"`), "budgetOk": json.RawMessage(`true`), "backReason": json.RawMessage(`"7"`),
		"lines": json.RawMessage(`[{"qty": 1, "price": {"amount": "900000", "currency": "CNY"}, "off": "0.2"}]`)}
	offer := [][2]string{{`"key": "proposal", "name": "提案"`, `"key": "offer", "was": [ "proposal" ], "name": "报价"`}, {`"to": "proposal"`, `"to": "offer"`}, {`["proposal"]`, `["offer"]`}}
	cases := []migrationCase{
		{Replace: offer},
		{Replace: [][2]string{{`{"key": "manager", "name": "销售经理", "who"`, `{"key": "boss", "was": ["manager"], "name": "经理", "who"`}}},
		{Replace: [][2]string{{`"mode": {"share": 0.6}, "veto": true`, `"mode": "any"`}}, Mapping: Mapping{"rounds/discount": ReopenRound}},
		{Replace: [][2]string{{`"approval": "discount", `, ``}}, Mapping: Mapping{"rounds/discount": CancelRound}},
		{Replace: [][2]string{{`"due": "P21D"`, `"due": "P2D"`}, {`"idle": "P7D"`, `"idle": "P1D"`}, {`"P2BD"`, `"P4BD"`}}},
		{Replace: [][2]string{{`{"after": "P24D", "do": "escalate"}`, `{"after": "P16D", "do": "escalate", "to": [{"role": "manager"}]}`}, {`{"after": "P9D", "do": "escalate"}`, `{"after": "P8D", "do": "escalate"}`}}},
		{Replace: [][2]string{{`{"key": "backReason", "type": "text"`, `{"key": "backReason", "type": "number"`}}, Mapping: Mapping{"values/backReason": ClearValue}},
		{Replace: [][2]string{{`"checklist": [{"key": "budget"`, `"checklist": [{"key": "money"`}, {`{"key": "cost", "name"`, `{"key": "price", "name"`}},
			Mapping: Mapping{"stages/qualify/checklist/budget": "money", "stages/proposal/activities/cost": "price"}},
	}
	type pair struct{ from, to *App }
	apps := make([]pair, len(cases))
	for i := range cases {
		cases[i].Base = "testdata/scenario/deal.json"
		apps[i].from, apps[i].to = twoReleases(t, &cases[i])
	}
	users := []string{"rep.li", "rep.chen", "mgr.wang", "dir.sun", "fin.zhao", "fin.qian", "ops.wu"}
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, len(cases)-1).Draw(t, "case")
		test := &Test{As: "rep.li", Given: Given{Form: "deal", Records: map[string]GivenRecord{"acme": {Form: "account", Data: Wire{"name": json.RawMessage(`"华东"`)}}}, Data: data}}
		cov := &Coverage{Stages: map[string]int{}, Transitions: map[string]int{}, Steps: map[string]int{}, Automations: map[string]int{}}
		m := &migrating{scenario: newScenario(apps[n].from, smallCompany{}, cov, test, ""), from: apps[n].from, to: apps[n].to}
		if !m.begin() {
			t.Fatalf("begin: %v", m.problems)
		}
		w := &walker{s: m.scenario}
		walk := func(steps int) {
			for range steps {
				st := m.record()
				user := rapid.SampledFrom(users).Draw(t, "user")
				c := drawCommand(t, m.app, st)
				c.ID = "rec-main"
				_ = m.do(c, smallCompany{}.Actor(m.app, "deal", user, st))
				m.now = m.now.Add(time.Duration(rapid.IntRange(1, 200).Draw(t, "hours")) * time.Hour / 10)
			}
		}
		walk(rapid.IntRange(1, 25).Draw(t, "before"))
		if !m.record().Deleted.IsZero() {
			return
		}
		plan, r := PlanMigration("m1", m.from, m.to, "deal", cases[n].Mapping)
		if r != nil {
			t.Fatal(r)
		}
		before, tasks := m.record().Clone(), m.openTasks()
		evs, r := m.change(Migrate, plan)
		if r != nil {
			t.Fatalf("not migrated: %v", r)
		}
		checkFolded(t, before, evs, m.record())
		w.check(t)
		migrated := m.record().Clone()
		if rapid.Bool().Draw(t, "goOn") {
			walk(rapid.IntRange(1, 15).Draw(t, "after"))
			w.check(t)
			return
		}
		m.now = m.now.Add(time.Duration(rapid.IntRange(0, 48).Draw(t, "pause")) * time.Hour)
		back, r := m.change(Unmigrate, plan)
		if r != nil {
			if migrated.Entry != before.Entry {
				return // submitted anew it passed at once, and moved the record
			}
			t.Fatalf("not undone: %v", r)
		}
		checkFolded(t, migrated, back, m.record())
		x, y := apart(before), apart(m.record())
		for i := range x.Timers {
			if i < len(y.Timers) && y.Timers[i].At.Equal(m.now) {
				x.Timers[i].At = m.now // its time passed while it was away
			}
		}
		if !same(x, y) {
			a, _ := json.MarshalIndent(x, "", " ")
			b, _ := json.MarshalIndent(y, "", " ")
			t.Fatalf("undone it is\n%s\nand was\n%s", b, a)
		}
		if now := m.openTasks(); !sameTasks(tasks, now) {
			t.Fatalf("undone the open tasks are %v and were %v", sortedKeys(now), sortedKeys(tasks))
		}
		w.check(t)
	})
}
