package server

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"image"
	"image/color"
	"image/png"
	"strings"
	"testing"

	"pipewright/runtime/engine"
)

const filesApp = `{"spec": "pipewright/1", "key": "docs", "name": "Docs",
  "roles": [{"key": "member", "name": "Member"}, {"key": "boss", "name": "Boss"}],
  "forms": [{"key": "doc", "name": "Doc", "fields": [
    {"key": "name", "type": "text", "name": "Name"}, {"key": "files", "type": "attachment", "name": "Files", "max": 2},
    {"key": "photos", "type": "image", "name": "Photos"}, {"key": "sign", "type": "signature", "name": "Signature"}],
    "grants": [{"role": "member", "records": "own", "do": ["create", "read", "edit"]}, {"role": "boss", "records": "all", "do": ["read", "edit"], "hide": ["photos"]}]}]}`

func picture(t *testing.T, w, h int) string {
	t.Helper()
	img := image.NewGray(image.Rect(0, 0, w, h))
	for x := range w {
		img.SetGray(x, h/2, color.Gray{Y: uint8(x)})
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// A file goes in by its content, stands in a record of its uploader's, and comes out to whoever sees it there.
func TestFiles(t *testing.T) {
	t.Parallel()
	w := open(t, true)
	admin := w.as("admin")
	admin.must("POST", "/api/apps/import", filesApp)
	admin.must("POST", "/api/apps/docs/publish", object{"acceptWarnings": true})
	for user, role := range map[string]string{"rep.li": "docs/member", "rep.chen": "docs/member", "mgr.wang": "docs/boss"} {
		admin.must("PATCH", "/api/users/"+user, object{"roles": []string{role}})
	}
	rep, other, boss := w.as("rep.li"), w.as("rep.chen"), w.as("mgr.wang")
	octets := []string{"Content-Type", "application/octet-stream"}
	upload := func(name, content string) string {
		t.Helper()
		a := rep.must("POST", "/api/files?name="+name, content, octets...)
		sum := sha256.Sum256([]byte(content))
		if a.status != 201 || a.str("sha256") != hex.EncodeToString(sum[:]) {
			t.Errorf("%s: %d %s", name, a.status, a.raw)
		}
		return a.str("id")
	}
	long := strings.Repeat("line of text\n", 60_000) // more than two parts
	text, photo := upload("note.txt", long), upload("a%2Fb%2Fphoto.PNG", picture(t, 600, 300))
	for _, c := range []struct {
		status               int
		code, name, contents string
	}{
		{422, "file.type", "page.html", "<!DOCTYPE html><html><script>alert(1)</script></html>"},
		{422, "file.type", "page.txt", "<!DOCTYPE html><html><script>alert(1)</script></html>"},
		{422, "file.type", "pic.svg", `<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`},
		{422, "file.type", "photo.pdf", picture(t, 2, 2)},
		{422, "file.type", "run.exe", "MZ\x90\x00"},
		{422, "file.type", "none", "text"},
		{400, "bad.request", "", "text"},
		{400, "bad.request", "..", "text"},
		{400, "bad.request", "a.txt", ""},
		{413, "body.tooLarge", "a.txt", strings.Repeat("x", engine.MaxFile+1)},
	} {
		rep.refused(c.status, c.code, "POST", "/api/files?name="+c.name, c.contents, octets...)
	}

	records := "/api/apps/docs/forms/doc/records"
	made := rep.must("POST", records, object{"data": object{"name": "x", "files": []object{{"id": text, "name": "evil.html", "size": 1}}, "photos": []object{{"id": photo}}, "sign": object{"id": photo}}})
	id := made.str("id")
	got := rep.must("GET", "/api/records/"+id, nil)
	if got.str("data.files.0.name") != "note.txt" || got.str("data.files.0.size") != "780000" || got.str("data.photos.0.name") != "photo.PNG" || got.str("data.photos.0.type") != "image/png" || len(got.str("data.sign.sha256")) != 64 {
		t.Errorf("the record tells %s", got.raw)
	}
	for _, c := range []struct {
		data object
		code string
	}{
		{object{"files": []object{{"id": strings.Repeat("0", 32)}}}, "file.missing"},
		{object{"photos": []object{{"id": text}}}, "file.type"},
	} {
		if a := rep.refused(422, "field.invalid", "PATCH", "/api/records/"+id, object{"data": c.data}); !strings.Contains(string(a.raw), c.code) {
			t.Errorf("%v: %s", c.data, a.raw)
		}
	}
	// Nobody puts another's upload into a record of his own to open it there.
	if a := other.refused(422, "field.invalid", "POST", records, object{"data": object{"name": "y", "files": []object{{"id": text}}}}); !strings.Contains(string(a.raw), "file.missing") {
		t.Errorf("%s", a.raw)
	}

	down := rep.must("GET", "/api/files/"+text+"?record="+id, nil)
	if string(down.raw) != long || down.header.Get("Content-Disposition") != `attachment; filename=note.txt` || down.header.Get("X-Content-Type-Options") != "nosniff" ||
		down.header.Get("Content-Type") != "text/plain" || !strings.Contains(down.header.Get("Content-Security-Policy"), "sandbox") {
		t.Errorf("download of %d bytes: %v", len(down.raw), down.header)
	}
	small := rep.must("GET", "/api/files/"+photo+"?thumb=1", nil)
	if conf, err := png.DecodeConfig(bytes.NewReader(small.raw)); err != nil || conf.Width != 256 || conf.Height != 128 {
		t.Errorf("small picture %+v %v", conf, err)
	}
	boss.must("GET", "/api/files/"+text+"?record="+id, nil)
	for _, c := range []struct {
		who  *client
		path string
	}{
		{other, text + "?record=" + id}, {other, text}, {boss, text}, {boss, photo}, {rep, text + "?record=DOC-1"}, {rep, text + "?thumb=1"},
		{rep, strings.Repeat("0", 32)}, {rep, "..%2fx"},
	} {
		c.who.refused(404, "not.found", "GET", "/api/files/"+c.path, nil)
	}
	w.client().refused(401, "unauthenticated", "GET", "/api/files/"+text, nil)

	// A field that one may not see does not give its files away. The signature here is the same picture, so take it off.
	rep.must("PATCH", "/api/records/"+id, object{"data": object{"sign": nil}})
	boss.refused(404, "not.found", "GET", "/api/files/"+photo+"?record="+id, nil)
}

func TestFileNames(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"a.txt": "a.txt", `C:\dir\a.txt`: "a.txt", "../../etc/passwd": "passwd", "..": "", "/": "", "a\u202etxt.exe": "atxt.exe", "a\r\nb.txt": "ab.txt", " 合同.pdf ": "合同.pdf",
		strings.Repeat("长", 300) + ".pdf": strings.Repeat("长", 196) + ".pdf",
	} {
		if got := fileName(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

// A picture that is small as a file and huge when opened is not opened.
func TestThumbnailOfHugePicture(t *testing.T) {
	t.Parallel()
	head := picture(t, 4, 4)
	huge := []byte(head)
	copy(huge[16:], []byte{0, 0, 0xff, 0xff, 0, 0, 0xff, 0xff}) // width and height of the header; its checksum is then wrong as well
	if thumbnail(huge) != nil || thumbnail([]byte("text")) != nil {
		t.Error("a picture was opened")
	}
}
