package forms

import (
	"testing"

	"github.com/shopspring/decimal"

	"pipewright/rules"
)

// The lines of a contract are held against those of the quote it refers to, reference for reference.
func TestSameLines(t *testing.T) {
	t.Parallel()
	lines := func() Field {
		return Field{Key: "lines", Type: "table", Fields: []Field{{Key: "product", Type: "reference", Form: "product"}, {Key: "qty", Type: "number"}, {Key: "note", Type: "text"}}}
	}
	w := testWorld([]Form{
		{Key: "product", Name: rules.Plain("Product"), Fields: []Field{{Key: "name", Type: "text"}}},
		{Key: "quote", Name: rules.Plain("Quote"), Fields: []Field{lines()}},
		{Key: "contract", Name: rules.Plain("Contract"), Fields: []Field{{Key: "quote", Type: "reference", Form: "quote"}, lines()},
			Checks: []Check{{Key: "same", If: "same(lines, quote.lines, ['product', 'qty'])", Message: rules.Plain("not as quoted")}}},
	}, nil)
	s := compileForm(t, w, "contract")
	row := func(product, qty string) map[string]any {
		return map[string]any{"product": Ref{product}, "qty": decimal.RequireFromString(qty), "note": qty}
	}
	records := func(_, _ string) (Values, bool) {
		return Values{"lines": []map[string]any{row("P-1", "2"), row("P-2", "1.0")}}, true
	}
	for _, c := range []struct {
		rows []map[string]any
		want int
	}{
		{[]map[string]any{row("P-2", "1"), row("P-1", "2")}, 0},
		{[]map[string]any{row("P-2", "1"), row("P-1", "3")}, 1},
		{[]map[string]any{row("P-1", "2")}, 1},
	} {
		res := s.Evaluate(&Input{New: Values{"quote": Ref{"Q-1"}, "lines": c.rows}, Scope: testScope(), Records: records})
		if len(res.Problems) != c.want {
			t.Errorf("%v: %v", c.rows, showProblems(res.Problems))
		}
	}
}
