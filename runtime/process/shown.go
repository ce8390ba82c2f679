package process

import (
	"strings"

	"github.com/shopspring/decimal"

	"pipewright/forms"
	"pipewright/rules"
)

// called is what a person is called in a text.
func (d *decider) called(user string) string {
	if d.f.Called == nil || user == "" {
		return user
	}
	return d.f.Called("user", user)
}

// shown writes the values of the slots of a text in a language ("": the app's first) as people read them. A slot that is nothing but a field, a
// system name or one step behind a reference goes by what that is; anything else by its value.
func (d *decider) shown(lang string) func(*rules.Program, any) string {
	if lang == "" {
		lang = rules.Languages[0]
		if len(d.app.Def.Languages) > 0 {
			lang = d.app.Def.Languages[0]
		}
	}
	c := &forms.Cells{Language: lang, Zone: d.app.Zone, Name: func(typ, id string) string {
		if d.f.Called == nil {
			return id
		}
		return d.f.Called(typ, id)
	}, Title: func(form, id string) string {
		if fact, ok := d.f.Records[form+"/"+id]; ok && fact.Title != "" {
			return fact.Title
		}
		return id
	}}
	return func(p *rules.Program, v any) string {
		if v == nil {
			return ""
		}
		if text, ok := d.shownAs(strings.TrimSpace(p.Source()), v, c); ok {
			return text
		}
		if amount, ok := v.(decimal.Decimal); ok && p.Type().Currency != "" {
			return forms.GroupedAmount(amount, p.Type().Currency)
		}
		return forms.PlainText(v, c)
	}
}

// valuesOf are the values of the record, or with via of the one behind that reference, as far as they are known.
func (d *decider) valuesOf(via string) forms.Values {
	v := d.seen
	if v == nil {
		v = d.view(nil)
	}
	if via == "" {
		return v
	}
	info, _ := d.form.Schema.Field(via)
	ref, _ := v[via].(forms.Ref)
	return d.f.Records[info.Def.Form+"/"+ref.ID].Values
}

// shownAs writes what a bare name stands for; false for anything else.
func (d *decider) shownAs(src string, v any, c *forms.Cells) (string, bool) {
	if d.form == nil || !bareName.MatchString(src) {
		return "", false
	}
	form := d.form
	first, name, deeper := strings.Cut(src, ".")
	via := ""
	if deeper {
		info, ok := form.Schema.Field(first)
		if !ok || info.Def.Type != "reference" {
			return "", false
		}
		if form = d.app.Form(info.Def.Form); form == nil {
			return "", false
		}
		via = first
	} else {
		name = first
	}
	if info, ok := form.Schema.Field(name); ok {
		if m, record := v.(map[string]any); record && info.Def.Type == "reference" {
			title, _ := m["title"].(string)
			return title, true
		}
		return form.Schema.ShownText(name, unref(v), d.valuesOf(via), c), true
	}
	id, ok := v.(string)
	if !ok {
		return "", false
	}
	switch name {
	case "stage":
		if form.Process == nil {
			return "", false
		}
		return stageName(form.Process, id).In(c.Language), true
	case "owner", "me":
		return c.Name("user", id), true
	case "team":
		return c.Name("team", id), true
	}
	return "", false
}
