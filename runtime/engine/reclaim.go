package engine

import (
	"context"
	"strings"

	"pipewright/runtime/process"
	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

const (
	// reclaimCron is when pools take records back, in the app's zone.
	reclaimCron = "0 2 * * *"
	// poolSchedule begins the name of a pool's schedule in the ledger, where automations go by their keys.
	poolSchedule = "pool:"
	reclaimPage  = 200
)

// reclaimSchedules are the schedules of an app's pools; a night that was missed is made up for once.
func reclaimSchedules(app *process.App) []*process.CompiledAutomation {
	var out []*process.CompiledAutomation
	for i := range app.Def.Pools {
		if p := app.Pools[app.Def.Pools[i].Key]; p != nil && len(p.Reclaim) > 0 {
			out = append(out, &process.CompiledAutomation{Def: &process.Automation{Key: poolSchedule + p.Def.Key, On: process.Trigger{Cron: reclaimCron}}})
		}
	}
	return out
}

// jobKindOf is the kind of job that a schedule's tick makes.
func jobKindOf(schedule string) string {
	if strings.HasPrefix(schedule, poolSchedule) {
		return jobReclaim
	}
	return jobTick
}

// runReclaim looks at every record that somebody owns and asks the core whether it goes back. Each is a command with an operation
// of its own, so a night that is taken up again does nothing twice. A record whose rule fails is left, and the failure told.
func (e *Engine) runReclaim(ctx context.Context, j *job) error {
	if entry, err := e.store.Get(ctx, collSchedules, j.Ledger); err != nil || entry.Cols["state"] != tickFired {
		return err
	}
	app, err := e.current(ctx, j.App)
	if err != nil {
		return refusal(err)
	}
	p := app.Pools[strings.TrimPrefix(j.Automation, poolSchedule)]
	if p == nil || len(p.Reclaim) == 0 {
		return e.closeTick(ctx, j.Ledger, tickSkipped)
	}
	cause := process.Cause{Root: j.Cause.Root, Depth: 1, Automation: j.App + "/" + j.Automation}
	filter := query.And{query.IsNull{Col: "deleted"}, query.IsNull{Col: "pool"}, query.IsNull{Col: "closedAt"}, query.Not{Of: query.IsNull{Col: "owner"}}}
	for {
		page, err := e.store.Query(ctx, RecordCollection(p.Form), query.Query{Filter: filter, Limit: reclaimPage, After: j.After, Cols: []string{"owner"}})
		if err != nil {
			return err
		}
		err = inParallel(eachWorkers, page.Docs, func(d store.Doc) error {
			_, err := e.Do(ctx, Request{service: true, Command: process.Command{Kind: process.Reclaim, ID: d.ID, Op: j.ID + "|" + d.ID, Pool: p.Def.Key, Cause: cause}})
			if r, refused := asRejection(err); refused && r.Code != "conflict" && ctx.Err() == nil {
				e.log.Warn("a record could not be looked at for its pool", "record", d.ID, "pool", p.Def.Key, "error", err)
				return nil
			}
			return err
		})
		if err != nil {
			return err
		}
		j.Seq += int64(len(page.Docs))
		if j.came(page.Next); j.After == "" {
			break
		}
		if err := e.saveProgress(ctx, j); err != nil {
			return err
		}
	}
	return e.editTick(ctx, j.Ledger, func(t *tickEntry) { t.State, t.DoneAt, t.Records = tickDone, e.instant(), int(j.Seq) })
}
