package access

import (
	"strings"
	"time"

	"pipewright/rules"
	"pipewright/runtime/process"
	"pipewright/runtime/query"
)

// SeesTable tells in which records the viewer sees a table: nil for all of them. The problem is field.unknown where there is none, or he sees it in none.
func SeesTable(f *process.Form, table string, as Viewer) (query.Filter, *rules.Problem) {
	if info, ok := f.Schema.Field(table); ok && info.Def.Type == "table" {
		if seen, some := as.sees(f, table); some {
			return seen, nil
		}
	}
	_, p := unknownField(table)
	return nil, p
}

// FindRowColumn is FindColumn for a report of the rows of a table: a name row.column is that column of the row, found under the name itself.
func FindRowColumn(f *process.Form, table, key string, as Viewer) (Column, *rules.Problem) {
	column, inRow := process.RowColumn(key)
	if !inRow {
		return FindColumn(f, key, as)
	}
	info, ok := f.Schema.Field(table + "." + column)
	if !ok {
		return unknownField(key)
	}
	seen, some := as.sees(f, info.ID)
	if !some {
		return unknownField(key)
	}
	t := f.Schema.RowColumn(info.ID)
	if t == "" {
		return unsupported(key)
	}
	return Column{Key: key, Name: key, SortBy: key, Type: query.Type(t), Field: &info, Scale: info.Scale, Currency: info.Currency, Seen: seen}, nil
}

// Asks says whether the viewer may filter by a field, a system name, or the column "lines.product" of a table.
func Asks(f *process.Form, key string, as Viewer) bool {
	find := FindColumn
	if table, column, inTable := strings.Cut(key, "."); inTable {
		find, key = func(f *process.Form, key string, as Viewer) (Column, *rules.Problem) {
			return FindRowColumn(f, table, key, as)
		}, process.InRow(column)
	}
	_, problem := find(f, key, as)
	return problem == nil
}

// CompileRowsWhere is CompileWhere for a condition on the rows of a table: the filter is over the columns of the record and, as row.column, those of the row.
func CompileRowsWhere(form *process.Form, table, src string, as Viewer, now time.Time, zone *time.Location) (query.Filter, []rules.Problem) {
	w := &where{form: form, table: table, src: src, as: as, now: now, zone: zone, seen: map[string]query.Filter{}}
	return w.compile(src)
}
