package rules

import (
	"strconv"

	"github.com/shopspring/decimal"
)

// tableRule is a compiled decision table.
type tableRule struct {
	rule   *Rule
	inputs []*Program // of inputs with an expression; nil for a plain field
	rows   []tableRow
}

type tableRow struct {
	conds []*Program // nil where the cell is always met
	thens []*Program // nil where the result is null
}

// maxTableRows bounds one decision table.
const maxTableRows = 1000

func (c *CompiledRule) compileTable(env *Env, path string) []Problem {
	r := c.Rule
	t := &tableRule{rule: r}
	problems := c.tableShape(path)
	if HasErrors(problems) {
		return problems
	}
	names := map[string]Type{}
	types := make([]Type, len(r.In))
	for i, in := range r.In {
		at := path + "/in/" + keyOr(in.Key, i)
		if in.Value == "" {
			typ, _, ok := env.lookup(in.Key)
			if !ok {
				_, ps := Compile(in.Key, env, Anything)
				problems = append(problems, WithPath(ps, at+"/key")...)
			}
			types[i] = typ
			t.inputs = append(t.inputs, nil)
			continue
		}
		p, ps := Compile(in.Value, env, Anything)
		problems = append(problems, WithPath(ps, at+"/value")...)
		if p != nil {
			types[i] = p.Type()
			names[in.Key] = p.Type()
			c.own[in.Key] = true
		}
		t.inputs = append(t.inputs, p)
	}
	if HasErrors(problems) {
		return problems
	}
	inner := env.With(names)
	cells := make([][]cell, len(r.Rows))
	var programs []*Program
	for i, row := range r.Rows {
		at := path + "/rows/" + strconv.Itoa(i)
		var out tableRow
		cells[i] = make([]cell, len(r.In))
		for j, src := range row.If {
			cl, ps := compileCell(src, r.In[j].Key, types[j], inner)
			problems = append(problems, WithPath(ps, at+"/if/"+strconv.Itoa(j))...)
			cells[i][j] = cl
			out.conds = append(out.conds, cl.prog)
			programs = append(programs, cl.prog)
		}
		for j, src := range row.Then {
			want, _ := TypeNamed(r.Out[j].Type)
			if want.Kind == KindText {
				want.Options = r.Out[j].Values
			}
			var p *Program
			if !blank(src) {
				var ps []Problem
				p, ps = Compile(src, inner, want)
				problems = append(problems, WithPath(ps, at+"/then/"+strconv.Itoa(j))...)
			}
			out.thens = append(out.thens, p)
			programs = append(programs, p)
		}
		t.rows = append(t.rows, out)
	}
	if HasErrors(problems) {
		return problems
	}
	// What a table reads: its computed inputs read fields, its plain inputs are fields, its cells may read others.
	for _, p := range append(append([]*Program{}, t.inputs...), programs...) {
		c.keep(p)
	}
	for i, in := range r.In {
		if t.inputs[i] == nil {
			c.keep(&Program{reads: []string{in.Key}, paths: [][]string{{in.Key}}})
		}
	}
	c.tab = t
	if env != nil && env.Local {
		return problems
	}
	return append(problems, analyseTable(r, types, cells, path)...)
}

// tableShape checks what can be said without types.
func (c *CompiledRule) tableShape(path string) []Problem {
	r := c.Rule
	var problems []Problem
	fail := func(at string, msg Text) { problems = append(problems, Errorf(path+at, "table.shape", msg)) }
	switch r.Hit {
	case "", "unique", "first", "priority", "collect", "collectSum":
	default:
		fail("/hit", Say("命中方式应是 unique、first、priority、collect 或 collectSum", "命中方式應是 unique、first、priority、collect 或 collectSum", "The hit policy is unique, first, priority, collect or collectSum"))
	}
	if len(r.In) == 0 {
		fail("/in", Say("决策表至少要有一个输入列", "決策表至少要有一個輸入欄", "A decision table needs at least one input"))
	}
	if len(r.Out) == 0 {
		fail("/out", Say("决策表至少要有一个输出列", "決策表至少要有一個輸出欄", "A decision table needs at least one output"))
	}
	if len(r.Rows) > maxTableRows {
		fail("/rows", Say("决策表最多 {max} 行", "決策表最多 {max} 列", "A decision table has at most {max} rows", "max", maxTableRows))
		return problems
	}
	for i, o := range r.Out {
		t, ok := TypeNamed(o.Type)
		at := path + "/out/" + keyOr(o.Key, i)
		if !ok {
			problems = append(problems, unknownType(at+"/type", o.Type))
		} else if r.Hit == "collectSum" && t.Kind != KindNumber {
			problems = append(problems, Errorf(at+"/type", "table.shape", Say("collectSum 的输出列应是数值", "collectSum 的輸出欄應是數值", "The outputs of collectSum are numbers")))
		}
	}
	if r.Hit == "priority" && len(r.Out) > 0 && len(r.Out[0].Values) == 0 {
		fail("/out/"+keyOr(r.Out[0].Key, 0)+"/values", Say("按优先级命中时，第一个输出列要按重要程度列出可能的值", "按優先級命中時，第一個輸出欄要按重要程度列出可能的值",
			"With priority, the first output lists its values from the most to the least important"))
	}
	for i, row := range r.Rows {
		at := "/rows/" + strconv.Itoa(i)
		if len(row.If) != len(r.In) {
			fail(at+"/if", Say("这一行有 {n} 个条件，应有 {want} 个", "這一列有 {n} 個條件，應有 {want} 個", "This row has {n} conditions; {want} are needed", "n", len(row.If), "want", len(r.In)))
		}
		if len(row.Then) != len(r.Out) {
			fail(at+"/then", Say("这一行有 {n} 个结果，应有 {want} 个", "這一列有 {n} 個結果，應有 {want} 個", "This row has {n} results; {want} are needed", "n", len(row.Then), "want", len(r.Out)))
		}
	}
	return problems
}

func (t *tableRule) decide(s *Scope) (Decision, error) {
	if s == nil {
		s = emptyScope
	}
	s, err := t.scope(s)
	if err != nil {
		return Decision{}, err
	}
	var hits []int
	for i, row := range t.rows {
		ok, err := row.met(s)
		if err != nil {
			return Decision{}, err
		}
		if ok {
			hits = append(hits, i)
			if t.rule.Hit == "first" {
				break
			}
		}
	}
	switch t.rule.Hit {
	case "collect", "collectSum":
		return t.collect(s, hits)
	case "priority":
		return t.priority(s, hits)
	}
	if len(hits) > 1 {
		return Decision{}, &EvalError{Code: "table.overlap", Source: t.rule.Key, Message: Say(
			"决策表“{key}”有几行同时命中：{rows}", "決策表「{key}」有幾列同時命中：{rows}", "Several rows of the decision table “{key}” apply: {rows}", "key", t.rule.Key, "rows", rowNumbers(hits))}
	}
	if len(hits) == 0 {
		return t.empty(), nil
	}
	out, err := t.result(s, hits[0])
	return Decision{Value: out, Rows: hits[:1]}, err
}

func rowNumbers(hits []int) []string {
	out := make([]string, len(hits))
	for i, h := range hits {
		out[i] = strconv.Itoa(h + 1)
	}
	return out
}

// scope adds the values of computed inputs to a scope.
func (t *tableRule) scope(s *Scope) (*Scope, error) {
	var names map[string]any
	for i, p := range t.inputs {
		if p == nil {
			continue
		}
		v, err := p.Eval(s)
		if err != nil {
			return nil, err
		}
		if names == nil {
			names = map[string]any{}
		}
		names[t.rule.In[i].Key] = v
	}
	if names == nil {
		return s, nil
	}
	inner := *s
	inner.Names = names
	inner.Lookup = func(n string) (any, bool) {
		if v, ok := s.Names[n]; ok {
			return v, true
		}
		if s.Lookup != nil {
			return s.Lookup(n)
		}
		return nil, false
	}
	return &inner, nil
}

func (r tableRow) met(s *Scope) (bool, error) {
	for _, c := range r.conds {
		if c == nil {
			continue
		}
		ok, err := c.Test(s)
		if err != nil || !ok {
			return false, err
		}
	}
	return true, nil
}

func (t *tableRule) result(s *Scope, row int) (map[string]any, error) {
	out := make(map[string]any, len(t.rule.Out))
	for j, o := range t.rule.Out {
		out[o.Key] = nil
		if p := t.rows[row].thens[j]; p != nil {
			v, err := p.Eval(s)
			if err != nil {
				return nil, err
			}
			out[o.Key] = v
		}
	}
	return out, nil
}

func (t *tableRule) collect(s *Scope, hits []int) (Decision, error) {
	out := make(map[string]any, len(t.rule.Out))
	for _, o := range t.rule.Out {
		if t.rule.Hit == "collectSum" {
			out[o.Key] = decimal.Zero
		} else {
			out[o.Key] = []any{}
		}
	}
	for _, h := range hits {
		row, err := t.result(s, h)
		if err != nil {
			return Decision{}, err
		}
		for k, v := range row {
			switch acc := out[k].(type) {
			case []any:
				if v != nil {
					out[k] = append(acc, v)
				}
			case decimal.Decimal:
				if d, ok := v.(decimal.Decimal); ok {
					out[k] = acc.Add(d)
				}
			}
		}
	}
	return Decision{Value: out, Rows: hits}, nil
}

// priority picks, of the rows that apply, the one whose first output stands first in the list of its values.
func (t *tableRule) priority(s *Scope, hits []int) (Decision, error) {
	best, bestRank := -1, 0
	var out map[string]any
	for _, h := range hits {
		row, err := t.result(s, h)
		if err != nil {
			return Decision{}, err
		}
		o := t.rule.Out[0]
		rank := len(o.Values)
		for i, v := range o.Values {
			if v == ShowValue(row[o.Key]) {
				rank = i
				break
			}
		}
		if best < 0 || rank < bestRank {
			best, bestRank, out = h, rank, row
		}
	}
	if best < 0 {
		return t.empty(), nil
	}
	return Decision{Value: out, Rows: []int{best}}, nil
}

func (t *tableRule) empty() Decision {
	out := make(map[string]any, len(t.rule.Out))
	for _, o := range t.rule.Out {
		out[o.Key] = nil
	}
	return Decision{Value: out}
}
