package designer

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"time"

	"pipewright/rules"
	"pipewright/runtime/process"
	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

// fresh is how long a node trusts its copy of which releases are live. A publish on the same node shows at once.
const fresh = 500 * time.Millisecond

// Catalog holds compiled releases. A release never changes, so it is compiled once; only which one is live is looked up again.
// Safe for concurrent use.
type Catalog struct {
	store store.Store

	mu       sync.Mutex
	releases map[string]*loading
	codes    map[string]Place
	live     map[string]int
	readAt   time.Time
}

// loading is a release being compiled or compiled; ready is closed when it is done.
type loading struct {
	ready chan struct{}
	rel   *compiled
	err   error
}

type compiled struct {
	app    *process.App
	digest string
}

// Place is the form that a record id belongs to, Form being its storage key.
type Place struct {
	App  string `json:"app"`
	Form string `json:"form"`
}

func newCatalog(s store.Store) *Catalog {
	return &Catalog{store: s, releases: map[string]*loading{}, codes: map[string]Place{}}
}

// Current is the live release of an app. Errors: not.found, also when nothing is published yet.
func (c *Catalog) Current(ctx context.Context, app string) (*process.App, error) {
	live, err := c.liveReleases(ctx)
	if err != nil {
		return nil, err
	}
	n := live[app]
	if n == 0 {
		return nil, noApp(app)
	}
	return c.Release(ctx, app, n)
}

// Release is one release of an app, compiled. Errors: not.found.
func (c *Catalog) Release(ctx context.Context, app string, n int) (*process.App, error) {
	rel, err := c.release(ctx, app, n)
	if err != nil {
		return nil, err
	}
	return rel.app, nil
}

// Live is the live release of every app that has one, by key.
func (c *Catalog) Live(ctx context.Context) ([]*process.App, error) {
	live, err := c.liveReleases(ctx)
	if err != nil {
		return nil, err
	}
	var out []*process.App
	for _, app := range sortedKeys(live) {
		if live[app] == 0 {
			continue
		}
		a, err := c.Release(ctx, app, live[app])
		if err != nil {
			return nil, err
		}
		out = append(out, a)
	}
	return out, nil
}

// Locate finds the app and form whose records carry a code in their id. Errors: not.found.
func (c *Catalog) Locate(ctx context.Context, code string) (Place, error) {
	c.mu.Lock()
	p, ok := c.codes[code]
	c.mu.Unlock()
	if ok {
		return p, nil
	}
	notFound := reject("not.found", rules.Say("没有这条记录", "沒有這筆記錄", "There is no such record"))
	if code == "" || store.CheckID(code) != nil {
		return p, notFound
	}
	doc, err := c.store.Get(ctx, codesColl, code)
	if errors.Is(err, store.ErrNotFound) {
		return p, notFound
	}
	if err != nil {
		return p, fmt.Errorf("designer: code %s: %w", code, err)
	}
	if err := json.Unmarshal(doc.Body, &p); err != nil {
		return p, fmt.Errorf("designer: code %s: %w", code, err)
	}
	c.mu.Lock()
	c.codes[code] = p
	c.mu.Unlock()
	return p, nil
}

// liveReleases are the numbers of the live releases by app.
func (c *Catalog) liveReleases(ctx context.Context) (map[string]int, error) {
	c.mu.Lock()
	if c.live != nil && time.Since(c.readAt) < fresh {
		defer c.mu.Unlock()
		return c.live, nil
	}
	c.mu.Unlock()
	at := time.Now()
	docs, err := queryAll(ctx, c.store, appsColl)
	if err != nil {
		return nil, err
	}
	live := make(map[string]int, len(docs))
	for _, doc := range docs {
		var a appDoc
		if err := json.Unmarshal(doc.Body, &a); err != nil {
			return nil, fmt.Errorf("designer: app %s: %w", doc.ID, err)
		}
		live[a.Key] = a.Live
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if at.After(c.readAt) { // a publish since then knows better
		c.live, c.readAt = live, at
	}
	return c.live, nil
}

// forget makes the next look-up read which releases are live.
func (c *Catalog) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.live, c.readAt = nil, time.Now()
}

// release loads and compiles one release; whoever asks meanwhile waits for the same work. A failure is not kept.
func (c *Catalog) release(ctx context.Context, app string, n int) (*compiled, error) {
	id := releaseID(app, n)
	c.mu.Lock()
	l, ok := c.releases[id]
	if !ok {
		l = &loading{ready: make(chan struct{})}
		c.releases[id] = l
	}
	c.mu.Unlock()
	if ok {
		select {
		case <-l.ready:
			return l.rel, l.err
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	l.rel, l.err = c.load(context.WithoutCancel(ctx), app, n)
	if l.err != nil {
		c.mu.Lock()
		delete(c.releases, id)
		c.mu.Unlock()
	}
	close(l.ready)
	return l.rel, l.err
}

func (c *Catalog) load(ctx context.Context, app string, n int) (*compiled, error) {
	r, err := readRelease(ctx, c.store, app, n)
	if err != nil {
		return nil, err
	}
	def, problems := process.Parse([]byte(r.Definition))
	if def == nil || rules.HasErrors(problems) {
		return nil, fmt.Errorf("designer: release %d of %s cannot be read: %v", n, app, firstError(problems))
	}
	compiledApp, problems := process.Compile(def, r.Storage, n, process.Options{SkipTexts: true, Shared: keptShared(r)})
	if rules.HasErrors(problems) {
		return nil, fmt.Errorf("designer: release %d of %s does not compile: %v", n, app, firstError(problems))
	}
	return &compiled{app: compiledApp, digest: r.Digest}, nil
}

// keptShared is what a release keeps of other apps; never nil, so that a release is never read in the light of what they are today.
func keptShared(r Release) map[string]*process.Shared {
	if r.Shared == nil {
		return map[string]*process.Shared{}
	}
	return r.Shared
}

func firstError(ps []rules.Problem) string {
	for _, p := range ps {
		if p.Severity == rules.Error {
			return p.Path + " " + p.Code + ": " + p.Message.In("en")
		}
	}
	return "nothing there"
}

func releaseID(app string, n int) string { return app + "|" + strconv.Itoa(n) }

// queryAll reads a small collection whole.
func queryAll(ctx context.Context, s store.Store, coll string) ([]store.Doc, error) {
	var out []store.Doc
	for after := ""; ; {
		page, err := s.Query(ctx, coll, query.Query{Limit: store.MaxPage, After: after})
		if err != nil {
			return nil, fmt.Errorf("designer: %s: %w", coll, err)
		}
		out = append(out, page.Docs...)
		if after = page.Next; after == "" {
			return out, nil
		}
	}
}
