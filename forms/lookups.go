package forms

import (
	"encoding/json"
	"strings"
	"unicode"
)

// StorageKey is the storage key of a field; the key itself when the form has no such field.
func (s *Schema) StorageKey(key string) string {
	if f := s.byKey[key]; f != nil {
		return f.storage
	}
	return key
}

// StorageKeys are the storage keys of all fields, in the order of the form.
func (s *Schema) StorageKeys() []string {
	out := make([]string, len(s.fields))
	for i, f := range s.fields {
		out[i] = f.storage
	}
	return out
}

// Computed says that nobody edits the field.
func (s *Schema) Computed(key string) bool {
	f := s.byKey[key]
	return f != nil && f.def.Calc != ""
}

// Minor is the value of a money or number field as the integer that columns hold; ok is false when it is empty.
func (s *Schema) Minor(key string, data Stored) (n int64, ok bool) {
	f := s.byKey[key]
	if f == nil {
		return 0, false
	}
	switch v := data[f.storage].(type) {
	case map[string]any:
		return integer(v["m"])
	default:
		return integer(v)
	}
}

// UniqueKey is the text that two records may not have in common under u; ok is false when a value of it is empty, since nothing
// is never unique (semantics 13).
func (s *Schema) UniqueKey(u *Unique, v Values) (key string, ok bool) {
	var b strings.Builder
	stored := s.Encode(v)
	for _, name := range u.On {
		val, ok := stored[s.StorageKey(name)]
		if !ok || val == nil {
			return "", false
		}
		part, isText := val.(string)
		if !isText {
			raw, err := json.Marshal(val)
			if err != nil {
				return "", false
			}
			part = string(raw)
		} else if part = normalize(part, u.Normalize); part == "" {
			return "", false
		}
		b.WriteString(part)
		b.WriteByte(0x1f)
	}
	return b.String(), b.Len() > 0
}

// normalize makes texts equal that people take for the same (CN-03).
func normalize(s string, how []string) string {
	for _, h := range how {
		switch h {
		case "trim":
			s = strings.Join(strings.Fields(s), " ")
		case "case":
			s = strings.ToLower(s)
		case "width":
			s = strings.Map(foldWidth, s)
		case "phone":
			s = normalizePhone(s)
		case "company":
			s = normalizeCompany(s)
		}
	}
	return s
}

// normalizePhone keeps the digits, without +86.
func normalizePhone(s string) string {
	s = strings.Map(func(r rune) rune {
		r = foldWidth(r)
		if (r >= '0' && r <= '9') || r == '+' {
			return r
		}
		return -1
	}, s)
	s = strings.TrimPrefix(s, "+")
	if len(s) > 11 {
		s = strings.TrimPrefix(strings.TrimPrefix(s, "00"), "86")
	}
	return s
}

// companyForms are the legal forms that say nothing about which company it is, longest first.
var companyForms = []string{"股份有限公司", "有限责任公司", "有限責任公司", "集团有限公司", "集團有限公司", "有限公司", "股份公司", "公司", "co.,ltd", "co.ltd", "ltd", "inc", "llc"}

// normalizeCompany drops brackets, spaces, punctuation and the legal form.
func normalizeCompany(s string) string {
	s = strings.ToLower(strings.Map(foldWidth, s))
	s = strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || strings.ContainsRune("()（）【】[]·・，、。-", r) {
			return -1
		}
		return r
	}, s)
	for _, f := range companyForms {
		if rest := strings.TrimSuffix(strings.TrimRight(s, "."), f); rest != s && rest != "" {
			return rest
		}
	}
	return s
}
