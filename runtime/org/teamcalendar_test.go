package org

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"pipewright/rules"
	"pipewright/rules/hostile"
)

func dateOf(t *testing.T, text string) rules.Date {
	t.Helper()
	d, err := rules.ParseDate(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// published reads the file of a year as it is published.
func published(t *testing.T, year int) CalendarYear {
	t.Helper()
	raw, err := os.ReadFile(fmt.Sprintf("testdata/calendar/%d.json", year))
	if err != nil {
		t.Fatal(err)
	}
	y, ps := ReadCalendarYear(raw)
	if len(ps) > 0 {
		t.Fatalf("%d: %v", year, ps)
	}
	return y
}

func papers(years ...CalendarYear) *Directory {
	t := TeamCalendar{}
	for _, y := range years {
		t = t.WithYear(y)
	}
	return New(nil, nil).WithCalendars([]TeamCalendar{t})
}

// TestPublishedYears holds the files of three years against what the notices said.
func TestPublishedYears(t *testing.T) {
	t.Parallel()
	cal := papers(published(t, 2024), published(t, 2025), published(t, 2026)).Calendar("", "")
	for _, c := range []struct {
		days  string
		works bool
		why   string
	}{
		{"2024-02-04 2024-02-18 2024-04-07 2024-04-28 2024-05-11 2024-09-14 2024-09-29 2024-10-12", true, "make-up days of 2024"},
		{"2025-01-26 2025-02-08 2025-04-27 2025-09-28 2025-10-11", true, "make-up days of 2025"},
		{"2026-01-04 2026-02-14 2026-02-28 2026-05-09 2026-09-20 2026-10-10", true, "make-up days of 2026"},
		{"2024-02-09 2025-01-27 2026-09-24", true, "the working days beside a holiday"},
		{"2024-02-12 2025-10-08 2026-01-02 2026-02-23 2026-06-19 2026-10-07", false, "weekdays off"},
		{"2024-02-03 2025-02-09 2026-02-22", false, "common weekend days, and one inside a holiday"},
		{"2031-01-01 2031-05-01", true, "a year that nobody has drawn up"},
	} {
		for _, text := range strings.Fields(c.days) {
			if got := cal.IsWorkday(dateOf(t, text)); got != c.works {
				t.Errorf("%s: %s worked: %v", c.why, text, got)
			}
		}
	}
	for year := 2024; year <= 2026; year++ {
		worked, builtIn := 0, 0
		for d := (rules.Date{Year: year, Month: 1, Day: 1}); d.Year == year; d = d.AddDays(1) {
			if cal.IsWorkday(d) {
				worked++
			}
			if cn().IsWorkday(d) {
				builtIn++
			}
		}
		if want := map[int]int{2024: 251, 2025: 248, 2026: 248}[year]; worked != want || builtIn != want {
			t.Errorf("%d has %d working days, the built-in calendar %d, want %d", year, worked, builtIn, want)
		}
	}
}

// TestYearsReachIntoEachOther: what a year's paper says of the December before outweighs that year's own, which is older; what it says of the
// January after does not outweigh that year's own.
func TestYearsReachIntoEachOther(t *testing.T) {
	t.Parallel()
	of := func(year int, days ...CalendarDay) CalendarYear { return CalendarYear{Year: year, Days: days} }
	d := papers(
		of(2022, CalendarDay{Date: dateOf(t, "2022-12-30"), Off: true}, CalendarDay{Date: dateOf(t, "2023-01-02")}, CalendarDay{Date: dateOf(t, "2023-01-03"), Off: true}),
		of(2023, CalendarDay{Date: dateOf(t, "2022-12-30")}, CalendarDay{Date: dateOf(t, "2022-12-31"), Off: true}, CalendarDay{Date: dateOf(t, "2023-01-02"), Off: true}),
		of(2024, CalendarDay{Date: dateOf(t, "2023-12-30")}),
	)
	cal := d.Calendar("", "")
	for text, want := range map[string]bool{"2022-12-30": true, "2022-12-31": false, "2023-01-02": false, "2023-01-03": false, "2023-12-30": true, "2023-12-31": false} {
		if got := cal.IsWorkday(dateOf(t, text)); got != want {
			t.Errorf("%s worked: %v", text, got)
		}
	}
	if got := cal.Unknown(dateOf(t, "2021-12-30"), dateOf(t, "2026-01-01")); !slices.Equal(got, []int{2021, 2025, 2026}) {
		t.Errorf("unknown years %v", got)
	}
}

// TestNearestCalendarCounts: year by year that of the team, of the team above, of the company, and the built-in one.
func TestNearestCalendarCounts(t *testing.T) {
	t.Parallel()
	off := func(year int, date string) TeamCalendar {
		return TeamCalendar{}.WithYear(CalendarYear{Year: year, Days: []CalendarDay{{Date: dateOf(t, date), Off: true}}})
	}
	at := func(team string, c TeamCalendar) TeamCalendar { c.Team = team; return c }
	teams := []Team{{Key: "asia"}, {Key: "gulf", Parent: "asia"}, {Key: "dubai", Parent: "gulf"}, {Key: "north"}, {Key: "round", Parent: "trip"}, {Key: "trip", Parent: "round"}}
	gulf := at("gulf", off(2027, "2027-03-09"))
	gulf.Week = []int{5, 6}
	d := New(nil, teams).WithCalendars([]TeamCalendar{off(2027, "2027-03-08"), gulf, at("round", off(2027, "2027-03-10"))})
	for _, c := range []struct {
		team, day string
		works     bool
	}{
		{"", "2027-03-08", false}, {"", "2027-03-09", true}, {"nowhere", "2027-03-08", false}, {"north", "2027-03-08", false}, {"asia", "2027-03-08", false},
		{"gulf", "2027-03-08", true}, {"gulf", "2027-03-09", false}, {"dubai", "2027-03-09", false}, {"dubai", "2027-03-08", true},
		{"dubai", "2027-03-12", false}, {"dubai", "2027-03-14", true}, {"north", "2027-03-14", false},
		{"dubai", "2026-10-01", false}, {"dubai", "2026-10-10", true}, {"", "2026-10-10", true},
		{"trip", "2027-03-10", false}, {"round", "2027-03-10", false},
	} {
		if got := d.Calendar("CN", c.team).IsWorkday(dateOf(t, c.day)); got != c.works {
			t.Errorf("%s in team %q worked: %v", c.day, c.team, got)
		}
	}
	if _, place, ok := d.YearOf("dubai", 2027); !ok || place != "gulf" {
		t.Errorf("dubai's 2027 is from %q", place)
	}
	if days, place := d.RestDays("dubai"); place != "gulf" || !slices.Equal(days, []int{5, 6}) {
		t.Errorf("dubai rests on %v from %q", days, place)
	}
	if got := d.OwnCalendars(); len(got) != 3 || got[0].Team != "" {
		t.Errorf("own calendars %v", got)
	}
	moved := New(nil, append(slices.Clone(teams[:3]), Team{Key: "north", Parent: "gulf"})).WithCalendars(d.OwnCalendars())
	plain := New(nil, teams).WithCalendars(nil)
	if moved.CalendarsDigest() == d.CalendarsDigest() || plain.CalendarsDigest() != "" || plain.Calendar("CN", "gulf") != cn() {
		t.Error("the digest does not tell who goes by what")
	}
	var none *Directory
	if none.Calendar("CN", "x") != cn() || none.Calendar("XX", "") != nil {
		t.Error("no directory has another calendar than the built-in one")
	}
}

func TestCalendarYearsAreEdited(t *testing.T) {
	t.Parallel()
	y, ok := BuiltInYear("CN", 2026)
	if !ok || len(y.Days) != 39 {
		t.Fatalf("the built-in 2026 has %d days", len(y.Days))
	}
	c := TeamCalendar{}.WithYear(y)
	c = c.WithYear(CalendarYear{Year: 2025, Days: []CalendarDay{{Date: dateOf(t, "2025-05-02")}, {Date: dateOf(t, "2025-05-01"), Off: true}}})
	if len(c.Years) != 2 || c.Years[0].Year != 2025 || c.Years[0].Days[0].Date.Day != 1 {
		t.Errorf("years are not in order: %+v", c.Years)
	}
	if c = c.WithoutYear(2026); len(c.Years) != 1 {
		t.Errorf("2026 is still there: %+v", c.Years)
	}
	if _, ok := BuiltInYear("CN", 2099); ok {
		t.Error("a year that is not built in was found")
	}
}

func TestCalendarFileRefused(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ file, path, code string }{
		{`{`, "", "shape.syntax"},
		{`{"days":[]}`, "/year", "required"},
		{`{"year":2027,"days":[]}`, "/days", "required"},
		{`{"year":1927,"days":[{"name":"x","date":"1927-01-01","isOffDay":true}]}`, "/year", "field.invalid"},
		{`{"year":2027,"days":[{"name":"x","date":"2027-02-30","isOffDay":true}]}`, "/days/0/date", "field.invalid"},
		{`{"year":2027,"days":[{"name":"x","date":"2027-02-03"}]}`, "/days/0/isOffDay", "required"},
		{`{"year":2027,"days":[{"name":"x","date":"2027-02-03","isOffday":true}]}`, "/days/0/isOffday", ""},
		{`{"year":2027,"days":[{"name":"x","date":"2026-11-30","isOffDay":true}]}`, "/days/0/date", "field.invalid"},
		{`{"year":2027,"days":[{"name":"x","date":"2028-02-01","isOffDay":true}]}`, "/days/0/date", "field.invalid"},
		{`{"year":2027,"days":[{"name":"x","date":"2027-02-01","isOffDay":true},{"name":"y","date":"2027-02-01","isOffDay":false}]}`, "/days/1/date", "key.duplicate"},
		{`{"year":2027,"days":[{"name":"` + strings.Repeat("节", 41) + `","date":"2027-02-01","isOffDay":true}]}`, "/days/0/name", "field.invalid"},
		{`[]`, "", ""},
	} {
		_, ps := ReadCalendarYear([]byte(c.file))
		if len(ps) == 0 || ps[0].Path != c.path || c.code != "" && ps[0].Code != c.code {
			t.Errorf("%s: %+v", c.file, ps)
			continue
		}
		for _, lang := range rules.Languages {
			if ps[0].Message[lang] == "" {
				t.Errorf("%s says nothing in %s", c.file, lang)
			}
		}
	}
	if _, ps := ReadCalendarYear([]byte(`{"$schema":"s","$id":"i","year":2027,"papers":["p"],"days":[{"name":"元旦","date":"2026-12-31","isOffDay":true}]}`)); len(ps) > 0 {
		t.Errorf("a published file is refused: %v", ps)
	}
	for _, week := range [][]int{{}, {0}, {8}, {6, 6}, {7, 6}, {1, 2, 3, 4, 5, 6, 7}} {
		if len(CheckWeek(week)) == 0 {
			t.Errorf("the week %v is taken", week)
		}
	}
	if len(CheckWeek(nil))+len(CheckWeek([]int{5, 6})) > 0 {
		t.Error("a sound week is refused")
	}
}

func FuzzCalendarFile(f *testing.F) {
	raw, err := os.ReadFile("testdata/calendar/2026.json")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(raw)
	f.Add([]byte(`{"year":2027,"days":[{"name":"x","date":"2027-02-03","isOffDay":true}]}`))
	for _, s := range hostile.Texts() {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		var y CalendarYear
		var ps []rules.Problem
		hostile.Within(t, len(raw), func() { y, ps = ReadCalendarYear(raw) })
		if len(ps) > 0 {
			return
		}
		cal := papers(y).Calendar("CN", "")
		for _, d := range y.Days {
			if d.Date.Year == y.Year && cal.IsWorkday(d.Date) == d.Off {
				t.Fatalf("%s is read otherwise than written", d.Date)
			}
		}
		rules.Duration{WorkDays: 5}.Add(time.Date(y.Year, 1, 1, 0, 0, 0, 0, time.UTC), nil, cal)
	})
}
