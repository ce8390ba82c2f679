package forms

import (
	"encoding/json"
	"regexp"
	"strings"
)

// emailKind is one mail address, name@host with a dot in the host. The host is written in small letters, so that equal
// addresses are equal; what stands before the @ is the host's own affair and kept.
type emailKind struct{ plainText }

const emailMost = 254

var emailPattern = regexp.MustCompile("^[\\pL\\pN!#$%&'*+/=?^_`{|}~-]+(\\.[\\pL\\pN!#$%&'*+/=?^_`{|}~-]+)*@([\\pL\\pN]([\\pL\\pN-]{0,61}[\\pL\\pN])?\\.)+[\\pL\\pN]([\\pL\\pN-]{0,61}[\\pL\\pN])$")

func (k emailKind) parse(f *field, raw json.RawMessage, at *place) any {
	s, ok := readString(raw)
	if !ok {
		return notText(at)
	}
	return k.accept(f, s, at)
}

func (emailKind) accept(_ *field, v any, at *place) any {
	s, ok := asText(v)
	if !ok {
		return notText(at)
	}
	if len(s) <= 4*emailMost {
		s = pasted(s)
	}
	name, host, _ := strings.Cut(s, "@")
	if len(s) > emailMost || len(name) > 64 || !emailPattern.MatchString(s) {
		return at.fail("email.invalid", "{field}应是邮箱地址，例如 li@example.com", "{field}應是電子郵件地址，例如 li@example.com",
			"{field} must be a mail address such as li@example.com")
	}
	return name + "@" + strings.ToLower(host)
}

func (emailKind) schema(*field) map[string]any {
	return lineSchema(emailMost, map[string]any{"format": "email"})
}
