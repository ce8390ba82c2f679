package engine

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"

	"pipewright/rules"
	"pipewright/runtime/process"
	"pipewright/runtime/store"
)

// A task that an automation gave somebody stands by itself, not in its record, and so do the rungs of its ladder: each is a job named by the
// task and its place, made right after the task by the same action, which is repeated until both are there. A task that is done by then is
// passed over.

// rungJobs makes the jobs of the ladders of tasks.
func (e *Engine) rungJobs(ctx context.Context, app string, tasks []string, rungs []process.TaskRung) error {
	now := e.instant()
	var jobs []store.Doc
	for _, task := range tasks {
		for i := range rungs {
			j, err := newJob(job{ID: "rung|" + task + "|" + strconv.Itoa(i), Kind: jobRung, App: app, Task: task, Rung: &rungs[i]}, rungs[i].At, now)
			if err != nil {
				return err
			}
			jobs = append(jobs, j)
		}
	}
	return e.insertAll(ctx, collJobs, jobs)
}

// runRung reminds whoever has the task, tells his managers or whom the rung names, or gives it to somebody else.
func (e *Engine) runRung(ctx context.Context, j *job) error {
	d, err := e.store.Get(ctx, collTasks, j.Task)
	if errors.Is(err, store.ErrNotFound) {
		return nil // its record is gone for good
	}
	if err != nil {
		return err
	}
	t, err := taskOf(d)
	if err != nil || t.State != process.Open || j.Rung == nil {
		return err
	}
	dir, err := e.Directory(ctx)
	if err != nil {
		return err
	}
	switch j.Rung.Do {
	case "remind":
		return e.tellOf(ctx, &t, j.ID, "reminder", []string{t.User}, rules.Say("“{task}”等你完成", "「{task}」等你完成", "“{task}” waits for you", "task", t.Name))
	case "escalate":
		to := j.Rung.To
		if m := dir.Manager(t.User, 1); len(to) == 0 && m != "" {
			to = []string{m}
		}
		if len(to) > 0 {
			return e.tellOf(ctx, &t, j.ID, "escalation", to, rules.Say("{who}的“{task}”超时未完成，已升级给你", "{who}的「{task}」逾時未完成，已升級給你",
				"“{task}” of {who} is late and was escalated to you", "task", t.Name, "who", dir.Name(t.User)))
		}
	case "transfer":
		for _, to := range j.Rung.To {
			if dir.Active(to) {
				return e.giveTask(ctx, t.ID, t.User, to, "due")
			}
		}
	}
	return nil
}

// tellOf tells people about a task, each once.
func (e *Engine) tellOf(ctx context.Context, t *Task, id, kind string, to []string, text rules.Text) error {
	var docs []store.Doc
	for _, user := range to {
		doc, err := noticeDoc(relayItem{id: t.Record, app: t.App, form: t.Form, cols: map[string]any{"title": t.Title}, batch: batch{At: e.instant().UnixMilli()}}, "notice|"+id+"|"+user,
			&process.Notice{User: user, Text: text, Kind: kind})
		if err != nil {
			return err
		}
		docs = append(docs, doc)
	}
	if err := e.leave(ctx, docs); err != nil {
		return err
	}
	for _, user := range to {
		e.live.publish(Change{Kind: "notice", User: user})
	}
	return nil
}

// giveTask gives an open task of a person to another, once: one that is done or not his any more stays as it is.
func (e *Engine) giveTask(ctx context.Context, id, from, to, reason string) error {
	for range maxTries {
		d, err := e.store.Get(ctx, collTasks, id)
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		var b taskBody
		if err := json.Unmarshal(d.Body, &b); err != nil {
			return err
		}
		if b.State != process.Open || b.User != from || from == to {
			return nil
		}
		b.seq(d.Ver)
		b.User, b.For, b.Result = to, from, reason
		next, err := b.doc(id, d.Ver+1)
		if err != nil {
			return err
		}
		err = e.store.Replace(ctx, collTasks, next, d.Ver)
		if err == nil {
			e.live.publish(Change{Kind: "task", User: from})
			e.live.publish(Change{Kind: "task", User: to})
			return nil
		}
		if !errors.Is(err, store.ErrConflict) && !errors.Is(err, store.ErrUnknown) {
			return err
		}
	}
	return conflict()
}
