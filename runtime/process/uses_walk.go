package process

import (
	"strings"

	"pipewright/forms"
	"pipewright/rules"
)

// definition walks everything that can name a thing, in the order of the definition.
func (f *finder) definition() {
	f.findPeopleRules()
	for i := range f.def.Options {
		f.under("/options/"+f.def.Options[i].Key+"/items", f.def.Options[i].Items, f.above(f.def.Options[i].Key))
	}
	for i := range f.def.Forms {
		f.form(&f.def.Forms[i])
	}
	for i := range f.def.Processes {
		f.processDef(&f.def.Processes[i])
	}
	for i := range f.def.Approvals {
		f.chain(&f.def.Approvals[i])
	}
	for i := range f.def.Rules {
		f.rule(&f.def.Rules[i])
	}
	for i := range f.def.Automations {
		f.automation(&f.def.Automations[i])
	}
	for i := range f.def.Messages {
		f.message("/messages/"+elementKey(f.def.Messages[i].Key, i), &f.def.Messages[i])
	}
	for i := range f.def.Public {
		f.publicForm("/public/"+elementKey(f.def.Public[i].Key, i), &f.def.Public[i])
	}
	for i := range f.def.Tracking {
		f.tracked("/tracking/"+elementKey(f.def.Tracking[i].Key, i), &f.def.Tracking[i])
	}
	for i := range f.def.Prints {
		f.print("/prints/"+elementKey(f.def.Prints[i].Key, i), &f.def.Prints[i])
	}
	for i := range f.def.Pools {
		p := &f.def.Pools[i]
		path, names := "/pools/"+elementKey(p.Key, i), f.names(p.Form)
		f.key(path+"/form", &p.Form, "/forms")
		f.whos(path+"/members", p.Members, formOf(f.def, p.Form), names)
		for j := range p.Reclaim {
			f.expr(path+"/reclaim/"+itoa(j)+"/if", &p.Reclaim[j].If, names, nil)
		}
	}
	for i := range f.def.Views {
		f.view(&f.def.Views[i])
	}
	for i := range f.def.Reports {
		f.report(&f.def.Reports[i])
	}
	for i := range f.def.Dashboards {
		f.keys("/dashboards/"+elementKey(f.def.Dashboards[i].Key, i)+"/cards", f.def.Dashboards[i].Cards, "/reports")
	}
	for i := range f.def.Tests {
		f.test("/tests/"+itoa(i), &f.def.Tests[i])
	}
	for _, process := range sortedKeys(f.def.Layout) {
		for _, stage := range sortedKeys(f.def.Layout[process]) {
			entry(f, "/layout/"+process, f.def.Layout[process], stage, "/processes/"+process+"/stages/"+stage)
		}
		entry(f, "/layout", f.def.Layout, process, "/processes/"+process)
	}
}

func (f *finder) form(d *forms.Form) {
	path, names := "/forms/"+d.Key, f.names(d.Key)
	list := path + "/fields"
	f.key(path+"/currency", &d.Currency, list)
	f.template(path+"/title", &d.Title, names)
	for i := range d.Sections {
		s := &d.Sections[i]
		at := path + "/sections/" + elementKey(s.Key, i)
		f.keys(at+"/fields", s.Fields, list)
		f.expr(at+"/visibleIf", &s.VisibleIf, names, nil)
	}
	for i := range d.Fields {
		f.fieldDef(list, elementKey(d.Fields[i].Key, i), &d.Fields[i], d.Fields, names)
	}
	f.checks(path+"/checks", d.Checks, names)
	for i := range d.Unique {
		for j := range d.Unique[i].On {
			f.dotted(path+"/unique/"+elementKey(d.Unique[i].Key, i)+"/on/"+itoa(j), &d.Unique[i].On[j], list, "fields")
		}
	}
	for i := range d.Grants {
		g := &d.Grants[i]
		at := path + "/grants/" + itoa(i)
		f.key(at+"/role", &g.Role, "/roles")
		f.expr(at+"/records/where", &g.Records.Where, names, nil)
		for j := range g.Hide {
			f.dotted(at+"/hide/"+itoa(j), &g.Hide[j], list, "fields")
		}
		for j := range g.ReadOnly {
			f.dotted(at+"/readOnly/"+itoa(j), &g.ReadOnly[j], list, "fields")
		}
		for j := range g.Mask {
			f.dotted(at+"/mask/"+itoa(j), &g.Mask[j], list, "fields")
		}
	}
	for i := range d.Related {
		at := path + "/related/" + itoa(i)
		f.key(at+"/form", &d.Related[i].Form, "/forms")
		f.key(at+"/via", &d.Related[i].Via, "/forms/"+d.Related[i].Form+"/fields")
	}
}

func (f *finder) checks(path string, list []forms.Check, names rules.Names) {
	for i := range list {
		f.expr(path+"/"+elementKey(list[i].Key, i)+"/if", &list[i].If, names, nil)
	}
}

// fieldDef is a field or a column; siblings are the fields beside it, which its fill may copy to.
func (f *finder) fieldDef(list, key string, d *forms.Field, siblings []forms.Field, names rules.Names) {
	path := list + "/" + key
	as := f.fieldThing(path, d, siblings, 0)
	f.expr(path+"/requiredIf", &d.RequiredIf, names, nil)
	f.expr(path+"/visibleIf", &d.VisibleIf, names, nil)
	f.expr(path+"/readIf", &d.ReadIf, names, nil)
	f.expr(path+"/calc", &d.Calc, names, as)
	f.expr(path+"/value", &d.Value, names, as)
	f.kept(path+"/calc", d.Calc, names, as)
	f.kept(path+"/value", d.Value, names, as)
	f.number(path+"/min", &d.Min, names)
	f.number(path+"/max", &d.Max, names)
	f.key(path+"/options", &d.Options, "/options")
	if t := names.Bare(d.OptionsBy); d.OptionsBy != "" && t != nil && t.Path == f.target {
		f.note(path+"/optionsBy", d.OptionsBy, f.to, 0, 0, func(s string) { d.OptionsBy = s })
	}
	f.dotted(path+"/form", &d.Form, "/forms", "fields")
	if d.Type == "lookup" {
		f.key(path+"/via", &d.Via, list)
		if form, source := f.looked(d, siblings); source != nil {
			f.key(path+"/field", &d.Field, "/forms/"+form.Key+"/fields")
		}
	} else {
		source, _ := f.source(d.Form)
		f.key(path+"/via", &d.Via, source)
		f.key(path+"/field", &d.Field, source)
	}
	for _, to := range sortedKeys(d.Fill) {
		if from := "/forms/" + d.Form + "/fields/" + d.Fill[to]; from == f.target {
			f.note(path+"/fill/"+to, d.Fill[to], f.to, 0, 0, func(s string) { d.Fill[to] = s })
		}
		if fieldIndex(siblings, to) >= 0 {
			entry(f, path+"/fill", d.Fill, to, list+"/"+to)
		}
	}
	_, among := f.source(d.Form)
	f.expr(path+"/where", &d.Where, among, nil)
	if len(d.Fields) == 0 && len(d.Checks) == 0 {
		return
	}
	row := with(names, func(name string) *rules.Thing { return f.fieldIn(path+"/fields", d.Fields, name) })
	for i := range d.Fields {
		f.fieldDef(path+"/fields", elementKey(d.Fields[i].Key, i), &d.Fields[i], d.Fields, row)
	}
	f.checks(path+"/checks", d.Checks, row)
}

// above are the option lists whose choice decides which options of a list are offered.
func (f *finder) above(list string) []string {
	var out []string
	for i := range f.def.Forms {
		form := &f.def.Forms[i]
		seek := func(fields []forms.Field) {
			for j := range fields {
				if fields[j].Options != list || fields[j].OptionsBy == "" {
					continue
				}
				by := fieldIndex(fields, fields[j].OptionsBy)
				if by >= 0 {
					out = append(out, fields[by].Options)
				} else if d := fieldOf(form, fields[j].OptionsBy); d != nil {
					out = append(out, d.Options)
				}
			}
		}
		seek(form.Fields)
		for j := range form.Fields {
			seek(form.Fields[j].Fields)
		}
	}
	return out
}

// under walks what options stand under: options of the lists above.
func (f *finder) under(path string, items []forms.Option, above []string) {
	for i := range items {
		at := path + "/" + items[i].Key
		for j := range items[i].Under {
			for _, list := range above {
				if t := f.optionsOf(list)(items[i].Under[j]); t != nil && t.Path == f.target {
					f.note(at+"/under/"+itoa(j), items[i].Under[j], f.to, 0, 0, func(s string) { items[i].Under[j] = s })
					break
				}
			}
		}
		f.under(at+"/items", items[i].Items, above)
	}
}

func fieldIndex(fields []forms.Field, key string) int {
	for i := range fields {
		if fields[i].Key == key {
			return i
		}
	}
	return -1
}

func (f *finder) processDef(d *ProcessDef) {
	path, names := "/processes/"+d.Key, f.names(d.Form)
	fields, stages, transitions := "/forms/"+d.Form+"/fields", path+"/stages", path+"/transitions"
	form := formOf(f.def, d.Form)
	f.key(path+"/form", &d.Form, "/forms")
	f.key(path+"/start", &d.Start, stages)
	f.key(path+"/value", &d.Value, fields)
	f.key(path+"/closing", &d.Closing, fields)
	f.keys(path+"/roles", d.Roles, "/roles")
	for i := range d.Stages {
		s := &d.Stages[i]
		at := stages + "/" + elementKey(s.Key, i)
		if s.Owner != nil {
			f.owner(at+"/owner", s.Owner, form, names)
		}
		f.expr(at+"/due/date", &s.Due.Date, names, nil)
		f.stageWork(at, s, form, names)
		f.rights(at+"/fields", s.Fields, fields)
		f.conditions(at+"/leaveIf", s.LeaveIf, names)
		f.conditions(at+"/enterIf", s.EnterIf, names)
		for j := range s.Needs {
			f.linked(at+"/needs/"+itoa(j), &s.Needs[j])
		}
		if a := s.Approval; a != nil {
			f.key(at+"/approval/chain", &a.Chain, "/approvals")
			f.key(at+"/approval/passed", &a.Passed, transitions)
			f.key(at+"/approval/rejected", &a.Rejected, transitions)
			f.key(at+"/approval/withdrawn", &a.Withdrawn, transitions)
		}
	}
	for i := range d.Transitions {
		t := &d.Transitions[i]
		at := transitions + "/" + elementKey(t.Key, i)
		f.keys(at+"/from", t.From, stages)
		f.key(at+"/to", &t.To, stages)
		f.expr(at+"/if", &t.If, names, nil)
		f.keys(at+"/by", t.By, "/roles")
		f.keys(at+"/ask", t.Ask, fields)
		f.assigns(at+"/set", t.Set, form, names)
		f.key(at+"/approval", &t.Approval, "/approvals")
	}
}

func (f *finder) rights(path string, r *FieldRights, fields string) {
	if r == nil {
		return
	}
	f.keys(path+"/edit", r.Edit, fields)
	f.keys(path+"/read", r.Read, fields)
	f.keys(path+"/hide", r.Hide, fields)
	f.keys(path+"/require", r.Require, fields)
}

func (f *finder) conditions(path string, list []Condition, names rules.Names) {
	for i := range list {
		f.expr(path+"/"+elementKey(list[i].Key, i)+"/if", &list[i].If, names, nil)
	}
}

// linked names a process, or a form, and stages of it.
func (f *finder) linked(path string, n *Linked) {
	p, form := f.process(n.Linked), n.Linked
	if p != nil {
		form = p.Form
		f.key(path+"/linked", &n.Linked, "/processes")
	} else {
		p = f.processOver(form)
		f.key(path+"/linked", &n.Linked, "/forms")
	}
	f.key(path+"/via", &n.Via, "/forms/"+form+"/fields")
	if p != nil {
		f.keys(path+"/in", n.In, "/processes/"+p.Key+"/stages")
	}
}

// whos are people: roles, user fields, rules, expressions whose texts may be roles.
// owner is a who with how to choose among them; weights name roles.
func (f *finder) owner(path string, o *Owner, form *forms.Form, names rules.Names) {
	f.whos(path+"/who", o.Who, form, names)
	f.key(path+"/pool", &o.Pool, "/pools")
	for _, key := range sortedKeys(o.Weights) {
		entry(f, path+"/weights", o.Weights, key, "/roles/"+key)
	}
}

func (f *finder) whos(path string, list Whos, form *forms.Form, names rules.Names) {
	fields := ""
	if form != nil {
		fields = "/forms/" + form.Key + "/fields"
	}
	for i := range list {
		w := &list[i]
		at := path + "/" + itoa(i)
		f.key(at+"/role", &w.Role, "/roles")
		f.key(at+"/field", &w.Field, fields)
		if w.ManagerOf != "owner" && w.ManagerOf != "initiator" {
			f.key(at+"/managerOf", &w.ManagerOf, fields)
		}
		f.key(at+"/decide", &w.Decide, "/rules")
		f.expr(at+"/expr", &w.Expr, names, &rules.Thing{Of: f.role})
		f.whos(at+"/from", w.From, form, names)
	}
}

// findPeopleRules finds the rules that whos ask.
func (f *finder) findPeopleRules() {
	known := map[string]bool{}
	for i := range f.def.Rules {
		known["/rules/"+f.def.Rules[i].Key] = true
	}
	eachWho(f.def, func(w *Who) {
		if w.Decide != "" {
			f.people[w.Decide] = true
		}
		for _, m := range rules.Mentions(w.Expr, rules.Names{Rule: keysUnder("/rules"), Bare: keysUnder("/rules")}, nil) {
			if known[m.Path] {
				f.people[strings.TrimPrefix(m.Path, "/rules/")] = true
			}
		}
	})
}

func (f *finder) chain(d *Chain) {
	form := f.formOfChain(d.Key)
	path, names, fields := "/approvals/"+d.Key, f.names(""), ""
	if form != nil {
		names, fields = f.names(form.Key), "/forms/"+form.Key+"/fields"
	}
	f.expr(path+"/skipIf", &d.SkipIf, names, nil)
	f.keys(path+"/guards", d.Guards, fields)
	d.EachStep(func(at string, s *Step) {
		f.expr(at+"/runIf", &s.RunIf, names, nil)
		f.whos(at+"/who", s.Who, form, names)
		f.rights(at+"/fields", s.Fields, fields)
		f.whos(at+"/onEmpty", s.OnEmpty.Who, form, names)
		for j := range s.Due {
			f.whos(at+"/due/"+itoa(j)+"/to", s.Due[j].To, form, names)
		}
		for _, key := range sortedKeys(s.Mode.Weights) {
			if "/roles/"+key == f.target {
				f.note(at+"/mode/weight/"+key, key, f.to, 0, 0, func(to string) {
					s.Mode.Weights[to] = s.Mode.Weights[key]
					delete(s.Mode.Weights, key)
				})
			}
		}
	})
	f.key(path+"/onReject/to", &d.OnReject.To, path+"/steps")
	if form != nil {
		if p := f.processOver(form.Key); p != nil {
			f.key(path+"/onReject/move", &d.OnReject.Move, "/processes/"+p.Key+"/transitions")
		}
	}
	f.whos(path+"/cc", d.CC, form, names)
}

func (f *finder) rule(d *rules.Rule) {
	path, names := "/rules/"+d.Key, f.names(d.Form)
	f.key(path+"/form", &d.Form, "/forms")
	f.expr(path+"/value", &d.Value, names, &rules.Thing{Of: f.resultOf(d, d.Type)})
	inner := with(names, func(name string) *rules.Thing {
		for i := range d.In {
			if d.In[i].Key == name && d.In[i].Value != "" {
				return &rules.Thing{Path: path + "/in/" + name}
			}
		}
		return nil
	})
	for i := range d.In {
		in := &d.In[i]
		at := path + "/in/" + elementKey(in.Key, i)
		f.expr(at+"/value", &in.Value, names, nil)
		if t := names.Bare(in.Key); in.Value == "" && t != nil && t.Path == f.target {
			f.note(at+"/key", in.Key, f.to, 0, 0, func(s string) { in.Key = s })
		}
	}
	for i := range d.Rows {
		at := path + "/rows/" + itoa(i)
		for j := range d.Rows[i].If {
			if j < len(d.In) {
				cell := &d.Rows[i].If[j]
				f.mentions(at+"/if/"+itoa(j), *cell, rules.CellMentions(*cell, d.In[j].Key, inner), func(s string) { *cell = s })
			}
		}
		for j := range d.Rows[i].Then {
			if j < len(d.Out) {
				f.expr(at+"/then/"+itoa(j), &d.Rows[i].Then[j], inner, &rules.Thing{Of: f.resultOf(d, d.Out[j].Type)})
			}
		}
	}
	for i := range d.Out {
		if f.resultOf(d, d.Out[i].Type) != nil {
			f.keys(path+"/out/"+elementKey(d.Out[i].Key, i)+"/values", d.Out[i].Values, "/roles")
		}
	}
	f.number(path+"/max", &d.Max, names)
	for i := range d.Bands {
		f.number(path+"/bands/"+elementKey(d.Bands[i].Key, i)+"/from", &d.Bands[i].From, names)
	}
	for i := range d.Items {
		at := path + "/items/" + elementKey(d.Items[i].Key, i)
		f.number(at+"/points", &d.Items[i].Points, names)
		f.expr(at+"/if", &d.Items[i].If, names, nil)
		if fade := d.Items[i].Decay; fade != nil {
			f.expr(at+"/decay/since", &fade.Since, names, nil)
			f.number(at+"/decay/days", &fade.Days, names)
		}
	}
}
