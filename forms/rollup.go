package forms

import (
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"pipewright/rules"
)

// aggregates are what a rollup can do, and whether it needs a field to do it with.
var aggregates = map[string]bool{"count": false, "sum": true, "min": true, "max": true, "avg": true}

// rollup checks what a rollup names.
func (c *compiler) rollup(f *field) {
	d := f.def
	if f.parent != nil {
		c.fail(f.path+"/type", "ref.kind", "明细表里不能汇总别的记录；请把汇总放在表单上", "明細表裡不能彙總別的記錄；請把彙總放在表單上",
			"A table cannot sum up other records; put the rollup on the form")
		return
	}
	needs, known := aggregates[d.Agg]
	if !known {
		c.choice(f.path+"/agg", d.Agg, "count", "sum", "min", "max", "avg")
		return
	}
	if d.Form == "" || d.Via == "" {
		c.fail(f.path, "setting.missing", "{field}要写明汇总哪个表单（form）、它经过哪个引用指向这里（via）", "{field}要寫明彙總哪個表單（form）、它經過哪個引用指向這裡（via）",
			"{field} must say which form it sums up (form) and through which reference that points here (via)", "field", quoted(f.name))
		return
	}
	src, ok := c.rollupSource(f)
	if !ok {
		return
	}
	switch {
	case needs && d.Field == "":
		c.fail(f.path+"/field", "setting.missing", "{field}要写明汇总哪个字段", "{field}要寫明彙總哪個欄位", "{field} does not say which field it sums up", "field", quoted(f.name))
	case !needs && d.Field != "":
		c.fail(f.path+"/field", "setting.conflict", "{field}只数记录，不用写字段", "{field}只數記錄，不用寫欄位", "{field} counts records and needs no field", "field", quoted(f.name))
		c.removal(f.path+"/field", "field")
	case needs:
		c.linkedField(f, src, func(t string) bool {
			return rolled[t] || dated[t] && (d.Agg == "min" || d.Agg == "max")
		})
	}
}

// rollupSource finds the fields that a rollup is about: those of the other form, or with "form.table" the columns of its table. It
// checks the reference among them that points here.
func (c *compiler) rollupSource(f *field) (defs []Field, ok bool) {
	d := f.def
	key, column, inTable := strings.Cut(d.Form, ".")
	form := c.world.Forms[key]
	if form == nil {
		c.unknown(f.path+"/form", rules.Say("表单", "表單", "form"), key, keysOf(c.world.Forms))
		if c.problems[len(c.problems)-1].Fix != nil && inTable {
			c.problems[len(c.problems)-1].Fix = nil // it would drop the table
		}
		return nil, false
	}
	defs = form.Fields
	if inTable {
		table := fieldIn(form.Fields, column)
		if table == nil || table.Type != "table" {
			c.fail(f.path+"/form", "ref.unknown", "表单“{form}”没有明细表“{table}”", "表單「{form}」沒有明細表「{table}」", "The form “{form}” has no table “{table}”",
				"form", key, "table", clip(column))
			return nil, false
		}
		defs = table.Fields
	}
	via := fieldIn(defs, d.Via)
	switch {
	case via == nil:
		c.unknown(f.path+"/via", sayField, d.Via, defKeys(defs))
	case via.Type != "reference" || via.Form != c.schema.form.Key:
		c.fail(f.path+"/via", "ref.kind", "“{via}”不是指向这个表单的引用字段", "「{via}」不是指向這個表單的引用欄位",
			"“{via}” is not a reference to this form", "via", d.Via)
	case inTable && !via.Index:
		c.needsIndex(f.path+"/via", via, formPath(c.path, c.schema.form.Key, key)+"/fields/"+column)
	default:
		return defs, true
	}
	return nil, false
}

// formPath is the place of another form beside the one at path.
func formPath(path, own, other string) string { return strings.TrimSuffix(path, own) + other }

// rowsOf are the columns of the table that a rollup over "form.table" sums up, or the fields of the form, which may be another
// app's ("app.form").
func (w *World) rowsOf(source string) []Field {
	if form := w.Forms[source]; form != nil {
		return form.Fields
	}
	key, column, inTable := strings.Cut(source, ".")
	form := w.Forms[key]
	if form == nil {
		return nil
	}
	if !inTable {
		return form.Fields
	}
	if table := fieldIn(form.Fields, column); table != nil && table.Type == "table" {
		return table.Fields
	}
	return nil
}

// whereEnv is what the condition of a rollup may name: the record summed up, and in a table first the columns of the row.
func (w *World) whereEnv(source string) *rules.Env {
	key, _, inTable := strings.Cut(source, ".")
	env := EnvOf(w.Forms[key], w)
	if inTable {
		env = env.With(fieldTypes(w, w.Forms[key], w.rowsOf(source), true))
	}
	return env
}

// rolled are the types that can be summed up, dated those that have a first and a last.
var (
	rolled = map[string]bool{"number": true, "money": true, "percent": true, "duration": true, "rating": true, "slider": true}
	dated  = map[string]bool{"date": true, "datetime": true}
)

// Rollup is a field that sums up Field of the records of Form that point here through the reference Via; with Table, of the rows
// of that table of theirs, of which Via and Field are columns. Reads are the names the condition reads.
type Rollup struct {
	Key, Form, Table, Via, Agg, Field string
	Reads                             []string
	where                             *rules.Program
	// currency is the field of Form that says the currency of what is summed up, which is then brought into base, at scale decimals.
	currency, base string
	scale          int
}

// Path is the reference that points here: "company", or "allocations.receivable" in a table.
func (r *Rollup) Path() string {
	if r.Table == "" {
		return r.Via
	}
	return r.Table + "." + r.Via
}

// Rollups lists the rollups of the form, in order.
func (s *Schema) Rollups() []Rollup {
	var out []Rollup
	for _, f := range s.fields {
		if d := f.linked; d != nil && d.Type == "rollup" {
			r := Rollup{Key: f.key, Via: d.Via, Agg: d.Agg, Field: d.Field, where: f.where}
			r.Form, r.Table, _ = strings.Cut(d.Form, ".")
			if from := s.world.Forms[r.Form]; d.Field != "" && s.world.varies(from, fieldIn(s.world.rowsOf(d.Form), d.Field)) {
				r.currency, r.base, r.scale = from.Currency, f.currency, f.scale
			}
			if r.where != nil {
				r.Reads = r.where.Reads()
			}
			out = append(out, r)
		}
	}
	return out
}

// RollupsBehind lists the rollups that conditions on a record rest on, through formulas and named rules too; with checks, the
// checks of the form are among those conditions.
func (s *Schema) RollupsBehind(checks bool, conditions ...*rules.Program) []Rollup {
	all := s.Rollups()
	if len(all) == 0 {
		return nil
	}
	if checks {
		for _, ch := range s.checks {
			conditions = append(conditions, ch.when)
		}
	}
	c := &compiler{world: s.world, schema: s}
	var reads []*field
	for _, p := range conditions {
		reads = append(reads, c.reads(p, nil)...)
	}
	return slices.DeleteFunc(all, func(r Rollup) bool {
		return !slices.ContainsFunc(reads, func(f *field) bool { return reaches(f, s.byKey[r.Key], map[*field]bool{}) })
	})
}

// Tally works out one rollup, record by record.
type Tally struct {
	r     Rollup
	n     int64
	sum   decimal.Decimal
	found any
}

// Tally begins anew.
func (r Rollup) Tally() *Tally { return &Tally{r: r} }

// Add takes one record that points to the record id into account: its values, and the scope the condition is tested in. Of a table
// only the rows that point there count, each with its own columns before the names of its record. A condition that cannot be
// computed leaves the record or row out.
func (t *Tally) Add(id string, v Values, scope *rules.Scope) {
	if t.r.Table == "" {
		t.add(v, v, scope)
		return
	}
	rows, _ := v[t.r.Table].([]map[string]any)
	seen, _ := scope.Names[t.r.Table].([]map[string]any)
	for i, row := range rows {
		if row[t.r.Via] != (Ref{id}) {
			continue
		}
		if t.r.where == nil {
			t.add(v, row, nil)
			continue
		}
		t.add(v, row, scope.Row(seen[i]))
	}
}

// add takes a record or a row of it into account.
func (t *Tally) add(record, v Values, scope *rules.Scope) {
	if t.r.where != nil {
		if yes, err := t.r.where.Test(scope); err != nil || !yes {
			return
		}
	}
	if t.r.Agg == "count" {
		t.n++
		return
	}
	x := v[t.r.Field]
	if x == nil {
		return
	}
	if t.r.currency != "" {
		code, _ := record[t.r.currency].(string)
		d, ok := inBase(t.r.base, code, record, x, t.r.scale)
		if !ok {
			return
		}
		x = d
	}
	t.n++
	if d, ok := x.(decimal.Decimal); ok {
		t.sum = t.sum.Add(d)
	}
	if t.found == nil || t.r.Agg == "min" && compare(x, t.found) < 0 || t.r.Agg == "max" && compare(x, t.found) > 0 {
		t.found = x
	}
}

// Value is the result: a count or sum of nothing is 0, anything else of nothing is empty.
func (t *Tally) Value() any {
	switch {
	case t.r.Agg == "count":
		return decimal.NewFromInt(t.n)
	case t.r.Agg == "sum":
		return t.sum
	case t.n == 0:
		return nil
	case t.r.Agg == "avg":
		return t.sum.DivRound(decimal.NewFromInt(t.n), 16)
	}
	return t.found
}
