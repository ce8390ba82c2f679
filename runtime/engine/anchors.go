package engine

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

// A chain shows that no event was changed or taken out of its middle; it does not show that its end was cut off. So once a day the
// heads of all chains that have moved are written down together, signed, and handed out of the store: an anchor (engine.md §3).

// Anchor is one day's signed list of chain heads.
type Anchor struct {
	// Day in UTC, "2026-11-27": the last day whose changes it holds.
	Day string `json:"day"`
	// TakenAt is when it was made. It holds every record that has changed since Since; zero: every record.
	TakenAt time.Time `json:"takenAt"`
	Since   time.Time `json:"since,omitzero"`
	// Previous is the root of the anchor before; empty for the first.
	Previous string `json:"previous,omitempty"`
	Heads    int    `json:"heads"`
	// Parts are the SHA-256 digests of its lists of heads; Attempt tells their documents from those of an attempt that did not finish.
	Parts   []string `json:"parts"`
	Attempt int      `json:"attempt"`
	// Root is SHA-256 over all of the above, in hex; Signature is Ed25519 over the root's text, by Key (both hex).
	Root      string `json:"root"`
	Key       string `json:"key"`
	Signature string `json:"signature"`
}

// AnchoredHead is the end of a record's chain at the time of an anchor.
type AnchoredHead struct {
	Record string `json:"record"`
	Seq    int64  `json:"seq"`
	Digest string `json:"digest"`
}

// Anchors says how anchors are signed and where they go.
type Anchors struct {
	Key ed25519.PrivateKey
	// Export hands an anchor out of the store, to a file or another system; repeated until it succeeds, with the same content.
	Export func(context.Context, *Anchor, []AnchoredHead) error
}

const (
	// anchorPart is how many heads one document holds.
	anchorPart = 5000
	// anchorOverlap is how far back before the last anchor changes are looked for again: clocks of nodes differ.
	anchorOverlap = 2 * time.Hour
	dayLayout     = "2006-01-02"
	anchorCursor  = "anchors"
)

// rootOf is the digest that is signed: over the anchor without root, key and signature.
func (a Anchor) rootOf() (string, error) {
	a.Root, a.Key, a.Signature = "", "", ""
	b, err := json.Marshal(a)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:]), nil
}

// Check says whether the anchor is what somebody has signed: its root covers it, and the signature is by the key it names, one of
// the trusted if any are given (hex of Ed25519 public keys).
func (a *Anchor) Check(trusted []string) error {
	root, err := a.rootOf()
	if err != nil || root != a.Root {
		return fmt.Errorf("anchor of %s: its content is not what was signed", a.Day)
	}
	known := len(trusted) == 0
	for _, k := range trusted {
		known = known || k == a.Key
	}
	if !known {
		return fmt.Errorf("anchor of %s: signed by the unknown key %s", a.Day, a.Key)
	}
	key, err1 := hex.DecodeString(a.Key)
	sig, err2 := hex.DecodeString(a.Signature)
	if err1 != nil || err2 != nil || len(key) != ed25519.PublicKeySize || !ed25519.Verify(key, []byte(a.Root), sig) {
		return fmt.Errorf("anchor of %s: the signature is wrong", a.Day)
	}
	return nil
}

// anchorDue makes the job of an anchor once a day has ended. The first day that is seen is the first that is anchored; days on which
// no server ran are in the next anchor.
func (e *Engine) anchorDue(ctx context.Context) error {
	if e.anchors == nil {
		return nil
	}
	today := e.instant().Format(dayLayout)
	if done, _ := e.anchored.Load().(string); done == today {
		return nil
	}
	var at struct {
		Day string `json:"day"`
	}
	doc, err := e.store.Get(ctx, collLeases, anchorCursor)
	switch {
	case errors.Is(err, store.ErrNotFound):
		doc.Ver = 0
	case err != nil:
		return err
	default:
		if err := json.Unmarshal(doc.Body, &at); err != nil {
			return err
		}
	}
	if at.Day != "" && at.Day < today {
		now := e.instant()
		last := now.AddDate(0, 0, -1).Format(dayLayout)
		j, err := newJob(job{ID: "anchor|" + last, Kind: jobAnchor, Tick: now}, now, now)
		if err == nil {
			err = e.store.Insert(ctx, collJobs, j)
		}
		if err != nil && !errors.Is(err, store.ErrExists) {
			return err
		}
		e.wake()
	}
	if at.Day < today {
		next := store.Doc{ID: anchorCursor, Ver: doc.Ver + 1, Cols: map[string]any{"kind": "anchors"}}
		if next.Body, err = marshal(map[string]string{"day": today}); err != nil {
			return err
		}
		if doc.Ver == 0 {
			err = e.store.Insert(ctx, collLeases, next)
		} else {
			err = e.store.Replace(ctx, collLeases, next, doc.Ver)
		}
		if err != nil && !errors.Is(err, store.ErrExists) && !errors.Is(err, store.ErrConflict) {
			return err
		}
	}
	e.anchored.Store(today)
	return nil
}

// runAnchor takes an anchor and hands it out. Heads are collected under the number of the attempt; the anchor itself is inserted once.
func (e *Engine) runAnchor(ctx context.Context, j *job) error {
	day := j.ID[len("anchor|"):]
	doc, err := e.store.Get(ctx, collAnchors, day)
	if errors.Is(err, store.ErrNotFound) {
		if doc, err = e.takeAnchor(ctx, day, j.Attempts); err != nil {
			return err
		}
	} else if err != nil {
		return err
	}
	var a Anchor
	if err := json.Unmarshal(doc.Body, &a); err != nil {
		return permanent{err}
	}
	e.log.Info("chains anchored", "day", a.Day, "records", a.Heads, "root", a.Root)
	if e.anchors.Export == nil {
		return nil
	}
	heads, err := e.anchoredHeads(ctx, &a)
	if err != nil {
		return err
	}
	return e.anchors.Export(ctx, &a, heads)
}

func (e *Engine) takeAnchor(ctx context.Context, day string, attempt int) (store.Doc, error) {
	a := Anchor{Day: day, TakenAt: e.instant(), Attempt: attempt, Parts: []string{}}
	last, err := e.lastAnchor(ctx)
	if err != nil {
		return store.Doc{}, err
	}
	if last != nil {
		a.Since, a.Previous = last.TakenAt.Add(-anchorOverlap), last.Root
	}
	var heads []AnchoredHead
	flush := func() error {
		if len(heads) == 0 {
			return nil
		}
		body, err := marshal(map[string]any{"heads": heads})
		if err != nil {
			return err
		}
		d := store.Doc{ID: partID(day, attempt, len(a.Parts)), Ver: 1, Body: body, Cols: map[string]any{"kind": "part"}}
		if err := e.store.Insert(ctx, collAnchors, d); err != nil && !errors.Is(err, store.ErrExists) {
			return err
		}
		digest, err := headsDigest(heads)
		if err != nil {
			return err
		}
		a.Parts, a.Heads, heads = append(a.Parts, digest), a.Heads+len(heads), nil
		return nil
	}
	var filter query.Filter
	if !a.Since.IsZero() {
		filter = query.Cmp{Col: "updatedAt", Op: query.Ge, Value: a.Since.UnixMilli()}
	}
	err = e.eachRecord(ctx, filter, func(_ string, id string, r *record) error {
		if r.State == nil && !r.Gone || r.Chain.Seq == 0 {
			return nil
		}
		if heads = append(heads, AnchoredHead{id, r.Chain.Seq, r.Chain.Digest}); len(heads) == anchorPart {
			return flush()
		}
		return nil
	})
	if err == nil {
		err = flush()
	}
	if err != nil {
		return store.Doc{}, err
	}
	if a.Root, err = a.rootOf(); err != nil {
		return store.Doc{}, err
	}
	a.Key = hex.EncodeToString(e.anchors.Key.Public().(ed25519.PublicKey))
	a.Signature = hex.EncodeToString(ed25519.Sign(e.anchors.Key, []byte(a.Root)))
	body, err := marshal(a)
	if err != nil {
		return store.Doc{}, err
	}
	d := store.Doc{ID: day, Ver: 1, Body: body, Cols: map[string]any{"kind": "anchor", "day": day}}
	if err = e.store.Insert(ctx, collAnchors, d); errors.Is(err, store.ErrExists) {
		return e.store.Get(ctx, collAnchors, day)
	}
	return d, err
}

// lastAnchor is the newest anchor; nil when there is none.
func (e *Engine) lastAnchor(ctx context.Context) (*Anchor, error) {
	list, _, err := e.Anchors(ctx, 1, "")
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return &list[0], nil
}

// Anchors lists anchors, newest first.
func (e *Engine) Anchors(ctx context.Context, limit int, after string) ([]Anchor, string, error) {
	page, err := e.store.Query(ctx, collAnchors, query.Query{
		Filter: query.Cmp{Col: "kind", Op: query.Eq, Value: "anchor"}, Sort: []query.Sort{{Col: "day", Desc: true}}, Limit: pageSize(limit), After: after})
	if err != nil {
		return nil, "", readError(err)
	}
	out := make([]Anchor, len(page.Docs))
	for i, d := range page.Docs {
		if err := json.Unmarshal(d.Body, &out[i]); err != nil {
			return nil, "", err
		}
	}
	return out, page.Next, nil
}

// Anchor is the anchor of a day with its heads. Errors: *process.Rejection not.found.
func (e *Engine) Anchor(ctx context.Context, day string) (*Anchor, []AnchoredHead, error) {
	if _, err := time.Parse(dayLayout, day); err != nil {
		return nil, nil, notFound()
	}
	doc, err := e.store.Get(ctx, collAnchors, day)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil, notFound()
	}
	if err != nil {
		return nil, nil, err
	}
	var a Anchor
	if err := json.Unmarshal(doc.Body, &a); err != nil {
		return nil, nil, err
	}
	heads, err := e.anchoredHeads(ctx, &a)
	return &a, heads, err
}

// anchoredHeads reads the heads of an anchor; a part that is gone or not what was signed is an error.
func (e *Engine) anchoredHeads(ctx context.Context, a *Anchor) ([]AnchoredHead, error) {
	var out []AnchoredHead
	for i, digest := range a.Parts {
		doc, err := e.store.Get(ctx, collAnchors, partID(a.Day, a.Attempt, i))
		if errors.Is(err, store.ErrNotFound) {
			return nil, fmt.Errorf("anchor of %s: part %d is gone", a.Day, i+1)
		}
		if err != nil {
			return nil, err
		}
		var part struct {
			Heads []AnchoredHead `json:"heads"`
		}
		if err := json.Unmarshal(doc.Body, &part); err != nil {
			return nil, err
		}
		if got, err := headsDigest(part.Heads); err != nil || got != digest {
			return nil, fmt.Errorf("anchor of %s: part %d is not what was signed", a.Day, i+1)
		}
		out = append(out, part.Heads...)
	}
	return out, nil
}

func headsDigest(heads []AnchoredHead) (string, error) {
	b, err := json.Marshal(heads)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:]), nil
}

func partID(day string, attempt, n int) string { return fmt.Sprintf("%s|%d|%06d", day, attempt, n) }

// eachRecord visits the records of every form of every live app, by collection and id.
func (e *Engine) eachRecord(ctx context.Context, filter query.Filter, visit func(coll, id string, r *record) error) error {
	apps, err := e.defs.Live(ctx)
	if err != nil {
		return err
	}
	for _, app := range apps {
		if err := e.prepare(ctx, app); err != nil {
			return err
		}
		for i := range app.Def.Forms {
			form := app.Forms[app.Def.Forms[i].Key]
			if form == nil {
				continue
			}
			coll := RecordCollection(form)
			for after := ""; ; {
				page, err := e.store.Query(ctx, coll, query.Query{Filter: filter, Limit: 200, After: after})
				if err != nil {
					return err
				}
				for _, d := range page.Docs {
					r, err := decodeRecord(d)
					if err != nil {
						return err
					}
					if err := visit(coll, d.ID, r); err != nil {
						return err
					}
				}
				if after = page.Next; after == "" {
					break
				}
			}
		}
	}
	return nil
}
