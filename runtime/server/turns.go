package server

import (
	"context"
	"net/http"
	goruntime "runtime"
	"sync/atomic"
	"time"

	"pipewright/rules"
)

const (
	// turnsPerCore is how many requests are worked on at once for each core: enough that the writes of many share a commit, few enough
	// that those under way finish soon.
	turnsPerCore = 16
	// maxWaiting requests wait for their turn, each for at most turnPatience. Whoever comes then is told to come back, at once.
	maxWaiting   = 1024
	turnPatience = 5 * time.Second
	// comeBack is when.
	comeBack = time.Second
)

// turns bounds the work that is under way. Beyond its capacity a server only gets slower by taking on more, until nobody gets an
// answer in time; so requests wait in the order they came, and what cannot be reached in time is refused instead.
type turns struct {
	free    chan struct{}
	present atomic.Int64
	most    int64
}

func newTurns(atOnce, waiting int) *turns {
	t := &turns{free: make(chan struct{}, atOnce), most: int64(atOnce + waiting)}
	for range atOnce {
		t.free <- struct{}{}
	}
	return t
}

func defaultTurns() *turns { return newTurns(turnsPerCore*goruntime.GOMAXPROCS(0), maxWaiting) }

func busy() *refusal {
	r := refuse(http.StatusServiceUnavailable, "busy", rules.Say("服务器正忙，请稍后再试", "伺服器正忙，請稍後再試", "The server is busy; please try again in a moment"))
	r.retry = comeBack
	return r
}

// enter is at the door: who asks comes in, to take a turn or not, until leave. Errors: busy.
func (t *turns) enter() (leave func(), err error) {
	if t.present.Add(1) > t.most {
		t.present.Add(-1)
		return nil, busy()
	}
	return func() { t.present.Add(-1) }, nil
}

// take waits for a turn, which lasts until done. Errors: busy, or that of ctx.
func (t *turns) take(ctx context.Context) (done func(), err error) {
	done = func() { t.free <- struct{}{} }
	select {
	case <-t.free:
		return done, nil
	default:
	}
	patience := time.NewTimer(turnPatience)
	defer patience.Stop()
	select {
	case <-t.free:
		return done, nil
	case <-patience.C:
		return nil, busy()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// inTurn answers a request when its turn has come. The body is read before, at the pace of the other side: a slow one keeps
// nobody waiting.
func (s *Server) inTurn(c *call, handle func(*call) (any, error)) (any, error) {
	if c.Request.ContentLength != 0 {
		_, _ = c.body() // it is kept, and so is what is wrong with it, for the handler that asks
	}
	done, err := s.turns.take(c.ctx())
	if err != nil {
		return nil, err
	}
	defer done()
	return handle(c)
}
