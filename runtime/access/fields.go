package access

import (
	"regexp"
	"slices"
	"strings"

	"pipewright/runtime/process"
)

// fieldKeys are the fields and columns ("lines.cost") of a form.
func fieldKeys(f *process.Form) []string {
	var out []string
	for i := range f.Def.Fields {
		field := &f.Def.Fields[i]
		out = append(out, field.Key)
		for j := range field.Fields {
			out = append(out, field.Key+"."+field.Fields[j].Key)
		}
	}
	return out
}

// hides says whether a list of a grant names the field, the table it is a column of, or every field.
func hides(list []string, key string) bool {
	table, _, _ := strings.Cut(key, ".")
	return slices.Contains(list, key) || slices.Contains(list, table) || slices.Contains(list, "*")
}

var word = regexp.MustCompile(`[\pL_][\pL\pN_]*`)

// derive adds to hidden every computed field that is computed from a hidden one, unless it is declassified (semantics 10).
func derive(k *known, hidden map[string]bool) {
	for changed := true; changed; {
		changed = false
		for key, words := range k.reads {
			if hidden[key] {
				continue
			}
			for h := range hidden {
				if readsField(words, h) {
					hidden[key], changed = true, true
					break
				}
			}
		}
	}
}

// readsField says whether words name the field; a column counts when both it and its table are named.
func readsField(words []string, key string) bool {
	for _, part := range strings.Split(key, ".") {
		if !slices.Contains(words, part) {
			return false
		}
	}
	return true
}
