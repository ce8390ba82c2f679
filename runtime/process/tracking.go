package process

import (
	"slices"
	"strings"

	"pipewright/forms"
	"pipewright/rules"
)

// CompiledTracking is a tracking page ready to be shown.
type CompiledTracking struct {
	Def     *Tracking
	Form    *Form
	If      *rules.Program
	Message map[string]*rules.Template
	// Expiry is how long a link works.
	Expiry rules.Duration
	Steps  []CompiledTrackingStep
}

// CompiledTrackingStep is one step of the way.
type CompiledTrackingStep struct {
	Def     *TrackingStage
	In      map[string]bool
	Message map[string]*rules.Template
}

// defaultExpiry is how long a link works when the page does not say.
const defaultExpiry = "P90D"

// TrackedNames are the system names that a tracking page may show.
var TrackedNames = []string{"number", "title", "createdAt", "updatedAt", "since"}

// untracked are the types that no tracking page shows: files are opened by people who have signed in, people are the company's own.
var untracked = []string{"attachment", "image", "signature", "role", "static"}

func (c *compiler) compileTracking() {
	for i := range c.def.Tracking {
		d := &c.def.Tracking[i]
		path := "/tracking/" + elementKey(d.Key, i)
		t := &CompiledTracking{Def: d}
		if t.Form = c.trackedForm(path, d); t.Form == nil {
			continue
		}
		c.trackedFields(path, d, t.Form.Def)
		env := c.env(t.Form.Def.Key)
		if d.If != "" {
			t.If = c.expr(path+"/if", d.If, env, rules.Bool)
		}
		t.Message = c.text(path+"/message", d.Message, env)
		c.trackedSteps(path, d, t, env)
		c.refRoles(path+"/by", d.By)
		expiry := d.Expiry
		if expiry == "" {
			expiry = defaultExpiry
		}
		if e := c.duration(path+"/expiry", expiry); e != nil {
			t.Expiry = *e
		}
		if d.Key != "" && c.app.Tracking[d.Key] == nil {
			c.app.Tracking[d.Key] = t
		}
	}
}

// trackedForm finds whose records a page is about.
func (c *compiler) trackedForm(path string, d *Tracking) *Form {
	switch {
	case d.Form != "" && d.Process != "":
		c.fail(path, "setting.conflict", "form 与 process 只写一个", "form 與 process 只寫一個", "Give form or process, not both")
	case d.Process != "":
		if p := c.refProcess(path+"/process", d.Process); p != nil {
			return c.app.Forms[p.Form]
		}
	case d.Form != "":
		c.refForm(path+"/form", d.Form)
		return c.app.Forms[d.Form]
	default:
		c.fail(path, "setting.missing", "请写明给哪个表单或流程的记录看进度", "請寫明給哪個表單或流程的記錄看進度", "Say which form or process the records are of")
	}
	return nil
}

func (c *compiler) trackedFields(path string, d *Tracking, f *forms.Form) {
	seen := map[string]bool{}
	for i, key := range d.Fields {
		at := path + "/fields/" + itoa(i)
		if seen[key] {
			c.fail(at, "key.duplicate", "“{field}”写了两次", "「{field}」寫了兩次", "“{field}” is listed twice", "field", key)
		}
		seen[key] = true
		if slices.Contains(TrackedNames, key) {
			continue
		}
		table, column, inTable := strings.Cut(key, ".")
		field := c.refField(at, table, f)
		if field == nil {
			continue
		}
		if inTable {
			columns := &forms.Form{Fields: field.Fields}
			if field = c.refField(at, column, columns); field == nil {
				continue
			}
		} else if field.Type == "table" {
			c.wholeTable(at, d, i, field)
			continue
		}
		if slices.Contains(untracked, field.Type) {
			c.fail(at, "tracking.field", "“{field}”不能放到进度页上", "「{field}」不能放到進度頁上", "“{field}” cannot stand on a tracking page", "field", named(field.Name, field.Key))
		}
	}
}

// wholeTable asks for the columns one by one: a column added later must not show to customers by itself.
func (c *compiler) wholeTable(at string, d *Tracking, i int, table *forms.Field) {
	p := rules.Errorf(at, "tracking.table", rules.Say("请写明给客户看明细“{field}”的哪几列，如 {example}", "請寫明給客戶看明細「{field}」的哪幾欄，如 {example}",
		"Say which columns of “{field}” the customer sees, such as {example}", "field", named(table.Name, table.Key), "example", table.Key+"."+firstKey(table.Fields)))
	c.add(p)
}

func firstKey(list []forms.Field) string {
	if len(list) == 0 {
		return "…"
	}
	return list[0].Key
}

func (c *compiler) trackedSteps(path string, d *Tracking, t *CompiledTracking, env *rules.Env) {
	p := c.procOf[t.Form.Def.Key]
	if len(d.Stages) > 0 && p == nil {
		c.fail(path+"/stages", "ref.kind", "“{form}”没有流程，没有阶段可写", "「{form}」沒有流程，沒有階段可寫", "“{form}” has no process, so there are no stages to tell",
			"form", named(t.Form.Def.Name, t.Form.Def.Key))
		return
	}
	claimed := map[string]string{}
	for i := range d.Stages {
		s := &d.Stages[i]
		at := path + "/stages/" + elementKey(s.Key, i)
		step := CompiledTrackingStep{Def: s, In: map[string]bool{}, Message: c.text(at+"/message", s.Message, env)}
		in, where := s.In, at+"/in/"
		if len(in) == 0 {
			in, where = []string{s.Key}, at+"/key"
		}
		for j, key := range in {
			slot := where
			if len(s.In) > 0 {
				slot += itoa(j)
			}
			switch {
			case key == "":
			case stageOf(p, key) == nil:
				c.unknown(slot, wordStage, key, stageKeys(p))
			case claimed[key] != "":
				c.fail(slot, "tracking.stageTwice", "阶段“{stage}”已经属于“{step}”", "階段「{stage}」已經屬於「{step}」", "The stage “{stage}” belongs to “{step}” already",
					"stage", named(stageOf(p, key).Name, key), "step", claimed[key])
			default:
				claimed[key], step.In[key] = s.Key, true
			}
		}
		t.Steps = append(t.Steps, step)
	}
}

// linksOf are the keys of the tracking pages of a form's records.
func (c *compiler) linksOf(form string) []string {
	var out []string
	for i := range c.def.Tracking {
		d := &c.def.Tracking[i]
		of := d.Form
		if p := c.procDefs[d.Process]; d.Process != "" && p != nil {
			of = p.Form
		}
		if of == form && form != "" {
			out = append(out, d.Key)
		}
	}
	return out
}

// outgoing is the environment of texts that go out: they may hold the link of a tracking page.
func (c *compiler) outgoing(form *Form, env *rules.Env) *rules.Env {
	if form == nil || env == nil {
		return env
	}
	links := c.linksOf(form.Def.Key)
	if len(links) == 0 {
		return env
	}
	out := env.With(nil)
	out.Links = links
	return out
}

// tracked notes what a tracking page names.
func (f *finder) tracked(path string, t *Tracking) {
	form := formOf(f.def, t.Form)
	if p := f.process(t.Process); p != nil && t.Process != "" {
		form = formOf(f.def, p.Form)
	}
	stages := ""
	f.key(path+"/form", &t.Form, "/forms")
	f.key(path+"/process", &t.Process, "/processes")
	f.keys(path+"/by", t.By, "/roles")
	if form == nil {
		return
	}
	if p := f.processOver(form.Key); p != nil {
		stages = "/processes/" + p.Key + "/stages"
	}
	names := f.names(form.Key)
	f.expr(path+"/if", &t.If, names, nil)
	f.text(path+"/message", t.Message, names)
	for i := range t.Fields {
		f.dotted(path+"/fields/"+itoa(i), &t.Fields[i], "/forms/"+form.Key+"/fields", "fields")
	}
	for i := range t.Stages {
		s := &t.Stages[i]
		at := path + "/stages/" + elementKey(s.Key, i)
		f.text(at+"/message", s.Message, names)
		f.keys(at+"/in", s.In, stages)
		if len(s.In) == 0 && s.Key != "" && stages+"/"+s.Key == f.target {
			// The step keeps its own key and says which stage it stands for.
			key := s.Key
			f.note(at+"/key", key, f.to, 0, 0, func(to string) { s.In = []string{to} })
		}
	}
}
