package server

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// TestTurns: as many work as may, as many wait as may in the order they came, the rest is refused at once; nobody waits for ever.
func TestTurns(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newTurns(2, 3)
		ctx := t.Context()
		var mu sync.Mutex
		var order []int
		come := func(n int, ctx context.Context) (err error) {
			leave, err := s.enter()
			if err != nil {
				return err
			}
			defer leave()
			done, err := s.take(ctx)
			if err != nil {
				return err
			}
			defer done()
			mu.Lock()
			order = append(order, n)
			mu.Unlock()
			time.Sleep(time.Second)
			return nil
		}
		results := make([]error, 6)
		var all sync.WaitGroup
		for n := range 6 {
			all.Go(func() { results[n] = come(n, ctx) })
			synctest.Wait() // each in the order they came
		}
		var r *refusal
		if !errors.As(results[5], &r) || r.status != http.StatusServiceUnavailable || r.retry <= 0 {
			t.Errorf("one too many: %v", results[5])
		}
		all.Wait()
		for n, err := range results[:5] {
			if err != nil {
				t.Errorf("%d: %v", n, err)
			}
		}
		// The first two end together, so the next two begin together, in either order.
		if len(order) != 5 || order[2]+order[3] != 5 || order[4] != 4 {
			t.Errorf("order %v", order)
		}

		// One who gives up, and one whose patience ends, leave their place to others.
		leaveA, _ := s.enter()
		doneA, _ := s.take(ctx)
		leaveB, _ := s.enter()
		doneB, _ := s.take(ctx)
		gone, cancel := context.WithCancel(ctx)
		var gaveUp, patience error
		all.Go(func() { gaveUp = come(6, gone) })
		all.Go(func() { patience = come(7, ctx) })
		synctest.Wait()
		cancel()
		time.Sleep(turnPatience)
		all.Wait()
		if !errors.Is(gaveUp, context.Canceled) || !errors.As(patience, &r) || r.code != "busy" {
			t.Errorf("gave up %v, out of patience %v", gaveUp, patience)
		}
		doneA()
		doneB()
		leaveA()
		leaveB()
		if n := s.present.Load(); n != 0 || len(s.free) != 2 {
			t.Errorf("%d are there, %d turns are free", n, len(s.free))
		}
	})
}

// TestBusy: a server with no turn left answers at once with when to come back, and goes on answering whether it lives.
func TestBusy(t *testing.T) {
	t.Parallel()
	w := open(t, false)
	c := w.client()
	w.server.turns = newTurns(1, 0)
	leave, err := w.server.turns.enter()
	if err != nil {
		t.Fatal(err)
	}
	a := c.refused(http.StatusServiceUnavailable, "busy", "GET", "/api/me", nil)
	if a.header.Get("Retry-After") != "1" {
		t.Errorf("Retry-After %q", a.header.Get("Retry-After"))
	}
	for _, path := range []string{"/healthz", "/readyz"} {
		if a := c.send("GET", path, nil); a.status != http.StatusOK {
			t.Errorf("%s: %d", path, a.status)
		}
	}
	leave()
	if a := c.send("GET", "/api/me", nil); a.status == http.StatusServiceUnavailable {
		t.Errorf("after the rush: %d", a.status)
	}
	for _, lang := range []string{"zh-CN", "zh-TW", "en"} {
		if strings.TrimSpace(busy().message.In(lang)) == "" {
			t.Errorf("no %s", lang)
		}
	}
}
