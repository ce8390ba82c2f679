package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"pipewright/runtime/process"
	"pipewright/runtime/query"
)

// maxFindings bounds what a report of Audit spells out; it counts all.
const maxFindings = 200

// AuditReport is what Audit has found.
type AuditReport struct {
	Records int `json:"records"`
	Events  int `json:"events"`
	Anchors int `json:"anchors"`
	// Heads counts the anchored heads that were held against a chain.
	Heads int `json:"heads"`
	// Wrong counts what is not as it was committed; Findings spells the first of them out.
	Wrong    int      `json:"wrong"`
	Findings []string `json:"findings"`
}

func (r *AuditReport) wrong(err error) {
	r.Wrong++
	if len(r.Findings) < maxFindings {
		r.Findings = append(r.Findings, err.Error())
	}
}

// Witness is an anchor as it was handed out of the store.
type Witness struct {
	Anchor Anchor         `json:"anchor"`
	Heads  []AnchoredHead `json:"heads"`
}

// Audit verifies every record's chain and folded state, every anchor, and every anchored head against its chain. Trusted are the public keys anchors may be
// signed with (hex; none: any), witnesses are anchors kept outside of the store, which the store's must equal. What is wrong is in
// the report; the error is a fault of the store.
func (e *Engine) Audit(ctx context.Context, trusted []string, witnesses []Witness) (*AuditReport, error) {
	report := &AuditReport{Findings: []string{}}
	heads, err := e.auditAnchors(ctx, report, trusted, witnesses)
	if err != nil {
		return nil, err
	}
	err = e.eachRecord(ctx, nil, func(_, id string, r *record) error {
		if r.State == nil && !r.Gone {
			return nil
		}
		report.Records++
		mine := heads[id]
		delete(heads, id)
		n, err := e.verify(ctx, id, func(at head) error {
			if digest, anchored := mine[at.Seq]; anchored {
				report.Heads++
				delete(mine, at.Seq)
				if digest != at.Digest {
					return fmt.Errorf("engine: record %s: event %d is not the one that was anchored", id, at.Seq)
				}
			}
			return nil
		})
		report.Events += n
		if err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			report.wrong(err)
			return nil
		}
		if len(mine) > 0 {
			report.wrong(fmt.Errorf("engine: record %s: the chain ends at event %d, but event %d was anchored", id, n, slices.Max(slices.Collect(maps.Keys(mine)))))
		}
		if r.Gone {
			return nil // its chain stands; there is no state to fold it into
		}
		return e.auditState(ctx, report, id, r)
	})
	if err != nil {
		return nil, err
	}
	for _, id := range slices.Sorted(maps.Keys(heads)) {
		report.wrong(fmt.Errorf("engine: record %s was anchored and is gone", id))
	}
	return report, nil
}

// auditAnchors verifies the anchors and gathers their heads: record → event → digest.
func (e *Engine) auditAnchors(ctx context.Context, report *AuditReport, trusted []string, witnesses []Witness) (map[string]map[int64]string, error) {
	heads := map[string]map[int64]string{}
	gather := func(list []AnchoredHead) {
		for _, h := range list {
			if heads[h.Record] == nil {
				heads[h.Record] = map[int64]string{}
			}
			heads[h.Record][h.Seq] = h.Digest
		}
	}
	stored := map[string]string{}
	newer := (*Anchor)(nil)
	for after := ""; ; {
		list, next, err := e.Anchors(ctx, 100, after)
		if err != nil {
			return nil, err
		}
		for i := range list {
			a := &list[i]
			report.Anchors++
			stored[a.Day] = a.Root
			if err := a.Check(trusted); err != nil {
				report.wrong(err)
			}
			if newer != nil && newer.Previous != a.Root {
				report.wrong(fmt.Errorf("anchor of %s: does not follow the one of %s", newer.Day, a.Day))
			}
			newer = a
			hs, err := e.anchoredHeads(ctx, a)
			if err != nil {
				report.wrong(err)
				continue
			}
			gather(hs)
		}
		if after = next; after == "" {
			break
		}
	}
	if newer != nil && newer.Previous != "" {
		report.wrong(fmt.Errorf("anchor of %s: the one before it is gone", newer.Day))
	}
	for i := range witnesses {
		w := &witnesses[i]
		switch root, there := stored[w.Anchor.Day]; {
		case w.Anchor.Check(trusted) != nil:
			report.wrong(fmt.Errorf("the file of the anchor of %s: %w", w.Anchor.Day, w.Anchor.Check(trusted)))
			continue
		case !there:
			report.wrong(fmt.Errorf("anchor of %s: it was handed out and is gone from the store", w.Anchor.Day))
		case root != w.Anchor.Root:
			report.wrong(fmt.Errorf("anchor of %s: the store has another than the one handed out", w.Anchor.Day))
		}
		if err := w.complete(); err != nil {
			report.wrong(err)
			continue
		}
		gather(w.Heads)
	}
	return heads, nil
}

// complete says whether the heads of a file are those its anchor has signed.
func (w *Witness) complete() error {
	rest := w.Heads
	for _, digest := range w.Anchor.Parts {
		part := rest[:min(anchorPart, len(rest))]
		rest = rest[len(part):]
		if got, err := headsDigest(part); err != nil || got != digest {
			return fmt.Errorf("the file of the anchor of %s: its heads are not those that were signed", w.Anchor.Day)
		}
	}
	if len(rest) > 0 {
		return fmt.Errorf("the file of the anchor of %s: it has more heads than were signed", w.Anchor.Day)
	}
	return nil
}

// auditState holds the stored state against the fold of its events: whoever changed the one and not the other is found out.
func (e *Engine) auditState(ctx context.Context, report *AuditReport, id string, r *record) error {
	evs, erased, err := e.allEvents(ctx, id)
	if err != nil {
		var decode *json.SyntaxError
		if errors.As(err, &decode) {
			report.wrong(fmt.Errorf("engine: record %s: an event cannot be read: %w", id, err))
			return nil
		}
		return err
	}
	if erased || len(evs) == 0 || evs[len(evs)-1].Seq != r.State.Seq {
		return nil // erased payloads cannot be folded; and somebody may have written meanwhile
	}
	folded, err1 := marshal(process.Fold(id, evs))
	stored, err2 := marshal(r.State)
	if err1 != nil || err2 != nil {
		return errors.Join(err1, err2)
	}
	if string(folded) != string(stored) {
		report.wrong(fmt.Errorf("engine: record %s: the state is not what its events make", id))
	}
	return nil
}

// allEvents reads the events of a record in order. erased says that some have lost their payload.
func (e *Engine) allEvents(ctx context.Context, id string) (evs []process.Event, erased bool, err error) {
	r, err := e.recordOf(ctx, id)
	if err != nil {
		return nil, false, err
	}
	add := func(c chained) error {
		if c.Salt == "" {
			erased = true
			return nil
		}
		var ev process.Event
		if err := json.Unmarshal(c.Event, &ev); err != nil {
			return err
		}
		if n := len(evs); n == 0 || ev.Seq > evs[n-1].Seq {
			evs = append(evs, ev)
		}
		return nil
	}
	q := query.Query{Filter: query.Cmp{Col: "record", Op: query.Eq, Value: id}, Sort: []query.Sort{{Col: "seq"}}, Limit: 500}
	for {
		page, err := e.store.Query(ctx, collEvents, q)
		if err != nil {
			return nil, false, err
		}
		for _, d := range page.Docs {
			var c chained
			if err := json.Unmarshal(d.Body, &c); err != nil {
				return nil, false, err
			}
			if err := add(c); err != nil {
				return nil, false, err
			}
		}
		if q.After = page.Next; q.After == "" {
			break
		}
	}
	for _, b := range r.Pending {
		for _, c := range b.Events {
			if err := add(c); err != nil {
				return nil, false, err
			}
		}
	}
	return evs, erased, nil
}

// recordOf reads a record's document, whoever asks.
func (e *Engine) recordOf(ctx context.Context, id string) (*record, error) {
	form, err := e.form(ctx, id)
	if err != nil {
		return nil, err
	}
	doc, err := e.store.Get(ctx, RecordCollection(form), id)
	if err != nil {
		return nil, err
	}
	return decodeRecord(doc)
}
