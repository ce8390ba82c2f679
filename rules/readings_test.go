package rules

import (
	"testing"

	"github.com/mozillazg/go-pinyin"
)

// Stored orders and pinyin texts were made with the library itself: every reading stays what it was.
func TestReadingsAreThoseOfTheLibrary(t *testing.T) {
	t.Parallel()
	plain, toned := pinyin.NewArgs(), pinyin.NewArgs()
	toned.Style = pinyin.Tone3
	first := func(r rune, a pinyin.Args) string {
		if p := pinyin.SinglePinyin(r, a); len(p) > 0 {
			return p[0]
		}
		return ""
	}
	known := 0
	for r := rune(-1); r < 0x33000; r++ {
		// The library takes long over each character it knows.
		if _, ok := pinyin.PinyinDict[int(r)]; !ok {
			if got := Reading(r); got != "" {
				t.Fatalf("%q (%x) has the reading %q, the library knows none", r, r, got)
			}
			continue
		}
		known++
		if got, want := Reading(r), first(r, toned); got != want {
			t.Fatalf("reading of %q (%x): %q, want %q", r, r, got, want)
		}
		if got, want := toneless(Reading(r)), first(r, plain); got != want {
			t.Fatalf("%q (%x) without tone: %q, want %q", r, r, got, want)
		}
	}
	if known != len(pinyin.PinyinDict) {
		t.Errorf("%d characters compared of %d", known, len(pinyin.PinyinDict))
	}
}
