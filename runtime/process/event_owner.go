package process

import (
	"time"

	"pipewright/rules"
)

// Who a record belongs to and who works on it.
type (
	// Assigned changes the owner. How is "pick" (by hand), "only" (the one there is), "leastLoaded", "roundRobin", "weighted",
	// "admin" (nobody else was found), "handOver" (the owner leaves) or "automation".
	Assigned struct {
		Owner string `json:"owner"`
		Team  string `json:"team,omitempty"`
		How   string `json:"how,omitempty"`
	}
	// PooledIn puts the record into a pool: nobody owns it any more. How is "release" (by hand), "stage", "nobody" (the stage found
	// no owner), "automation" or "reclaim".
	PooledIn struct {
		Pool   string `json:"pool"`
		How    string `json:"how"`
		Reason string `json:"reason,omitempty"`
	}
	// Claimed takes the record out of its pool.
	Claimed struct {
		Pool  string `json:"pool"`
		Owner string `json:"owner"`
		Team  string `json:"team,omitempty"`
	}
	// Held says which slots of the owner's caps the record takes, by pool; none when the record is nobody's or has ended.
	Held struct {
		User  string         `json:"user,omitempty"`
		Slots map[string]int `json:"slots,omitempty"`
	}
	// ReclaimNoticed tells the owner that the record goes back to the pool at an instant; none takes the notice back.
	ReclaimNoticed struct {
		Pool string    `json:"pool"`
		Rule int       `json:"rule,omitempty"`
		At   time.Time `json:"at,omitzero"`
		// From and After are how it was counted, where it counts working time.
		From  time.Time       `json:"from,omitzero"`
		After *rules.Duration `json:"after,omitempty"`
	}
	// Joined makes people participants.
	Joined struct {
		People []Person `json:"people"`
	}
	// Left takes people out of those who take part.
	Left struct {
		People []Person `json:"people"`
	}
)

func (Assigned) Type() string       { return "assigned" }
func (PooledIn) Type() string       { return "pooledIn" }
func (Claimed) Type() string        { return "claimed" }
func (Held) Type() string           { return "held" }
func (ReclaimNoticed) Type() string { return "reclaimNoticed" }
func (Joined) Type() string         { return "joined" }
func (Left) Type() string           { return "left" }
