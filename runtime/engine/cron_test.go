package engine

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pipewright/rules/hostile"
)

func TestNext(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, spec, zone, from string
		want                   string
	}{
		{"working days", "0 9 * * 1-5", "Asia/Shanghai", "2026-11-20T02:00:00Z", "2026-11-23T01:00:00Z 2026-11-24T01:00:00Z"},
		{"exactly now is not after", "0 9 * * *", "Asia/Shanghai", "2026-11-20T01:00:00Z", "2026-11-21T01:00:00Z"},
		// New York springs forward 2026-03-08 02:00 EST → 03:00 EDT.
		{"skipped time fires at the end of the gap", "30 2 * * *", "America/New_York", "2026-03-07T08:00:00Z", "2026-03-08T07:00:00Z 2026-03-09T06:30:00Z"},
		{"two skipped times fire once", "0,30 2 * * *", "America/New_York", "2026-03-08T00:00:00Z", "2026-03-08T07:00:00Z 2026-03-09T06:00:00Z"},
		{"gap and a fire at its end are one", "30 2,3 * * *", "America/New_York", "2026-03-08T00:00:00Z", "2026-03-08T07:00:00Z 2026-03-08T07:30:00Z"},
		{"every half hour is real time over the gap", "*/30 * * * *", "America/New_York", "2026-03-08T06:15:00Z", "2026-03-08T06:30:00Z 2026-03-08T07:00:00Z 2026-03-08T07:30:00Z"},
		// Falls back 2026-11-01 02:00 EDT → 01:00 EST.
		{"repeated time fires the first time only", "30 1 * * *", "America/New_York", "2026-11-01T00:00:00Z", "2026-11-01T05:30:00Z 2026-11-02T06:30:00Z"},
		{"asked between the two", "30 1 * * *", "America/New_York", "2026-11-01T05:45:00Z", "2026-11-02T06:30:00Z"},
		{"asked in the second pass", "45 1 * * *", "America/New_York", "2026-11-01T06:30:00Z", "2026-11-02T06:45:00Z"},
		{"every half hour is real time over the repeat", "*/30 * * * *", "America/New_York", "2026-11-01T05:15:00Z", "2026-11-01T05:30:00Z 2026-11-01T06:00:00Z 2026-11-01T06:30:00Z 2026-11-01T07:00:00Z"},
		// Lord Howe moves by half an hour: 2026-10-04 02:00 → 02:30.
		{"half-hour gap", "15 2 * * *", "Australia/Lord_Howe", "2026-10-03T00:00:00Z", "2026-10-03T15:30:00Z 2026-10-04T15:15:00Z"},
		// São Paulo skipped midnight itself: 2018-11-04 00:00 → 01:00.
		{"midnight skipped", "0 0 * * *", "America/Sao_Paulo", "2018-11-03T12:00:00Z", "2018-11-04T03:00:00Z 2018-11-05T02:00:00Z"},
		// Samoa skipped a whole day, 2011-12-30.
		{"day skipped", "0 9 * * *", "Pacific/Apia", "2011-12-29T12:00:00Z", "2011-12-29T19:00:00Z 2011-12-30T10:00:00Z 2011-12-30T19:00:00Z"},
		{"leap day", "0 0 29 2 *", "UTC", "2026-01-01T00:00:00Z", "2028-02-29T00:00:00Z"},
		{"no zone is UTC", "0 0 * * *", "", "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"},
	} {
		from, err := time.Parse(time.RFC3339, c.from)
		if err != nil {
			t.Fatal(err)
		}
		want := strings.Fields(c.want)
		got, err := Next(c.spec, c.zone, from, len(want))
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		var texts []string
		for _, at := range got {
			texts = append(texts, at.Format(time.RFC3339))
		}
		if strings.Join(texts, " ") != c.want {
			t.Errorf("%s: got %s, want %s", c.name, strings.Join(texts, " "), c.want)
		}
	}
}

func TestCronRefused(t *testing.T) {
	t.Parallel()
	for _, spec := range []string{
		"", "* * * *", "* * * * * *", "60 * * * *", "TZ=UTC 0 9 * * *", "TZ=", "CRON_TZ=Asia/Shanghai", "@daily", "@every 1s",
		"0 0 30 2 *", "a b c d e", strings.Repeat("1,", 200) + "1 * * * *", "-1 * * * *", "0 9 * * mon-",
	} {
		if got, err := Next(spec, "UTC", time.Unix(0, 0), 1); err == nil {
			t.Errorf("%q: taken, fires %v", spec, got)
		}
	}
	for _, zone := range []string{"Nowhere/Here", "Local", "../etc/passwd"} {
		if _, err := Next("0 9 * * *", zone, time.Unix(0, 0), 1); err == nil {
			t.Errorf("zone %q: taken", zone)
		}
	}
}

func FuzzNext(f *testing.F) {
	f.Add("0 9 * * 1-5", "Asia/Shanghai", int64(1790000000))
	f.Add("*/5 * * * *", "America/New_York", int64(0))
	f.Add("TZ=", "", int64(-1))
	for _, s := range hostile.Texts() {
		f.Add(s, "Asia/Shanghai", int64(0))
		f.Add("0 9 * * 1", s, int64(0))
	}
	f.Fuzz(func(t *testing.T, spec, zone string, from int64) {
		start := time.Unix(from%(1<<33), 0)
		var ats []time.Time
		var err error
		hostile.Within(t, len(spec)+len(zone), func() { ats, err = Next(spec, zone, start, 3) })
		if err != nil {
			return
		}
		for _, at := range ats {
			if !at.After(start) {
				t.Fatalf("%q: %v is not after %v", spec, at, start)
			}
			start = at
		}
	})
}

// oracleSpec is a schedule, and the readings of a clock at which it is to fire.
type oracleSpec struct {
	spec string
	due  func(reading time.Time) bool
}

// oracle steps through a span minute by minute and tells what each schedule is to do: a reading fires when the zone's clock
// comes to it or past it for the first time. So one that the clock skips fires at the end of the gap, one that it shows twice
// fires the first time only, and readings skipped together fire once.
func oracle(zone *time.Location, from, to time.Time, specs []oracleSpec) [][]time.Time {
	wall := func(at time.Time) time.Time {
		l := at.In(zone)
		y, mo, d := l.Date()
		h, mi, _ := l.Clock()
		return time.Date(y, mo, d, h, mi, 0, 0, time.UTC)
	}
	out := make([][]time.Time, len(specs))
	furthest := wall(from.Add(-time.Minute))
	for at := from; at.Before(to); at = at.Add(time.Minute) {
		now := wall(at)
		if !now.After(furthest) {
			continue
		}
		for i, s := range specs {
			for r := furthest.Add(time.Minute); !r.After(now); r = r.Add(time.Minute) {
				if s.due(r) {
					out[i] = append(out[i], at)
					break
				}
			}
		}
		furthest = now
	}
	return out
}

// TestDaylightSaving compares the fires of schedules with the oracle, in zones of every kind of change, over ten years.
func TestDaylightSaving(t *testing.T) {
	t.Parallel()
	zones := []string{"America/New_York", "America/Sao_Paulo", "Europe/London", "Europe/Berlin", "Africa/Casablanca", "Asia/Shanghai", "Asia/Kathmandu",
		"Asia/Tehran", "Australia/Lord_Howe", "Australia/Adelaide", "America/St_Johns", "Asia/Gaza"}
	at := func(hour, minute int, days func(time.Time) bool) func(time.Time) bool {
		return func(r time.Time) bool { return r.Minute() == minute && r.Hour() == hour && (days == nil || days(r)) }
	}
	specs := []oracleSpec{
		{"0 9 * * 1-5", at(9, 0, func(r time.Time) bool { return r.Weekday() >= time.Monday && r.Weekday() <= time.Friday })},
		{"30 2 * * *", at(2, 30, nil)},
		{"0 2 * * *", at(2, 0, nil)},
		{"30 1 * * *", at(1, 30, nil)},
		{"15 3 * * 0", at(3, 15, func(r time.Time) bool { return r.Weekday() == time.Sunday })},
		{"0 0 * * *", at(0, 0, nil)},
		{"30 0,2 * * *", func(r time.Time) bool { return r.Minute() == 30 && (r.Hour() == 0 || r.Hour() == 2) }},
		{"0 1-3 1 * *", func(r time.Time) bool { return r.Minute() == 0 && r.Day() == 1 && r.Hour() >= 1 && r.Hour() <= 3 }},
	}
	years := 10
	if testing.Short() {
		years = 1
	}
	from := time.Date(2016, 1, 1, 0, 0, 0, 0, time.UTC)
	to := from.AddDate(years, 0, 0)
	for _, name := range zones {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			zone, err := time.LoadLocation(name)
			if err != nil {
				t.Fatal(err)
			}
			for i, want := range oracle(zone, from, to, specs) {
				table, err := parseCron(specs[i].spec, name)
				if err != nil {
					t.Fatal(err)
				}
				var got []time.Time
				for next := table.next(from.Add(-time.Minute)); next.Before(to); next = table.next(next) {
					got = append(got, next)
				}
				if len(want) < years || !slices.EqualFunc(got, want, time.Time.Equal) {
					n := 0
					for n < min(len(got), len(want)) && got[n].Equal(want[n]) {
						n++
					}
					t.Errorf("%s: %d fires, the oracle has %d; they part after %d: %v, %v", specs[i].spec, len(got), len(want), n, got[n:min(n+1, len(got))], want[n:min(n+1, len(want))])
				}
			}
		})
	}
}
