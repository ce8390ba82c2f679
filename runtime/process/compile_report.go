package process

import (
	"slices"
	"strings"

	"pipewright/forms"
	"pipewright/rules"
)

// compileReports checks views, reports and dashboards.
func (c *compiler) compileReports() {
	for i := range c.def.Views {
		v := &c.def.Views[i]
		path := "/views/" + elementKey(v.Key, i)
		form := c.subject(path, v.Form, v.Process)
		if v.Kind == "board" && v.Process == "" {
			c.fail(path+"/process", "setting.missing", "看板要写明是哪个流程的", "看板要寫明是哪個流程的", "A board needs a process")
		}
		if form == nil {
			continue
		}
		c.look(path+"/where", v.Where, form)
		for j, name := range v.Columns {
			c.shown(path+"/columns/"+itoa(j), name, form)
		}
		for j, name := range v.Card {
			c.shown(path+"/card/"+itoa(j), name, form)
		}
		for j, name := range v.Sort {
			c.queryable(path+"/sort/"+itoa(j), strings.TrimPrefix(name, "-"), form)
		}
		for j, name := range v.Sum {
			c.summable(path+"/sum/"+itoa(j), name, form)
		}
	}
	for i := range c.def.Reports {
		c.report("/reports/"+elementKey(c.def.Reports[i].Key, i), &c.def.Reports[i])
	}
	for i := range c.def.Dashboards {
		d := &c.def.Dashboards[i]
		for j, key := range d.Cards {
			if !c.reports[key] {
				c.unknown("/dashboards/"+elementKey(d.Key, i)+"/cards/"+itoa(j), wordReport, key, sortedKeys(c.reports))
			}
		}
	}
}

func (c *compiler) report(path string, r *Report) {
	form := c.subject(path, r.Form, r.Process)
	if r.Kind == "funnel" && r.Process == "" {
		c.fail(path+"/process", "setting.missing", "漏斗要写明是哪个流程的", "漏斗要寫明是哪個流程的", "A funnel needs a process")
	}
	c.snapshotReport(path, r)
	c.forecastReport(path, r)
	if (r.Kind == "" || r.Kind == "summary") && len(r.Measures) == 0 {
		c.fail(path+"/measures", "setting.missing", "报表没有任何指标：至少写一个计数或合计", "報表沒有任何指標：至少寫一個計數或合計",
			"The report measures nothing; give at least a count or a sum")
	}
	if form == nil {
		return
	}
	c.look(path+"/where", r.Where, form)
	rows := c.reportRows(path, r, form)
	if r.Rows != "" && rows == nil {
		return // what the rows are is not known
	}
	for i, g := range r.Group {
		at := path + "/group/" + itoa(i)
		t, ok := c.groupedBy(at+"/by", g.By, form, rows)
		if ok && g.Unit != "" && t.Kind != rules.KindDate && t.Kind != rules.KindDatetime {
			c.fail(at+"/unit", "ref.kind", "“{name}”不是日期，不能按日、周、月、年分组", "「{name}」不是日期，不能按日、週、月、年分組",
				"“{name}” is not a date; it cannot be grouped by day, week, month or year", "name", g.By)
		}
		if ok && len(g.Bounds) > 0 {
			c.bounds(at+"/bounds", g, t)
		}
	}
	c.heat(path, r)
	c.measures(path, r, form, rows)
}

// groupedBy checks a name by which a report groups, and answers its type.
func (c *compiler) groupedBy(path, name string, form *Form, rows *countedRows) (rules.Type, bool) {
	if _, inRow := RowColumn(name); inRow && rows != nil {
		info, ok := c.rowColumn(path, name, form, rows)
		return info.Type, ok
	}
	if rows != nil && c.meantColumn(path, name, form, rows) {
		return rules.Type{}, false
	}
	c.queryable(path, name, form)
	t, ok := c.envs[form.Def.Key].Names[name]
	if !ok {
		t, ok = storedNames[name]
	}
	return t, ok
}

// maxWeeks is how far back a snapshot compares; positions are kept a little longer.
const maxWeeks = 104

// snapshotReport checks a report that compares positions: what it counts is fixed.
func (c *compiler) snapshotReport(path string, r *Report) {
	if r.Weeks != 0 && r.Kind != "snapshot" && r.Kind != "velocity" && r.Kind != "stay" {
		c.fail(path+"/weeks", "setting.conflict", "weeks 只用于 snapshot、velocity 和 stay 报表", "weeks 只用於 snapshot、velocity 和 stay 報表", "weeks belongs to snapshot, velocity and stay reports only")
	}
	switch {
	case r.Kind != "snapshot" && r.Kind != "velocity" && r.Kind != "stay" && r.Kind != "ageing":
		return
	case r.Process != "":
	case r.Kind == "velocity":
		c.fail(path+"/process", "setting.missing", "产出速度要写明是哪个流程的", "產出速度要寫明是哪個流程的", "A velocity needs a process")
	case r.Kind == "stay" || r.Kind == "ageing":
		c.fail(path+"/process", "setting.missing", "阶段停留要写明是哪个流程的", "階段停留要寫明是哪個流程的", "Time in stages needs a process")
	default:
		c.fail(path+"/process", "setting.missing", "周对比要写明是哪个流程的", "週對比要寫明是哪個流程的", "A snapshot needs a process")
	}
	if r.Weeks < 0 || r.Weeks > maxWeeks {
		c.fail(path+"/weeks", "setting.range", "weeks 是 1 到 {max} 周", "weeks 是 1 到 {max} 週", "weeks is 1 to {max}", "max", maxWeeks)
	}
	if len(r.Group) > 0 || len(r.Measures) > 0 {
		c.fail(path, "setting.conflict", "{kind} 报表的分组与指标是固定的，不写 group 与 measures", "{kind} 報表的分組與指標是固定的，不寫 group 與 measures",
			"What a {kind} report shows is fixed; give it no group and no measures", "kind", r.Kind)
	}
}

// maxMonths is how far a forecast looks ahead.
const maxMonths = 24

// forecastReport checks a report that holds a process against its targets: what it measures is fixed.
func (c *compiler) forecastReport(path string, r *Report) {
	if r.Kind != "forecast" && r.Months != 0 {
		c.fail(path+"/months", "setting.conflict", "months 只用于 forecast 报表", "months 只用於 forecast 報表", "months belongs to a forecast report only")
	}
	if r.Kind != "forecast" && r.Kind != "quota" {
		return
	}
	if r.Months < 0 || r.Months > maxMonths {
		c.fail(path+"/months", "setting.range", "months 是 1 到 {max} 个月", "months 是 1 到 {max} 個月", "months is 1 to {max}", "max", maxMonths)
	}
	if r.Process == "" {
		c.fail(path+"/process", "setting.missing", "预测要写明是哪个流程的", "預測要寫明是哪個流程的", "A forecast needs a process")
	} else if p := c.procDefs[r.Process]; p != nil && (p.Value == "" || p.Closing == "") {
		c.fail(path+"/process", "setting.missing", "预测要知道金额和预计成交日：请为流程指定 value 和 closing", "預測要知道金額和預計成交日：請為流程指定 value 和 closing",
			"A forecast needs to know amounts and days: name the value and closing fields of the process")
	}
	if len(r.Group) > 0 || len(r.Measures) > 0 {
		c.fail(path, "setting.conflict", "预测的分组与指标是固定的，不写 group 与 measures", "預測的分組與指標是固定的，不寫 group 與 measures",
			"What a forecast shows is fixed; give it no group and no measures")
	}
}

// subject is the form a view or report is about.
func (c *compiler) subject(path, form, process string) *Form {
	switch {
	case form != "" && process != "":
		c.fail(path, "setting.conflict", "form 与 process 只写一个", "form 與 process 只寫一個", "Give form or process, not both")
	case process != "":
		if p := c.refProcess(path+"/process", process); p != nil {
			return c.app.Forms[p.Form]
		}
	case form != "":
		c.refForm(path+"/form", form)
		return c.app.Forms[form]
	default:
		c.fail(path, "setting.missing", "请写明是哪个表单或流程", "請寫明是哪個表單或流程", "Say which form or process this is about")
	}
	return nil
}

// where compiles a filter and checks that the stores can answer it (semantics 15): comparisons of one stored name with a
// constant, joined by and, or, not.
func (c *compiler) where(path, src string, form *Form) *rules.Program {
	if src == "" || form == nil {
		return nil
	}
	return c.asked(path, src, form, c.env(form.Def.Key), asking{})
}

// look is where for what people look at: it may ask for a row of a table too.
func (c *compiler) look(path, src string, form *Form) *rules.Program {
	if src == "" || form == nil {
		return nil
	}
	return c.asked(path, src, form, c.env(form.Def.Key), asking{tables: true})
}

// asking is what a filter may name beside the stored names of the form: the columns of the rows that a report is of, or rows of any table.
type asking struct {
	rows   *countedRows
	tables bool
	// in is the table whose rows are asked for.
	in string
}

// asked compiles a filter in env, which may name columns of rows.
func (c *compiler) asked(path, src string, form *Form, env *rules.Env, ask asking) *rules.Program {
	node, problems := rules.ParseFilter(src, env, "me")
	c.add(rules.WithPath(problems, path)...)
	if rules.HasErrors(problems) {
		return nil
	}
	c.filterable(path, src, node, form, ask)
	return c.expr(path, src, env, rules.Bool)
}

// filterable checks every name of a filter.
func (c *compiler) filterable(path, src string, n *rules.FilterNode, form *Form, ask asking) {
	if n == nil {
		return
	}
	switch {
	case n.Kind == "any":
		if ask.in = n.Path[0]; !ask.tables {
			p := rules.Errorf(path, "query.unsupported", rules.Say(
				"这里的条件不能问明细表的行；列表、视图和报表的筛选条件可以", "這裡的條件不能問明細表的列；清單、檢視和報表的篩選條件可以",
				"This condition cannot ask for the rows of a table; that of a list, a view or a report can"))
			p.Line, p.Col = n.Line, n.Col
			c.add(p)
		}
	case len(n.Path) > 1 && n.Path[0] == rules.InRow:
		c.rowFilterable(path, n, form, ask.in)
	case len(n.Path) > 0 && ask.rows != nil && n.Path[0] == rowSeen:
		c.rowFilterable(path, n, form, ask.rows.table)
	case len(n.Path) > 0:
		p := rules.Errorf(path, "query.unsupported", rules.Say(
			"筛选条件不能用“{name}”：只能用本表单中存储的字段和系统名", "篩選條件不能用「{name}」：只能用本表單中儲存的欄位和系統名",
			"A filter cannot use “{name}”: only stored fields of this form and system names", "name", strings.Join(n.Path, ".")))
		p.Line, p.Col = n.Line, n.Col
		if len(n.Path) == 2 && n.Path[1] != "id" {
			if info, ok := form.Schema.Field(n.Path[0]); ok && info.Def.Type == "reference" {
				p = ThroughLookup(form, n.Path, src, func(key string) bool { return c.isQueryable(key, form) })
				p.Path, p.Line, p.Col = path, n.Line, n.Col
				if p.Fix != nil {
					p.Fix.Changes[0].Path = path
				}
			}
		}
		if len(n.Path) > 1 && n.Path[1] != "id" || !c.isQueryable(n.Path[0], form) {
			c.add(p)
		}
	}
	for _, part := range n.Parts {
		c.filterable(path, src, part, form, ask)
	}
}

func (c *compiler) isQueryable(name string, form *Form) bool {
	if queryableSystem[name] {
		return true
	}
	return slices.ContainsFunc(form.Schema.Columns(), func(col forms.Column) bool { return col.Field == name })
}

// stored says whether a name is a value stored beside the records of a form.
func (c *compiler) stored(name string, form *Form) bool {
	if _, ok := storedNames[name]; !ok {
		return false
	}
	p := c.procOf[form.Def.Key]
	switch name {
	case "value", "weighted":
		return p != nil && p.Value != ""
	case "closing":
		return p != nil && p.Closing != ""
	}
	return p != nil || name == "lastActivity"
}

// queryable checks a name used to sort, group or compare in the store.
func (c *compiler) queryable(path, name string, form *Form) {
	if c.isQueryable(name, form) && name != "me" || c.stored(name, form) {
		return
	}
	if fieldOf(form.Def, name) != nil || SystemNames[name].Kind != "" {
		c.fail(path, "query.unsupported", "“{name}”不能用于排序或分组：它不是单独存储的值", "「{name}」不能用於排序或分組：它不是單獨儲存的值",
			"“{name}” cannot sort or group: it is not a stored value of its own", "name", name)
		return
	}
	c.unknown(path, wordField, name, c.listNames(form))
}

// listNames are the names a list or report of a form may use.
func (c *compiler) listNames(form *Form) []string {
	out := append(fieldKeys(form.Def), sortedKeys(queryableSystem)...)
	for _, name := range sortedKeys(storedNames) {
		if c.stored(name, form) {
			out = append(out, name)
		}
	}
	return out
}

// shown checks a column of a list or card.
func (c *compiler) shown(path, name string, form *Form) {
	if fieldOf(form.Def, name) != nil || SystemNames[name].Kind != "" || c.stored(name, form) {
		return
	}
	c.unknown(path, wordField, name, c.listNames(form))
}

// summable checks a figure that is added up.
func (c *compiler) summable(path, name string, form *Form) {
	if fieldOf(form.Def, name) == nil && storedNames[name].Kind == rules.KindNumber {
		if !c.stored(name, form) {
			c.fail(path, "ref.kind", "要合计“{name}”，流程须先指定金额字段（value）", "要合計「{name}」，流程須先指定金額欄位（value）",
				"To sum “{name}” the process must name its value field", "name", name)
		}
		return
	}
	f := c.refField(path, name, form.Def)
	if f != nil && !slices.Contains([]string{"money", "number", "percent"}, c.figureType(name, form)) {
		c.fail(path, "ref.kind", "“{field}”不是数值，不能合计", "「{field}」不是數值，不能合計",
			"“{field}” is not a figure; it cannot be summed", "field", named(f.Name, f.Key))
	}
}
