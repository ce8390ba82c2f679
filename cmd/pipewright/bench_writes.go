package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const (
	// crowd is the connections of the overload (P8): far more than two cores can work for.
	crowd = 128
	// few is the lists' size at the small end of growth (P10).
	few = 1000
)

// seed makes the records that are advanced, one for each connection, and fills the lists up to their small size.
func (b *bench) seed(ctx context.Context) error {
	for i := range crowd {
		var rec struct{ ID string }
		if err := b.boss.Must(ctx, "POST", recordsPath, map[string]any{"data": benchData(i)}, fmt.Sprintf("seed-%d", i), &rec); err != nil {
			return err
		}
		b.ids = append(b.ids, rec.ID)
		if err := b.boss.Must(ctx, "POST", "/api/records/"+rec.ID+"/transitions/begin", map[string]any{}, fmt.Sprintf("begin-%d", i), nil); err != nil {
			return err
		}
	}
	return b.fill(ctx, crowd, few)
}

func (b *bench) advance(c, n int) (method, path string, body any, key string) {
	return "POST", "/api/records/" + b.ids[c] + "/transitions/advance", map[string]any{"data": map[string]any{"next": fmt.Sprint("step ", n)}}, opKey("a", c, n)
}

func create(c, n int) (method, path string, body any, key string) {
	return "POST", recordsPath, map[string]any{"data": benchData(n)}, opKey("c", c, n)
}

// opKey is an operation that never was.
func opKey(kind string, c, n int) string {
	return fmt.Sprintf("%s%d-%d-%d", kind, time.Now().UnixNano(), c, n)
}

// writes measures advance (P1, P3) and create (P2), memory at the peak, what is compiled meanwhile (P4), and the crowd (P8).
func (b *bench) writes(ctx context.Context) error {
	compiled, err := b.metric(ctx, "pipewright_expressions_compiled_total")
	if err != nil {
		return err
	}
	for _, m := range []struct {
		name  string
		conns int
		work  work
	}{{"advance8", 8, b.advance}, {"create8", 8, create}, {"advance32", 32, b.advance}} {
		if err := b.run(ctx, b.boss, m.name, m.conns, b.seconds(), m.work); err != nil {
			return err
		}
		if m.name == "create8" {
			now, err := b.metric(ctx, "pipewright_expressions_compiled_total")
			if err != nil {
				return err
			}
			b.add("P4", "expressions compiled while warm", "n", now-compiled, 0, "0", "0")
		}
	}
	peak, err := memory(b.server.Pid(), "VmHWM")
	if err != nil {
		return err
	}
	b.add("P7", "memory at peak, 32 connections advancing", "MB", peak, 0, "160", "110")
	return b.overload(ctx)
}

// overload sends far more than the server can work on at once. It may refuse, with a status that says so and a time to come back;
// anything else, silence above all, is an error.
func (b *bench) overload(ctx context.Context) error {
	l, err := drive(ctx, b.boss, crowd, b.seconds(), b.advance, func(status int) bool {
		return status == http.StatusServiceUnavailable || status == http.StatusTooManyRequests
	})
	if err != nil {
		return err
	}
	peak := max(b.product["advance8"].perSecond(), b.product["advance32"].perSecond())
	b.add("P8", "advance, "+strconv.Itoa(crowd)+" connections against the own peak", "1/s", l.perSecond(), peak, "≥ 0.80", "≥ 0.95")
	b.add("P8", "refused with 503 or 429", "n", float64(l.refused), 0, "", "")
	b.add("P8", "the longest wait for an answer", "ms", l.quantile(1), 0, "", "")
	return nil
}

// fill loads the records of the lists through the API, from the from-th up to the to-th; one in ten belongs to the rep.
func (b *bench) fill(ctx context.Context, from, to int) error {
	_, err := driveN(ctx, b.boss, 32, to-from, func(c, n int) (method, path string, body any, key string) {
		n += from
		in := map[string]any{"data": benchData(n)}
		if n%10 == 0 {
			in["owner"] = "rep.bench"
		}
		return "POST", recordsPath, in, fmt.Sprintf("fill-%d", n)
	})
	return err
}

// metric reads one counter of the server.
func (b *bench) metric(ctx context.Context, name string) (float64, error) {
	_, answer, err := b.boss.Do(ctx, "GET", "/metrics", nil, "")
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(answer)) {
		if rest, ok := strings.CutPrefix(line, name+" "); ok {
			return strconv.ParseFloat(strings.TrimSpace(rest), 64)
		}
	}
	return 0, errors.New("the server has no metric " + name)
}
