package sandbox

import (
	"sync"
	"time"

	"pipewright/runtime/process"
)

// Deed is one thing on a tape: a command of a person, or the clock that was moved on to At.
type Deed struct {
	At   time.Time
	User string
	// Command is nil when the clock was moved.
	Command *process.Command
	// After holds the records that people have worked on, as they were when all had happened that followed at once.
	After map[string]*process.State
}

// maxDeeds is how much a tape holds; a longer walk is no scenario.
const maxDeeds = 300

// tape keeps what people did, in order, and how the records they worked on came out of it.
type tape struct {
	mu      sync.Mutex
	deeds   []Deed
	records []string
	known   map[string]bool
	settled int
	full    bool
}

func (t *tape) add(d Deed) {
	if len(t.deeds) >= maxDeeds {
		t.full = true
		return
	}
	t.deeds = append(t.deeds, d)
}

// did notes a command of a person.
func (t *tape) did(user string, c process.Command, s *process.State) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.known == nil {
		t.known = map[string]bool{}
	}
	if !t.known[s.ID] {
		t.known[s.ID] = true
		t.records = append(t.records, s.ID)
	}
	c.ID, c.Form = s.ID, s.Form
	t.add(Deed{At: c.At, User: user, Command: &c})
}

// moved notes that the clock was moved on.
func (t *tape) moved(to time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.add(Deed{At: to})
}

// settle notes how the records are now for the deeds that have no after yet; read reads one.
func (t *tape) settle(read func(id string) *process.State) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.settled == len(t.deeds) {
		return
	}
	now := map[string]*process.State{}
	for _, id := range t.records {
		if s := read(id); s != nil {
			now[id] = s
		}
	}
	for ; t.settled < len(t.deeds); t.settled++ {
		t.deeds[t.settled].After = now
	}
}

// look is the tape so far; whole is false when it held no more.
func (t *tape) look() (deeds []Deed, whole bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return append([]Deed(nil), t.deeds...), !t.full
}

// commands is how many things people did.
func (t *tape) commands() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	n := 0
	for i := range t.deeds {
		if t.deeds[i].Command != nil {
			n++
		}
	}
	return n
}
