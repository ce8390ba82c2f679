package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestAppInParts: the folder of an app is checked, formatted and imported as one, and a problem names the file it is in.
func TestAppInParts(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "processes"), 0o700); err != nil {
		t.Fatal(err)
	}
	write("app.json", `{"spec": "pipewright/1", "key": "shop", "name": "Shop", "roles": [{"key": "rep", "name": "Rep"}],
		"forms": [{"key": "item", "name": "Item", "fields": [{"key": "name", "type": "text", "name": "Name"}], "grants": [{"role": "rep", "records": "all", "do": ["create", "read", "edit"]}]}]}`)
	write("processes/b.json", `{"forms": [{"key": "order", "name": "Order", "fields": [{"key": "item", "type": "reference", "form": "item", "name": "Item"}],
		"grants": [{"role": "rep", "records": "all", "do": ["create", "read", "edit"]}]}]}`)
	write("processes/a.json", `{"forms": [{"key": "part", "name": "Part", "fields": [{"key": "name", "type": "text", "name": "Name"}], "grants": [{"role": "rep", "records": "all", "do": ["read", "create"]}]}]}`)
	if out, err := runCommand(t, "", "check", dir); err != nil {
		t.Fatalf("check: %v %s", err, out)
	}
	whole, err := runCommand(t, "", "fmt", dir)
	item, part, order := strings.Index(whole, `"item"`), strings.Index(whole, `"part"`), strings.Index(whole, `"order"`)
	if err != nil || item < 0 || part < item || order < part {
		t.Fatalf("the lists do not follow one another by the names of the files: %v %s", err, whole)
	}
	if _, err := runCommand(t, "", "fmt", dir, "-w"); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(filepath.Join(dir, "processes", "b.json"))
	if err != nil || !strings.HasPrefix(string(raw), "{\n  \"forms\"") {
		t.Errorf("a part is not in its canonical form: %v %.80s", err, raw)
	}
	if again, _ := runCommand(t, "", "fmt", dir); again != whole {
		t.Error("formatting the files changed the app")
	}
	if out, err := runCommand(t, "", "import", dir, "--data="+filepath.Join(dir, "data"), "--publish"); err != nil || !strings.Contains(out, "release 1 of shop") {
		t.Errorf("import: %v %s", err, out)
	}
	write("processes/b.json", strings.Replace(string(raw), `"form": "item"`, `"form": "thing"`, 1))
	if out, err := runCommand(t, "", "check", dir); err != exitError(1) || !strings.Contains(out, filepath.Join("processes", "b.json")+":") || !strings.Contains(out, "/forms/order/fields/item/form") {
		t.Errorf("a problem in a part: %v %s", err, out)
	}
	write("processes/b.json", `{"key": "b"}`)
	if out, err := runCommand(t, "", "check", dir); err == nil || !strings.Contains(err.Error(), "b.json:1:") {
		t.Errorf("a part with a head: %v %s", err, out)
	}
	if out, err := runCommand(t, "", "rename", dir, "/forms/item/fields/name", "label", "-w"); err == nil {
		t.Errorf("renamed in a folder: %s", out)
	}
}
