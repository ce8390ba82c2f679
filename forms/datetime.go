package forms

import (
	"encoding/json"
	"time"

	"pipewright/rules"
)

// datetimeKind is an instant, RFC 3339 with a zone on the wire, whole milliseconds since the Unix epoch in the store.
type datetimeKind struct{}

func (datetimeKind) settings() []string {
	return []string{"min", "max", "calc", "value", "list", "filter", "sort"}
}

func (datetimeKind) compile(*compiler, *field) {}

func (datetimeKind) typ(*World, *Field, bool) rules.Type { return rules.Instant }

func (datetimeKind) parse(_ *field, raw json.RawMessage, at *place) any {
	if s, ok := readString(raw); ok && len(s) <= 40 {
		if t, err := time.Parse(time.RFC3339Nano, s); err == nil && goodInstant(t) {
			if t.Nanosecond()%int(time.Millisecond) != 0 {
				return at.fail("datetime.precision", "{field}最多精确到毫秒", "{field}最多精確到毫秒", "{field} may be given to the millisecond at most")
			}
			return t.UTC()
		}
	}
	return at.fail("shape.type", "{field}应是带时区的时间，写成 2026-09-30T14:00:00+08:00 的样子", "{field}應是帶時區的時間，寫成 2026-09-30T14:00:00+08:00 的樣子",
		"{field} must be a time with its zone, written like 2026-09-30T14:00:00+08:00")
}

// goodInstant keeps instants to the years of rules.Date in any zone.
func goodInstant(t time.Time) bool { y := t.UTC().Year(); return y >= 1 && y <= 9999 }

func (datetimeKind) accept(_ *field, v any, at *place) any {
	if t, ok := v.(time.Time); ok && goodInstant(t) {
		return t.UTC().Truncate(time.Millisecond)
	}
	return at.fail("shape.type", "{field}应是时间", "{field}應是時間", "{field} must be a date and time")
}

func (datetimeKind) wire(_ *field, v any, _ RefTitles) any {
	if t, ok := v.(time.Time); ok {
		return t.UTC().Format("2006-01-02T15:04:05.000Z")
	}
	return nil
}

func (datetimeKind) encode(_ *field, v any) any {
	if t, ok := v.(time.Time); ok {
		return t.UnixMilli()
	}
	return nil
}

func (datetimeKind) decode(_ *field, stored any) any {
	if n, ok := integer(stored); ok {
		if t := time.UnixMilli(n).UTC(); goodInstant(t) {
			return t
		}
	}
	return nil
}

func (datetimeKind) column() ColumnType        { return ColTime }
func (k datetimeKind) col(f *field, v any) any { return k.encode(f, v) }

func (datetimeKind) schema(*field) map[string]any {
	return map[string]any{"type": "string", "format": "date-time"}
}
