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

// TitleFields are the fields a title may be made of: those its slot reads, else the texts up to the first that is never empty. A record
// whose slot comes out empty is called by a text as well; that is told record by record (FirstText).
func (s *Schema) TitleFields() []string {
	var out []string
	if s.title != nil {
		for _, name := range s.title.Reads() {
			if _, ok := s.Field(name); ok {
				out = append(out, name)
			}
		}
		return out
	}
	for _, f := range s.fields {
		if f.def.Type != "text" {
			continue
		}
		out = append(out, f.key)
		if f.def.Required {
			break
		}
	}
	return out
}

// FirstText is the first text field that is filled in, and what a record is called by it.
func (s *Schema) FirstText(v Values) (key, title string) {
	for _, f := range s.fields {
		if f.def.Type == "text" {
			if t, _ := v[f.key].(string); t != "" {
				return f.key, trimTitle(t)
			}
		}
	}
	return "", ""
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
