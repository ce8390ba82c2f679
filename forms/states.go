package forms

import "strconv"

// states finds how every field, column and cell stands, when all values are known.
func (e *evaluation) states() {
	for i, sec := range e.s.sections {
		e.result.Sections[sec.key] = e.sectionVisible(i)
	}
	for _, f := range e.s.fields {
		shown := !e.hidden[f]
		if !f.clears() {
			shown = e.visible(f)
		}
		st := FieldState{Visible: shown, Masked: e.in.Mask.Hide[f.key]}
		st.ReadOnly = f.def.Computed() || e.in.Mask.ReadOnly[f.key]
		if shown {
			e.conditions(f, 0, &st)
		}
		e.result.Fields[f.key] = st
		if len(f.cols) > 0 {
			e.cellStates(f, st)
		}
	}
}

// conditions adds what requiredIf, readIf and the mask say to a field that shows.
func (e *evaluation) conditions(f *field, row int, st *FieldState) {
	st.Required = !f.def.Computed() && (f.def.Required || e.in.Mask.Require[f.id()])
	if !st.Required && f.required != nil {
		st.Required, _ = e.test(f.required, f, row, sayRequired)
	}
	if !st.ReadOnly && f.read != nil {
		// A condition that cannot be evaluated locks the field: the problem says why.
		yes, failed := e.test(f.read, f, row, sayReadOnly)
		st.ReadOnly = yes || failed
	}
}

// cellStates finds the state of every column, and of the cells that differ from it.
func (e *evaluation) cellStates(t *field, table FieldState) {
	for _, col := range t.cols {
		st := FieldState{Visible: table.Visible, Masked: table.Masked || e.in.Mask.Hide[col.id()]}
		st.ReadOnly = table.ReadOnly || col.def.Computed() || e.in.Mask.ReadOnly[col.id()]
		st.Required = table.Visible && !col.def.Computed() && (col.def.Required || e.in.Mask.Require[col.id()])
		e.result.Fields[col.id()] = st
		if !table.Visible || col.visible == nil && col.required == nil && col.read == nil {
			continue
		}
		for i := range e.rows[t] {
			here := FieldState{Visible: e.cellVisible(col, i), ReadOnly: st.ReadOnly, Masked: st.Masked}
			if here.Visible {
				e.conditions(col, i, &here)
			}
			if here != st {
				e.result.Fields[cellID(t, col, i)] = here
			}
		}
	}
}

// cellID is "lines[0].price".
func cellID(t, col *field, row int) string {
	return t.key + "[" + strconv.Itoa(row) + "]." + col.key
}

// state is how a field or cell stands.
func (e *evaluation) state(f *field, row int) FieldState {
	if f.parent != nil {
		if st, ok := e.result.Fields[cellID(f.parent, f, row)]; ok {
			return st
		}
		return e.result.Fields[f.id()]
	}
	return e.result.Fields[f.key]
}
