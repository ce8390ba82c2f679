package process

import (
	"time"

	"pipewright/rules"
)

// Letter is a message filled in with a record, in one language; Marked is Markdown.
type Letter struct{ Subject, Marked string }

// Fill fills a message in with a record as a person sees it: where it tells what he may not see, it says of everything what a mail to him would. It
// asks for facts like Decide. The message is one of records of the record's form.
func (m *CompiledMessage) Fill(app *App, s *State, a Actor, f *Facts, at time.Time, lang string, sees func(field string) bool) (*Letter, []Need, *rules.Problem) {
	d := inspector(app, s, a, f, at)
	if rejected := d.bind(); rejected != nil {
		problem := rules.Errorf("/messages/"+m.Def.Key, rejected.Code, rejected.Message)
		return nil, nil, &problem
	}
	show := d.shown(lang)
	for _, read := range d.readsOf(m.Form, s.ID, m.Subject, m.Body) {
		for i := range read.Path {
			key := read.Path[0]
			if i > 0 {
				key += "." + read.Path[1]
			}
			if !sees(key) {
				show = veiled(lang)
			}
		}
	}
	sc := d.scope(d.view(nil))
	out := &Letter{}
	for _, part := range []struct {
		name string
		from map[string]*rules.Template
		mark func(string) string
		to   *string
	}{{"subject", m.Subject, func(s string) string { return s }, &out.Subject}, {"body", m.Body, Markdown, &out.Marked}} {
		t := inLanguage(part.from, lang)
		if t == nil {
			continue
		}
		text, err := t.RenderEach(sc, func(p *rules.Program, v any) string { return part.mark(show(p, v)) })
		if err != nil {
			problem := failed("/messages/"+m.Def.Key+"/"+part.name, err)
			return nil, d.needs, &problem
		}
		*part.to = text
	}
	return out, d.needs, nil
}
