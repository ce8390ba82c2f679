package rules

import (
	"sort"

	"github.com/expr-lang/expr/ast"
	"github.com/shopspring/decimal"
)

// inputSegments cuts the values of one input; nil if its type cannot be cut. The last segment is the empty input.
func inputSegments(j int, input string, t Type, cells [][]cell) []segment {
	var constants []any
	for _, row := range cells {
		if c := row[j]; c.prog != nil {
			found, ok := cellConstants(c.expr, input)
			if !ok {
				continue
			}
			constants = append(constants, found...)
		}
	}
	out := typeSegments(t, constants)
	if out == nil {
		return nil
	}
	return append(out, segment{nil, "nil"})
}

// typeSegments cuts the values of a type at constants; nil if it cannot be cut.
func typeSegments(t Type, constants []any) []segment {
	switch t.Kind {
	case KindBool:
		return []segment{{true, "true"}, {false, "false"}}
	case KindText:
		return textSegments(t, constants)
	case KindNumber:
		return numberSegments(constants)
	case KindDate:
		return dateSegments(constants)
	}
	return nil
}

func textSegments(t Type, constants []any) []segment {
	seen := map[string]bool{}
	for _, o := range t.Options {
		seen[o] = true
	}
	if len(t.Options) == 0 {
		for _, c := range constants {
			if s, ok := c.(string); ok {
				seen[s] = true
			}
		}
	}
	var out []segment
	for _, s := range sorted(seen) {
		out = append(out, segment{s, "'" + s + "'"})
	}
	if len(t.Options) == 0 {
		// No text a person writes holds this character, so it stands for all other texts.
		out = append(out, segment{"\uFFFE", "…"})
	}
	return out
}

func numberSegments(constants []any) []segment {
	var ds []decimal.Decimal
	for _, c := range constants {
		if d, ok := c.(decimal.Decimal); ok {
			ds = append(ds, d)
		}
	}
	sort.Slice(ds, func(i, j int) bool { return ds[i].Cmp(ds[j]) < 0 })
	if len(ds) == 0 {
		return []segment{{decimal.Zero, "…"}}
	}
	unit, two := decimal.NewFromInt(1), decimal.NewFromInt(2)
	out := []segment{{ds[0].Sub(unit), "< " + ds[0].String()}}
	for i, d := range ds {
		if i > 0 && d.Equal(ds[i-1]) {
			continue
		}
		if i > 0 {
			mid := ds[i-1].Add(d).DivRound(two, maxPlaces)
			out = append(out, segment{mid, ds[i-1].String() + " … " + d.String()})
		}
		out = append(out, segment{d, "= " + d.String()})
	}
	last := ds[len(ds)-1]
	return append(out, segment{last.Add(unit), "> " + last.String()})
}

func dateSegments(constants []any) []segment {
	var ds []Date
	for _, c := range constants {
		if d, ok := c.(Date); ok {
			ds = append(ds, d)
		}
	}
	sort.Slice(ds, func(i, j int) bool { return ds[i].Compare(ds[j]) < 0 })
	if len(ds) == 0 {
		return []segment{{Date{2000, 1, 1}, "…"}}
	}
	out := []segment{{ds[0].AddDays(-1), "< " + ds[0].String()}}
	for i, d := range ds {
		if i > 0 && d == ds[i-1] {
			continue
		}
		if i > 0 && ds[i-1].DaysUntil(d) > 1 {
			out = append(out, segment{d.AddDays(-1), ds[i-1].String() + " … " + d.String()})
		}
		out = append(out, segment{d, "= " + d.String()})
	}
	last := ds[len(ds)-1]
	return append(out, segment{last.AddDays(1), "> " + last.String()})
}

// cellConstants collects what a cell compares its input with; ok is false if it does anything else.
func cellConstants(expr, input string) (found []any, ok bool) {
	syn, f := parse(expr)
	if f != nil {
		return nil, false
	}
	ok = true
	var walk func(ast.Node)
	walk = func(n ast.Node) {
		switch n := n.(type) {
		case *ast.BinaryNode:
			switch n.Operator {
			case "==", "!=", "and", "&&", "or", "||", "in":
				walk(n.Left)
				walk(n.Right)
			case "<", "<=", ">", ">=":
				// Texts have an order, but their segments have not.
				before := len(found)
				walk(n.Left)
				walk(n.Right)
				for _, c := range found[before:] {
					if _, isText := c.(string); isText {
						ok = false
					}
				}
			default:
				ok = false
			}
		case *ast.UnaryNode:
			if n.Operator == "-" || n.Operator == "+" {
				v, good := literal(n)
				found, ok = append(found, v), ok && good
			} else {
				walk(n.Node)
			}
		case *ast.ArrayNode:
			for _, e := range n.Nodes {
				walk(e)
			}
		case *ast.IdentifierNode:
			ok = ok && n.Value == input
		default:
			v, good := literal(n)
			found, ok = append(found, v), ok && good
		}
	}
	walk(syn.root)
	return found, ok
}

// literal is the value of a node that is a constant by itself.
func literal(n ast.Node) (any, bool) {
	if u, ok := n.(*ast.UnaryNode); ok {
		v, good := literal(u.Node)
		d, isNumber := v.(decimal.Decimal)
		if u.Operator == "-" {
			d = d.Neg()
		}
		return d, good && isNumber
	}
	switch n := n.(type) {
	case *ast.IntegerNode:
		return decimal.NewFromInt(int64(n.Value)), true
	case *ast.FloatNode:
		return decimal.NewFromFloat(n.Value), true
	case *ast.StringNode:
		return n.Value, true
	case *ast.BoolNode:
		return n.Value, true
	case *ast.NilNode:
		return nil, true
	case *ast.CallNode:
		id, ok := n.Callee.(*ast.IdentifierNode)
		if ok && id.Value == "date" && len(n.Arguments) == 1 {
			if s, ok := n.Arguments[0].(*ast.StringNode); ok {
				d, err := ParseDate(s.Value)
				return d, err == nil
			}
		}
	}
	return nil, false
}
