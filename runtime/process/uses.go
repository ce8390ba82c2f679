package process

import (
	"slices"
	"strings"

	"pipewright/forms"
	"pipewright/rules"
)

// Use is a place of a definition that names a thing by its key.
type Use struct {
	// Path is the slot: an expression, a text, a member that holds a key, or an entry filed under the key.
	Path string
	// Before is what stands in the slot; After is the same with the new key, empty when only asked for.
	Before, After string
	// Line and Col are the first place inside an expression or text, from 1; 0 when the key is the whole slot.
	Line, Col int
	// times is how often the slot names it.
	times int
}

// Uses lists every place that names the thing at a path such as /forms/deal/fields/amount, in the order of the definition. Its
// own key is not among them. ok is false when there is no such thing, or it has no key.
func Uses(def *Definition, path string) (uses []Use, ok bool) {
	if _, ok := locate(def, path); !ok {
		return nil, false
	}
	f := newFinder(def, path, "")
	f.definition()
	return f.uses, true
}

// finder walks a definition and notes where the thing at target is named. With to it also prepares the edits that write to
// instead; they are made at the end, so that everything is still found under its old key until then.
type finder struct {
	def    *Definition
	target string
	to     string
	uses   []Use
	edits  []func()
	// people are the rules whose result names people: a text that is a role of the app is that role there.
	people map[string]bool
	// copied are the places where rows are copied by the keys of their columns, the target being one.
	copied []rules.Problem
}

func newFinder(def *Definition, target, to string) *finder {
	f := &finder{def: def, target: target, to: to, people: map[string]bool{}}
	return f
}

// note keeps a use of a slot that is read by get and written by set.
func (f *finder) note(path, before, after string, line, col int, set func(string)) {
	u := Use{Path: path, Before: before, Line: line, Col: col, times: 1}
	if f.to != "" {
		u.After = after
		f.edits = append(f.edits, func() { set(after) })
	}
	f.uses = append(f.uses, u)
}

// key is a slot that holds the key of a thing under list, such as /roles.
func (f *finder) key(path string, slot *string, list string) {
	if *slot != "" && list+"/"+*slot == f.target {
		f.note(path, *slot, f.to, 0, 0, func(s string) { *slot = s })
	}
}

func (f *finder) keys(path string, slots []string, list string) {
	for i := range slots {
		f.key(path+"/"+itoa(i), &slots[i], list)
	}
}

// mentions is a slot whose text names things.
func (f *finder) mentions(path, src string, found []rules.Mention, set func(string)) {
	times := 0
	for _, m := range found {
		if m.Path != f.target {
			continue
		}
		if times++; times == 1 {
			f.note(path, src, rules.Rewrite(src, found, f.target, f.to), m.Line, m.Col, set)
		}
	}
	if times > 0 {
		f.uses[len(f.uses)-1].times = times
	}
}

// expr is an expression slot; as is what its value becomes.
func (f *finder) expr(path string, slot *string, names rules.Names, as *rules.Thing) {
	if *slot != "" {
		f.mentions(path, *slot, rules.Mentions(*slot, names, as), func(s string) { *slot = s })
	}
}

func (f *finder) number(path string, slot *rules.NumberSlot, names rules.Names) {
	f.expr(path, &slot.Expr, names, nil)
}

func (f *finder) template(path string, slot *string, names rules.Names) {
	f.mentions(path, *slot, rules.TemplateMentions(*slot, names), func(s string) { *slot = s })
}

// text is a text slot in any of its languages.
func (f *finder) text(path string, t rules.Text, names rules.Names) {
	for _, lang := range sortedKeys(t) {
		at := path
		if lang != "" {
			at += "/" + lang
		}
		f.mentions(at, t[lang], rules.TemplateMentions(t[lang], names), func(s string) { t[lang] = s })
	}
}

// entry is a map entry filed under the key of a thing.
func entry[V any](f *finder, path string, m map[string]V, key, thing string) {
	if thing == f.target {
		f.note(path+"/"+key, key, f.to, 0, 0, func(to string) {
			v := m[key]
			delete(m, key)
			m[to] = v
		})
	}
}

// mapExpr is an expression kept in a map.
func (f *finder) mapExpr(path string, m map[string]string, key string, names rules.Names, as *rules.Thing) {
	f.mentions(path+"/"+key, m[key], rules.Mentions(m[key], names, as), func(s string) { m[key] = s })
}

// assigns is field → expression: the fields are those of form.
func (f *finder) assigns(path string, set map[string]string, form *forms.Form, names rules.Names) {
	for _, key := range sortedKeys(set) {
		as := f.field(form, key)
		f.mapExpr(path, set, key, names, as)
		if as != nil {
			f.rows(path+"/"+key, rules.Means(set[key], names), as)
			entry(f, path, set, key, as.Path)
		}
	}
}

// rows warns where a table becomes the value of another: columns of the same key are copied.
func (f *finder) rows(path string, from, to *rules.Thing) {
	if from == nil || from.Inside == nil || to.Inside == nil {
		return
	}
	for _, side := range []struct{ here, there *rules.Thing }{{from, to}, {to, from}} {
		key, ok := strings.CutPrefix(f.target, side.here.Path+"/fields/")
		if other := side.there.Inside(key); ok && side.here.Path != "" && other != nil && other.Path != "" {
			f.copied = append(f.copied, rules.Warnf(path, "key.copied", rules.Say(
				"这里按列的标识复制明细：另一张表的列“{other}”仍叫“{key}”，改名后不再复制。请把它也改名",
				"這裡按欄的識別名複製明細：另一張表的欄「{other}」仍叫「{key}」，改名後不再複製。請把它也改名",
				"Rows are copied here by the keys of their columns: “{other}” of the other table is still called “{key}” and will no longer be filled. Rename it as well",
				"other", other.Path, "key", key)))
		}
	}
}

// kept warns where a key becomes the value of a field whose options are other things of the same key, such as a scorecard's band that a field
// with options keeps.
func (f *finder) kept(path, expr string, names rules.Names, as *rules.Thing) {
	if expr == "" || as == nil || as.Of == nil {
		return
	}
	key := f.target[strings.LastIndexByte(f.target, '/')+1:]
	from := rules.Means(expr, names)
	if from == nil || from.Of == nil || from.Of(key) == nil || from.Of(key).Path != f.target {
		return
	}
	if option := as.Of(key); option != nil && option.Path != f.target {
		f.copied = append(f.copied, rules.Warnf(path, "key.copied", rules.Say(
			"这里把“{key}”存为选项：“{other}”的标识不会跟着改，改名后这里没有这个选项。请把它也改名",
			"這裡把「{key}」存為選項：「{other}」的識別名不會跟著改，改名後這裡沒有這個選項。請把它也改名",
			"“{key}” is kept here as an option: “{other}” does not follow and there will be no such option. Rename it as well",
			"other", option.Path, "key", key)))
	}
}

// keysOf makes the meaning of texts that are keys of things under list.
func keysUnder(list string) func(string) *rules.Thing {
	return func(key string) *rules.Thing { return &rules.Thing{Path: list + "/" + key} }
}

// field is the thing a field of a form is, nil if there is none.
func (f *finder) field(form *forms.Form, key string) *rules.Thing {
	if form == nil {
		return nil
	}
	return f.fieldIn("/forms/"+form.Key+"/fields", form.Fields, key)
}

func (f *finder) fieldIn(list string, fields []forms.Field, key string) *rules.Thing {
	for i := range fields {
		if fields[i].Key == key {
			return f.fieldThing(list+"/"+key, &fields[i], fields, 0)
		}
	}
	return nil
}

// fieldThing is what a field means: a choice has options, a reference leads to a record, a table has columns, a lookup is what it
// shows. beside are the fields it stands among.
func (f *finder) fieldThing(path string, d *forms.Field, beside []forms.Field, depth int) *rules.Thing {
	t := &rules.Thing{Path: path}
	switch {
	case d.Type == "lookup":
		if form, source := f.looked(d, beside); source != nil && depth < maxLookups {
			shown := f.fieldThing("", source, form.Fields, depth+1)
			t.Of, t.Inside = shown.Of, shown.Inside
		}
	case d.Options != "":
		t.Of = f.optionsOf(d.Options)
	case d.Type == "role":
		t.Of = f.role
	case d.Type == "table":
		t.Inside = func(name string) *rules.Thing { return f.fieldIn(path+"/fields", d.Fields, name) }
	case d.Type == "reference":
		t.Inside = f.record(d.Form).Inside
	}
	return t
}

// optionsOf makes the meaning of texts that are options of a list, at any level of it.
func (f *finder) optionsOf(list string) func(string) *rules.Thing {
	return func(key string) *rules.Thing {
		for i := range f.def.Options {
			if f.def.Options[i].Key == list {
				if path := optionPath("/options/"+list+"/items", f.def.Options[i].Items, key); path != "" {
					return &rules.Thing{Path: path}
				}
			}
		}
		return nil
	}
}

func optionPath(list string, items []forms.Option, key string) string {
	for i := range items {
		path := list + "/" + items[i].Key
		if items[i].Key == key {
			return path
		}
		if inner := optionPath(path+"/items", items[i].Items, key); inner != "" {
			return inner
		}
	}
	return ""
}

// record is a record of a form as a step into it sees it: its fields and its stage.
func (f *finder) record(form string) *rules.Thing {
	return &rules.Thing{Inside: func(name string) *rules.Thing {
		if t := f.field(formOf(f.def, form), name); t != nil {
			return t
		}
		return f.system(form, name)
	}}
}

// system is what a system name means: only the stage leads anywhere.
func (f *finder) system(form, name string) *rules.Thing {
	if p := f.processOver(form); name == "stage" && p != nil {
		return &rules.Thing{Of: keysUnder("/processes/" + p.Key + "/stages")}
	}
	return nil
}

func (f *finder) processOver(form string) *ProcessDef {
	for i := range f.def.Processes {
		if p := &f.def.Processes[i]; p.Form == form && form != "" {
			return p
		}
	}
	return nil
}

func (f *finder) process(key string) *ProcessDef {
	for i := range f.def.Processes {
		if f.def.Processes[i].Key == key {
			return &f.def.Processes[i]
		}
	}
	return nil
}

// names are those of expressions over records of a form; form "" has none but the rules without one.
func (f *finder) names(form string) rules.Names {
	record := f.record(form)
	rule := func(key string) *rules.Thing {
		for i := range f.def.Rules {
			if r := &f.def.Rules[i]; r.Key == key && (r.Form == "" || r.Form == form) {
				return f.ruleThing(r)
			}
		}
		return nil
	}
	return rules.Names{Rule: rule, Link: keysUnder("/tracking"), Bare: func(name string) *rules.Thing {
		if t := record.Inside(name); t != nil {
			return t
		}
		if name == oldName && form != "" {
			return record
		}
		return rule(name)
	}}
}

// with puts more names before those there are.
func with(names rules.Names, more func(string) *rules.Thing) rules.Names {
	return rules.Names{Rule: names.Rule, Link: names.Link, Bare: func(name string) *rules.Thing {
		if t := more(name); t != nil {
			return t
		}
		return names.Bare(name)
	}}
}

// ruleThing is what a rule means: a table has outputs, a scorecard a band and items, any may name people.
func (f *finder) ruleThing(r *rules.Rule) *rules.Thing {
	path := "/rules/" + r.Key
	t := &rules.Thing{Path: path}
	switch r.Kind {
	case rules.RuleTable:
		t.Inside = func(name string) *rules.Thing {
			if name == "value" {
				return nil
			}
			for i := range r.Out {
				if r.Out[i].Key == name {
					return &rules.Thing{Path: path + "/out/" + name, Of: f.resultOf(r, r.Out[i].Type)}
				}
			}
			return nil
		}
	case rules.RuleScorecard:
		t.Inside = func(name string) *rules.Thing {
			switch name {
			case "band":
				return &rules.Thing{Of: keysUnder(path + "/bands")}
			case "items":
				return &rules.Thing{Of: keysUnder(path + "/items")}
			}
			return nil
		}
	default:
		t.Of = f.resultOf(r, r.Type)
		t.Inside = func(name string) *rules.Thing {
			if name == "value" {
				return &rules.Thing{Of: t.Of}
			}
			return nil
		}
	}
	return t
}

// resultOf is what the texts a rule answers mean: roles, when it answers roles or is asked for people.
func (f *finder) resultOf(r *rules.Rule, typ string) func(string) *rules.Thing {
	if typ == "role" || f.people[r.Key] && typ == "text" {
		return f.role
	}
	return nil
}

// role is the role of that key; a user's name is none.
func (f *finder) role(key string) *rules.Thing {
	if slices.ContainsFunc(f.def.Roles, func(r Role) bool { return r.Key == key }) {
		return &rules.Thing{Path: "/roles/" + key}
	}
	return nil
}

// formOfChain is the form whose transitions or stages use a chain.
func (f *finder) formOfChain(key string) *forms.Form {
	for i := range f.def.Processes {
		p := &f.def.Processes[i]
		uses := slices.ContainsFunc(p.Transitions, func(t Transition) bool { return t.Approval == key }) ||
			slices.ContainsFunc(p.Stages, func(s Stage) bool { return s.Approval != nil && s.Approval.Chain == key })
		if uses && key != "" {
			return formOf(f.def, p.Form)
		}
	}
	return nil
}

// dotted is a slot like "deal.won" or "lines.qty": the key of a thing, a point, the key of one inside it.
func (f *finder) dotted(path string, slot *string, outer, inner string) {
	first, second, ok := strings.Cut(*slot, ".")
	switch {
	case first != "" && outer+"/"+first == f.target:
		to := f.to
		if ok {
			to += "." + second
		}
		f.note(path, *slot, to, 0, 0, func(s string) { *slot = s })
	case ok && outer+"/"+first+"/"+inner+"/"+second == f.target:
		f.note(path, *slot, first+"."+f.to, 0, 0, func(s string) { *slot = s })
	}
}
