package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// runCommand runs the program in this process.
func runCommand(t *testing.T, stdin string, args ...string) (string, error) {
	t.Helper()
	cmd := root()
	var out bytes.Buffer
	cmd.SetIn(strings.NewReader(stdin))
	cmd.SetOut(&out)
	cmd.SetErr(&out)
	cmd.SetArgs(args)
	err := cmd.ExecuteContext(t.Context())
	return out.String(), err
}

func TestImportAndExportKeepTheDefinition(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	data := "--data=" + filepath.Join(dir, "data")
	file := filepath.Join("..", "..", "builtin-templates", "cycle9", "app.json")
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if out, err := runCommand(t, "", "import", file, data, "--publish"); err != nil || !strings.Contains(out, "release 1 of cycle9") {
		t.Fatalf("import: %v %s", err, out)
	}
	if out, err := runCommand(t, "", "import", filepath.Join("..", "..", "builtin-templates"), data, "--publish"); err != nil || !strings.Contains(out, "release 1 of b2b") {
		t.Fatalf("import of a folder: %v %s", err, out)
	}
	for _, release := range []string{"draft", "1"} {
		if out, err := runCommand(t, "", "export", "cycle9", data, "--release", release); err != nil || out != string(want) {
			t.Errorf("export of %s differs: %v %.200s", release, err, out)
		}
	}
	into := filepath.Join(dir, "out.json")
	if _, err := runCommand(t, "", "export", "cycle9", data, "-o", into); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(into); err != nil || string(got) != string(want) {
		t.Errorf("export into a file differs: %v", err)
	}
	if _, err := runCommand(t, "", "export", "nope", data); err == nil {
		t.Error("an app that is not there was exported")
	}
	bad := filepath.Join(dir, "bad.json")
	if err := os.WriteFile(bad, []byte(`{"spec": "pipewright/1", "key": "bad", "name": "Bad", "forms": [{"key": "f", "name": "F", "fields": [{"key": "n", "type": "nope"}]}]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := runCommand(t, "", "import", bad, data, "--publish"); err != exitError(1) || !strings.Contains(out, "/forms/f/fields/n/type") {
		t.Errorf("a bad definition: %v %s", err, out)
	}
}

func TestUsersFromTheCommandLine(t *testing.T) {
	t.Parallel()
	data := "--data=" + filepath.Join(t.TempDir(), "data")
	if _, err := runCommand(t, "", "user", "add", "ann", data); err == nil {
		t.Error("a user without a password was added")
	}
	if _, err := runCommand(t, "short\n", "user", "add", "ann", data); err == nil {
		t.Error("a short password was taken")
	}
	if out, err := runCommand(t, "long enough\n", "user", "add", "ann", "--admin", "--company", "Acme", data); err != nil {
		t.Fatalf("add: %v %s", err, out)
	}
	if _, err := runCommand(t, "long enough\n", "user", "add", "ann", data); err == nil {
		t.Error("a user was added twice")
	}
	if _, err := runCommand(t, "another one\n", "user", "reset", "nobody", data); err == nil {
		t.Error("nobody got a password")
	}
	if out, err := runCommand(t, "another one\n", "user", "reset", "ann", data); err != nil {
		t.Fatalf("reset: %v %s", err, out)
	}
	p, err := tool(t.Context(), storeOptions{Data: strings.TrimPrefix(data, "--data=")})
	if err != nil {
		t.Fatal(err)
	}
	defer p.store.Close()
	if p.server.SetupCode() != "" {
		t.Error("adding an admin did not set the product up")
	}
}

func TestDemoListensOnThisMachineOnly(t *testing.T) {
	t.Parallel()
	for _, addr := range []string{"0.0.0.0:0", ":0", "192.0.2.1:0", "example.com:0", "x"} {
		if _, err := runCommand(t, "", "serve", "--demo", "--addr", addr); err == nil || !strings.Contains(err.Error(), "loopback") {
			t.Errorf("%s: %v", addr, err)
		}
	}
}
