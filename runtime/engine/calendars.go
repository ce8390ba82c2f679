package engine

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"pipewright/rules"
	"pipewright/runtime/org"
	"pipewright/runtime/store"
)

// The calendars that the organisation has drawn up are one document that every node watches, so that a change of one is whole or is not,
// and the version that tells of it is that of the document itself. The company's time zone is another.

const (
	calendarsID = "calendars"
	zoneID      = "zone"
	// defaultZone is where a company is that has not said otherwise.
	defaultZone = "Asia/Shanghai"
	// maxCalendars and maxCalendarYears bound the document.
	maxCalendars     = 60
	maxCalendarYears = 12
)

// keptCalendar is a calendar with the version that whoever changes it has to name.
type keptCalendar struct {
	org.TeamCalendar
	Ver int64 `json:"ver"`
}

type keptCalendars struct {
	Items []keptCalendar `json:"items"`
}

func (k *keptCalendars) list() []org.TeamCalendar {
	out := make([]org.TeamCalendar, len(k.Items))
	for i, it := range k.Items {
		out[i] = it.TeamCalendar
		out[i].Ver = it.Ver
	}
	return out
}

// readCalendars reads all calendars and the version of their document, 0 when there is none.
func (e *Engine) readCalendars(ctx context.Context) (k keptCalendars, ver int64, err error) {
	d, err := e.store.Get(ctx, collLeases, calendarsID)
	if errors.Is(err, store.ErrNotFound) {
		return k, 0, nil
	}
	if err != nil {
		return k, 0, err
	}
	return k, d.Ver, json.Unmarshal(d.Body, &k)
}

// CalendarChange is a change of the calendar of a team, or of the company where Team is empty.
type CalendarChange struct {
	Team string
	// Ver is the version of it that whoever changes it has seen, 0 for none.
	Ver int64
	// Become makes of the calendar as it is what it is to be.
	Become func(org.TeamCalendar) org.TeamCalendar
}

// apply changes the list, which is that of the document. next is the calendar as it becomes.
func (c *CalendarChange) apply(k *keptCalendars, user string, at time.Time) (next *keptCalendar, err error) {
	i := slices.IndexFunc(k.Items, func(it keptCalendar) bool { return it.Team == c.Team })
	if i < 0 {
		i = len(k.Items)
		k.Items = append(k.Items, keptCalendar{TeamCalendar: org.TeamCalendar{Team: c.Team}})
	}
	next = &k.Items[i]
	if next.Ver != c.Ver {
		return next, reject("calendar.changed", rules.Say("这个日历刚被别人改过，本次没有保存：请刷新后再试", "這個行事曆剛被別人改過，本次沒有儲存：請重新整理後再試",
			"Somebody has just changed this calendar; nothing was saved. Reload and try again"))
	}
	next.TeamCalendar, next.Ver = c.Become(next.TeamCalendar), c.Ver+1
	next.Team, next.By, next.At = c.Team, user, at
	if len(k.Items) > maxCalendars {
		return next, badRequest(rules.Say("最多 {n} 个日历", "最多 {n} 個行事曆", "There may be at most {n} calendars", "n", maxCalendars))
	}
	return next, checkCalendar(&next.TeamCalendar)
}

// SaveCalendar changes a calendar in the name of user. The open timers of the records that go by it are set anew soon after, by a job.
// Errors: *process.Rejection when the team is unknown, the calendar makes no sense, or somebody has changed it meanwhile.
func (e *Engine) SaveCalendar(ctx context.Context, user string, c CalendarChange) error {
	if err := e.checkPlace(ctx, c.Team); err != nil {
		return err
	}
	at, unsure := e.instant(), false
	for range maxTries {
		k, ver, err := e.readCalendars(ctx)
		if err != nil {
			return err
		}
		next, err := c.apply(&k, user, at)
		if err != nil {
			if unsure && next.Ver == c.Ver+1 && next.By == user && next.At.Equal(at) {
				e.forgetPeople() // an attempt whose outcome was not known has got through
				return nil
			}
			return err
		}
		body, err := marshal(k)
		if err != nil {
			return err
		}
		d := store.Doc{ID: calendarsID, Ver: ver + 1, Cols: map[string]any{"kind": "version"}, Body: body}
		if ver == 0 {
			err = e.store.Insert(ctx, collLeases, d)
		} else {
			err = e.store.Replace(ctx, collLeases, d, ver)
		}
		if err == nil {
			e.forgetPeople()
			return nil
		}
		if !errors.Is(err, store.ErrConflict) && !errors.Is(err, store.ErrExists) && !errors.Is(err, store.ErrNotFound) && !errors.Is(err, store.ErrUnknown) {
			return err
		}
		unsure = unsure || errors.Is(err, store.ErrUnknown)
	}
	return conflict()
}

func (e *Engine) checkPlace(ctx context.Context, team string) error {
	dir, err := e.Directory(ctx)
	if err != nil {
		return err
	}
	if _, ok := dir.Team(team); team != "" && !ok {
		msg := rules.Say("没有团队“{team}”", "沒有團隊「{team}」", "There is no team “{team}”", "team", clip(team, 40))
		return badRequest(msg, rules.Errorf("/team", "field.invalid", msg))
	}
	return nil
}

func checkCalendar(c *org.TeamCalendar) error {
	if c.Week != nil {
		if ps := org.CheckWeek(c.Week); len(ps) > 0 {
			return badRequest(ps[0].Message, ps...)
		}
	}
	if len(c.Years) > maxCalendarYears {
		msg := rules.Say("一个日历最多保存 {n} 年，请先删去旧的年份", "一個行事曆最多儲存 {n} 年，請先刪去舊的年份", "A calendar holds at most {n} years; take out old ones first", "n", maxCalendarYears)
		return badRequest(msg, rules.Errorf("/year", "field.invalid", msg))
	}
	for i := range c.Years {
		if ps := c.Years[i].Check(); len(ps) > 0 {
			return badRequest(ps[0].Message, ps...)
		}
	}
	return nil
}

// CheckZone refuses what is not the IANA name of a time zone.
func CheckZone(name string) error {
	if _, err := time.LoadLocation(name); err != nil || name == "" || name == "Local" {
		msg := rules.Say("没有时区“{zone}”，应写如 Asia/Shanghai", "沒有時區「{zone}」，應寫如 Asia/Shanghai", "There is no time zone “{zone}”; write one like Asia/Shanghai", "zone", clip(name, 40))
		return badRequest(msg, rules.Errorf("/timezone", "ref.unknown", msg))
	}
	return nil
}

// SaveZone says where the company is: the zone in which people are told who have not named one of their own.
func (e *Engine) SaveZone(ctx context.Context, name string) error {
	if err := CheckZone(name); err != nil {
		return err
	}
	if err := e.put(ctx, collLeases, zoneID, map[string]any{"kind": "version"}, map[string]string{"zone": name}); err != nil {
		return err
	}
	e.forgetPeople()
	return nil
}

func (e *Engine) readZone(ctx context.Context) (*time.Location, error) {
	var kept struct {
		Zone string `json:"zone"`
	}
	d, err := e.store.Get(ctx, collLeases, zoneID)
	switch {
	case errors.Is(err, store.ErrNotFound):
		kept.Zone = defaultZone
	case err != nil:
		return nil, err
	default:
		if err := json.Unmarshal(d.Body, &kept); err != nil {
			return nil, err
		}
	}
	return time.LoadLocation(kept.Zone)
}

// BuiltInCalendar is the built-in calendar that the company's apps count on: "CN" where one of them names it, or where there are none.
func (e *Engine) BuiltInCalendar(ctx context.Context) (string, error) {
	apps, err := e.defs.Live(ctx)
	if err != nil {
		return "", err
	}
	for _, app := range apps {
		if app.Def.Calendar != "" {
			return app.Def.Calendar, nil
		}
	}
	if len(apps) == 0 {
		return "CN", nil
	}
	return "", nil
}

// MissingYears are the years whose days off nobody has entered: the current one, and from November on the next.
func (e *Engine) MissingYears(ctx context.Context) ([]int, error) {
	name, err := e.BuiltInCalendar(ctx)
	if err != nil {
		return nil, err
	}
	dir, err := e.Directory(ctx)
	if err != nil {
		return nil, err
	}
	return dir.MissingYears(name, rules.DateOf(e.instant(), dir.Zone())), nil
}

// remindYears tells the admins of years that nobody has entered, once a month for as long as one is missing.
func (e *Engine) remindYears(ctx context.Context) error {
	missing, err := e.MissingYears(ctx)
	if err != nil || len(missing) == 0 {
		return err
	}
	dir, err := e.Directory(ctx)
	if err != nil {
		return err
	}
	now := e.instant()
	e.tell(ctx, "calendar|"+yearsText(missing)+"|"+now.In(dir.Zone()).Format("2006-01"), relayItem{batch: batch{At: now.UnixMilli()}}, dir.Operators(), rules.Say(
		"{years} 年的节假日还没有录入，跨到那一年的时限先按每周工作日计算：请在“人员 › 工作日历”上传国务院公布的数据",
		"{years} 年的假日還沒有登錄，跨到那一年的時限先按每週工作日計算：請在「人員 › 工作行事曆」上傳國務院公布的資料",
		"Nobody has entered the days off of {years}, so times that reach into it count the days of a common week: upload the published data under People › Calendars", "years", yearsText(missing)))
	return nil
}
