//go:build ignore

// gen_readings makes readings.txt from the dictionary of go-pinyin: the first reading of each character, a syllable with its tone as a
// digit, in the order of code points. A line begins with the code point of its first character in hexadecimal; "-" stands for one without a
// reading.
package main

import (
	"fmt"
	"log"
	"os"
	"slices"
	"strings"

	"github.com/mozillazg/go-pinyin"
)

// longestGap is how many characters without a reading are written out before a new line is shorter.
const longestGap = 7

func main() {
	args := pinyin.NewArgs()
	args.Style = pinyin.Tone3
	var runes []rune
	for r := range pinyin.PinyinDict {
		runes = append(runes, rune(r))
	}
	slices.Sort(runes)
	var b strings.Builder
	b.WriteString("# First readings of Chinese characters, from github.com/mozillazg/go-pinyin " + pinyin.Version + " (MIT). Made by `make data`.")
	last := rune(-100)
	for _, r := range runes {
		if r-last > longestGap+1 {
			fmt.Fprintf(&b, "\n%x", r)
		} else {
			b.WriteString(strings.Repeat(" -", int(r-last-1)))
		}
		b.WriteString(" " + pinyin.SinglePinyin(r, args)[0])
		last = r
	}
	b.WriteByte('\n')
	if err := os.WriteFile("readings.txt", []byte(b.String()), 0o644); err != nil {
		log.Fatal(err)
	}
}
