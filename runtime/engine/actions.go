package engine

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"

	"pipewright/runtime/outbound"
	"pipewright/runtime/process"
	"pipewright/runtime/store"
)

// carryOut does one deed. Its operation id is run|seq, so doing it again does nothing more.
func (w *run) carryOut(ctx context.Context, a *process.CompiledAction, fr *process.Frame, d *process.Deed) (RunAction, error) {
	op := w.id + "|" + d.Seq
	switch {
	case d.Command != nil:
		return w.command(ctx, a, d, op)
	case d.Start != nil:
		return w.start(ctx, d, op)
	case len(d.Tasks) > 0:
		return w.tasks(ctx, fr, d, op)
	case len(d.Notices) > 0:
		did := RunAction{Kind: "notify"}
		about, err := w.about(ctx, fr)
		if err != nil {
			return did, err
		}
		var docs []store.Doc
		for i := range d.Notices {
			doc, err := noticeDoc(about, fmt.Sprintf("notice|%s|%s", op, d.Notices[i].User), &d.Notices[i])
			if err != nil {
				return did, err
			}
			docs = append(docs, doc)
			did.People = append(did.People, d.Notices[i].User)
		}
		if err := w.e.leave(ctx, docs); err != nil {
			return did, err
		}
		for _, user := range did.People {
			w.e.live.publish(Change{Kind: "notice", User: user})
		}
		return did, nil
	case d.Mail != nil:
		return w.mail(ctx, d, op)
	case d.Robot != nil:
		return w.robot(ctx, d, op)
	case d.HTTP != nil:
		return w.http(ctx, a, d, op)
	case !d.Wait.IsZero():
		return RunAction{Kind: "wait", Until: d.Wait, counted: d.Counted}, nil
	case d.Stop:
		return RunAction{Kind: "stop"}, nil
	}
	return RunAction{Kind: kindOf(a), Skipped: true}, nil
}

func kindOf(a *process.CompiledAction) string {
	switch d := a.Def; {
	case len(d.Set) > 0:
		return "set"
	case d.Move != "":
		return "move"
	case d.Start != nil:
		return "start"
	case d.Pool != nil:
		return "pool"
	case d.Assign != nil:
		return "assign"
	case d.Task != nil:
		return "task"
	case d.Notify != nil:
		return "notify"
	case d.Mail != nil:
		return "mail"
	case d.Robot != nil:
		return "robot"
	case !d.Wait.IsZero():
		return "wait"
	case d.Stop:
		return "stop"
	}
	return "http"
}

// about is the record that actions run on as notices and tasks show it: the one an each has come to, else the run's own.
func (w *run) about(ctx context.Context, fr *process.Frame) (relayItem, error) {
	if fr != nil && fr.ID != "" {
		doc, err := w.e.store.Get(ctx, RecordCollection(w.app.Forms[fr.Form]), fr.ID)
		return relayItem{app: w.app.Def.Key, form: fr.Form, id: fr.ID, cols: doc.Cols, batch: batch{At: w.at.UnixMilli()}}, err
	}
	it := relayItem{app: w.app.Def.Key, form: w.form, cols: w.cols, batch: batch{At: w.at.UnixMilli()}}
	if w.rec != nil {
		it.id = w.rec.ID
	}
	return it, nil
}

// command gives a record an order as anybody would: it meets every gate.
func (w *run) command(ctx context.Context, a *process.CompiledAction, d *process.Deed, op string) (RunAction, error) {
	did := RunAction{Kind: kindOf(a), Record: d.Record}
	c := *d.Command
	c.ID, c.Op, c.Cause = d.Record, op, w.cause
	res, err := w.e.Do(ctx, Request{service: true, Command: c})
	if err == nil && c.Kind == process.Assign && res.State.Owner != "" {
		did.People = []string{res.State.Owner}
	}
	return did, refusal(err)
}

// start creates a record under an id that follows from the operation, and notes it on the record it starts from.
func (w *run) start(ctx context.Context, d *process.Deed, op string) (RunAction, error) {
	did := RunAction{Kind: "start"}
	c := *d.Start
	c.Op, c.Cause = op, w.cause
	res, err := w.e.Do(ctx, Request{service: true, Command: c})
	if err != nil {
		return did, refusal(err)
	}
	did.Record = res.State.ID
	if c.Link == nil {
		return did, nil
	}
	_, err = w.e.Do(ctx, Request{service: true, Command: process.Command{Kind: process.Connect, ID: c.Link.ID, Op: op + "|link", Cause: w.cause,
		Link: &process.Link{ID: res.State.ID, Form: res.State.Form, Why: "started"}}})
	return did, refusal(err)
}

// tasks gives people something to do.
func (w *run) tasks(ctx context.Context, fr *process.Frame, d *process.Deed, op string) (RunAction, error) {
	did := RunAction{Kind: "task"}
	about, err := w.about(ctx, fr)
	if err != nil {
		return did, err
	}
	docs := map[string]store.Doc{}
	for i := range d.Tasks {
		t := &d.Tasks[i]
		id := "todo|" + op + "|" + t.User
		doc, err := taskDoc(about, &process.Effect{ID: id, Seq: 1, Task: t})
		if err != nil {
			return did, err
		}
		docs[id] = doc
		did.People = append(did.People, t.User)
	}
	if err := w.e.upsert(ctx, collTasks, docs, mergeTask); err != nil {
		return did, err
	}
	if err := w.e.tellTasks(ctx, docs); err != nil {
		return did, err
	}
	if err := w.e.rungJobs(ctx, w.app.Def.Key, slices.Sorted(maps.Keys(docs)), d.Rungs); err != nil {
		return did, err
	}
	for _, user := range did.People {
		w.e.live.publish(Change{Kind: "task", User: user})
	}
	return did, nil
}

// http calls another system and waits for the answer: at least once, always under the same id. An answer that is needed is kept with the
// delivery, so that a run that died meanwhile takes it without calling again.
func (w *run) http(ctx context.Context, a *process.CompiledAction, d *process.Deed, op string) (RunAction, error) {
	did := RunAction{Kind: "http", Record: d.HTTP.Record}
	host := d.HTTP.URL
	if u, err := url.Parse(host); err == nil {
		host = u.Host
	}
	v := w.delivery(op, "http")
	v.Key, v.To, v.Subject, v.HTTP, v.Job = shortHash(op), host, d.HTTP.Method, d.HTTP, w.id
	v, err := w.e.openDelivery(ctx, v)
	if err != nil {
		return did, err
	}
	if v.over() {
		did.Status, did.Answer, did.Skipped = v.Status, v.Answer, v.State == deliveryDiscarded
		if did.Skipped {
			return did, nil
		}
		return did, w.take(ctx, a, d, op, v.Status, []byte(v.Reply))
	}
	reply, err := w.e.attempt(ctx, v, func(error) bool { return w.log.Attempt > d.HTTP.Retry || !w.inTick && w.log.Attempt >= maxAttempts }, backoff(w.id, w.log.Attempt))
	if err != nil {
		did.Status, did.Answer = answerOf(err)
		return did, err
	}
	did.Status, did.Answer = reply.Status, clip(string(reply.Body), maxAnswer)
	return did, w.take(ctx, a, d, op, reply.Status, reply.Body)
}

// maxAnswer is how much of an answer the log of a run tells, in characters.
const maxAnswer = 1000

// answerOf is what a call that failed was answered, with its status; why there was no answer otherwise.
func answerOf(err error) (int, string) {
	var status *outbound.StatusError
	if errors.As(err, &status) {
		return status.Status, clip(string(status.Body), maxAnswer)
	}
	return 0, clip(err.Error(), maxAnswer)
}

// delivery begins one that an action of this run orders.
func (w *run) delivery(op, channel string) *delivery {
	v := &delivery{ID: deliveryID(op, channel), Channel: channel, App: w.app.Def.Key, Form: w.form, Automation: w.a.Def.Key}
	v.Key = v.ID
	if w.rec != nil {
		v.Record = w.rec.ID
	}
	return v
}

// refusal: what the rules say no to will not change by repeating at once, so it is an incident; a lost race is repeated.
func refusal(err error) error {
	if r, ok := asRejection(err); ok && r.Code != "conflict" && !overtaken(err) {
		return permanent{err}
	}
	return err
}
