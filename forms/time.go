package forms

import "encoding/json"

// timeKind is a time of day to the minute, "09:30", without a day and a zone. As a text it sorts and compares as times do:
// begin < end.
type timeKind struct{ plainText }

func (timeKind) settings() []string {
	return []string{"calc", "value", "list", "filter", "sort"}
}

func (k timeKind) parse(f *field, raw json.RawMessage, at *place) any {
	s, ok := readString(raw)
	if !ok {
		return wrongTime(at)
	}
	return k.accept(f, s, at)
}

func (timeKind) accept(_ *field, v any, at *place) any {
	if s, ok := v.(string); ok && goodTime(s) {
		return s
	}
	return wrongTime(at)
}

func wrongTime(at *place) any {
	return at.fail("shape.type", "{field}应是一天里的时间，写成 09:30 的样子", "{field}應是一天裡的時間，寫成 09:30 的樣子",
		"{field} must be a time of day, written like 09:30")
}

// goodTime accepts 00:00 to 23:59.
func goodTime(s string) bool {
	return len(s) == 5 && s[2] == ':' && allDigits(s[:2]) && allDigits(s[3:]) && s[:2] < "24" && s[3:] < "60"
}

func (timeKind) decode(_ *field, stored any) any {
	if s, ok := stored.(string); ok && goodTime(s) {
		return s
	}
	return nil
}

func (timeKind) schema(*field) map[string]any {
	return map[string]any{"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$"}
}
