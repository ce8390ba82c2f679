package process

import (
	"encoding/json"

	"pipewright/forms"
)

// RefTo is a record that values point to.
type RefTo struct{ Form, ID string }

// RefsIn lists the records that values of a form point to, in reference fields and in those of its tables.
func RefsIn(f *Form, data Wire) []RefTo { return refsIn(f.Schema.Fields(), data) }

func refsIn(fields []forms.FieldInfo, data Wire) []RefTo {
	var out []RefTo
	for _, field := range fields {
		raw, given := data[field.Def.Key]
		if !given {
			continue
		}
		switch field.Def.Type {
		case "reference":
			if id := refIn(raw); id != "" {
				out = append(out, RefTo{field.Def.Form, id})
			}
		case "table":
			var rows []Wire
			if json.Unmarshal(raw, &rows) == nil {
				for _, row := range rows {
					out = append(out, refsIn(field.Columns, row)...)
				}
			}
		}
	}
	return out
}

// refIn is the id that a reference on the wire names: an id, or {"id", "title"}.
func refIn(raw json.RawMessage) string {
	var id string
	if json.Unmarshal(raw, &id) == nil {
		return id
	}
	var whole struct {
		ID string `json:"id"`
	}
	_ = json.Unmarshal(raw, &whole)
	return whole.ID
}

// RenameRefs puts other ids in place of those that values of a form point to; what has no other stays. References come out as bare ids.
func RenameRefs(f *Form, data Wire, ids map[string]string) Wire {
	return renameRefs(f.Schema.Fields(), data, ids)
}

func renameRefs(fields []forms.FieldInfo, data Wire, ids map[string]string) Wire {
	out := make(Wire, len(data))
	for k, raw := range data {
		out[k] = raw
	}
	for _, f := range fields {
		raw, given := data[f.Def.Key]
		if !given {
			continue
		}
		switch f.Def.Type {
		case "reference":
			if id := refIn(raw); id != "" {
				if ids[id] != "" {
					id = ids[id]
				}
				out[f.Def.Key], _ = json.Marshal(id)
			}
		case "table":
			var rows []Wire
			if json.Unmarshal(raw, &rows) == nil {
				for i := range rows {
					rows[i] = renameRefs(f.Columns, rows[i], ids)
				}
				out[f.Def.Key], _ = json.Marshal(rows)
			}
		}
	}
	return out
}
