package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"pipewright/runtime/process"
	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

const (
	scheduleEvery = time.Second
	// onTime is how late a tick may be seen and still count as on time rather than missed.
	onTime = time.Minute
	// catchUp is how far back missed ticks are made up for, and maxCatchUp how many at once.
	catchUp    = 24 * time.Hour
	maxCatchUp = 100
	// overlapWait is how long a tick that must wait for the one before it is put back.
	overlapWait = 5 * time.Second
)

// Ledger states of a tick. Each tick of a schedule has exactly one entry, whatever the number of nodes: the entry's id is
// schedule|digest|tick, and who inserts it has decided.
const (
	tickFired   = "fired"   // its job is made or under way
	tickDone    = "done"    // its job ended well
	tickFailed  = "failed"  // its job is dead
	tickMissed  = "missed"  // nobody was there, and the schedule does not make up for it
	tickSkipped = "skipped" // the one before was still running
)

// cursor is how far a schedule has come: every tick up to After has its entry.
type cursor struct {
	Digest string    `json:"digest"`
	After  time.Time `json:"after"`
}

// scheduleLoop looks for due ticks and timers.
func (e *Engine) scheduleLoop(ctx context.Context) {
	lastPurge, lastTidy := time.Time{}, time.Time{}
	for ctx.Err() == nil {
		if err := e.Schedule(ctx); err != nil && ctx.Err() == nil {
			e.log.Warn("schedules will be looked at again", "error", err)
		}
		if err := e.fireTimers(ctx); err != nil && ctx.Err() == nil {
			e.log.Warn("timers will be looked at again", "error", err)
		}
		if err := e.snapshots(ctx); err != nil && ctx.Err() == nil {
			e.log.Warn("the positions of the week will be taken later", "error", err)
		}
		if err := e.unbuiltDue(ctx); err != nil && ctx.Err() == nil {
			e.log.Warn("what a release has not built yet will be looked for later", "error", err)
		}
		if err := e.alikesDue(ctx); err != nil && ctx.Err() == nil {
			e.log.Warn("duplicates will be looked for later", "error", err)
		}
		if err := e.precedentsDue(ctx); err != nil && ctx.Err() == nil {
			e.log.Warn("what closed records did will be counted later", "error", err)
		}
		if now := e.instant(); now.Sub(lastPurge) > 10*time.Minute {
			lastPurge = now
			if err := e.EmptyBins(ctx); err != nil && ctx.Err() == nil {
				e.log.Warn("recycle bins will be emptied later", "error", err)
			}
			if err := e.remindYears(ctx); err != nil && ctx.Err() == nil {
				e.log.Warn("the admins will be reminded of missing calendars later", "error", err)
			}
			if err := e.Purge(ctx); err != nil && ctx.Err() == nil {
				e.log.Warn("old jobs will be removed later", "error", err)
			}
			lastTidy = e.tidyUp(ctx, lastTidy)
		}
		if !pause(ctx, min(scheduleEvery, timerEvery)) {
			return
		}
	}
}

// tidyUp lets others tidy what they keep in the store, once a day; last is when they did, and when they did now. What failed is done again
// the next time.
func (e *Engine) tidyUp(ctx context.Context, last time.Time) time.Time {
	now := e.instant()
	if e.tidy == nil || now.Sub(last) < 24*time.Hour {
		return last
	}
	if err := e.tidy(ctx); err != nil {
		if ctx.Err() == nil {
			e.log.Warn("what others keep will be tidied later", "error", err)
		}
		return last
	}
	return now
}

// Schedule makes a job for every tick that is due, in every live app, and for the day's anchor.
func (e *Engine) Schedule(ctx context.Context) error {
	apps, err := e.defs.Live(ctx)
	if err != nil {
		return err
	}
	first := e.anchorDue(ctx)
	for _, app := range apps {
		if err := e.replanDates(ctx, app); err != nil && first == nil {
			first = fmt.Errorf("engine: dates of %s: %w", app.Def.Key, err)
		}
		if err := e.recount(ctx, app); err != nil && first == nil {
			first = fmt.Errorf("engine: timers of %s: %w", app.Def.Key, err)
		}
		all := reclaimSchedules(app)
		for i := range app.Def.Automations {
			a := app.Automations[app.Def.Automations[i].Key]
			if a == nil || a.Def.Off || a.Def.On.Cron == "" {
				continue
			}
			all = append(all, a)
		}
		for _, a := range all {
			// One schedule that cannot be served does not hold up the others.
			if err := e.schedule(ctx, app, a); err != nil && first == nil {
				first = fmt.Errorf("engine: schedule %s/%s: %w", app.Def.Key, a.Def.Key, err)
			}
		}
	}
	return first
}

func zoneOf(app *process.App, a *process.CompiledAutomation) string {
	if a.Def.On.Timezone != "" {
		return a.Def.On.Timezone
	}
	return app.Zone.String()
}

func (e *Engine) schedule(ctx context.Context, app *process.App, a *process.CompiledAutomation) error {
	on := &a.Def.On
	name := app.Def.Key + "/" + a.Def.Key
	zone := zoneOf(app, a)
	digest := shortHash(on.Cron, zone)
	table, err := parseCron(on.Cron, zone)
	if err != nil {
		return err
	}
	now := e.instant()
	doc, err := e.store.Get(ctx, collSchedules, name)
	if errors.Is(err, store.ErrNotFound) {
		return e.moveCursor(ctx, name, app.Def.Key, cursor{digest, now}, 0) // a new schedule has no past
	}
	if err != nil {
		return err
	}
	var at cursor
	if err := json.Unmarshal(doc.Body, &at); err != nil {
		return err
	}
	if at.Digest != digest {
		return e.moveCursor(ctx, name, app.Def.Key, cursor{digest, now}, doc.Ver) // a changed one neither
	}
	if next := table.next(at.After); next.IsZero() || next.After(now) {
		return nil
	}
	entries, err := e.ledger(ctx, name, app, a, table, at.After, now)
	if err != nil {
		return err
	}
	if err := e.fire(ctx, name, digest, app, a, entries, now); err != nil {
		return err
	}
	return e.moveCursor(ctx, name, app.Def.Key, cursor{digest, now}, doc.Ver)
}

// moveCursor is the last step, so a crash before it repeats what has fixed ids. Another node that moved it is fine too.
func (e *Engine) moveCursor(ctx context.Context, name, app string, c cursor, ver int64) error {
	body, err := marshal(c)
	if err != nil {
		return err
	}
	d := store.Doc{ID: name, Ver: ver + 1, Body: body, Cols: map[string]any{"kind": "cursor", "app": app}}
	if ver == 0 {
		err = e.store.Insert(ctx, collSchedules, d)
	} else {
		err = e.store.Replace(ctx, collSchedules, d, ver)
	}
	if errors.Is(err, store.ErrExists) || errors.Is(err, store.ErrConflict) {
		return nil
	}
	return err
}

// ledger decides what becomes of every tick in (after, now].
func (e *Engine) ledger(ctx context.Context, name string, app *process.App, a *process.CompiledAutomation, table *timetable, after, now time.Time) ([]tickEntry, error) {
	entry := func(tick time.Time, state string) tickEntry {
		return tickEntry{App: app.Def.Key, Automation: a.Def.Key, Tick: tick, State: state}
	}
	var out []tickEntry
	if old := now.Add(-catchUp); after.Before(old) {
		if first := table.next(after); first.Before(old) {
			last := first
			for t := table.next(first); !t.IsZero() && t.Before(old); t = table.next(t) {
				last = t
			}
			missed := entry(last, tickMissed)
			missed.From = first
			out = append(out, missed)
			after = last
		}
	}
	var due []time.Time
	for t := table.next(after); !t.IsZero() && !t.After(now); t = table.next(t) {
		due = append(due, t)
	}
	for i, t := range due {
		latest := i == len(due)-1
		var run bool
		switch a.Def.On.Misfire {
		case "skip":
			run = now.Sub(t) <= onTime
		case "all":
			run = i >= len(due)-maxCatchUp
		default: // once: the latest, whether on time or late
			run = latest
		}
		state := tickMissed
		if run {
			state = tickFired
		}
		out = append(out, entry(t, state))
	}
	if a.Def.On.Overlap == "allow" {
		return out, nil
	}
	limit := 1 // skip: nothing may be running; queueOne: one running and one waiting
	if a.Def.On.Overlap == "queueOne" {
		limit = 2
	}
	open, err := e.openTicks(ctx, name, time.Time{}, limit)
	if err != nil {
		return nil, err
	}
	for i := range out {
		// Ticks made up for together queue behind each other; only what was under way before stands in their way.
		if out[i].State == tickFired && open >= limit {
			out[i].State = tickSkipped
		}
	}
	return out, nil
}

// openTicks counts the ticks of a schedule whose jobs have not ended, those before an instant only if it is given; it stops at
// limit.
func (e *Engine) openTicks(ctx context.Context, name string, before time.Time, limit int) (int, error) {
	f := query.And{query.Cmp{Col: "schedule", Op: query.Eq, Value: name}, query.Cmp{Col: "state", Op: query.Eq, Value: tickFired}}
	if !before.IsZero() {
		f = append(f, query.Cmp{Col: "tick", Op: query.Lt, Value: before.UnixMilli()})
	}
	page, err := e.store.Query(ctx, collSchedules, query.Query{Filter: f, Limit: limit, Cols: []string{"tick"}})
	return len(page.Docs), err
}

// fire writes the entries and makes the jobs. Where another node was quicker, its word counts.
func (e *Engine) fire(ctx context.Context, name, digest string, app *process.App, a *process.CompiledAutomation, entries []tickEntry, now time.Time) error {
	docs := make([]store.Doc, len(entries))
	states := map[string]string{}
	var err error
	for i := range entries {
		if docs[i], err = entries[i].doc(ledgerID(name, digest, entries[i].Tick), 1); err != nil {
			return err
		}
		states[docs[i].ID] = entries[i].State
	}
	var theirs []string
	for start := 0; start < len(docs); start += 500 {
		part := docs[start:min(start+500, len(docs))]
		added, err := e.store.InsertMany(ctx, collSchedules, part)
		if err != nil {
			return err
		}
		for i, ok := range added {
			if !ok {
				theirs = append(theirs, part[i].ID)
			}
		}
	}
	for len(theirs) > 0 {
		part := theirs[:min(len(theirs), 500)]
		theirs = theirs[len(part):]
		have, err := e.store.GetMany(ctx, collSchedules, part)
		if err != nil {
			return err
		}
		for _, d := range have {
			states[d.ID], _ = d.Cols["state"].(string)
		}
	}
	var jobs []store.Doc
	for i := range entries {
		id := docs[i].ID
		if states[id] != tickFired {
			continue
		}
		j, err := newJob(job{ID: "tick|" + id, Kind: jobKindOf(a.Def.Key), App: app.Def.Key, Automation: a.Def.Key, Tick: entries[i].Tick, Ledger: id,
			Cause: process.Cause{Root: "tick|" + id}}, entries[i].Tick, now)
		if err != nil {
			return err
		}
		jobs = append(jobs, j)
	}
	if err := e.insertAll(ctx, collJobs, jobs); err != nil {
		return err
	}
	if len(jobs) > 0 {
		e.wake()
	}
	return nil
}
