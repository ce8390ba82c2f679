package process

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"pipewright/rules"
)

var updateMigrations = flag.Bool("update-migrations", false, "write what migrations are found to do; read the difference")

// migrationCase is an old definition, what was done under it, and how the new one differs.
type migrationCase struct {
	Base string `json:"base"`
	// Replace turns texts of the base into those of the new release, Do is what happens under the old one.
	Replace [][2]string `json:"replace"`
	Data    Wire        `json:"data"`
	Do      []TestStep  `json:"do"`
	Mapping Mapping     `json:"mapping"`
	// Then happens under the new release, before the undoing.
	Then []TestStep `json:"then"`
}

// twoReleases compiles the old and the new definition of a case.
func twoReleases(t testing.TB, c *migrationCase) (from, to *App) {
	t.Helper()
	raw, err := os.ReadFile(c.Base)
	if err != nil {
		t.Fatal(err)
	}
	changed := string(raw)
	for _, r := range c.Replace {
		if !strings.Contains(changed, r[0]) {
			t.Fatalf("the base does not hold %q", r[0])
		}
		changed = strings.ReplaceAll(changed, r[0], r[1])
	}
	compile := func(raw []byte, prev *App, n int) *App {
		def, problems := Parse(raw)
		if rules.HasErrors(problems) {
			t.Fatalf("parse: %v", problems)
		}
		var st *Storage
		if prev == nil {
			st = AssignStorage(nil, nil, def)
		} else {
			st = AssignStorage(prev.Storage, prev.Def, def)
		}
		def.Tests = nil
		app, problems := Compile(def, st, n, Options{SkipTexts: true})
		for _, p := range problems {
			if p.Severity == rules.Error {
				t.Fatalf("release %d: %s %s %s", n, p.Path, p.Code, p.Message.In("en"))
			}
		}
		return app
	}
	from = compile(raw, nil, 1)
	return from, compile([]byte(changed), from, 2)
}

// migrating is a scenario whose record can change releases.
type migrating struct {
	*scenario
	from, to *App
	past     Past
}

func newMigrating(t testing.TB, c *migrationCase) *migrating {
	t.Helper()
	from, to := twoReleases(t, c)
	test := &Test{As: "rep.li", Given: Given{Form: "deal", Records: map[string]GivenRecord{"acme": {Form: "account", Data: Wire{"name": json.RawMessage(`"华东"`)}}}, Data: c.Data}}
	cov := &Coverage{Stages: map[string]int{}, Transitions: map[string]int{}, Steps: map[string]int{}, Automations: map[string]int{}}
	m := &migrating{scenario: newScenario(from, smallCompany{}, cov, test, ""), from: from, to: to}
	if !m.begin() {
		t.Fatal(m.problems)
	}
	return m
}

func (m *migrating) record() *State { return m.records["rec-main"] }

// change runs migrate or unmigrate on the pure core, as the engine does, and answers its events.
func (m *migrating) change(kind CommandKind, plan *MigrationPlan) ([]Event, *Rejection) {
	m.app = m.to
	if kind == Unmigrate {
		m.app = m.from
	}
	before := m.record()
	c := &Command{Kind: kind, ID: "rec-main", Plan: plan, Op: string(kind), At: m.now, Actor: Actor{User: "admin", Service: true}}
	f := m.facts()
	for range 8 {
		d := Decide(m.app, before, c, f)
		if d.Reject != nil {
			m.app = map[int]*App{1: m.from, 2: m.to}[before.Release]
			return nil, d.Reject
		}
		if len(d.Needs) == 0 {
			m.commit(before, c, d)
			if kind == Migrate {
				m.past = Past{before.Clone(), m.record().Clone()}
			}
			return d.Events, nil
		}
		for _, n := range d.Needs {
			if n.Kind == NeedPast {
				f.Past = &m.past
				continue
			}
			m.fetch(f, n)
		}
	}
	return nil, reject("facts.endless", rules.Text{})
}

// openTasks are the tasks that wait for people.
func (m *migrating) openTasks() map[string]TaskEffect {
	out := map[string]TaskEffect{}
	for id, t := range m.tasks {
		if t.State == Open {
			out[id] = *t
		}
	}
	return out
}

// apart is a state without its history: what undoing does not take back.
func apart(s *State) *State {
	c := s.Clone()
	c.Rev, c.Seq, c.RoundCount, c.Touched, c.People, c.UpdatedAt, c.LastActivity, c.Title = 0, 0, 0, nil, nil, c.CreatedAt, c.CreatedAt, ""
	return c
}

func TestMigrations(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/migration/*.json")
	if err != nil || len(files) == 0 {
		t.Fatal("no cases", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			raw, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var c migrationCase
			dec := json.NewDecoder(strings.NewReader(string(raw)))
			dec.DisallowUnknownFields()
			if err := dec.Decode(&c); err != nil {
				t.Fatal(err)
			}
			got := migrationStory(t, &c)
			golden := strings.TrimSuffix(file, ".json") + ".txt"
			if *updateMigrations {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// migrationStory tells what a plan says, what becomes of the record, and whether it comes back.
func migrationStory(t *testing.T, c *migrationCase) string {
	var b strings.Builder
	say := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	m := newMigrating(t, c)
	for i := range c.Do {
		m.step(&c.Do[i], fmt.Sprintf("/do/%d", i))
	}
	if len(m.problems) > 0 {
		t.Fatal(m.problems)
	}
	plan, r := PlanMigration("m1", m.from, m.to, "deal", c.Mapping)
	if r != nil {
		for _, p := range r.Details {
			say("plan refused %s %s", p.Path, p.Message.In("en"))
		}
		return b.String()
	}
	for _, th := range plan.Things {
		say("%s %s %s %s→%s %s", th.Fate, th.Kind, th.Path, th.Name.In("en"), th.To, th.How)
		if !th.Note.IsZero() {
			say("  %s", th.Note.In("en"))
		}
	}
	before, tasks := m.record().Clone(), m.openTasks()
	evs, r := m.change(Migrate, plan)
	if r != nil {
		say("refused %s", r.Code)
		for _, p := range r.Details {
			say("  %s %s %s", p.Path, p.Code, p.Message.In("en"))
		}
		if !reflect.DeepEqual(before, m.record().Clone()) {
			t.Error("a refused migration changed the record")
		}
		return b.String()
	}
	for _, e := range evs {
		say("event %s", e.Payload.Type())
	}
	s := m.record()
	for _, x := range plan.Changes(before, s) {
		line := "change " + x.Kind
		for _, part := range []string{x.Name.In("en"), x.Text.In("en"), x.From.In("en") + "→" + x.To.In("en"), string(x.Was) + "→" + string(x.Is)} {
			if part != "" && part != "→" {
				line += " " + part
			}
		}
		say("%s", line)
	}
	say("release %d stage %s entry %d", s.Release, s.Stage, s.Entry)
	data, _ := json.Marshal(s.Data)
	say("data %s", data)
	for _, k := range sortedKeys(s.Checklist) {
		say("ticked %s", k)
	}
	for _, k := range sortedKeys(s.ActivityPeople) {
		say("asked %s %v due %s", k, s.ActivityPeople[k].People, s.ActivityPeople[k].DueAt.Format("01-02 15:04"))
	}
	if s.Round != nil {
		say("round %d %s for %s%v by %s %s", s.Round.N, s.Round.Chain, s.Round.Transition, s.Round.Stage, s.Round.Initiator, s.Round.State)
		for _, st := range s.Round.Steps {
			line := "  " + st.Key + " " + st.State
			for _, slot := range st.Slots {
				line += " " + slot.Person + ":" + slot.State
			}
			say("%s", line)
		}
	}
	for _, r := range s.Rounds {
		say("ended round %d %s", r.N, r.State)
	}
	for _, x := range s.Timers {
		say("timer %s %s %s", x.Kind, x.Key, x.At.Format("01-02 15:04"))
	}
	for _, k := range sortedKeys(m.openTasks()) {
		say("task %s", k)
	}
	checkFolded(t, before, evs, s)
	for i := range c.Then {
		m.step(&c.Then[i], fmt.Sprintf("/then/%d", i))
	}
	if len(m.problems) > 0 {
		t.Fatal(m.problems)
	}
	migrated := m.record().Clone()
	back, r := m.change(Unmigrate, plan)
	if r != nil {
		say("kept: %s", r.Message.In("en"))
		return b.String()
	}
	checkFolded(t, migrated, back, m.record())
	if len(c.Then) == 0 {
		x, _ := json.MarshalIndent(apart(before), "", " ")
		y, _ := json.MarshalIndent(apart(m.record()), "", " ")
		if string(x) != string(y) {
			t.Errorf("undone it is\n%s\nand was\n%s", y, x)
		}
		if now := m.openTasks(); !sameTasks(tasks, now) {
			t.Errorf("undone the open tasks are %v and were %v", sortedKeys(now), sortedKeys(tasks))
		}
	}
	say("undone")
	return b.String()
}

func sameTasks(a, b map[string]TaskEffect) bool {
	return reflect.DeepEqual(sortedKeys(a), sortedKeys(b))
}

// checkFolded holds that events, read back from their stored form, fold into the state that was decided.
func checkFolded(t interface{ Errorf(string, ...any) }, before *State, evs []Event, want *State) {
	s := before.Clone()
	for i := range evs {
		raw, err := json.Marshal(evs[i])
		if err != nil {
			t.Errorf("%v", err)
			return
		}
		var e Event
		if err := json.Unmarshal(raw, &e); err != nil {
			t.Errorf("%v", err)
			return
		}
		s.Apply(&e)
	}
	x, _ := json.Marshal(s)
	y, _ := json.Marshal(want)
	if string(x) != string(y) {
		t.Errorf("folded it is\n%s\nand stored\n%s", x, y)
	}
}
