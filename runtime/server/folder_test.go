package server

import (
	"archive/zip"
	"bytes"
	"net/http"
	"strings"
	"testing"
)

func zipped(t *testing.T, files map[string]string) string {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for name, text := range files {
		f, err := w.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// TestFolderAsZip: an app is exported as the files of a folder and made anew of them without a difference.
func TestFolderAsZip(t *testing.T) {
	t.Parallel()
	w := open(t, true)
	w.install("b2b")
	admin := w.as("admin")
	whole := admin.must("GET", "/api/apps/b2b/export", nil)
	first := admin.must("GET", "/api/apps/b2b/export?format=zip", nil)
	if again := admin.must("GET", "/api/apps/b2b/export?format=zip", nil); !bytes.Equal(first.raw, again.raw) || first.header.Get("Content-Type") != "application/zip" {
		t.Error("the same definition gives other bytes")
	}
	other := open(t, true)
	there := other.as("admin")
	send := func(body string, status int) answer {
		t.Helper()
		a := there.send("POST", "/api/apps/import", body, "Content-Type", "application/zip")
		if a.status != status {
			t.Errorf("%d, want %d: %.400s", a.status, status, a.raw)
		}
		return a
	}
	send(string(first.raw), http.StatusCreated)
	if back := there.must("GET", "/api/apps/b2b/export", nil); !bytes.Equal(back.raw, whole.raw) {
		t.Error("the app came back otherwise")
	}
	head := `{"spec": "pipewright/1", "key": "%", "name": "Shop"}`
	send(zipped(t, map[string]string{"shop-main/app.json": strings.Replace(head, "%", "shop", 1), "shop-main/README.md": "# Shop", "shop-main/processes/a.json": `{"roles": [{"key": "rep", "name": "Rep"}]}`}), http.StatusCreated)
	if shop := there.must("GET", "/api/apps/shop/draft", nil); shop.str("definition.roles.0.key") != "rep" {
		t.Errorf("a folder in a folder %s", shop.raw)
	}
	for name, body := range map[string]string{
		"no zip":    "PK",
		"no head":   zipped(t, map[string]string{"processes/a.json": `{}`}),
		"bad part":  zipped(t, map[string]string{"app.json": strings.Replace(head, "%", "bad", 1), "processes/a.json": `{"key": "a"}`}),
		"bad order": zipped(t, map[string]string{"app.json": strings.Replace(head, "%", "bad", 1), "order.json": `[]`}),
	} {
		if a := send(body, http.StatusBadRequest); a.str("error.code") != "bad.request" {
			t.Errorf("%s: %s", name, a.raw)
		}
	}
	bomb := zipped(t, map[string]string{"app.json": strings.Repeat(" ", maxDefinition+1)})
	if len(bomb) > 100_000 {
		t.Fatal("the bomb is not small")
	}
	send(bomb, http.StatusRequestEntityTooLarge)
}
