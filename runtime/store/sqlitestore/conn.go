package sqlitestore

import (
	"container/list"
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"sync"

	_ "modernc.org/sqlite" // registers the driver
)

// conn is one connection with its prepared statements. It uses the driver without database/sql in between: a statement here
// costs a few microseconds, and a pool with locks and conversions would double that. Not safe for concurrent use.
type conn struct {
	dc    driver.Conn
	stmts map[string]*list.Element
	used  list.List // most recently used first; values are *stmt
	max   int
	args  []driver.NamedValue
	// broken is set when the connection is in no state to be lent again.
	broken bool
}

type stmt struct {
	sql  string
	stmt driver.Stmt
}

// theDriver is the registered driver, found the only way database/sql offers.
var theDriver = sync.OnceValues(func() (driver.Driver, error) {
	db, err := sql.Open("sqlite", "file::memory:")
	if err != nil {
		return nil, err
	}
	defer db.Close()
	return db.Driver(), nil
})

func openConn(dsn string, maxStmts int, pragmas ...string) (*conn, error) {
	d, err := theDriver()
	if err != nil {
		return nil, err
	}
	dc, err := d.Open(dsn)
	if err != nil {
		return nil, err
	}
	c := &conn{dc: dc, stmts: map[string]*list.Element{}, max: maxStmts}
	for _, p := range pragmas {
		if err := c.once("PRAGMA " + p); err != nil {
			c.close()
			return nil, fmt.Errorf("%s: %w", p, err)
		}
	}
	return c, nil
}

// prepare returns a cached statement. The one unused for longest gives way.
func (c *conn) prepare(text string) (driver.Stmt, error) {
	if e := c.stmts[text]; e != nil {
		c.used.MoveToFront(e)
		return e.Value.(*stmt).stmt, nil
	}
	for c.used.Len() >= c.max {
		last := c.used.Remove(c.used.Back()).(*stmt)
		delete(c.stmts, last.sql)
		if err := last.stmt.Close(); err != nil {
			return nil, err
		}
	}
	s, err := c.dc.Prepare(text)
	if err != nil {
		return nil, err
	}
	c.stmts[text] = c.used.PushFront(&stmt{sql: text, stmt: s})
	return s, nil
}

// once runs a statement that is not worth keeping.
func (c *conn) once(text string, args ...any) error {
	s, err := c.dc.Prepare(text)
	if err != nil {
		return err
	}
	_, err = c.run(s, args)
	return errors.Join(err, s.Close())
}

// exec runs a statement and tells how many rows it changed.
func (c *conn) exec(text string, args ...any) (int64, error) {
	s, err := c.prepare(text)
	if err != nil {
		return 0, err
	}
	return c.run(s, args)
}

func (c *conn) run(s driver.Stmt, args []any) (int64, error) {
	r, err := s.(driver.StmtExecContext).ExecContext(context.Background(), c.bind(args))
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

func (c *conn) bind(args []any) []driver.NamedValue {
	c.args = c.args[:0]
	for i, v := range args {
		if b, ok := v.(bool); ok { // a bool is stored as 0 or 1 and compared as such
			v = int64(0)
			if b {
				v = int64(1)
			}
		}
		c.args = append(c.args, driver.NamedValue{Ordinal: i + 1, Value: v})
	}
	return c.args
}

// rows calls each for every row; row is only valid during the call. Text comes as string, integers as int64, NULL as nil.
// When the context ends, the query is interrupted and its error returned.
func (c *conn) rows(ctx context.Context, text string, args []any, each func(row []driver.Value) error) error {
	s, err := c.prepare(text)
	if err != nil {
		return err
	}
	rs, err := s.(driver.StmtQueryContext).QueryContext(ctx, c.bind(args))
	if err != nil {
		return err
	}
	row := make([]driver.Value, len(rs.Columns()))
	for n := 0; ; n++ {
		if n%64 == 63 && ctx.Err() != nil {
			err = ctx.Err()
			break
		}
		if err = rs.Next(row); err != nil {
			break
		}
		if err = each(row); err != nil {
			break
		}
	}
	if err == io.EOF {
		err = nil
	}
	return errors.Join(err, rs.Close())
}

func (c *conn) close() error {
	var errs []error
	for e := c.used.Front(); e != nil; e = e.Next() {
		errs = append(errs, e.Value.(*stmt).stmt.Close())
	}
	c.used.Init()
	c.stmts = nil
	return errors.Join(append(errs, c.dc.Close())...)
}

// pool lends read connections, opened as they are needed.
type pool struct {
	open func() (*conn, error)
	free chan struct{} // one token a connection that may be lent
	mu   sync.Mutex
	idle []*conn // the last returned is lent first: its caches are warm
}

func newPool(n int, open func() (*conn, error)) *pool {
	p := &pool{open: open, free: make(chan struct{}, n)}
	for range n {
		p.free <- struct{}{}
	}
	return p
}

// with lends a connection to f.
func (p *pool) with(ctx context.Context, f func(*conn) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case <-p.free:
	default:
		select {
		case <-p.free:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	defer func() { p.free <- struct{}{} }()
	p.mu.Lock()
	var c *conn
	if n := len(p.idle); n > 0 {
		c, p.idle = p.idle[n-1], p.idle[:n-1]
	}
	p.mu.Unlock()
	if c == nil {
		var err error
		if c, err = p.open(); err != nil {
			return err
		}
	}
	defer func() {
		if c.broken {
			c.close()
			return
		}
		p.mu.Lock()
		p.idle = append(p.idle, c)
		p.mu.Unlock()
	}()
	return f(c)
}

// close waits for every lent connection and closes them all.
func (p *pool) close() error {
	for range cap(p.free) {
		<-p.free
	}
	var errs []error
	for _, c := range p.idle {
		errs = append(errs, c.close())
	}
	return errors.Join(errs...)
}
