package sqlitestore

import (
	"context"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"

	"pipewright/runtime/store"
)

// Options says where the store lives.
type Options struct {
	// Dir is the data directory, made if it is missing; the store owns store.lock and pipewright.db* in it. Empty: a temporary
	// directory without flushing to disk that is removed by Close, for tests and for trying things out.
	Dir string
	// ReadConns is how many reads run at once, at least 1; 0 means twice the processors, at least 4.
	ReadConns int
}

// Store implements store.Store. Besides it offers Backup.
type Store struct {
	dir       string
	dsn       string
	temporary bool
	lock      *os.File
	tables    atomic.Pointer[map[string]*table]
	write     *conn              // the writer's own
	logged    int                // pages since the last checkpoint began; the writer's own
	check     *conn              // the checkpointer's own
	declared  *map[string]*table // by an Ensure in the transaction under way; the writer's own
	reads     *pool
	pauses    pauses

	gate    sync.RWMutex // held for reading while a write enters the queue
	closed  bool
	queue   chan *write
	written chan struct{} // closed when the writer has ended
	wake    chan struct{} // from the writer: the log has grown
	// checkpointed is closed when the checkpointer has ended.
	checkpointed chan struct{}
	closing      sync.Once
	outcome      error // of Close
}

var _ store.Store = (*Store)(nil)

// FileName is the database in a data directory.
const FileName = "pipewright.db"

// Open opens or creates the store. It fails when another process has the directory open.
func Open(ctx context.Context, o Options) (*Store, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s := &Store{dir: o.Dir, queue: make(chan *write, maxBatch), written: make(chan struct{}), wake: make(chan struct{}), checkpointed: make(chan struct{})}
	if s.dir == "" {
		dir, err := os.MkdirTemp("", "pipewright-")
		if err != nil {
			return nil, fmt.Errorf("sqlitestore: %w", err)
		}
		s.dir, s.temporary = dir, true
	}
	if err := s.open(o.ReadConns); err != nil {
		return nil, errors.Join(fmt.Errorf("sqlitestore: %s: %w", s.dir, err), s.release())
	}
	go s.writer()
	go s.checkpointer()
	return s, nil
}

func (s *Store) open(readConns int) error {
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return err
	}
	lock, err := os.OpenFile(filepath.Join(s.dir, "store.lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	switch got, err := tryLock(lock); {
	case err != nil:
		return errors.Join(fmt.Errorf("store.lock: %w", err), lock.Close())
	case !got:
		return errors.Join(fmt.Errorf("%w: another process has this data directory open; stop it, choose another directory, or use MongoDB to run several servers on one database",
			store.ErrUnavailable), lock.Close())
	}
	s.lock = lock
	if readConns == 0 {
		readConns = max(4, 2*runtime.GOMAXPROCS(0))
	}
	path := filepath.Join(s.dir, FileName)
	dsn := dsnOf(path)
	s.dsn = dsn
	sync := "synchronous = FULL"
	if s.temporary {
		sync = "synchronous = OFF"
	}
	s.write, err = openConn(dsn, 512, "busy_timeout = 10000", "journal_mode = WAL", sync, "foreign_keys = OFF",
		"journal_size_limit = 67108864", "wal_autocheckpoint = 32000", "cache_size = -8000")
	if err != nil {
		return err
	}
	if s.check, err = openConn(dsn, 1, "busy_timeout = 10000", sync); err != nil {
		return err
	}
	s.reads = newPool(max(1, readConns), func() (*conn, error) {
		return openConn(dsn, 128, "busy_timeout = 10000", "query_only = ON", "cache_size = -3000")
	})
	if err := os.Chmod(path, 0o600); err != nil {
		return err
	}
	return s.load()
}

// load reads what earlier runs declared.
func (s *Store) load() error {
	if err := s.write.once("CREATE TABLE IF NOT EXISTS collections (name TEXT PRIMARY KEY, spec TEXT NOT NULL) WITHOUT ROWID"); err != nil {
		return err
	}
	tables := map[string]*table{}
	err := s.write.rows(context.Background(), "SELECT spec FROM collections", nil, func(row []driver.Value) error {
		spec, _ := row[0].(string)
		var c store.Collection
		if err := json.Unmarshal([]byte(spec), &c); err != nil {
			return fmt.Errorf("declared collections: %w", err)
		}
		schema, err := store.NewSchema(c)
		if err != nil {
			return fmt.Errorf("declared collections: %w", err)
		}
		tables[c.Name] = newTable(schema)
		return nil
	})
	s.tables.Store(&tables)
	return err
}

func (s *Store) table(coll string) (*table, error) {
	t := (*s.tables.Load())[coll]
	if t == nil {
		return nil, fmt.Errorf("%w: collection %q is not declared", store.ErrInvalid, coll)
	}
	return t, nil
}

// Ensure declares collections. It runs in the writer's turn, in one transaction: no write sees half of it.
func (s *Store) Ensure(ctx context.Context, cs ...store.Collection) error {
	// Its size makes it the last of its transaction, so that what it declares is in force for the next write.
	return s.submit(ctx, maxBatchBytes, func(c *conn) (refused, failed error) {
		next := maps.Clone(*s.tables.Load())
		for _, decl := range cs {
			have := next[decl.Name]
			schema := &store.Schema{Name: decl.Name}
			if have != nil {
				schema = have.Schema
			}
			schema, err := schema.With(decl)
			if err != nil {
				return err, nil
			}
			t := newTable(schema)
			if have != nil && len(t.Columns) == len(have.Columns) && len(t.Indexes) == len(have.Indexes) {
				continue
			}
			spec, err := json.Marshal(store.Collection{Name: t.Name, Columns: t.Columns, Indexes: t.Indexes})
			if err != nil {
				return nil, err
			}
			for _, sql := range t.ensure(have) {
				if err := c.once(sql); err != nil {
					return nil, err
				}
			}
			if _, err := c.exec("INSERT OR REPLACE INTO collections (name, spec) VALUES (?, ?)", t.Name, string(spec)); err != nil {
				return nil, err
			}
			next[t.Name] = t
		}
		s.declared = &next
		return nil, nil
	})
}

// read lends a connection for reading.
func (s *Store) read(ctx context.Context, f func(*conn) error) error {
	s.gate.RLock()
	defer s.gate.RUnlock()
	if s.closed {
		return fmt.Errorf("%w: closed", store.ErrUnavailable)
	}
	return s.reads.with(ctx, f)
}

// Info tells SQLite's version and where the data is.
func (s *Store) Info(ctx context.Context) (store.Info, error) {
	info := store.Info{Kind: "sqlite", Detail: filepath.Join(s.dir, FileName)}
	if s.temporary {
		info.Detail = "temporary, gone when the program ends"
	}
	err := s.read(ctx, func(c *conn) error {
		return c.rows(ctx, "SELECT sqlite_version()", nil, func(row []driver.Value) error {
			info.Version, _ = row[0].(string)
			return nil
		})
	})
	return info, err
}

// Close finishes the writes that were handed in, then releases files and directory. Reads under way finish too.
func (s *Store) Close() error {
	s.closing.Do(func() {
		s.gate.Lock()
		s.closed = true
		s.gate.Unlock()
		close(s.queue)
		<-s.written
		<-s.checkpointed
		s.outcome = s.release()
	})
	return s.outcome
}

func (s *Store) release() error {
	var errs []error
	if s.reads != nil {
		errs = append(errs, s.reads.close())
	}
	for _, c := range []*conn{s.check, s.write} {
		if c != nil {
			errs = append(errs, c.close())
		}
	}
	if s.lock != nil {
		errs = append(errs, unlock(s.lock), s.lock.Close())
	}
	if s.temporary && strings.HasPrefix(filepath.Base(s.dir), "pipewright-") {
		errs = append(errs, os.RemoveAll(s.dir))
	}
	return errors.Join(errs...)
}
