package rules

import (
	"strings"

	"github.com/expr-lang/expr/ast"
)

// FilterNode is a condition taken apart for a store: a name on one side, a constant on the other. Kinds:
//
//	and, or     Parts
//	not         Parts[0]
//	cmp         Path Op Value, Op one of == != < <= > >=
//	in          Path is one of the list Value
//	has         the list Path holds Value
//	startsWith  Path begins with the text Value
//	contains    Path contains the text Value, or the list Path holds it
//	null        Path is empty
//	name        Path itself, a yes/no
//	const       Value, a yes/no
//	any         Parts[0] holds for a row of the table Path; in it, the path of a column is InRow and its key
type FilterNode struct {
	Kind  string
	Op    string
	Path  []string
	Value *Program
	Parts []*FilterNode
	// Line and Col are the place in the source, from 1.
	Line, Col int
}

// InRow is the first step to a column of a row; no name is written so.
const InRow = "#"

// ParseFilter reads a condition for a list, a report or a grant: comparisons of one name with a constant, in, contains,
// startsWith, any and all over a table, combined by and, or, not. fixed are the names of env that are constants while the filter runs, such as me; now()
// and today() are constants too. Anything else is query.unsupported with its place (semantics 15); mistakes of names and types
// are reported as by Compile.
func ParseFilter(src string, env *Env, fixed ...string) (*FilterNode, []Problem) {
	if _, ps := Compile(src, env, Bool); HasErrors(ps) {
		return nil, ps
	}
	syn, f := parse(src)
	if f != nil {
		return nil, []Problem{f.problem(src)}
	}
	p := &filterParser{syn: syn, env: env, fixed: map[string]bool{}}
	for _, name := range fixed {
		p.fixed[name] = true
	}
	n := p.walk(syn.root)
	if len(p.problems) > 0 {
		return nil, p.problems
	}
	return n, nil
}

type filterParser struct {
	syn      *syntax
	env      *Env
	fixed    map[string]bool
	problems []Problem
	// row is the type of the rows whose condition is being read; nil outside of one.
	row *Type
}

var flipped = map[string]string{"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}

func (p *filterParser) node(kind string, at ast.Node) *FilterNode {
	line, col := place(p.syn.src, at.Location().From)
	return &FilterNode{Kind: kind, Line: line, Col: col}
}

func (p *filterParser) refuse(at ast.Node) *FilterNode {
	f := &fault{code: "query.unsupported", at: at.Location().From, msg: Say(
		"筛选条件只能把一个字段和一个固定值相比，例如 amount > 1000、stage in ['a', 'b']、name contains '华'，并用 and、or、not 连接",
		"篩選條件只能把一個欄位和一個固定值相比，例如 amount > 1000、stage in ['a', 'b']、name contains '華'，並用 and、or、not 連接",
		"A filter can only compare one field with a fixed value, such as amount > 1000, stage in ['a', 'b'], name contains 'x', joined by and, or, not")}
	p.problems = append(p.problems, f.problem(p.syn.src))
	return p.node("const", at)
}

func (p *filterParser) walk(n ast.Node) *FilterNode {
	switch n := n.(type) {
	case *ast.ChainNode:
		return p.walk(n.Node)
	case *ast.UnaryNode:
		if n.Operator == "not" || n.Operator == "!" {
			out := p.node("not", n)
			out.Parts = []*FilterNode{p.walk(n.Node)}
			return out
		}
	case *ast.BinaryNode:
		return p.binary(n)
	case *ast.BuiltinNode:
		if n.Name == "any" || n.Name == "all" {
			return p.rows(n)
		}
	case *ast.IdentifierNode, *ast.MemberNode:
		if path, ok := p.path(n); ok {
			out := p.node("name", n)
			out.Path = path
			return out
		}
	}
	return p.constant("const", n, n, Bool)
}

// rows is a condition on the rows of a table: that all have it is that none is without.
func (p *filterParser) rows(n *ast.BuiltinNode) *FilterNode {
	if len(n.Arguments) != 2 || p.row != nil {
		return p.refuse(n)
	}
	table, isName := n.Arguments[0].(*ast.IdentifierNode)
	body, isBody := n.Arguments[1].(*ast.PredicateNode)
	if !isName || !isBody || p.env == nil || p.env.Names[table.Value].Kind != KindTable {
		return p.refuse(n)
	}
	row := RecordOf(p.env.Names[table.Value].Fields)
	p.row = &row
	inner := p.walk(body.Node)
	p.row = nil
	none := func(of *FilterNode) *FilterNode {
		out := p.node("not", n)
		out.Parts = []*FilterNode{of}
		return out
	}
	out := p.node("any", n)
	out.Path = []string{table.Value}
	if n.Name == "any" {
		out.Parts = []*FilterNode{inner}
		return out
	}
	out.Parts = []*FilterNode{none(inner)}
	return none(out)
}

func (p *filterParser) binary(n *ast.BinaryNode) *FilterNode {
	switch op := n.Operator; op {
	case "and", "&&", "or", "||":
		kind := map[string]string{"&&": "and", "||": "or", "and": "and", "or": "or"}[op]
		out := p.node(kind, n)
		out.Parts = []*FilterNode{p.walk(n.Left), p.walk(n.Right)}
		return out
	case "==", "!=", "<", "<=", ">", ">=":
		left, right := n.Left, n.Right
		path, ok := p.path(left)
		if !ok {
			if path, ok = p.path(right); ok {
				left, right, op = right, left, flipped[op]
			} else if p.isConstant(n) {
				return p.constant("const", n, n, Bool)
			} else {
				return p.refuse(n)
			}
		}
		if _, isNil := right.(*ast.NilNode); isNil {
			out := p.node("null", left)
			out.Path = path
			switch op {
			case "==":
				return out
			case "!=":
				not := p.node("not", n)
				not.Parts = []*FilterNode{out}
				return not
			}
			return p.refuse(n)
		}
		out := p.constant("cmp", n, right, Anything)
		out.Op, out.Path = op, path
		return out
	case "in":
		if path, ok := p.path(n.Left); ok {
			out := p.constant("in", n, n.Right, Anything)
			out.Path = path
			return out
		}
		if path, ok := p.path(n.Right); ok {
			out := p.constant("has", n, n.Left, Anything)
			out.Path = path
			return out
		}
	case "contains", "startsWith":
		return p.textual(op, n, n.Left, n.Right)
	}
	if p.isConstant(n) {
		return p.constant("const", n, n, Bool)
	}
	return p.refuse(n)
}

func (p *filterParser) textual(kind string, at, name, value ast.Node) *FilterNode {
	path, ok := p.path(name)
	if !ok {
		return p.refuse(at)
	}
	out := p.constant(kind, at, value, Str)
	out.Path = path
	return out
}

// path is the name, or the steps from a name, that a node stands for; a fixed name is no path.
func (p *filterParser) path(n ast.Node) ([]string, bool) {
	switch n := n.(type) {
	case *ast.ChainNode:
		return p.path(n.Node)
	case *ast.IdentifierNode:
		return []string{n.Value}, !p.fixed[n.Value]
	case *ast.MemberNode:
		step, ok := n.Property.(*ast.StringNode)
		if !ok {
			return nil, false
		}
		if _, isRow := n.Node.(*ast.PointerNode); isRow {
			return []string{InRow, step.Value}, p.row != nil
		}
		path, ok := p.path(n.Node)
		return append(path, step.Value), ok
	case *ast.CallNode:
		// base(amount), or base(row.amount), is the amount as it is kept for filters: in the app's currency.
		if callee, ok := n.Callee.(*ast.IdentifierNode); ok && callee.Value == "base" && len(n.Arguments) == 1 {
			if path, ok := p.path(n.Arguments[0]); ok && p.env != nil {
				t := p.env.Names[path[0]]
				if path[0] == InRow && p.row != nil {
					t = *p.row
				}
				for _, step := range path[1:] {
					if t.Of != "" {
						return nil, false // what is behind a reference is kept with another record
					}
					t = t.Fields[step]
				}
				return path, t.Varies() || t.Currency == p.env.Base
			}
		}
	}
	return nil, false
}

// isConstant says whether nothing but fixed names is read.
func (p *filterParser) isConstant(n ast.Node) bool {
	v := &nameVisitor{fixed: p.fixed}
	ast.Walk(&n, v)
	return !v.other
}

type nameVisitor struct {
	fixed map[string]bool
	other bool
}

func (v *nameVisitor) Visit(n *ast.Node) {
	// A function's name is visited as a name as well.
	if _, row := (*n).(*ast.PointerNode); row {
		v.other = true
	}
	if id, ok := (*n).(*ast.IdentifierNode); ok && !v.fixed[id.Value] && functionByName[id.Value] == nil {
		v.other = true
	}
}

func (p *filterParser) constant(kind string, at, value ast.Node, want Type) *FilterNode {
	if !p.isConstant(value) {
		return p.refuse(at)
	}
	names := map[string]Type{}
	for name := range p.fixed {
		if t, ok := p.env.Names[name]; ok {
			names[name] = t
		}
	}
	prog, ps := Compile(p.text(value), &Env{Names: names}, want)
	if HasErrors(ps) {
		return p.refuse(at)
	}
	out := p.node(kind, at)
	out.Value = prog
	return out
}

// text writes a constant part again as an expression. Literals are copied, so that a decimal keeps all its digits.
func (p *filterParser) text(n ast.Node) string {
	list := func(ns []ast.Node) string {
		parts := make([]string, len(ns))
		for i, part := range ns {
			parts[i] = p.text(part)
		}
		return strings.Join(parts, ", ")
	}
	switch n := n.(type) {
	case *ast.IntegerNode, *ast.FloatNode:
		if l := n.Location(); l.From >= 0 && l.To <= len(p.syn.runes) && l.From < l.To {
			return string(p.syn.runes[l.From:l.To])
		}
	case *ast.ArrayNode:
		return "[" + list(n.Nodes) + "]"
	case *ast.UnaryNode:
		return n.Operator + " (" + p.text(n.Node) + ")"
	case *ast.BinaryNode:
		return "(" + p.text(n.Left) + " " + n.Operator + " " + p.text(n.Right) + ")"
	case *ast.CallNode:
		return n.Callee.String() + "(" + list(n.Arguments) + ")"
	}
	return n.String()
}
