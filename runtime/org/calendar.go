package org

import (
	_ "embed"
	"fmt"
	"strings"
	"sync"
	"time"

	"pipewright/rules"
)

// Working hours of a working day, in the zone asked for. The day has no break: 09:00 to 18:00 are nine working hours.
const (
	opens  = 9
	closes = 18
)

// Calendar tells working days: Monday to Friday, but for the days named off and the days named worked. It implements
// rules.Calendar. Immutable, safe for concurrent use; the nil Calendar is Monday to Friday.
type Calendar struct {
	name  string
	days  map[rules.Date]bool
	years map[int]bool
}

// cnDays holds the public holidays and moved working days of mainland China, made from chinese-days by `make data`.
//
//go:embed cn.txt
var cnDays string

var cn = sync.OnceValue(func() *Calendar {
	c, err := ParseCalendar("CN", cnDays)
	if err != nil {
		panic("org: the embedded calendar is damaged: " + err.Error())
	}
	return c
})

// NamedCalendar finds a calendar: "CN" with public holidays and moved working days (调休), or "" for Monday to Friday.
func NamedCalendar(name string) (*Calendar, bool) {
	switch name {
	case "CN":
		return cn(), true
	case "":
		return &Calendar{}, true
	}
	return nil, false
}

// ParseCalendar reads lines like "2026-02-16 off" and "2026-02-14 work"; empty lines and lines beginning with # are passed
// over. A day may be named once. The error names the line.
func ParseCalendar(name, text string) (*Calendar, error) {
	c := &Calendar{name: name, days: map[rules.Date]bool{}, years: map[int]bool{}}
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		day, kind, _ := strings.Cut(line, " ")
		d, err := rules.ParseDate(day)
		if err != nil || kind != "off" && kind != "work" {
			return nil, fmt.Errorf("org: calendar %s, line %d: want a date and off or work, not %q", name, i+1, line)
		}
		if _, twice := c.days[d]; twice {
			return nil, fmt.Errorf("org: calendar %s, line %d: %s is named twice", name, i+1, d)
		}
		c.days[d] = kind == "work"
		c.years[d.Year] = true
	}
	return c, nil
}

// Name of the calendar.
func (c *Calendar) Name() string {
	if c == nil {
		return ""
	}
	return c.name
}

// Knows says whether the calendar holds a year; in a year it does not hold, Monday to Friday are worked (CN-08).
func (c *Calendar) Knows(year int) bool { return c == nil || c.name == "" || c.years[year] }

// IsWorkday says whether a day is worked.
func (c *Calendar) IsWorkday(d rules.Date) bool {
	if c != nil {
		if works, named := c.days[d]; named {
			return works
		}
	}
	w := d.Weekday()
	return w != time.Saturday && w != time.Sunday
}

// Add moves an instant by a duration in a zone (nil: UTC), see AddDuration.
func (c *Calendar) Add(from time.Time, d rules.Duration, zone *time.Location) time.Time {
	return AddDuration(c, from, d, zone)
}

// AddDuration moves an instant by a duration. Calendar time follows rules.Duration.From. Working days count only days worked and
// keep the time of day; working hours count only from 09:00 to 18:00 of days worked, beginning at the next opening when from
// lies outside. Negative durations go back. A calendar without any day worked in four years ends the search there.
func AddDuration(c rules.Calendar, from time.Time, d rules.Duration, zone *time.Location) time.Time {
	if !d.Working() {
		return d.From(from, zone)
	}
	if zone == nil {
		zone = time.UTC
	}
	step := 1
	if d.Negative {
		step = -1
	}
	t := from.In(zone)
	day := rules.DateOf(t, zone)
	if d.WorkDays > 0 {
		for n, idle := d.WorkDays, 0; n > 0 && idle < 4*366; {
			day = day.AddDays(step)
			if c.IsWorkday(day) {
				n, idle = n-1, 0
			} else {
				idle++
			}
		}
		t = time.Date(day.Year, time.Month(day.Month), day.Day, t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), zone)
	}
	left := time.Duration(d.WorkHours) * time.Hour
	for idle := 0; left > 0 && idle < 4*366; day = day.AddDays(step) {
		open, shut := day.At(opens, 0, zone), day.At(closes, 0, zone)
		if !c.IsWorkday(day) || step > 0 && !t.Before(shut) || step < 0 && !t.After(open) {
			idle++
			continue
		}
		idle = 0
		if step > 0 {
			if t.Before(open) {
				t = open
			}
			part := min(left, shut.Sub(t))
			t, left = t.Add(part), left-part
		} else {
			if t.After(shut) {
				t = shut
			}
			part := min(left, t.Sub(open))
			t, left = t.Add(-part), left-part
		}
	}
	return t.UTC()
}
