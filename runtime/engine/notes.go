package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"pipewright/forms"
	"pipewright/rules"
	"pipewright/runtime/process"
	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

// Notes live in a collection of their own (semantics 16): the relay lays each noted event out there, under the record and the sequence of
// the event, where it is listed and found by its words. A note says nothing of who may read it: its record does. The words stand at the
// note and not at the record, whose own words would otherwise have to be read from all its notes at every change of its owner.

// Note is a note on a record.
type Note struct {
	Seq      int64
	By, Name string
	At       time.Time
	Text     string
	Mentions []string
	// Record is the record the note is on.
	Record Linked
}

// noteBody is a note as it is kept.
type noteBody struct {
	Seq      int64     `json:"seq"`
	By       string    `json:"by,omitempty"`
	At       time.Time `json:"at"`
	Text     string    `json:"text"`
	Mentions []string  `json:"mentions,omitempty"`
}

func noteID(record string, seq int64) string { return fmt.Sprintf("%s|%012d", record, seq) }

// noteOf reads a note out of an event; nil when it is none, or has been erased.
func noteOf(c chained) (*noteBody, error) {
	h, err := c.marked()
	if err != nil || h.Type != (process.Noted{}).Type() || c.Erased {
		return nil, err
	}
	var ev process.Event
	if err := json.Unmarshal(c.Event, &ev); err != nil {
		return nil, err
	}
	p, ok := ev.Payload.(process.Noted)
	if !ok {
		return nil, nil
	}
	return &noteBody{Seq: ev.Seq, By: ev.By, At: ev.At, Text: p.Text, Mentions: p.Mentions}, nil
}

func (b *noteBody) doc(record, app, form string) (store.Doc, error) {
	body, err := marshal(b)
	return store.Doc{ID: noteID(record, b.Seq), Ver: 1, Body: body, Cols: map[string]any{
		"record": record, "app": app, "form": form, "seq": b.Seq, "at": b.At.UnixMilli(), "words": process.NoteWords(b.Text)}}, err
}

// layOutNotes lays out the notes of records that were written before there was a collection of them.
func (e *Engine) layOutNotes(ctx context.Context, items []relayItem) error {
	return inParallel(e.width(8), items, func(it relayItem) error {
		q := query.Query{Limit: 500, Filter: query.And{query.Cmp{Col: "record", Op: query.Eq, Value: it.id},
			query.Cmp{Col: "type", Op: query.Eq, Value: process.Noted{}.Type()}}}
		for {
			page, err := e.store.Query(ctx, collEvents, q)
			if err != nil {
				return err
			}
			var docs []store.Doc
			for _, d := range page.Docs {
				var c chained
				if err := json.Unmarshal(d.Body, &c); err != nil {
					return err
				}
				b, err := noteOf(c)
				if err != nil {
					return err
				}
				if b == nil {
					continue
				}
				doc, err := b.doc(it.id, it.app, it.form)
				if err != nil {
					return err
				}
				docs = append(docs, doc)
			}
			if err := e.insertAll(ctx, collNotes, docs); err != nil {
				return err
			}
			if q.After = page.Next; q.After == "" {
				return nil
			}
		}
	})
}

// maxAround is how many records that one points to bring their notes along.
const maxAround = 20

// Notes lists the notes on a record, newest first; with around those on the records it points to as well (the account of a deal), as far
// as the person may read them. after is the last note of the page before. Errors: *process.Rejection not.found.
func (e *Engine) Notes(ctx context.Context, user, id string, around bool, limit int, after string) ([]Note, string, error) {
	v, r, err := e.load(ctx, user, id)
	if err != nil {
		return nil, "", err
	}
	dir, err := e.Directory(ctx)
	if err != nil {
		return nil, "", err
	}
	about := map[string]Linked{id: {ID: id, Form: v.State.Form, Process: v.State.Process, Title: v.Title(), Number: v.State.Number, Stage: v.State.Stage}}
	for _, t := range v.State.TakenUp { // what was written on a record that is this one now
		about[t.From] = about[id]
	}
	if around {
		if err := e.pointedTo(ctx, user, v, about); err != nil {
			return nil, "", err
		}
	}
	q := query.Query{Filter: ofRecords(about), Sort: []query.Sort{{Col: "at", Desc: true}}, Limit: pageSize(limit), After: after}
	if len(about) == 1 { // the sequence orders what one instant holds
		q.Sort = []query.Sort{{Col: "seq", Desc: true}}
	}
	page, err := e.store.Query(ctx, collNotes, q)
	if err != nil {
		return nil, "", readError(err)
	}
	var out []Note
	add := func(record string, b *noteBody) {
		n := Note{Seq: b.Seq, By: b.By, At: b.At, Text: b.Text, Mentions: b.Mentions, Record: about[record]}
		if n.By != "" {
			n.Name = (&teller{dir: dir}).who(n.By)
		}
		out = append(out, n)
	}
	seen := map[int64]bool{}
	for _, d := range page.Docs {
		var b noteBody
		if err := json.Unmarshal(d.Body, &b); err != nil {
			return nil, "", err
		}
		record, _ := d.Cols["record"].(string)
		if record == id {
			seen[b.Seq] = true
		}
		add(record, &b)
	}
	if after == "" { // those that are still on their way
		for _, b := range r.Pending {
			for _, c := range b.Events {
				n, err := noteOf(c)
				if err != nil {
					return nil, "", err
				}
				if n != nil && !seen[n.Seq] && (page.Next == "" || len(out) == 0 || n.At.After(out[len(out)-1].At)) {
					add(id, n)
				}
			}
		}
		slices.SortStableFunc(out, func(a, b Note) int {
			if c := b.At.Compare(a.At); c != 0 {
				return c
			}
			return int(b.Seq - a.Seq)
		})
	}
	return out, page.Next, nil
}

func ofRecords(about map[string]Linked) query.Filter {
	var out query.Or
	for id := range about {
		out = append(out, query.Cmp{Col: "record", Op: query.Eq, Value: id})
	}
	return out
}

// pointedTo adds the records that a record points to, as far as the person sees the reference and may read them.
func (e *Engine) pointedTo(ctx context.Context, user string, v *View, about map[string]Linked) error {
	values := v.Form.Schema.DecodeScalars(v.State.Data)
	for i := range v.Form.Def.Fields {
		def := &v.Form.Def.Fields[i]
		ref, ok := values[def.Key].(forms.Ref)
		if !ok || !v.Sees(def.Key) || len(about) > maxAround || store.CheckID(ref.ID) != nil {
			continue
		}
		other, _, err := e.load(ctx, user, ref.ID)
		if _, refused := asRejection(err); refused {
			continue
		}
		if err != nil {
			return err
		}
		if other.State.Deleted.IsZero() {
			about[ref.ID] = Linked{ID: ref.ID, Form: other.State.Form, Process: other.State.Process, Title: other.Title(), Number: other.State.Number, Stage: other.State.Stage}
		}
	}
	return nil
}

// maxNotePages bounds how many pages of notes one search looks through for those that the person may read.
const maxNotePages = 10

// notes adds the records that have every term in one of their notes, the newest note first. A record that was found already is found by
// its note as well.
func (s *search) notes(ctx context.Context, apps []*process.App) error {
	filter := query.And{s.reads(apps)}
	for _, t := range s.terms {
		filter = append(filter, query.HasPrefix{Col: "words", Prefix: t})
	}
	q := query.Query{Filter: filter, Sort: []query.Sort{{Col: "at", Desc: true}}, Limit: searchPage}
	for range maxNotePages {
		page, err := s.e.store.Query(ctx, collNotes, q)
		if err != nil {
			return err
		}
		var about []store.Doc
		for _, d := range page.Docs {
			record, _ := d.Cols["record"].(string)
			app, _ := d.Cols["app"].(string)
			form, _ := d.Cols["form"].(string)
			about = append(about, aboutRecord(record, app, form)...)
		}
		views, err := s.e.seenBy(ctx, s.user, about)
		if err != nil {
			return err
		}
		for _, d := range page.Docs {
			record, _ := d.Cols["record"].(string)
			if err := s.byNote(d, views[record]); err != nil {
				return err
			}
		}
		if q.After = page.Next; q.After == "" || len(s.found) >= s.limit {
			return nil
		}
	}
	return nil
}

// byNote notes that a record is found by one of its notes; the newest counts.
func (s *search) byNote(d store.Doc, v *View) error {
	var b noteBody
	if err := json.Unmarshal(d.Body, &b); err != nil {
		return err
	}
	if v == nil || !v.State.Deleted.IsZero() {
		return nil
	}
	by := FoundBy{Field: "notes", Name: rules.Say("笔记", "筆記", "Note"), Text: excerpt(b.Text, s.terms[0])}
	for i := range s.found {
		if f := &s.found[i]; f.ID == v.State.ID {
			if f.Note == 0 {
				f.Note, f.By = b.Seq, append(f.By, by)
			}
			return nil
		}
	}
	if len(s.found) < s.limit {
		s.found = append(s.found, Found{App: v.App.Def.Key, Linked: Linked{ID: v.State.ID, Form: v.State.Form, Process: v.State.Process, Title: v.Title(),
			Number: v.State.Number, Stage: v.State.Stage}, By: []FoundBy{by}, Note: b.Seq})
	}
	return nil
}

// reads narrows to the forms that there are now.
func (s *search) reads(apps []*process.App) query.Filter {
	var out query.Or
	for _, app := range apps {
		for i := range app.Def.Forms {
			out = append(out, query.And{query.Cmp{Col: "app", Op: query.Eq, Value: app.Def.Key}, query.Cmp{Col: "form", Op: query.Eq, Value: app.Def.Forms[i].Key}})
		}
	}
	return out
}

// emptyNote takes what a note says, and the words it is found by.
func emptyNote(d store.Doc) (store.Doc, error) {
	var b noteBody
	if err := json.Unmarshal(d.Body, &b); err != nil || d.Ver == lastVer {
		return d, err
	}
	b.Text, b.Mentions = "", nil
	var err error
	d.Body, err = marshal(b)
	delete(d.Cols, "words")
	d.Ver = lastVer
	return d, err
}
