package process

import (
	"encoding/json"
	"fmt"
	"time"

	"pipewright/forms"
	"pipewright/rules"
)

// Event is one thing that happened to a record. Its stored form never changes once released: old events are read for ever
// (testdata/events/v1). Seq counts from 1 without gaps.
type Event struct {
	Seq int64
	// Rev is the record's revision after the command this event belongs to; it moves only with business changes.
	Rev     int64
	At      time.Time
	By      string
	Op      string
	Release int
	Cause   Cause
	// Facts that the decision rested on: other records with the version they were read at (semantics 3).
	Facts   []FactUsed
	Payload Payload
}

// MovedTimer is a timer whose moment has changed: the id and moment it had, and the one it has now.
type MovedTimer struct {
	From string    `json:"from"`
	Was  time.Time `json:"was"`
	To   Timer     `json:"to"`
}

// FactUsed is another record a decision has read.
type FactUsed struct {
	Record string `json:"record"`
	Ver    int64  `json:"ver"`
}

// Payload is what happened. Each type has an entry in payloads and a case in Apply.
type Payload interface{ Type() string }

type (
	// Created begins a record.
	Created struct {
		App     string       `json:"app"`
		Form    string       `json:"form"`
		Process string       `json:"process,omitempty"`
		Owner   string       `json:"owner,omitempty"`
		Team    string       `json:"team,omitempty"`
		Number  string       `json:"number,omitempty"`
		Data    forms.Stored `json:"data"`
		Link    *Link        `json:"link,omitempty"`
		// Public is the form by which a visitor has sent it.
		Public string `json:"public,omitempty"`
	}
	// Imported begins a record as it stood elsewhere; gates were not run (semantics 20).
	Imported struct {
		Created
		Stage  string    `json:"stage,omitempty"`
		Since  time.Time `json:"since,omitzero"`
		At     time.Time `json:"at,omitzero"`
		Closed time.Time `json:"closed,omitzero"`
	}
	// Changed sets and clears stored fields.
	Changed struct {
		Set   forms.Stored `json:"set,omitempty"`
		Clear []string     `json:"clear,omitempty"`
	}
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
	// Titled sets what the record is called.
	Titled struct {
		Title string `json:"title"`
	}
	// Numbered gives the record its number.
	Numbered struct {
		Number string `json:"number"`
	}
	// RoundOpened begins an approval round.
	RoundOpened struct {
		N          int          `json:"n"`
		Chain      string       `json:"chain"`
		Transition string       `json:"transition,omitempty"`
		Stage      bool         `json:"stage,omitempty"`
		Initiator  string       `json:"initiator"`
		Proposed   forms.Stored `json:"proposed,omitempty"`
		Hash       string       `json:"hash"`
		Guards     forms.Stored `json:"guards,omitempty"`
		Steps      []string     `json:"steps"`
		// Override is the reason for which the move's conditions are passed; the people still decide.
		Override string `json:"override,omitempty"`
		// Comment is what the person who submitted tells those who decide.
		Comment string `json:"comment,omitempty"`
		// Owner is who was picked to own the record after the move.
		Owner string `json:"owner,omitempty"`
		// Keep are steps approved before that are not asked again; Back is the step this round begins at again.
		Keep []string `json:"keep,omitempty"`
		Back string   `json:"back,omitempty"`
		// Picks are the people the initiator picked, by step.
		Picks map[string][]string `json:"picks,omitempty"`
	}
	// StepEntered opens a step for people, who are fixed from here on.
	StepEntered struct {
		Step  string `json:"step"`
		Slots []Slot `json:"slots"`
		// Branches are the steps of a parallel one.
		Branches []string `json:"branches,omitempty"`
	}
	// Picked names the people for a step that is still to come.
	Picked struct {
		Step   string   `json:"step"`
		People []string `json:"people"`
	}
	// Copied gives people a round to read; ReadCopy is that one of them has.
	Copied struct {
		Round  int      `json:"round"`
		People []string `json:"people"`
	}
	ReadCopy struct {
		Round int `json:"round"`
	}
	// StepEnded closes a step: passed, rejected, returned, skipped (with the reason) or blocked. Open slots are cancelled.
	StepEnded struct {
		Step   string `json:"step"`
		State  string `json:"state"`
		Reason string `json:"reason,omitempty"`
	}
	// SlotDecided is one person's decision, or a slot moved on by time or policy.
	SlotDecided struct {
		Step    string `json:"step"`
		Slot    int    `json:"slot"`
		State   string `json:"state"`
		Hash    string `json:"hash,omitempty"`
		Comment string `json:"comment,omitempty"`
		Reason  string `json:"reason,omitempty"`
	}
	// SlotsAdded gives further people a slot in an active step (transfer by deadline, next of a sequence is SlotOpened).
	SlotsAdded struct {
		Step  string `json:"step"`
		Slots []Slot `json:"slots"`
	}
	// SlotOpened gives the next of a sequence his turn.
	SlotOpened struct {
		Step string `json:"step"`
		Slot int    `json:"slot"`
	}
	// Escalated marks a step as late; people were told.
	Escalated struct {
		Step string   `json:"step"`
		To   []string `json:"to,omitempty"`
	}
	// RoundBlocked: the people agreed, the move's conditions fail now.
	RoundBlocked struct {
		Reason string `json:"reason"`
	}
	// RoundVoided: a guarded field changed; the decisions no longer count and the steps run again.
	RoundVoided struct {
		Hash   string       `json:"hash"`
		Guards forms.Stored `json:"guards,omitempty"`
		Fields []string     `json:"fields"`
	}
	// RoundEnded ends the round: passed, rejected, returned, withdrawn or cancelled.
	RoundEnded struct {
		State  string `json:"state"`
		Reason string `json:"reason,omitempty"`
		// Step that rejected or returned.
		Step string `json:"step,omitempty"`
		// To is the step that decides again in a new round; empty for the initiator.
		To string `json:"to,omitempty"`
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
	// Urged reminds those whom the round waits for, by a person.
	Urged struct {
		To []string `json:"to"`
	}
	// Pressed is a button of an automation, by its key, that somebody has pressed.
	Pressed struct {
		Button string `json:"button"`
	}
	// Noted is a note on the record.
	Noted struct {
		Text     string   `json:"text"`
		Mentions []string `json:"mentions,omitempty"`
	}
	// LinkAdded ties another record to this one.
	LinkAdded struct {
		Link Link `json:"link"`
	}
	// Joined makes people participants.
	Joined struct {
		People []Person `json:"people"`
	}
	// Left takes people out of those who take part.
	Left struct {
		People []Person `json:"people"`
	}
	// Migrated moves the record on to another release, and Unmigrated back. Set and Clear are the values that changed with it.
	Migrated struct {
		Migration string       `json:"migration"`
		From      int          `json:"from"`
		To        Placed       `json:"to"`
		Set       forms.Stored `json:"set,omitempty"`
		Clear     []string     `json:"clear,omitempty"`
	}
	Unmigrated struct {
		Migration string       `json:"migration"`
		From      int          `json:"from"`
		To        Placed       `json:"to"`
		Set       forms.Stored `json:"set,omitempty"`
		Clear     []string     `json:"clear,omitempty"`
	}
	// Merged says that the record lives on in another; Unmerged that it is one of its own again (ENG-10).
	Merged   Merging
	Unmerged struct {
		Merge string `json:"merge"`
	}
	// Absorbed takes another record up: Keys are the stored fields taken over, in a Changed beside it, and Was what stood there; Links came along.
	Absorbed struct {
		Merge string       `json:"merge"`
		From  string       `json:"from"`
		Keys  []string     `json:"keys,omitempty"`
		Was   forms.Stored `json:"was,omitempty"`
		Links []Link       `json:"links,omitempty"`
	}
	Unabsorbed struct {
		Merge string `json:"merge"`
		From  string `json:"from"`
		Links []Link `json:"links,omitempty"`
	}
	// Repointed lets what pointed to one record of a merge point to the other: in these cells, with a Changed beside it, and in the links.
	Repointed struct {
		Merge string `json:"merge"`
		From  string `json:"from"`
		To    string `json:"to"`
		Cells []Cell `json:"cells,omitempty"`
	}
	// Deleted puts the record into the recycle bin; Restored takes it out.
	Deleted  struct{}
	Restored struct{}
	// Purged takes the record out of the recycle bin for good. Erased: what its events said is taken out of them, too.
	Purged struct {
		Erased bool `json:"erased,omitempty"`
	}
)

func (Created) Type() string          { return "created" }
func (Imported) Type() string         { return "imported" }
func (Changed) Type() string          { return "changed" }
func (Entered) Type() string          { return "entered" }
func (Ticked) Type() string           { return "ticked" }
func (ActivityDone) Type() string     { return "activityDone" }
func (ActivityOpened) Type() string   { return "activityOpened" }
func (ActivityAnswered) Type() string { return "activityAnswered" }
func (ActivityMoved) Type() string    { return "activityMoved" }
func (ActivityLate) Type() string     { return "activityLate" }
func (StageLate) Type() string        { return "stageLate" }
func (Assigned) Type() string         { return "assigned" }
func (PooledIn) Type() string         { return "pooledIn" }
func (Claimed) Type() string          { return "claimed" }
func (Held) Type() string             { return "held" }
func (ReclaimNoticed) Type() string   { return "reclaimNoticed" }
func (Titled) Type() string           { return "titled" }
func (Numbered) Type() string         { return "numbered" }
func (RoundOpened) Type() string      { return "roundOpened" }
func (StepEntered) Type() string      { return "stepEntered" }
func (Picked) Type() string           { return "picked" }
func (Copied) Type() string           { return "copied" }
func (ReadCopy) Type() string         { return "readCopy" }
func (StepEnded) Type() string        { return "stepEnded" }
func (SlotDecided) Type() string      { return "slotDecided" }
func (SlotsAdded) Type() string       { return "slotsAdded" }
func (SlotOpened) Type() string       { return "slotOpened" }
func (Escalated) Type() string        { return "escalated" }
func (RoundBlocked) Type() string     { return "roundBlocked" }
func (RoundVoided) Type() string      { return "roundVoided" }
func (RoundEnded) Type() string       { return "roundEnded" }
func (TimersSet) Type() string        { return "timersSet" }
func (Rescheduled) Type() string      { return "rescheduled" }
func (Reminded) Type() string         { return "reminded" }
func (Urged) Type() string            { return "urged" }
func (Pressed) Type() string          { return "pressed" }
func (Noted) Type() string            { return "noted" }
func (LinkAdded) Type() string        { return "linked" }
func (Joined) Type() string           { return "joined" }
func (Left) Type() string             { return "left" }
func (Migrated) Type() string         { return "migrated" }
func (Unmigrated) Type() string       { return "unmigrated" }
func (Merged) Type() string           { return "merged" }
func (Unmerged) Type() string         { return "unmerged" }
func (Absorbed) Type() string         { return "absorbed" }
func (Unabsorbed) Type() string       { return "unabsorbed" }
func (Repointed) Type() string        { return "repointed" }
func (Deleted) Type() string          { return "deleted" }
func (Restored) Type() string         { return "restored" }
func (Purged) Type() string           { return "purged" }

// payloads makes an empty payload by type name.
var payloads = map[string]func(json.RawMessage) (Payload, error){
	"created": read[Created], "imported": read[Imported], "changed": read[Changed], "entered": read[Entered],
	"ticked": read[Ticked], "activityDone": read[ActivityDone], "activityOpened": read[ActivityOpened],
	"activityAnswered": read[ActivityAnswered], "activityMoved": read[ActivityMoved], "activityLate": read[ActivityLate], "stageLate": read[StageLate], "assigned": read[Assigned], "numbered": read[Numbered], "titled": read[Titled],
	"roundOpened": read[RoundOpened], "stepEntered": read[StepEntered], "stepEnded": read[StepEnded],
	"picked": read[Picked], "copied": read[Copied], "readCopy": read[ReadCopy],
	"slotDecided": read[SlotDecided], "slotsAdded": read[SlotsAdded], "slotOpened": read[SlotOpened],
	"escalated": read[Escalated], "roundBlocked": read[RoundBlocked], "roundVoided": read[RoundVoided],
	"roundEnded": read[RoundEnded], "timersSet": read[TimersSet], "rescheduled": read[Rescheduled], "reminded": read[Reminded], "noted": read[Noted], "urged": read[Urged],
	"pooledIn": read[PooledIn], "claimed": read[Claimed], "held": read[Held], "reclaimNoticed": read[ReclaimNoticed],
	"linked": read[LinkAdded], "joined": read[Joined], "left": read[Left], "deleted": read[Deleted], "restored": read[Restored],
	"purged": read[Purged], "pressed": read[Pressed], "migrated": read[Migrated], "unmigrated": read[Unmigrated],
	"merged": read[Merged], "unmerged": read[Unmerged], "absorbed": read[Absorbed], "unabsorbed": read[Unabsorbed], "repointed": read[Repointed],
}

func read[T Payload](raw json.RawMessage) (Payload, error) {
	var p T
	err := json.Unmarshal(raw, &p)
	return p, err
}

// storedEvent is the stored form of an event.
type storedEvent struct {
	Seq     int64           `json:"seq"`
	Rev     int64           `json:"rev"`
	Type    string          `json:"type"`
	At      time.Time       `json:"at"`
	By      string          `json:"by,omitempty"`
	Op      string          `json:"op,omitempty"`
	Release int             `json:"release,omitempty"`
	Cause   Cause           `json:"cause,omitzero"`
	Facts   []FactUsed      `json:"facts,omitempty"`
	Payload json.RawMessage `json:"payload"`
}

func (e Event) MarshalJSON() ([]byte, error) {
	raw, err := json.Marshal(e.Payload)
	if err != nil {
		return nil, err
	}
	return json.Marshal(e.Stored(raw))
}

// Stored is what to marshal as the event when its payload has been marshalled already.
func (e *Event) Stored(payload json.RawMessage) any {
	return storedEvent{e.Seq, e.Rev, e.Payload.Type(), e.At, e.By, e.Op, e.Release, e.Cause, e.Facts, payload}
}

// UnmarshalJSON reads a stored event; an unknown type is an error, never skipped.
func (e *Event) UnmarshalJSON(b []byte) error {
	var s storedEvent
	if err := json.Unmarshal(b, &s); err != nil {
		return err
	}
	read, ok := payloads[s.Type]
	if !ok {
		return fmt.Errorf("process: unknown event type %q", s.Type)
	}
	p, err := read(s.Payload)
	if err != nil {
		return fmt.Errorf("process: event %d %s: %w", s.Seq, s.Type, err)
	}
	*e = Event{s.Seq, s.Rev, s.At, s.By, s.Op, s.Release, s.Cause, s.Facts, p}
	return nil
}

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
