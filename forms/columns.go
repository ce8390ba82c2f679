package forms

// ColumnType is the type of a queryable column, in the words of the store.
type ColumnType string

const (
	ColText  ColumnType = "text"
	ColInt   ColumnType = "int"
	ColBool  ColumnType = "bool"
	ColTime  ColumnType = "time"
	ColTexts ColumnType = "texts"
)

// Column is a queryable scalar of a record, kept next to the stored document.
type Column struct {
	// Name matches [a-zA-Z][a-zA-Z0-9_]*: the storage key, with "_k" behind it for a collation key, or "table_column" for a
	// table's column. The store's own columns are the runtime's to keep apart.
	Name string
	// Field is "amount", or "lines.product" for a table's column with index.
	Field string
	Type  ColumnType
	// Collation marks the column that a text sorts by: CollationKey of the value.
	Collation bool
	// FieldType is the field's type; Scale its decimals: a number or amount v is held as v × 10^Scale.
	FieldType string
	Scale     int
	// Own, when not empty, is the field whose amounts it holds in minor units of the record's own currency, for sums by currency. The
	// column of the field itself is then in the app's currency.
	Own string
	// Filter, Sort and List repeat what the field asks for, so that indexes can be chosen.
	Filter, Sort, List bool
}

// Columns lists the columns of the form: every scalar field but longtext, in the order of the form. Money is in minor
// units, of the app's currency where it varies by record; a number or percent is scaled; a day is its midnight in UTC in milliseconds (a day has no zone); an instant is
// milliseconds; chosen options are a set; a text has a second column, its collation key, when it is sorted or listed.
// Columns of tables with index are sets.
func (s *Schema) Columns() []Column {
	var out []Column
	for _, f := range s.fields {
		t := f.kind.column()
		if t != "" {
			c := Column{Name: f.storage, Field: f.key, Type: t, FieldType: f.def.Type, Scale: f.scale,
				Filter: f.def.Filter, Sort: f.def.Sort, List: f.def.List}
			out = append(out, c)
			if f.varies {
				out = append(out, Column{Name: f.storage + "_o", Type: ColInt, FieldType: "money", Own: f.key})
			}
			if f.collated() {
				c.Name, c.Type, c.Collation = f.storage+"_k", ColText, true
				out = append(out, c)
			}
		}
		for _, col := range f.cols {
			if col.def.Index {
				out = append(out, Column{Name: f.storage + "_" + col.storage, Field: col.id(), Type: ColTexts, FieldType: col.def.Type, Filter: true})
			}
		}
	}
	return out
}

// collated says whether the field sorts by a collation key.
func (f *field) collated() bool {
	return f.def.Type == "text" && (f.def.Sort || f.def.List)
}

// Cols gives the value of each column that is present: string, int64, bool or []string.
func (s *Schema) Cols(v Values) map[string]any {
	out := map[string]any{}
	for _, f := range s.fields {
		x := v[f.key]
		if x == nil {
			continue
		}
		if f.varies {
			if c := s.worth(f, v, x); c != nil {
				out[f.storage] = c
			}
			if c := encodeNumber(f.in(s.CurrencyOf(v)), x); c != nil {
				out[f.storage+"_o"] = c
			}
			continue
		}
		if f.kind.column() != "" {
			if c := f.kind.col(f, x); c != nil {
				out[f.storage] = c
				if text, ok := c.(string); ok && f.collated() {
					out[f.storage+"_k"] = CollationKey(text)
				}
			}
		}
		rows, _ := x.([]map[string]any)
		for _, col := range f.cols {
			if !col.def.Index {
				continue
			}
			if set := distinct(rows, col); len(set) > 0 {
				out[f.storage+"_"+col.storage] = set
			}
		}
	}
	return out
}

// distinct is the set of texts in a column of a table, in the order of the rows.
func distinct(rows []map[string]any, col *field) []string {
	var out []string
	seen := map[string]bool{}
	for _, r := range rows {
		if x := r[col.key]; x != nil {
			if s, ok := col.kind.col(col, x).(string); ok && !seen[s] {
				seen[s] = true
				out = append(out, s)
			}
		}
	}
	return out
}

// RowColumn is what the cells of a table's column, "lines.net", are as values of a store; empty for what is no column or has no such value.
func (s *Schema) RowColumn(id string) ColumnType {
	f := s.find(id)
	if f == nil || f.parent == nil {
		return ""
	}
	return f.kind.column()
}

// BesideRows are the storage keys of fields that RowCols does not read for a table.
func (s *Schema) BesideRows(table string) map[string]bool {
	out := map[string]bool{}
	for _, f := range s.fields {
		if f.key != table && f != s.currency {
			out[f.storage] = true
		}
	}
	return out
}

// RowCols gives the cells of each row of a table as Cols gives fields, by the keys of the columns: of those that are wanted. Beside an amount whose
// currency varies, which is in the app's, stands "net_o": that in the record's own.
func (s *Schema) RowCols(table string, d Stored, wanted func(column string) bool) []map[string]any {
	t := s.byKey[table]
	if t == nil {
		return nil
	}
	list, _ := d[t.storage].([]any)
	v := s.decode(d, s.currency)
	out := make([]map[string]any, 0, len(list))
	for _, stored := range list {
		row, _ := stored.(map[string]any)
		cells := make(map[string]any, len(row))
		for _, col := range t.cols {
			if row[col.storage] == nil || col.kind.column() == "" || !wanted(col.key) {
				continue
			}
			x := col.kind.decode(col, row[col.storage])
			if x == nil {
				continue
			}
			if !col.varies {
				cells[col.key] = col.kind.col(col, x)
				continue
			}
			cells[col.key] = s.worth(col, v, x)
			cells[col.key+"_o"] = encodeNumber(col.in(s.CurrencyOf(v)), x)
		}
		out = append(out, cells)
	}
	return out
}
