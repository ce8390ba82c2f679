package rules

import "github.com/shopspring/decimal"

var numberFunctions = []Function{
	{Name: "rate", Signatures: []string{"rate(part, whole)"}, Example: "rate(50, 200)", Result: "0.25",
		Doc: Say("part ÷ whole；whole 为 0 时得 0", "part ÷ whole；whole 為 0 時得 0", "part divided by whole; 0 when whole is 0"),
		lower: func(l *lowering, s *site) operand {
			if !l.arity(s, 2, 2) {
				return l.broken(s.loc)
			}
			a, ok := l.argument(s, 0, KindNumber)
			b, ok2 := l.argument(s, 1, KindNumber)
			if !ok || !ok2 {
				return l.broken(s.loc)
			}
			if _, ok := currency(a.typ, b.typ); !ok {
				return l.mixed(a, b, s.loc)
			}
			return operand{node: call(opRate, s.loc, a.node, b.node), typ: Number, null: a.null || b.null}
		}},
	{Name: "round", Signatures: []string{"round(number)", "round(number, places)"}, Example: "round(2.345, 2)", Result: "2.35",
		Doc: Say("四舍五入（.5 远离 0），places 为小数位数，默认 0", "四捨五入（.5 遠離 0），places 為小數位數，預設 0", "Rounds half away from zero to a number of places, 0 unless given"),
		lower: func(l *lowering, s *site) operand {
			if !l.arity(s, 1, 2) {
				return l.broken(s.loc)
			}
			x, ok := l.argument(s, 0, KindNumber)
			n := operand{node: constant(decimal.Zero, s.loc), typ: Number}
			ok2 := true
			if len(s.args) == 2 {
				n, ok2 = l.argument(s, 1, KindNumber)
			}
			if !ok || !ok2 {
				return l.broken(s.loc)
			}
			return operand{node: call(opRound, s.loc, x.node, n.node), typ: Type{Kind: KindNumber, Currency: x.typ.Currency}, null: x.null || n.null}
		}},
	{Name: "abs", Signatures: []string{"abs(number)"}, Example: "abs(-3.5)", Result: "3.5",
		Doc: Say("绝对值", "絕對值", "The number without its sign"),
		lower: func(l *lowering, s *site) operand {
			if !l.arity(s, 1, 1) {
				return l.broken(s.loc)
			}
			x, ok := l.argument(s, 0, KindNumber)
			if !ok {
				return l.broken(s.loc)
			}
			return operand{node: call(opAbs, s.loc, x.node), typ: Type{Kind: KindNumber, Currency: x.typ.Currency}, null: x.null}
		}},
	{Name: "ceil", Signatures: []string{"ceil(number)"}, Example: "ceil(7 / 2)", Result: "4",
		Doc:   Say("不小于它的最小整数，如要订几箱", "不小於它的最小整數，如要訂幾箱", "The smallest whole number not below it, such as how many boxes to order"),
		lower: func(l *lowering, s *site) operand { return l.whole(s, opCeil) }},
}

// whole lowers a function that makes a whole number of a number.
func (l *lowering) whole(s *site, op func(any) any) operand {
	if !l.arity(s, 1, 1) {
		return l.broken(s.loc)
	}
	x, ok := l.argument(s, 0, KindNumber)
	if !ok {
		return l.broken(s.loc)
	}
	return operand{node: call(op, s.loc, x.node), typ: Type{Kind: KindNumber, Currency: x.typ.Currency}, null: x.null}
}

func opRate(a, b any) any {
	x, ok := number(a)
	y, ok2 := number(b)
	if !ok || !ok2 {
		return nil
	}
	if y.IsZero() {
		return decimal.Zero
	}
	return bounded(x.DivRound(y, divisionPlaces))
}

func opRound(a, n any) any {
	x, ok := number(a)
	p, ok2 := number(n)
	if !ok || !ok2 {
		return nil
	}
	if !p.IsInteger() || p.Abs().Cmp(decimal.NewFromInt(maxPlaces)) > 0 {
		raise("expr.value", Say("小数位数应是整数（-40 到 40）", "小數位數應是整數（-40 到 40）", "The number of places must be whole, from -40 to 40"))
	}
	return bounded(x.Round(int32(p.IntPart())))
}

func opAbs(a any) any {
	x, ok := number(a)
	if !ok {
		return nil
	}
	return x.Abs()
}

func opCeil(a any) any {
	x, ok := number(a)
	if !ok {
		return nil
	}
	return bounded(x.Ceil())
}
