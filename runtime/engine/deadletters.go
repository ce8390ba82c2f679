package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"pipewright/rules"
	"pipewright/runtime/org"
	"pipewright/runtime/process"
	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

// jobDied tells the admins, since nobody else will repeat it.
func (e *Engine) jobDied(ctx context.Context, j *job) {
	e.log.Error("a job is dead", "job", j.ID, "kind", j.Kind, "error", j.Error)
	if j.Ledger != "" {
		if err := e.closeTick(ctx, j.Ledger, tickFailed); err != nil {
			e.log.Warn("a schedule's entry could not be closed", "entry", j.Ledger, "error", err)
		}
	}
	if j.Delivery != "" {
		if err := e.deliveryDied(ctx, j); err != nil {
			e.log.Warn("a delivery is dead and does not say so", "delivery", j.Delivery, "error", err)
		}
	}
	dir, err := e.Directory(ctx)
	if err != nil {
		return
	}
	e.tell(ctx, "dead|"+j.ID+"|"+fmt.Sprint(j.Fence), relayItem{id: j.Record, app: j.App, form: j.Form, batch: batch{At: e.instant().UnixMilli()}}, dir.Admins(), rules.Say(
		"自动化“{name}”执行失败并已停止重试：{why}", "自動化「{name}」執行失敗並已停止重試：{why}", "The automation “{name}” failed and is not tried again: {why}",
		"name", j.Automation, "why", clip(j.Error, 200)))
}

// hand is somebody who has taken a dead job in hand, and what he made of it.
type hand struct {
	By    string    `json:"by"`
	At    time.Time `json:"at"`
	State string    `json:"state"`
}

// tell leaves a notice to each person under a fixed id.
func (e *Engine) tell(ctx context.Context, id string, about relayItem, to []string, text rules.Text) {
	var docs []store.Doc
	for _, user := range to {
		d, err := noticeDoc(about, "notice|"+id+"|"+user, &process.Notice{User: user, Text: text})
		if err == nil {
			docs = append(docs, d)
		}
	}
	if err := e.leave(ctx, docs); err != nil {
		e.log.Warn("a notice could not be left", "error", err)
		return
	}
	for _, user := range to {
		e.live.publish(Change{Kind: "notice", User: user})
	}
}

// Job is a job as operators see it.
type Job struct {
	ID, Kind, State, App, Form, Record, Automation, Error string
	Attempts                                              int
	CreatedAt, Due, DoneAt                                time.Time
}

// Jobs lists jobs by state ("ready", "running", "done", "dead"), oldest first. Who may is the caller's to check.
func (e *Engine) Jobs(ctx context.Context, state string, limit int, after string) ([]Job, string, error) {
	page, err := e.store.Query(ctx, collJobs, query.Query{Filter: query.Cmp{Col: "state", Op: query.Eq, Value: state},
		Sort: []query.Sort{{Col: "createdAt"}}, Limit: pageSize(limit), After: after})
	if err != nil {
		return nil, "", readError(err)
	}
	out, err := jobViews(page.Docs)
	return out, page.Next, err
}

// Incidents are the jobs of a record that failed for good and wait for somebody to take them in hand, oldest first. Who may is the
// caller's to check.
func (e *Engine) Incidents(ctx context.Context, record string) ([]Job, error) {
	page, err := e.store.Query(ctx, collJobs, query.Query{Filter: query.And{query.Cmp{Col: "state", Op: query.Eq, Value: jobDead}, query.Cmp{Col: "record", Op: query.Eq, Value: record}},
		Sort: []query.Sort{{Col: "createdAt"}}, Limit: 50})
	if err != nil {
		return nil, readError(err)
	}
	return jobViews(page.Docs)
}

func jobViews(docs []store.Doc) ([]Job, error) {
	out := make([]Job, 0, len(docs))
	for _, d := range docs {
		j, err := jobOf(d)
		if err != nil {
			return nil, err
		}
		out = append(out, Job{ID: j.ID, Kind: j.Kind, State: j.State, App: j.App, Form: j.Form, Record: j.Record, Automation: j.Automation,
			Error: j.Error, Attempts: j.Attempts, CreatedAt: j.CreatedAt, Due: j.Due, DoneAt: j.DoneAt})
	}
	return out, nil
}

// RetryJob makes a dead job ready again with all its attempts; DiscardJob ends it for good. Errors: *process.Rejection not.found,
// conflict when it is not dead.
func (e *Engine) RetryJob(ctx context.Context, by *org.User, id string) error {
	return e.reviveJob(ctx, by, id, func(j *job) {
		j.State, j.Due, j.DoneAt, j.Attempts, j.Claims = jobReady, e.instant(), time.Time{}, 0, 0
	})
}

// DiscardJob: see RetryJob.
func (e *Engine) DiscardJob(ctx context.Context, by *org.User, id string) error {
	return e.reviveJob(ctx, by, id, func(j *job) { j.State = jobDone })
}

func (e *Engine) reviveJob(ctx context.Context, by *org.User, id string, change func(*job)) error {
	if by == nil || !by.Admin {
		return forbidden()
	}
	d, err := e.store.Get(ctx, collJobs, id)
	if errors.Is(err, store.ErrNotFound) {
		return notFound()
	}
	if err != nil {
		return err
	}
	j, err := jobOf(d)
	if err != nil {
		return err
	}
	if j.State != jobDead {
		return conflict()
	}
	change(j)
	j.Hands = append(j.Hands, hand{By: by.ID, At: e.instant(), State: j.State})
	e.log.Info("a dead job was taken in hand", "job", id, "by", by.ID, "state", j.State)
	if err := e.saveJob(ctx, j); err != nil {
		if errors.Is(err, store.ErrConflict) {
			return conflict()
		}
		return err
	}
	e.wake()
	return nil
}

func clip(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n]) + "…"
	}
	return s
}
