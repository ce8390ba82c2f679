package forms

import (
	"slices"
	"strconv"

	"pipewright/rules"
)

// Mask is what stage, step and grants do to fields, by field key or "table.column".
type Mask struct {
	// Hide masks a field from the person: it keeps its value, is still required, and blocks with required.masked.
	Hide map[string]bool
	// ReadOnly locks fields; Require makes them required.
	ReadOnly map[string]bool
	Require  map[string]bool
	// Who names the people who may fill in a hidden field, for the message; without it "someone with the right".
	Who map[string]rules.Text
}

// Input is one evaluation of a record.
type Input struct {
	// Old holds the values before the change; nil when the record is being created.
	Old Values
	// New holds all values after the change as given, before anything is computed (see Values.Merge).
	New Values
	// Scope brings the instant, zone, calendar, system names (in Names), budget. Fields and named rules are added to it.
	Scope *rules.Scope
	// Records finds the values of the record behind a reference, with system names beside its fields. ok is false when
	// it has not been fetched (it is then in Result.Needs); (nil, true) means there is no such record. A nil Records
	// leaves references unlooked at: only their ids are known.
	Records func(form, id string) (v Values, ok bool)
	Mask    Mask
	// Changed are the fields this change touches ("lines" for a table as a whole, "lines[0].product" for a cell): only what
	// depends on them is computed anew, and a reference among them fills its fields. Nil: everything is computed, and Old
	// tells what has changed.
	Changed []string
	// Base comes before the paths of problems; "/data" when empty.
	Base string
}

// FieldState is how a field stands for this person at this moment.
type FieldState struct {
	// Visible is false when visibleIf, of the field or its section, says so: never required then.
	Visible bool `json:"visible"`
	// Required says that it must not be empty, filled or not.
	Required bool `json:"required"`
	ReadOnly bool `json:"readOnly"`
	// Masked says that the person may not see the value.
	Masked bool `json:"masked"`
}

// RecordNeed is a record whose facts an evaluation lacks.
type RecordNeed struct{ Form, ID string }

// Result is what an evaluation found.
type Result struct {
	// Values are all values: given, filled, computed, emptied by hiding.
	Values Values
	// Fields has a state for every field, for every column as "lines.price", and for a cell as "lines[0].price" (rows
	// from 0) where it differs from its column.
	Fields map[string]FieldState
	// Sections says which sections show.
	Sections map[string]bool
	// Problems are what stands in the way (errors) and what should be looked at (warnings). Codes: required,
	// required.masked, number.min, number.max, date.min, date.max, rows.tooFew, rows.tooMany, option.retired, option.elsewhere, code.checksum,
	// reference.missing, reference.where, check.failed, expr.failed, and those of Parse for computed values that do not fit.
	Problems []rules.Problem
	// Needs are records to fetch before the result can be relied on; evaluate again with them.
	Needs []RecordNeed
}

// Evaluate computes a record: defaults (at create), what references fill in, computed fields in the order of what they
// are computed from, what hiding empties, then who sees and must fill in what, then limits and checks. The same for every
// viewer but for Mask. An expression that fails hides the field when it says whether it shows, and is otherwise a
// problem at the field (expr.failed).
func (s *Schema) Evaluate(in *Input) *Result {
	e := newEvaluation(s, in)
	e.compute()
	e.states()
	e.demand()
	e.result.Values = e.values
	return e.result
}

// evaluation is the state of one run.
type evaluation struct {
	s      *Schema
	in     *Input
	base   string
	result *Result
	values Values
	// names are the record's values as expressions see them, with the system names; rows the same for each table.
	names map[string]any
	rows  map[*field][]map[string]any
	scope *rules.Scope
	// rowScope serves one row at a time.
	rowScope *rules.Scope
	create   bool
	touched  map[*field]bool
	changed  map[string]bool
	hidden   map[*field]bool // by visibleIf of the field or its section
	cells    map[cell]bool   // hidden cells
	sections map[int]bool    // visible sections evaluated so far
	needed   map[RecordNeed]bool
	old      map[string]any // see before
	here     place          // of the value that demandOne is about
}

type cell struct {
	f   *field
	row int
}

func newEvaluation(s *Schema, in *Input) *evaluation {
	e := &evaluation{
		s: s, in: in, base: in.Base, values: make(Values, len(s.fields)), create: in.Old == nil,
		rows: map[*field][]map[string]any{}, hidden: map[*field]bool{}, cells: map[cell]bool{}, sections: map[int]bool{},
		needed: map[RecordNeed]bool{},
		result: &Result{Fields: make(map[string]FieldState, len(s.fields)), Sections: make(map[string]bool, len(s.sections))},
	}
	if e.base == "" {
		e.base = "/data"
	}
	outer := in.Scope
	if outer == nil {
		outer = &rules.Scope{}
	}
	e.names = make(map[string]any, len(outer.Names)+len(s.fields)+1)
	for k, v := range outer.Names {
		e.names[k] = v
	}
	if in.Changed != nil {
		e.changed = map[string]bool{}
		for _, k := range in.Changed {
			e.changed[k] = true
		}
		e.touched = s.touched(in.Changed)
	}
	for _, f := range s.fields {
		v, given := in.New[f.key]
		if e.rests(f, v) {
			if given {
				e.values[f.key] = v
			}
			e.showAsIs(f, v.([]map[string]any))
			continue
		}
		if v = cloneValue(v); v != nil && !Same(v, in.Old[f.key]) {
			// What an action set may still be rounded, or be a record that stands for its id.
			v = f.kind.accept(f, v, e.place(f, 0))
			if s.currency != nil {
				v = e.inCurrency(f, v, s.CurrencyOf(in.New))
			}
		}
		if given {
			e.values[f.key] = v
		}
		e.show(f, v)
	}
	if rates, ok := in.New[rules.RatesName]; ok {
		e.values[rules.RatesName], e.names[rules.RatesName] = rates, rates
	}
	scope := *outer
	scope.Names = e.names
	if scope.Budget == nil {
		scope.Budget = rules.NewBudget()
	}
	e.scope = &scope
	scope.Lookup = func(name string) (any, bool) {
		if name == "old" {
			return e.before(), true
		}
		if outer.Lookup != nil {
			return outer.Lookup(name)
		}
		return nil, false
	}
	s.withRules(&scope)
	row := scope
	row.Lookup = func(name string) (any, bool) {
		if v, ok := e.names[name]; ok {
			return v, true
		}
		return scope.Lookup(name)
	}
	e.rowScope = &row
	return e
}

// before is the record before the change as expressions see it; few ask for it.
func (e *evaluation) before() any {
	if e.old == nil && e.in.Old != nil {
		e.old = plainRow(e.in.Old)
	}
	if e.old == nil {
		return nil
	}
	return e.old
}

// rests says that a field is a table which this evaluation leaves exactly as it was, so that its rows need no copy to be
// computed in.
func (e *evaluation) rests(f *field, v any) bool {
	rows, ok := v.([]map[string]any)
	if !ok || f.colByKey == nil || e.touched == nil || e.touched[f] {
		return false
	}
	old, _ := e.in.Old[f.key].([]map[string]any)
	if len(rows) == 0 || len(rows) != len(old) || &rows[0] != &old[0] {
		return false
	}
	for _, col := range f.cols {
		if e.touched[col] || col.restless || col.clears() || col.linked != nil {
			return false
		}
	}
	return true
}

// showAsIs lets expressions see the rows of a table that rests: the very rows where that will do.
func (e *evaluation) showAsIs(f *field, rows []map[string]any) {
	if !f.seenAsIs(rows) {
		e.show(f, rows)
		return
	}
	e.rows[f] = rows
	e.names[f.key] = rows
}

// seenAsIs says that expressions see the rows of a table just as they are: they say something of every column and hold no reference.
func (f *field) seenAsIs(rows []map[string]any) bool {
	for _, col := range f.cols {
		if col.def.Type == "reference" || slices.ContainsFunc(rows, func(r map[string]any) bool { _, ok := r[col.key]; return !ok }) {
			return false
		}
	}
	return true
}

// show lets expressions see a field's value.
func (e *evaluation) show(f *field, v any) {
	if rows, ok := v.([]map[string]any); ok && f.colByKey != nil {
		seen := make([]map[string]any, len(rows))
		for i, r := range rows {
			m := make(map[string]any, len(f.cols))
			for _, col := range f.cols {
				m[col.key] = e.visibleValue(col, r[col.key])
			}
			seen[i] = m
		}
		e.rows[f] = seen
		e.names[f.key] = seen
		return
	}
	delete(e.rows, f)
	e.names[f.key] = e.visibleValue(f, v)
}

// visibleValue is a value as expressions see it: a reference becomes the record behind it, when some expression looks there.
func (e *evaluation) visibleValue(f *field, v any) any {
	r, ok := v.(Ref)
	if !ok {
		return v
	}
	if f.stepped {
		if facts, ok := e.record(f, r); ok && facts != nil {
			m := plainRow(facts)
			m["id"] = r.ID
			return m
		}
	}
	return map[string]any{"id": r.ID}
}

// record finds the facts of the record behind a reference and asks for them when they are missing.
func (e *evaluation) record(f *field, r Ref) (Values, bool) {
	if e.in.Records == nil {
		return nil, false
	}
	v, ok := e.in.Records(f.def.Form, r.ID)
	if !ok {
		n := RecordNeed{f.def.Form, r.ID}
		if !e.needed[n] {
			e.needed[n] = true
			e.result.Needs = append(e.result.Needs, n)
		}
	}
	return v, ok
}

// plainRow turns references into records known by id only.
func plainRow(v map[string]any) map[string]any {
	out := make(map[string]any, len(v)+1)
	for k, x := range v {
		switch x := x.(type) {
		case Ref:
			out[k] = map[string]any{"id": x.ID}
		case []map[string]any:
			rows := make([]map[string]any, len(x))
			for i, r := range x {
				rows[i] = plainRow(r)
			}
			out[k] = rows
		default:
			out[k] = x
		}
	}
	return out
}

// at is the scope of a field: the record's, or that of a row.
func (e *evaluation) at(f *field, row int) *rules.Scope {
	if f.parent == nil {
		return e.scope
	}
	return e.inRow(f.parent, row)
}

func (e *evaluation) inRow(table *field, row int) *rules.Scope {
	e.rowScope.Names = e.rows[table][row]
	return e.rowScope
}

// place is where problems of a field are told.
func (e *evaluation) place(f *field, row int) *place {
	return &place{base: e.base, f: f, row: row, found: &e.result.Problems}
}

// test evaluates a condition; failed is true when it could not be evaluated, and then the problem has been told.
func (e *evaluation) test(p *rules.Program, f *field, row int, what rules.Text) (yes, failed bool) {
	v, err := p.Eval(e.at(f, row))
	if err != nil {
		e.failed(f, row, what, err)
		return false, true
	}
	yes, _ = v.(bool)
	return yes, false
}

// failed reports an expression that could not be evaluated (code expr.failed); the message names the place in it.
func (e *evaluation) failed(f *field, row int, what rules.Text, err error) {
	why, where, code := rules.Plain(err.Error()), rules.Text{}, "expr.failed"
	if ee, ok := err.(*rules.EvalError); ok {
		why = ee.Message
		if ee.Code == rateMissing {
			code = rateMissing
		}
		if ee.Line > 0 {
			where = rules.Say("（第 {line} 行第 {col} 个字）", "（第 {line} 列第 {col} 個字）", " (line {line}, character {col})",
				"line", strconv.Itoa(ee.Line), "col", strconv.Itoa(ee.Col))
		}
	}
	e.place(f, row).fail(code, "{field}的{what}算不出来：{why}{where}", "{field}的{what}算不出來：{why}{where}",
		"The {what} of {field} cannot be computed: {why}{where}", "what", what, "why", why, "where", where)
}

var (
	sayCalc     = rules.Say("计算", "計算", "computed value")
	sayFill     = rules.Say("带入的金额", "帶入的金額", "amount filled in")
	sayDefault  = rules.Say("默认值", "預設值", "default")
	sayRequired = rules.Say("必填条件", "必填條件", "condition for being required")
	sayReadOnly = rules.Say("只读条件", "唯讀條件", "condition for being locked")
	sayLimit    = rules.Say("界限", "界限", "limit")
	sayTest     = rules.Say("校验", "校驗", "check")
)
