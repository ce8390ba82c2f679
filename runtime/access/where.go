package access

import (
	"maps"
	"slices"
	"strings"
	"time"

	"pipewright/rules"
	"pipewright/runtime/process"
	"pipewright/runtime/query"
)

// CompileWhere turns the condition of a list, view, report or automation into a filter over the columns of the form. The filter
// also demands that the viewer sees every field it names, so that a mask does not leak through a question; a field never
// seen is field.unknown (semantics 10). now and zone fix now(), today() and idleDays. The filter is nil for an empty condition.
// Problems have the place in the source and an empty path. Codes: those of expressions, query.unsupported, field.unknown.
func CompileWhere(form *process.Form, src string, as Viewer, now time.Time, zone *time.Location) (query.Filter, []rules.Problem) {
	w := &where{form: form, src: src, as: as, now: now, zone: zone, seen: map[string]query.Filter{}}
	return w.compile(src)
}

// CompileLook is CompileWhere for what people look at: lists, views, boards, exports and reports. It may ask for a row of a table, and is then
// a query.Some, which the engine has to find records for. A table, or a column, that the viewer does not see is not there.
func CompileLook(form *process.Form, src string, as Viewer, now time.Time, zone *time.Location) (query.Filter, []rules.Problem) {
	w := &where{form: form, src: src, as: as, now: now, zone: zone, rows: true, seen: map[string]query.Filter{}}
	return w.compile(src)
}

// Found makes the filter of an each whose condition process.Compile has taken apart. names are what it compares with beside the record's own;
// a record among them stands for its id.
func Found(form *process.Form, tree *rules.FilterNode, as Viewer, now time.Time, zone *time.Location, names map[string]any) (query.Filter, []rules.Problem) {
	if tree == nil {
		return nil, nil
	}
	w := &where{form: form, as: as, now: now, zone: zone, names: names, seen: map[string]query.Filter{}}
	return w.build(tree)
}

// grantWhere reads the condition of a grant. It may not depend on the clock, so that rights never change by themselves.
func (v Viewer) grantWhere(f *process.Form, src string) (query.Filter, []rules.Problem) {
	p := knowledge(f).wheres[src]
	if rules.HasErrors(p.problems) {
		return nil, p.problems
	}
	if p.tree == nil {
		return nothing, nil
	}
	w := &where{form: f, src: src, as: Viewer{App: v.App, Dir: v.Dir, User: v.User, Service: true}, timeless: true, seen: map[string]query.Filter{}}
	return w.build(p.tree)
}

// Check reports the conditions of grants that cannot be filters, with their paths. The process compiler has checked everything
// else about them.
func Check(app *process.App) []rules.Problem {
	var out []rules.Problem
	for i := range app.Def.Forms {
		def := &app.Def.Forms[i]
		f := app.Forms[def.Key]
		if f == nil || f.Schema == nil {
			continue
		}
		for j := range def.Grants {
			if src := def.Grants[j].Records.Where; src != "" {
				_, ps := Viewer{App: app, User: "nobody"}.grantWhere(f, src)
				out = append(out, rules.WithPath(ps, "/forms/"+def.Key+"/grants/"+itoa(j)+"/records/where")...)
			}
		}
	}
	return out
}

type where struct {
	form *process.Form
	// table is set where the condition is on its rows; rows where it may be on those of any table.
	table    string
	rows     bool
	src      string
	as       Viewer
	now      time.Time
	zone     *time.Location
	timeless bool
	// names are known beside me.
	names    map[string]any
	seen     map[string]query.Filter
	problems []rules.Problem
	// phones counts the numbers shown in part that are asked for.
	phones int
}

func (w *where) compile(src string) (query.Filter, []rules.Problem) {
	if strings.TrimSpace(src) == "" {
		return nil, nil
	}
	tree, ps := parseAsked(w.form, w.table, src)
	if rules.HasErrors(ps) {
		return nil, ps
	}
	return w.build(tree)
}

func (w *where) build(tree *rules.FilterNode) (query.Filter, []rules.Problem) {
	f := w.node(tree)
	if len(w.problems) > 0 {
		return nil, w.problems
	}
	out := query.And{f}
	for _, seen := range w.seen {
		if seen != nil {
			out = append(out, seen)
		}
	}
	if len(out) == 1 {
		return f, nil
	}
	return out, nil
}

func (w *where) fail(n *rules.FilterNode, code, zhCN, zhTW, en string, args ...any) query.Filter {
	p := rules.Errorf("", code, rules.Say(zhCN, zhTW, en, args...))
	p.Line, p.Col = n.Line, n.Col
	w.problems = append(w.problems, p)
	return nothing
}

func (w *where) node(n *rules.FilterNode) query.Filter {
	switch n.Kind {
	case "and", "or":
		parts := make([]query.Filter, len(n.Parts))
		for i, p := range n.Parts {
			parts[i] = w.node(p)
		}
		if n.Kind == "and" {
			return query.And(parts)
		}
		return query.Or(parts)
	case "not":
		return query.Not{Of: w.node(n.Parts[0])}
	case "const":
		if v, ok := w.value(n); ok && v == true {
			return query.And{}
		}
		return nothing
	case "any":
		return w.some(n)
	}
	if c, ok := w.wholePhone(n); ok {
		return w.leaf(n, c)
	}
	c, ok := w.column(n)
	if !ok {
		return nothing
	}
	return w.leaf(n, c)
}

// wholePhone is the column of a phone number that he is shown in part, in a comparison with one number. A condition may ask that once: else
// the digits that are kept from him could be asked for one after another.
func (w *where) wholePhone(n *rules.FilterNode) (Column, bool) {
	if n.Kind != "cmp" || n.Op != "==" || len(n.Path) != 1 || w.table != "" {
		return Column{}, false
	}
	if plain, problem := FindColumn(w.form, n.Path[0], w.as); problem == nil && plain.Seen == nil {
		return Column{}, false // he sees it everywhere
	}
	c, ok := WholePhone(w.form, n.Path[0], w.as)
	if !ok {
		return c, false
	}
	if w.phones++; w.phones > 1 {
		w.fail(n, "query.unsupported", "部分遮住的电话一次只能查一个完整号码", "部分遮住的電話一次只能查一個完整號碼", "Of a phone number that is shown in part one whole number can be asked for at a time")
	}
	w.seen["== "+n.Path[0]] = c.Seen // beside what other conditions on it demand
	return c, true
}

// some is a condition on the rows of a table.
func (w *where) some(n *rules.FilterNode) query.Filter {
	if !w.rows {
		return w.fail(n, "query.unsupported", "这里的条件不能问明细表的行；列表、视图和报表的筛选条件可以", "這裡的條件不能問明細表的列；清單、檢視和報表的篩選條件可以",
			"This condition cannot ask for the rows of a table; that of a list, a view or a report can")
	}
	table := n.Path[0]
	seen, problem := SeesTable(w.form, table, w.as)
	if problem != nil {
		problem.Line, problem.Col = n.Line, n.Col
		w.problems = append(w.problems, *problem)
		return nothing
	}
	w.seen[table] = seen
	w.table = table
	of := w.node(n.Parts[0])
	w.table = ""
	return query.Some{Table: table, Of: of, Wide: wide(w.form, table, of)}
}

// wide is what the columns of a record tell of a condition on its rows: the texts of a column with index are beside it. It accepts too much, never too little.
func wide(f *process.Form, table string, of query.Filter) query.Filter {
	switch of := of.(type) {
	case query.And:
		out := query.And{}
		for _, p := range of {
			out = append(out, wide(f, table, p))
		}
		return out
	case query.Or:
		out := query.Or{}
		for _, p := range of {
			out = append(out, wide(f, table, p))
		}
		return out
	case query.Cmp:
		text, isText := of.Value.(string)
		if column, inRow := process.RowColumn(of.Col); inRow && isText && of.Op == query.Eq {
			for _, c := range f.Schema.Columns() {
				if c.Field == table+"."+column {
					return query.HasAny{Col: process.FieldColumn(c.Name), Values: []string{text}}
				}
			}
		}
	}
	if slices.ContainsFunc(query.Columns(of), func(name string) bool { _, inRow := process.RowColumn(name); return inRow }) {
		return query.And{}
	}
	return of
}

// value computes the constant side.
func (w *where) value(n *rules.FilterNode) (any, bool) {
	if w.timeless && (strings.Contains(n.Value.Source(), "now()") || strings.Contains(n.Value.Source(), "today()")) {
		w.fail(n, "query.unsupported", "权限范围的条件不能依赖时间", "權限範圍的條件不能依賴時間", "A condition that gives rights may not depend on the time")
		return nil, false
	}
	names := map[string]any{"me": w.as.User}
	maps.Copy(names, w.names)
	v, err := n.Value.Eval(&rules.Scope{Names: names, Now: w.now, Zone: w.zone})
	if err != nil {
		w.fail(n, "expr.failed", "条件里的固定值算不出来：{why}", "條件裡的固定值算不出來：{why}", "A fixed value of the condition cannot be computed: {why}", "why", err)
		return nil, false
	}
	if record, ok := v.(map[string]any); ok {
		v = record["id"]
	}
	return v, true
}

func (w *where) column(n *rules.FilterNode) (Column, bool) {
	name := strings.Join(n.Path, ".")
	named := func(key string) (Column, *rules.Problem) { return FindColumn(w.form, key, w.as) }
	if column, ofRow := strings.CutPrefix(name, rules.InRow+"."); ofRow {
		name = process.InRow(column)
		named = func(key string) (Column, *rules.Problem) { return FindRowColumn(w.form, w.table, key, w.as) }
	} else if w.table != "" && !w.rows {
		named = func(key string) (Column, *rules.Problem) { return FindRowColumn(w.form, w.table, key, w.as) }
	}
	if strings.HasSuffix(name, ".id") {
		name = strings.TrimSuffix(name, ".id")
	}
	if name == "idleDays" && w.timeless {
		w.fail(n, "query.unsupported", "权限范围的条件不能依赖时间", "權限範圍的條件不能依賴時間", "A condition that gives rights may not depend on the time")
		return Column{}, false
	}
	c, problem := named(name)
	if problem != nil {
		if _, inRow := process.RowColumn(name); len(n.Path) > 1 && !(inRow && w.table != "") && problem.Code == "query.unsupported" {
			p := process.ThroughLookup(w.form, n.Path, w.src, func(key string) bool {
				_, no := FindColumn(w.form, key, w.as)
				return no == nil
			})
			problem = &p
		}
		problem.Line, problem.Col = n.Line, n.Col
		w.problems = append(w.problems, *problem)
		return Column{}, false
	}
	w.seen[name] = c.Seen
	return c, true
}
