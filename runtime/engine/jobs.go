package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"sync"
	"time"

	"pipewright/forms"
	"pipewright/rules"
	"pipewright/runtime/process"
	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

const (
	// leaseFor is how long a claimed job belongs to its worker; renewed every renewEvery. A worker stops its own work
	// leaseMargin before the lease runs out.
	leaseFor    = 30 * time.Second
	renewEvery  = 10 * time.Second
	leaseMargin = 5 * time.Second
	// maxAttempts is how often a job is tried before it is dead.
	maxAttempts = 12
	// maxClaims is how often a job may be claimed without any outcome, which points to a job that kills its worker.
	maxClaims  = 3
	maxBackoff = 6 * time.Hour
	// keepDone is how long finished jobs, runs and old operations are kept; ids must outlive any repetition.
	keepDone = 7 * 24 * time.Hour
	jobPoll  = time.Second
)

// Job states.
const (
	jobReady   = "ready"
	jobRunning = "running"
	jobDone    = "done"
	jobDead    = "dead"
)

// Job kinds. Each has a handler in jobHandlers.
const (
	jobAutomation = "automation" // an automation for one record
	jobTimer      = "timer"      // a timer of a record has come
	jobTick       = "tick"       // a schedule is due
	jobReclaim    = "reclaim"    // the night's look at the records of a pool's members
	jobRefresh    = "refresh"    // lookups or rollups are out of date
	jobSnapshot   = "snapshot"   // the positions of a process at the beginning of a week
	jobClean      = "clean"      // a record is gone, and what is known of it elsewhere with it
	jobShow       = "show"       // what other collections show of a form's records is out of date
	jobCalendar   = "calendar"   // the open timers of a form's records are counted by another calendar
	jobLayOut     = "layOut"     // records are to be laid out as a release has them that went live
	jobReplan     = "replan"     // the dates of a form's records mean other moments than before
	jobPassOn     = "passOn"     // somebody is away or has left, and has decisions open
	jobImport     = "import"     // rows of a file come in, or are taken back
	jobMigrate    = "migrate"    // records go on to another release, or back
	jobMerge      = "merge"      // two records become one, or two again
	jobAlike      = "alike"      // records that are likely one and the same are looked for
	jobAnchor     = "anchor"     // a day's chain heads are to be signed
	jobPrecedents = "precedents" // what the closed records of a process did is counted
	jobLeaver     = "leaver"     // what a person who leaves has goes to others
	jobTell       = "tell"       // somebody wants by mail what he was told
	jobRung       = "rung"       // somebody has had a task for some time
)

var jobHandlers map[string]func(*Engine, context.Context, *job) error

func init() { // the handlers come back here for their constants
	jobHandlers = map[string]func(*Engine, context.Context, *job) error{
		jobAutomation: (*Engine).runAutomationJob,
		jobTimer:      (*Engine).runTimer,
		jobTick:       (*Engine).runTick,
		jobReclaim:    (*Engine).runReclaim,
		jobRefresh:    (*Engine).runRefresh,
		jobShow:       (*Engine).runShow,
		jobClean:      (*Engine).runClean,
		jobLayOut:     (*Engine).runLayOut,
		jobSnapshot:   (*Engine).runSnapshot,
		jobImport:     (*Engine).runImport,
		jobMigrate:    (*Engine).runMigration,
		jobMerge:      (*Engine).runMerge,
		jobAlike:      (*Engine).runAlike,
		jobAnchor:     (*Engine).runAnchor,
		jobDeliver:    (*Engine).runDelivery,
		jobPassOn:     (*Engine).runPassOn,
		jobReplan:     (*Engine).runReplan,
		jobCalendar:   (*Engine).runCalendar,
		jobRung:       (*Engine).runRung,
		jobTell:       (*Engine).runTell,
		jobLeaver:     (*Engine).runLeaver,
		jobPrecedents: (*Engine).runPrecedents,
	}
}

// job is a piece of work that will be done, at least once, by one of the nodes.
type job struct {
	ID         string `json:"id"`
	Kind       string `json:"kind"`
	App        string `json:"app,omitempty"`
	Form       string `json:"form,omitempty"`
	Record     string `json:"record,omitempty"`
	Automation string `json:"automation,omitempty"`
	Seq        int64  `json:"seq,omitempty"`
	Timer      string `json:"timer,omitempty"`
	// Via is the reference by which a refresh finds its records.
	Via   string        `json:"via,omitempty"`
	Cause process.Cause `json:"cause,omitzero"`
	// Tick is the instant a schedule was due, and Ledger its entry.
	Tick   time.Time `json:"tick,omitzero"`
	Ledger string    `json:"ledger,omitempty"`
	// Done lists the actions that former attempts have finished.
	Done []string `json:"done,omitempty"`
	// Waits are the waits of a run and when each ends, Acted what it has done so far, and Release what it stays on.
	Waits map[string]time.Time `json:"waits,omitempty"`
	// Counted are those of them that count working time.
	Counted map[string]process.Counted `json:"counted,omitempty"`
	Acted   []RunAction                `json:"acted,omitempty"`
	Release int                        `json:"release,omitempty"`
	// Loops are the eaches a run is in and what each goes through, settled before anything is done.
	Loops map[string]*loopState `json:"loops,omitempty"`
	// Group and Rows are the group of records that a run is for.
	Group forms.Stored `json:"group,omitempty"`
	Rows  []string     `json:"rows,omitempty"`
	// Payload came with a webhook; Body stands for it as it came, so that one id is not used for two. Results are the answers of calls that
	// later actions see, by their place.
	Payload json.RawMessage   `json:"payload,omitempty"`
	Body    string            `json:"body,omitempty"`
	Results map[string]answer `json:"results,omitempty"`
	// Groups are those that a tick has found, each to be a job of its own.
	Groups []process.Item `json:"groups,omitempty"`
	// Plan is what the dates of the records are to be planned by; Owners are those whose records it is about, none for all.
	Plan   string   `json:"plan,omitempty"`
	Owners []string `json:"owners,omitempty"`
	// Gone: people have gone to teams with other calendars; the calendars are what they were.
	Gone bool `json:"gone,omitempty"`
	// Person is whose open decisions are passed on.
	Person string `json:"person,omitempty"`
	// Task is what a rung of a ladder is about.
	Task string            `json:"task,omitempty"`
	Rung *process.TaskRung `json:"rung,omitempty"`
	// After is how far a former attempt came through a list of records.
	After string `json:"after,omitempty"`
	// Live is since when what the job is about is known to be live.
	Live time.Time `json:"live,omitzero"`
	// Page are the records of a tick that were read up to After and are worked on, Ran how many came before them.
	Page []string `json:"page,omitempty"`
	Ran  int      `json:"ran,omitempty"`
	// Dead is for how many of those it failed for good.
	Dead int `json:"dead,omitempty"`
	// Delivery is what goes out.
	Delivery string `json:"delivery,omitempty"`

	// Why it is dead, until everybody concerned has heard of it.
	Why *runProblem `json:"why,omitempty"`

	State     string    `json:"state"`
	CreatedAt time.Time `json:"createdAt"`
	Due       time.Time `json:"due,omitzero"`
	// Owner is the node that runs it; Fence counts claims, so that a late result can be told from a good one.
	Owner string `json:"owner,omitempty"`
	Fence int64  `json:"fence,omitempty"`
	// Attempts are counted before running; Claims are those since the last outcome.
	Attempts int       `json:"attempts,omitempty"`
	Claims   int       `json:"claims,omitempty"`
	Error    string    `json:"error,omitempty"`
	Hands    []hand    `json:"hands,omitempty"`
	DoneAt   time.Time `json:"doneAt,omitzero"`

	ver int64
	// started is the instant of this attempt.
	started time.Time
	lease   *lease
}

// lease is a job as it was last written. Whoever renews it works on this copy, and the handler on the job itself.
type lease struct {
	mu   sync.Mutex
	kept job
}

// errLater puts a job back without counting the attempt.
type errLater struct{ after time.Duration }

func (e errLater) Error() string { return "engine: not yet" }

// permanent marks an error that repeating cannot mend.
type permanent struct{ err error }

func (p permanent) Error() string { return p.err.Error() }

func (p permanent) Unwrap() error { return p.err }

func newJob(j job, due, now time.Time) (store.Doc, error) {
	j.State, j.Due, j.CreatedAt = jobReady, due.UTC(), now.UTC()
	return j.doc(1)
}

func (j *job) doc(ver int64) (store.Doc, error) {
	body, err := marshal(j)
	cols := map[string]any{"state": j.State, "kind": j.Kind, "createdAt": j.CreatedAt.UnixMilli()}
	for name, v := range map[string]string{"app": j.App, "record": j.Record, "automation": j.Automation} {
		if v != "" {
			cols[name] = v
		}
	}
	if j.State == jobReady || j.State == jobRunning || j.Why != nil {
		cols["due"] = j.Due.UnixMilli()
	}
	if !j.DoneAt.IsZero() {
		cols["doneAt"] = j.DoneAt.UnixMilli()
	}
	return store.Doc{ID: j.ID, Ver: ver, Cols: cols, Body: body}, err
}

func jobOf(d store.Doc) (*job, error) {
	var j job
	if err := json.Unmarshal(d.Body, &j); err != nil {
		return nil, fmt.Errorf("engine: job %s: %w", d.ID, err)
	}
	j.ver = d.Ver
	return &j, nil
}

// save writes the job if nobody else has since it was read. Errors: store.ErrConflict.
func (e *Engine) saveJob(ctx context.Context, j *job) error {
	d, err := j.doc(j.ver + 1)
	if err != nil {
		return err
	}
	if err := e.store.Replace(ctx, collJobs, d, j.ver); err != nil {
		return err
	}
	j.ver++
	return nil
}

// saveProgress writes what the handler of a job has changed in it, so that another worker would go on from there. Errors:
// store.ErrConflict when the job is another's by now.
func (e *Engine) saveProgress(ctx context.Context, j *job) error {
	j.lease.mu.Lock()
	defer j.lease.mu.Unlock()
	j.ver, j.Due = j.lease.kept.ver, j.lease.kept.Due
	if err := e.saveJob(ctx, j); err != nil {
		return err
	}
	j.lease.kept = *j
	return nil
}

// came notes how far the job has come through its records; the next renewal of the lease writes it.
func (j *job) came(after string) {
	j.lease.mu.Lock()
	defer j.lease.mu.Unlock()
	j.After, j.lease.kept.After = after, after
}

// backoff is how long a job waits after its n-th attempt: n⁴ seconds, ±10 % by the job's id, at most 6 h.
func backoff(id string, n int) time.Duration {
	d := min(time.Duration(n*n*n*n)*time.Second, maxBackoff)
	h := fnv.New32a()
	_, _ = h.Write([]byte(id))
	return min(d+d/1000*time.Duration(int(h.Sum32()%201)-100), maxBackoff)
}

// jobLoop claims and runs jobs as they come due.
func (e *Engine) jobLoop(ctx context.Context) {
	slots := make(chan struct{}, e.workers)
	var under sync.WaitGroup
	defer under.Wait()
	for ctx.Err() == nil {
		free := cap(slots) - len(slots)
		n := 0
		if free > 0 {
			jobs, err := e.dueJobs(ctx, free)
			if err != nil && ctx.Err() == nil {
				e.log.Warn("jobs could not be read", "error", err)
			}
			for _, j := range jobs {
				if ctx.Err() != nil {
					break
				}
				ok, err := e.claim(ctx, j)
				if err != nil {
					e.log.Warn("a job could not be claimed", "job", j.ID, "error", err)
				}
				if !ok {
					continue
				}
				n++
				slots <- struct{}{}
				under.Go(func() {
					defer func() { <-slots; e.wake() }()
					// A job under way is finished when the engine stops; its lease bounds it.
					e.work(context.WithoutCancel(ctx), j)
				})
			}
		}
		if n > 0 && len(slots) < cap(slots) {
			continue
		}
		wait := time.NewTimer(jobPoll)
		select {
		case <-e.kick:
		case <-wait.C:
		case <-ctx.Done():
		}
		wait.Stop()
	}
}

// RunDue runs every job that is due, and what they lead to, until none is left; it returns how many it ran. Tests, the sandbox and
// tools use it in place of Start. Timers and schedules that have come due are looked at first and again after each round.
func (e *Engine) RunDue(ctx context.Context) (int, error) {
	total := 0
	for {
		if err := e.Schedule(ctx); err != nil {
			return total, err
		}
		if err := e.fireTimers(ctx); err != nil {
			return total, err
		}
		jobs, err := e.dueJobs(ctx, 100)
		if err != nil {
			return total, err
		}
		ran := 0
		for _, j := range jobs {
			ok, err := e.claim(ctx, j)
			if err != nil {
				return total, err
			}
			if ok {
				e.work(ctx, j)
				ran++
			}
		}
		if total += ran; ran == 0 {
			return total, ctx.Err()
		}
	}
}

// dueJobs lists jobs that may be claimed now: ready ones, and running ones whose lease has run out.
func (e *Engine) dueJobs(ctx context.Context, n int) ([]*job, error) {
	page, err := e.store.Query(ctx, collJobs, query.Query{
		Filter: query.Cmp{Col: "due", Op: query.Le, Value: e.instant().UnixMilli()}, Sort: []query.Sort{{Col: "due"}}, Limit: max(1, min(n, 500))})
	if err != nil {
		return nil, err
	}
	out := make([]*job, 0, len(page.Docs))
	for _, d := range page.Docs {
		j, err := jobOf(d)
		if err != nil {
			return nil, err
		}
		out = append(out, j)
	}
	return out, nil
}

// claim takes a job for this node, counting the attempt; false when another was quicker or the job is a poison.
func (e *Engine) claim(ctx context.Context, j *job) (bool, error) {
	if j.State == jobDead {
		e.mourn(ctx, j)
		return false, nil
	}
	now := e.instant()
	poison := j.Claims >= maxClaims
	if poison {
		j.State, j.DoneAt, j.Due, j.Owner = jobDead, now, now.Add(retellAfter), ""
		j.Why = &runProblem{Message: rules.Say("{n} 个工作进程接手后都没有结果", "{n} 個工作行程接手後都沒有結果", "{n} workers took it and none came back with an outcome", "n", maxClaims)}
		j.Error = fmt.Sprintf("%d workers took this job and none came back with an outcome", j.Claims)
	} else {
		j.State, j.Owner, j.Due, j.started = jobRunning, e.node, now.Add(leaseFor), now
		j.Fence++
		j.Attempts++
		j.Claims++
	}
	err := e.saveJob(ctx, j)
	if errors.Is(err, store.ErrConflict) || errors.Is(err, store.ErrNotFound) || errors.Is(err, store.ErrUnknown) {
		return false, nil // another's now; if it is ours without our knowing, the lease runs out
	}
	if err == nil && poison {
		e.mourn(ctx, j)
	}
	return err == nil && !poison, err
}

// work runs a claimed job and writes down its outcome. A result whose job was taken over meanwhile is dropped.
func (e *Engine) work(ctx context.Context, j *job) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	l := &lease{kept: *j}
	j.lease = l
	stop := make(chan struct{})
	var renewing sync.WaitGroup
	renewing.Go(func() { e.renew(ctx, cancel, l, stop) })
	err := e.handle(ctx, j)
	close(stop)
	renewing.Wait()
	j.ver = l.kept.ver
	e.outcome(context.WithoutCancel(ctx), j, err)
}

// handle calls the job's handler; a panic is the job's failure and not the process's.
func (e *Engine) handle(ctx context.Context, j *job) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = permanent{fmt.Errorf("panic: %v", p)}
			e.log.Error("a job panicked", "job", j.ID, "panic", p)
		}
	}()
	run := jobHandlers[j.Kind]
	if run == nil {
		return permanent{fmt.Errorf("engine: job kind %q is unknown", j.Kind)}
	}
	return run(e, ctx, j)
}

// renew keeps the lease while the work goes on. When that fails the work is stopped before the lease runs out.
func (e *Engine) renew(ctx context.Context, cancel context.CancelFunc, l *lease, stop <-chan struct{}) {
	until := time.Now().Add(leaseFor - leaseMargin)
	for {
		t := time.NewTimer(min(renewEvery, time.Until(until)))
		select {
		case <-stop:
			t.Stop()
			return
		case <-ctx.Done():
			t.Stop()
			return
		case <-t.C:
		}
		l.mu.Lock()
		l.kept.Due = e.instant().Add(leaseFor)
		err := e.saveJob(ctx, &l.kept)
		l.mu.Unlock()
		switch {
		case err == nil:
			until = time.Now().Add(leaseFor - leaseMargin)
		case errors.Is(err, store.ErrConflict), errors.Is(err, store.ErrNotFound), !time.Now().Before(until):
			cancel()
			return
		}
	}
}

// outcome writes down how a job ended: done, again later, or dead.
func (e *Engine) outcome(ctx context.Context, j *job, err error) {
	now := e.instant()
	var wait errLater
	var rest errWait
	var fixed permanent
	j.Claims, j.Owner = 0, ""
	if _, wait := asBuilding(err); wait {
		err = errLater{buildingAgain}
	}
	switch {
	case err == nil:
		j.State, j.DoneAt, j.Error = jobDone, now, ""
	case errors.As(err, &wait):
		j.State, j.Due = jobReady, now.Add(wait.after)
		j.Attempts--
	case errors.As(err, &rest):
		j.State, j.Due, j.Attempts, j.Error = jobReady, rest.until, 0, ""
	case errors.As(err, &fixed), j.Attempts >= maxAttempts:
		j.State, j.DoneAt, j.Due, j.Error, j.Why = jobDead, now, now.Add(retellAfter), err.Error(), whyOf(err)
	default:
		j.State, j.Due, j.Error = jobReady, now.Add(retryAfter(err, backoff(j.ID, j.Attempts))), err.Error()
	}
	saveErr := e.saveJob(ctx, j)
	if saveErr != nil {
		// Somebody else has the job by now, or will have it when the lease runs out; what was done is safe to repeat.
		e.log.Warn("the outcome of a job was dropped", "job", j.ID, "error", saveErr)
		return
	}
	e.tellRan(j)
	if j.State == jobDead {
		e.mourn(ctx, j)
	}
}
