package engine

import "sync"

// recordCache holds records as this process last committed or read them, so that a busy record is neither read nor decoded for every
// command. What it holds may be old: a decision made on it counts only if the compare-and-set on its version succeeds, and
// a refusal made on it is made again on the record as it is. Entries are never changed. Two generations bound it.
type recordCache struct {
	mu       sync.Mutex
	now, old map[string]cachedRecord
}

type cachedRecord struct {
	rec  *record
	ver  int64
	cols map[string]any
}

const recordCacheSize = 256

func (c *recordCache) put(id string, r cachedRecord) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if have, ok := c.now[id]; ok && have.ver > r.ver {
		return
	}
	if _, ok := c.now[id]; !ok && len(c.now) >= recordCacheSize || c.now == nil {
		c.old, c.now = c.now, make(map[string]cachedRecord, recordCacheSize)
	}
	c.now[id] = r
}

func (c *recordCache) get(id string) (cachedRecord, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if r, ok := c.now[id]; ok {
		return r, true
	}
	r, ok := c.old[id]
	return r, ok
}

// drop forgets a record that changed without a command, or whose compare-and-set failed.
func (c *recordCache) drop(id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.now, id)
	delete(c.old, id)
}
