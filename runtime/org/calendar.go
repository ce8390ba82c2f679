package org

import (
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"pipewright/rules"
)

// Calendar tells working days: every day but those of the week's rest, but for the days named off and the days named worked. It
// implements rules.Calendar. Immutable, safe for concurrent use; the nil Calendar is Monday to Friday.
type Calendar struct {
	name string
	// week are the days of rest of a week; nil is Saturday and Sunday.
	week map[time.Weekday]bool
	// years are the days that the paper of each year names, by the year in its title: one may reach into the December before and the
	// January after.
	years map[int]map[rules.Date]bool
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

// BuiltInDigest names what the built-in calendars say.
var BuiltInDigest = sync.OnceValue(func() string {
	sum := sha256.Sum256([]byte(cnDays))
	return hex.EncodeToString(sum[:8])
})

// ParseCalendar reads lines like "2026-02-16 off" and "2026-02-14 work"; empty lines and lines beginning with # are passed
// over. A day may be named once. The error names the line.
func ParseCalendar(name, text string) (*Calendar, error) {
	c := &Calendar{name: name, years: map[int]map[rules.Date]bool{}}
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
		if c.years[d.Year] == nil {
			c.years[d.Year] = map[rules.Date]bool{}
		}
		if _, twice := c.years[d.Year][d]; twice {
			return nil, fmt.Errorf("org: calendar %s, line %d: %s is named twice", name, i+1, d)
		}
		c.years[d.Year][d] = kind == "work"
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

// Knows says whether the calendar holds a year; in a year it does not hold, the days of a common week are worked (CN-08). One that names
// no days at all lacks nothing.
func (c *Calendar) Knows(year int) bool {
	return c == nil || c.name == "" && len(c.years) == 0 || c.years[year] != nil
}

// Unknown are the years from one day to another that the calendar does not hold, in order.
func (c *Calendar) Unknown(from, to rules.Date) []int {
	var out []int
	for y := from.Year; y <= to.Year; y++ {
		if !c.Knows(y) {
			out = append(out, y)
		}
	}
	return out
}

// Years are those that the calendar holds, in order.
func (c *Calendar) Years() []int {
	if c == nil {
		return nil
	}
	return slices.Sorted(maps.Keys(c.years))
}

// IsWorkday says whether a day is worked. The paper of the year after is newer than that of the year itself, so where both name a day of
// December it is the one that counts; what a year says of the January after it counts only where that year's own paper is silent.
func (c *Calendar) IsWorkday(d rules.Date) bool {
	w := d.Weekday()
	if c == nil {
		return w != time.Saturday && w != time.Sunday
	}
	for _, year := range [...]int{d.Year + 1, d.Year, d.Year - 1} {
		if works, named := c.years[year][d]; named {
			return works
		}
	}
	return !c.rests(w)
}

func (c *Calendar) rests(w time.Weekday) bool {
	if c.week == nil {
		return w == time.Saturday || w == time.Sunday
	}
	return c.week[w]
}
