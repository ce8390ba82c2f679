package org

import (
	"slices"
	"time"
)

// The kinds of things people are told, and the ways of telling them.
var (
	NoticeKinds = []string{"task", "reminder", "escalation", "outcome", "owner", "mention", "automation", "other"}
	NoticeWays  = []string{"off", "app", "digest", "mail"}
)

// Notify is how a person wants to be told. Nothing of it said, everything is told in the product alone.
type Notify struct {
	// Kinds gives a kind its way: "off" (kept, but not counted as new), "app" (in the product), "digest" (and in the mail of the day), "mail"
	// (and by mail at once).
	Kinds map[string]string `json:"kinds,omitempty"`
	// DigestAt is the time of day of that mail, 08:00 when it is empty; Zone the person's time zone, that of the company when it is empty.
	DigestAt string `json:"digestAt,omitempty"`
	Zone     string `json:"zone,omitempty"`
	// QuietFrom and QuietTo are the hours in which no mail goes out; it is held until their end. Urgent lets escalations through.
	QuietFrom string `json:"quietFrom,omitempty"`
	QuietTo   string `json:"quietTo,omitempty"`
	Urgent    bool   `json:"urgent,omitempty"`
}

// Way is how a kind is told.
func (n *Notify) Way(kind string) string {
	if n == nil || !slices.Contains(NoticeWays, n.Kinds[kind]) {
		return "app"
	}
	return n.Kinds[kind]
}

func (n *Notify) zone(company *time.Location) *time.Location {
	if n != nil && n.Zone != "" {
		if z, err := time.LoadLocation(n.Zone); err == nil {
			return z
		}
	}
	return company
}

// clockOn is a time of day on a day counted from that of at; false for what is no time of day.
func clockOn(clock string, at time.Time, days int) (time.Time, bool) {
	t, err := time.Parse("15:04", clock)
	if err != nil {
		return time.Time{}, false
	}
	return time.Date(at.Year(), at.Month(), at.Day()+days, t.Hour(), t.Minute(), 0, 0, at.Location()), true
}

// NextDigest is when the next mail of the day goes out, after an instant.
func (n *Notify) NextDigest(at time.Time, company *time.Location) time.Time {
	local, clock := at.In(n.zone(company)), "08:00"
	if n != nil && n.DigestAt != "" {
		clock = n.DigestAt
	}
	for days := 0; days < 3; days++ {
		if next, ok := clockOn(clock, local, days); ok && next.After(at) {
			return next.UTC()
		}
	}
	return at.Add(24 * time.Hour)
}

// Hold is when a mail may go out that is ready at an instant: then, or at the end of the quiet hours it falls into.
func (n *Notify) Hold(at time.Time, company *time.Location, urgent bool) time.Time {
	if n == nil || n.QuietFrom == "" || n.QuietTo == "" || n.QuietFrom == n.QuietTo || urgent && n.Urgent {
		return at
	}
	local := at.In(n.zone(company))
	for days := -1; days <= 0; days++ { // the night that began yesterday, or today's
		from, ok := clockOn(n.QuietFrom, local, days)
		to, fine := clockOn(n.QuietTo, local, days)
		if !ok || !fine {
			return at
		}
		if !to.After(from) {
			to, _ = clockOn(n.QuietTo, local, days+1)
		}
		if !at.Before(from) && at.Before(to) {
			return to.UTC()
		}
	}
	return at
}
