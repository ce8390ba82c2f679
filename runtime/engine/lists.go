package engine

import (
	"context"
	"strings"

	"pipewright/forms"
	"pipewright/rules"
	"pipewright/runtime/access"
	"pipewright/runtime/org"
	"pipewright/runtime/process"
	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

// ListQuery asks for a page of records.
type ListQuery struct {
	App, Form string
	// View names a view whose condition and order apply when Where and Sort say nothing else.
	View string
	// Where is a condition in the expression language (semantics 15).
	Where string
	// Sort holds field keys or system names, "-" before one to descend; at most 3. Newest first when empty.
	Sort []string
	// Text is looked for in titles and at the beginning of numbers.
	Text string
	// Stage and Owner narrow the list; Owner "me" is the caller.
	Stage, Owner string
	// Deleted lists the recycle bin instead.
	Deleted bool
	Limit   int
	After   string
}

// lister is one person's look at the records of a form.
type lister struct {
	e      *Engine
	app    *process.App
	form   *process.Form
	dir    *org.Directory
	viewer access.Viewer
	coll   string
	filter query.And
	// whole reads the tables of records too, which lists leave out.
	whole bool
	// rows is the table whose rows a report is of; it names their columns row.column.
	rows string
}

// plainly marks requests that are not an admin's, whoever asks.
type plainly struct{}

// Plainly has what is asked with ctx answered and done as if who asks were no admin: a program with a token that is not for that.
func Plainly(ctx context.Context) context.Context { return context.WithValue(ctx, plainly{}, true) }

// look prepares a look at a form: what the person may read, and not the recycle bin. Errors: *process.Rejection not.found.
func (e *Engine) look(ctx context.Context, user, app, form string) (*lister, error) {
	a, err := e.current(ctx, app)
	if err != nil {
		return nil, err
	}
	f := a.Forms[form]
	if f == nil {
		return nil, notFound()
	}
	dir, err := e.Directory(ctx)
	if err != nil {
		return nil, err
	}
	if plain, _ := ctx.Value(plainly{}).(bool); plain {
		dir = dir.Plainly(user)
	}
	l := &lister{e: e, app: a, form: f, dir: dir, viewer: access.Viewer{App: a, Dir: dir, User: user}, coll: RecordCollection(f)}
	if readable := access.Filter(a, form, dir, user); readable != nil {
		l.filter = append(l.filter, readable)
	}
	return l, nil
}

// where adds a condition. One that asks for rows of a table is to be settled before anything is read. Errors: *process.Rejection with the first
// problem's code.
func (l *lister) where(src string) error {
	f, problems := access.CompileLook(l.form, src, l.viewer, l.e.instant(), l.app.Zone)
	if rules.HasErrors(problems) {
		return reject(problems[0].Code, problems[0].Message, rules.WithPath(problems, "/where")...)
	}
	if f != nil {
		l.filter = append(l.filter, f)
	}
	return nil
}

func (l *lister) column(key, path string) (access.Column, error) {
	find := access.FindColumn
	if l.rows != "" {
		find = func(f *process.Form, key string, as access.Viewer) (access.Column, *rules.Problem) {
			return access.FindRowColumn(f, l.rows, key, as)
		}
	}
	c, problem := find(l.form, key, l.viewer)
	if problem != nil {
		problem.Path = path
		return c, reject(problem.Code, problem.Message, *problem)
	}
	return c, nil
}

// sort makes an order of keys. Ordering by a field shows something of it, so only records count in which the person sees it.
func (l *lister) sort(keys []string) ([]query.Sort, error) {
	if len(keys) > 3 {
		return nil, badRequest(rules.Say("最多按 3 个字段排序", "最多按 3 個欄位排序", "A list is sorted by 3 fields at most"))
	}
	var out []query.Sort
	for _, key := range keys {
		name, desc := strings.CutPrefix(key, "-")
		c, err := l.column(name, "/sort")
		if err != nil {
			return nil, err
		}
		if c.Seen != nil {
			l.filter = append(l.filter, c.Seen)
		}
		out = append(out, query.Sort{Col: c.SortBy, Desc: desc})
	}
	return out, nil
}

// text looks for a word in titles and in the fields made for searching, or for a number that begins with it. Pinyin finds Chinese
// titles.
func (l *lister) text(q string) {
	q = strings.TrimSpace(q)
	if q == "" {
		return
	}
	q = clip(q, 100)
	any := query.Or{query.StartsWith{Col: "number", Prefix: q}}
	if upper := strings.ToUpper(q); upper != q {
		any = append(any, query.StartsWith{Col: "number", Prefix: upper})
	}
	if title, problem := access.FindColumn(l.form, "title", l.viewer); problem == nil {
		called := query.Or{query.Contains{Col: "title", Part: q}}
		if key := forms.CollationKey(q); key != "" {
			called = append(called, query.Contains{Col: "title_k", Part: key})
		}
		if title.Seen != nil {
			any = append(any, query.And{title.Seen, called})
		} else {
			any = append(any, called)
		}
	}
	for i := range l.form.Def.Fields {
		f := &l.form.Def.Fields[i]
		if !f.Search {
			continue
		}
		if whole, ok := access.WholePhone(l.form, f.Key, l.viewer); ok { // by its whole number, also where he is shown it in part
			any = append(any, both(whole.Seen, query.Cmp{Col: whole.Name, Op: query.Eq, Value: forms.TidyPhone(q)}))
		}
		col, problem := access.FindColumn(l.form, f.Key, l.viewer)
		if problem != nil || col.Type != query.Text {
			continue
		}
		found := query.Or{query.Contains{Col: col.Name, Part: q}}
		if key := forms.CollationKey(q); key != "" && col.SortBy != col.Name {
			found = append(found, query.Contains{Col: col.SortBy, Part: key})
		}
		if col.Seen != nil {
			any = append(any, query.And{col.Seen, found}) // only where he sees the field
			continue
		}
		any = append(any, found)
	}
	l.filter = append(l.filter, any)
}

// narrow adds what a query asks beside its order.
func (l *lister) narrow(ctx context.Context, q *ListQuery) error {
	if q.Deleted {
		l.filter = append(l.filter, query.Not{Of: query.IsNull{Col: "deleted"}})
	} else {
		l.filter = append(l.filter, query.IsNull{Col: "deleted"})
	}
	if q.View != "" {
		view := l.findView(q.View)
		if view == nil {
			return notFound()
		}
		if err := l.where(view.Where); err != nil {
			return err
		}
		if len(q.Sort) == 0 {
			q.Sort = view.Sort
		}
	}
	if err := l.where(q.Where); err != nil {
		return err
	}
	if q.Stage != "" {
		l.filter = append(l.filter, query.Cmp{Col: "stage", Op: query.Eq, Value: q.Stage})
	}
	if q.Owner != "" {
		owner := q.Owner
		if owner == "me" {
			owner = l.viewer.User
		}
		l.filter = append(l.filter, query.Cmp{Col: "owner", Op: query.Eq, Value: owner})
	}
	l.text(q.Text)
	return l.settle(ctx)
}

func (l *lister) findView(key string) *process.View {
	for i := range l.app.Def.Views {
		v := &l.app.Def.Views[i]
		if v.Key == key && (v.Form == l.form.Def.Key || l.form.Process != nil && v.Process == l.form.Process.Def.Key) {
			return v
		}
	}
	return nil
}

// List reads one page of the records that a person may see. Errors: *process.Rejection not.found, field.unknown,
// query.unsupported, or bad.request for a cursor of another list.
func (e *Engine) List(ctx context.Context, user string, q ListQuery) ([]*View, string, error) {
	l, err := e.look(ctx, user, q.App, q.Form)
	if err != nil {
		return nil, "", err
	}
	if err := l.narrow(ctx, &q); err != nil {
		return nil, "", err
	}
	if len(q.Sort) == 0 {
		q.Sort = []string{"-updatedAt"}
	}
	order, err := l.sort(q.Sort)
	if err != nil {
		return nil, "", err
	}
	return l.page(ctx, order, q.Limit, q.After)
}

func (l *lister) page(ctx context.Context, order []query.Sort, limit int, after string) ([]*View, string, error) {
	page, err := l.e.store.Query(ctx, l.coll, query.Query{Filter: l.filter, Sort: order, Limit: pageSize(limit), After: after})
	if err != nil {
		return nil, "", readError(err)
	}
	out, err := l.views(ctx, page.Docs)
	return out, page.Next, err
}

// views lays out the documents that the person may read, with the titles of what they refer to.
func (l *lister) views(ctx context.Context, docs []store.Doc) ([]*View, error) {
	out := make([]*View, 0, len(docs))
	rows := &rowReader{brief: true, bulk: l.form.Schema.Bulk()}
	if l.whole {
		rows = &rowReader{}
	}
	for _, d := range docs {
		s, err := rows.state(d)
		if err != nil {
			return nil, err
		}
		v, err := l.e.view(ctx, l.app, l.form.Def.Key, l.dir, l.viewer.User, d, &record{State: s})
		if err != nil {
			return nil, err
		}
		if v == nil || !v.Rights.Read {
			continue
		}
		v.brief = !l.whole
		out = append(out, v)
	}
	return out, l.e.titles(ctx, out)
}
