package engine

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"time"

	"pipewright/runtime/process"
	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

// backfillPage is how many records are rewritten between two looks at the context.
const backfillPage = 200

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

// everyPage does work on every document of a collection, a page at a time, from after on; came, when there is one, hears how far it has come.
func (e *Engine) everyPage(ctx context.Context, coll, after string, work func([]store.Doc) error, came func(after string, done int) error) error {
	for done := 0; ; {
		page, err := e.bare.Query(ctx, coll, query.Query{Limit: backfillPage, After: after})
		if err != nil {
			return err
		}
		if err := work(page.Docs); err != nil {
			return err
		}
		done += len(page.Docs)
		if after = page.Next; after == "" {
			return nil
		}
		if came != nil {
			if err := came(after, done); err != nil {
				return err
			}
		}
	}
}

// rewrite claims the unique values that a record has by the rules of form, and lays it out as the form shown has it. The document's version moves
// if that changes anything, so a writer that read it before decides again.
func (e *Engine) rewrite(ctx context.Context, form, shown *process.Form, d store.Doc) error {
	coll := RecordCollection(form)
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
		next, err := r.document(shown, dir, d.Ver+1)
		if err != nil {
			return err
		}
		if before == len(r.Claims) && reflect.DeepEqual(next.Cols, d.Cols) {
			return nil
		}
		err = e.bare.Replace(ctx, coll, next, d.Ver)
		if err == nil || errors.Is(err, store.ErrNotFound) {
			return nil
		}
		if !errors.Is(err, store.ErrConflict) && !errors.Is(err, store.ErrUnknown) {
			return err
		}
		if d, err = e.bare.Get(ctx, coll, d.ID); errors.Is(err, store.ErrNotFound) {
			return nil
		} else if err != nil {
			return err
		}
	}
	return conflict()
}
