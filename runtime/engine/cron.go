package engine

import (
	"fmt"
	"strings"
	"time"
	_ "time/tzdata" // zones are the same on every machine

	"github.com/robfig/cron/v3"
)

// maxNext is the most fires Next computes at once.
const maxNext = 10000

var cronParser = cron.NewParser(cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow)

// timetable is a parsed cron expression in its zone. It computes instants; nothing is kept running.
type timetable struct {
	schedule cron.Schedule
	zone     *time.Location
	// wall: the hour is fixed, so fires follow the wall clock: a time that a change of the clock skips fires once at the end of
	// the gap, one that it repeats fires the first time only. Otherwise (every hour) fires follow real time.
	wall bool
}

// parseCron reads five fields. The zone is a field of its own: TZ= prefixes and descriptors like @daily are refused.
func parseCron(spec, zone string) (t *timetable, err error) {
	defer func() { // the parser panics on some malformed input
		if p := recover(); p != nil {
			t, err = nil, fmt.Errorf("engine: cron %q: %v", spec, p)
		}
	}()
	if len(spec) > 200 || strings.Contains(spec, "=") || strings.HasPrefix(strings.TrimSpace(spec), "@") {
		return nil, fmt.Errorf("engine: cron %q: write five fields: minute hour day month weekday", spec)
	}
	if zone == "" {
		zone = "UTC"
	}
	loc, err := time.LoadLocation(zone)
	if err != nil || zone == "Local" {
		return nil, fmt.Errorf("engine: unknown time zone %q", zone)
	}
	s, err := cronParser.Parse(spec)
	if err != nil {
		return nil, fmt.Errorf("engine: cron %q: %w", spec, err)
	}
	// The parser binds the schedule to the machine's zone unless told.
	every, ok := s.(*cron.SpecSchedule)
	if !ok {
		return nil, fmt.Errorf("engine: cron %q: write five fields: minute hour day month weekday", spec)
	}
	hour := strings.Fields(spec)[1]
	t = &timetable{schedule: every, zone: loc, wall: hour != "*" && hour != "?"}
	if t.wall {
		every.Location = time.UTC
	} else {
		every.Location = loc
	}
	return t, nil
}

// next is the first fire after an instant; zero when there is none within five years.
func (t *timetable) next(after time.Time) (at time.Time) {
	defer func() {
		if p := recover(); p != nil {
			at = time.Time{}
		}
	}()
	if !t.wall {
		return t.schedule.Next(after.In(t.zone)).UTC()
	}
	// The wall clock is followed as if it were UTC, which never skips, and each reading is then looked up in the zone.
	local := after.In(t.zone)
	wall := time.Date(local.Year(), local.Month(), local.Day(), local.Hour(), local.Minute(), local.Second(), 0, time.UTC)
	for {
		wall = t.schedule.Next(wall)
		if wall.IsZero() {
			return time.Time{}
		}
		if at := instantOf(wall, t.zone); at.After(after) {
			return at
		}
	}
}

// instantOf is when a zone's clock shows a reading (given as if in UTC): the first time when it does so twice, the end of the gap
// when it never does.
func instantOf(wall time.Time, zone *time.Location) time.Time {
	offset := func(at time.Time) time.Duration {
		_, s := at.In(zone).Zone()
		return time.Duration(s) * time.Second
	}
	before, after := offset(wall.Add(-36*time.Hour)), offset(wall.Add(36*time.Hour))
	early, late := wall.Add(-before), wall.Add(-after)
	if late.Before(early) {
		early, late = late, early
	}
	for _, at := range []time.Time{early, late} {
		if wall.Add(-offset(at)).Equal(at) {
			return at.UTC()
		}
	}
	// Neither offset is in force then: the reading is inside a gap, and reading it with the offset before the gap gives an
	// instant after it.
	start, _ := wall.Add(-before).In(zone).ZoneBounds()
	return start.UTC()
}

// Next lists the coming fires of a cron expression after an instant, in UTC, at most n (10,000). Errors: the expression
// or the zone is malformed, or it never fires.
func Next(spec, zone string, from time.Time, n int) ([]time.Time, error) {
	t, err := parseCron(spec, zone)
	if err != nil {
		return nil, err
	}
	var out []time.Time
	for at := from; len(out) < min(n, maxNext); {
		if at = t.next(at); at.IsZero() {
			break
		}
		out = append(out, at)
	}
	if n > 0 && len(out) == 0 {
		return nil, fmt.Errorf("engine: cron %q never fires", spec)
	}
	return out, nil
}
