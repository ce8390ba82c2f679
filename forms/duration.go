package forms

import (
	"encoding/json"
	"regexp"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"

	"pipewright/rules"
)

// durationKind is a length of time in whole minutes. On the wire ISO 8601 with hours and minutes alone, "PT1H30M": how long a
// day is would be a matter of opinion. In expressions, limits and the store it is the number of minutes.
type durationKind struct{}

func (durationKind) settings() []string {
	return []string{"min", "max", "calc", "value", "list", "filter", "sort"}
}

func (durationKind) compile(*compiler, *field)             {}
func (durationKind) typ(*World, *Field, bool) rules.Type   { return rules.Number }
func (durationKind) encode(f *field, v any) any            { return encodeNumber(f, v) }
func (durationKind) decode(f *field, stored any) any       { return decodeMinutes(f, stored) }
func (durationKind) column() ColumnType                    { return ColInt }
func (durationKind) col(f *field, v any) any               { return encodeNumber(f, v) }
func (durationKind) wire(_ *field, v any, _ RefTitles) any { return showMinutes(v) }

var durationPattern = regexp.MustCompile(`^PT(?:(\d{1,7})H)?(?:(\d{1,8})M)?$`)

// maxMinutes is a thousand years.
const maxMinutes = 1000 * 366 * 24 * 60

func (durationKind) parse(_ *field, raw json.RawMessage, at *place) any {
	if s, ok := readString(raw); ok {
		if m := durationPattern.FindStringSubmatch(s); m != nil && (m[1] != "" || m[2] != "") {
			hours, _ := strconv.ParseInt("0"+m[1], 10, 64)
			minutes, _ := strconv.ParseInt("0"+m[2], 10, 64)
			return checkMinutes(decimal.NewFromInt(hours*60+minutes), at)
		}
	}
	return at.fail("shape.type", "{field}应是时长，写成 PT1H30M 的样子（1 小时 30 分）", "{field}應是時長，寫成 PT1H30M 的樣子（1 小時 30 分）",
		"{field} must be a length of time, written like PT1H30M (1 hour 30 minutes)")
}

func (durationKind) accept(_ *field, v any, at *place) any {
	d, ok := v.(decimal.Decimal)
	if !ok {
		return at.fail("shape.type", "{field}应是分钟数", "{field}應是分鐘數", "{field} must be a number of minutes")
	}
	return checkMinutes(d.Round(0), at)
}

func checkMinutes(d decimal.Decimal, at *place) any {
	if d.IsNegative() || d.GreaterThan(decimal.NewFromInt(maxMinutes)) {
		return at.fail("number.range", "{field}应在 0 到 {max} 分钟之间", "{field}應在 0 到 {max} 分鐘之間", "{field} must be 0 to {max} minutes", "max", maxMinutes)
	}
	return d
}

func decodeMinutes(f *field, stored any) any {
	if d, ok := decodeNumber(f, stored).(decimal.Decimal); ok && !d.IsNegative() && !d.GreaterThan(decimal.NewFromInt(maxMinutes)) {
		return d
	}
	return nil
}

// showMinutes writes PT1H30M, PT45M, PT2H; nothing is PT0M.
func showMinutes(v any) any {
	d, ok := v.(decimal.Decimal)
	if !ok {
		return nil
	}
	n := d.IntPart()
	var b strings.Builder
	b.WriteString("PT")
	if n >= 60 {
		b.WriteString(strconv.FormatInt(n/60, 10) + "H")
	}
	if n%60 != 0 || n == 0 {
		b.WriteString(strconv.FormatInt(n%60, 10) + "M")
	}
	return b.String()
}

func (durationKind) schema(*field) map[string]any {
	return map[string]any{"type": "string", "pattern": durationPattern.String(), "description": "ISO 8601 with hours and minutes, such as PT1H30M"}
}
