package forms

import (
	"strings"

	"pipewright/rules"
)

// maxTitle bounds a title, in characters.
const maxTitle = 200

// Title is what a record is called: the form's title slot, else its first text. scope brings the system names and the
// zone; records finds what stands behind references (see Input.Records). Both may be nil. A slot that cannot be rendered
// gives the first text.
func (s *Schema) Title(v Values, scope *rules.Scope, records func(form, id string) (Values, bool)) string {
	if s.title != nil {
		if t, err := s.title.Render(s.scopeOf(v, scope, records), s.showTitle); err == nil {
			if t = trimTitle(t); t != "" {
				return t
			}
		}
	}
	for _, f := range s.fields {
		if f.def.Type == "text" {
			if t, _ := v[f.key].(string); t != "" {
				return trimTitle(t)
			}
		}
	}
	return ""
}

// TitleReads are the top-level names the title reads, so that a caller knows when it may change and which references to
// fetch.
func (s *Schema) TitleReads() []string {
	if s.title == nil {
		return nil
	}
	return s.title.Reads()
}

// Scope is what expressions of the form see of a record as it stands, without computing anything: for rules, filters,
// templates and conditions of the runtime. outer brings everything else; records may be nil.
func (s *Schema) Scope(v Values, outer *rules.Scope, records func(form, id string) (Values, bool)) *rules.Scope {
	return s.scopeOf(v, outer, records)
}

func (s *Schema) scopeOf(v Values, outer *rules.Scope, records func(form, id string) (Values, bool)) *rules.Scope {
	if outer == nil {
		outer = &rules.Scope{}
	}
	scope := *outer
	names := make(map[string]any, len(outer.Names)+len(s.fields))
	for k, x := range outer.Names {
		names[k] = x
	}
	see := func(f *field, x any) any {
		r, ok := x.(Ref)
		if !ok {
			return x
		}
		m := map[string]any{}
		if records != nil {
			if facts, ok := records(f.def.Form, r.ID); ok {
				m = plainRow(facts)
			}
		}
		m["id"] = r.ID
		return m
	}
	for _, f := range s.fields {
		x := v[f.key]
		rows, ok := x.([]map[string]any)
		if !ok {
			names[f.key] = see(f, x)
			continue
		}
		seen := make([]map[string]any, len(rows))
		for i, r := range rows {
			m := make(map[string]any, len(f.cols))
			for _, col := range f.cols {
				m[col.key] = see(col, r[col.key])
			}
			seen[i] = m
		}
		names[f.key] = seen
	}
	scope.Names = names
	return &scope
}

// showTitle writes a value inside a title; a record is its title or first text.
func (s *Schema) showTitle(v any) string {
	if m, ok := v.(map[string]any); ok {
		if t, ok := m["title"].(string); ok {
			return t
		}
		id, _ := m["id"].(string)
		return id
	}
	return rules.ShowValue(v)
}

func trimTitle(t string) string {
	t = strings.TrimSpace(t)
	if r := []rune(t); len(r) > maxTitle {
		return string(r[:maxTitle])
	}
	return t
}
