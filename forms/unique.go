package forms

import (
	"strings"
	"unicode"
)

// Normalize makes texts equal that people mean to be equal, for finding duplicates: "trim" (white space at the ends, and inside as one space),
// "case", "width" (full-width letters and digits), "phone" (digits alone, without +86) and "company" (without case, width,
// spaces, brackets and the words for the legal form: CN-03).
func Normalize(s string, how ...string) string {
	for _, h := range how {
		switch h {
		case "trim":
			s = strings.Join(strings.Fields(s), " ")
		case "case":
			s = strings.ToLower(s)
		case "width":
			s = strings.Map(foldWidth, s)
		case "phone":
			s = normalPhone(s)
		case "company":
			s = normalCompany(s)
		}
	}
	return s
}

func normalPhone(s string) string {
	digits := strings.Map(func(r rune) rune {
		if r = foldWidth(r); r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
	for _, prefix := range []string{"0086", "86"} {
		// Only before a mobile number: a local number may begin with 86.
		if rest, ok := strings.CutPrefix(digits, prefix); ok && len(rest) == 11 && rest[0] == '1' {
			return rest
		}
	}
	return digits
}

// legalForms are taken off the end of a company name, the longest first.
var legalForms = []string{
	"集团股份有限公司", "集團股份有限公司", "集团有限公司", "集團有限公司", "股份有限公司", "有限责任公司", "有限責任公司", "股份公司", "有限公司", "公司",
	"coltd", "limited", "ltd", "inc", "llc", "corp",
}

func normalCompany(s string) string {
	s = strings.Map(func(r rune) rune {
		r = unicode.ToLower(foldWidth(r))
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, s)
	for _, f := range legalForms {
		if rest, ok := strings.CutSuffix(s, f); ok {
			if rest == "" {
				return s
			}
			return rest
		}
	}
	return s
}
