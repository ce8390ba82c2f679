package forms

import (
	"encoding/json"
	"sort"

	"pipewright/rules"
)

// cascadeKind is a choice made step by step in a list whose options hold others: region, province, city. The value is the keys
// from the top down to an option that holds no others. A key stands in the list once, so that a filter on it is not ambiguous.
type cascadeKind struct{}

// maxLevels bounds how deep options may be nested.
const maxLevels = 6

func (cascadeKind) settings() []string {
	return []string{"options", "calc", "value", "list", "filter"}
}

func (cascadeKind) compile(c *compiler, f *field) {
	compileOptions(c, f)
	if f.optionOrder == nil {
		return
	}
	f.options = map[string]*Option{}
	f.above = map[string]string{}
	c.nest(f, f.optionOrder.Items, "", 1)
}

// nest collects the options of every level.
func (c *compiler) nest(f *field, items []Option, above string, level int) {
	path := f.path + "/options"
	if level > maxLevels {
		c.fail(path, "setting.range", "选项列表“{list}”嵌套超过 {max} 层", "選項列表「{list}」巢狀超過 {max} 層",
			"The options of the list “{list}” are nested more than {max} deep", "list", f.def.Options, "max", maxLevels)
		return
	}
	for i := range items {
		o := &items[i]
		if _, twice := f.options[o.Key]; twice {
			c.fail(path, "key.duplicate", "选项列表“{list}”里“{key}”出现了两次；级联选择要求每个标识只出现一次", "選項列表「{list}」裡「{key}」出現了兩次；級聯選擇要求每個識別碼只出現一次",
				"“{key}” stands in the list “{list}” twice; a choice step by step needs every key once", "key", o.Key, "list", f.def.Options)
			continue
		}
		f.options[o.Key], f.above[o.Key] = o, above
		c.nest(f, o.Items, o.Key, level+1)
	}
}

func (cascadeKind) typ(w *World, d *Field, _ bool) rules.Type {
	list := w.Options[d.Options]
	if list == nil {
		return rules.ListOf(rules.Str)
	}
	var keys []string
	var collect func([]Option, int)
	collect = func(items []Option, level int) {
		for i := range items {
			keys = append(keys, items[i].Key)
			if level < maxLevels {
				collect(items[i].Items, level+1)
			}
		}
	}
	collect(list.Items, 1)
	if len(keys) == 0 {
		return rules.ListOf(rules.Str)
	}
	sort.Strings(keys)
	return rules.ListOf(rules.OneOf(keys...))
}

func (cascadeKind) wrong(at *place) any {
	return at.fail("shape.type", "{field}应是从上到下各级选项标识的列表", "{field}應是從上到下各級選項識別碼的清單",
		"{field} must be the list of option keys from the top down")
}

func (k cascadeKind) parse(f *field, raw json.RawMessage, at *place) any {
	raws, err := elements(raw)
	if err != nil || len(raws) == 0 || len(raws) > maxLevels {
		return k.wrong(at)
	}
	out := make([]any, len(raws))
	for i, r := range raws {
		s, ok := readString(r)
		if !ok {
			return k.wrong(at)
		}
		out[i] = s
	}
	return k.check(f, out, at)
}

func (k cascadeKind) accept(f *field, v any, at *place) any {
	list, ok := v.([]any)
	if !ok || len(list) == 0 || len(list) > maxLevels {
		return k.wrong(at)
	}
	return k.check(f, append([]any(nil), list...), at)
}

// check follows the path from the top.
func (k cascadeKind) check(f *field, list []any, at *place) any {
	above := ""
	for _, x := range list {
		key, ok := x.(string)
		if !ok {
			return k.wrong(at)
		}
		o := f.options[key]
		if f.options != nil && (o == nil || f.above[key] != above) {
			if above == "" {
				return at.fail("option.unknown", "{field}没有“{key}”这个选项", "{field}沒有「{key}」這個選項", "{field} has no option “{key}”", "key", clip(key))
			}
			return at.fail("option.unknown", "{field}：{above}下面没有“{key}”这个选项", "{field}：{above}下面沒有「{key}」這個選項",
				"{field}: there is no option “{key}” under {above}", "key", clip(key), "above", quoted(f.options[above].Name))
		}
		above = key
	}
	if o := f.options[above]; o != nil && len(o.Items) > 0 {
		return at.fail("option.open", "{field}：请继续选{above}的下一级", "{field}：請繼續選{above}的下一級", "{field}: choose further under {above}", "above", quoted(o.Name))
	}
	return list
}

func (cascadeKind) wire(_ *field, v any, _ RefTitles) any { return v }
func (cascadeKind) encode(_ *field, v any) any            { return v }
func (cascadeKind) decode(f *field, stored any) any       { return multiselectKind{}.decode(f, stored) }
func (cascadeKind) column() ColumnType                    { return ColTexts }
func (cascadeKind) col(f *field, v any) any               { return multiselectKind{}.col(f, v) }

func (cascadeKind) schema(f *field) map[string]any {
	item := map[string]any{"type": "string"}
	if len(f.options) > 0 {
		item["enum"] = keysOf(f.options)
	}
	return map[string]any{"type": "array", "minItems": 1, "maxItems": maxLevels, "items": item}
}
