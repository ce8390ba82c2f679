package org

import (
	_ "embed"
	"fmt"
	"strings"
	"sync"
	"time"

	"pipewright/rules"
)

// Calendar tells working days: Monday to Friday, but for the days named off and the days named worked. It implements
// rules.Calendar. Immutable, safe for concurrent use; the nil Calendar is Monday to Friday.
type Calendar struct {
	name  string
	days  map[rules.Date]bool
	years map[int]bool
}

//go:generate go run gen_cn.go

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
