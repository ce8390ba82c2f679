package process

import (
	"time"

	"pipewright/rules"
)

// Effect is something that must happen outside the record because of its events. Effects have deterministic ids, so carrying
// one out twice is harmless; the engine keeps them in the record's pending until every one has been relayed.
type Effect struct {
	// Kind is "task", "notice", "automation", "timer", "visit", "round" or "refresh".
	Kind string `json:"kind"`
	ID   string `json:"id"`
	// Seq orders effects on the same id; a target never goes back to a lower one.
	Seq int64 `json:"seq"`

	Task       *TaskEffect `json:"task,omitempty"`
	Notice     *Notice     `json:"notice,omitempty"`
	Automation *Triggered  `json:"automation,omitempty"`
	Timer      *Timer      `json:"timer,omitempty"`
	Visit      *Visit      `json:"visit,omitempty"`
	Round      *Round      `json:"round,omitempty"`

	Refresh *RefreshEffect `json:"refresh,omitempty"`
}

// TaskEffect is a person's open decision or thing to do, as the inbox shows it.
type TaskEffect struct {
	Kind  string     `json:"kind"`  // "approval", "todo", "blocked", "activity", "cc"
	State string     `json:"state"` // "open", "done", "cancelled"
	User  string     `json:"user"`
	Round int        `json:"round,omitempty"`
	Step  string     `json:"step,omitempty"`
	Slot  int        `json:"slot,omitempty"`
	Name  rules.Text `json:"name,omitempty"`
	DueAt time.Time  `json:"dueAt,omitzero"`
	By    string     `json:"by,omitempty"`
	// Result of a closed task: the slot's or activity's state.
	Result string `json:"result,omitempty"`
	// For is whom the user stands in for; Asked how a colleague asked him (see Slot).
	For   string `json:"for,omitempty"`
	Asked string `json:"asked,omitempty"`
	// Counted is how DueAt of what an automation gives was counted, where working time is in it.
	Counted *Counted `json:"counted,omitempty"`
}

// Notice tells a person something in the product.
type Notice struct {
	User string     `json:"user"`
	Text rules.Text `json:"text"`
	// Quotes: the text repeats what somebody wrote on the record, and is for those only who may read it.
	Quotes bool `json:"quotes,omitempty"`
	// Kind says what it is about, one of org.NoticeKinds.
	Kind string `json:"kind,omitempty"`
	// Reads are what the text says of records, Veiled the text for those who may not see all of that.
	Reads  []FieldRead `json:"reads,omitempty"`
	Veiled rules.Text  `json:"veiled,omitempty"`
}

// Triggered asks the engine to run an automation for this record.
type Triggered struct {
	Key   string `json:"key"`
	Seq   int64  `json:"seq"`
	Cause Cause  `json:"cause"`
}

// Visit is one stay in a stage; id record|entry. It feeds funnel, stage time and velocity (semantics 16).
type Visit struct {
	Process string    `json:"process"`
	Stage   string    `json:"stage"`
	Entry   int       `json:"entry"`
	Entered time.Time `json:"entered"`
	Left    time.Time `json:"left,omitzero"`
	To      string    `json:"to,omitempty"`
	Owner   string    `json:"owner,omitempty"`
	Value   *int64    `json:"value,omitempty"`
}
