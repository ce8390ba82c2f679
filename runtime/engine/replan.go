package engine

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"strings"

	"pipewright/runtime/process"
	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

// The timers of dates stand in the records. When a release brings such a trigger or changes one, or the working days it counts in
// are others, the records already there are looked through once by a job; what becomes of each is the core's to say.

// planned is what the timers of an app's dates were last set by.
type planned struct {
	Digest string `json:"digest"`
}

// datesDigest names everything that the timers of an app's dates follow from, beside the records; empty when there are none.
func datesDigest(app *process.App) string {
	var parts []string
	for _, f := range formsOf(app) {
		for _, a := range f.Dates {
			on := &a.Def.On
			parts = append(parts, a.Def.Key, on.Date, on.Offset, on.At)
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return shortHash(append(parts, app.Zone.String(), app.Def.Calendar)...)
}

// replanDates asks for the records of an app to be looked through when their dates mean other moments than before.
func (e *Engine) replanDates(ctx context.Context, app *process.App) error {
	digest := datesDigest(app)
	if known, ok := e.replanned.Load(app.Def.Key); ok && known == digest {
		return nil
	}
	last, ver, err := e.planned(ctx, app.Def.Key)
	if err != nil {
		return err
	}
	if last.Digest != digest {
		var jobs []store.Doc
		now := e.instant()
		for _, f := range formsOf(app) {
			if len(f.Dates) == 0 {
				continue
			}
			// Every node that looks at the same plan makes the same job.
			id := strings.Join([]string{"replan", app.Def.Key, f.Def.Key, digest, strconv.FormatInt(ver, 10)}, "|")
			j, err := newJob(job{ID: id, Kind: jobReplan, App: app.Def.Key, Form: f.Def.Key, Plan: digest}, now, now)
			if err != nil {
				return err
			}
			jobs = append(jobs, j)
		}
		if err := e.insertAll(ctx, collJobs, jobs); err != nil {
			return err
		}
		if err := e.put(ctx, collLeases, planID(app.Def.Key), map[string]any{"kind": "dates"}, planned{digest}); err != nil {
			return err
		}
		e.wake()
	}
	e.replanned.Store(app.Def.Key, digest)
	return nil
}

func planID(app string) string { return "dates|" + app }

// planned reads what an app's dates were last planned by, and the version of that word; nothing and 0 when they never were.
func (e *Engine) planned(ctx context.Context, app string) (p planned, ver int64, err error) {
	doc, err := e.store.Get(ctx, collLeases, planID(app))
	if errors.Is(err, store.ErrNotFound) {
		return p, 0, nil
	}
	if err != nil {
		return p, 0, err
	}
	return p, doc.Ver, json.Unmarshal(doc.Body, &p)
}

// runReplan looks through the records of a form. One that is taken up again goes on where it stood.
func (e *Engine) runReplan(ctx context.Context, j *job) error {
	app, err := e.current(ctx, j.App)
	if err != nil {
		return refusal(err)
	}
	form := app.Forms[j.Form]
	if form == nil {
		return nil // gone by now, and its dates with it
	}
	if datesDigest(app) != j.Plan {
		// Either this node has not heard of the release yet, or the plan is not the newest any more.
		last, _, err := e.planned(ctx, j.App)
		if err != nil || last.Digest != j.Plan {
			return err
		}
		return errLater{overlapWait}
	}
	if err := e.rested(j); err != nil {
		return err
	}
	for {
		page, err := e.store.Query(ctx, RecordCollection(form), query.Query{Filter: query.IsNull{Col: "deleted"}, Limit: backfillPage, After: j.After, Cols: []string{"owner"}})
		if err != nil {
			return err
		}
		err = inParallel(e.width(eachWorkers), page.Docs, func(d store.Doc) error {
			_, err := e.Do(ctx, Request{service: true, Command: process.Command{Kind: process.Replan, ID: d.ID, Op: j.ID}})
			if r, refused := asRejection(err); refused && (r.Code == "not.found" || r.Code == "record.deleted") {
				return nil
			}
			return err
		})
		if err != nil {
			return err
		}
		if j.came(page.Next); j.After == "" {
			return nil
		}
	}
}
