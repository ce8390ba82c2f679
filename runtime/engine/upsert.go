package engine

import (
	"context"
	"errors"
	"fmt"
	"sort"
	"sync"

	"pipewright/runtime/process"
	"pipewright/runtime/store"
)

func (e *Engine) insertAll(ctx context.Context, coll string, docs []store.Doc) error {
	for len(docs) > 0 {
		part := docs[:min(len(docs), 500)]
		docs = docs[len(part):]
		if _, err := e.store.InsertMany(ctx, coll, part); err != nil {
			return fmt.Errorf("engine: relaying to %s: %w", coll, err)
		}
	}
	return nil
}

// later keeps the newest of several effects on one target.
func later(m map[string]store.Doc, lay func(relayItem, *process.Effect) (store.Doc, error), it relayItem, x *process.Effect) error {
	if have, ok := m[x.ID]; ok && have.Ver >= x.Seq {
		return nil
	}
	d, err := lay(it, x)
	if err == nil {
		m[x.ID] = d
	}
	return err
}

// merge says whether a document takes the place of the one that is there, and carries over what only that one knows. A version that it
// sets must be greater than the old one's.
type merge func(old store.Doc, next *store.Doc) (newer bool, err error)

// upsert writes documents in place of older ones: a target never goes back. With no merge a document's version is the sequence of the
// effect that made it, and says what is older.
func (e *Engine) upsert(ctx context.Context, coll string, docs map[string]store.Doc, join merge) error {
	if len(docs) == 0 {
		return nil
	}
	list := make([]store.Doc, 0, len(docs))
	for _, d := range docs {
		list = append(list, d)
	}
	sort.Slice(list, func(i, j int) bool { return list[i].ID < list[j].ID })
	for range maxTries {
		var left []store.Doc
		for start := 0; start < len(list); start += 500 {
			part := list[start:min(start+500, len(list))]
			added, err := e.store.InsertMany(ctx, coll, part)
			if err != nil {
				return fmt.Errorf("engine: relaying to %s: %w", coll, err)
			}
			for i, ok := range added {
				if !ok {
					left = append(left, part[i])
				}
			}
		}
		if list = nil; len(left) == 0 {
			return nil
		}
		for start := 0; start < len(left); start += 500 {
			part := left[start:min(start+500, len(left))]
			lost, err := e.replaceOlder(ctx, coll, part, join)
			if err != nil {
				return fmt.Errorf("engine: relaying to %s: %w", coll, err)
			}
			list = append(list, lost...)
		}
		if len(list) == 0 {
			return nil
		}
	}
	return store.ErrConflict
}

// relayWidth is how many replaces of the relay wait for the store at once. Writes that wait together share a commit, and people's own do, so a
// relay that brings few to each falls behind whenever many work at once: then its queue is full and every answer waits for it.
const relayWidth = 64

// replaceOlder puts documents in place of older ones; those that lost a race come back.
func (e *Engine) replaceOlder(ctx context.Context, coll string, docs []store.Doc, join merge) (lost []store.Doc, err error) {
	ids := make([]string, len(docs))
	next := map[string]store.Doc{}
	for i, d := range docs {
		ids[i], next[d.ID] = d.ID, d
	}
	have, err := e.store.GetMany(ctx, coll, ids)
	if err != nil {
		return nil, err
	}
	var mu sync.Mutex
	err = inParallel(e.width(relayWidth), have, func(old store.Doc) error {
		d := next[old.ID]
		newer := d.Ver > old.Ver
		if join != nil {
			var err error
			if newer, err = join(old, &d); err != nil {
				return err
			}
		}
		if !newer {
			return nil
		}
		err := e.store.Replace(ctx, coll, d, old.Ver)
		if errors.Is(err, store.ErrConflict) || errors.Is(err, store.ErrNotFound) || errors.Is(err, store.ErrUnknown) {
			mu.Lock()
			lost = append(lost, next[old.ID])
			mu.Unlock()
			return nil
		}
		return err
	})
	return lost, err
}

// width is how many pieces of work are done at once.
func (e *Engine) width(n int) int {
	if e.serial {
		return 1
	}
	return n
}

// inParallel does work on items, at most n at a time, and returns the first error after all have ended. Writes that wait
// together share a commit of the store.
func inParallel[T any](n int, items []T, work func(T) error) error {
	if len(items) == 1 || n == 1 {
		var first error
		for _, it := range items {
			if err := work(it); err != nil && first == nil {
				first = err
			}
		}
		return first
	}
	var wg sync.WaitGroup
	var mu sync.Mutex
	var first error
	slots := make(chan struct{}, n)
	for _, it := range items {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			if err := work(it); err != nil {
				mu.Lock()
				if first == nil {
					first = err
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	return first
}
