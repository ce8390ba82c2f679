package designer

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"pipewright/rules"
	"pipewright/runtime/process"
	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

// Config is what a designer needs.
type Config struct {
	Store store.Store
	// Now is the clock of drafts and releases.
	Now func() time.Time
	Log *slog.Logger
	// Check holds what the compiler cannot know by itself, such as the cron parser.
	Check process.Options
	// Templates are those of the gallery, in its order.
	Templates []Template
	// Prepare makes the store ready for next before it goes live: collections, columns, indexes, and the columns that prev (nil
	// at the first release) did not have written for the records there are. It must be safe to repeat. Nil: nothing to do.
	Prepare func(ctx context.Context, prev, next *process.App) error
	// Duplicates looks for records that a new unique rule of next forbids; prev is the live release. Nil: not looked for.
	Duplicates func(ctx context.Context, prev, next *process.App) ([]rules.Problem, error)
	// Org is the company of today, which approvals are held against at publish; nil leaves that out.
	Org func(ctx context.Context) (process.Org, error)
	// Tests runs the scenarios of an app; nil leaves them out (then no release is gated on them).
	Tests func(app *process.App) []rules.Problem
}

// Designer is safe for concurrent use, and several processes may share one store.
type Designer struct {
	Config
	catalog *Catalog
	// newestOf are the digests of the templates by key.
	newestOf func() (map[string]string, error)
	// began are the digests that the templates had as release 1 of apps whose drafts do not say what they hold, by app.
	began sync.Map
}

// New makes a designer and declares its collections.
func New(ctx context.Context, c Config) (*Designer, error) {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if err := c.Store.Ensure(ctx, Collections()...); err != nil {
		return nil, fmt.Errorf("designer: %w", err)
	}
	d := &Designer{Config: c}
	d.catalog = newCatalog(c.Store)
	d.newestOf = sync.OnceValues(d.templateDigests)
	return d, nil
}

// Catalog is the compiled releases.
func (d *Designer) Catalog() *Catalog { return d.catalog }

// appDoc says which release of an app is live. It is the only mutable thing about releases.
type appDoc struct {
	Key string `json:"key"`
	// Live is 0 until the first release. Last is the highest number given.
	Live      int       `json:"live"`
	Last      int       `json:"last"`
	CreatedAt time.Time `json:"createdAt"`
	CreatedBy string    `json:"createdBy"`
	// Template is the key of the template it was installed from, if any.
	Template string `json:"template,omitempty"`
	// Activations are the newest 50 changes of Live, newest last.
	Activations []Activation `json:"activations,omitempty"`
	// Granted are the keys of powers that the next release may have and the live one has not; Asked is what was last asked for.
	Granted []string `json:"granted,omitempty"`
	Asked   *Asked   `json:"asked,omitempty"`
}

// Activation is a release going live.
type Activation struct {
	N  int       `json:"n"`
	At time.Time `json:"at"`
	By string    `json:"by"`
}

// reject makes the business error of the back end.
func reject(code string, msg rules.Text, details ...rules.Problem) *process.Rejection {
	return &process.Rejection{Code: code, Message: msg, Details: details}
}

func noApp(app string) error {
	return reject("not.found", rules.Say("没有应用“{app}”", "沒有應用「{app}」", "There is no app “{app}”", "app", clip(app)))
}

func clip(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return s
}

var keyPattern = regexp.MustCompile(`^[a-z][a-zA-Z0-9]{0,39}$`)

// getApp reads the app document. Errors: not.found.
func (d *Designer) getApp(ctx context.Context, app string) (appDoc, int64, error) {
	return readApp(ctx, d.Store, app)
}

func readApp(ctx context.Context, s store.Store, app string) (appDoc, int64, error) {
	var a appDoc
	if !keyPattern.MatchString(app) {
		return a, 0, noApp(app)
	}
	doc, err := s.Get(ctx, appsColl, app)
	if errors.Is(err, store.ErrNotFound) {
		return a, 0, noApp(app)
	}
	if err != nil {
		return a, 0, fmt.Errorf("designer: app %s: %w", app, err)
	}
	if err := json.Unmarshal(doc.Body, &a); err != nil {
		return a, 0, fmt.Errorf("designer: app %s: %w", app, err)
	}
	return a, doc.Ver, nil
}

func body(v any) json.RawMessage {
	raw, err := json.Marshal(v)
	if err != nil {
		panic("designer: " + err.Error()) // plain structs of texts and integers
	}
	return raw
}

// AppInfo is an app as the list of apps shows it.
type AppInfo struct {
	Key     string
	Name    rules.Text
	Release int
	// Draft says that the draft differs from the live release.
	Draft bool
	// Template it was installed from, if any.
	Template string
	// Upgrade says that the template it was installed from is there in another version than the one the draft holds.
	Upgrade bool
}

// Apps lists all apps by key.
func (d *Designer) Apps(ctx context.Context) ([]AppInfo, error) {
	docs, err := queryAll(ctx, d.Store, appsColl)
	if err != nil {
		return nil, err
	}
	page, err := d.Store.Query(ctx, draftsColl, query.Query{Limit: store.MaxPage, Cols: []string{"digest", "name", "template"}})
	if err != nil {
		return nil, fmt.Errorf("designer: drafts: %w", err)
	}
	drafts := map[string]store.Doc{}
	for _, doc := range page.Docs {
		drafts[doc.ID] = doc
	}
	out := make([]AppInfo, 0, len(docs))
	for _, doc := range docs {
		var a appDoc
		if err := json.Unmarshal(doc.Body, &a); err != nil {
			return nil, fmt.Errorf("designer: app %s: %w", doc.ID, err)
		}
		info, err := d.info(ctx, a, drafts[a.Key].Cols)
		if err != nil {
			return nil, err
		}
		out = append(out, info)
	}
	slices.SortFunc(out, func(a, b AppInfo) int { return strings.Compare(a.Key, b.Key) })
	return out, nil
}

// App is one app. Errors: not.found.
func (d *Designer) App(ctx context.Context, app string) (AppInfo, error) {
	a, _, err := d.getApp(ctx, app)
	if err != nil {
		return AppInfo{}, err
	}
	draft, _, err := d.getDraft(ctx, app)
	if err != nil {
		return AppInfo{}, err
	}
	return d.info(ctx, a, draft.doc(1).Cols)
}

func (d *Designer) info(ctx context.Context, a appDoc, draft map[string]any) (AppInfo, error) {
	out := AppInfo{Key: a.Key, Release: a.Live, Template: a.Template}
	liveDigest := ""
	if a.Live > 0 {
		rel, err := d.catalog.release(ctx, a.Key, a.Live)
		if err != nil {
			return out, err
		}
		out.Name, liveDigest = rel.app.Def.Name, rel.digest
	} else if name, ok := draft["name"].(string); ok {
		if err := json.Unmarshal([]byte(name), &out.Name); err != nil {
			return out, fmt.Errorf("designer: name of %s: %w", a.Key, err)
		}
	}
	if out.Name.IsZero() {
		out.Name = rules.Plain(a.Key)
	}
	out.Draft = draft["digest"] != liveDigest
	holds, _ := draft["template"].(string)
	var err error
	out.Upgrade, err = d.outdated(ctx, a, holds)
	return out, err
}
