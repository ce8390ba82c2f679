package rules

import (
	"fmt"
	"sort"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/compiler"
	"github.com/expr-lang/expr/conf"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser"
	"github.com/expr-lang/expr/vm"
)

// Program is a compiled expression. It is immutable and safe for use by many goroutines.
type Program struct {
	source  string
	typ     Type
	prog    *vm.Program
	isConst bool
	value   any
	hasLoop bool
	reads   []string
	paths   [][]string
	calls   []string
	decides []string
}

// Compile checks an expression against env and compiles it. want is the type the slot needs; Anything (or the zero
// Type) takes whatever comes. A text slot also takes a record, of which the id is the value. The problems carry an
// empty path (see WithPath) and the line and column inside src; all mistakes are reported. The program is nil if there
// is any error.
func Compile(src string, env *Env, want Type) (*Program, []Problem) {
	return CompileChoice(src, env, want, want.Choices())
}

// CompileChoice is Compile of what is compared with options or becomes one: a name that is one of them is told apart from a mistyped one.
func CompileChoice(src string, env *Env, want Type, options []string) (*Program, []Problem) {
	compiled.Add(1)
	syn, f := parse(src)
	if f != nil {
		return nil, []Problem{f.problem(src)}
	}
	l := newLowering(env, syn)
	l.options = options
	o := l.walk(syn.root)
	if f := l.bareDate(want.Kind, o); f != nil && len(l.faults) == 0 {
		l.faults = append(l.faults, f)
	} else if !o.bad() && len(l.faults) == 0 && !fits(o.typ, want) {
		l.fail("expr.type", file.Location{}, Say("结果应是{want}，实际是{t}", "結果應是{want}，實際是{t}", "The result should be {want}, but is {t}", "want", want.Say(), "t", o.typ.Say()))
	} else if !o.bad() && len(want.Options) > 0 {
		l.checkOption(want, o)
	} else if _, ok := currency(want, o.typ); !o.bad() && !ok {
		l.fail("money.mixed", file.Location{}, Say("结果的货币和字段的不同；用 base(…) 折成应用的货币，或用 convert(…) 折成字段的货币", "結果的貨幣和欄位的不同；用 base(…) 折成應用的貨幣，或用 convert(…) 折成欄位的貨幣",
			"The result is in another currency than the field; bring it into the app's currency with base(…), or into that of the field with convert(…)"))
	}
	problems := make([]Problem, 0, len(l.faults))
	for _, f := range l.faults {
		problems = append(problems, f.problem(src))
	}
	if HasErrors(problems) {
		return nil, problems
	}
	if want.Kind == KindText && o.typ.Kind == KindRecord {
		o = operand{node: call(idOf, o.loc, o.node), typ: Str, null: true}
	}
	if want.Kind == KindBool && o.null {
		o = operand{node: l.condition(o), typ: Bool}
	}
	p := &Program{source: src, typ: o.typ, hasLoop: l.hasLoop, reads: sorted(l.reads), calls: sorted(l.calls), decides: sorted(l.decides)}
	p.paths = l.sortedPaths()
	if o.isLit {
		p.isConst, p.value = true, o.lit
		return p, problems
	}
	prog, err := assemble(src, o.node, l)
	if err != nil {
		return nil, append(problems, (&fault{code: "expr.syntax", msg: Say("表达式无法识别", "運算式無法識別", "The expression cannot be read")}).problem(src))
	}
	p.prog = prog
	return p, problems
}

// assemble turns a lowered tree into the machine's code.
func assemble(src string, root ast.Node, l *lowering) (*vm.Program, error) {
	c := &conf.Config{Functions: l.wide, ShortCircuit: true, Optimize: true}
	prog, err := compiler.Compile(&parser.Tree{Node: root, Source: file.NewSource(src)}, c)
	if err != nil {
		return nil, fmt.Errorf("rules: assemble: %w", err)
	}
	return prog, nil
}

// Reads are the top-level names the expression reads, sorted: fields, system names and rules used by their bare name.
func (p *Program) Reads() []string { return p.reads }

// ReadsPaths are the whole paths it reads, such as ["account","name"] or ["lines","net"], sorted.
func (p *Program) ReadsPaths() [][]string { return p.paths }

// Decides are the keys of the rules it runs by decide(), sorted.
func (p *Program) Decides() []string { return p.decides }

// Calls are the functions it calls, sorted.
func (p *Program) Calls() []string { return p.calls }

// ReadsClock says whether the value depends on the instant of the command (now or today).
func (p *Program) ReadsClock() bool {
	for _, c := range p.calls {
		if c == "now" || c == "today" {
			return true
		}
	}
	return false
}

// Source is the text it was compiled from.
func (p *Program) Source() string { return p.source }

// Type is the type of the value.
func (p *Program) Type() Type { return p.typ }

// Const is the value of an expression that is a single literal; ok is false for any other.
func (p *Program) Const() (v any, ok bool) { return p.value, p.isConst }

func sorted(set map[string]bool) []string { return sortedKeys(set) }

func sortedKeys[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	sort.Strings(out)
	return out
}

func (l *lowering) sortedPaths() [][]string {
	keys := make([]string, 0, len(l.paths))
	for k := range l.paths {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	out := make([][]string, len(keys))
	for i, k := range keys {
		out[i] = l.paths[k]
	}
	return out
}
