package forms

import (
	"strconv"

	"pipewright/rules"
)

// chooser are the types whose values choose which options another field offers.
var chooser = map[string]bool{"select": true, "multiselect": true, "cascade": true}

// compileOptionsBy binds a field whose options depend on another: of the options that say what they stand under, only those
// are offered that stand under what is chosen there. In a table the other field is a column of the same row, else a field.
func (c *compiler) compileOptionsBy(f *field) {
	key := f.def.OptionsBy
	if key == "" {
		return
	}
	path := f.path + "/optionsBy"
	by := c.schema.byKey[key]
	known := c.schema.byKey
	if f.parent != nil {
		if col := f.parent.colByKey[key]; col != nil {
			by = col
		}
		known = f.parent.colByKey
	}
	switch {
	case by == nil:
		c.unknown(path, sayField, key, keysOf(known))
		return
	case by == f || !chooser[by.def.Type]:
		c.fail(path, "ref.kind", "{field}的选项只能取决于另一个选择类的字段，“{key}”不是", "{field}的選項只能取決於另一個選擇類的欄位，「{key}」不是",
			"The options of {field} can depend on another field with options only; “{key}” is none", "field", quoted(f.name), "key", key)
		return
	}
	f.optionsBy = by
	if by.options == nil || f.optionOrder == nil {
		return
	}
	for _, o := range f.optionOrder.Items {
		for i, u := range o.Under {
			if by.options[u] == nil {
				c.unknown("/options/"+f.optionOrder.Key+"/items/"+o.Key+"/under/"+strconv.Itoa(i), rules.Say("选项", "選項", "option"), u, keysOf(by.options))
			}
		}
	}
}

// elsewhere refuses options that are not offered under what is chosen in the other field. What stood there before with the same
// choice stays: the list may have changed since.
func (e *evaluation) elsewhere(f *field, row int, v any, at *place) {
	by := f.optionsBy
	if by == nil || e.unmoved(f, by, row, v) {
		return
	}
	chosen := map[string]bool{}
	for _, k := range keysIn(e.valueAt(by, row)) {
		chosen[k] = true
	}
	for _, k := range keysIn(v) {
		o := f.options[k]
		if o == nil || len(o.Under) == 0 {
			continue
		}
		fits := false
		for _, u := range o.Under {
			fits = fits || chosen[u]
		}
		if !fits {
			at.fail("option.elsewhere", "{field}的选项{option}不属于现在选的{by}，请另选一个", "{field}的選項{option}不屬於現在選的{by}，請另選一個",
				"The option {option} of {field} does not belong to what is chosen in {by}; choose another", "option", quoted(o.Name), "by", quoted(by.name))
		}
	}
}

// unmoved says whether value and choice stood together before the change.
func (e *evaluation) unmoved(f, by *field, row int, v any) bool {
	if e.in.Old == nil {
		return false
	}
	choice := e.valueAt(by, row)
	if f.parent == nil {
		return Same(e.in.Old[f.key], v) && Same(e.in.Old[by.key], choice)
	}
	before, _ := e.in.Old[f.parent.key].([]map[string]any)
	for _, r := range before {
		was := e.in.Old[by.key]
		if by.parent != nil {
			was = r[by.key]
		}
		if Same(r[f.key], v) && Same(was, choice) {
			return true
		}
	}
	return false
}

// valueAt is the value of a field, or of a column in a row.
func (e *evaluation) valueAt(f *field, row int) any {
	if f.parent == nil {
		return e.values[f.key]
	}
	rows, _ := e.values[f.parent.key].([]map[string]any)
	if row >= len(rows) {
		return nil
	}
	return rows[row][f.key]
}

// keysIn are the option keys of one choice or several.
func keysIn(v any) []string {
	switch v := v.(type) {
	case string:
		return []string{v}
	case []any:
		out := make([]string, 0, len(v))
		for _, x := range v {
			if s, ok := x.(string); ok {
				out = append(out, s)
			}
		}
		return out
	}
	return nil
}
