package forms

import (
	"encoding/json"
	"time"

	"pipewright/rules"
)

// dateKind is a day of the calendar without a zone, "2026-09-30".
type dateKind struct{}

func (dateKind) settings() []string {
	return []string{"min", "max", "calc", "value", "list", "filter", "sort"}
}

func (dateKind) compile(*compiler, *field) {}

func (dateKind) typ(*World, *Field, bool) rules.Type { return rules.Day }

func (dateKind) parse(_ *field, raw json.RawMessage, at *place) any {
	if s, ok := readString(raw); ok {
		if d, err := rules.ParseDate(s); err == nil {
			return d
		}
	}
	return at.fail("shape.type", "{field}应是一个存在的日期，写成 2026-09-30 的样子", "{field}應是一個存在的日期，寫成 2026-09-30 的樣子",
		"{field} must be a day that exists, written like 2026-09-30")
}

func (dateKind) accept(_ *field, v any, at *place) any {
	if d, ok := v.(rules.Date); ok {
		return d
	}
	return at.fail("shape.type", "{field}应是日期", "{field}應是日期", "{field} must be a date")
}

func (dateKind) wire(_ *field, v any, _ RefTitles) any { return showDate(v) }
func (dateKind) encode(_ *field, v any) any            { return showDate(v) }

func showDate(v any) any {
	if d, ok := v.(rules.Date); ok {
		return d.String()
	}
	return nil
}

func (dateKind) decode(_ *field, stored any) any {
	if s, ok := stored.(string); ok {
		if d, err := rules.ParseDate(s); err == nil {
			return d
		}
	}
	return nil
}

func (dateKind) column() ColumnType { return ColTime }

// col is midnight UTC of the day in milliseconds: a day has no zone, and the same number in every store.
func (dateKind) col(_ *field, v any) any {
	if d, ok := v.(rules.Date); ok {
		return time.Date(d.Year, time.Month(d.Month), d.Day, 0, 0, 0, 0, time.UTC).UnixMilli()
	}
	return nil
}

func (dateKind) schema(*field) map[string]any {
	return map[string]any{"type": "string", "format": "date"}
}
