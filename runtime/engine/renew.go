package engine

import (
	"context"
	"encoding/json"
	"slices"

	"pipewright/runtime/process"
	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

// What other collections show of a record (semantics 16) is one document a record, laid out from the record as a whole, so that
// showing it again is harmless and nothing has to be taken away piece by piece. A commit names what it has made out of date;
// the relay lays that out anew. standing orders the layouts: one of an older version never replaces one of a newer.

// standing is from which version of a record, and under which release, a document was laid out.
type standing struct {
	Ver     int64 `json:"ver"`
	Release int   `json:"release,omitempty"`
}

// newerStanding keeps a document that was laid out from a newer version of the record, or from the same under the same release. Of two releases the
// last to lay out stays, since an older one may be live again; while nodes differ about which is live, any may, and then a job goes over all.
func newerStanding(old store.Doc, next *store.Doc) (bool, error) {
	var was, is standing
	if err := json.Unmarshal(old.Body, &was); err != nil {
		return false, err
	}
	if err := json.Unmarshal(next.Body, &is); err != nil {
		return false, err
	}
	next.Ver = old.Ver + 1
	return is.Ver > was.Ver || is.Ver == was.Ver && is.Release != was.Release, nil
}

// showAnew lays out anew what commits have made out of date. Of several commits of a record the newest shows all.
func (e *Engine) showAnew(ctx context.Context, items []relayItem) error {
	newest := map[string]*relayItem{}
	kinds := map[string][]string{}
	for i := range items {
		it := &items[i]
		if it.state == nil || len(it.batch.Renew) == 0 {
			continue
		}
		kinds[it.id] = append(kinds[it.id], it.batch.Renew...)
		if have := newest[it.id]; have == nil || have.ver < it.ver {
			newest[it.id] = it
		}
	}
	dir, err := e.Directory(ctx)
	if err != nil {
		return err
	}
	attention, search, tasks := map[string]store.Doc{}, map[string]store.Doc{}, map[string]store.Doc{}
	for id, it := range newest {
		form, err := e.formNow(ctx, it)
		if err != nil {
			return err
		}
		if form == nil {
			continue // the form has left the app, and with it what people see of its records
		}
		if slices.Contains(kinds[id], process.RenewAttention) {
			if attention[id], err = attentionDoc(form, dir, it); err != nil {
				return err
			}
		}
		if slices.Contains(kinds[id], process.RenewSearch) {
			if search[id], err = searchDoc(form, it); err != nil {
				return err
			}
		}
		if slices.Contains(kinds[id], process.RenewTasks) {
			if err := e.relabel(ctx, it, tasks); err != nil {
				return err
			}
		}
	}
	if err := e.upsert(ctx, collAttention, attention, newerStanding); err != nil {
		return err
	}
	if err := e.upsert(ctx, collSearch, search, newerStanding); err != nil {
		return err
	}
	return e.upsert(ctx, collTasks, tasks, mergeTask)
}

// formNow is the form of a commit's record in the live release, which is what everything outside the record shows; nil when there is
// none any more.
func (e *Engine) formNow(ctx context.Context, it *relayItem) (*process.Form, error) {
	app, err := e.current(ctx, it.app)
	if err != nil {
		if _, refused := asRejection(err); refused {
			return nil, nil
		}
		return nil, err
	}
	return app.Forms[it.form], nil
}

// relabel adds the record's open tasks as they now read.
func (e *Engine) relabel(ctx context.Context, it *relayItem, out map[string]store.Doc) error {
	q := query.Query{Limit: 500, Filter: query.And{query.Cmp{Col: "record", Op: query.Eq, Value: it.id}, query.Cmp{Col: "state", Op: query.Eq, Value: process.Open}}}
	for {
		page, err := e.store.Query(ctx, collTasks, q)
		if err != nil {
			return err
		}
		for _, d := range page.Docs {
			var b taskBody
			if err := json.Unmarshal(d.Body, &b); err != nil {
				return err
			}
			b.seq(d.Ver)
			b.label(it)
			if out[d.ID], err = b.doc(d.ID, d.Ver+1); err != nil {
				return err
			}
		}
		if q.After = page.Next; q.After == "" {
			return nil
		}
	}
}
