package process

import (
	"slices"
	"time"

	"pipewright/rules"
)

// Attention is what a record asks of its people: My work reads it (semantics 16).
type Attention struct {
	Owner string `json:"owner,omitempty"`
	Open  bool   `json:"open,omitempty"`
	// DueAt is when the stage is due; IdleAt when nothing has happened to the record for longer than the stage allows; zero while a round runs.
	DueAt  time.Time `json:"dueAt,omitzero"`
	IdleAt time.Time `json:"idleAt,omitzero"`
	// Asked are the people whose activities of the stage are not done yet, and AskedAt when the first of those is due.
	Asked   []string  `json:"asked,omitempty"`
	AskedAt time.Time `json:"askedAt,omitzero"`
}

// Attention of a record; empty for one that is closed, in the recycle bin, or of a form without a process.
func (f *Form) Attention(s *State, calendar rules.Calendar) Attention {
	if f.Process == nil || s == nil || !s.Deleted.IsZero() {
		return Attention{}
	}
	st := f.Process.ByKey[s.Stage]
	if st == nil || !st.Def.Open() {
		return Attention{}
	}
	a := Attention{Owner: s.Owner, Open: true, DueAt: s.DueAt}
	if st.Idle != nil && s.Round == nil { // suspended while a round runs (semantics 2a)
		a.IdleAt = st.Idle.Add(s.LastActivity, f.App.Zone, calendar)
	}
	for _, key := range sortedKeys(s.ActivityPeople) {
		open := s.ActivityPeople[key]
		waits := s.WaitsFor(key)
		if len(waits) > 0 && !open.DueAt.IsZero() && (a.AskedAt.IsZero() || open.DueAt.Before(a.AskedAt)) {
			a.AskedAt = open.DueAt
		}
		for _, user := range waits {
			if !slices.Contains(a.Asked, user) {
				a.Asked = append(a.Asked, user)
			}
		}
	}
	return a
}

// The renewals of a commit: what other collections show of the record and must be shown anew.
const (
	RenewTasks     = "tasks"     // title, number, stage and value on its open tasks
	RenewAttention = "attention" // what it asks of its people
	RenewSearch    = "search"    // what it is found by, and by whom
)

// Renewals tells what a commit has made out of date elsewhere. before nil is a new record.
func Renewals(f *Form, before, after *State) []string {
	var out []string
	if before != nil && !sameLabel(f, before, after) {
		out = append(out, RenewTasks)
	}
	if before == nil || !sameIndexed(f, before, after) {
		out = append(out, RenewSearch)
	}
	if f.Process != nil && (before == nil || !sameAttention(before, after)) {
		out = append(out, RenewAttention)
	}
	return out
}

// AllRenewals are those that records of a form can have.
func AllRenewals(f *Form) []string {
	if f.Process == nil {
		return []string{RenewTasks, RenewSearch}
	}
	return []string{RenewTasks, RenewSearch, RenewAttention}
}

// sameLabel says whether tasks show both states alike.
func sameLabel(f *Form, a, b *State) bool {
	return a.Title == b.Title && a.Number == b.Number && a.Stage == b.Stage && a.Owner == b.Owner && sameValue(f, a, b)
}

func sameValue(f *Form, a, b *State) bool {
	if f.Process == nil || f.Process.Def.Value == "" {
		return true
	}
	x, xok := f.Schema.Minor(f.Process.Def.Value, a.Data)
	y, yok := f.Schema.Minor(f.Process.Def.Value, b.Data)
	return x == y && xok == yok
}

// sameAttention compares what attention is worked out of.
func sameAttention(a, b *State) bool {
	if a.Owner != b.Owner || a.Stage != b.Stage || !a.DueAt.Equal(b.DueAt) || !a.LastActivity.Equal(b.LastActivity) || (a.Round == nil) != (b.Round == nil) || a.Deleted.IsZero() != b.Deleted.IsZero() ||
		len(a.ActivityPeople) != len(b.ActivityPeople) {
		return false
	}
	if x, y := idleTimer(a), idleTimer(b); x != nil && y != nil && !x.At.Equal(y.At) {
		return false // by another calendar
	}
	for key, open := range a.ActivityPeople {
		now, ok := b.ActivityPeople[key]
		if !ok || !now.DueAt.Equal(open.DueAt) || !slices.Equal(a.WaitsFor(key), b.WaitsFor(key)) {
			return false
		}
	}
	return true
}

func idleTimer(s *State) *Timer {
	for i := range s.Timers {
		if s.Timers[i].Kind == "idle" {
			return &s.Timers[i]
		}
	}
	return nil
}
