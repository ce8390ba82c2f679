package engine

import (
	"context"
	"errors"
	"strconv"
	"time"

	"pipewright/rules"
	"pipewright/runtime/org"
	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

// Delivery is an outside effect as admins see it.
type Delivery struct {
	ID, Channel, State, App, Form, Record, Automation, To, Subject, Answer string
	Attempts, Status                                                       int
	CreatedAt, Next, ChangedAt                                             time.Time
	// Hint says why a test came to nothing and what to do, where that is known.
	Hint *rules.Text
}

// DeliveryStates and DeliveryChannels are what Deliveries can be narrowed to.
var (
	DeliveryStates   = []string{deliveryQueued, deliverySent, deliveryFailed, deliveryDead, deliveryDiscarded}
	DeliveryChannels = []string{"http", "mail", "robot"}
)

// Deliveries lists outside effects, newest first; state and channel narrow it when given. Who may is the caller's to check.
func (e *Engine) Deliveries(ctx context.Context, state, channel string, limit int, after string) ([]Delivery, string, error) {
	var f query.And
	for col, v := range map[string]string{"state": state, "channel": channel} {
		if v != "" {
			f = append(f, query.Cmp{Col: col, Op: query.Eq, Value: v})
		}
	}
	q := query.Query{Sort: []query.Sort{{Col: "createdAt", Desc: true}}, Limit: pageSize(limit), After: after}
	if len(f) > 0 {
		q.Filter = f
	}
	page, err := e.store.Query(ctx, collDeliveries, q)
	if err != nil {
		return nil, "", readError(err)
	}
	out := make([]Delivery, 0, len(page.Docs))
	for _, d := range page.Docs {
		v, err := deliveryOf(d)
		if err != nil {
			return nil, "", err
		}
		out = append(out, v.shown())
	}
	return out, page.Next, nil
}

func (v *delivery) shown() Delivery {
	return Delivery{ID: v.ID, Channel: v.Channel, State: v.State, App: v.App, Form: v.Form, Record: v.Record, Automation: v.Automation,
		To: v.To, Subject: v.Subject, Answer: v.Answer, Attempts: v.Attempts, Status: v.Status, CreatedAt: v.CreatedAt, Next: v.Next, ChangedAt: v.ChangedAt}
}

// RetryDelivery sends a dead delivery again, under the same key: by the job that gave it up, so that a run goes on behind it, or by a
// new one where there is none. Errors: *process.Rejection not.found, forbidden, conflict when it is not dead.
func (e *Engine) RetryDelivery(ctx context.Context, by *org.User, id string) error {
	v, err := e.handleDelivery(ctx, by, id)
	if err != nil {
		return err
	}
	if v.State != deliveryDead {
		return conflict()
	}
	d, err := e.store.Get(ctx, collJobs, v.Job)
	if errors.Is(err, store.ErrNotFound) {
		return e.sendAnew(ctx, v)
	}
	if err != nil {
		return err
	}
	j, err := jobOf(d)
	switch {
	case err != nil:
		return err
	case j.State == jobDead:
		err = e.RetryJob(ctx, by, v.Job)
	case j.State == jobDone:
		return e.sendAnew(ctx, v)
	}
	if err != nil {
		return err
	}
	return e.putBack(ctx, v)
}

// sendAnew gives a delivery a new job of its own.
func (e *Engine) sendAnew(ctx context.Context, v *delivery) error {
	v.Job = "deliver|" + v.ID + "|" + strconv.Itoa(v.Attempts)
	now := e.instant()
	d, err := newJob(job{ID: v.Job, Kind: jobDeliver, App: v.App, Form: v.Form, Record: v.Record, Automation: v.Automation, Delivery: v.ID}, now, now)
	if err != nil {
		return err
	}
	if err := e.insertAll(ctx, collJobs, []store.Doc{d}); err != nil {
		return err
	}
	e.wake()
	return e.putBack(ctx, v)
}

// putBack shows a delivery as waiting again. Its job may have come first: then that is the truth.
func (e *Engine) putBack(ctx context.Context, v *delivery) error {
	v.State, v.Next = deliveryQueued, time.Time{}
	if err := e.saveDelivery(ctx, v); err != nil && !errors.Is(err, store.ErrConflict) && !errors.Is(err, store.ErrUnknown) {
		return err
	}
	return nil
}

// DiscardDelivery gives up one that is not out. A run that waits for it goes on without it if it is still tried, and stays as it is if it
// was given up. Errors: *process.Rejection not.found, forbidden, conflict when it is out or discarded already.
func (e *Engine) DiscardDelivery(ctx context.Context, by *org.User, id string) error {
	v, err := e.handleDelivery(ctx, by, id)
	if err != nil {
		return err
	}
	if v.over() {
		return conflict()
	}
	v.State, v.Next = deliveryDiscarded, time.Time{}
	v.forget()
	if err := e.saveDelivery(ctx, v); errors.Is(err, store.ErrConflict) {
		return conflict()
	} else if err != nil {
		return err
	}
	if err := e.DiscardJob(ctx, by, v.Job); err != nil {
		if r, refused := asRejection(err); !refused || r.Code != "not.found" && r.Code != "conflict" {
			return err
		}
	}
	return nil
}

// handleDelivery is the delivery that an admin takes in hand.
func (e *Engine) handleDelivery(ctx context.Context, by *org.User, id string) (*delivery, error) {
	if by == nil || !by.May(org.Operate) {
		return nil, forbidden()
	}
	gone := reject("not.found", rules.Say("没有这次发送", "沒有這次傳送", "There is no such delivery"))
	if store.CheckID(id) != nil {
		return nil, gone
	}
	v, err := e.delivery(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil, gone
	}
	if err != nil {
		return nil, err
	}
	e.log.Info("a delivery is taken in hand", "delivery", id, "by", by.ID, "state", v.State)
	return v, nil
}
