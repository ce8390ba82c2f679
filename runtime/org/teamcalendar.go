package org

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"slices"
	"time"

	"pipewright/rules"
)

// An organisation may draw up calendars of its own: one for the company, and one for each team that works on other days. Each holds whole
// years and perhaps a week of its own. Year by year the nearest counts: that of the team, of the team above it and so on, of the company,
// and last the built-in one that the app names. So a company need only enter the year that the built-in one does not hold yet.

// CalendarDay is a day that a year's paper names: off, or worked though the week would rest (调休).
type CalendarDay struct {
	Name string     `json:"name"`
	Date rules.Date `json:"date"`
	Off  bool       `json:"isOffDay"`
}

// CalendarYear is what the paper of a year says, in the shape in which the State Council's notices are published as data.
type CalendarYear struct {
	Year int           `json:"year"`
	Days []CalendarDay `json:"days"`
}

// TeamCalendar is the calendar of a team, or of the company where Team is empty.
type TeamCalendar struct {
	Team string `json:"team,omitempty"`
	// Week are its days of rest, 1 for Monday to 7 for Sunday; nil as above it, and in the end Saturday and Sunday.
	Week []int `json:"week,omitempty"`
	// Years in order.
	Years []CalendarYear `json:"years,omitempty"`
	// By and At tell who changed it last, and when.
	By string    `json:"by,omitempty"`
	At time.Time `json:"at,omitzero"`
	// Ver is its version as stored; 0 for one that is not there.
	Ver int64 `json:"-"`
}

// Year is what it holds of a year itself.
func (t *TeamCalendar) Year(year int) (CalendarYear, bool) {
	for _, y := range t.Years {
		if y.Year == year {
			return y, true
		}
	}
	return CalendarYear{}, false
}

// WithYear has the year in place of what it held of it.
func (t TeamCalendar) WithYear(year CalendarYear) TeamCalendar {
	t = t.WithoutYear(year.Year)
	year.Days = slices.Clone(year.Days)
	slices.SortFunc(year.Days, func(a, b CalendarDay) int { return a.Date.Compare(b.Date) })
	t.Years = append(t.Years, year)
	slices.SortFunc(t.Years, func(a, b CalendarYear) int { return a.Year - b.Year })
	return t
}

// WithoutYear holds nothing of the year, which is as above it again.
func (t TeamCalendar) WithoutYear(year int) TeamCalendar {
	t.Years = slices.DeleteFunc(slices.Clone(t.Years), func(y CalendarYear) bool { return y.Year == year })
	return t
}

// calendars are those of a directory: what the organisation has drawn up, and what each team goes by.
type calendars struct {
	own    map[string]TeamCalendar
	named  map[string]map[string]*Calendar // by built-in name, then team; "" is the company
	digest string
}

// WithCalendars has the calendars that the organisation has drawn up. Of two of one team the later counts.
func (d *Directory) WithCalendars(list []TeamCalendar) *Directory {
	out := *d
	out.calendars = calendars{own: map[string]TeamCalendar{}, named: map[string]map[string]*Calendar{}}
	for _, t := range list {
		if len(t.Years) > 0 || t.Week != nil {
			out.calendars.own[t.Team] = t
		}
	}
	if len(out.calendars.own) == 0 {
		return &out
	}
	sum := sha256.New()
	for _, team := range slices.Sorted(maps.Keys(out.calendars.own)) {
		t := out.calendars.own[team]
		t.By, t.At = "", time.Time{}
		raw, _ := json.Marshal(t)
		sum.Write(append(raw, '\n'))
	}
	for _, team := range d.teamKeys {
		// Which calendars a team goes by also follows from where it stands.
		for _, place := range d.above(team) {
			if _, ok := out.calendars.own[place]; ok && place != "" {
				sum.Write([]byte(team + "|" + place + "\n"))
			}
		}
	}
	out.calendars.digest = hex.EncodeToString(sum.Sum(nil)[:8])
	for _, name := range []string{"CN", ""} {
		byTeam := map[string]*Calendar{"": out.layered(name, "")}
		for _, team := range d.teamKeys {
			byTeam[team] = out.layered(name, team)
		}
		out.calendars.named[name] = byTeam
	}
	return &out
}

// above are the places whose calendars a team goes by, the nearest first and the company last.
func (d *Directory) above(team string) []string {
	var out []string
	for team != "" && !slices.Contains(out, team) {
		t, ok := d.teams[team]
		if !ok {
			break
		}
		out = append(out, team)
		team = t.Parent
	}
	return append(out, "")
}

// layered puts the years of the places above each other over a built-in calendar.
func (d *Directory) layered(name, team string) *Calendar {
	base, _ := NamedCalendar(name)
	out, changed := &Calendar{name: base.name, week: base.week, years: maps.Clone(base.years)}, false
	if out.years == nil {
		out.years = map[int]map[rules.Date]bool{}
	}
	for _, place := range slices.Backward(d.above(team)) {
		t, ok := d.calendars.own[place]
		if !ok {
			continue
		}
		changed = true
		if t.Week != nil {
			out.week = weekOf(t.Week)
		}
		for _, y := range t.Years {
			days := make(map[rules.Date]bool, len(y.Days))
			for _, day := range y.Days {
				days[day.Date] = !day.Off
			}
			out.years[y.Year] = days
		}
	}
	if !changed {
		return base
	}
	return out
}

func weekOf(list []int) map[time.Weekday]bool {
	out := map[time.Weekday]bool{}
	for _, n := range list {
		out[time.Weekday(n%7)] = true
	}
	return out
}

// Calendar is what a team goes by in apps that name a built-in calendar; an empty or unknown team goes by the company's. nil, Monday to
// Friday, when there is no such built-in calendar.
func (d *Directory) Calendar(name, team string) *Calendar {
	if d != nil {
		if byTeam := d.calendars.named[name]; byTeam != nil {
			if c, ok := byTeam[team]; ok {
				return c
			}
			return byTeam[""]
		}
	}
	c, ok := NamedCalendar(name)
	if !ok {
		return nil
	}
	return c
}

// CalendarOf is what the records of an owner go by: the team he is in now, so that a person who goes to another team takes what he owns
// along; team where he is not known.
func (d *Directory) CalendarOf(name, owner, team string) *Calendar {
	if u, ok := d.User(owner); ok {
		team = u.Team
	}
	return d.Calendar(name, team)
}

// CalendarsDigest names all calendars that the organisation has drawn up and which of them each team goes by; empty when there are none.
func (d *Directory) CalendarsDigest() string {
	if d == nil {
		return ""
	}
	return d.calendars.digest
}

// CalendarPlaces are the people whose team goes by a calendar of its own, or of a team above it: the nearest of those teams, by user.
func (d *Directory) CalendarPlaces() map[string]string {
	if d == nil || len(d.calendars.own) == 0 {
		return nil
	}
	var out map[string]string
	for id, u := range d.users {
		for _, place := range d.above(u.Team) {
			if _, ok := d.calendars.own[place]; ok && place != "" {
				if out == nil {
					out = map[string]string{}
				}
				out[id] = place
				break
			}
		}
	}
	return out
}

// OwnCalendar is what a team, or the company, has drawn up itself; empty when it has not.
func (d *Directory) OwnCalendar(team string) TeamCalendar {
	if d != nil {
		if t, ok := d.calendars.own[team]; ok {
			return t
		}
	}
	return TeamCalendar{Team: team}
}

// OwnCalendars are all that the organisation has drawn up, the company's first, then by team.
func (d *Directory) OwnCalendars() []TeamCalendar {
	if d == nil {
		return nil
	}
	var out []TeamCalendar
	for _, team := range slices.Sorted(maps.Keys(d.calendars.own)) {
		out = append(out, d.calendars.own[team])
	}
	return out
}

// YearOf is what a team goes by in a year, and the place it is from: ok is false where nobody has drawn it up, and it is the built-in
// calendar's or unknown.
func (d *Directory) YearOf(team string, year int) (y CalendarYear, place string, ok bool) {
	for _, place := range d.above(team) {
		own := d.OwnCalendar(place)
		if y, ok := own.Year(year); ok {
			return y, place, true
		}
	}
	return CalendarYear{Year: year}, "", false
}

// BuiltInYear is a year of a built-in calendar as a paper of its own; ok is false where it does not hold it.
func BuiltInYear(name string, year int) (CalendarYear, bool) {
	c, known := NamedCalendar(name)
	if !known || c.years[year] == nil {
		return CalendarYear{Year: year}, false
	}
	out := CalendarYear{Year: year}
	for _, day := range slices.SortedFunc(maps.Keys(c.years[year]), rules.Date.Compare) {
		out.Days = append(out.Days, CalendarDay{Date: day, Off: !c.years[year][day]})
	}
	return out, true
}

// RestDays are the days of rest of a team's week, 1 for Monday to 7 for Sunday, and the place they are from.
func (d *Directory) RestDays(team string) (days []int, place string) {
	for _, place := range d.above(team) {
		if own := d.OwnCalendar(place); own.Week != nil {
			return own.Week, place
		}
	}
	return []int{6, 7}, ""
}

// MissingYears are the years that the company's calendar ought to hold and does not: the current one, and from November on the next.
func (d *Directory) MissingYears(name string, today rules.Date) []int {
	last := rules.Date{Year: today.Year, Month: 12, Day: 31}
	if today.Month >= 11 {
		last.Year++
	}
	return d.Calendar(name, "").Unknown(today, last)
}
