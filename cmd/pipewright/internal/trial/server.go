package trial

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// Server is a Pipewright server in a process of its own, on a loopback address.
type Server struct {
	// Bin is the binary, Dir a folder of its own for data and log, Addr its address.
	Bin, Dir, Addr string
	// Mongo is the URI of a MongoDB store; empty for the embedded one.
	Mongo string
	// Env is added to the environment.
	Env []string
	cmd *exec.Cmd
}

// codePattern finds the one-time set-up code on the console.
var codePattern = regexp.MustCompile(`[0-9A-Za-z]{4,}(-[0-9A-Za-z]{4,})*`)

// Start runs the server and waits until it is ready, at most 20 s. It answers how long that took.
func (s *Server) Start(ctx context.Context) (time.Duration, error) {
	args := []string{"serve", "--addr", s.Addr, "--data", filepath.Join(s.Dir, "data")}
	if s.Mongo != "" {
		args = append(args, "--mongodb-uri", s.Mongo, "--allow-standalone")
	}
	return s.run(ctx, args, "/readyz")
}

// StartCommand runs another command of the binary that serves HTTP on Addr, and waits for ready to answer 200.
func (s *Server) StartCommand(ctx context.Context, ready string, args ...string) (time.Duration, error) {
	return s.run(ctx, args, ready)
}

func (s *Server) run(ctx context.Context, args []string, ready string) (time.Duration, error) {
	cmd := exec.Command(s.Bin, args...)
	cmd.Env = append(os.Environ(), s.Env...)
	log, err := os.OpenFile(filepath.Join(s.Dir, "server.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return 0, err
	}
	defer log.Close()
	cmd.Stdout, cmd.Stderr = log, log
	began := time.Now()
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	s.cmd = cmd
	api := New("http://" + s.Addr)
	for time.Since(began) < 20*time.Second && ctx.Err() == nil {
		if status, _, err := api.Do(ctx, "GET", ready, nil, ""); err == nil && status == 200 {
			return time.Since(began), nil
		}
		Wait(ctx, 2*time.Millisecond)
	}
	s.Kill()
	return 0, fmt.Errorf("the server was not ready within 20 s; its log ends: %s", s.Tail())
}

// Tail is the end of the server's log.
func (s *Server) Tail() string {
	raw, _ := os.ReadFile(filepath.Join(s.Dir, "server.log"))
	if len(raw) > 4000 {
		raw = raw[len(raw)-4000:]
	}
	return string(raw)
}

// Pid is the process id, 0 when it does not run.
func (s *Server) Pid() int {
	if s.cmd == nil || s.cmd.Process == nil {
		return 0
	}
	return s.cmd.Process.Pid
}

// Kill sends SIGKILL and waits for the end.
func (s *Server) Kill() {
	if s.cmd != nil && s.cmd.Process != nil {
		_ = s.cmd.Process.Kill()
		_ = s.cmd.Wait()
		s.cmd = nil
	}
}

// Stop asks the server to stop and waits at most 10 s for its end.
func (s *Server) Stop() error {
	if s.cmd == nil {
		return nil
	}
	cmd := s.cmd
	s.cmd = nil
	_ = cmd.Process.Signal(os.Interrupt)
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	select {
	case err := <-done:
		return err
	case <-time.After(10 * time.Second):
		_ = cmd.Process.Kill()
		<-done
		return fmt.Errorf("the server did not stop within 10 s")
	}
}

// Verify runs the binary's verify on the store of a server that was stopped, and answers the last line it prints.
func (s *Server) Verify(ctx context.Context) (string, error) {
	args := []string{"verify", "--data", filepath.Join(s.Dir, "data")}
	if s.Mongo != "" {
		args = append(args, "--mongodb-uri", s.Mongo, "--allow-standalone")
	}
	cmd := exec.CommandContext(ctx, s.Bin, args...)
	cmd.Env = append(os.Environ(), s.Env...)
	out, err := cmd.CombinedOutput()
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	return lines[len(lines)-1], err
}

// SetUp makes the admin with the console's one-time code and answers a client that is signed in.
func (s *Server) SetUp(ctx context.Context) (*API, error) {
	api := New("http://" + s.Addr)
	code := ""
	for line := range strings.Lines(s.Tail()) {
		if strings.Contains(strings.ToLower(line), "code") {
			if m := codePattern.FindAllString(line, -1); len(m) > 0 {
				code = m[len(m)-1]
			}
		}
	}
	err := api.Must(ctx, "POST", "/api/setup", map[string]any{"code": code, "username": User, "name": "Trial", "password": Password, "company": "Trial", "language": "en"}, "", nil)
	if err != nil {
		return nil, fmt.Errorf("%w (the log ends: %s)", err, s.Tail())
	}
	return api, nil
}

// FreeAddress is a loopback address nobody listens on.
func FreeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}

// StartMongo starts the independent MongoDB-protocol server of the tests, which stops when its input closes;
// PIPEWRIGHT_TEST_MONGODB_URI names a real one instead.
func StartMongo(ctx context.Context) (stop func(), uri string, err error) {
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
	go func() { _, _ = io.Copy(io.Discard, out) }()
	return stop, strings.TrimSpace(line), nil
}

// Wait waits for d or the end of ctx.
func Wait(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
