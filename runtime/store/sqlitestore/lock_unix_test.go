//go:build unix

package sqlitestore

import (
	"testing"

	"golang.org/x/sys/unix"
)

// A process that is started while the store is open shares the lock's file until it has closed what it inherited. The store can be opened again
// as soon as it is closed all the same.
func TestLockIsGivenUpThoughAChildHasTheFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := open(t, Options{Dir: dir})
	inherited, err := unix.Dup(int(s.lock.Fd()))
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(inherited)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	open(t, Options{Dir: dir})
}
