package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"pipewright/rules"
	"pipewright/runtime/access"
	"pipewright/runtime/outbound"
	"pipewright/runtime/process"
	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

const (
	// maxDepth is how many automations may cause each other from one root.
	maxDepth = 16
	// maxPerRecord and maxPerHour bound how often an automation that other automations cause runs: for one record in a
	// minute, for all in an hour. Over the hour's budget it is paused.
	maxPerRecord = 60
	maxPerHour   = 1000
	// eachDefault is how many records an automation with each works on when it says no limit.
	eachDefault = 500
	eachWorkers = 8
)

// run is one run of an automation for one record (or none), being carried out.
type run struct {
	e    *Engine
	app  *process.App
	a    *process.CompiledAutomation
	id   string // of the run: operations and tasks are named after it
	rec  *process.State
	form string
	// cols of the record, for what tasks and notices show.
	cols  map[string]any
	cause process.Cause
	// at is the instant of the run; every attempt has its own.
	at   time.Time
	done []string
	log  runBody
}

// runBody is the log of a run as it is kept.
type runBody struct {
	App        string      `json:"app"`
	Automation string      `json:"automation"`
	Record     string      `json:"record,omitempty"`
	Title      string      `json:"title,omitempty"`
	State      string      `json:"state"`
	Error      *runProblem `json:"error,omitempty"`
	Actions    []RunAction `json:"actions,omitempty"`
	Attempt    int         `json:"attempt,omitempty"`
	At         time.Time   `json:"at"`
	Cause      string      `json:"cause,omitempty"`
}

type runProblem struct {
	Path    string     `json:"path,omitempty"`
	Code    string     `json:"code"`
	Message rules.Text `json:"message"`
}

func (p *runProblem) Error() string { return p.Code + " " + p.Path + ": " + p.Message.In("en") }

// RunAction is what became of one action. Kind is the action's member in the definition.
type RunAction struct {
	Path   string   `json:"path"`
	Kind   string   `json:"kind"`
	Record string   `json:"record,omitempty"`
	People []string `json:"people,omitempty"`
	Status int      `json:"status,omitempty"`
	// Skipped: its condition did not hold, or nobody was found.
	Skipped bool `json:"skipped,omitempty"`
}

// runAutomationJob runs an automation for the record that triggered it.
func (e *Engine) runAutomationJob(ctx context.Context, j *job) error {
	current, err := e.current(ctx, j.App)
	if err != nil {
		return refusal(err)
	}
	form := current.Forms[j.Form]
	if form == nil {
		return permanent{fmt.Errorf("engine: app %s has no form %q any more", j.App, j.Form)}
	}
	doc, err := e.store.Get(ctx, RecordCollection(form), j.Record)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	r, err := decodeRecord(doc)
	if err != nil {
		return err
	}
	if r.State == nil || !r.State.Deleted.IsZero() {
		return nil
	}
	app, err := e.pinned(ctx, r.State, current)
	if err != nil {
		return err
	}
	a := app.Automations[j.Automation]
	if a == nil || a.Def.Off {
		return nil
	}
	cause := process.Cause{Root: j.Cause.Root, Depth: j.Cause.Depth + 1, Automation: j.App + "/" + j.Automation}
	w := &run{e: e, app: app, a: a, id: j.ID, rec: r.State, form: j.Form, cols: doc.Cols, cause: cause, at: j.started, done: j.Done}
	w.log = runBody{App: j.App, Automation: j.Automation, Record: j.Record, Attempt: j.Attempts, Cause: j.Cause.Automation}
	if stop, err := e.overBudget(ctx, j, cause); stop != nil || err != nil {
		if err != nil {
			return err
		}
		return w.end(ctx, stop)
	}
	err = w.all(ctx)
	j.Done = w.done
	return w.end(ctx, err)
}

// all carries out the actions in order, unless the automation's condition does not hold.
func (w *run) all(ctx context.Context) error {
	w.log.Title, _ = w.cols["title"].(string)
	var applies bool
	var problem *rules.Problem
	err := w.ask(ctx, func(f *process.Facts) (needs []process.Need) {
		applies, needs, problem = process.Applies(w.app, w.a, w.rec, f, w.at)
		return needs
	})
	switch {
	case err != nil:
		return err
	case problem != nil:
		return incident(problem)
	case !applies:
		w.log.State = "skipped"
		return nil
	}
	return w.actions(ctx, w.a.Actions, "")
}

// ask puts a question to the core with the facts of this run's record.
func (w *run) ask(ctx context.Context, question func(*process.Facts) []process.Need) error {
	dir, err := w.e.Directory(ctx)
	if err != nil {
		return err
	}
	f := &fetcher{e: w.e, app: w.app, dir: dir, facts: &process.Facts{Calendar: calendarOf(w.app)}}
	if w.rec != nil {
		f.record, f.coll = w.rec.ID, RecordCollection(w.app.Forms[w.form])
	}
	return f.ask(ctx, question)
}

// incident is a rule that failed at run time: it is shown and not repeated by itself.
func incident(p *rules.Problem) error {
	return permanent{&runProblem{Path: p.Path, Code: p.Code, Message: p.Message}}
}

// actions carries out a list; prefix is the place of the list ("1.then.").
func (w *run) actions(ctx context.Context, list []*process.CompiledAction, prefix string) error {
	for i, action := range list {
		seq := fmt.Sprintf("%s%d", prefix, i)
		if slices.Contains(w.done, seq) {
			continue
		}
		var deed *process.Deed
		var problem *rules.Problem
		err := w.ask(ctx, func(f *process.Facts) (needs []process.Need) {
			deed, needs, problem = process.Perform(w.app, action, w.rec, f, w.at, seq, w.cause)
			return needs
		})
		if err != nil {
			return err
		}
		if problem != nil {
			return incident(problem)
		}
		if deed.Arm != "" {
			if err := w.actions(ctx, deed.Branch, seq+"."+deed.Arm+"."); err != nil {
				return err
			}
			continue
		}
		did, err := w.carryOut(ctx, action, deed)
		did.Path = action.Path
		if err != nil {
			return err
		}
		w.log.Actions = append(w.log.Actions, did)
		w.done = append(w.done, seq)
		if err := w.reload(ctx, did); err != nil {
			return err
		}
	}
	return nil
}

// reload reads the run's own record again after an action that may have changed it, so that the next one sees it as it is.
func (w *run) reload(ctx context.Context, did RunAction) error {
	if w.rec == nil || did.Skipped || did.Kind == "task" || did.Kind == "notify" || did.Kind == "http" {
		return nil
	}
	form := w.app.Forms[w.form]
	doc, err := w.e.store.Get(ctx, RecordCollection(form), w.rec.ID)
	if err != nil {
		return err
	}
	r, err := decodeRecord(doc)
	if err != nil {
		return err
	}
	w.rec, w.cols = r.State, doc.Cols
	return nil
}

// carryOut does one deed. Its operation id is run|seq, so doing it again does nothing more.
func (w *run) carryOut(ctx context.Context, a *process.CompiledAction, d *process.Deed) (RunAction, error) {
	op := w.id + "|" + d.Seq
	switch {
	case d.Command != nil:
		return w.command(ctx, a, d, op)
	case d.Start != nil:
		return w.start(ctx, d, op)
	case len(d.Tasks) > 0:
		return w.tasks(ctx, d, op)
	case len(d.Notices) > 0:
		did := RunAction{Kind: "notify"}
		var docs []store.Doc
		for i := range d.Notices {
			doc, err := noticeDoc(w.about(), fmt.Sprintf("notice|%s|%s", op, d.Notices[i].User), &d.Notices[i])
			if err != nil {
				return did, err
			}
			docs = append(docs, doc)
			did.People = append(did.People, d.Notices[i].User)
		}
		if err := w.e.insertAll(ctx, collNotices, docs); err != nil {
			return did, err
		}
		for _, user := range did.People {
			w.e.live.publish(Change{Kind: "notice", User: user})
		}
		return did, nil
	case d.HTTP != nil:
		return w.http(ctx, d, op)
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
	case len(d.Assign) > 0:
		return "assign"
	case d.Task != nil:
		return "task"
	case d.Notify != nil:
		return "notify"
	}
	return "http"
}

// about is the run's record as notices and tasks show it.
func (w *run) about() relayItem {
	it := relayItem{app: w.app.Def.Key, form: w.form, cols: w.cols, batch: batch{At: w.at.UnixMilli()}}
	if w.rec != nil {
		it.id = w.rec.ID
	}
	return it
}

// command gives a record an order as anybody would: it meets every gate.
func (w *run) command(ctx context.Context, a *process.CompiledAction, d *process.Deed, op string) (RunAction, error) {
	did := RunAction{Kind: kindOf(a), Record: d.Record}
	c := *d.Command
	c.ID, c.Op, c.Cause = d.Record, op, w.cause
	if c.Kind == process.Assign {
		did.People = []string{c.Owner}
	}
	_, err := w.e.Do(ctx, Request{service: true, Command: c})
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
	if w.rec == nil || c.Link == nil {
		return did, nil
	}
	_, err = w.e.Do(ctx, Request{service: true, Command: process.Command{Kind: process.Connect, ID: c.Link.ID, Op: op + "|link", Cause: w.cause,
		Link: &process.Link{ID: res.State.ID, Form: res.State.Form, Why: "started"}}})
	return did, refusal(err)
}

// tasks gives people something to do.
func (w *run) tasks(ctx context.Context, d *process.Deed, op string) (RunAction, error) {
	did := RunAction{Kind: "task"}
	docs := map[string]store.Doc{}
	for i := range d.Tasks {
		t := &d.Tasks[i]
		id := "todo|" + op + "|" + t.User
		doc, err := taskDoc(w.about(), &process.Effect{ID: id, Seq: 1, Task: t})
		if err != nil {
			return did, err
		}
		docs[id] = doc
		did.People = append(did.People, t.User)
	}
	if err := w.e.upsert(ctx, collTasks, docs, keepTask); err != nil {
		return did, err
	}
	for _, user := range did.People {
		w.e.live.publish(Change{Kind: "task", User: user})
	}
	return did, nil
}

// http sends a message: at least once, always under the same id.
func (w *run) http(ctx context.Context, d *process.Deed, op string) (RunAction, error) {
	did := RunAction{Kind: "http"}
	if w.e.outbound == nil {
		return did, permanent{outbound.ErrRefused}
	}
	reply, err := w.e.outbound.Send(ctx, outbound.Message{ID: shortHash(op), URL: d.HTTP.URL, Method: d.HTTP.Method, Headers: d.HTTP.Headers,
		Body: d.HTTP.Body, Secret: d.HTTP.Secret, At: w.e.instant()})
	if err == nil {
		did.Status = reply.Status
		return did, nil
	}
	var status *outbound.StatusError
	isStatus := errors.As(err, &status)
	if errors.Is(err, outbound.ErrRefused) || isStatus && status.Permanent() || w.log.Attempt > d.HTTP.Retry {
		return did, permanent{err}
	}
	return did, err
}

// refusal: what the rules say no to will not change by repeating at once, so it is an incident; a lost race is repeated.
func refusal(err error) error {
	if r, ok := asRejection(err); ok && r.Code != "conflict" {
		return permanent{err}
	}
	return err
}

// end writes the log of the run and passes its error on.
func (w *run) end(ctx context.Context, err error) error {
	w.log.finish(err)
	if logErr := w.e.logRuns(ctx, []*run{w}); logErr != nil && err == nil {
		return logErr
	}
	return err
}

func (b *runBody) finish(err error) {
	switch {
	case err == nil && b.State == "":
		b.State = "done"
	case err != nil:
		b.State = "failed"
		var p *runProblem
		if !errors.As(err, &p) {
			p = &runProblem{Code: "failed", Message: rules.Plain(err.Error())}
			if r, ok := asRejection(err); ok {
				p = &runProblem{Code: r.Code, Message: r.Message}
				if len(r.Details) > 0 {
					p.Path = r.Details[0].Path
				}
			}
		}
		b.Error = p
	}
}

// logRuns keeps the logs of runs, one entry for each attempt that came to an end.
func (e *Engine) logRuns(ctx context.Context, ws []*run) error {
	docs := make([]store.Doc, len(ws))
	for i, w := range ws {
		w.log.At = w.at
		body, err := marshal(w.log)
		if err != nil {
			return err
		}
		cols := map[string]any{"app": w.log.App, "automation": w.log.App + "/" + w.log.Automation, "state": w.log.State, "at": w.log.At.UnixMilli()}
		if w.log.Record != "" {
			cols["record"] = w.log.Record
		}
		docs[i] = store.Doc{ID: fmt.Sprintf("%s|%d", w.id, w.log.Attempt), Ver: 1, Cols: cols, Body: body}
	}
	return e.insertAll(ctx, collRuns, docs)
}

// budgets counts the runs that automations cause, in this process.
type budgets struct {
	mu     sync.Mutex
	record map[string][]time.Time
	hour   map[string][]time.Time
}

// take counts a run against a list of instants; false when the list is full within the span.
func take(list []time.Time, now time.Time, span time.Duration, limit int) ([]time.Time, bool) {
	list = slices.DeleteFunc(list, func(t time.Time) bool { return now.Sub(t) >= span })
	if len(list) >= limit {
		return list, false
	}
	return append(list, now), true
}

// overBudget stops automations that cause each other without end. Runs that a person or a schedule caused are not counted.
func (e *Engine) overBudget(ctx context.Context, j *job, cause process.Cause) (stop error, err error) {
	name := j.App + "/" + j.Automation
	if cause.Depth > maxDepth {
		return permanent{&runProblem{Code: "loop.depth", Message: rules.Say(
			"自动化互相触发超过 {n} 层，已停下。请检查它们是否互相循环", "自動化互相觸發超過 {n} 層，已停下。請檢查它們是否互相循環",
			"Automations have caused each other more than {n} times; this was stopped. See whether they go round in a circle", "n", maxDepth)}}, nil
	}
	paused, err := e.paused(ctx, name)
	if err != nil {
		return nil, err
	}
	if paused {
		return permanent{&runProblem{Code: "automation.paused", Message: rules.Say("这个自动化已暂停", "這個自動化已暫停", "This automation is paused")}}, nil
	}
	if j.Cause.Automation == "" || j.Attempts > 1 {
		return nil, nil
	}
	b := &e.budgets
	b.mu.Lock()
	if b.record == nil || len(b.record) > 10000 {
		b.record = map[string][]time.Time{}
	}
	if b.hour == nil {
		b.hour = map[string][]time.Time{}
	}
	var perRecord, perHour bool
	b.record[name+"|"+j.Record], perRecord = take(b.record[name+"|"+j.Record], j.started, time.Minute, maxPerRecord)
	b.hour[name], perHour = take(b.hour[name], j.started, time.Hour, maxPerHour)
	b.mu.Unlock()
	if perRecord && perHour {
		return nil, nil
	}
	why := rules.Say("自动化“{name}”一小时内被其他自动化触发超过 {n} 次，已暂停。请检查是否循环，然后在自动化页恢复它",
		"自動化「{name}」一小時內被其他自動化觸發超過 {n} 次，已暫停。請檢查是否循環，然後在自動化頁恢復它",
		"Other automations caused “{name}” more than {n} times within an hour; it is paused. See whether they go round in a circle, then resume it", "name", j.Automation, "n", maxPerHour)
	if !perRecord {
		why = rules.Say("自动化“{name}”一分钟内在同一条记录上被其他自动化触发超过 {n} 次，这次没有执行", "自動化「{name}」一分鐘內在同一條記錄上被其他自動化觸發超過 {n} 次，這次沒有執行",
			"Other automations caused “{name}” more than {n} times within a minute on one record; this time it did not run", "name", j.Automation, "n", maxPerRecord)
	} else if err := e.PauseAutomation(ctx, j.App, j.Automation, true); err != nil {
		return nil, err
	}
	return permanent{&runProblem{Code: "loop.rate", Message: why}}, nil
}

func (e *Engine) paused(ctx context.Context, name string) (bool, error) {
	d, err := e.store.Get(ctx, collLeases, "pause|"+name)
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	var b struct {
		Paused bool `json:"paused"`
	}
	return b.Paused, json.Unmarshal(d.Body, &b)
}

// PauseAutomation pauses or resumes an automation on every node. Who may is the caller's to check.
func (e *Engine) PauseAutomation(ctx context.Context, app, automation string, paused bool) error {
	e.budgets.mu.Lock()
	delete(e.budgets.hour, app+"/"+automation)
	e.budgets.mu.Unlock()
	return e.put(ctx, collLeases, "pause|"+app+"/"+automation, map[string]any{"kind": "pause"}, map[string]bool{"paused": paused})
}

// runTick runs a cron automation: once, or once for each record that its filter finds.
func (e *Engine) runTick(ctx context.Context, j *job) error {
	if entry, err := e.store.Get(ctx, collSchedules, j.Ledger); err != nil || entry.Cols["state"] != tickFired {
		return err // done before, only the job's own outcome was lost
	}
	app, err := e.current(ctx, j.App)
	if err != nil {
		return refusal(err)
	}
	a := app.Automations[j.Automation]
	if a == nil || a.Def.Off || a.Def.On.Cron == "" {
		return e.closeTick(ctx, j.Ledger, tickSkipped)
	}
	if paused, err := e.paused(ctx, j.App+"/"+j.Automation); err != nil {
		return err
	} else if paused {
		return e.closeTick(ctx, j.Ledger, tickSkipped)
	}
	if a.Def.On.Overlap != "allow" {
		open, err := e.openTicks(ctx, j.App+"/"+j.Automation, j.Tick, 1)
		if err != nil {
			return err
		}
		if open > 0 {
			return errLater{overlapWait}
		}
	}
	cause := process.Cause{Root: j.Cause.Root, Depth: 1, Automation: j.App + "/" + j.Automation}
	n := 0
	if a.Def.Each == nil {
		w := &run{e: e, app: app, a: a, id: j.ID, cause: cause, at: j.started, done: j.Done,
			log: runBody{App: j.App, Automation: j.Automation, Attempt: j.Attempts}}
		err = w.all(ctx)
		j.Done = w.done
		if err = w.end(ctx, err); err != nil {
			return err
		}
	} else if n, err = e.runEach(ctx, j, app, a, cause); err != nil {
		return err
	}
	return e.editTick(ctx, j.Ledger, func(t *tickEntry) { t.State, t.DoneAt, t.Records = tickDone, e.instant(), n })
}

// runEach runs the actions for every record found, several at a time. A record whose run fails gets a job of its own and holds up
// nobody; a tick that is taken up again goes on where it stood, and what it repeats does nothing more.
func (e *Engine) runEach(ctx context.Context, j *job, app *process.App, a *process.CompiledAutomation, cause process.Cause) (int, error) {
	form := a.Form
	if form == nil {
		return 0, permanent{fmt.Errorf("engine: automation %s/%s has each without a form", j.App, j.Automation)}
	}
	dir, err := e.Directory(ctx)
	if err != nil {
		return 0, err
	}
	filter := query.And{query.IsNull{Col: "deleted"}}
	viewer := access.Viewer{App: app, Dir: dir, User: access.ServiceUser(j.App), Service: true}
	where, problems := access.CompileWhere(form, a.Def.Each.Where, viewer, j.Tick, app.Zone)
	if rules.HasErrors(problems) {
		return 0, incident(&problems[0])
	}
	if where != nil {
		filter = append(filter, where)
	}
	limit := a.Def.Limit
	if limit == 0 {
		limit = eachDefault
	}
	total := 0
	q := query.Query{Filter: filter, After: j.After}
	for total < limit {
		q.Limit = min(200, limit-total)
		page, err := e.store.Query(ctx, RecordCollection(form), q)
		if err != nil {
			return total, err
		}
		var mu sync.Mutex
		var logs []*run
		var failed []store.Doc
		err = inParallel(eachWorkers, page.Docs, func(d store.Doc) error {
			w, err := e.runFor(ctx, j, app, a, cause, d)
			if w == nil {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			logs = append(logs, w)
			if err == nil {
				return nil
			}
			if ctx.Err() != nil {
				return ctx.Err()
			}
			var fixed permanent
			if errors.As(err, &fixed) {
				return nil // in the log, and not to be repeated
			}
			again, jobErr := newJob(job{ID: w.id, Kind: jobAutomation, App: j.App, Form: form.Def.Key, Record: d.ID, Automation: j.Automation,
				Cause: process.Cause{Root: j.Cause.Root}, Done: w.done}, e.instant().Add(backoff(w.id, 1)), e.instant())
			failed = append(failed, again)
			return jobErr
		})
		if err != nil {
			return total, err
		}
		if err := e.insertAll(ctx, collJobs, failed); err != nil {
			return total, err
		}
		if err := e.logRuns(ctx, logs); err != nil {
			return total, err
		}
		total += len(page.Docs)
		j.After = page.Next
		if q.After = page.Next; q.After == "" {
			break
		}
	}
	return total, nil
}

// runFor runs the actions for one record of a tick.
func (e *Engine) runFor(ctx context.Context, j *job, app *process.App, a *process.CompiledAutomation, cause process.Cause, d store.Doc) (*run, error) {
	r, err := decodeRecord(d)
	if err != nil || r.State == nil {
		return nil, err
	}
	w := &run{e: e, app: app, a: a, id: "auto|" + j.Ledger + "|" + d.ID, rec: r.State, form: a.Form.Def.Key, cols: d.Cols, cause: cause, at: j.started,
		log: runBody{App: j.App, Automation: j.Automation, Record: d.ID, Attempt: 1}}
	err = w.all(ctx)
	w.log.finish(err)
	return w, err
}

// Run is one run of an automation as people see it.
type Run struct {
	ID, State, Record, Title string
	At                       time.Time
	Code                     string
	Message                  rules.Text
	Path                     string
	Actions                  []RunAction
	Attempt                  int
}

// Runs lists the runs of an automation, newest first.
func (e *Engine) Runs(ctx context.Context, app, automation string, limit int, after string) ([]Run, string, error) {
	page, err := e.store.Query(ctx, collRuns, query.Query{Filter: query.Cmp{Col: "automation", Op: query.Eq, Value: app + "/" + automation},
		Sort: []query.Sort{{Col: "at", Desc: true}}, Limit: pageSize(limit), After: after})
	if err != nil {
		return nil, "", readError(err)
	}
	var out []Run
	for _, d := range page.Docs {
		var b runBody
		if err := json.Unmarshal(d.Body, &b); err != nil {
			return nil, "", err
		}
		r := Run{ID: d.ID, State: b.State, Record: b.Record, Title: b.Title, At: b.At, Actions: b.Actions, Attempt: b.Attempt}
		if b.Error != nil {
			r.Code, r.Message, r.Path = b.Error.Code, b.Error.Message, b.Error.Path
		}
		out = append(out, r)
	}
	return out, page.Next, nil
}
