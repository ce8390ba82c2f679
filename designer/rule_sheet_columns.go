package designer

import (
	"slices"
	"strings"

	"pipewright/rules"
	"pipewright/runtime/process"
)

// sheetTypes are what a result may be.
var sheetTypes = []string{"number", "money", "percent", "text", "user", "role", "team", "bool", "date", "datetime"}

// asIn is the table with the columns that a sheet has, in its order: what the sheet lacks is taken out, what it has in addition is added
// with empty cells. The changes say so. ids is the line of keys as that table calls its columns; what is refused is empty there.
func (t *tableSheet) asIn(rows [][]string, head int) (out *tableSheet, ids []string, changes []SheetChange, problems []rules.Problem) {
	next := *t.rule
	next.In, next.Out, next.Rows = nil, nil, nil
	var ins, outs []int // the columns of the table as it is; -1 for those that are new
	for j, cell := range rows[head] {
		id := strings.Join(strings.Fields(cell), " ")
		ids = append(ids, id)
		kind, rest, _ := strings.Cut(id, " ")
		if kind != sheetIf && kind != sheetThen || rest == "" {
			continue // place says what is wrong with it
		}
		where, name := cellName(j+1, head+1), ""
		if head > 0 {
			name = strings.TrimSpace(cellIn(rows[head-1], j))
		}
		if kind == sheetIf {
			i, known := unused(t.rule.In, ins, func(x rules.Input) bool { return x.Key == rest })
			if i >= 0 {
				next.In, ins = append(next.In, t.rule.In[i]), append(ins, i)
			}
			if known {
				continue // one that is there twice too often is for place to tell
			}
			in, wrong := t.newInput(where, rest, name, next.In)
			if problems = append(problems, wrong...); len(wrong) > 0 {
				ids[j] = ""
				continue
			}
			ids[j] = sheetIf + " " + in.Key
			next.In, ins = append(next.In, in), append(ins, -1)
			changes = append(changes, columnChange("columnAdded", ids[j], t.nameOfInput(in)))
			continue
		}
		key, typ, _ := strings.Cut(rest, " ")
		i, known := unused(t.rule.Out, outs, func(x rules.Output) bool { return x.Key == key && (typ == "" || typ == x.Type) })
		if i >= 0 {
			next.Out, outs, ids[j] = append(next.Out, t.rule.Out[i]), append(outs, i), sheetThen+" "+key
		}
		if known {
			continue
		}
		o, wrong := t.newOutput(where, key, typ, name, next.Out)
		if problems = append(problems, wrong...); len(wrong) > 0 {
			ids[j] = ""
			continue
		}
		ids[j] = sheetThen + " " + key
		next.Out, outs = append(next.Out, o), append(outs, -1)
		changes = append(changes, columnChange("columnAdded", ids[j], nameOfOutput(o)))
	}
	for i, in := range t.rule.In {
		if !slices.Contains(ins, i) {
			changes = append(changes, columnChange("columnRemoved", sheetIf+" "+in.Key, t.nameOfInput(in)))
		}
	}
	for i, out := range t.rule.Out {
		if !slices.Contains(outs, i) {
			changes = append(changes, columnChange("columnRemoved", sheetThen+" "+out.Key, nameOfOutput(out)))
		}
	}
	if !slices.IsSorted(theOld(ins)) || !slices.IsSorted(theOld(outs)) {
		changes = append(changes, SheetChange{Kind: "columnsMoved"})
	}
	for _, row := range t.rule.Rows {
		next.Rows = append(next.Rows, rules.Row{If: cellsAt(row.If, ins), Then: cellsAt(row.Then, outs), Note: row.Note})
	}
	out = &tableSheet{def: t.def, rule: &next}
	out.lay()
	return out, ids, changes, problems
}

// unused finds a column that no column of the sheet stands for yet, -1 for none; known says that there is one at all.
func unused[T any](list []T, used []int, is func(T) bool) (i int, known bool) {
	for i := range list {
		if is(list[i]) {
			if known = true; !slices.Contains(used, i) {
				return i, true
			}
		}
	}
	return -1, known
}

func columnChange(kind, column string, name rules.Text) SheetChange {
	return SheetChange{Kind: kind, Column: column, Name: name}
}

// theOld are the columns that were there.
func theOld(places []int) []int {
	return slices.DeleteFunc(slices.Clone(places), func(i int) bool { return i < 0 })
}

func cellsAt(cells []string, places []int) []string {
	out := make([]string, len(places))
	for to, from := range places {
		if from >= 0 {
			out[to] = cells[from]
		}
	}
	return out
}

// newInput is a column that a sheet has in addition: a field of the form, one behind a reference, or what else formulas know by a name.
func (t *tableSheet) newInput(where, path, name string, others []rules.Input) (rules.Input, []rules.Problem) {
	first, _, deep := strings.Cut(path, ".")
	field := fieldAtPath(t.def, t.rule.Form, path)
	_, system := process.SystemNames[first]
	if field == nil && (!system || deep) {
		return rules.Input{}, []rules.Problem{badCell(where, rules.Say("表单没有字段“{path}”：新的条件列写成“if 字段的键”（如 {example}）；按公式判断的列请先在编辑器里加上，再导出",
			"表單沒有欄位「{path}」：新的條件欄寫成「if 欄位的鍵」（如 {example}）；依公式判斷的欄請先在編輯器裡加上，再匯出",
			"the form has no field “{path}”: a new condition is written “if” and the key of a field (such as {example}); a column that decides by a formula is added in the editor first",
			"path", clip(path), "example", t.exampleInput(others)))}
	}
	in := rules.Input{Key: path}
	if deep {
		in.Value, in.Key = path, joinedKey(path)
	}
	if slices.ContainsFunc(others, func(x rules.Input) bool { return x.Key == in.Key }) {
		return rules.Input{}, []rules.Problem{badCell(where, rules.Say("列“{id}”出现了两次", "欄「{id}」出現了兩次", "the column “{id}” is there twice", "id", clip(path)))}
	}
	if name != "" && (field == nil || !saysSo(field.Name, name)) {
		in.Name = rules.Plain(name)
	}
	return in, nil
}

// joinedKey is a key for what stands behind a reference: accountLevel for account.level.
func joinedKey(path string) string {
	var out strings.Builder
	for i, part := range strings.Split(path, ".") {
		if i > 0 && part != "" {
			part = strings.ToUpper(part[:1]) + part[1:]
		}
		out.WriteString(part)
	}
	return out.String()
}

// exampleInput is a field that the table does not decide by yet.
func (t *tableSheet) exampleInput(others []rules.Input) string {
	if f := formOf(t.def, t.rule.Form); f != nil {
		for _, x := range f.Fields {
			used := func(in rules.Input) bool { return in.Key == x.Key }
			if x.Type != "table" && !slices.ContainsFunc(t.rule.In, used) && !slices.ContainsFunc(others, used) {
				return sheetIf + " " + x.Key
			}
		}
	}
	return sheetIf + " stage"
}

func (t *tableSheet) newOutput(where, key, typ, name string, others []rules.Output) (rules.Output, []rules.Problem) {
	i := slices.IndexFunc(t.rule.Out, func(x rules.Output) bool { return x.Key == key })
	switch {
	case i >= 0:
		return rules.Output{}, []rules.Problem{badCell(where, rules.Say("结果“{key}”的类型是 {type}：类型请在编辑器里改", "結果「{key}」的類型是 {type}：類型請在編輯器裡改",
			"the result “{key}” is of the type {type}: types are changed in the editor", "key", key, "type", t.rule.Out[i].Type))}
	case !keyPattern.MatchString(key):
		return rules.Output{}, []rules.Problem{badCell(where, rules.Say("“{key}”不能作列的键：以小写英文字母开头，只用英文字母和数字，如 {example}", "「{key}」不能作欄的鍵：以小寫英文字母開頭，只用英文字母和數字，如 {example}",
			"“{key}” cannot be the key of a column: a small letter, then letters and digits, such as {example}", "key", clip(key), "example", "then discount percent"))}
	case !slices.Contains(sheetTypes, typ):
		return rules.Output{}, []rules.Problem{badCell(where, rules.Say("新的结果列要说明类型：写成“then {key} 类型”，类型是 {all} 之一", "新的結果欄要說明類型：寫成「then {key} 類型」，類型是 {all} 之一",
			"a new result says its type: write “then {key}” and one of {all}", "key", key, "all", sheetTypes))}
	case slices.ContainsFunc(others, func(x rules.Output) bool { return x.Key == key }):
		return rules.Output{}, []rules.Problem{badCell(where, rules.Say("列“{id}”出现了两次", "欄「{id}」出現了兩次", "the column “{id}” is there twice", "id", key))}
	}
	out := rules.Output{Key: key, Type: typ}
	if name != "" && name != key {
		out.Name = rules.Plain(name)
	}
	return out, nil
}

// saysSo says whether a name is that of a text in any language.
func saysSo(t rules.Text, name string) bool {
	for _, s := range t {
		if s == name {
			return true
		}
	}
	return false
}

func (t *tableSheet) nameOfInput(in rules.Input) rules.Text {
	path := in.Value
	if path == "" {
		path = in.Key
	}
	switch f := fieldAtPath(t.def, t.rule.Form, path); {
	case !in.Name.IsZero():
		return in.Name
	case f != nil && !f.Name.IsZero():
		return f.Name
	}
	return rules.Plain(in.Key)
}

func nameOfOutput(out rules.Output) rules.Text {
	if out.Name.IsZero() {
		return rules.Plain(out.Key)
	}
	return out.Name
}
