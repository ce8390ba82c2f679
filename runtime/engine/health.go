package engine

import (
	"context"
	"time"

	"pipewright/runtime/query"
)

// Health is how the work in the background stands, for admins.
type Health struct {
	// Jobs and Deliveries count what waits and what needs a hand, by state.
	Jobs, Deliveries map[string]int
	// Late is since when the job that has waited longest should have run; zero when none waits.
	Late time.Time
	// Anchored says whether the ends of chains are signed here, Anchor is the last one.
	Anchored bool
	Anchor   *Anchor
	// Nodes are the processes on the store.
	Nodes []Node
	// Missing are the years whose days off nobody has entered.
	Missing []int
}

// Health looks at the queues, the last anchor and the calendars. Who may is the caller's to check.
func (e *Engine) Health(ctx context.Context) (*Health, error) {
	out := &Health{Jobs: map[string]int{}, Deliveries: map[string]int{}, Anchored: e.anchors != nil}
	for _, q := range []struct {
		coll   string
		states []string
		into   map[string]int
	}{
		{collJobs, []string{jobReady, jobRunning, jobDead}, out.Jobs},
		{collDeliveries, []string{deliveryQueued, deliveryFailed, deliveryDead}, out.Deliveries},
	} {
		for _, state := range q.states {
			n, err := e.count(ctx, q.coll, query.Cmp{Col: "state", Op: query.Eq, Value: state})
			if err != nil {
				return nil, err
			}
			q.into[state] = n
		}
	}
	now := e.instant()
	oldest, err := e.store.Query(ctx, collJobs, query.Query{Filter: query.And{query.Cmp{Col: "due", Op: query.Le, Value: now.UnixMilli()}, query.Cmp{Col: "state", Op: query.Eq, Value: jobReady}},
		Sort: []query.Sort{{Col: "due"}}, Limit: 1})
	if err != nil {
		return nil, err
	}
	if len(oldest.Docs) > 0 {
		j, err := jobOf(oldest.Docs[0])
		if err != nil {
			return nil, err
		}
		out.Late = j.Due
	}
	if out.Anchor, err = e.lastAnchor(ctx); err != nil {
		return nil, err
	}
	if out.Nodes, err = e.Nodes(ctx); err != nil {
		return nil, err
	}
	out.Missing, err = e.MissingYears(ctx)
	return out, err
}

// VerifyAnchors verifies every anchor: its signature, its place in the row, and that the ends it signed are there. It may run while others work;
// the records' own chains are Audit's to verify.
func (e *Engine) VerifyAnchors(ctx context.Context) (*AuditReport, error) {
	report := &AuditReport{Findings: []string{}}
	_, err := e.auditAnchors(ctx, report, nil, nil)
	return report, err
}
