package process

import (
	"pipewright/rules"
)

// FieldRead is something a text says of a record: the field Path[0] of the record ID of Form, a column of it or a field behind it for what
// follows. An empty Path is what cannot be told apart: only who sees the whole record reads it.
type FieldRead struct {
	Form string   `json:"form"`
	ID   string   `json:"id"`
	Path []string `json:"path,omitempty"`
}

// veil stands for a value in a text for those who may not see it.
const veil = "•••"

func veiled(string) func(*rules.Program, any) string {
	return func(*rules.Program, any) string { return veil }
}

// readsOf lists what templates say of the record they are rendered for. What goes by system names, which whoever may read the record sees, is
// left out, but for the title.
func (d *decider) readsOf(form *Form, id string, texts ...map[string]*rules.Template) []FieldRead {
	if form == nil || id == "" {
		return nil
	}
	var out []FieldRead
	seen := map[string]bool{}
	add := func(path ...string) {
		key := ""
		for _, p := range path {
			key += "." + p
		}
		if !seen[key] {
			seen[key] = true
			out = append(out, FieldRead{Form: form.Def.Key, ID: id, Path: path})
		}
	}
	for _, text := range texts {
		for _, lang := range sortedKeys(text) {
			for _, path := range text[lang].ReadsPaths() {
				if _, system := SystemNames[path[0]]; system && path[0] != FoundTitle {
					continue // a title is made of fields
				}
				if path[0] == sourceName && len(path) > 1 && fieldOf(form.Def, sourceName) == nil && d.before != nil {
					// The automation's own record, when it acts on another.
					out = append(out, FieldRead{Form: d.form.Def.Key, ID: d.s.ID, Path: path[1:min(3, len(path))]})
					continue
				}
				if fieldOf(form.Def, path[0]) == nil && path[0] != FoundTitle {
					add() // a rule, or another record: what it looks at is not known here
					continue
				}
				add(path[:min(2, len(path))]...)
			}
			if text[lang].Decides() {
				add()
			}
		}
	}
	return out
}
