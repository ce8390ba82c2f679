package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"pipewright/cmd/pipewright/internal/trial"
)

// bench is one run: a product server, then a bare server over the very same data.
type bench struct {
	size    benchSize
	mongo   string
	dir     string
	server  *trial.Server
	boss    *trial.API
	rep     *trial.API
	report  io.Writer
	figures []Figure
	// What the product answered, for the same work by the bare server.
	ids     []string
	product map[string]load
	// Of the workspace: who looks at it, and whether it was there already.
	looking []*onlooker
	loaded  bool
}

type benchPart struct {
	say string
	do  func(context.Context) error
}

// runBench measures the machine, or with workspace what people look at among many records; data is where the workspace's store is kept, and found again.
func runBench(ctx context.Context, size benchSize, mongo string, workspace bool, data string, report io.Writer) ([]Figure, error) {
	bin, err := os.Executable()
	if err != nil {
		return nil, err
	}
	dir := data
	if dir == "" {
		if dir, err = os.MkdirTemp("", "pipewright-bench-"); err != nil {
			return nil, err
		}
		defer os.RemoveAll(dir)
	} else if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	b := &bench{size: size, mongo: mongo, dir: dir, report: report, product: map[string]load{}}
	b.server = &trial.Server{Bin: bin, Dir: dir, Mongo: mongo}
	if b.server.Addr, err = trial.FreeAddress(); err != nil {
		return nil, err
	}
	defer b.server.Kill()
	parts := []benchPart{
		{"rules", b.rules}, {"check", b.check}, {"cold start", b.coldStart}, {"set up", b.setUp}, {"load a few records", b.seed}, {"few records", b.fewRecords},
		{"write", b.writes}, {"load records", b.manyRecords}, {"read", b.reads}, {"due at a tick", b.tick}, {"limits", b.limits},
	}
	if workspace {
		parts = []benchPart{{"set up", b.openWorkspace}, {"import deals", b.loadWorkspace}, {"look", b.readWorkspace}}
	}
	for _, part := range parts {
		fmt.Fprintln(report, "bench:", part.say)
		if err := part.do(ctx); err != nil {
			return nil, fmt.Errorf("bench: %s: %w", part.say, err)
		}
	}
	return b.figures, nil
}

// coldStart measures from the start of the process to the first ready answer, on a store that exists, and memory when idle (P7).
func (b *bench) coldStart(ctx context.Context) error {
	if _, err := b.server.Start(ctx); err != nil { // makes the store
		return err
	}
	if b.boss == nil {
		if err := b.signUp(ctx); err != nil {
			return err
		}
	}
	var took []float64
	for range b.size.Starts {
		if err := b.server.Stop(); err != nil {
			return err
		}
		d, err := b.server.Start(ctx)
		if err != nil {
			return err
		}
		took = append(took, d.Seconds())
	}
	b.add("P7", "cold start to ready, median", "s", median(took), 0, "1", "0.3")
	trial.Wait(ctx, time.Second)
	idle, err := memory(b.server.Pid(), "VmRSS")
	if err != nil {
		return err
	}
	b.add("P7", "memory idle", "MB", idle, 0, "60", "40")
	return nil
}

func (b *bench) signUp(ctx context.Context) (err error) {
	b.boss, err = b.server.SetUp(ctx)
	return err
}

// setUp publishes the app under measurement and makes a rep with `own` scope.
func (b *bench) setUp(ctx context.Context) error {
	if err := b.boss.Must(ctx, "POST", "/api/apps/import", map[string]any{"definition": benchApp}, "", nil); err != nil {
		return err
	}
	if err := b.boss.Must(ctx, "POST", "/api/apps/bench/publish", map[string]any{"note": "bench", "acceptWarnings": true}, "", nil); err != nil {
		return err
	}
	if err := b.boss.Must(ctx, "PATCH", "/api/users/"+trial.User, map[string]any{"roles": []string{"bench/boss"}}, "", nil); err != nil {
		return err
	}
	if err := b.boss.Must(ctx, "POST", "/api/users", map[string]any{"username": "rep.bench", "name": "Rep", "password": trial.Password, "roles": []string{"bench/rep"}, "language": "en"}, "", nil); err != nil {
		return err
	}
	b.rep = trial.New("http://" + b.server.Addr)
	return b.rep.Must(ctx, "POST", "/api/login", map[string]string{"username": "rep.bench", "password": trial.Password}, "", nil)
}

func (b *bench) seconds() time.Duration { return time.Duration(b.size.Seconds) * time.Second }

// add writes a figure down; a limit of 0 is none.
func (b *bench) add(id, what, unit string, value, limit float64, floor, goal string) {
	f := Figure{ID: id, What: what, Unit: unit, Value: value, Limit: limit, Floor: floor, Goal: goal}
	if limit > 0 {
		f.Ratio = value / limit
	}
	b.figures = append(b.figures, f)
}

// run drives the product and keeps what came of it under a name.
func (b *bench) run(ctx context.Context, as *trial.API, name string, conns int, d time.Duration, w work) error {
	l, err := b.drive(ctx, as, conns, d, w)
	b.product[name] = l
	return err
}

// drive is drive with what the server spent.
func (b *bench) drive(ctx context.Context, as *trial.API, conns int, d time.Duration, w work) (load, error) {
	before, err := cpu(b.server.Pid())
	if err != nil {
		return load{}, err
	}
	l, err := drive(ctx, as, conns, d, w, nil)
	if err != nil {
		return l, err
	}
	after, err := cpu(b.server.Pid())
	l.cpu = after - before
	return l, err
}

// getPath reads the same path again and again.
func getPath(path string) work {
	return func(c, n int) (string, string, any, string) { return "GET", path, nil, "" }
}

// reads measures a filtered, sorted page (P5) and a grouped sum (P6).
func (b *bench) reads(ctx context.Context) error {
	for _, m := range []struct {
		name string
		as   *trial.API
		path string
	}{{"list", b.boss, listPath}, {"listRep", b.rep, listPath}, {"sum", b.boss, "/api/apps/bench/reports/byRegion"}} {
		if err := b.run(ctx, m.as, m.name, 1, b.seconds()/2, getPath(m.path)); err != nil {
			return err
		}
	}
	return nil
}

// limits runs the bare server over the same data and writes the figures.
func (b *bench) limits(ctx context.Context) error {
	if err := b.server.Stop(); err != nil {
		return err
	}
	args := []string{"bench-limit", "--addr", b.server.Addr, "--data", b.dir + "/data", "--mongodb-uri", b.mongo, "--records", strings.Join(b.ids[:32], ",")}
	if _, err := b.server.StartCommand(ctx, "/ready", args...); err != nil {
		return err
	}
	bare := trial.New("http://" + b.server.Addr)
	replace := func(c, n int) (method, path string, body any, key string) {
		return "POST", "/replace/" + strconv.Itoa(c), map[string]any{"data": map[string]any{"next": fmt.Sprint("step ", n)}}, ""
	}
	insert := func(c, n int) (method, path string, body any, key string) {
		return "POST", fmt.Sprintf("/insert/%d-%d", c, n), map[string]any{"data": benchData(n)}, ""
	}
	limit := map[string]load{}
	for _, m := range []struct {
		name  string
		conns int
		time  time.Duration
		work  work
	}{{"advance8", 8, b.seconds(), replace}, {"create8", 8, b.seconds(), insert}, {"advance32", 32, b.seconds(), replace},
		{"list", 1, b.seconds() / 2, getPath("/list")}, {"listRep", 1, b.seconds() / 2, getPath("/list?owner=rep.bench")}, {"sum", 1, b.seconds() / 2, getPath("/sum")}} {
		l, err := b.drive(ctx, bare, m.conns, m.time, m.work)
		if err != nil {
			return err
		}
		limit[m.name] = l
	}
	rate := func(id, what, name, floor, goal string) {
		b.add(id, what, "1/s", b.product[name].perSecond(), limit[name].perSecond(), floor, goal)
	}
	took := func(id, what, name string, q float64, floor, goal string) {
		b.add(id, what, "ms", b.product[name].quantile(q), limit[name].quantile(q), floor, goal)
	}
	rate("P1", "advance a record, 8 connections", "advance8", "≥ 0.25", "≥ 0.50")
	b.add("P1", "the server's CPU for one", "ms", b.product["advance8"].cpuEach(), limit["advance8"].cpuEach(), "", "")
	rate("P2", "create a record, 8 connections", "create8", "≥ 0.25", "≥ 0.50")
	b.add("P2", "the server's CPU for one", "ms", b.product["create8"].cpuEach(), limit["create8"].cpuEach(), "", "")
	took("P3", "advance p99, 32 connections", "advance32", 0.99, "≤ 3", "≤ 2")
	n := strconv.Itoa(b.size.Records)
	took("P5", "50 of "+n+" filtered and sorted, all records", "list", 0.5, "≤ 4", "≤ 2")
	took("P5", "50 of "+n+" filtered and sorted, own records", "listRep", 0.5, "≤ 4", "≤ 2")
	b.add("P5", "own records against all", "ms", b.product["listRep"].quantile(0.5), b.product["list"].quantile(0.5), "≤ 1.3", "≤ 1.3")
	took("P6", "sum by group over "+n, "sum", 0.5, "≤ 1.5", "≤ 1.2")
	slices.SortStableFunc(b.figures, func(x, y Figure) int { return number(x.ID) - number(y.ID) })
	return nil
}

// number is that of a figure's id.
func number(id string) int {
	n, _ := strconv.Atoi(strings.TrimPrefix(id, "P"))
	return n
}

// memory reads a size of a process from the kernel, in MB.
func memory(pid int, field string) (float64, error) {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(raw)) {
		if rest, ok := strings.CutPrefix(line, field+":"); ok {
			kb, err := strconv.ParseFloat(strings.Fields(rest)[0], 64)
			return kb / 1024, err
		}
	}
	return 0, fmt.Errorf("the kernel does not tell %s", field)
}

// tickHz is the unit of the kernel's account of CPU: 100 a second on every Linux that Go runs on.
const tickHz = 100

// cpu is the time a process has spent so far, its own and the kernel's for it.
func cpu(pid int) (time.Duration, error) {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, err
	}
	// The second member is the name in parentheses, which may hold blanks; utime and stime are the 14th and 15th.
	_, rest, _ := strings.Cut(string(raw), ") ")
	members := strings.Fields(rest)
	if len(members) < 13 {
		return 0, fmt.Errorf("the kernel does not tell the time of process %d", pid)
	}
	var ticks int64
	for _, m := range members[11:13] {
		n, err := strconv.ParseInt(m, 10, 64)
		if err != nil {
			return 0, err
		}
		ticks += n
	}
	return time.Duration(ticks) * time.Second / tickHz, nil
}
