package engine

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"

	"pipewright/forms"
	"pipewright/runtime/process"
	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

// refreshJob is the job that a change asks for where lookups and rollups elsewhere have become out of date.
func refreshJob(it relayItem, x *process.Effect) job {
	r := x.Refresh
	app := it.app
	if r.App != "" {
		app = r.App
	}
	return job{ID: "refresh|" + shortHash(x.ID), Kind: jobRefresh, App: app, Form: r.Form, Record: r.Record, Via: r.Via, Seq: x.Seq, Cause: r.Cause}
}

// runRefresh works out the lookups and rollups of one record anew, or of every record whose reference points to it.
func (e *Engine) runRefresh(ctx context.Context, j *job) error {
	if j.Cause.Depth > maxDepth {
		return permanent{fmt.Errorf("engine: lookups and rollups have changed each other more than %d times", maxDepth)}
	}
	if j.Via == "" {
		return e.refresh(ctx, j, j.Record)
	}
	app, err := e.current(ctx, j.App)
	if err != nil {
		return err
	}
	form := app.Forms[j.Form]
	if form == nil {
		return nil // the form has left the app, and its lookups with it
	}
	var filter query.Filter = query.And{}
	if j.Via == everyRecord {
		if err := e.settled(j, app); errors.Is(err, errNeverLive) {
			return nil
		} else if err != nil {
			return err
		}
	} else if filter, err = pointing(form, j.Via, j.Record); err != nil {
		return permanent{err}
	}
	return e.eachPointing(ctx, form, filter, j.After, []string{"open"}, func(page store.Page) error {
		for _, d := range page.Docs {
			if err := e.refresh(ctx, j, d.ID); err != nil {
				return err
			}
		}
		j.came(page.Next)
		return nil
	})
}

// everyRecord stands for a reference in a refresh of all records of a form.
const everyRecord = "*"

// relink asks for a refresh of all records of the forms whose lookups and rollups are new or have changed, or whose amounts are from now on in
// the currency of the record: each then keeps the rate of this day, without which it would have no amount in the app's currency until
// somebody writes it. It happens once the release is live.
func (e *Engine) relink(ctx context.Context, prev, next *process.App) error {
	var jobs []store.Doc
	now := e.instant()
	for key, form := range next.Forms {
		old := formIn(prev, form)
		if old == nil || reflect.DeepEqual(linkedFields(old), linkedFields(form)) && (form.Schema.Currency() == "" || form.Schema.Currency() == old.Schema.Currency()) {
			continue
		}
		d, err := newJob(job{ID: fmt.Sprintf("relink|%s|%d|%s|%d", next.Def.Key, next.Release, key, now.UnixMilli()), Kind: jobRefresh, App: next.Def.Key, Form: key,
			Via: everyRecord, Release: prev.Release}, now, now)
		if err != nil {
			return err
		}
		jobs = append(jobs, d)
	}
	return e.insertAll(ctx, collJobs, jobs)
}

// linkedFields are the definitions of a form's lookups and rollups by storage key.
func linkedFields(f *process.Form) map[string]forms.Field {
	out := map[string]forms.Field{}
	add := func(prefix string, list []forms.Field) {
		for i := range list {
			if d := list[i]; d.Type == "lookup" || d.Type == "rollup" {
				out[prefix+f.Schema.StorageKey(prefix+d.Key)] = forms.Field{Type: d.Type, Via: d.Via, Field: d.Field, Form: d.Form, Agg: d.Agg, Where: d.Where, OwnCurrency: d.OwnCurrency}
			}
		}
	}
	add("", f.Def.Fields)
	for i := range f.Def.Fields {
		add(f.Def.Fields[i].Key+".", f.Def.Fields[i].Fields)
	}
	return out
}

// refresh lets one record look again. A record that is gone has nothing to show.
func (e *Engine) refresh(ctx context.Context, j *job, id string) error {
	_, err := e.Do(ctx, Request{service: true, Command: process.Command{Kind: process.Refresh, ID: id, Op: shortHash(j.ID, id), Cause: j.Cause}})
	if r, refused := asRejection(err); refused {
		switch r.Code {
		case "not.found", "record.deleted":
			return nil
		case "conflict":
			return err
		}
		return permanent{err}
	}
	return err
}

// pointing accepts the records whose reference via ("company", or "lines.product" in a table) points to id.
func pointing(form *process.Form, via, id string) (query.Filter, error) {
	col, err := referenceColumn(form, via)
	if err != nil {
		return nil, err
	}
	if strings.Contains(via, ".") {
		return query.HasAny{Col: col, Values: []string{id}}, nil
	}
	return query.Cmp{Col: col, Op: query.Eq, Value: id}, nil
}

// eachPointing reads the records that a filter accepts, page by page, but for those in the recycle bin. cols, when not empty, leaves
// out the body.
func (e *Engine) eachPointing(ctx context.Context, form *process.Form, filter query.Filter, after string, cols []string, do func(store.Page) error) error {
	q := query.Query{Filter: query.And{filter, query.IsNull{Col: "deleted"}}, Limit: 200, After: after, Cols: cols}
	for {
		page, err := e.store.Query(ctx, RecordCollection(form), q)
		if err != nil {
			return err
		}
		if err := do(page); err != nil {
			return err
		}
		if page.Next == "" {
			return nil
		}
		q.After = page.Next
	}
}

// rollup sums up the records that point to one.
func (f *fetcher) rollup(ctx context.Context, n process.Need) error {
	form := f.app.Forms[n.Form]
	if form == nil {
		return fmt.Errorf("engine: app %s has no form %q", f.app.Def.Key, n.Form)
	}
	filter, err := pointing(form, n.Via, n.ID)
	if err != nil {
		return err
	}
	roll := process.NewRoll(f.app, n, f.facts.Calendar, f.e.instant())
	rows := &rowReader{}
	err = f.e.eachPointing(ctx, form, filter, "", nil, func(page store.Page) error {
		for _, d := range page.Docs {
			s, err := rows.state(d)
			if err != nil {
				return err
			}
			if s != nil {
				roll.Add(s)
			}
		}
		return nil
	})
	if f.facts.Rollups == nil {
		f.facts.Rollups = map[string]*process.Roll{}
	}
	f.facts.Rollups[n.Key] = roll
	return err
}

// touch writes a record as it is under its next version. A refresh that found nothing new does this, so that a slower one, which
// began earlier and read less, loses the race instead of writing what it found (semantics 6).
func (r *command) touch(ctx context.Context, old *record, ver int64) error {
	dir, err := r.e.Directory(ctx)
	if err != nil {
		return err
	}
	doc, err := old.document(r.form, dir, ver+1)
	if err != nil {
		return err
	}
	err = r.e.store.Replace(ctx, r.coll, doc, ver)
	r.e.cache.drop(r.c.ID)
	if errors.Is(err, store.ErrUnknown) {
		return store.ErrConflict // nothing was decided: looking again settles it
	}
	return err
}
