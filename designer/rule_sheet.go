package designer

import (
	"context"
	"regexp"
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
// The row of keys says what a column is, wherever it stands; the number of a row says which row of the table it was.
const (
	sheetRule, sheetHit, sheetNumber = "rule", "hit", "#"
	sheetIf, sheetThen, sheetNote    = "if", "then", "note"
)

// MaxSheetCell is the longest text of a cell, in characters: what spreadsheets take.
const MaxSheetCell = 32767

var sheetHits = []string{"unique", "first", "priority", "collect", "collectSum"}

// SheetChange is what accepting a sheet would do to a table.
type SheetChange struct {
	// Kind is "added", "removed", "changed", "moved" (the rows stand in another order) or "hit".
	Kind string `json:"kind"`
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
	t := &tableSheet{rule: r}
	for n, row := range r.Rows {
		if len(row.If) != len(r.In) || len(row.Then) != len(r.Out) {
			return nil, reject("check.failed", rules.Say("先修好决策表：第 {n} 行的格数和列数不一样", "先修好決策表：第 {n} 列的格數和欄數不一樣", "Mend the table first: row {n} has not as many cells as there are columns", "n", n+1))
		}
	}
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
		c := sheetColumn{kind: sheetIf, index: i, id: sheetIf + " " + in.Key, name: in.Name, known: known}
		path := in.Value
		if path == "" {
			path = in.Key
		}
		if f := fieldAtPath(def, r.Form, path); f != nil {
			c.typ, c.names = f.Type, optionNames(def, f)
			if c.name.IsZero() {
				c.name = f.Name
			}
		} else if path == "stage" {
			c.typ, c.names = "select", stageNames(def, r.Form)
		}
		if c.name.IsZero() {
			c.name = rules.Plain(in.Key)
		}
		t.columns = append(t.columns, c)
	}
	for i, out := range r.Out {
		c := sheetColumn{kind: sheetThen, index: i, id: sheetThen + " " + out.Key, name: out.Name, typ: out.Type, known: known}
		if c.name.IsZero() {
			c.name = rules.Plain(out.Key)
		}
		t.columns = append(t.columns, c)
	}
	for _, lang := range noteLanguages(def, r) {
		t.columns = append(t.columns, noteColumn(lang))
	}
	return t, nil
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

var (
	sheetFigure = regexp.MustCompile(`^(>=|<=|==|!=|>|<)?\s*(-?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?|-?[0-9]+(?:\.[0-9]+)?)(%?)$`)
	sheetDay    = regexp.MustCompile(`^(>=|<=|==|!=|>|<)?\s*([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?$`)
	sheetWord   = regexp.MustCompile(`^[\p{L}\p{N}][\p{L}\p{N}\p{M} _-]*$`)
	// lostQuote is a text whose first quote the spreadsheet took for its own mark of a text.
	lostQuote = regexp.MustCompile(`^[^'"]*'$`)
	exprWords = []string{"and", "or", "not", "in", "contains", "startsWith", "endsWith", "matches", "true", "false", "nil", "null"}
)

// read is what a cell of the sheet is in the table: as it is written, but for what a spreadsheet makes of values (dates, percents, signs in
// thousands), and words where only a text can be meant.
func (c *sheetColumn) read(cell string) string {
	if c.kind == sheetNote {
		return cell
	}
	s := strings.TrimSpace(cell)
	if lostQuote.MatchString(s) {
		s = "'" + s
	}
	switch {
	case s == "":
		return ""
	case len(c.names) > 0:
		return c.readOption(s)
	}
	switch c.typ {
	case "number", "money", "percent", "duration", "rating", "slider":
		if m := sheetFigure.FindStringSubmatch(s); m != nil {
			return sign(m[1]) + figure(strings.ReplaceAll(m[2], ",", ""), m[3] != "")
		}
	case "date":
		if m := sheetDay.FindStringSubmatch(s); m != nil {
			return sign(m[1]) + "date('" + m[2] + "-" + two(m[3]) + "-" + two(m[4]) + "')"
		}
	case "bool":
		switch strings.ToLower(s) {
		case "true", "1", "yes", "y", "是", "√":
			return "true"
		case "false", "0", "no", "n", "否", "×":
			return "false"
		}
	case "text", "longtext", "user", "role", "team", "phone", "email", "url", "idcode", "barcode":
		if c.isWord(s) {
			return "'" + s + "'"
		}
	}
	return s
}

func sign(op string) string {
	if op == "" {
		return ""
	}
	return op + " "
}

func two(n string) string {
	if len(n) == 1 {
		return "0" + n
	}
	return n
}

// figure is a number as expressions write it; of a percent, its hundredth.
func figure(n string, percent bool) string {
	if !percent {
		return n
	}
	neg := strings.HasPrefix(n, "-")
	whole, part, _ := strings.Cut(strings.TrimPrefix(n, "-"), ".")
	for len(whole) < 3 {
		whole = "0" + whole
	}
	part = strings.TrimRight(whole[len(whole)-2:]+part, "0")
	if whole = strings.TrimLeft(whole[:len(whole)-2], "0"); whole == "" {
		whole = "0"
	}
	if part != "" {
		whole += "." + part
	}
	if neg {
		whole = "-" + whole
	}
	return whole
}

// isWord says that a cell can only be meant as a text: it is no expression that names something.
func (c *sheetColumn) isWord(s string) bool {
	return sheetWord.MatchString(s) && !slices.ContainsFunc(strings.Fields(s), func(w string) bool { return c.known[w] || slices.Contains(exprWords, w) })
}

// option is the key of the option that a word means: its key, else its name in any language; "" if none or several.
func (c *sheetColumn) option(word string) string {
	if _, ok := c.names[word]; ok {
		return word
	}
	found := ""
	for key, name := range c.names {
		for _, n := range name {
			if n == word && found != key {
				if found != "" {
					return ""
				}
				found = key
			}
		}
	}
	return found
}

// readOption reads options by name or key: alone, several with a mark between, or in the texts of an expression.
func (c *sheetColumn) readOption(s string) string {
	if key := c.option(s); key != "" && !c.known[s] {
		return "'" + key + "'"
	}
	words := strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(",，;；、|\n", r) })
	var keys []string
	for _, w := range words {
		if key := c.option(strings.TrimSpace(w)); key != "" {
			keys = append(keys, "'"+key+"'")
		}
	}
	if len(words) > 1 && len(keys) == len(words) {
		return "[" + strings.Join(keys, ", ") + "]"
	}
	return eachText(s, func(word string) string {
		if key := c.option(word); key != "" {
			return key
		}
		return word
	})
}

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
	*t.rule = r.next
	base := "/rules/" + key
	out := SheetRead{Rule: r.next, Changes: r.changes, Problems: []SheetProblem{}}
	for _, p := range d.check(def, nil, opts) {
		if p.Path == base || strings.HasPrefix(p.Path, base+"/") {
			out.Problems = append(out.Problems, SheetProblem{r.cellOf(strings.TrimPrefix(p.Path, base)), p})
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
	at, problems := t.place(rows, head)
	r := &sheetReading{next: *t.rule, places: map[string]int{}, changes: []SheetChange{}}
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

// place finds the columns of the table in the line of keys: their places from 0, -1 for a note that is not there. Columns for notes in further
// languages are added to those of the table.
func (t *tableSheet) place(rows [][]string, head int) ([]int, []rules.Problem) {
	at := make([]int, len(t.columns))
	for i := range at {
		at[i] = -1
	}
	var problems []rules.Problem
	for j, cell := range rows[head] {
		id := strings.Join(strings.Fields(cell), " ")
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
			problems = append(problems, badCell(where, rules.Say("决策表没有列“{id}”：请先在编辑器里加上这一列，再导出", "決策表沒有欄「{id}」：請先在編輯器裡加上這一欄，再匯出",
				"the table has no column “{id}”: add it in the editor first, then export anew", "id", clip(id))))
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
	for i, c := range t.columns {
		if at[i] < 0 && c.kind != sheetNote {
			problems = append(problems, badCell(cellName(1, head+1), rules.Say("缺少列“{id}”（{name}）", "缺少欄「{id}」（{name}）", "the column “{id}” ({name}) is missing", "id", c.id, "name", c.name)))
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
