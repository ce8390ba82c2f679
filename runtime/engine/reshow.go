package engine

import (
	"context"
	"encoding/json"
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

// What other collections show of records is laid out anew for all records of a form when a release shows more than the one before,
// or this program more than the one that wrote them. A job does it, so it survives restarts and goes on where it was; that it is done
// is noted under leases as show|app/form.

// shownVersion counts what this program shows of records beyond what one before it did.
const shownVersion = 4

// notesSince is the version that began to show notes.
const notesSince = 2

// deviationsSince is the version that began to show deviations.
const deviationsSince = 3

// shownMark notes that all records of a form are shown as far as version and release say.
type shownMark struct {
	Version int `json:"version"`
	Release int `json:"release"`
}

func shownID(form *process.Form) string {
	return "show|" + form.App.Def.Key + "/" + form.StorageKey
}

// reshow makes a job for every form whose records may be shown otherwise than this program and the live release would.
func (e *Engine) reshow(ctx context.Context) error {
	apps, err := e.defs.Live(ctx)
	if err != nil {
		return err
	}
	for _, app := range apps {
		if _, done := e.shown.Load(app); done {
			continue
		}
		if err := e.prepare(ctx, app); err != nil {
			return err
		}
		for _, form := range app.Forms {
			if err := e.reshowForm(ctx, form); err != nil {
				return err
			}
		}
		e.shown.Store(app, true)
	}
	return nil
}

func (e *Engine) reshowForm(ctx context.Context, form *process.Form) error {
	at, err := e.shownAt(ctx, form)
	if err != nil {
		return err
	}
	if at.Version >= shownVersion {
		if at.Release >= form.App.Release {
			return nil
		}
		was, err := e.defs.Release(ctx, form.App.Def.Key, at.Release)
		if err != nil {
			return err
		}
		if old := formIn(was, form); old != nil && sameShown(old, form) {
			return e.shownUpTo(ctx, form)
		}
	}
	now := e.instant()
	j, err := newJob(job{ID: fmt.Sprintf("show|%d|%s|%d|%s", shownVersion, form.App.Def.Key, form.App.Release, form.Def.Key), Kind: jobShow,
		App: form.App.Def.Key, Form: form.Def.Key, Seq: int64(form.App.Release)}, now, now)
	if err != nil {
		return err
	}
	return e.insertAll(ctx, collJobs, []store.Doc{j})
}

// shownAt is how far all records of a form have been shown.
func (e *Engine) shownAt(ctx context.Context, form *process.Form) (at shownMark, err error) {
	d, err := e.store.Get(ctx, collLeases, shownID(form))
	if errors.Is(err, store.ErrNotFound) {
		return at, nil
	}
	if err != nil {
		return at, err
	}
	return at, json.Unmarshal(d.Body, &at)
}

// showAgain makes jobs for the forms of a release that comes back, or that another before it already came after: what is noted of them says only how far
// they have been, and not that they went back.
func (e *Engine) showAgain(ctx context.Context, prev, next *process.App) error {
	var again []store.Doc
	for _, key := range slices.Sorted(maps.Keys(next.Forms)) {
		form := next.Forms[key]
		was := formIn(prev, form)
		if was == nil || sameShown(was, form) {
			continue
		}
		at, err := e.shownAt(ctx, form)
		if err != nil {
			return err
		}
		if at.Release < next.Release {
			continue // reshow sees that
		}
		now := e.instant()
		j, err := newJob(job{ID: fmt.Sprintf("show|%d|%s|%d|%s|%d", shownVersion, next.Def.Key, next.Release, key, now.UnixMilli()), Kind: jobShow,
			App: next.Def.Key, Form: key, Release: prev.Release}, now, now)
		if err != nil {
			return err
		}
		again = append(again, j)
	}
	return e.insertAll(ctx, collJobs, again)
}

// sameShown says whether two releases show records of a form alike: when stages are idle, what they are worth, what they are found by.
func sameShown(a, b *process.Form) bool {
	if !reflect.DeepEqual(a.Schema.SearchedFields(), b.Schema.SearchedFields()) {
		return false
	}
	if (a.Process == nil) != (b.Process == nil) || a.App.Def.Calendar != b.App.Def.Calendar || a.App.Zone.String() != b.App.Zone.String() {
		return false
	}
	if a.Process == nil {
		return true
	}
	if a.Process.Def.Value != b.Process.Def.Value || len(a.Process.Stages) != len(b.Process.Stages) {
		return false
	}
	for _, st := range a.Process.Stages {
		other := b.Process.ByKey[st.Def.Key]
		if other == nil || other.Def.End != st.Def.End || !reflect.DeepEqual(other.Idle, st.Idle) {
			return false
		}
	}
	return true
}

// shownUpTo notes that all records of a form are shown as the release has it.
func (e *Engine) shownUpTo(ctx context.Context, form *process.Form) error {
	body, err := marshal(shownMark{shownVersion, form.App.Release})
	if err != nil {
		return err
	}
	id := shownID(form)
	d := store.Doc{ID: id, Ver: 1, Body: body, Cols: map[string]any{"kind": "show"}}
	return e.upsert(ctx, collLeases, map[string]store.Doc{id: d}, func(old store.Doc, next *store.Doc) (bool, error) {
		var was shownMark
		if err := json.Unmarshal(old.Body, &was); err != nil {
			return false, err
		}
		next.Ver = old.Ver + 1
		return was.Version < shownVersion || was.Version == shownVersion && was.Release < form.App.Release, nil
	})
}

// runShow lays out anew what other collections show of the records of a form.
func (e *Engine) runShow(ctx context.Context, j *job) error {
	app, err := e.current(ctx, j.App)
	if err != nil {
		return err
	}
	form := app.Forms[j.Form]
	if form == nil {
		return nil // it has left the app
	}
	if int64(app.Release) < j.Seq { // another node is ahead of this one
		return errLater{time.Second}
	}
	if err := e.settled(j, app); errors.Is(err, errNeverLive) {
		return nil
	} else if err != nil {
		return err
	}
	upTo, err := e.shownAt(ctx, form)
	if err != nil {
		return err
	}
	coll := RecordCollection(form)
	q := query.Query{Limit: 200, After: j.After}
	for {
		page, err := e.store.Query(ctx, coll, q)
		if err != nil {
			return err
		}
		var items []relayItem
		for _, d := range page.Docs {
			r, err := decodeState(d)
			if err != nil {
				return err
			}
			if r.State != nil {
				items = append(items, relayItem{coll: coll, id: d.ID, app: j.App, form: j.Form, cols: d.Cols, state: r.State, ver: d.Ver,
					batch: batch{Renew: process.AllRenewals(form)}})
			}
		}
		if err := e.showAnew(ctx, items); err != nil {
			return err
		}
		if upTo.Version < notesSince {
			if err := e.layOutNotes(ctx, items); err != nil {
				return err
			}
		}
		if upTo.Version < deviationsSince {
			if err := e.layOutDeviations(ctx, items); err != nil {
				return err
			}
		}
		if page.Next == "" {
			return e.shownUpTo(ctx, form)
		}
		j.came(page.Next)
		q.After = page.Next
	}
}
