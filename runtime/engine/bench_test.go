package engine

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pipewright/runtime/process"
	"pipewright/runtime/store"
	"pipewright/runtime/store/sqlitestore"
)

// BenchmarkAdvance is P1 without HTTP: 8 clients tick and untick a checklist item of 500 deals. BenchmarkReplace is the limit beside
// it: a durable replace of the same documents.
func BenchmarkAdvance(b *testing.B) {
	w, ids := benchWorld(b)
	w.e.Start(b.Context())
	defer func() { _ = w.e.Stop(b.Context()) }()
	b.ResetTimer()
	var n atomic.Int64
	clients(b, func(i int) error {
		id := ids[i%len(ids)]
		_, err := w.e.Do(b.Context(), Request{User: "rep.li", Command: process.Command{Kind: process.Tick, ID: id, Item: "budget",
			Done: (i/len(ids))%2 == 0, Op: fmt.Sprint("b", i, n.Add(1))}})
		return err
	})
}

func BenchmarkReplace(b *testing.B) {
	w, ids := benchWorld(b)
	docs := make([]store.Doc, len(ids))
	for i, id := range ids {
		d, err := w.store.Get(b.Context(), "rec_b2b_deal", id)
		if err != nil {
			b.Fatal(err)
		}
		docs[i] = d
	}
	var mus [1000]sync.Mutex
	b.ResetTimer()
	clients(b, func(i int) error {
		i %= len(ids)
		mus[i].Lock()
		defer mus[i].Unlock()
		d := docs[i]
		d.Ver++
		if err := w.store.Replace(b.Context(), "rec_b2b_deal", d, docs[i].Ver); err != nil {
			return err
		}
		docs[i].Ver++
		return nil
	})
}

func benchWorld(b *testing.B) (*world, []string) {
	w := newWorld(b, func(old store.Store) store.Store {
		s, err := sqlitestore.Open(b.Context(), sqlitestore.Options{Dir: b.TempDir()})
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { _ = s.Close() })
		return s
	})
	ids := make([]string, 500)
	lines := "["
	for i := range 10 {
		if i > 0 {
			lines += ","
		}
		lines += fmt.Sprintf(`{"qty": %d, "price": {"amount": "12.50", "currency": "CNY"}}`, i+1)
	}
	lines += "]"
	for i := range ids {
		ids[i] = w.deal(fmt.Sprint("deal ", i), lines).ID
	}
	w.e.now = time.Now
	return w, ids
}

// clients spreads b.N calls over 8 goroutines.
func clients(b *testing.B, call func(i int) error) {
	var next atomic.Int64
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= b.N {
					return
				}
				if err := call(i); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
}
