package web

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/fstest"
)

func TestHandler(t *testing.T) {
	t.Parallel()
	files := fstest.MapFS{
		"index.html":              {Data: []byte("<!doctype html>page")},
		"outside.html":            {Data: []byte("outside")},
		"icon.svg":                {Data: []byte("<svg/>")},
		"sw.js":                   {Data: []byte("worker")},
		"assets/app-1a2b.js":      {Data: []byte("plain")},
		"assets/app-1a2b.js.br":   {Data: []byte("brotli")},
		"assets/app-1a2b.js.gz":   {Data: []byte("gzip")},
		"assets/style-3c4d.css":   {Data: []byte("css")},
		"assets/deep/more-5e.js":  {Data: []byte("deep")},
		"assets/deep/more-5e.css": {Data: []byte("deep css")},
	}
	const immutable = "public, max-age=31536000, immutable"
	tests := []struct {
		name, method, path, encoding        string
		status                              int
		body, kind, cache, sent, varyHeader string
	}{
		{name: "root", path: "/", status: 200, body: "<!doctype html>page", kind: "text/html; charset=utf-8", cache: "no-cache"},
		{name: "page for people outside", path: "/share/x", status: 200, body: "outside", kind: "text/html; charset=utf-8", cache: "no-cache"},
		{name: "page of the app", path: "/a/b2b/board/deal", status: 200, body: "<!doctype html>page", kind: "text/html; charset=utf-8", cache: "no-cache"},
		{name: "file", path: "/icon.svg", status: 200, body: "<svg/>", kind: "image/svg+xml", cache: "no-cache"},
		{name: "service worker", path: "/sw.js", status: 200, body: "worker", kind: "text/javascript; charset=utf-8", cache: "no-cache"},
		{name: "asset plain", path: "/assets/app-1a2b.js", status: 200, body: "plain", kind: "text/javascript; charset=utf-8", cache: immutable, varyHeader: "Accept-Encoding"},
		{name: "asset brotli", path: "/assets/app-1a2b.js", encoding: "gzip, br;q=1.0", status: 200, body: "brotli", kind: "text/javascript; charset=utf-8", cache: immutable, sent: "br", varyHeader: "Accept-Encoding"},
		{name: "asset gzip when brotli is refused", path: "/assets/app-1a2b.js", encoding: "br;q=0, gzip", status: 200, body: "gzip", kind: "text/javascript; charset=utf-8", cache: immutable, sent: "gzip", varyHeader: "Accept-Encoding"},
		{name: "asset without compressed form", path: "/assets/style-3c4d.css", encoding: "br", status: 200, body: "css", kind: "text/css; charset=utf-8", cache: immutable},
		{name: "missing asset", path: "/assets/gone", status: 404},
		{name: "missing file", path: "/robots.txt", status: 404},
		{name: "unknown API path", path: "/api/nothing", status: 404},
		{name: "compressed name is hidden", path: "/assets/app-1a2b.js.br", status: 404},
		{name: "folder is not a file", path: "/assets/deep", status: 404},
		{name: "climbing out stays in", path: "/../../etc/passwd.txt", status: 404},
		{name: "post", method: http.MethodPost, path: "/", status: 405},
		{name: "head", method: http.MethodHead, path: "/", status: 200, kind: "text/html; charset=utf-8", cache: "no-cache"},
	}
	h := Handler(files)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			method := test.method
			if method == "" {
				method = http.MethodGet
			}
			r := httptest.NewRequest(method, "http://host"+test.path, nil)
			r.Header.Set("Accept-Encoding", test.encoding)
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			if w.Code != test.status {
				t.Fatalf("status %d, want %d", w.Code, test.status)
			}
			if test.status != 200 {
				return
			}
			if got := w.Body.String(); got != test.body {
				t.Errorf("body %q, want %q", got, test.body)
			}
			for _, want := range []struct{ header, value string }{
				{"Content-Type", test.kind}, {"Cache-Control", test.cache},
				{"Content-Encoding", test.sent}, {"Vary", test.varyHeader},
			} {
				if got := w.Header().Get(want.header); got != want.value {
					t.Errorf("%s %q, want %q", want.header, got, want.value)
				}
			}
		})
	}
}

func TestHandlerAnswersNotModified(t *testing.T) {
	t.Parallel()
	h := Handler(fstest.MapFS{"index.html": {Data: []byte("page")}})
	first := httptest.NewRecorder()
	h.ServeHTTP(first, httptest.NewRequest(http.MethodGet, "/", nil))
	again := httptest.NewRequest(http.MethodGet, "/", nil)
	again.Header.Set("If-None-Match", first.Header().Get("ETag"))
	second := httptest.NewRecorder()
	h.ServeHTTP(second, again)
	if second.Code != http.StatusNotModified {
		t.Fatalf("status %d, want 304", second.Code)
	}
}

func TestHandlerSaysWhenNothingIsBuilt(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	Handler(fstest.MapFS{"placeholder.txt": {Data: []byte("x")}}).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
	if w.Code != http.StatusServiceUnavailable {
		t.Fatalf("status %d, want 503", w.Code)
	}
}

func TestFilesHoldAtLeastThePlaceholder(t *testing.T) {
	t.Parallel()
	if _, err := Files().Open("placeholder.txt"); err != nil {
		t.Fatal(err)
	}
}
