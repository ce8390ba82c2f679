package main

import (
	"bytes"
	"encoding/json"
	"os"
	goruntime "runtime"
	"testing"
	"time"

	templates "pipewright/builtin-templates"
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
