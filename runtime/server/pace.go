package server

import (
	"net/http"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"pipewright/rules"
)

// pace bounds how often something may be done by whoever is named: a burst, then one each interval. It counts on this node only.
type pace struct {
	now   func() time.Time
	every time.Duration
	burst int

	mu   sync.Mutex
	seen map[string]*visitor
}

func newPace(now func() time.Time, every time.Duration, burst int) *pace {
	return &pace{now: now, every: every, burst: burst, seen: map[string]*visitor{}}
}

// admit refuses what comes too often. Errors: too.many, with how long to wait.
func (p *pace) admit(name string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	v := p.seen[name]
	if v == nil {
		prune(p.seen, func(v *visitor) time.Time { return v.last })
		v = &visitor{limiter: rate.NewLimiter(rate.Every(p.every), p.burst)}
		p.seen[name] = v
	}
	v.last = p.now()
	if v.limiter.AllowN(v.last, 1) {
		return nil
	}
	r := refuse(http.StatusTooManyRequests, "too.many", rules.Say("操作太频繁，请 {n} 秒后再试", "操作太頻繁，請 {n} 秒後再試",
		"Too often; try again in {n} seconds", "n", int((p.every+time.Second-1)/time.Second)))
	r.retry = p.every
	return r
}

// paces are those of people who have not signed in, by address; sends also by the link they use, so that many addresses cannot flood a form.
type paces struct{ look, send, link, file *pace }

func newPaces(now func() time.Time) *paces {
	return &paces{look: newPace(now, 500*time.Millisecond, 240), send: newPace(now, 20*time.Second, 8), link: newPace(now, 2*time.Second, 300), file: newPace(now, 5*time.Second, 20)}
}
