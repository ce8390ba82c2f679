package forms

import (
	"encoding/json"
	"sort"

	"pipewright/rules"
)

// Parse reads what a person or program sent. base is the place of the data for the paths of problems, such as "/data".
// Nothing is coerced: a wrong type is a problem and the value is left out. null empties a field and is kept as nil; an
// absent field stays absent. Unknown members are problems (field.unknown). Required fields and checks are Evaluate's.
//
// Codes: field.unknown, shape.type, key.duplicate, text.tooLong, text.tooShort, text.pattern, text.line, text.control,
// phone.invalid, email.invalid, url.invalid, code.invalid, barcode.invalid, number.step, role.unknown,
// number.scale, number.range, money.currency, datetime.precision, option.unknown, option.open, option.duplicate, rows.tooMany.
func (s *Schema) Parse(wire map[string]json.RawMessage, base string) (Values, []rules.Problem) {
	out := make(Values, len(wire))
	var problems []rules.Problem
	for _, f := range s.fields {
		raw, ok := wire[f.key]
		if !ok {
			continue
		}
		if isNull(raw) {
			out[f.key] = nil
			continue
		}
		before := len(problems)
		v := f.kind.parse(f, raw, &place{base: base, f: f, found: &problems})
		if len(problems) == before {
			out[f.key] = v
		}
	}
	if len(wire) > 0 {
		problems = append(problems, s.unknownMembers(wire, base)...)
	}
	return out, problems
}

func (s *Schema) unknownMembers(wire map[string]json.RawMessage, base string) []rules.Problem {
	var keys []string
	for k := range wire {
		if s.byKey[k] == nil {
			keys = append(keys, k)
		}
	}
	if len(keys) == 0 {
		return nil
	}
	sort.Strings(keys)
	known := keysOf(s.byKey)
	out := make([]rules.Problem, 0, len(keys))
	for _, k := range keys {
		p := rules.Errorf(base+"/"+clip(k), "field.unknown", rules.Say("没有“{key}”这个字段", "沒有「{key}」這個欄位", "There is no field “{key}”", "key", clip(k)))
		if best, _ := rules.Nearest(k, known); best != "" {
			p.Message = rules.Say("没有“{key}”这个字段，是不是“{best}”？", "沒有「{key}」這個欄位，是不是「{best}」？",
				"There is no field “{key}”. Did you mean “{best}”?", "key", clip(k), "best", best)
		}
		out = append(out, p)
	}
	return out
}

// Assign makes a value that an expression gave fit a field: numbers are rounded half away from zero at the field's
// scale, a record becomes a reference, everything else must be of the field's type. nil stays nil. The path of the
// problems is base/field.
func (s *Schema) Assign(field string, v any, base string) (any, []rules.Problem) {
	f := s.byKey[field]
	if f == nil {
		return nil, s.unknownMembers(map[string]json.RawMessage{field: nil}, base)
	}
	if v == nil {
		return nil, nil
	}
	var problems []rules.Problem
	out := f.kind.accept(f, v, &place{base: base, f: f, found: &problems})
	return out, problems
}

// Wire writes values in their canonical form: decimals without trailing zeros as strings, money with its currency and all
// its decimals, instants in UTC with milliseconds, references as {"id", "title"}. Empty values are left out. refs may be nil.
func (s *Schema) Wire(v Values, refs RefTitles) map[string]json.RawMessage {
	out := make(map[string]json.RawMessage, len(v))
	code := ""
	if s.currency != nil {
		code = s.CurrencyOf(v)
	}
	for _, f := range s.fields {
		x := v[f.key]
		if x == nil {
			continue
		}
		w := any(nil)
		if code == "" {
			w = f.kind.wire(f, x, refs)
		} else {
			w = wireMoneyOf(f, x, code, refs)
		}
		if w != nil {
			out[f.key] = marshal(w)
		}
	}
	return out
}
