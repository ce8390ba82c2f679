package sqlitestore

import (
	"bufio"
	"context"
	"database/sql/driver"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"testing"
)

// killedDir names, in the environment of a child process, the directory it is to write to until it is killed.
const killedDir = "PIPEWRIGHT_TEST_KILLED_DIR"

const killedWriters = 8

// TestMain turns the test program into the child that TestKilled kills.
func TestMain(m *testing.M) {
	if dir := os.Getenv(killedDir); dir != "" {
		fmt.Fprintln(os.Stderr, writeForEver(dir))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// writeForEver has each writer count up one document; every acknowledged version is printed.
func writeForEver(dir string) error {
	ctx := context.Background()
	s, err := Open(ctx, Options{Dir: dir})
	if err != nil {
		return err
	}
	if err := s.Ensure(ctx, deal); err != nil {
		return err
	}
	failed := make(chan error)
	var out sync.Mutex
	for w := range killedWriters {
		go func() {
			d := dealDoc(w)
			have, err := s.Get(ctx, deal.Name, d.ID)
			if err != nil {
				have.Ver = 0
				d.Ver = 1
				err = s.Insert(ctx, deal.Name, d)
			} else {
				d.Ver = have.Ver
			}
			for err == nil {
				out.Lock()
				fmt.Printf("%d %d\n", w, d.Ver)
				out.Unlock()
				d.Ver++
				d.Cols["amount"] = d.Ver
				d.Cols["people"] = []string{fmt.Sprint(d.Ver)}
				err = s.Replace(ctx, deal.Name, d, d.Ver-1)
			}
			failed <- err
		}()
	}
	return <-failed
}

// Killed again and again while eight writers are at work, the store keeps every acknowledged write, at most one more for each
// writer, and columns, sets and versions that belong together.
func TestKilled(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	acked := make([]int64, killedWriters)
	for round := range 10 {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), killedDir+"="+dir)
		cmd.Stderr = os.Stderr
		stdout, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(stdout)
		read := func() bool {
			if !lines.Scan() {
				return false
			}
			var w int
			var ver int64
			if n, _ := fmt.Sscanf(lines.Text(), "%d %d", &w, &ver); n == 2 {
				acked[w] = ver
			}
			return true
		}
		for range 200 + 37*round {
			if !read() {
				t.Fatal("the child ended by itself")
			}
		}
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		for read() { // what it had still acknowledged
		}
		cmd.Wait()

		s := open(t, Options{Dir: dir})
		for w := range killedWriters {
			d, err := s.Get(t.Context(), deal.Name, dealDoc(w).ID)
			if err != nil && acked[w] > 0 {
				t.Fatalf("round %d, writer %d: %v, %d was acknowledged", round, w, err, acked[w])
			}
			if d.Ver < acked[w] || d.Ver > acked[w]+1 {
				t.Errorf("round %d, writer %d: at %d, %d was acknowledged", round, w, d.Ver, acked[w])
			}
			if d.Ver > 1 && (d.Cols["amount"] != d.Ver || fmt.Sprint(d.Cols["people"]) != fmt.Sprintf("[%d]", d.Ver)) {
				t.Errorf("round %d, writer %d at %d: columns %v", round, w, d.Ver, d.Cols)
			}
		}
		check(t, s)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// check holds the file to SQLite's own examination, and the sets to their side table.
func check(t *testing.T, s *Store) {
	t.Helper()
	for _, c := range []struct{ sql, want string }{
		{`SELECT count(*) FROM "t_rec_b2b_deal:people" AS s JOIN "d_rec_b2b_deal" AS d USING (id)
			WHERE s.n <> d.n OR s."c_updated" IS NOT d."c_updated"`, "0"},
		{"PRAGMA integrity_check", "ok"},
		{`SELECT count(*) || ' ' || (SELECT count(*) FROM "d_rec_b2b_deal", json_each("c_people"))
			FROM "t_rec_b2b_deal:people" JOIN "d_rec_b2b_deal" USING (id)`, ""},
	} {
		if err := s.read(t.Context(), func(c2 *conn) error {
			return c2.rows(t.Context(), c.sql, nil, func(row []driver.Value) error {
				got := fmt.Sprint(row[0])
				var a, b int
				if c.want == "" {
					if n, _ := fmt.Sscanf(got, "%d %d", &a, &b); n != 2 || a != b {
						t.Errorf("side table and column hold %s texts", got)
					}
				} else if got != c.want {
					t.Errorf("%s: %s", c.sql, got)
				}
				return nil
			})
		}); err != nil {
			t.Error(err)
		}
	}
}
