package process

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"
	"strings"

	"pipewright/forms"
	"pipewright/rules"
)

// eachWho visits every who of a definition, wherever it stands.
func eachWho(def *Definition, visit func(*Who)) {
	walk(reflect.ValueOf(def).Elem(), "", func(p place) {
		list := whosAt(&p)
		for i := range list {
			visit(&list[i])
		}
	})
}

// whosAt are the whos that a member holds by itself.
func whosAt(p *place) Whos {
	if empty, is := as[OnEmpty](p); is {
		return empty.Who
	}
	list, _ := as[Whos](p)
	return list
}

// subject is the form a view or report is about.
func (f *finder) subject(path string, form, process *string) string {
	about := *form
	if p := f.process(*process); p != nil {
		about = p.Form
	}
	f.key(path+"/process", process, "/processes")
	f.key(path+"/form", form, "/forms")
	return about
}

func (f *finder) view(d *View) {
	path := "/views/" + d.Key
	form := f.subject(path, &d.Form, &d.Process)
	fields := "/forms/" + form + "/fields"
	f.expr(path+"/where", &d.Where, f.names(form), nil)
	f.keys(path+"/columns", d.Columns, fields)
	for i := range d.Sort {
		name, down := strings.CutPrefix(d.Sort[i], "-")
		if fields+"/"+name == f.target {
			to := f.to
			if down {
				to = "-" + to
			}
			f.note(path+"/sort/"+itoa(i), d.Sort[i], to, 0, 0, func(s string) { d.Sort[i] = s })
		}
	}
	f.keys(path+"/sum", d.Sum, fields)
	f.keys(path+"/card", d.Card, fields)
}

func (f *finder) report(d *Report) {
	path := "/reports/" + d.Key
	form := f.subject(path, &d.Form, &d.Process)
	fields := "/forms/" + form + "/fields"
	f.expr(path+"/where", &d.Where, f.names(form), nil)
	s := sight{form: form, names: f.names(form)}
	name := func(path string, slot *string) { f.key(path, slot, fields) }
	if d.Rows != "" {
		s = s.and(rowSeen, f.table(path+"/rows", &d.Rows, s))
		columns := fields + "/" + d.Rows + "/fields"
		name = func(path string, slot *string) {
			column, inRow := RowColumn(*slot)
			if !inRow {
				f.key(path, slot, fields)
			} else if columns+"/"+column == f.target {
				f.note(path, *slot, rowSeen+"."+f.to, 0, 0, func(to string) { *slot = to })
			}
		}
	}
	for i := range d.Group {
		name(path+"/group/"+itoa(i)+"/by", &d.Group[i].By)
	}
	for i := range d.Measures {
		m := &d.Measures[i]
		at := path + "/measures/" + elementKey(m.Key, i)
		name(at+"/sum", &m.Sum)
		name(at+"/min", &m.Min)
		name(at+"/max", &m.Max)
		name(at+"/avg", &m.Avg)
		f.expr(at+"/where", &m.Where, s.names, nil)
		if m.Ratio != nil {
			f.key(at+"/ratio/part", &m.Ratio.Part, path+"/measures")
			f.key(at+"/ratio/whole", &m.Ratio.Whole, path+"/measures")
		}
	}
}

// test walks a scenario. Approvals are told by step, so the chain is the one of the transition last taken.
func (f *finder) test(path string, t *Test) {
	form := formOf(f.def, t.Given.Form)
	for i := range t.Steps {
		if form == nil {
			form = f.publicOf(t.Steps[i].Submit)
		}
	}
	f.key(path+"/given/form", &t.Given.Form, "/forms")
	f.data(path+"/given/data", t.Given.Data, form)
	f.key(path+"/given/stage", &t.Given.Stage, stagesOf(f.processOver(t.Given.Form)))
	for _, name := range sortedKeys(t.Given.Records) {
		r := t.Given.Records[name]
		at := path + "/given/records/" + name
		other := formOf(f.def, r.Form)
		if "/forms/"+r.Form == f.target {
			f.note(at+"/form", r.Form, f.to, 0, 0, func(s string) { r := t.Given.Records[name]; r.Form = s; t.Given.Records[name] = r })
		}
		f.data(at+"/data", r.Data, other)
		if over := f.processOver(r.Form); over != nil && "/processes/"+over.Key+"/stages/"+r.Stage == f.target {
			f.note(at+"/stage", r.Stage, f.to, 0, 0, func(s string) { r := t.Given.Records[name]; r.Stage = s; t.Given.Records[name] = r })
		}
	}
	chain := ""
	for i := range t.Steps {
		s := &t.Steps[i]
		form := form
		if r, named := t.Given.Records[s.Record]; named {
			form = formOf(f.def, r.Form)
		} else if s.Record != "" {
			form = formOf(f.def, s.Record)
			f.key(path+"/steps/"+itoa(i)+"/record", &s.Record, "/forms")
		}
		var p *ProcessDef
		if form != nil {
			p = f.processOver(form.Key)
		}
		if p != nil && s.Do != "" {
			if move := transitionOf(p, s.Do); move != nil {
				if chain = move.Approval; chain == "" {
					if to := stageOf(p, move.To); to != nil && to.Approval != nil {
						chain = to.Approval.Chain
					}
				}
			}
		}
		f.testStep(path+"/steps/"+itoa(i), s, form, p, f.chainOf(chain, s, p))
	}
}

// chainOf is where the approval steps that a scenario step names are found.
func (f *finder) chainOf(last string, s *TestStep, p *ProcessDef) string {
	named := []string{s.Approve, s.Reject, s.Return, s.Transfer, s.Delegate, s.AddSign, s.RemoveSign}
	if s.Expect != nil && s.Expect.WaitingFor != nil {
		named = append(named, *s.Expect.WaitingFor...)
	}
	holds := func(key string) bool {
		i := slices.IndexFunc(f.def.Approvals, func(c Chain) bool { return c.Key == key })
		return i >= 0 && slices.ContainsFunc(named, func(step string) bool { return step != "" && stepOf(&f.def.Approvals[i], step) != nil })
	}
	if last != "" && holds(last) || p == nil {
		return last
	}
	for i := range f.def.Approvals {
		if key := f.def.Approvals[i].Key; holds(key) && f.formOfChain(key) != nil && f.formOfChain(key).Key == p.Form {
			return key
		}
	}
	return last
}

// stagesOf is where the stages of a process are; empty for none.
func stagesOf(p *ProcessDef) string {
	if p == nil {
		return ""
	}
	return "/processes/" + p.Key + "/stages"
}

func (f *finder) testStep(path string, s *TestStep, form *forms.Form, p *ProcessDef, chain string) {
	stages := stagesOf(p)
	if p != nil {
		f.key(path+"/do", &s.Do, "/processes/"+p.Key+"/transitions")
	}
	if f.key(path+"/submit", &s.Submit, "/public"); s.Submit != "" {
		f.data(path+"/with", s.With, f.publicOf(s.Submit))
	} else {
		f.data(path+"/with", s.With, form)
	}
	f.data(path+"/set", s.Set, form)
	if p != nil {
		// A checklist item or an activity is named without its stage; the first stage that has it is meant.
		for i := range s.Check {
			if at := stageWith(p, func(st *Stage) bool {
				return slices.ContainsFunc(st.Checklist, func(c CheckItem) bool { return c.Key == s.Check[i] })
			}); at != "" {
				f.key(path+"/check/"+itoa(i), &s.Check[i], stages+"/"+at+"/checklist")
			}
		}
		if at := stageWith(p, func(st *Stage) bool {
			return slices.ContainsFunc(st.Activities, func(a ActivityDef) bool { return a.Key == s.Activity })
		}); at != "" {
			f.key(path+"/activity", &s.Activity, stages+"/"+at+"/activities")
		}
		for _, list := range []string{"activities", "groups"} {
			if at := stageWith(p, func(st *Stage) bool {
				return slices.ContainsFunc(st.Activities, func(a ActivityDef) bool { return a.Key == s.Hand }) && list == "activities" ||
					slices.Contains(groupKeys(st), s.Hand) && list == "groups"
			}); at != "" {
				f.key(path+"/hand", &s.Hand, stages+"/"+at+"/"+list)
			}
		}
	}
	steps := f.stepLists(chain)
	for _, one := range []struct {
		member string
		key    *string
	}{{"approve", &s.Approve}, {"reject", &s.Reject}, {"return", &s.Return}, {"transfer", &s.Transfer}, {"delegate", &s.Delegate},
		{"addSign", &s.AddSign}, {"removeSign", &s.RemoveSign}, {"to", &s.To}} {
		for _, list := range steps {
			f.key(path+"/"+one.member, one.key, list)
		}
	}
	for _, key := range sortedKeys(s.Pick) {
		for _, list := range steps {
			if list+"/"+key == f.target {
				f.note(path+"/pick/"+key, key, f.to, 0, 0, func(to string) { s.Pick[to] = s.Pick[key]; delete(s.Pick, key) })
			}
		}
	}
	f.key(path+"/run", &s.Run, "/automations")
	f.key(path+"/press", &s.Press, "/automations")
	f.key(path+"/release", &s.Release, "/pools")
	f.key(path+"/reclaim", &s.Reclaim, "/pools")
	e := s.Expect
	if e == nil {
		return
	}
	f.key(path+"/expect/stage", &e.Stage, stages)
	f.key(path+"/expect/pool", &e.Pool, "/pools")
	f.data(path+"/expect/data", e.Data, form)
	if e.WaitingFor != nil {
		for _, list := range steps {
			f.keys(path+"/expect/waitingFor", *e.WaitingFor, list)
		}
	}
	if e.Started != nil {
		f.keys(path+"/expect/started", *e.Started, "/forms")
	}
}

// stepLists are the lists of steps of a chain: its own, and the branches of each parallel one.
func (f *finder) stepLists(chain string) []string {
	out := []string{"/approvals/" + chain + "/steps"}
	for i := range f.def.Approvals {
		if d := &f.def.Approvals[i]; d.Key == chain {
			for j := range d.Steps {
				if len(d.Steps[j].Parallel) > 0 {
					out = append(out, out[0]+"/"+d.Steps[j].Key+"/parallel")
				}
			}
		}
	}
	return out
}

func stageWith(p *ProcessDef, has func(*Stage) bool) string {
	for i := range p.Stages {
		if has(&p.Stages[i]) {
			return p.Stages[i].Key
		}
	}
	return ""
}

// data is field → JSON value. Inside the values there are options and the columns of tables.
func (f *finder) data(path string, m map[string]json.RawMessage, form *forms.Form) {
	for _, key := range sortedKeys(m) {
		t := f.field(form, key)
		if t == nil {
			continue
		}
		if raw, changed := f.value(m[key], t); changed {
			f.note(path+"/"+key, string(m[key]), string(raw), 0, 0, func(s string) { m[key] = json.RawMessage(s) })
		}
		entry(f, path, m, key, t.Path)
	}
}

// value rewrites what a JSON value names; changed says whether it names the target.
func (f *finder) value(raw json.RawMessage, t *rules.Thing) (out json.RawMessage, changed bool) {
	switch firstByte(raw) {
	case '"':
		var s string
		if json.Unmarshal(raw, &s) != nil || t.Of == nil {
			return raw, false
		}
		if o := t.Of(s); o != nil && o.Path == f.target {
			to, _ := json.Marshal(f.to)
			return to, true
		}
	case '[':
		var list []json.RawMessage
		if json.Unmarshal(raw, &list) != nil {
			return raw, false
		}
		for i := range list {
			var c bool
			list[i], c = f.value(list[i], t)
			changed = changed || c
		}
		if changed {
			out, _ = json.Marshal(list)
			return out, true
		}
	case '{':
		return f.row(raw, t)
	}
	return raw, false
}

// row is an object whose members are columns; their order is kept.
func (f *finder) row(raw json.RawMessage, t *rules.Thing) (json.RawMessage, bool) {
	d := json.NewDecoder(bytes.NewReader(raw))
	if t.Inside == nil {
		return raw, false
	}
	if _, err := d.Token(); err != nil {
		return raw, false
	}
	var b bytes.Buffer
	changed := false
	b.WriteByte('{')
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return raw, false
		}
		key, _ := name.(string)
		var v json.RawMessage
		if d.Decode(&v) != nil {
			return raw, false
		}
		if c := t.Inside(key); c != nil {
			var inner bool
			v, inner = f.value(v, c)
			changed = changed || inner
			if c.Path == f.target {
				key, changed = f.to, true
			}
		}
		quoted, _ := json.Marshal(key)
		if b.Len() > 1 {
			b.WriteByte(',')
		}
		b.Write(quoted)
		b.WriteByte(':')
		b.Write(v)
	}
	b.WriteByte('}')
	return b.Bytes(), changed
}
