package forms

import "pipewright/rules"

// Scope is what expressions of the form see of a record as it stands, without computing anything: for rules, filters,
// templates and conditions of the runtime. outer brings everything else; records may be nil.
func (s *Schema) Scope(v Values, outer *rules.Scope, records func(form, id string) (Values, bool)) *rules.Scope {
	if outer == nil {
		outer = &rules.Scope{}
	}
	scope := *outer
	names := make(map[string]any, len(outer.Names)+len(s.fields))
	for k, x := range outer.Names {
		names[k] = x
	}
	see := func(f *field, x any) any {
		r, ok := x.(Ref)
		if !ok {
			return x
		}
		m := map[string]any{}
		if records != nil {
			if facts, ok := records(f.def.Form, r.ID); ok {
				m = plainRow(facts)
			}
		}
		m["id"] = r.ID
		return m
	}
	if rates, ok := v[rules.RatesName]; ok {
		names[rules.RatesName] = rates
	}
	for _, f := range s.fields {
		x := v[f.key]
		rows, ok := x.([]map[string]any)
		if !ok || f.colByKey == nil {
			names[f.key] = see(f, x)
			continue
		}
		if f.seenAsIs(rows) {
			names[f.key] = rows
			continue
		}
		seen := make([]map[string]any, len(rows))
		for i, r := range rows {
			m := make(map[string]any, len(f.cols))
			for _, col := range f.cols {
				m[col.key] = see(col, r[col.key])
			}
			seen[i] = m
		}
		names[f.key] = seen
	}
	scope.Names = names
	s.withRules(&scope)
	return &scope
}

// withRules lets the expressions of a scope use the named rules, run on that very scope.
func (s *Schema) withRules(scope *rules.Scope) {
	run := s.world.Run
	if run == nil {
		return
	}
	if scope.Budget == nil {
		scope.Budget = rules.NewBudget()
	}
	decide := scope.Decide
	scope.Decide = func(rule string) (any, error) {
		if _, known := s.world.Rules[rule]; !known && decide != nil {
			return decide(rule)
		}
		return run(rule, scope)
	}
}
