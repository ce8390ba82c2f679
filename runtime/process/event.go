package process

import (
	"encoding/json"
	"fmt"
	"time"
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

// FactUsed is another record a decision has read.
type FactUsed struct {
	Record string `json:"record"`
	Ver    int64  `json:"ver"`
}

// Payload is what happened. Each type has an entry in payloads and a case in Apply.
type Payload interface{ Type() string }

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
	"merged": read[Merged], "unmerged": read[Unmerged], "absorbed": read[Absorbed], "unabsorbed": read[Unabsorbed], "repointed": read[Repointed], "revealed": read[Revealed],
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
