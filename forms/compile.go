package forms

import (
	"strconv"

	"github.com/shopspring/decimal"

	"pipewright/rules"
)

// compiler collects the problems of one form.
type compiler struct {
	world    *World
	storage  *Storage
	path     string
	schema   *Schema
	reserved map[string]bool
	problems []rules.Problem
}

// Compile checks a form and makes its schema. path is the form's place in the definition, such as /forms/deal, and comes
// before the path of every problem. All problems are reported. The schema is never nil, so that more can be checked
// against it; it may be used for records only when there is no error among the problems. st may be nil.
func Compile(f *Form, w *World, st *Storage, path string) (*Schema, []rules.Problem) {
	s := &Schema{form: f, world: w, env: EnvOf(f, w)}
	c := &compiler{world: w, storage: st, path: path, schema: s, reserved: reservedWords(w)}
	c.head()
	s.fields = c.fields(f.Fields, path+"/fields", nil)
	s.byKey = byKey(s.fields)
	c.sections()
	c.expressions()
	c.currency()
	s.rated = s.currency != nil || c.usesBase()
	c.formChecks()
	c.others()
	c.graph()
	return s, c.problems
}

func (c *compiler) fail(path, code, zhCN, zhTW, en string, args ...any) {
	c.problems = append(c.problems, rules.Errorf(path, code, rules.Say(zhCN, zhTW, en, args...)))
}

func (c *compiler) warn(path, code, zhCN, zhTW, en string, args ...any) {
	c.problems = append(c.problems, rules.Warnf(path, code, rules.Say(zhCN, zhTW, en, args...)))
}

// unknown reports a reference by key to something that is not there, with the nearest key and a fix when it is sure.
func (c *compiler) unknown(path string, what rules.Text, got string, known []string) {
	best, sure := rules.Nearest(got, known)
	if best == "" {
		c.fail(path, "ref.unknown", "没有“{got}”这个{what}", "沒有「{got}」這個{what}", "There is no {what} “{got}”", "got", clip(got), "what", what)
		return
	}
	c.fail(path, "ref.unknown", "没有“{got}”这个{what}，是不是“{best}”？", "沒有「{got}」這個{what}，是不是「{best}」？",
		"There is no {what} “{got}”. Did you mean “{best}”?", "got", clip(got), "what", what, "best", best)
	if sure {
		c.fix(rules.Say("改为“{best}”", "改為「{best}」", "Change to “{best}”", "best", best), rules.Change{Path: path, Value: quote(best)})
	}
}

// fix adds a sure fix to the problem just reported.
func (c *compiler) fix(title rules.Text, changes ...rules.Change) {
	c.problems[len(c.problems)-1].Fix = &rules.Fix{Title: title, Changes: changes}
}

// choice reports a word that is not among those allowed.
func (c *compiler) choice(path, got string, allowed ...string) {
	if got == "" {
		c.fail(path, "setting.missing", "这里还没有选择，可选：{allowed}", "這裡還沒有選擇，可選：{allowed}", "Nothing is chosen here yet; choose one of {allowed}", "allowed", allowed)
		return
	}
	c.fail(path, "setting.choice", "“{got}”不能用在这里，可选：{allowed}", "「{got}」不能用在這裡，可選：{allowed}",
		"“{got}” cannot stand here; choose one of {allowed}", "got", clip(got), "allowed", allowed)
	if best, sure := rules.Nearest(got, allowed); sure {
		c.fix(rules.Say("改为“{best}”", "改為「{best}」", "Change to “{best}”", "best", best), rules.Change{Path: path, Value: quote(best)})
	}
}

func (c *compiler) oneOf(path, got string, allowed ...string) {
	if got == "" {
		return
	}
	for _, a := range allowed {
		if a == got {
			return
		}
	}
	c.choice(path, got, allowed...)
}

// key checks a key; what names the thing it belongs to. seen holds the keys so far.
func (c *compiler) key(path, key string, what rules.Text, seen map[string]bool) {
	switch {
	case !goodKey(key):
		c.fail(path, "key.invalid", "{what}的标识“{key}”不对：以小写字母开头，只用英文字母和数字，最多 40 个",
			"{what}的識別碼「{key}」不對：以小寫字母開頭，只用英文字母和數字，最多 40 個",
			"The key “{key}” of this {what} is not valid: begin with a small letter, use letters and digits only, at most 40", "what", what, "key", clip(key))
	case seen[key]:
		c.fail(path, "key.duplicate", "标识“{key}”用了两次，请改其中一个", "識別碼「{key}」用了兩次，請改其中一個",
			"The key “{key}” is used twice; change one of them", "key", key)
	}
	seen[key] = true
}

var (
	sayField   = rules.Say("字段", "欄位", "field")
	sayColumn  = rules.Say("列", "欄", "column")
	saySection = rules.Say("分组", "分組", "section")
	sayCheck   = rules.Say("校验", "校驗", "check")
)

// head checks what the form says about itself.
func (c *compiler) head() {
	f := c.schema.form
	c.key(c.path, f.Key, rules.Say("表单", "表單", "form"), map[string]bool{})
	if f.Name.IsZero() {
		c.fail(c.path+"/name", "text.missing", "表单“{key}”还没有名称", "表單「{key}」還沒有名稱", "The form “{key}” has no name yet", "key", f.Key)
	}
	if n := f.Number; n != nil {
		c.numbering(n, c.path+"/number")
	}
	if f.Code != "" {
		ok := len(f.Code) <= 6
		for _, r := range f.Code {
			ok = ok && r >= 'A' && r <= 'Z'
		}
		if !ok {
			c.fail(c.path+"/code", "key.invalid", "短码“{code}”应是 1 到 6 个大写字母", "短碼「{code}」應是 1 到 6 個大寫字母",
				"The code “{code}” must be 1 to 6 capital letters", "code", clip(f.Code))
		}
	}
}

// fields compiles the types and settings of fields or columns; expressions come later, when all are known.
func (c *compiler) fields(defs []Field, path string, parent *field) []*field {
	seen := map[string]bool{}
	out := make([]*field, 0, len(defs))
	for i := range defs {
		d := &defs[i]
		f := &field{def: d, key: d.Key, parent: parent, name: d.Name, section: -1, form: c.schema.form, varies: c.world.varies(c.schema.form, d)}
		f.path = path + "/" + d.Key
		if d.Key == "" {
			f.path = path + "/" + strconv.Itoa(i)
		}
		if f.name.IsZero() {
			f.name = rules.Plain(d.Key)
		}
		what := sayField
		if parent != nil {
			what = sayColumn
		}
		c.key(f.path, d.Key, what, seen)
		c.reserve(f)
		f.storage = c.storage.of(f.id(), f.key)
		f.kind = kinds[d.Type]
		switch {
		case d.Type == "":
			c.fail(f.path+"/type", "setting.missing", "{field}还没有选择类型", "{field}還沒有選擇類型", "{field} has no type yet", "field", quoted(f.name))
			continue
		case f.kind == nil:
			c.unknown(f.path+"/type", rules.Say("字段类型", "欄位類型", "field type"), d.Type, Types())
			continue
		case parent != nil && d.Type == "table":
			c.fail(f.path+"/type", "ref.kind", "明细表里不能再放明细表", "明細表裡不能再放明細表", "A table cannot hold another table")
			continue
		}
		c.settings(f)
		f.kind.compile(c, f)
		out = append(out, f)
	}
	return out
}

// reserve refuses keys that an expression could not tell from a word of the language, a system name or a rule. A column
// may have the name of a system name or rule: inside its row the column is meant.
func (c *compiler) reserve(f *field) {
	word := c.reserved[f.key]
	if f.parent != nil {
		word = word && c.world.System[f.key].Kind == "" && f.key != "old"
	} else if _, rule := c.schema.env.Rules[f.key]; rule {
		c.fail(f.path, "key.reserved", "标识“{key}”已是一条规则的名字，请换一个", "識別碼「{key}」已是一條規則的名字，請換一個",
			"The key “{key}” is already the name of a rule; choose another", "key", f.key)
		return
	}
	if word {
		c.fail(f.path, "key.reserved", "标识“{key}”是系统保留的名字，请换一个，例如“{other}”", "識別碼「{key}」是系統保留的名字，請換一個，例如「{other}」",
			"The key “{key}” is reserved; choose another, such as “{other}”", "key", f.key, "other", f.key+"Value")
	}
}

// sections checks that sections name fields, each once.
func (c *compiler) sections() {
	s := c.schema
	seen := map[string]bool{}
	for i := range s.form.Sections {
		sec := &s.form.Sections[i]
		path := c.path + "/sections/" + sec.Key
		if sec.Key == "" {
			path = c.path + "/sections/" + strconv.Itoa(i)
		}
		c.key(path, sec.Key, saySection, seen)
		if sec.Columns < 0 || sec.Columns > 4 {
			c.fail(path+"/columns", "setting.range", "栏数应在 1 到 4 之间", "欄數應在 1 到 4 之間", "The columns must be 1 to 4")
		}
		for j, k := range sec.Fields {
			at := path + "/fields/" + strconv.Itoa(j)
			f := s.byKey[k]
			switch {
			case f == nil:
				c.unknown(at, sayField, k, keysOf(s.byKey))
			case f.section >= 0:
				c.fail(at, "key.duplicate", "字段{field}已经放在另一处，每个字段只放一次", "欄位{field}已經放在另一處，每個欄位只放一次",
					"The field {field} is already placed; each field is placed once", "field", quoted(f.name))
			default:
				f.section = i
			}
		}
		s.sections = append(s.sections, section{key: sec.Key, visible: c.expr(path+"/visibleIf", sec.VisibleIf, s.env, rules.Bool)})
	}
}

// expr compiles one slot; an empty one is nil.
func (c *compiler) expr(path, src string, env *rules.Env, want rules.Type) *rules.Program {
	if src == "" {
		return nil
	}
	p, ps := rules.Compile(src, env, want)
	c.problems = append(c.problems, rules.WithPath(ps, path)...)
	return p
}

// choosing compiles what becomes the field's value, which may be one of its options.
func (c *compiler) choosing(f *field, path, src string, env *rules.Env, want rules.Type) *rules.Program {
	if src == "" {
		return nil
	}
	p, ps := rules.CompileChoice(src, env, want, f.typeOf(c.world, false).Choices())
	c.problems = append(c.problems, rules.WithPath(ps, path)...)
	return p
}

// expressions compiles every expression of every field.
func (c *compiler) expressions() {
	for _, f := range c.schema.fields {
		c.fieldExpressions(f, c.schema.env)
		if len(f.cols) == 0 {
			continue
		}
		// A row sees its own columns first, then the record.
		row := c.schema.env.With(fieldTypes(c.world, c.schema.form, f.def.Fields, true))
		for _, col := range f.cols {
			c.fieldExpressions(col, row)
		}
		f.checks = c.checks(f.def.Checks, f.path+"/checks", row, f.colByKey)
	}
}

func (c *compiler) fieldExpressions(f *field, env *rules.Env) {
	want := wanted(c.world, f)
	f.calc = c.choosing(f, f.path+"/calc", f.def.Calc, env, want)
	f.value = c.choosing(f, f.path+"/value", f.def.Value, env, want)
	f.visible = c.expr(f.path+"/visibleIf", f.def.VisibleIf, env, rules.Bool)
	f.required = c.expr(f.path+"/requiredIf", f.def.RequiredIf, env, rules.Bool)
	f.read = c.expr(f.path+"/readIf", f.def.ReadIf, env, rules.Bool)
	if f.target != nil {
		// The condition on the choice is about the record chosen: its fields by their bare names.
		f.where = c.expr(f.path+"/where", f.def.Where, EnvOf(f.target, c.world), rules.Bool)
	}
	if d := f.linked; d != nil && d.Where != "" {
		// So is the condition on the records summed up.
		f.where = c.expr(f.path+"/where", d.Where, c.world.whereEnv(d.Form), rules.Bool)
	}
	c.compileOptionsBy(f)
	limit := rules.Number
	if want.Kind == rules.KindDate || want.Kind == rules.KindDatetime {
		limit = want
	}
	f.min = c.bound(f, f.path+"/min", f.def.Min, env, limit)
	f.max = c.bound(f, f.path+"/max", f.def.Max, env, limit)
	if a, b := f.min.constant, f.max.constant; a != nil && b != nil && a.GreaterThan(*b) {
		c.fail(f.path+"/min", "setting.range", "{field}的最小值比最大值还大", "{field}的最小值比最大值還大",
			"The least value of {field} is above its greatest", "field", quoted(f.name))
	}
}

// bound compiles a limit. The limit of a date is an expression that gives a date; that of a table's rows is a number.
func (c *compiler) bound(f *field, path string, slot rules.NumberSlot, env *rules.Env, want rules.Type) bound {
	if slot.IsZero() {
		return bound{}
	}
	d, constant := slot.Decimal()
	switch {
	case constant && want.Kind != rules.KindNumber:
		c.fail(path, "expr.type", "{field}是日期，界限要写成表达式，例如 \"today()\"", "{field}是日期，界限要寫成運算式，例如 \"today()\"",
			"{field} is a date, so its limit is an expression such as \"today()\"", "field", quoted(f.name))
	case f.def.Type == "table" && (!constant || !d.IsInteger() || d.IsNegative() || d.GreaterThan(decimal.NewFromInt(MaxRows))):
		c.fail(path, "setting.range", "{field}的行数界限应是 0 到 {max} 的整数", "{field}的列數界限應是 0 到 {max} 的整數",
			"The limit on the rows of {field} must be a whole number from 0 to {max}", "field", quoted(f.name), "max", MaxRows)
	case constant:
		return bound{constant: &d}
	default:
		return bound{program: c.expr(path, slot.Expr, env, want)}
	}
	return bound{}
}

// formChecks compiles the checks of the record.
func (c *compiler) formChecks() {
	c.schema.checks = c.checks(c.schema.form.Checks, c.path+"/checks", c.schema.env, c.schema.byKey)
}

func (c *compiler) checks(defs []Check, path string, env *rules.Env, fields map[string]*field) []check {
	seen := map[string]bool{}
	var out []check
	for i := range defs {
		d := &defs[i]
		at := path + "/" + d.Key
		if d.Key == "" {
			at = path + "/" + strconv.Itoa(i)
		}
		c.key(at, d.Key, sayCheck, seen)
		c.oneOf(at+"/mode", d.Mode, "block", "warn")
		if d.If == "" {
			c.fail(at+"/if", "setting.missing", "校验“{key}”还没有写条件", "校驗「{key}」還沒有寫條件", "The check “{key}” has no condition yet", "key", d.Key)
			continue
		}
		if d.Message.IsZero() {
			c.fail(at+"/message", "text.missing", "校验“{key}”还没有写不满足时的提示", "校驗「{key}」還沒有寫不滿足時的提示",
				"The check “{key}” does not say what to tell the person", "key", d.Key)
		}
		ch := check{def: d, when: c.expr(at+"/if", d.If, env, rules.Bool)}
		if ch.when != nil {
			for _, name := range ch.when.Reads() {
				// The problem is shown at a field the condition reads, one that somebody can edit if there is one.
				if f := fields[name]; f != nil && better(f, ch.at) {
					ch.at = f
				}
			}
		}
		out = append(out, ch)
	}
	return out
}

// better prefers editable fields, then the order of keys (Reads is sorted, so the choice is stable).
func better(f, than *field) bool {
	return than == nil || than.def.Computed() && !f.def.Computed()
}

// others checks what the runtime later reads from the form: the title, uniqueness, the fields of grants. What names things
// outside the form (roles, related lists) is checked with the whole app.
func (c *compiler) others() {
	s := c.schema
	if s.form.Title != "" {
		t, ps := rules.CompileTemplate(s.form.Title, s.env)
		c.problems = append(c.problems, rules.WithPath(ps, c.path+"/title")...)
		s.title = t
	}
	c.uniques()
	for i, g := range s.form.Grants {
		path := c.path + "/grants/" + strconv.Itoa(i)
		for j, k := range g.Hide {
			c.mustField(path+"/hide/"+strconv.Itoa(j), k)
		}
		for j, k := range g.ReadOnly {
			c.mustField(path+"/readOnly/"+strconv.Itoa(j), k)
		}
		for j, k := range g.Mask {
			at := path + "/mask/" + strconv.Itoa(j)
			if f := c.schema.byKey[k]; f == nil {
				c.unknown(at, sayField, k, keysOf(c.schema.byKey))
			} else if info, _ := c.schema.Field(k); info.Def.Type != "phone" {
				c.fail(at, "ref.kind", "“{field}”不是电话，不能部分遮住；要整个隐藏请用 hide", "「{field}」不是電話，不能部分遮住；要整個隱藏請用 hide",
					"“{field}” is no phone number; only those are shown in part. To hide it whole, use hide", "field", info.Name)
			}
		}
	}
}

// mustField reports a field or "table.column" that does not exist; "*" stands for all.
func (c *compiler) mustField(path, id string) {
	if id != "*" && c.schema.find(id) == nil {
		c.unknown(path, sayField, id, keysOf(c.schema.byKey))
	}
}

// compileFill checks what a reference copies from the record chosen. Targets are columns of the same row, else fields.
func (c *compiler) compileFill(f *field) {
	for _, to := range keysOf(f.def.Fill) {
		f.fills = append(f.fills, fill{from: f.def.Fill[to], to: to})
	}
}

// removal is a fix that takes a member away.
func (c *compiler) removal(path, member string) {
	c.fix(rules.Say("删除 {member}", "刪除 {member}", "Remove {member}", "member", member), rules.Change{Path: path, Remove: true})
}
