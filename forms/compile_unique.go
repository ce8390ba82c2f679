package forms

import (
	"strconv"
	"strings"

	"pipewright/rules"
)

// uniques checks the unique rules.
func (c *compiler) uniques() {
	s := c.schema
	seen := map[string]bool{}
	for i, u := range s.form.Unique {
		path := c.path + "/unique/" + u.Key
		if u.Key == "" {
			path = c.path + "/unique/" + strconv.Itoa(i)
		}
		c.key(path, u.Key, rules.Say("唯一规则", "唯一規則", "unique rule"), seen)
		c.oneOf(path+"/mode", u.Mode, "block", "warn")
		if len(u.On) == 0 {
			c.fail(path+"/on", "setting.missing", "唯一规则“{key}”还没有选择字段", "唯一規則「{key}」還沒有選擇欄位", "The unique rule “{key}” names no field", "key", u.Key)
		}
		c.uniqueOn(path, &u)
		for j, k := range u.Normalize {
			c.oneOf(path+"/normalize/"+strconv.Itoa(j), k, "trim", "case", "width", "phone", "company")
		}
	}
}

// uniqueOn checks what a unique rule compares: fields, and columns of at most one table, whose rows are then compared one by one.
func (c *compiler) uniqueOn(path string, u *Unique) {
	s, table := c.schema, ""
	for j, k := range u.On {
		at := path + "/on/" + strconv.Itoa(j)
		f := s.find(k)
		switch {
		case f == nil:
			c.unknown(at, sayField, k, s.near(k))
			continue
		case !single(f):
			c.fail(at, "ref.kind", "字段{field}不是单个值，不能用来判断重复", "欄位{field}不是單一值，不能用來判斷重複",
				"The field {field} does not hold one value and cannot tell duplicates", "field", quoted(f.name))
			if f.def.Type == "table" {
				c.columnFix(at, f)
			}
			continue
		case f.parent == nil:
		case table == "":
			table = f.parent.key
		case table != f.parent.key:
			c.fail(at, "ref.kind", "一条唯一规则只能比较一张明细表的列，请为另一张表另建一条", "一條唯一規則只能比較一張明細表的欄，請為另一張表另建一條",
				"A unique rule compares the rows of one table; make another rule for the other table")
		}
	}
}

// columnFix offers the only column of a table that can tell duplicates, if there is just one.
func (c *compiler) columnFix(at string, table *field) {
	var only *field
	for _, col := range table.cols {
		if single(col) {
			if only != nil {
				return
			}
			only = col
		}
	}
	if only != nil {
		c.fix(rules.Say("改为“{best}”", "改為「{best}」", "Change to “{best}”", "best", only.id()), rules.Change{Path: at, Value: quote(only.id())})
	}
}

// near are the ids that a mistaken one may have meant: fields for a bare key, else columns.
func (s *Schema) near(id string) []string {
	if !strings.Contains(id, ".") {
		return keysOf(s.byKey)
	}
	var out []string
	for _, f := range s.fields {
		for _, col := range f.cols {
			if single(col) {
				out = append(out, col.id())
			}
		}
	}
	return out
}

// single says whether a field has one value that can be compared with another's.
func single(f *field) bool {
	t := f.kind.column()
	return t != "" && t != ColTexts || f.def.Type == "longtext"
}
