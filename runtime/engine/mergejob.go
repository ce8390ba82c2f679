package engine

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"

	"pipewright/forms"
	"pipewright/runtime/process"
	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

const (
	mergePage = 100
	// mergePasses bounds how often it is looked for references again: others may go on choosing a record while it is merged away.
	mergePasses = 3
)

// runMerge carries a merge, or its undoing, on from where it stands. Each step is a command that does nothing when it has been done already, so
// starting again after a crash does nothing twice and forgets nothing.
func (e *Engine) runMerge(ctx context.Context, j *job) error {
	m, err := e.mergeDoc(ctx, j.Record)
	undo := j.ID != "merge|"+j.Record+"|run"
	if r, refused := asRejection(err); refused && r.Code == "not.found" || err == nil && undo && m.State != MergeUndoing {
		// Its document is on the way, or its starting broke off.
		if (refused || m.State == MergeDone || m.State == MergeStuck) && e.instant().Sub(j.CreatedAt) < time.Minute {
			return errLater{time.Second}
		}
		return nil
	}
	switch {
	case err != nil:
		return err
	case undo:
		return e.takeMergeBack(ctx, m)
	case m.State == MergeFailing:
		return e.mergeFailed(ctx, m)
	case m.State != MergeRunning:
		return nil
	}
	_, err = e.Do(ctx, Request{User: m.User, Command: process.Command{Kind: process.MergeAway, ID: m.Loser, Op: "merge|" + m.ID,
		Merge: &process.MergeStep{Merge: m.ID, Other: m.Winner}}})
	if err != nil {
		return e.mergeRefused(ctx, m, err)
	}
	step, err := e.taken(ctx, m)
	if err != nil {
		return err
	}
	_, err = e.Do(ctx, Request{User: m.User, Command: process.Command{Kind: process.Absorb, ID: m.Winner, Op: "merge|" + m.ID, Merge: step}})
	if err != nil {
		return e.mergeRefused(ctx, m, err)
	}
	if err := e.repointAll(ctx, m); err != nil {
		return err
	}
	m.State, m.DoneAt = MergeDone, e.instant()
	return e.saveMerge(ctx, m)
}

// mergeRefused takes back what a merge has done, when a step of it was refused.
func (e *Engine) mergeRefused(ctx context.Context, m *Merge, err error) error {
	r, refused := asRejection(err)
	if !refused || r.Code == "conflict" {
		return err
	}
	m.State, m.Code, m.Why = MergeFailing, r.Code, r.Message
	if len(r.Details) > 0 {
		m.Why = r.Details[0].Message
	}
	if err := e.saveMerge(ctx, m); err != nil { // before anything is undone: from here on nothing is done any more
		return err
	}
	return e.mergeFailed(ctx, m)
}

func (e *Engine) mergeFailed(ctx context.Context, m *Merge) error {
	if err := e.unmerge(ctx, m, "failed"); err != nil {
		if _, refused := asRejection(err); !refused {
			return err
		}
	}
	m.State = MergeFailed
	return e.saveMerge(ctx, m)
}

func (e *Engine) unmerge(ctx context.Context, m *Merge, op string) error {
	_, err := e.Do(ctx, Request{User: m.UndoneBy, service: true, Command: process.Command{Kind: process.Unmerge, ID: m.Loser, Op: "unmerge|" + m.ID + "|" + op,
		Merge: &process.MergeStep{Merge: m.ID}}})
	return err
}

// taken is what comes from the record merged away, in the terms of the release that the other stands on.
func (e *Engine) taken(ctx context.Context, m *Merge) (*process.MergeStep, error) {
	from, err := e.recordOf(ctx, m.Loser)
	if err != nil {
		return nil, err
	}
	into, err := e.recordOf(ctx, m.Winner)
	if err != nil {
		return nil, err
	}
	form, err := e.form(ctx, m.Winner)
	if err != nil {
		return nil, err
	}
	app, err := e.pinned(ctx, into.State, form.App)
	if err != nil {
		return nil, err
	}
	step := &process.MergeStep{Merge: m.ID, Other: m.Loser, Values: forms.Values{}}
	if from.State == nil || into.State == nil {
		return step, nil // the command will say so
	}
	own := app.Forms[into.State.Form]
	values := own.Schema.Decode(from.State.Data)
	for _, info := range own.Schema.Fields() {
		if slices.Contains(m.Take, info.Storage) {
			step.Values[info.ID] = values[info.ID]
		}
	}
	step.Links = from.State.Links
	return step, nil
}

// pointer is a form whose records may point to those of another, and the column that finds them; none when all have to be looked at.
type pointer struct {
	form *process.Form
	col  string
	many bool
}

// pointers are the references of all apps to a form.
func (e *Engine) pointers(ctx context.Context, target *process.Form) ([]pointer, error) {
	apps, err := e.defs.Live(ctx)
	if err != nil {
		return nil, err
	}
	var out []pointer
	for _, app := range apps {
		if err := e.prepare(ctx, app); err != nil {
			return nil, err
		}
		for _, f := range formsOf(app) {
			whole := false
			points := func(d *forms.Field) bool {
				to := app.Form(d.Form)
				return d.Type == "reference" && to != nil && to.App.Def.Key == target.App.Def.Key && to.StorageKey == target.StorageKey
			}
			for i := range f.Def.Fields {
				d := &f.Def.Fields[i]
				if points(d) {
					col, err := referenceColumn(f, d.Key)
					if err != nil {
						return nil, err
					}
					out = append(out, pointer{form: f, col: col})
				}
				for j := range d.Fields {
					whole = whole || points(&d.Fields[j])
				}
			}
			if whole {
				out = append(out, pointer{form: f})
			}
		}
	}
	return out, nil
}

// repointAll lets everything that points to the record merged away point to the other one. A record that refuses, because a round guards the
// field, is noted with the reason; it goes on finding the other by the one merged away.
func (e *Engine) repointAll(ctx context.Context, m *Merge) error {
	form, err := e.form(ctx, m.Loser)
	if err != nil {
		return err
	}
	all, err := e.pointers(ctx, form)
	if err != nil {
		return err
	}
	loser, err := e.recordOf(ctx, m.Loser)
	if err != nil {
		return err
	}
	for pass := range mergePasses {
		moved := 0
		for _, l := range loser.State.Links {
			if err := e.repoint(ctx, m, l.ID, pass, &moved); err != nil {
				return err
			}
		}
		for _, p := range all {
			q := query.Query{Filter: query.And{query.IsNull{Col: "deleted"}}, Limit: mergePage}
			if p.col != "" {
				q.Filter = query.And{query.IsNull{Col: "deleted"}, query.Cmp{Col: p.col, Op: query.Eq, Value: m.Loser}}
			}
			for {
				page, err := e.store.Query(ctx, RecordCollection(p.form), q)
				if err != nil {
					return err
				}
				for _, d := range page.Docs {
					if p.col == "" && !mentionsID(d, m.Loser) {
						continue
					}
					if err := e.repoint(ctx, m, d.ID, pass, &moved); err != nil {
						return err
					}
				}
				if q.After = page.Next; q.After == "" {
					break
				}
			}
		}
		if moved == 0 {
			return nil
		}
	}
	return nil
}

// mentionsID is a quick look whether a document may hold an id at all.
func mentionsID(d store.Doc, id string) bool { return bytes.Contains(d.Body, []byte(`"`+id+`"`)) }

// repoint lets one record point to the one that stays. What becomes of it is written down before it is done: a record that points there is not
// found again.
func (e *Engine) repoint(ctx context.Context, m *Merge, record string, pass int, moved *int) error {
	row := MergedRow{Merge: m.ID, Record: record, State: RowRepointed}
	if err := e.keepMerged(ctx, &row); err != nil {
		return err
	}
	res, err := e.Do(ctx, Request{User: m.User, service: true, Command: process.Command{Kind: process.Repoint, ID: record, Op: "merge|" + m.ID + "|" + strconv.Itoa(pass),
		Merge: &process.MergeStep{Merge: m.ID, Other: m.Loser, To: m.Winner}}})
	switch r, refused := asRejection(err); {
	case refused && r.Code != "conflict":
		row.State, row.Code, row.Why = RowKept, r.Code, r.Message
	case err != nil:
		return err
	case len(res.Events) > 0:
		*moved++
		return nil
	default: // it did already, or never pointed there
		part, _, err := e.repointed(ctx, m, record)
		if err != nil || part != nil {
			return err
		}
		row.State = RowNone
	}
	return e.keepMerged(ctx, &row)
}

// repointed is what a record's history says of its part.
func (e *Engine) repointed(ctx context.Context, m *Merge, record string) (process.Payload, int64, error) {
	return e.partOf(ctx, record, func(p process.Payload) bool {
		r, ok := p.(process.Repointed)
		return ok && r.Merge == m.ID && r.From == m.Loser
	})
}

func (e *Engine) keepMerged(ctx context.Context, r *MergedRow) error {
	return e.put(ctx, collMerged, r.Merge+"|"+r.Record, map[string]any{"merge": r.Merge, "state": r.State}, r)
}

// takeMergeBack undoes a merge: first the record that stayed gives back what was not its own, so that the other finds it free, and then what
// pointed to that one finds it again.
func (e *Engine) takeMergeBack(ctx context.Context, m *Merge) error {
	done, rev, err := e.partOf(ctx, m.Winner, func(p process.Payload) bool { a, ok := p.(process.Absorbed); return ok && a.Merge == m.ID })
	if err != nil {
		return err
	}
	_, err = e.Do(ctx, Request{User: m.UndoneBy, service: true, Command: process.Command{Kind: process.Unabsorb, ID: m.Winner, Op: fmt.Sprintf("unmerge|%s|%d", m.ID, m.Undos),
		Merge: &process.MergeStep{Merge: m.ID, Other: m.Loser, Done: done, Rev: rev}}})
	if err == nil {
		err = e.unmerge(ctx, m, strconv.Itoa(m.Undos))
	}
	if r, refused := asRejection(err); refused && r.Code != "conflict" {
		m.State, m.Code, m.Why = MergeStuck, r.Code, r.Message
		return e.saveMerge(ctx, m)
	}
	if err != nil {
		return err
	}
	q := query.Query{Filter: query.Cmp{Col: "merge", Op: query.Eq, Value: m.ID}, Limit: mergePage}
	for {
		page, err := e.store.Query(ctx, collMerged, q)
		if err != nil {
			return err
		}
		for _, d := range page.Docs {
			var row MergedRow
			if err := json.Unmarshal(d.Body, &row); err != nil {
				return err
			}
			if row.State != RowRepointed {
				continue
			}
			if err := e.pointBack(ctx, m, row.Record); err != nil {
				return err
			}
		}
		if q.After = page.Next; q.After == "" {
			break
		}
	}
	m.State = MergeUndone
	return e.saveMerge(ctx, m)
}

// pointBack lets a record point to the one merged away again, where the merge had changed it and nobody has since.
func (e *Engine) pointBack(ctx context.Context, m *Merge, record string) error {
	row := MergedRow{Merge: m.ID, Record: record, State: RowBack}
	done, rev, err := e.repointed(ctx, m, record)
	if err != nil || done == nil {
		return err
	}
	_, err = e.Do(ctx, Request{User: m.UndoneBy, service: true, Command: process.Command{Kind: process.Repoint, ID: record, Op: fmt.Sprintf("unmerge|%s|%d", m.ID, m.Undos),
		Merge: &process.MergeStep{Merge: m.ID, Other: m.Winner, To: m.Loser, Done: done, Rev: rev}}})
	if r, refused := asRejection(err); refused && r.Code != "conflict" {
		row.State, row.Code, row.Why = RowKept, r.Code, r.Message
	} else if err != nil {
		return err
	}
	return e.keepMerged(ctx, &row)
}

// partOf finds a record's part in a merge in its own history; nil when there is none, or it was erased.
func (e *Engine) partOf(ctx context.Context, record string, is func(process.Payload) bool) (process.Payload, int64, error) {
	evs, _, err := e.allEvents(ctx, record)
	if r, refused := asRejection(err); refused && r.Code == "not.found" {
		return nil, 0, nil
	}
	if err != nil {
		return nil, 0, err
	}
	for _, ev := range slices.Backward(evs) {
		if is(ev.Payload) {
			return ev.Payload, ev.Rev, nil
		}
	}
	return nil, 0, nil
}
