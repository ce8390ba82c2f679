package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pipewright/runtime/store/sqlitestore"
)

// A backup taken while the store is open restores to the same apps; nothing there is overwritten, nothing damaged is taken.
func TestBackupAndRestore(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	data, saved, again := filepath.Join(dir, "data"), filepath.Join(dir, "backups", "monday"), filepath.Join(dir, "again")
	template := filepath.Join("..", "..", "builtin-templates", "blank", "app.json")
	if out, err := runCommand(t, "", "import", template, "--data", data, "--publish"); err != nil {
		t.Fatalf("%v %s", err, out)
	}
	key := filepath.Join(data, "audit.key")
	if _, err := loadKey(key); err != nil {
		t.Fatal(err)
	}
	serving, err := sqlitestore.Open(t.Context(), sqlitestore.Options{Dir: data})
	if err != nil {
		t.Fatal(err)
	}
	defer serving.Close()
	if out, err := runCommand(t, "", "backup", saved, "--data", data); err != nil {
		t.Fatalf("%v %s", err, out)
	}
	if _, err := runCommand(t, "", "backup", saved, "--data", data); err == nil || !strings.Contains(err.Error(), "already there") {
		t.Errorf("a backup was overwritten: %v", err)
	}
	if _, err := runCommand(t, "", "restore", saved, "--data", data); err == nil || !strings.Contains(err.Error(), "already there") {
		t.Errorf("a store was overwritten: %v", err)
	}
	if out, err := runCommand(t, "", "restore", saved, "--data", again); err != nil || !strings.Contains(out, "0 records with 0 events, all verified") {
		t.Fatalf("%v %s", err, out)
	}
	want, err := os.ReadFile(key)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(filepath.Join(again, "audit.key")); err != nil || string(got) != string(want) {
		t.Errorf("the key of the audit: %q %v", got, err)
	}
	if out, err := runCommand(t, "", "export", "blank", "--data", again, "--release", "1"); err != nil || !strings.Contains(out, `"key": "blank"`) {
		t.Errorf("%v %s", err, out)
	}

	db := filepath.Join(saved, sqlitestore.FileName)
	raw, err := os.ReadFile(db)
	if err != nil {
		t.Fatal(err)
	}
	for i := len(raw) / 2; i < len(raw)/2+8192; i++ {
		raw[i] ^= 0x5a
	}
	if err := os.WriteFile(db, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	torn := filepath.Join(dir, "torn")
	if out, err := runCommand(t, "", "restore", saved, "--data", torn); err == nil {
		t.Errorf("a torn backup was restored: %s", out)
	}
	if left, err := filepath.Glob(torn + "*"); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

func TestBackupRefuses(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, args := range [][]string{
		{"backup", filepath.Join(dir, "b"), "--data", filepath.Join(dir, "nothing")},
		{"restore", filepath.Join(dir, "nothing"), "--data", filepath.Join(dir, "b")},
		{"backup", filepath.Join(dir, "b"), "--mongodb-uri", "mongodb://127.0.0.1:1"},
		{"restore", dir, "--mongodb-uri", "mongodb://127.0.0.1:1"},
	} {
		if out, err := runCommand(t, "", args...); err == nil {
			t.Errorf("%v: %s", args, out)
		}
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}
