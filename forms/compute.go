package forms

import "github.com/shopspring/decimal"

// compute gives every field and cell its value, in the order of what is computed from what.
func (e *evaluation) compute() {
	for _, f := range e.s.order {
		if f.parent == nil {
			e.settle(f, 0, e.values, e.in.Old)
			if f.clears() && !e.visible(f) {
				e.withdraw(f)
			}
			continue
		}
		t := f.parent
		if e.hidden[t] && t.clears() {
			continue
		}
		rows, _ := e.values[t.key].([]map[string]any)
		var old []map[string]any
		if e.in.Old != nil {
			old, _ = e.in.Old[t.key].([]map[string]any)
		}
		for i := range rows {
			var before map[string]any
			if i < len(old) {
				before = old[i]
			}
			e.settle(f, i, rows[i], before)
			if f.clears() && !e.cellVisible(f, i) {
				e.rows[t][i][f.key] = nil
				if f.def.WhenHidden == "clear" {
					rows[i][f.key] = nil
				}
			}
		}
	}
}

// settle gives one field or cell its value: filled by a reference, computed, or by default. values is the record or the
// row it belongs to, old the same before the change (nil when there was none).
func (e *evaluation) settle(f *field, row int, values, old map[string]any) {
	switch {
	case f.calc != nil:
		if e.touched != nil && !e.touched[f] && !f.restless {
			return
		}
		v, err := f.calc.Eval(e.at(f, row))
		if err != nil {
			e.failed(f, row, sayCalc, err)
			v = nil
		}
		e.put(f, row, values, v)
	case f.linked != nil:
		if e.create && values[f.key] == nil && (f.linked.Agg == "count" || f.linked.Agg == "sum") {
			e.put(f, row, values, decimal.Zero)
		}
	case f.filledBy != nil && e.fills(f, row, values, old):
	case f.value != nil:
		if _, given := values[f.key]; given || !e.isNew(f, values, old) {
			return
		}
		v, err := f.value.Eval(e.at(f, row))
		if err != nil {
			e.failed(f, row, sayDefault, err)
			return
		}
		e.put(f, row, values, v)
	}
}

// isNew says whether a record or row is being made by this change, so that defaults apply. A row that stood anywhere before
// is an old one.
func (e *evaluation) isNew(f *field, values, old map[string]any) bool {
	if f.parent == nil || e.create {
		return e.create
	}
	if old != nil && f.parent.sameGiven(values, old) {
		return false
	}
	before, _ := e.in.Old[f.parent.key].([]map[string]any)
	for _, r := range before {
		if f.parent.sameGiven(values, r) {
			return false
		}
	}
	return true
}

// sameGiven compares two rows by what people gave, not by what is computed.
func (t *field) sameGiven(a, b map[string]any) bool {
	for _, col := range t.cols {
		if !col.def.Computed() && !Same(a[col.key], b[col.key]) {
			return false
		}
	}
	return true
}

// put makes a computed value fit the field and lets expressions see it.
func (e *evaluation) put(f *field, row int, values map[string]any, v any) {
	if v != nil {
		v = f.kind.accept(f, v, e.place(f, row))
		if e.s.currency != nil {
			v = e.inCurrency(f, v, e.s.CurrencyOf(e.values))
		}
	}
	values[f.key] = v
	if f.parent == nil {
		e.show(f, v)
		return
	}
	e.rows[f.parent][row][f.key] = e.visibleValue(f, v)
}

// fills copies the source field of the record that the reference now points to. It says false when there is nothing to fill:
// the reference has not changed, or the person gave the target a value in the same change.
func (e *evaluation) fills(f *field, row int, values, old map[string]any) bool {
	ref, ok := values[f.filledBy.key].(Ref)
	if !ok || !e.refChanged(f, ref, row, values, old) {
		return false
	}
	facts, ok := e.record(f.filledBy, ref)
	if !ok || facts == nil {
		return false
	}
	v := facts[f.fillFrom]
	if d, ok := v.(decimal.Decimal); ok && f.fillIn != "" {
		if v, ok = e.carried(f, row, d, facts); !ok {
			return true
		}
	}
	e.put(f, row, values, v)
	return true
}

// refChanged says whether this change set the reference and left the target alone.
func (e *evaluation) refChanged(f *field, ref Ref, row int, values, old map[string]any) bool {
	now := values[f.key]
	if f.parent == nil {
		if e.changed != nil {
			return e.changed[f.filledBy.key] && !e.changed[f.key]
		}
		if e.create {
			return now == nil
		}
		return !Same(ref, old[f.filledBy.key]) && Same(now, old[f.key])
	}
	if e.changed != nil {
		if e.changed[cellID(f.parent, f.filledBy, row)] {
			return !e.changed[cellID(f.parent, f, row)]
		}
		if !e.changed[f.parent.key] {
			return false
		}
	}
	// Rows have no identity but their place, and people insert and remove them: a row that stood anywhere before with this
	// very reference and value is an old row that moved.
	before, _ := e.in.Old[f.parent.key].([]map[string]any)
	for _, r := range before {
		if Same(r[f.filledBy.key], ref) && Same(r[f.key], now) {
			return false
		}
	}
	return now == nil || old != nil && !Same(ref, old[f.filledBy.key]) && Same(now, old[f.key])
}

// withdraw takes away the value of a field that is hidden and empties when it is: for good (clear), or only from the sight
// of other expressions (exclude).
func (e *evaluation) withdraw(f *field) {
	e.show(f, nil)
	if f.def.WhenHidden == "clear" {
		if _, there := e.values[f.key]; there {
			e.values[f.key] = nil
		}
	}
}

// visible says whether a field shows, by its own visibleIf and its section's; one that cannot be evaluated hides.
func (e *evaluation) visible(f *field) bool {
	shown := e.sectionVisible(f.section)
	if shown && f.visible != nil {
		shown, _ = f.visible.Test(e.scope)
	}
	if !shown {
		e.hidden[f] = true
	}
	return shown
}

func (e *evaluation) cellVisible(f *field, row int) bool {
	if f.visible == nil {
		return true
	}
	shown, err := f.visible.Test(e.at(f, row))
	if err != nil {
		shown = false
	}
	if !shown {
		e.cells[cell{f, row}] = true
	}
	return shown
}

// sectionVisible evaluates a section anew each time: while values are still being computed its answer may change.
func (e *evaluation) sectionVisible(i int) bool {
	if i < 0 || e.s.sections[i].visible == nil {
		return true
	}
	shown, err := e.s.sections[i].visible.Test(e.scope)
	return shown && err == nil
}
