package rules

import (
	"encoding/json"
	"fmt"
	"time"
)

// Date is a day of the calendar without a zone. Years 1 to 9999. It is comparable and a valid map key.
type Date struct{ Year, Month, Day int }

// ParseDate reads exactly YYYY-MM-DD; anything else, or a day that does not exist, is an error.
func ParseDate(s string) (Date, error) {
	bad := fmt.Errorf("rules: %q is not a date like 2026-09-30", s)
	if len(s) != 10 || s[4] != '-' || s[7] != '-' {
		return Date{}, bad
	}
	n := func(part string) int {
		v := 0
		for i := 0; i < len(part); i++ {
			c := part[i]
			if c < '0' || c > '9' {
				return -1
			}
			v = v*10 + int(c-'0')
		}
		return v
	}
	d := Date{n(s[0:4]), n(s[5:7]), n(s[8:10])}
	if !d.valid() {
		return Date{}, bad
	}
	return d, nil
}

// DateOf is the day of an instant in a zone; nil means UTC.
func DateOf(t time.Time, zone *time.Location) Date {
	if zone == nil {
		zone = time.UTC
	}
	y, m, d := t.In(zone).Date()
	return Date{y, int(m), d}
}

func (d Date) valid() bool {
	return d.Year >= 1 && d.Year <= 9999 && d.Month >= 1 && d.Month <= 12 && d.Day >= 1 && d.Day <= daysIn(d.Year, d.Month)
}

func daysIn(y, m int) int {
	switch m {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if y%4 == 0 && (y%100 != 0 || y%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}

// String writes YYYY-MM-DD.
func (d Date) String() string { return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day) }

// MarshalJSON writes "YYYY-MM-DD".
func (d Date) MarshalJSON() ([]byte, error) { return json.Marshal(d.String()) }

// UnmarshalJSON reads "YYYY-MM-DD" strictly.
func (d *Date) UnmarshalJSON(raw []byte) error {
	var s string
	if err := json.Unmarshal(raw, &s); err != nil {
		return err
	}
	v, err := ParseDate(s)
	if err != nil {
		return err
	}
	*d = v
	return nil
}

// At is the instant of a clock time on this day in a zone; nil means UTC.
func (d Date) At(hour, minute int, zone *time.Location) time.Time {
	if zone == nil {
		zone = time.UTC
	}
	return time.Date(d.Year, time.Month(d.Month), d.Day, hour, minute, 0, 0, zone)
}

// AddDays moves by n days, negative goes back.
func (d Date) AddDays(n int) Date { return dateOfOrdinal(d.ordinal() + n) }

// AddMonths moves by n months; a day that the month does not have becomes its last day.
func (d Date) AddMonths(n int) Date {
	m := d.Year*12 + d.Month - 1 + n
	y, mm := m/12, m%12+1
	return Date{y, mm, min(d.Day, daysIn(y, mm))}
}

// DaysUntil is the number of days from d to o, negative when o is earlier.
func (d Date) DaysUntil(o Date) int { return o.ordinal() - d.ordinal() }

// Weekday is the day of the week.
func (d Date) Weekday() time.Weekday {
	// 1970-01-01 (ordinal 0) was a Thursday.
	return time.Weekday(((d.ordinal()+4)%7 + 7) % 7)
}

// Compare is -1, 0 or +1 as d is before, the same as or after o.
func (d Date) Compare(o Date) int {
	switch a, b := d.Year*10000+d.Month*100+d.Day, o.Year*10000+o.Month*100+o.Day; {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// ordinal counts days since 1970-01-01 in the proleptic Gregorian calendar (H. Hinnant, days_from_civil).
func (d Date) ordinal() int {
	y := d.Year
	if d.Month <= 2 {
		y--
	}
	era := y / 400
	if y < 0 {
		era = (y - 399) / 400
	}
	yoe := y - era*400
	mp := (d.Month + 9) % 12
	doy := (153*mp+2)/5 + d.Day - 1
	doe := yoe*365 + yoe/4 - yoe/100 + doy
	return era*146097 + doe - 719468
}

func dateOfOrdinal(z int) Date {
	z += 719468
	era := z / 146097
	if z < 0 {
		era = (z - 146096) / 146097
	}
	doe := z - era*146097
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	y := yoe + era*400
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	d := doy - (153*mp+2)/5 + 1
	m := mp + 3
	if mp >= 10 {
		m = mp - 9
	}
	if m <= 2 {
		y++
	}
	return Date{y, m, d}
}
