package engine

import (
	"context"
	"encoding/json"
	"strconv"
	"sync"
	"time"

	"pipewright/runtime/process"
	"pipewright/runtime/query"
)

// Change tells that something is new. Kind is "changed" (a record), "task" or "notice" (for User, or for anybody when it is empty). It carries no content: who hears
// it fetches, with his own rights.
type Change struct {
	Kind      string
	ID        string
	App, Form string
	Rev       int64
	User      string
}

// hub passes changes to whoever listens in this process.
type hub struct {
	mu   sync.Mutex
	subs map[chan Change]struct{}
}

func (h *hub) publish(c Change) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for ch := range h.subs {
		select {
		case ch <- c:
		default: // a listener that does not keep up misses some; it reads what is current anyway
		}
	}
}

func (h *hub) listening() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.subs) > 0
}

// Subscribe tells of changes on any node until ctx ends, when the channel is closed. Changes may repeat; under load some are left
// out.
func (e *Engine) Subscribe(ctx context.Context) <-chan Change {
	ch := make(chan Change, 64)
	e.live.mu.Lock()
	if e.live.subs == nil {
		e.live.subs = map[chan Change]struct{}{}
	}
	e.live.subs[ch] = struct{}{}
	e.live.mu.Unlock()
	context.AfterFunc(ctx, func() {
		e.live.mu.Lock()
		defer e.live.mu.Unlock()
		delete(e.live.subs, ch)
		close(ch)
	})
	return ch
}

const (
	livePoll = time.Second
	// liveOverlap covers clocks that differ and relays that finish out of order.
	liveOverlap = 3 * time.Second
)

// liveLoop hears of what other nodes did by reading the events that were relayed since.
func (e *Engine) liveLoop(ctx context.Context) {
	seen := map[string]time.Time{}
	since := e.instant()
	for pause(ctx, livePoll) {
		now := e.instant()
		if !e.live.listening() {
			since, seen = now, map[string]time.Time{}
			continue
		}
		if err := e.hear(ctx, since.Add(-liveOverlap), seen, now); err != nil {
			if ctx.Err() == nil {
				e.log.Warn("events of other nodes could not be read", "error", err)
			}
			continue
		}
		since = now
		for id, at := range seen {
			if now.Sub(at) > 2*liveOverlap {
				delete(seen, id)
			}
		}
	}
}

// hear publishes each record that has events relayed since an instant, and whom automations and jobs told something. Which people an event is about is not in
// its columns, so everybody is told to look.
func (e *Engine) hear(ctx context.Context, since time.Time, seen map[string]time.Time, now time.Time) error {
	q := query.Query{Filter: query.Cmp{Col: "relayed", Op: query.Ge, Value: since.UnixMilli()}, Sort: []query.Sort{{Col: "relayed"}},
		Limit: 500, Cols: []string{"record", "app", "form", "type"}}
	for {
		page, err := e.store.Query(ctx, collEvents, q)
		if err != nil {
			return err
		}
		last := map[string]Change{}
		people := false
		for _, d := range page.Docs {
			if _, twice := seen[d.ID]; twice {
				continue
			}
			seen[d.ID] = now
			if kind, _ := d.Cols["type"].(string); process.TellsPeople[kind] {
				people = true
			}
			c := Change{Kind: "changed"}
			c.ID, _ = d.Cols["record"].(string)
			c.App, _ = d.Cols["app"].(string)
			c.Form, _ = d.Cols["form"].(string)
			last[c.ID] = c
		}
		for _, c := range last {
			e.live.publish(c)
		}
		if people {
			e.live.publish(Change{Kind: "task"})
			e.live.publish(Change{Kind: "notice"})
		}
		if q.After = page.Next; q.After == "" {
			return e.hearRuns(ctx, since, seen, now)
		}
	}
}

// hearRuns publishes to whom runs of automations since an instant gave tasks or notices.
func (e *Engine) hearRuns(ctx context.Context, since time.Time, seen map[string]time.Time, now time.Time) error {
	// Runs that wait stand at the end of their wait.
	q := query.Query{Filter: query.And{query.Cmp{Col: "at", Op: query.Ge, Value: since.UnixMilli()}, query.Cmp{Col: "at", Op: query.Le, Value: now.UnixMilli()}},
		Sort: []query.Sort{{Col: "at"}}, Limit: 100}
	told := map[Change]bool{}
	for {
		page, err := e.store.Query(ctx, collRuns, q)
		if err != nil {
			return err
		}
		for _, d := range page.Docs {
			mark := d.ID + "|" + strconv.FormatInt(d.Ver, 10)
			if _, twice := seen[mark]; twice {
				continue
			}
			seen[mark] = now
			var b runBody
			if err := json.Unmarshal(d.Body, &b); err != nil {
				return err
			}
			for _, a := range b.Actions {
				kind := map[string]string{"task": "task", "notify": "notice"}[a.Kind]
				for _, user := range a.People {
					if kind != "" {
						told[Change{Kind: kind, User: user}] = true
					}
				}
			}
		}
		if q.After = page.Next; q.After == "" {
			break
		}
	}
	for c := range told {
		e.live.publish(c)
	}
	return e.hearJobs(ctx, since, seen, now)
}

// tellingJobs are the kinds of jobs that give people tasks and tell them things without an event or a run that says so.
var tellingJobs = []any{jobRung, jobLeaver, jobCalendar}

// hearJobs tells everybody to look when a job ended since an instant that may have told people something: a rung of a task's ladder, a hand-over, a
// calendar that moved what waits, and any that is dead, of which the admins are told.
func (e *Engine) hearJobs(ctx context.Context, since time.Time, seen map[string]time.Time, now time.Time) error {
	q := query.Query{Filter: query.And{query.Cmp{Col: "doneAt", Op: query.Ge, Value: since.UnixMilli()}, query.Cmp{Col: "doneAt", Op: query.Le, Value: now.UnixMilli()},
		query.Or{query.In{Col: "kind", Values: tellingJobs}, query.Cmp{Col: "state", Op: query.Eq, Value: jobDead}}}, Sort: []query.Sort{{Col: "doneAt"}}, Limit: 100, Cols: []string{"kind", "state"}}
	told := false
	for {
		page, err := e.store.Query(ctx, collJobs, q)
		if err != nil {
			return err
		}
		for _, d := range page.Docs {
			// A dead job is written once more when everybody concerned has been told.
			mark := d.ID + "|" + strconv.FormatInt(d.Ver, 10)
			if _, twice := seen[mark]; !twice {
				seen[mark], told = now, true
			}
		}
		if q.After = page.Next; q.After == "" {
			break
		}
	}
	if told {
		e.live.publish(Change{Kind: "task"})
		e.live.publish(Change{Kind: "notice"})
	}
	return nil
}
