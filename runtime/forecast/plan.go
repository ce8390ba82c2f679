package forecast

import (
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"pipewright/runtime/org"
)

// Subject is a person or a team that something is planned for.
type Subject struct {
	// Kind is "user" or "team".
	Kind string
	ID   string
}

// String is "user:rep.li" or "team:east".
func (s Subject) String() string { return s.Kind + ":" + s.ID }

// ParseSubject reads what String wrote.
func ParseSubject(text string) (Subject, bool) {
	kind, id, ok := strings.Cut(text, ":")
	return Subject{kind, id}, ok && id != "" && (kind == "user" || kind == "team")
}

// What is planned: the target of a month as an amount or as a number of records won, and a call, what a manager says the month will come to
// in place of what was computed.
const (
	Amount = "amount"
	Count  = "count"
	Call   = "call"
)

// Entry is one figure of a plan, with who entered it.
type Entry struct {
	Value  decimal.Decimal `json:"value"`
	Reason string          `json:"reason,omitempty"`
	By     string          `json:"by"`
	At     time.Time       `json:"at"`
	// Sample: it came with the sample data and goes with it. What a person enters over it is no sample.
	Sample bool `json:"sample,omitempty"`
}

// Plans finds the entry of a subject and a month, nil where nothing was entered.
type Plans map[Subject]map[Month]*Entry

// Of is safe on what is not there.
func (p Plans) Of(s Subject, m Month) *Entry { return p[s][m] }

// Set puts an entry in.
func (p Plans) Set(s Subject, m Month, e *Entry) {
	if p[s] == nil {
		p[s] = map[Month]*Entry{}
	}
	p[s][m] = e
}

// Month is a month of a year.
type Month struct {
	Year  int
	Month time.Month
}

// MonthOf is the month of an instant in its own zone.
func MonthOf(at time.Time) Month { return Month{at.Year(), at.Month()} }

// ParseMonth reads "2026-03".
func ParseMonth(text string) (Month, bool) {
	at, err := time.Parse("2006-01", text)
	return MonthOf(at), err == nil
}

// String is "2026-03".
func (m Month) String() string { return m.Start(time.UTC).Format("2006-01") }

// Start is the first instant of the month in a zone.
func (m Month) Start(zone *time.Location) time.Time {
	return time.Date(m.Year, m.Month, 1, 0, 0, 0, 0, zone)
}

// Add is the month n months later.
func (m Month) Add(n int) Month { return MonthOf(m.Start(time.UTC).AddDate(0, n, 0)) }

// Months are n months from m on.
func (m Month) Months(n int) []Month {
	out := make([]Month, n)
	for i := range out {
		out[i] = m.Add(i)
	}
	return out
}

// Manages says whether a person is above a subject: its team's manager or one further up. Nobody is above himself, however he is placed.
func Manages(d *org.Directory, user string, s Subject) bool {
	if !d.Active(user) {
		return false
	}
	if s.Kind == "user" {
		return slices.Contains(d.Managers(s.ID), user)
	}
	for _, t := range d.Teams() {
		if t.Manager == user && slices.Contains(d.Tree(t.Key), s.ID) {
			return true
		}
	}
	return false
}

// MayPlan says whether a person may enter the plan of a subject: an admin for all, a manager for the teams below him and the people in them.
func MayPlan(d *org.Directory, user string, s Subject) bool {
	u, ok := d.User(user)
	return ok && u.Active && (u.Admin || Manages(d, user, s))
}

// MaySee says whether a person may know the target of a subject: who may plan it, and the person himself.
func MaySee(d *org.Directory, user string, s Subject) bool {
	return s == Subject{"user", user} || MayPlan(d, user, s)
}
