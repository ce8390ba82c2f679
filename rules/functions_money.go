package rules

import (
	"strings"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/file"
	"github.com/shopspring/decimal"
)

var moneyFunctions = []Function{
	{Name: "base", Signatures: []string{"base(amount)"}, Example: "base(usd)", Result: "7.12",
		Doc: Say("金额折成应用的货币，按记录上固定的汇率，四舍五入到该货币的小数位", "金額折成應用的貨幣，按記錄上固定的匯率，四捨五入到該貨幣的小數位",
			"The amount in the app's currency, at the rate fixed in the record, rounded half up to that currency's decimals"),
		lower: lowerBase},
	{Name: "convert", Signatures: []string{"convert(amount, 'USD', date)", "convert(amount, currency, date)"}, Example: "convert(cny, 'USD', today())", Result: "0.28",
		Doc: Say("金额折成另一种货币，按那一天或之前最近的汇率，四舍五入到该货币的小数位", "金額折成另一種貨幣，按那一天或之前最近的匯率，四捨五入到該貨幣的小數位",
			"The amount in another currency, at the newest rate not after the date, rounded half up to that currency's decimals"),
		lower: lowerConvert},
}

// money lowers the first argument: an amount whose currency is known.
func (l *lowering) money(s *site) (x operand, code, rates ast.Node, ok bool) {
	x, ok = l.argument(s, 0, KindNumber)
	if !ok {
		return x, nil, nil, false
	}
	if x.typ.Currency == "" {
		l.fail("expr.type", x.loc, Say("{name} 要的是金额，这里是没有货币的数值", "{name} 要的是金額，這裡是沒有貨幣的數值", "{name} needs an amount of money; this number has no currency", "name", s.name))
		return x, nil, nil, false
	}
	if x.typ.scattered() && len(l.loops) == 0 {
		l.mixed(x, x, s.loc)
		return x, nil, nil, false
	}
	code, rates = l.currencyOf(x.typ.Currency, x.loc)
	return x, code, rates, true
}

// currencyOf is the currency of an amount while it runs, and the rates that its record keeps.
func (l *lowering) currencyOf(currency string, loc file.Location) (code, rates ast.Node) {
	get := func(name string) ast.Node { return call(opGet, loc, frameNode(loc), constant(name, loc)) }
	rest, varies := strings.CutPrefix(currency, varying)
	if !varies {
		return constant(currency, loc), get(RatesName)
	}
	field, path, elsewhere := strings.Cut(rest, "@")
	field = field[strings.Index(field, ".")+1:]
	if !elsewhere {
		l.reads[field] = true
		l.notePath([]string{field})
		return get(field), get(RatesName)
	}
	l.notePath(append(strings.Split(strings.TrimPrefix(path, "#"), "."), field))
	record := l.records[currency]
	step := func(name string) ast.Node { return call(opField, loc, record, constant(name, loc)) }
	return step(field), step(RatesName)
}

// elsewhere marks a type read from another record: its amounts are in that record's currency.
func (l *lowering) elsewhere(t Type, base operand) Type {
	if _, reference := base.typ.Fields["id"]; !reference && (len(base.path) != 1 || base.path[0] != "old") {
		return t
	}
	switch {
	case t.Varies() && !strings.Contains(t.Currency, "@"):
		mark := "@"
		if inRow(base.node) {
			mark = "@#"
		}
		t.Currency += mark + strings.Join(base.path, ".")
		if l.records == nil {
			l.records = map[string]ast.Node{}
		}
		l.records[t.Currency] = base.node
	case t.Kind == KindTable:
		for key, column := range t.Fields {
			if marked := l.elsewhere(column, base); marked.Currency != column.Currency {
				fields := make(map[string]Type, len(t.Fields))
				for k, v := range t.Fields {
					fields[k] = v
				}
				fields[key] = marked
				t.Fields = fields
			}
		}
	}
	return t
}

// inRow says whether a lowered path begins at the row of a loop.
func inRow(n ast.Node) bool {
	for {
		switch x := n.(type) {
		case *ast.PointerNode:
			return true
		case *ast.CallNode:
			if len(x.Arguments) == 0 {
				return false
			}
			n = x.Arguments[0]
		default:
			return false
		}
	}
}

func lowerBase(l *lowering, s *site) operand {
	if !l.arity(s, 1, 1) {
		return l.broken(s.loc)
	}
	x, code, rates, ok := l.money(s)
	if !ok {
		return l.broken(s.loc)
	}
	out := Type{Kind: KindNumber}
	if l.env != nil {
		out.Currency = l.env.Base
	}
	if x.typ.Currency != out.Currency && l.away(s) {
		return l.broken(s.loc)
	}
	return operand{node: l.callWide("base", opBase, s.loc, frameNode(s.loc), x.node, code, rates), typ: out, null: true}
}

func lowerConvert(l *lowering, s *site) operand {
	if !l.arity(s, 3, 3) {
		return l.broken(s.loc)
	}
	x, from, _, ok := l.money(s)
	to, ok2 := l.argument(s, 1, KindText)
	on, ok3 := l.day(s, 2)
	if !ok || !ok2 || !ok3 {
		return l.broken(s.loc)
	}
	out := Type{Kind: KindNumber}
	if code, isText := to.lit.(string); isText {
		if l.env != nil && l.env.Codes != nil && !l.env.Codes(code) {
			return l.fail("ref.unknown", to.loc, Say("“{code}”不是通行的 ISO 4217 货币代码，例如 CNY、USD", "「{code}」不是通行的 ISO 4217 貨幣代碼，例如 CNY、USD",
				"“{code}” is not an ISO 4217 currency in use, such as CNY or USD", "code", code))
		}
		out.Currency = code
	} else if l.env != nil && l.env.Currency != "" && len(to.path) == 1 && strings.HasSuffix(l.env.Currency, "."+to.path[0]) {
		out.Currency = l.env.Currency
	}
	if (out.Currency == "" || x.typ.Currency != out.Currency) && l.away(s) {
		return l.broken(s.loc)
	}
	return operand{node: l.callWide("convert", opConvert, s.loc, frameNode(s.loc), x.node, from, to.node, on.node), typ: out, null: true}
}

// currency is a currency as a record says it: without a word it is the app's.
func (f *frame) currency(said any) string {
	if code, _ := text(said); code != "" {
		return code
	}
	if m := f.scope.Money; m != nil {
		return m.Base
	}
	return ""
}

// opBase brings an amount into the app's currency. Without a currency it is in that already.
func opBase(args ...any) (any, error) {
	m := args[0].(*frame).scope.Money
	x, ok := number(args[1])
	if !ok || m == nil {
		return nil, nil
	}
	from, _ := text(args[2])
	if from == "" || from == m.Base {
		return x, nil
	}
	kept, _ := args[3].(Rates)
	rate, ok := kept[from]
	if !ok {
		var pending bool
		if rate, ok, pending = m.Rate(from, m.Base, Date{}); pending {
			return nil, nil
		}
	}
	if !ok {
		raise("rate.missing", NoRate(from, m.Base, Date{}))
	}
	return m.into(x, rate, m.Base), nil
}

func opConvert(args ...any) (any, error) {
	m := args[0].(*frame).scope.Money
	x, ok := number(args[1])
	to, ok2 := text(args[3])
	if !ok || !ok2 || m == nil || args[4] == nil {
		return nil, nil
	}
	from, _ := text(args[2])
	if from == "" {
		from = m.Base
	}
	if _, known := m.Scale(to); !known {
		raise("rate.missing", Say("“{code}”不是货币代码", "「{code}」不是貨幣代碼", "“{code}” is no currency", "code", to))
	}
	on := args[4].(Date)
	rate := Rate{Num: decimal.New(1, 0), Den: decimal.New(1, 0)}
	if from != to {
		var pending bool
		if rate, ok, pending = m.Rate(from, to, on); pending {
			return nil, nil
		}
		if !ok {
			raise("rate.missing", NoRate(from, to, on))
		}
	}
	return m.into(x, rate, to), nil
}

func (m *Money) into(x decimal.Decimal, rate Rate, to string) any {
	scale, ok := m.Scale(to)
	if !ok {
		scale = 2
	}
	return bounded(rate.Convert(x, scale))
}
