package engine

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"pipewright/forms"
	"pipewright/rules"
	"pipewright/runtime/access"
	"pipewright/runtime/process"
	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

const (
	// maxEach is how many records an each inside a run may find; one that finds more is an incident, never half done.
	maxEach = 1000
	// maxNoted is how many actions the log of a run tells one by one.
	maxNoted = 200
)

// loopState is what an each goes through, settled when the run first comes to it and written into its job before anything is done: what
// the actions change may well change what would be found.
type loopState struct {
	Items []process.Item `json:"items"`
	// Form and Table are the rows of a record's table as they were then.
	Form  string       `json:"form,omitempty"`
	Table forms.Stored `json:"table,omitempty"`
}

// loop runs the actions of an each for everything it finds, or those for none.
func (w *run) loop(ctx context.Context, action *process.CompiledAction, fr *process.Frame, seq string) error {
	state, rows, err := w.settled(ctx, action, fr, seq)
	if err != nil {
		return err
	}
	if state == nil {
		w.note(RunAction{Path: action.Path, Kind: "each", Skipped: true})
		w.done = append(w.done, seq)
		return nil
	}
	if len(state.Items) == 0 {
		delete(w.loops, seq)
		w.done = append(w.done, seq+".else")
		return w.arm(ctx, action, fr, seq, "else")
	}
	for i := range state.Items {
		inner := fr.Into(action.Loop, &state.Items[i], state.Form, rows)
		if err := w.actions(ctx, action.Do, inner, seq+"."+strconv.Itoa(i)+"."); err != nil {
			return err
		}
	}
	delete(w.loops, seq)
	maps.DeleteFunc(w.results, func(at string, _ answer) bool { return strings.HasPrefix(at, seq+".") })
	w.done = slices.DeleteFunc(slices.Clone(w.done), func(done string) bool { return strings.HasPrefix(done, seq+".") })
	w.done = append(w.done, seq)
	return nil
}

// settled is what an each goes through, as it was found the first time; nil when the action's condition does not hold.
func (w *run) settled(ctx context.Context, action *process.CompiledAction, fr *process.Frame, seq string) (*loopState, []map[string]any, error) {
	l := action.Loop
	if state := w.loops[seq]; state != nil {
		if l.Table == nil || l.Table.Field != "" {
			return state, (&process.LoopDeed{Form: state.Form, Table: state.Table}).Decoded(w.app, l), nil
		}
		var rows []map[string]any
		var problem *rules.Problem
		err := w.ask(ctx, func(f *process.Facts) (needs []process.Need) {
			rows, needs, problem = process.LoopRows(w.app, l, w.rec, fr, f, w.at)
			return needs
		})
		if err == nil && problem != nil {
			err = incident(problem)
		}
		return state, rows, err
	}
	var deed *process.Deed
	var problem *rules.Problem
	err := w.ask(ctx, func(f *process.Facts) (needs []process.Need) {
		deed, needs, problem = process.Perform(w.app, action, w.rec, fr, f, w.at, seq, w.cause)
		return needs
	})
	switch {
	case err != nil:
		return nil, nil, err
	case problem != nil:
		return nil, nil, incident(problem)
	case deed.Loop == nil:
		return nil, nil, nil
	}
	state := &loopState{Form: deed.Loop.Form, Table: deed.Loop.Table}
	for _, i := range deed.Loop.At {
		state.Items = append(state.Items, process.Item{Row: i})
	}
	if deed.Loop.Find {
		if state.Items, err = w.e.find(ctx, w.app, l, deed.Loop.Names, w.at, maxEach); err != nil {
			return nil, nil, err
		}
	}
	if w.loops == nil {
		w.loops = map[string]*loopState{}
	}
	w.loops[seq] = state
	return state, deed.Loop.Decoded(w.app, l), w.progress(ctx)
}

// find looks for the records of an each, in the order of their ids, and puts them together if it says so. Errors: an incident each.tooMany.
func (e *Engine) find(ctx context.Context, app *process.App, l *process.CompiledLoop, names map[string]any, at time.Time, limit int) ([]process.Item, error) {
	dir, err := e.Directory(ctx)
	if err != nil {
		return nil, err
	}
	filter := query.And{query.IsNull{Col: "deleted"}}
	where, problems := access.Found(l.Form, l.Filter, access.Viewer{App: app, Dir: dir, User: access.ServiceUser(app.Def.Key), Service: true}, at, app.Zone, names)
	if rules.HasErrors(problems) {
		p := problems[0]
		p.Path = l.Path + "/where"
		return nil, incident(&p)
	}
	if where != nil {
		filter = append(filter, where)
	}
	q := query.Query{Filter: filter, Limit: store.MaxPage}
	if l.Def.GroupBy == "" {
		q.Cols = []string{"deleted"}
	}
	var out []process.Item
	groups := map[string]int{}
	for n := 0; ; {
		page, err := e.store.Query(ctx, RecordCollection(l.Form), q)
		if err != nil {
			return nil, err
		}
		if n += len(page.Docs); n > limit {
			p := rules.Errorf(l.Path, "each.tooMany", rules.Say("一次找到了 {max} 条以上的记录：请收紧条件", "一次找到了 {max} 筆以上的記錄：請收緊條件",
				"More than {max} records were found at once; narrow the condition", "max", limit))
			return nil, incident(&p)
		}
		for _, d := range page.Docs {
			if l.Def.GroupBy == "" {
				out = append(out, process.Item{ID: d.ID})
				continue
			}
			r, err := decodeRecord(d)
			if err != nil {
				return nil, err
			}
			key, group := process.GroupOf(l, r.State)
			i, known := groups[key]
			if !known {
				i = len(out)
				groups[key] = i
				out = append(out, process.Item{Group: group})
			}
			out[i].Rows = append(out[i].Rows, d.ID)
		}
		if q.After = page.Next; q.After == "" {
			return out, nil
		}
	}
}

// note tells of an action in the log, as long as it stays readable.
func (w *run) note(did RunAction) {
	if len(w.log.Actions) < maxNoted {
		w.log.Actions = append(w.log.Actions, did)
		return
	}
	w.log.More++
}
