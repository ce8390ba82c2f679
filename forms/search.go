//go:build !js

package forms

import (
	"strings"

	"github.com/microcosm-cc/bluemonday"
)

// Searched is what one field of a record is found by.
type Searched struct {
	// Field is the key, Storage the storage key.
	Field, Storage string
	// Kind is "phone", "long" for texts of any length, or "text".
	Kind string
	Text string
}

// Searched lists the texts of the fields made for searching, in the order of the form; empty ones are left out.
func (s *Schema) Searched(v Values) []Searched {
	var out []Searched
	for _, f := range s.fields {
		if !f.def.Search {
			continue
		}
		text := s.showTitle(v[f.key])
		kind := "text"
		switch f.def.Type {
		case "address":
			text = addressText(v[f.key])
		case "phone":
			kind = "phone"
		case "longtext":
			kind = "long"
		case "richtext":
			kind = "long"
			text = bluemonday.StrictPolicy().Sanitize(text)
		}
		if text != "" {
			out = append(out, Searched{f.key, f.storage, kind, text})
		}
	}
	return out
}

// SearchedFields names the storage keys of the fields made for searching, with their types, in the order of the form.
func (s *Schema) SearchedFields() []Searched {
	var out []Searched
	for _, f := range s.fields {
		if f.def.Search {
			out = append(out, Searched{Field: f.key, Storage: f.storage, Kind: f.def.Type})
		}
	}
	return out
}

// addressText writes an address from the large to the small, without the country's code.
func addressText(v any) string {
	m, _ := v.(map[string]any)
	var parts []string
	for _, name := range addressParts[1:] {
		if t, ok := m[name].(string); ok && t != "" {
			parts = append(parts, t)
		}
	}
	return strings.Join(parts, " ")
}
