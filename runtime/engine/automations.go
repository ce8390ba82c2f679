package engine

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"pipewright/rules"
	"pipewright/runtime/process"
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
	at time.Time
	// done are the places of the actions finished ("1.then.0"), the arms of branches taken ("1.then") and "if" once the condition
	// held; waits are those waited for, and until when.
	done  []string
	waits map[string]time.Time
	// counted are those that count working time.
	counted map[string]process.Counted
	// frame is what the actions see beside the record; loops are the eaches under way.
	frame *process.Frame
	loops map[string]*loopState
	// results are answers that later actions see, by the place of the call.
	results map[string]answer
	// job is the run's own, in which it notes how far it has come; nil for one of the runs of a tick.
	job *job
	log runBody
	// inTick: it is one of the runs of a tick, not yet a job of its own.
	inTick bool
}

// runAutomationJob runs an automation for the record that triggered it.
func (e *Engine) runAutomationJob(ctx context.Context, j *job) error {
	current, err := e.current(ctx, j.App)
	if err != nil {
		return refusal(err)
	}
	if j.Record == "" {
		if found, err := e.runWithout(ctx, j, current); !found || err != nil {
			return err
		}
	}
	form := current.Forms[j.Form]
	if form == nil {
		return permanent{fmt.Errorf("engine: app %s has no form %q any more", j.App, j.Form)}
	}
	doc, err := e.store.Get(ctx, RecordCollection(form), j.Record)
	if errors.Is(err, store.ErrNotFound) {
		return e.endWaiting(ctx, j)
	}
	if err != nil {
		return err
	}
	r, err := decodeRecord(doc)
	if err != nil {
		return err
	}
	if r.State == nil || !r.State.Deleted.IsZero() {
		return e.endWaiting(ctx, j)
	}
	app, err := e.pinned(ctx, r.State, current)
	if err == nil && j.Release != 0 && j.Release != app.Release {
		app, err = e.defs.Release(ctx, j.App, j.Release) // a run that has waited stays on its release
	}
	if err != nil {
		return err
	}
	a := app.Automations[j.Automation]
	if a == nil || a.Def.Off {
		return nil
	}
	cause := process.Cause{Root: j.Cause.Root, Depth: j.Cause.Depth + 1, Automation: j.App + "/" + j.Automation}
	w := &run{e: e, app: app, a: a, id: j.ID, rec: r.State, form: j.Form, cols: doc.Cols, cause: cause, at: j.started, done: j.Done, waits: j.Waits, counted: j.Counted, loops: maps.Clone(j.Loops), job: j}
	w.log = runBody{App: j.App, Automation: j.Automation, Record: j.Record, Attempt: j.Attempts, Cause: j.Cause.Automation, Actions: j.Acted}
	w.results, w.log.Payload = maps.Clone(j.Results), j.Payload
	if w.frame, err = payloadOf(a, j); err != nil {
		return w.end(ctx, err)
	}
	if a.Sent != nil {
		begun, err := e.begun(ctx, j.Record, r)
		if err != nil {
			return err
		}
		w.frame = a.SentFrame(begun)
	}
	w.recall(r.Ops, a.Actions, "")
	if stop, err := e.overBudget(ctx, j, cause); stop != nil || err != nil {
		if err != nil {
			return err
		}
		return w.end(ctx, stop)
	}
	err = w.all(ctx)
	w.keep(j)
	return w.end(ctx, err)
}

// runWithout runs an automation that has no record: for a group of them, or because another system called. Of a call that is about a record
// it finds which, and says so.
func (e *Engine) runWithout(ctx context.Context, j *job, app *process.App) (found bool, err error) {
	if j.Release != 0 && j.Release != app.Release {
		if app, err = e.defs.Release(ctx, j.App, j.Release); err != nil {
			return false, err
		}
	}
	a := app.Automations[j.Automation]
	if a == nil || a.Def.Off {
		return false, nil
	}
	cause := process.Cause{Root: j.Cause.Root, Depth: j.Cause.Depth + 1, Automation: j.App + "/" + j.Automation}
	w := &run{e: e, app: app, a: a, id: j.ID, cause: cause, at: j.started, done: j.Done, loops: maps.Clone(j.Loops), results: maps.Clone(j.Results), job: j}
	w.log = runBody{App: j.App, Automation: j.Automation, Attempt: j.Attempts, Actions: j.Acted, Payload: j.Payload}
	if stop, err := e.overBudget(ctx, j, cause); stop != nil || err != nil {
		if err != nil {
			return false, err
		}
		return false, w.end(ctx, stop)
	}
	if w.frame, err = payloadOf(a, j); err != nil {
		return false, w.end(ctx, err)
	}
	if a.Called != nil {
		if err := e.calledFor(ctx, j, app, a, w.frame); err != nil {
			return false, w.end(ctx, err)
		}
		return true, nil
	}
	if a.Group != nil {
		w.frame = w.frame.Into(a.Group, &process.Item{Group: j.Group, Rows: j.Rows}, "", nil)
	}
	err = w.all(ctx)
	w.keep(j)
	return false, w.end(ctx, err)
}

// endWaiting notes that a run which waited has ended because its record is gone.
func (e *Engine) endWaiting(ctx context.Context, j *job) error {
	if len(j.Waits) == 0 {
		return nil
	}
	w := &run{e: e, id: j.ID, at: j.started, waits: j.Waits}
	w.log = runBody{App: j.App, Automation: j.Automation, Record: j.Record, Attempt: j.Attempts, Actions: j.Acted, State: "stopped"}
	return w.end(ctx, nil)
}

// recall notes what an attempt that died before it left word must have settled: an operation of this run in the record's memory
// shows that the condition held, and which arms were taken. Asked again, they may well say otherwise of the record as it is by now.
func (w *run) recall(ops opMemory, list []*process.CompiledAction, prefix string) (begun bool) {
	for i, action := range list {
		seq := fmt.Sprintf("%s%d", prefix, i)
		_, acted := ops.find(shortHash("", w.id+"|"+seq))
		for _, arm := range []string{"then", "else"} {
			inner := action.Then
			if arm == "else" {
				inner = action.Else
			}
			if w.recall(ops, inner, seq+"."+arm+".") {
				acted = true
				if !slices.Contains(w.done, seq+"."+arm) {
					w.done = append(w.done, seq+"."+arm)
				}
			}
		}
		begun = begun || acted
	}
	if begun && prefix == "" && !slices.Contains(w.done, "if") {
		w.done = append(w.done, "if")
	}
	return begun
}

// keep writes into the job what the next attempt has to know.
func (w *run) keep(j *job) {
	j.Counted = w.counted
	j.Done, j.Waits, j.Loops, j.Results = w.done, w.waits, maps.Clone(w.loops), maps.Clone(w.results)
	if len(w.waits)+len(w.loops)+len(w.results) > 0 {
		j.Release = w.app.Release
	}
	if len(w.waits) > 0 {
		j.Acted = w.log.Actions
	}
}

// progress notes in the run's job how far it has come, before it goes on by that. A run of a tick has none.
func (w *run) progress(ctx context.Context) error {
	if w.job == nil {
		return nil
	}
	w.keep(w.job)
	return w.e.saveProgress(ctx, w.job)
}

// all carries out the actions in order, unless the automation's condition does not hold.
func (w *run) all(ctx context.Context) error {
	w.log.Title, _ = w.cols["title"].(string)
	if slices.Contains(w.done, "if") {
		return w.over(w.actions(ctx, w.a.Actions, w.frame, ""))
	}
	var applies bool
	var problem *rules.Problem
	err := w.ask(ctx, func(f *process.Facts) (needs []process.Need) {
		applies, needs, problem = process.Applies(w.app, w.a, w.rec, w.frame, f, w.at)
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
	w.done = append(slices.Clone(w.done), "if")
	if w.rec == nil && w.a.If != nil {
		if err := w.progress(ctx); err != nil {
			return err
		}
	}
	return w.over(w.actions(ctx, w.a.Actions, w.frame, ""))
}

// errStopped ends a run before its last action.
var errStopped = errors.New("engine: the run is over")

// errWait puts a run aside until an instant; it is no failure.
type errWait struct{ until time.Time }

func (errWait) Error() string { return "engine: the run waits" }

// over notes in the log that a run was ended or waits.
func (w *run) over(err error) error {
	var wait errWait
	switch {
	case errors.Is(err, errStopped):
		w.log.State = "stopped"
		return nil
	case errors.As(err, &wait):
		w.log.State, w.log.Until = "waiting", wait.until
	}
	return err
}

// ended asks whether what the automation says under "until" holds by now.
func (w *run) ended(ctx context.Context) error {
	over := false
	var problem *rules.Problem
	err := w.ask(ctx, func(f *process.Facts) (needs []process.Need) {
		over, needs, problem = process.Over(w.app, w.a, w.rec, w.frame, f, w.at)
		return needs
	})
	switch {
	case err != nil:
		return err
	case problem != nil:
		return incident(problem)
	case over:
		return errStopped
	}
	return nil
}

// pause waits once for an action: until when is settled the first time.
func (w *run) pause(seq string, until time.Time, counted *process.Counted) error {
	if until.After(w.at) {
		if counted != nil {
			if w.counted == nil {
				w.counted = map[string]process.Counted{}
			}
			w.counted[seq] = *counted
		}
		if w.waits == nil {
			w.waits = map[string]time.Time{}
		}
		w.waits[seq] = until
		return errWait{until}
	}
	w.done = append(w.done, seq)
	return nil
}

// ask puts a question to the core with the facts of this run's record.
func (w *run) ask(ctx context.Context, question func(*process.Facts) []process.Need) error {
	dir, err := w.e.Directory(ctx)
	if err != nil {
		return err
	}
	f := &fetcher{e: w.e, app: w.app, dir: dir, facts: factsAt(w.app, dir, w.e.instant())}
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
func (w *run) actions(ctx context.Context, list []*process.CompiledAction, fr *process.Frame, prefix string) error {
	for i, action := range list {
		seq := fmt.Sprintf("%s%d", prefix, i)
		if slices.Contains(w.done, seq) {
			var err error
			if fr, err = w.answered(action, fr, seq); err != nil {
				return err
			}
			continue
		}
		if until, waiting := w.waits[seq]; waiting {
			if err := w.pause(seq, until, nil); err != nil {
				return err
			}
			continue
		}
		if w.a.Until != nil {
			if err := w.ended(ctx); err != nil {
				return err
			}
		}
		if arm := w.taken(seq); arm != "" {
			if err := w.arm(ctx, action, fr, seq, arm); err != nil {
				return err
			}
			continue
		}
		if action.Loop != nil {
			if err := w.loop(ctx, action, fr, seq); err != nil {
				return err
			}
			continue
		}
		did, branch, err := w.action(ctx, action, fr, seq)
		for try := 1; overtaken(err) && try < maxTries; try++ {
			if err = w.reread(ctx); err == nil {
				did, branch, err = w.action(ctx, action, fr, seq)
			}
		}
		if err != nil {
			if did.Kind != "" {
				did.Failed = true
				w.note(did)
			}
			return err
		}
		if branch != nil {
			w.done = append(w.done, seq+"."+branch.Arm)
			if err := w.progress(ctx); err != nil {
				return err
			}
			if err := w.arm(ctx, action, fr, seq, branch.Arm); err != nil {
				return err
			}
			continue
		}
		if did.Kind == "wait" && !did.Skipped {
			w.note(did)
			if err := w.pause(seq, did.Until, did.counted); err != nil {
				return err
			}
			continue
		}
		w.note(did)
		w.done = append(w.done, seq)
		if fr, err = w.answered(action, fr, seq); err != nil {
			return err
		}
		if did.Kind == "stop" && !did.Skipped {
			return errStopped
		}
		if err := w.reload(ctx, did); err != nil {
			return err
		}
	}
	return nil
}

// taken is the arm of a branch that was taken already: it is gone through to its end, whatever the condition says by now.
func (w *run) taken(seq string) string {
	for _, arm := range []string{"then", "else"} {
		if slices.Contains(w.done, seq+"."+arm) {
			return arm
		}
	}
	return ""
}

func (w *run) arm(ctx context.Context, action *process.CompiledAction, fr *process.Frame, seq, arm string) error {
	list := action.Then
	if arm == "else" {
		list = action.Else
	}
	if err := w.actions(ctx, list, fr, seq+"."+arm+"."); err != nil {
		return err
	}
	w.done = append(w.done, seq)
	return nil
}

// action works one action out on the record as the run knows it and carries it out; the deed comes back when it is a branch to
// go on with.
func (w *run) action(ctx context.Context, action *process.CompiledAction, fr *process.Frame, seq string) (did RunAction, branch *process.Deed, err error) {
	var deed *process.Deed
	var problem *rules.Problem
	err = w.ask(ctx, func(f *process.Facts) (needs []process.Need) {
		deed, needs, problem = process.Perform(w.app, action, w.rec, fr, f, w.at, seq, w.cause)
		return needs
	})
	switch {
	case err != nil:
		return did, nil, err
	case problem != nil:
		return RunAction{Path: action.Path, Kind: kindOf(action)}, nil, incident(problem)
	case deed.Arm != "":
		return did, deed, nil
	}
	did, err = w.carryOut(ctx, action, fr, deed)
	did.Path, did.Input = action.Path, inputOf(deed)
	return did, nil, err
}

// overtaken: somebody changed what a value was computed from before it could be written; it must be computed anew.
func overtaken(err error) bool {
	r, refused := asRejection(err)
	return refused && r.Code == "rev.changed"
}

// reload reads the run's own record again after an action that may have changed it, so that the next one sees it as it is.
func (w *run) reload(ctx context.Context, did RunAction) error {
	if w.rec == nil || did.Skipped || did.Kind == "task" || did.Kind == "notify" || did.Kind == "http" || did.Kind == "mail" || did.Kind == "robot" || did.Kind == "stop" {
		return nil
	}
	return w.reread(ctx)
}

func (w *run) reread(ctx context.Context) error {
	if w.rec == nil {
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

// end writes the log of the run and passes its error on.
func (w *run) end(ctx context.Context, err error) error {
	if _, wait := asBuilding(err); wait {
		return err // nothing came of it yet, and it is no attempt
	}
	w.log.finish(err)
	if logErr := w.e.logRuns(ctx, []*run{w}); logErr != nil && err == nil {
		return logErr
	}
	return err
}
