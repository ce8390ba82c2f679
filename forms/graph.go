package forms

import (
	"strings"

	"pipewright/rules"
)

// graph finds what each value is computed from, orders the fields by it and refuses circles. Two graphs are looked at:
// that of values (calc, value, fill, and visibleIf where hiding empties the field), and that of visibleIf among
// editable fields, where a circle would keep its fields hidden for ever. requiredIf and readIf change no value and hide
// nothing, so "a phone or a mail address" may be said both ways round.
func (c *compiler) graph() {
	s := c.schema
	c.fillTargets()
	var all []*field
	each(s.fields, func(f *field) {
		all = append(all, f)
		f.deps = c.valueDeps(f)
		f.restless = c.restless(f.calc) || f.linked != nil
	})
	c.steps()
	c.wholeTables(all)
	order, circles := sortFields(all, func(f *field) []*field { return f.deps })
	s.order = order
	for _, circle := range circles {
		f := circle[0]
		slot := "calc"
		switch {
		case f.calc != nil:
		case f.value != nil:
			slot = "value"
		default:
			slot = "visibleIf"
		}
		c.fail(f.path+"/"+slot, "calc.cycle", "{field}的值绕了一圈又取决于自己：{circle}", "{field}的值繞了一圈又取決於自己：{circle}",
			"The value of {field} depends on itself in a circle: {circle}", "field", quoted(f.name), "circle", say(circle))
	}
	if len(circles) > 0 {
		return
	}
	_, circles = sortFields(all, func(f *field) []*field {
		if f.calc != nil || f.def.Calc != "" {
			return nil
		}
		return c.reads(f.visible, f.parent)
	})
	for _, circle := range circles {
		f := circle[0]
		c.fail(f.path+"/visibleIf", "calc.cycle", "{field}是否显示绕了一圈又取决于自己：{circle}", "{field}是否顯示繞了一圈又取決於自己：{circle}",
			"Whether {field} shows depends on itself in a circle: {circle}", "field", quoted(f.name), "circle", say(circle))
	}
}

// say writes a circle as “a → b → a”, by names.
func say(circle []*field) rules.Text {
	out := rules.Text{}
	for _, lang := range rules.Languages {
		parts := make([]string, 0, len(circle)+1)
		for _, f := range append(circle[:len(circle):len(circle)], circle[0]) {
			parts = append(parts, f.name.In(lang))
		}
		out[lang] = strings.Join(parts, " → ")
	}
	return out
}

// each visits columns before their table, so that a table without more ado comes after what its rows compute.
func each(fs []*field, visit func(*field)) {
	for _, f := range fs {
		for _, col := range f.cols {
			visit(col)
		}
		visit(f)
	}
}

// fillTargets binds every fill to its source and target and compares their types.
func (c *compiler) fillTargets() {
	each(c.schema.fields, func(f *field) {
		if f.target == nil {
			return
		}
		sources := map[string]*Field{}
		for i := range f.target.Fields {
			sources[f.target.Fields[i].Key] = &f.target.Fields[i]
		}
		siblings := c.schema.byKey
		if f.parent != nil {
			siblings = f.parent.colByKey
		}
		for _, fl := range f.fills {
			path := f.path + "/fill/" + fl.to
			to, from := siblings[fl.to], sources[fl.from]
			switch {
			case to == nil:
				c.unknown(path, sayField, fl.to, keysOf(siblings))
				// The mistake is in the member's name; a fix of its value would be wrong.
				c.problems[len(c.problems)-1].Fix = nil
				continue
			case from == nil:
				c.unknown(path, sayField, fl.from, keysOf(sources))
				continue
			case to == f:
				c.fail(path, "ref.kind", "引用不能填到它自己", "引用不能填到它自己", "A reference cannot fill itself")
				continue
			case to.def.Computed():
				c.fail(path, "setting.conflict", "{field}是自动计算的，不能再由引用带入", "{field}是自動計算的，不能再由引用帶入",
					"{field} is computed, so a reference cannot fill it", "field", quoted(to.name))
				continue
			case to.filledBy != nil:
				c.fail(path, "setting.conflict", "{field}已由“{other}”带入，只能有一个来源", "{field}已由「{other}」帶入，只能有一個來源",
					"{field} is already filled by “{other}”; it can have one source only", "field", quoted(to.name), "other", to.filledBy.name)
				continue
			}
			if from = c.world.resolved(f.target.Fields, from, 1); from == nil || kinds[from.Type] == nil {
				continue // reported at the other form
			}
			k := kinds[from.Type]
			got, want := k.typ(c.world, from, false), to.typeOf(c.world, false)
			money := from.Type == "money" && to.def.Type == "money" // brought into the currency of the field, see inOwn
			if got.Kind != want.Kind || !money && got.Currency != want.Currency || (got.Kind == rules.KindRecord || got.Kind == rules.KindTable) && from.Type != to.def.Type {
				c.fail(path, "expr.type", "不能把{got}带入{field}，它是{want}", "不能把{got}帶入{field}，它是{want}",
					"{field} holds {want} and cannot be filled with {got}", "got", got.Say(), "want", want.Say(), "field", quoted(to.name))
				continue
			}
			to.filledBy, to.fillFrom = f, fl.from
			if money {
				to.fillIn = moneyCurrency(c.world, from)
				if c.world.varies(f.target, from) {
					to.fillInOf = f.target.Currency
				}
			}
		}
	})
}

// valueDeps are the fields and columns that f's value comes from.
func (c *compiler) valueDeps(f *field) []*field {
	deps := c.reads(f.calc, f.parent)
	deps = append(deps, c.reads(f.value, f.parent)...)
	if cur := c.schema.currency; cur != nil && f.varies && (f.def.Calc != "" || f.filledBy != nil) {
		deps = append(deps, cur) // it says how many decimals there are, and what is filled in is brought into it
	}
	if f.filledBy != nil {
		deps = append(deps, f.filledBy)
	}
	if f.clears() {
		deps = append(deps, c.reads(f.visible, f.parent)...)
		if f.section >= 0 {
			deps = append(deps, c.reads(c.schema.sections[f.section].visible, nil)...)
		}
	}
	if f.parent != nil && f.parent.clears() {
		// Columns of a table that may be emptied come after that is decided.
		deps = append(deps, f.parent)
	}
	return deps
}

// reads are the fields and columns an expression reads, through named rules too. parent is the table in whose row it stands.
func (c *compiler) reads(p *rules.Program, parent *field) []*field {
	if p == nil {
		return nil
	}
	var out []*field
	for _, path := range p.ReadsPaths() {
		out = append(out, c.resolve(path, parent)...)
	}
	for _, r := range rulesOf(c.world, p) {
		out = append(out, c.ruleReads(r, map[string]bool{})...)
	}
	return out
}

// wholeTables makes what reads a table come after everything its rows compute, whichever columns it names: a filtered
// table, say, hides which columns are summed. A column that is itself computed from the reader is left out (each line's
// share of the total is no circle).
func (c *compiler) wholeTables(all []*field) {
	for _, f := range all {
		for _, d := range append([]*field(nil), f.deps...) {
			for _, col := range d.cols {
				if len(col.deps) > 0 && !reaches(col, f, map[*field]bool{}) {
					f.deps = append(f.deps, col)
				}
			}
		}
	}
}

// reaches says whether a is computed from b, at whatever distance.
func reaches(a, b *field, seen map[*field]bool) bool {
	if a == b {
		return true
	}
	if seen[a] {
		return false
	}
	seen[a] = true
	for _, d := range a.deps {
		if reaches(d, b, seen) {
			return true
		}
	}
	return false
}

// resolve finds what a path of names reads: a column of the row at hand, a field, a column of a table.
func (c *compiler) resolve(path []string, parent *field) []*field {
	if parent != nil {
		if col := parent.colByKey[path[0]]; col != nil {
			return []*field{col}
		}
	}
	f := c.schema.byKey[path[0]]
	if f == nil {
		return nil
	}
	if len(path) > 1 {
		if col := f.colByKey[path[1]]; col != nil {
			return []*field{f, col}
		}
	}
	return []*field{f}
}

// ruleReads are the fields a named rule reads.
func (c *compiler) ruleReads(rule string, seen map[string]bool) []*field {
	if seen[rule] {
		return nil
	}
	seen[rule] = true
	names, known := c.world.RuleReads[rule]
	var out []*field
	if !known {
		for _, f := range c.schema.fields {
			if f.def.Calc == "" {
				out = append(out, f)
			}
		}
		return out
	}
	for _, n := range names {
		if f := c.schema.byKey[n]; f != nil {
			out = append(append(out, f.cols...), f)
		} else if _, ok := c.world.Rules[n]; ok {
			out = append(out, c.ruleReads(n, seen)...)
		}
	}
	return out
}

// rulesOf are the named rules an expression uses, by bare name or by decide().
func rulesOf(w *World, p *rules.Program) []string {
	out := append([]string(nil), p.Decides()...)
	for _, n := range p.Reads() {
		if _, ok := w.Rules[n]; ok {
			out = append(out, n)
		}
	}
	return out
}

// restless says whether an expression reads anything but fields.
func (c *compiler) restless(p *rules.Program) bool {
	if p == nil {
		return false
	}
	if p.ReadsClock() || len(p.Decides()) > 0 {
		return true
	}
	for _, n := range p.Reads() {
		if _, ok := c.world.System[n]; ok {
			return true
		}
		if _, ok := c.world.Rules[n]; ok {
			return true
		}
		if n == "old" {
			return true
		}
	}
	return false
}

// steps marks the references that expressions look behind, so that only their records are asked for.
func (c *compiler) steps() {
	mark := func(p *rules.Program, parent *field) {
		if p == nil {
			return
		}
		paths := p.ReadsPaths()
		for _, r := range rulesOf(c.world, p) {
			paths = append(paths[:len(paths):len(paths)], c.world.RulePaths[r]...)
		}
		for _, path := range paths {
			for i := range path[:len(path)-1] {
				if path[i+1] == "id" {
					continue
				}
				for _, f := range c.resolve(path[:i+1], parent) {
					if f.def.Type == "reference" {
						f.stepped = true
					}
				}
			}
		}
	}
	each(c.schema.fields, func(f *field) {
		for _, p := range []*rules.Program{f.calc, f.value, f.visible, f.required, f.read, f.min.program, f.max.program} {
			mark(p, f.parent)
		}
		for _, ch := range f.checks {
			mark(ch.when, f)
		}
	})
	for _, ch := range c.schema.checks {
		mark(ch.when, nil)
	}
	for _, sec := range c.schema.sections {
		mark(sec.visible, nil)
	}
}

// sortFields orders fields so that each comes after its deps, keeping the given order otherwise. Circles come back as the
// fields on them in turn, each circle once, and do not stop the sort.
func sortFields(all []*field, deps func(*field) []*field) (order []*field, circles [][]*field) {
	const (
		white = iota
		grey
		black
	)
	colour := make(map[*field]int, len(all))
	var path []*field
	var visit func(f *field)
	visit = func(f *field) {
		colour[f] = grey
		path = append(path, f)
		for _, d := range deps(f) {
			switch colour[d] {
			case white:
				visit(d)
			case grey:
				for i := len(path) - 1; i >= 0; i-- {
					if path[i] == d {
						circles = append(circles, append([]*field(nil), path[i:]...))
						break
					}
				}
			}
		}
		path = path[:len(path)-1]
		colour[f] = black
		order = append(order, f)
	}
	for _, f := range all {
		if colour[f] == white {
			visit(f)
		}
	}
	return order, circles
}
