package sqlitestore

import (
	"context"
	"database/sql/driver"
	"fmt"

	"pipewright/runtime/store"
)

// SQLite appends commits to a log and must now and then carry the pages in it over to the database file. Left to itself it does so
// within a commit, and whoever waits for that commit waits for thousands of pages. Here a goroutine carries them over beside the
// writer, in rounds until few are left, and only that rest is done in the writer's turn: then the log is empty for a moment,
// and starts again from its beginning.
const (
	// checkpointPages is how many pages may be written before a checkpoint begins, by estimate.
	checkpointPages = 6000
	// restPages is a rest small enough for the writer's turn.
	restPages = 400
	// checkpointRounds bounds the rounds beside the writer when commits keep coming.
	checkpointRounds = 4
	// pageSize is SQLite's default.
	pageSize = 4096
)

// pages estimates what a commit of n writes with so many bytes puts into the log: for a write about as many pages as it touches trees.
func pages(n, bytes int) int { return 4*n + bytes/pageSize + 1 }

// checkpointer ends when wake is closed. It works until then on a connection of its own.
func (s *Store) checkpointer() {
	defer close(s.checkpointed)
	for range s.wake {
		left := restPages + 1
		var err error
		for round := 0; left > restPages && round < checkpointRounds && err == nil; round++ {
			left, err = checkpoint(s.check)
		}
		if err != nil {
			continue // SQLite's own checkpoint within a commit comes to the rescue when the log grows on
		}
		w := &write{alone: true, done: make(chan error, 1), apply: func(c *conn) (refused, failed error) {
			_, err := checkpoint(c)
			return nil, err
		}}
		if s.enter(context.Background(), w) == nil {
			<-w.done
		}
	}
}

// checkpoint carries over what no reader still needs from the log, without waiting for anybody, and tells how many pages remain.
func checkpoint(c *conn) (left int, err error) {
	err = c.rows(context.Background(), "PRAGMA wal_checkpoint(PASSIVE)", nil, func(row []driver.Value) error {
		logged, _ := row[1].(int64)
		carried, _ := row[2].(int64)
		left = int(logged - carried)
		return nil
	})
	return left, err
}

// enter puts a write into the queue. It fails when the store is closed or the context ends first.
func (s *Store) enter(ctx context.Context, w *write) error {
	s.gate.RLock()
	defer s.gate.RUnlock()
	if s.closed {
		return fmt.Errorf("%w: closed", store.ErrUnavailable)
	}
	select {
	case s.queue <- w:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
