package forms

import "encoding/json"

// autonumberKind is a number the record gets by itself, "C{yyyy}-{seq:4}". Patterns and reset are those of a form's own number,
// and so is the claim: no two records share one and none is left out. The runtime gives it at create; a record older than the
// field gets its number with its next change.
type autonumberKind struct{ plainText }

func (autonumberKind) settings() []string {
	return []string{"pattern", "reset", "list", "filter", "sort", "search"}
}

func (autonumberKind) compile(c *compiler, f *field) {
	f.maxLen = textDefault
	if f.parent != nil {
		c.fail(f.path+"/type", "ref.kind", "明细表的行没有自动编号；请把它放在表单上", "明細表的列沒有自動編號；請把它放在表單上",
			"Rows of a table have no numbers of their own; put the field on the form")
		return
	}
	if f.def.Pattern == "" {
		c.fail(f.path+"/pattern", "setting.missing", "{field}还没有写编号规则，例如 {example}", "{field}還沒有寫編號規則，例如 {example}",
			"{field} has no numbering pattern yet, such as {example}", "field", quoted(f.name), "example", "C{yyyy}-{seq:4}")
		return
	}
	c.numbering(&Numbering{Pattern: f.def.Pattern, Reset: f.def.Reset}, f.path)
}

func (k autonumberKind) parse(f *field, raw json.RawMessage, at *place) any {
	s, ok := readString(raw)
	if !ok {
		return notText(at)
	}
	return k.accept(f, s, at)
}

func (autonumberKind) accept(f *field, v any, at *place) any {
	s, ok := v.(string)
	if !ok || s == "" {
		return notText(at)
	}
	return checkText(f, s, false, at)
}

func (autonumberKind) schema(*field) map[string]any { return lineSchema(textDefault, nil) }

// Computed says that nobody fills in the field: it has a formula, or the product gives it its value.
func (d *Field) Computed() bool { return d.Calc != "" || d.Agg != "" || automatic[d.Type] }

// automatic are the types whose values come from the product alone.
var automatic = map[string]bool{"autonumber": true, "static": true, "lookup": true, "rollup": true}

// Autonumbers are the fields that number their records, with their patterns.
func (s *Schema) Autonumbers() []*Field {
	var out []*Field
	for _, f := range s.fields {
		if f.def.Type == "autonumber" {
			out = append(out, f.def)
		}
	}
	return out
}
