package engine

import (
	"context"
	"errors"
	"slices"
	"time"

	"pipewright/rules"
	"pipewright/runtime/access"
	"pipewright/runtime/process"
	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

// Deleting is moving to the recycle bin. From there a record is taken for good in one commit, once nothing of it is pending: its document
// keeps the chain of its events and nothing else, so that its id is never used again and the chain still verifies. What other
// collections hold of it is cleaned by a job which that commit asks for (clean.go), so a crash anywhere leaves it to whoever comes next.

// PurgeRecord takes a record out of the recycle bin for good; its events stay as they are. It needs the right to delete and an admin.
// Errors: *process.Rejection forbidden, record.notDeleted.
func (e *Engine) PurgeRecord(ctx context.Context, user, id string) error {
	return e.takeAway(ctx, user, id, "purge")
}

// Erase takes a record away and what its events, tasks, notices, rounds, notes and files say with it. A record that is not in the recycle
// bin is moved there first, with all that may be in the way of that. Errors: as PurgeRecord's and those of deleting.
func (e *Engine) Erase(ctx context.Context, user, id, opKey string) error {
	v, _, err := e.load(ctx, user, id)
	if err != nil {
		return err
	}
	if err := e.mayPurge(ctx, user, v); err != nil {
		return err
	}
	if v.State.Deleted.IsZero() {
		if _, err := e.Do(ctx, Request{User: user, Command: process.Command{Kind: process.Delete, ID: id, Op: opKey}}); err != nil {
			return err
		}
	}
	return e.takeAway(ctx, user, id, "erase")
}

func (e *Engine) mayPurge(ctx context.Context, user string, v *View) error {
	dir, err := e.Directory(ctx)
	if err != nil {
		return err
	}
	if !v.Rights.Delete || !slices.Contains(dir.Operators(), user) {
		return reject("forbidden", rules.Say("永久删除需要删除权限，并且能管理系统", "永久刪除需要刪除權限，並且能管理系統", "To take a record away for good one needs the right to delete it, and the right to operate"))
	}
	return nil
}

func (e *Engine) takeAway(ctx context.Context, user, id, how string) error {
	v, _, err := e.load(ctx, user, id)
	if err != nil {
		return err
	}
	if err := e.mayPurge(ctx, user, v); err != nil {
		return err
	}
	if v.State.Deleted.IsZero() {
		return reject("record.notDeleted", rules.Say("这条记录不在回收站里", "這筆記錄不在回收站裡", "The record is not in the recycle bin"))
	}
	form, err := e.form(ctx, id)
	if err != nil {
		return err
	}
	return e.bury(ctx, form, id, user, how)
}

// bury commits the end of a record in the recycle bin.
func (e *Engine) bury(ctx context.Context, form *process.Form, id, by, how string) error {
	unlock, err := e.locks.lock(ctx, id)
	if err != nil {
		return err
	}
	defer unlock()
	if r, err := e.recordOf(ctx, id); err == nil && r.State != nil {
		for _, t := range r.State.TakenUp { // what lives on in this record goes with it
			if err := e.bury(ctx, form, t.From, by, how); err != nil && !errors.Is(err, store.ErrNotFound) {
				return err
			}
		}
	}
	coll := RecordCollection(form)
	for range maxTries {
		if err := e.sweepRecord(ctx, form, id); err != nil && !errors.Is(err, store.ErrConflict) && !errors.Is(err, store.ErrUnknown) {
			return err
		}
		d, err := e.store.Get(ctx, coll, id)
		if err != nil {
			return err
		}
		r, err := decodeRecord(d)
		if err != nil {
			return err
		}
		switch {
		case r.Gone:
			return nil
		case r.State == nil || r.State.Deleted.IsZero():
			return conflict()
		case len(r.Pending) > 0:
			continue
		}
		now := e.instant()
		end := process.Event{Seq: r.Chain.Seq + 1, Rev: r.State.Rev + 1, At: now, By: by, Op: shortHash(id, how), Release: r.State.Release,
			Cause: process.Cause{Root: id + "|" + how}, Payload: process.Purged{Erased: how == "erase"}}
		next := record{Gone: true, OpsLeft: r.OpsLeft}
		b := batch{N: d.Ver + 1, At: now.UnixMilli(), Clean: how, Release: r.Claims}
		if b.Events, next.Chain, err = extend(r.Chain, id, []process.Event{end}); err != nil {
			return err
		}
		next.Pending = []batch{b}
		doc := store.Doc{ID: id, Ver: d.Ver + 1, Cols: map[string]any{"deleted": r.State.Deleted.UnixMilli(), "updatedAt": now.UnixMilli(), colPending: b.At}}
		if doc.Body, err = marshal(next); err != nil {
			return err
		}
		err = e.store.Replace(ctx, coll, doc, d.Ver)
		e.cache.drop(id)
		if errors.Is(err, store.ErrConflict) || errors.Is(err, store.ErrUnknown) {
			continue
		}
		if err != nil {
			return err
		}
		e.committed(ctx, relayItem{coll: coll, id: id, app: form.App.Def.Key, form: form.Def.Key, cols: doc.Cols, batch: b})
		return nil
	}
	return conflict()
}

// EmptyBins takes away what has been in a recycle bin for longer than the bin keeps it. One record that cannot be taken does not hold up
// the others.
func (e *Engine) EmptyBins(ctx context.Context) error {
	if e.binFor <= 0 {
		return nil
	}
	apps, err := e.defs.Live(ctx)
	if err != nil {
		return err
	}
	until := e.instant().Add(-e.binFor).UnixMilli()
	var failed []error
	for _, app := range apps {
		if err := e.prepare(ctx, app); err != nil {
			return err
		}
		for _, form := range app.Forms {
			// What is gone keeps the mark; only a record that still has a title or number to show is still in the bin.
			q := query.Query{Filter: query.And{query.Cmp{Col: "deleted", Op: query.Le, Value: until}, query.Not{Of: query.IsNull{Col: "createdAt"}}}, Limit: 200, Cols: []string{"deleted"}}
			for {
				page, err := e.store.Query(ctx, RecordCollection(form), q)
				if err != nil {
					return err
				}
				for _, d := range page.Docs {
					if r, err := e.recordOf(ctx, d.ID); err == nil && r.State != nil && r.State.Merged != nil {
						continue // it lives on in another, and goes with that
					}
					if err := e.bury(ctx, form, d.ID, access.ServiceUser(app.Def.Key), "purge"); err != nil {
						if ctx.Err() != nil {
							return ctx.Err()
						}
						failed = append(failed, err)
					}
				}
				if q.After = page.Next; q.After == "" {
					break
				}
			}
		}
	}
	return errors.Join(failed...)
}

// defaultBin is how long a recycle bin keeps a record unless the settings say otherwise.
const defaultBin = 30 * 24 * time.Hour
