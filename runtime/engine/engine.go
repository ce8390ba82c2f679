package engine

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"pipewright/runtime/outbound"
	"pipewright/runtime/process"
	"pipewright/runtime/store"
)

// Definitions are the published apps. Apps are immutable; an app is the same pointer as long as its release is.
type Definitions interface {
	// Current is the live release of an app. Errors: ErrNoApp.
	Current(ctx context.Context, app string) (*process.App, error)
	// Release is one release of an app, live or not. Errors: ErrNoApp.
	Release(ctx context.Context, app string, n int) (*process.App, error)
	// Live lists the live release of every app, in a stable order.
	Live(ctx context.Context) ([]*process.App, error)
}

// ErrNoApp: there is no such app, or not that release of it.
var ErrNoApp = errors.New("engine: no such app")

// Config of an engine. Store and Definitions are required.
type Config struct {
	Store       store.Store
	Definitions Definitions
	// Outbound sends webhooks; nil refuses them all.
	Outbound outbound.Sender
	// Mailer sends mails, whatever admins set in the product; nil: MakeMailer makes one of that. With neither they are refused. MailCap is how many addresses that come out of records are written to in a day (UTC); 0 is
	// no bound.
	Mailer     outbound.Mailer
	MakeMailer func(outbound.SMTPConfig) (outbound.Mailer, error)
	MailCap    int
	// PublicURL is where people reach the product, without a slash at the end: links in mails begin with it. Empty: what
	// admins set in the product.
	PublicURL string
	// Now is the clock; nil is the machine's.
	Now func() time.Time
	// NewID makes ids that never repeat: 26 characters of Crockford's base 32, ascending with time; nil is a ULID.
	NewID func() string
	// Node names this process among those that share the store; made up when empty.
	Node string
	// Host and Version are what people know it by: the machine's name, and the program's version.
	Host, Version string
	Log           *slog.Logger
	// BinFor is how long a recycle bin keeps a record before it is taken away for good; 0 is 30 days, less than 0 for ever.
	BinFor time.Duration
	// Workers is how many jobs run at once, 8 by default.
	Workers int
	// Anchors signs the heads of all chains once a day; nil takes no anchors.
	Anchors *Anchors
	// Watch is told of what is done.
	Watch Watch
	// Tidy is called once a day by every process, for what others keep in the store; it must be safe to repeat. Nil: nothing to do.
	Tidy func(ctx context.Context) error
	// Serial: one call of the store after another, so that the same commands make the same calls in the same order. Simulators
	// need it; it only costs time.
	Serial bool
}

// Engine runs the records of every app in one store. It is safe for concurrent use, by any number of processes on the same store.
type Engine struct {
	store    store.Store // behind a guard, see building.go
	bare     store.Store
	defs     Definitions
	outbound outbound.Sender
	mailer   outbound.Mailer
	// makeMailer makes one of what admins set.
	makeMailer func(outbound.SMTPConfig) (outbound.Mailer, error)
	mailCap    int
	publicURL  string
	now        func() time.Time
	newID      func() string
	node       string
	host       string
	version    string
	began      time.Time
	log        *slog.Logger
	workers    int
	serial     bool
	anchors    *Anchors
	watch      Watch
	tidy       func(ctx context.Context) error
	// anchored is the day for which anchorDue has done its work.
	anchored atomic.Value

	locks   keyedLocks
	relayed relayMemory
	cache   recordCache
	people  peopleCache
	series  seriesMemory
	budgets budgets
	builds  notesCache
	live    hub

	// ready holds the apps whose collections have been declared by this process, by pointer.
	ready sync.Map
	// replanned is the plan of dates each app is known to go by.
	replanned sync.Map
	// recounted is what the timers of each app are known to be counted by.
	recounted sync.Map
	// shown holds the apps whose records are shown elsewhere as they should be, or have a job for it, by pointer.
	shown sync.Map
	// snapped is the week whose positions each app has a job for, by pointer.
	snapped sync.Map
	// scanned is the day for which each app has jobs that look for duplicates, by pointer.
	scanned sync.Map
	// rebuilt is the day for which each app has jobs that build what is not built yet, by pointer.
	rebuilt sync.Map
	// learned is the day for which each app has jobs that count what closed records did, by pointer.
	learned sync.Map

	// rowReports are the slots for reports of rows, rowWaiting those that wait for one; rowRecords is maxRowRecords.
	rowReports chan struct{}
	rowWaiting atomic.Int64
	rowRecords int

	// smallForm is how many records are looked over within a read.
	smallForm int

	binFor  time.Duration
	readyMu sync.Mutex

	kick chan struct{}

	mu      sync.Mutex
	started bool
	queue   chan relayItem // made by the first Start
	stop    context.CancelFunc
	running sync.WaitGroup
}

// New makes an engine and declares its collections. It does nothing by itself until Start; without Start every effect of a
// command is carried out before Do returns, except jobs, which RunDue runs. Errors: those of the store.
func New(ctx context.Context, c Config) (*Engine, error) {
	if c.Store == nil || c.Definitions == nil {
		return nil, errors.New("engine: a store and definitions are needed")
	}
	e := &Engine{
		bare: c.Store, defs: c.Definitions, outbound: c.Outbound, mailer: c.Mailer, makeMailer: c.MakeMailer, mailCap: c.MailCap, publicURL: strings.TrimRight(c.PublicURL, "/"), now: c.Now, newID: c.NewID, node: c.Node, host: c.Host, version: c.Version, log: c.Log,
		workers: c.Workers, serial: c.Serial, anchors: c.Anchors, watch: c.Watch, tidy: c.Tidy, kick: make(chan struct{}, 1),
		rowReports: make(chan struct{}, max(1, runtime.GOMAXPROCS(0)/2)), rowRecords: maxRowRecords, smallForm: smallForm,
	}
	e.store = &guard{c.Store, e}
	if e.now == nil {
		e.now = time.Now
	}
	if e.newID == nil {
		e.newID = func() string { return ulid(e.now()) }
	}
	if e.node == "" {
		e.node = e.newID()
	}
	e.began = e.instant()
	if e.log == nil {
		e.log = slog.New(slog.DiscardHandler)
	}
	if e.binFor = c.BinFor; e.binFor == 0 {
		e.binFor = defaultBin
	}
	if e.workers <= 0 {
		e.workers = 8
	}
	if err := e.store.Ensure(ctx, ownCollections()...); err != nil {
		return nil, fmt.Errorf("engine: declaring collections: %w", err)
	}
	return e, nil
}

// Start runs the relay, jobs, timers and schedules in the background until Stop or the end of ctx. What a former run left
// behind is taken up at once.
func (e *Engine) Start(ctx context.Context) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.started {
		return
	}
	ctx, e.stop = context.WithCancel(ctx)
	e.started = true
	if e.queue == nil {
		e.queue = make(chan relayItem, relayQueue)
	}
	for _, loop := range []func(context.Context){e.relayLoop, e.sweepLoop, e.jobLoop, e.scheduleLoop, e.liveLoop, e.nodeLoop} {
		e.running.Go(func() { loop(ctx) })
	}
}

// Stop ends the background work: jobs under way are given until ctx ends to finish, and what is left is taken up by the next
// start or another node.
func (e *Engine) Stop(ctx context.Context) error {
	e.mu.Lock()
	if !e.started {
		e.mu.Unlock()
		return nil
	}
	e.started = false
	e.stop()
	e.mu.Unlock()
	done := make(chan struct{})
	go func() {
		e.running.Wait()
		close(done)
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (e *Engine) isStarted() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.started
}

// instant is now, as it is stored: UTC, whole milliseconds.
func (e *Engine) instant() time.Time { return e.now().UTC().Truncate(time.Millisecond) }

// wake tells the job loop that there may be something due.
func (e *Engine) wake() {
	select {
	case e.kick <- struct{}{}:
	default:
	}
}

// pause waits for d of real time or until ctx ends; it reports whether ctx is still good.
func pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

var crockford = base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").WithPadding(base32.NoPadding)

// ulid is 26 characters: 48 bits of milliseconds, then 80 random bits.
func ulid(at time.Time) string {
	var b [16]byte
	binary.BigEndian.PutUint64(b[:8], uint64(at.UnixMilli())<<16)
	if _, err := rand.Read(b[6:]); err != nil {
		panic("engine: no randomness: " + err.Error())
	}
	return crockford.EncodeToString(b[:])
}

// keyedLocks let one command at a time work on a record within this process, so that busy records queue here instead of losing
// compare-and-sets against each other. It is a courtesy, not a guarantee: other processes know nothing of it.
type keyedLocks struct {
	mu sync.Mutex
	m  map[string]*keyedLock
}

type keyedLock struct {
	free  chan struct{}
	users int
}

// lock waits for the key. Errors: that of ctx.
func (k *keyedLocks) lock(ctx context.Context, key string) (unlock func(), err error) {
	k.mu.Lock()
	if k.m == nil {
		k.m = map[string]*keyedLock{}
	}
	l := k.m[key]
	if l == nil {
		l = &keyedLock{free: make(chan struct{}, 1)}
		l.free <- struct{}{}
		k.m[key] = l
	}
	l.users++
	k.mu.Unlock()
	leave := func() {
		k.mu.Lock()
		if l.users--; l.users == 0 {
			delete(k.m, key)
		}
		k.mu.Unlock()
	}
	select {
	case <-l.free:
		return func() { l.free <- struct{}{}; leave() }, nil
	case <-ctx.Done():
		leave()
		return nil, ctx.Err()
	}
}
