package process

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"

	"pipewright/forms"
	"pipewright/rules"
)

// Rename gives the thing at a path, such as /forms/deal/fields/amount, another key and writes it wherever the definition names
// the thing: references, expressions, texts, views, scenarios, the layout. The old key goes into `was`, so that stored records,
// roles and running rounds are still found. def is not changed. The uses come in the order of the definition. Errors: ref.unknown
// when there is no such thing, ref.kind when its key is another's, key.invalid, key.duplicate, key.reserved, and key.clash when an
// expression would mean something else afterwards; the definition is then nil. A warning, key.copied: rows are copied between
// tables column by column of the same key, and the column of the other table keeps its own.
func Rename(def *Definition, path, to string) (*Definition, []Use, []rules.Problem) {
	at, ok := locate(def, path)
	if !ok {
		return nil, nil, []rules.Problem{rules.Errorf(path, "ref.unknown", rules.Say(
			"定义里没有“{path}”，或者它没有标识可改", "定義裡沒有「{path}」，或者它沒有識別名可改",
			"The definition has nothing at “{path}”, or it has no key to change", "path", path))}
	}
	if at.key == to {
		uses, _ := Uses(def, path)
		return def, uses, nil
	}
	if p := at.refuse(def, to); p != nil {
		return nil, nil, []rules.Problem{*p}
	}
	copied, err := clone(def)
	if err != nil {
		return nil, nil, []rules.Problem{rules.Errorf(path, "shape.type", rules.Say(
			"定义有无法读写的部分，请先改正", "定義有無法讀寫的部分，請先改正", "A part of the definition cannot be read back; mend it first"))}
	}
	f := newFinder(copied, path, to)
	f.definition()
	for _, edit := range f.edits {
		edit()
	}
	at, _ = locate(copied, path)
	at.elem.FieldByName("Key").SetString(to)
	if was := at.elem.FieldByName("Was"); was.IsValid() {
		former := slices.DeleteFunc(was.Interface().([]string), func(k string) bool { return k == to || k == at.key })
		was.Set(reflect.ValueOf(append(former, at.key)))
	}
	// Every mention must still be one, and no other name may have become one: a column would hide a field of its new key.
	again, _ := Uses(copied, at.list+"/"+to)
	if clash := lost(f.uses, again); clash != "" {
		return nil, nil, []rules.Problem{rules.Errorf(path, "key.clash", rules.Say(
			"不能改名为“{to}”：{place} 里已有同名的东西，表达式的意思会变", "不能改名為「{to}」：{place} 裡已有同名的東西，運算式的意思會變",
			"It cannot be called “{to}”: at {place} that name already means something, and the expression would change its meaning", "to", to, "place", clash))}
	}
	return copied, f.uses, f.copied
}

// lost compares the uses before with those after by what stands in the slots, and how often it is named there; it is the path
// of the first slot that is in only one of the two. The paths themselves may hold the key that changed.
func lost(before, after []Use) string {
	type slot struct {
		text  string
		times int
	}
	count := map[slot]int{}
	for _, u := range before {
		count[slot{u.After, u.times}]++
	}
	for _, u := range after {
		s := slot{u.Before, u.times}
		if count[s]--; count[s] < 0 {
			return u.Path
		}
	}
	for _, u := range before {
		if count[slot{u.After, u.times}] > 0 {
			return u.Path
		}
	}
	return ""
}

// clone copies a definition whole.
func clone(def *Definition) (*Definition, error) {
	raw, err := json.Marshal(def)
	if err != nil {
		return nil, err
	}
	out := &Definition{}
	return out, json.Unmarshal(raw, out)
}

// located is an element of a list that has a key.
type located struct {
	list     string // path of the list
	key      string
	elem     reflect.Value
	siblings []string
}

// locate finds the element of a definition that a key path names.
func locate(def *Definition, path string) (found located, ok bool) {
	i := strings.LastIndexByte(path, '/')
	if i < 0 {
		return found, false
	}
	list, key := path[:i], path[i+1:]
	walk(reflect.ValueOf(def).Elem(), "", func(p place) {
		if ok || p.value.Kind() != reflect.Slice || p.value.Type().Elem().Kind() != reflect.Struct || p.path() != list {
			return
		}
		var siblings []string
		for i := range p.value.Len() {
			k := p.value.Index(i).FieldByName("Key")
			if !k.IsValid() || k.Kind() != reflect.String {
				return
			}
			if k.String() == key && key != "" && !ok {
				found, ok = located{list: list, key: key, elem: p.value.Index(i)}, true
				continue
			}
			siblings = append(siblings, k.String())
		}
		found.siblings = siblings
	})
	return found, ok
}

// refuse says why a thing cannot take a key.
func (at *located) refuse(def *Definition, to string) *rules.Problem {
	path := at.list + "/" + at.key
	pattern := keyPattern
	if in, ok := at.elem.Interface().(rules.Input); ok && in.Value == "" {
		p := rules.Errorf(path, "ref.kind", rules.Say("这一列以字段“{key}”命名：请改字段的标识", "這一欄以欄位「{key}」命名：請改欄位的識別名",
			"This column is named by the field “{key}”: rename the field", "key", at.key))
		return &p
	}
	if at.elem.Type() == reflect.TypeFor[forms.Option]() {
		pattern = optionPattern
	}
	problem := func(code, zhCN, zhTW, en string) *rules.Problem {
		p := rules.Errorf(path, code, rules.Say(zhCN, zhTW, en, "to", to))
		return &p
	}
	if !pattern.MatchString(to) {
		if at.elem.Type() == reflect.TypeFor[forms.Option]() {
			return problem("key.invalid", "“{to}”不能作选项的标识：以英文字母或数字开头，只用字母、数字和 _ . + -，最长 40 个字符",
				"「{to}」不能作選項的識別名：以英文字母或數字開頭，只用字母、數字和 _ . + -，最長 40 個字元",
				"“{to}” cannot be the key of an option: begin with a letter or digit, use letters, digits and _ . + - only, at most 40")
		}
		return problem("key.invalid", "“{to}”不能作标识：以小写英文字母开头，只用英文字母和数字，最长 40 个字符",
			"「{to}」不能作識別名：以小寫英文字母開頭，只用英文字母和數字，最長 40 個字元",
			"“{to}” cannot be a key: begin with a lower-case letter, use letters and digits only, at most 40")
	}
	if _, ok := forms.CurrencyScale(to); !ok && at.isCurrency(def) {
		return problem("key.invalid", "“{to}”不是通行的 ISO 4217 货币代码，例如 CNY、USD：金额以这个选项为货币", "「{to}」不是通行的 ISO 4217 貨幣代碼，例如 CNY、USD：金額以這個選項為貨幣",
			"“{to}” is not an ISO 4217 currency in use, such as CNY or USD: amounts are in the currency this option names")
	}
	if slices.Contains(at.siblings, to) {
		return problem("key.duplicate", "已有标识为“{to}”的一项", "已有識別名為「{to}」的一項", "There is one with the key “{to}” already")
	}
	form, isField := strings.CutPrefix(at.list, "/forms/")
	form, rest, _ := strings.Cut(form, "/")
	isField = isField && (rest == "fields" || strings.HasSuffix(rest, "/fields"))
	isRule := at.list == "/rules"
	if (isField || isRule) && (reservedNames()[to] || to == "id") {
		return problem("key.reserved", "“{to}”是系统用词，请换一个", "「{to}」是系統用詞，請換一個", "“{to}” is a word of the system; choose another")
	}
	taken := false
	for i := range def.Rules {
		r := &def.Rules[i]
		taken = taken || isField && rest == "fields" && r.Key == to && (r.Form == form || r.Form == "")
		if isRule && r.Key == at.key {
			taken = taken || fieldOf(formOf(def, r.Form), to) != nil
		}
	}
	if taken {
		return problem("key.reserved", "“{to}”已是这个表单的字段或规则，请换一个", "「{to}」已是這個表單的欄位或規則，請換一個",
			"“{to}” is a field or rule of this form already; choose another")
	}
	return nil
}

// isCurrency says whether it is an option that amounts of a form take their currency from.
func (at *located) isCurrency(def *Definition) bool {
	for i := range def.Forms {
		form := &def.Forms[i]
		f := fieldOf(form, form.Currency)
		if f != nil && at.list == "/options/"+f.Options+"/items" {
			return true
		}
	}
	return false
}

// ForgetWas takes out of the `was` of the thing at a path the keys that nothing of its kind has ever had in published, the
// definition of a release; nil when nothing was published. A key that lived in drafts only need not be remembered.
func ForgetWas(def *Definition, path string, published *Definition) {
	at, ok := locate(def, path)
	if !ok || !at.elem.FieldByName("Was").IsValid() {
		return
	}
	known := map[string]bool{}
	if published != nil {
		walk(reflect.ValueOf(published).Elem(), "", func(p place) {
			if p.value.Kind() != reflect.Slice || p.value.Type().Elem() != at.elem.Type() {
				return
			}
			for i := range p.value.Len() {
				e := p.value.Index(i)
				known[e.FieldByName("Key").String()] = true
				for _, k := range e.FieldByName("Was").Interface().([]string) {
					known[k] = true
				}
			}
		})
	}
	was := at.elem.FieldByName("Was")
	kept := slices.DeleteFunc(slices.Clone(was.Interface().([]string)), func(k string) bool { return !known[k] })
	if len(kept) == 0 {
		kept = nil
	}
	was.Set(reflect.ValueOf(kept))
}
