package forms

import (
	"strconv"

	"pipewright/rules"
)

// place is where a value stands, and collects what is wrong with it. Path and name are made only when there is a problem.
type place struct {
	base  string
	f     *field
	row   int // of f.parent, from 0
	found *[]rules.Problem
}

// path is the key path: /data/amount, /data/lines/0/qty.
func (p *place) path() string {
	if p.f.parent == nil {
		return p.base + "/" + p.f.key
	}
	return p.base + "/" + p.f.parent.key + "/" + strconv.Itoa(p.row) + "/" + p.f.key
}

// name is the field's name in quotation marks, with its row inside a table.
func (p *place) name() rules.Text {
	if p.f.parent == nil {
		return quoted(p.f.name)
	}
	return rules.Say("“{table}”第 {row} 行的“{field}”", "「{table}」第 {row} 列的「{field}」", "“{field}” in row {row} of “{table}”",
		"table", p.f.parent.name, "row", p.row+1, "field", p.f.name)
}

func quoted(t rules.Text) rules.Text { return rules.Say("“{t}”", "「{t}」", "“{t}”", "t", t) }

// fail reports a problem here; {field} in the texts is the name with its quotation marks. It returns nil, for callers
// that answer with a value.
func (p *place) fail(code, zhCN, zhTW, en string, args ...any) any {
	p.report(rules.Error, code, zhCN, zhTW, en, args...)
	return nil
}

// warn reports what should be looked at and stands in nobody's way.
func (p *place) warn(code, zhCN, zhTW, en string, args ...any) {
	p.report(rules.Warning, code, zhCN, zhTW, en, args...)
}

func (p *place) report(s rules.Severity, code, zhCN, zhTW, en string, args ...any) {
	pr := rules.Errorf(p.path(), code, rules.Say(zhCN, zhTW, en, append([]any{"field", p.name()}, args...)...))
	pr.Severity = s
	*p.found = append(*p.found, pr)
}
