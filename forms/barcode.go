package forms

import "encoding/json"

// barcodeKind is what a code on a thing says. kind says which:
//
//	any    (default) any printable text up to 200 characters: Code 128, QR and whatever else a camera reads
//	ean13  ean8  upca   digits of that length whose last one checks the others
type barcodeKind struct{ plainText }

const barcodeMost = 200

var barcodeDigits = map[string]int{"ean13": 13, "ean8": 8, "upca": 12}

func (barcodeKind) settings() []string { return append([]string{"kind"}, plainSettings...) }

func (barcodeKind) compile(c *compiler, f *field) {
	c.oneOf(f.path+"/kind", f.def.Kind, "any", "ean13", "ean8", "upca")
	f.maxLen = barcodeMost
}

func (k barcodeKind) parse(f *field, raw json.RawMessage, at *place) any {
	s, ok := readString(raw)
	if !ok {
		return notText(at)
	}
	return k.accept(f, s, at)
}

func (barcodeKind) accept(f *field, v any, at *place) any {
	s, ok := asText(v)
	if !ok {
		return notText(at)
	}
	if len(s) <= 4*barcodeMost {
		s = pasted(s)
	}
	n := barcodeDigits[f.def.Kind]
	switch {
	case n == 0 && s == "":
		return at.fail("barcode.invalid", "{field}是空的条码", "{field}是空的條碼", "{field} is an empty code")
	case n == 0:
		return checkText(f, s, false, at)
	case len(s) != n || !allDigits(s):
		return at.fail("barcode.invalid", "{field}应是 {n} 位数字的条码", "{field}應是 {n} 位數字的條碼", "{field} must be a code of {n} digits", "n", n)
	case !goodCheckDigit(s):
		return at.fail("barcode.invalid", "{field}的校验位不对，请重新扫描或核对数字", "{field}的檢查碼不對，請重新掃描或核對數字",
			"The check digit of {field} is wrong; scan it again or compare the digits")
	}
	return s
}

// goodCheckDigit tests the last digit of an EAN or UPC: with weights 3 and 1 from the right, the sum is a multiple of 10.
func goodCheckDigit(s string) bool {
	sum := 0
	for i := 0; i < len(s); i++ {
		w := 1
		if (len(s)-i)%2 == 0 {
			w = 3
		}
		sum += w * int(s[i]-'0')
	}
	return sum%10 == 0
}

func (barcodeKind) schema(f *field) map[string]any {
	if n := barcodeDigits[f.def.Kind]; n > 0 {
		return lineSchema(n, map[string]any{"minLength": n, "pattern": "^[0-9]+$"})
	}
	return lineSchema(barcodeMost, nil)
}
