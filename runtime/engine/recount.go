package engine

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"

	"pipewright/runtime/org"
	"pipewright/runtime/process"
	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

// The open timers of records are counted by the calendars as they were when each was set. When a calendar changes, a job for every form looks
// through the records that have timers, and the core says of each which of them move. What an app's timers were last counted by is noted
// beside the leases, so that the change is found by any node at any time: whoever dies between saving a calendar and making the jobs loses
// nothing.

func countedID(app string) string { return "counted|" + app }

// countedBy is what an app's timers were last counted by: Digest names all of it, Whole the calendars alone, and Places are the people who do
// not go by the company's, each with the team whose calendar he goes by.
type countedBy struct {
	Digest string            `json:"digest"`
	Whole  string            `json:"whole,omitempty"`
	Places map[string]string `json:"places,omitempty"`
}

// whole is what the calendars were, also where it was noted before people were.
func (c *countedBy) whole() string {
	if c.Whole == "" {
		return c.Digest
	}
	return c.Whole
}

// countingBy is what an app's timers are counted by now.
func countingBy(app *process.App, dir *org.Directory) countedBy {
	c := countedBy{Whole: calendarDigest(app, dir), Places: dir.CalendarPlaces()}
	c.Digest = c.Whole
	if len(c.Places) > 0 {
		parts := []string{c.Whole}
		for _, user := range slices.Sorted(maps.Keys(c.Places)) {
			parts = append(parts, user, c.Places[user])
		}
		c.Digest = shortHash(parts...)
	}
	return c
}

// moved are the people who go by another calendar than before.
func (c *countedBy) moved(last *countedBy) []string {
	var out []string
	for user, place := range c.Places {
		if last.Places[user] != place {
			out = append(out, user)
		}
	}
	for user := range last.Places {
		if _, still := c.Places[user]; !still {
			out = append(out, user)
		}
	}
	slices.Sort(out)
	return out
}

// maxOwners is of how many people the records are found by their owners; beyond that all are looked through.
const maxOwners = 200

// calendarDigest names the calendars that an app's timers are counted by: the built-in one that it names, which a newer program may know more
// years of, and those that the organisation has drawn up.
func calendarDigest(app *process.App, dir *org.Directory) string {
	return shortHash(dir.CalendarsDigest(), app.Def.Calendar, org.BuiltInDigest())
}

// lastCounted reads what an app's timers were last counted by, and the version of that word.
func (e *Engine) lastCounted(ctx context.Context, app string) (p countedBy, ver int64, err error) {
	doc, err := e.store.Get(ctx, collLeases, countedID(app))
	if errors.Is(err, store.ErrNotFound) {
		return p, 0, nil
	}
	if err != nil {
		return p, 0, err
	}
	return p, doc.Ver, json.Unmarshal(doc.Body, &p)
}

// recount asks for the records of an app to be looked through when its calendars have changed.
func (e *Engine) recount(ctx context.Context, app *process.App) error {
	dir, err := e.Directory(ctx)
	if err != nil {
		return err
	}
	by := countingBy(app, dir)
	digest := by.Digest
	if known, ok := e.recounted.Load(app.Def.Key); ok && known == digest {
		return nil
	}
	last, ver, err := e.lastCounted(ctx, app.Def.Key)
	if err != nil {
		return err
	}
	if ver == 0 && dir.CalendarsDigest() == "" {
		// Nothing was ever drawn up, so the timers there are were counted by the built-in calendar.
		if err := e.put(ctx, collLeases, countedID(app.Def.Key), map[string]any{"kind": "calendar"}, by); err != nil {
			return err
		}
		last.Digest = digest
	}
	if last.Digest != digest {
		var owners []string
		gone := last.whole() == by.Whole
		if gone { // the calendars are as they were, and people have gone to other teams
			if owners = by.moved(&last); len(owners) > maxOwners {
				owners = nil
			}
		}
		var jobs []store.Doc
		now := e.instant()
		keys := []string{""} // what stands outside records: runs that wait, tasks and their ladders
		for _, f := range timedForms(app) {
			keys = append(keys, f.Def.Key)
		}
		for _, key := range keys {
			// Every node that looks at the same word makes the same job. It waits until every node counts by the new calendars, so that no timer is
			// set by the old ones behind its back.
			id := strings.Join([]string{"calendar", app.Def.Key, key, digest, strconv.FormatInt(ver, 10)}, "|")
			j, err := newJob(job{ID: id, Kind: jobCalendar, App: app.Def.Key, Form: key, Plan: by.Whole, Owners: owners, Gone: gone}, now.Add(seenBy), now)
			if err != nil {
				return err
			}
			jobs = append(jobs, j)
		}
		if err := e.insertAll(ctx, collJobs, jobs); err != nil {
			return err
		}
		if err := e.put(ctx, collLeases, countedID(app.Def.Key), map[string]any{"kind": "calendar"}, by); err != nil {
			return err
		}
		e.wake()
	}
	e.recounted.Store(app.Def.Key, digest)
	return nil
}

// timedForms are the forms whose records may have timers.
func timedForms(app *process.App) []*process.Form {
	var out []*process.Form
	for _, f := range formsOf(app) {
		if f.Process != nil || len(f.Dates) > 0 {
			out = append(out, f)
		}
	}
	return out
}

// timed finds the records that wait for an instant to come.
func timed() query.Filter {
	return query.And{query.IsNull{Col: "deleted"}, query.Not{Of: query.IsNull{Col: colNextDue}}}
}

// runCalendar has the core count the timers of a form's records anew. One that is taken up again goes on where it stood.
func (e *Engine) runCalendar(ctx context.Context, j *job) error {
	app, err := e.current(ctx, j.App)
	if err != nil {
		return refusal(err)
	}
	form := app.Forms[j.Form]
	if form == nil && j.Form != "" {
		return nil // gone by now
	}
	dir, err := e.Directory(ctx)
	if err != nil {
		return err
	}
	last, _, err := e.lastCounted(ctx, j.App)
	switch by := countingBy(app, dir); {
	case err != nil:
		return err
	case last.whole() != j.Plan:
		return nil // a newer change of the calendars has jobs of its own, for all records
	case by.Digest != last.Digest:
		return errLater{overlapWait} // this node has not heard of the change yet, or of one that nobody has made jobs for so far
	case form == nil:
		_, err := e.countOutside(ctx, app, dir, true)
		return err
	}
	filter := timed()
	if len(j.Owners) > 0 {
		in := query.In{Col: "owner"}
		for _, user := range j.Owners {
			in.Values = append(in.Values, user)
		}
		filter = query.And{filter, in}
	}
	for {
		page, err := e.store.Query(ctx, RecordCollection(form), query.Query{Filter: filter, Limit: backfillPage, After: j.After, Cols: []string{"owner"}})
		if err != nil {
			return err
		}
		err = inParallel(e.width(eachWorkers), page.Docs, func(d store.Doc) error {
			_, err := e.Do(ctx, Request{service: true, Command: process.Command{Kind: process.Reschedule, ID: d.ID, Op: j.ID, Moved: j.Gone || len(j.Owners) > 0}})
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

// Moves says how many records and timers a change of a calendar would move; More that there were too many records to look at all of them.
type Moves struct {
	Records int
	Timers  int
	More    bool
}

// maxMovesLooked is how many records with timers are looked at to say what a change would move.
const maxMovesLooked = 2000

// PreviewCalendar counts what a change of a calendar would move, without changing anything. Errors: as SaveCalendar.
func (e *Engine) PreviewCalendar(ctx context.Context, user string, c CalendarChange) (Moves, error) {
	var m Moves
	if err := e.checkPlace(ctx, c.Team); err != nil {
		return m, err
	}
	k, _, err := e.readCalendars(ctx)
	if err != nil {
		return m, err
	}
	if _, err := c.apply(&k, user, e.instant()); err != nil {
		return m, err
	}
	dir, err := e.Directory(ctx)
	if err != nil {
		return m, err
	}
	dir = dir.WithCalendars(k.list())
	apps, err := e.defs.Live(ctx)
	if err != nil {
		return m, err
	}
	looked := 0
	for _, app := range apps {
		if err := e.prepare(ctx, app); err != nil {
			return m, err
		}
		for _, form := range timedForms(app) {
			q := query.Query{Filter: timed(), Limit: backfillPage}
			for {
				page, err := e.store.Query(ctx, RecordCollection(form), q)
				if err != nil {
					return m, err
				}
				for _, d := range page.Docs {
					if looked++; looked > maxMovesLooked {
						m.More = true
						return m, nil
					}
					n, err := e.wouldMove(ctx, app, dir, d)
					if err != nil {
						return m, err
					}
					if m.Timers += n; n > 0 {
						m.Records++
					}
				}
				if q.After = page.Next; q.After == "" {
					break
				}
			}
		}
		n, err := e.countOutside(ctx, app, dir, false)
		if err != nil {
			return m, err
		}
		m.Timers += n
	}
	return m, nil
}

// wouldMove counts the timers of a record that the calendars of a directory would move.
func (e *Engine) wouldMove(ctx context.Context, live *process.App, dir *org.Directory, doc store.Doc) (int, error) {
	rec, err := e.decode(doc)
	if err != nil || rec.State == nil || rec.Gone || rec.Fence {
		return 0, err
	}
	app, err := e.pinned(ctx, rec.State, live)
	if err != nil {
		return 0, err
	}
	form := app.Forms[rec.State.Form]
	if form == nil {
		return 0, nil
	}
	at := e.instant()
	facts := factsAt(app, dir, at)
	facts.Live = live
	f := &fetcher{e: e, app: app, dir: dir, facts: facts, record: doc.ID, form: form.Def.Key, coll: RecordCollection(form), ver: doc.Ver, held: rec.Claims}
	c := &process.Command{Kind: process.Reschedule, ID: doc.ID, At: at, Actor: process.Actor{Service: true}}
	var d *process.Decision
	if err := f.ask(ctx, func(facts *process.Facts) []process.Need {
		d = process.Decide(app, rec.State, c, facts)
		return d.Needs
	}); err != nil {
		return 0, err
	}
	for i := range d.Events {
		if p, ok := d.Events[i].Payload.(process.Rescheduled); ok {
			return len(p.Moved) + len(p.Activities), nil
		}
	}
	return 0, nil
}

// Recounting says how many jobs that count timers anew are still to be done.
func (e *Engine) Recounting(ctx context.Context) (int, error) {
	return e.count(ctx, collJobs, query.And{query.Cmp{Col: "kind", Op: query.Eq, Value: jobCalendar}, query.In{Col: "state", Values: []any{jobReady, jobRunning}}})
}
