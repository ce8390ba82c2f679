package forms

import (
	"encoding/json"
	"strings"

	"pipewright/rules"
)

// addressKind is where something is: country (two capital letters, CN by default), province, city, district, detail. In mainland
// China province, city and district are held to the official names, each within the one above; elsewhere they are free. In
// expressions a record: address.province.
type addressKind struct{}

// addressParts are the members in the order of an envelope; addressMost bounds each, in characters.
var addressParts = []string{"country", "province", "city", "district", "detail"}

const addressMost = 200

func (addressKind) settings() []string        { return []string{"list", "search"} }
func (addressKind) compile(*compiler, *field) {}

func (addressKind) typ(*World, *Field, bool) rules.Type {
	parts := make(map[string]rules.Type, len(addressParts))
	for _, p := range addressParts {
		parts[p] = rules.Str
	}
	return rules.RecordOf(parts)
}

func (addressKind) wrong(at *place) any {
	return at.fail("shape.type", `{field}应写成 {"province": "上海市", "city": "市辖区", "district": "浦东新区", "detail": "…"}`, `{field}應寫成 {"country": "TW", "city": "台北市", "district": "中正區", "detail": "…"}`,
		`{field} must be written {"province": "…", "city": "…", "district": "…", "detail": "…"}`)
}

func (k addressKind) parse(f *field, raw json.RawMessage, at *place) any {
	ms, ok := readMembers(raw, at)
	if !ok {
		return nil
	}
	out := map[string]any{}
	for _, m := range ms {
		known := false
		for _, p := range addressParts {
			known = known || p == m.key
		}
		if !known {
			return at.fail("field.unknown", "{field}里没有“{member}”这一项", "{field}裡沒有「{member}」這一項",
				"{field} has no member “{member}”", "member", clip(m.key))
		}
		if isNull(m.value) {
			continue
		}
		s, ok := readString(m.value)
		if !ok {
			return k.wrong(at)
		}
		out[m.key] = s
	}
	return k.accept(f, out, at)
}

func (k addressKind) accept(_ *field, v any, at *place) any {
	m, ok := v.(map[string]any)
	if !ok {
		return k.wrong(at)
	}
	out := map[string]any{}
	for _, p := range addressParts {
		s, _ := m[p].(string)
		if s = strings.TrimSpace(s); s == "" {
			continue
		}
		if checkText(&field{maxLen: addressMost}, s, false, at) == nil {
			return nil
		}
		out[p] = s
	}
	country, given := out["country"].(string)
	switch {
	case !given && len(out) == 0 || given && len(out) == 1:
		return at.fail("address.empty", "{field}里还没有写地址", "{field}裡還沒有寫地址", "{field} holds no address")
	case !given:
		country = "CN"
		out["country"] = country
	case len(country) != 2 || strings.Trim(country, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "":
		return at.fail("address.country", "{field}的国家应是两个大写字母，例如 CN", "{field}的國家應是兩個大寫字母，例如 TW", "The country of {field} must be two capital letters such as CN")
	}
	if country == "CN" {
		return checkDivision(out, at)
	}
	return out
}

// checkDivision holds an address in mainland China to the names there are.
func checkDivision(out map[string]any, at *place) any {
	province, _ := out["province"].(string)
	city, _ := out["city"].(string)
	district, _ := out["district"].(string)
	unknown := func(name, above string) any {
		if above == "" {
			return at.fail("address.unknown", "{field}：没有“{name}”这个省级行政区", "{field}：沒有「{name}」這個省級行政區", "{field}: there is no province “{name}”", "name", clip(name))
		}
		return at.fail("address.unknown", "{field}：{above}没有“{name}”", "{field}：{above}沒有「{name}」", "{field}: there is no “{name}” in {above}", "name", clip(name), "above", above)
	}
	cities := divisions()[province]
	switch {
	case province == "" && (city != "" || district != ""), city == "" && district != "":
		return at.fail("address.open", "{field}：请从省开始依次选择", "{field}：請從省開始依次選擇", "{field}: choose the province first, then the city, then the district")
	case province != "" && cities == nil:
		return unknown(province, "")
	case city != "" && cities[city] == nil:
		return unknown(city, province)
	case district != "" && !cities[city][district]:
		return unknown(district, province+city)
	}
	return out
}

func (addressKind) wire(_ *field, v any, _ RefTitles) any { return v }
func (addressKind) encode(_ *field, v any) any            { return v }
func (addressKind) column() ColumnType                    { return "" }
func (addressKind) col(*field, any) any                   { return nil }

func (addressKind) decode(_ *field, stored any) any {
	m, ok := stored.(map[string]any)
	if !ok {
		return nil
	}
	out := map[string]any{}
	for _, p := range addressParts {
		switch s := m[p].(type) {
		case string:
			out[p] = s
		case nil:
		default:
			return nil
		}
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

func (addressKind) schema(*field) map[string]any {
	props := make(map[string]any, len(addressParts))
	for _, p := range addressParts {
		props[p] = map[string]any{"type": "string", "maxLength": addressMost}
	}
	props["country"] = map[string]any{"type": "string", "pattern": "^[A-Z]{2}$"}
	return map[string]any{"type": "object", "additionalProperties": false, "properties": props}
}
