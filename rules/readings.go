package rules

import (
	_ "embed"
	"slices"
	"strconv"
	"strings"
	"sync"
)

//go:generate go run gen_readings.go

// The dictionary is a text that is read when it is first asked: as Go's own map it was filled at every start, and larger for a browser to
// download. This and leaving to the server what cleans HTML made the rules' program for browsers an eighth smaller, 1,736,025 bytes in
// brotli where there were 1,983,887.
//
//go:embed readings.txt
var readingsText string

// block is a run of characters by code point with their readings.
type block struct {
	first    rune
	readings []string
}

var readings = sync.OnceValue(func() []block {
	var out []block
	for line := range strings.Lines(readingsText) {
		if line[0] == '#' {
			continue
		}
		words := strings.Fields(line)
		first, err := strconv.ParseInt(words[0], 16, 32)
		if err != nil {
			panic("rules: readings.txt: " + err.Error())
		}
		out = append(out, block{rune(first), words[1:]})
	}
	return out
})

// Reading is the first reading of a Chinese character, its tone as a digit behind the syllable: "zhong1". It is "" for a character without
// one, which nothing but Chinese characters has.
func Reading(r rune) string {
	blocks := readings()
	i, found := slices.BinarySearchFunc(blocks, r, func(b block, r rune) int { return int(b.first - r) })
	if !found {
		i--
	}
	if i < 0 || int(r-blocks[i].first) >= len(blocks[i].readings) {
		return ""
	}
	if s := blocks[i].readings[r-blocks[i].first]; s != "-" {
		return s
	}
	return ""
}
