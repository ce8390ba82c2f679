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
}

func runBench(ctx context.Context, size benchSize, mongo string, report io.Writer) ([]Figure, error) {
	bin, err := os.Executable()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "pipewright-bench-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	b := &bench{size: size, mongo: mongo, dir: dir, report: report, product: map[string]load{}}
	b.server = &trial.Server{Bin: bin, Dir: dir, Mongo: mongo}
	if b.server.Addr, err = trial.FreeAddress(); err != nil {
		return nil, err
	}
	defer b.server.Kill()
	for _, part := range []struct {
		say string
		do  func(context.Context) error
	}{
		{"cold start", b.coldStart}, {"set up", b.setUp}, {"write", b.writes}, {"load records", b.fill}, {"read", b.reads}, {"limits", b.limits},
	} {
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
	slices.Sort(took)
	b.figures = append(b.figures, Figure{ID: "P7", What: "cold start to ready, median", Unit: "s", Value: took[len(took)/2], Floor: "1", Goal: "0.3"})
	trial.Wait(ctx, time.Second)
	idle, err := memory(b.server.Pid(), "VmRSS")
	if err != nil {
		return err
	}
	b.figures = append(b.figures, Figure{ID: "P7", What: "memory idle", Unit: "MB", Value: idle, Floor: "60", Goal: "40"})
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

// writes measures advance (P1, P3) and create (P2), and memory at the peak.
func (b *bench) writes(ctx context.Context) error {
	for i := range 32 {
		var rec struct{ ID string }
		if err := b.boss.Must(ctx, "POST", recordsPath, map[string]any{"data": benchData(i)}, fmt.Sprintf("seed-%d", i), &rec); err != nil {
			return err
		}
		b.ids = append(b.ids, rec.ID)
		if err := b.boss.Must(ctx, "POST", "/api/records/"+rec.ID+"/transitions/begin", map[string]any{}, fmt.Sprintf("begin-%d", i), nil); err != nil {
			return err
		}
	}
	advance := func(c, n int) (method, path string, body any, key string) {
		return "POST", "/api/records/" + b.ids[c] + "/transitions/advance", map[string]any{"data": map[string]any{"next": fmt.Sprint("step ", n)}}, fmt.Sprintf("a%d-%d-%d", time.Now().UnixNano(), c, n)
	}
	create := func(c, n int) (method, path string, body any, key string) {
		return "POST", recordsPath, map[string]any{"data": benchData(n)}, fmt.Sprintf("c%d-%d-%d", time.Now().UnixNano(), c, n)
	}
	for _, m := range []struct {
		name  string
		conns int
		work  work
	}{{"advance8", 8, advance}, {"create8", 8, create}, {"advance32", 32, advance}} {
		l, err := drive(ctx, b.boss, m.conns, b.seconds(), m.work)
		if err != nil {
			return err
		}
		b.product[m.name] = l
	}
	peak, err := memory(b.server.Pid(), "VmHWM")
	if err != nil {
		return err
	}
	b.figures = append(b.figures, Figure{ID: "P7", What: "memory at peak, 32 connections advancing", Unit: "MB", Value: peak, Floor: "160", Goal: "110"})
	return nil
}

func (b *bench) seconds() time.Duration { return time.Duration(b.size.Seconds) * time.Second }

// fill loads the records of the lists through the API; one in ten belongs to the rep.
func (b *bench) fill(ctx context.Context) error {
	_, err := driveN(ctx, b.boss, 32, b.size.Records, func(c, n int) (method, path string, body any, key string) {
		in := map[string]any{"data": benchData(n)}
		if n%10 == 0 {
			in["owner"] = "rep.bench"
		}
		return "POST", recordsPath, in, fmt.Sprintf("fill-%d", n)
	})
	return err
}

// reads measures a filtered, sorted page (P5) and a grouped sum (P6).
func (b *bench) reads(ctx context.Context) error {
	list := func(c, n int) (method, path string, body any, key string) { return "GET", listPath, nil, "" }
	sum := func(c, n int) (method, path string, body any, key string) {
		return "GET", "/api/apps/bench/reports/byRegion", nil, ""
	}
	for _, m := range []struct {
		name string
		as   *trial.API
		work work
	}{{"list", b.boss, list}, {"listRep", b.rep, list}, {"sum", b.boss, sum}} {
		l, err := drive(ctx, m.as, 1, b.seconds()/2, m.work)
		if err != nil {
			return err
		}
		b.product[m.name] = l
	}
	return nil
}

// limits runs the bare server over the same data and writes the figures.
func (b *bench) limits(ctx context.Context) error {
	if err := b.server.Stop(); err != nil {
		return err
	}
	args := []string{"bench-limit", "--addr", b.server.Addr, "--data", b.dir + "/data", "--mongodb-uri", b.mongo, "--records", strings.Join(b.ids, ",")}
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
	get := func(path string) work {
		return func(c, n int) (string, string, any, string) { return "GET", path, nil, "" }
	}
	limit := map[string]load{}
	for _, m := range []struct {
		name  string
		conns int
		time  time.Duration
		work  work
	}{{"advance8", 8, b.seconds(), replace}, {"create8", 8, b.seconds(), insert}, {"advance32", 32, b.seconds(), replace},
		{"list", 1, b.seconds() / 2, get("/list")}, {"listRep", 1, b.seconds() / 2, get("/list?owner=rep.bench")}, {"sum", 1, b.seconds() / 2, get("/sum")}} {
		l, err := drive(ctx, bare, m.conns, m.time, m.work)
		if err != nil {
			return err
		}
		limit[m.name] = l
	}
	rate := func(id, what, name, floor, goal string) {
		v, l := b.product[name].perSecond(), limit[name].perSecond()
		b.figures = append(b.figures, Figure{ID: id, What: what, Unit: "1/s", Value: v, Limit: l, Ratio: v / l, Floor: floor, Goal: goal})
	}
	ms := func(id, what string, v, l float64, floor, goal string) {
		b.figures = append(b.figures, Figure{ID: id, What: what, Unit: "ms", Value: v, Limit: l, Ratio: v / l, Floor: floor, Goal: goal})
	}
	rate("P1", "advance a record, 8 connections", "advance8", "≥ 0.25", "≥ 0.50")
	rate("P2", "create a record, 8 connections", "create8", "≥ 0.25", "≥ 0.50")
	ms("P3", "advance p99, 32 connections", b.product["advance32"].quantile(0.99), limit["advance32"].quantile(0.99), "≤ 3", "≤ 2")
	n := strconv.Itoa(b.size.Records)
	ms("P5", "50 of "+n+" filtered and sorted, all records", b.product["list"].quantile(0.5), limit["list"].quantile(0.5), "≤ 4", "≤ 2")
	ms("P5", "50 of "+n+" filtered and sorted, own records", b.product["listRep"].quantile(0.5), limit["listRep"].quantile(0.5), "≤ 4", "≤ 2")
	ms("P5", "own records against all", b.product["listRep"].quantile(0.5), b.product["list"].quantile(0.5), "≤ 1.3", "≤ 1.3")
	ms("P6", "sum by group over "+n, b.product["sum"].quantile(0.5), limit["sum"].quantile(0.5), "≤ 1.5", "≤ 1.2")
	slices.SortStableFunc(b.figures, func(x, y Figure) int { return strings.Compare(x.ID, y.ID) })
	return nil
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
