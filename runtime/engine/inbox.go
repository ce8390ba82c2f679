package engine

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"pipewright/rules"
	"pipewright/runtime/process"
	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

// Task is a person's open decision or thing to do.
type Task struct {
	ID string
	process.TaskEffect
	Record, App, Form, Title, Number, Stage, Owner string
	// Value of the record in minor units of its value field; nil when it has none.
	Value               *int64
	CreatedAt, ClosedAt time.Time
}

// TaskQuery asks for a page of a person's tasks.
type TaskQuery struct {
	// State is "open" (default) or "done", which takes in cancelled ones. Kind narrows: "approval", "todo", "blocked", "activity"; "cc",
	// what was copied to him, is listed only when asked for.
	State, Kind string
	// Sort is "" (newest first), "due" (those due first come first) or "value" (the most valuable records first).
	Sort  string
	Limit int
	After string
}

// Tasks lists a person's own tasks.
func (e *Engine) Tasks(ctx context.Context, user string, q TaskQuery) ([]Task, string, error) {
	f := query.And{query.Cmp{Col: "user", Op: query.Eq, Value: user}}
	if q.State == "" || q.State == process.Open {
		f = append(f, query.Cmp{Col: "state", Op: query.Eq, Value: process.Open})
	} else {
		f = append(f, query.Cmp{Col: "state", Op: query.Ne, Value: process.Open})
	}
	if q.Kind != "" {
		f = append(f, query.Cmp{Col: "kind", Op: query.Eq, Value: q.Kind})
	} else {
		f = append(f, query.Cmp{Col: "kind", Op: query.Ne, Value: "cc"})
	}
	order := query.Sort{Col: "createdAt", Desc: true}
	switch q.Sort {
	case "due":
		order = query.Sort{Col: "dueBy"}
	case "value":
		order = query.Sort{Col: "value", Desc: true}
	}
	page, err := e.store.Query(ctx, collTasks, query.Query{Filter: f, Sort: []query.Sort{order}, Limit: pageSize(q.Limit), After: q.After})
	if err != nil {
		return nil, "", readError(err)
	}
	out := make([]Task, 0, len(page.Docs))
	for _, d := range page.Docs {
		t, err := taskOf(d)
		if err != nil {
			return nil, "", err
		}
		out = append(out, t)
	}
	return out, page.Next, e.maskTasks(ctx, user, out)
}

// OpenTasks counts a person's open tasks; Unread his unread notices.
func (e *Engine) OpenTasks(ctx context.Context, user string) (int, error) {
	return e.count(ctx, collTasks, query.And{query.Cmp{Col: "user", Op: query.Eq, Value: user}, query.Cmp{Col: "state", Op: query.Eq, Value: process.Open},
		query.Cmp{Col: "kind", Op: query.Ne, Value: "cc"}})
}

// HasTasks says whether a person has, or had, anything to do or to read in an app.
func (e *Engine) HasTasks(ctx context.Context, user, app string) (bool, error) {
	page, err := e.store.Query(ctx, collTasks, query.Query{Limit: 1,
		Filter: query.And{query.Cmp{Col: "user", Op: query.Eq, Value: user}, query.Cmp{Col: "app", Op: query.Eq, Value: app}}})
	return len(page.Docs) > 0, err
}

// Unread: see OpenTasks.
func (e *Engine) Unread(ctx context.Context, user string) (int, error) {
	return e.count(ctx, collNotices, query.And{query.Cmp{Col: "user", Op: query.Eq, Value: user}, query.Cmp{Col: "read", Op: query.Eq, Value: false}})
}

func (e *Engine) count(ctx context.Context, coll string, f query.Filter) (int, error) {
	rows, err := e.store.Aggregate(ctx, coll, query.Aggregate{Filter: f, Measures: []query.Measure{{Kind: "count"}}, Limit: 1})
	if err != nil || len(rows) == 0 {
		return 0, err
	}
	return int(rows[0].Values[0].Int64()), nil
}

func taskOf(d store.Doc) (Task, error) {
	var b taskBody
	if err := json.Unmarshal(d.Body, &b); err != nil {
		return Task{}, err
	}
	return Task{ID: d.ID, TaskEffect: b.TaskEffect, Record: b.Record, App: b.App, Form: b.Form, Title: b.Title, Number: b.Number, Stage: b.Stage,
		Owner: b.Owner, Value: b.Value, CreatedAt: b.CreatedAt, ClosedAt: b.ClosedAt}, nil
}

// Task reads one of a person's tasks. Errors: *process.Rejection not.found, also for another's.
func (e *Engine) Task(ctx context.Context, user, id string) (*Task, error) {
	if store.CheckID(id) != nil {
		return nil, notFound()
	}
	d, err := e.store.Get(ctx, collTasks, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil, notFound()
	}
	if err != nil {
		return nil, err
	}
	t, err := taskOf(d)
	if err != nil {
		return nil, err
	}
	if t.User != user {
		return nil, notFound()
	}
	one := []Task{t}
	return &one[0], e.maskTasks(ctx, user, one)
}

// Decision is what a person decides on a task.
type Decision struct {
	// Do is "approve", "reject", "return", "transfer", "delegate", "addSign" or "removeSign".
	Do      string
	Comment string
	// Hash of the round's guarded content as the person saw it.
	Hash string
	// Data are the step's own fields.
	Data map[string]json.RawMessage
	// People whom it is transferred or delegated to, or who are added (Position "before" or "after") or removed.
	People   []string
	Position string
	// To is the step a return goes to, "initiator" for him.
	To string
	// Pick names the people of steps that leave them to this approver, by step.
	Pick map[string][]string
	// Op is the idempotency key.
	Op string
}

// Decide carries a person's decision out. Errors: *process.Rejection task.closed, approval.stale and those of the move.
func (e *Engine) Decide(ctx context.Context, user, task string, d Decision) (*Task, *Result, error) {
	t, err := e.Task(ctx, user, task)
	if err != nil {
		return nil, nil, err
	}
	if t.Kind != "approval" {
		return nil, nil, badRequest(rules.Say("这条待办不是审批", "這條待辦不是簽核", "This task is not an approval"))
	}
	res, err := e.Do(ctx, Request{User: user, Command: process.Command{Kind: process.DecideSlot, ID: t.Record, Op: d.Op, Decision: d.Do,
		Round: t.Round, Step: t.Step, Slot: t.Slot, Hash: d.Hash, Comment: d.Comment, Data: d.Data,
		People: d.People, Position: d.Position, To: d.To, Pick: d.Pick}})
	if err != nil {
		return nil, nil, err
	}
	if now, err := e.Task(ctx, user, task); err == nil {
		t = now
	}
	return t, res, nil
}

// maxBatch bounds how many tasks one decides at once (engine.md §4).
const maxBatch = 100

// Decided is the outcome of one task of a batch.
type Decided struct {
	ID  string
	Err error
}

// DecideMany decides many tasks alike, each an operation of its own with a result of its own, on the content as it stands. A step that
// wants something filled in, or people picked, is decided by itself. Op names the whole; repeating it repeats nothing.
func (e *Engine) DecideMany(ctx context.Context, user string, ids []string, do, comment, opKey string) ([]Decided, error) {
	if len(ids) == 0 || len(ids) > maxBatch {
		return nil, badRequest(rules.Say("一次处理 1 到 {n} 条", "一次處理 1 到 {n} 條", "Decide 1 to {n} at a time", "n", maxBatch))
	}
	if do != "approve" && do != "reject" && do != "return" {
		return nil, badRequest(rules.Say("批量处理只能同意、拒绝或退回", "批次處理只能同意、拒絕或退回", "Many at once can be approved, rejected or returned only"))
	}
	out := make([]Decided, len(ids))
	for i, id := range ids {
		out[i].ID = id
		if slices.Contains(ids[:i], id) {
			out[i].Err = badRequest(rules.Say("写了两次", "寫了兩次", "Named twice"))
		}
	}
	return out, inParallel(4, indices(len(ids)), func(i int) error {
		if out[i].Err == nil {
			out[i].Err = e.decideOne(ctx, user, ids[i], do, comment, opKey)
		}
		return ctx.Err()
	})
}

func indices(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

func (e *Engine) decideOne(ctx context.Context, user, id, do, comment, opKey string) error {
	t, err := e.Task(ctx, user, id)
	if err != nil {
		return err
	}
	// Each task's operation is named by both, in the length a name may have: a caller's is as long as a UUID, and so is a task's.
	d := Decision{Do: do, Comment: comment, Op: shortHash(opKey, id)}
	v, _, err := e.load(ctx, user, t.Record)
	if err != nil {
		return err
	}
	// The content as it stands; of a round that has ended as it was, so that a repeated operation is the same one.
	for _, ended := range v.State.Rounds {
		if ended.N == t.Round {
			d.Hash = ended.Hash
		}
	}
	if r := v.State.Round; r != nil && r.N == t.Round {
		d.Hash = r.Hash
		if st := v.App.Chains[r.Chain].Step(t.Step); do == "approve" && st != nil && st.Def.Fields != nil && len(st.Def.Fields.Require) > 0 {
			return reject("approval.single", rules.Say("这个节点要填写内容，请单独处理", "這個節點要填寫內容，請單獨處理", "This step wants something filled in; decide it by itself"))
		}
	}
	_, _, err = e.Decide(ctx, user, id, d)
	return err
}

// FinishTask marks a task as done: an activity of a record, or something an automation asked for. Tasks of the other kinds close with what
// they wait for. Errors: *process.Rejection task.closed.
//
// data is what he says of an activity that asks for a result; one that does not count leaves the task open.
func (e *Engine) FinishTask(ctx context.Context, user, id, opKey string, data map[string]json.RawMessage) (*Task, error) {
	t, err := e.Task(ctx, user, id)
	if err != nil {
		return nil, err
	}
	closed := reject("task.closed", rules.Say("这条待办已经结束", "這條待辦已經結束", "This task is closed already"))
	again := t.State == "done" && opKey != "" // it may be the answer that was lost
	switch {
	case t.State != process.Open && !again:
		return nil, closed
	case t.Kind == "activity":
		_, item, _ := cutLast(t.Step, ".")
		res, err := e.Do(ctx, Request{User: user, Command: process.Command{Kind: process.Activity, ID: t.Record, Op: opKey, Item: item, Done: true, Data: data}})
		if err != nil {
			return nil, err
		}
		if again && !res.Repeated && len(res.Events) == 0 {
			return nil, closed
		}
		return e.Task(ctx, user, id)
	case t.Kind != "todo" || t.Round != 0:
		return nil, badRequest(rules.Say("这条待办会在事情处理完后自动结束", "這條待辦會在事情處理完後自動結束", "This task closes by itself when what it waits for is done"))
	}
	for range maxTries {
		d, err := e.store.Get(ctx, collTasks, id)
		if err != nil {
			return nil, err
		}
		var b taskBody
		if err := json.Unmarshal(d.Body, &b); err != nil {
			return nil, err
		}
		if b.State != process.Open {
			if opKey != "" && b.Op == opKey {
				return e.Task(ctx, user, id)
			}
			return nil, closed
		}
		b.State, b.Result, b.ClosedAt, b.Op = "done", "done", e.instant(), opKey
		next, err := b.doc(id, d.Ver+1)
		if err != nil {
			return nil, err
		}
		err = e.store.Replace(ctx, collTasks, next, d.Ver)
		if err == nil {
			e.live.publish(Change{Kind: "task", User: user})
			return e.Task(ctx, user, id)
		}
		if !errors.Is(err, store.ErrConflict) && !errors.Is(err, store.ErrUnknown) {
			return nil, err
		}
	}
	return nil, conflict()
}

func cutLast(s, sep string) (before, after string, found bool) {
	for i := len(s) - len(sep); i >= 0; i-- {
		if s[i:i+len(sep)] == sep {
			return s[:i], s[i+len(sep):], true
		}
	}
	return "", s, false
}
