package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pipewright/runtime/engine"
)

func TestVerify(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	data := filepath.Join(dir, "data")
	template := filepath.Join("..", "..", "builtin-templates", "blank", "app.json")
	if out, err := runCommand(t, "", "import", template, "--data", data, "--publish"); err != nil {
		t.Fatalf("%v %s", err, out)
	}
	out, err := runCommand(t, "", "verify", "--data", data)
	if err != nil || !strings.Contains(out, "0 records with 0 events, 0 anchors with 0 heads, 0 files of anchors: 0 wrong") {
		t.Errorf("%v %s", err, out)
	}
	// A file that no anchor of the store answers to is found.
	anchors := filepath.Join(dir, "anchors")
	if err := writeAnchor(anchors, &engine.Witness{Anchor: engine.Anchor{Day: "2026-11-23", Parts: []string{}}}); err != nil {
		t.Fatal(err)
	}
	if out, err := runCommand(t, "", "verify", "--data", data, "--anchors", anchors); err != exitError(1) || !strings.Contains(out, "2026-11-23") {
		t.Errorf("%v %s", err, out)
	}
	if out, err := runCommand(t, "", "verify", "--data", data, "--anchors", anchors, "--json"); err != exitError(1) || !strings.Contains(out, `"wrong": 1`) {
		t.Errorf("%v %s", err, out)
	}
}

func TestTheAuditKeyIsMadeOnce(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "data", "audit.key")
	first, err := loadKey(file)
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info, err)
	}
	if again, err := loadKey(file); err != nil || !again.Equal(first) {
		t.Errorf("another key the second time: %v", err)
	}
	if err := os.WriteFile(file, []byte("nonsense\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := loadKey(file); err == nil || !strings.Contains(err.Error(), "holds no key") {
		t.Errorf("nonsense was taken for a key: %v", err)
	}
}
