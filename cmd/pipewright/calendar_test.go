package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestCalendarImport(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	data := "--data=" + filepath.Join(dir, "data")
	file := filepath.Join("..", "..", "runtime", "org", "testdata", "calendar", "2026.json")
	for range 2 { // the same again is no mistake
		if out, err := runCommand(t, "", "calendar", "import", file, data); err != nil || !strings.Contains(out, "2026: 39 days; the server will move 0 times of 0 records") {
			t.Fatalf("import: %v %s", err, out)
		}
	}
	if out, err := runCommand(t, "", "calendar", "import", file, data, "--dry-run"); err != nil || !strings.Contains(out, "would move 0 times") {
		t.Errorf("dry run: %v %s", err, out)
	}
	if out, err := runCommand(t, "", "calendar", "import", file, data, "--team", "nobody"); err == nil {
		t.Errorf("an unknown team: %s", out)
	}
	bad := filepath.Join(dir, "2027.json")
	if err := os.WriteFile(bad, []byte(`{"year": 2027, "days": [{"name": "x", "date": "2027-02-30", "isOffDay": true}]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := runCommand(t, "", "calendar", "import", bad, data); err == nil || !strings.Contains(out, "/days/0/date") {
		t.Errorf("a bad file: %v %s", err, out)
	}
}
