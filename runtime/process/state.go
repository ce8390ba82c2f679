package process

import (
	"time"

	"pipewright/forms"
	"pipewright/rules"
)

// State is all there is to know of one record. It is folded from events by Apply, and stored whole so that reading never
// replays. Data is by storage key in stored form (see forms), so Apply needs no definition. Instants are UTC, in milliseconds.
type State struct {
	ID   string `json:"id"`
	App  string `json:"app"`
	Form string `json:"form"`
	// Process is empty for a plain table.
	Process string `json:"process,omitempty"`
	// Release the record is pinned to; 0 for records of forms without a process, which always follow the newest.
	Release int `json:"release,omitempty"`
	// Rev counts business changes; clients send it as If-Match. Seq is the number of the last event.
	Rev int64 `json:"rev"`
	Seq int64 `json:"seq"`

	Stage string `json:"stage,omitempty"`
	// Entry counts stage entries; timers and visits are named by it.
	Entry   int                  `json:"entry,omitempty"`
	Since   time.Time            `json:"since,omitzero"`
	Entered map[string]time.Time `json:"entered,omitempty"`

	// Title is what people call the record; a Titled event sets it whenever what it is made of changes.
	Title  string   `json:"title,omitempty"`
	Number string   `json:"number,omitempty"`
	Owner  string   `json:"owner,omitempty"`
	Team   string   `json:"team,omitempty"`
	People []Person `json:"people,omitempty"`

	// Pool the record is in, when nobody owns it; Taken is how its owner came to it.
	Pool  *Pooled `json:"pool,omitempty"`
	Taken *Gained `json:"taken,omitempty"`
	// Hold are the slots of the owner's caps it takes, Reclaim that it is about to go back to the pool.
	Hold    *Hold      `json:"hold,omitempty"`
	Reclaim *GoingBack `json:"reclaim,omitempty"`

	Data forms.Stored `json:"data"`
	// Touched is the Rev at which a stored field last changed (semantics 19).
	Touched map[string]int64 `json:"touched,omitempty"`

	// Checklist and Activities are marks by "stage.key".
	Checklist  map[string]Mark `json:"checklist,omitempty"`
	Activities map[string]Mark `json:"activities,omitempty"`

	// ActivityPeople are the people asked to do the activities of the stage the record is in, by "stage.key".
	ActivityPeople map[string]ActivityOpen `json:"activityPeople,omitempty"`

	// Answers are what people said when they had done activities, by "stage.key" and person; like the marks they stay.
	Answers map[string]map[string]Answer `json:"answers,omitempty"`

	Round *Round `json:"round,omitempty"`
	// Rounds are summaries of ended rounds, newest last, at most 20 (semantics 4).
	Rounds []RoundSummary `json:"rounds,omitempty"`
	// RoundCount numbers rounds.
	RoundCount int `json:"roundCount,omitempty"`

	Timers []Timer `json:"timers,omitempty"`
	// DueAt is when the stage is due; it stays when the timer has fired, until the record leaves the stage.
	DueAt time.Time `json:"dueAt,omitzero"`
	// LateSince is when others were first told that the record is late in the stage it is in, or stands still there.
	LateSince time.Time `json:"lateSince,omitzero"`
	Links     []Link    `json:"links,omitempty"`
	// Copies are the people approvals were copied to, newest last, at most 100, and when each has read it.
	Copies []Copy `json:"copies,omitempty"`

	CreatedAt    time.Time `json:"createdAt"`
	CreatedBy    string    `json:"createdBy,omitempty"`
	UpdatedAt    time.Time `json:"updatedAt"`
	LastActivity time.Time `json:"lastActivity"`
	ClosedAt     time.Time `json:"closedAt,omitzero"`
	Imported     bool      `json:"imported,omitempty"`
	// Deleted is when the record went to the recycle bin.
	Deleted time.Time `json:"deleted,omitzero"`
	// Merged says into which record this one went; TakenUp are those that went into this one.
	Merged  *Merging  `json:"merged,omitempty"`
	TakenUp []TakenUp `json:"takenUp,omitempty"`
}

// Person is someone who takes part in a record, and why: "owner", "formerOwner", "approver", "cc", "activity", "handover",
// "creator", "task" (semantics 9). The newest 200 are kept; the owner always is.
type Person struct {
	User string `json:"user"`
	Why  string `json:"why"`
}

// Pooled is where a record waits for an owner, since when, and whose it was before.
type Pooled struct {
	Key    string    `json:"key"`
	Since  time.Time `json:"since"`
	Former string    `json:"former,omitempty"`
}

// Gained is when the owner got the record, and from which pool if it was in one.
type Gained struct {
	Pool string    `json:"pool,omitempty"`
	At   time.Time `json:"at"`
}

// Hold are the slots of a person's caps that a record takes, by pool.
type Hold struct {
	User  string         `json:"user"`
	Slots map[string]int `json:"slots"`
}

// GoingBack says that a record returns to its pool at an instant, unless its owner does something about it.
// From and After are how the instant was counted, where it counts working time.
type GoingBack struct {
	Pool  string          `json:"pool"`
	At    time.Time       `json:"at"`
	From  time.Time       `json:"from,omitzero"`
	After *rules.Duration `json:"after,omitempty"`
}

// ActivityOpen is an activity that waits for somebody, or for every one of them (Each). Late: their managers were told.
type ActivityOpen struct {
	People []string  `json:"people"`
	DueAt  time.Time `json:"dueAt,omitzero"`
	Each   bool      `json:"each,omitempty"`
	Late   bool      `json:"late,omitempty"`
	// From is what its time is counted from; see ActivityOpened.
	From time.Time `json:"from,omitzero"`
}

// Answer is what one person said when he had done an activity; Passed that it counts, Tries how often he has answered.
type Answer struct {
	At     time.Time    `json:"at"`
	Result forms.Stored `json:"result,omitempty"`
	Passed bool         `json:"passed,omitempty"`
	Tries  int          `json:"tries,omitempty"`
}

// Mark says who ticked something and when.
type Mark struct {
	By string    `json:"by"`
	At time.Time `json:"at"`
}

// Copy is one person an approval round was copied to; Read is zero until he has opened it.
type Copy struct {
	Round int       `json:"round"`
	User  string    `json:"user"`
	At    time.Time `json:"at"`
	Read  time.Time `json:"read,omitzero"`
}

// Link ties two records: Why is "started" (this one started it) or "startedFrom".
type Link struct {
	ID   string `json:"id"`
	Form string `json:"form"`
	Why  string `json:"why"`
}

// Timer is a moment this record waits for. ID is unique within the record; a firing whose ID is not there any more is
// ignored.
type Timer struct {
	ID string `json:"id"`
	// Kind is "due", "idle", "rung" (of the stage's ladder for due or idle), "step", "activity", "date" (of the record) or "point" (before or after
	// due or idle).
	Kind string    `json:"kind"`
	At   time.Time `json:"at"`
	// Rung is the index in the ladder, for "step", "activity" and "rung".
	Rung int `json:"rung,omitempty"`
	// Key is the automation, step, activity or ladder the timer serves.
	Key string `json:"key,omitempty"`
	// From is what its time is counted from, where the record itself does not tell.
	From time.Time `json:"from,omitzero"`
}

// Placed is everything of a record that hangs on the release it is pinned to, whole: what a migration puts in place and its undoing puts
// back.
type Placed struct {
	Release        int                     `json:"release"`
	Form           string                  `json:"form"`
	Process        string                  `json:"process,omitempty"`
	Stage          string                  `json:"stage,omitempty"`
	Entered        map[string]time.Time    `json:"entered,omitempty"`
	DueAt          time.Time               `json:"dueAt,omitzero"`
	Checklist      map[string]Mark         `json:"checklist,omitempty"`
	Activities     map[string]Mark         `json:"activities,omitempty"`
	ActivityPeople map[string]ActivityOpen `json:"activityPeople,omitempty"`

	Answers map[string]map[string]Answer `json:"answers,omitempty"`

	Round  *Round         `json:"round,omitempty"`
	Rounds []RoundSummary `json:"rounds,omitempty"`
	Timers []Timer        `json:"timers,omitempty"`
}

// placed is what of the state hangs on its release.
func (s *State) placed() Placed {
	c := s.Clone()
	return Placed{Release: c.Release, Form: c.Form, Process: c.Process, Stage: c.Stage, Entered: c.Entered, DueAt: c.DueAt, Checklist: c.Checklist,
		Activities: c.Activities, ActivityPeople: c.ActivityPeople, Answers: c.Answers, Round: c.Round, Rounds: c.Rounds, Timers: c.Timers}
}

// Round states.
const (
	Running   = "running"
	Passed    = "passed"
	Rejected  = "rejected"
	Returned  = "returned"
	Withdrawn = "withdrawn"
	Cancelled = "cancelled"
	// Blocked: passed by the people, but the move's conditions fail now, or nobody could be found.
	Blocked = "blocked"
)

// Round is one run of a chain on a record. There is at most one live round a record (semantics 2).
type Round struct {
	N     int    `json:"n"`
	Chain string `json:"chain"`
	// Transition waits for the round; empty with Stage true (semantics 2b).
	Transition string    `json:"transition,omitempty"`
	Stage      bool      `json:"stage,omitempty"`
	Initiator  string    `json:"initiator"`
	OpenedAt   time.Time `json:"openedAt"`
	// Comment is what the person who submitted tells those who decide.
	Comment  string       `json:"comment,omitempty"`
	Proposed forms.Stored `json:"proposed,omitempty"`
	// Hash is SHA-256 over the canonical guarded values (data ⊕ proposed), hex. A decision carries it.
	Hash   string       `json:"hash"`
	Guards forms.Stored `json:"guards,omitempty"`
	State  string       `json:"state"`
	Reason string       `json:"reason,omitempty"`
	// Override is the reason for which the move's conditions are passed at the end.
	Override string `json:"override,omitempty"`
	// Owner is who was picked to own the record after the move.
	Owner string      `json:"owner,omitempty"`
	Steps []StepState `json:"steps"`
	// Urged are the newest instants somebody urged, at most 10.
	Urged []time.Time `json:"urged,omitempty"`
	// Keep are steps approved in the round before this one, which are not asked again.
	Keep []string `json:"keep,omitempty"`
	// Picks are the people picked for steps, by step.
	Picks map[string][]string `json:"picks,omitempty"`
}

// Step states: waiting → active → passed | rejected | returned | skipped | blocked | cancelled.
const (
	Waiting = "waiting"
	Active  = "active"
	Skipped = "skipped"
)

// StepState is where one step of a round stands.
type StepState struct {
	Key       string    `json:"key"`
	State     string    `json:"state"`
	Reason    string    `json:"reason,omitempty"`
	EnteredAt time.Time `json:"enteredAt,omitzero"`
	Escalated bool      `json:"escalated,omitempty"`
	Slots     []Slot    `json:"slots,omitempty"`
	// Branches are the steps of a parallel one; it has no slots of its own.
	Branches []string `json:"branches,omitempty"`
}

// Slot states, beside Rejected, Returned, Skipped and Cancelled.
const (
	Open      = "open"
	Approved  = "approved"
	TimedOut  = "timedOut"
	Moved     = "transferred"
	NotYet    = "notYet"         // sequence: its turn has not come
	Delegated = "delegated"      // somebody else was asked; it comes back
	AwaitSign = "waitingAddSign" // people were added who decide first, or after him
)

// Why a slot belongs to another one: its holder was asked by the holder of that one. Such an answer is no vote of its own.
const (
	AskDelegate = "delegate"
	AskBefore   = "before"
	AskAfter    = "after"
)

// Slot is one person's decision. Its task id is record|step|round|slot.
type Slot struct {
	Person  string    `json:"person"`
	State   string    `json:"state"`
	Reason  string    `json:"reason,omitempty"`
	At      time.Time `json:"at,omitzero"`
	Comment string    `json:"comment,omitempty"`
	// For is the one Person stands in for: he is away, or has left.
	For string `json:"for,omitempty"`
	// Past are those who held the decision before it was transferred, oldest first.
	Past []string `json:"past,omitempty"`
	// Asked is how the holder of slot Parent asked this person: "delegate", "before" or "after"; empty for a vote.
	Asked  string `json:"asked,omitempty"`
	Parent int    `json:"parent,omitempty"`
	// Weight of the vote, when the step counts weights.
	Weight int `json:"weight,omitempty"`
}

// waits says whether a slot may still be decided, by its holder or once those he asked have answered.
func (s *Slot) waits() bool {
	return s.State == Open || s.State == NotYet || s.State == Delegated || s.State == AwaitSign
}

// RoundSummary is what remains of an ended round in the record; the whole round is in the "rounds" collection.
type RoundSummary struct {
	N          int       `json:"n"`
	Chain      string    `json:"chain"`
	Transition string    `json:"transition,omitempty"`
	State      string    `json:"state"`
	OpenedAt   time.Time `json:"openedAt"`
	EndedAt    time.Time `json:"endedAt"`
	Hash       string    `json:"hash"`
	// Guards are the values the people saw, to show what changed since.
	Guards forms.Stored `json:"guards,omitempty"`
	// ReturnedAt is the step that returned it, for resume "jumpBack".
	ReturnedAt string `json:"returnedAt,omitempty"`
}
