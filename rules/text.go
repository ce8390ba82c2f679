package rules

import (
	"bytes"
	"encoding/json"
	"fmt"
	"sort"
	"strings"
)

// Languages are the languages of the product, in the order they are written in canonical JSON.
var Languages = []string{"zh-CN", "zh-TW", "en"}

// Text is a text for people. The key "" holds one text for all languages; otherwise the keys are languages. In JSON it
// is a string, or an object with any of "zh-CN", "zh-TW" and "en".
type Text map[string]string

// Plain makes a text that is the same in all languages.
func Plain(s string) Text { return Text{"": s} }

// In returns the text for a language: that language, else the one text for all, else another Chinese for a Chinese
// reader, else English, else whatever comes first. Empty for an empty text.
func (t Text) In(lang string) string {
	if s, ok := t[lang]; ok {
		return s
	}
	if s, ok := t[""]; ok {
		return s
	}
	if strings.HasPrefix(lang, "zh") {
		for _, l := range Languages[:2] {
			if s, ok := t[l]; ok {
				return s
			}
		}
	}
	if s, ok := t["en"]; ok {
		return s
	}
	for _, l := range Languages {
		if s, ok := t[l]; ok {
			return s
		}
	}
	keys := make([]string, 0, len(t))
	for k := range t {
		keys = append(keys, k)
	}
	if len(keys) == 0 {
		return ""
	}
	sort.Strings(keys)
	return t[keys[0]]
}

// IsZero says whether there is no text at all (for omitzero).
func (t Text) IsZero() bool { return len(t) == 0 }

// String is the English text, for logs and error values.
func (t Text) String() string { return t.In("en") }

// MarshalJSON writes a string when there is one text for all languages, else an object in the order of Languages.
func (t Text) MarshalJSON() ([]byte, error) {
	if s, ok := t[""]; ok {
		return marshalPlain(s)
	}
	var b bytes.Buffer
	b.WriteByte('{')
	first := true
	for _, l := range Languages {
		s, ok := t[l]
		if !ok {
			continue
		}
		if !first {
			b.WriteByte(',')
		}
		first = false
		raw, err := marshalPlain(s)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&b, "%q:%s", l, raw)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// UnmarshalJSON reads what MarshalJSON writes; another language or another type is an error.
func (t *Text) UnmarshalJSON(raw []byte) error {
	if ps := t.UnmarshalStrict(raw, ""); len(ps) > 0 {
		return fmt.Errorf("%s", ps[0].Message.In("en"))
	}
	return nil
}

// UnmarshalStrict reads a text and names every mistake by path (see package strict).
func (t *Text) UnmarshalStrict(raw json.RawMessage, path string) []Problem {
	trimmed := bytes.TrimSpace(raw)
	wrong := func() []Problem {
		return []Problem{Errorf(path, "shape.type", Say(
			"这里应是一段文字，或按语言分别写的文字（zh-CN、zh-TW、en）",
			"這裡應是一段文字，或按語言分別寫的文字（zh-CN、zh-TW、en）",
			"A text is expected here, or one text per language (zh-CN, zh-TW, en)"))}
	}
	if len(trimmed) == 0 {
		return wrong()
	}
	switch trimmed[0] {
	case '"':
		var s string
		if json.Unmarshal(trimmed, &s) != nil {
			return wrong()
		}
		*t = Text{"": s}
		return nil
	case '{':
		var m map[string]json.RawMessage
		if json.Unmarshal(trimmed, &m) != nil {
			return wrong()
		}
		keys := make([]string, 0, len(m))
		for k := range m {
			keys = append(keys, k)
		}
		sort.Strings(keys)
		out := make(Text, len(m))
		var ps []Problem
		for _, k := range keys {
			if k != "zh-CN" && k != "zh-TW" && k != "en" {
				ps = append(ps, Errorf(path+"/"+k, "shape.unknownMember", Say(
					"“{lang}”不是支持的语言。可用：zh-CN、zh-TW、en",
					"「{lang}」不是支援的語言。可用：zh-CN、zh-TW、en",
					"“{lang}” is not a language we know. Use zh-CN, zh-TW or en", "lang", k)))
				continue
			}
			var s string
			if v := bytes.TrimSpace(m[k]); len(v) == 0 || v[0] != '"' || json.Unmarshal(v, &s) != nil {
				ps = append(ps, Errorf(path+"/"+k, "shape.type", Say("这里应是一段文字", "這裡應是一段文字", "A text is expected here")))
				continue
			}
			out[k] = s
		}
		*t = out
		return ps
	}
	return wrong()
}

// marshalPlain is json.Marshal without the escaping of <, > and &, which canonical JSON keeps readable.
func marshalPlain(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimRight(b.Bytes(), "\n"), nil
}

// Say makes a text in three languages. args are name, value pairs; {name} is replaced by the value, in the same
// language when the value is itself a Text.
func Say(zhCN, zhTW, en string, args ...any) Text {
	t := Text{"zh-CN": zhCN, "zh-TW": zhTW, "en": en}
	if len(args) < 2 {
		return t
	}
	for lang := range t {
		pairs := make([]string, 0, len(args))
		for i := 0; i+1 < len(args); i += 2 {
			name, _ := args[i].(string)
			pairs = append(pairs, "{"+name+"}", sayValue(args[i+1], lang))
		}
		t[lang] = strings.NewReplacer(pairs...).Replace(t[lang])
	}
	return t
}

func sayValue(v any, lang string) string {
	switch v := v.(type) {
	case Text:
		return v.In(lang)
	case string:
		return v
	case []string:
		if lang == "en" {
			return strings.Join(v, ", ")
		}
		return strings.Join(v, "、")
	case []Text:
		all := make([]string, len(v))
		for i, t := range v {
			all[i] = t.In(lang)
		}
		return sayValue(all, lang)
	case *EvalError:
		return v.Message.In(lang)
	case error:
		return v.Error()
	case fmt.Stringer:
		return v.String()
	}
	return fmt.Sprint(v)
}
