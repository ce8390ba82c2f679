package sqlitestore

import "sync"

// pauses remembers for which kinds of pages, by their statement, a walk led to nothing of late.
type pauses struct {
	mu   sync.Mutex
	left map[string]int
}

// due tells whether a walk is to be tried, and counts down a pause.
func (p *pauses) due(kind string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := p.left[kind]
	if n == 0 {
		return true
	}
	if n--; n == 0 {
		delete(p.left, kind)
	} else {
		p.left[kind] = n
	}
	return false
}

// start begins a pause. When too many kinds are remembered all are forgotten: a walk in vain costs little.
func (p *pauses) start(kind string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.left == nil || len(p.left) >= maxPauses {
		p.left = map[string]int{}
	}
	p.left[kind] = walkPause
}
