// Killtest kills a Pipewright server with SIGKILL, again and again, while clients write, and then proves that no acknowledged
// transition was lost or done twice. It runs on this machine only (127.0.0.1), is bounded in time and rounds, and ends every
// process it started.
//
//	go run ./cmd/pipewright/killtest --bin bin/pipewright [--kills 50] [--clients 8] [--store sqlite|mongodb|both] [--nodes 3]
//
// Each client repeats a request with the same Idempotency-Key until it is answered; a record's history must then hold exactly
// one transition for each answer, and `pipewright verify` must find every chain whole. An admin saves the draft all the while: after a kill it
// is the one before the save or after it, and every save stands in its history. With --nodes, several servers share one
// MongoDB database, one of them at random is killed at a time, and clients turn to another when theirs does not answer.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"pipewright/cmd/pipewright/internal/trial"
)

func main() {
	bin := flag.String("bin", "bin/pipewright", "the server to kill")
	kills := flag.Int("kills", 50, "how often (1 to 10000)")
	nodes := flag.Int("nodes", 1, "servers on the MongoDB database (1 to 5)")
	clients := flag.Int("clients", 8, "writing clients (1 to 64)")
	which := flag.String("store", "both", "sqlite, mongodb or both")
	limit := flag.Duration("limit", 8*time.Minute, "how long to go on killing at most; what was killed by then counts")
	flag.Parse()
	if *kills < 1 || *kills > 10000 || *clients < 1 || *clients > 64 || *nodes < 1 || *nodes > 5 {
		fmt.Fprintln(os.Stderr, "killtest: --kills is 1 to 10000, --clients 1 to 64, --nodes 1 to 5")
		os.Exit(2)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2**limit+10*time.Minute)
	defer cancel()
	failed := false
	for _, store := range []string{"sqlite", "mongodb"} {
		if *which != "both" && *which != store {
			continue
		}
		n := *nodes
		if store == "sqlite" {
			n = 1 // one process owns the data directory
		}
		if err := run(ctx, *bin, store, n, *kills, *clients, *limit); err != nil {
			fmt.Printf("%s: FAILED: %v\n", store, err)
			failed = true
		}
	}
	if failed {
		os.Exit(1)
	}
}

func run(ctx context.Context, bin, store string, nodes, kills, clients int, limit time.Duration) error {
	dir, err := os.MkdirTemp("", "pipewright-killtest-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	uri := ""
	if store == "mongodb" {
		stop, at, err := trial.StartMongo(ctx)
		if err != nil {
			return err
		}
		defer stop()
		uri = at
	}
	servers := make([]*trial.Server, nodes)
	bases := make([]string, nodes)
	var api *trial.API
	for i := range servers {
		s := &trial.Server{Bin: bin, Dir: filepath.Join(dir, fmt.Sprint(i)), Mongo: uri}
		if err := os.Mkdir(s.Dir, 0o700); err != nil {
			return err
		}
		if s.Addr, err = trial.FreeAddress(); err != nil {
			return err
		}
		if _, err := s.Start(ctx); err != nil {
			return err
		}
		defer s.Kill()
		servers[i], bases[i] = s, "http://"+s.Addr
		if i == 0 {
			if api, err = s.SetUp(ctx); err == nil {
				err = publish(ctx, api)
			}
			if err != nil {
				return fmt.Errorf("set-up: %w", err)
			}
		}
	}

	began := time.Now()
	stop := make(chan struct{})
	var acked atomic.Int64
	writers := make([]*writer, clients)
	admin := &drafter{api: trial.New(bases...)}
	errs := make(chan error, clients+1)
	var wg sync.WaitGroup
	for i := range writers {
		first := i % nodes
		w := &writer{n: i, api: trial.New(append(slices.Clone(bases[first:]), bases[:first]...)...), acked: &acked}
		writers[i] = w
		wg.Go(func() { errs <- w.run(ctx, stop) })
	}
	wg.Go(func() { errs <- admin.run(ctx, stop) })
	for k := range kills {
		trial.Wait(ctx, time.Duration(100+rand.IntN(250))*time.Millisecond)
		if time.Since(began) > limit {
			kills = k
			break
		}
		s := servers[rand.IntN(nodes)]
		s.Kill()
		if _, err := s.Start(ctx); err != nil {
			close(stop)
			wg.Wait()
			return fmt.Errorf("start after kill %d: %w", k+1, err)
		}
	}
	trial.Wait(ctx, 300*time.Millisecond)
	close(stop)
	wg.Wait()
	close(errs)
	for err := range errs {
		if err != nil {
			return err
		}
	}
	lost, doubled, records := 0, 0, 0
	for _, w := range writers {
		l, d, err := w.verify(ctx)
		if err != nil {
			return err
		}
		lost, doubled, records = lost+l, doubled+d, records+len(w.moves)
	}
	if err := admin.verify(ctx); err != nil {
		return err
	}
	took := time.Since(began)
	for _, s := range servers {
		if err := s.Stop(); err != nil {
			return err
		}
	}
	report, err := servers[0].Verify(ctx)
	fmt.Printf("%s: %d servers, %d kills, %d clients, %d records, %d acknowledged transitions in %.1f s: %d lost, %d doubled; %s\n",
		store, nodes, kills, clients, records, acked.Load(), took.Seconds(), lost, doubled, report)
	fmt.Printf("%s: %d saves of the draft, %d cut short, %d of those kept; the history is whole\n", store, admin.acked, admin.cut, admin.taken)
	if err != nil {
		return fmt.Errorf("verify: %w", err)
	}
	if lost+doubled > 0 {
		return errors.New("acknowledged transitions were lost or doubled")
	}
	if acked.Load() < int64(kills) {
		return fmt.Errorf("only %d transitions were acknowledged: too few to prove anything", acked.Load())
	}
	return nil
}

// publish makes the app that the clients write to.
func publish(ctx context.Context, api *trial.API) error {
	if err := api.Must(ctx, "POST", "/api/apps/import", map[string]any{"definition": definition}, "", nil); err != nil {
		return err
	}
	if err := api.Must(ctx, "POST", "/api/apps/killtest/publish", map[string]any{"note": "test", "acceptWarnings": true}, "", nil); err != nil {
		return err
	}
	return api.Must(ctx, "PATCH", "/api/users/"+trial.User, map[string]any{"roles": []string{"killtest/rep"}}, "", nil)
}
