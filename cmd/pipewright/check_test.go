package main

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"pipewright/rules"
)

// TestCheckAsJSON holds the shape that tools read: the same text each time, every problem with its place and three languages.
func TestCheckAsJSON(t *testing.T) {
	t.Parallel()
	file := filepath.Join("..", "..", "runtime", "process", "testdata", "planted", "app.json")
	first, err := runCommand(t, "", "check", file, "--json")
	if err != exitError(1) {
		t.Fatalf("%v %.200s", err, first)
	}
	for range 3 {
		if again, _ := runCommand(t, "", "check", file, "--json"); again != first {
			t.Fatal("the same definition is told in another way")
		}
	}
	var out struct {
		Errors   int `json:"errors"`
		Warnings int `json:"warnings"`
		Problems []struct {
			Path, Code, Severity string
			Message              map[string]string
			Line, Col            int
		} `json:"problems"`
	}
	if err := json.Unmarshal([]byte(first), &out); err != nil {
		t.Fatal(err)
	}
	if len(out.Problems) != out.Errors+out.Warnings || out.Errors == 0 || out.Warnings == 0 {
		t.Errorf("%d errors, %d warnings, %d problems", out.Errors, out.Warnings, len(out.Problems))
	}
	for i, p := range out.Problems {
		if p.Path == "" || p.Code == "" || p.Line < 1 || p.Col < 1 || p.Message["zh-CN"] == "" || p.Message["zh-TW"] == "" || p.Message["en"] == "" {
			t.Errorf("problem %d is not whole: %+v", i, p)
		}
		if (p.Severity == "error") != (i < out.Errors) {
			t.Errorf("problem %d, a %s, is out of order", i, p.Severity)
		}
	}
}

// A problem of an expression alone has no path.
func TestPrintProblems(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	printProblems(&out, "EXPR", []rules.Problem{{Code: "expr.syntax", Severity: rules.Error, Line: 1, Col: 2, Message: rules.Plain("no")}, {Path: "/name", Code: "text.missing", Severity: rules.Warning, Message: rules.Plain("none")}}, "en")
	if want := "EXPR:1:2: error: no (expr.syntax)\nEXPR: warning: none (text.missing, /name)\n"; out.String() != want {
		t.Errorf("got %q", out.String())
	}
}
