package rules

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Duration is an ISO 8601 duration, with working days (P3BD) and working hours (PT4BH) beside calendar time. Calendar
// and working time do not mix in one duration. Weeks are read as seven days. All counts are 0 to 99999.
type Duration struct {
	Negative                                     bool
	Years, Months, Days, Hours, Minutes, Seconds int
	WorkDays, WorkHours                          int
}

// ParseDuration reads P1Y2M3W4DT5H6M7S, P3BD or PT4BH, with an optional leading minus; anything else is an error.
func ParseDuration(s string) (Duration, error) {
	bad := fmt.Errorf("rules: %q is not a duration like P3D, PT4H, P3BD or PT4BH", s)
	var d Duration
	rest := s
	if strings.HasPrefix(rest, "-") {
		d.Negative, rest = true, rest[1:]
	}
	if !strings.HasPrefix(rest, "P") || len(rest) > 40 {
		return Duration{}, bad
	}
	rest = rest[1:]
	const order = "Y M W D BD T TH TM TS TBH"
	last, inTime, any := -1, false, false
	for rest != "" {
		if rest[0] == 'T' {
			if inTime || len(rest) == 1 {
				return Duration{}, bad
			}
			inTime, rest = true, rest[1:]
			continue
		}
		i := 0
		for i < len(rest) && rest[i] >= '0' && rest[i] <= '9' {
			i++
		}
		n, err := strconv.Atoi(rest[:i])
		if i == 0 || i > 5 || err != nil || i == len(rest) {
			return Duration{}, bad
		}
		unit := rest[i : i+1]
		if unit == "B" && i+1 < len(rest) {
			unit = rest[i : i+2]
		}
		rest = rest[i+len(unit):]
		if inTime {
			unit = "T" + unit
		}
		at := -1
		for j, u := range strings.Fields(order) {
			if u == unit && u != "T" {
				at = j
			}
		}
		if at <= last {
			return Duration{}, bad
		}
		last, any = at, true
		switch unit {
		case "Y":
			d.Years = n
		case "M":
			d.Months = n
		case "W":
			d.Days += 7 * n
		case "D":
			d.Days += n
		case "BD":
			d.WorkDays = n
		case "TH":
			d.Hours = n
		case "TM":
			d.Minutes = n
		case "TS":
			d.Seconds = n
		case "TBH":
			d.WorkHours = n
		}
	}
	if !any || d.Working() && (d.Years|d.Months|d.Days|d.Hours|d.Minutes|d.Seconds) != 0 {
		return Duration{}, bad
	}
	return d, nil
}

// Working says whether the duration counts working time, which needs a working calendar.
func (d Duration) Working() bool { return d.WorkDays != 0 || d.WorkHours != 0 }

// IsZero says whether nothing is counted.
func (d Duration) IsZero() bool { d.Negative = false; return d == Duration{} }

// String writes the canonical ISO form; P0D for zero.
func (d Duration) String() string {
	if d.IsZero() {
		return "P0D"
	}
	var b strings.Builder
	if d.Negative {
		b.WriteByte('-')
	}
	b.WriteByte('P')
	put := func(n int, unit string) {
		if n != 0 {
			b.WriteString(strconv.Itoa(n) + unit)
		}
	}
	put(d.Years, "Y")
	put(d.Months, "M")
	put(d.Days, "D")
	put(d.WorkDays, "BD")
	if d.Hours|d.Minutes|d.Seconds|d.WorkHours != 0 {
		b.WriteByte('T')
		put(d.Hours, "H")
		put(d.Minutes, "M")
		put(d.Seconds, "S")
		put(d.WorkHours, "BH")
	}
	return b.String()
}

// Half is half of a duration: what does not divide goes over into the next smaller unit (a working day is eight hours, a month thirty
// days); half an hour of working time counts as a whole one, half a second as none.
func (d Duration) Half() Duration {
	h := Duration{Negative: d.Negative, Years: d.Years / 2, WorkDays: d.WorkDays / 2, WorkHours: (d.WorkHours + d.WorkDays%2*8 + 1) / 2}
	months := d.Months + d.Years%2*12
	days := d.Days + months%2*30
	hours := d.Hours + days%2*24
	minutes := d.Minutes + hours%2*60
	h.Months, h.Days, h.Hours, h.Minutes, h.Seconds = months/2, days/2, hours/2, minutes/2, (d.Seconds+minutes%2*60)/2
	return h
}

// Plus adds a duration of the same kind and sign, unit by unit.
func (d Duration) Plus(o Duration) Duration {
	d.Years, d.Months, d.Days = d.Years+o.Years, d.Months+o.Months, d.Days+o.Days
	d.Hours, d.Minutes, d.Seconds = d.Hours+o.Hours, d.Minutes+o.Minutes, d.Seconds+o.Seconds
	d.WorkDays, d.WorkHours = d.WorkDays+o.WorkDays, d.WorkHours+o.WorkHours
	return d
}

// From adds calendar time to an instant: years, months and days on the wall clock of the zone, then hours, minutes and
// seconds. Working time is not added here: see the working calendars of runtime/org.
func (d Duration) From(t time.Time, zone *time.Location) time.Time {
	if zone == nil {
		zone = time.UTC
	}
	sign := 1
	if d.Negative {
		sign = -1
	}
	if d.Years|d.Months|d.Days != 0 {
		local := t.In(zone)
		day := DateOf(local, zone).AddMonths(sign * (d.Years*12 + d.Months)).AddDays(sign * d.Days)
		t = time.Date(day.Year, time.Month(day.Month), day.Day, local.Hour(), local.Minute(), local.Second(), local.Nanosecond(), zone)
	}
	clock := time.Duration(d.Hours)*time.Hour + time.Duration(d.Minutes)*time.Minute + time.Duration(d.Seconds)*time.Second
	return t.Add(time.Duration(sign) * clock).UTC()
}

// MarshalJSON writes the canonical ISO text.
func (d Duration) MarshalJSON() ([]byte, error) { return json.Marshal(d.String()) }

// UnmarshalJSON reads an ISO text strictly.
func (d *Duration) UnmarshalJSON(raw []byte) error {
	var s string
	if err := json.Unmarshal(raw, &s); err != nil {
		return err
	}
	v, err := ParseDuration(s)
	if err != nil {
		return err
	}
	*d = v
	return nil
}

// UnmarshalStrict reads a duration and reports a mistake at its path (see package strict).
func (d *Duration) UnmarshalStrict(raw json.RawMessage, path string) []Problem {
	if err := d.UnmarshalJSON(raw); err != nil {
		return []Problem{Errorf(path, "shape.type", Say(
			"这里应是一段时长，如 P3D（3 天）、PT4H（4 小时）、P3BD（3 个工作日）、PT4BH（4 个工作小时）",
			"這裡應是一段時長，如 P3D（3 天）、PT4H（4 小時）、P3BD（3 個工作日）、PT4BH（4 個工作小時）",
			"A duration is expected here, such as P3D (3 days), PT4H (4 hours), P3BD (3 working days), PT4BH (4 working hours)"))}
	}
	return nil
}
