package process

import (
	"slices"
	"strings"

	"pipewright/forms"
	"pipewright/rules"
)

// A row of a table has no identity but its place, and who may not see or write a column sends rows without it. What stands in such columns is put back into the
// rows it belongs to; where that cannot be told, the edit is refused rather than lose or misplace it.

// keepColumns puts what the actor may not write of tables into the given rows, and answers what he tried to write of it, or left unclear.
func (d *decider) keepColumns(given forms.Values, mask forms.Mask, free []string) (ps []rules.Problem) {
	var old forms.Values
	for _, table := range keysOf(given) {
		rows, isTable := given[table].([]map[string]any)
		if !isTable || len(rows) == 0 {
			continue
		}
		info, _ := d.form.Schema.Field(table)
		var kept, shown []string
		names := map[string]rules.Text{}
		for _, c := range info.Columns {
			key := strings.TrimPrefix(c.ID, table+".")
			id := table + "." + key
			names[key] = c.Name
			off := mask.Hide[id] || mask.ReadOnly[id]
			if slices.Contains(free, table) {
				off = d.c.Actor.Rights.Hide[id] || d.c.Actor.Rights.ReadOnly[id]
			}
			switch {
			case c.Computed:
			case off:
				kept = append(kept, key)
			default:
				shown = append(shown, key)
			}
		}
		if len(kept) == 0 {
			continue
		}
		if old == nil {
			old = d.view(nil)
		}
		was, _ := old[table].([]map[string]any)
		name := d.fieldName(table)
		place, clear := placeRows(rows, was, shown, kept)
		if !clear {
			ps = append(ps, rules.Errorf("/data/"+table, "field.readOnly", rules.Say("“{field}”里有您不能改的列，这样改分不清它们的内容属于哪一行。请不要调换行的顺序，并把改行、增行、删行分开保存",
				"「{field}」裡有您不能改的欄，這樣改分不清它們的內容屬於哪一列。請不要調換列的順序，並把改列、增列、刪列分開儲存",
				"“{field}” has columns that you may not change, and it cannot be told to which rows their content belongs. Leave the order of the rows, and save changed, added and removed rows one kind at a time", "field", name)))
			continue
		}
		next := make([]map[string]any, len(rows))
		for i, row := range rows {
			next[i] = make(map[string]any, len(row)+len(kept))
			for k, v := range row {
				next[i][k] = v
			}
			var before map[string]any
			if place[i] >= 0 {
				before = was[place[i]]
			}
			for _, k := range kept {
				if v, sent := row[k]; sent && !forms.Same(v, before[k]) && !forms.Same(v, nil) {
					ps = append(ps, rules.Errorf("/data/"+table+"/"+itoa(i)+"/"+k, "field.readOnly", rules.Say("“{field}”第 {row} 行的“{column}”现在不能由你修改", "「{field}」第 {row} 列的「{column}」現在不能由你修改",
						"You may not change “{column}” in row {row} of “{field}” now", "field", name, "row", i+1, "column", names[k])))
				}
				delete(next[i], k)
				if v, had := before[k]; had {
					next[i][k] = v
				}
			}
		}
		given[table] = next
	}
	return ps
}

// placeRows says which row each was before, -1 for a new one; false when that cannot be told. Rows are told by the columns that are shown: those before and
// behind all changes are the same ones, and between them as many rows as before are the same ones changed, unless they moved.
func placeRows(rows, was []map[string]any, shown, kept []string) (place []int, clear bool) {
	same := func(a, b map[string]any, keys []string) bool {
		return !slices.ContainsFunc(keys, func(k string) bool { return !forms.Same(a[k], b[k]) })
	}
	place = make([]int, len(rows))
	for i := range place {
		place[i] = -1
	}
	from := 0
	for from < min(len(rows), len(was)) && same(rows[from], was[from], shown) {
		place[from] = from
		from++
	}
	to, end := len(rows), len(was)
	for to > from && end > from && same(rows[to-1], was[end-1], shown) {
		to, end = to-1, end-1
		place[to] = end
	}
	switch {
	case from == end: // added, if anything
	case from == to: // removed: which of two that look the same does not matter where what is kept is the same
		for i := from; i < end; i++ {
			for j := range was {
				if (j < from || j >= end) && same(was[i], was[j], shown) && !same(was[i], was[j], kept) {
					return nil, false
				}
			}
		}
	case to-from == end-from:
		for i := from; i < to; i++ {
			for j := from; j < end; j++ {
				if i != j && same(rows[i], was[j], shown) && !same(rows[i], was[i], shown) && !same(was[i], was[j], kept) {
					return nil, false // it has moved
				}
			}
			place[i] = i
		}
	default:
		return nil, false
	}
	return place, true
}
