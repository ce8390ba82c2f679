package rules

import (
	"unicode/utf8"

	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser/lexer"
)

// The limits of one expression. expr-lang's own do not bound nesting or work: a million "(" overflows the stack of the
// process, three nested loops run for seconds. They are checked before its parser sees the text.
const (
	// MaxSource is the longest expression in bytes.
	MaxSource = 4096
	// MaxNesting is the deepest nesting of brackets.
	MaxNesting = 64
	// MaxUnary is the longest run of signs and nots.
	MaxUnary = 64
	// MaxNodes is the largest number of parts, counted as they would run.
	MaxNodes = 500
	// MaxLoops is the deepest nesting of loops over tables and lists.
	MaxLoops = 2
	// MaxRows is the longest table, list or range an expression works on.
	MaxRows = 1000
	// MaxPattern is the longest regular expression in bytes.
	MaxPattern = 256
	// MaxText is the longest text an expression may build, in bytes.
	MaxText = 8192
	// MaxIterations is the number of loop steps all expressions of one command may take together.
	MaxIterations = 20000
	// MaxRules is how deep rules may run each other. A run takes a step, and one more for every rowsPerStep rows or items: without that,
	// sixty rules that each read the next twice would never come to an end.
	MaxRules    = 64
	rowsPerStep = 16
)

// scan applies the limits that protect the parser and returns the tokens. It never recurses.
func scan(src string) ([]lexer.Token, *fault) {
	if len(src) > MaxSource {
		return nil, &fault{code: "expr.limit", msg: Say(
			"表达式太长：{n} 字节，最多 {max}。请把一部分做成规则",
			"運算式太長：{n} 位元組，最多 {max}。請把一部分做成規則",
			"The expression is too long: {n} bytes, at most {max}. Move a part of it into a rule", "n", len(src), "max", MaxSource)}
	}
	if !utf8.ValidString(src) {
		return nil, &fault{code: "expr.syntax", msg: Say(
			"表达式含有无法识别的字符（不是有效的 UTF-8）", "運算式含有無法識別的字元（不是有效的 UTF-8）",
			"The expression has broken characters (not valid UTF-8)")}
	}
	tokens, err := lexer.Lex(file.NewSource(src))
	if err != nil {
		return nil, lexFault(src, err)
	}
	var open []lexer.Token
	unary := 0
	for _, t := range tokens {
		if t.Is(lexer.Operator, "-", "+", "!", "not") {
			if unary++; unary > MaxUnary {
				return nil, &fault{code: "expr.limit", at: t.From, msg: Say(
					"连续的正负号或 not 太多（最多 {max} 个）", "連續的正負號或 not 太多（最多 {max} 個）",
					"Too many signs or nots in a row (at most {max})", "max", MaxUnary)}
			}
		} else {
			unary = 0
		}
		switch {
		case t.Is(lexer.Bracket, "(", "[", "{"):
			if open = append(open, t); len(open) > MaxNesting {
				return nil, &fault{code: "expr.limit", at: t.From, msg: Say(
					"括号嵌套太深（最多 {max} 层）", "括號巢狀太深（最多 {max} 層）",
					"The brackets are nested too deep (at most {max})", "max", MaxNesting)}
			}
		case t.Is(lexer.Bracket):
			if len(open) == 0 {
				return nil, &fault{code: "expr.syntax", at: t.From, msg: Say(
					"多了一个“{b}”", "多了一個「{b}」", "There is a “{b}” too many", "b", t.Value)}
			}
			o := open[len(open)-1]
			open = open[:len(open)-1]
			if want := map[string]string{"(": ")", "[": "]", "{": "}"}[o.Value]; want != t.Value {
				return nil, &fault{code: "expr.syntax", at: t.From, msg: Say(
					"这里应是“{want}”，而不是“{b}”", "這裡應是「{want}」，而不是「{b}」",
					"“{want}” is expected here, not “{b}”", "want", want, "b", t.Value)}
			}
		}
	}
	if len(open) > 0 {
		o := open[len(open)-1]
		return nil, &fault{code: "expr.syntax", at: o.From, msg: Say(
			"这个“{b}”没有闭合", "這個「{b}」沒有閉合", "This “{b}” is never closed", "b", o.Value)}
	}
	return tokens, nil
}
