package engine

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"pipewright/rules"
	"pipewright/runtime/process"
	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

// maxBreaches is how many lines a compliance report shows of one kind; more are told and not shown.
const maxBreaches = 500

// Breach is one line of a compliance report: where a process was not gone through as it is written, or is late.
type Breach struct {
	// Kind is "override", "skipped", "imported", "lateStage" or "lateTask".
	Kind string
	// Person did it, or is late.
	Person string
	// At is when it was done, or was due.
	At     time.Time
	Record *View
	Stage  string
	// Step of an approval that was skipped, or the name of the task that is late.
	Step   string
	Reason string
}

// Compliance is the compliance report of a process.
type Compliance struct {
	Process *process.Process
	Items   []Breach
	// More: of some kind there is more than is shown.
	More bool
}

// Compliance lists what deviated between two instants, and what is late now, of the records a person may read; the newest first. Errors:
// *process.Rejection not.found, bad.request.
func (e *Engine) Compliance(ctx context.Context, user, app, proc string, from, to time.Time) (*Compliance, error) {
	l, p, err := e.lookProcess(ctx, user, app, proc)
	if err != nil {
		return nil, err
	}
	if !from.Before(to) || to.Sub(from) > 2*366*24*time.Hour {
		return nil, badRequest(rules.Say("期间要从早到晚，最长两年", "期間要從早到晚，最長兩年", "The period goes from an earlier to a later day and takes two years at most"))
	}
	out := &Compliance{Process: p}
	seen := map[string]*View{}
	// view is a record as the person sees it; nil when he may not, or it is in the bin.
	view := func(id string) (*View, error) {
		if v, ok := seen[id]; ok {
			return v, nil
		}
		v, err := e.Record(ctx, user, id)
		if _, refused := asRejection(err); refused {
			v = nil
		} else if err != nil {
			return nil, err
		}
		if v != nil && !v.State.Deleted.IsZero() {
			v = nil
		}
		seen[id] = v
		return v, nil
	}
	of := query.And{query.Cmp{Col: "app", Op: query.Eq, Value: app}, query.Cmp{Col: "form", Op: query.Eq, Value: l.form.Def.Key}}
	for _, kind := range []string{"override", "skipped", "imported"} {
		filter := append(slices.Clone(of), query.Cmp{Col: "kind", Op: query.Eq, Value: kind}, query.Cmp{Col: "at", Op: query.Ge, Value: from.UnixMilli()}, query.Cmp{Col: "at", Op: query.Lt, Value: to.UnixMilli()})
		if err := out.collect(ctx, e, collDeviations, query.Query{Filter: filter, Sort: []query.Sort{{Col: "at", Desc: true}}}, func(d store.Doc) (*Breach, error) {
			v, err := view(fmt.Sprint(d.Cols["record"]))
			if v == nil || err != nil {
				return nil, err
			}
			return e.deviated(ctx, d, v)
		}); err != nil {
			return nil, err
		}
	}
	now := e.instant()
	late := append(slices.Clone(of), query.Cmp{Col: "state", Op: query.Eq, Value: process.Open}, query.Cmp{Col: "dueAt", Op: query.Lt, Value: now.UnixMilli()})
	if err := out.collect(ctx, e, collTasks, query.Query{Filter: late, Sort: []query.Sort{{Col: "dueAt"}}}, func(d store.Doc) (*Breach, error) {
		t, err := taskOf(d)
		if err != nil || t.Kind == "cc" {
			return nil, err
		}
		v, err := view(t.Record)
		if v == nil || err != nil {
			return nil, err
		}
		due, _ := d.Cols["dueAt"].(int64)
		return &Breach{Kind: "lateTask", Person: fmt.Sprint(d.Cols["user"]), At: time.UnixMilli(due), Record: v, Stage: t.Stage, Step: t.Step}, nil
	}); err != nil {
		return nil, err
	}
	stages := append(slices.Clone(l.filter), query.Cmp{Col: "open", Op: query.Eq, Value: true}, query.Cmp{Col: "dueAt", Op: query.Lt, Value: now.UnixMilli()})
	if err := out.collect(ctx, e, l.coll, query.Query{Filter: stages, Sort: []query.Sort{{Col: "dueAt"}}, Cols: []string{"dueAt", "owner", "stage"}}, func(d store.Doc) (*Breach, error) {
		v, err := view(d.ID)
		if v == nil || err != nil {
			return nil, err
		}
		due, _ := d.Cols["dueAt"].(int64)
		owner, _ := d.Cols["owner"].(string)
		stage, _ := d.Cols["stage"].(string)
		return &Breach{Kind: "lateStage", Person: owner, At: time.UnixMilli(due), Record: v, Stage: stage}, nil
	}); err != nil {
		return nil, err
	}
	slices.SortStableFunc(out.Items, func(a, b Breach) int { return cmp.Compare(b.At.UnixMilli(), a.At.UnixMilli()) })
	return out, nil
}

// collect goes through the documents of a query until there are enough lines.
func (c *Compliance) collect(ctx context.Context, e *Engine, coll string, q query.Query, read func(store.Doc) (*Breach, error)) error {
	q.Limit = 200
	for n := 0; ; {
		page, err := e.store.Query(ctx, coll, q)
		if err != nil {
			return readError(err)
		}
		for _, d := range page.Docs {
			b, err := read(d)
			if err != nil {
				return err
			}
			if b == nil {
				continue
			}
			if n == maxBreaches {
				c.More = true
				return nil
			}
			n++
			c.Items = append(c.Items, *b)
		}
		if q.After = page.Next; q.After == "" {
			return nil
		}
	}
}

// deviated reads a deviation with its reason, which stands in the event alone.
func (e *Engine) deviated(ctx context.Context, d store.Doc, v *View) (*Breach, error) {
	var dev deviation
	if err := json.Unmarshal(d.Body, &dev); err != nil {
		return nil, fmt.Errorf("engine: deviation %s: %w", d.ID, err)
	}
	out := &Breach{Kind: dev.Kind, Person: dev.By, At: dev.At, Record: v, Stage: dev.Stage, Step: dev.Step}
	doc, err := e.store.Get(ctx, collEvents, d.ID)
	if errors.Is(err, store.ErrNotFound) {
		return out, nil
	}
	if err != nil {
		return nil, err
	}
	var c chained
	if err := json.Unmarshal(doc.Body, &c); err != nil {
		return nil, err
	}
	_, out.Reason, err = deviationOf(c)
	return out, err
}
