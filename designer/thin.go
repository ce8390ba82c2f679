package designer

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

// How long the history of a draft keeps which saves: all of them, then the last of each hour, of each day, of each month. What was published,
// and what somebody went back to, is kept for ever.
const (
	keepEvery = 7 * 24 * time.Hour
	keepHours = 30 * 24 * time.Hour
	keepDays  = 365 * 24 * time.Hour
)

// historyDoc is a past draft as the history keeps it.
func historyDoc(d Draft, ver int64) store.Doc {
	return store.Doc{ID: historyID(d.App, d.Rev), Ver: ver, Body: body(d),
		Cols: map[string]any{"app": d.App, "rev": d.Rev, "at": d.At.UnixMilli(), "digest": d.Digest, "again": d.Again}}
}

// savedBefore is the last save of a draft that said just this, 0 if none did. What is in the history since before it had digests is not found.
func (d *Designer) savedBefore(ctx context.Context, app, digest string) (int64, error) {
	page, err := d.Store.Query(ctx, historyColl, query.Query{
		Filter: query.And{query.Cmp{Col: "app", Op: query.Eq, Value: app}, query.Cmp{Col: "digest", Op: query.Eq, Value: digest}},
		Sort:   []query.Sort{{Col: "rev", Desc: true}}, Limit: 1, Cols: []string{"rev"}})
	if err != nil {
		return 0, fmt.Errorf("designer: history of %s: %w", app, err)
	}
	if len(page.Docs) == 0 {
		return 0, nil
	}
	rev, _ := page.Docs[0].Cols["rev"].(int64)
	return rev, nil
}

// ThinHistory takes saves out of the histories of all drafts that are older than what is kept of them. It may be cut short and repeated, and
// run by several processes at once.
func (d *Designer) ThinHistory(ctx context.Context) error {
	apps, err := queryAll(ctx, d.Store, appsColl)
	if err != nil {
		return err
	}
	for _, app := range apps {
		if err := d.thin(ctx, app.ID); err != nil {
			return fmt.Errorf("designer: history of %s: %w", app.ID, err)
		}
	}
	return nil
}

// save is what thinning knows of a past save.
type save struct {
	id           string
	ver, rev, at int64
	digest       string
	again        int64
}

func (d *Designer) thin(ctx context.Context, app string) error {
	saves, err := d.saves(ctx, app)
	if err != nil || len(saves) == 0 {
		return err
	}
	published := map[string]bool{}
	q := query.Query{Filter: query.Cmp{Col: "app", Op: query.Eq, Value: app}, Limit: store.MaxPage, Cols: []string{"digest"}}
	for {
		page, err := d.Store.Query(ctx, releasesColl, q)
		if err != nil {
			return err
		}
		for _, doc := range page.Docs {
			digest, _ := doc.Cols["digest"].(string)
			published[digest] = true
		}
		if q.After = page.Next; q.After == "" {
			break
		}
	}
	now, _, err := d.getDraft(ctx, app)
	if err != nil {
		return err
	}
	for _, s := range thinned(saves, published, now.Again, d.Now()) {
		err := d.Store.Delete(ctx, historyColl, s.id, s.ver)
		if err != nil && !errors.Is(err, store.ErrNotFound) && !errors.Is(err, store.ErrConflict) {
			return err
		}
	}
	return nil
}

// saves lists the past saves of a draft, oldest first. Those that were kept before the history had columns for it get them here.
func (d *Designer) saves(ctx context.Context, app string) ([]save, error) {
	var out []save
	q := query.Query{Filter: query.Cmp{Col: "app", Op: query.Eq, Value: app}, Sort: []query.Sort{{Col: "rev"}}, Limit: store.MaxPage,
		Cols: []string{"rev", "at", "digest", "again"}}
	for {
		page, err := d.Store.Query(ctx, historyColl, q)
		if err != nil {
			return nil, err
		}
		for _, doc := range page.Docs {
			if _, ok := doc.Cols["at"]; !ok {
				if doc, err = d.columned(ctx, doc.ID); err != nil {
					return nil, err
				}
			}
			s := save{id: doc.ID, ver: doc.Ver}
			s.rev, _ = doc.Cols["rev"].(int64)
			s.at, _ = doc.Cols["at"].(int64)
			s.digest, _ = doc.Cols["digest"].(string)
			s.again, _ = doc.Cols["again"].(int64)
			out = append(out, s)
		}
		if q.After = page.Next; q.After == "" {
			return out, nil
		}
	}
}

// columned gives a past save the columns it has in its body.
func (d *Designer) columned(ctx context.Context, id string) (store.Doc, error) {
	doc, err := d.Store.Get(ctx, historyColl, id)
	if err != nil {
		return doc, err
	}
	var past Draft
	if err := json.Unmarshal(doc.Body, &past); err != nil {
		return doc, err
	}
	next := historyDoc(past, doc.Ver+1)
	return next, d.Store.Replace(ctx, historyColl, next, doc.Ver)
}

// thinned are the saves, oldest first, that are not kept.
func thinned(saves []save, published map[string]bool, goneBackTo int64, now time.Time) []save {
	kept := map[int64]bool{goneBackTo: true}
	for _, s := range saves {
		if s.again > 0 {
			kept[s.rev], kept[s.again] = true, true
		}
	}
	var out []save
	for i, s := range saves {
		at := time.UnixMilli(s.at).UTC()
		format := ""
		switch age := now.Sub(at); {
		case age < keepEvery:
			continue
		case age < keepHours:
			format = "2006-01-02T15"
		case age < keepDays:
			format = "2006-01-02"
		default:
			format = "2006-01"
		}
		if published[s.digest] || kept[s.rev] {
			continue
		}
		// The last of its hour, day or month stays.
		if i+1 < len(saves) && time.UnixMilli(saves[i+1].at).UTC().Format(format) == at.Format(format) {
			out = append(out, s)
		}
	}
	return out
}
