package server

import (
	"net/http"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"pipewright/rules"
)

const (
	// freeFailures may be made without waiting; each one more doubles the wait, up to maxWait. Nobody is ever locked out.
	freeFailures = 3
	maxWait      = time.Minute
	// perAddress is how many attempts an address may make: a burst, then one each two seconds.
	burstPerAddress = 30
	everyPerAddress = 2 * time.Second
	// maxTracked bounds the memory; beyond it the oldest half is forgotten.
	maxTracked = 10_000
)

// throttle slows guessing of passwords and codes. It counts on this node only.
type throttle struct {
	now func() time.Time

	mu        sync.Mutex
	accounts  map[string]*failures
	addresses map[string]*visitor
}

type failures struct {
	n    int
	last time.Time
}

type visitor struct {
	limiter *rate.Limiter
	last    time.Time
}

func newThrottle(now func() time.Time) *throttle {
	return &throttle{now: now, accounts: map[string]*failures{}, addresses: map[string]*visitor{}}
}

// admit refuses an attempt that comes too soon. Errors: too.many, with how long to wait.
func (t *throttle) admit(account, addr string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.now()
	v := t.addresses[addr]
	if v == nil {
		prune(t.addresses, func(v *visitor) time.Time { return v.last })
		v = &visitor{limiter: rate.NewLimiter(rate.Every(everyPerAddress), burstPerAddress)}
		t.addresses[addr] = v
	}
	v.last = now
	if !v.limiter.AllowN(now, 1) {
		return tooMany(everyPerAddress)
	}
	if f := t.accounts[account]; f != nil && f.n > freeFailures {
		wait := min(maxWait, time.Second<<min(10, f.n-freeFailures-1))
		if left := f.last.Add(wait).Sub(now); left > 0 {
			return tooMany(left)
		}
	}
	return nil
}

// failed notes a wrong password or code; passed forgets the former ones.
func (t *throttle) failed(account string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	f := t.accounts[account]
	if f == nil {
		prune(t.accounts, func(f *failures) time.Time { return f.last })
		f = &failures{}
		t.accounts[account] = f
	}
	f.n++
	f.last = t.now()
}

func (t *throttle) passed(account string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.accounts, account)
}

// prune makes room: it drops what was not seen for the longest time, roughly.
func prune[V any](m map[string]V, last func(V) time.Time) {
	if len(m) < maxTracked {
		return
	}
	var newest time.Time
	for _, v := range m {
		if at := last(v); at.After(newest) {
			newest = at
		}
	}
	for k, v := range m {
		if newest.Sub(last(v)) > maxWait || len(m) > maxTracked/2 {
			delete(m, k)
		}
	}
}

func tooMany(wait time.Duration) error {
	r := refuse(http.StatusTooManyRequests, "too.many", rules.Say("尝试太频繁，请 {n} 秒后再试", "嘗試太頻繁，請 {n} 秒後再試",
		"Too many attempts; try again in {n} seconds", "n", int((wait+time.Second-1)/time.Second)))
	r.retry = wait
	return r
}
