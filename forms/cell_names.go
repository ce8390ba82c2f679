package forms

import (
	"strings"
)

// parts takes a list of names apart.
func parts(text string) []string {
	list := strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(",，;；、|\n", r) })
	out := list[:0]
	for _, p := range list {
		if p = strings.TrimSpace(p); p != "" {
			out = append(out, p)
		}
	}
	return out
}

// called are the keys of the options that a text may mean: the key itself, else a name in any language, whatever its case and width.
func called(f *field, text string, fits func(key string) bool) []string {
	if f.options[text] != nil && fits(text) {
		return []string{text}
	}
	want := Normalize(text, "trim", "width", "case")
	var out []string
	for _, key := range keysOf(f.options) {
		o := f.options[key]
		if !fits(key) {
			continue
		}
		hit := Normalize(key, "case") == want
		for _, name := range o.Name {
			hit = hit || Normalize(name, "trim", "width", "case") == want
		}
		if hit {
			out = append(out, key)
		}
	}
	return out
}

func anyOption(string) bool { return true }

// theOne is the only thing a text may mean; nil with a problem otherwise.
func theOne(found []string, text string, at *place) any {
	switch len(found) {
	case 1:
		return found[0]
	case 0:
		return at.fail("option.unknown", "{field}没有“{text}”这个选项", "{field}沒有「{text}」這個選項", "{field} has no option “{text}”", "text", clip(text))
	}
	return many(found, text, at)
}

func many(found []string, text string, at *place) any {
	return at.fail("cell.many", "{field}里的“{text}”可以指 {n} 个，请写得更准确", "{field}裡的「{text}」可以指 {n} 個，請寫得更準確",
		"In {field}, “{text}” may mean {n} things; be more exact", "text", clip(text), "n", len(found))
}

func optionName(f *field, key string, c *Cells) string {
	if o := f.options[key]; o != nil {
		if name := o.Name.In(c.Language); name != "" {
			return name
		}
	}
	return key
}

func writeOptions(f *field, v any, c *Cells) string {
	switch v := v.(type) {
	case string:
		return optionName(f, v, c)
	case []any:
		names := make([]string, len(v))
		for i, x := range v {
			key, _ := x.(string)
			names[i] = optionName(f, key, c)
		}
		if f.def.Type == "cascade" {
			return strings.Join(names, " / ")
		}
		return strings.Join(names, "; ")
	}
	return ""
}

func readOption(f *field, text string, _ *Cells, at *place) any {
	return theOne(called(f, text, anyOption), text, at)
}

func readOptions(f *field, text string, _ *Cells, at *place) any {
	out := []any{}
	// A name may hold a comma: the whole cell comes first.
	if found := called(f, text, anyOption); len(found) == 1 {
		return append(out, found[0])
	}
	for _, p := range parts(text) {
		x := theOne(called(f, p, anyOption), p, at)
		if x == nil {
			return nil
		}
		out = append(out, x)
	}
	return out
}

func readCascade(f *field, text string, _ *Cells, at *place) any {
	out, above := []any{}, ""
	for p := range strings.FieldsFuncSeq(text, func(r rune) bool { return strings.ContainsRune("/>／＞", r) }) {
		p = strings.TrimSpace(p)
		x := theOne(called(f, p, func(key string) bool { return f.above[key] == above }), p, at)
		if x == nil {
			return nil
		}
		above, _ = x.(string)
		out = append(out, x)
	}
	return out
}

func writeName(f *field, v any, c *Cells) string {
	id, _ := v.(string)
	if c.Name != nil {
		if name := c.Name(f.def.Type, id); name != "" {
			return name
		}
	}
	return id
}

func readName(f *field, text string, c *Cells, at *place) any {
	var found []string
	if c.FindName != nil {
		found = c.FindName(f.def.Type, text)
	}
	switch len(found) {
	case 0:
		return at.fail("cell.name", "{field}：没有找到“{text}”", "{field}：沒有找到「{text}」", "{field}: nobody is called “{text}”", "text", clip(text))
	case 1:
		return found[0]
	}
	return many(found, text, at)
}

func writeRecord(f *field, v any, c *Cells) string {
	r, _ := v.(Ref)
	if c.Title != nil {
		if title := c.Title(f.def.Form, r.ID); title != "" {
			return title
		}
	}
	return r.ID
}

func readRecord(f *field, text string, c *Cells, at *place) any {
	var found []string
	if c.FindRecord != nil {
		found = c.FindRecord(f.def.Form, text)
	}
	switch len(found) {
	case 0:
		return at.fail("cell.name", "{field}：没有找到记录“{text}”，请写编号或完整名称", "{field}：沒有找到記錄「{text}」，請寫編號或完整名稱",
			"{field}: there is no record “{text}”; write its number or its whole title", "text", clip(text))
	case 1:
		return found[0]
	}
	return many(found, text, at)
}
