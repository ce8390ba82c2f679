package process

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"pipewright/forms"
	"pipewright/rules"
)

// maxSource bounds what is kept of a parameter of an address, in characters.
const maxSource = 200

// Visitor is who uploads by a public form, as files name the one they are from.
func Visitor(app, key string) string { return "public:" + app + "/" + key }

// submitted reads what a visitor has sent by a public form: the fields it asks for and no others, where he came from, and what the form
// itself sets. The rest of a creation is everybody's.
func (d *decider) submitted() (forms.Values, *Rejection) {
	p := d.app.Public[d.c.Public]
	if p == nil || p.Form != d.form || !d.c.Actor.Service {
		return nil, reject("not.found", rules.Say("没有这张公开表单", "沒有這張公開表單", "There is no such public form"))
	}
	var unknown []rules.Problem
	for _, key := range sortedKeys(d.c.Data) {
		if !slices.Contains(p.Def.Fields, key) {
			unknown = append(unknown, rules.Errorf("/data/"+key, "field.unknown", rules.Say("这张表单没有“{key}”", "這張表單沒有「{key}」", "This form has no “{key}”", "key", key)))
		}
	}
	if len(unknown) > 0 {
		return nil, reject("field.invalid", unknown[0].Message, unknown...)
	}
	given, r := d.parse(d.c.Data)
	if r != nil {
		return nil, r
	}
	for _, s := range p.Source {
		if v := d.sourceValue(s); v != nil {
			given[s.Field] = v
		}
	}
	if len(p.Set) == 0 {
		return given, nil
	}
	res := d.evaluate(nil, given, d.startMask(), nil)
	set, r := d.assigns(d.form, p.Set, d.scope(res.Values))
	if r != nil {
		return nil, r
	}
	for _, key := range sortedKeys(set) {
		v, err := d.form.Schema.FromExpression(key, set[key])
		if err != nil {
			return nil, reject("expr.failed", rules.Say("“{field}”的取值算不出来", "「{field}」的取值算不出來", "The value for “{field}” cannot be computed", "field", key), failed("/data/"+key, err))
		}
		given[key] = v
	}
	return given, nil
}

// sourceValue is a parameter of the address as a value of its field; nil for what does not fit: the visitor could not mend it.
func (d *decider) sourceValue(s SourceField) any {
	text := strings.TrimSpace(d.c.Source[s.Parameter])
	if text == "" || !utf8.ValidString(text) {
		return nil
	}
	if r := []rune(text); len(r) > maxSource {
		text = string(r[:maxSource])
	}
	raw, problems := d.form.Schema.ReadCell(s.Field, text, &forms.Cells{}, "")
	if len(problems) > 0 {
		return nil
	}
	v, problems := d.form.Schema.Parse(map[string]json.RawMessage{s.Field: raw}, "")
	if len(problems) > 0 {
		return nil
	}
	return v[s.Field]
}

// submit sends a public form in a scenario.
func (s *scenario) submit(t *TestStep, path string) *Rejection {
	p := s.app.Public[t.Submit]
	if p == nil {
		s.fail(path+"/submit", "没有公开表单“{key}”", "沒有公開表單「{key}」", "There is no public form “{key}”", "key", t.Submit)
		return nil
	}
	id := "rec-main"
	if s.main != "" {
		id = fmt.Sprintf("rec-sent%d", s.ops)
	}
	r := s.do(&Command{Kind: Create, ID: id, App: s.app.Def.Key, Form: p.Def.Form, Data: t.With, Public: t.Submit, Source: t.Source}, Service(s.app.Def.Key))
	if r == nil && s.main == "" {
		s.main = id
	}
	return r
}
