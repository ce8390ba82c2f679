package engine

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"pipewright/forms"
	"pipewright/runtime/org"
	"pipewright/runtime/process"
	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

const (
	// secretID is what tracking tokens are made with; secretSize its length in bytes.
	secretID   = "secret"
	secretSize = 32
	// maxOpenings is how many openings of a page are kept, the newest.
	maxOpenings = 20
	// renewAfter is how much longer a link must last for its renewal to be written down.
	renewAfter = time.Hour
)

// trackLink is what is kept of a tracking link: not its token, which is made anew from the secret each time it is handed out, but its hash.
// A revoked link's serial is never used again.
type trackLink struct {
	Serial    int       `json:"serial"`
	Hash      string    `json:"hash"`
	ExpiresAt time.Time `json:"expiresAt"`
	Revoked   bool      `json:"revoked,omitempty"`
	// By handed it out last: a person, or nobody for a text that went out.
	By string    `json:"by,omitempty"`
	At time.Time `json:"at"`
	// Opened counts openings; Openings are the newest, the last one first.
	Opened   int       `json:"opened,omitempty"`
	Openings []Opening `json:"openings,omitempty"`
}

// Opening is one opening of a tracking page: when, and from which address, without its last part.
type Opening struct {
	At   time.Time `json:"at"`
	From string    `json:"from,omitempty"`
}

// TrackLink is a tracking link as those who may hand it out see it.
type TrackLink struct {
	Key string
	// Path is "/t/" and the token; URL the whole address where the product knows its own.
	Path, URL string
	ExpiresAt time.Time
	Opened    int
	Openings  []Opening
}

func trackLinkID(record, key string) string { return "track|" + record + "|" + key }

// secret is what tokens are made with; the first who needs it makes it.
func (e *Engine) secret(ctx context.Context) ([]byte, error) {
	type kept struct {
		Key []byte `json:"key"`
	}
	for range maxTries {
		d, err := e.store.Get(ctx, collLinks, secretID)
		if err == nil {
			var k kept
			return k.Key, json.Unmarshal(d.Body, &k)
		}
		if !errors.Is(err, store.ErrNotFound) {
			return nil, err
		}
		k := kept{make([]byte, secretSize)}
		if _, err := rand.Read(k.Key); err != nil {
			return nil, err
		}
		body, err := json.Marshal(k)
		if err != nil {
			return nil, err
		}
		err = e.store.Insert(ctx, collLinks, store.Doc{ID: secretID, Ver: 1, Body: body, Cols: map[string]any{"kind": "secret"}})
		if err != nil && !errors.Is(err, store.ErrExists) && !errors.Is(err, store.ErrUnknown) {
			return nil, err
		}
	}
	return nil, conflict()
}

// token is that of a link, 128 bits of a keyed hash.
func token(secret []byte, record, key string, serial int) string {
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(record + "|" + key + "|" + strconv.Itoa(serial)))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:16])
}

func tokenHash(token string) string {
	sum := sha256.Sum256([]byte("track|" + token))
	return hex.EncodeToString(sum[:])
}

// handOut makes the link of a record's tracking page, or makes the one there is last anew. Handing it out again gives the same link, so that
// a mail sent twice says the same.
func (e *Engine) handOut(ctx context.Context, app *process.App, record, key, by string) (*TrackLink, error) {
	page := app.Tracking[key]
	if page == nil {
		return nil, notFound()
	}
	secret, err := e.secret(ctx)
	if err != nil {
		return nil, err
	}
	dir, err := e.Directory(ctx)
	if err != nil {
		return nil, err
	}
	id := trackLinkID(record, key)
	for range maxTries {
		now := e.instant()
		// The page is the customer's, whoever owns the record.
		expires := page.Expiry.Add(now, app.Zone, calendarOf(app, dir, "")).UTC()
		l, d, err := e.trackLink(ctx, id)
		if err != nil {
			return nil, err
		}
		switch {
		case d == nil || l.Revoked:
			*l = trackLink{Serial: l.Serial + 1}
		case expires.Sub(l.ExpiresAt) < renewAfter:
			return e.shownLink(ctx, l, token(secret, record, key, l.Serial), key)
		}
		text := token(secret, record, key, l.Serial)
		l.Hash, l.ExpiresAt, l.By, l.At = tokenHash(text), expires, by, now
		err = e.putLink(ctx, id, record, d, l)
		switch {
		case err == nil:
			return e.shownLink(ctx, l, text, key)
		case !errors.Is(err, store.ErrConflict) && !errors.Is(err, store.ErrExists) && !errors.Is(err, store.ErrUnknown):
			return nil, err
		}
	}
	return nil, conflict()
}

func (e *Engine) shownLink(ctx context.Context, l *trackLink, token, key string) (*TrackLink, error) {
	base, err := e.PublicURL(ctx)
	if err != nil {
		return nil, err
	}
	out := &TrackLink{Key: key, Path: "/t/" + token, ExpiresAt: l.ExpiresAt, Opened: l.Opened, Openings: l.Openings}
	out.URL = base + out.Path
	return out, nil
}

// trackLink reads one; the document is nil when there is none.
func (e *Engine) trackLink(ctx context.Context, id string) (*trackLink, *store.Doc, error) {
	l := &trackLink{}
	if store.CheckID(id) != nil {
		return nil, nil, notFound()
	}
	d, err := e.store.Get(ctx, collLinks, id)
	if errors.Is(err, store.ErrNotFound) {
		return l, nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	return l, &d, json.Unmarshal(d.Body, l)
}

func (e *Engine) putLink(ctx context.Context, id, record string, old *store.Doc, l *trackLink) error {
	body, err := marshal(l)
	if err != nil {
		return err
	}
	d := store.Doc{ID: id, Ver: 1, Body: body, Cols: map[string]any{"kind": "track", "hash": l.Hash, "record": record}}
	if old == nil {
		return e.store.Insert(ctx, collLinks, d)
	}
	d.Ver = old.Ver + 1
	return e.store.Replace(ctx, collLinks, d, old.Ver)
}

// link answers a decision's need of a tracking link.
func (f *fetcher) link(ctx context.Context, n process.Need) error {
	if f.facts.Links == nil {
		f.facts.Links = map[string]string{}
	}
	l, err := f.e.handOut(ctx, f.app, n.ID, n.Mode, "")
	if _, refused := asRejection(err); refused {
		f.facts.Links[n.Key] = ""
		return nil
	}
	if err == nil {
		f.facts.Links[n.Key] = l.URL
	}
	return err
}

// mayTrack says whether a person may hand out a page of a record he has loaded.
func mayTrack(v *View, page *process.CompiledTracking) bool {
	if page.Form.Def.Key != v.Form.Def.Key || !v.State.Deleted.IsZero() {
		return false
	}
	if len(page.Def.By) == 0 {
		return v.Rights.Edit
	}
	return v.Rights.Read && slices.ContainsFunc(page.Def.By, func(role string) bool { return slices.Contains(v.Actor.Roles, role) })
}

// TrackedBy lists the tracking pages of a record that the person may hand out.
func (v *View) TrackedBy() []*process.CompiledTracking {
	var out []*process.CompiledTracking
	for i := range v.App.Def.Tracking {
		if page := v.App.Tracking[v.App.Def.Tracking[i].Key]; page != nil && mayTrack(v, page) {
			out = append(out, page)
		}
	}
	return out
}

// trackable finds a page of a record that the person may hand out. Errors: *process.Rejection not.found, forbidden.
func (e *Engine) trackable(ctx context.Context, user, record, key string) (*process.App, error) {
	v, _, err := e.load(ctx, user, record)
	if err != nil {
		return nil, err
	}
	page := v.App.Tracking[key]
	switch {
	case page == nil:
		return nil, notFound()
	case !mayTrack(v, page):
		return nil, forbidden()
	}
	return v.App, nil
}

// TrackingLink hands the link of a record's tracking page out to a person. Errors: *process.Rejection not.found, forbidden.
func (e *Engine) TrackingLink(ctx context.Context, user, record, key string) (*TrackLink, error) {
	app, err := e.trackable(ctx, user, record, key)
	if err != nil {
		return nil, err
	}
	e.log.Info("a tracking link was handed out", "record", record, "tracking", key, "by", user)
	return e.handOut(ctx, app, record, key, user)
}

// RevokeTracking ends a record's tracking link at once; handing it out again makes another. Errors: *process.Rejection not.found, forbidden.
func (e *Engine) RevokeTracking(ctx context.Context, user, record, key string) error {
	if _, err := e.trackable(ctx, user, record, key); err != nil {
		return err
	}
	id := trackLinkID(record, key)
	for range maxTries {
		l, d, err := e.trackLink(ctx, id)
		if err != nil || d == nil || l.Revoked {
			return err
		}
		l.Revoked, l.Hash, l.By, l.At = true, "", user, e.instant()
		err = e.putLink(ctx, id, record, d, l)
		if err == nil {
			e.log.Info("a tracking link was revoked", "record", record, "tracking", key, "by", user)
			return nil
		}
		if !errors.Is(err, store.ErrConflict) && !errors.Is(err, store.ErrUnknown) {
			return err
		}
	}
	return conflict()
}

// OpenTracking lays out what a customer sees by a link, and notes the opening. Errors: *process.Rejection not.found, whatever is the matter.
func (e *Engine) OpenTracking(ctx context.Context, token, lang, from string) (*process.Tracked, error) {
	d, err := e.linkBy(ctx, "hash", tokenHash(token))
	if err != nil {
		return nil, err
	}
	var l trackLink
	if err := json.Unmarshal(d.Body, &l); err != nil {
		return nil, err
	}
	parts := strings.Split(d.ID, "|")
	if len(parts) != 3 || parts[0] != "track" || l.Revoked || !e.now().Before(l.ExpiresAt) {
		return nil, closedLink()
	}
	out, err := e.tracked(ctx, parts[1], parts[2], lang, nil, "")
	if err != nil {
		return nil, err
	}
	e.opened(ctx, d.ID, parts[1], from)
	return out, nil
}

// tracked lays a record out as one of its tracking pages shows it; draft is the app whose page is meant, nil for the live release. A page of a draft
// has been published by nobody, so reader, who tries it out, finds in it what he may see of the record.
func (e *Engine) tracked(ctx context.Context, record, key, lang string, draft *process.App, reader string) (*process.Tracked, error) {
	form, err := e.form(ctx, record)
	if _, refused := asRejection(err); refused {
		return nil, closedLink()
	}
	if err != nil {
		return nil, err
	}
	app := form.App
	if draft != nil {
		app = draft
	}
	page := app.Tracking[key]
	doc, err := e.store.Get(ctx, RecordCollection(form), record)
	if errors.Is(err, store.ErrNotFound) || err == nil && page == nil {
		return nil, closedLink()
	}
	if err != nil {
		return nil, err
	}
	r, err := e.decode(doc)
	if err != nil {
		return nil, err
	}
	if r.State == nil || !r.State.Deleted.IsZero() || r.State.Form != page.Form.Def.Key {
		return nil, closedLink()
	}
	dir, err := e.Directory(ctx)
	if err != nil {
		return nil, err
	}
	at := e.instant()
	f := &fetcher{e: e, app: app, dir: dir, facts: factsAt(app, dir, at), record: record, coll: RecordCollection(form)}
	v := &View{App: app, Form: page.Form, State: r.State, Cols: doc.Cols, Actor: process.Service(app.Def.Key), hidden: map[string]bool{}}
	if f.reader = reader; reader != "" {
		seen, err := e.view(ctx, form.App, form.Def.Key, dir, reader, doc, r)
		if err != nil {
			return nil, err
		}
		v.State, v.Actor.User = seen.seenState(), reader
	}
	if err := e.titles(ctx, []*View{v}); err != nil {
		return nil, err
	}
	cells := paperCells(app, dir, lang, v)
	var out *process.Tracked
	var failed error
	err = f.ask(ctx, func(facts *process.Facts) []process.Need {
		tracked, needs, problem := page.Track(app, v.State, facts, at, cells)
		if out, failed = tracked, nil; problem != nil {
			failed = reject(problem.Code, problem.Message, *problem)
		}
		return needs
	})
	if err == nil {
		err = failed
	}
	return out, err
}

// seenState is the record with the values alone that the person sees.
func (v *View) seenState() *process.State {
	s := v.State.Clone()
	values := v.Form.Schema.Decode(s.Data)
	for key, value := range values {
		if rows, ok := value.([]map[string]any); ok {
			values[key] = v.rows(key, rows)
		}
		if !v.Sees(key) {
			delete(values, key)
		}
	}
	s.Data, s.Round, s.Rounds = v.Form.Schema.Encode(values), nil, nil
	return s
}

// PreviewTracking lays a record that a person may read out as a page of a draft would show it.
func (e *Engine) PreviewTracking(ctx context.Context, user string, app *process.App, record, key, lang string) (*process.Tracked, error) {
	if _, _, err := e.load(ctx, user, record); err != nil {
		return nil, err
	}
	return e.tracked(ctx, record, key, lang, app, user)
}

// paperCells say how values are written on what people outside are given.
func paperCells(app *process.App, dir *org.Directory, lang string, v *View) *forms.Cells {
	return &forms.Cells{Language: lang, Zone: app.Zone,
		Name: func(typ, id string) string {
			if typ == "team" {
				t, _ := dir.Team(id)
				return t.Name
			}
			return dir.Name(id)
		},
		Title: func(_, id string) string {
			if title := v.titles[id]; title != "" {
				return title
			}
			return hiddenTitle
		}}
}

// opened notes an opening. It is a courtesy: a lost race or a fault of the store loses it.
func (e *Engine) opened(ctx context.Context, id, record, from string) {
	l, d, err := e.trackLink(ctx, id)
	if err != nil || d == nil {
		return
	}
	l.Opened++
	l.Openings = slices.Insert(l.Openings, 0, Opening{At: e.instant(), From: from})
	l.Openings = l.Openings[:min(len(l.Openings), maxOpenings)]
	if err := e.putLink(ctx, id, record, d, l); err != nil && ctx.Err() == nil {
		e.log.Warn("the opening of a tracking page was not noted", "record", record, "error", err)
	}
}

// dropLinks ends the links of a record that is taken away, and what was noted of them.
func (e *Engine) dropLinks(ctx context.Context, record string) error {
	for {
		page, err := e.store.Query(ctx, collLinks, query.Query{Filter: query.Cmp{Col: "record", Op: query.Eq, Value: record}, Limit: 100})
		if err != nil || len(page.Docs) == 0 {
			return err
		}
		for _, d := range page.Docs {
			if err := e.drop(ctx, collLinks, d.ID); err != nil {
				return err
			}
		}
	}
}
