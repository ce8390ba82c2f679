package engine

import (
	"context"
	"encoding/json"
	"errors"
	"math"

	"pipewright/rules"
	"pipewright/runtime/process"
	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

// runClean removes what other collections hold of a record that is gone. Documents are emptied where they are and given the last version
// there can be, not deleted: what is relayed late then finds them there. Events keep their header and the hash of what they said, so
// the chain verifies (semantics 20).
func (e *Engine) runClean(ctx context.Context, j *job) error {
	app, err := e.current(ctx, j.App)
	if err != nil {
		return refusal(err)
	}
	form := app.Forms[j.Form]
	erase := j.Via == "erase"
	for _, c := range []struct {
		coll  string
		also  bool // what purging takes away as well
		empty func(store.Doc) (store.Doc, error)
	}{
		{collTasks, true, emptyTask}, {collNotices, erase, emptyNotice}, {collRounds, erase, emptyRound}, {collRuns, erase, emptyRun},
		{collDeliveries, erase, emptyDelivery}, {collNotes, erase, emptyNote},
		{collEvents, erase, func(d store.Doc) (store.Doc, error) { return e.emptyEvent(ctx, form, d) }},
	} {
		if !c.also {
			continue
		}
		if err := e.emptyAll(ctx, c.coll, j.Record, c.empty); err != nil {
			return err
		}
	}
	if err := e.dropLinks(ctx, j.Record); err != nil {
		return err
	}
	for _, coll := range []string{collAttention, collSearch} {
		if err := e.emptyOne(ctx, coll, j.Record); err != nil {
			return err
		}
	}
	if err := e.dropAlike(ctx, j.Record); err != nil {
		return err
	}
	if form != nil {
		return e.clearReferences(ctx, j, form)
	}
	return nil
}

// emptyAll empties the documents of a record in a collection, however often it is begun.
func (e *Engine) emptyAll(ctx context.Context, coll, record string, empty func(store.Doc) (store.Doc, error)) error {
	q := query.Query{Filter: query.Cmp{Col: "record", Op: query.Eq, Value: record}, Limit: 200}
	for {
		page, err := e.store.Query(ctx, coll, q)
		if err != nil {
			return err
		}
		err = inParallel(8, page.Docs, func(d store.Doc) error {
			next, err := empty(d)
			if err != nil || next.Ver == d.Ver {
				return err
			}
			// Somebody else's write in between makes the job begin again.
			return e.store.Replace(ctx, coll, next, d.Ver)
		})
		if err != nil {
			return err
		}
		if q.After = page.Next; q.After == "" {
			return nil
		}
	}
}

// lastVer is a version that nothing follows.
const lastVer = math.MaxInt64

// emptyOne empties what one collection shows of a record.
func (e *Engine) emptyOne(ctx context.Context, coll, record string) error {
	d, err := e.store.Get(ctx, coll, record)
	if errors.Is(err, store.ErrNotFound) || err == nil && d.Ver == lastVer {
		return nil
	}
	if err != nil {
		return err
	}
	body, err := marshal(standing{Ver: lastVer})
	if err != nil {
		return err
	}
	return e.store.Replace(ctx, coll, store.Doc{ID: record, Ver: lastVer, Body: body}, d.Ver)
}

// emptyTask closes a task and takes from it what its record was called.
func emptyTask(d store.Doc) (store.Doc, error) {
	var b taskBody
	if err := json.Unmarshal(d.Body, &b); err != nil || b.Shown == lastVer {
		return d, err
	}
	if b.State == process.Open {
		b.State, b.Result, b.ClosedAt = process.Cancelled, "purged", b.CreatedAt
	}
	b.Seq, b.Shown = lastVer, lastVer
	b.Title, b.Number, b.Stage, b.Owner, b.Value = "", "", "", "", nil
	return b.doc(d.ID, d.Ver+1)
}

func emptyNotice(d store.Doc) (store.Doc, error) {
	var b noticeBody
	if err := json.Unmarshal(d.Body, &b); err != nil || d.Ver == lastVer {
		return d, err
	}
	b.Title, b.Text = "", rules.Say("（内容已清除）", "（內容已清除）", "(erased)")
	var err error
	d.Body, err = marshal(b)
	d.Ver = lastVer
	return d, err
}

// emptyRound keeps of an ended round only who had to decide, and how it ended.
func emptyRound(d store.Doc) (store.Doc, error) {
	var b endedRound
	if err := json.Unmarshal(d.Body, &b); err != nil || d.Ver == lastVer || b.Round == nil {
		return d, err
	}
	b.Comment, b.Reason, b.Override, b.Proposed, b.Guards = "", "", "", nil, nil
	for i := range b.Steps {
		for k := range b.Steps[i].Slots {
			b.Steps[i].Slots[k].Comment = ""
		}
	}
	var err error
	d.Body, err = marshal(b)
	d.Ver = lastVer
	return d, err
}

func emptyRun(d store.Doc) (store.Doc, error) {
	var b runBody
	if err := json.Unmarshal(d.Body, &b); err != nil || d.Ver == lastVer {
		return d, err
	}
	b.Title, b.Payload = "", nil
	for i := range b.Actions {
		b.Actions[i].Input, b.Actions[i].Answer = nil, ""
	}
	if b.Error != nil {
		b.Error.Message, b.Error.Details = rules.Text{}, nil
	}
	var err error
	d.Body, err = marshal(b)
	d.Ver = lastVer
	return d, err
}

// emptyEvent takes payload and salt out of an event, and the files that it brought with them.
func (e *Engine) emptyEvent(ctx context.Context, form *process.Form, d store.Doc) (store.Doc, error) {
	var c chained
	if err := json.Unmarshal(d.Body, &c); err != nil || c.Erased {
		return d, err
	}
	var ev process.Event
	if err := json.Unmarshal(c.Event, &ev); err != nil {
		return d, err
	}
	if _, last := ev.Payload.(process.Purged); last {
		return d, nil // it says only that, and when, the record was erased
	}
	if form != nil {
		if err := e.dropFiles(ctx, form, ev.Payload); err != nil {
			return d, err
		}
	}
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(c.Event, &raw); err != nil {
		return d, err
	}
	raw["payload"] = json.RawMessage(`{}`)
	var err error
	if c.Event, err = marshal(raw); err != nil {
		return d, err
	}
	c.Salt, c.Erased = "", true
	d.Body, err = marshal(c)
	d.Ver = lastVer
	return d, err
}

// dropFiles removes the files that an event set in fields: first what they are, so that a file that is known is whole.
func (e *Engine) dropFiles(ctx context.Context, form *process.Form, p process.Payload) error {
	data := map[string]any{}
	switch p := p.(type) {
	case process.Created:
		data = p.Data
	case process.Imported:
		data = p.Data
	case process.Changed:
		data = p.Set
	}
	for _, use := range form.Schema.Files(form.Schema.Decode(data)) {
		id, _ := use.Ref["id"].(string)
		f, err := e.FileOf(ctx, id)
		if errors.Is(err, store.ErrNotFound) {
			f = &File{ID: id, Size: MaxFile, Thumb: fileChunk} // its description went first: look for parts all the same
		} else if err != nil {
			return err
		}
		if err := e.drop(ctx, collFiles, id); err != nil {
			return err
		}
		for _, part := range []struct {
			id   string
			size int64
		}{{id, f.Size}, {id + "-thumb", f.Thumb}} {
			for n := 0; int64(n)*fileChunk < part.size; n++ {
				if err := e.drop(ctx, collChunks, chunkID(part.id, n)); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// drop deletes a document if it is there.
func (e *Engine) drop(ctx context.Context, coll, id string) error {
	if store.CheckID(id) != nil {
		return nil
	}
	d, err := e.store.Get(ctx, coll, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if err = e.store.Delete(ctx, coll, id, d.Ver); errors.Is(err, store.ErrNotFound) {
		return nil
	}
	return err
}

// clearReferences empties, record by record, the references that are to be cleared when what they point to is gone.
func (e *Engine) clearReferences(ctx context.Context, j *job, gone *process.Form) error {
	for _, form := range gone.App.Forms {
		for i := range form.Def.Fields {
			f := &form.Def.Fields[i]
			if f.Type != "reference" || f.Form != gone.Def.Key || f.OnDelete != "clear" {
				continue
			}
			filter, err := pointing(form, f.Key, j.Record)
			if err != nil {
				return permanent{err}
			}
			err = e.eachPointing(ctx, form, filter, "", []string{"open"}, func(page store.Page) error {
				for _, d := range page.Docs {
					if err := e.clearReference(ctx, j, d.ID, f.Key); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

func (e *Engine) clearReference(ctx context.Context, j *job, id, field string) error {
	_, err := e.Do(ctx, Request{service: true, Command: process.Command{Kind: process.Edit, ID: id, Op: shortHash(j.ID, id, field),
		Data: map[string]json.RawMessage{field: json.RawMessage("null")}, Cause: process.Cause{Root: j.ID, Depth: 1}}})
	if r, refused := asRejection(err); refused {
		if r.Code == "not.found" || r.Code == "record.deleted" {
			return nil
		}
		if r.Code != "conflict" {
			return permanent{err} // it is required there, say: an incident tells the admins
		}
	}
	return err
}
