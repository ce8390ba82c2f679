package process

import (
	"reflect"
	"slices"
	"strings"

	"pipewright/rules"
)

// checkTexts is stage 10: a text written per language is there in every language the app declares. A text written once is
// for all languages.
func (c *compiler) checkTexts() {
	if len(c.def.Languages) == 0 {
		return
	}
	walk(reflect.ValueOf(c.def).Elem(), "", func(p place) {
		t, ok := as[rules.Text](&p)
		if !ok || len(t) == 0 {
			return
		}
		if _, plain := t[""]; plain {
			return
		}
		var missing []string
		for _, lang := range c.def.Languages {
			if strings.TrimSpace(t[lang]) == "" && slices.Contains(rules.Languages, lang) {
				missing = append(missing, languageNames[lang])
			}
		}
		if len(missing) > 0 {
			c.warn(p.path(), "text.missing", "“{text}”缺少 {missing} 的文字", "「{text}」缺少 {missing} 的文字",
				"“{text}” has no text in {missing}", "text", shorten(t), "missing", missing)
		}
	})
}

// languageNames are the languages as their own people write them.
var languageNames = map[string]string{"zh-CN": "简体中文", "zh-TW": "繁體中文", "en": "English"}

// shorten keeps a long text short inside a message.
func shorten(t rules.Text) rules.Text {
	out := rules.Text{}
	for _, lang := range rules.Languages {
		r := []rune(t.In(lang))
		for _, other := range rules.Languages {
			if strings.TrimSpace(string(r)) == "" {
				r = []rune(t[other])
			}
		}
		if len(r) > 24 {
			r = append(r[:24], '…')
		}
		out[lang] = string(r)
	}
	return out
}
