package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sort"
	"strconv"
	"sync"
	"time"

	"pipewright/rules"
	"pipewright/runtime/process"
	"pipewright/runtime/query"
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
)

// relayItem is one commit whose effects are to be carried out.
type relayItem struct {
	coll, id, app, form string
	// cols are the columns of the record as committed; tasks show title, stage and value from them.
	cols  map[string]any
	batch batch
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
	var last struct {
		Rev int64 `json:"rev"`
	}
	if n := len(b.Events); n > 0 {
		_ = json.Unmarshal(b.Events[n-1].Event, &last) // our own JSON
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
	var events, ops, jobs []store.Doc
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

func (e *Engine) insertAll(ctx context.Context, coll string, docs []store.Doc) error {
	for len(docs) > 0 {
		part := docs[:min(len(docs), 500)]
		docs = docs[len(part):]
		if _, err := e.store.InsertMany(ctx, coll, part); err != nil {
			return fmt.Errorf("engine: relaying to %s: %w", coll, err)
		}
	}
	return nil
}

func eventDoc(it relayItem, c chained, relayed int64) (store.Doc, error) {
	var h struct {
		Seq  int64     `json:"seq"`
		Type string    `json:"type"`
		At   time.Time `json:"at"`
	}
	if err := json.Unmarshal(c.Event, &h); err != nil {
		return store.Doc{}, err
	}
	body, err := marshal(c)
	return store.Doc{ID: fmt.Sprintf("%s|%012d", it.id, h.Seq), Ver: 1, Body: body, Cols: map[string]any{
		"record": it.id, "app": it.app, "form": it.form, "type": h.Type, "seq": h.Seq, "at": h.At.UnixMilli(), "relayed": relayed}}, err
}

func opDoc(record, entry string) (store.Doc, error) {
	o, err := parseOp(entry)
	if err != nil {
		return store.Doc{}, err
	}
	body, err := marshal(map[string]string{"entry": entry})
	return store.Doc{ID: record + "|" + o.ID, Ver: 1, Body: body, Cols: map[string]any{"at": o.At.UnixMilli()}}, err
}

func opOf(d store.Doc) (op, bool, error) {
	var body struct {
		Entry string `json:"entry"`
	}
	if err := json.Unmarshal(d.Body, &body); err != nil {
		return op{}, false, err
	}
	o, err := parseOp(body.Entry)
	return o, err == nil, err
}

// later keeps the newest of several effects on one target.
func later(m map[string]store.Doc, lay func(relayItem, *process.Effect) (store.Doc, error), it relayItem, x *process.Effect) error {
	if have, ok := m[x.ID]; ok && have.Ver >= x.Seq {
		return nil
	}
	d, err := lay(it, x)
	if err == nil {
		m[x.ID] = d
	}
	return err
}

// upsert writes documents whose version is the sequence of the effect that made them: a target never goes back to a lower one.
// keep, if given, carries over what the new document does not know from the old.
func (e *Engine) upsert(ctx context.Context, coll string, docs map[string]store.Doc, keep func(old store.Doc, next *store.Doc) error) error {
	if len(docs) == 0 {
		return nil
	}
	list := make([]store.Doc, 0, len(docs))
	for _, d := range docs {
		list = append(list, d)
	}
	sort.Slice(list, func(i, j int) bool { return list[i].ID < list[j].ID })
	for range maxTries {
		var left []store.Doc
		for start := 0; start < len(list); start += 500 {
			part := list[start:min(start+500, len(list))]
			added, err := e.store.InsertMany(ctx, coll, part)
			if err != nil {
				return fmt.Errorf("engine: relaying to %s: %w", coll, err)
			}
			for i, ok := range added {
				if !ok {
					left = append(left, part[i])
				}
			}
		}
		if list = nil; len(left) == 0 {
			return nil
		}
		for start := 0; start < len(left); start += 500 {
			part := left[start:min(start+500, len(left))]
			lost, err := e.replaceOlder(ctx, coll, part, keep)
			if err != nil {
				return fmt.Errorf("engine: relaying to %s: %w", coll, err)
			}
			list = append(list, lost...)
		}
		if len(list) == 0 {
			return nil
		}
	}
	return store.ErrConflict
}

// replaceOlder puts documents in place of older ones; those that lost a race come back.
func (e *Engine) replaceOlder(ctx context.Context, coll string, docs []store.Doc, keep func(old store.Doc, next *store.Doc) error) (lost []store.Doc, err error) {
	ids := make([]string, len(docs))
	next := map[string]store.Doc{}
	for i, d := range docs {
		ids[i], next[d.ID] = d.ID, d
	}
	have, err := e.store.GetMany(ctx, coll, ids)
	if err != nil {
		return nil, err
	}
	var mu sync.Mutex
	err = inParallel(8, have, func(old store.Doc) error {
		d := next[old.ID]
		if old.Ver >= d.Ver {
			return nil
		}
		if keep != nil {
			if err := keep(old, &d); err != nil {
				return err
			}
		}
		err := e.store.Replace(ctx, coll, d, old.Ver)
		if errors.Is(err, store.ErrConflict) || errors.Is(err, store.ErrNotFound) || errors.Is(err, store.ErrUnknown) {
			mu.Lock()
			lost = append(lost, next[old.ID])
			mu.Unlock()
			return nil
		}
		return err
	})
	return lost, err
}

// inParallel does work on items, at most n at a time, and returns the first error after all have ended. Writes that wait
// together share a commit of the store.
func inParallel[T any](n int, items []T, work func(T) error) error {
	if len(items) == 1 {
		return work(items[0])
	}
	var wg sync.WaitGroup
	var mu sync.Mutex
	var first error
	slots := make(chan struct{}, n)
	for _, it := range items {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			if err := work(it); err != nil {
				mu.Lock()
				if first == nil {
					first = err
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	return first
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
	if err := e.upsert(ctx, collTasks, tasks, keepTask); err != nil {
		return err
	}
	if err := e.insertAll(ctx, collNotices, notices); err != nil {
		return err
	}
	for c := range told {
		e.live.publish(c)
	}
	return nil
}

// taskBody is a task as it is kept: the effect, and what the inbox shows of the record.
type taskBody struct {
	process.TaskEffect
	Record    string    `json:"record"`
	App       string    `json:"app"`
	Form      string    `json:"form"`
	Title     string    `json:"title,omitempty"`
	Number    string    `json:"number,omitempty"`
	Stage     string    `json:"stage,omitempty"`
	Value     *int64    `json:"value,omitempty"`
	CreatedAt time.Time `json:"createdAt"`
	ClosedAt  time.Time `json:"closedAt,omitzero"`
}

func taskDoc(it relayItem, x *process.Effect) (store.Doc, error) {
	b := taskBody{TaskEffect: *x.Task, Record: it.id, App: it.app, Form: it.form, CreatedAt: time.UnixMilli(it.batch.At).UTC()}
	b.Title, _ = it.cols["title"].(string)
	b.Number, _ = it.cols["number"].(string)
	b.Stage, _ = it.cols["stage"].(string)
	if v, ok := it.cols["value"].(int64); ok {
		b.Value = &v
	}
	if b.State != process.Open {
		b.ClosedAt = b.CreatedAt
	}
	return b.doc(x.ID, x.Seq)
}

func (b *taskBody) doc(id string, ver int64) (store.Doc, error) {
	body, err := marshal(b)
	cols := map[string]any{"user": b.User, "state": b.State, "kind": b.Kind, "app": b.App, "form": b.Form, "record": b.Record, "createdAt": b.CreatedAt.UnixMilli()}
	if !b.DueAt.IsZero() {
		cols["dueAt"] = b.DueAt.UnixMilli()
	}
	if !b.ClosedAt.IsZero() {
		cols["closedAt"] = b.ClosedAt.UnixMilli()
	}
	return store.Doc{ID: id, Ver: ver, Cols: cols, Body: body}, err
}

// keepTask carries over since when a task is open, and what its closing does not repeat.
func keepTask(old store.Doc, next *store.Doc) error {
	var was, is taskBody
	if err := json.Unmarshal(old.Body, &was); err != nil {
		return err
	}
	if err := json.Unmarshal(next.Body, &is); err != nil {
		return err
	}
	is.CreatedAt = was.CreatedAt
	if is.DueAt.IsZero() {
		is.DueAt = was.DueAt
	}
	if is.By == "" {
		is.By = was.By
	}
	if is.Name.IsZero() {
		is.Name = was.Name
	}
	var err error
	*next, err = is.doc(next.ID, next.Ver)
	return err
}

// noticeBody is a notice as it is kept.
type noticeBody struct {
	Text   rules.Text `json:"text"`
	Record string     `json:"record,omitempty"`
	App    string     `json:"app,omitempty"`
	Form   string     `json:"form,omitempty"`
	Title  string     `json:"title,omitempty"`
	At     time.Time  `json:"at"`
}

func noticeDoc(it relayItem, id string, n *process.Notice) (store.Doc, error) {
	b := noticeBody{Text: n.Text, Record: it.id, App: it.app, Form: it.form, At: time.UnixMilli(it.batch.At).UTC()}
	b.Title, _ = it.cols["title"].(string)
	body, err := marshal(b)
	cols := map[string]any{"user": n.User, "read": false, "at": it.batch.At}
	if it.id != "" {
		cols["record"] = it.id
	}
	return store.Doc{ID: id, Ver: 1, Cols: cols, Body: body}, err
}

func visitDoc(it relayItem, x *process.Effect) (store.Doc, error) {
	v := x.Visit
	body, err := marshal(struct {
		*process.Visit
		Record string `json:"record"`
		App    string `json:"app"`
	}{v, it.id, it.app})
	cols := map[string]any{"app": it.app, "process": v.Process, "stage": v.Stage, "record": it.id, "entered": v.Entered.UnixMilli()}
	if v.Owner != "" {
		cols["owner"] = v.Owner
	}
	if v.To != "" {
		cols["to"] = v.To
	}
	if v.Value != nil {
		cols["value"] = *v.Value
	}
	if !v.Left.IsZero() {
		cols["left"], cols["stay"] = v.Left.UnixMilli(), v.Left.UnixMilli()-v.Entered.UnixMilli()
	}
	return store.Doc{ID: x.ID, Ver: x.Seq, Cols: cols, Body: body}, err
}

func roundDoc(it relayItem, x *process.Effect) (store.Doc, error) {
	body, err := marshal(struct {
		*process.Round
		Record  string    `json:"record"`
		EndedAt time.Time `json:"endedAt"`
	}{x.Round, it.id, time.UnixMilli(it.batch.At).UTC()})
	return store.Doc{ID: x.ID, Ver: x.Seq, Body: body, Cols: map[string]any{"record": it.id, "app": it.app, "chain": x.Round.Chain, "state": x.Round.State, "endedAt": it.batch.At}}, err
}

// sweepLoop takes up what was left behind: by this process before it started, by another that died, by a relay that failed.
func (e *Engine) sweepLoop(ctx context.Context) {
	age := time.Duration(0)
	for {
		if err := e.Sweep(ctx, age); err != nil && ctx.Err() == nil {
			e.log.Warn("the sweep failed and will be repeated", "error", err)
		} else {
			age = sweepAfter
		}
		if !pause(ctx, sweepEvery) {
			return
		}
	}
}

// Sweep relays batches older than age that are not known to be relayed, and takes relayed ones out of their records.
func (e *Engine) Sweep(ctx context.Context, age time.Duration) error {
	apps, err := e.defs.Live(ctx)
	if err != nil {
		return err
	}
	for _, app := range apps {
		if err := e.prepare(ctx, app); err != nil {
			return err
		}
		for _, f := range app.Forms {
			if err := e.sweepForm(ctx, f, age); err != nil {
				return err
			}
		}
	}
	return nil
}

func (e *Engine) sweepForm(ctx context.Context, f *process.Form, age time.Duration) error {
	coll := RecordCollection(f)
	q := query.Query{Filter: query.Cmp{Col: colPending, Op: query.Le, Value: e.instant().Add(-age).UnixMilli()},
		Sort: []query.Sort{{Col: colPending}}, Limit: 200}
	for {
		page, err := e.store.Query(ctx, coll, q)
		if err != nil {
			return err
		}
		var items []relayItem
		records := map[string]*record{}
		for _, d := range page.Docs {
			r, err := decodeRecord(d)
			if err != nil {
				return err
			}
			records[d.ID] = r
			for _, b := range e.stillPending(d.ID, r.Pending) {
				items = append(items, relayItem{coll: coll, id: d.ID, app: f.App.Def.Key, form: f.Def.Key, cols: d.Cols, batch: b})
			}
		}
		if len(items) > 0 {
			if err := e.relayAll(ctx, items); err != nil {
				return err
			}
		}
		err = inParallel(16, page.Docs, func(d store.Doc) error {
			r := records[d.ID]
			r.Pending = nil
			body, err := marshal(r)
			if err != nil {
				return err
			}
			ver := d.Ver
			d.Ver, d.Body = ver+1, body
			delete(d.Cols, colPending)
			err = e.store.Replace(ctx, coll, d, ver)
			if errors.Is(err, store.ErrConflict) || errors.Is(err, store.ErrUnknown) {
				return nil // a command came first, or the next sweep finds out
			}
			return err
		})
		if err != nil {
			return err
		}
		if q.After = page.Next; q.After == "" {
			return nil
		}
	}
}
