package process

import (
	"slices"
	"strings"
	"unicode"

	"github.com/mozillazg/go-pinyin"
)

// A text is found by its words. Each may be typed up to any letter, so a word stands for all its beginnings, and a text is found by a
// part of it because every part begins a word: Chinese from each character on, as written, in pinyin and by its initials; a phone
// number from each digit on; Latin text by the words it is written in. A character with several readings is found by each.

const (
	maxWord     = 32   // letters of a word; what is typed beyond is not compared
	maxHan      = 8    // characters of a Chinese word
	maxSpelled  = 24   // characters of a run that are spelled in pinyin
	maxReadings = 8    // ways one beginning is read
	maxWords    = 600  // words of one text
	maxNoted    = 3000 // words of a note
)

// Kinds of texts, by how they are taken apart.
const (
	wordsText  = "text"
	wordsLong  = "long"  // not spelled in pinyin
	wordsPhone = "phone" // digits
)

// words takes a text apart.
func words(kind, text string) []string { return wordsUpTo(maxWords, kind, text) }

func wordsUpTo(most int, kind, text string) []string {
	var out []string
	seen := map[string]bool{}
	add := func(w string) {
		if w != "" && !seen[w] && len(out) < most {
			seen[w] = true
			out = append(out, w)
		}
	}
	if kind == wordsPhone {
		digits := []rune(strings.Map(func(r rune) rune {
			if r = fold(r); r < '0' || r > '9' {
				return -1
			}
			return r
		}, text))
		for i := 0; i == 0 || i <= len(digits)-4; i++ {
			add(clipWord(string(digits[min(i, len(digits)):])))
		}
		return out
	}
	for _, run := range runs(text) {
		if !unicode.Is(unicode.Han, run[0]) {
			add(clipWord(string(run)))
			continue
		}
		for i := range run {
			add(string(run[i:min(len(run), i+maxHan)]))
			if kind == wordsText && i < maxSpelled {
				full, initials := spell(run[i:min(len(run), i+maxHan)])
				for _, w := range append(full, initials...) {
					add(clipWord(w))
				}
			}
		}
	}
	return out
}

// Terms takes apart what somebody looks for: a record is found when each term begins a word of it. At most eight count.
func Terms(asked string) []string {
	var out []string
	for _, run := range runs(asked) {
		term := clipWord(string(run))
		if unicode.Is(unicode.Han, run[0]) {
			term = string(run[:min(len(run), maxHan)])
		}
		if len(out) < 8 && !slices.Contains(out, term) {
			out = append(out, term)
		}
	}
	return out
}

// runs splits a text into runs of Chinese characters and runs of other letters and digits, in lower case.
func runs(text string) [][]rune {
	var out [][]rune
	last := 0 // 0 between runs, 1 in Latin, 2 in Chinese
	for _, r := range text {
		r = fold(r)
		kind := 0
		switch {
		case unicode.Is(unicode.Han, r):
			kind = 2
		case unicode.IsLetter(r), unicode.IsDigit(r), unicode.Is(unicode.M, r):
			kind = 1
		}
		if kind == 0 {
			last = 0
			continue
		}
		if kind != last {
			out = append(out, nil)
		}
		out[len(out)-1] = append(out[len(out)-1], r)
		last = kind
	}
	return out
}

// fold makes full-width forms plain and letters small.
func fold(r rune) rune {
	switch {
	case r >= 0xFF01 && r <= 0xFF5E:
		r -= 0xFEE0
	case r == 0x3000:
		r = ' '
	}
	return unicode.ToLower(r)
}

// folded is a text without case, width and spare white space; "|" is taken out, which ends a word in the store.
func folded(text string) string {
	return strings.Join(strings.Fields(strings.ReplaceAll(strings.Map(fold, text), "|", " ")), " ")
}

func clipWord(w string) string {
	if r := []rune(w); len(r) > maxWord {
		return string(r[:maxWord])
	}
	return w
}

var heteronyms = pinyin.Args{Style: pinyin.Normal, Heteronym: true}

// spell writes characters in pinyin and by the initials of it, in every way they may be read.
func spell(run []rune) (full, initials []string) {
	full, initials = []string{""}, []string{""}
	for _, r := range run {
		readings := pinyin.SinglePinyin(r, heteronyms)
		if len(readings) == 0 {
			break // a rare character ends what can be spelled
		}
		full, initials = readOn(full, readings), readOn(initials, firsts(readings))
	}
	if full[0] == "" {
		return nil, nil
	}
	return full, initials
}

// Spelled are the ways in which the Chinese of a short text is typed, in pinyin and by its initials: what a list that is looked through in the browser
// is found by. Empty for a text without any.
func Spelled(text string) string {
	var out []string
	for _, run := range runs(text) {
		if unicode.Is(unicode.Han, run[0]) {
			full, initials := spell(run[:min(len(run), maxHan)])
			out = append(append(out, full...), initials...)
		}
	}
	return strings.Join(out, " ")
}

func firsts(readings []string) []string {
	out := make([]string, len(readings))
	for i, s := range readings {
		out[i] = s[:1]
	}
	return out
}

// readOn adds one character to ways of reading those before it. When they become too many, the rest is read the usual way.
func readOn(before, readings []string) []string {
	var out []string
	for _, b := range before {
		for _, s := range readings {
			if w := b + s; !slices.Contains(out, w) && len(out) < maxReadings {
				out = append(out, w)
			}
		}
	}
	if len(before)*len(readings) <= maxReadings {
		return out
	}
	out = out[:0]
	for _, b := range before {
		out = append(out, b+readings[0])
	}
	return out
}
