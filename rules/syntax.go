package rules

import (
	"encoding/json"
	"errors"
	"strings"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/builtin"
	"github.com/expr-lang/expr/conf"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser"
	"github.com/expr-lang/expr/parser/lexer"
	"github.com/shopspring/decimal"
)

// fault is one mistake at one character of an expression, before it becomes a Problem or an EvalError.
type fault struct {
	code string
	msg  Text
	at   int // in characters from 0; the whole expression when the fault has no place is 0 too
	fix  *Fix
	warn bool
}

func (f *fault) Error() string { return f.msg.In("en") }

// problem turns a fault into a Problem with line and column.
func (f *fault) problem(src string) Problem {
	p := Errorf("", f.code, f.msg)
	if f.warn {
		p.Severity = Warning
	}
	p.Line, p.Col = place(src, f.at)
	p.Fix = f.fix
	return p
}

// place turns a character offset into line and column, both from 1.
func place(src string, at int) (line, col int) {
	line, col = 1, 1
	n := 0
	for _, r := range src {
		if n == at {
			break
		}
		n++
		if r == '\n' {
			line, col = line+1, 1
		} else {
			col++
		}
	}
	return line, col
}

// disabled makes every name but the loop functions of expr-lang an ordinary call, so that ours alone are known. It is
// only read.
var disabled = func() map[string]bool {
	out := make(map[string]bool, len(builtin.Builtins))
	for _, f := range builtin.Builtins {
		out[f.Name] = true
	}
	return out
}()

// parseConfig is made by hand: the maps of conf.CreateNew would cost more than parsing does.
func parseConfig() *conf.Config {
	// The walk counts the parts exactly; MaxNodes here only stops a flood.
	return &conf.Config{Disabled: disabled, MaxNodes: 4 * MaxNodes}
}

// syntax is a parsed expression.
type syntax struct {
	src   string
	runes []rune
	root  ast.Node
}

// parse checks the limits and the grammar. min, max and avg take a second argument that is a loop body, which
// expr-lang's grammar gives only to its own loop functions; such a call is parsed as the equally long "map" and
// recognised again by its place in the source.
func parse(src string) (s *syntax, f *fault) {
	tokens, f := scan(src)
	if f != nil {
		return nil, f
	}
	if len(tokens) == 0 || tokens[0].Is(lexer.EOF) {
		return nil, &fault{code: "expr.syntax", msg: Say("表达式是空的", "運算式是空的", "The expression is empty")}
	}
	for i, t := range tokens {
		if f := refuse(src, tokens, i, t); f != nil {
			return nil, f
		}
	}
	defer func() {
		// A parser fault must never take the process down; with the limits above none is known.
		if r := recover(); r != nil {
			s, f = nil, &fault{code: "expr.syntax", msg: Say("表达式无法识别", "運算式無法識別", "The expression cannot be read")}
		}
	}()
	tree, err := parser.ParseWithConfig(loopNames(src, tokens), parseConfig())
	if err != nil {
		if f := perCent(src, tokens); f != nil {
			return nil, f
		}
		return nil, parseFault(src, tokens, err)
	}
	return &syntax{src: src, runes: []rune(src), root: tree.Node}, nil
}

// perCent reports a share written as 10%, after which nothing can be divided; the fix is its decimal.
func perCent(src string, tokens []lexer.Token) *fault {
	for i, t := range tokens {
		if i == 0 || !t.Is(lexer.Operator, "%") || tokens[i-1].Kind != lexer.Number || i+1 < len(tokens) && begins(tokens[i+1]) {
			continue
		}
		if d, err := decimal.NewFromString(strings.ReplaceAll(tokens[i-1].Value, "_", "")); err == nil {
			return instead(src, tokens[i-1].From, t.To, d.Shift(-2).String())
		}
	}
	return nil
}

// begins says whether an operand may begin with the token.
func begins(t lexer.Token) bool {
	return t.Kind == lexer.Identifier || t.Kind == lexer.Number || t.Kind == lexer.String || t.Is(lexer.Bracket, "(", "[", "{") || t.Is(lexer.Operator, "#", ".", "-", "+")
}

// refuse names the parts of expr-lang that are not part of our language.
func refuse(src string, tokens []lexer.Token, i int, t lexer.Token) *fault {
	switch {
	case t.Is(lexer.Operator, "|", "let", ";", "::", "**", "^"), t.Is(lexer.Bytes):
		v := t.Value
		if t.Kind == lexer.Bytes {
			v = "b'…'"
		}
		return &fault{code: "expr.syntax", at: t.From, msg: Say(
			"表达式里不能用“{v}”", "運算式裡不能用「{v}」", "“{v}” cannot be used in an expression", "v", v)}
	case t.Is(lexer.Operator, "<", "=") && i+1 < len(tokens) && tokens[i+1].From == t.To && tokens[i+1].Is(lexer.Operator, ">", "<"):
		return instead(src, t.From, tokens[i+1].To, map[string]string{"<>": "!=", "=>": ">=", "=<": "<=", "<<": "<"}[t.Value+tokens[i+1].Value])
	case t.Is(lexer.Operator, "==", "!=") && i+1 < len(tokens) && tokens[i+1].From == t.To && tokens[i+1].Is(lexer.Operator, "="):
		return instead(src, t.From, tokens[i+1].To, t.Value)
	case t.Is(lexer.Operator, "="):
		return instead(src, t.From, t.To, "==")
	case t.Is(lexer.Operator, "&"):
		return instead(src, t.From, t.To, "and")
	case t.Is(lexer.Operator, "contains", "startsWith", "endsWith", "matches") && i+1 < len(tokens) && tokens[i+1].Is(lexer.Bracket, "(") && !follows(tokens, i):
		return &fault{code: "expr.syntax", at: t.From, msg: Say(
			"{v} 写在两段文字之间：名称 {v} '文字'", "{v} 寫在兩段文字之間：名稱 {v} '文字'", "{v} stands between two texts: name {v} 'text'", "v", t.Value)}
	}
	return nil
}

// follows says whether an operand, and perhaps a not, stands before the token.
func follows(tokens []lexer.Token, i int) bool {
	if i > 0 && tokens[i-1].Is(lexer.Operator, "not") {
		i--
	}
	return i > 0 && ends(tokens[i-1])
}

// ends says whether an operand may end with the token, so that an operator may follow.
func ends(t lexer.Token) bool {
	return t.Kind == lexer.Identifier || t.Kind == lexer.Number || t.Kind == lexer.String || t.Is(lexer.Bracket, ")", "]", "}") || t.Is(lexer.Operator, "#")
}

// instead reports what the language writes otherwise, and offers that.
func instead(src string, from, to int, with string) *fault {
	runes := []rune(src)
	was := string(runes[from:to])
	return &fault{code: "expr.syntax", at: from, fix: rewrite(string(runes[:from])+with+string(runes[to:]), with), msg: Say(
		"“{was}”要写作“{with}”", "「{was}」要寫作「{with}」", "Write “{with}” instead of “{was}”", "was", was, "with", with)}
}

// rewrite offers a whole expression in place of the one written; with is what is new in it.
func rewrite(src, with string) *Fix {
	raw, err := json.Marshal(src)
	if err != nil {
		return nil
	}
	return &Fix{Title: Say("改为“{near}”", "改為「{near}」", "Change to “{near}”", "near", with), Changes: []Change{{Path: "", Value: raw}}}
}

// loopNames replaces the names of min, max and avg calls whose second argument is a loop body.
func loopNames(src string, tokens []lexer.Token) string {
	type call struct {
		name  int  // token of min, max or avg; -1 for other brackets
		loop  bool // a loop function: its second argument sees #
		arg   int
		first int // first token of the present argument
	}
	var stack []call
	var found []int
	inBody := func() bool {
		for _, c := range stack {
			if c.loop && c.arg > 0 {
				return true
			}
		}
		return false
	}
	for i, t := range tokens {
		switch {
		case t.Is(lexer.Bracket, "(", "[", "{"):
			c := call{name: -1, first: i + 1}
			if t.Value == "(" && i > 0 && tokens[i-1].Kind == lexer.Identifier && !(i > 1 && tokens[i-2].Is(lexer.Operator, ".", "?.")) {
				switch tokens[i-1].Value {
				case "min", "max", "avg":
					c.name = i - 1
				case "sum", "count", "any", "all", "filter", "map":
					c.loop = true
				}
			}
			stack = append(stack, c)
		case t.Is(lexer.Bracket):
			if len(stack) > 0 {
				stack = stack[:len(stack)-1]
			}
		case t.Is(lexer.Operator, ",") && len(stack) > 0:
			c := &stack[len(stack)-1]
			c.arg++
			c.first = i + 1
			if c.name >= 0 && c.arg == 1 && i+1 < len(tokens) {
				next := tokens[i+1]
				body := next.Is(lexer.Bracket, "{") || next.Is(lexer.Operator, ".", "#") && !inBody()
				if !body && !inBody() {
					body = usesRow(tokens[i+1:])
				}
				if body {
					c.loop = true
					found = append(found, tokens[c.name].From)
				}
			}
		}
	}
	if len(found) == 0 {
		return src
	}
	runes := []rune(src)
	for _, at := range found {
		copy(runes[at:], []rune("map"))
	}
	return string(runes)
}

// usesRow says whether # or a leading dot occurs before the end of the present argument.
func usesRow(tokens []lexer.Token) bool {
	depth := 0
	for i, t := range tokens {
		switch {
		case t.Is(lexer.Bracket, "(", "[", "{"):
			depth++
		case t.Is(lexer.Bracket):
			if depth--; depth < 0 {
				return false
			}
		case t.Is(lexer.Operator, ",") && depth == 0:
			return false
		case t.Is(lexer.Operator, "#") && depth == 0:
			return true
		case t.Is(lexer.Operator, ".") && depth == 0 && (i == 0 || tokens[i-1].Kind == lexer.Operator):
			return true
		}
	}
	return false
}

func lexFault(src string, err error) *fault {
	f := &fault{code: "expr.syntax", msg: Say("表达式无法识别", "運算式無法識別", "The expression cannot be read")}
	var fe *file.Error
	if !errors.As(err, &fe) {
		return f
	}
	f.at = fe.From
	switch m := fe.Message; {
	case strings.Contains(m, "not terminated"):
		f.msg = Say("文字缺少结束的引号", "文字缺少結束的引號", "A text is not closed with its quote")
	case strings.Contains(m, "escape"):
		f.msg = Say("文字里的“\\”写法不对", "文字裡的「\\」寫法不對", "A “\\” in a text is not followed by what it needs")
	case strings.Contains(m, "number"):
		f.msg = Say("数值写法不对", "數值寫法不對", "A number is not written well")
	case strings.Contains(m, "comment"):
		f.msg = Say("注释没有结束", "註解沒有結束", "A comment is not closed")
	default:
		runes := []rune(src)
		if f.at >= 0 && f.at < len(runes) {
			c := string(runes[f.at])
			f.msg = Say("不认识字符“{c}”", "不認識字元「{c}」", "The character “{c}” is not known here", "c", c)
			if half, ok := fullWidth[runes[f.at]]; ok {
				f.fix = halfWidth(src)
				f.msg = Say("请用半角的“{h}”代替“{c}”", "請用半形的「{h}」代替「{c}」", "Write “{h}” (half width) instead of “{c}”", "h", half, "c", c)
			}
		}
	}
	return f
}

// fullWidth are the characters a Chinese input method puts in place of the ASCII ones.
var fullWidth = map[rune]string{
	'（': "(", '）': ")", '，': ",", '。': ".", '＞': ">", '＜': "<", '＝': "=", '！': "!", '＋': "+", '－': "-", '＊': "*", '×': "*",
	'／': "/", '÷': "/", '％': "%", '“': "'", '”': "'", '‘': "'", '’': "'", '【': "[", '】': "]", '：': ":", '；': ";", '？': "?", '≥': ">=",
	'≤': "<=", '≠': "!=", '「': "'", '」': "'",
}

// halfWidth offers the expression with all such characters outside its texts replaced; nil when it cannot be read even so.
func halfWidth(src string) *Fix {
	var out strings.Builder
	var quote rune // what ends the text we are in
	for _, r := range src {
		half, wide := fullWidth[r]
		switch {
		case quote != 0 && r == quote:
			quote = 0
			if wide {
				r = '\''
			}
		case quote != 0:
			if r == '\'' && quote != '"' || r == '\\' {
				return nil
			}
		case wide && half == "'":
			quote = map[rune]rune{'“': '”', '‘': '’', '「': '」', '”': '”', '’': '’'}[r]
			r = '\''
		case wide:
			out.WriteString(half)
			continue
		case r == '\'' || r == '"':
			quote = r
		}
		out.WriteRune(r)
	}
	if _, f := scan(out.String()); f != nil {
		return nil
	}
	fix := rewrite(out.String(), "")
	if fix != nil {
		fix.Title = Say("改用半角符号", "改用半形符號", "Write half-width characters")
	}
	return fix
}

func parseFault(src string, tokens []lexer.Token, err error) *fault {
	f := &fault{code: "expr.syntax", msg: Say("表达式无法识别", "運算式無法識別", "The expression cannot be read")}
	var fe *file.Error
	if !errors.As(err, &fe) {
		return f
	}
	f.at = fe.From
	m := fe.Message
	if strings.Contains(m, "maximum allowed nodes") {
		return tooManyNodes(f.at)
	}
	if strings.Contains(m, "coalesce") {
		f.msg = Say("“??”和别的运算符放在一起时要加括号", "「??」和別的運算子放在一起時要加括號", "Put brackets around “??” when it stands beside another operator")
		return f
	}
	if strings.Contains(m, "arguments") {
		f.msg = Say("这个函数还缺一个参数", "這個函數還缺一個參數", "This function lacks an argument")
		return f
	}
	if strings.Contains(m, "literal") {
		for i, t := range tokens { // the parser is already at the token after the number
			if t.Kind == lexer.Number && i+1 < len(tokens) && tokens[i+1].From == f.at {
				f.at = t.From
				break
			}
		}
		f.msg = Say("数值写法不对或太大", "數值寫法不對或太大", "A number is not written well or is too large")
		return f
	}
	end := len(tokens) == 0 || f.at >= tokens[len(tokens)-1].From && tokens[len(tokens)-1].Is(lexer.EOF)
	if strings.Contains(m, "EOF") || strings.Contains(m, "end of expression") || end && strings.Contains(m, "expected name") {
		f.at = len([]rune(src))
		f.msg = Say("表达式没有写完", "運算式沒有寫完", "The expression is not finished")
		return f
	}
	for i, t := range tokens {
		if t.From == f.at && t.Value != "" {
			if t.Is(lexer.Operator, ",") && inIf(tokens[:i]) {
				f.msg = foreign["if"]
				return f
			}
			v := t.Value
			if t.Kind == lexer.String {
				v = "'" + v + "'"
			}
			f.msg = Say("这里不应出现“{v}”，前面可能少了运算符或括号", "這裡不應出現「{v}」，前面可能少了運算子或括號",
				"“{v}” is not expected here; an operator or a bracket may be missing before it", "v", v)
			if t.Is(lexer.Operator, "#", ".") {
				f.msg = Say("“{v}”只能用在 sum、filter 等函数里，指当前这一行", "「{v}」只能用在 sum、filter 等函數裡，指目前這一列",
					"“{v}” means the present row and works only inside sum, filter and the like", "v", v)
			}
			break
		}
	}
	return f
}

// inIf says whether the bracket that is open last is that of an if, as spreadsheets write it.
func inIf(tokens []lexer.Token) bool {
	depth := 0
	for i := len(tokens) - 1; i > 0; i-- {
		switch {
		case tokens[i].Is(lexer.Bracket, ")", "]", "}"):
			depth++
		case tokens[i].Is(lexer.Bracket):
			if depth--; depth < 0 {
				return tokens[i-1].Is(lexer.Operator, "if")
			}
		}
	}
	return false
}

func tooManyNodes(at int) *fault {
	return &fault{code: "expr.limit", at: at, msg: Say(
		"表达式太复杂（最多 {max} 个部分）。请把一部分做成规则", "運算式太複雜（最多 {max} 個部分）。請把一部分做成規則",
		"The expression has too many parts (at most {max}). Move a part of it into a rule", "max", MaxNodes)}
}
