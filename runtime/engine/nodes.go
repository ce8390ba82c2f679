package engine

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

// The processes on one store know of each other by what each writes down now and then. Nothing is decided by it: who may do a job is decided by
// the job's lease. It is for people who want to know what runs.

const (
	// beatEvery is how often a process says that it is there, silentAfter when that is missed, and forgetAfter when it is no longer told of.
	beatEvery   = 15 * time.Second
	silentAfter = time.Minute
	forgetAfter = 15 * time.Minute

	nodePrefix = "node|"
)

// Node is a process that runs on the store, or did until just now.
type Node struct {
	ID string `json:"id"`
	// Host is the machine it runs on, Version the program's.
	Host      string    `json:"host,omitempty"`
	Version   string    `json:"version,omitempty"`
	StartedAt time.Time `json:"startedAt"`
	SeenAt    time.Time `json:"seenAt"`
	// Self is the process that answers; Silent one that has not been heard of for a minute.
	Self   bool `json:"-"`
	Silent bool `json:"-"`
	// Jobs are those it has claimed.
	Jobs []HeldJob `json:"-"`
}

// HeldJob is a job under way.
type HeldJob struct{ ID, Kind, App, Record string }

// Beat writes down that this process is there, and forgets those that have long been silent. Start does so by itself until Stop.
func (e *Engine) Beat(ctx context.Context) error {
	now := e.instant()
	me := Node{ID: e.node, Host: e.host, Version: e.version, StartedAt: e.began, SeenAt: now}
	if err := e.put(ctx, collLeases, nodePrefix+e.node, map[string]any{"kind": "node"}, me); err != nil {
		return err
	}
	return e.forgetNodes(ctx, func(n Node) bool { return now.Sub(n.SeenAt) > forgetAfter })
}

// depart takes this process out of those that are there.
func (e *Engine) depart(ctx context.Context) error {
	return e.forgetNodes(ctx, func(n Node) bool { return n.ID == e.node })
}

func (e *Engine) forgetNodes(ctx context.Context, gone func(Node) bool) error {
	return e.eachNode(ctx, func(d store.Doc, n Node) error {
		if !gone(n) {
			return nil
		}
		err := e.store.Delete(ctx, collLeases, d.ID, d.Ver)
		if errors.Is(err, store.ErrConflict) || errors.Is(err, store.ErrNotFound) || errors.Is(err, store.ErrUnknown) {
			return nil // it is there after all, or another was quicker
		}
		return err
	})
}

func (e *Engine) eachNode(ctx context.Context, work func(store.Doc, Node) error) error {
	page, err := e.store.Query(ctx, collLeases, query.Query{Filter: query.Cmp{Col: "kind", Op: query.Eq, Value: "node"}, Limit: 500})
	if err != nil {
		return err
	}
	for _, d := range page.Docs {
		var n Node
		if err := json.Unmarshal(d.Body, &n); err != nil {
			return fmt.Errorf("engine: node %s: %w", d.ID, err)
		}
		if err := work(d, n); err != nil {
			return err
		}
	}
	return nil
}

// Nodes lists the processes, the oldest first, each with the jobs it has claimed.
func (e *Engine) Nodes(ctx context.Context) ([]Node, error) {
	now := e.instant()
	var out []Node
	err := e.eachNode(ctx, func(_ store.Doc, n Node) error {
		n.Self, n.Silent = n.ID == e.node, now.Sub(n.SeenAt) > silentAfter
		out = append(out, n)
		return nil
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(out, func(a, b Node) int { return cmp.Or(a.StartedAt.Compare(b.StartedAt), cmp.Compare(a.ID, b.ID)) })
	running, err := e.store.Query(ctx, collJobs, query.Query{Filter: query.Cmp{Col: "state", Op: query.Eq, Value: jobRunning}, Sort: []query.Sort{{Col: "createdAt"}}, Limit: 500})
	if err != nil {
		return nil, err
	}
	for _, d := range running.Docs {
		j, err := jobOf(d)
		if err != nil {
			return nil, err
		}
		if i := slices.IndexFunc(out, func(n Node) bool { return n.ID == j.Owner }); i >= 0 && j.Due.After(now) {
			out[i].Jobs = append(out[i].Jobs, HeldJob{j.ID, j.Kind, j.App, j.Record})
		}
	}
	return out, nil
}

// nodeLoop says that this process is there until it ends, and then that it has left.
func (e *Engine) nodeLoop(ctx context.Context) {
	if info, err := e.store.Info(ctx); err == nil && info.Kind == "sqlite" {
		// One process holds the embedded store: who else is written down there was killed.
		if err := e.forgetNodes(ctx, func(n Node) bool { return n.ID != e.node }); err != nil && ctx.Err() == nil {
			e.log.Warn("former processes are told of for a while yet", "error", err)
		}
	}
	for {
		if err := e.Beat(ctx); err != nil && ctx.Err() == nil {
			e.log.Warn("that this process is there could not be written down and will be again", "error", err)
		}
		if !pause(ctx, beatEvery) {
			break
		}
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if err := e.depart(last); err != nil {
		e.log.Warn("that this process has left could not be written down", "error", err)
	}
}
