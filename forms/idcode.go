package forms

import (
	"encoding/json"
	"regexp"
	"strings"
)

// idcodeKind is the code of an organisation, in capital letters without spaces. kind says which:
//
//	uscc    (default) the unified social credit code of 18 characters (GB 32100-2015)
//	tax     a taxpayer's number of 15, 17, 18 or 20 letters and digits
//	custom  whatever pattern says
//
// A code of 18 characters whose last one does not check the others is doubted, not refused: some real codes fail it.
type idcodeKind struct{ plainText }

// usccLetters are the characters of the code in the order of their values; I, O, S, V and Z are not among them.
const usccLetters = "0123456789ABCDEFGHJKLMNPQRTUWXY"

var (
	usccPattern = regexp.MustCompile(`^[0-9A-HJ-NPQRTUWXY]{18}$`)
	taxPattern  = regexp.MustCompile(`^([0-9A-Z]{15}|[0-9A-Z]{17,18}|[0-9A-Z]{20})$`)
)

func (idcodeKind) settings() []string {
	return append([]string{"kind", "pattern"}, plainSettings...)
}

func (idcodeKind) compile(c *compiler, f *field) {
	c.oneOf(f.path+"/kind", f.def.Kind, "uscc", "tax", "custom")
	c.pattern(f)
	switch {
	case f.def.Kind == "custom" && f.def.Pattern == "":
		c.fail(f.path+"/pattern", "setting.missing", "{field}还没有写编码的格式（正则表达式）", "{field}還沒有寫編碼的格式（正規表示式）",
			"{field} does not say what its codes look like (a regular expression)", "field", quoted(f.name))
	case f.def.Kind != "custom" && f.def.Pattern != "":
		c.fail(f.path+"/pattern", "setting.conflict", "{field}的格式由编码种类决定；要自己写格式，请把 kind 设为 custom", "{field}的格式由編碼種類決定；要自己寫格式，請把 kind 設為 custom",
			"The kind of code of {field} decides its format; to write your own, set kind to custom", "field", quoted(f.name))
		c.removal(f.path+"/pattern", "pattern")
	}
}

func (k idcodeKind) parse(f *field, raw json.RawMessage, at *place) any {
	s, ok := readString(raw)
	if !ok {
		return notText(at)
	}
	return k.accept(f, s, at)
}

func (idcodeKind) accept(f *field, v any, at *place) any {
	s, ok := asText(v)
	if !ok || len(s) > 400 {
		return notText(at)
	}
	s = strings.ToUpper(strings.Join(strings.Fields(pasted(s)), ""))
	switch f.def.Kind {
	case "tax":
		if taxPattern.MatchString(s) {
			return s
		}
		return at.fail("code.invalid", "{field}应是 15、17、18 或 20 位字母和数字的纳税人识别号", "{field}應是 15、17、18 或 20 位字母和數字的納稅人識別號",
			"{field} must be a taxpayer's number of 15, 17, 18 or 20 letters and digits")
	case "custom":
		if s != "" && len(s) <= textDefault && (f.pattern == nil || f.pattern.MatchString(s)) {
			return s
		}
		return at.fail("text.pattern", "{field}的格式不对", "{field}的格式不對", "{field} is not in the expected format")
	}
	if usccPattern.MatchString(s) {
		return s
	}
	return at.fail("code.invalid", "{field}应是 18 位统一社会信用代码（数字和大写字母，没有 I、O、S、V、Z）", "{field}應是 18 位統一社會信用代碼（數字和大寫字母，沒有 I、O、S、V、Z）",
		"{field} must be a unified social credit code of 18 characters (digits and capital letters without I, O, S, V, Z)")
}

// doubt warns of a code that does not check itself.
func (idcodeKind) doubt(f *field, v any, at *place) {
	s, _ := v.(string)
	if f.def.Kind == "custom" || !usccPattern.MatchString(s) || goodUSCC(s) {
		return
	}
	at.warn("code.checksum", "{field}的校验位对不上，请核对一遍；确认无误可以照样保存", "{field}的檢查碼對不上，請核對一遍；確認無誤可以照樣儲存",
		"The check character of {field} does not match; compare it once more. If it is right, it may be saved all the same")
}

// goodUSCC tests the check character of a unified social credit code: weights 3^i modulo 31 over the first 17.
func goodUSCC(s string) bool {
	sum, w := 0, 1
	for i := 0; i < 17; i++ {
		sum += w * strings.IndexByte(usccLetters, s[i])
		w = w * 3 % 31
	}
	return usccLetters[(31-sum%31)%31] == s[17]
}

func (idcodeKind) schema(f *field) map[string]any {
	switch {
	case f.def.Kind == "custom":
		return lineSchema(textDefault, nil)
	case f.def.Kind == "tax":
		return lineSchema(20, nil)
	}
	return lineSchema(40, nil)
}
