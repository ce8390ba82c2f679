package process

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pipewright/rules"
)

// smallCompany is a world of seven people: li and chen sell for wang, wang reports to sun.
type smallCompany struct{}

var smallRoles = map[string][]string{
	"rep.li": {"rep"}, "rep.chen": {"rep"}, "mgr.wang": {"manager"}, "dir.sun": {"manager"}, "fin.zhao": {"finance"}, "fin.qian": {"finance"}, "ops.wu": {"delivery"}, "admin": {"admin"},
}

var smallManagers = map[string]string{"rep.li": "mgr.wang", "rep.chen": "mgr.wang", "mgr.wang": "dir.sun", "fin.zhao": "dir.sun", "fin.qian": "dir.sun"}

func (smallCompany) Actor(app *App, form, user string, s *State) Actor {
	a := Actor{User: user, Roles: smallRoles[user], Rights: Rights{Create: true, Read: true}}
	if s == nil || s.Owner == user || slices.Contains(a.Roles, "manager") {
		a.Rights.Edit, a.Rights.Delete = true, true
	}
	a.Rights.Assign = slices.Contains(a.Roles, "manager")
	a.Rights.Override = a.Rights.Assign
	return a
}

func (smallCompany) People(n PeopleNeed) []string {
	switch {
	case n.Who.User != "":
		if smallRoles[n.Who.User] != nil {
			return []string{n.Who.User}
		}
	case n.Who.ManagerOf != "":
		user := n.User
		if n.Who.UpTo > 0 {
			var ladder []string
			for range n.Who.UpTo {
				if user = smallManagers[user]; user != "" {
					ladder = append(ladder, user)
				}
			}
			return ladder
		}
		for range max(1, n.Who.Level) {
			user = smallManagers[user]
		}
		if user != "" {
			return []string{user}
		}
	case n.Who.Role != "":
		var out []string
		for u, roles := range smallRoles {
			if slices.Contains(roles, n.Who.Role) {
				out = append(out, u)
			}
		}
		slices.Sort(out)
		return out
	}
	return nil
}

func (smallCompany) Calendar(string) rules.Calendar { return nil }

func (smallCompany) Name(user string) rules.Text {
	return map[string]rules.Text{"rep.li": rules.Plain("李"), "mgr.wang": rules.Plain("王")}[user]
}

// loadApp compiles an app, with the texts of pairs put for each other.
func loadApp(t testing.TB, path string, pairs ...string) *App {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	def, problems := Parse([]byte(strings.NewReplacer(pairs...).Replace(string(raw))))
	if rules.HasErrors(problems) {
		t.Fatalf("parse: %v", problems)
	}
	app, problems := Compile(def, nil, 1, Options{SkipTexts: true})
	for _, p := range problems {
		if p.Severity == rules.Error {
			t.Errorf("%s %s %s", p.Path, p.Code, p.Message.In("en"))
		}
	}
	if t.Failed() {
		t.FailNow()
	}
	return app
}

func TestScenarios(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/scenario/*.json")
	if err != nil || len(files) == 0 {
		t.Fatal("no scenario files", err)
	}
	for _, file := range files {
		app := loadApp(t, file)
		results, cov := RunTests(app, smallCompany{})
		for _, r := range results {
			for _, p := range r.Problems {
				t.Errorf("%s: %s: %s %s", filepath.Base(file), r.Name, p.Path, p.Message.In("en"))
			}
		}
		for _, p := range app.Processes {
			for _, tr := range p.Transitions {
				if p.Def.Key == "deal" && cov.Transitions[p.Def.Key+"."+tr.Def.Key] == 0 {
					t.Errorf("%s: transition %s.%s is never taken", file, p.Def.Key, tr.Def.Key)
				}
			}
		}
	}
}

// Who would decide is told before the move, for the chain of the transition and for the one its stage opens.
func TestPreviewPath(t *testing.T) {
	t.Parallel()
	app := loadApp(t, "testdata/scenario/approvals.json")
	s := newScenario(app, smallCompany{}, NewCoverage(),
		&Test{As: "rep.li", Given: Given{Form: "thing", Data: Wire{"name": []byte(`"x"`), "amount": []byte(`{"amount": "5000", "currency": "CNY"}`)}}}, "")
	if !s.begin() {
		t.Fatal(s.problems)
	}
	for transition, want := range map[string]string{"treview": "", "review": "a:mgr.wang", "tdedupe": "a:mgr.wang b:samePerson c:fin.zhao", "ttier": "a:mgr.wang b:dir.sun", "tselfskip": "a:self b:fin.zhao", "temptyclimb": "a:mgr.wang"} {
		f := s.facts()
		var path *Path
		for range 8 {
			var needs []Need
			if path, needs = PreviewPath(app, s.records["rec-main"], transition, nil, smallCompany{}.Actor(app, "thing", "rep.li", s.records["rec-main"]), f, s.now); len(needs) == 0 {
				break
			}
			for _, n := range needs {
				s.fetch(f, n)
			}
		}
		got := ""
		for _, st := range path.Steps {
			if got != "" {
				got += " "
			}
			got += st.Step.Def.Key + ":"
			if st.State == Skipped {
				got += st.Reason
				continue
			}
			for _, p := range st.People {
				got += p
			}
		}
		if got != want {
			t.Errorf("%s: %q, want %q", transition, got, want)
		}
	}
}

// TestScenarioFiles: a file that a scenario gives is still one when the record goes on.
func TestScenarioFiles(t *testing.T) {
	t.Parallel()
	def, problems := Parse([]byte(`{"spec":"pipewright/1","key":"shop","name":"Shop","roles":[{"key":"rep","name":"Rep"}],
		"forms":[{"key":"visit","name":"Visit","code":"VI","title":"Visit","fields":[{"key":"photo","type":"image","name":"Photo"},{"key":"sign","type":"signature","name":"Sign"}],
			"grants":[{"role":"rep","records":"all","do":["create","read","edit"]}]}],
		"processes":[{"key":"visit","form":"visit","name":"Visit","start":"a","stages":[{"key":"a","name":"A","owner":{"who":[{"role":"rep"}]},"goal":"Go","kind":"visit","fields":{"edit":["*"],"require":["photo","sign"]}},
			{"key":"b","name":"B","end":"done"}],"transitions":[{"key":"go","from":["a"],"to":"b","name":"Go"}]}],
		"tests":[{"name":"signed","as":"rep.li","given":{"form":"visit"},"steps":[{"do":"go","expect":{"problems":["required"]}},
			{"do":"go","with":{"photo":[{"id":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}],"sign":{"id":"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"}},"expect":{"stage":"b"}}]}]}`))
	if def == nil {
		t.Fatal(problems)
	}
	app, more := Compile(def, nil, 1, Options{})
	if rules.HasErrors(more) {
		t.Fatal(more)
	}
	results, _ := RunTests(app, smallCompany{})
	for _, p := range results[0].Problems {
		t.Errorf("%s %s", p.Path, p.Message["en"])
	}
}
