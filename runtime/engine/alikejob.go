package engine

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"pipewright/runtime/process"
	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

const (
	// alikePage is how many records are read before it is noted how far the looking is.
	alikePage = 500
	// alikeNight is the hour, in the zone of an app, at which the looking of the night may begin.
	alikeNight = 2
)

// alikesDue begins the looking of the night for every form with unique rules.
func (e *Engine) alikesDue(ctx context.Context) error {
	return e.nightly(ctx, alikeNight, &e.scanned, func(app *process.App, day string) (jobs []job) {
		for _, f := range formsOf(app) {
			if len(f.Def.Unique) > 0 {
				jobs = append(jobs, job{ID: "alike|" + RecordCollection(f) + "|" + day, Kind: jobAlike, App: app.Def.Key, Form: f.Def.Key})
			}
		}
		return jobs
	})
}

// runAlike looks for likely duplicates, in two walks: through the records, to write down what each is compared by, and through what is written,
// in its order, where those that agree stand side by side. What a walk has done it finds done when it is taken up again.
func (e *Engine) runAlike(ctx context.Context, j *job) error {
	app, err := e.current(ctx, j.App)
	if err != nil {
		return refusal(err)
	}
	f := app.Forms[j.Form]
	if f == nil {
		return nil // gone by now
	}
	s, err := e.alikeScan(ctx, f)
	if err != nil {
		return err
	}
	if j.Seq == 0 { // the night's
		if s.State == ScanRunning {
			return nil
		}
		err := e.beginAlikeScan(ctx, f, s, "")
		if errors.Is(err, store.ErrConflict) {
			return nil // somebody has just asked for it
		}
		return err
	}
	if s.Run < j.Seq && e.instant().Sub(j.CreatedAt) < time.Minute {
		return errLater{time.Second} // its beginning is about to be written
	}
	if s.Run != j.Seq || s.State != ScanRunning {
		return nil
	}
	list := likeRules(f)
	err = e.readAlike(ctx, f, list, s)
	if err == nil {
		err = e.groupAlike(ctx, f, list, s)
	}
	if errors.Is(err, store.ErrConflict) {
		return nil // another run has taken over
	}
	return err
}

// readAlike writes down what the records are compared by. Rows that are there stay: what they say follows from their ids.
func (e *Engine) readAlike(ctx context.Context, f *process.Form, list []likeRule, s *AlikeScan) error {
	coll := RecordCollection(f)
	for !s.Read {
		page, err := e.store.Query(ctx, coll, query.Query{Filter: query.IsNull{Col: "deleted"}, Limit: alikePage, After: s.After})
		if err != nil {
			return err
		}
		var rows []store.Doc
		for _, d := range page.Docs {
			r, err := decodeState(d)
			if err != nil {
				return err
			}
			for key := range likeKeys(f, list, r.State) {
				rows = append(rows, store.Doc{ID: coll + "|" + key + "|" + d.ID, Ver: 1, Cols: map[string]any{"form": coll, "key": key, "record": d.ID}, Body: json.RawMessage(`{}`)})
			}
		}
		if err := e.insertAll(ctx, collAlikeKeys, rows); err != nil {
			return err
		}
		s.Seen += len(page.Docs)
		s.After, s.Read = page.Next, page.Next == ""
		s.Total = max(s.Total, s.Seen)
		if err := e.saveAlikeScan(ctx, f, s); err != nil {
			return err
		}
	}
	return nil
}

// groupAlike finds those that agree, and takes away what former runs found and this one did not.
func (e *Engine) groupAlike(ctx context.Context, f *process.Form, list []likeRule, s *AlikeScan) error {
	coll := RecordCollection(f)
	q := query.Query{Filter: query.Cmp{Col: "form", Op: query.Eq, Value: coll}, Sort: []query.Sort{{Col: "key"}}, Limit: store.MaxPage, Cols: []string{"key", "record"}}
	key, total := "", 0
	var same []string
	for {
		page, err := e.store.Query(ctx, collAlikeKeys, q)
		if err != nil {
			return err
		}
		for _, d := range page.Docs {
			k, _ := d.Cols["key"].(string)
			if k != key {
				if err := e.keepAlike(ctx, f, list, s.Run, key, same, total); err != nil {
					return err
				}
				key, same, total = k, same[:0], 0
			}
			if total++; len(same) < 2*MostAlike {
				record, _ := d.Cols["record"].(string)
				same = append(same, record)
			}
		}
		if q.After = page.Next; q.After == "" {
			break
		}
	}
	if err := e.keepAlike(ctx, f, list, s.Run, key, same, total); err != nil {
		return err
	}
	groups := query.And{query.Cmp{Col: "form", Op: query.Eq, Value: coll}, query.Cmp{Col: "kind", Op: query.Eq, Value: "group"}}
	old := query.Query{Filter: append(slices.Clone(groups), query.Cmp{Col: "run", Op: query.Lt, Value: s.Run}), Limit: 500, Cols: []string{"run"}}
	for {
		page, err := e.store.Query(ctx, collAlike, old)
		if err != nil {
			return err
		}
		for _, d := range page.Docs {
			if err := e.store.Delete(ctx, collAlike, d.ID, d.Ver); err != nil && !errors.Is(err, store.ErrNotFound) && !errors.Is(err, store.ErrConflict) {
				return err
			}
		}
		if len(page.Docs) < 500 {
			break
		}
	}
	var err error
	if s.Groups, err = e.count(ctx, collAlike, groups); err != nil {
		return err
	}
	s.State, s.DoneAt, s.After = ScanDone, e.instant(), ""
	return e.saveAlikeScan(ctx, f, s)
}

// keepAlike keeps the records that agree in one value, those that do so still, and takes away what was written of others.
func (e *Engine) keepAlike(ctx context.Context, f *process.Form, list []likeRule, run int64, key string, ids []string, total int) error {
	if len(ids) < 2 {
		return nil
	}
	coll := RecordCollection(f)
	docs, err := e.store.GetMany(ctx, coll, ids)
	if err != nil {
		return err
	}
	var holds []string
	for _, d := range docs {
		r, err := decodeState(d)
		if err != nil {
			return err
		}
		if likeKeys(f, list, r.State)[key] != nil {
			holds = append(holds, d.ID)
		}
	}
	for _, id := range ids {
		if slices.Contains(holds, id) {
			continue
		}
		total--
		if err := e.drop(ctx, collAlikeKeys, coll+"|"+key+"|"+id); err != nil {
			return err
		}
	}
	if len(holds) < 2 {
		return nil
	}
	slices.Sort(holds)
	holds = holds[:min(len(holds), MostAlike)]
	apart, err := e.apart(ctx, holds)
	if err != nil {
		return err
	}
	sets := together(holds, apart)
	for _, set := range sets {
		if len(sets) > 1 || len(set) < len(holds) {
			total = len(set)
		}
		if err := e.putAlike(ctx, coll, run, key, set, total); err != nil {
			return err
		}
	}
	return nil
}

// putAlike writes a group down, or that one which is there agrees in one value more.
func (e *Engine) putAlike(ctx context.Context, coll string, run int64, key string, set []string, total int) error {
	id := coll + "|" + shortHash(set...)
	for range maxTries {
		g := alikeGroup{Run: run, Keys: []string{key}, Records: set, Total: total}
		had, err := e.store.Get(ctx, collAlike, id)
		there := err == nil
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
		if there {
			var old alikeGroup
			if err := json.Unmarshal(had.Body, &old); err != nil {
				return err
			}
			if old.Run == run {
				if slices.Contains(old.Keys, key) {
					return nil
				}
				g.Keys, g.Total = append(old.Keys, key), max(old.Total, total)
			}
		}
		body, err := marshal(g)
		if err != nil {
			return err
		}
		d := store.Doc{ID: id, Ver: had.Ver + 1, Body: body, Cols: map[string]any{"kind": "group", "form": coll, "run": run, "reasons": int64(len(g.Keys))}}
		if there {
			err = e.store.Replace(ctx, collAlike, d, had.Ver)
		} else {
			err = e.store.Insert(ctx, collAlike, d)
		}
		if !errors.Is(err, store.ErrConflict) && !errors.Is(err, store.ErrExists) && !errors.Is(err, store.ErrNotFound) && !errors.Is(err, store.ErrUnknown) {
			return err
		}
	}
	return store.ErrUnavailable
}

// dropAlike takes away what a record that is gone was compared by, and what it is not the same as.
func (e *Engine) dropAlike(ctx context.Context, record string) error {
	for _, c := range []struct {
		coll   string
		filter query.Filter
	}{{collAlikeKeys, query.Cmp{Col: "record", Op: query.Eq, Value: record}}, {collApart, query.HasAny{Col: "records", Values: []string{record}}}} {
		q := query.Query{Filter: c.filter, Limit: 200}
		for {
			page, err := e.store.Query(ctx, c.coll, q)
			if err != nil {
				return err
			}
			for _, d := range page.Docs {
				if err := e.drop(ctx, c.coll, d.ID); err != nil {
					return err
				}
			}
			if q.After = page.Next; q.After == "" {
				break
			}
		}
	}
	return nil
}
