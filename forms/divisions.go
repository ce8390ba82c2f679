package forms

import (
	_ "embed"
	"strings"
	"sync"
)

//go:generate go run gen_divisions.go

//go:embed divisions.txt
var divisionsText string

// divisions are the districts of each city of each province. Hong Kong, Macao and Taiwan are among the provinces.
var divisions = sync.OnceValue(func() map[string]map[string]map[string]bool {
	out := map[string]map[string]map[string]bool{}
	var province map[string]map[string]bool
	var city map[string]bool
	for line := range strings.Lines(divisionsText) {
		line = strings.TrimSuffix(line, "\n")
		switch {
		case line == "" || line[0] == '#':
		case strings.HasPrefix(line, "  "):
			for _, name := range strings.Fields(line) {
				city[name] = true
			}
		case line[0] == ' ':
			city = map[string]bool{}
			province[line[1:]] = city
		default:
			province = map[string]map[string]bool{}
			out[line] = province
		}
	}
	return out
})
