package rules

import (
	"errors"
	"regexp"
	resyntax "regexp/syntax"
	"time"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/file"
	"github.com/shopspring/decimal"
)

func (l *lowering) unary(n *ast.UnaryNode, loc file.Location) operand {
	o := l.walk(n.Node)
	if o.bad() {
		return o
	}
	switch n.Operator {
	case "not", "!":
		return operand{node: put(&ast.UnaryNode{Operator: "not", Node: l.condition(o)}, loc), typ: Bool}
	}
	if o.typ.Kind != KindNumber && o.typ.Kind != KindNull {
		return l.fail("expr.type", loc, Say("“{op}”后面应是数值，实际是{t}", "「{op}」後面應是數值，實際是{t}", "A number is expected after “{op}”, not {t}", "op", n.Operator, "t", o.typ.Say()))
	}
	if d, ok := o.lit.(decimal.Decimal); ok {
		if n.Operator == "-" {
			d = d.Neg()
		}
		return operand{node: constant(d, loc), typ: Number, lit: d, isLit: true}
	}
	fn := opPlus
	if n.Operator == "-" {
		fn = opNeg
	}
	return operand{node: call(fn, loc, o.node), typ: Type{Kind: KindNumber, Currency: o.typ.Currency}, null: o.null}
}

func (l *lowering) binary(n *ast.BinaryNode, loc file.Location) operand {
	switch n.Operator {
	case "..":
		return l.numberRange(n, loc)
	case "matches":
		return l.matches(n, loc)
	}
	a, b := l.sides(n)
	switch n.Operator {
	case "and", "&&", "or", "||":
		op := map[string]string{"and": "and", "&&": "and", "or": "or", "||": "or"}[n.Operator]
		return operand{node: put(&ast.BinaryNode{Operator: op, Left: l.condition(a), Right: l.condition(b)}, loc), typ: Bool}
	}
	if a.bad() || b.bad() {
		return l.broken(loc)
	}
	switch n.Operator {
	case "+", "-", "*", "/", "%":
		return l.arithmetic(n.Operator, a, b, loc)
	case "==", "!=":
		return l.equality(n.Operator, a, b, loc)
	case "<", "<=", ">", ">=":
		return l.ordering(n.Operator, a, b, loc)
	case "in":
		return l.membership(a, b, loc)
	case "contains", "startsWith", "endsWith":
		return l.textTest(n.Operator, a, b, loc)
	case "??":
		t, ok := unify(a.typ, b.typ)
		if !ok {
			return l.mismatch("??", a, b, loc)
		}
		if _, ok := l.meet(a, b); !ok {
			return l.mixed(a, b, loc)
		}
		return operand{node: put(&ast.BinaryNode{Operator: "??", Left: a.node, Right: b.node}, loc), typ: t, null: b.null}
	}
	return l.fail("expr.syntax", loc, Say("不认识运算符“{op}”", "不認識運算子「{op}」", "The operator “{op}” is not known", "op", n.Operator))
}

// sides lowers what stands left and right of an operator; right of a comparison the options of what stands left are known.
func (l *lowering) sides(n *ast.BinaryNode) (a, b operand) {
	a = l.walk(n.Left)
	before := l.options
	switch n.Operator {
	case "==", "!=", "in", "contains":
		l.options = a.typ.Choices()
	default:
		l.options = nil
	}
	b = l.walk(n.Right)
	l.options = before
	return a, b
}

func (l *lowering) mismatch(op string, a, b operand, loc file.Location) operand {
	for _, side := range [][2]operand{{a, b}, {b, a}} {
		if f := l.bareDate(side[0].typ.Kind, side[1]); f != nil {
			l.faults = append(l.faults, f)
			return l.broken(loc)
		}
	}
	return l.fail("expr.type", loc, Say(
		"“{op}”两边的类型不合：左边是{a}，右边是{b}", "「{op}」兩邊的類型不合：左邊是{a}，右邊是{b}",
		"“{op}” does not fit its two sides: {a} on the left, {b} on the right", "op", op, "a", a.typ.Say(), "b", b.typ.Say()))
}

// bareDate reports a written date that stands, as a text, where a date is needed; the fix puts date() or datetime() around it. It is nil for
// anything else.
func (l *lowering) bareDate(need Kind, o operand) *fault {
	s, ok := o.lit.(string)
	if !ok || need != KindDate && need != KindDatetime {
		return nil
	}
	name := "date"
	if _, err := ParseDate(s); err != nil {
		if _, ok := parseInstant(s, time.UTC); !ok {
			return nil
		}
		name = "datetime"
	}
	how := name + "('" + s + "')"
	return &fault{code: "expr.type", at: o.loc.From, msg: Say("'{s}' 是文字；日期要写作 {how}", "'{s}' 是文字；日期要寫作 {how}", "'{s}' is a text; a date is written {how}", "s", s, "how", how),
		fix: l.fixSpan(o.loc, how, Say("改为 {how}", "改為 {how}", "Change to {how}", "how", how))}
}

// mixed reports two currencies that meet, or an amount of a currency that varies and a bare figure; the fix brings amounts that stand
// there by their name into the app's currency.
func (l *lowering) mixed(a, b operand, loc file.Location) operand {
	f := &fault{code: "money.mixed", at: loc.From, msg: Say(
		"两种货币不能直接运算或比较；用 base(…) 折成应用的货币，或用 convert(…) 折成另一种", "兩種貨幣不能直接運算或比較；用 base(…) 折成應用的貨幣，或用 convert(…) 折成另一種",
		"Amounts in two currencies cannot be computed or compared directly; bring them into the app's currency with base(…), or into another with convert(…)")}
	if a.typ.Currency == "" || b.typ.Currency == "" {
		f.msg = Say("金额的货币随记录而变，不能和一个数直接运算或比较；用 base(…) 折成应用的货币", "金額的貨幣隨記錄而變，不能和一個數直接運算或比較；用 base(…) 折成應用的貨幣",
			"The currency of this amount varies by record, so it cannot be computed or compared with a bare figure; bring it into the app's currency with base(…)")
	}
	f.fix = l.fixBase(a, b)
	l.faults = append(l.faults, f)
	return l.broken(loc)
}

// fixBase offers base() around amounts named by a bare word.
func (l *lowering) fixBase(sides ...operand) *Fix {
	out, at := "", 0
	for _, o := range sides {
		if o.typ.Currency == "" || l.env != nil && o.typ.Currency == l.env.Base {
			continue
		}
		if len(o.path) != 1 || o.loc.From < at || o.loc.To > len(l.syn.runes) || string(l.syn.runes[o.loc.From:o.loc.To]) != o.path[0] {
			return nil
		}
		out += string(l.syn.runes[at:o.loc.From]) + "base(" + o.path[0] + ")"
		at = o.loc.To
	}
	if at == 0 {
		return nil
	}
	return l.fixSpan(file.Location{From: 0, To: len(l.syn.runes)}, out+string(l.syn.runes[at:]), Say("用 base() 折算", "用 base() 折算", "Convert with base()"))
}

// meet is the currency of two operands that are added or compared. A literal has no currency, so it does not meet an amount whose
// currency varies; 0 is nothing in every currency.
func (l *lowering) meet(a, b operand) (string, bool) {
	for _, side := range [][2]operand{{a, b}, {b, a}} {
		if d, ok := side[1].lit.(decimal.Decimal); ok && side[1].isLit && !d.IsZero() && side[0].typ.Varies() {
			return "", false
		}
	}
	return currency(a.typ, b.typ)
}

// currency is that of a sum, difference or comparison; ok is false when two currencies meet.
func currency(a, b Type) (string, bool) {
	if a.Currency != "" && b.Currency != "" && a.Currency != b.Currency {
		return "", false
	}
	if a.Currency != "" {
		return a.Currency, true
	}
	return b.Currency, true
}

func (l *lowering) arithmetic(op string, a, b operand, loc file.Location) operand {
	ak, bk := a.typ.Kind, b.typ.Kind
	null := a.null || b.null
	switch {
	case op == "+" && (ak == KindText && (bk == KindText || bk == KindNull) || ak == KindNull && bk == KindText):
		return operand{node: call(opJoin, loc, a.node, b.node), typ: Str}
	case ak == KindDate && bk == KindNumber && op == "+":
		return operand{node: call(opShift, loc, a.node, b.node), typ: Day, null: null}
	case ak == KindDate && bk == KindNumber && op == "-":
		return operand{node: call(opShiftBack, loc, a.node, b.node), typ: Day, null: null}
	case ak == KindDate && bk == KindDate && op == "-":
		return operand{node: call(opDateDiff, loc, a.node, b.node), typ: Number, null: null}
	case (ak == KindNumber || ak == KindNull) && (bk == KindNumber || bk == KindNull):
	default:
		if op == "+" && (ak == KindText || bk == KindText) {
			return l.fail("expr.type", loc, Say(
				"文字只能和文字相连（左边是{a}，右边是{b}）。数值请写在文字模板的 {{ }} 里", "文字只能和文字相連（左邊是{a}，右邊是{b}）。數值請寫在文字範本的 {{ }} 裡",
				"A text joins only a text (left {a}, right {b}). Put numbers into the {{ }} of a text slot", "a", a.typ.Say(), "b", b.typ.Say()))
		}
		return l.mismatch(op, a, b, loc)
	}
	t := Number
	if op == "+" || op == "-" {
		cur, ok := l.meet(a, b)
		if !ok {
			return l.mixed(a, b, loc)
		}
		t.Currency = cur
	} else if op == "*" || op == "/" && b.typ.Currency == "" {
		t.Currency, _ = currency(a.typ, b.typ)
	}
	if d, ok := b.lit.(decimal.Decimal); ok && d.IsZero() && (op == "/" || op == "%") {
		return l.fail("expr.divideByZero", b.loc, Say("除数是 0", "除數是 0", "Division by zero"))
	}
	fn := map[string]func(any, any) any{"+": opAdd, "-": opSub, "*": opMul, "/": opDiv, "%": opMod}[op]
	return operand{node: call(fn, loc, a.node, b.node), typ: t, null: null}
}

// comparable brings two sides of a comparison to one kind. A date and an instant meet as dates, in the zone of the run.
func (l *lowering) comparable(a, b operand) (operand, operand, bool) {
	switch {
	case a.typ.Kind == KindDate && b.typ.Kind == KindDatetime:
		b = operand{node: call(opDayOf, b.loc, frameNode(b.loc), b.node), typ: Day, null: b.null, loc: b.loc}
	case a.typ.Kind == KindDatetime && b.typ.Kind == KindDate:
		a = operand{node: call(opDayOf, a.loc, frameNode(a.loc), a.node), typ: Day, null: a.null, loc: a.loc}
	}
	if a.typ.Kind == b.typ.Kind {
		return a, b, true
	}
	ref := func(x, y Type) bool { return x.Kind == KindRecord && y.Kind == KindText && len(y.Options) == 0 }
	return a, b, ref(a.typ, b.typ) || ref(b.typ, a.typ)
}

func (l *lowering) equality(op string, a, b operand, loc file.Location) operand {
	if a.typ.Kind == KindNull && a.isLit || b.typ.Kind == KindNull && b.isLit {
		fn := opIsNull
		if op == "!=" {
			fn = opNotNull
		}
		x := a
		if a.typ.Kind == KindNull && a.isLit {
			x = b
		}
		return operand{node: call(fn, loc, x.node, put(&ast.NilNode{}, loc)), typ: Bool}
	}
	x, y, ok := l.comparable(a, b)
	if !ok || x.typ.Kind == KindList || x.typ.Kind == KindTable {
		return l.mismatch(op, a, b, loc)
	}
	if _, ok := l.meet(x, y); !ok {
		return l.mixed(a, b, loc)
	}
	if !l.warnEmpty(op, x, y, loc) {
		l.checkOption(x.typ, y)
		l.checkOption(y.typ, x)
	}
	fn := opEq
	if op == "!=" {
		fn = opNe
	}
	return operand{node: call(fn, loc, x.node, y.node), typ: Bool}
}

// checkOption names a literal that is not one of the options a field can have: it would never match.
func (l *lowering) checkOption(t Type, o operand) {
	if len(t.Options) == 0 || !o.isLit {
		return
	}
	values := []any{o.lit}
	if list, ok := o.lit.([]any); ok {
		values = list
	}
	for _, v := range values {
		s, ok := v.(string)
		if !ok {
			continue
		}
		known := false
		for _, k := range t.Options {
			known = known || k == s
		}
		if known {
			continue
		}
		f := &fault{code: "expr.unknownOption", at: o.loc.From, msg: Say(
			"没有选项“{v}”。可用：{all}", "沒有選項「{v}」。可用：{all}", "There is no option “{v}”. Options: {all}", "v", s, "all", t.Options)}
		if near, sure := Nearest(s, t.Options); sure && len(values) == 1 {
			f.fix = l.fixSpan(o.loc, "'"+near+"'", Say("改为“{near}”", "改為「{near}」", "Change to “{near}”", "near", near))
		}
		l.faults = append(l.faults, f)
	}
}

// warnEmpty warns of a comparison with the empty text, and says whether it is one: an empty field is null, which no comparison matches.
func (l *lowering) warnEmpty(op string, a, b operand, loc file.Location) bool {
	warned := false
	for _, o := range []operand{a, b} {
		if s, ok := o.lit.(string); ok && s == "" {
			l.faults = append(l.faults, &fault{code: "expr.emptyText", at: loc.From, warn: true, msg: Say(
				"没填的字段是空值，和 '' 比较总为否。请写 {op} nil", "沒填的欄位是空值，和 '' 比較總為否。請寫 {op} nil",
				"An empty field is nil and never equals ''. Write {op} nil", "op", op), fix: l.fixSpan(o.loc, "nil", Say("改为 nil", "改為 nil", "Change to nil"))})
			warned = true
		}
	}
	return warned
}

func (l *lowering) ordering(op string, a, b operand, loc file.Location) operand {
	if a.typ.Kind == KindNull || b.typ.Kind == KindNull {
		return l.fail("expr.type", loc, Say("空值不能比大小", "空值不能比大小", "nil has no order; only == nil and != nil make sense"))
	}
	x, y, ok := l.comparable(a, b)
	if ok {
		switch x.typ.Kind {
		case KindNumber, KindDate, KindDatetime, KindText:
			ok = x.typ.Kind == y.typ.Kind
		default:
			ok = false
		}
	}
	if !ok {
		return l.mismatch(op, a, b, loc)
	}
	if _, ok := l.meet(x, y); !ok {
		return l.mixed(a, b, loc)
	}
	fn := map[string]func(any, any) bool{"<": opLt, "<=": opLe, ">": opGt, ">=": opGe}[op]
	return operand{node: call(fn, loc, x.node, y.node), typ: Bool}
}

func (l *lowering) membership(a, b operand, loc file.Location) operand {
	if b.typ.Kind != KindList {
		return l.fail("expr.type", b.loc, Say("in 后面应是列表，如 ['a', 'b']，实际是{t}", "in 後面應是清單，如 ['a', 'b']，實際是{t}",
			"A list such as ['a', 'b'] is expected after in, not {t}", "t", b.typ.Say()))
	}
	e := b.typ.elem()
	if _, _, ok := l.comparable(operand{typ: a.typ}, operand{typ: e}); !ok && a.typ.Kind != KindNull && e.Kind != KindNull {
		return l.mismatch("in", a, operand{typ: e}, loc)
	}
	if _, ok := currency(a.typ, e); !ok || a.typ.Varies() && e.Kind == KindNumber && e.Currency == "" {
		return l.mixed(a, operand{typ: e}, loc)
	}
	l.checkOption(a.typ, b)
	l.checkOption(e, a)
	list := b.node
	if values, ok := b.lit.([]any); ok && e.Kind == KindText {
		set := make(textSet, len(values))
		for _, v := range values {
			if s, ok := v.(string); ok {
				set[s] = true
			}
		}
		list = constant(set, b.loc)
	}
	return operand{node: call(opIn, loc, a.node, list), typ: Bool}
}

func (l *lowering) textTest(op string, a, b operand, loc file.Location) operand {
	if op == "contains" && a.typ.Kind == KindList {
		o := l.membership(b, a, loc)
		return o
	}
	text := func(o operand) bool { return o.typ.Kind == KindText || o.typ.Kind == KindNull }
	if !text(a) || !text(b) {
		return l.mismatch(op, a, b, loc)
	}
	return operand{node: put(&ast.BinaryNode{Operator: op, Left: a.node, Right: b.node}, loc), typ: Bool}
}

func (l *lowering) matches(n *ast.BinaryNode, loc file.Location) operand {
	a := l.walk(n.Left)
	pattern, ok := n.Right.(*ast.StringNode)
	if !ok {
		return l.fail("expr.type", n.Right.Location(), Say("matches 后面应是写定的模式，如 '^1[3-9]'", "matches 後面應是寫定的模式，如 '^1[3-9]'",
			"matches takes a fixed pattern such as '^1[3-9]'"))
	}
	l.visits++
	if len(pattern.Value) > MaxPattern {
		return l.fail("expr.limit", pattern.Location(), Say("模式太长（最多 {max} 字节）", "模式太長（最多 {max} 位元組）", "The pattern is too long (at most {max} bytes)", "max", MaxPattern))
	}
	re, err := regexp.Compile(pattern.Value)
	if err != nil {
		return l.fail("expr.syntax", pattern.Location(), Say("模式写法不对：{why}", "模式寫法不對：{why}", "The pattern is not written well: {why}", "why", PatternFault(err)))
	}
	size := patternSize(pattern.Value)
	if size > maxPatternSize {
		return l.fail("expr.limit", pattern.Location(), Say("模式太复杂，请减少重复次数", "模式太複雜，請減少重複次數", "The pattern is too complex; repeat less"))
	}
	if a.bad() {
		return a
	}
	if a.typ.Kind != KindText && a.typ.Kind != KindNull {
		return l.fail("expr.type", loc, Say("matches 前面应是文字，实际是{t}", "matches 前面應是文字，實際是{t}", "A text is expected before matches, not {t}", "t", a.typ.Say()))
	}
	return operand{node: call(opMatches(re, size), loc, frameNode(loc), a.node), typ: Bool}
}

// PatternFault says in the reader's language what is wrong with a pattern that regexp.Compile refuses.
func PatternFault(err error) Text {
	var e *resyntax.Error
	if !errors.As(err, &e) {
		return Plain(err.Error())
	}
	at := e.Expr
	switch e.Code {
	case resyntax.ErrMissingBracket:
		return Say("“[”没有闭合：{at}", "「[」沒有閉合：{at}", "a “[” is never closed: {at}", "at", at)
	case resyntax.ErrMissingParen:
		return Say("“(”没有闭合：{at}", "「(」沒有閉合：{at}", "a “(” is never closed: {at}", "at", at)
	case resyntax.ErrUnexpectedParen:
		return Say("多了一个“)”：{at}", "多了一個「)」：{at}", "there is a “)” too many: {at}", "at", at)
	case resyntax.ErrMissingRepeatArgument:
		return Say("“{at}”前面没有可重复的内容；要找这个字符本身，写“\\{at}”", "「{at}」前面沒有可重複的內容；要找這個字元本身，寫「\\{at}」", "nothing stands before “{at}” that could repeat; for the character itself write “\\{at}”", "at", at)
	case resyntax.ErrInvalidRepeatOp, resyntax.ErrInvalidRepeatSize:
		return Say("重复次数的写法不对：{at}", "重複次數的寫法不對：{at}", "this is no way to say how often something repeats: {at}", "at", at)
	case resyntax.ErrInvalidCharRange, resyntax.ErrInvalidCharClass:
		return Say("“[ ]”里的字符范围写法不对：{at}", "「[ ]」裡的字元範圍寫法不對：{at}", "the range of characters inside “[ ]” is not written well: {at}", "at", at)
	case resyntax.ErrInvalidEscape, resyntax.ErrTrailingBackslash:
		return Say("“\\”后面的写法不对：{at}", "「\\」後面的寫法不對：{at}", "what follows a “\\” is not known: {at}", "at", at)
	case resyntax.ErrLarge, resyntax.ErrNestingDepth:
		return Say("太复杂", "太複雜", "it is too complex")
	case resyntax.ErrInvalidPerlOp:
		return Say("不支持“{at}”这种写法", "不支援「{at}」這種寫法", "“{at}” is not supported", "at", at)
	}
	return Say("这里：{at}", "這裡：{at}", "here: {at}", "at", at)
}

// maxPatternSize bounds the states of a pattern: 256 bytes can ask for thousands.
const maxPatternSize = 1000

// patternSize is the number of instructions of a pattern that is known to be well written.
func patternSize(pattern string) int {
	re, err := resyntax.Parse(pattern, resyntax.Perl)
	if err != nil {
		return maxPatternSize + 1
	}
	prog, err := resyntax.Compile(re.Simplify())
	if err != nil {
		return maxPatternSize + 1
	}
	return len(prog.Inst)
}

// opMatches tests a text against a pattern. The work is up to the product of both, so a long text costs loop steps.
func opMatches(re *regexp.Regexp, size int) func(any, any) bool {
	return func(f, v any) bool {
		s, ok := text(v)
		if !ok {
			return false
		}
		f.(*frame).budget.take(len(s) * size / 16384)
		return re.MatchString(s)
	}
}

func (l *lowering) numberRange(n *ast.BinaryNode, loc file.Location) operand {
	a, b := l.walk(n.Left), l.walk(n.Right)
	if a.bad() || b.bad() {
		return l.broken(loc)
	}
	x, ok := a.lit.(decimal.Decimal)
	y, ok2 := b.lit.(decimal.Decimal)
	if !ok || !ok2 || !x.IsInteger() || !y.IsInteger() {
		return l.fail("expr.type", loc, Say("范围的两端应是写定的整数，如 1..12", "範圍的兩端應是寫定的整數，如 1..12", "A range goes between two fixed whole numbers, such as 1..12"))
	}
	from, to := x.IntPart(), y.IntPart()
	if x.Abs().NumDigits() > 9 || y.Abs().NumDigits() > 9 || to-from+1 > MaxRows {
		return l.fail("expr.limit", loc, Say("范围太大（最多 {max} 个）", "範圍太大（最多 {max} 個）", "The range is too long (at most {max})", "max", MaxRows))
	}
	values := []any{}
	for i := from; i <= to; i++ {
		values = append(values, decimal.NewFromInt(i))
	}
	return operand{node: constant(values, loc), typ: ListOf(Number), lit: values, isLit: true}
}
