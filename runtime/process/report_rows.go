package process

import (
	"slices"
	"strings"

	"pipewright/forms"
	"pipewright/rules"
)

// RowColumn is the column that a report of rows names as row.column.
func RowColumn(name string) (column string, inRow bool) { return strings.CutPrefix(name, rowSeen+".") }

// InRow is how a report of rows, and a store's condition on rows, names a column.
func InRow(column string) string { return rowSeen + "." + column }

// AskedOfRows is what a condition on the rows of a table may name: the columns as row.column, and what one on records may.
func AskedOfRows(f *Form, table string) *rules.Env {
	env := Asked(f)
	return env.With(map[string]rules.Type{rowSeen: rules.RecordOf(env.Names[table].Fields)})
}

// countedRows are the rows that a report is of.
type countedRows struct {
	table string
	// env is what a condition on them sees.
	env *rules.Env
	// names are the columns, each as row.column.
	names []string
}

// reportRows finds the table whose rows a report is of; nil when it is of records, or there is no such table.
func (c *compiler) reportRows(path string, r *Report, form *Form) *countedRows {
	if r.Rows == "" {
		return nil
	}
	path += "/rows"
	if r.Kind != "" && r.Kind != "summary" {
		c.fail(path, "setting.conflict", "只有 summary 报表能按明细行统计；{kind} 报表请去掉 rows", "只有 summary 報表能按明細列統計；{kind} 報表請去掉 rows",
			"Only a summary can be of the rows of a table; remove rows from this {kind} report", "kind", r.Kind)
		return nil
	}
	f := fieldOf(form.Def, r.Rows)
	switch env := c.env(form.Def.Key); {
	case f == nil:
		var tables []string
		for i := range form.Def.Fields {
			if form.Def.Fields[i].Type == "table" {
				tables = append(tables, form.Def.Fields[i].Key)
			}
		}
		c.unknown(path, wordTable, r.Rows, tables)
	case f.Type != "table":
		c.fail(path, "ref.kind", "“{field}”不是明细表", "「{field}」不是明細表", "“{field}” is not a table", "field", named(f.Name, f.Key))
	case env != nil:
		out := &countedRows{table: r.Rows}
		out.env = c.sees(path, frame{form: form, env: env}, map[string]rules.Type{rowSeen: rules.RecordOf(env.Names[r.Rows].Fields)}).env
		for i := range f.Fields {
			out.names = append(out.names, rowSeen+"."+f.Fields[i].Key)
		}
		return out
	}
	return nil
}

// rowColumn finds a column by its name in a report of rows.
func (c *compiler) rowColumn(path, name string, form *Form, rows *countedRows) (forms.FieldInfo, bool) {
	column, _ := RowColumn(name)
	info, ok := form.Schema.Field(rows.table + "." + column)
	if !ok || !slices.Contains(rows.names, name) {
		c.unknown(path, wordField, name, rows.names)
		return info, false
	}
	if form.Schema.RowColumn(info.ID) == "" {
		c.fail(path, "query.unsupported", "“{name}”不能用于排序或分组：它不是单独存储的值", "「{name}」不能用於排序或分組：它不是單獨儲存的值",
			"“{name}” cannot sort or group: it is not a stored value of its own", "name", name)
		return info, false
	}
	return info, true
}

// meantColumn tells of a column that is named without row.
func (c *compiler) meantColumn(path, name string, form *Form, rows *countedRows) bool {
	near := rowSeen + "." + name
	if fieldOf(form.Def, name) != nil || SystemNames[name].Kind != "" || c.stored(name, form) || !slices.Contains(rows.names, near) {
		return false
	}
	p := rules.Errorf(path, "ref.unknown", rules.Say("没有字段“{key}”；明细的列写作“{near}”", "沒有欄位「{key}」；明細的欄寫作「{near}」",
		"There is no field “{key}”; the column of a row is written “{near}”", "key", name, "near", near))
	p.Fix = replaceFix(path, near)
	c.add(p)
	return true
}

// rowFigure checks a figure of rows. One of the record would count once for each of its rows.
func (c *compiler) rowFigure(path, kind, name string, form *Form, rows *countedRows) {
	if _, inRow := RowColumn(name); !inRow {
		if c.meantColumn(path, name, form, rows) {
			return
		}
		if fieldOf(form.Def, name) == nil && !c.stored(name, form) {
			c.unknown(path, wordField, name, rows.names)
			return
		}
		c.fail(path, "ref.kind", "“{name}”属于整条记录，每一行都会把它算一次；按明细行统计时请写列名，如 {column}", "「{name}」屬於整筆記錄，每一列都會把它算一次；按明細列統計時請寫欄名，如 {column}",
			"“{name}” belongs to the record and would count once for each row; a report of rows measures columns, written like {column}", "name", name, "column", rows.example())
		return
	}
	info, ok := c.rowColumn(path, name, form, rows)
	if !ok {
		return
	}
	types := []string{"money", "number", "percent"}
	if kind != "sum" {
		types = append(types, "rating", "slider")
	}
	if !slices.Contains(types, info.Def.Type) {
		c.fail(path, "ref.kind", "“{field}”不是数值，不能合计", "「{field}」不是數值，不能合計",
			"“{field}” is not a figure; it cannot be summed", "field", info.Name)
	}
}

// example is how a column is written.
func (r *countedRows) example() string {
	if len(r.names) == 0 {
		return rowSeen + ".net"
	}
	return r.names[len(r.names)-1]
}

// rowFilterable checks a name row.column of a filter.
func (c *compiler) rowFilterable(path string, n *rules.FilterNode, form *Form, table string) {
	steps := n.Path[1:]
	if len(steps) == 2 && steps[1] == "id" {
		steps = steps[:1]
	}
	if len(steps) == 1 && form.Schema.RowColumn(table+"."+steps[0]) != "" {
		return
	}
	name := strings.Join(n.Path, ".")
	if column, ofRow := strings.CutPrefix(name, rules.InRow); ofRow {
		name = column // as it is written in any(lines, .product == 'x')
	}
	p := rules.Errorf(path, "query.unsupported", rules.Say(
		"筛选条件不能用“{name}”：只能用这一行中存储的列", "篩選條件不能用「{name}」：只能用這一列中儲存的欄",
		"A filter cannot use “{name}”: of a row only its own stored columns", "name", name))
	p.Line, p.Col = n.Line, n.Col
	c.add(p)
}
