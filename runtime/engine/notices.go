package engine

import (
	"context"
	"encoding/json"
	"errors"
	"regexp"
	"slices"
	"strings"
	"time"

	"pipewright/rules"
	"pipewright/runtime/org"
	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

// Notice is something a person was told.
type Notice struct {
	ID                       string
	Text                     rules.Text
	At                       time.Time
	Read                     bool
	Record, App, Form, Title string
	// Kind says what it is about, one of org.NoticeKinds.
	Kind string
}

// Notices lists what a person was told, newest first.
func (e *Engine) Notices(ctx context.Context, user string, unread bool, limit int, after string) ([]Notice, string, error) {
	f := query.And{query.Cmp{Col: "user", Op: query.Eq, Value: user}}
	if unread {
		f = append(f, query.Cmp{Col: "read", Op: query.Eq, Value: false})
	}
	page, err := e.store.Query(ctx, collNotices, query.Query{Filter: f, Sort: []query.Sort{{Col: "at", Desc: true}}, Limit: pageSize(limit), After: after})
	if err != nil {
		return nil, "", readError(err)
	}
	out, err := e.readNotices(ctx, user, page.Docs)
	return out, page.Next, err
}

// readNotices reads notices as a person may: what a record was called then is told to whom sees what it is called by now, and what a text says
// of records to whom sees that (engine.md §6).
func (e *Engine) readNotices(ctx context.Context, user string, docs []store.Doc) ([]Notice, error) {
	out := make([]Notice, 0, len(docs))
	bodies := make([]noticeBody, len(docs))
	var about []store.Doc
	for i, d := range docs {
		b := &bodies[i]
		if err := json.Unmarshal(d.Body, b); err != nil {
			return nil, err
		}
		read, _ := d.Cols["read"].(bool)
		out = append(out, Notice{ID: d.ID, Kind: b.Kind, Text: b.Text, At: b.At, Read: read, Record: b.Record, App: b.App, Form: b.Form, Title: b.Title})
		about = append(about, aboutRecord(b.Record, b.App, b.Form)...)
	}
	seen, err := e.seenBy(ctx, user, about)
	if err != nil {
		return nil, err
	}
	dir, err := e.Directory(ctx)
	if err != nil {
		return nil, err
	}
	for i := range out {
		if !bodies[i].Named {
			out[i].Text = calledByName(dir, out[i].Text, bodies[i].Quotes)
		}
		if len(bodies[i].Reads) > 0 {
			may, err := e.seesAll(ctx, user, bodies[i].App, bodies[i].Reads)
			if err != nil {
				return nil, err
			}
			if !may {
				out[i].Text = bodies[i].Veiled
			}
		}
		if out[i].Record == "" {
			continue
		}
		if v := seen[out[i].Record]; v == nil {
			out[i].Title = hiddenTitle
			if bodies[i].Quotes {
				out[i].Text = rules.Say("有人在你看不到的记录里提到你", "有人在你看不到的記錄裡提到你", "Somebody mentioned you on a record that you may not see")
			}
		} else if !v.SeesTitle() {
			out[i].Title = v.Title()
		}
	}
	return out, nil
}

// account is what may be the id of an account amid a text. One without a mark or a digit may be a word as well, and is left.
var account = regexp.MustCompile(`[A-Za-z0-9]+(?:[._@-]?[A-Za-z0-9]+)*`)

// calledByName puts the names of people in place of their accounts, as notices had them that were kept before they told names. A text begins with
// who did something, if with anybody; of one that quotes somebody nothing else is touched.
func calledByName(dir *org.Directory, text rules.Text, quotes bool) rules.Text {
	out := make(rules.Text, len(text))
	for lang, s := range text {
		if id, rest, cut := strings.Cut(s, " "); cut {
			if _, known := dir.User(id); known {
				s = dir.Name(id) + " " + rest
			}
		}
		if !quotes {
			s = account.ReplaceAllStringFunc(s, func(id string) string {
				if _, known := dir.User(id); known && strings.ContainsAny(id, "._@-0123456789") {
					return dir.Name(id)
				}
				return id
			})
		}
		out[lang] = s
	}
	return out
}

// ReadNotices marks notices of a person as read; nil marks all. Another's are passed over.
func (e *Engine) ReadNotices(ctx context.Context, user string, ids []string) error {
	mark := func(docs []store.Doc) error {
		return inParallel(e.width(8), docs, func(d store.Doc) error {
			if d.Cols["user"] != user || d.Cols["read"] == true {
				return nil
			}
			ver := d.Ver
			d.Ver++
			d.Cols["read"] = true
			err := e.store.Replace(ctx, collNotices, d, ver)
			if errors.Is(err, store.ErrConflict) || errors.Is(err, store.ErrNotFound) {
				return nil
			}
			return err
		})
	}
	if ids != nil {
		ids = slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return store.CheckID(id) != nil })
		if len(ids) > store.MaxPage {
			return badRequest(rules.Say("一次最多标记 {n} 条", "一次最多標記 {n} 條", "At most {n} at a time", "n", store.MaxPage))
		}
		docs, err := e.store.GetMany(ctx, collNotices, ids)
		if err != nil {
			return err
		}
		return mark(docs)
	}
	f := query.And{query.Cmp{Col: "user", Op: query.Eq, Value: user}, query.Cmp{Col: "read", Op: query.Eq, Value: false}}
	q := query.Query{Filter: f, Limit: 500}
	for {
		page, err := e.store.Query(ctx, collNotices, q)
		if err != nil {
			return err
		}
		if err := mark(page.Docs); err != nil {
			return err
		}
		if q.After = page.Next; q.After == "" {
			return nil
		}
	}
}

// TellPeople leaves a notice about an app to each person, once for an id however often it is told.
func (e *Engine) TellPeople(ctx context.Context, id, app string, to []string, text rules.Text) {
	e.tell(ctx, id, relayItem{app: app, batch: batch{At: e.instant().UnixMilli()}}, to, text)
}
