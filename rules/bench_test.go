package rules

import (
	"fmt"
	"testing"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/vm"
	"github.com/shopspring/decimal"
)

// The workload of P4: a computed field over a ten-row table and a condition, as in a deal.
const (
	benchSum   = "sum(lines, .qty * .price * (1 - .off))"
	benchGuard = "amount > 500000 and discount <= 0.3 and status == 'open'"
)

func benchScope() *Scope {
	s := sampleScope()
	rows := make([]map[string]any, 10)
	for i := range rows {
		rows[i] = map[string]any{"qty": dec("3"), "price": dec("129.90"), "off": dec("0.15")}
	}
	s.Names["lines"] = rows
	s.Names["discount"] = dec("0.2")
	return s
}

func BenchmarkEval(b *testing.B) {
	for name, src := range map[string]string{"sum10": benchSum, "guard": benchGuard} {
		p, ps := Compile(src, sampleEnv(), Type{})
		if HasErrors(ps) {
			b.Fatal(lines(ps))
		}
		s := benchScope()
		s.Budget = NewBudget()
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				s.Budget.used = 0
				if _, err := p.Eval(s); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkBare is the limit of P4: the same work by expr-lang with decimals patched in the way its manual shows, with a
// pooled machine and typed rows, and none of our null handling, limits and places.
func BenchmarkBare(b *testing.B) {
	type line struct {
		Qty   decimal.Decimal `expr:"qty"`
		Price decimal.Decimal `expr:"price"`
		Off   decimal.Decimal `expr:"off"`
	}
	one := decimal.NewFromInt(1)
	env := map[string]any{
		"amount": dec("600000"), "discount": dec("0.2"), "status": "open", "one": one, "limit": dec("500000"), "third": dec("0.3"),
		"lines": []line{},
	}
	for range 10 {
		env["lines"] = append(env["lines"].([]line), line{dec("3"), dec("129.90"), dec("0.15")})
	}
	bin := func(name string, fn func(a, b decimal.Decimal) decimal.Decimal) expr.Option {
		return expr.Function(name, func(p ...any) (any, error) { return fn(p[0].(decimal.Decimal), p[1].(decimal.Decimal)), nil },
			new(func(a, b decimal.Decimal) decimal.Decimal))
	}
	cmp := func(name string, fn func(a, b decimal.Decimal) bool) expr.Option {
		return expr.Function(name, func(p ...any) (any, error) { return fn(p[0].(decimal.Decimal), p[1].(decimal.Decimal)), nil },
			new(func(a, b decimal.Decimal) bool))
	}
	sum := expr.Function("dsum", func(p ...any) (any, error) {
		total := decimal.Zero
		for _, v := range p[0].([]any) {
			total = total.Add(v.(decimal.Decimal))
		}
		return total, nil
	}, new(func([]any) decimal.Decimal), new(func([]decimal.Decimal) decimal.Decimal))
	options := []expr.Option{expr.Env(env), sum,
		bin("dsub", decimal.Decimal.Sub), bin("dmul", decimal.Decimal.Mul), bin("dadd", decimal.Decimal.Add),
		cmp("dgt", decimal.Decimal.GreaterThan), cmp("dle", decimal.Decimal.LessThanOrEqual),
		expr.Operator("-", "dsub"), expr.Operator("*", "dmul"), expr.Operator("+", "dadd"), expr.Operator(">", "dgt"), expr.Operator("<=", "dle")}
	for name, src := range map[string]string{
		"sum10": "dsum(map(lines, .qty * .price * (one - .off)))",
		"guard": "amount > limit and discount <= third and status == 'open'",
	} {
		p, err := expr.Compile(src, options...)
		if err != nil {
			b.Fatal(err)
		}
		var machine vm.VM
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := machine.Run(p, env); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkCompile(b *testing.B) {
	env := sampleEnv()
	for b.Loop() {
		if _, ps := Compile(benchSum, env, Number); HasErrors(ps) {
			b.Fatal(fmt.Sprint(ps))
		}
	}
}
