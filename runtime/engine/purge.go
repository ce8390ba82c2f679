package engine

import (
	"context"
	"errors"
	"time"

	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

// Purge removes finished jobs, runs and operations that nothing will repeat any more, positions that no report reaches, and the rows of files
// imported a while ago.
func (e *Engine) Purge(ctx context.Context) error {
	for _, c := range []struct {
		coll, col string
		keep      time.Duration
	}{{collJobs, "doneAt", keepDone}, {collOps, "at", keepDone}, {collRuns, "at", keepDone}, {collSnapshots, "week", keepSnapshots},
		{collDeliveries, "changedAt", keepDeliveries}, {collImportRows, "at", keepImportRows}} {
		f := query.And{query.Cmp{Col: c.col, Op: query.Lt, Value: e.instant().Add(-c.keep).UnixMilli()}}
		if c.coll == collJobs {
			f = append(f, query.Cmp{Col: "state", Op: query.Eq, Value: jobDone})
		}
		if c.coll == collDeliveries { // a dead one waits for somebody, however long
			f = append(f, query.Not{Of: query.Cmp{Col: "state", Op: query.Eq, Value: deliveryDead}})
		}
		for {
			page, err := e.store.Query(ctx, c.coll, query.Query{Filter: f, Limit: 500, Cols: []string{c.col}})
			if err != nil {
				return err
			}
			err = inParallel(e.width(8), page.Docs, func(d store.Doc) error {
				err := e.store.Delete(ctx, c.coll, d.ID, d.Ver)
				if errors.Is(err, store.ErrConflict) || errors.Is(err, store.ErrNotFound) {
					return nil
				}
				return err
			})
			if err != nil {
				return err
			}
			if len(page.Docs) < 500 {
				break
			}
		}
	}
	return nil
}
