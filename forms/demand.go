package forms

import (
	"strconv"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"pipewright/rules"
)

// demand holds the record to what is required, to limits and checks.
func (e *evaluation) demand() {
	for _, f := range e.s.fields {
		if !e.result.Fields[f.key].Visible {
			continue
		}
		var old any
		if e.in.Old != nil {
			old = e.in.Old[f.key]
		}
		e.demandOne(f, 0, e.values[f.key], func(v any) bool { return Same(v, old) })
		if len(f.cols) > 0 {
			e.demandRows(f, old)
		}
	}
	for _, ch := range e.s.checks {
		e.check(ch, "", nil, 0)
	}
}

func (e *evaluation) demandRows(t *field, old any) {
	rows, _ := e.values[t.key].([]map[string]any)
	before, _ := old.([]map[string]any)
	for i, r := range rows {
		for _, col := range t.cols {
			if !e.state(col, i).Visible {
				continue
			}
			e.demandOne(col, i, r[col.key], func(v any) bool {
				for _, b := range before {
					if Same(b[col.key], v) {
						return true
					}
				}
				return false
			})
		}
		for _, ch := range t.checks {
			e.check(ch, "/"+t.key+"/"+strconv.Itoa(i), t, i)
		}
	}
}

// demandOne holds one value to its field. kept says whether a value stood there before the change: what was allowed once
// is not refused for having been retired since.
func (e *evaluation) demandOne(f *field, row int, v any, kept func(any) bool) {
	st := e.state(f, row)
	at := &e.here
	*at = place{base: e.base, f: f, row: row, found: &e.result.Problems}
	if blank(v) {
		if st.Required {
			e.missing(f, st, at)
		}
		if f.def.Type != "table" {
			return
		}
	}
	e.limits(f, row, v, at)
	if f.varies {
		e.decimals(f, v, at)
	}
	if k, ok := f.kind.(doubter); ok && !kept(v) {
		k.doubt(f, v, at)
	}
	e.elsewhere(f, row, v, at)
	switch v := v.(type) {
	case string:
		e.retired(f, v, at, kept)
	case []any:
		for _, x := range v {
			if s, ok := x.(string); ok {
				e.retired(f, s, at, func(any) bool { return kept(any(v)) })
			}
		}
	case Ref:
		if !kept(v) {
			e.reference(f, v, at)
		}
	}
}

// blank says whether a required field still counts as empty: no value, or a text of white space only.
func blank(v any) bool {
	if s, ok := v.(string); ok {
		return strings.TrimSpace(s) == ""
	}
	return isEmpty(v)
}

func (e *evaluation) missing(f *field, st FieldState, at *place) {
	switch {
	case st.Masked:
		who := e.in.Mask.Who[f.id()]
		if who.IsZero() {
			who = rules.Say("有权限的人", "有權限的人", "someone with the right")
		}
		at.fail("required.masked", "{field}还没有填，需要{who}来填写", "{field}還沒有填，需要{who}來填寫",
			"{field} is still empty and needs {who} to fill it in", "who", who)
	case f.def.Type == "table":
		at.fail("required", "{field}至少要有一行", "{field}至少要有一列", "{field} needs at least one row")
	default:
		at.fail("required", "{field}必须填写", "{field}必須填寫", "{field} is required")
	}
}

func (e *evaluation) retired(f *field, key string, at *place, kept func(any) bool) {
	if o := f.options[key]; o != nil && o.Retired && !kept(key) {
		at.fail("option.retired", "{field}的选项{option}已停用，请另选一个", "{field}的選項{option}已停用，請另選一個",
			"The option {option} of {field} is no longer in use; choose another", "option", quoted(o.Name))
	}
}

// reference refuses a newly chosen record that does not exist or is not among those that may be chosen.
func (e *evaluation) reference(f *field, r Ref, at *place) {
	facts, ok := e.record(f, r)
	if !ok {
		return
	}
	if facts == nil {
		at.fail("reference.missing", "{field}选的记录不存在，或您看不到它", "{field}選的記錄不存在，或您看不到它", "The record chosen in {field} does not exist, or you may not see it")
		return
	}
	if f.where == nil {
		return
	}
	names := plainRow(facts)
	names["id"] = r.ID
	scope := *e.scope
	scope.Names = names
	// Beyond the record chosen, the condition knows the person and the instant; not the fields of this record.
	scope.Lookup = func(name string) (any, bool) {
		if e.s.byKey[name] != nil {
			return nil, false
		}
		if name == "old" {
			return e.before(), true
		}
		v, ok := e.names[name]
		return v, ok && (name == "me" || f.target == nil || !about(name))
	}
	yes, err := f.where.Test(&scope)
	switch {
	case err != nil:
		e.failed(f, at.row, rules.Say("选择条件", "選擇條件", "condition on the choice"), err)
	case !yes:
		at.fail("reference.where", "{field}不能选这条记录：不符合选择条件", "{field}不能選這條記錄：不符合選擇條件",
			"This record cannot be chosen in {field}: it does not meet the condition")
	}
}

// about says whether a system name is about one record, and so must come with the facts of the record it is about.
func about(name string) bool {
	for _, n := range recordNames {
		if n == name {
			return true
		}
	}
	return false
}

// limits holds a value to min and max.
func (e *evaluation) limits(f *field, row int, v any, at *place) {
	if _, files := f.kind.(fileKind); files {
		return // counted when they came in
	}
	if rows, ok := v.([]map[string]any); ok || f.def.Type == "table" {
		n := decimal.NewFromInt(int64(len(rows)))
		if b := f.min.constant; b != nil && n.LessThan(*b) && len(rows) > 0 {
			at.fail("rows.tooFew", "{field}至少要有 {min} 行，现在有 {n} 行", "{field}至少要有 {min} 列，現在有 {n} 列",
				"{field} needs at least {min} rows, it has {n}", "min", b, "n", n)
		}
		if b := f.max.constant; b != nil && n.GreaterThan(*b) {
			at.fail("rows.tooMany", "{field}最多 {max} 行，现在有 {n} 行", "{field}最多 {max} 列，現在有 {n} 列",
				"{field} may have at most {max} rows, it has {n}", "max", b, "n", n)
		}
		return
	}
	if lo := e.limit(f, row, f.min); lo != nil && compare(v, lo) < 0 {
		at.fail(limitCode(v)+".min", "{field}不能小于 {min}", "{field}不能小於 {min}", "{field} must not be below {min}", "min", f.showLimit(lo))
	}
	if hi := e.limit(f, row, f.max); hi != nil && compare(v, hi) > 0 {
		at.fail(limitCode(v)+".max", "{field}不能大于 {max}", "{field}不能大於 {max}", "{field} must not be above {max}", "max", f.showLimit(hi))
	}
}

// showLimit writes a limit as the field's values are written.
func (f *field) showLimit(v any) any {
	if f.def.Type == "duration" {
		return showMinutes(v)
	}
	return rules.ShowValue(v)
}

func limitCode(v any) string {
	switch v.(type) {
	case rules.Date, time.Time:
		return "date"
	}
	return "number"
}

// limit is the value of a bound at this moment, nil when there is none or it cannot be computed.
func (e *evaluation) limit(f *field, row int, b bound) any {
	if b.constant != nil {
		return *b.constant
	}
	if b.program == nil {
		return nil
	}
	v, err := b.program.Eval(e.at(f, row))
	if err != nil {
		e.failed(f, row, sayLimit, err)
		return nil
	}
	return v
}

// compare is below, at or above 0 as a is below, equal to or above b; 0 when they cannot be compared.
func compare(a, b any) int {
	switch a := a.(type) {
	case decimal.Decimal:
		if b, ok := b.(decimal.Decimal); ok {
			return a.Cmp(b)
		}
	case rules.Date:
		if b, ok := b.(rules.Date); ok {
			return a.Compare(b)
		}
	case time.Time:
		if b, ok := b.(time.Time); ok {
			return a.Compare(b)
		}
	}
	return 0
}

// check tests one condition that must hold. prefix and row are those of the row it is about.
func (e *evaluation) check(ch check, prefix string, table *field, row int) {
	if ch.when == nil {
		return
	}
	scope := e.scope
	if table != nil {
		scope = e.inRow(table, row)
	}
	yes, err := ch.when.Test(scope)
	if yes && err == nil {
		return
	}
	path := e.base + prefix
	if ch.at != nil {
		path += "/" + ch.at.key
	}
	if err != nil {
		if ch.at != nil {
			e.failed(ch.at, row, sayTest, err)
			return
		}
		why := rules.Plain(err.Error())
		if ee, ok := err.(*rules.EvalError); ok {
			why = ee.Message
		}
		e.result.Problems = append(e.result.Problems, rules.Errorf(path, "expr.failed",
			rules.Say("校验算不出来：{why}", "校驗算不出來：{why}", "A check cannot be computed: {why}", "why", why)))
		return
	}
	p := rules.Errorf(path, "check.failed", ch.def.Message)
	if ch.def.Mode == "warn" {
		p.Severity = rules.Warning
	}
	e.result.Problems = append(e.result.Problems, p)
}
