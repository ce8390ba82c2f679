package rules

import "strings"

var textFunctions = []Function{
	{Name: "upper", Signatures: []string{"upper(text)"}, Example: "upper('abc')", Result: "ABC",
		Doc: Say("变成大写", "變成大寫", "In capital letters"), lower: textFunction(strings.ToUpper)},
	{Name: "lower", Signatures: []string{"lower(text)"}, Example: "lower('ABC')", Result: "abc",
		Doc: Say("变成小写", "變成小寫", "In small letters"), lower: textFunction(strings.ToLower)},
	{Name: "trim", Signatures: []string{"trim(text)"}, Example: "trim('  a ')", Result: "a",
		Doc: Say("去掉首尾空白", "去掉首尾空白", "Without the white space around it"), lower: textFunction(strings.TrimSpace)},
	{Name: "pinyin", Signatures: []string{"pinyin(text)"}, Example: "pinyin('中国移动')", Result: "zhongguoyidong",
		Doc: Say("汉字的拼音（不带声调），其他字符不变", "漢字的拼音（不帶聲調），其他字元不變", "Chinese characters in pinyin without tones; other characters stay"), lower: textFunction(Pinyin)},
	{Name: "cnAmount", Signatures: []string{"cnAmount(number)"}, Example: "cnAmount(6007.14)", Result: "陆仟零柒元壹角肆分",
		Doc: Say("中文大写金额，先四舍五入到分；既不是人民币、也不是应用的货币的金额没有大写", "中文大寫金額，先四捨五入到分；既不是人民幣、也不是應用的貨幣的金額沒有大寫",
			"An amount in Chinese capital characters, rounded to the cent first; none for an amount in another currency than yuan or the app's"),
		lower: func(l *lowering, s *site) operand {
			if !l.arity(s, 1, 1) {
				return l.broken(s.loc)
			}
			x, ok := l.argument(s, 0, KindNumber)
			if !ok {
				return l.broken(s.loc)
			}
			if t := x.typ.Currency; t == "" || l.env == nil || t == l.env.Base || t == "CNY" || x.typ.scattered() && len(l.loops) == 0 {
				return operand{node: call(opCNAmount, s.loc, x.node), typ: Str, null: x.null}
			}
			code, _ := l.currencyOf(x.typ.Currency, x.loc)
			return operand{node: l.callWide("cnAmount", opYuan, s.loc, frameNode(s.loc), x.node, code), typ: Str, null: true}
		}},
}

// textFunction lowers a function from text to text; null stays null.
func textFunction(fn func(string) string) func(*lowering, *site) operand {
	op := func(f, v any) any {
		s, ok := text(v)
		if !ok {
			return nil
		}
		if len(s) > MaxText {
			raise("expr.limit", Say("文字太长（最多 {max} 字节）", "文字太長（最多 {max} 位元組）", "The text is too long (at most {max} bytes)", "max", MaxText))
		}
		f.(*frame).budget.takeText(s)
		return fn(s)
	}
	return func(l *lowering, s *site) operand {
		if !l.arity(s, 1, 1) {
			return l.broken(s.loc)
		}
		o, ok := l.argument(s, 0, KindText)
		if !ok {
			return l.broken(s.loc)
		}
		return operand{node: call(op, s.loc, frameNode(s.loc), o.node), typ: Str, null: o.null}
	}
}

// opYuan writes an amount out whose currency is a yuan: it has no other word for one.
func opYuan(args ...any) (any, error) {
	f := args[0].(*frame)
	if m := f.scope.Money; m != nil {
		if code := f.currency(args[2]); code != m.Base && code != "CNY" {
			return nil, nil
		}
	}
	return opCNAmount(args[1]), nil
}

func opCNAmount(v any) any {
	x, ok := number(v)
	if !ok {
		return nil
	}
	s, err := CNAmount(x)
	if err != nil {
		raise("expr.limit", Say("金额太大，无法写成大写", "金額太大，無法寫成大寫", "The amount is too large to write out"))
	}
	return s
}
