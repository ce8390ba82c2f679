package sandbox

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"pipewright/designer"
	"pipewright/rules"
	"pipewright/runtime/engine"
	"pipewright/runtime/org"
	"pipewright/runtime/process"
	"pipewright/runtime/store"
)

// Limits of a yard; the zero value of each is the default said here.
type Limits struct {
	// PerAdmin (2) and All (4; a box of a large template takes some 50 MB) are how many boxes there are at once.
	PerAdmin, All int
	// Records (2,000) and Docs (60,000) are how much one holds: records, and everything kept of them.
	Records, Docs int64
	// Idle (30 min) is how long a box stays that nobody uses.
	Idle time.Duration
}

func (l Limits) orDefault() Limits {
	set := func(v *int, d int) {
		if *v == 0 {
			*v = d
		}
	}
	set(&l.PerAdmin, 2)
	set(&l.All, 4)
	if l.Records == 0 {
		l.Records = 2000
	}
	if l.Docs == 0 {
		l.Docs = 60000
	}
	if l.Idle == 0 {
		l.Idle = 30 * time.Minute
	}
	return l
}

// Config is what a yard needs.
type Config struct {
	// Open opens a throw-away store.
	Open func(ctx context.Context) (store.Store, error)
	// Engine and Designer are those of the real installation; they are only read, and only while a box is made.
	Engine   *engine.Engine
	Designer *designer.Designer
	// Now is the machine's clock; nil is time.Now.
	Now    func() time.Time
	Log    *slog.Logger
	Limits Limits
}

// Yard keeps the boxes of one process. They are gone when it ends.
type Yard struct {
	Config
	mu    sync.Mutex
	boxes map[string]*Box
	// making counts boxes under way, which take their room already.
	making int
	// gone says why a box is no more, of the newest 100.
	gone     map[string]rules.Text
	goneList []string
	sweeping *time.Timer
}

// New makes an empty yard.
func New(c Config) *Yard {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	c.Limits = c.Limits.orDefault()
	return &Yard{Config: c, boxes: map[string]*Box{}, gone: map[string]rules.Text{}}
}

// Why a box ended.
var (
	goneIdle    = rules.Say("这个沙箱太久没人用，已经清掉了，里面的东西不保留", "這個沙箱太久沒人用，已經清掉了，裡面的東西不保留", "Nobody used this sandbox for a while, so it was cleared away; what was in it is gone")
	goneNewer   = rules.Say("你又开了一个沙箱，最早的这个已经清掉了", "你又開了一個沙箱，最早的這個已經清掉了", "You opened another sandbox, so this one, the oldest, was cleared away")
	goneEnded   = rules.Say("这个沙箱已经结束了", "這個沙箱已經結束了", "This sandbox was ended")
	goneUnknown = rules.Say("没有这个沙箱：沙箱只在服务器运行期间保留，服务器可能重启过", "沒有這個沙箱：沙箱只在伺服器執行期間保留，伺服器可能重新啟動過",
		"There is no such sandbox: sandboxes last while the server runs, and it may have been started anew")
)

// Start is what a box begins with.
type Start struct {
	// Sample are the sample records of a template, Copies those of real records.
	Sample []byte
	Copies []Copy
	// From are the real records that were chosen.
	From []string
	// At is where the clock begins; the zero instant is now.
	At time.Time
}

// MaxShift is how far from now a box's clock may begin.
const MaxShift = 2 * 366 * 24 * time.Hour

// Open makes a box of the draft of an app. The admin's oldest box makes room when he has
// as many as he may. Errors: not.found, sandbox.check with the problems of the draft, too.many when others have all there can be.
func (y *Yard) Open(ctx context.Context, admin org.User, app string, start Start, prepare func(*Box) error) (*Box, error) {
	if err := y.room(admin.ID); err != nil {
		return nil, err
	}
	b, err := y.build(ctx, admin, app, start)
	if err == nil && prepare != nil {
		if err = prepare(b); err != nil {
			b.close()
		}
	}
	y.mu.Lock()
	defer y.mu.Unlock()
	y.making--
	if err != nil {
		return nil, err
	}
	b.used.Store(y.Now().UnixNano())
	y.boxes[b.ID] = b
	if y.sweeping == nil {
		y.sweeping = time.AfterFunc(y.Limits.Idle/4, y.sweepAgain)
	}
	y.Log.Info("a sandbox was opened", "app", app, "by", admin.ID, "open", len(y.boxes))
	return b, nil
}

// room makes room for one more box.
func (y *Yard) room(admin string) error {
	y.mu.Lock()
	var out []*Box
	mine := y.of(admin)
	for len(mine) >= y.Limits.PerAdmin {
		out, mine = append(out, y.take(mine[0], goneNewer)), mine[1:]
	}
	enough := len(y.boxes)+y.making < y.Limits.All
	if enough {
		y.making++
	}
	y.mu.Unlock()
	for _, b := range out {
		b.close()
	}
	if !enough {
		return &process.Rejection{Code: "too.many", Message: rules.Say("同时最多 {n} 个沙箱，现在都有人在用，请稍后再试", "同時最多 {n} 個沙箱，現在都有人在用，請稍後再試",
			"There are {n} sandboxes at most, and all are in use; please try again later", "n", y.Limits.All)}
	}
	return nil
}

// of are an admin's boxes, the least recently used first.
func (y *Yard) of(admin string) []*Box {
	var out []*Box
	for _, b := range y.boxes {
		if b.Owner == admin {
			out = append(out, b)
		}
	}
	slices.SortFunc(out, func(a, b *Box) int { return int(min(1, max(-1, a.used.Load()-b.used.Load()))) })
	return out
}

// take takes a box out, to be closed by the caller without the lock.
func (y *Yard) take(b *Box, why rules.Text) *Box {
	delete(y.boxes, b.ID)
	y.gone[b.ID] = why
	if y.goneList = append(y.goneList, b.ID); len(y.goneList) > 100 {
		delete(y.gone, y.goneList[0])
		y.goneList = y.goneList[1:]
	}
	return b
}

// build makes a box, from the outside in.
func (y *Yard) build(ctx context.Context, admin org.User, app string, start Start) (b *Box, err error) {
	s, err := y.Config.Open(ctx)
	if err != nil {
		return nil, fmt.Errorf("sandbox: %w", err)
	}
	defer func() {
		if err != nil {
			_ = s.Close()
		}
	}()
	now := y.Now().UTC().Truncate(time.Second)
	began := now
	if !start.At.IsZero() {
		began = start.At.UTC().Truncate(time.Second)
	}
	b = &Box{ID: newID(), Owner: admin.ID, Start: start, Began: began, Made: now, clock: &clock{at: began}, tape: &tape{},
		bounded: &bounded{Store: s, maxRecords: y.Limits.Records, maxDocs: y.Limits.Docs}}
	b.tray = &tray{now: b.clock.now}
	b.Store = b.bounded
	b.Designer, err = designer.New(ctx, designer.Config{Store: b.Store, Now: b.clock.now, Log: y.Log, Check: y.Designer.Config.Check, Templates: y.Designer.Templates,
		Prepare: func(ctx context.Context, prev, next *process.App) error { return b.Engine.Prepare(ctx, prev, next) }})
	if err != nil {
		return nil, err
	}
	b.Engine, err = engine.New(ctx, engine.Config{Store: b.Store, Definitions: b.Designer.Catalog(), Outbound: b.tray, Mailer: b.tray, Now: b.clock.now, Log: y.Log, BinFor: -1,
		Watch: engine.Watch{Did: b.tape.did, Ran: b.tray.ran}})
	if err != nil {
		return nil, err
	}
	if b.App, err = b.Designer.Enact(ctx, y.Designer, app, admin.ID); err != nil {
		return nil, err
	}
	draft, err := b.Designer.Draft(ctx, app)
	if err != nil {
		return nil, err
	}
	b.Draft = draft.Rev
	return b, b.furnish(ctx, y.Engine, admin.Language, start)
}

func newID() string {
	raw := make([]byte, 8)
	if _, err := rand.Read(raw); err != nil {
		panic("sandbox: no randomness: " + err.Error())
	}
	return hex.EncodeToString(raw)
}

// Get is a box of an admin, which counts as used. Errors: *process.Rejection sandbox.gone, which says why; somebody else's box is
// none at all.
func (y *Yard) Get(admin, id string) (*Box, error) {
	y.mu.Lock()
	defer y.mu.Unlock()
	if b := y.boxes[id]; b != nil && b.Owner == admin {
		b.used.Store(y.Now().UnixNano())
		return b, nil
	}
	why, ok := y.gone[id]
	if !ok {
		why = goneUnknown
	}
	return nil, &process.Rejection{Code: "sandbox.gone", Message: why}
}

// Of lists an admin's boxes of an app, the newest first.
func (y *Yard) Of(admin, app string) []*Box {
	y.mu.Lock()
	defer y.mu.Unlock()
	out := slices.DeleteFunc(y.of(admin), func(b *Box) bool { return b.App.Def.Key != app })
	slices.Reverse(out)
	return out
}

// End ends a box. Errors: sandbox.gone.
func (y *Yard) End(admin, id string) error {
	b, err := y.Get(admin, id)
	if err != nil {
		return err
	}
	y.mu.Lock()
	if y.boxes[id] != b {
		y.mu.Unlock()
		return nil // somebody was quicker
	}
	y.take(b, goneEnded)
	y.mu.Unlock()
	b.close()
	return nil
}

// Sweep ends the boxes that nobody has used for a while.
func (y *Yard) Sweep() {
	y.mu.Lock()
	var out []*Box
	for _, b := range y.boxes {
		if y.Now().Sub(time.Unix(0, b.used.Load())) > y.Limits.Idle {
			out = append(out, y.take(b, goneIdle))
		}
	}
	y.mu.Unlock()
	for _, b := range out {
		b.close()
	}
}

func (y *Yard) sweepAgain() {
	y.Sweep()
	y.mu.Lock()
	defer y.mu.Unlock()
	if len(y.boxes) == 0 {
		y.sweeping = nil
		return
	}
	y.sweeping = time.AfterFunc(y.Limits.Idle/4, y.sweepAgain)
}

// Close ends every box.
func (y *Yard) Close() {
	y.mu.Lock()
	var out []*Box
	for _, b := range y.boxes {
		out = append(out, y.take(b, goneEnded))
	}
	if y.sweeping != nil {
		y.sweeping.Stop()
		y.sweeping = nil
	}
	y.mu.Unlock()
	for _, b := range out {
		b.close()
	}
}
