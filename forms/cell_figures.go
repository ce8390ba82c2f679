package forms

import (
	"regexp"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"pipewright/rules"
)

// figure reads a number as people write it: full-width digits, thousands set apart by commas in threes. ok is false for anything else.
func figure(text string) (decimal.Decimal, bool) {
	text = strings.ReplaceAll(strings.Map(foldWidth, text), " ", "")
	if grouped.MatchString(text) {
		text = strings.ReplaceAll(text, ",", "")
	}
	text = strings.TrimPrefix(text, "+")
	return parseDecimal(text, false)
}

var grouped = regexp.MustCompile(`^[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?$`)

func badFigure(at *place) any {
	return at.fail("cell.number", "{field}应是数字，例如 1234.5 或 1,234.50", "{field}應是數字，例如 1234.5 或 1,234.50", "{field} must be a number such as 1234.5 or 1,234.50")
}

func readFigure(_ *field, text string, _ *Cells, at *place) any {
	d, ok := figure(text)
	if !ok {
		return badFigure(at)
	}
	return d.String()
}

func writePercent(_ *field, v any, _ *Cells) string {
	d, _ := v.(decimal.Decimal)
	return d.Shift(2).String() + "%"
}

// readPercent reads 12.5%; without the sign only 0 to 1, for 12.5 may mean 12.5 % and 1250 %.
func readPercent(_ *field, text string, _ *Cells, at *place) any {
	text = strings.Map(foldWidth, text)
	bare, signed := strings.CutSuffix(text, "%")
	d, ok := figure(bare)
	switch {
	case !ok:
		return at.fail("cell.percent", "{field}应是百分数，例如 12.5%", "{field}應是百分數，例如 12.5%", "{field} must be a percentage such as 12.5%")
	case signed:
		return d.Shift(-2).String()
	case d.Abs().GreaterThan(decimal.NewFromInt(1)):
		return at.fail("cell.percent", "{field}请写上百分号，例如 12.5%", "{field}請寫上百分號，例如 12.5%", "Write {field} with its sign, such as 12.5%")
	}
	return d.String()
}

// signs are what people write before or after an amount, and the currencies each may mean.
var signs = map[string]string{
	"￥": "CNY JPY", "¥": "CNY JPY", "元": "CNY TWD HKD", "人民币": "CNY", "人民幣": "CNY", "RMB": "CNY", "$": "USD HKD TWD SGD AUD CAD", "US$": "USD", "HK$": "HKD", "NT$": "TWD",
	"€": "EUR", "£": "GBP", "円": "JPY", "₩": "KRW",
}

func writeMoney(f *field, v any, _ *Cells) string {
	d, _ := v.(decimal.Decimal)
	return d.StringFixed(int32(f.scale))
}

var amountPattern = regexp.MustCompile(`^(-?)\s*(\D*?)\s*([+-]?[0-9][0-9,. ]*)\s*(\D*)$`)

// readMoney reads an amount with or without its currency, which has to be the field's.
func readMoney(f *field, text string, _ *Cells, at *place) any {
	// The full-width yen sign folds to the narrow one.
	m := amountPattern.FindStringSubmatch(strings.Map(foldWidth, text))
	if m == nil || m[2] != "" && m[4] != "" && m[2] != m[4] {
		return badFigure(at)
	}
	d, ok := figure(m[1] + strings.TrimSpace(m[3]))
	if !ok {
		return badFigure(at)
	}
	for _, sign := range []string{strings.TrimSpace(m[2]), strings.TrimSpace(m[4])} {
		if sign == "" || strings.EqualFold(sign, f.currency) || strings.Contains(signs[strings.ToUpper(sign)], f.currency) {
			continue
		}
		return at.fail("money.currency", "{field}的币种是 {want}，不是“{got}”", "{field}的幣種是 {want}，不是「{got}」",
			"The currency of {field} is {want}, not “{got}”", "want", f.currency, "got", clip(sign))
	}
	return map[string]string{"amount": d.String()}
}

var yesNo = map[string]bool{
	"是": true, "yes": true, "y": true, "true": true, "1": true, "√": true, "✓": true, "✔": true, "对": true, "對": true, "有": true,
	"否": false, "no": false, "n": false, "false": false, "0": false, "×": false, "✗": false, "不": false, "无": false, "無": false,
}

func writeBool(_ *field, v any, c *Cells) string {
	yes := v == true
	switch {
	case strings.HasPrefix(c.Language, "zh") && yes:
		return "是"
	case strings.HasPrefix(c.Language, "zh"):
		return "否"
	case yes:
		return "yes"
	}
	return "no"
}

func readBool(_ *field, text string, _ *Cells, at *place) any {
	v, ok := yesNo[strings.ToLower(text)]
	if !ok {
		return at.fail("cell.bool", "{field}应写是或否", "{field}應寫是或否", "{field} must be yes or no")
	}
	return v
}

// datePattern reads the year first: 2026-09-30, 2026/9/30, 2026.9.30, 2026年9月30日, 20260930. Day and month in another order are not
// guessed.
var datePattern = regexp.MustCompile(`^([0-9]{4})(?:[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?|([0-9]{2})([0-9]{2}))(?:[T ]+([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:\.[0-9]+)?)?)?$`)

// cellDate reads a date and the time of day beside it.
func cellDate(text string) (date, clock string, ok bool) {
	m := datePattern.FindStringSubmatch(strings.Map(foldWidth, text))
	if m == nil {
		return "", "", false
	}
	two := func(s string) string {
		if len(s) < 2 {
			return "0" + s
		}
		return s
	}
	month, day := m[2], m[3]
	if month == "" {
		month, day = m[4], m[5]
	}
	date = m[1] + "-" + two(month) + "-" + two(day)
	if m[6] != "" {
		clock = two(m[6]) + ":" + m[7] + ":00"
		if m[8] != "" {
			clock = two(m[6]) + ":" + m[7] + ":" + m[8]
		}
	}
	return date, clock, true
}

func badDate(at *place) any {
	return at.fail("cell.date", "{field}应是日期，年在最前，例如 2026-09-30 或 2026/9/30", "{field}應是日期，年在最前，例如 2026-09-30 或 2026/9/30",
		"{field} must be a date with the year first, such as 2026-09-30 or 2026/9/30")
}

func readDateCell(_ *field, text string, _ *Cells, at *place) any {
	date, clock, ok := cellDate(text)
	if !ok || clock != "" && clock != "00:00:00" {
		return badDate(at)
	}
	if _, err := rules.ParseDate(date); err != nil {
		return badDate(at)
	}
	return date
}

func (c *Cells) zone() *time.Location {
	if c.Zone == nil {
		return time.UTC
	}
	return c.Zone
}

func writeInstant(_ *field, v any, c *Cells) string {
	t, _ := v.(time.Time)
	t = t.In(c.zone())
	if t.Second() == 0 {
		return t.Format("2006-01-02 15:04")
	}
	return t.Format("2006-01-02 15:04:05")
}

// readInstant reads a date with a time of day in the app's zone, or an instant with its own zone.
func readInstant(_ *field, text string, c *Cells, at *place) any {
	if t, err := time.Parse(time.RFC3339Nano, text); err == nil {
		return t.Format(time.RFC3339Nano)
	}
	if date, clock, ok := cellDate(text); ok {
		if clock == "" {
			clock = "00:00:00"
		}
		if t, err := time.ParseInLocation("2006-01-02 15:04:05", date+" "+clock, c.zone()); err == nil {
			return t.Format(time.RFC3339Nano)
		}
	}
	return at.fail("cell.date", "{field}应是日期和时间，例如 2026-09-30 14:00", "{field}應是日期和時間，例如 2026-09-30 14:00",
		"{field} must be a date and time such as 2026-09-30 14:00")
}

var clockPattern = regexp.MustCompile(`^([0-9]{1,2}):([0-9]{2})(:00)?$`)

func readClock(_ *field, text string, _ *Cells, at *place) any {
	m := clockPattern.FindStringSubmatch(strings.Map(foldWidth, text))
	if m == nil {
		return at.fail("cell.date", "{field}应是时刻，例如 09:30", "{field}應是時刻，例如 09:30", "{field} must be a time of day such as 09:30")
	}
	if len(m[1]) < 2 {
		m[1] = "0" + m[1]
	}
	return m[1] + ":" + m[2]
}
