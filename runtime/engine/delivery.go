package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"pipewright/runtime/outbound"
	"pipewright/runtime/process"
	"pipewright/runtime/store"
)

// collDeliveries holds outside effects under an operation and its channel, hashed.
const collDeliveries = "deliveries"

// Delivery states. One that failed will be tried again, one that is dead will not, unless an admin says so.
const (
	deliveryQueued    = "queued"
	deliverySent      = "sent"
	deliveryFailed    = "failed"
	deliveryDead      = "dead"
	deliveryDiscarded = "discarded"
)

// keepDeliveries is how long deliveries are kept after their last change; longer than jobs and runs, whose repetition they stop.
const keepDeliveries = 30 * 24 * time.Hour

// delivery is one outside effect: what goes out, and what became of it. What goes out is fixed when the delivery is made, so that every
// attempt says the same under the same key; once it is out, only what a list shows of it is kept.
type delivery struct {
	ID      string `json:"id"`
	Channel string `json:"channel"`
	State   string `json:"state"`
	// Key is the idempotency key of every attempt.
	Key        string `json:"key"`
	App        string `json:"app,omitempty"`
	Form       string `json:"form,omitempty"`
	Record     string `json:"record,omitempty"`
	Automation string `json:"automation,omitempty"`
	// To is the host, the address or the robot, and Subject what it is about, as a list shows them.
	To      string `json:"to,omitempty"`
	Subject string `json:"subject,omitempty"`
	// Job sends it: that of the run which waits for the answer, or one of its own.
	Job string `json:"job"`
	// Attempts are counted before sending.
	Attempts int `json:"attempts,omitempty"`
	// Status and Answer are the last ones: an HTTP status or a vendor's code, and its words.
	Status int    `json:"status,omitempty"`
	Answer string `json:"answer,omitempty"`
	// Slot is when a channel with a limit has room for it.
	Slot time.Time `json:"slot,omitzero"`
	// Counted is the day whose cap it counts against.
	Counted   string    `json:"counted,omitempty"`
	CreatedAt time.Time `json:"createdAt"`
	Next      time.Time `json:"next,omitzero"`
	ChangedAt time.Time `json:"changedAt"`

	HTTP *process.HTTPDeed `json:"http,omitempty"`
	// Reply is the whole answer of a call whose run needs it.
	Reply string   `json:"reply,omitempty"`
	Mail  *mailOut `json:"mail,omitempty"`
	Robot *sayOut  `json:"robot,omitempty"`

	ver int64
}

func (v *delivery) doc(ver int64) (store.Doc, error) {
	body, err := marshal(v)
	cols := map[string]any{"channel": v.Channel, "state": v.State, "createdAt": v.CreatedAt.UnixMilli(), "changedAt": v.ChangedAt.UnixMilli()}
	if v.Record != "" {
		cols["record"] = v.Record
	}
	return store.Doc{ID: v.ID, Ver: ver, Cols: cols, Body: body}, err
}

func deliveryOf(d store.Doc) (*delivery, error) {
	var v delivery
	if err := json.Unmarshal(d.Body, &v); err != nil {
		return nil, fmt.Errorf("engine: delivery %s: %w", d.ID, err)
	}
	v.ver = d.Ver
	return &v, nil
}

// over: nothing more is to be sent.
func (v *delivery) over() bool { return v.State == deliverySent || v.State == deliveryDiscarded }

// deliveryID follows from what orders the delivery and its channel.
func deliveryID(op, channel string) string { return hashID(op, channel) }

// delivery reads one. Errors: store.ErrNotFound.
func (e *Engine) delivery(ctx context.Context, id string) (*delivery, error) {
	d, err := e.store.Get(ctx, collDeliveries, id)
	if err != nil {
		return nil, err
	}
	return deliveryOf(d)
}

// openDelivery finds a delivery that a former attempt has made, or makes it.
func (e *Engine) openDelivery(ctx context.Context, v *delivery) (*delivery, error) {
	have, err := e.delivery(ctx, v.ID)
	if err == nil || !errors.Is(err, store.ErrNotFound) {
		return have, err
	}
	v.State, v.CreatedAt, v.ChangedAt = deliveryQueued, e.instant(), e.instant()
	d, err := v.doc(1)
	if err != nil {
		return nil, err
	}
	if err = e.store.Insert(ctx, collDeliveries, d); errors.Is(err, store.ErrExists) || errors.Is(err, store.ErrUnknown) {
		return e.delivery(ctx, v.ID)
	}
	v.ver = 1
	return v, err
}

// saveDelivery writes it if nobody else has since it was read. Errors: store.ErrConflict.
func (e *Engine) saveDelivery(ctx context.Context, v *delivery) error {
	v.ChangedAt = e.instant()
	d, err := v.doc(v.ver + 1)
	if err != nil {
		return err
	}
	if err := e.store.Replace(ctx, collDeliveries, d, v.ver); err != nil {
		return err
	}
	v.ver++
	return nil
}

// attempt sends a delivery once and writes down what became of it. The attempt is counted first. last says whether an error that
// could pass is the end all the same. An error is the delivery's own, permanent when repeating it does not help; a failure to write
// down that it was sent is one too, and makes it go out again under the same key.
func (e *Engine) attempt(ctx context.Context, v *delivery, last func(error) bool, wait time.Duration) (*outbound.Reply, error) {
	v.Attempts++
	if err := e.saveDelivery(ctx, v); err != nil {
		return nil, err
	}
	reply, sendErr := channels[v.Channel].send(e, ctx, v)
	fixed := sendErr != nil && (final(sendErr) || last(sendErr))
	err := e.settle(context.WithoutCancel(ctx), v, reply, sendErr, fixed, wait)
	switch {
	case fixed:
		return nil, permanent{sendErr}
	case sendErr != nil:
		return nil, sendErr
	}
	return reply, err
}

// final: repeating cannot help.
func final(err error) bool {
	var status *outbound.StatusError
	return errors.Is(err, outbound.ErrRefused) || errors.As(err, &status) && status.Permanent()
}

// settle writes the outcome of an attempt. That something went out is true whatever else was said of it meanwhile.
func (e *Engine) settle(ctx context.Context, v *delivery, reply *outbound.Reply, sendErr error, fixed bool, wait time.Duration) error {
	for try := 0; ; try++ {
		v.Status, v.Answer, v.Next = 0, "", time.Time{}
		switch {
		case sendErr == nil:
			v.State = deliverySent
			if reply != nil {
				v.Status, v.Answer = reply.Status, clip(string(reply.Body), 500)
				if v.HTTP != nil && v.HTTP.Keep {
					v.Reply = string(reply.Body)
				}
			}
			v.forget()
		case v.over():
			return nil // discarded while it was under way
		default:
			var status *outbound.StatusError
			if errors.As(sendErr, &status) {
				v.Status = status.Status
			}
			var said *outbound.RobotError
			if errors.As(sendErr, &said) {
				v.Status = said.Code
			}
			v.Answer = clip(sendErr.Error(), 500)
			v.Slot = time.Time{} // the next attempt takes one of its own
			v.State, v.Next = deliveryFailed, e.instant().Add(retryAfter(sendErr, wait))
			if fixed {
				v.State, v.Next = deliveryDead, time.Time{}
			}
		}
		err := e.saveDelivery(ctx, v)
		if !errors.Is(err, store.ErrConflict) && !errors.Is(err, store.ErrUnknown) || try == maxTries {
			return err
		}
		now, err := e.delivery(ctx, v.ID)
		if err != nil {
			return err
		}
		if now.ver == lastVer || now.State == deliverySent {
			return nil
		}
		*v = *now
	}
}

// forget drops what went out: it is with its receiver, and here it would only lie about.
func (v *delivery) forget() { v.HTTP, v.Mail, v.Robot = nil, nil, nil }

// emptyDelivery takes from a delivery what it says of a record that is erased, and stops one that is not out yet.
func emptyDelivery(d store.Doc) (store.Doc, error) {
	v, err := deliveryOf(d)
	if err != nil || d.Ver == lastVer {
		return d, err
	}
	if v.State != deliverySent {
		v.State = deliveryDiscarded
	}
	v.forget()
	v.To, v.Subject, v.Answer, v.Reply, v.Next = "", "", "", "", time.Time{}
	return v.doc(lastVer)
}
