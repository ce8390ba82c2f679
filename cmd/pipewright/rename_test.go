package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	templates "pipewright/builtin-templates"
)

func TestRenameListsAndWritesEveryUse(t *testing.T) {
	t.Parallel()
	raw := templates.All()[slices.IndexFunc(templates.All(), func(x templates.Template) bool { return x.Key == "b2b" })].Definition
	file := filepath.Join(t.TempDir(), "app.json")
	if err := os.WriteFile(file, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := runCommand(t, "", "rename", file, "/forms/deal/fields/discount", "cut")
	if err != nil || !strings.Contains(out, "/approvals/discount/skipIf: discount <= 0.1 → cut <= 0.1\n") {
		t.Fatalf("%v %s", err, out)
	}
	if now, _ := os.ReadFile(file); string(now) != string(raw) {
		t.Error("the file was written without -w")
	}
	if _, err := runCommand(t, "", "rename", file, "/forms/deal/fields/discount", "cut", "-w"); err != nil {
		t.Fatal(err)
	}
	if out, err := runCommand(t, "", "check", file); err != nil {
		t.Errorf("after the rename: %s", out)
	}
	if out, err := runCommand(t, "", "uses", file, "/forms/deal/fields/cut", "--json"); err != nil || !strings.Contains(out, `"path": "/approvals/discount/skipIf"`) {
		t.Errorf("uses: %v %s", err, out)
	}
	for _, args := range [][]string{{"rename", file, "/forms/deal/fields/cut", "stage"}, {"rename", file, "/nowhere", "x"}, {"uses", file, "/forms/nowhere"}} {
		if out, err := runCommand(t, "", args...); err != exitError(1) || out == "" {
			t.Errorf("%v: %v %s", args, err, out)
		}
	}
}
