package access

import (
	"slices"
	"strconv"
	"strings"

	"pipewright/forms"
	"pipewright/rules"
	"pipewright/runtime/process"
	"pipewright/runtime/query"
)

// Column is what a name of a form is in the store, for one viewer.
type Column struct {
	// Key is the name asked for: a field key or a system name.
	Key string
	// Name is the stored column; SortBy the one that orders it for people (a collation key, for texts).
	Name   string
	SortBy string
	Type   query.Type
	// Field is the field behind it; nil for system names.
	Field *forms.FieldInfo
	// Scale of a stored number: value = stored / 10^Scale.
	Scale int
	// Currency of a money column.
	Currency string
	// Seen accepts the records in which the viewer sees it; nil accepts all. Whatever reads the column demands it too.
	Seen query.Filter
}

// system columns by name. Those that belong to a field of the process are shown only where that field is.
var systemColumns = map[string]Column{
	"stage": {Type: query.Text}, "end": {Type: query.Text}, "open": {Type: query.Bool}, "won": {Name: "end", Type: query.Text},
	"lost": {Name: "end", Type: query.Text}, "owner": {Type: query.Text}, "team": {Type: query.Text}, "pool": {Type: query.Text}, "pooledAt": {Type: query.Time},
	"number": {Type: query.Text}, "title": {Type: query.Text, SortBy: "title_k"}, "createdAt": {Type: query.Time}, "updatedAt": {Type: query.Time},
	"since": {Type: query.Time}, "dueAt": {Type: query.Time}, "idleAt": {Type: query.Time}, "lastActivity": {Type: query.Time}, "closedAt": {Type: query.Time}, "release": {Type: query.Int},
	"idleDays": {Name: "lastActivity", Type: query.Time}, "value": {Type: query.Int}, "weighted": {Type: query.Int}, "closing": {Type: query.Time},
}

// FindColumn finds the stored column of a field key or system name for lists, sorting, groups and measures. The problem is
// field.unknown for a name that is not there or never shown to the viewer, query.unsupported for one without a column.
func FindColumn(f *process.Form, key string, as Viewer) (Column, *rules.Problem) {
	unknown := func() (Column, *rules.Problem) { return unknownField(key) }
	base, _, stepped := strings.Cut(key, ".")
	info, isField := f.Schema.Field(base)
	if !isField {
		c, ok := systemColumns[key]
		if !ok {
			return unsupportedOrUnknown(f, key)
		}
		c.Key = key
		if c.Name == "" {
			c.Name = key
		}
		if c.SortBy == "" {
			c.SortBy = c.Name
		}
		field := ""
		if p := f.Process; p != nil {
			switch key {
			case "value", "weighted":
				field = p.Def.Value
			case "closing":
				field = p.Def.Closing
			}
		}
		if field != "" {
			behind, ok := f.Schema.Field(field)
			if !ok {
				return unknown()
			}
			c.Scale, c.Currency = behind.Scale, behind.Currency
			seen, some := as.sees(f, field)
			if !some {
				return unknown()
			}
			c.Seen = seen
		}
		if key == "title" {
			// A title shows what it is made of.
			var all query.And
			for _, part := range f.Schema.TitleFields() {
				seen, some := as.sees(f, part)
				if !some {
					return unknown()
				}
				if seen != nil {
					all = append(all, seen)
				}
			}
			if len(all) > 0 {
				c.Seen = all
			}
		}
		return c, nil
	}
	seen, some := as.sees(f, base)
	if !some {
		return unknown()
	}
	if stepped {
		return unsupported(key)
	}
	c := Column{Key: key, Field: &info, Scale: info.Scale, Currency: info.Currency, Seen: seen}
	for _, col := range f.Schema.Columns() {
		if col.Field != base {
			continue
		}
		if col.Collation {
			c.SortBy = process.FieldColumn(col.Name)
			continue
		}
		c.Name, c.Type = process.FieldColumn(col.Name), query.Type(col.Type)
	}
	if c.Name == "" {
		return unsupported(key)
	}
	if c.SortBy == "" {
		c.SortBy = c.Name
	}
	return c, nil
}

func unsupported(key string) (Column, *rules.Problem) {
	p := rules.Errorf("", "query.unsupported", rules.Say(
		"“{key}”不能用来筛选、排序或汇总：请在字段设置里打开“可筛选”，或换一个字段",
		"「{key}」不能用來篩選、排序或彙總：請在欄位設定裡打開「可篩選」，或換一個欄位",
		"“{key}” cannot be used to filter, sort or sum: switch on “filter” in the field's settings, or use another field", "key", clip(key)))
	return Column{}, &p
}

func unsupportedOrUnknown(f *process.Form, key string) (Column, *rules.Problem) {
	base, _, _ := strings.Cut(key, ".")
	env := f.Schema.Env()
	if _, known := env.Names[base]; known {
		return unsupported(key)
	}
	if _, known := env.Rules[base]; known {
		return unsupported(key)
	}
	return unknownField(key)
}

func unknownField(key string) (Column, *rules.Problem) {
	p := rules.Errorf("", "field.unknown", rules.Say("没有字段“{key}”", "沒有欄位「{key}」", "There is no field “{key}”", "key", clip(key)))
	return Column{}, &p
}

// WholePhone finds the column of a phone number that the viewer is shown in part, where at all: what he asks of it may be nothing but whether it is a
// whole number that he knows already (semantics 10). ok is false for every other field.
func WholePhone(f *process.Form, key string, as Viewer) (c Column, ok bool) {
	info, isField := f.Schema.Field(key)
	masked := func(g forms.Grant) bool { return slices.Contains(g.Mask, key) }
	if !isField || info.Def.Type != "phone" || as.Service || !slices.ContainsFunc(f.Def.Grants, masked) {
		return Column{}, false
	}
	as.inWhole = true
	c, problem := FindColumn(f, key, as)
	return c, problem == nil && c.Type == query.Text
}

// sees tells in which of the records he may read the viewer sees a field: nil for all of them. some is false when in none.
// A participant's view of guards is not counted here: it holds record by record and gives no right to ask questions.
func (v Viewer) sees(f *process.Form, field string) (seen query.Filter, some bool) {
	if v.Service {
		return nil, true
	}
	seen, some = v.granted(f, field)
	stages := query.In{Col: "stage"}
	if f.Process != nil {
		table, _, _ := strings.Cut(field, ".")
		for i := range f.Process.Def.Stages {
			stage := f.Process.Def.Stages[i].Key
			if hidden := f.HiddenIn(stage, nil); hidden[field] || hidden[table] {
				stages.Values = append(stages.Values, stage)
			}
		}
	}
	if len(stages.Values) == 0 {
		return seen, some
	}
	elsewhere := query.Not{Of: stages}
	if seen == nil {
		return elsewhere, some
	}
	return query.And{seen, elsewhere}, some
}

// granted is sees as far as grants say.
func (v Viewer) granted(f *process.Form, field string) (seen query.Filter, some bool) {
	var parts query.Or
	k := knowledge(f)
	for _, g := range v.grants(f, "read") {
		if len(g.Hide) > 0 || len(g.Mask) > 0 && !v.inWhole {
			hidden := map[string]bool{}
			for _, key := range k.fields {
				if hides(g.Hide, key) || !v.inWhole && slices.Contains(g.Mask, key) {
					hidden[key] = true
				}
			}
			if f.Derive(hidden); hidden[field] {
				continue
			}
		}
		some = true
		scope := v.scope(f, g)
		if scope == nil {
			return nil, true
		}
		parts = append(parts, scope)
	}
	if some && query.Implies(Filter(v.App, f.Def.Key, v.Dir, v.User), parts) {
		return nil, true // it is so in all that he may read: nothing more need be asked
	}
	return parts, some
}

func clip(s string) string {
	if len(s) > 80 {
		return strings.ToValidUTF8(s[:80], "") + "…"
	}
	return s
}

func itoa(n int) string { return strconv.Itoa(n) }
