package sandbox

import (
	"sync"
	"time"

	"pipewright/runtime/process"
)

// Deed is something a person did in a box.
type Deed struct {
	At   time.Time
	User string
	process.Command
	// After is the record afterwards.
	After *process.State
}

// maxDeeds is how much a tape holds; a longer walk is no scenario.
const maxDeeds = 300

// tape keeps what people did, in order.
type tape struct {
	mu    sync.Mutex
	deeds []Deed
	cut   bool
}

func (t *tape) did(user string, c process.Command, s *process.State) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.deeds) >= maxDeeds {
		t.cut = true
		return
	}
	t.deeds = append(t.deeds, Deed{At: c.At, User: user, Command: c, After: s})
}

func (t *tape) look() []Deed {
	t.mu.Lock()
	defer t.mu.Unlock()
	return append([]Deed(nil), t.deeds...)
}
