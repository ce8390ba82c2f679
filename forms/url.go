package forms

import (
	"encoding/json"
	"net/url"
	"strings"
	"unicode"
)

// urlKind is a web address with http or https; nothing else may be opened by a click on a record.
type urlKind struct{ plainText }

const urlMost = 2000

func (k urlKind) parse(f *field, raw json.RawMessage, at *place) any {
	s, ok := readString(raw)
	if !ok {
		return notText(at)
	}
	return k.accept(f, s, at)
}

func (urlKind) accept(_ *field, v any, at *place) any {
	s, ok := asText(v)
	if !ok {
		return notText(at)
	}
	s = strings.TrimSpace(s)
	if len(s) > urlMost {
		return at.fail("text.tooLong", "{field}最多 {max} 个字，现在有 {n} 个", "{field}最多 {max} 個字，現在有 {n} 個",
			"{field} may have at most {max} characters, it has {n}", "max", urlMost, "n", len(s))
	}
	u, err := url.Parse(s)
	// User and password before the host serve to make one host look like another.
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil ||
		strings.ContainsFunc(s, func(r rune) bool {
			return unicode.IsSpace(r) || unicode.IsControl(r) || r == '\\' || r == '"' || r == '<' || r == '>'
		}) {
		return at.fail("url.invalid", "{field}应是网址，以 http:// 或 https:// 开头，例如 https://example.com", "{field}應是網址，以 http:// 或 https:// 開頭，例如 https://example.com",
			"{field} must be a web address beginning with http:// or https://, such as https://example.com")
	}
	return s
}

func (urlKind) schema(*field) map[string]any {
	return lineSchema(urlMost, map[string]any{"format": "uri", "pattern": "^https?://"})
}
