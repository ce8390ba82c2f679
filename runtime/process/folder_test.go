package process

import (
	"bytes"
	"slices"
	"testing"
)

const twoProcesses = `{"spec": "pipewright/1", "key": "shop", "name": "Shop", "roles": [{"key": "rep", "name": "Rep"}],
 "forms": [{"key": "b", "name": "B"}, {"key": "shared", "name": "S"}, {"key": "a", "name": "A"}],
 "processes": [{"key": "b", "form": "b", "name": "B", "start": "s", "stages": [{"key": "s", "name": "S"}]},
  {"key": "a", "form": "a", "name": "A", "start": "s", "stages": [{"key": "s", "name": "S", "approval": {"chain": "x", "passed": "p"}}], "transitions": [{"key": "p", "from": ["s"], "to": "s", "approval": "both"}]},
  {"key": "c", "form": "shared", "name": "C", "start": "s", "stages": [{"key": "s", "name": "S"}], "transitions": [{"key": "p", "from": ["s"], "to": "s", "approval": "both"}]},
  {"key": "d", "form": "shared", "name": "D", "start": "s", "stages": [{"key": "s", "name": "S"}]}],
 "approvals": [{"key": "both", "name": "Both", "steps": []}, {"key": "x", "name": "X", "steps": []}],
 "automations": [{"key": "one", "name": "One", "on": {"stage": "a.s"}, "do": []}, {"key": "two", "name": "Two", "on": {"created": "b"}, "do": []}, {"key": "three", "name": "Three", "on": {"cron": "* * * * *"}, "do": []}],
 "views": [{"key": "v", "process": "a", "kind": "list"}, {"key": "w", "form": "shared", "kind": "list"}],
 "tests": [{"name": "t", "given": {"form": "b"}, "steps": []}]}`

func TestSplitAndParseFolder(t *testing.T) {
	t.Parallel()
	def, problems := Parse([]byte(twoProcesses))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	want, err := Format(def)
	if err != nil {
		t.Fatal(err)
	}
	files, err := Split(def, nil)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range files {
		names = append(names, f.Name)
	}
	if !slices.Equal(names, []string{"app.json", "processes/a.json", "processes/b.json", "processes/c.json", "processes/d.json", "order.json"}) {
		t.Errorf("files %v", names)
	}
	for part, has := range map[int][]string{0: {`"shared"`, `"both"`, `"three"`, `"w"`}, 1: {`"key": "a"`, `"x"`, `"one"`, `"v"`}, 2: {`"key": "b"`, `"two"`, `"t"`}, 5: {`"forms"`, `"processes"`}} {
		for _, h := range has {
			if !bytes.Contains(files[part].Text, []byte(h)) {
				t.Errorf("%s has no %s:\n%s", files[part].Name, h, files[part].Text)
			}
		}
	}
	back, wrong := ParseFolder(files)
	if len(wrong) > 0 {
		t.Fatal(wrong)
	}
	if got, err := Format(back); err != nil || !bytes.Equal(got, want) {
		t.Errorf("not the same app: %v\n%s", err, got)
	}
	// What stands elsewhere may stay there.
	kept, err := Split(def, func(list, key string) string {
		if list == "forms" && key == "shared" {
			return "processes/other.json"
		}
		return ""
	})
	if err != nil {
		t.Fatal(err)
	}
	if back, wrong = ParseFolder(kept); len(wrong) > 0 {
		t.Fatal(wrong)
	}
	if got, err := Format(back); err != nil || !bytes.Equal(got, want) || !slices.ContainsFunc(kept, func(f File) bool { return f.Name == "processes/other.json" }) {
		t.Errorf("kept elsewhere: %v\n%s", err, got)
	}
	_, wrong = ParseFolder([]File{files[0], {"processes/y.json", []byte(`{"forms": [{"name": 7}]}`)}, {"processes/z.json", []byte(`{"key": "z"}`)}})
	if len(wrong) < 2 || wrong[0].File != "processes/y.json" || wrong[0].Problem.Path == "" || wrong[len(wrong)-1].File != "processes/z.json" {
		t.Errorf("a part that is no form, and one with a head: %v", wrong)
	}
	if def, _ := ParseFolder(files[1:]); def != nil {
		t.Error("an app without a head")
	}
}
