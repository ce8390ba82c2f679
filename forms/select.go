package forms

import (
	"encoding/json"
	"sort"

	"pipewright/rules"
)

// selectKind is one option of a list of the app; its value is the option's key.
type selectKind struct{}

func (selectKind) settings() []string {
	return []string{"options", "optionsBy", "calc", "value", "list", "filter", "sort", "index"}
}

func (selectKind) compile(c *compiler, f *field) { compileOptions(c, f) }

func (selectKind) typ(w *World, d *Field, _ bool) rules.Type { return optionType(w, d) }

func (selectKind) parse(f *field, raw json.RawMessage, at *place) any {
	s, ok := readString(raw)
	if !ok {
		return at.fail("shape.type", "{field}应是一个选项的标识", "{field}應是一個選項的識別碼", "{field} must be the key of one option")
	}
	return checkOption(f, s, at)
}

func (selectKind) accept(f *field, v any, at *place) any {
	s, ok := v.(string)
	if !ok {
		return at.fail("shape.type", "{field}应是一个选项的标识", "{field}應是一個選項的識別碼", "{field} must be the key of one option")
	}
	return checkOption(f, s, at)
}

func (selectKind) wire(_ *field, v any, _ RefTitles) any { return v }
func (selectKind) encode(_ *field, v any) any            { return v }
func (selectKind) decode(_ *field, stored any) any       { return stringOrNil(stored) }
func (selectKind) column() ColumnType                    { return ColText }
func (selectKind) col(_ *field, v any) any               { return v }
func (selectKind) schema(f *field) map[string]any        { return optionSchema(f) }

// compileOptions finds the option list.
func compileOptions(c *compiler, f *field) {
	if f.def.Options == "" {
		c.fail(f.path+"/options", "setting.missing", "{field}还没有选择选项列表", "{field}還沒有選擇選項列表",
			"{field} has no list of options yet", "field", quoted(f.name))
		return
	}
	list := c.world.Options[f.def.Options]
	if list == nil {
		c.unknown(f.path+"/options", rules.Say("选项列表", "選項列表", "list of options"), f.def.Options, keysOf(c.world.Options))
		return
	}
	f.options = make(map[string]*Option, len(list.Items))
	for i := range list.Items {
		f.options[list.Items[i].Key] = &list.Items[i]
	}
	f.optionOrder = list
}

func optionType(w *World, d *Field) rules.Type {
	list := w.Options[d.Options]
	if list == nil || len(list.Items) == 0 {
		return rules.Str
	}
	keys := make([]string, len(list.Items))
	for i, o := range list.Items {
		keys[i] = o.Key
	}
	sort.Strings(keys)
	return rules.OneOf(keys...)
}

// checkOption refuses a key that the list does not have. A retired option is refused later, where the former value is known.
func checkOption(f *field, key string, at *place) any {
	if f.options == nil || f.options[key] != nil {
		return key
	}
	return at.fail("option.unknown", "{field}没有“{key}”这个选项", "{field}沒有「{key}」這個選項", "{field} has no option “{key}”", "key", clip(key))
}

func optionSchema(f *field) map[string]any {
	m := map[string]any{"type": "string"}
	if f.optionOrder != nil {
		keys := make([]string, len(f.optionOrder.Items))
		for i, o := range f.optionOrder.Items {
			keys[i] = o.Key
		}
		if len(keys) > 0 {
			m["enum"] = keys
		}
	}
	return m
}
