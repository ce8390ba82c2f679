package process

import (
	"slices"
	"strings"

	"pipewright/forms"
	"pipewright/rules"
)

// sight is what the actions of a list see: the record of form, whose names are bare, and what else there is.
type sight struct {
	form  string
	names rules.Names
	// seen are row, rows, group, payload and result; source is the automation's own record.
	seen   map[string]*rules.Thing
	source *rules.Thing
}

// ownSight is that of an automation's own record.
func (f *finder) ownSight(form string) sight {
	s := sight{form: form, names: f.names(form), seen: map[string]*rules.Thing{}}
	if form != "" {
		s.source = f.record(form)
	}
	return s
}

// and adds a name, which stands for what a thing holds and not for the thing: it has no key of its own.
func (s sight) and(name string, t *rules.Thing) sight {
	if t == nil {
		t = &rules.Thing{}
	}
	t = &rules.Thing{Inside: t.Inside, Of: t.Of}
	seen := map[string]*rules.Thing{name: t}
	for k, v := range s.seen {
		if k != name {
			seen[k] = v
		}
	}
	names := s.names
	s.seen, s.names = seen, with(names, func(n string) *rules.Thing {
		if n == name {
			return t
		}
		return nil
	})
	return s
}

// onto is the sight of actions on another record.
func (f *finder) onto(form string, s sight) sight {
	out := sight{form: form, names: f.names(form), seen: map[string]*rules.Thing{}, source: s.source}
	if s.source != nil && fieldOf(formOf(f.def, form), sourceName) == nil {
		out.names = with(out.names, func(name string) *rules.Thing {
			if name == sourceName {
				return s.source
			}
			return nil
		})
	}
	for _, name := range sortedKeys(s.seen) {
		out = out.and(name, s.seen[name])
	}
	return out
}

// table is a slot that names rows, and what one of them is.
func (f *finder) table(path string, slot *string, s sight) *rules.Thing {
	first, member, _ := strings.Cut(*slot, ".")
	if t, seen := s.seen[first]; seen {
		if member != "" && t != nil && t.Inside != nil {
			t = t.Inside(member)
		}
		return t
	}
	if member != "" { // behind a reference
		t := f.field(formOf(f.def, s.form), first)
		f.expr(path, slot, s.names, nil)
		if t == nil || t.Inside == nil {
			return nil
		}
		return t.Inside(member)
	}
	f.key(path, slot, "/forms/"+s.form+"/fields")
	return f.field(formOf(f.def, s.form), *slot)
}

// each walks what is gone through and answers what the actions inside see.
func (f *finder) each(path string, e *Each, s sight) sight {
	if e.Rows != "" {
		inner := s.and(rowSeen, f.table(path+"/rows", &e.Rows, s))
		f.expr(path+"/where", &e.Where, inner.names, nil)
		return inner
	}
	form := e.Form
	if p := f.process(e.Process); p != nil {
		form = p.Form
	}
	f.key(path+"/form", &e.Form, "/forms")
	f.key(path+"/process", &e.Process, "/processes")
	inner := f.onto(form, s)
	f.expr(path+"/where", &e.Where, inner.names, nil)
	if e.GroupBy == "" {
		return inner
	}
	by := f.field(formOf(f.def, form), e.GroupBy)
	f.key(path+"/groupBy", &e.GroupBy, "/forms/"+form+"/fields")
	var shared *rules.Thing
	if by != nil {
		shared = &rules.Thing{Inside: by.Inside, Of: by.Of}
	}
	return s.and(rowsSeen, f.record(form)).and(groupSeen, shared)
}

func (f *finder) actions(path string, list []Action, s sight) {
	for i := range list {
		at := path + "/" + itoa(i)
		f.action(at, &list[i], s)
		if h := list[i].HTTP; h != nil && len(h.Result) > 0 {
			s = s.and(resultSeen, f.shape(at+"/http/result", h.Result))
		}
	}
}

// shape is what a description of another system's data means. A member that gets another key is still read from where it stood.
func (f *finder) shape(path string, list []Shape) *rules.Thing {
	for i := range list {
		m := &list[i]
		if f.to != "" && path+"/"+m.Key == f.target {
			from := m.From
			switch from {
			case "":
				from = m.Key
			case f.to:
				from = "" // it is called again what it is called there
			}
			f.edits = append(f.edits, func() { m.From = from })
		}
		f.shape(path+"/"+m.Key+"/fields", m.Fields)
	}
	return &rules.Thing{Inside: func(name string) *rules.Thing {
		for i := range list {
			if m := &list[i]; m.Key == name {
				at := path + "/" + name
				t := &rules.Thing{Path: at}
				if len(m.Fields) > 0 {
					t.Inside = func(column string) *rules.Thing {
						for j := range m.Fields {
							if m.Fields[j].Key == column {
								return &rules.Thing{Path: at + "/fields/" + column}
							}
						}
						return nil
					}
				}
				return t
			}
		}
		return nil
	}}
}

// behind follows the reference that an action's “on” names; empty when it names none.
func (f *finder) behind(path string, slot *string, s sight) string {
	key, _, step := strings.Cut(*slot, ".")
	if t, seen := s.seen[key]; seen && t != nil {
		found := rules.Mentions(*slot, s.names, nil)
		f.mentions(path, *slot, found, func(to string) { *slot = to })
		return f.referred(*slot, step, t)
	}
	f.key(path, slot, "/forms/"+s.form+"/fields")
	if ref := fieldOf(formOf(f.def, s.form), *slot); ref != nil {
		return ref.Form
	}
	return ""
}

// referred is the form of the record behind row.product or group: the one whose fields stand inside it.
func (f *finder) referred(slot string, step bool, t *rules.Thing) string {
	if step && t.Inside != nil {
		_, member, _ := strings.Cut(slot, ".")
		t = t.Inside(member)
	}
	if t == nil || t.Inside == nil {
		return ""
	}
	i := slices.IndexFunc(f.def.Forms, func(form forms.Form) bool {
		if len(form.Fields) == 0 {
			return false
		}
		inside := t.Inside(form.Fields[0].Key)
		return inside != nil && inside.Path == "/forms/"+form.Key+"/fields/"+form.Fields[0].Key
	})
	if i < 0 {
		return ""
	}
	return f.def.Forms[i].Key
}

func (f *finder) action(path string, d *Action, s sight) {
	f.expr(path+"/if", &d.If, s.names, nil)
	if d.Each != nil {
		f.actions(path+"/do", d.Do, f.each(path+"/each", d.Each, s))
		f.actions(path+"/else", d.Else, s)
		return
	}
	at := s
	switch {
	case d.On.Form != "":
		at = f.onto(d.On.Form, s)
		f.key(path+"/on/form", &d.On.Form, "/forms")
		f.expr(path+"/on/where", &d.On.Where, at.names, nil)
	case d.On.Ref != "":
		if form := f.behind(path+"/on", &d.On.Ref, s); form != "" {
			at = f.onto(form, s)
		}
	}
	on, target := formOf(f.def, at.form), at.names
	f.assigns(path+"/set", d.Set, on, target)
	if on != nil {
		if p := f.processOver(on.Key); p != nil {
			f.key(path+"/move", &d.Move, "/processes/"+p.Key+"/transitions")
		}
	}
	if st := d.Start; st != nil {
		started := st.Form
		if p := f.process(st.Process); p != nil {
			started = p.Form
		}
		f.key(path+"/start/process", &st.Process, "/processes")
		f.key(path+"/start/form", &st.Form, "/forms")
		f.withValues(path+"/start/with", st.With, started, at)
		f.key(path+"/start/link", &st.Link, "/forms/"+started+"/fields")
	}
	f.expr(path+"/wait/date", &d.Wait.Date, s.names, nil)
	if d.Pool != nil {
		f.key(path+"/pool/in", &d.Pool.In, "/pools")
	}
	if d.Assign != nil {
		f.owner(path+"/assign", d.Assign, on, target)
	}
	if t := d.Task; t != nil {
		f.whos(path+"/task/who", t.Who, on, target)
		f.text(path+"/task/name", t.Name, target)
		for i := range t.Ladder {
			f.whos(path+"/task/ladder/"+itoa(i)+"/to", t.Ladder[i].To, on, target)
		}
	}
	if n := d.Notify; n != nil {
		f.whos(path+"/notify/to", n.To, on, target)
		f.text(path+"/notify/text", n.Text, target)
	}
	if m := d.Mail; m != nil {
		f.mail(path+"/mail", m, on, target)
	}
	if r := d.Robot; r != nil {
		f.text(path+"/robot/text", r.Text, target)
		f.whos(path+"/robot/at", r.At, on, target)
	}
	if h := d.HTTP; h != nil {
		f.template(path+"/http/url", &h.URL, target)
		for _, key := range sortedKeys(h.Body) {
			f.mapExpr(path+"/http/body", h.Body, key, target, nil)
		}
		for _, key := range sortedKeys(h.Into) {
			entry(f, path+"/http/into", h.Into, key, "/forms/"+at.form+"/fields/"+key)
		}
	}
	f.actions(path+"/then", d.Then, s)
	f.actions(path+"/else", d.Else, s)
}

// withValues walks what a started record begins with.
func (f *finder) withValues(path string, set WithValues, started string, s sight) {
	form := formOf(f.def, started)
	for _, key := range sortedKeys(set) {
		w, as := set[key], f.field(form, key)
		if w.Rows == nil {
			f.mentions(path+"/"+key, w.Expr, rules.Mentions(w.Expr, s.names, as), func(to string) { set[key] = WithValue{Expr: to} })
			if as != nil {
				f.rows(path+"/"+key, rules.Means(w.Expr, s.names), as)
			}
		} else {
			inner := s.and(rowSeen, f.table(path+"/"+key+"/from", &w.Rows.From, s))
			f.expr(path+"/"+key+"/if", &w.Rows.If, inner.names, nil)
			for _, column := range sortedKeys(w.Rows.Set) {
				var of *rules.Thing
				if as != nil && as.Inside != nil {
					of = as.Inside(column)
				}
				f.mapExpr(path+"/"+key+"/set", w.Rows.Set, column, inner.names, of)
				entry(f, path+"/"+key+"/set", w.Rows.Set, column, "/forms/"+started+"/fields/"+key+"/fields/"+column)
			}
		}
		entry(f, path, set, key, "/forms/"+started+"/fields/"+key)
	}
}
