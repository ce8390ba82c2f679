package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"pipewright/rules"
	"pipewright/runtime/access"
	"pipewright/runtime/org"
	"pipewright/runtime/process"
	"pipewright/runtime/store"
)

const (
	// maxTries is how often a command is decided again after a lost compare-and-set.
	maxTries = 5
	// maxNeeds is how many rounds of facts a decision may ask for.
	maxNeeds = 8
	// inlineRelay is how long an answer waits for its tasks to be relayed.
	inlineRelay = 50 * time.Millisecond
)

// Do carries out one command: load, authorise, decide, commit, relay. It answers only after the commit. Errors:
// *process.Rejection for what the rules or rights say no to, else a fault of the store; after store.ErrUnknown the same request
// with the same key finds out and finishes.
func (e *Engine) Do(ctx context.Context, req Request) (*Result, error) {
	c := req.Command
	c.At = e.instant()
	if len(c.Op) > 64 && !req.service {
		return nil, badRequest(rules.Say("操作编号（Idempotency-Key）最多 64 个字符", "操作編號（Idempotency-Key）最多 64 個字元", "An Idempotency-Key has at most 64 characters"))
	}
	request := requestHash(&c)
	begin := c.Kind == process.Create || c.Kind == process.Import
	if c.Op == "" {
		c.Op = e.newID() // every commit is an operation, so that an unknown outcome can be settled
	}
	if req.service {
		request = shortHash("service") // an action's operation id says it all; its values may be computed anew
	}
	key := c.Op
	c.Op = shortHash(req.User, key)

	var form *process.Form
	var err error
	if begin {
		app, err := e.current(ctx, c.App)
		if err != nil {
			return nil, err
		}
		if form = app.Forms[c.Form]; form == nil {
			return nil, notFound()
		}
		if c.ID == "" {
			c.ID = codeOf(form) + "-" + hashID(c.App, c.Form, req.User, key)
		}
	} else if form, err = e.form(ctx, c.ID); err != nil {
		return nil, err
	}
	c.App, c.Form = form.App.Def.Key, form.Def.Key
	if c.Cause.Root == "" {
		c.Cause.Root = c.ID + "|" + c.Op
	}
	unlock, err := e.locks.lock(ctx, c.ID)
	if err != nil {
		return nil, err
	}
	defer unlock()
	run := &command{e: e, req: &req, c: &c, request: request, form: form, coll: RecordCollection(form), begin: begin}
	res, err := run.tries(ctx)
	run.claims.settle(ctx, e, run.committed)
	if err == nil && run.committed && !req.service && e.watch.Did != nil {
		e.watch.Did(req.User, c, res.State)
	}
	return res, err
}

// command is one command under way.
type command struct {
	e       *Engine
	req     *Request
	c       *process.Command
	request string
	// form is that of the live release; the record may stand on an older one.
	form   *process.Form
	coll   string
	begin  bool
	claims claims
	// asked: the decision at hand has asked for facts, which are younger than the record as it was read.
	asked bool
	// mine holds what was decided when the outcome of a write became unknown.
	mine      *Result
	committed bool
}

// origin says where a try has the record from.
type origin int

const (
	// fromStore reads it.
	fromStore origin = iota
	// fromNothing does not look whether the record to create is there: the insert finds out.
	fromNothing
	// fromCache takes it as this process last knew it. Only a commit counts then; anything else is decided again on what
	// the store holds.
	fromCache
)

// errStale: a try made from the cache did not commit.
var errStale = errors.New("engine: decided on a remembered record")

func (r *command) tries(ctx context.Context) (*Result, error) {
	var last error
	from := fromStore
	if r.begin {
		from = fromNothing
	} else if _, known := r.e.cache.get(r.c.ID); known {
		from = fromCache
	}
	for try := 0; try < maxTries; {
		res, err := r.once(ctx, from)
		if from != fromCache {
			try++
		}
		from = fromStore
		switch {
		case err == nil:
			return res, nil
		case errors.Is(err, errStale):
		case errors.Is(err, store.ErrUnknown), errors.Is(err, store.ErrConflict), errors.Is(err, store.ErrExists), errors.Is(err, store.ErrNotFound):
			// Lost a race, or cannot tell: read the record back and find out. Should a write of unknown outcome arrive late, the
			// version guards against doing it twice.
			last = err
		default:
			return nil, err
		}
	}
	if errors.Is(last, store.ErrUnknown) {
		return nil, last
	}
	return nil, conflict()
}

// read gets the record a try is made on; nil when there is none.
func (r *command) read(ctx context.Context, from origin) (cachedRecord, error) {
	switch from {
	case fromNothing:
		return cachedRecord{}, nil
	case fromCache:
		known, _ := r.e.cache.get(r.c.ID)
		return known, nil
	}
	doc, err := r.e.store.Get(ctx, r.coll, r.c.ID)
	if errors.Is(err, store.ErrNotFound) {
		if r.begin {
			return cachedRecord{}, nil
		}
		return cachedRecord{}, notFound()
	}
	if err != nil {
		return cachedRecord{}, err
	}
	rec, err := r.e.decode(doc)
	return cachedRecord{rec, doc.Ver, doc.Cols}, err
}

// once loads, decides and commits.
func (r *command) once(ctx context.Context, from origin) (*Result, error) {
	at, err := r.read(ctx, from)
	if err != nil {
		return nil, err
	}
	res, next, err := r.onRecord(ctx, at)
	if from == fromCache && next == nil {
		if _, refused := asRejection(err); refused || err == nil {
			return nil, errStale
		}
	}
	if _, refused := asRejection(err); refused && from == fromNothing {
		// A repetition may meet conditions that have changed since the first time, not least by the first time itself.
		if now, readErr := r.read(ctx, fromStore); readErr == nil && now.rec != nil && !now.rec.Fence && !now.rec.Gone {
			if res, opErr := r.repeated(ctx, now); res != nil || opErr != nil {
				return res, opErr
			}
		}
	}
	if _, refused := asRejection(err); refused && from == fromStore && r.asked {
		// What speaks against it may be what another node has just done to this very record, be it the same operation.
		if now, readErr := r.read(ctx, fromStore); readErr == nil && now.ver != at.ver {
			return nil, store.ErrConflict
		}
	}
	if err != nil || next == nil {
		return res, err
	}
	return res, r.commit(ctx, at, next, res)
}

// onRecord answers a repetition, or decides; the document to commit is nil when nothing changes.
func (r *command) onRecord(ctx context.Context, at cachedRecord) (*Result, *record, error) {
	if at.rec != nil && at.rec.Gone {
		return nil, nil, notFound()
	}
	if at.rec != nil && !at.rec.Fence {
		if res, err := r.repeated(ctx, at); res != nil || err != nil {
			return res, nil, err
		}
		if r.begin {
			return nil, nil, opReused() // the id is taken by another operation
		}
	} else if at.rec != nil && !r.begin {
		return nil, nil, notFound()
	}
	return r.decide(ctx, at.rec, at.ver)
}

// commit writes the document and sets its effects going.
func (r *command) commit(ctx context.Context, at cachedRecord, next *record, res *Result) error {
	dir, err := r.e.Directory(ctx)
	if err != nil {
		return err
	}
	doc, err := next.document(r.form, dir, at.ver+1)
	if err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if at.rec == nil {
		err = r.e.store.Insert(ctx, r.coll, doc)
	} else {
		err = r.e.store.Replace(ctx, r.coll, doc, at.ver)
	}
	if err != nil {
		r.e.cache.drop(r.c.ID)
		if errors.Is(err, store.ErrUnknown) {
			r.mine, r.claims.unsure = res, true
		}
		return err
	}
	r.committed = true
	r.e.cache.put(r.c.ID, cachedRecord{next, doc.Ver, doc.Cols})
	res.rec, res.cols = next, doc.Cols
	r.e.committed(ctx, relayItem{coll: r.coll, id: r.c.ID, app: r.c.App, form: r.c.Form, cols: doc.Cols, batch: next.Pending[len(next.Pending)-1],
		state: next.State, ver: doc.Ver})
	return nil
}

// repeated answers a command that this record remembers; nil when it does not.
func (r *command) repeated(ctx context.Context, at cachedRecord) (*Result, error) {
	old := at.rec
	o, found := old.Ops.find(r.c.Op)
	if !found {
		for _, b := range old.Pending {
			for _, entry := range b.Ops {
				if got, err := parseOp(entry); err == nil && got.ID == r.c.Op {
					o, found = got, true
				}
			}
		}
	}
	if !found && old.OpsLeft > 0 && r.c.At.UnixMilli()-old.OpsLeft < opMemoryFor.Milliseconds() {
		doc, err := r.e.store.Get(ctx, collOps, r.c.ID+"|"+r.c.Op)
		if err == nil {
			o, found, err = opOf(doc)
		}
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return nil, err
		}
	}
	if !found {
		return nil, nil
	}
	if o.Request != r.request {
		return nil, opReused()
	}
	app, err := r.e.pinned(ctx, old.State, r.form.App)
	if err != nil {
		return nil, err
	}
	if r.mine != nil { // our own write, whose outcome was unknown
		r.committed = true
		for _, b := range old.Pending {
			r.e.committed(ctx, relayItem{coll: r.coll, id: r.c.ID, app: r.c.App, form: r.c.Form, cols: at.cols, batch: b, state: old.State, ver: at.ver})
		}
		return &Result{State: old.State, Ver: at.ver, App: app, Events: r.mine.Events, Warnings: r.mine.Warnings}, nil
	}
	dir, err := r.e.Directory(ctx)
	if err != nil {
		return nil, err
	}
	if !r.req.service && !access.RightsUnder(r.form.App, app, r.c.Form, dir, r.req.User, old.State).Read {
		return nil, notFound()
	}
	return &Result{State: old.State, Ver: at.ver, App: app, Repeated: true}, nil
}

// decide asks the core, brings the facts it lacks, and lays out the next document; nil when nothing changes.
func (r *command) decide(ctx context.Context, old *record, ver int64) (*Result, *record, error) {
	e, c := r.e, r.c
	var before *process.State
	if old != nil {
		before = old.State
	}
	app, err := e.pinned(ctx, before, r.form.App)
	if err != nil {
		return nil, nil, err
	}
	if c.Plan != nil { // the release that the record goes to decides
		if app = c.Plan.To; c.Kind == process.Unmigrate {
			app = c.Plan.From
		}
	}
	dir, err := e.Directory(ctx)
	if err != nil {
		return nil, nil, err
	}
	c.Actor = r.actor(app, dir, before)
	if before != nil && !c.Actor.Rights.Read && !r.mayClaim(dir) {
		return nil, nil, notFound()
	}
	facts := factsAt(app, dir, c.At)
	facts.Live = r.form.App
	r.claims.anew()
	r.asked = false
	fetch := &fetcher{e: e, app: app, dir: dir, facts: facts, record: c.ID, form: c.Form, coll: r.coll, ver: ver, claims: &r.claims}
	if !r.req.service {
		fetch.user = r.req.User
	}
	if old != nil {
		fetch.held = old.Claims
	}
	var d *process.Decision
	for round := 0; ; round++ {
		d = process.Decide(app, before, c, facts)
		if len(d.Needs) == 0 {
			break
		}
		if round == maxNeeds {
			return nil, nil, reject("facts.limit", rules.Say(
				"这一步要查的资料环环相扣，超过 {n} 层，请管理员简化规则", "這一步要查的資料環環相扣，超過 {n} 層，請管理員簡化規則",
				"This step looks up facts more than {n} levels deep; ask the admin to simplify its rules", "n", maxNeeds))
		}
		r.asked = true
		if err := fetch.all(ctx, d.Needs); err != nil {
			return nil, nil, err
		}
	}
	if d.Reject != nil {
		return nil, nil, d.Reject
	}
	res := &Result{State: before, Ver: ver, App: app, Events: d.Events, Warnings: d.Warnings}
	if len(d.Events) == 0 {
		if c.Kind == process.Refresh {
			return res, nil, r.touch(ctx, old, ver)
		}
		return res, nil, nil
	}
	if d.State.Release > 0 && d.State.Release != app.Release {
		return nil, nil, fmt.Errorf("engine: record %s was decided on release %d and stands on %d", c.ID, app.Release, d.State.Release)
	}
	res.State, res.Ver = d.State, ver+1
	next := &record{State: d.State}
	now := batch{N: ver + 1, At: c.At.UnixMilli(), Effects: process.Effects(app, before, c.ID, d.Events, facts.Called)}
	now.Renew = process.Renewals(r.form, before, d.State)
	now.Effects = append(now.Effects, process.Refreshes(r.form, before, c.ID, d.Events)...)
	others, err := e.defs.Live(ctx)
	if err != nil {
		return nil, nil, err
	}
	for _, other := range others {
		now.Effects = append(now.Effects, process.RefreshesIn(other, r.form, before, c.ID, d.Events)...)
	}
	var chain head
	if old != nil && !old.Fence {
		chain, next.OpsLeft, next.Numbers = old.Chain, old.OpsLeft, slices.Clone(old.Numbers)
		next.Pending = e.stillPending(c.ID, old.Pending)
		next.Ops = old.Ops
		next.Claims = old.Claims
	}
	if now.Events, next.Chain, err = extend(chain, c.ID, d.Events); err != nil {
		return nil, nil, err
	}
	next.Ops, now.Ops = next.Ops.add(op{ID: c.Op, Request: r.request, At: c.At, Seq: next.Chain.Seq})
	if len(now.Ops) > 0 {
		next.OpsLeft = now.At
	}
	claimed := heldBy(app, r.form.App, d.State)
	if err := fetch.claimRest(ctx, claimed); err != nil {
		return nil, nil, err
	}
	held := claimIDs(claimed)
	for _, name := range next.Claims {
		if !slices.Contains(held, name) {
			now.Release = append(now.Release, name)
		}
	}
	next.Claims = held
	now.Confirm = r.claims.confirm()
	next.Numbers = append(next.Numbers, now.Confirm...)
	next.Pending = append(next.Pending, now)
	return res, next, nil
}

// mayClaim lets a member of a pool of the form hear that another was quicker: the record is not his to read any more.
func (r *command) mayClaim(dir *org.Directory) bool {
	return r.c.Kind == process.Claim && len(access.Pools(r.form.App, r.form, dir, r.req.User)) > 0
}

// actor is who asks, with what he may do on this record.
func (r *command) actor(app *process.App, dir *org.Directory, s *process.State) process.Actor {
	if !r.req.service {
		return access.Actor(r.form.App, app, r.c.Form, dir, r.req.User, s)
	}
	a := access.Service(app)
	if r.req.User != "" {
		a.User = r.req.User // an import is the importer's deed
	}
	return a
}
