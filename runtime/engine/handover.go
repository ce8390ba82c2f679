package engine

import (
	"context"
	"time"

	"pipewright/runtime/org"
	"pipewright/runtime/process"
	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

// Open decisions of people who are away or have left are passed on (engine.md §4): new ones when they are given out, and those that are
// open already by a job, made when an absence is entered or a person leaves. The job is written before what it is about, so that
// a crash between the two cannot lose it, and finds nothing to do if the other never comes.

// seenBy is how long after a change of the people every node decides by it; a decision given out meanwhile is still found.
const seenBy = 2 * directoryFresh

// passOnLater makes the job that passes on what a person has open, at an instant.
func (e *Engine) passOnLater(ctx context.Context, id, user string, at time.Time) error {
	now := e.instant()
	if at.Before(now) {
		at = now
	}
	j, err := newJob(job{ID: id, Kind: jobPassOn, Person: user}, at.Add(seenBy), now)
	if err != nil {
		return err
	}
	return e.insertAll(ctx, collJobs, []store.Doc{j})
}

// absenceBegins is the job of one absence; entered anew with other times or another substitute, it is another job.
func (e *Engine) absenceBegins(ctx context.Context, a *org.Absence) error {
	if a.Substitute == "" {
		return nil
	}
	return e.passOnLater(ctx, "away|"+a.ID+"|"+a.From.UTC().Format(time.RFC3339)+"|"+a.Substitute, a.User, a.From)
}

// runPassOn gives every record in which the person has something open the command Substitute, which moves what must be moved.
func (e *Engine) runPassOn(ctx context.Context, j *job) error {
	q := query.Query{Filter: query.And{query.Cmp{Col: "user", Op: query.Eq, Value: j.Person}, query.Cmp{Col: "state", Op: query.Eq, Value: process.Open},
		query.Cmp{Col: "kind", Op: query.Eq, Value: "approval"}}, Limit: 200}
	seen := map[string]bool{}
	for {
		page, err := e.store.Query(ctx, collTasks, q)
		if err != nil {
			return err
		}
		for _, d := range page.Docs {
			record, _ := d.Cols["record"].(string)
			if record == "" || seen[record] {
				continue
			}
			seen[record] = true
			_, err := e.Do(ctx, Request{service: true, Command: process.Command{Kind: process.Substitute, ID: record, Owner: j.Person, Op: j.ID + "|" + record}})
			if r, refused := asRejection(err); refused && r.Code != "conflict" {
				continue // gone, or in the recycle bin
			}
			if err != nil {
				return err
			}
		}
		if q.After = page.Next; q.After == "" {
			return nil
		}
	}
}
