package engine

import (
	"bytes"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"pipewright/runtime/org"
	"pipewright/runtime/process"
	"pipewright/runtime/store"
)

// maxRecord is the largest record document, in bytes of JSON (semantics 4).
const maxRecord = 2 << 20

// record is a record document as it is stored: the state, and what makes the next command safe.
type record struct {
	State *process.State `json:"state,omitempty"`
	// Ops are the newest operations; see opMemory. OpsLeft is when the last one left for the ops collection, in ms.
	Ops     opMemory `json:"ops,omitempty"`
	OpsLeft int64    `json:"opsLeft,omitempty"`
	// Pending are the effects of commits that are not known to be relayed, oldest first.
	Pending []batch `json:"pending,omitempty"`
	Chain   head    `json:"chain"`
	// Claims are the unique values this record holds.
	Claims []string `json:"claims,omitempty"`
	// Numbers are the series numbers this record holds.
	Numbers []string `json:"numbers,omitempty"`
	// Fence marks a document without state that was put under the id of a create to stop it (semantics 13).
	Fence bool `json:"fence,omitempty"`
	// Gone marks what is left of a record that was taken out of the recycle bin for good: its chain, and that its id is used up.
	Gone bool `json:"gone,omitempty"`
}

// batch is what one commit left to be carried out elsewhere. N is the version of the document that the commit wrote.
type batch struct {
	N       int64            `json:"n"`
	At      int64            `json:"at"`
	Events  []chained        `json:"events,omitempty"`
	Effects []process.Effect `json:"effects,omitempty"`
	// Renew names what other collections show of the record and must show anew; see renew.go.
	Renew []string `json:"renew,omitempty"`
	// Clean asks for a job that removes what other collections hold of a record that is gone: "purge" or "erase".
	Clean string `json:"clean,omitempty"`
	// Ops are operations that leave the record's memory.
	Ops []string `json:"ops,omitempty"`
	// Release are unique values given up; Confirm are series numbers now in use.
	Release []string `json:"release,omitempty"`
	Confirm []string `json:"confirm,omitempty"`
}

// decodeRecord reads a document.
func decodeRecord(d store.Doc) (*record, error) {
	var r record
	if err := json.Unmarshal(d.Body, &r); err != nil {
		return nil, fmt.Errorf("engine: record %s: %w", d.ID, err)
	}
	return &r, nil
}

// decode reads a document, or finds it decoded already. What it returns must not be changed.
func (e *Engine) decode(d store.Doc) (*record, error) {
	if known, ok := e.cache.get(d.ID); ok && known.ver == d.Ver {
		return known.rec, nil
	}
	r, err := decodeRecord(d)
	if err == nil && r.State != nil {
		e.cache.put(d.ID, cachedRecord{r, d.Ver, d.Cols})
	}
	return r, err
}

// document lays a record out for the store. form is the newest release's, whose columns the collection has.
func (r *record) document(form *process.Form, dir *org.Directory, ver int64) (store.Doc, error) {
	body, err := marshal(r)
	if err != nil {
		return store.Doc{}, err
	}
	if len(body) > maxRecord {
		return store.Doc{}, tooLarge(len(body))
	}
	d := store.Doc{ID: r.State.ID, Ver: ver, Body: body, Cols: form.Cols(r.State, daysOf(form.App, dir, r.State.Owner, r.State.Team))}
	if len(r.Pending) > 0 {
		d.Cols[colPending] = r.Pending[0].At
	}
	if due := nextDue(r.State); !due.IsZero() {
		d.Cols[colNextDue] = due.UnixMilli()
	}
	return d, nil
}

// nextDue is when the first timer of a record fires; zero when none runs.
func nextDue(s *process.State) time.Time {
	var due time.Time
	if !s.Deleted.IsZero() {
		return due
	}
	for _, t := range s.Timers {
		if due.IsZero() || t.At.Before(due) {
			due = t.At
		}
	}
	return due
}

// marshal is json.Marshal without escaping <, > and &.
func marshal(v any) (json.RawMessage, error) {
	b := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(b)
	b.Reset()
	enc := json.NewEncoder(b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.Clone(bytes.TrimRight(b.Bytes(), "\n")), nil
}

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}
