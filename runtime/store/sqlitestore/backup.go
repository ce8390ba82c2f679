package sqlitestore

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"

	"pipewright/runtime/store"
)

// dsnOf names a database file to the driver.
func dsnOf(path string) string {
	return (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: filepath.ToSlash(path)}).EscapedPath()}).String()
}

// Backup writes a consistent copy of the whole store into a new file while the store goes on working. The copy is a database
// file of its own: as pipewright.db in an empty directory it is a data directory.
func (s *Store) Backup(ctx context.Context, path string) error {
	s.gate.RLock()
	defer s.gate.RUnlock()
	if s.closed {
		return fmt.Errorf("%w: closed", store.ErrUnavailable)
	}
	return copyTo(ctx, s.dsn, path)
}

// Backup is Store.Backup for a data directory that another process may have open: it reads beside that process's writer, which does not
// wait for it. The copy holds whatever was acknowledged before it began. An error is answered when the directory holds no store.
func Backup(ctx context.Context, dir, path string) error {
	file := filepath.Join(dir, FileName)
	if _, err := os.Stat(file); err != nil {
		return fmt.Errorf("sqlitestore: no store in %s: %w", dir, err)
	}
	return copyTo(ctx, dsnOf(file)+"?mode=rw", path)
}

func copyTo(ctx context.Context, dsn, path string) error {
	if _, err := os.Lstat(path); err == nil {
		return fmt.Errorf("sqlitestore: backup: %s is already there", path)
	}
	c, err := openConn(dsn, 1, "busy_timeout = 10000") // of its own: those for reading may not write, not even elsewhere
	if err != nil {
		return fmt.Errorf("sqlitestore: backup: %w", err)
	}
	err = c.rows(ctx, "VACUUM INTO ?", []any{path}, func([]driver.Value) error { return nil })
	if err = errors.Join(err, c.close(), flush(path)); err != nil {
		return errors.Join(fmt.Errorf("sqlitestore: backup: %w", err), os.RemoveAll(path))
	}
	return nil
}

// flush makes a finished file private and durable.
func flush(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Chmod(0o600), f.Sync(), f.Close())
}

// Check reads the whole file and answers what SQLite finds wrong in it, e.g. pages that were torn by copying files under a running server.
func (s *Store) Check(ctx context.Context) error {
	var wrong []error
	err := s.read(ctx, func(c *conn) error {
		return c.rows(ctx, "PRAGMA integrity_check", nil, func(row []driver.Value) error {
			if text, _ := row[0].(string); text != "ok" {
				wrong = append(wrong, fmt.Errorf("sqlitestore: %s", text))
			}
			return nil
		})
	})
	return errors.Join(append(wrong, err)...)
}
