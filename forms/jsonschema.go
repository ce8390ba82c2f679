package forms

// JSONSchema describes the wire form of a record's data (JSON Schema 2020-12), for OpenAPI. Every field may be null or
// absent: what is required depends on the stage.
func (s *Schema) JSONSchema() map[string]any { return objectSchema(s.fields) }

func objectSchema(fields []*field) map[string]any {
	props := make(map[string]any, len(fields))
	for _, f := range fields {
		m := f.kind.schema(f)
		nullable := map[string]any{"anyOf": []any{m, map[string]any{"type": "null"}}, "title": f.name.In("en")}
		if !f.def.Help.IsZero() {
			nullable["description"] = f.def.Help.In("en")
		}
		if f.def.Computed() {
			nullable["readOnly"] = true
		}
		props[f.key] = nullable
	}
	return map[string]any{"type": "object", "additionalProperties": false, "properties": props}
}
