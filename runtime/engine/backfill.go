package engine

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"time"

	"pipewright/runtime/process"
	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

// backfillPage is how many records are rewritten between two looks at the context.
const backfillPage = 200

// Prepare makes the store ready for a release before it goes live: collections, columns and indexes, then the columns of records
// that were written under prev (nil: the first release) and would read differently under next (semantics 1: columns are always the
// newest release's), and the unique values that a rule of next newly guards. Safe to repeat; a record that somebody writes meanwhile is read again.
// Others go on writing under prev until they know of next, so what was filled is looked over once more when next is live.
func (e *Engine) Prepare(ctx context.Context, prev, next *process.App) error {
	if err := e.store.Ensure(ctx, Collections(next)...); err != nil {
		return fmt.Errorf("engine: preparing %s: %w", next.Def.Key, err)
	}
	if prev == nil {
		return nil
	}
	var again []store.Doc
	for _, key := range slices.Sorted(maps.Keys(next.Forms)) {
		form := next.Forms[key]
		was := formIn(prev, form)
		if sameColumns(was, form) && len(newRules(was, form)) == 0 {
			continue
		}
		if err := e.backfill(ctx, form); err != nil {
			return fmt.Errorf("engine: filling the columns of %s: %w", key, err)
		}
		now := e.instant()
		j, err := newJob(job{ID: fmt.Sprintf("layOut|%s|%d|%s|%d", next.Def.Key, next.Release, form.StorageKey, now.UnixMilli()), Kind: jobLayOut, App: next.Def.Key, Form: key,
			Release: prev.Release}, now, now)
		if err != nil {
			return err
		}
		again = append(again, j)
	}
	if err := e.insertAll(ctx, collJobs, again); err != nil {
		return err
	}
	if err := e.showAgain(ctx, prev, next); err != nil {
		return err
	}
	return e.relink(ctx, prev, next)
}

// formIn finds a form in another release, whatever it was called there; nil when that has none.
func formIn(app *process.App, form *process.Form) *process.Form {
	for _, f := range app.Forms {
		if f.StorageKey == form.StorageKey {
			return f
		}
	}
	return nil
}

const (
	// waitLive is how long a job waits for the release before to be live no more; after that it stays.
	waitLive = time.Hour
	// settleLive is how long after that some node may still write under it: it is longer than a node trusts what it knows.
	settleLive = 2 * time.Second
)

// errNeverLive says that the release that a job was made for was not taken up, or was taken back.
var errNeverLive = errors.New("engine: the release never went live")

// settled waits until no node writes under j.Release, the release before, any more; live is the one that is live now. Another may have followed since
// that which the job was made for, and its publish found nothing left to do: what is to be done is done by whichever it is. Errors: errLater,
// errNeverLive.
func (e *Engine) settled(j *job, live *process.App) error {
	now := e.instant()
	switch old := live.Release == j.Release; {
	case old && now.Sub(j.CreatedAt) > waitLive:
		return errNeverLive
	case old:
		return errLater{time.Second}
	}
	return e.rested(j)
}

// rested waits until every node has heard of what this one has first heard of when it looked at the job. Errors: errLater.
func (e *Engine) rested(j *job) error {
	now := e.instant()
	if j.Live.IsZero() {
		j.Live = now
	}
	if wait := j.Live.Add(settleLive).Sub(now); wait > 0 {
		return errLater{wait}
	}
	return nil
}

// runLayOut looks over the records of a form once its release is live everywhere.
func (e *Engine) runLayOut(ctx context.Context, j *job) error {
	app, err := e.current(ctx, j.App)
	if err != nil {
		return refusal(err)
	}
	if err := e.settled(j, app); errors.Is(err, errNeverLive) {
		return nil
	} else if err != nil {
		return err
	}
	form := app.Forms[j.Form]
	if form == nil {
		return nil
	}
	return e.everyDoc(ctx, RecordCollection(form), func(d store.Doc) error {
		err := e.rewrite(ctx, form, RecordCollection(form), d)
		if r, refused := asRejection(err); refused && r.Code == "unique.taken" {
			e.log.Warn("two records came to have one value while a rule against it went live", "app", j.App, "form", j.Form, "record", d.ID)
			return nil
		}
		return err
	})
}

// sameColumns says whether both releases lay a record out alike.
func sameColumns(a, b *process.Form) bool {
	if a == nil {
		return true // a new form has no records
	}
	if !reflect.DeepEqual(a.Columns(), b.Columns()) || (a.Process == nil) != (b.Process == nil) {
		return false
	}
	if a.Process == nil {
		return true
	}
	x, y := a.Process, b.Process
	if x.Def.Value != y.Def.Value || x.Def.Closing != y.Def.Closing {
		return false
	}
	for _, st := range x.Stages {
		other := y.ByKey[st.Def.Key]
		if other == nil || other.Probability != st.Probability || other.Def.End != st.Def.End {
			return false
		}
	}
	return true
}

func (e *Engine) backfill(ctx context.Context, form *process.Form) error {
	coll := RecordCollection(form)
	return e.everyDoc(ctx, coll, func(d store.Doc) error { return e.rewrite(ctx, form, coll, d) })
}

// everyDoc does work on every document of a collection, a page at a time.
func (e *Engine) everyDoc(ctx context.Context, coll string, work func(store.Doc) error) error {
	for after := ""; ; {
		page, err := e.store.Query(ctx, coll, query.Query{Limit: backfillPage, After: after})
		if err != nil {
			return err
		}
		for _, d := range page.Docs {
			if err := work(d); err != nil {
				return err
			}
		}
		if after = page.Next; after == "" {
			return nil
		}
	}
}

// rewrite lays one record out anew. The document's version moves, so a writer that read it before decides again.
func (e *Engine) rewrite(ctx context.Context, form *process.Form, coll string, d store.Doc) error {
	for range maxTries {
		r, err := decodeRecord(d)
		if err != nil || r.Fence || r.State == nil {
			return err
		}
		f := &fetcher{e: e, app: form.App, record: d.ID, coll: coll, ver: d.Ver, claims: &claims{}, held: r.Claims}
		claimed := uniqueClaims(form.App, r.State)
		if err := f.claimRest(ctx, claimed); err != nil {
			return err
		}
		before := len(r.Claims)
		for _, id := range claimIDs(claimed) {
			if !slices.Contains(r.Claims, id) {
				r.Claims = append(r.Claims, id)
			}
		}
		dir, err := e.Directory(ctx)
		if err != nil {
			return err
		}
		next, err := r.document(form, dir, d.Ver+1)
		if err != nil {
			return err
		}
		if before == len(r.Claims) && reflect.DeepEqual(next.Cols, d.Cols) {
			return nil
		}
		err = e.store.Replace(ctx, coll, next, d.Ver)
		if err == nil || errors.Is(err, store.ErrNotFound) {
			return nil
		}
		if !errors.Is(err, store.ErrConflict) && !errors.Is(err, store.ErrUnknown) {
			return err
		}
		if d, err = e.store.Get(ctx, coll, d.ID); errors.Is(err, store.ErrNotFound) {
			return nil
		} else if err != nil {
			return err
		}
	}
	return conflict()
}
