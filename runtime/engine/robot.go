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

// sayOut is what a robot is to say, as a delivery keeps it until it is out.
type sayOut struct {
	Robot   string   `json:"robot"`
	Text    string   `json:"text"`
	Mobiles []string `json:"mobiles,omitempty"`
	Names   []string `json:"names,omitempty"`
}

// slotLate is how late a delivery may take the slot that was kept for it; later, the minute may be full of others.
const slotLate = 3 * time.Second

// robot orders something to be said in a group.
func (w *run) robot(ctx context.Context, d *process.Deed, op string) (RunAction, error) {
	did := RunAction{Kind: "robot", People: d.Robot.At}
	dir, err := w.e.Directory(ctx)
	if err != nil {
		return did, err
	}
	v := w.delivery(op, "robot")
	v.Robot = &sayOut{Robot: d.Robot.To, Text: d.Robot.Text.In(languageOf(nil, w.app))}
	for _, id := range d.Robot.At {
		u, ok := dir.User(id)
		if !ok || !u.Active {
			continue
		}
		v.Robot.Names = append(v.Robot.Names, u.Name)
		if u.Phone != "" {
			v.Robot.Mobiles = append(v.Robot.Mobiles, u.Phone)
		}
	}
	v.To, v.Subject = d.Robot.To, outbound.OneLine(v.Robot.Text, 80)
	return did, w.e.queueDeliveries(ctx, []*delivery{v})
}

// sendRobot lets a robot speak once. When the vendor says it was too much, all that waits for that robot waits as long.
func (e *Engine) sendRobot(ctx context.Context, v *delivery) (*outbound.Reply, error) {
	if e.outbound == nil || v.Robot == nil {
		return nil, outbound.ErrRefused
	}
	r, err := e.robot(ctx, v.Robot.Robot)
	if errors.Is(err, store.ErrNotFound) {
		return nil, fmt.Errorf("%w: there is no robot %q in the settings", outbound.ErrRefused, v.Robot.Robot)
	}
	if err != nil {
		return nil, err
	}
	reply, err := outbound.SendSay(ctx, e.outbound, outbound.Robot{Kind: r.Kind, URL: r.URL, Secret: r.Secret},
		outbound.Say{ID: v.Key, Text: v.Robot.Text, Mobiles: v.Robot.Mobiles, Names: v.Robot.Names, At: e.instant()})
	var said *outbound.RobotError
	if errors.As(err, &said) && said.Later {
		if _, saveErr := e.reserve(ctx, v.Robot.Robot, r.Kind, said.RetryAfter); saveErr != nil {
			e.log.Warn("a robot's pause could not be written down", "robot", v.Robot.Robot, "error", saveErr)
		}
		return nil, errAgain{err, said.RetryAfter}
	}
	return reply, err
}

// robotRoom keeps a robot within its vendor's limit, whichever node speaks: each message has a slot of its own, taken by compare-and-set.
func (e *Engine) robotRoom(ctx context.Context, v *delivery) (time.Duration, error) {
	if v.Robot == nil {
		return 0, nil
	}
	now := e.instant()
	if !v.Slot.IsZero() {
		if wait := v.Slot.Sub(now); wait > 0 {
			return wait, nil
		}
		if now.Sub(v.Slot) <= slotLate {
			return 0, nil
		}
	}
	r, err := e.robot(ctx, v.Robot.Robot)
	if errors.Is(err, store.ErrNotFound) {
		return 0, nil // sending says so
	}
	if err != nil {
		return 0, err
	}
	slot, err := e.reserve(ctx, v.Robot.Robot, r.Kind, 0)
	if err != nil {
		return 0, err
	}
	if slot.IsZero() {
		return time.Second, nil // others were quicker, time and again
	}
	v.Slot = slot
	wait := slot.Sub(now)
	if wait <= 0 {
		return 0, nil
	}
	v.Next = slot
	return wait, e.saveDelivery(ctx, v)
}

// burst is how many messages may go at once; the others of a minute are spread over it.
func burst(perMinute int) (n int, every time.Duration) {
	n = max(1, perMinute/5)
	return n, time.Minute / time.Duration(max(1, perMinute-n-1))
}

// reserve takes the next slot of a robot, or shuts the robot for a while. The document holds when the slots taken so far would be used up
// at an even pace; in any minute there are then fewer slots than the vendor's limit. A zero time: others were quicker too often.
func (e *Engine) reserve(ctx context.Context, robot, kind string, shut time.Duration) (time.Time, error) {
	n, every := burst(outbound.PerMinute(kind))
	now := e.instant()
	var slot time.Time
	ok, err := e.change(ctx, collLeases, "robot|"+robot, "robot", func(body []byte) ([]byte, error) {
		var pace struct {
			At time.Time `json:"at"`
		}
		if body != nil {
			if err := json.Unmarshal(body, &pace); err != nil {
				return nil, err
			}
		}
		ahead := time.Duration(n-1) * every
		if shut > 0 {
			if until := now.Add(shut + ahead); until.After(pace.At) {
				pace.At = until
			}
			return marshal(pace)
		}
		if pace.At.Before(now) {
			pace.At = now
		}
		if slot = pace.At.Add(-ahead); slot.Before(now) {
			slot = now
		}
		pace.At = pace.At.Add(every)
		return marshal(pace)
	})
	if err != nil || !ok {
		return time.Time{}, err
	}
	return slot, nil
}
