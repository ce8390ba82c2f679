package sandbox

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"pipewright/designer"
	"pipewright/rules"
	"pipewright/runtime/engine"
	"pipewright/runtime/org"
	"pipewright/runtime/process"
	"pipewright/runtime/store"
)

// Box is one sandbox. It is safe for concurrent use; changes happen one after another.
type Box struct {
	ID string
	// Owner is the admin it belongs to; nobody else may look into it.
	Owner string
	App   *process.App
	// Draft is the rev of the draft it was made of.
	Draft int64
	// Sample is how many sample records it began with; SampleError says why there are not more.
	Sample      int
	SampleError *process.Rejection
	// Copied is how many copies of real records it began with; NotCopied is what the draft did not take of them.
	Copied    int
	NotCopied []NotCopied
	// Start is what it was asked to begin with.
	Start Start
	// Began is when its clock stood at first, Made when it was made.
	Began, Made time.Time

	Store    store.Store
	Engine   *engine.Engine
	Designer *designer.Designer
	// Handler answers requests in the box; whoever made the box sets it, and End, which is called before the box closes.
	Handler http.Handler
	End     func()

	clock   *clock
	tray    *tray
	tape    *tape
	bounded *bounded
	// using is held for reading while the store is used, changing while something changes.
	using    sync.RWMutex
	changing sync.Mutex
	closed   bool
	used     atomic.Int64 // real time of the last use, ns
}

// People are those one can be in a box, in their order.
func (b *Box) People(ctx context.Context) ([]org.User, error) {
	dir, err := b.Engine.Directory(ctx)
	if err != nil {
		return nil, err
	}
	sample, _ := org.Sample()
	var out []org.User
	for _, u := range sample {
		if known, ok := dir.User(u.ID); ok && known.Active && (!known.Admin || len(known.Roles) > 0) {
			out = append(out, known)
		}
	}
	return out, nil
}

// Now is what the box's clock says.
func (b *Box) Now() time.Time { return b.clock.now() }

// Enter lets a caller use the box until leave; false when it is closed.
func (b *Box) Enter() (leave func(), ok bool) {
	b.using.RLock()
	if b.closed {
		b.using.RUnlock()
		return nil, false
	}
	return b.using.RUnlock, true
}

// Change runs something that changes the box: a second later than what came before, and followed by all that is due then. Errors:
// *process.Rejection sandbox.full.
func (b *Box) Change(ctx context.Context, do func()) error {
	b.changing.Lock()
	defer b.changing.Unlock()
	if b.bounded.full() {
		return worn()
	}
	b.clock.to(b.clock.now().Add(time.Second))
	do()
	_, err := b.Engine.RunDue(context.WithoutCancel(ctx))
	b.tape.settle(b.stateOf(ctx))
	return err
}

// Advance is how far the clock got. Stopped: there was too much on the way, and going on takes another call.
type Advance struct {
	From, To time.Time
	Fired    int
	Stopped  bool
}

const (
	// maxSteps and maxWhile bound one advance: how often the clock stops on the way, and how long it takes in real time.
	maxSteps = 2000
	maxWhile = 20 * time.Second
	// Horizon is how far ahead of its beginning a box goes.
	Horizon = 3 * 366 * 24 * time.Hour
)

// MoveTo moves the clock to an instant. It stops wherever something is due on the way and lets that happen at its own time, as days
// that pass would. Errors: *process.Rejection.
func (b *Box) MoveTo(ctx context.Context, until time.Time) (Advance, error) {
	b.changing.Lock()
	defer b.changing.Unlock()
	return b.moveTo(ctx, until)
}

func (b *Box) moveTo(ctx context.Context, until time.Time) (Advance, error) {
	out := Advance{From: b.clock.now()}
	out.To = out.From
	if !until.After(out.From) {
		return out, bad(rules.Say("时间只能往前走：现在是 {now}", "時間只能往前走：現在是 {now}", "The clock only goes forward: it is {now} now", "now", b.local(out.From)))
	}
	if last := b.Began.Add(Horizon); until.After(last) {
		return out, bad(rules.Say("最多走到 {last}", "最多走到 {last}", "The clock goes to {last} at most", "last", b.local(last)))
	}
	_, _, _, before := b.tray.look()
	began := time.Now()
	for steps := 0; ; steps++ {
		if _, err := b.Engine.RunDue(ctx); err != nil {
			return out, err
		}
		next, err := b.next(ctx)
		if err != nil {
			return out, err
		}
		if next.IsZero() || next.After(until) {
			b.clock.to(until)
			break
		}
		if out.Stopped = steps >= maxSteps || time.Since(began) > maxWhile || b.bounded.full(); out.Stopped {
			break
		}
		b.clock.to(next)
	}
	if _, err := b.Engine.RunDue(ctx); err != nil {
		return out, err
	}
	_, _, _, after := b.tray.look()
	out.To, out.Fired = b.clock.now(), after-before
	b.tape.moved(out.To)
	b.tape.settle(b.stateOf(ctx))
	return out, nil
}

// MoveBy moves the clock by a duration of the definition language, in the app's zone and calendar.
func (b *Box) MoveBy(ctx context.Context, duration string) (Advance, error) {
	d, err := rules.ParseDuration(duration)
	if err != nil {
		return Advance{}, bad(rules.Say("“{text}”不是时长，应写成 P7D、PT4H、P3BD 这样", "「{text}」不是時長，應寫成 P7D、PT4H、P3BD 這樣", "“{text}” is not a duration such as P7D, PT4H or P3BD", "text", duration))
	}
	b.changing.Lock()
	defer b.changing.Unlock()
	dir, err := b.Engine.Directory(ctx)
	if err != nil {
		return Advance{}, err
	}
	return b.moveTo(ctx, d.Add(b.clock.now(), b.App.Zone, dir.Calendar(b.App.Def.Calendar, "")))
}

// MoveOn moves the clock to where the next thing happens that shows. Errors: *process.Rejection sandbox.quiet when nothing will.
func (b *Box) MoveOn(ctx context.Context) (Advance, error) {
	b.changing.Lock()
	defer b.changing.Unlock()
	coming, err := b.Coming(ctx)
	if err != nil {
		return Advance{}, err
	}
	for _, c := range coming {
		if c.At.After(b.clock.now()) {
			return b.moveTo(ctx, c.At)
		}
	}
	return Advance{}, &process.Rejection{Code: "sandbox.quiet", Message: rules.Say("接下来没有会自己发生的事", "接下來沒有會自己發生的事", "Nothing will happen by itself")}
}

// next is the instant of whatever is due next, shown or not; never before now.
func (b *Box) next(ctx context.Context) (time.Time, error) {
	coming, err := b.Engine.Coming(ctx, 1)
	if err != nil || len(coming) == 0 {
		return time.Time{}, err
	}
	at := coming[0].At
	if soon := b.clock.now().Add(time.Second); at.Before(soon) {
		at = soon // due and yet not done: it waits for something, and gets a second
	}
	return at, nil
}

// Coming is what will happen by itself and show, soonest first.
func (b *Box) Coming(ctx context.Context) ([]engine.Coming, error) {
	all, err := b.Engine.Coming(ctx, 60)
	if err != nil {
		return nil, err
	}
	var out []engine.Coming
	for _, c := range all {
		if shown[c.Kind] && len(out) < 20 {
			out = append(out, c)
		}
	}
	return out, nil
}

// Look is what a box has caught and what happened in it by itself, newest first, and how much there was of either.
func (b *Box) Look() (caught []Caught, fired []Fired, sent, ran int) { return b.tray.look() }

// Records is how many records there are, and how many there can be.
func (b *Box) Records() (n, most int64) { return b.bounded.records.Load(), b.bounded.maxRecords }

// Title is what a record of the box is called; empty when it is gone.
func (b *Box) Title(ctx context.Context, app, form, id string) string {
	a, err := b.Designer.Catalog().Current(ctx, app)
	if err != nil || a.Forms[form] == nil {
		return ""
	}
	if s := b.read(ctx, a.Forms[form], id); s != nil {
		return s.Title
	}
	return ""
}

// read is a record as it is stored; nil when it is not there, or in the bin.
func (b *Box) read(ctx context.Context, form *process.Form, id string) *process.State {
	doc, err := b.Store.Get(ctx, engine.RecordCollection(form), id)
	if err != nil {
		return nil
	}
	var r struct {
		State *process.State `json:"state"`
	}
	if json.Unmarshal(doc.Body, &r) != nil || r.State == nil || !r.State.Deleted.IsZero() {
		return nil
	}
	r.State.ID = id
	return r.State
}

// stateOf reads records of the app by their ids.
func (b *Box) stateOf(ctx context.Context) func(id string) *process.State {
	return func(id string) *process.State {
		code, _, _ := strings.Cut(id, "-")
		place, err := b.Designer.Catalog().Locate(context.WithoutCancel(ctx), code)
		if err != nil || place.App != b.App.Def.Key {
			return nil
		}
		for _, f := range b.App.Forms {
			if f.StorageKey == place.Form {
				return b.read(context.WithoutCancel(ctx), f, id)
			}
		}
		return nil
	}
}

// Deeds is how many things people have done in the box.
func (b *Box) Deeds() int { return b.tape.commands() }

func (b *Box) local(at time.Time) string { return at.In(b.App.Zone).Format("2006-01-02 15:04") }

func bad(msg rules.Text) error { return &process.Rejection{Code: "bad.request", Message: msg} }

func (b *Box) close() {
	if b.End != nil {
		b.End()
	}
	b.using.Lock()
	defer b.using.Unlock()
	b.closed = true
	_ = b.Store.Close()
}

// furnish puts the people, the rates, the stand-ins of the group robots and the sample records in place.
func (b *Box) furnish(ctx context.Context, real *engine.Engine, language string, start Start) error {
	users, teams := org.Sample()
	live, err := b.Designer.Catalog().Live(ctx)
	if err != nil {
		return err
	}
	for _, app := range live {
		roles := make([]string, len(app.Def.Roles))
		for i := range app.Def.Roles {
			roles[i] = app.Def.Roles[i].Key
		}
		given := org.SampleRoles(app.Def.Key, roles)
		for i := range users {
			users[i].Roles = append(users[i].Roles, given[users[i].ID]...)
		}
	}
	for i := range users { // a mail to a play person is to be seen, and .invalid is nobody's; all speak the admin's language
		users[i].Language = cmp.Or(language, users[i].Language)
		users[i].Email = users[i].ID + "@sandbox.invalid"
	}
	if err := b.Engine.SaveTeams(ctx, teams...); err != nil {
		return err
	}
	if err := b.Engine.SaveUsers(ctx, users...); err != nil {
		return err
	}
	if err := b.adoptCalendar(ctx, real); err != nil {
		return err
	}
	rates, _, err := real.Rates(ctx, "", "", "", 500)
	if err != nil {
		return err
	}
	if len(rates) > 0 {
		if err := b.Engine.SaveRates(ctx, b.Owner, rates); err != nil {
			return err
		}
	}
	if err := b.standInRobots(ctx, real); err != nil {
		return err
	}
	if _, err := b.Engine.RunDue(ctx); err != nil { // schedules begin now
		return err
	}
	if len(start.Sample) > 0 {
		b.Sample, err = b.Engine.ImportSample(ctx, "admin", b.App.Def.Key, start.Sample)
		if err != nil && !errors.As(err, &b.SampleError) { // the draft may have outgrown the sample of its template
			return err
		}
	}
	if err := b.copyIn(ctx, start.Copies); err != nil {
		return err
	}
	_, err = b.Engine.RunDue(ctx)
	return err
}

// adoptCalendar lets the play company work when the real one does. Calendars of single teams stay out: its teams are others.
func (b *Box) adoptCalendar(ctx context.Context, real *engine.Engine) error {
	dir, err := real.Directory(ctx)
	if err != nil {
		return err
	}
	own := dir.OwnCalendar("")
	if own.Ver == 0 {
		return nil
	}
	return b.Engine.SaveCalendar(ctx, b.Owner, engine.CalendarChange{Become: func(org.TeamCalendar) org.TeamCalendar { return own }})
}

// standInRobots gives every group robot there is, or that the draft speaks through, an address that is nobody's.
func (b *Box) standInRobots(ctx context.Context, real *engine.Engine) error {
	names := map[string]string{}
	var raw any
	text, err := json.Marshal(b.App.Def)
	if err == nil {
		err = json.Unmarshal(text, &raw)
	}
	if err != nil {
		return fmt.Errorf("sandbox: %w", err)
	}
	robotsIn(raw, names)
	known, err := real.Robots(ctx)
	if err != nil {
		return err
	}
	for _, r := range known {
		names[r.Key] = r.Name
	}
	for key, name := range names {
		in := engine.RobotInput{Name: name, Kind: "webhook", URL: "https://" + robotHost + "/?name=" + url.QueryEscape(name)}
		var refused *process.Rejection
		if err := b.Engine.SaveRobot(ctx, &org.User{ID: b.Owner, Admin: true}, key, in); err != nil && !errors.As(err, &refused) {
			return err
		}
	}
	return nil
}

// robotsIn finds the robots that a definition names: {"robot": {"to": …}}, however deep.
func robotsIn(v any, names map[string]string) {
	switch x := v.(type) {
	case map[string]any:
		if robot, ok := x["robot"].(map[string]any); ok {
			if to, ok := robot["to"].(string); ok {
				names[to] = to
			}
		}
		for _, one := range x {
			robotsIn(one, names)
		}
	case []any:
		for _, one := range x {
			robotsIn(one, names)
		}
	}
}
