package mongotest

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// Variable names the environment variable with the URI of a real server.
const Variable = "PIPEWRIGHT_TEST_MONGODB_URI"

var (
	//go:embed pom.xml
	pom []byte
	//go:embed Server.java
	source []byte
)

// URI is where tests find their server. It fails the test when there is none to be had.
func URI(t testing.TB) string {
	t.Helper()
	if uri := os.Getenv(Variable); uri != "" {
		return uri
	}
	uri, err := shared()
	if err != nil {
		t.Fatalf("%v\nTo test against a server that is there already, set %s.", err, Variable)
	}
	return uri
}

// Real tells whether the tests run against a real MongoDB server.
func Real() bool { return os.Getenv(Variable) != "" }

// Database makes a name that no other test uses.
func Database() string { return "pipewright_test_" + strings.ToLower(rand.Text()[:16]) }

// shared is the one server of this process. It ends with the process: its standard input is a pipe held here.
var shared = sync.OnceValues(func() (string, error) {
	s, err := Start(context.Background())
	if err != nil {
		return "", err
	}
	kept = s
	return s.URI, nil
})

// kept holds on to the pipe: were it collected, it would be closed.
var kept *Server

// Server is a running mongo-java-server.
type Server struct {
	URI   string
	cmd   *exec.Cmd
	stdin io.Closer
}

// startLimit bounds the fetching of jars and the start of the server, each.
const startLimit = 3 * time.Minute

// Start starts a server on a free loopback port. It ends with Stop, with ctx, or with this process.
func Start(ctx context.Context) (*Server, error) {
	dir, err := install(ctx)
	if err != nil {
		return nil, err
	}
	var stderr bytes.Buffer
	// It keeps everything in memory: 300 kills of three nodes under load write more than 768 MB.
	cmd := exec.CommandContext(ctx, "java", "-XX:MaxRAMPercentage=25", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData",
		"-cp", filepath.Join(dir, "*")+string(filepath.ListSeparator)+dir, "Server")
	cmd.Stderr = &stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("mongotest: starting java: %w", err)
	}
	s := &Server{cmd: cmd, stdin: stdin}
	line := make(chan string, 1)
	go func() {
		text, _ := bufio.NewReader(stdout).ReadString('\n')
		line <- text
	}()
	select {
	case text := <-line:
		var port int
		if _, err := fmt.Sscanf(text, "port %d", &port); err == nil {
			s.URI = fmt.Sprintf("mongodb://127.0.0.1:%d/", port)
			return s, nil
		}
		err = fmt.Errorf("mongotest: the server said %q instead of its port", text)
	case <-time.After(startLimit):
		err = fmt.Errorf("mongotest: the server did not start within %v", startLimit)
	}
	s.Stop()
	return nil, fmt.Errorf("%w: %s", err, stderr.Bytes())
}

// Stop ends the server.
func (s *Server) Stop() {
	s.stdin.Close()
	s.cmd.Process.Kill()
	s.cmd.Wait()
}

// install puts the pinned jars and the compiled starter into the cache and returns their directory. Processes that do it at
// once each make their own copy; the first to finish keeps its place.
func install(ctx context.Context) (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("mongotest: %w", err)
	}
	sum := sha256.Sum256(append(append([]byte{}, pom...), source...))
	parent := filepath.Join(cache, "pipewright")
	dir := filepath.Join(parent, "mongotest-"+hex.EncodeToString(sum[:6]))
	if _, err := os.Stat(filepath.Join(dir, "Server.class")); err == nil {
		return dir, nil
	}
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return "", fmt.Errorf("mongotest: %w", err)
	}
	tmp, err := os.MkdirTemp(parent, "mongotest-new-")
	if err != nil {
		return "", fmt.Errorf("mongotest: %w", err)
	}
	defer os.RemoveAll(tmp)
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	err = errors.Join(os.WriteFile(filepath.Join(tmp, "pom.xml"), pom, 0o644), os.WriteFile(filepath.Join(tmp, "Server.java"), source, 0o644))
	if err == nil {
		err = run(ctx, tmp, "mvn", "-q", "-B", "dependency:copy-dependencies", "-DoutputDirectory=.")
	}
	if err == nil {
		err = run(ctx, tmp, "javac", "-cp", "*", "Server.java")
	}
	if err != nil {
		return "", fmt.Errorf("mongotest: installing mongo-java-server (needs a JDK and Maven): %w", err)
	}
	if err := os.Rename(tmp, dir); err != nil {
		if _, there := os.Stat(filepath.Join(dir, "Server.class")); there != nil {
			return "", fmt.Errorf("mongotest: %w", err)
		}
	}
	return dir, nil
}

func run(ctx context.Context, dir, name string, args ...string) error {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s: %w\n%s", name, err, out)
	}
	return nil
}
