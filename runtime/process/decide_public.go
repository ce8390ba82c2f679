package process

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
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

// EvaluatePublic computes a public form as a visitor fills it in: what shows, what is still missing. It says nothing of other records,
// and nothing of fields that are not asked for.
func EvaluatePublic(app *App, p *CompiledPublic, f *Facts, at time.Time, data Wire) (*forms.Result, []rules.Problem, []Need) {
	asked := Wire{}
	for key, raw := range data {
		if slices.Contains(p.Def.Fields, key) {
			asked[key] = raw
		}
	}
	c := &Command{Kind: Create, App: app.Def.Key, Form: p.Form.Def.Key, At: at, Actor: Service(app.Def.Key), Data: asked, Public: p.Def.Key}
	d := &decider{app: app, s: (*State)(nil).Clone(), c: c, f: f, by: c.Actor.User, budget: rules.NewBudget()}
	if r := d.bind(); r != nil {
		return nil, []rules.Problem{rules.Errorf("", r.Code, r.Message)}, nil
	}
	if d.proc != nil {
		d.s.Stage = d.proc.Def.Start
	}
	given, problems := p.Form.Schema.Parse(asked, "/data")
	res := d.evaluate(nil, given, d.startMask(), nil)
	if len(p.Set) > 0 && len(d.needs) == 0 {
		if set, r := d.assigns(d.form, p.Set, d.scope(res.Values)); r == nil {
			for key, v := range set {
				if v, err := d.form.Schema.FromExpression(key, v); err == nil {
					given[key] = v
				}
			}
			res = d.evaluate(nil, given, d.startMask(), nil)
		}
	}
	res.Problems = slices.DeleteFunc(append(problems, res.Problems...), func(one rules.Problem) bool {
		field, _, _ := strings.Cut(strings.TrimPrefix(one.Path, "/data/"), "/")
		field, _, _ = strings.Cut(field, "[")
		return strings.HasPrefix(one.Path, "/data/") && !slices.Contains(p.Def.Fields, field)
	})
	return res, res.Problems, d.needs
}

// Sent is what a visitor has sent, in words: a line for each field, names as people read them.
func (p *CompiledPublic) Sent(v forms.Values, c *forms.Cells) string {
	var b strings.Builder
	for i := range p.Form.Def.Fields {
		key := p.Form.Def.Fields[i].Key
		if !slices.Contains(p.Def.Fields, key) {
			continue
		}
		info, _ := p.Form.Schema.Field(key)
		if text := p.Form.Schema.ShownText(key, v[key], v, c); text != "" {
			b.WriteString(info.Name.In(c.Language) + "：" + text + "\n")
		}
	}
	if r := []rune(b.String()); len(r) > maxSent {
		return string(r[:maxSent]) + "…"
	}
	return b.String()
}

// maxSent leaves room beside it in a note.
const maxSent = maxNote - 500

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
