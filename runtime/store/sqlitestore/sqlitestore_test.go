package sqlitestore

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"pipewright/runtime/query"
	"pipewright/runtime/store"
	"pipewright/runtime/store/storetest"
)

func open(t testing.TB, o Options) *Store {
	t.Helper()
	s, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return s
}

func TestConformance(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t testing.TB) store.Store { return open(t, Options{}) })
}

func TestOddTexts(t *testing.T) {
	t.Parallel()
	storetest.OddTexts(t, open(t, Options{}))
}

func TestConformanceOnDisk(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t testing.TB) store.Store { return open(t, Options{Dir: t.TempDir(), ReadConns: 2}) })
}

// A second opening of the same directory is refused in words, and the first goes on; a closed one may be opened again.
func TestLock(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := open(t, Options{Dir: dir})
	if _, err := Open(t.Context(), Options{Dir: dir}); !errors.Is(err, store.ErrUnavailable) || !strings.Contains(err.Error(), "another process has this data directory open") {
		t.Errorf("second Open: %v", err)
	}
	if err := s.Ensure(t.Context(), deal); err != nil {
		t.Errorf("the first one: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	open(t, Options{Dir: dir})
}

// What is answered is on the disk: the log is flushed with every commit, and by whoever carries it over (engine.md §2).
func TestWritesAreFlushed(t *testing.T) {
	t.Parallel()
	s := open(t, Options{Dir: t.TempDir()})
	for name, c := range map[string]*conn{"the writer": s.write, "the checkpoints": s.check} {
		for pragma, want := range map[string]string{"synchronous": "2", "journal_mode": "wal"} {
			if err := c.rows(t.Context(), "PRAGMA "+pragma, nil, func(row []driver.Value) error {
				if got := fmt.Sprint(row[0]); got != want {
					t.Errorf("%s: %s is %s, not %s", name, pragma, got, want)
				}
				return nil
			}); err != nil {
				t.Error(err)
			}
		}
	}
}

// What was written is there after closing and opening, declarations included.
func TestReopen(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	dir := filepath.Join(t.TempDir(), "new dir", "数据 100%?#")
	s := open(t, Options{Dir: dir})
	if err := s.Ensure(ctx, deal); err != nil {
		t.Fatal(err)
	}
	want := dealDoc(1)
	if err := s.Insert(ctx, deal.Name, want); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, FileName)); err != nil {
		t.Errorf("the file is elsewhere: %v", err)
	}
	s = open(t, Options{Dir: dir})
	got, err := s.Get(ctx, deal.Name, want.ID)
	if err != nil || got.Cols["title"] != want.Cols["title"] || string(got.Body) != string(want.Body) {
		t.Errorf("after reopening: %+v, %v", got, err)
	}
	if err := s.Ensure(ctx, deal); err != nil {
		t.Error(err)
	}
}

func TestTemporaryLeavesNothing(t *testing.T) {
	t.Parallel()
	s := open(t, Options{})
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(s.dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%s is still there: %v", s.dir, err)
	}
}

// A backup taken while writers are at work opens as a store and holds, of every document, one version that was acknowledged.
func TestBackup(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	s := open(t, Options{Dir: t.TempDir()})
	if err := s.Ensure(ctx, deal); err != nil {
		t.Fatal(err)
	}
	const docs = 20
	for i := range docs {
		if err := s.Insert(ctx, deal.Name, dealDoc(i)); err != nil {
			t.Fatal(err)
		}
	}
	var wg sync.WaitGroup
	stop := make(chan struct{})
	for i := range docs {
		wg.Go(func() {
			d := dealDoc(i)
			for {
				select {
				case <-stop:
					return
				default:
				}
				d.Ver++
				d.Cols["amount"] = d.Ver
				if err := s.Replace(ctx, deal.Name, d, d.Ver-1); err != nil {
					t.Errorf("Replace: %v", err)
					return
				}
			}
		})
	}
	dir := t.TempDir()
	path := filepath.Join(dir, FileName)
	if err := s.Backup(ctx, path); err != nil {
		t.Fatal(err)
	}
	close(stop)
	wg.Wait()
	if err := s.Backup(ctx, path); err == nil {
		t.Error("a backup overwrote a file")
	}
	copied := open(t, Options{Dir: dir})
	p, err := copied.Query(ctx, deal.Name, query.Query{Limit: 100})
	if err != nil || len(p.Docs) != docs {
		t.Fatalf("%d documents, %v", len(p.Docs), err)
	}
	for _, d := range p.Docs {
		if amount := d.Cols["amount"]; d.Ver > 1 && amount != d.Ver {
			t.Errorf("%s at %d with amount %v", d.ID, d.Ver, amount)
		}
	}
}

// Close waits for the writes that were handed in: each is either acknowledged and kept, or refused and absent.
func TestCloseFinishesWrites(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	dir := t.TempDir()
	s := open(t, Options{Dir: dir})
	if err := s.Ensure(ctx, deal); err != nil {
		t.Fatal(err)
	}
	const docs = 200
	var kept [docs]bool
	var wg sync.WaitGroup
	under := make(chan struct{}, docs)
	for i := range docs {
		wg.Go(func() {
			under <- struct{}{}
			err := s.Insert(ctx, deal.Name, dealDoc(i))
			if err != nil && !errors.Is(err, store.ErrUnavailable) {
				t.Errorf("Insert: %v", err)
			}
			kept[i] = err == nil
		})
	}
	for range docs / 2 {
		<-under
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	wg.Wait()
	s = open(t, Options{Dir: dir})
	for i := range docs {
		_, err := s.Get(ctx, deal.Name, dealDoc(i).ID)
		if kept[i] != (err == nil) {
			t.Errorf("document %d: acknowledged %v, read back %v", i, kept[i], err)
		}
	}
}

// A write that cannot be carried out fails alone; those that shared its transaction are kept.
func TestPoisonedBatch(t *testing.T) {
	t.Parallel()
	s := open(t, Options{})
	if err := s.Ensure(t.Context(), deal); err != nil {
		t.Fatal(err)
	}
	tab, err := s.table(deal.Name)
	if err != nil {
		t.Fatal(err)
	}
	insert := func(i int) *write {
		return &write{done: make(chan error, 1), apply: func(c *conn) (refused, failed error) {
			_, failed = tab.add(c, dealDoc(i), nil)
			return nil, failed
		}}
	}
	bad := &write{done: make(chan error, 1), apply: func(c *conn) (refused, failed error) {
		_, failed = c.exec("INSERT INTO no_such_table VALUES (1)")
		return nil, failed
	}}
	first, last, gone := insert(1), insert(2), insert(3)
	gone.state.Store(dropped)
	started := make(chan struct{})
	block := &write{done: make(chan error, 1), apply: func(*conn) (refused, failed error) {
		<-started // holds the writer until the others wait, so that they share its next transaction
		return nil, nil
	}}
	s.queue <- block
	for _, w := range []*write{first, bad, gone, last} {
		s.queue <- w
	}
	close(started)
	for name, w := range map[string]*write{"first": first, "last": last} {
		if err := <-w.done; err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := <-bad.done; !errors.Is(err, store.ErrUnavailable) || !strings.Contains(err.Error(), "no_such_table") {
		t.Errorf("bad: %v", err)
	}
	got, err := s.GetMany(t.Context(), deal.Name, []string{dealDoc(1).ID, dealDoc(2).ID, dealDoc(3).ID})
	if err != nil || len(got) != 2 {
		t.Errorf("%d documents, %v; want the two that were neither bad nor withdrawn", len(got), err)
	}
}

// However much is written, the log is carried over and begins again: it stays within a small multiple of what starts a checkpoint.
func TestLogStaysSmall(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	s := open(t, Options{})
	if err := s.Ensure(ctx, deal); err != nil {
		t.Fatal(err)
	}
	d := dealDoc(0)
	d.Body = []byte(`{"text":"` + strings.Repeat("x", 256<<10) + `"}`)
	if err := s.Insert(ctx, deal.Name, d); err != nil {
		t.Fatal(err)
	}
	const writes = 1000 // 256 MiB in all
	for range writes {
		d.Ver++
		if err := s.Replace(ctx, deal.Name, d, d.Ver-1); err != nil {
			t.Fatal(err)
		}
	}
	log, err := os.Stat(filepath.Join(s.dir, FileName+"-wal"))
	if err != nil {
		t.Fatal(err)
	}
	if limit := int64(5 * checkpointPages * pageSize); log.Size() > limit {
		t.Errorf("the log is %d bytes after %d written, want at most %d", log.Size(), writes*len(d.Body), limit)
	}
}
