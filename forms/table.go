package forms

import (
	"encoding/json"
	"strconv"

	"pipewright/rules"
)

// tableKind is rows of columns, at most 1,000. A row has no identity but its place.
type tableKind struct{}

// MaxRows bounds a table.
const MaxRows = 1000

func (tableKind) settings() []string { return []string{"fields", "checks", "min", "max"} }

func (tableKind) compile(c *compiler, f *field) {
	if len(f.def.Fields) == 0 {
		c.fail(f.path+"/fields", "setting.missing", "{field}还没有列", "{field}還沒有列", "{field} has no columns yet", "field", quoted(f.name))
	}
	f.cols = c.fields(f.def.Fields, f.path+"/fields", f)
	f.colByKey = byKey(f.cols)
}

func (tableKind) typ(w *World, d *Field, deep bool) rules.Type {
	return rules.TableOf(fieldTypes(w, nil, d.Fields, deep))
}

func (tableKind) parse(f *field, raw json.RawMessage, at *place) any {
	raws, err := elements(raw)
	if err != nil {
		return at.fail("shape.type", "{field}应是行的列表，每行是 {列: 值}", "{field}應是列的清單，每列是 {欄: 值}", "{field} must be a list of rows, each {column: value}")
	}
	if len(raws) > MaxRows {
		return at.fail("rows.tooMany", "{field}最多 {max} 行，现在有 {n} 行", "{field}最多 {max} 列，現在有 {n} 列",
			"{field} may have at most {max} rows, it has {n}", "max", MaxRows, "n", len(raws))
	}
	before := len(*at.found)
	rows := make([]map[string]any, 0, len(raws))
	for i, r := range raws {
		rows = append(rows, parseRow(f, r, i, at))
	}
	if len(*at.found) > before {
		return nil
	}
	return rows
}

func parseRow(f *field, raw json.RawMessage, i int, at *place) map[string]any {
	// A row as a whole is told about at a place without a column.
	here := func(code, zhCN, zhTW, en string, args ...any) {
		args = append([]any{"field", at.name(), "row", i + 1}, args...)
		*at.found = append(*at.found, rules.Errorf(at.path()+"/"+strconv.Itoa(i), code, rules.Say(zhCN, zhTW, en, args...)))
	}
	ms, err := members(raw)
	if err != nil {
		here("shape.type", "{field}第 {row} 行应写成 {列: 值}", "{field}第 {row} 列應寫成 {欄: 值}", "Row {row} of {field} must be {column: value}")
		return nil
	}
	row := make(map[string]any, len(f.cols))
	for _, m := range ms {
		col := f.colByKey[m.key]
		switch {
		case col == nil:
			here("field.unknown", "{field}第 {row} 行：没有“{column}”这一列", "{field}第 {row} 列：沒有「{column}」這一欄",
				"Row {row} of {field}: there is no column “{column}”", "column", clip(m.key))
		case m.twice:
			here("key.duplicate", "{field}第 {row} 行：“{column}”写了两次", "{field}第 {row} 列：「{column}」寫了兩次",
				"Row {row} of {field}: “{column}” is given twice", "column", clip(m.key))
		case isNull(m.value):
			row[m.key] = nil
		default:
			row[m.key] = col.kind.parse(col, m.value, &place{base: at.base, f: col, row: i, found: at.found})
		}
	}
	return row
}

// accept takes the rows of another table: columns of the same key, the rest left empty.
func (tableKind) accept(f *field, v any, at *place) any {
	rows, ok := v.([]map[string]any)
	if !ok {
		return at.fail("shape.type", "{field}应是明细表", "{field}應是明細表", "{field} must be a table")
	}
	if len(rows) > MaxRows {
		return at.fail("rows.tooMany", "{field}最多 {max} 行，现在有 {n} 行", "{field}最多 {max} 列，現在有 {n} 列",
			"{field} may have at most {max} rows, it has {n}", "max", MaxRows, "n", len(rows))
	}
	before := len(*at.found)
	out := make([]map[string]any, len(rows))
	for i, r := range rows {
		row := make(map[string]any, len(f.cols))
		for _, col := range f.cols {
			x, given := r[col.key]
			if x != nil {
				x = col.kind.accept(col, x, &place{base: at.base, f: col, row: i, found: at.found})
			}
			if given {
				row[col.key] = x
			}
		}
		out[i] = row
	}
	if len(*at.found) > before {
		return nil
	}
	return out
}

func (tableKind) wire(f *field, v any, refs RefTitles) any {
	rows, _ := v.([]map[string]any)
	out := make([]map[string]any, len(rows))
	for i, r := range rows {
		m := make(map[string]any, len(r))
		for _, col := range f.cols {
			if x := r[col.key]; x != nil {
				m[col.key] = col.kind.wire(col, x, refs)
			}
		}
		out[i] = m
	}
	return out
}

func (tableKind) encode(f *field, v any) any {
	rows, _ := v.([]map[string]any)
	out := make([]any, len(rows))
	for i, r := range rows {
		m := make(map[string]any, len(r))
		for _, col := range f.cols {
			if x := r[col.key]; x != nil {
				if e := col.kind.encode(col, x); e != nil {
					m[col.storage] = e
				}
			}
		}
		out[i] = m
	}
	return out
}

func (tableKind) decode(f *field, stored any) any {
	list, ok := stored.([]any)
	if !ok {
		return nil
	}
	out := make([]map[string]any, 0, len(list))
	for _, x := range list {
		r, ok := x.(map[string]any)
		if !ok {
			return nil
		}
		row := make(map[string]any, len(r))
		for _, col := range f.cols {
			if s, ok := r[col.storage]; ok && s != nil {
				if v := col.kind.decode(col, s); v != nil {
					row[col.key] = v
				}
			}
		}
		out = append(out, row)
	}
	return out
}

func (tableKind) column() ColumnType  { return "" }
func (tableKind) col(*field, any) any { return nil }

func (tableKind) schema(f *field) map[string]any {
	return map[string]any{"type": "array", "maxItems": MaxRows, "items": objectSchema(f.cols)}
}
