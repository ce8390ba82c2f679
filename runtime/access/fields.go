package access

import (
	"encoding/json"
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

// derive adds to hidden every computed field that is computed from a hidden one, unless it is declassified (semantics 10). What
// a computation reads is judged by the words in it and in the rules it names, which can only hide too much, never too
// little.
func derive(app *process.App, f *process.Form, hidden map[string]bool) {
	reads := map[string][]string{}
	ruleWords := map[string][]string{}
	for i := range app.Def.Rules {
		raw, err := json.Marshal(app.Def.Rules[i])
		if err == nil {
			ruleWords[app.Def.Rules[i].Key] = word.FindAllString(string(raw), -1)
		}
	}
	wordsOf := func(calc string) []string {
		out := word.FindAllString(calc, -1)
		for i := 0; i < len(out); i++ {
			for _, w := range ruleWords[out[i]] {
				if !slices.Contains(out, w) {
					out = append(out, w)
				}
			}
		}
		return out
	}
	for i := range f.Def.Fields {
		field := &f.Def.Fields[i]
		if field.Calc != "" && !field.Declassify {
			reads[field.Key] = wordsOf(field.Calc)
		}
		for j := range field.Fields {
			if c := &field.Fields[j]; c.Calc != "" && !c.Declassify {
				reads[field.Key+"."+c.Key] = append(wordsOf(c.Calc), field.Key)
			}
		}
	}
	for changed := true; changed; {
		changed = false
		for key, words := range reads {
			if hidden[key] || !slices.ContainsFunc(fieldKeys(f), func(h string) bool { return hidden[h] && readsField(words, h) }) {
				continue
			}
			hidden[key], changed = true, true
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
