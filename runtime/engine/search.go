package engine

import (
	"context"
	"slices"
	"strings"

	"pipewright/forms"
	"pipewright/rules"
	"pipewright/runtime/access"
	"pipewright/runtime/org"
	"pipewright/runtime/process"
	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

func searchDoc(form *process.Form, it *relayItem) (store.Doc, error) {
	x := form.Indexed(it.state)
	body, err := marshal(standing{it.ver, form.App.Release})
	cols := map[string]any{"app": it.app, "form": it.form, "at": x.At.UnixMilli(), "people": x.People, "words": x.Words}
	if x.Owner != "" {
		cols["owner"] = x.Owner
	}
	if x.Team != "" {
		cols["team"] = x.Team
	}
	return store.Doc{ID: it.id, Ver: 1, Cols: cols, Body: body}, err
}

// Found is a record that a search found, and by which fields.
type Found struct {
	App string
	Linked
	By []FoundBy
	// Note is the sequence of the note it was found by; 0 when it was not.
	Note int64
}

// FoundBy is a field that a search found a record by: "title", "number" or a key of the form. Text is its value, or the part of it around
// what was asked.
type FoundBy struct {
	Field string
	Name  rules.Text
	Text  string
}

const (
	// maxFound is how many records a search shows.
	maxFound = 50
	// searchPage is how many candidates are looked at in one go.
	searchPage = 100
	// maxAsked bounds what is looked for, in characters.
	maxAsked = 100
	// aroundFound is how many characters of a long text show before what was found in it.
	aroundFound = 20
	maxExcerpt  = 80
)

// Search looks for records in all apps: first the one whose number is asked, then those whose title begins with it, then all that have
// every term in a field, newest change first. A person finds a record exactly if he may read it and sees the fields that it is found by:
// the store narrows by what decides for most, and the record itself is asked in the end (semantics 10).
func (e *Engine) Search(ctx context.Context, user, text string, limit int) ([]Found, error) {
	text = clip(strings.TrimSpace(text), maxAsked)
	terms := process.Terms(text)
	if len(terms) == 0 {
		return nil, nil
	}
	dir, err := e.Directory(ctx)
	if err != nil {
		return nil, err
	}
	reach, err := e.reach(ctx, user, dir)
	if err != nil {
		return nil, err
	}
	s := &search{e: e, user: user, dir: dir, reach: reach, terms: terms, limit: min(pageSize(limit), maxFound), seen: map[string]bool{}}
	all := query.And{}
	for _, t := range terms {
		all = append(all, query.HasPrefix{Col: "words", Prefix: t})
	}
	for _, f := range []query.Filter{query.HasPrefix{Col: "words", Prefix: process.NumberTerm(text)}, query.HasPrefix{Col: "words", Prefix: process.TitleTerm(text)}, all} {
		if err := s.run(ctx, f); err != nil {
			return nil, err
		}
	}
	apps, err := e.defs.Live(ctx)
	if err != nil {
		return nil, err
	}
	return s.found, s.notes(ctx, apps)
}

// reach narrows to the forms and records that a person may read anything of.
func (e *Engine) reach(ctx context.Context, user string, dir *org.Directory) (query.Filter, error) {
	apps, err := e.defs.Live(ctx)
	if err != nil {
		return nil, err
	}
	var out query.Or
	for _, app := range apps {
		for i := range app.Def.Forms {
			key := app.Def.Forms[i].Key
			part := query.And{query.Cmp{Col: "app", Op: query.Eq, Value: app.Def.Key}, query.Cmp{Col: "form", Op: query.Eq, Value: key}}
			if scope := access.Reach(app, key, dir, user); scope != nil {
				part = append(part, scope)
			}
			out = append(out, part)
		}
	}
	return out, nil
}

// search is one search under way.
type search struct {
	e     *Engine
	user  string
	dir   *org.Directory
	reach query.Filter
	terms []string
	limit int
	seen  map[string]bool
	found []Found
}

// run adds the records that a filter accepts until there are enough.
func (s *search) run(ctx context.Context, f query.Filter) error {
	q := query.Query{Filter: query.And{f, s.reach}, Sort: []query.Sort{{Col: "at", Desc: true}}, Limit: searchPage, Cols: []string{"app", "form", "words"}}
	for len(s.found) < s.limit {
		page, err := s.e.store.Query(ctx, collSearch, q)
		if err != nil {
			return err
		}
		docs := slices.DeleteFunc(page.Docs, func(d store.Doc) bool { return s.seen[d.ID] })
		views, err := s.e.viewsOf(ctx, s.user, s.dir, docs)
		if err != nil {
			return err
		}
		for _, d := range docs {
			s.seen[d.ID] = true
			v := views[d.ID]
			if v == nil || !v.State.Deleted.IsZero() || len(s.found) == s.limit {
				continue
			}
			words, _ := d.Cols["words"].([]string)
			if by, ok := s.by(v, words); ok {
				s.found = append(s.found, Found{App: v.App.Def.Key, Linked: Linked{ID: d.ID, Form: v.State.Form, Process: v.State.Process, Title: v.Title(), Number: v.State.Number, Stage: v.State.Stage}, By: by})
			}
		}
		if q.After = page.Next; q.After == "" {
			return nil
		}
	}
	return nil
}

// by lists the fields that the person sees and that a record is found by; false when a term is in none of them.
func (s *search) by(v *View, words []string) ([]FoundBy, bool) {
	texts := map[string]FoundBy{process.FoundNumber: {Field: "number", Name: rules.Say("编号", "編號", "Number"), Text: v.State.Number}}
	if v.SeesTitle() {
		texts[process.FoundTitle] = FoundBy{Field: "title", Name: rules.Say("标题", "標題", "Title"), Text: v.State.Title}
	}
	whole := map[string]string{} // of numbers that he is shown in part: only who has the whole number finds by it
	for _, t := range v.Form.Schema.Searched(v.decode(v.State.Data)) {
		if info, ok := v.Form.Schema.Field(t.Field); ok && v.Sees(t.Field) {
			texts[t.Storage] = FoundBy{Field: t.Field, Name: info.Name, Text: t.Text}
		} else if ok && v.Masked(t.Field) {
			texts[t.Storage] = FoundBy{Field: t.Field, Name: info.Name, Text: forms.MaskPhone(t.Text)}
			whole[t.Storage] = digitsOf(t.Text)
		}
	}
	var out []FoundBy
	for _, term := range s.terms {
		shown := false
		for _, field := range process.FoundIn(words, term) {
			by, sees := texts[field]
			if number, masked := whole[field]; !sees || masked && number != term {
				continue
			}
			shown = true
			by.Text = excerpt(by.Text, term)
			if !slices.ContainsFunc(out, func(o FoundBy) bool { return o.Field == by.Field }) {
				out = append(out, by)
			}
		}
		if !shown {
			return nil, false
		}
	}
	return out, true
}

func digitsOf(text string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, text)
}

// excerpt is the part of a text around a term; its beginning where the term does not stand in it as it is (pinyin).
func excerpt(text, term string) string {
	r := []rune(text)
	if len(r) <= maxExcerpt {
		return text
	}
	from := 0
	if at := strings.Index(strings.ToLower(text), term); at > 0 {
		from = max(0, len([]rune(strings.ToLower(text)[:at]))-aroundFound)
	}
	to := min(len(r), from+maxExcerpt)
	out := string(r[min(from, to):to])
	if from > 0 {
		out = "…" + out
	}
	if to < len(r) {
		out += "…"
	}
	return out
}
