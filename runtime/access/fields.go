package access

import (
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
