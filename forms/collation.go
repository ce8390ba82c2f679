package forms

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"pipewright/rules"
)

// maxCollated bounds the characters that take part in the order; texts equal so far fall back to the order of ids.
const maxCollated = 60

// CollationKey is what a text sorts by, byte for byte and so the same in every store: letters without case and width,
// Chinese characters by the pinyin of their first reading with the tone, then by the character, so that people of one
// family name stand together. White space at the ends is left out and inside counts as one space.
func CollationKey(s string) string {
	var b strings.Builder
	n := 0
	space := false
	for _, r := range s {
		r = foldWidth(r)
		if unicode.IsSpace(r) {
			space = b.Len() > 0
			continue
		}
		if n++; n > maxCollated {
			break
		}
		if space {
			b.WriteByte(' ')
			space = false
		}
		if r < utf8.RuneSelf {
			b.WriteRune(unicode.ToLower(r))
			continue
		}
		if unicode.Is(unicode.Han, r) {
			// Without a reading (rare characters) the character sorts by itself, behind all others.
			b.WriteString(rules.Reading(r))
			b.WriteRune(r)
			continue
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// foldWidth maps full-width forms (U+FF01…U+FF5E, U+3000) to their plain ones.
func foldWidth(r rune) rune {
	switch {
	case r >= 0xFF01 && r <= 0xFF5E:
		return r - 0xFEE0
	case r == 0x3000:
		return ' '
	}
	return r
}
