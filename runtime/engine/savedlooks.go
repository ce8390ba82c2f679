package engine

import (
	"encoding/json"
	"slices"
	"strings"

	"pipewright/forms"
	"pipewright/rules"
	"pipewright/runtime/access"
	"pipewright/runtime/process"
)

// A view that was kept goes on through the releases that come after: it names fields by the keys of its time, and finds them again by the
// place in the store that they had then, as records do. What is gone, or may not be asked by who looks, is left out and told.

// KnownField is what a field was when a view that names it was kept.
type KnownField struct {
	// Storage is its storage key, Name what it was called.
	Storage string     `json:"storage"`
	Name    rules.Text `json:"name"`
}

// Dropped is a part of a kept view that a list cannot show: What is "filter", "condition", "sort", "column" or "view".
type Dropped struct {
	What string
	Name rules.Text
}

const (
	// hereNow and goneNow begin the path of what a condition mentions: the key that a field has now, or the name of one that is gone.
	hereNow = "="
	goneNow = "-"
)

// carrier carries the names of one view over to the release of today.
type carrier struct {
	l       *lister
	known   map[string]KnownField
	stored  map[string]string // keys of today, by storage key
	asked   *rules.Env
	dropped []Dropped
}

// carry puts the look of a kept view into today's words, and says what it had to leave out.
func (l *lister) carry(v *SavedView) {
	c := &carrier{l: l, known: v.Known, stored: map[string]string{}, asked: process.Asked(l.form)}
	for _, f := range l.form.Schema.Fields() {
		c.stored[f.Storage] = f.ID
		for i := range f.Columns {
			c.stored[f.Storage+"."+f.Columns[i].Storage] = f.Columns[i].ID
		}
	}
	look := &v.Look
	look.Filters = c.filters(look.Filters)
	if where, ok := c.where(look.Where); ok {
		look.Where = where
	} else {
		name := look.Title
		if name == "" {
			name = clip(look.Where, 80)
		}
		c.drop("condition", rules.Plain(name))
		look.Where, look.Title = "", ""
	}
	look.Sort = c.keys("sort", look.Sort, func(key string) bool {
		_, problem := access.FindColumn(l.form, key, l.viewer)
		return problem == nil
	})
	look.Columns = c.keys("column", look.Columns, func(string) bool { return true })
	if look.View != "" && !slices.ContainsFunc(l.app.Def.Views, func(v process.View) bool { return v.Key == look.View }) {
		c.drop("view", rules.Plain(look.View))
		look.View = ""
	}
	v.Dropped = c.dropped
}

func (c *carrier) drop(what string, name rules.Text) {
	c.dropped = append(c.dropped, Dropped{what, name})
}

// today is the key that a name has now; same says that it still holds what it held, ok that it is there.
func (c *carrier) today(key string) (now string, same, ok bool) {
	schema := c.l.form.Schema
	kept, told := c.known[key]
	if told {
		if now, ok := c.stored[kept.Storage]; ok {
			return now, true, true
		}
	}
	if _, is := schema.Field(key); is {
		return key, !told, true
	}
	if now, ok := renamedField(c.l.form, key); ok && !told {
		return now, true, true
	}
	_, system := c.asked.Names[key]
	return key, true, system && !told || listOnly[key]
}

// listOnly are names that a list shows though no condition reads them.
var listOnly = map[string]bool{"title": true, "number": true, "probability": true}

// renamedField finds a field by a key it had.
func renamedField(f *process.Form, key string) (string, bool) {
	for i := range f.Def.Fields {
		if slices.Contains(f.Def.Fields[i].Was, key) {
			return f.Def.Fields[i].Key, true
		}
	}
	return "", false
}

// name is what a key was called when the view was kept, or is now.
func (c *carrier) name(key string) rules.Text {
	if kept, ok := c.known[key]; ok {
		return kept.Name
	}
	if info, ok := c.l.form.Schema.Field(key); ok {
		return info.Name
	}
	return rules.Plain(key)
}

// keys carries the keys of an order or of columns.
func (c *carrier) keys(what string, keys []string, may func(string) bool) []string {
	var out []string
	for _, key := range keys {
		bare, down := strings.CutPrefix(key, "-")
		now, _, ok := c.today(bare)
		if !ok || !may(now) {
			c.drop(what, c.name(bare))
			continue
		}
		if down {
			now = "-" + now
		}
		out = append(out, now)
	}
	return out
}

// filters carries the rows of the list's filter: [field, how, value]. What does not look like one is the list's to read.
func (c *carrier) filters(text string) string {
	var rows [][]any
	if text == "" || json.Unmarshal([]byte(text), &rows) != nil {
		return text
	}
	out, changed := [][]any{}, false
	for _, row := range rows {
		key, ok := "", len(row) > 0
		if ok {
			key, ok = row[0].(string)
		}
		if !ok {
			out = append(out, row)
			continue
		}
		now, same, there := c.today(key)
		if there && same {
			there = access.Asks(c.l.form, now, c.l.viewer)
		}
		whole := true
		if there && now == "stage" && len(row) > 2 {
			row[2], whole = c.stages(row[2])
		}
		if !there || !same || !whole {
			c.drop("filter", c.name(key))
			changed = true
		}
		if there && same && (whole || row[2] != nil) {
			changed = changed || now != key || now == "stage"
			row[0] = now
			out = append(out, row)
		}
	}
	if !changed {
		return text
	}
	if len(out) == 0 {
		return ""
	}
	raw, err := marshal(out)
	if err != nil {
		return text
	}
	return string(raw)
}

// stages carries the stages a filter names; whole says that none of them is gone, and nil that none is left.
func (c *carrier) stages(value any) (now any, whole bool) {
	switch value := value.(type) {
	case string:
		if key, ok := c.stage(value); ok || value == "" {
			return key, true
		}
	case []any:
		list := []any{}
		for _, one := range value {
			if text, ok := one.(string); ok {
				if key, ok := c.stage(text); ok {
					list = append(list, key)
				}
			}
		}
		if len(list) > 0 || len(value) == 0 {
			return list, len(list) == len(value)
		}
	}
	return nil, false
}

// stage is the key that a stage has now.
func (c *carrier) stage(key string) (string, bool) {
	p := c.l.form.Process
	if p == nil || p.ByKey[key] != nil {
		return key, p != nil
	}
	for _, st := range p.Stages {
		if slices.Contains(st.Def.Was, key) {
			return st.Def.Key, true
		}
	}
	return key, false
}

// where carries a condition; ok is false where it names what is gone, or cannot be asked by who looks.
func (c *carrier) where(src string) (now string, ok bool) {
	if src == "" {
		return "", true
	}
	mentions := rules.Mentions(src, rules.Names{Bare: c.thing}, nil)
	for _, m := range mentions {
		if strings.HasPrefix(m.Path, goneNow) {
			return "", false
		}
	}
	now = rules.RewriteAll(src, mentions, func(path string) (string, bool) { return strings.CutPrefix(path, hereNow) })
	scratch := *c.l
	return now, scratch.where(now) == nil
}

// thing is what a bare name of a condition stands for: a field, or the stage with what is compared with it.
func (c *carrier) thing(name string) *rules.Thing {
	if name == "stage" {
		return &rules.Thing{Of: func(text string) *rules.Thing {
			if key, ok := c.stage(text); ok {
				return &rules.Thing{Path: hereNow + key}
			}
			return nil
		}}
	}
	now, _, ok := c.today(name)
	if !ok {
		if _, told := c.known[name]; told {
			return &rules.Thing{Path: goneNow + name}
		}
		return nil
	}
	info, ok := c.l.form.Schema.Field(now)
	if !ok {
		return nil
	}
	return &rules.Thing{Path: hereNow + now, Inside: c.inside(name, info.Def)}
}

// inside finds the columns of a table, and the fields of the record behind a reference, which a view knows by their keys alone.
func (c *carrier) inside(name string, def *forms.Field) func(string) *rules.Thing {
	if def.Type == "table" {
		return func(column string) *rules.Thing {
			now, _, ok := c.today(name + "." + column)
			if !ok {
				return &rules.Thing{Path: goneNow + column}
			}
			_, column, _ = strings.Cut(now, ".")
			return &rules.Thing{Path: hereNow + column}
		}
	}
	target := c.l.app.Forms[def.Form]
	if def.Type != "reference" || target == nil {
		return nil
	}
	return func(name string) *rules.Thing {
		if _, ok := target.Schema.Field(name); ok {
			return &rules.Thing{Path: hereNow + name}
		}
		if now, ok := renamedField(target, name); ok {
			return &rules.Thing{Path: hereNow + now}
		}
		return nil
	}
}

// known is what a view that is kept now has to know of the fields it names.
func (l *lister) known(look ViewLook) map[string]KnownField {
	out := map[string]KnownField{}
	note := func(key string) {
		if info, ok := l.form.Schema.Field(key); ok {
			storage := info.Storage
			if table, _, inTable := strings.Cut(key, "."); inTable {
				above, _ := l.form.Schema.Field(table)
				storage = above.Storage + "." + storage
			}
			out[key] = KnownField{storage, info.Name}
		}
	}
	var rows [][]any
	if json.Unmarshal([]byte(look.Filters), &rows) == nil {
		for _, row := range rows {
			if len(row) > 0 {
				if key, ok := row[0].(string); ok {
					note(key)
				}
			}
		}
	}
	for _, key := range slices.Concat(look.Sort, look.Columns) {
		note(strings.TrimPrefix(key, "-"))
	}
	rules.Mentions(look.Where, rules.Names{Bare: func(name string) *rules.Thing {
		note(name)
		return &rules.Thing{Inside: func(column string) *rules.Thing {
			note(name + "." + column)
			return nil
		}}
	}}, nil)
	return out
}
