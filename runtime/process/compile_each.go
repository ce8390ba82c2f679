package process

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"pipewright/rules"
)

// What actions see beside the record they run on (semantics 5); source is with the system names.
const (
	rowSeen     = "row"
	rowsSeen    = "rows"
	groupSeen   = "group"
	payloadSeen = "payload"
	resultSeen  = "result"
)

// maxNested is how deep an each may stand in another.
const maxNested = 2

// frame is what a list of actions is compiled in.
type frame struct {
	// form is that of the record the actions run on, nil for none, and env all that they see.
	form *Form
	env  *rules.Env
	// seen are the names beside the record's own: row, rows, group, payload, result.
	seen map[string]rules.Type
	// source are the names of the automation's own record, nil where it has none.
	source map[string]rules.Type
	// own: form is that of the automation's own record.
	own bool
	// nested is how many eaches are around.
	nested int
}

// ownFrame is that of an automation's own record, nil for none.
func (c *compiler) ownFrame(path string, form *Form, seen map[string]rules.Type) frame {
	fr := frame{form: form, env: c.outgoing(form, c.recordEnv(form)), own: true}
	if form != nil {
		fr.source = withID(fr.env.Names)
	}
	return c.sees(path, fr, seen)
}

// sees adds names to a frame. A field of the record that has such a name would hide it.
func (c *compiler) sees(path string, fr frame, more map[string]rules.Type) frame {
	for _, name := range sortedKeys(more) {
		if _, taken := fr.env.Names[name]; taken && fr.form != nil && fieldOf(fr.form.Def, name) != nil && (name != payloadSeen || c.opts.Shared == nil) {
			c.fail(path, "key.reserved", "“{form}”有一个字段叫“{name}”，它会盖住这里的“{name}”：请先给字段改名", "「{form}」有一個欄位叫「{name}」，它會蓋住這裡的「{name}」：請先給欄位改名",
				"“{form}” has a field “{name}”, which would hide the “{name}” meant here; rename the field first", "form", named(fr.form.Def.Name, fr.form.Def.Key), "name", name)
		}
	}
	seen := maps.Clone(fr.seen)
	if seen == nil {
		seen = map[string]rules.Type{}
	}
	maps.Copy(seen, more)
	fr.seen, fr.env = seen, fr.env.With(more)
	return fr
}

// over is the frame of another record, whose fields are bare; the automation's own record is source.
func (c *compiler) over(path string, form *Form, fr frame) frame {
	out := frame{form: form, env: c.outgoing(form, c.env(form.Def.Key)), source: fr.source, nested: fr.nested}
	if out.env == nil {
		out.env = &rules.Env{Names: map[string]rules.Type{}}
	}
	if _, taken := out.env.Names[sourceName]; fr.source != nil && !taken {
		out.env = out.env.With(map[string]rules.Type{sourceName: rules.RecordOf(fr.source)})
	}
	return c.sees(path, out, fr.seen)
}

// withID is a record's names with its id.
func withID(names map[string]rules.Type) map[string]rules.Type {
	out := maps.Clone(names)
	out["id"] = rules.Str
	return out
}

// tablePath is a table by name, or one step into what else the actions see.
var tablePath = regexp.MustCompile(`^[a-z][a-zA-Z0-9]*(\.[a-z][a-zA-Z0-9]*)?$`)

// tableOf finds the rows that a slot names, and what is known of one.
func (c *compiler) tableOf(path, src string, fr frame) (*CompiledTable, map[string]rules.Type) {
	if !tablePath.MatchString(src) {
		c.fail(path, "ref.kind", "“{rows}”不是明细表的名称，应写如 lines、payload.lines 或 rows", "「{rows}」不是明細表的名稱，應寫如 lines、payload.lines 或 rows",
			"“{rows}” does not name a table; write one like lines, payload.lines or rows", "rows", src)
		return nil, nil
	}
	first, member, _ := strings.Cut(src, ".")
	t, seen := fr.seen[first]
	if !seen {
		if fr.form == nil {
			c.unknown(path, wordTable, src, c.tablesOf(fr))
			return nil, nil
		}
		if f := fieldOf(fr.form.Def, first); member != "" && f != nil && f.Type == "reference" && c.app.Forms[f.Form] != nil {
			return c.tableBehind(path, src, fr, c.app.Forms[f.Form])
		}
		f := fieldOf(fr.form.Def, src)
		if f == nil || f.Type != "table" {
			if f != nil {
				c.fail(path, "ref.kind", "“{field}”不是明细表", "「{field}」不是明細表", "“{field}” is not a table", "field", named(f.Name, f.Key))
			} else {
				c.unknown(path, wordTable, src, c.tablesOf(fr))
			}
			return nil, nil
		}
		return &CompiledTable{Field: src}, fr.env.Names[src].Fields
	}
	if member != "" {
		t = t.Fields[member]
	}
	if t.Kind != rules.KindTable {
		c.unknown(path, wordTable, src, c.tablesOf(fr))
		return nil, nil
	}
	p := c.expr(path, src, &rules.Env{Names: fr.seen}, rules.Anything)
	if p == nil {
		return nil, nil
	}
	return &CompiledTable{Program: p}, t.Fields
}

// tableBehind is a table of the record that a reference of the record points to.
func (c *compiler) tableBehind(path, src string, fr frame, form *Form) (*CompiledTable, map[string]rules.Type) {
	via, table, _ := strings.Cut(src, ".")
	switch f := fieldOf(form.Def, table); {
	case f == nil:
		c.unknown(path, wordTable, src, c.tablesOf(fr))
		return nil, nil
	case f.Type != "table":
		c.fail(path, "ref.kind", "“{field}”不是明细表", "「{field}」不是明細表", "“{field}” is not a table", "field", named(f.Name, f.Key))
		return nil, nil
	}
	p := c.expr(path, src, fr.env, rules.Anything)
	if p == nil {
		return nil, nil
	}
	return &CompiledTable{Field: table, Via: via, Form: form, Program: p}, c.env(form.Def.Key).Names[table].Fields
}

// tablesOf are the tables that can be named in a frame.
func (c *compiler) tablesOf(fr frame) []string {
	var out []string
	if fr.form != nil {
		for i := range fr.form.Def.Fields {
			f := &fr.form.Def.Fields[i]
			if f.Type == "table" {
				out = append(out, f.Key)
			}
			if other := c.app.Forms[f.Form]; f.Type == "reference" && other != nil {
				for j := range other.Def.Fields {
					if other.Def.Fields[j].Type == "table" {
						out = append(out, f.Key+"."+other.Def.Fields[j].Key)
					}
				}
			}
		}
	}
	for _, name := range sortedKeys(fr.seen) {
		if fr.seen[name].Kind == rules.KindTable {
			out = append(out, name)
		}
		for _, member := range sortedKeys(fr.seen[name].Fields) {
			if fr.seen[name].Kind == rules.KindRecord && fr.seen[name].Fields[member].Kind == rules.KindTable {
				out = append(out, name+"."+member)
			}
		}
	}
	return out
}

// loop compiles what an each goes through, and the frame of its actions; nil when that cannot be said.
func (c *compiler) loop(path string, e *Each, fr frame) (*CompiledLoop, frame) {
	l := &CompiledLoop{Def: e, Path: path}
	if fr.nested++; fr.nested > maxNested {
		c.fail(path, "each.deep", "逐条处理最多套 {max} 层", "逐筆處理最多套 {max} 層", "An each stands in at most {max} levels", "max", maxNested)
		return nil, fr
	}
	if e.Rows != "" {
		if e.Form+e.Process+e.GroupBy != "" {
			c.fail(path, "setting.conflict", "rows 不与 form、process、groupBy 一起用", "rows 不與 form、process、groupBy 一起用", "rows does not go with form, process or groupBy")
			return nil, fr
		}
		if _, grouped := fr.seen[rowsSeen]; grouped && e.Rows == rowsSeen {
			c.fail(path+"/rows", "ref.kind", "要逐条处理一组记录，请不要分组", "要逐筆處理一組記錄，請不要分組", "To go through the records of a group, do not put them together")
			return nil, fr
		}
		table, columns := c.tableOf(path+"/rows", e.Rows, fr)
		if table == nil {
			return nil, fr
		}
		l.Table = table
		inner := c.sees(path+"/rows", fr, map[string]rules.Type{rowSeen: rules.RecordOf(columns)})
		l.Where = c.expr(path+"/where", e.Where, inner.env, rules.Bool)
		return l, inner
	}
	if l.Form = c.eachForm(path, e); l.Form == nil {
		return nil, fr
	}
	inner := c.over(path, l.Form, fr)
	if e.Where != "" {
		l.Filter, l.Where = c.filter(path+"/where", e.Where, l.Form, inner)
	}
	if e.GroupBy == "" {
		return l, inner
	}
	return l, c.group(path, l, fr)
}

// eachForm is the form of the records of an each.
func (c *compiler) eachForm(path string, e *Each) *Form {
	switch {
	case e.Process != "" && e.Form != "":
		c.fail(path, "setting.conflict", "form 与 process 只写一个", "form 與 process 只寫一個", "Give form or process, not both")
	case e.Process != "":
		if p := c.refProcess(path+"/process", e.Process); p != nil {
			return c.app.Forms[p.Form]
		}
	case e.Form != "":
		c.refForm(path+"/form", e.Form)
		return c.app.Forms[e.Form]
	default:
		c.fail(path, "setting.missing", "请写明逐条处理什么：form、process 或 rows", "請寫明逐筆處理什麼：form、process 或 rows",
			"Say what to go through: form, process or rows")
	}
	return nil
}

// group is the frame of an each that puts records together: there is no record, but rows and the value they share.
func (c *compiler) group(path string, l *CompiledLoop, fr frame) frame {
	out := frame{form: fr.form, env: fr.env, source: fr.source, own: fr.own, nested: fr.nested, seen: fr.seen}
	names := c.env(l.Form.Def.Key).Names
	info, known := l.Form.Schema.Field(l.Def.GroupBy)
	switch {
	case !known:
		c.unknown(path+"/groupBy", wordField, l.Def.GroupBy, fieldKeys(l.Form.Def))
		return c.sees(path, out, map[string]rules.Type{rowsSeen: rules.TableOf(withID(names))})
	case !c.isQueryable(l.Def.GroupBy, l.Form) || names[l.Def.GroupBy].Kind == rules.KindList:
		c.fail(path+"/groupBy", "ref.kind", "不能按“{field}”分组：请选一个单值字段", "不能按「{field}」分組：請選一個單值欄位",
			"Records cannot be put together by “{field}”; choose a field with one value", "field", info.Name)
	}
	return c.sees(path, out, map[string]rules.Type{rowsSeen: rules.TableOf(withID(names)), groupSeen: names[l.Def.GroupBy]})
}

// filter compiles a query over a form that may compare with what the actions see.
func (c *compiler) filter(path, src string, form *Form, fr frame) (*rules.FilterNode, *rules.Program) {
	fixed := []string{"me"}
	for _, name := range sortedKeys(fr.seen) {
		if fieldOf(form.Def, name) == nil {
			fixed = append(fixed, name)
		}
	}
	if fr.source != nil && fieldOf(form.Def, sourceName) == nil {
		fixed = append(fixed, sourceName)
	}
	node, problems := rules.ParseFilter(src, fr.env, fixed...)
	c.add(rules.WithPath(problems, path)...)
	if rules.HasErrors(problems) {
		return nil, nil
	}
	c.filterable(path, src, node, form, asking{})
	return node, c.expr(path, src, fr.env, rules.Bool)
}

// withRows compiles a table of a started record that is made from rows.
func (c *compiler) withRows(path, key string, w *WithRows, target *Form, plain Assigns, fr frame) (CompiledRows, bool) {
	out := CompiledRows{Field: key, Path: path}
	f := c.refField(path, key, target.Def)
	if f == nil {
		return out, false
	}
	if f.Type != "table" {
		c.fail(path, "ref.kind", "“{field}”不是明细表，不能由多行组成", "「{field}」不是明細表，不能由多列組成", "“{field}” is not a table; rows cannot make it", "field", named(f.Name, f.Key))
		return out, false
	}
	from, columns := c.tableOf(path+"/from", w.From, fr)
	if from == nil {
		return out, false
	}
	inner := c.sees(path, fr, map[string]rules.Type{rowSeen: rules.RecordOf(columns)})
	out.From, out.If = *from, c.expr(path+"/if", w.If, inner.env, rules.Bool)
	info, _ := target.Schema.Field(key)
	known := []string{}
	for i := range info.Columns {
		col := &info.Columns[i]
		known = append(known, col.Def.Key)
		src, given := w.Set[col.Def.Key]
		at := path + "/set/" + col.Def.Key
		switch {
		case !given:
		case col.Computed:
			c.fail(at, "ref.kind", "“{field}”是计算字段，不能赋值", "「{field}」是計算欄位，不能賦值", "“{field}” is computed and cannot be set", "field", col.Name)
		case src == "":
			c.fail(at, "setting.missing", "这里缺少表达式；要清空字段请写 nil", "這裡缺少運算式；要清空欄位請寫 nil", "An expression is missing here; write nil to empty the field")
		default:
			want := wantOf(col.Type)
			if col.Varies {
				want.Currency = ""
			}
			if p := c.expr(at, src, inner.env, want); p != nil {
				if col.Varies {
					c.beside(at, p, col.Name, target, plain)
				}
				out.Set = append(out.Set, CompiledAssign{Field: col.Def.Key, Value: p})
			}
		}
	}
	for _, name := range sortedKeys(w.Set) {
		if !slices.Contains(known, name) {
			c.unknown(path+"/set/"+name, wordField, name, known)
		}
	}
	return out, true
}
