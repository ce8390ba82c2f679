package forms

import (
	"encoding/json"

	"github.com/shopspring/decimal"

	"pipewright/rules"
)

// locationKind is a place on the earth in WGS 84 degrees, with up to 6 decimals (a tenth of a metre), and what it is called. In
// expressions a record: place.lat, place.lng, place.label.
type locationKind struct{}

// degreeScale is the number of decimals of a degree; labelMost bounds the label, in characters.
const (
	degreeScale = 6
	labelMost   = 200
)

func (locationKind) settings() []string        { return []string{"list"} }
func (locationKind) compile(*compiler, *field) {}

func (locationKind) typ(*World, *Field, bool) rules.Type {
	return rules.RecordOf(map[string]rules.Type{"lat": rules.Number, "lng": rules.Number, "label": rules.Str})
}

func (locationKind) wrong(at *place) any {
	return at.fail("shape.type", `{field}应写成 {"lat": "31.230416", "lng": "121.473701", "label": "…"}`, `{field}應寫成 {"lat": "31.230416", "lng": "121.473701", "label": "…"}`,
		`{field} must be written {"lat": "31.230416", "lng": "121.473701", "label": "…"}`)
}

func (k locationKind) parse(f *field, raw json.RawMessage, at *place) any {
	ms, ok := readMembers(raw, at)
	if !ok {
		return nil
	}
	out := map[string]any{}
	for _, m := range ms {
		switch m.key {
		case "lat", "lng":
			d, ok := readDecimal(m.value)
			if !ok {
				return k.wrong(at)
			}
			out[m.key] = d
		case "label":
			s, ok := readString(m.value)
			if !ok && !isNull(m.value) {
				return k.wrong(at)
			}
			out["label"] = s
		default:
			return at.fail("field.unknown", "{field}里没有“{member}”这一项", "{field}裡沒有「{member}」這一項",
				"{field} has no member “{member}”", "member", clip(m.key))
		}
	}
	return k.accept(f, out, at)
}

func (k locationKind) accept(_ *field, v any, at *place) any {
	m, ok := v.(map[string]any)
	if !ok {
		return k.wrong(at)
	}
	lat, okLat := m["lat"].(decimal.Decimal)
	lng, okLng := m["lng"].(decimal.Decimal)
	if !okLat || !okLng {
		return k.wrong(at)
	}
	if lat.Abs().GreaterThan(decimal.NewFromInt(90)) || lng.Abs().GreaterThan(decimal.NewFromInt(180)) {
		return at.fail("location.range", "{field}的纬度应在 -90 到 90 之间，经度应在 -180 到 180 之间", "{field}的緯度應在 -90 到 90 之間，經度應在 -180 到 180 之間",
			"In {field} the latitude must be -90 to 90 and the longitude -180 to 180")
	}
	if !lat.Truncate(degreeScale).Equal(lat) || !lng.Truncate(degreeScale).Equal(lng) {
		return at.fail("number.scale", "{field}最多 {n} 位小数", "{field}最多 {n} 位小數", "{field} may have at most {n} decimals", "n", degreeScale)
	}
	out := map[string]any{"lat": lat, "lng": lng}
	if s, _ := m["label"].(string); s != "" {
		label := checkText(&field{maxLen: labelMost}, s, false, at)
		if label == nil {
			return nil
		}
		out["label"] = label
	}
	return out
}

type wireLocation struct {
	Lat   string `json:"lat"`
	Lng   string `json:"lng"`
	Label string `json:"label,omitempty"`
}

func (locationKind) wire(_ *field, v any, _ RefTitles) any {
	m, _ := v.(map[string]any)
	lat, okLat := m["lat"].(decimal.Decimal)
	lng, okLng := m["lng"].(decimal.Decimal)
	if !okLat || !okLng {
		return nil
	}
	label, _ := m["label"].(string)
	return wireLocation{lat.String(), lng.String(), label}
}

func (locationKind) encode(_ *field, v any) any {
	m, _ := v.(map[string]any)
	out := map[string]any{}
	for _, k := range []string{"lat", "lng"} {
		d, ok := m[k].(decimal.Decimal)
		n, fits := scaled(d.Truncate(degreeScale), degreeScale)
		if !ok || !fits {
			return nil
		}
		out[k] = n
	}
	if s, _ := m["label"].(string); s != "" {
		out["label"] = s
	}
	return out
}

func (locationKind) decode(_ *field, stored any) any {
	m, ok := stored.(map[string]any)
	if !ok {
		return nil
	}
	out := map[string]any{}
	for _, k := range []string{"lat", "lng"} {
		n, ok := integer(m[k])
		if !ok {
			return nil
		}
		out[k] = unscaled(n, degreeScale)
	}
	if s, _ := m["label"].(string); s != "" {
		out["label"] = s
	}
	return out
}

func (locationKind) column() ColumnType  { return "" }
func (locationKind) col(*field, any) any { return nil }

func (locationKind) schema(*field) map[string]any {
	degree := func(most int) map[string]any {
		return map[string]any{"anyOf": []any{map[string]any{"type": "string", "pattern": decimalPattern}, map[string]any{"type": "number", "minimum": -most, "maximum": most}}}
	}
	return map[string]any{"type": "object", "required": []string{"lat", "lng"}, "additionalProperties": false,
		"properties": map[string]any{"lat": degree(90), "lng": degree(180), "label": map[string]any{"type": "string", "maxLength": labelMost}}}
}

// readMembers reads the members of a value that is an object, each once; otherwise it tells what is wrong.
func readMembers(raw json.RawMessage, at *place) ([]member, bool) {
	ms, err := members(raw)
	if err != nil {
		at.fail("shape.type", "{field}应写成 {名称: 值}", "{field}應寫成 {名稱: 值}", "{field} must be written {name: value}")
		return nil, false
	}
	for _, m := range ms {
		if m.twice {
			at.fail("key.duplicate", "{field}里“{member}”写了两次", "{field}裡「{member}」寫了兩次", "In {field}, “{member}” is given twice", "member", clip(m.key))
			return nil, false
		}
	}
	return ms, true
}
