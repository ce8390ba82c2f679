package process

import (
	"time"

	"pipewright/forms"
)

// What happens in stages: entering them, what is done there, and time.
type (
	// Entered puts the record into a stage: at creation (From empty), by a transition, or by an override.
	Entered struct {
		From       string    `json:"from,omitempty"`
		To         string    `json:"to"`
		Transition string    `json:"transition,omitempty"`
		Entry      int       `json:"entry"`
		Since      time.Time `json:"since"`
		End        string    `json:"end,omitempty"`
		// Override is the reason given for passing unmet conditions.
		Override string `json:"override,omitempty"`
		Comment  string `json:"comment,omitempty"`
	}
	// Ticked marks or unmarks a checklist item of a stage.
	Ticked struct {
		Item string `json:"item"` // stage.key
		Done bool   `json:"done"`
	}
	// ActivityDone marks or unmarks an activity of a stage.
	ActivityDone struct {
		Activity string `json:"activity"` // stage.key
		Done     bool   `json:"done"`
	}
	// ActivityOpened asks people to do an activity of the stage just entered.
	ActivityOpened struct {
		Activity string    `json:"activity"` // stage.key
		People   []string  `json:"people"`
		DueAt    time.Time `json:"dueAt,omitzero"`
		// From is what its time is counted from, where it has one.
		From time.Time `json:"from,omitzero"`
		// Each: every one of them must do it.
		Each bool `json:"each,omitempty"`
	}
	// ActivityAnswered is that one person has done an activity that each must do, or that asks for a result: what he says, and whether that
	// counts. Undone takes it back.
	ActivityAnswered struct {
		Activity string       `json:"activity"` // stage.key
		Person   string       `json:"person"`
		Result   forms.Stored `json:"result,omitempty"`
		Passed   bool         `json:"passed,omitempty"`
		Undone   bool         `json:"undone,omitempty"`
	}
	// ActivityMoved gives what a person was to do to another, takes him off (To empty) or asks one more (From empty). Reason is a comment, or
	// "due" or "left".
	ActivityMoved struct {
		Activity string `json:"activity"` // stage.key
		From     string `json:"from"`
		To       string `json:"to,omitempty"`
		Reason   string `json:"reason,omitempty"`
	}
	// ActivityLate is that people are late with an activity, and whom this was told.
	ActivityLate struct {
		Activity string   `json:"activity"` // stage.key
		To       []string `json:"to,omitempty"`
	}
	// StageLate tells people that the record is late in its stage (Ladder "due") or stands still in it ("idle"). Given: it goes to somebody else for that.
	StageLate struct {
		Ladder string   `json:"ladder"`
		To     []string `json:"to,omitempty"`
		Given  bool     `json:"given,omitempty"`
	}
	// TimersSet adds and removes timers. Due, when given, is when the stage is due, timer or not (an imported record may be late
	// already).
	TimersSet struct {
		Due time.Time `json:"due,omitzero"`
		// Undue: the stage has no deadline any more.
		Undue  bool     `json:"undue,omitempty"`
		Add    []Timer  `json:"add,omitempty"`
		Remove []string `json:"remove,omitempty"`
		// Unknown are the years that timers were counted over and no calendar held: the days of a common week counted as worked there.
		Unknown []int `json:"unknown,omitempty"`
	}
	// Rescheduled moves timers and dues that count working time, because the calendar that the record goes by has changed.
	Rescheduled struct {
		Moved []MovedTimer `json:"moved,omitempty"`
		// Due is when the stage is due now, and Activities when activities are, where that moved.
		Due        time.Time            `json:"due,omitzero"`
		Activities map[string]time.Time `json:"activities,omitempty"`
		// Unknown: see TimersSet.
		Unknown []int `json:"unknown,omitempty"`
		// Owner: no calendar has changed, but the owner goes by another one, being in another team now.
		Owner bool `json:"owner,omitempty"`
	}
	// Reminded tells people that a deadline came or passed.
	Reminded struct {
		Timer string   `json:"timer"`
		Kind  string   `json:"kind"`
		To    []string `json:"to,omitempty"`
		// Key is the automation whose time has come, for "date" and "point"; the activity, for "activity"; the stage's ladder, for "rung".
		Key string `json:"key,omitempty"`
	}
)

// MovedTimer is a timer whose moment has changed: the id and moment it had, and the one it has now.
type MovedTimer struct {
	From string    `json:"from"`
	Was  time.Time `json:"was"`
	To   Timer     `json:"to"`
}

func (Entered) Type() string          { return "entered" }
func (Ticked) Type() string           { return "ticked" }
func (ActivityDone) Type() string     { return "activityDone" }
func (ActivityOpened) Type() string   { return "activityOpened" }
func (ActivityAnswered) Type() string { return "activityAnswered" }
func (ActivityMoved) Type() string    { return "activityMoved" }
func (ActivityLate) Type() string     { return "activityLate" }
func (StageLate) Type() string        { return "stageLate" }
func (TimersSet) Type() string        { return "timersSet" }
func (Rescheduled) Type() string      { return "rescheduled" }
func (Reminded) Type() string         { return "reminded" }
