package main

import (
	"path/filepath"
	"testing"
	"time"

	"pipewright/runtime/server"
	"pipewright/runtime/store/sqlitestore"
)

// The server's own backups are whole, restore like any other, and only the newest few stay.
func TestServerMakesBackups(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	data := filepath.Join(dir, "data")
	template := filepath.Join("..", "..", "builtin-templates", "blank", "app.json")
	if out, err := runCommand(t, "", "import", template, "--data", data, "--publish"); err != nil {
		t.Fatalf("%v %s", err, out)
	}
	serving, err := sqlitestore.Open(t.Context(), sqlitestore.Options{Dir: data})
	if err != nil {
		t.Fatal(err)
	}
	defer serving.Close()
	k := &keeper{data: data, anchors: anchorOptions{}.inside(storeOptions{Data: data})}
	if all, _, err := k.List(); err != nil || len(all) != 0 {
		t.Fatalf("%v %v", all, err)
	}
	at := time.Date(2026, 11, 28, 7, 0, 0, 0, time.UTC)
	var last server.Backup
	for i := range keptBackups + 1 {
		if last, err = k.Make(t.Context(), at.Add(time.Duration(i)*time.Second)); err != nil {
			t.Fatal(err)
		}
	}
	if last.Name != "backup-20261128T070005.000Z" || last.Size < 1000 || !last.At.Equal(at.Add(5*time.Second)) {
		t.Errorf("%+v", last)
	}
	if _, err := k.Make(t.Context(), last.At); err == nil {
		t.Error("a backup was overwritten")
	}
	k.busy.Lock()
	if _, err := k.Make(t.Context(), at.Add(time.Hour)); err != server.ErrBackupRunning {
		t.Errorf("two at once: %v", err)
	}
	k.busy.Unlock()
	all, where, err := k.List()
	if err != nil || len(all) != keptBackups || all[0] != last || !all[4].At.Equal(at.Add(time.Second)) {
		t.Errorf("%v %v", all, err)
	}
	if out, err := runCommand(t, "", "restore", filepath.Join(where, last.Name), "--data", filepath.Join(dir, "again")); err != nil {
		t.Errorf("%v %s", err, out)
	}
}
