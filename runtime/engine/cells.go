package engine

import (
	"context"
	"slices"
	"strings"

	"pipewright/forms"
	"pipewright/runtime/access"
	"pipewright/runtime/org"
	"pipewright/runtime/process"
	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

// cells is how a spreadsheet writes and reads the values of an app for one person. Records are found among those he may read. What a
// text was found to mean is remembered; err is the first fault of the store.
type cells struct {
	forms.Cells
	err error
}

func (e *Engine) cells(ctx context.Context, app *process.App, dir *org.Directory, user, lang string) *cells {
	c := &cells{Cells: forms.Cells{Language: lang, Zone: app.Zone}}
	c.Name = called(dir)
	c.FindName = func(typ, text string) []string { return findName(app, dir, typ, text) }
	known := map[string][]string{}
	c.FindRecord = func(form, text string) []string {
		key := form + "\x00" + text
		if found, ok := known[key]; ok {
			return found
		}
		found, err := e.findRecord(ctx, app.Def.Key, form, user, text)
		if err != nil {
			if c.err == nil {
				c.err = err
			}
			return nil
		}
		if len(known) < 10_000 {
			known[key] = found
		}
		return found
	}
	return c
}

func findName(app *process.App, dir *org.Directory, typ, text string) []string {
	var out []string
	same := func(id, name string) {
		if id == text || strings.EqualFold(strings.TrimSpace(name), text) {
			out = append(out, id)
		}
	}
	switch typ {
	case "team":
		for _, t := range dir.Teams() {
			same(t.Key, t.Name)
		}
	case "role":
		for i := range app.Def.Roles {
			r := &app.Def.Roles[i]
			for _, name := range r.Name {
				if !slices.Contains(out, r.Key) {
					same(r.Key, name)
				}
			}
		}
	default:
		for _, u := range dir.Users() {
			if dir.Active(u.ID) {
				same(u.ID, u.Name)
			}
		}
	}
	if slices.Contains(out, text) {
		return []string{text} // the id itself is meant
	}
	return out
}

// findRecord finds records by id, number or whole title; at most two.
func (e *Engine) findRecord(ctx context.Context, app, form, user, text string) ([]string, error) {
	if other, key, ok := strings.Cut(form, "."); ok {
		app, form = other, key
	}
	l, err := e.look(ctx, user, app, form)
	if _, refused := asRejection(err); refused {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	titled := query.And{query.Cmp{Col: "title", Op: query.Eq, Value: text}}
	if key := forms.CollationKey(text); key != "" {
		titled = append(titled, query.Cmp{Col: "title_k", Op: query.Eq, Value: key}) // which has an index
	}
	named := query.Or{query.Cmp{Col: "number", Op: query.Eq, Value: text}, titled}
	page, err := e.store.Query(ctx, l.coll, query.Query{Filter: append(slices.Clone(l.filter), named, query.IsNull{Col: "deleted"}), Limit: 2, Cols: []string{"title"}})
	if err != nil {
		return nil, err
	}
	var out []string
	for _, d := range page.Docs {
		out = append(out, d.ID)
	}
	if len(out) == 0 && strings.HasPrefix(text, codeOf(l.form)+"-") && store.CheckID(text) == nil {
		if _, _, err := e.load(ctx, user, text); err == nil {
			return []string{text}, nil
		} else if _, refused := asRejection(err); !refused {
			return nil, err
		}
	}
	return out, nil
}

// transferable are the fields of a form that a person may take in or out: those he sees, and for import may write.
func transferable(app *process.App, f *process.Form, dir *org.Directory, user string, in bool) (out []string, r process.Rights) {
	r = access.Rights(app, f.Def.Key, dir, user, nil)
	for i := range f.Def.Fields {
		key := f.Def.Fields[i].Key
		if f.Def.Fields[i].Type == "static" || r.Hide[key] && (in || !r.Mask[key]) || in && (r.ReadOnly[key] || !f.Schema.Importable(key)) {
			continue
		}
		out = append(out, key)
	}
	return out, r
}
