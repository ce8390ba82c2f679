package designer

import (
	"slices"
	"strconv"
	"strings"

	"pipewright/forms"
	"pipewright/rules"
	"pipewright/runtime/process"
)

// A decision table as the rows of a spreadsheet:
//
//	rule  tier            its name
//	hit   first           what may stand beside it
//	#     Amount          Level         Note
//	#     if amount       then level    note en
//	1     > 100000        'director'    …
//
// The row of keys says what a column is: columns that are added, left out or moved in the sheet are so in the table (a new result says its type:
// "then discount percent"). The number of a row says which row of the table it was.
const (
	sheetRule, sheetHit, sheetNumber = "rule", "hit", "#"
	sheetIf, sheetThen, sheetNote    = "if", "then", "note"
)

// MaxSheetCell is the longest text of a cell, in characters: what spreadsheets take.
const MaxSheetCell = 32767

var sheetHits = []string{"unique", "first", "priority", "collect", "collectSum"}

// SheetChange is what accepting a sheet would do to a table.
type SheetChange struct {
	// Kind is "added", "removed", "changed", "moved" (the rows stand in another order) or "hit"; of columns "columnAdded", "columnRemoved" and "columnsMoved".
	Kind string `json:"kind"`
	// Column is the one that is added or removed, as the sheet calls it.
	Column string     `json:"column,omitempty"`
	Name   rules.Text `json:"name,omitzero"`
	// Row is the row's number in the table as it would be, Was in the table as it is, both from 1; SheetRow is the line of the sheet.
	Row      int         `json:"row,omitempty"`
	Was      int         `json:"was,omitempty"`
	SheetRow int         `json:"sheetRow,omitempty"`
	Cells    []CellSwing `json:"cells,omitempty"`
	// Before and After are those of the hit policy.
	Before string `json:"before,omitempty"`
	After  string `json:"after,omitempty"`
}

// CellSwing is a cell before and after: Column is "if amount", "then level", "note" or "note en", as the sheet calls it.
type CellSwing struct {
	Column string     `json:"column"`
	Name   rules.Text `json:"name"`
	Before string     `json:"before,omitempty"`
	After  string     `json:"after,omitempty"`
}

// SheetProblem is a problem of the table as it would be, with its cell in the sheet: "C7", or "" where it is of the whole table.
type SheetProblem struct {
	Cell string
	rules.Problem
}

// SheetRead is a decision table as a sheet has it. Nothing is saved.
type SheetRead struct {
	Rule     rules.Rule
	Changes  []SheetChange
	Problems []SheetProblem
}

// sheetColumn is a column of the table in the sheet.
type sheetColumn struct {
	kind  string // if, then or note
	index int    // of the input or output
	lang  string // of a note; "" is the one text for all languages
	id    string
	name  rules.Text
	typ   string // of the field or output, "" where nothing is known of it
	// names are the options by key; known the names that an expression may use, which are no words of a text.
	names map[string]rules.Text
	known map[string]bool
}

// tableSheet is a table with the columns of its sheet.
type tableSheet struct {
	def     *process.Definition
	rule    *rules.Rule
	columns []sheetColumn
}

// RuleSheet writes a decision table as rows of cells, options by their names in a language. Errors: not.found, bad.request, check.failed.
func RuleSheet(definition []byte, key, lang string) ([][]string, error) {
	def, err := sound(definition)
	if err != nil {
		return nil, err
	}
	t, err := sheetOf(def, key)
	if err != nil {
		return nil, err
	}
	names, keys := []string{sheetNumber}, []string{sheetNumber}
	for _, c := range t.columns {
		names, keys = append(names, c.name.In(lang)), append(keys, c.id)
	}
	hit := t.rule.Hit
	if hit == "" {
		hit = sheetHits[0]
	}
	rows := [][]string{
		{sheetRule, key, sheetText(t.rule.Name.In(lang))},
		{sheetHit, hit, strings.Join(sheetHits, " / ")}, names, keys}
	for i := range t.rule.Rows {
		line := []string{strconv.Itoa(i + 1)}
		for _, c := range t.columns {
			line = append(line, c.write(t.rule.Rows[i], lang))
		}
		rows = append(rows, line)
	}
	for i, line := range rows {
		for j, cell := range line {
			if len([]rune(cell)) > MaxSheetCell {
				return nil, reject("check.failed", rules.Say("第 {row} 行的“{column}”太长，表格的单元格最多 {max} 个字", "第 {row} 列的「{column}」太長，試算表的儲存格最多 {max} 個字",
					"“{column}” of row {row} is too long: a spreadsheet's cell holds at most {max} characters", "row", i+1, "column", names[j], "max", MaxSheetCell))
			}
		}
	}
	return rows, nil
}

func sheetOf(def *process.Definition, key string) (*tableSheet, error) {
	i := slices.IndexFunc(def.Rules, func(r rules.Rule) bool { return r.Key == key })
	if i < 0 || def.Rules[i].Kind != rules.RuleTable {
		return nil, reject("not.found", rules.Say("没有决策表“{key}”", "沒有決策表「{key}」", "There is no decision table “{key}”", "key", clip(key)))
	}
	r := &def.Rules[i]
	t := &tableSheet{def: def, rule: r}
	for n, row := range r.Rows {
		if len(row.If) != len(r.In) || len(row.Then) != len(r.Out) {
			return nil, reject("check.failed", rules.Say("先修好决策表：第 {n} 行的格数和列数不一样", "先修好決策表：第 {n} 列的格數和欄數不一樣", "Mend the table first: row {n} has not as many cells as there are columns", "n", n+1))
		}
	}
	t.lay()
	return t, nil
}

// lay works out the columns of the sheet.
func (t *tableSheet) lay() {
	r, def := t.rule, t.def
	known := map[string]bool{}
	for name := range process.SystemNames {
		known[name] = true
	}
	for _, x := range def.Rules {
		known[x.Key] = true
	}
	if f := formOf(def, r.Form); f != nil {
		for _, x := range f.Fields {
			known[x.Key] = true
		}
	}
	for _, in := range r.In {
		known[in.Key] = true
	}
	for i, in := range r.In {
		c := sheetColumn{kind: sheetIf, index: i, id: sheetIf + " " + in.Key, name: t.nameOfInput(in), known: known}
		path := in.Value
		if path == "" {
			path = in.Key
		}
		if f := fieldAtPath(def, r.Form, path); f != nil {
			c.typ, c.names = f.Type, optionNames(def, f)
		} else if path == "stage" {
			c.typ, c.names = "select", stageNames(def, r.Form)
		}
		t.columns = append(t.columns, c)
	}
	for i, out := range r.Out {
		t.columns = append(t.columns, sheetColumn{kind: sheetThen, index: i, id: sheetThen + " " + out.Key, name: nameOfOutput(out), typ: out.Type, known: known})
	}
	for _, lang := range noteLanguages(def, r) {
		t.columns = append(t.columns, noteColumn(lang))
	}
}

func noteColumn(lang string) sheetColumn {
	c := sheetColumn{kind: sheetNote, lang: lang, id: strings.TrimSpace(sheetNote + " " + lang), name: rules.Say("备注", "備註", "Note")}
	if word, ok := languageWords[lang]; ok {
		c.name = rules.Say("备注（{l}）", "備註（{l}）", "Note ({l})", "l", word)
	}
	return c
}

// noteLanguages are the languages that a table's notes have columns for: the app's and those in use; "" is one text for all.
func noteLanguages(def *process.Definition, r *rules.Rule) []string {
	use := map[string]bool{}
	for _, l := range def.Languages {
		use[l] = true
	}
	for _, row := range r.Rows {
		for l := range row.Note {
			use[l] = true
		}
	}
	if len(use) == 0 {
		use[""] = true
	}
	var out []string
	for _, l := range append([]string{""}, rules.Languages...) {
		if use[l] {
			out = append(out, l)
		}
	}
	return out
}

func formOf(def *process.Definition, key string) *forms.Form {
	for i := range def.Forms {
		if def.Forms[i].Key == key {
			return &def.Forms[i]
		}
	}
	return nil
}

// fieldAtPath finds the field that "amount" or "account.level" names.
func fieldAtPath(def *process.Definition, form, path string) *forms.Field {
	first, rest, deeper := strings.Cut(path, ".")
	f := formOf(def, form)
	if f == nil {
		return nil
	}
	i := slices.IndexFunc(f.Fields, func(x forms.Field) bool { return x.Key == first })
	switch {
	case i < 0:
		return nil
	case !deeper:
		return &f.Fields[i]
	}
	return fieldAtPath(def, f.Fields[i].Form, rest)
}

func optionNames(def *process.Definition, f *forms.Field) map[string]rules.Text {
	out := map[string]rules.Text{}
	var add func([]forms.Option)
	add = func(list []forms.Option) {
		for _, o := range list {
			out[o.Key] = o.Name
			add(o.Items)
		}
	}
	for _, l := range def.Options {
		if l.Key == f.Options && f.Options != "" {
			add(l.Items)
		}
	}
	return out
}

func stageNames(def *process.Definition, form string) map[string]rules.Text {
	out := map[string]rules.Text{}
	for _, p := range def.Processes {
		if p.Form == form {
			for _, s := range p.Stages {
				out[s.Key] = s.Name
			}
		}
	}
	return out
}

// write is a cell as the sheet shows it.
func (c *sheetColumn) write(row rules.Row, lang string) string {
	stored := c.of(row)
	if c.kind == sheetNote {
		return sheetText(stored)
	}
	shown := eachText(stored, func(key string) string {
		if name := c.names[key].In(lang); name != "" && !strings.ContainsAny(name, `'"\`) {
			return name
		}
		return key
	})
	if c.read(shown) != stored {
		shown = stored
	}
	return sheetText(shown)
}

// of is what a row holds in the column.
func (c *sheetColumn) of(row rules.Row) string {
	switch c.kind {
	case sheetIf:
		return row.If[c.index]
	case sheetThen:
		return row.Then[c.index]
	}
	return row.Note[c.lang]
}

// sheetText is a text without what no spreadsheet can hold.
func sheetText(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\t' && r != '\n' || r == 0xFFFE || r == 0xFFFF {
			return ' '
		}
		return r
	}, s)
}

// eachText replaces what stands between quotes in an expression. Texts with escapes stay as they are.
func eachText(src string, to func(string) string) string {
	var b strings.Builder
	for i := 0; i < len(src); {
		q := src[i]
		if q != '\'' && q != '"' && q != '`' {
			b.WriteByte(q)
			i++
			continue
		}
		end := i + 1
		for end < len(src) && src[end] != q {
			if src[end] == '\\' && q != '`' {
				end++
			}
			end++
		}
		if end >= len(src) {
			b.WriteString(src[i:])
			return b.String()
		}
		inner := src[i+1 : end]
		if q != '`' && !strings.Contains(inner, `\`) {
			inner = to(inner)
		}
		b.WriteByte(q)
		b.WriteString(inner)
		b.WriteByte(q)
		i = end + 1
	}
	return b.String()
}
