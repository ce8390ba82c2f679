package server

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"pipewright/forms"
	"pipewright/rules"
	"pipewright/runtime/engine"
	"pipewright/runtime/org"
)

// calendarWire is a calendar that the organisation has drawn up: the company's, or a team's.
type calendarWire struct {
	// Team is empty for the company.
	Team string `json:"team"`
	// Week are its days of rest, 1 for Monday to 7 for Sunday; null as above it.
	Week  []int   `json:"week"`
	Years []int   `json:"years"`
	By    *mini   `json:"by"`
	At    instant `json:"at"`
	// Version is what a change of it names.
	Version int64 `json:"version"`
}

type calendarsOut struct {
	Items []calendarWire `json:"items"`
	// BuiltIn are the years that are known without anybody entering them.
	BuiltIn []int `json:"builtIn"`
	// Missing are the years that ought to be known and are not: this one, and from November on the next.
	Missing []int `json:"missing"`
	// Recounting is how many jobs that set timers by a changed calendar are still to be done.
	Recounting int `json:"recounting"`
}

// movesOut is what a change would move: so many records, and so many of their timers and dues. More: at least so many.
type movesOut struct {
	Records int  `json:"records"`
	Timers  int  `json:"timers"`
	More    bool `json:"more"`
}

type calendarDay struct {
	Name string `json:"name"`
	Date string `json:"date"`
	Off  bool   `json:"isOffDay"`
}

// yearOut is what a team goes by in a year.
type yearOut struct {
	Team string `json:"team"`
	Year int    `json:"year"`
	// Source tells where the days are from: own, inherited (of From: a team, or empty for the company), builtIn, or missing.
	Source string        `json:"source"`
	From   string        `json:"from"`
	Days   []calendarDay `json:"days"`
	// Off are all days of the year that are not worked, those of rest included; neighbouring years have their say.
	Off []string `json:"off"`
	// Week are the days of rest it goes by, and WeekOwn whether they are its own.
	Week    []int `json:"week"`
	WeekOwn bool  `json:"weekOwn"`
	Version int64 `json:"version"`
	// Moves is what the change would move, in the answer to a preview.
	Moves *movesOut `json:"moves,omitempty"`
}

func (s *Server) getCalendars(c *call) (any, error) {
	name, err := s.Engine.BuiltInCalendar(c.ctx())
	if err != nil {
		return nil, err
	}
	missing, err := s.Engine.MissingYears(c.ctx())
	if err != nil {
		return nil, err
	}
	builtIn, _ := org.NamedCalendar(name)
	out := calendarsOut{Items: []calendarWire{}, BuiltIn: list(builtIn.Years()), Missing: list(missing)}
	if out.Recounting, err = s.Engine.Recounting(c.ctx()); err != nil {
		return nil, err
	}
	for _, t := range c.dir.OwnCalendars() {
		w := calendarWire{Team: t.Team, Week: t.Week, Years: []int{}, By: c.mini(t.By), At: instant(t.At), Version: t.Ver}
		for _, y := range t.Years {
			w.Years = append(w.Years, y.Year)
		}
		out.Items = append(out.Items, w)
	}
	return out, nil
}

// place reads ?team, "" for the company. Errors: 404 for a team that is not there.
func (c *call) place() (string, error) {
	team := c.Query("team")
	if _, ok := c.dir.Team(team); team != "" && !ok {
		return "", errNotFound
	}
	return team, nil
}

func (c *call) whole(name string) (int64, error) {
	n, err := strconv.ParseInt(c.Query(name), 10, 32)
	if err != nil || n < 0 {
		msg := rules.Say("{name} 应是整数", "{name} 應是整數", "{name} must be a whole number", "name", name)
		return 0, badRequest(msg, rules.Errorf("/"+name, "field.invalid", msg))
	}
	return n, nil
}

// getCalendarYear is a year of ?team, or of the company, as it counts there.
func (s *Server) getCalendarYear(c *call) (any, error) {
	team, err := c.place()
	if err != nil {
		return nil, err
	}
	year, err := c.whole("year")
	if err != nil {
		return nil, err
	}
	return s.calendarYear(c, c.dir, team, int(year))
}

func (s *Server) calendarYear(c *call, dir *org.Directory, team string, year int) (*yearOut, error) {
	name, err := s.Engine.BuiltInCalendar(c.ctx())
	if err != nil {
		return nil, err
	}
	if year < 1970 || year > 2200 {
		return nil, errNotFound
	}
	out := &yearOut{Team: team, Year: year, Source: "missing", Days: []calendarDay{}, Off: []string{}, Version: dir.OwnCalendar(team).Ver}
	y, from, found := dir.YearOf(team, year)
	switch {
	case found && from == team:
		out.Source = "own"
	case found:
		out.Source, out.From = "inherited", from
	default:
		if y, found = org.BuiltInYear(name, year); found || name == "" {
			out.Source = "builtIn"
		}
	}
	for _, d := range y.Days {
		out.Days = append(out.Days, calendarDay{d.Name, d.Date.String(), d.Off})
	}
	cal := dir.Calendar(name, team)
	for d := (rules.Date{Year: year, Month: 1, Day: 1}); d.Year == year; d = d.AddDays(1) {
		if !cal.IsWorkday(d) {
			out.Off = append(out.Off, d.String())
		}
	}
	var weekOf string
	out.Week, weekOf = dir.RestDays(team)
	out.WeekOwn = weekOf == team && dir.OwnCalendar(team).Week != nil
	return out, nil
}

// changing is the calendar of ?team at the ?version that the caller has seen, and what becomes of it.
func (c *call) changing(become func(org.TeamCalendar) org.TeamCalendar) (engine.CalendarChange, error) {
	team, err := c.place()
	if err != nil {
		return engine.CalendarChange{}, err
	}
	ver, err := c.whole("version")
	return engine.CalendarChange{Team: team, Ver: ver, Become: become}, err
}

// putCalendarYear takes the file of a year, as it is published, for ?team or the company.
func (s *Server) putCalendarYear(c *call) (any, error) {
	raw, err := c.body()
	if err != nil {
		return nil, err
	}
	y, ps := org.ReadCalendarYear(raw)
	if len(ps) > 0 {
		return nil, badRequest(rules.Say("日历文件不对：{why}", "行事曆檔案不對：{why}", "The calendar file is not right: {why}", "why", ps[0].Message), ps...)
	}
	if want := c.Query("year"); want != "" && want != strconv.Itoa(y.Year) {
		msg := rules.Say("这里要 {want} 年的日历，文件写的是 {year} 年", "這裡要 {want} 年的行事曆，檔案寫的是 {year} 年", "The calendar of {want} is wanted here, and the file says {year}", "want", want, "year", strconv.Itoa(y.Year))
		return nil, badRequest(msg, rules.Errorf("/year", "field.invalid", msg))
	}
	return s.saveCalendar(c, y.Year, func(t org.TeamCalendar) org.TeamCalendar { return t.WithYear(y) })
}

// deleteCalendarYear has a year be as above it again.
func (s *Server) deleteCalendarYear(c *call) (any, error) {
	year, err := c.whole("year")
	if err != nil {
		return nil, err
	}
	return s.saveCalendar(c, int(year), func(t org.TeamCalendar) org.TeamCalendar { return t.WithoutYear(int(year)) })
}

type weekIn struct {
	// Week are the days of rest, 1 for Monday to 7 for Sunday; null as above it.
	Week *[]int `json:"week"`
}

func (s *Server) putCalendarWeek(c *call) (any, error) {
	var in weekIn
	if err := c.bind(&in); err != nil {
		return nil, err
	}
	var week []int
	if in.Week != nil {
		week = *in.Week
		slices.Sort(week)
	}
	year := rules.DateOf(s.Now(), c.dir.Zone()).Year
	if text := c.Query("year"); text != "" {
		n, err := c.whole("year")
		if err != nil {
			return nil, err
		}
		year = int(n)
	}
	return s.saveCalendar(c, year, func(t org.TeamCalendar) org.TeamCalendar { t.Week = week; return t })
}

// saveCalendar keeps a calendar and answers the year as it counts then; with ?preview=true it only says what that would move.
func (s *Server) saveCalendar(c *call, year int, become func(org.TeamCalendar) org.TeamCalendar) (any, error) {
	change, err := c.changing(become)
	if err != nil {
		return nil, err
	}
	if c.Query("preview") == "true" {
		m, err := s.Engine.PreviewCalendar(c.ctx(), c.user.ID, change)
		if err != nil {
			return nil, err
		}
		year, err := s.calendarYear(c, c.dir, change.Team, year)
		if err != nil {
			return nil, err
		}
		year.Moves = &movesOut{m.Records, m.Timers, m.More}
		return year, nil
	}
	if err := s.Engine.SaveCalendar(c.ctx(), c.user.ID, change); err != nil {
		return nil, err
	}
	dir, err := s.Engine.Directory(c.ctx())
	if err != nil {
		return nil, err
	}
	return s.calendarYear(c, dir, change.Team, year)
}

type companyIn struct {
	Name     *string `json:"name"`
	Timezone *string `json:"timezone"`
	// Language is that of people who are added from now on, Currency that of apps made from now on.
	Language *string `json:"language"`
	Currency *string `json:"currency"`
}

// patchCompany changes what the company is called, where it is, and what those begin with who come after.
func (s *Server) patchCompany(c *call) (any, error) {
	var in companyIn
	if err := c.bind(&in); err != nil {
		return nil, err
	}
	co, ok, err := s.company(c.ctx())
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, errNotFound
	}
	if in.Name != nil {
		if co.Name = strings.TrimSpace(*in.Name); co.Name == "" || len([]rune(co.Name)) > 100 {
			msg := rules.Say("公司名称要写 1 到 100 字", "公司名稱要寫 1 到 100 字", "The company's name has 1 to 100 characters")
			return nil, refuse(http.StatusBadRequest, "bad.request", msg, rules.Errorf("/name", "field.invalid", msg))
		}
	}
	if in.Language != nil {
		if co.Language = *in.Language; checkLanguage(co.Language) != nil {
			return nil, checkLanguage(co.Language)
		}
	}
	if in.Currency != nil {
		co.Currency = strings.ToUpper(strings.TrimSpace(*in.Currency))
		if _, known := forms.CurrencyScale(co.Currency); !known {
			msg := rules.Say("没有货币“{code}”，应写如 CNY", "沒有貨幣「{code}」，應寫如 CNY", "There is no currency “{code}”; write one like CNY", "code", co.Currency)
			return nil, badRequest(msg, rules.Errorf("/currency", "ref.unknown", msg))
		}
	}
	if in.Timezone != nil {
		co.Timezone = strings.TrimSpace(*in.Timezone)
	}
	return co, s.keepCompany(c.ctx(), co)
}
