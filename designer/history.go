package designer

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"pipewright/rules"
	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

// Point is one saved state of a draft. Every save leaves one.
type Point struct {
	Rev    int64
	At     time.Time
	By     string
	Digest string
}

// historyPage is how many points one answer holds.
const historyPage = 50

func historyID(app string, rev int64) string { return fmt.Sprintf("%s|%d", app, rev) }

// History lists the states of a draft before a rev, newest first; before 0 begins with the draft as it is. more says that there are
// older ones. Errors: not.found.
func (d *Designer) History(ctx context.Context, app string, before int64) (points []Point, more bool, err error) {
	now, _, err := d.getDraft(ctx, app)
	if err != nil {
		return nil, false, err
	}
	if before <= 0 || before > now.Rev {
		points = append(points, Point{now.Rev, now.At, now.By, now.Digest})
		before = now.Rev
	}
	page, err := d.Store.Query(ctx, historyColl, query.Query{
		Filter: query.And{query.Cmp{Col: "app", Op: query.Eq, Value: app}, query.Cmp{Col: "rev", Op: query.Lt, Value: before}},
		Sort:   []query.Sort{{Col: "rev", Desc: true}}, Limit: historyPage})
	if err != nil {
		return nil, false, fmt.Errorf("designer: history of %s: %w", app, err)
	}
	for _, doc := range page.Docs {
		var p Draft
		if err := json.Unmarshal(doc.Body, &p); err != nil {
			return nil, false, fmt.Errorf("designer: history of %s: %w", app, err)
		}
		points = append(points, Point{p.Rev, p.At, p.By, p.Digest})
	}
	return points, page.Next != "", nil
}

// Past is a draft as it was saved with a rev. Errors: not.found.
func (d *Designer) Past(ctx context.Context, app string, rev int64) (Draft, error) {
	now, _, err := d.getDraft(ctx, app)
	if err != nil || now.Rev == rev {
		return now, err
	}
	doc, err := d.Store.Get(ctx, historyColl, historyID(app, rev))
	if errors.Is(err, store.ErrNotFound) {
		return Draft{}, reject("not.found", rules.Say("草稿没有第 {n} 次保存", "草稿沒有第 {n} 次儲存", "The draft has no save {n}", "n", rev))
	}
	if err != nil {
		return Draft{}, fmt.Errorf("designer: history of %s: %w", app, err)
	}
	var past Draft
	if err := json.Unmarshal(doc.Body, &past); err != nil {
		return Draft{}, fmt.Errorf("designer: history of %s: %w", app, err)
	}
	return past, nil
}

// MaxPlace is the longest place of an editor, in bytes.
const MaxPlace = 200

// presentFor is how long somebody who said nothing more counts as editing. Who edits says so about three times as often.
const presentFor = time.Minute

// Editor is somebody who has a draft open, and what of it they look at: a key path, or a page's name.
type Editor struct {
	App   string    `json:"app"`
	User  string    `json:"user"`
	Place string    `json:"place,omitempty"`
	At    time.Time `json:"at"`
}

// Here notes that somebody has the draft open at a place, or has left it, and answers who else has. Errors: not.found, bad.request.
func (d *Designer) Here(ctx context.Context, app, user, place string, gone bool) ([]Editor, error) {
	if _, _, err := d.getApp(ctx, app); err != nil {
		return nil, err
	}
	if len(place) > MaxPlace {
		return nil, reject("bad.request", rules.Say("位置太长：最多 {max} 字节", "位置太長：最多 {max} 位元組", "The place is too long: at most {max} bytes", "max", MaxPlace))
	}
	now := d.Now().UTC().Truncate(time.Millisecond)
	if err := d.noteEditor(ctx, Editor{app, user, place, now}, gone); err != nil {
		return nil, fmt.Errorf("designer: editors of %s: %w", app, err)
	}
	page, err := d.Store.Query(ctx, editorsColl, query.Query{Filter: query.Cmp{Col: "app", Op: query.Eq, Value: app}, Limit: store.MaxPage})
	if err != nil {
		return nil, fmt.Errorf("designer: editors of %s: %w", app, err)
	}
	others := []Editor{}
	for _, doc := range page.Docs {
		var e Editor
		if err := json.Unmarshal(doc.Body, &e); err != nil {
			return nil, fmt.Errorf("designer: editors of %s: %w", app, err)
		}
		if e.User != user && now.Sub(e.At) < presentFor {
			others = append(others, e)
		}
	}
	return others, nil
}

// noteEditor keeps one document for a person and an app; whoever writes at the same time is the same person in another window.
func (d *Designer) noteEditor(ctx context.Context, e Editor, gone bool) error {
	id := strings.Join([]string{e.App, e.User}, "|")
	old, err := d.Store.Get(ctx, editorsColl, id)
	switch {
	case errors.Is(err, store.ErrNotFound) && gone:
		return nil
	case errors.Is(err, store.ErrNotFound):
		err = d.Store.Insert(ctx, editorsColl, store.Doc{ID: id, Ver: 1, Cols: map[string]any{"app": e.App}, Body: body(e)})
	case err == nil && gone:
		err = d.Store.Delete(ctx, editorsColl, id, old.Ver)
	case err == nil:
		err = d.Store.Replace(ctx, editorsColl, store.Doc{ID: id, Ver: old.Ver + 1, Cols: map[string]any{"app": e.App}, Body: body(e)}, old.Ver)
	}
	if errors.Is(err, store.ErrExists) || errors.Is(err, store.ErrConflict) || errors.Is(err, store.ErrNotFound) {
		return nil
	}
	return err
}
