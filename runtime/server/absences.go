package server

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"slices"
	"strings"
	"time"

	"pipewright/rules"
	"pipewright/runtime/org"
)

type absenceOut struct {
	ID         string  `json:"id"`
	User       *mini   `json:"user"`
	From       instant `json:"from"`
	To         instant `json:"to"`
	App        string  `json:"app"`
	Substitute *mini   `json:"substitute"`
	Note       string  `json:"note"`
	By         *mini   `json:"by"`
}

func (c *call) absence(a org.Absence) absenceOut {
	return absenceOut{a.ID, c.mini(a.User), instant(a.From), instant(a.To), a.App, c.mini(a.Substitute), a.Note, c.mini(a.By)}
}

type absenceIn struct {
	// User is the caller when it is left out.
	User string `json:"user"`
	// From and To are days of the company's zone ("2026-12-24", the last one included) or instants.
	From       string `json:"from"`
	To         string `json:"to"`
	App        string `json:"app"`
	Substitute string `json:"substitute"`
	Note       string `json:"note"`
}

// cares says whether the caller may see and enter absences of a person: the own ones, those of the teams he manages and of all
// below, everybody's for an admin.
func (c *call) cares(user string) bool {
	return user == c.user.ID || c.user.May(org.Operate) || slices.Contains(c.dir.Managers(user), c.user.ID)
}

// getAbsences lists current and coming absences: of ?user, else of everybody the caller cares for.
func (s *Server) getAbsences(c *call) (any, error) {
	var out []absenceOut
	for _, u := range c.dir.Users() {
		if want := c.Query("user"); want != "" && want != u.ID || !c.cares(u.ID) {
			continue
		}
		for _, a := range c.dir.Absences(u.ID) {
			if a.To.After(s.Now()) {
				out = append(out, c.absence(a))
			}
		}
	}
	slices.SortStableFunc(out, func(a, b absenceOut) int { return time.Time(a.From).Compare(time.Time(b.From)) })
	return page(out, ""), nil
}

func (s *Server) postAbsence(c *call) (any, error) {
	key, err := c.operation(false)
	if err != nil {
		return nil, err
	}
	var in absenceIn
	if err := c.bind(&in); err != nil {
		return nil, err
	}
	a := org.Absence{User: in.User, App: in.App, Substitute: in.Substitute, Note: strings.TrimSpace(in.Note), By: c.user.ID}
	if a.User == "" {
		a.User = c.user.ID
	}
	if _, known := c.dir.User(a.User); !known || !c.cares(a.User) {
		return nil, refuse(http.StatusForbidden, "forbidden", msgForbidden)
	}
	co, _, err := s.company(c.ctx())
	if err != nil {
		return nil, err
	}
	if a.From, err = moment(in.From, co.Timezone, "/from", 0); err != nil {
		return nil, err
	}
	if a.To, err = moment(in.To, co.Timezone, "/to", 1); err != nil {
		return nil, err
	}
	if key == "" {
		key = rand.Text()
	}
	sum := sha256.Sum256([]byte(c.user.ID + "|" + key))
	a.ID = a.User + "." + hex.EncodeToString(sum[:10])
	if err := s.Engine.SaveAbsence(c.ctx(), a); err != nil {
		return nil, err
	}
	return reply{status: http.StatusCreated, body: c.absence(a)}, nil
}

func (s *Server) deleteAbsence(c *call) (any, error) {
	a, err := s.Engine.Absence(c.ctx(), c.Param("id"))
	if err != nil {
		return nil, err
	}
	if !c.cares(a.User) {
		return nil, errNotFound
	}
	return nil, s.Engine.RemoveAbsence(c.ctx(), a.ID)
}

// moment reads a day of a zone, more days later, or an instant.
func moment(text, zone, path string, more int) (time.Time, error) {
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return at.UTC().Truncate(time.Millisecond), nil
	}
	loc, err := time.LoadLocation(zone)
	if err != nil {
		loc = time.UTC
	}
	day, err := time.Parse(time.DateOnly, text)
	if err != nil {
		msg := rules.Say("要写日期（2026-12-24）或时刻（2026-12-24T09:00:00+08:00）", "要寫日期（2026-12-24）或時刻（2026-12-24T09:00:00+08:00）",
			"Write a day (2026-12-24) or an instant (2026-12-24T09:00:00+08:00)")
		return time.Time{}, badRequest(msg, rules.Errorf(path, "field.invalid", msg))
	}
	return rules.DateOf(day, time.UTC).AddDays(more).At(0, 0, loc).UTC(), nil
}
