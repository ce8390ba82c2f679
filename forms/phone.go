package forms

import (
	"encoding/json"
	"regexp"
	"strings"
)

// phoneKind is a phone number in one form, however it was written: spaces, brackets, full-width digits and the country code of
// a mainland mobile are taken off, so that equal numbers are equal. kind says which numbers are meant:
//
//	mobile  (default) a mainland mobile of 11 digits, or an international number that begins with +
//	any     also a landline with its area code, such as 021-12345678, and a service number of 5 to 12 digits
//
// With a pattern, the number must match that instead.
type phoneKind struct{ plainText }

var (
	mobilePattern   = regexp.MustCompile(`^1[3-9]\d{9}$`)
	worldPattern    = regexp.MustCompile(`^\+[1-9]\d{6,14}$`)
	landlinePattern = regexp.MustCompile(`^(0\d{2,3}-?\d{7,8}|\d{3,4}-\d{3,4}-\d{3,4}|\d{5,12})(-\d{1,6})?$`)
)

func (phoneKind) settings() []string { return append([]string{"kind", "pattern"}, plainSettings...) }

func (phoneKind) compile(c *compiler, f *field) {
	c.oneOf(f.path+"/kind", f.def.Kind, "mobile", "any")
	c.pattern(f)
}

func (k phoneKind) parse(f *field, raw json.RawMessage, at *place) any {
	s, ok := readString(raw)
	if !ok {
		return notText(at)
	}
	return k.accept(f, s, at)
}

func (phoneKind) accept(f *field, v any, at *place) any {
	s, ok := asText(v)
	if !ok || len(s) > 200 {
		return notText(at)
	}
	s = tidyPhone(s)
	switch {
	case len(s) > 40:
	case f.pattern != nil:
		if f.pattern.MatchString(s) {
			return s
		}
		return at.fail("text.pattern", "{field}的格式不对", "{field}的格式不對", "{field} is not in the expected format")
	case mobilePattern.MatchString(s), worldPattern.MatchString(s), f.def.Kind == "any" && landlinePattern.MatchString(s):
		return s
	}
	if f.def.Kind == "any" {
		return at.fail("phone.invalid", "{field}应是电话号码：手机 13800000000、座机 021-12345678，或以 + 和国家代码开头", "{field}應是電話號碼：手機 13800000000、市話 021-12345678，或以 + 和國碼開頭",
			"{field} must be a phone number: a mobile 13800000000, a landline 021-12345678, or one beginning with + and the country code")
	}
	return at.fail("phone.invalid", "{field}应是 11 位手机号，或以 + 和国家代码开头的号码", "{field}應是 11 位手機號，或以 + 和國碼開頭的號碼",
		"{field} must be a mobile number of 11 digits, or one beginning with + and the country code")
}

// tidyPhone writes a number without what people put between its digits. +86, 0086 and 86 go from before a mobile, which the
// rest of the country writes without them; another 00 becomes +.
func tidyPhone(s string) string {
	s = pasted(s)
	s = strings.Map(func(r rune) rune {
		switch r {
		case ' ', '\t', '(', ')', '.', '·', '\u00a0', '\u3000', '\u2009':
			return -1
		case '–', '—', '‐', '‑', '−':
			return '-'
		}
		return r
	}, s)
	if digits := strings.ReplaceAll(s, "-", ""); mobilePattern.MatchString(digits) {
		return digits
	}
	for _, prefix := range []string{"+86", "0086", "86"} {
		if rest, ok := strings.CutPrefix(s, prefix); ok {
			if rest = strings.ReplaceAll(rest, "-", ""); mobilePattern.MatchString(rest) {
				return rest
			}
		}
	}
	if rest, ok := strings.CutPrefix(s, "00"); ok && len(rest) > 7 {
		s = "+" + rest
	}
	if strings.HasPrefix(s, "+") {
		s = strings.ReplaceAll(s, "-", "")
	}
	return s
}

// TidyPhone writes a phone number as it is stored, however it was typed.
func TidyPhone(s string) string { return tidyPhone(s) }

// MaskPhone is a number as those see it who are not shown it whole: 138****8000. Of a short one less is left, and never more than half.
func MaskPhone(s string) string {
	digits := 0
	for _, r := range s {
		if r >= '0' && r <= '9' {
			digits++
		}
	}
	if digits == 0 {
		return "****"
	}
	first, last := min(3, digits/4), min(4, digits/3)
	if digits == 11 {
		first, last = 3, 4
	}
	var out strings.Builder
	at := 0
	for _, r := range s {
		if r < '0' || r > '9' {
			if at <= first || at >= digits-last {
				out.WriteRune(r)
			}
			continue
		}
		if at++; at > first && at <= digits-last {
			r = '*'
		}
		out.WriteRune(r)
	}
	return out.String()
}

func (phoneKind) schema(*field) map[string]any { return lineSchema(40, nil) }
