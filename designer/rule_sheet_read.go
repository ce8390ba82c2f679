package designer

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"pipewright/rules"
)

// ReadRuleSheet reads the rows of a sheet as the decision table of a definition, and tells what that would change and what would be wrong with it.
// Errors: not.found, bad.request, check.failed, sheet.shape with what is wrong at which cell.
func (d *Designer) ReadRuleSheet(ctx context.Context, definition []byte, key string, rows [][]string) (SheetRead, error) {
	def, err := sound(definition)
	if err != nil {
		return SheetRead{}, err
	}
	t, err := sheetOf(def, key)
	if err != nil {
		return SheetRead{}, err
	}
	r, err := t.readRows(rows)
	if err != nil {
		return SheetRead{}, err
	}
	opts, err := d.Among(ctx)
	if err != nil {
		return SheetRead{}, err
	}
	// Other columns may be missed elsewhere: what is wrong there by them is told as well.
	before := map[string]bool{}
	if r.columns {
		for _, p := range d.check(def, nil, opts) {
			before[p.Path+" "+p.Code] = true
		}
	}
	*t.rule = r.next
	base := "/rules/" + key
	out := SheetRead{Rule: r.next, Changes: r.changes, Problems: []SheetProblem{}}
	for _, p := range d.check(def, nil, opts) {
		switch {
		case p.Path == base || strings.HasPrefix(p.Path, base+"/"):
			out.Problems = append(out.Problems, SheetProblem{r.cellOf(strings.TrimPrefix(p.Path, base)), p})
		case r.columns && p.Severity == rules.Error && !before[p.Path+" "+p.Code]:
			out.Problems = append(out.Problems, SheetProblem{"", p})
		}
	}
	return out, nil
}

// sheetReading is a sheet as it was read.
type sheetReading struct {
	next    rules.Rule
	changes []SheetChange
	// lines are the lines of the sheet that the rows stand in, places the columns by their ids, both from 1.
	lines  []int
	places map[string]int
	// columns says that there are other columns than before, or in another order.
	columns bool
}

func cellName(column, row int) string {
	name := ""
	for ; column > 0; column = (column - 1) / 26 {
		name = string(rune('A'+(column-1)%26)) + name
	}
	return name + strconv.Itoa(row)
}

// cellOf is the cell of the sheet at a path within the rule.
func (r *sheetReading) cellOf(path string) string {
	parts := strings.Split(strings.TrimPrefix(path, "/"), "/")
	if len(parts) < 2 || parts[0] != "rows" {
		return ""
	}
	n, err := strconv.Atoi(parts[1])
	if err != nil || n >= len(r.lines) {
		return ""
	}
	column := 1
	if len(parts) > 3 {
		i, _ := strconv.Atoi(parts[3])
		switch {
		case parts[2] == sheetIf && i < len(r.next.In):
			column = r.places[sheetIf+" "+r.next.In[i].Key]
		case parts[2] == sheetThen && i < len(r.next.Out):
			column = r.places[sheetThen+" "+r.next.Out[i].Key]
		}
	}
	return cellName(column, r.lines[n])
}

func badCell(cell string, msg rules.Text) rules.Problem {
	return rules.Errorf(cell, "sheet.shape", msg)
}

func badRuleSheet(problems ...rules.Problem) error {
	first := problems[0]
	return reject("sheet.shape", rules.Say("这张表格不能导入：{why}", "這張試算表不能匯入：{why}", "The sheet cannot be taken: {why}", "why", first.Message), problems...)
}

// readRows reads a sheet against the table it is for.
func (t *tableSheet) readRows(rows [][]string) (*sheetReading, error) {
	head := slices.IndexFunc(rows, func(line []string) bool {
		return slices.ContainsFunc(line, func(c string) bool {
			return strings.HasPrefix(strings.TrimSpace(c), sheetIf+" ") || strings.HasPrefix(strings.TrimSpace(c), sheetThen+" ")
		})
	})
	if head < 0 {
		return nil, badRuleSheet(badCell("A4", rules.Say("没有写列键的那一行（如 {example}）：请先导出，再在导出的表格里改", "沒有寫欄鍵的那一列（如 {example}）：請先匯出，再在匯出的試算表裡改",
			"the line with the keys of the columns is missing (such as {example}): export the table first and change that file", "example", t.columns[0].id)))
	}
	was := t
	t, ids, changes, problems := was.asIn(rows, head)
	at, misplaced := t.place(ids, rows, head)
	problems = append(problems, misplaced...)
	r := &sheetReading{next: *t.rule, places: map[string]int{}, changes: append([]SheetChange{}, changes...), columns: len(changes) > 0}
	for i, c := range t.columns {
		if at[i] >= 0 {
			r.places[c.id] = at[i] + 1
		}
	}
	for n, line := range rows[:head] {
		if strings.TrimSpace(cellIn(line, 0)) != sheetHit {
			continue
		}
		hit := strings.TrimSpace(cellIn(line, 1))
		switch {
		case !slices.Contains(sheetHits, hit):
			problems = append(problems, badCell(cellName(2, n+1), rules.Say("命中方式是 {all} 之一", "命中方式是 {all} 之一", "the hit policy is one of {all}", "all", sheetHits)))
		case hit != t.rule.Hit && (hit != sheetHits[0] || t.rule.Hit != ""):
			before := t.rule.Hit
			if before == "" {
				before = sheetHits[0]
			}
			r.next.Hit = hit
			r.changes = append(r.changes, SheetChange{Kind: "hit", Before: before, After: hit})
		}
	}
	problems = append(problems, t.fill(r, rows, head, at)...)
	if len(problems) > 0 {
		return nil, badRuleSheet(problems...)
	}
	return r, nil
}

func cellIn(line []string, i int) string {
	if i < 0 || i >= len(line) {
		return ""
	}
	return line[i]
}

// place finds the columns of the table by the ids of the line of keys: their places from 0, -1 for a note that is not there. Columns for notes in further
// languages are added to those of the table.
func (t *tableSheet) place(ids []string, rows [][]string, head int) ([]int, []rules.Problem) {
	at := make([]int, len(t.columns))
	for i := range at {
		at[i] = -1
	}
	var problems []rules.Problem
	for j, id := range ids {
		where := cellName(j+1, head+1)
		if lang, ok := strings.CutPrefix(id, sheetNote); ok && !slices.ContainsFunc(t.columns, func(c sheetColumn) bool { return c.id == id }) {
			if lang = strings.TrimSpace(lang); lang == "" || slices.Contains(rules.Languages, lang) {
				t.columns, at = append(t.columns, noteColumn(lang)), append(at, -1)
			}
		}
		i := slices.IndexFunc(t.columns, func(c sheetColumn) bool { return c.id == id })
		for i >= 0 && at[i] >= 0 { // a key twice: the columns in their order
			next := slices.IndexFunc(t.columns[i+1:], func(c sheetColumn) bool { return c.id == id })
			if next < 0 {
				i = -2
				break
			}
			i += next + 1
		}
		switch {
		case i >= 0:
			at[i] = j
		case i == -2:
			problems = append(problems, badCell(where, rules.Say("列“{id}”有两次", "欄「{id}」有兩次", "the column “{id}” is there twice", "id", clip(id))))
		case id == sheetNumber:
		case id != "":
			problems = append(problems, badCell(where, rules.Say("“{id}”不是列的键：写成“if 字段的键”“then 结果的键 类型”或“note”", "「{id}」不是欄的鍵：寫成「if 欄位的鍵」「then 結果的鍵 類型」或「note」",
				"“{id}” is no key of a column: write “if” and a field, “then”, a result and its type, or “note”", "id", clip(id))))
		case strings.TrimSpace(rows[head][j]) != "":
			// refused already
		default:
			for n, line := range rows[head+1:] {
				if strings.TrimSpace(cellIn(line, j)) != "" {
					problems = append(problems, badCell(cellName(j+1, head+n+2), rules.Say("这一列没有键（{head}）：请删去这一列，或写到备注列里", "這一欄沒有鍵（{head}）：請刪去這一欄，或寫到備註欄裡",
						"this column has no key (in {head}): take it out, or write it into the notes", "head", where)))
					break
				}
			}
		}
	}
	return at, problems
}

// fill reads the rows and tells what has changed.
func (t *tableSheet) fill(r *sheetReading, rows [][]string, head int, at []int) []rules.Problem {
	number := slices.IndexFunc(rows[head], func(c string) bool { return strings.TrimSpace(c) == sheetNumber })
	old := t.rule.Rows
	was := map[int]int{} // rows of the table by those of the sheet
	taken := make([]bool, len(old))
	// What a cell of a column says and is stored otherwise, whichever row it stands in.
	same := make([]map[string]string, len(t.columns))
	for i, c := range t.columns {
		same[i] = map[string]string{}
		for n := len(old) - 1; n >= 0; n-- {
			if c.kind != sheetNote {
				for _, lang := range rules.Languages {
					same[i][c.write(old[n], lang)] = c.of(old[n])
				}
			}
		}
	}
	var problems []rules.Problem
	r.next.Rows = []rules.Row{}
	for n, line := range rows[head+1:] {
		empty := !slices.ContainsFunc(line, func(c string) bool { return strings.TrimSpace(c) != "" })
		if empty {
			continue
		}
		prev := -1
		if k, err := strconv.Atoi(strings.TrimSuffix(strings.TrimSpace(cellIn(line, number)), ".0")); err == nil && k >= 1 && k <= len(old) && !taken[k-1] {
			prev, taken[k-1] = k-1, true
		}
		row := rules.Row{If: make([]string, len(t.rule.In)), Then: make([]string, len(t.rule.Out))}
		kept := prev >= 0 // all notes are as they were
		for i, c := range t.columns {
			if c.kind == sheetNote && prev >= 0 && at[i] >= 0 && cellIn(line, at[i]) != sheetText(old[prev].Note[c.lang]) {
				kept = false
			}
		}
		if kept {
			row.Note = old[prev].Note
		}
		for i, c := range t.columns {
			cell := cellIn(line, at[i])
			if c.kind == sheetNote {
				if !kept && at[i] < 0 && prev >= 0 {
					cell = old[prev].Note[c.lang]
				}
				if !kept && strings.TrimSpace(cell) != "" {
					if row.Note == nil {
						row.Note = rules.Text{}
					}
					row.Note[c.lang] = cell
				}
				continue
			}
			value, ok := same[i][cell]
			if prev >= 0 && slices.ContainsFunc(rules.Languages, func(l string) bool { return c.write(old[prev], l) == cell }) {
				value, ok = c.of(old[prev]), true
			}
			if !ok {
				value = c.read(cell)
			}
			if c.kind == sheetIf {
				row.If[c.index] = value
			} else {
				row.Then[c.index] = value
			}
		}
		if _, plain := row.Note[""]; plain && len(row.Note) > 1 {
			problems = append(problems, badCell(cellName(r.places[sheetNote], head+n+2), rules.Say("备注要么写在“note”一列，要么按语言分列写", "備註要麼寫在「note」一欄，要麼按語言分欄寫",
				"a note stands either in “note” or in the columns of the languages")))
		}
		if prev >= 0 {
			was[len(r.next.Rows)] = prev
		}
		r.next.Rows, r.lines = append(r.next.Rows, row), append(r.lines, head+n+2)
	}
	// A row whose number was taken out is still the row it was, if it says the same.
	for i, row := range r.next.Rows {
		if _, ok := was[i]; ok {
			continue
		}
		if k := slices.IndexFunc(old, func(o rules.Row) bool { return sameRow(o, row) }); k >= 0 {
			for k < len(old) && (taken[k] || !sameRow(old[k], row)) {
				k++
			}
			if k < len(old) {
				was[i], taken[k] = k, true
			}
		}
	}
	t.changes(r, was, taken)
	return problems
}

func sameRow(a, b rules.Row) bool {
	return slices.Equal(a.If, b.If) && slices.Equal(a.Then, b.Then) && string(body(a.Note)) == string(body(b.Note))
}

// changes lists what is otherwise than in the table as it is.
func (t *tableSheet) changes(r *sheetReading, was map[int]int, taken []bool) {
	last, moved := -1, false
	for i, row := range r.next.Rows {
		k, ok := was[i]
		change := SheetChange{Kind: "added", Row: i + 1, SheetRow: r.lines[i]}
		before := rules.Row{If: make([]string, len(row.If)), Then: make([]string, len(row.Then))}
		if ok {
			change.Kind, change.Was, before = "changed", k+1, t.rule.Rows[k]
			moved, last = moved || k < last, k
		}
		for _, c := range t.columns {
			if x, y := c.of(before), c.of(row); x != y {
				change.Cells = append(change.Cells, CellSwing{c.id, c.name, x, y})
			}
		}
		if !ok || len(change.Cells) > 0 {
			r.changes = append(r.changes, change)
		}
	}
	for k, row := range t.rule.Rows {
		if taken[k] {
			continue
		}
		change := SheetChange{Kind: "removed", Was: k + 1}
		for _, c := range t.columns {
			if x := c.of(row); x != "" {
				change.Cells = append(change.Cells, CellSwing{c.id, c.name, x, ""})
			}
		}
		r.changes = append(r.changes, change)
	}
	if moved {
		r.changes = append(r.changes, SheetChange{Kind: "moved"})
	}
}
