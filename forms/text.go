package forms

import (
	"encoding/json"
	"regexp"
	"strings"
	"unicode/utf8"

	"pipewright/rules"
)

// textKind is one line of text, up to 200 characters unless maxLength says otherwise (at most 4,000).
type textKind struct{}

const (
	textDefault = 200
	textMost    = 4000
)

func (textKind) settings() []string {
	return []string{"minLength", "maxLength", "pattern", "calc", "value", "list", "filter", "sort", "search", "index"}
}

func (textKind) compile(c *compiler, f *field) { compileText(c, f, textDefault, textMost) }

func (textKind) typ(*World, *Field, bool) rules.Type { return rules.Str }

func (textKind) parse(f *field, raw json.RawMessage, at *place) any {
	s, ok := readString(raw)
	if !ok {
		return at.fail("shape.type", "{field}应是文字", "{field}應是文字", "{field} must be a text")
	}
	return checkText(f, s, false, at)
}

func (textKind) accept(f *field, v any, at *place) any {
	s, ok := asText(v)
	if !ok {
		return at.fail("shape.type", "{field}应是文字", "{field}應是文字", "{field} must be a text")
	}
	return checkText(f, s, false, at)
}

func (textKind) wire(_ *field, v any, _ RefTitles) any { return v }
func (textKind) encode(_ *field, v any) any            { return v }

func (textKind) decode(_ *field, stored any) any { return stringOrNil(stored) }

func (textKind) column() ColumnType      { return ColText }
func (textKind) col(_ *field, v any) any { return v }

func (textKind) schema(f *field) map[string]any { return textSchema(f) }

// compileText checks the settings of a text. most is the largest maxLength that may be asked for.
func compileText(c *compiler, f *field, standard, most int) {
	f.maxLen = standard
	if n := f.def.MaxLength; n != nil {
		if *n < 1 || *n > most {
			c.fail(f.path+"/maxLength", "setting.range", "{field}的最大长度应在 1 到 {most} 之间", "{field}的最大長度應在 1 到 {most} 之間",
				"The maximum length of {field} must be 1 to {most}", "field", quoted(f.name), "most", most)
		} else {
			f.maxLen = *n
		}
	}
	if n := f.def.MinLength; n != nil {
		if *n < 0 || *n > f.maxLen {
			c.fail(f.path+"/minLength", "setting.range", "{field}的最小长度应在 0 到最大长度 {most} 之间", "{field}的最小長度應在 0 到最大長度 {most} 之間",
				"The minimum length of {field} must be 0 to its maximum length {most}", "field", quoted(f.name), "most", f.maxLen)
		} else {
			f.minLen = *n
		}
	}
	c.pattern(f)
}

// pattern compiles the field's pattern, if it has one.
func (c *compiler) pattern(f *field) {
	if f.def.Pattern == "" {
		return
	}
	re, err := compilePattern(f.def.Pattern)
	if err != nil {
		c.fail(f.path+"/pattern", "setting.pattern", "{field}的格式（正则表达式）写错了：{err}", "{field}的格式（正規表示式）寫錯了：{err}",
			"The pattern of {field} is not a valid regular expression: {err}", "field", quoted(f.name), "err", rules.PatternFault(err))
	}
	f.pattern = re
}

// maxPattern bounds the text of a pattern; RE2 runs in linear time, its size is what remains to bound.
const maxPattern = 256

func compilePattern(p string) (*regexp.Regexp, error) {
	if len(p) > maxPattern {
		return nil, errLongPattern
	}
	return regexp.Compile(p)
}

// checkText holds a text to the field's settings. many allows line breaks.
func checkText(f *field, s string, many bool, at *place) any {
	if i := strings.IndexFunc(s, func(r rune) bool {
		return r < 0x20 && r != '\t' && (!many || r != '\n' && r != '\r') || r == 0x7f
	}); i >= 0 {
		if s[i] == '\n' || s[i] == '\r' {
			return at.fail("text.line", "{field}只能写一行", "{field}只能寫一行", "{field} must be a single line")
		}
		return at.fail("text.control", "{field}里有不可见的控制字符，请删除", "{field}裡有不可見的控制字元，請刪除",
			"{field} holds an invisible control character; please remove it")
	}
	n := utf8.RuneCountInString(s)
	switch {
	case n == 0:
		return nil // nothing is written
	case !utf8.ValidString(s):
		return at.fail("shape.type", "{field}应是文字", "{field}應是文字", "{field} must be a text")
	case n > f.maxLen:
		return at.fail("text.tooLong", "{field}最多 {max} 个字，现在有 {n} 个", "{field}最多 {max} 個字，現在有 {n} 個",
			"{field} may have at most {max} characters, it has {n}", "max", f.maxLen, "n", n)
	case n < f.minLen:
		return at.fail("text.tooShort", "{field}至少 {min} 个字，现在有 {n} 个", "{field}至少 {min} 個字，現在有 {n} 個",
			"{field} must have at least {min} characters, it has {n}", "min", f.minLen, "n", n)
	case f.pattern != nil && !f.pattern.MatchString(s):
		return at.fail("text.pattern", "{field}的格式不对", "{field}的格式不對", "{field} is not in the expected format")
	}
	return s
}

// asText reads what an expression gave as a text: a text, or the id of a record behind a reference.
func asText(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case Ref:
		return v.ID, true
	case map[string]any:
		s, ok := v["id"].(string)
		return s, ok
	}
	return "", false
}

func stringOrNil(stored any) any {
	if s, ok := stored.(string); ok && s != "" {
		return s
	}
	return nil
}

func textSchema(f *field) map[string]any {
	m := map[string]any{"type": "string", "maxLength": f.maxLen}
	if f.minLen > 0 {
		// An empty text is always allowed: it is not "too short", it is empty.
		m["anyOf"] = []any{map[string]any{"const": ""}, map[string]any{"minLength": f.minLen}}
	}
	if f.def.Pattern != "" {
		m["pattern"] = f.def.Pattern
	}
	return m
}
