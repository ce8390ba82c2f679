package rules

import (
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/file"
	"github.com/shopspring/decimal"
)

var tableFunctions = []Function{
	{Name: "sum", Signatures: []string{"sum(table, .column)", "sum(list)"}, Example: "sum(lines, .qty * .price)", Result: "250",
		Doc:   Say("逐行计算后相加，空值跳过，没有行时为 0", "逐列計算後相加，空值跳過，沒有列時為 0", "Adds up over the rows; empty values are skipped; 0 without rows"),
		lower: lowerSum},
	{Name: "count", Signatures: []string{"count(table)", "count(table, condition)"}, Example: "count(lines, .qty > 1)", Result: "1",
		Doc:   Say("行数，或满足条件的行数；是/否列表则数“是”的个数", "列數，或滿足條件的列數；是/否清單則數「是」的個數", "The number of rows, or of rows that meet a condition; of a yes/no list, the number of yes"),
		lower: lowerCount},
	{Name: "any", Signatures: []string{"any(table, condition)"}, Example: "any(lines, .price > 80)", Result: "true",
		Doc:   Say("是否至少一行满足条件", "是否至少一列滿足條件", "Whether at least one row meets the condition"),
		lower: func(l *lowering, s *site) operand { return lowerTest(l, s, "any") }},
	{Name: "all", Signatures: []string{"all(table, condition)"}, Example: "all(lines, .qty >= 1)", Result: "true",
		Doc:   Say("是否每一行都满足条件；没有行时为是", "是否每一列都滿足條件；沒有列時為是", "Whether every row meets the condition; yes without rows"),
		lower: func(l *lowering, s *site) operand { return lowerTest(l, s, "all") }},
	{Name: "filter", Signatures: []string{"filter(table, condition)"}, Example: "count(filter(lines, .qty > 1))", Result: "1",
		Doc:   Say("只留下满足条件的行", "只留下滿足條件的列", "Keeps the rows that meet the condition"),
		lower: lowerFilter},
	{Name: "map", Signatures: []string{"map(table, expression)"}, Example: "map(lines, .qty)", Result: `["2","1"]`,
		Doc:   Say("对每一行计算，得到一个列表", "對每一列計算，得到一個清單", "Computes a list from the rows"),
		lower: lowerMap},
	{Name: "min", Signatures: []string{"min(table, .column)", "min(list)", "min(a, b, …)"}, Example: "min(lines, .price)", Result: "50",
		Doc:   Say("最小值（数值或日期），空值跳过", "最小值（數值或日期），空值跳過", "The smallest number or the earliest date; empty values are skipped"),
		lower: func(l *lowering, s *site) operand { return lowerExtreme(l, s, opMin) }},
	{Name: "max", Signatures: []string{"max(table, .column)", "max(list)", "max(a, b, …)"}, Example: "max(3, 7, 5)", Result: "7",
		Doc:   Say("最大值（数值或日期），空值跳过", "最大值（數值或日期），空值跳過", "The largest number or the latest date; empty values are skipped"),
		lower: func(l *lowering, s *site) operand { return lowerExtreme(l, s, opMax) }},
	{Name: "avg", Signatures: []string{"avg(table, .column)", "avg(list)"}, Example: "avg(lines, .price)", Result: "75",
		Doc:   Say("平均值，空值不计入；没有值时为空", "平均值，空值不計入；沒有值時為空", "The average; empty values do not count; empty without values"),
		lower: lowerAvg},
	{Name: "len", Signatures: []string{"len(text)", "len(list)", "len(table)"}, Example: "len(name)", Result: "4",
		Doc:   Say("文字的字数，列表或明细表的行数；空值为 0", "文字的字數，清單或明細表的列數；空值為 0", "Characters of a text, rows of a list or table; 0 when empty"),
		lower: lowerLen},
}

// rows lowers the first argument of a loop: a table or list, counted when the loop begins.
func (l *lowering) rows(s *site) (src operand, node ast.Node, ok bool) {
	src, ok = l.argument(s, 0, KindTable, KindList)
	if !ok {
		return src, nil, false
	}
	if src.typ.Kind == KindNull {
		src.typ = ListOf(Null)
	}
	l.hasLoop = true
	return src, call(opRows, s.loc, frameNode(s.loc), src.node), true
}

// body lowers the loop body, the second argument, once for an element of src.
func (l *lowering) body(s *site, src operand) (operand, bool) {
	if len(l.loops) >= MaxLoops {
		l.fail("expr.limit", s.loc, Say("循环嵌套太深（最多 {max} 层）", "迴圈巢狀太深（最多 {max} 層）", "Loops are nested too deep (at most {max})", "max", MaxLoops))
		return operand{}, false
	}
	l.loops = append(l.loops, operand{typ: src.typ.elem(), null: true, path: src.path})
	n := s.args[1]
	if p, ok := n.(*ast.PredicateNode); ok {
		n = p.Node
	}
	o := l.walk(n)
	l.loops = l.loops[:len(l.loops)-1]
	return o, !o.bad()
}

func element(loc file.Location) ast.Node { return put(&ast.PointerNode{}, loc) }

func accumulator(loc file.Location) ast.Node { return put(&ast.PointerNode{Name: "acc"}, loc) }

func loop(name string, loc file.Location, args ...ast.Node) ast.Node {
	return put(&ast.BuiltinNode{Name: name, Arguments: args}, loc)
}

// fold prepares a loop that folds the elements, or what the body makes of them, all of one of kinds.
func (l *lowering) fold(s *site, kinds ...Kind) (rows ast.Node, value operand, ok bool) {
	if !l.arity(s, 1, 2) {
		return nil, operand{}, false
	}
	src, rows, ok := l.rows(s)
	if !ok {
		if len(s.args) == 2 && src.bad() {
			return nil, operand{}, false
		}
		return nil, operand{}, false
	}
	value = operand{node: element(s.loc), typ: src.typ.elem(), null: true, loc: s.loc}
	if len(s.args) == 2 {
		if value, ok = l.body(s, src); !ok {
			return nil, operand{}, false
		}
	} else if src.typ.Kind == KindTable {
		l.noColumn(s)
		return nil, operand{}, false
	}
	if value.typ.Kind == KindNull {
		return rows, value, true
	}
	if value.typ.scattered() {
		l.mixed(value, value, value.loc)
		return nil, operand{}, false
	}
	for _, k := range kinds {
		if value.typ.Kind == k {
			return rows, value, true
		}
	}
	l.fail("expr.type", value.loc, Say("{name} 要的是{want}，每行算出的是{t}", "{name} 要的是{want}，每列算出的是{t}", "{name} needs {want}; the rows give {t}",
		"name", s.name, "want", Type{Kind: kinds[0]}.Say(), "t", value.typ.Say()))
	return nil, operand{}, false
}

// noColumn reports a table of which nobody said which column is meant.
func (l *lowering) noColumn(s *site) operand {
	return l.fail("expr.type", s.loc, Say("请写明对哪一列，如 {name}(明细表, .金额)", "請寫明對哪一欄，如 {name}(明細表, .金額)", "Say which column, such as {name}(table, .amount)", "name", s.name))
}

func lowerSum(l *lowering, s *site) operand {
	rows, v, ok := l.fold(s, KindNumber)
	if !ok {
		return l.broken(s.loc)
	}
	step := call(opSumStep, s.loc, accumulator(s.loc), v.node)
	return operand{node: loop("reduce", s.loc, rows, step, constant(decimal.Zero, s.loc)), typ: Type{Kind: KindNumber, Currency: v.typ.Currency}}
}

func lowerExtreme(l *lowering, s *site, pick func(any, any) any) operand {
	ordered := []Kind{KindNumber, KindDate, KindDatetime}
	loopCall := len(s.args) == 1
	if len(s.args) == 2 {
		_, loopCall = s.args[1].(*ast.PredicateNode)
	}
	if loopCall {
		rows, v, ok := l.fold(s, ordered...)
		if !ok {
			return l.broken(s.loc)
		}
		step := call(pick, s.loc, accumulator(s.loc), v.node)
		return operand{node: loop("reduce", s.loc, rows, step, put(&ast.NilNode{}, s.loc)), typ: v.typ, null: true}
	}
	if !l.arity(s, 1, 20) {
		return l.broken(s.loc)
	}
	if id, ok := s.args[0].(*ast.IdentifierNode); ok {
		if t, _, _ := l.env.lookup(id.Value); t.Kind == KindTable {
			return l.noColumn(s)
		}
	}
	var out operand
	for i := range s.args {
		o, ok := l.argument(s, i, ordered...)
		if !ok {
			return l.broken(s.loc)
		}
		if i == 0 {
			out = operand{node: o.node, typ: o.typ, null: o.null, lit: o.lit, isLit: o.isLit, path: o.path, loc: o.loc}
			continue
		}
		t, ok := unify(out.typ, o.typ)
		if !ok {
			return l.mismatch(s.name, out, o, s.loc)
		}
		if _, ok := l.meet(out, o); !ok {
			return l.mixed(out, o, s.loc)
		}
		out = operand{node: call(pick, s.loc, out.node, o.node), typ: t, null: out.null && o.null}
	}
	return out
}

func lowerAvg(l *lowering, s *site) operand {
	rows, v, ok := l.fold(s, KindNumber)
	if !ok {
		return l.broken(s.loc)
	}
	return operand{node: call(opAvg, s.loc, loop("map", s.loc, rows, v.node)), typ: Type{Kind: KindNumber, Currency: v.typ.Currency}, null: true}
}

func lowerCount(l *lowering, s *site) operand {
	if !l.arity(s, 1, 2) {
		return l.broken(s.loc)
	}
	src, rows, ok := l.rows(s)
	if !ok {
		return l.broken(s.loc)
	}
	cond := operand{node: element(s.loc), typ: Bool, null: true, loc: s.loc}
	if len(s.args) == 2 {
		if cond, ok = l.body(s, src); !ok {
			return l.broken(s.loc)
		}
	} else if src.typ.Kind == KindTable || src.typ.elem().Kind != KindBool {
		return operand{node: call(opLen, s.loc, src.node), typ: Number}
	}
	return operand{node: call(opCount, s.loc, loop("count", s.loc, rows, l.condition(cond))), typ: Number}
}

func lowerTest(l *lowering, s *site, name string) operand {
	if !l.arity(s, 2, 2) {
		return l.broken(s.loc)
	}
	src, rows, ok := l.rows(s)
	if !ok {
		return l.broken(s.loc)
	}
	cond, ok := l.body(s, src)
	if !ok {
		return l.broken(s.loc)
	}
	return operand{node: loop(name, s.loc, rows, l.condition(cond)), typ: Bool}
}

func lowerFilter(l *lowering, s *site) operand {
	if !l.arity(s, 2, 2) {
		return l.broken(s.loc)
	}
	src, rows, ok := l.rows(s)
	if !ok {
		return l.broken(s.loc)
	}
	cond, ok := l.body(s, src)
	if !ok {
		return l.broken(s.loc)
	}
	return operand{node: loop("filter", s.loc, rows, l.condition(cond)), typ: src.typ, path: src.path}
}

func lowerMap(l *lowering, s *site) operand {
	if !l.arity(s, 2, 2) {
		return l.broken(s.loc)
	}
	src, rows, ok := l.rows(s)
	if !ok {
		return l.broken(s.loc)
	}
	v, ok := l.body(s, src)
	if !ok {
		return l.broken(s.loc)
	}
	if v.typ.scattered() {
		return l.mixed(v, v, v.loc)
	}
	return operand{node: loop("map", s.loc, rows, v.node), typ: ListOf(v.typ)}
}

func lowerLen(l *lowering, s *site) operand {
	if !l.arity(s, 1, 1) {
		return l.broken(s.loc)
	}
	o, ok := l.argument(s, 0, KindText, KindList, KindTable)
	if !ok {
		return l.broken(s.loc)
	}
	return operand{node: call(opLen, s.loc, o.node), typ: Number}
}

// opRows is where a loop begins: its steps are taken from the budget at once, so that work is bounded before it is done
// and the outcome does not depend on where a loop would stop early.
func opRows(f, rows any) any {
	n := rowCount(rows)
	if n > MaxRows {
		raise("expr.limit", Say("行数太多：{n}，最多 {max} 行", "列數太多：{n}，最多 {max} 列", "Too many rows: {n}, at most {max}", "n", n, "max", MaxRows))
	}
	f.(*frame).budget.take(n)
	if rows == nil {
		return []any(nil)
	}
	return rows
}

func rowCount(rows any) int {
	switch r := rows.(type) {
	case nil:
		return 0
	case []any:
		return len(r)
	case []map[string]any:
		return len(r)
	case []string:
		return len(r)
	}
	wrongValue(rows, Type{Kind: KindTable})
	return 0
}

func opSumStep(acc, v any) any {
	x, ok := number(v)
	if !ok {
		return acc
	}
	a, _ := number(acc)
	return bounded(a.Add(x))
}

func opMin(a, b any) any {
	if a == nil {
		return b
	}
	if c, ok := order(a, b); ok && c > 0 {
		return b
	}
	return a
}

func opMax(a, b any) any {
	if a == nil {
		return b
	}
	if c, ok := order(a, b); ok && c < 0 {
		return b
	}
	return a
}

func opAvg(list any) any {
	total, n := decimal.Zero, int64(0)
	for _, v := range list.([]any) {
		if x, ok := number(v); ok {
			total, n = total.Add(x), n+1
		}
	}
	if n == 0 {
		return nil
	}
	return bounded(total.DivRound(decimal.NewFromInt(n), divisionPlaces))
}

func opLen(v any) any {
	if s, ok := v.(string); ok {
		n := int64(0)
		for range s {
			n++
		}
		return decimal.NewFromInt(n)
	}
	return decimal.NewFromInt(int64(rowCount(v)))
}
