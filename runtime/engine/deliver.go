package engine

import (
	"context"
	"errors"
	"time"

	"pipewright/runtime/outbound"
	"pipewright/runtime/store"
)

// jobDeliver sends something that nobody waits for.
const jobDeliver = "deliver"

// channel is a way out.
type channel struct {
	// send sends a delivery once.
	send func(*Engine, context.Context, *delivery) (*outbound.Reply, error)
	// room says how long the delivery has to wait for its turn; nil: never. It may write to the delivery, which is saved with the attempt.
	room func(*Engine, context.Context, *delivery) (time.Duration, error)
}

var channels map[string]channel

func init() { // the channels come back here through the engine
	channels = map[string]channel{
		"http":  {send: (*Engine).sendHTTP},
		"mail":  {send: (*Engine).sendMail, room: (*Engine).mailRoom},
		"robot": {send: (*Engine).sendRobot, room: (*Engine).robotRoom},
	}
}

// errAgain is a failure after which the other side wants to be left alone for a while.
type errAgain struct {
	err   error
	after time.Duration
}

func (a errAgain) Error() string { return a.err.Error() }

func (a errAgain) Unwrap() error { return a.err }

// retryAfter is how long to wait after a failure of a job: what its backoff says, or longer when the other side asks for it.
func retryAfter(err error, backoff time.Duration) time.Duration {
	var again errAgain
	if errors.As(err, &again) {
		return max(backoff, min(again.after, maxBackoff))
	}
	var status *outbound.StatusError
	if errors.As(err, &status) {
		return max(backoff, min(status.RetryAfter, maxBackoff))
	}
	return backoff
}

// runDelivery sends a delivery that nobody waits for.
func (e *Engine) runDelivery(ctx context.Context, j *job) error {
	v, err := e.delivery(ctx, j.Delivery)
	if errors.Is(err, store.ErrNotFound) || err == nil && v.over() {
		return nil
	}
	if err != nil {
		return err
	}
	if room := channels[v.Channel].room; room != nil {
		wait, err := room(e, ctx, v)
		if err != nil {
			return err
		}
		if wait > 0 {
			return errLater{wait}
		}
	}
	_, err = e.attempt(ctx, v, func(error) bool { return j.Attempts >= maxAttempts }, backoff(j.ID, j.Attempts))
	return err
}

// queue makes deliveries together with the jobs that send them; repeated, it does nothing more.
func (e *Engine) queueDeliveries(ctx context.Context, list []*delivery) error {
	now := e.instant()
	docs, jobs := make([]store.Doc, len(list)), make([]store.Doc, len(list))
	for i, v := range list {
		v.State, v.CreatedAt, v.ChangedAt, v.Job = deliveryQueued, now, now, "deliver|"+v.ID
		var err error
		if docs[i], err = v.doc(1); err != nil {
			return err
		}
		if jobs[i], err = newJob(job{ID: v.Job, Kind: jobDeliver, App: v.App, Form: v.Form, Record: v.Record, Automation: v.Automation, Delivery: v.ID}, now, now); err != nil {
			return err
		}
	}
	if err := e.insertAll(ctx, collDeliveries, docs); err != nil {
		return err
	}
	if err := e.insertAll(ctx, collJobs, jobs); err != nil {
		return err
	}
	e.wake()
	return nil
}

// deliveryDied writes down that nobody will send it any more: its job took several workers down, say.
func (e *Engine) deliveryDied(ctx context.Context, j *job) error {
	v, err := e.delivery(ctx, j.Delivery)
	if errors.Is(err, store.ErrNotFound) || err == nil && (v.over() || v.State == deliveryDead) {
		return nil
	}
	if err != nil {
		return err
	}
	return e.settle(ctx, v, nil, errors.New(j.Error), true, 0)
}

// sendHTTP calls another system.
func (e *Engine) sendHTTP(ctx context.Context, v *delivery) (*outbound.Reply, error) {
	if e.outbound == nil || v.HTTP == nil {
		return nil, outbound.ErrRefused
	}
	return e.outbound.Send(ctx, outbound.Message{ID: v.Key, URL: v.HTTP.URL, Method: v.HTTP.Method, Headers: v.HTTP.Headers,
		Body: v.HTTP.Body, Secret: v.HTTP.Secret, At: e.instant()})
}
