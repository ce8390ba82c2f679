package sqlitestore

import (
	"context"
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"unsafe"

	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

// write is one write on its way through the writer.
type write struct {
	// apply carries it out within the writer's transaction. refused is the outcome of this write alone (a lost race); failed means the
	// transaction itself is in doubt and nothing in it may be kept.
	apply func(c *conn) (refused, failed error)
	size  int  // bytes it carries, to bound a transaction
	alone bool // not in a transaction but in the writer's turn, after the batch it ends
	// state goes from waiting to either taken or dropped, never further.
	state atomic.Int32
	done  chan error
}

const (
	waiting = iota
	taken   // by the writer: the outcome will come
	dropped // by its caller, whose context ended: it will not be carried out
)

const (
	maxBatch      = 512      // writes of one commit
	maxBatchBytes = 16 << 20 // their bodies together
)

// submit hands a write to the writer and waits for its outcome. A context that ends while the write still waits withdraws it;
// once it is taken its outcome is known within one commit and is awaited.
func (s *Store) submit(ctx context.Context, size int, apply func(c *conn) (refused, failed error)) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	w := &write{apply: apply, size: size, done: make(chan error, 1)}
	if err := s.enter(ctx, w); err != nil {
		return err
	}
	select {
	case err := <-w.done:
		return err
	case <-ctx.Done():
		if w.state.CompareAndSwap(waiting, dropped) {
			return ctx.Err()
		}
		return <-w.done
	}
}

// writer is the one goroutine that writes. It ends when the queue is closed and empty.
func (s *Store) writer() {
	defer close(s.written)
	defer close(s.wake)
	batch := make([]*write, 0, maxBatch)
	for first := range s.queue {
		batch = append(batch[:0], first)
		size := first.size
		yielded := false
	gather:
		for !batch[len(batch)-1].alone && len(batch) < maxBatch && size < maxBatchBytes {
			select {
			case w, open := <-s.queue:
				if !open {
					break gather
				}
				batch = append(batch, w)
				size += w.size
			default:
				if yielded {
					break gather
				}
				// The writers that the last commit let go are just now coming back: let them in before the flush.
				yielded = true
				runtime.Gosched()
			}
		}
		var alone *write
		if last := batch[len(batch)-1]; last.alone {
			alone, batch = last, batch[:len(batch)-1]
		}
		s.commit(batch)
		if alone != nil {
			_, failed := alone.apply(s.write)
			alone.done <- failed
		} else if s.logged += pages(len(batch), size); s.logged >= checkpointPages {
			select {
			case s.wake <- struct{}{}:
				s.logged = 0
			default: // one is under way
			}
		}
		clear(batch[:cap(batch)])
	}
}

// commit carries out a batch in one transaction. When a statement fails, not one of them is kept and each is tried again on its
// own, so that a write which cannot be carried out harms no other.
func (s *Store) commit(batch []*write) {
	batch = slices.DeleteFunc(batch, func(w *write) bool { return !w.state.CompareAndSwap(waiting, taken) })
	if len(batch) == 0 {
		return
	}
	outcomes := make([]error, len(batch))
	failed, sure := s.transact(batch, outcomes)
	if failed == nil {
		for i, w := range batch {
			w.done <- outcomes[i]
		}
		return
	}
	if sure && len(batch) > 1 {
		for _, w := range batch {
			one := []error{nil}
			if failed, sure := s.transact([]*write{w}, one); failed != nil {
				one[0] = mark(failed, sure)
			}
			w.done <- one[0]
		}
		return
	}
	for _, w := range batch {
		w.done <- mark(failed, sure)
	}
}

func mark(failed error, sure bool) error {
	if sure {
		return fmt.Errorf("%w: %w", store.ErrUnavailable, failed)
	}
	return fmt.Errorf("%w: %w", store.ErrUnknown, failed)
}

// transact reports a failure and whether it is sure that nothing was kept: only a failed COMMIT leaves that open.
func (s *Store) transact(batch []*write, outcomes []error) (failed error, sure bool) {
	c := s.write
	s.declared = nil
	if _, err := c.exec("BEGIN IMMEDIATE"); err != nil {
		return err, true
	}
	for i, w := range batch {
		var failed error
		if outcomes[i], failed = w.apply(c); failed != nil {
			c.exec("ROLLBACK") // SQLite may have rolled back itself, then this fails; either way nothing is kept
			return failed, true
		}
	}
	if _, err := c.exec("COMMIT"); err != nil {
		c.exec("ROLLBACK")
		return err, false
	}
	if s.declared != nil {
		s.tables.Store(s.declared)
	}
	return nil, true
}

// Insert adds a document.
func (s *Store) Insert(ctx context.Context, coll string, d store.Doc) error {
	added, err := s.InsertMany(ctx, coll, []store.Doc{d})
	if err == nil && !added[0] {
		err = fmt.Errorf("%w: %s/%s", store.ErrExists, coll, d.ID)
	}
	return err
}

// InsertMany adds documents, all in one transaction.
func (s *Store) InsertMany(ctx context.Context, coll string, ds []store.Doc) ([]bool, error) {
	t, err := s.table(coll)
	if err != nil {
		return nil, err
	}
	size := 0
	cols := make([]map[string]any, len(ds))
	for i, d := range ds {
		if cols[i], err = t.CheckDoc(d); err != nil {
			return nil, err
		}
		size += len(d.Body)
	}
	added := make([]bool, len(ds))
	if len(ds) == 0 {
		return added, ctx.Err()
	}
	err = s.submit(ctx, size, func(c *conn) (refused, failed error) {
		t, failed := s.table(coll) // columns may have been added while this waited
		if failed != nil {
			return nil, failed
		}
		for i, d := range ds {
			if added[i], failed = t.add(c, d, cols[i]); failed != nil {
				return nil, failed
			}
		}
		return nil, nil
	})
	if err != nil {
		return nil, err
	}
	return added, nil
}

func (t *table) add(c *conn, d store.Doc, cols map[string]any) (bool, error) {
	args := make([]any, 0, len(t.cols)+3)
	args = append(args, d.ID, d.Ver)
	for _, name := range t.cols {
		args = append(args, stored(cols[name]))
	}
	args = append(args, bodyText(d.Body))
	n, err := c.exec(t.insert, args...)
	if err != nil || n == 0 {
		return false, err
	}
	for name, side := range t.sides {
		set, _ := cols[name].([]string)
		if err := side.fill(c, d.ID, nil, set); err != nil {
			return false, err
		}
	}
	return true, nil
}

// bodyText is a body as the text it is kept as, without a copy: a body is not changed once it is handed over, and the driver makes
// its own copy when it binds it.
func bodyText(body json.RawMessage) string { return unsafe.String(unsafe.SliceData(body), len(body)) }

// stored is a column's value as it is bound.
func stored(v any) any {
	if set, ok := v.([]string); ok {
		b, err := json.Marshal(set)
		if err != nil {
			panic("sqlitestore: texts have no JSON form: " + err.Error())
		}
		return string(b)
	}
	if b, ok := v.(bool); ok {
		if b {
			return int64(1)
		}
		return int64(0)
	}
	return v
}

// current reads row number, version and columns of a document as they stand in the writer's transaction; found is false when there is none.
func (t *table) current(c *conn, id string) (n, ver int64, cols []driver.Value, found bool, err error) {
	err = c.rows(context.Background(), t.find, []any{id}, func(row []driver.Value) error {
		found = true
		n, _ = row[0].(int64)
		ver, _ = row[1].(int64)
		cols = slices.Clone(row[2:])
		return nil
	})
	return n, ver, cols, found, err
}

// Replace puts a document in place of one version of it. Only columns that changed are written, since each one written renews
// every index that holds it.
func (s *Store) Replace(ctx context.Context, coll string, d store.Doc, ver int64) error {
	t, err := s.table(coll)
	if err != nil {
		return err
	}
	cols, err := t.CheckDoc(d)
	if err != nil {
		return err
	}
	if err := store.CheckReplace(d, ver); err != nil {
		return err
	}
	return s.submit(ctx, len(d.Body), func(c *conn) (refused, failed error) {
		t, failed := s.table(coll)
		if failed != nil {
			return nil, failed
		}
		n, have, old, found, failed := t.current(c, d.ID)
		switch {
		case failed != nil:
			return nil, failed
		case !found:
			return fmt.Errorf("%w: %s/%s", store.ErrNotFound, coll, d.ID), nil
		case have != ver:
			return conflict(coll, d.ID, have, ver), nil
		}
		var set strings.Builder
		set.WriteString("UPDATE " + t.name + " SET ver = ?, body = ?")
		args := append(make([]any, 0, len(t.cols)+3), d.Ver, bodyText(d.Body))
		var changed []string
		for i, name := range t.cols {
			if v := stored(cols[name]); v != any(old[i]) {
				set.WriteString(", " + t.quoted[name] + " = ?")
				args = append(args, v)
				changed = append(changed, name)
			}
		}
		set.WriteString(" WHERE n = ?")
		if _, failed = c.exec(set.String(), append(args, n)...); failed != nil {
			return nil, failed
		}
		for i, name := range t.cols {
			if side := t.sides[name]; side != nil {
				after, _ := cols[name].([]string)
				if failed := t.renew(c, side, d.ID, old[i], after, cols, changed); failed != nil {
					return nil, failed
				}
			}
		}
		return nil, nil
	})
}

func conflict(coll, id string, have, want int64) error {
	return fmt.Errorf("%w: %s/%s is at %d, not %d", store.ErrConflict, coll, id, have, want)
}

// Delete removes one version of a document.
func (s *Store) Delete(ctx context.Context, coll, id string, ver int64) error {
	if _, err := s.table(coll); err != nil {
		return err
	}
	if err := store.CheckID(id); err != nil {
		return err
	}
	return s.submit(ctx, 0, func(c *conn) (refused, failed error) {
		t, failed := s.table(coll)
		if failed != nil {
			return nil, failed
		}
		n, have, old, found, failed := t.current(c, id)
		switch {
		case failed != nil:
			return nil, failed
		case !found:
			return fmt.Errorf("%w: %s/%s", store.ErrNotFound, coll, id), nil
		case have != ver:
			return conflict(coll, id, have, ver), nil
		}
		for i, name := range t.cols {
			if side := t.sides[name]; side != nil && old[i] != nil {
				set, failed := value(query.Texts, old[i])
				if failed != nil {
					return nil, failed
				}
				if failed := side.fill(c, id, set.([]string), nil); failed != nil {
					return nil, failed
				}
			}
		}
		_, failed = c.exec(t.remove, n)
		return nil, failed
	})
}
