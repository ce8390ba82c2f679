package engine

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"pipewright/runtime/process"
	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

// A deviation is an event in which the process was not gone through as it is written: conditions passed by somebody who may, a step of an
// approval that nobody decided, a record that began as it stood elsewhere. They are kept by themselves because they are few among all events.
// A row holds no texts: the reason is read from the event, so what is erased there is erased.
type deviation struct {
	Kind  string    `json:"kind"` // "override", "skipped" or "imported"
	Seq   int64     `json:"seq"`
	By    string    `json:"by"`
	At    time.Time `json:"at"`
	Stage string    `json:"stage,omitempty"`
	Step  string    `json:"step,omitempty"`
}

// deviationOf reads a deviation out of an event, and its reason; nil when it is none. What is erased is one no more.
func deviationOf(c chained) (*deviation, string, error) {
	h, err := c.marked()
	if err != nil || c.Erased {
		return nil, "", err
	}
	// Every commit comes by here, and hardly any event is one: most are told without being read.
	switch h.Type {
	case process.Entered{}.Type():
		if !bytes.Contains(c.Event, []byte(`"override"`)) {
			return nil, "", nil
		}
	case process.StepEnded{}.Type():
		if !bytes.Contains(c.Event, []byte(`"`+process.Skipped+`"`)) {
			return nil, "", nil
		}
	case process.Imported{}.Type():
	default:
		return nil, "", nil
	}
	var ev process.Event
	if err := json.Unmarshal(c.Event, &ev); err != nil {
		return nil, "", err
	}
	d := &deviation{Seq: ev.Seq, By: ev.By, At: ev.At}
	switch p := ev.Payload.(type) {
	case process.Entered:
		if p.Override != "" {
			d.Kind, d.Stage = "override", p.To
			return d, p.Override, nil
		}
	case process.StepEnded:
		// What a condition leaves out, and what has been decided on the same content, is as written.
		if p.State == process.Skipped && p.Reason != "condition" && p.Reason != "unchanged" {
			d.Kind, d.Step = "skipped", p.Step
			return d, p.Reason, nil
		}
	case process.Imported:
		d.Kind, d.Stage = "imported", p.Stage
		return d, "", nil
	}
	return nil, "", nil
}

func (d *deviation) doc(record, app, form string) (store.Doc, error) {
	body, err := marshal(d)
	return store.Doc{ID: fmt.Sprintf("%s|%012d", record, d.Seq), Ver: 1, Body: body,
		Cols: map[string]any{"record": record, "app": app, "form": form, "kind": d.Kind, "at": d.At.UnixMilli()}}, err
}

// layOutDeviations lays out the deviations of records that were written before there was a collection of them.
func (e *Engine) layOutDeviations(ctx context.Context, items []relayItem) error {
	return inParallel(e.width(8), items, func(it relayItem) error {
		q := query.Query{Limit: 500, Filter: query.And{query.Cmp{Col: "record", Op: query.Eq, Value: it.id},
			query.In{Col: "type", Values: []any{process.Entered{}.Type(), process.StepEnded{}.Type(), process.Imported{}.Type()}}}}
		for {
			page, err := e.store.Query(ctx, collEvents, q)
			if err != nil {
				return err
			}
			var docs []store.Doc
			for _, d := range page.Docs {
				var c chained
				if err := json.Unmarshal(d.Body, &c); err != nil {
					return err
				}
				dev, _, err := deviationOf(c)
				if err != nil {
					return err
				}
				if dev == nil {
					continue
				}
				doc, err := dev.doc(it.id, it.app, it.form)
				if err != nil {
					return err
				}
				docs = append(docs, doc)
			}
			if err := e.insertAll(ctx, collDeviations, docs); err != nil {
				return err
			}
			if q.After = page.Next; q.After == "" {
				return nil
			}
		}
	})
}
