package engine

import (
	"context"
	"encoding/json"
	"errors"
	"sort"
	"strconv"
	"time"

	"pipewright/rules"
	"pipewright/runtime/org"
	"pipewright/runtime/process"
	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

// Entry is one line of a record's timeline.
type Entry struct {
	Seq  int64
	Type string
	At   time.Time
	// By is a user; empty for what time did, "app:<app>" for an automation.
	By   string
	Name string
	// Text is a sentence.
	Text    rules.Text
	Changes []FieldChange
	Comment string
	Stage   string
	// Record is set on what happened to a linked record.
	Record *Linked
}

// FieldChange is one field of an entry; From and To are in wire form, null for empty. From is not told for the first values.
type FieldChange struct {
	Field    string
	Name     rules.Text
	From, To json.RawMessage
}

// events reads the events of a record, newest first: those relayed and those still pending. after is the sequence before which to
// go on.
func (e *Engine) events(ctx context.Context, id string, limit int, after string) ([]process.Event, string, error) {
	form, err := e.form(ctx, id)
	if err != nil {
		return nil, "", err
	}
	doc, err := e.store.Get(ctx, RecordCollection(form), id)
	if errors.Is(err, store.ErrNotFound) {
		return nil, "", notFound()
	}
	if err != nil {
		return nil, "", err
	}
	r, err := decodeRecord(doc)
	if err != nil {
		return nil, "", err
	}
	before := r.Chain.Seq + 1
	if after != "" {
		if before, err = strconv.ParseInt(after, 10, 64); err != nil || before < 1 {
			return nil, "", readError(store.ErrCursor)
		}
	}
	limit = pageSize(limit)
	bySeq := map[int64]process.Event{}
	add := func(c chained) error {
		var ev process.Event
		if err := json.Unmarshal(c.Event, &ev); err != nil {
			return err
		}
		if ev.Seq < before {
			bySeq[ev.Seq] = ev
		}
		return nil
	}
	for _, b := range r.Pending {
		for _, c := range b.Events {
			if err := add(c); err != nil {
				return nil, "", err
			}
		}
	}
	page, err := e.store.Query(ctx, collEvents, query.Query{
		Filter: query.And{query.Cmp{Col: "record", Op: query.Eq, Value: id}, query.Cmp{Col: "seq", Op: query.Lt, Value: before}},
		Sort:   []query.Sort{{Col: "seq", Desc: true}}, Limit: limit})
	if err != nil {
		return nil, "", err
	}
	for _, d := range page.Docs {
		var c chained
		if err := json.Unmarshal(d.Body, &c); err != nil {
			return nil, "", err
		}
		if err := add(c); err != nil {
			return nil, "", err
		}
	}
	out := make([]process.Event, 0, len(bySeq))
	for _, ev := range bySeq {
		out = append(out, ev)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Seq > out[j].Seq })
	if len(out) > limit {
		out = out[:limit]
	}
	next := ""
	if n := len(out); n > 0 && out[n-1].Seq > 1 {
		next = strconv.FormatInt(out[n-1].Seq, 10)
	}
	return out, next, nil
}

// headline are the events of a linked record that its neighbours hear of.
var headline = map[string]bool{"created": true, "imported": true, "entered": true, "roundOpened": true, "roundEnded": true}

// History is one page of a record's timeline as a person may see it, newest first, with the headlines of linked records between. Errors:
// *process.Rejection not.found.
func (e *Engine) History(ctx context.Context, user, id string, limit int, after string) ([]Entry, string, error) {
	v, err := e.Record(ctx, user, id)
	if err != nil {
		return nil, "", err
	}
	dir, err := e.Directory(ctx)
	if err != nil {
		return nil, "", err
	}
	evs, next, err := e.events(ctx, id, limit, after)
	if err != nil {
		return nil, "", err
	}
	teller := &teller{view: v, dir: dir, titles: v.titles}
	var out []Entry
	for i := range evs {
		if entry, tells := teller.tell(&evs[i]); tells {
			out = append(out, entry)
		}
	}
	// Linked records' headlines belong to the page whose span of time they fall in.
	var from, to time.Time
	if next != "" && len(evs) > 0 {
		from = evs[len(evs)-1].At
	}
	if after != "" && len(evs) > 0 {
		to = evs[0].At
	}
	for _, l := range v.Links {
		theirs, err := e.headlines(ctx, user, l, dir, from, to)
		if err != nil {
			return nil, "", err
		}
		out = append(out, theirs...)
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].At.After(out[j].At) })
	return out, next, nil
}

// headlines are what a linked record tells its neighbours, from an instant (exclusive of nothing) up to another.
func (e *Engine) headlines(ctx context.Context, user string, l Linked, dir *org.Directory, from, to time.Time) ([]Entry, error) {
	v, _, err := e.load(ctx, user, l.ID)
	if err != nil {
		if r, ok := asRejection(err); ok && r.Code == "not.found" {
			return nil, nil
		}
		return nil, err
	}
	v.titles = map[string]string{}
	evs, _, err := e.events(ctx, l.ID, 200, "")
	if err != nil {
		return nil, err
	}
	teller := &teller{view: v, dir: dir}
	var out []Entry
	for i := range evs {
		ev := &evs[i]
		if !headline[ev.Payload.Type()] || ev.At.Before(from) || !to.IsZero() && ev.At.After(to) {
			continue
		}
		if entry, tells := teller.tell(ev); tells {
			about := l
			entry.Record, entry.Changes = &about, nil
			out = append(out, entry)
		}
	}
	return out, nil
}

// begun is how a record began, as its first event keeps it; nil when that has been erased, or it began otherwise. r is the record as it was read.
func (e *Engine) begun(ctx context.Context, id string, r *record) (*process.Created, error) {
	var first chained
	d, err := e.store.Get(ctx, collEvents, eventID(id, 1))
	switch {
	case err == nil:
		err = json.Unmarshal(d.Body, &first)
	case errors.Is(err, store.ErrNotFound): // not relayed yet
		err = nil
		for _, b := range r.Pending {
			if len(b.Events) > 0 {
				first = b.Events[0]
				break
			}
		}
	}
	if err != nil || first.Salt == "" {
		return nil, err
	}
	var ev process.Event
	if err := json.Unmarshal(first.Event, &ev); err != nil {
		return nil, err
	}
	if begun, ok := ev.Payload.(process.Created); ok && ev.Seq == 1 {
		return &begun, nil
	}
	return nil, nil
}
