// Killtest kills a Pipewright server with SIGKILL, again and again, while clients write, and then proves that no acknowledged
// transition was lost or done twice. It runs on this machine only (127.0.0.1), is bounded in time and rounds, and ends every
// process it started.
//
//	go run ./cmd/pipewright/killtest --bin bin/pipewright [--kills 50] [--clients 8] [--store sqlite|mongodb|both]
//
// Each client repeats a request with the same Idempotency-Key until it is answered; a record's history must then hold exactly
// one transition for each answer.
package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

func main() {
	bin := flag.String("bin", "bin/pipewright", "the server to kill")
	kills := flag.Int("kills", 50, "how often (1 to 1000)")
	clients := flag.Int("clients", 8, "writing clients (1 to 64)")
	which := flag.String("store", "both", "sqlite, mongodb or both")
	limit := flag.Duration("limit", 8*time.Minute, "the longest the whole run may take")
	flag.Parse()
	if *kills < 1 || *kills > 1000 || *clients < 1 || *clients > 64 {
		fmt.Fprintln(os.Stderr, "killtest: --kills is 1 to 1000, --clients 1 to 64")
		os.Exit(2)
	}
	ctx, cancel := context.WithTimeout(context.Background(), *limit)
	defer cancel()
	failed := false
	for _, store := range []string{"sqlite", "mongodb"} {
		if *which != "both" && *which != store {
			continue
		}
		if err := run(ctx, *bin, store, *kills, *clients); err != nil {
			fmt.Printf("%s: FAILED: %v\n", store, err)
			failed = true
		}
	}
	if failed {
		os.Exit(1)
	}
}

func run(ctx context.Context, bin, store string, kills, clients int) error {
	dir, err := os.MkdirTemp("", "pipewright-killtest-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	s := &server{bin: bin, dir: dir}
	if s.addr, err = freeAddress(); err != nil {
		return err
	}
	if store == "mongodb" {
		stop, uri, err := startMongo(ctx)
		if err != nil {
			return err
		}
		defer stop()
		s.mongo = uri
	}
	if err := s.start(ctx); err != nil {
		return err
	}
	defer s.kill()
	if err := s.setUp(ctx); err != nil {
		return fmt.Errorf("set-up: %w", err)
	}

	began := time.Now()
	stop := make(chan struct{})
	var acked atomic.Int64
	writers := make([]*writer, clients)
	errs := make(chan error, clients)
	var wg sync.WaitGroup
	for i := range writers {
		w := &writer{n: i, api: newAPI("http://" + s.addr), acked: &acked}
		writers[i] = w
		wg.Go(func() { errs <- w.run(ctx, stop) })
	}
	for k := range kills {
		wait(ctx, time.Duration(100+rand.IntN(250))*time.Millisecond)
		s.kill()
		if err := s.start(ctx); err != nil {
			close(stop)
			wg.Wait()
			return fmt.Errorf("start after kill %d: %w", k+1, err)
		}
	}
	wait(ctx, 300*time.Millisecond)
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
	fmt.Printf("%s: %d kills, %d clients, %d records, %d acknowledged transitions in %.1f s: %d lost, %d doubled\n",
		store, kills, clients, records, acked.Load(), time.Since(began).Seconds(), lost, doubled)
	if lost+doubled > 0 {
		return errors.New("acknowledged transitions were lost or doubled")
	}
	if acked.Load() < int64(kills) {
		return fmt.Errorf("only %d transitions were acknowledged: too few to prove anything", acked.Load())
	}
	return nil
}

// server is the process under test.
type server struct {
	bin, dir, addr, mongo string
	cmd                   *exec.Cmd
	code                  chan string
}

var codePattern = regexp.MustCompile(`\b[0-9A-Z]{4}-[0-9A-Z]{4}\b|[0-9a-zA-Z]{8,}`)

// start runs the server and waits until it is ready.
func (s *server) start(ctx context.Context) error {
	args := []string{"serve", "--addr", s.addr, "--data", filepath.Join(s.dir, "data")}
	if s.mongo != "" {
		args = append(args, "--mongodb-uri", s.mongo, "--allow-standalone")
	}
	s.cmd = exec.Command(s.bin, args...)
	log, err := os.OpenFile(filepath.Join(s.dir, "server.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	s.cmd.Stdout, s.cmd.Stderr = log, log
	if err := s.cmd.Start(); err != nil {
		return err
	}
	api := newAPI("http://" + s.addr)
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); {
		if status, _, err := api.do(ctx, "GET", "/readyz", nil, ""); err == nil && status == 200 {
			return nil
		}
		wait(ctx, 10*time.Millisecond)
	}
	return fmt.Errorf("the server was not ready within 20 s; its log ends: %s", s.tail())
}

func (s *server) tail() string {
	raw, _ := os.ReadFile(filepath.Join(s.dir, "server.log"))
	if len(raw) > 2000 {
		raw = raw[len(raw)-2000:]
	}
	return string(raw)
}

// kill sends SIGKILL to the server this test started and waits for its end.
func (s *server) kill() {
	if s.cmd != nil && s.cmd.Process != nil {
		_ = s.cmd.Process.Kill()
		_ = s.cmd.Wait()
		s.cmd = nil
	}
}

// setUp makes the admin with the console's one-time code and publishes a small app.
func (s *server) setUp(ctx context.Context) error {
	api := newAPI("http://" + s.addr)
	code := ""
	for _, line := range strings.Split(s.tail(), "\n") {
		if strings.Contains(strings.ToLower(line), "code") || strings.Contains(line, "码") {
			if m := codePattern.FindAllString(line, -1); len(m) > 0 {
				code = m[len(m)-1]
			}
		}
	}
	if err := api.must(ctx, "POST", "/api/setup", map[string]any{"code": code, "username": user, "name": "Kill Test", "password": password, "company": "Test", "language": "en"}, "", nil); err != nil {
		return fmt.Errorf("%w (log: %s)", err, s.tail())
	}
	if err := api.must(ctx, "POST", "/api/apps/import", map[string]any{"definition": definition}, "", nil); err != nil {
		return err
	}
	return api.must(ctx, "POST", "/api/apps/killtest/publish", map[string]any{"note": "test", "acceptWarnings": true}, "", nil)
}

// startMongo starts the independent MongoDB-protocol server of the tests, which stops when its input closes.
func startMongo(ctx context.Context) (stop func(), uri string, err error) {
	if uri := os.Getenv("PIPEWRIGHT_TEST_MONGODB_URI"); uri != "" {
		return func() {}, uri, nil
	}
	cmd := exec.CommandContext(ctx, "go", "run", "./runtime/store/mongostore/mongotest/serve")
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, "", err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, "", err
	}
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		return nil, "", err
	}
	stop = func() { _ = in.Close(); _ = cmd.Wait() }
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		stop()
		return nil, "", fmt.Errorf("the MongoDB-protocol server did not start: %w", err)
	}
	go io.Copy(io.Discard, out)
	return stop, strings.TrimSpace(line), nil
}

func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}

func wait(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
