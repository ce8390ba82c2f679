package rules

import (
	"encoding/json"
	"reflect"
	"slices"
	"sort"
	"strings"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/builtin"
	"github.com/expr-lang/expr/file"
	"github.com/shopspring/decimal"
)

// operand is a lowered part of an expression.
type operand struct {
	node ast.Node
	typ  Type // Kind "" after a mistake already reported: it fits everything, so that one mistake is named once
	null bool // may be null at run time
	// lit is the value of a literal, and isLit says that there is one.
	lit   any
	isLit bool
	path  []string // the names it was reached by, when it is a name or a step into one
	loc   file.Location
}

func (o operand) bad() bool { return o.typ.Kind == "" }

// lowering is one walk over a parsed expression: it checks names and types, counts, and builds the tree that runs.
type lowering struct {
	env     *Env
	syn     *syntax
	faults  []*fault
	visits  int
	stopped bool // too many parts: the rest is not walked
	loops   []operand
	hasLoop bool
	reads   map[string]bool
	paths   map[string][]string
	calls   map[string]bool
	decides map[string]bool
	records map[string]ast.Node          // the record that amounts of another record come from, by their Currency
	options []string                     // those of the field that what is being lowered is compared with, or goes into
	wide    map[string]*builtin.Function // functions of three and more arguments, by internal name
}

// opaque is the Go type all lowered nodes claim, so that expr-lang's compiler adds no conversions of its own.
var opaque = reflect.TypeFor[bool]()

func newLowering(env *Env, syn *syntax) *lowering {
	return &lowering{env: env, syn: syn, reads: map[string]bool{}, paths: map[string][]string{}, calls: map[string]bool{},
		decides: map[string]bool{}, wide: map[string]*builtin.Function{}}
}

func put(n ast.Node, loc file.Location) ast.Node {
	n.SetType(opaque)
	n.SetLocation(loc)
	return n
}

func constant(v any, loc file.Location) ast.Node { return put(&ast.ConstantNode{Value: v}, loc) }

func frameNode(loc file.Location) ast.Node { return put(&ast.IdentifierNode{Value: "$env"}, loc) }

// call makes a call of one of our operations; fn has one of the signatures the machine calls directly.
func call(fn any, loc file.Location, args ...ast.Node) ast.Node {
	callee := &ast.ConstantNode{Value: fn}
	callee.SetType(reflect.TypeOf(fn))
	callee.SetLocation(loc)
	return put(&ast.CallNode{Callee: callee, Arguments: args}, loc)
}

// callWide makes a call of an operation of three or more arguments.
func (l *lowering) callWide(name string, fn func(...any) (any, error), loc file.Location, args ...ast.Node) ast.Node {
	name = "$" + name
	l.wide[name] = &builtin.Function{Name: name, Func: fn}
	return put(&ast.CallNode{Callee: put(&ast.IdentifierNode{Value: name}, loc), Arguments: args}, loc)
}

func (l *lowering) fail(code string, loc file.Location, msg Text) operand {
	l.faults = append(l.faults, &fault{code: code, at: loc.From, msg: msg})
	return operand{node: put(&ast.NilNode{}, loc), loc: loc, null: true}
}

func (l *lowering) broken(loc file.Location) operand {
	return operand{node: put(&ast.NilNode{}, loc), loc: loc, null: true}
}

// away refuses a call that needs what only the server has.
func (l *lowering) away(s *site) bool {
	if l.env == nil || !l.env.Local {
		return false
	}
	l.fail("expr.away", s.loc, Say("{name} 只能在服务器上计算", "{name} 只能在伺服器上計算", "{name} is computed on the server only", "name", s.name))
	return true
}

// fixSpan offers to replace the characters from..to of the source.
func (l *lowering) fixSpan(loc file.Location, with string, title Text) *Fix {
	if loc.From < 0 || loc.To > len(l.syn.runes) || loc.From > loc.To {
		return nil
	}
	out := string(l.syn.runes[:loc.From]) + with + string(l.syn.runes[loc.To:])
	raw, err := json.Marshal(out)
	if err != nil {
		return nil
	}
	return &Fix{Title: title, Changes: []Change{{Path: "", Value: raw}}}
}

// fixName offers to replace a name that stands at loc, bare, in quotes or in a bracket and quotes.
func (l *lowering) fixName(loc file.Location, name, near string) *Fix {
	for from := loc.From; from <= loc.From+2; from++ {
		to := from + len([]rune(name))
		if from >= 0 && to <= len(l.syn.runes) && string(l.syn.runes[from:to]) == name {
			return l.fixSpan(file.Location{From: from, To: to}, near, Say("改为“{near}”", "改為「{near}」", "Change to “{near}”", "near", near))
		}
	}
	return nil
}

// walk lowers one node. Children are lowered as often as they would run, so a part shared by a chained comparison
// counts twice.
func (l *lowering) walk(n ast.Node) operand {
	if l.stopped || n == nil {
		return l.broken(file.Location{})
	}
	loc := n.Location()
	if l.visits++; l.visits > MaxNodes {
		l.stopped = true
		l.faults = append(l.faults, tooManyNodes(loc.From))
		return l.broken(loc)
	}
	o := l.walkKind(n, loc)
	o.loc = loc
	return o
}

func (l *lowering) walkKind(n ast.Node, loc file.Location) operand {
	switch n := n.(type) {
	case *ast.NilNode:
		return operand{node: put(&ast.NilNode{}, loc), typ: Null, null: true, isLit: true}
	case *ast.BoolNode:
		return operand{node: put(&ast.BoolNode{Value: n.Value}, loc), typ: Bool, lit: n.Value, isLit: true}
	case *ast.StringNode:
		return operand{node: put(&ast.StringNode{Value: n.Value}, loc), typ: Str, lit: n.Value, isLit: true}
	case *ast.IntegerNode, *ast.FloatNode:
		return l.numberLiteral(n, loc)
	case *ast.IdentifierNode:
		return l.name(n, loc, true)
	case *ast.PointerNode:
		return l.pointer(n, loc)
	case *ast.ChainNode:
		return l.walk(n.Node) // every step is null-safe, so "?." is "."
	case *ast.MemberNode:
		return l.member(n, loc, true)
	case *ast.UnaryNode:
		return l.unary(n, loc)
	case *ast.BinaryNode:
		return l.binary(n, loc)
	case *ast.ConditionalNode:
		return l.conditional(n, loc)
	case *ast.ArrayNode:
		return l.array(n, loc)
	case *ast.CallNode:
		return l.callNode(n, loc)
	case *ast.BuiltinNode:
		return l.loopNode(n, loc)
	case *ast.SliceNode:
		return l.fail("expr.syntax", loc, Say("不能截取一段，请用 filter", "不能截取一段，請用 filter", "Slices are not part of the language; use filter"))
	case *ast.MapNode:
		return l.fail("expr.syntax", loc, Say("这里不能用 { }", "這裡不能用 { }", "{ } cannot be used here"))
	}
	return l.fail("expr.syntax", loc, Say("这里的写法不支持", "這裡的寫法不支援", "This is not part of the language"))
}

func (l *lowering) numberLiteral(n ast.Node, loc file.Location) operand {
	src := ""
	if loc.From >= 0 && loc.To <= len(l.syn.runes) && loc.From < loc.To {
		src = strings.ReplaceAll(string(l.syn.runes[loc.From:loc.To]), "_", "")
	}
	var d decimal.Decimal
	var err error
	if i, ok := n.(*ast.IntegerNode); ok {
		d = decimal.NewFromInt(int64(i.Value))
	} else if d, err = decimal.NewFromString(src); err != nil {
		return l.fail("expr.syntax", loc, Say("数值写法不对", "數值寫法不對", "A number is not written well"))
	}
	if e := int(d.Exponent()); e < -maxPlaces || e > maxDigits || d.NumDigits()+e > maxDigits {
		return l.fail("expr.limit", loc, Say("数值太大或小数位太多", "數值太大或小數位太多", "The number is too large or has too many digits"))
	}
	return operand{node: constant(d, loc), typ: Number, lit: d, isLit: true}
}

// name lowers a bare name; read is false when it is the beginning of a longer path, which is noted instead.
func (l *lowering) name(n *ast.IdentifierNode, loc file.Location, read bool) operand {
	t, rule, ok := l.env.lookup(n.Value)
	if !ok && l.column(n.Value) {
		l.faults = append(l.faults, &fault{code: "expr.unknownName", at: loc.From, fix: l.fixName(loc, n.Value, "."+n.Value), msg: Say(
			"“{name}”是明细表的一列，要写作 .{name}", "「{name}」是明細表的一欄，要寫作 .{name}", "“{name}” is a column of the table; write .{name}", "name", n.Value)})
		return l.broken(loc)
	}
	if !ok {
		return l.unknownName(n.Value, loc, l.env.names())
	}
	l.reads[n.Value] = true
	if read {
		l.notePath([]string{n.Value})
	}
	fn := any(opGet)
	if rule {
		fn = any(opRule)
	}
	return operand{node: call(fn, loc, frameNode(loc), constant(n.Value, loc)), typ: t, null: true, path: []string{n.Value}}
}

// column says whether the row a loop is at has a column of this name.
func (l *lowering) column(name string) bool {
	if len(l.loops) == 0 {
		return false
	}
	_, ok := l.loops[len(l.loops)-1].typ.Fields[name]
	return ok
}

func (l *lowering) notePath(p []string) { l.paths[strings.Join(p, "\x00")] = p }

func (l *lowering) unknownName(name string, loc file.Location, known []string) operand {
	if _, isFn := functionByName[name]; isFn {
		return l.fail("expr.syntax", loc, Say("{name} 是函数，后面要加括号", "{name} 是函數，後面要加括號", "{name} is a function; put brackets after it", "name", name))
	}
	if slices.Contains(l.options, name) {
		l.faults = append(l.faults, &fault{code: "expr.unknownName", at: loc.From, msg: Say("选项要写在引号里：'{name}'", "選項要寫在引號裡：'{name}'", "An option is written in quotes: '{name}'", "name", name),
			fix: l.fixName(loc, name, "'"+name+"'")})
		return l.broken(loc)
	}
	near, sure := Nearest(name, known)
	if near == "" && nothing[strings.ToLower(name)] {
		near, sure = "nil", true
	}
	f := &fault{code: "expr.unknownName", at: loc.From, msg: Say(
		"这里没有名为“{name}”的字段或规则", "這裡沒有名為「{name}」的欄位或規則", "There is no field or rule named “{name}” here", "name", name)}
	if near != "" {
		f.msg = Say(
			"这里没有名为“{name}”的字段或规则。是“{near}”吗？", "這裡沒有名為「{name}」的欄位或規則。是「{near}」嗎？",
			"There is no field or rule named “{name}” here. Did you mean “{near}”?", "name", name, "near", near)
		if sure {
			f.fix = l.fixName(loc, name, near)
		}
	}
	l.faults = append(l.faults, f)
	return l.broken(loc)
}

func (l *lowering) pointer(n *ast.PointerNode, loc file.Location) operand {
	if len(l.loops) == 0 {
		return l.fail("expr.syntax", loc, Say("“#”只能用在 sum、filter 等函数里", "「#」只能用在 sum、filter 等函數裡", "“#” works only inside sum, filter and the like"))
	}
	switch n.Name {
	case "":
		o := l.loops[len(l.loops)-1]
		o.node = put(&ast.PointerNode{}, loc)
		return o
	case "index":
		return operand{node: call(opCount, loc, put(&ast.PointerNode{Name: "index"}, loc)), typ: Number}
	}
	return l.fail("expr.unknownName", loc, Say("不认识“#{name}”，当前行写作“#”", "不認識「#{name}」，目前列寫作「#」", "“#{name}” is not known; the present row is “#”", "name", n.Name))
}

// member lowers a step into a record (a.b, a["b"]) or an element of a list (a[0]).
func (l *lowering) member(n *ast.MemberNode, loc file.Location, read bool) operand {
	if n.Method {
		return l.fail("expr.syntax", loc, Say("不能调用字段的方法", "不能呼叫欄位的方法", "A field has no functions of its own"))
	}
	var base operand
	inner := n.Node
	if c, ok := inner.(*ast.ChainNode); ok {
		inner = c.Node
	}
	switch b := inner.(type) {
	case *ast.IdentifierNode:
		l.visits++
		base = l.name(b, b.Location(), false)
	case *ast.MemberNode:
		l.visits++
		base = l.member(b, b.Location(), false)
	default:
		base = l.walk(inner)
	}
	if base.bad() {
		if _, ok := n.Property.(*ast.StringNode); !ok {
			l.walk(n.Property)
		}
		return l.broken(loc)
	}
	if s, ok := n.Property.(*ast.StringNode); ok {
		return l.step(base, s.Value, loc, read)
	}
	if len(base.path) > 0 {
		l.notePath(base.path)
	}
	i, ok := n.Property.(*ast.IntegerNode)
	if base.typ.Kind != KindList && base.typ.Kind != KindTable {
		return l.fail("expr.type", loc, Say("{t}不能用 [ ] 取值", "{t}不能用 [ ] 取值", "[ ] does not work on {t}", "t", base.typ.Say()))
	}
	if !ok || i.Value < 0 || i.Value >= MaxRows {
		return l.fail("expr.type", loc, Say("[ ] 里应是从 0 开始的行号", "[ ] 裡應是從 0 開始的列號", "[ ] takes the number of a row, counted from 0"))
	}
	index := &ast.IntegerNode{Value: i.Value}
	index.SetType(reflect.TypeFor[int]())
	index.SetLocation(loc)
	return operand{node: call(opItem, loc, base.node, index), typ: base.typ.elem(), null: true, path: base.path}
}

func (l *lowering) step(base operand, name string, loc file.Location, read bool) operand {
	if base.typ.Kind != KindRecord {
		msg := Say("{t}没有下一级“{name}”", "{t}沒有下一級「{name}」", "There is no “{name}” inside {t}", "t", base.typ.Say(), "name", name)
		if base.typ.Kind == KindTable {
			msg = Say("明细表要逐行计算，如 sum(明细表, .{name})", "明細表要逐列計算，如 sum(明細表, .{name})",
				"A table is computed row by row, for example sum(table, .{name})", "name", name)
		}
		return l.fail("expr.type", loc, msg)
	}
	t, ok := base.typ.Fields[name]
	if !ok && name == "id" {
		t, ok = Str, true
	}
	if !ok {
		known := make([]string, 0, len(base.typ.Fields))
		for k := range base.typ.Fields {
			known = append(known, k)
		}
		sort.Strings(known)
		return l.unknownName(name, loc, known)
	}
	o := operand{node: call(opField, loc, base.node, constant(name, loc)), typ: l.elsewhere(t, base), null: true}
	if len(base.path) > 0 {
		o.path = append(append([]string{}, base.path...), name)
		if read {
			l.notePath(o.path)
		}
	}
	return o
}

func (l *lowering) array(n *ast.ArrayNode, loc file.Location) operand {
	elem := Null
	nodes := make([]ast.Node, 0, len(n.Nodes))
	values := make([]any, 0, len(n.Nodes))
	constants, texts, broken := true, len(n.Nodes) > 0, false
	for _, c := range n.Nodes {
		o := l.walk(c)
		nodes = append(nodes, o.node)
		if o.bad() {
			broken = true
			continue
		}
		constants = constants && o.isLit
		_, isText := o.lit.(string)
		texts = texts && isText
		values = append(values, o.lit)
		u, ok := unify(elem, o.typ)
		if !ok {
			return l.fail("expr.type", o.loc, Say("列表里混有{a}和{b}", "清單裡混有{a}和{b}", "The list mixes {a} and {b}", "a", elem.Say(), "b", o.typ.Say()))
		}
		if _, ok := currency(elem, o.typ); !ok {
			return l.mixed(operand{typ: elem}, o, o.loc)
		}
		u.Options = nil
		elem = u
	}
	if broken {
		return l.broken(loc)
	}
	out := operand{typ: ListOf(elem)}
	if constants {
		out.isLit, out.lit = true, values
		out.node = constant(values, loc)
		return out
	}
	out.node = put(&ast.ArrayNode{Nodes: nodes}, loc)
	return out
}

func (l *lowering) conditional(n *ast.ConditionalNode, loc file.Location) operand {
	cond := l.condition(l.walk(n.Cond))
	a, b := l.walk(n.Exp1), l.walk(n.Exp2)
	if a.bad() || b.bad() {
		return l.broken(loc)
	}
	t, ok := unify(a.typ, b.typ)
	if !ok {
		return l.fail("expr.type", b.loc, Say(
			"两种结果的类型不同：{a}和{b}", "兩種結果的類型不同：{a}和{b}", "The two results differ in type: {a} and {b}", "a", a.typ.Say(), "b", b.typ.Say()))
	}
	if _, ok := l.meet(a, b); !ok {
		return l.mixed(a, b, b.loc)
	}
	return operand{node: put(&ast.ConditionalNode{Cond: cond, Exp1: a.node, Exp2: b.node}, loc), typ: t, null: a.null || b.null}
}

// condition is the node of a yes/no; a null is no.
func (l *lowering) condition(o operand) ast.Node {
	if o.bad() {
		return o.node
	}
	if o.typ.Kind == KindNull {
		return put(&ast.BoolNode{Value: false}, o.loc)
	}
	if o.typ.Kind != KindBool {
		l.fail("expr.type", o.loc, Say("这里应是一个条件（是/否），实际是{t}", "這裡應是一個條件（是/否），實際是{t}", "A condition (yes/no) is expected here, not {t}", "t", o.typ.Say()))
		return o.node
	}
	if o.null {
		return call(opTrue, o.loc, o.node)
	}
	return o.node
}
