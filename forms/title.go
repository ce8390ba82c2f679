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
		if t, err := s.title.Render(s.Scope(v, scope, records), s.showTitle); err == nil {
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
