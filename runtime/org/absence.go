package org

import (
	"cmp"
	"slices"
	"time"
)

// Absence is a time in which a person does not work: from From until before To. App narrows it to one app; empty is everywhere.
// Substitute stands in meanwhile; empty is nobody.
type Absence struct {
	ID         string    `json:"id"`
	User       string    `json:"user"`
	From       time.Time `json:"from"`
	To         time.Time `json:"to"`
	App        string    `json:"app,omitempty"`
	Substitute string    `json:"substitute,omitempty"`
	Note       string    `json:"note,omitempty"`
	// By is who entered it.
	By string `json:"by,omitempty"`
}

// Covers says whether the absence counts in an app at an instant.
func (a *Absence) Covers(app string, at time.Time) bool {
	return (a.App == "" || a.App == app) && !at.Before(a.From) && at.Before(a.To)
}

// maxHops is how far a task may travel from substitute to substitute (engine.md §4).
const maxHops = 2

// WithAbsences is the same company with these absences.
func (d *Directory) WithAbsences(list []Absence) *Directory {
	next := *d
	next.absences = map[string][]Absence{}
	for _, a := range list {
		next.absences[a.User] = append(next.absences[a.User], a)
	}
	for _, of := range next.absences {
		// One for this very app speaks before one for all; then the one that began last.
		slices.SortFunc(of, func(a, b Absence) int {
			general := func(x Absence) int {
				if x.App == "" {
					return 1
				}
				return 0
			}
			return cmp.Or(cmp.Compare(general(a), general(b)), b.From.Compare(a.From), cmp.Compare(a.ID, b.ID))
		})
	}
	return &next
}

// Absences are those of a person that the snapshot knows: current and coming ones, by when they begin.
func (d *Directory) Absences(user string) []Absence {
	if d == nil {
		return nil
	}
	out := slices.Clone(d.absences[user])
	slices.SortFunc(out, func(a, b Absence) int { return cmp.Or(a.From.Compare(b.From), cmp.Compare(a.ID, b.ID)) })
	return out
}

// Absent says whether a person does not work on an app at an instant. A leaver is not absent: he is not there at all.
func (d *Directory) Absent(user, app string, at time.Time) bool {
	if d == nil {
		return false
	}
	return slices.ContainsFunc(d.absences[user], func(a Absence) bool { return a.Covers(app, at) })
}

// Substitute is who stands in for an absent person: the person named in the absence, or if he is absent as well the one named
// in his, two steps at most and never back to somebody passed before. Empty when the person is not absent, or when nobody who
// works is found that way.
func (d *Directory) Substitute(user, app string, at time.Time) string {
	if d == nil {
		return ""
	}
	passed := []string{user}
	for range maxHops {
		next := ""
		for i := range d.absences[user] {
			a := &d.absences[user][i]
			if a.Covers(app, at) && d.Active(a.Substitute) && !slices.Contains(passed, a.Substitute) {
				next = a.Substitute
				break
			}
		}
		if next == "" {
			return ""
		}
		if !d.Absent(next, app, at) {
			return next
		}
		user = next
		passed = append(passed, next)
	}
	return ""
}

// StandIns are the people absent from an app at an instant, each with who stands in for him (see Substitute). Leavers are not among
// them.
func (d *Directory) StandIns(app string, at time.Time) map[string]string {
	if d == nil {
		return nil
	}
	var out map[string]string
	for user := range d.absences {
		if d.Active(user) && d.Absent(user, app, at) {
			if out == nil {
				out = map[string]string{}
			}
			out[user] = d.Substitute(user, app, at)
		}
	}
	return out
}
