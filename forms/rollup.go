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
	if d.OwnCurrency {
		c.ownCurrency(f, src)
	}
}

// ownCurrency checks that there are amounts to bring into a currency of the record's.
func (c *compiler) ownCurrency(f *field, among []Field) {
	src := fieldIn(among, f.def.Field)
	if src != nil {
		src = c.world.resolved(among, src, 1)
	}
	path := f.path + "/ownCurrency"
	switch {
	case c.schema.form.Currency == "":
		c.fail(path, "setting.conflict", "这张表单的金额都用应用的货币，{field}不用另设 ownCurrency", "這張表單的金額都用應用的貨幣，{field}不用另設 ownCurrency",
			"The amounts of this form are in the app's currency, so {field} needs no ownCurrency", "field", quoted(f.name))
	case src != nil && (src.Type != "money" || src.Currency != "" && src.Currency != c.world.base()):
		c.fail(path, "setting.conflict", "ownCurrency 用于汇总应用货币或随记录而变的货币的金额，{field}汇总的不是", "ownCurrency 用於彙總應用貨幣或隨記錄而變的貨幣的金額，{field}彙總的不是",
			"ownCurrency is for sums of amounts in the app's currency or in one that varies by record; {field} sums up something else", "field", quoted(f.name))
	default:
		return
	}
	c.removal(path, "ownCurrency")
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
	// own is the field that says the currency of the record itself, when it sums up in that.
	own string
}

// source is what the field that a rollup sums up amounts to; nil when it counts.
func (w *World) source(d *Field) *Field {
	among := w.rowsOf(d.Form)
	if src := fieldIn(among, d.Field); src != nil {
		return w.resolved(among, src, 1)
	}
	return nil
}

// Path is the reference that points here: "company", or "allocations.receivable" in a table.
func (r *Rollup) Path() string {
	if r.Table == "" {
		return r.Via
	}
	return r.Table + "." + r.Via
}

// Own says that it sums up in the record's own currency.
func (r Rollup) Own() bool { return r.own != "" }

// Rollups lists the rollups of the form, in order.
func (s *Schema) Rollups() []Rollup {
	var out []Rollup
	for _, f := range s.fields {
		if d := f.linked; d != nil && d.Type == "rollup" {
			r := Rollup{Key: f.key, Via: d.Via, Agg: d.Agg, Field: d.Field, where: f.where}
			r.Form, r.Table, _ = strings.Cut(d.Form, ".")
			if from, src := s.world.Forms[r.Form], s.world.source(d); src != nil && s.world.varies(from, src) {
				r.currency, r.base, r.scale = from.Currency, f.currency, f.scale
			}
			if d.OwnCurrency {
				r.own, r.base = s.Currency(), s.world.base()
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
	r Rollup
	subtotal
	// parts are the amounts by their currency, of a rollup in the record's own: what they are is known when that is.
	parts map[string]*part
}

// subtotal is what values come to.
type subtotal struct {
	n     int64
	sum   decimal.Decimal
	found any
}

// part is what amounts of one currency come to, as they stand and in the app's.
type part struct{ given, base subtotal }

// Tally begins anew.
func (r Rollup) Tally() *Tally { return &Tally{r: r, parts: map[string]*part{}} }

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
	if t.r.currency == "" && t.r.own == "" {
		t.take(t.r.Agg, x)
		return
	}
	code, _ := record[t.r.currency].(string)
	if code == "" {
		code = t.r.base
	}
	base, ok := inBase(t.r.base, code, record, x, t.r.scale)
	switch {
	case !ok:
	case t.r.own == "":
		t.take(t.r.Agg, base)
	default:
		p := t.parts[code]
		if p == nil {
			p = &part{}
			t.parts[code] = p
		}
		p.given.take(t.r.Agg, x)
		p.base.take(t.r.Agg, base)
	}
}

func (f *subtotal) take(agg string, x any) {
	f.n++
	if d, ok := x.(decimal.Decimal); ok {
		f.sum = f.sum.Add(d)
	}
	if f.found == nil || agg == "min" && compare(x, f.found) < 0 || agg == "max" && compare(x, f.found) > 0 {
		f.found = x
	}
}

// Value is the result for a record of these values: a count or sum of nothing is 0, anything else of nothing is empty. In the record's own
// currency amounts in that count as they stand, and those in another with what they are worth in the app's, at the rate the record keeps.
func (t *Tally) Value(of Values) any {
	all := t.subtotal
	if t.r.own != "" {
		code, _ := of[t.r.own].(string)
		if code == "" {
			code = t.r.base
		}
		for from, p := range t.parts {
			if from == code {
				all.join(t.r.Agg, p.given)
				continue
			}
			f, ok := p.base, true
			if code != t.r.base {
				rates, _ := of[rules.RatesName].(rules.Rates)
				var rate rules.Rate
				if rate, ok = rates[code]; ok {
					f = f.at(rate.Inverse(), code)
				}
			}
			if !ok {
				return nil
			}
			all.join(t.r.Agg, f)
		}
	}
	switch {
	case t.r.Agg == "count":
		return decimal.NewFromInt(all.n)
	case t.r.Agg == "sum":
		return all.sum
	case all.n == 0:
		return nil
	case t.r.Agg == "avg":
		return all.sum.DivRound(decimal.NewFromInt(all.n), 16)
	}
	return all.found
}

// join takes what others come to into account.
func (f *subtotal) join(agg string, o subtotal) {
	n, sum := f.n+o.n, f.sum.Add(o.sum)
	f.take(agg, o.found)
	f.n, f.sum = n, sum
}

// at brings amounts into a currency.
func (f subtotal) at(rate rules.Rate, code string) subtotal {
	scale, _ := CurrencyScale(code)
	f.sum = rate.Convert(f.sum, scale)
	if d, ok := f.found.(decimal.Decimal); ok {
		f.found = rate.Convert(d, scale)
	}
	return f
}
