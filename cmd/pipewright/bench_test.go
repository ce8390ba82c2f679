package main

import (
	"bytes"
	"encoding/json"
	"os"
	goruntime "runtime"
	"slices"
	"testing"
	"time"

	templates "pipewright/builtin-templates"
	"pipewright/forms"
	"pipewright/rules"
	"pipewright/runtime/access"
	"pipewright/runtime/process"
)

// TestBenchApp: the app under measurement and its record are sound, so that a run does not fail after minutes.
func TestBenchApp(t *testing.T) {
	t.Parallel()
	def, problems := process.Parse(benchApp)
	if rules.HasErrors(problems) {
		t.Fatal(problems)
	}
	app, problems := process.Compile(def, nil, 1, checkOptions())
	if problems = append(problems, access.Check(app)...); rules.HasErrors(problems) {
		t.Fatal(problems)
	}
	raw, err := json.Marshal(benchData(3))
	if err != nil {
		t.Fatal(err)
	}
	var wire process.Wire
	if err := json.Unmarshal(raw, &wire); err != nil {
		t.Fatal(err)
	}
	if _, problems := app.Forms["item"].Schema.Parse(wire, "/data"); rules.HasErrors(problems) {
		t.Fatal(problems)
	}
	b := &bench{size: benchSize{Seconds: 0}}
	if err := b.rules(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(b.figures) != 1 || b.figures[0].Ratio <= 0 {
		t.Errorf("%+v", b.figures)
	}
}

// TestBenchKeystroke: what is typed is another definition each time, as sound as the one before.
func TestBenchKeystroke(t *testing.T) {
	t.Parallel()
	of := templates.All()[0].Definition
	one, err := typeName(of, 1)
	if err != nil {
		t.Fatal(err)
	}
	two, err := typeName(of, 2)
	if err != nil || bytes.Equal(one, two) {
		t.Fatal("nothing was typed", err)
	}
	if _, problems := process.Parse(two); rules.HasErrors(problems) {
		t.Error(problems)
	}
}

// TestBenchCPU reads this process's own account; by now it has spent something, and not more than it has had.
func TestBenchCPU(t *testing.T) {
	t.Parallel()
	if goruntime.GOOS != "linux" {
		return // there is no such account elsewhere, and bench says so
	}
	spent, err := cpu(os.Getpid())
	if err != nil || spent < 0 || spent > 24*time.Hour {
		t.Errorf("%v %v", spent, err)
	}
}

// TestBenchWorkspace: the deals that are imported are of the template, in the shares that the figures are named by.
func TestBenchWorkspace(t *testing.T) {
	t.Parallel()
	i := slices.IndexFunc(templates.All(), func(a templates.Template) bool { return a.Key == workspaceApp })
	def, problems := process.Parse(templates.All()[i].Definition)
	if rules.HasErrors(problems) {
		t.Fatal(problems)
	}
	app, problems := process.Compile(def, nil, 1, checkOptions())
	if rules.HasErrors(problems) {
		t.Fatal(problems)
	}
	form := app.Forms["deal"]
	today := time.Date(2026, 11, 28, 0, 0, 0, 0, time.UTC)
	owned, stages := map[string]int{}, map[string]int{}
	for n := range 10_000 {
		row := workspaceDeal(n, today)
		for c, key := range workspaceHeader {
			switch _, isField := form.Schema.Field(key); {
			case key == "owner":
				owned[row[c]]++
			case key == "stage":
				stages[row[c]]++
				if form.Process.ByKey[row[c]] == nil {
					t.Fatalf("%v", row)
				}
			case isField && row[c] != "" && key != "account":
				if _, problems := form.Schema.ReadCell(key, row[c], &forms.Cells{Zone: time.UTC, Language: "en"}, "/data"); len(problems) > 0 {
					t.Fatalf("%v: %v", row, problems)
				}
			}
		}
	}
	if owned["big.bench"] != 1000 || owned["small.bench"] != littleOwned || len(owned) != 2+otherOwners {
		t.Errorf("%v", owned)
	}
	if closed := stages["won"] + stages["lost"]; closed != 6000 || len(stages) != len(form.Process.Stages) {
		t.Errorf("%v", stages)
	}
	for _, s := range sights(nil) {
		if s.what == "" || s.path == "" {
			t.Errorf("%+v", s)
		}
	}
}
