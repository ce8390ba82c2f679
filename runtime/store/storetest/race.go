package storetest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

const racers = 64

// counter is a document that counts acknowledged writes in its body, its column and its set at once.
func counter(id string, ver, n int64) store.Doc {
	return store.Doc{ID: id, Ver: ver, Cols: map[string]any{"n": n, "tags": []string{fmt.Sprintf("t%d", n)}}, Body: json.RawMessage(fmt.Sprintf(`{"n":%d}`, n))}
}

// 64 writers add to one counter by compare-and-set: none of the acknowledged additions may be lost, and none refused may count.
func racingReplace(t *testing.T, s store.Store) {
	ctx := t.Context()
	must(t, s.Insert(ctx, coll, counter("c", 1, 0)))
	const each = 5
	var won atomic.Int64
	var wg sync.WaitGroup
	for range racers {
		wg.Go(func() {
			for range each {
				for {
					d, err := s.Get(ctx, coll, "c")
					if err != nil {
						t.Errorf("Get: %v", err)
						return
					}
					err = s.Replace(ctx, coll, counter("c", d.Ver+1, d.Cols["n"].(int64)+1), d.Ver)
					if err == nil {
						won.Add(1)
						break
					}
					if !errors.Is(err, store.ErrConflict) {
						t.Errorf("Replace: %v", err)
						return
					}
				}
			}
		})
	}
	wg.Wait()
	got, err := s.Get(ctx, coll, "c")
	must(t, err)
	if won.Load() != racers*each {
		t.Errorf("%d additions acknowledged, want %d", won.Load(), racers*each)
	}
	sameDoc(t, got, counter("c", 1+won.Load(), won.Load()))
	for _, n := range []int64{0, 1, won.Load() - 1, won.Load()} {
		p, err := s.Query(ctx, coll, query.Query{Filter: query.HasAny{Col: "tags", Values: []string{fmt.Sprintf("t%d", n)}}, Limit: 5})
		must(t, err)
		if want := n == won.Load(); (len(p.Docs) == 1) != want {
			t.Errorf("set value t%d finds %d documents", n, len(p.Docs))
		}
	}

	// All start from one version: exactly one may win, replace or delete alike.
	for round := range 20 {
		id := fmt.Sprintf("r%d", round)
		must(t, s.Insert(ctx, coll, counter(id, 1, 0)))
		var wins atomic.Int64
		for i := range racers {
			wg.Go(func() {
				var err error
				if i%8 == 7 {
					err = s.Delete(ctx, coll, id, 1)
				} else {
					err = s.Replace(ctx, coll, counter(id, 2, int64(i)), 1)
				}
				switch {
				case err == nil:
					wins.Add(1)
				case !errors.Is(err, store.ErrConflict) && !errors.Is(err, store.ErrNotFound):
					t.Errorf("round %d: %v", round, err)
				}
			})
		}
		wg.Wait()
		if wins.Load() != 1 {
			t.Errorf("round %d: %d winners, want 1", round, wins.Load())
		}
	}
}

// Many insert the same id: exactly one wins, and what is stored is the winner's.
func racingInsert(t *testing.T, s store.Store) {
	ctx := t.Context()
	for round := range 20 {
		id := fmt.Sprintf("claim|%d", round)
		winner := make(chan int, racers)
		var wg sync.WaitGroup
		for i := range racers {
			wg.Go(func() {
				err := s.Insert(ctx, coll, counter(id, 1, int64(i)))
				switch {
				case err == nil:
					winner <- i
				case !errors.Is(err, store.ErrExists):
					t.Errorf("Insert: %v", err)
				}
			})
		}
		wg.Wait()
		if len(winner) != 1 {
			t.Fatalf("round %d: %d winners, want 1", round, len(winner))
		}
		got, err := s.Get(ctx, coll, id)
		must(t, err)
		sameDoc(t, got, counter(id, 1, int64(<-winner)))
	}
}

// Batches that overlap: each id is added by exactly one.
func racingInsertMany(t *testing.T, s store.Store) {
	ctx := t.Context()
	const ids = 100
	var by [ids]atomic.Int64
	var wg sync.WaitGroup
	for i := range 16 {
		wg.Go(func() {
			var ds []store.Doc
			for k := range ids {
				ds = append(ds, counter(fmt.Sprintf("j%d", (k*7+i)%ids), 1, int64(i)))
			}
			added, err := s.InsertMany(ctx, coll, ds)
			if err != nil {
				t.Errorf("InsertMany: %v", err)
				return
			}
			for k, ok := range added {
				if ok {
					by[(k*7+i)%ids].Add(1)
				}
			}
		})
	}
	wg.Wait()
	for k := range by {
		if n := by[k].Load(); n != 1 {
			t.Errorf("id %d was added %d times", k, n)
		}
	}
}

// A read that begins after a write returned sees it, on whatever connection.
func readYourWrites(t *testing.T, s store.Store) {
	ctx := t.Context()
	var wg sync.WaitGroup
	for w := range 8 {
		wg.Go(func() {
			id := fmt.Sprintf("w%d", w)
			if err := s.Insert(ctx, coll, counter(id, 1, 0)); err != nil {
				t.Error(err)
				return
			}
			for ver := int64(2); ver <= 30; ver++ {
				if err := s.Replace(ctx, coll, counter(id, ver, ver), ver-1); err != nil {
					t.Error(err)
					return
				}
				if err := seen(ctx, s, id, ver); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
}

func seen(ctx context.Context, s store.Store, id string, ver int64) error {
	d, err := s.Get(ctx, coll, id)
	if err != nil {
		return err
	}
	if d.Ver != ver {
		return fmt.Errorf("get: %s at %d, %d was acknowledged", id, d.Ver, ver)
	}
	p, err := s.Query(ctx, coll, query.Query{Filter: query.HasAny{Col: "tags", Values: []string{fmt.Sprintf("t%d", ver)}}, Limit: 100})
	if err != nil {
		return err
	}
	for _, d := range p.Docs {
		if d.ID == id && d.Ver >= ver {
			return nil
		}
	}
	return fmt.Errorf("query: %s at %d was acknowledged and is not found", id, ver)
}
