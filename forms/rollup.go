package forms

import (
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
	form := c.world.Forms[d.Form]
	if form == nil {
		c.unknown(f.path+"/form", rules.Say("表单", "表單", "form"), d.Form, keysOf(c.world.Forms))
		return
	}
	via := fieldIn(form.Fields, d.Via)
	switch {
	case via == nil:
		c.unknown(f.path+"/via", sayField, d.Via, defKeys(form.Fields))
		return
	case via.Type != "reference" || via.Form != c.schema.form.Key:
		c.fail(f.path+"/via", "ref.kind", "“{via}”不是指向这个表单的引用字段", "「{via}」不是指向這個表單的引用欄位",
			"“{via}” is not a reference to this form", "via", d.Via)
		return
	}
	switch {
	case needs && d.Field == "":
		c.fail(f.path+"/field", "setting.missing", "{field}要写明汇总哪个字段", "{field}要寫明彙總哪個欄位", "{field} does not say which field it sums up", "field", quoted(f.name))
	case !needs && d.Field != "":
		c.fail(f.path+"/field", "setting.conflict", "{field}只数记录，不用写字段", "{field}只數記錄，不用寫欄位", "{field} counts records and needs no field", "field", quoted(f.name))
		c.removal(f.path+"/field", "field")
	case needs:
		c.linkedField(f, form.Fields, func(t string) bool {
			return rolled[t] || dated[t] && (d.Agg == "min" || d.Agg == "max")
		})
	}
}

// rolled are the types that can be summed up, dated those that have a first and a last.
var (
	rolled = map[string]bool{"number": true, "money": true, "percent": true, "duration": true, "rating": true, "slider": true}
	dated  = map[string]bool{"date": true, "datetime": true}
)

// Rollup is a field that sums up Field of the records of Form that point here through the reference Via. Reads are the names the
// condition on them reads.
type Rollup struct {
	Key, Form, Via, Agg, Field string
	Reads                      []string
	where                      *rules.Program
}

// Rollups lists the rollups of the form, in order.
func (s *Schema) Rollups() []Rollup {
	var out []Rollup
	for _, f := range s.fields {
		if d := f.linked; d != nil && d.Type == "rollup" {
			r := Rollup{Key: f.key, Form: d.Form, Via: d.Via, Agg: d.Agg, Field: d.Field, where: f.where}
			if r.where != nil {
				r.Reads = r.where.Reads()
			}
			out = append(out, r)
		}
	}
	return out
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

// Add takes one record into account: its values, and the scope the condition is tested in. A condition that cannot be computed
// leaves the record out.
func (t *Tally) Add(v Values, scope *rules.Scope) {
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
