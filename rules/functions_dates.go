package rules

import (
	"time"

	"github.com/shopspring/decimal"
)

var dateFunctions = []Function{
	{Name: "now", Signatures: []string{"now()"}, Example: "now() > datetime('2026-09-01 08:00')", Result: "true",
		Doc: Say("这次操作的时刻", "這次操作的時刻", "The instant of this action"),
		lower: func(l *lowering, s *site) operand {
			if !l.arity(s, 0, 0) {
				return l.broken(s.loc)
			}
			return operand{node: call(opNow, s.loc, frameNode(s.loc)), typ: Instant}
		}},
	{Name: "today", Signatures: []string{"today()"}, Example: "today()", Result: "2026-09-30",
		Doc: Say("今天（应用时区）", "今天（應用時區）", "Today, in the app's time zone"),
		lower: func(l *lowering, s *site) operand {
			if !l.arity(s, 0, 0) {
				return l.broken(s.loc)
			}
			return operand{node: call(opToday, s.loc, frameNode(s.loc)), typ: Day}
		}},
	{Name: "date", Signatures: []string{"date('2026-09-30')", "date(datetime)"}, Example: "date('2026-10-01') > today()", Result: "true",
		Doc:   Say("把文字变成日期，或取日期时间的那一天", "把文字變成日期，或取日期時間的那一天", "A date from a text, or the day of a date and time"),
		lower: lowerDate},
	{Name: "datetime", Signatures: []string{"datetime('2026-09-30 09:00')"}, Example: "date(datetime('2026-09-30T23:30:00+08:00'))", Result: "2026-09-30",
		Doc:   Say("把文字变成日期时间；不写时区时按应用时区", "把文字變成日期時間；不寫時區時按應用時區", "A date and time from a text; in the app's time zone unless it names one"),
		lower: lowerDatetime},
	{Name: "days", Signatures: []string{"days(from, to)"}, Example: "days(date('2026-09-28'), today())", Result: "2",
		Doc: Say("两个日期相差的天数；to 较早时为负", "兩個日期相差的天數；to 較早時為負", "The days from one date to another; negative when the second is earlier"),
		lower: func(l *lowering, s *site) operand {
			a, b, ok := l.twoDays(s)
			if !ok {
				return l.broken(s.loc)
			}
			return operand{node: call(opDateDiff, s.loc, b.node, a.node), typ: Number, null: true}
		}},
	{Name: "hoursBetween", Signatures: []string{"hoursBetween(from, to)"}, Example: "hoursBetween(datetime('2026-09-30 09:00'), datetime('2026-09-30 11:30'))", Result: "2.5",
		Doc: Say("两个时刻相差的小时数；to 较早时为负", "兩個時刻相差的小時數；to 較早時為負", "The hours from one instant to another; negative when the second is earlier"),
		lower: func(l *lowering, s *site) operand {
			if !l.arity(s, 2, 2) {
				return l.broken(s.loc)
			}
			a, ok := l.argument(s, 0, KindDatetime)
			b, ok2 := l.argument(s, 1, KindDatetime)
			if !ok || !ok2 {
				return l.broken(s.loc)
			}
			return operand{node: call(opHoursBetween, s.loc, a.node, b.node), typ: Number, null: true}
		}},
	{Name: "workdays", Signatures: []string{"workdays(from, to)"}, Example: "workdays(date('2026-09-25'), date('2026-09-30'))", Result: "3",
		Doc: Say("from 之后、到 to 为止（含）的工作日数", "from 之後、到 to 為止（含）的工作日數", "The working days after the first date, up to and including the second"),
		lower: func(l *lowering, s *site) operand {
			a, b, ok := l.twoDays(s)
			if !ok || l.away(s) {
				return l.broken(s.loc)
			}
			return operand{node: l.callWide("workdays", opWorkdays, s.loc, frameNode(s.loc), a.node, b.node), typ: Number, null: true}
		}},
	{Name: "addWorkdays", Signatures: []string{"addWorkdays(date, n)"}, Example: "addWorkdays(date('2026-09-25'), 1)", Result: "2026-09-28",
		Doc: Say("往后数 n 个工作日（n 为负则往前）；n 为 0 时不变", "往後數 n 個工作日（n 為負則往前）；n 為 0 時不變", "The n-th working day after the date; before it when n is negative; the date itself for 0"),
		lower: func(l *lowering, s *site) operand {
			if !l.arity(s, 2, 2) {
				return l.broken(s.loc)
			}
			d, ok := l.day(s, 0)
			n, ok2 := l.argument(s, 1, KindNumber)
			if !ok || !ok2 || l.away(s) {
				return l.broken(s.loc)
			}
			return operand{node: l.callWide("addWorkdays", opAddWorkdays, s.loc, frameNode(s.loc), d.node, n.node), typ: Day, null: true}
		}},
	{Name: "isWorkday", Signatures: []string{"isWorkday(date)"}, Example: "isWorkday(date('2026-09-26'))", Result: "false",
		Doc: Say("是否工作日（含节假日与调休）", "是否工作日（含假日與調休）", "Whether it is a working day, public holidays and moved working days included"),
		lower: func(l *lowering, s *site) operand {
			if !l.arity(s, 1, 1) {
				return l.broken(s.loc)
			}
			d, ok := l.day(s, 0)
			if !ok || l.away(s) {
				return l.broken(s.loc)
			}
			return operand{node: call(opIsWorkday, s.loc, frameNode(s.loc), d.node), typ: Bool}
		}},
}

// day lowers an argument that is a date, or the day of an instant.
func (l *lowering) day(s *site, i int) (operand, bool) {
	o, ok := l.argument(s, i, KindDate, KindDatetime)
	if ok && o.typ.Kind == KindDatetime {
		o = operand{node: call(opDayOf, o.loc, frameNode(o.loc), o.node), typ: Day, null: o.null, loc: o.loc}
	}
	return o, ok
}

func (l *lowering) twoDays(s *site) (a, b operand, ok bool) {
	if !l.arity(s, 2, 2) {
		return a, b, false
	}
	a, ok = l.day(s, 0)
	b, ok2 := l.day(s, 1)
	return a, b, ok && ok2
}

func lowerDate(l *lowering, s *site) operand {
	if !l.arity(s, 1, 1) {
		return l.broken(s.loc)
	}
	o, ok := l.argument(s, 0, KindText, KindDatetime, KindDate)
	if !ok {
		return l.broken(s.loc)
	}
	if text, isText := o.lit.(string); isText {
		d, err := ParseDate(text)
		if err != nil {
			return l.fail("expr.type", o.loc, badDate(text))
		}
		return operand{node: constant(d, s.loc), typ: Day, lit: d, isLit: true}
	}
	return operand{node: call(opDayOf, s.loc, frameNode(s.loc), o.node), typ: Day, null: o.null}
}

func lowerDatetime(l *lowering, s *site) operand {
	if !l.arity(s, 1, 1) {
		return l.broken(s.loc)
	}
	o, ok := l.argument(s, 0, KindText)
	if !ok {
		return l.broken(s.loc)
	}
	if text, isText := o.lit.(string); isText {
		if _, ok := parseInstant(text, time.UTC); !ok {
			return l.fail("expr.type", o.loc, badInstant(text))
		}
	}
	return operand{node: call(opInstant, s.loc, frameNode(s.loc), o.node), typ: Instant, null: o.null}
}

func badDate(s string) Text {
	return Say("“{s}”不是日期，应写作 '2026-09-30'", "「{s}」不是日期，應寫作 '2026-09-30'", "“{s}” is not a date; write '2026-09-30'", "s", s)
}

func badInstant(s string) Text {
	return Say("“{s}”不是日期时间，应写作 '2026-09-30 09:00'", "「{s}」不是日期時間，應寫作 '2026-09-30 09:00'", "“{s}” is not a date and time; write '2026-09-30 09:00'", "s", s)
}

func opNow(f any) any { return f.(*frame).scope.Now.UTC() }

func opToday(f any) any { return f.(*frame).scope.today() }

// opDayOf is the day of an instant in the zone of the run; a date is its own day, a text is read.
func opDayOf(f, v any) any {
	switch v := v.(type) {
	case nil:
		return nil
	case Date:
		return v
	case time.Time:
		return DateOf(v, f.(*frame).scope.Zone)
	case string:
		d, err := ParseDate(v)
		if err != nil {
			raise("expr.value", badDate(v))
		}
		return d
	}
	wrongValue(v, Day)
	return nil
}

func opInstant(f, v any) any {
	switch v := v.(type) {
	case nil:
		return nil
	case time.Time:
		return v
	case string:
		t, ok := parseInstant(v, f.(*frame).scope.Zone)
		if !ok {
			raise("expr.value", badInstant(v))
		}
		return t
	}
	wrongValue(v, Instant)
	return nil
}

func parseInstant(s string, zone *time.Location) (time.Time, bool) {
	if t, err := time.Parse(time.RFC3339Nano, s); err == nil {
		return t.UTC(), true
	}
	if zone == nil {
		zone = time.UTC
	}
	for _, layout := range []string{"2006-01-02 15:04", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02T15:04:05"} {
		if t, err := time.ParseInLocation(layout, s, zone); err == nil {
			return t.UTC(), true
		}
	}
	return time.Time{}, false
}

// maxWorkdaySpan bounds counting working days, which goes day by day.
const maxWorkdaySpan = 3660

func tooFar() {
	raise("expr.limit", Say("工作日最多计算 {n} 天", "工作日最多計算 {n} 天", "Working days are counted over at most {n} days", "n", maxWorkdaySpan))
}

func opWorkdays(args ...any) (any, error) {
	f := args[0].(*frame)
	a, ok := args[1].(Date)
	b, ok2 := args[2].(Date)
	if !ok || !ok2 {
		return nil, nil
	}
	sign := int64(1)
	if b.Compare(a) < 0 {
		a, b, sign = b, a, -1
	}
	span := a.DaysUntil(b)
	if span > maxWorkdaySpan {
		tooFar()
	}
	f.budget.take(span)
	n := int64(0)
	for d := a.AddDays(1); d.Compare(b) <= 0; d = d.AddDays(1) {
		if f.scope.workday(d) {
			n++
		}
	}
	return decimal.NewFromInt(sign * n), nil
}

const secondsPerHour = 3600

func opHoursBetween(a, b any) any {
	from, ok := a.(time.Time)
	to, ok2 := b.(time.Time)
	if !ok || !ok2 {
		return nil
	}
	return decimal.New(to.Sub(from).Milliseconds(), -3).DivRound(decimal.NewFromInt(secondsPerHour), 16)
}

func opAddWorkdays(args ...any) (any, error) {
	f := args[0].(*frame)
	d, ok := args[1].(Date)
	n, ok2 := whole(args[2])
	if !ok || !ok2 {
		return nil, nil
	}
	step := 1
	if n < 0 {
		step, n = -1, -n
	}
	walked := 0
	for n > 0 {
		if walked++; walked > maxWorkdaySpan {
			tooFar()
		}
		d = d.AddDays(step)
		if f.scope.workday(d) {
			n--
		}
	}
	f.budget.take(walked)
	return checkDate(d), nil
}

func opIsWorkday(f, v any) bool {
	d, ok := v.(Date)
	return ok && f.(*frame).scope.workday(d)
}
