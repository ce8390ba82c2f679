package rules

import (
	"strconv"
	"strings"
	"time"

	"github.com/expr-lang/expr/ast"
	"github.com/shopspring/decimal"
)

var sameFunctions = []Function{
	{Name: "same", Signatures: []string{"same(table, other, ['column', …])"}, Example: "same(lines, filter(lines, .qty >= 1), ['product', 'qty'])", Result: "true",
		Doc: Say("两张明细表在这些列上是否有同样的行；不论顺序，重复的行要重复同样多次",
			"兩張明細表在這些欄上是否有同樣的列；不論順序，重複的列要重複同樣多次",
			"Whether two tables have the same rows in these columns, in any order; a row that stands twice must stand twice in both"),
		lower: lowerSame},
}

// lowerSame checks that both tables have the columns, of types that can be compared.
func lowerSame(l *lowering, s *site) operand {
	if !l.arity(s, 3, 3) {
		return l.broken(s.loc)
	}
	a, okA := l.argument(s, 0, KindTable)
	b, okB := l.argument(s, 1, KindTable)
	list, isList := s.args[2].(*ast.ArrayNode)
	if !isList || len(list.Nodes) == 0 {
		return l.fail("expr.type", s.args[2].Location(), Say("same 的第 3 个参数应写定列名，如 ['product', 'qty']", "same 的第 3 個參數應寫定欄名，如 ['product', 'qty']",
			"Argument 3 of same names the columns, such as ['product', 'qty']"))
	}
	if !okA || !okB {
		return l.broken(s.loc)
	}
	columns := make([]string, 0, len(list.Nodes))
	var codes [2]ast.Node // the currencies of the amounts of either table, where they vary
	for _, n := range list.Nodes {
		l.visits++
		name, ok := n.(*ast.StringNode)
		if !ok {
			l.fail("expr.type", n.Location(), Say("列名要写成文字，如 'product'", "欄名要寫成文字，如 'product'", "A column is named by a text, such as 'product'"))
			continue
		}
		if types, ok := l.sameColumn(a, b, name); ok {
			columns = append(columns, name.Value)
			if len(types) == 2 && types[0].typ.Currency != types[1].typ.Currency {
				codes[0], _ = l.currencyOf(types[0].typ.Currency, name.Location())
				codes[1], _ = l.currencyOf(types[1].typ.Currency, name.Location())
			}
		}
	}
	if len(columns) < len(list.Nodes) {
		return l.broken(s.loc)
	}
	l.hasLoop = true
	args := []ast.Node{frameNode(s.loc), a.node, b.node, constant(columns, s.loc)}
	if codes[0] != nil {
		args = append(args, codes[0], codes[1])
	}
	return operand{node: l.callWide("same", opSame, s.loc, args...), typ: Bool}
}

// sameColumn checks one column of both tables; a table that is nil has every column. It answers the column on either side.
func (l *lowering) sameColumn(a, b operand, name *ast.StringNode) (types []operand, ok bool) {
	loc := name.Location()
	for _, t := range []operand{a, b} {
		if t.typ.Kind == KindNull {
			continue
		}
		column, ok := t.typ.Fields[name.Value]
		if !ok {
			l.unknownName(name.Value, loc, sortedKeys(t.typ.Fields))
			return nil, false
		}
		if len(t.path) > 0 {
			l.notePath(append(append([]string{}, t.path...), name.Value))
		}
		types = append(types, operand{typ: column, loc: loc})
	}
	if len(types) < 2 {
		return types, true
	}
	if _, ok := unify(types[0].typ, types[1].typ); !ok {
		l.fail("expr.type", loc, Say("两张表的“{column}”类型不同：{a}和{b}", "兩張表的「{column}」類型不同：{a}和{b}", "The column “{column}” differs in type: {a} and {b}",
			"column", name.Value, "a", types[0].typ.Say(), "b", types[1].typ.Say()))
		return nil, false
	}
	// Where the currency is the record's own, that is compared with the rows.
	one, other := types[0].typ, types[1].typ
	apart := one.Currency != "" && other.Currency != "" && (one.Varies() || other.Varies()) && !one.scattered() && !other.scattered()
	if _, ok := currency(one, other); !ok && !apart {
		l.mixed(types[0], types[1], loc)
		return nil, false
	}
	return types, true
}

// opSame counts equal rows of both tables. Empty equals empty. Its steps are the rows of both. Amounts in two currencies are not equal, whatever
// their figures.
func opSame(args ...any) (any, error) {
	f, columns := args[0].(*frame), args[3].([]string)
	a, b := opRows(f, args[1]), opRows(f, args[2])
	if rowCount(a) != rowCount(b) {
		return false, nil
	}
	if len(args) > 4 && rowCount(a) > 0 && f.currency(args[4]) != f.currency(args[5]) {
		return false, nil
	}
	left := map[string]int{}
	eachRow(a, func(row map[string]any) { left[rowKey(f.budget, row, columns)]++ })
	equal := true
	eachRow(b, func(row map[string]any) {
		key := rowKey(f.budget, row, columns)
		if left[key]--; left[key] < 0 {
			equal = false
		}
	})
	return equal, nil
}

func eachRow(rows any, do func(map[string]any)) {
	switch rows := rows.(type) {
	case []map[string]any:
		for _, r := range rows {
			do(r)
		}
	case []any:
		for _, r := range rows {
			m, _ := r.(map[string]any)
			do(m)
		}
	}
}

// rowKey writes what a row holds in some columns so that equal rows give equal texts: every value with its kind and length.
func rowKey(budget *Budget, row map[string]any, columns []string) string {
	var b strings.Builder
	for _, c := range columns {
		writeKey(&b, row[c])
	}
	budget.takeText(b.String())
	return b.String()
}

func writeKey(b *strings.Builder, v any) {
	kind, text := "?", ""
	switch v := v.(type) {
	case nil:
		kind = "-"
	case decimal.Decimal, int, int64:
		d, _ := number(v)
		kind, text = "n", d.String()
	case string:
		kind, text = "t", v
	case map[string]any:
		if id, ok := v["id"].(string); ok { // a reference is the record it points to
			kind, text = "t", id
		} else {
			kind, text = "r", ShowValue(v)
		}
	case time.Time:
		kind, text = "i", strconv.FormatInt(v.UnixMilli(), 10)
	default:
		text = ShowValue(v)
	}
	b.WriteString(kind)
	b.WriteString(strconv.Itoa(len(text)))
	b.WriteByte(':')
	b.WriteString(text)
}
