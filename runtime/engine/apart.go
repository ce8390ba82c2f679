package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"pipewright/rules"
	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

// What somebody has said of likely duplicates: that they are not the same.

// apart are the pairs among records that somebody has said not to be the same.
func (e *Engine) apart(ctx context.Context, ids []string) (map[[2]string]bool, error) {
	out := map[[2]string]bool{}
	for part := range slices.Chunk(ids, 200) {
		q := query.Query{Filter: query.HasAny{Col: "records", Values: part}, Limit: store.MaxPage, Cols: []string{"records"}}
		for {
			page, err := e.store.Query(ctx, collApart, q)
			if err != nil {
				return nil, err
			}
			for _, d := range page.Docs {
				if two, ok := d.Cols["records"].([]string); ok && len(two) == 2 {
					out[pairOf(two[0], two[1])] = true
				}
			}
			if q.After = page.Next; q.After == "" {
				break
			}
		}
	}
	return out, nil
}

// apartBody says who has taken two records apart.
type apartBody struct {
	By string    `json:"by"`
	At time.Time `json:"at"`
}

// Apart remembers that records are not the same, or with back that they may be after all: each of them and each other, or, when one is given, that
// one and all others. It takes the right to edit them all. Errors: *process.Rejection not.found, forbidden, bad.request.
func (e *Engine) Apart(ctx context.Context, user, app, form string, ids []string, one string, back bool) error {
	l, err := e.look(ctx, user, app, form)
	if err != nil {
		return err
	}
	ids = slices.Compact(slices.Sorted(slices.Values(ids)))
	if len(ids) < 2 || len(ids) > MostAlike || one != "" && !slices.Contains(ids, one) {
		return badRequest(rules.Say("给出 2 到 {n} 条不同的记录，one 是其中一条", "給出 2 到 {n} 筆不同的記錄，one 是其中一筆", "Give 2 to {n} different records; one is among them", "n", MostAlike))
	}
	views, err := l.readable(ctx, slices.Clone(ids))
	if err != nil {
		return err
	}
	for _, id := range ids {
		v := views[id]
		if v == nil || v.State.Merged != nil {
			return notFound()
		}
		if !v.Rights.Edit || v.Rights.Guest {
			return forbidden()
		}
	}
	now := e.instant()
	var docs []store.Doc
	for i, a := range ids {
		for _, b := range ids[i+1:] {
			if one != "" && a != one && b != one {
				continue
			}
			body, err := marshal(apartBody{By: user, At: now})
			if err != nil {
				return err
			}
			docs = append(docs, store.Doc{ID: a + "|" + b, Ver: 1, Cols: apartCols(l.coll, []string{a, b}, now), Body: body})
		}
	}
	if !back {
		return e.insertAll(ctx, collApart, docs)
	}
	for _, d := range docs {
		if err := e.drop(ctx, collApart, d.ID); err != nil {
			return err
		}
	}
	return nil
}

func apartCols(coll string, pair []string, at time.Time) map[string]any {
	return map[string]any{"records": pair, "form": coll, "at": at.UnixMilli()}
}

// ApartMark is what somebody has said of two records: that they are not the same.
type ApartMark struct {
	Records [2]*View
	By      string
	At      time.Time
	// Back: the person may take it back.
	Back bool
}

// Aparts lists the pairs of a form that were said not to be the same, the newest first, of the records that a person may read. One of which a
// record has been merged or deleted is left out. Errors: *process.Rejection not.found, forbidden, duplicates.noRule, bad.request.
func (e *Engine) Aparts(ctx context.Context, user, app, form string, limit int, after string) ([]ApartMark, string, error) {
	l, err := e.mayLookForAlike(ctx, user, app, form)
	if err != nil {
		return nil, "", err
	}
	if err := e.fillApart(ctx); err != nil {
		return nil, "", err
	}
	out := []ApartMark{}
	q := query.Query{Filter: query.Cmp{Col: "form", Op: query.Eq, Value: l.coll}, Sort: []query.Sort{{Col: "at", Desc: true}}, Limit: max(1, min(limit, 50)), After: after}
	for looked := 0; len(out) < limit && looked < alikeLooked; {
		page, err := e.store.Query(ctx, collApart, q)
		if err != nil {
			return nil, "", readError(err)
		}
		marks, err := l.apartMarks(ctx, page.Docs)
		if err != nil {
			return nil, "", err
		}
		out = append(out, marks...)
		looked += len(page.Docs)
		if q.After = page.Next; q.After == "" {
			break
		}
	}
	var shown []*View
	for _, m := range out {
		shown = append(shown, m.Records[0], m.Records[1])
	}
	return out, q.After, e.titles(ctx, shown)
}

// apartMarks reads the marks of which the person may read both records.
func (l *lister) apartMarks(ctx context.Context, docs []store.Doc) ([]ApartMark, error) {
	var ids []string
	for _, d := range docs {
		ids = append(ids, strings.Split(d.ID, "|")...)
	}
	views, err := l.readable(ctx, ids)
	if err != nil {
		return nil, err
	}
	var out []ApartMark
	for _, d := range docs {
		var body apartBody
		if err := json.Unmarshal(d.Body, &body); err != nil {
			return nil, fmt.Errorf("engine: %s: %w", d.ID, err)
		}
		a, b, _ := strings.Cut(d.ID, "|")
		m := ApartMark{Records: [2]*View{views[a], views[b]}, By: body.By, At: body.At, Back: true}
		there := true
		for _, v := range m.Records {
			if there = there && v != nil && v.State.Merged == nil && v.State.Deleted.IsZero(); there {
				v.brief = true
				m.Back = m.Back && v.Rights.Edit && !v.Rights.Guest
			}
		}
		if there {
			out = append(out, m)
		}
	}
	return out, nil
}

// fillApart gives the marks that were made before there was a list of them the columns that it reads.
func (e *Engine) fillApart(ctx context.Context) error {
	q := query.Query{Filter: query.IsNull{Col: "form"}, Limit: 200}
	for {
		page, err := e.store.Query(ctx, collApart, q)
		if err != nil {
			return err
		}
		for _, d := range page.Docs {
			var body apartBody
			if err := json.Unmarshal(d.Body, &body); err != nil {
				return fmt.Errorf("engine: %s: %w", d.ID, err)
			}
			a, b, _ := strings.Cut(d.ID, "|")
			coll := "gone" // the app is not there any more
			if f, err := e.form(ctx, a); err == nil {
				coll = RecordCollection(f)
			} else if _, said := asRejection(err); !said {
				return err
			}
			next := store.Doc{ID: d.ID, Ver: d.Ver + 1, Body: d.Body, Cols: apartCols(coll, []string{a, b}, body.At)}
			if err := e.store.Replace(ctx, collApart, next, d.Ver); err != nil && !errors.Is(err, store.ErrConflict) && !errors.Is(err, store.ErrNotFound) && !errors.Is(err, store.ErrUnknown) {
				return err
			}
		}
		if q.After = page.Next; q.After == "" {
			return nil
		}
	}
}
