package rules

import "time"

// The working day that working hours are counted in, in the app's time zone: eight hours without the noon break.
var workSpans = [2][2]int{{9, 12}, {13, 18}}

// Add moves an instant by a duration. Calendar parts move the local clock in zone, so P1D over a change of clocks keeps the
// time of day. Working days (P3BD) move to the same time of day on the n-th following working day; working hours (PT4BH) count only
// 9–12 and 13–18 on working days. A nil calendar means Monday to Friday; a nil zone UTC.
func (d Duration) Add(t time.Time, zone *time.Location, cal Calendar) time.Time {
	if cal == nil {
		cal = weekdays{}
	}
	if zone == nil {
		zone = time.UTC
	}
	if !d.Working() {
		return d.From(t, zone)
	}
	step := 1
	if d.Negative {
		step = -1
	}
	local := t.In(zone)
	day := DateOf(local, zone)
	for left, guard := d.WorkDays, 0; left > 0 && guard < 4000; guard++ {
		day = day.AddDays(step)
		if cal.IsWorkday(day) {
			left--
		}
	}
	if d.WorkDays > 0 {
		local = time.Date(day.Year, time.Month(day.Month), day.Day, local.Hour(), local.Minute(), local.Second(), local.Nanosecond(), zone)
	}
	return addWorkHours(local, time.Duration(d.WorkHours)*time.Hour, step, zone, cal).UTC()
}

// addWorkHours walks through the spans of working days until left is used up.
func addWorkHours(t time.Time, left time.Duration, step int, zone *time.Location, cal Calendar) time.Time {
	for guard := 0; left > 0 && guard < 4000; guard++ {
		day := DateOf(t, zone)
		if cal.IsWorkday(day) {
			for i := range workSpans {
				span := workSpans[i]
				if step < 0 {
					span = workSpans[len(workSpans)-1-i]
				}
				from, to := day.At(span[0], 0, zone), day.At(span[1], 0, zone)
				if step > 0 && t.Before(to) {
					if t.Before(from) {
						t = from
					}
					if room := to.Sub(t); left <= room {
						return t.Add(left)
					} else {
						left -= room
						t = to
					}
				}
				if step < 0 && t.After(from) {
					if t.After(to) {
						t = to
					}
					if room := t.Sub(from); left <= room {
						return t.Add(-left)
					} else {
						left -= room
						t = from
					}
				}
			}
		}
		if step > 0 {
			t = day.AddDays(1).At(0, 0, zone)
		} else {
			t = day.At(0, 0, zone).Add(-time.Nanosecond)
		}
	}
	return t
}
