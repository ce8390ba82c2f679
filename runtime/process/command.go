package process

import (
	"encoding/json"
	"time"

	"pipewright/rules"
)

// CommandKind names what is asked for.
type CommandKind string

const (
	Create   CommandKind = "create"
	Import   CommandKind = "import"
	Edit     CommandKind = "edit"
	Move     CommandKind = "move"
	Tick     CommandKind = "check"    // a checklist item
	Activity CommandKind = "activity" // an activity done or undone
	Assign   CommandKind = "assign"
	// HandActivity gives what Owner was to do in activity Item to the one in People, or takes him off.
	HandActivity CommandKind = "handActivity"
	DecideSlot   CommandKind = "decide"
	Withdraw     CommandKind = "withdraw"
	Note         CommandKind = "note"
	Fire         CommandKind = "fire" // a timer
	Delete       CommandKind = "delete"
	Restore      CommandKind = "restore"
	// Connect notes that this record started another one (hand-over).
	Connect CommandKind = "connect"
	// Retry asks a blocked round to try its move again (semantics 2a).
	Retry CommandKind = "retry"
	// Claim takes the record out of its pool for whoever asks; Release puts it into one; Reclaim is the nightly look at it, the
	// service's alone.
	Claim   CommandKind = "claim"
	Release CommandKind = "release"
	Reclaim CommandKind = "reclaim"
	// Urge reminds the people a round waits for.
	Urge CommandKind = "urge"
	// CopyRead says that a person an approval was copied to has read it.
	CopyRead CommandKind = "copyRead"
	// Reveal notes that a masked number was looked up whole; Item is the field.
	Reveal CommandKind = "reveal"
	// Collaborate makes People collaborators (Done), or takes them off.
	Collaborate CommandKind = "collaborate"
	// Substitute passes on the open decisions of Owner, who is away or has left; the service's alone.
	Substitute CommandKind = "substitute"
	// HandOver takes what Owner, who leaves, has of the record to the one in People; his open decisions go to his manager, or with To
	// "successor" to that one; the service's alone.
	HandOver CommandKind = "handOver"
	// Refresh works out lookups and rollups anew because the other side has changed; the service's alone.
	Refresh CommandKind = "refresh"
	// Press presses the button Item of an automation.
	Press CommandKind = "press"
	// Replan sets the timers of the record's dates anew: a release or a calendar has changed them; the service's alone.
	Replan CommandKind = "replan"
	// Reschedule counts the record's open timers anew: the calendar it goes by has changed; the service's alone.
	Reschedule CommandKind = "reschedule"
	// Migrate moves the record on to another release by a plan, Unmigrate back to where it was; the service's alone.
	Migrate   CommandKind = "migrate"
	Unmigrate CommandKind = "unmigrate"
	// MergeAway, Absorb and Repoint are the parts of a merge, Unabsorb and Unmerge take it back; all but the first two are the service's alone.
	MergeAway CommandKind = "mergeAway"
	Absorb    CommandKind = "absorb"
	Repoint   CommandKind = "repoint"
	Unabsorb  CommandKind = "unabsorb"
	Unmerge   CommandKind = "unmerge"
)

// Command asks for a change of one record. The instant, the actor and new ids come with it; Decide invents nothing.
type Command struct {
	Kind CommandKind
	// Op identifies the operation; the engine answers a repeated one from its memory.
	Op    string
	At    time.Time
	Actor Actor
	Cause Cause

	// ID, App, Form name the record (create, import).
	ID   string
	App  string
	Form string
	// Base is the rev the client saw; 0: not given. An edit looks at the fields it writes, a move, an assign and a delete at the whole record.
	Base int64

	Data       map[string]json.RawMessage
	Transition string
	// Item is a checklist or activity key of the record's stage; Done ticks or unticks it.
	Item string
	Done bool
	// Owner of create, import and assign; of a move, who is picked where the stage leaves it to whoever moves the record.
	Owner string
	// Choice, of assign: the owner is chosen from people, instead of being named.
	Choice *Choice `json:"-"`
	// Plan of migrate and unmigrate.
	Plan *MigrationPlan `json:"-"`
	// Merge of the commands of merges.
	Merge *MergeStep `json:"-"`
	// Task decision: Decision is "approve", "reject", "return", "transfer", "delegate", "addSign" or "removeSign".
	Decision string
	Round    int
	Step     string
	Slot     int
	Hash     string
	Comment  string
	Timer    string
	// People whom a decision is transferred or delegated to, or who are added or removed; of a note, whom it mentions beside those its text names.
	People []string
	// Position of an addSign: "before" or "after".
	Position string
	// To is the step a return goes to; empty for the chain's first choice, "initiator" for him.
	To string
	// Pick names people for steps that leave the choice to this actor, by step.
	Pick map[string][]string
	// Moved, of reschedule: the calendars are what they were, and the owner goes by another one.
	Moved bool
	// Pool of release and reclaim.
	Pool string
	// Override passes unmet conditions; it needs the right, and Comment is the reason (ENG-20).
	Override bool
	// Link is the record this one is started from (create), or has started (link); LinkField is set to its id.
	Link      *Link
	LinkField string
	// Public names the public form a create was sent by, Source the parameters of its address.
	Public string
	Source map[string]string
	// Imported record: shape-checked, gates not run (semantics 20).
	Stage   string
	Since   time.Time
	Closed  time.Time
	Created time.Time
	Number  string
}

// Actor is who asks, with what they may do on this record, as access has found it.
type Actor struct {
	User string
	// Roles are app role keys ("rep"), without the app.
	Roles []string
	Team  string
	// Service marks the app's own actor (automations): every record and field of the app, never past a gate (semantics 8).
	Service bool
	Rights  Rights
}

// Rights on one record.
type Rights struct {
	Create, Read, Edit, Delete, Assign, Override, Import, Export bool
	// Guest reads the record only because he takes part in it: no grant of his covers it, so he moves nothing (semantics 9).
	Guest bool
	// Hide and ReadOnly are field keys that no grant of the actor lets them see or edit.
	Hide     map[string]bool
	ReadOnly map[string]bool
	// Mask are those of Hide that are phone numbers shown in part, for a record that he is about to create those that will be; Reveal: he may look
	// one up whole, which is on the record.
	Mask   map[string]bool
	Reveal bool
	// Whole are the fields that he sees because he decides on them, also where they are computed from something he does not see.
	Whole map[string]bool
}

// Cause bounds chains of automations: Root is the first operation, Depth counts automations since (at most 16).
type Cause struct {
	Root  string `json:"root,omitempty"`
	Depth int    `json:"depth,omitempty"`
	// Automation that did it, as app/key.
	Automation string `json:"automation,omitempty"`
}

// Decision is the answer of Decide: exactly one of Events, Reject and Needs is not empty. No events and no rejection
// means the command changes nothing.
type Decision struct {
	Events []Event
	// State is the state after Events.
	State  *State
	Reject *Rejection
	Needs  []Need
	// Warnings did not stop the command.
	Warnings []rules.Problem
}

// Rejection says why not. Code maps to an HTTP status in the server's one table.
type Rejection struct {
	Code    string          `json:"code"`
	Message rules.Text      `json:"message"`
	Details []rules.Problem `json:"details,omitempty"`
	// Current holds both values of each field in a conflict: field → {mine, theirs}.
	Current map[string]Conflict `json:"current,omitempty"`
}

// Conflict is both values of a field changed meanwhile, in wire form.
type Conflict struct {
	Mine   json.RawMessage `json:"mine"`
	Theirs json.RawMessage `json:"theirs"`
}
