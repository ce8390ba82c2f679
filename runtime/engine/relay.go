package engine

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"sync"
	"time"

	"pipewright/runtime/process"
	"pipewright/runtime/store"
)

const (
	// sweepAfter is how long a batch may stay in its record. The sweep relays it if nobody has, and takes it out.
	sweepAfter = 30 * time.Second
	sweepEvery = 5 * time.Second
	// relayPatience is how long an answer waits for a place in a full queue.
	relayPatience = 250 * time.Millisecond
	// drainFor is how long a stopping process goes on relaying what is in its queue.
	drainFor = 5 * time.Second
	// relayAtOnce is how many commits are relayed in one go.
	relayAtOnce = 256
	// relayQueue is how many wait for the relay; each keeps its record's state in memory.
	relayQueue = 4 * relayAtOnce
)

// relayItem is one commit whose effects are to be carried out.
type relayItem struct {
	coll, id, app, form string
	// cols are the columns of the record as committed; tasks show title, stage and value from them.
	cols  map[string]any
	batch batch
	// state is the record at version ver, which holds this commit and perhaps later ones; nil for what is told without a commit.
	state *process.State
	ver   int64
	// tasks: tasks and notices have been relayed already.
	tasks bool
}

// relayMemory remembers which batches this process has relayed, so that the next commit of a record can leave them out. To
// forget is harmless: the sweep relays again. Two generations bound it.
type relayMemory struct {
	mu       sync.Mutex
	now, old map[string]struct{}
}

const relayMemorySize = 100_000

func batchKey(id string, n int64) string { return id + "|" + strconv.FormatInt(n, 10) }

func (m *relayMemory) add(key string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.now == nil || len(m.now) >= relayMemorySize {
		m.old, m.now = m.now, make(map[string]struct{})
	}
	m.now[key] = struct{}{}
}

func (m *relayMemory) has(key string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	_, a := m.now[key]
	_, b := m.old[key]
	return a || b
}

// stillPending leaves out the batches that are known to be relayed.
func (e *Engine) stillPending(id string, pending []batch) []batch {
	var out []batch
	for _, b := range pending {
		if !e.relayed.has(batchKey(id, b.N)) {
			out = append(out, b)
		}
	}
	return out
}

// committed relays a commit: tasks and notices before the answer if that is quick, the rest behind it. An engine that was
// not started relays everything at once.
func (e *Engine) committed(ctx context.Context, item relayItem) {
	e.live.publish(Change{Kind: "changed", ID: item.id, App: item.app, Form: item.form, Rev: revOf(item.batch)})
	ctx = context.WithoutCancel(ctx)
	if !e.isStarted() {
		if err := e.relayAll(ctx, []relayItem{item}); err != nil {
			e.log.Warn("effects of a commit wait for the sweep", "record", item.id, "error", err)
		}
		return
	}
	if slices.ContainsFunc(item.batch.Effects, func(x process.Effect) bool { return x.Kind == "task" }) {
		done := make(chan bool, 1)
		go func() {
			done <- e.relayTasks(ctx, []relayItem{item}) == nil
		}()
		wait := time.NewTimer(inlineRelay)
		select {
		case item.tasks = <-done:
		case <-wait.C:
		}
		wait.Stop()
	}
	select {
	case e.queue <- item:
		return
	default:
	}
	// The relay is behind: answers wait for it a little, and what still does not fit waits in its record for the sweep.
	wait := time.NewTimer(relayPatience)
	defer wait.Stop()
	select {
	case e.queue <- item:
	case <-wait.C:
	}
}

// revOf is the revision that a batch's last event belongs to.
func revOf(b batch) int64 {
	n := len(b.Events)
	if n == 0 {
		return 0
	}
	last, err := b.Events[n-1].marked()
	if err != nil {
		return 0 // what we wrote ourselves can be read
	}
	return last.Rev
}

// relayLoop relays commits in the order they were made, many at a time; when the engine stops, it empties its queue.
func (e *Engine) relayLoop(ctx context.Context) {
	for {
		select {
		case item := <-e.queue:
			e.relayQueued(context.WithoutCancel(ctx), []relayItem{item})
		case <-ctx.Done():
			drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainFor)
			defer cancel()
			for e.relayQueued(drain, nil) && drain.Err() == nil {
			}
			return
		}
	}
}

// relayQueued relays items and what else is in the queue; false when there was nothing.
func (e *Engine) relayQueued(ctx context.Context, items []relayItem) bool {
	for empty := false; !empty && len(items) < relayAtOnce; {
		select {
		case more := <-e.queue:
			items = append(items, more)
		default:
			empty = true
		}
	}
	if len(items) == 0 {
		return false
	}
	if err := e.relayAll(ctx, items); err != nil {
		e.log.Warn("effects wait for the sweep", "commits", len(items), "error", err)
	}
	return true
}

// relayAll carries out the effects of commits. Every target has an id that follows from the commit, so doing it again is
// harmless.
func (e *Engine) relayAll(ctx context.Context, items []relayItem) error {
	now := e.instant().UnixMilli()
	var events, notes, deviations, ops, jobs []store.Doc
	visits, rounds := map[string]store.Doc{}, map[string]store.Doc{}
	var fresh []relayItem
	for _, it := range items {
		if !it.tasks {
			fresh = append(fresh, it)
		}
		for _, c := range it.batch.Events {
			d, err := eventDoc(it, c, now)
			if err != nil {
				return err
			}
			events = append(events, d)
			note, err := noteOf(c)
			if err != nil {
				return err
			}
			if note != nil {
				if d, err = note.doc(it.id, it.app, it.form); err != nil {
					return err
				}
				notes = append(notes, d)
			}
			dev, _, err := deviationOf(c)
			if err != nil {
				return err
			}
			if dev != nil {
				if d, err = dev.doc(it.id, it.app, it.form); err != nil {
					return err
				}
				deviations = append(deviations, d)
			}
		}
		if it.batch.Clean != "" {
			d, err := newJob(job{ID: "clean|" + it.id, Kind: jobClean, App: it.app, Form: it.form, Record: it.id, Via: it.batch.Clean, Seq: it.batch.N},
				time.UnixMilli(it.batch.At), time.UnixMilli(it.batch.At))
			if err != nil {
				return err
			}
			jobs = append(jobs, d)
		}
		for _, entry := range it.batch.Ops {
			d, err := opDoc(it.id, entry)
			if err != nil {
				return err
			}
			ops = append(ops, d)
		}
		for i := range it.batch.Effects {
			x := &it.batch.Effects[i]
			var err error
			switch x.Kind {
			case "automation":
				var d store.Doc
				d, err = newJob(job{ID: "auto|" + x.ID, Kind: jobAutomation, App: it.app, Form: it.form, Record: it.id, Automation: x.Automation.Key,
					Seq: x.Automation.Seq, Cause: x.Automation.Cause}, time.UnixMilli(it.batch.At), time.UnixMilli(it.batch.At))
				jobs = append(jobs, d)
			case "refresh":
				var d store.Doc
				d, err = newJob(refreshJob(it, x), time.UnixMilli(it.batch.At), time.UnixMilli(it.batch.At))
				jobs = append(jobs, d)
			case "visit":
				err = later(visits, visitDoc, it, x)
			case "round":
				err = later(rounds, roundDoc, it, x)
			}
			if err != nil {
				return err
			}
		}
	}
	if err := e.insertAll(ctx, collEvents, events); err != nil {
		return err
	}
	if err := e.insertAll(ctx, collNotes, notes); err != nil {
		return err
	}
	if err := e.insertAll(ctx, collDeviations, deviations); err != nil {
		return err
	}
	if err := e.insertAll(ctx, collOps, ops); err != nil {
		return err
	}
	if err := e.relayTasks(ctx, fresh); err != nil {
		return err
	}
	if err := e.upsert(ctx, collVisits, visits, nil); err != nil {
		return err
	}
	if err := e.upsert(ctx, collRounds, rounds, nil); err != nil {
		return err
	}
	if err := e.showAnew(ctx, items); err != nil {
		return err
	}
	for _, it := range items {
		for _, id := range it.batch.Release {
			if err := e.release(ctx, id, it.id, it.batch.N); err != nil {
				return err
			}
		}
		for _, id := range it.batch.Confirm {
			if err := e.confirmNumber(ctx, id, it.id); err != nil && !errors.Is(err, store.ErrNotFound) {
				return err
			}
		}
	}
	if err := e.insertAll(ctx, collJobs, jobs); err != nil {
		return err
	}
	for _, it := range items {
		e.relayed.add(batchKey(it.id, it.batch.N))
	}
	if len(jobs) > 0 {
		e.wake()
	}
	return nil
}

// relayTasks carries out the tasks and notices of commits.
func (e *Engine) relayTasks(ctx context.Context, items []relayItem) error {
	tasks := map[string]store.Doc{}
	var notices []store.Doc
	told := map[Change]bool{}
	for _, it := range items {
		for i := range it.batch.Effects {
			x := &it.batch.Effects[i]
			switch x.Kind {
			case "task":
				if err := later(tasks, taskDoc, it, x); err != nil {
					return err
				}
				told[Change{Kind: "task", User: x.Task.User}] = true
			case "notice":
				d, err := noticeDoc(it, x.ID, x.Notice)
				if err != nil {
					return err
				}
				notices = append(notices, d)
				told[Change{Kind: "notice", User: x.Notice.User}] = true
			}
		}
	}
	if err := e.upsert(ctx, collTasks, tasks, mergeTask); err != nil {
		return err
	}
	if err := e.leave(ctx, notices); err != nil {
		return err
	}
	if err := e.tellTasks(ctx, tasks); err != nil {
		return err
	}
	for c := range told {
		e.live.publish(c)
	}
	return nil
}
