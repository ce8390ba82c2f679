package rules

import (
	"sort"
	"strings"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/file"
)

// Function documents one function of the expression language. Its example is run as a test.
type Function struct {
	Name string `json:"name"`
	// Signatures show how it is called, one line each.
	Signatures []string `json:"signatures"`
	Doc        Text     `json:"doc"`
	// Example is an expression over the sample record of the tests, Result what it yields, as ShowValue writes it.
	Example string `json:"example"`
	Result  string `json:"result"`
	lower   func(*lowering, *site) operand
}

// site is one call being lowered.
type site struct {
	name string
	args []ast.Node
	loc  file.Location
}

// functions is the registry: a function exists when it has a line here. Each theme has a file of its own.
var functions []Function

var functionByName = map[string]*Function{}

func init() {
	for _, theme := range [][]Function{dateFunctions, tableFunctions, sameFunctions, numberFunctions, moneyFunctions, textFunctions, ruleFunctions, linkFunctions} {
		functions = append(functions, theme...)
	}
	sort.Slice(functions, func(i, j int) bool { return functions[i].Name < functions[j].Name })
	for i := range functions {
		functionByName[functions[i].Name] = &functions[i]
	}
}

// Functions lists every function, sorted by name, for help and completion.
func Functions() []Function { return append([]Function{}, functions...) }

func (l *lowering) callNode(n *ast.CallNode, loc file.Location) operand {
	id, ok := n.Callee.(*ast.IdentifierNode)
	if !ok {
		return l.fail("expr.syntax", loc, Say("不能调用字段的方法", "不能呼叫欄位的方法", "A field has no functions of its own"))
	}
	l.visits++
	return l.function(&site{name: id.Value, args: n.Arguments, loc: loc})
}

// loopNode lowers what the grammar knows as a loop function; see loopNames for min, max and avg.
func (l *lowering) loopNode(n *ast.BuiltinNode, loc file.Location) operand {
	name := n.Name
	if end := loc.From + 3; name == "map" && loc.From >= 0 && end <= len(l.syn.runes) {
		name = string(l.syn.runes[loc.From:end])
	}
	return l.function(&site{name: name, args: n.Arguments, loc: loc})
}

func (l *lowering) function(s *site) operand {
	f, ok := functionByName[s.name]
	if !ok {
		known := make([]string, 0, len(functions))
		for _, f := range functions {
			known = append(known, f.Name)
		}
		flt := &fault{code: "expr.unknownName", at: s.loc.From, msg: Say("没有函数“{name}”", "沒有函數「{name}」", "There is no function “{name}”", "name", s.name)}
		if near, sure := Nearest(s.name, known); near != "" {
			flt.msg = Say("没有函数“{name}”。是“{near}”吗？", "沒有函數「{name}」。是「{near}」嗎？", "There is no function “{name}”. Did you mean “{near}”?", "name", s.name, "near", near)
			if sure {
				flt.fix = l.fixName(s.loc, s.name, near)
			}
		} else if how, ok := foreign[strings.ToLower(s.name)]; ok {
			flt.msg = Say("没有函数“{name}”，{how}", "沒有函數「{name}」，{how}", "There is no function “{name}”; {how}", "name", s.name, "how", how)
		}
		l.faults = append(l.faults, flt)
		return l.broken(s.loc)
	}
	l.calls[s.name] = true
	return f.lower(l, s)
}

// arity checks the number of arguments; it reports and answers false when it is wrong.
func (l *lowering) arity(s *site, low, high int) bool {
	if n := len(s.args); n >= low && n <= high {
		return true
	}
	l.fail("expr.type", s.loc, Say("{name} 的参数个数不对。用法：{use}", "{name} 的參數個數不對。用法：{use}", "{name} has the wrong number of arguments. Usage: {use}",
		"name", s.name, "use", functionByName[s.name].Signatures))
	return false
}

// argument lowers the i-th argument and checks its kind; ok is false after a mistake.
func (l *lowering) argument(s *site, i int, kinds ...Kind) (operand, bool) {
	o := l.walk(s.args[i])
	if o.bad() {
		return o, false
	}
	if o.typ.Kind == KindNull {
		return o, true
	}
	for _, k := range kinds {
		if o.typ.Kind == k {
			return o, true
		}
	}
	for _, k := range kinds {
		if f := l.bareDate(k, o); f != nil {
			l.faults = append(l.faults, f)
			return o, false
		}
	}
	l.fail("expr.type", o.loc, Say("{name} 的第 {i} 个参数应是{want}，实际是{t}", "{name} 的第 {i} 個參數應是{want}，實際是{t}",
		"Argument {i} of {name} should be {want}, not {t}", "name", s.name, "i", i+1, "want", Type{Kind: kinds[0]}.Say(), "t", o.typ.Say()))
	return o, false
}
