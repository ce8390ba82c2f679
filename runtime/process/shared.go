package process

import (
	"reflect"
	"slices"

	"pipewright/forms"
	"pipewright/rules"
)

// AppUse says which fields of another app's forms this app may read (semantics 21). A reference field then names the form as "b2b.account".
type AppUse struct {
	App   string              `json:"app"`
	Forms map[string][]string `json:"forms"`
}

// Shared is a form of another app as this app knows it: the fields it uses, as they were in the other's live release when this one
// was published. It is part of a release, so that the release means the same for ever.
type Shared struct {
	App     string             `json:"app"`
	Form    string             `json:"form"`
	Name    rules.Text         `json:"name"`
	Storage string             `json:"storage"`
	Keys    map[string]string  `json:"keys"`
	Fields  []forms.Field      `json:"fields"`
	Options []forms.OptionList `json:"options,omitempty"`
}

// Form is a form of the app, or one of another app that it uses ("b2b.account"); nil when there is none. Of another app's form only
// Def, Schema and StorageKey are there, and App is no more than its key.
func (a *App) Form(key string) *Form {
	if f := a.Forms[key]; f != nil {
		return f
	}
	return a.Foreign[key]
}

// share lays out what another app may know of a form; problems are told to miss with the place within fields.
func (a *App) share(form string, fields []string, miss func(i int, known bool)) *Shared {
	f := a.Forms[form]
	s := &Shared{App: a.Def.Key, Form: form, Name: f.Def.Name, Storage: f.StorageKey, Keys: map[string]string{}}
	for i, key := range fields {
		d, ok := f.Schema.Shared(key)
		if !ok {
			_, known := f.Schema.Field(key)
			miss(i, known)
			continue
		}
		if _, twice := s.Keys[key]; twice {
			continue
		}
		s.Keys[key] = f.Schema.StorageKey(key)
		if d.Options != "" {
			for _, l := range a.Def.Options {
				if l.Key == d.Options {
					l.Key = a.Def.Key + "." + l.Key
					d.Options = l.Key
					s.addOptions(l)
					break
				}
			}
		}
		if d.Form != "" {
			d.Form = a.Def.Key + "." + d.Form
		}
		s.Fields = append(s.Fields, d)
	}
	return s
}

func (s *Shared) addOptions(l forms.OptionList) {
	if !slices.ContainsFunc(s.Options, func(o forms.OptionList) bool { return o.Key == l.Key }) {
		s.Options = append(s.Options, l)
	}
}

var wordApp = rules.Say("应用", "應用", "app")

// compileUses finds the forms of other apps: in what a release holds of them, else in their live releases.
func (c *compiler) compileUses() {
	c.app.Shared, c.app.Foreign = map[string]*Shared{}, map[string]*Form{}
	seen := map[string]bool{}
	for i := range c.def.Uses {
		u := &c.def.Uses[i]
		path := "/uses/" + itoa(i)
		switch {
		case u.App == "":
			continue
		case seen[u.App]:
			c.fail(path+"/app", "key.duplicate", "应用“{app}”写了两次，请合在一处", "應用「{app}」寫了兩次，請合在一處", "The app “{app}” is named twice; put its forms together", "app", u.App)
			continue
		case u.App == c.def.Key:
			c.fail(path+"/app", "ref.kind", "自己的表单不用写在 uses 里", "自己的表單不用寫在 uses 裡", "An app's own forms need no uses")
			continue
		case c.formDefs[u.App] != nil:
			c.fail(path+"/app", "key.reserved", "表单“{key}”与所用的应用同名，请改表单的标识", "表單「{key}」與所用的應用同名，請改表單的識別碼",
				"The form “{key}” has the key of an app in use; rename the form", "key", u.App)
			continue
		}
		seen[u.App] = true
		if c.opts.Shared != nil {
			for form := range u.Forms {
				if s := c.opts.Shared[u.App+"."+form]; s != nil {
					c.app.Shared[u.App+"."+form] = s
				}
			}
			continue
		}
		var other *App
		if c.opts.Other != nil {
			other = c.opts.Other(u.App)
		}
		if other == nil {
			c.fail(path+"/app", "ref.unknown", "这里没有已发布的应用“{app}”：先发布它；用命令行检查时，请用 --uses 给出它的定义",
				"這裡沒有已發佈的應用「{app}」：先發佈它；用命令列檢查時，請用 --uses 給出它的定義",
				"No published app “{app}” is known here: publish it first, or give its definition to check with --uses", "app", u.App)
			continue
		}
		c.useForms(path+"/forms", u, other)
	}
	for key, s := range c.app.Shared {
		c.world.Forms[key] = &forms.Form{Key: key, Name: s.Name, Fields: s.Fields}
		for i := range s.Options {
			c.world.Options[s.Options[i].Key] = &s.Options[i]
		}
	}
	for key, s := range c.app.Shared {
		def := c.world.Forms[key]
		// Its key has a dot, and what its references point to may not be known here: neither matters to reading values.
		schema, _ := forms.Compile(def, c.world, &forms.Storage{Fields: s.Keys}, "/uses")
		c.app.Foreign[key] = &Form{App: &App{Def: &Definition{Key: s.App}}, Def: def, Schema: schema, StorageKey: s.Storage}
	}
}

func (c *compiler) useForms(path string, u *AppUse, other *App) {
	for _, form := range sortedKeys(u.Forms) {
		at := path + "/" + form
		if other.Forms[form] == nil {
			c.unknown(at, wordForm, form, sortedKeys(other.Forms))
			for key, f := range other.Forms {
				if slices.Contains(f.Def.Was, form) {
					c.problems[len(c.problems)-1].Message = rules.Say("应用“{app}”的表单“{form}”已改名为“{key}”", "應用「{app}」的表單「{form}」已改名為「{key}」",
						"The form “{form}” of the app “{app}” is called “{key}” now", "app", u.App, "form", form, "key", key)
				}
			}
			continue
		}
		c.app.Shared[u.App+"."+form] = other.share(form, u.Forms[form], func(i int, known bool) {
			key, place := u.Forms[form][i], at+"/"+itoa(i)
			if known {
				c.fail(place, "ref.kind", "“{field}”是明细表或说明文字，不能给别的应用用", "「{field}」是明細表或說明文字，不能給別的應用用",
					"“{field}” is a table or a text, which no other app can use", "field", key)
				return
			}
			def := other.Forms[form].Def
			c.unknown(place, wordField, key, fieldKeys(def))
			for i := range def.Fields {
				if slices.Contains(def.Fields[i].Was, key) {
					p := &c.problems[len(c.problems)-1]
					p.Fix = replaceFix(place, def.Fields[i].Key)
					p.Message = rules.Say("应用“{app}”的字段“{field}”已改名为“{key}”", "應用「{app}」的欄位「{field}」已改名為「{key}」",
						"The field “{field}” of the app “{app}” is called “{key}” now", "app", u.App, "field", key, "key", def.Fields[i].Key)
				}
			}
		})
	}
}

// CheckUsedBy reports what other live apps use of this one and would no longer find: forms and fields that are gone, and fields
// that would be of another type.
func CheckUsedBy(app *App, others []*App) []rules.Problem {
	var out []rules.Problem
	for _, other := range others {
		if other.Def.Key == app.Def.Key {
			continue
		}
		by := named(other.Def.Name, other.Def.Key)
		for _, key := range sortedKeys(other.Shared) {
			if s := other.Shared[key]; s.App == app.Def.Key {
				out = append(out, usedBy(app, s, by)...)
			}
		}
	}
	return out
}

func usedBy(app *App, s *Shared, by rules.Text) []rules.Problem {
	f := formNow(app, s.Form)
	if f == nil {
		return []rules.Problem{rules.Errorf("/forms", "ref.usedBy", rules.Say(
			"应用“{app}”正在用表单“{form}”，不能删除。先在那个应用里去掉它的 uses 并发布", "應用「{app}」正在用表單「{form}」，不能刪除。先在那個應用裡去掉它的 uses 並發佈",
			"The app “{app}” uses the form “{form}”, so it cannot go. Take it out of that app's uses and publish that app first", "app", by, "form", named(s.Name, s.Form)))}
	}
	var out []rules.Problem
	path := "/forms/" + f.Def.Key + "/fields"
	for _, old := range s.Fields {
		key := fieldNow(f.Def, old.Key)
		now, ok := f.Schema.Shared(key)
		switch {
		case !ok:
			out = append(out, rules.Errorf(path, "ref.usedBy", rules.Say(
				"应用“{app}”正在用字段“{field}”，不能删除。先在那个应用里去掉它并发布", "應用「{app}」正在用欄位「{field}」，不能刪除。先在那個應用裡去掉它並發佈",
				"The app “{app}” uses the field “{field}”, so it cannot go. Take it out of that app's uses and publish that app first", "app", by, "field", named(old.Name, old.Key))))
		case now.Type != old.Type || !reflect.DeepEqual(now.Scale, old.Scale) || now.Currency != old.Currency || f.Schema.StorageKey(key) != s.Keys[old.Key]:
			out = append(out, rules.Errorf(path+"/"+key+"/type", "ref.usedBy", rules.Say(
				"应用“{app}”正在用字段“{field}”，不能改它的类型、小数位或币种。请另加一个字段", "應用「{app}」正在用欄位「{field}」，不能改它的類型、小數位或幣別。請另加一個欄位",
				"The app “{app}” uses the field “{field}”, so its type, decimals and currency stay. Add another field instead", "app", by, "field", named(old.Name, old.Key))))
		}
	}
	return out
}

// formNow is the form that had a key, or has it still.
func formNow(app *App, key string) *Form {
	if f := app.Forms[key]; f != nil {
		return f
	}
	for _, f := range app.Forms {
		if slices.Contains(f.Def.Was, key) {
			return f
		}
	}
	return nil
}

// fieldNow is the key of the field that had a key, or has it still.
func fieldNow(def *forms.Form, key string) string {
	for i := range def.Fields {
		if def.Fields[i].Key != key && slices.Contains(def.Fields[i].Was, key) && fieldAt(def, key) == nil {
			return def.Fields[i].Key
		}
	}
	return key
}

func fieldAt(def *forms.Form, key string) *forms.Field {
	for i := range def.Fields {
		if def.Fields[i].Key == key {
			return &def.Fields[i]
		}
	}
	return nil
}

// unseen are the records, as form/id, that a person points to anew and may not see: they are taken as not there, so that nothing of them is looked
// up or told. old are the values before, whose references stay. What a merge brings along stood in a record that he sees.
func (d *decider) unseen(old, now forms.Values) map[string]bool {
	if d.c.Actor.Service || d.c.Merge != nil {
		return nil
	}
	var out map[string]bool
	look := func(f *forms.Field, x any, kept func(forms.Ref) bool) {
		ref, ok := x.(forms.Ref)
		if key := f.Form + "/" + ref.ID; ok && d.f.Records[key].Unseen && !kept(ref) {
			if out == nil {
				out = map[string]bool{}
			}
			out[key] = true
		}
	}
	for i := range d.form.Def.Fields {
		f := &d.form.Def.Fields[i]
		look(f, now[f.Key], func(ref forms.Ref) bool { return old[f.Key] == ref })
		rows, _ := now[f.Key].([]map[string]any)
		was, _ := old[f.Key].([]map[string]any)
		for _, row := range rows {
			for j := range f.Fields {
				key := f.Fields[j].Key
				look(&f.Fields[j], row[key], func(ref forms.Ref) bool {
					return slices.ContainsFunc(was, func(row map[string]any) bool { return row[key] == ref })
				})
			}
		}
	}
	return out
}
