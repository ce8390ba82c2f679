package engine

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"

	"pipewright/runtime/store"
	"pipewright/runtime/store/storetest"
)

// sharedCommit lets no replace return before relayWidth of them are under way, as a store does that keeps many writes in one commit.
type sharedCommit struct {
	*storetest.MemoryStore
	come   chan struct{}
	commit chan struct{}
}

func (s *sharedCommit) Replace(ctx context.Context, coll string, d store.Doc, ver int64) error {
	s.come <- struct{}{}
	<-s.commit
	return s.MemoryStore.Replace(ctx, coll, d, ver)
}

// TestRelayReplacesTogether: a relay that writes one after the other, or a few at a time, never gets this commit together, and the test ends in a deadlock.
func TestRelayReplacesTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const n = relayWidth
		ctx := t.Context()
		s := &sharedCommit{MemoryStore: storetest.Memory(), come: make(chan struct{}), commit: make(chan struct{})}
		if err := s.Ensure(ctx, ownCollections()...); err != nil {
			t.Fatal(err)
		}
		docs := map[string]store.Doc{}
		for i := range n {
			d := store.Doc{ID: fmt.Sprintf("r%d", i), Ver: 1, Body: []byte(`{}`)}
			if err := s.Insert(ctx, collVisits, d); err != nil {
				t.Fatal(err)
			}
			d.Ver = 2
			docs[d.ID] = d
		}
		go func() {
			for range n {
				<-s.come
			}
			close(s.commit)
		}()
		e := &Engine{store: s}
		if err := e.upsert(ctx, collVisits, docs, nil); err != nil {
			t.Fatal(err)
		}
		for id := range docs {
			if d, err := s.Get(ctx, collVisits, id); err != nil || d.Ver != 2 {
				t.Errorf("%s is at %d: %v", id, d.Ver, err)
			}
		}
	})
}
