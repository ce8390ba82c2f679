package forms

import (
	"pipewright/rules"
)

// given lists the settings that a field carries beside those that every field may have (key, was, type, name, help,
// required, requiredIf, visibleIf, readIf, whenHidden, declassify), in the order of Field.
func given(d *Field) []string {
	var out []string
	add := func(name string, there bool) {
		if there {
			out = append(out, name)
		}
	}
	add("text", !d.Text.IsZero())
	add("calc", d.Calc != "")
	add("value", d.Value != "")
	add("minLength", d.MinLength != nil)
	add("maxLength", d.MaxLength != nil)
	add("pattern", d.Pattern != "")
	add("min", !d.Min.IsZero())
	add("max", !d.Max.IsZero())
	add("scale", d.Scale != nil)
	add("unit", d.Unit != "")
	add("step", !d.Step.IsZero())
	add("kind", d.Kind != "")
	add("currency", d.Currency != "")
	add("reset", d.Reset != "")
	add("options", d.Options != "")
	add("optionsBy", d.OptionsBy != "")
	add("form", d.Form != "")
	add("fill", len(d.Fill) > 0)
	add("where", d.Where != "")
	add("onDelete", d.OnDelete != "")
	add("via", d.Via != "")
	add("field", d.Field != "")
	add("agg", d.Agg != "")
	add("ownCurrency", d.OwnCurrency)
	add("fields", len(d.Fields) > 0)
	add("checks", len(d.Checks) > 0)
	add("list", d.List)
	add("filter", d.Filter)
	add("sort", d.Sort)
	add("search", d.Search)
	add("index", d.Index)
	return out
}

// settings refuses settings that mean nothing for the type or contradict each other.
func (c *compiler) settings(f *field) {
	d := f.def
	allowed := map[string]bool{}
	for _, name := range f.kind.settings() {
		allowed[name] = true
	}
	for _, name := range given(d) {
		path := f.path + "/" + name
		switch {
		case !allowed[name]:
			c.fail(path, "setting.unused", "“{type}”类型的字段{field}没有“{name}”这个设置", "「{type}」類型的欄位{field}沒有「{name}」這個設定",
				"The field {field} is of type “{type}”, which has no setting “{name}”", "type", SayType(d.Type), "field", quoted(f.name), "name", name)
			c.removal(path, name)
		case f.parent != nil && (name == "list" || name == "filter" || name == "sort" || name == "search"):
			c.fail(path, "setting.unused", "明细表的列{field}不能设“{name}”；要按它查找请设 index", "明細表的欄{field}不能設「{name}」；要按它查找請設 index",
				"The column {field} of a table cannot have “{name}”; set index to find records by it", "field", quoted(f.name), "name", name)
			c.removal(path, name)
		case f.parent == nil && name == "index":
			c.fail(path, "setting.unused", "“index”只用于明细表的列；字段{field}请用 filter", "「index」只用於明細表的欄；欄位{field}請用 filter",
				"“index” is for columns of a table; use filter for the field {field}", "field", quoted(f.name))
			c.fix(rules.Say("改为 filter", "改為 filter", "Use filter instead"), rules.Change{Path: path, Remove: true}, rules.Change{Path: f.path + "/filter", Value: []byte("true")})
		}
	}
	c.oneOf(f.path+"/whenHidden", d.WhenHidden, "keep", "clear", "exclude")
	conflict := func(member string, zhCN, zhTW, en string) {
		path := f.path + "/" + member
		c.fail(path, "setting.conflict", zhCN, zhTW, en, "field", quoted(f.name))
		c.removal(path, member)
	}
	if d.Computed() {
		if d.Required {
			conflict("required", "{field}是自动计算的，没有人能填，不能设为必填", "{field}是自動計算的，沒有人能填，不能設為必填", "{field} is computed and nobody can fill it in, so it cannot be required")
		}
		if d.RequiredIf != "" {
			conflict("requiredIf", "{field}是自动计算的，没有人能填，不能设为必填", "{field}是自動計算的，沒有人能填，不能設為必填", "{field} is computed and nobody can fill it in, so it cannot be required")
		}
		if d.Calc != "" && d.Value != "" {
			conflict("value", "{field}是自动计算的，默认值不起作用", "{field}是自動計算的，預設值不起作用", "{field} is computed, so its default has no effect")
		}
		if d.ReadIf != "" {
			conflict("readIf", "{field}是自动计算的，本来就只读", "{field}是自動計算的，本來就唯讀", "{field} is computed and so read-only anyway")
		}
	}
	if !d.Computed() && d.Declassify {
		conflict("declassify", "declassify 只用于自动计算的字段，{field}没有 calc", "declassify 只用於自動計算的欄位，{field}沒有 calc", "declassify is for computed fields; {field} has no calc")
	}
	if !d.Computed() && d.Required && d.RequiredIf != "" {
		conflict("requiredIf", "{field}已经总是必填，不需要再写必填条件", "{field}已經總是必填，不需要再寫必填條件", "{field} is always required, so a condition for it has no effect")
	}
	if d.WhenHidden != "" && d.WhenHidden != "keep" && d.VisibleIf == "" && f.parent != nil {
		conflict("whenHidden", "{field}没有显示条件，whenHidden 不起作用", "{field}沒有顯示條件，whenHidden 不起作用", "{field} has no condition for showing, so whenHidden has no effect")
	}
}
