package rules

import (
	"slices"
	"strings"

	"github.com/expr-lang/expr/ast"
)

// maxCases bounds the cases that Uncovered tries.
const maxCases = 20000

// Uncovered looks for a case in which none of some conditions holds, such as an amount between two tiers. It is exact for
// conditions that compare numbers, dates, choices and yes/no names with constants, joined by and, or, not; empty fields are left
// out of account. example names the case; told is false when a condition does more, or there are too many cases, and nothing can
// be said.
func Uncovered(conditions []string, env *Env) (example string, found, told bool) {
	var names []string
	constants := map[string][]any{}
	programs := make([]*Program, len(conditions))
	for i, src := range conditions {
		p, ps := Compile(src, env, Bool)
		if HasErrors(ps) || !cutAll(src, constants) {
			return "", false, false
		}
		programs[i] = p
		for _, name := range p.Reads() {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	cases := 1
	segments := make([][]segment, len(names))
	for j, name := range names {
		t, rule, _ := env.lookup(name)
		segments[j] = typeSegments(t, constants[name])
		if cases *= len(segments[j]); rule || cases == 0 || cases > maxCases {
			return "", false, false
		}
	}
	pick := make([]int, len(names))
	for {
		scope := &Scope{Names: map[string]any{}}
		for j, name := range names {
			scope.Names[name] = segments[j][pick[j]].value
		}
		covered := false
		for _, p := range programs {
			ok, err := p.Test(scope)
			if err != nil {
				return "", false, false
			}
			if covered = ok; ok {
				break
			}
		}
		if !covered {
			parts := make([]string, len(names))
			for j, name := range names {
				parts[j] = name + " " + segments[j][pick[j]].label
			}
			return strings.Join(parts, "; "), true, true
		}
		j := 0
		for ; j < len(pick); j++ {
			if pick[j]++; pick[j] < len(segments[j]) {
				break
			}
			pick[j] = 0
		}
		if j == len(pick) {
			return "", false, true
		}
	}
}

// cutAll collects the constants each name is compared with; false if the condition does anything else.
func cutAll(src string, into map[string][]any) bool {
	syn, f := parse(src)
	if f != nil {
		return false
	}
	var walk func(ast.Node) bool
	walk = func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BinaryNode:
			switch n.Operator {
			case "and", "&&", "or", "||":
				return walk(n.Left) && walk(n.Right)
			case "==", "!=", "<", "<=", ">", ">=", "in":
				return cut(n.Left, n.Right, into) || n.Operator != "in" && cut(n.Right, n.Left, into)
			}
		case *ast.UnaryNode:
			return (n.Operator == "not" || n.Operator == "!") && walk(n.Node)
		case *ast.IdentifierNode, *ast.BoolNode:
			return true
		}
		return false
	}
	return walk(syn.root)
}

// cut notes a comparison of one name with a constant or a list of them.
func cut(name, value ast.Node, into map[string][]any) bool {
	id, ok := name.(*ast.IdentifierNode)
	if !ok {
		return false
	}
	list := []ast.Node{value}
	if a, ok := value.(*ast.ArrayNode); ok {
		list = a.Nodes
	}
	for _, n := range list {
		v, ok := literal(n)
		if !ok {
			return false
		}
		into[id.Value] = append(into[id.Value], v)
	}
	return true
}
