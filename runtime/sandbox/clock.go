package sandbox

import (
	"sync"
	"time"
)

// clock stands still until it is moved, and never goes back.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

// to moves the clock to an instant, if that is later.
func (c *clock) to(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if at.After(c.at) {
		c.at = at.UTC().Truncate(time.Millisecond)
	}
}
