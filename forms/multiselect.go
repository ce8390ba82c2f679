package forms

import (
	"encoding/json"

	"pipewright/rules"
)

// multiselectKind is any number of different options of a list, in the order they were chosen.
type multiselectKind struct{}

func (multiselectKind) settings() []string {
	return []string{"options", "optionsBy", "calc", "value", "list", "filter"}
}

func (multiselectKind) compile(c *compiler, f *field) { compileOptions(c, f) }

func (multiselectKind) typ(w *World, d *Field, _ bool) rules.Type {
	return rules.ListOf(optionType(w, d))
}

func (multiselectKind) wrong(at *place) any {
	return at.fail("shape.type", "{field}应是选项标识的列表", "{field}應是選項識別碼的清單", "{field} must be a list of option keys")
}

func (k multiselectKind) parse(f *field, raw json.RawMessage, at *place) any {
	raws, err := elements(raw)
	if err != nil {
		return k.wrong(at)
	}
	out := make([]any, 0, min(len(raws), len(f.options)))
	for _, r := range raws {
		s, ok := readString(r)
		if !ok {
			return k.wrong(at)
		}
		out = append(out, s)
	}
	return checkOptions(f, out, at)
}

func (k multiselectKind) accept(f *field, v any, at *place) any {
	list, ok := v.([]any)
	if !ok {
		return k.wrong(at)
	}
	out := make([]any, 0, len(list))
	for _, x := range list {
		s, ok := x.(string)
		if !ok {
			return k.wrong(at)
		}
		out = append(out, s)
	}
	return checkOptions(f, out, at)
}

// maxOptions bounds a list whose option list is not known; a known one bounds itself, because no option counts twice.
const maxOptions = 1000

func checkOptions(f *field, list []any, at *place) any {
	seen := make(map[string]bool, len(list))
	for _, x := range list {
		s, _ := x.(string)
		if checkOption(f, s, at) == nil {
			return nil
		}
		if seen[s] {
			return at.fail("option.duplicate", "{field}里选项“{key}”选了两次", "{field}裡選項「{key}」選了兩次", "In {field}, option “{key}” is chosen twice", "key", clip(s))
		}
		seen[s] = true
	}
	if len(list) > maxOptions {
		return at.fail("list.tooLong", "{field}最多选 {max} 项", "{field}最多選 {max} 項", "{field} may have at most {max} options", "max", maxOptions)
	}
	if len(list) == 0 {
		return nil
	}
	return list
}

func (multiselectKind) wire(_ *field, v any, _ RefTitles) any { return v }
func (multiselectKind) encode(_ *field, v any) any            { return v }

func (multiselectKind) decode(_ *field, stored any) any {
	list, ok := stored.([]any)
	if !ok {
		return nil
	}
	out := make([]any, 0, len(list))
	for _, x := range list {
		s, ok := x.(string)
		if !ok {
			return nil
		}
		out = append(out, s)
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

func (multiselectKind) column() ColumnType { return ColTexts }

func (multiselectKind) col(_ *field, v any) any {
	list, _ := v.([]any)
	out := make([]string, 0, len(list))
	for _, x := range list {
		if s, ok := x.(string); ok {
			out = append(out, s)
		}
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

func (multiselectKind) schema(f *field) map[string]any {
	return map[string]any{"type": "array", "uniqueItems": true, "items": optionSchema(f)}
}
