package process

import (
	"time"

	"pipewright/forms"
)

// What happens to a record as a whole: its life, its values, its ties to others.
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
	// Titled sets what the record is called.
	Titled struct {
		Title string `json:"title"`
	}
	// Numbered gives the record its number.
	Numbered struct {
		Number string `json:"number"`
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
	// Revealed: who is shown a phone number in part has looked it up whole. Field is its storage key.
	Revealed struct {
		Field string `json:"field"`
	}
	// Deleted puts the record into the recycle bin; Restored takes it out.
	Deleted  struct{}
	Restored struct{}
	// Purged takes the record out of the recycle bin for good. Erased: what its events said is taken out of them, too.
	Purged struct {
		Erased bool `json:"erased,omitempty"`
	}
)

func (Created) Type() string    { return "created" }
func (Imported) Type() string   { return "imported" }
func (Changed) Type() string    { return "changed" }
func (Titled) Type() string     { return "titled" }
func (Numbered) Type() string   { return "numbered" }
func (Pressed) Type() string    { return "pressed" }
func (Noted) Type() string      { return "noted" }
func (LinkAdded) Type() string  { return "linked" }
func (Migrated) Type() string   { return "migrated" }
func (Unmigrated) Type() string { return "unmigrated" }
func (Merged) Type() string     { return "merged" }
func (Unmerged) Type() string   { return "unmerged" }
func (Absorbed) Type() string   { return "absorbed" }
func (Unabsorbed) Type() string { return "unabsorbed" }
func (Repointed) Type() string  { return "repointed" }
func (Revealed) Type() string   { return "revealed" }
func (Deleted) Type() string    { return "deleted" }
func (Restored) Type() string   { return "restored" }
func (Purged) Type() string     { return "purged" }
