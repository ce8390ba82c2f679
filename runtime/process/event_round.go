package process

import (
	"pipewright/forms"
)

// What happens in approvals.
type (
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
	// Urged reminds those whom the round waits for, by a person.
	Urged struct {
		To []string `json:"to"`
	}
)

func (RoundOpened) Type() string  { return "roundOpened" }
func (StepEntered) Type() string  { return "stepEntered" }
func (Picked) Type() string       { return "picked" }
func (Copied) Type() string       { return "copied" }
func (ReadCopy) Type() string     { return "readCopy" }
func (StepEnded) Type() string    { return "stepEnded" }
func (SlotDecided) Type() string  { return "slotDecided" }
func (SlotsAdded) Type() string   { return "slotsAdded" }
func (SlotOpened) Type() string   { return "slotOpened" }
func (Escalated) Type() string    { return "escalated" }
func (RoundBlocked) Type() string { return "roundBlocked" }
func (RoundVoided) Type() string  { return "roundVoided" }
func (RoundEnded) Type() string   { return "roundEnded" }
func (Urged) Type() string        { return "urged" }
