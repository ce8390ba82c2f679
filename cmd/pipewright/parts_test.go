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
	write("processes/a.json", "{\n  \"forms\": [{\"key\": \"part\", \"nmae\": \"Part\"}],\n  \"views\": 3\n}")
	for _, command := range []string{"check", "import"} {
		args := []string{command, dir}
		if command == "import" {
			args = append(args, "--data="+filepath.Join(dir, "data"))
		}
		out, err := runCommand(t, "", args...)
		if err == nil || !strings.Contains(err.Error(), "b.json:1:") || !strings.Contains(err.Error(), "a.json:2:") || !strings.Contains(err.Error(), "a.json:3:") {
			t.Errorf("%s of two parts that are not written as they should be: %v %s", command, err, out)
		}
	}
	write("processes/a.json", "{}")
	write("processes/b.json", "{\n  \"pools\": [{\"key\": \"p\", \"name\": \"P\", \"form\": \"thing\"}],\n  \"rules\": [{\"key\": \"r\"}]\n}")
	if out, err := runCommand(t, "", "import", dir, "--data="+filepath.Join(dir, "data")); err != nil || !strings.Contains(out, "b.json:2:") || !strings.Contains(out, "b.json:3:") {
		t.Errorf("an unsound draft is put in without a word: %v %s", err, out)
	}
}

// TestFolderThereAndBack: an app goes into a folder and comes back without a difference, is renamed in it file by file, and two changed copies are merged.
func TestFolderThereAndBack(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	data := "--data=" + filepath.Join(dir, "data")
	b2b := filepath.Join("..", "..", "builtin-templates", "b2b")
	run := func(args ...string) string {
		t.Helper()
		out, err := runCommand(t, "", args...)
		if err != nil {
			t.Fatalf("%v: %v %s", args, err, out)
		}
		return out
	}
	whole := run("fmt", b2b)
	run("import", b2b, data)
	base, mine, theirs := filepath.Join(dir, "base"), filepath.Join(dir, "mine"), filepath.Join(dir, "theirs")
	for _, to := range []string{base, mine, theirs} {
		run("export", "b2b", data, "--folder", to)
	}
	if run("fmt", mine) != whole {
		t.Error("the app came back otherwise")
	}
	if names, _ := filepath.Glob(filepath.Join(mine, "processes", "*.json")); len(names) < 9 {
		t.Errorf("files %v", names)
	}
	run("import", mine, data)
	if run("export", "b2b", data) != whole {
		t.Error("imported from the folder it is another app")
	}
	run("rename", mine, "/forms/deal", "chance", "-w")
	run("check", mine)
	raw, err := os.ReadFile(filepath.Join(mine, "processes", "deal.json"))
	if err != nil || !strings.Contains(string(raw), `"key": "chance"`) {
		t.Errorf("what was renamed left its file: %v", err)
	}
	change := func(folder, file, from, to string) {
		t.Helper()
		name := filepath.Join(folder, file)
		raw, err := os.ReadFile(name)
		if err != nil || !strings.Contains(string(raw), from) {
			t.Fatalf("%s has no %s: %v", name, from, err)
		}
		if err := os.WriteFile(name, []byte(strings.Replace(string(raw), from, to, 1)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	change(theirs, "processes/quote.json", `"en": "Quote"`, `"en": "Offer"`)
	run("merge", base, mine, theirs, "-w")
	merged := run("fmt", mine)
	if !strings.Contains(merged, `"key": "chance"`) || !strings.Contains(merged, `"en": "Offer"`) {
		t.Error("one of the two changes is lost")
	}
	change(mine, "processes/quote.json", `"en": "Offer"`, `"en": "Bid"`)
	out, err := runCommand(t, "", "merge", base, mine, theirs, "-w")
	if err != exitError(1) || !strings.Contains(out, "“Bid”") || !strings.Contains(out, "“Offer”") {
		t.Errorf("a conflict: %v %s", err, out)
	}
	if run("merge", base, mine, theirs, "--take", "theirs", "-w"); !strings.Contains(run("fmt", mine), `"en": "Offer"`) {
		t.Error("theirs was not taken")
	}
	if _, err := runCommand(t, "", "merge", base, mine, theirs, "--take", "both"); err == nil || err == exitError(1) {
		t.Errorf("a side that is none: %v", err)
	}
}

func TestUpgradeFromTheCommandLine(t *testing.T) {
	t.Parallel()
	data := "--data=" + filepath.Join(t.TempDir(), "data")
	file := filepath.Join("..", "..", "builtin-templates", "blank")
	if out, err := runCommand(t, "", "import", file, data); err != nil {
		t.Fatal(err, out)
	}
	if out, err := runCommand(t, "", "upgrade", "blank", data); err != nil || !strings.Contains(out, "as it is now") {
		t.Errorf("an app of no template: %v %s", err, out)
	}
	if _, err := runCommand(t, "", "upgrade", "nope", data); err == nil {
		t.Error("an app that is not there")
	}
}
