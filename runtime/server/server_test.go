package server

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	templates "pipewright/builtin-templates"
	"pipewright/designer"
	"pipewright/rules"
	"pipewright/runtime/engine"
	"pipewright/runtime/org"
	"pipewright/runtime/process"
	"pipewright/runtime/sandbox"
	"pipewright/runtime/store"
	"pipewright/runtime/store/sqlitestore"
)

// clock is set by hand.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// world is a server over an empty store, with the real engine and designer.
type world struct {
	t      *testing.T
	server *Server
	clock  *clock
	http   *httptest.Server
	store  *crowded
	// mails are those that went out by a mail server set in the product.
	mails []string
}

// crowded is a store where, while it is crowded, somebody else is first at every record.
type crowded struct {
	*sqlitestore.Store
	busy atomic.Bool
}

func (s *crowded) Replace(ctx context.Context, coll string, d store.Doc, ver int64) error {
	if s.busy.Load() && strings.HasPrefix(coll, "rec_") {
		return store.ErrConflict
	}
	return s.Store.Replace(ctx, coll, d, ver)
}

func open(t *testing.T, demo bool) *world {
	t.Helper()
	ctx := t.Context()
	opened, err := sqlitestore.Open(ctx, sqlitestore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	st := &crowded{Store: opened}
	t.Cleanup(func() { _ = st.Close() })
	w := &world{t: t, clock: &clock{at: time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)}, store: st}
	var eng *engine.Engine
	var gallery []designer.Template
	for _, x := range templates.All() {
		gallery = append(gallery, designer.Template{Key: x.Key, Definition: x.Definition, Sample: x.Sample})
	}
	des, err := designer.New(ctx, designer.Config{Store: st, Now: w.clock.Now, Templates: gallery,
		Prepare: func(ctx context.Context, prev, next *process.App) error { return eng.Prepare(ctx, prev, next) },
		Duplicates: func(ctx context.Context, prev, next *process.App) ([]rules.Problem, error) {
			return eng.Duplicates(ctx, prev, next)
		}})
	if err != nil {
		t.Fatal(err)
	}
	if eng, err = engine.New(ctx, engine.Config{Store: st, Definitions: des.Catalog(), Now: w.clock.Now, MakeMailer: w.mailer}); err != nil {
		t.Fatal(err)
	}
	yard := sandbox.New(sandbox.Config{Engine: eng, Designer: des, Now: w.clock.Now, Open: func(ctx context.Context) (store.Store, error) {
		return sqlitestore.Open(ctx, sqlitestore.Options{ReadConns: 1})
	}})
	w.server, err = New(ctx, Config{Store: st, Engine: eng, Designer: des, Now: w.clock.Now, Demo: demo, Version: "test", Sandboxes: yard})
	if err != nil {
		t.Fatal(err)
	}
	if demo {
		users, teams := org.Sample()
		dir, err := eng.Directory(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.server.addSample(ctx, dir, users, teams); err != nil {
			t.Fatal(err)
		}
		if err := upsert(ctx, st, settingsColl, companyID, json.RawMessage(`{"name":"示范公司","language":"zh-CN","timezone":"Asia/Shanghai","currency":"CNY"}`)); err != nil {
			t.Fatal(err)
		}
	}
	w.http = httptest.NewServer(w.server)
	t.Cleanup(func() { w.server.Close(); w.http.Close() })
	return w
}

// install makes an app of a template with its sample data.
func (w *world) install(template string) {
	w.t.Helper()
	if _, err := w.server.Install(w.t.Context(), template, "", "admin", true); err != nil {
		w.t.Fatal(err)
	}
}

// client is a browser.
type client struct {
	w    *world
	http *http.Client
	n    int
}

func (w *world) client() *client {
	jar, err := cookiejar.New(nil)
	if err != nil {
		w.t.Fatal(err)
	}
	return &client{w: w, http: &http.Client{Jar: jar}}
}

// as signs one of the sample people in.
func (w *world) as(user string) *client {
	w.t.Helper()
	c := w.client()
	c.must("POST", "/api/demo-login", map[string]string{"username": user})
	return c
}

// answer is a response with its JSON.
type answer struct {
	t      *testing.T
	status int
	header http.Header
	raw    []byte
}

// get walks the JSON by a path like "round.steps.0.state".
func (a answer) get(path string) any {
	a.t.Helper()
	var v any
	dec := json.NewDecoder(bytes.NewReader(a.raw))
	dec.UseNumber()
	if err := dec.Decode(&v); err != nil {
		a.t.Fatalf("no JSON: %v: %.300s", err, a.raw)
	}
	for _, step := range strings.Split(path, ".") {
		switch x := v.(type) {
		case map[string]any:
			v = x[step]
		case []any:
			var i int
			if _, err := fmt.Sscan(step, &i); err != nil || i >= len(x) {
				return nil
			}
			v = x[i]
		default:
			return nil
		}
	}
	return v
}

func (a answer) str(path string) string {
	if v := a.get(path); v != nil {
		return fmt.Sprint(v)
	}
	return ""
}

func (a answer) len(path string) int {
	list, _ := a.get(path).([]any)
	return len(list)
}

func (c *client) send(method, path string, body any, headers ...string) answer {
	c.w.t.Helper()
	var in io.Reader
	switch b := body.(type) {
	case nil:
	case string:
		in = strings.NewReader(b)
	default:
		raw, err := json.Marshal(b)
		if err != nil {
			c.w.t.Fatal(err)
		}
		in = bytes.NewReader(raw)
	}
	req, err := http.NewRequestWithContext(c.w.t.Context(), method, c.w.http.URL+path, in)
	if err != nil {
		c.w.t.Fatal(err)
	}
	if in != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	c.n++
	req.Header.Set("Idempotency-Key", fmt.Sprintf("op-%p-%d", c, c.n))
	req.Header.Set("Accept-Language", "en")
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Del(headers[i])
		if headers[i+1] != "" {
			req.Header.Set(headers[i], headers[i+1])
		}
	}
	res, err := c.http.Do(req)
	if err != nil {
		c.w.t.Fatal(err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		c.w.t.Fatal(err)
	}
	return answer{c.w.t, res.StatusCode, res.Header, raw}
}

func (c *client) must(method, path string, body any, headers ...string) answer {
	c.w.t.Helper()
	a := c.send(method, path, body, headers...)
	if a.status >= 300 {
		c.w.t.Fatalf("%s %s: %d %.2000s", method, path, a.status, a.raw)
	}
	return a
}

// refused wants an error of this status and code.
func (c *client) refused(status int, code, method, path string, body any, headers ...string) answer {
	c.w.t.Helper()
	a := c.send(method, path, body, headers...)
	if a.status != status || a.str("error.code") != code {
		c.w.t.Errorf("%s %s: %d %s, want %d %s: %.600s", method, path, a.status, a.str("error.code"), status, code, a.raw)
	}
	if a.str("error.message") == "" {
		c.w.t.Errorf("%s %s: no message: %.300s", method, path, a.raw)
	}
	return a
}

// TestAgenda: what falls on some days of a person, as the calendar of his work reads it.
func TestAgenda(t *testing.T) {
	t.Parallel()
	w := open(t, true)
	w.install("b2b")
	rep := w.as("rep.li")
	first := rep.must("GET", "/api/apps/b2b/forms/deal/records?where=owner%20%3D%3D%20me%20and%20open&limit=1", nil)
	rep.must("PATCH", "/api/records/"+first.str("items.0.id"), object{"data": object{"closeDate": "2026-12-02"}})
	a := rep.must("GET", "/api/agenda?from=2026-12-02&to=2026-12-03", nil)
	found := false
	for i := range a.len("items") {
		at := fmt.Sprintf("items.%d.", i)
		found = found || a.str(at+"kind") == "closing" && a.str(at+"day") == "2026-12-02" && a.str(at+"record.id") == first.str("items.0.id") && a.str(at+"record.title") != "" && a.str(at+"name") != ""
	}
	if !found || a.str("more") != "false" {
		t.Errorf("%s", a.raw)
	}
	rep.refused(400, "bad.request", "GET", "/api/agenda?from=soon&to=2026-12-03", nil)
	rep.refused(400, "bad.request", "GET", "/api/agenda?from=2026-12-03&to=2026-12-03", nil)
	w.client().refused(401, "unauthenticated", "GET", "/api/agenda?from=2026-12-02&to=2026-12-03", nil)
}
