package web

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"
	"time"
)

//go:embed all:dist
var dist embed.FS

// Files is the built web app: index.html at its root, hashed files under assets/, and beside each larger text file its
// ".br" and ".gz" form. Before `npm run build` it holds only placeholder.txt.
func Files() fs.FS {
	sub, err := fs.Sub(dist, "dist")
	if err != nil {
		panic("web: the embedded dist folder is missing: " + err.Error())
	}
	return sub
}

// Handler serves the built web app out of files (see Files). It answers GET and HEAD only. A path without an extension
// outside /api and /assets gets index.html, so that the browser's router can open it; everything else that is not there
// is 404.
func Handler(files fs.FS) http.Handler {
	return &handler{files: files}
}

type handler struct {
	files fs.FS
	tags  sync.Map // file name → ETag
}

const notBuilt = `<!doctype html><meta charset="utf-8"><title>Pipewright</title>
<p>The web app is not built into this binary. Run <code>make build</code>, which builds it.</p>
<p>这个程序里没有打包网页。请运行 <code>make build</code>。</p>`

func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
		return
	}
	name := strings.TrimPrefix(path.Clean("/"+r.URL.Path), "/")
	if name == "" {
		name = "index.html"
	}
	if isEncoded(name) || !h.has(name) {
		if !isPage(name) {
			http.NotFound(w, r)
			return
		}
		name = pageOf(name)
	}
	if (name == "index.html" || name == outside) && !h.has(name) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Cache-Control", "no-cache")
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = w.Write([]byte(notBuilt))
		return
	}
	h.serve(w, r, name)
}

// outside is the page for people who have not signed in: public forms (/p/…), tracking links (/t/…) and shared flows (/share/…). It is a build
// of its own.
const outside = "outside.html"

// pageOf is the page that stands at a path.
func pageOf(name string) string {
	if first, _, _ := strings.Cut(name, "/"); first == "p" || first == "t" || first == "share" {
		return outside
	}
	return "index.html"
}

// isPage says whether a path that names no file may be a page of the app.
func isPage(name string) bool {
	first, _, _ := strings.Cut(name, "/")
	return name == "index.html" || first != "api" && first != "assets" && path.Ext(name) == ""
}

// isEncoded hides the compressed forms: they are answered under the plain name only.
func isEncoded(name string) bool {
	return strings.HasSuffix(name, ".br") || strings.HasSuffix(name, ".gz")
}

func (h *handler) has(name string) bool {
	info, err := fs.Stat(h.files, name)
	return err == nil && !info.IsDir()
}

func (h *handler) serve(w http.ResponseWriter, r *http.Request, name string) {
	header := w.Header()
	stored := name
	for _, form := range []struct{ coding, suffix string }{{"br", ".br"}, {"gzip", ".gz"}} {
		if !h.has(name + form.suffix) {
			continue
		}
		header.Set("Vary", "Accept-Encoding")
		if accepts(r.Header.Get("Accept-Encoding"), form.coding) {
			stored = name + form.suffix
			header.Set("Content-Encoding", form.coding)
			break
		}
	}
	data, err := fs.ReadFile(h.files, stored)
	if err != nil {
		header.Del("Content-Encoding")
		http.NotFound(w, r)
		return
	}
	kind := mime.TypeByExtension(path.Ext(name))
	if kind == "" {
		kind = "application/octet-stream"
	}
	header.Set("Content-Type", kind)
	if strings.HasPrefix(name, "assets/") {
		header.Set("Cache-Control", "public, max-age=31536000, immutable")
	} else {
		header.Set("Cache-Control", "no-cache")
	}
	header.Set("ETag", h.tag(stored, data))
	http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(data))
}

// tag is the strong ETag of a stored file: of its bytes, so the compressed form has its own.
func (h *handler) tag(stored string, data []byte) string {
	if tag, ok := h.tags.Load(stored); ok {
		return tag.(string)
	}
	sum := sha256.Sum256(data)
	tag := `"` + hex.EncodeToString(sum[:12]) + `"`
	h.tags.Store(stored, tag)
	return tag
}

// accepts says whether an Accept-Encoding header allows a coding. "*" is not taken as a wish for it, and q=0 forbids it.
func accepts(header, coding string) bool {
	for item := range strings.SplitSeq(header, ",") {
		name, params, _ := strings.Cut(item, ";")
		if !strings.EqualFold(strings.TrimSpace(name), coding) {
			continue
		}
		key, value, found := strings.Cut(strings.TrimSpace(params), "=")
		if !found || !strings.EqualFold(strings.TrimSpace(key), "q") {
			return true
		}
		q, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
		return err == nil && q > 0
	}
	return false
}
