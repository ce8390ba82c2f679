package engine

import (
	"context"
	"slices"
	"time"

	"pipewright/runtime/org"
	"pipewright/runtime/process"
	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

func attentionDoc(form *process.Form, dir *org.Directory, it *relayItem) (store.Doc, error) {
	a := form.Attention(it.state, daysOf(form.App, dir, it.state.Owner, it.state.Team))
	body, err := marshal(struct {
		standing
		App  string `json:"app"`
		Form string `json:"form"`
	}{standing{it.ver, form.App.Release}, it.app, it.form})
	cols := map[string]any{"app": it.app, "form": it.form, "open": a.Open}
	if a.Owner != "" {
		cols["owner"] = a.Owner
	}
	if len(a.Asked) > 0 {
		cols["asked"] = a.Asked
	}
	for name, at := range map[string]time.Time{"dueAt": a.DueAt, "idleAt": a.IdleAt, "askedAt": a.AskedAt} {
		if !at.IsZero() {
			cols[name] = at.UnixMilli()
		}
	}
	return store.Doc{ID: it.id, Ver: 1, Cols: cols, Body: body}, err
}

// owned counts the open records of a person.
func (e *Engine) owned(ctx context.Context, user string) (int, error) {
	return e.count(ctx, collAttention, query.And{query.Cmp{Col: "owner", Op: query.Eq, Value: user}, query.Cmp{Col: "open", Op: query.Eq, Value: true}})
}

// due are the records whose stage, or whose activity that he is asked to do, is due up to an instant, the earliest first.
func (e *Engine) due(ctx context.Context, user string, until time.Time) ([]*View, error) {
	at := func(col string) query.Filter { return query.Cmp{Col: col, Op: query.Le, Value: until.UnixMilli()} }
	own, err := e.attending(ctx, user, query.And{query.Cmp{Col: "owner", Op: query.Eq, Value: user}, at("dueAt")}, "dueAt", homeItems)
	if err != nil {
		return nil, err
	}
	asked, err := e.attending(ctx, user, query.And{query.HasAny{Col: "asked", Values: []string{user}}, at("askedAt")}, "askedAt", homeItems)
	if err != nil {
		return nil, err
	}
	for _, it := range asked {
		if !slices.ContainsFunc(own, func(o attended) bool { return o.view.State.ID == it.view.State.ID }) {
			own = append(own, it)
		}
	}
	return inTime(own), nil
}

// idle are a person's records that nothing has happened to for longer than their stage allows, the longest first.
func (e *Engine) idle(ctx context.Context, user string, now time.Time) ([]*View, error) {
	list, err := e.attending(ctx, user, query.And{query.Cmp{Col: "owner", Op: query.Eq, Value: user},
		query.Cmp{Col: "idleAt", Op: query.Le, Value: now.UnixMilli()}}, "idleAt", homeItems)
	return inTime(list), err
}

// attended is a record that waits for somebody, and since or until when.
type attended struct {
	view *View
	at   int64
}

func inTime(list []attended) []*View {
	slices.SortStableFunc(list, func(a, b attended) int { return int(min(max(a.at-b.at, -1), 1)) })
	var out []*View
	for _, it := range list[:min(len(list), homeItems)] {
		out = append(out, it.view)
	}
	return out
}

// attending reads the first records that ask for attention as the person may see them. What attention says may be a moment old, so
// whether he reads a record, and whether it is open, is asked of the record itself.
func (e *Engine) attending(ctx context.Context, user string, f query.Filter, by string, limit int) ([]attended, error) {
	dir, err := e.Directory(ctx)
	if err != nil {
		return nil, err
	}
	var out []attended
	q := query.Query{Filter: f, Sort: []query.Sort{{Col: by}}, Limit: limit, Cols: []string{"app", "form", by}}
	for {
		page, err := e.store.Query(ctx, collAttention, q)
		if err != nil {
			return nil, err
		}
		views, err := e.viewsOf(ctx, user, dir, page.Docs)
		if err != nil {
			return nil, err
		}
		for _, d := range page.Docs {
			v := views[d.ID]
			if v == nil || !v.State.Deleted.IsZero() || v.Cols["open"] != true {
				continue
			}
			at, _ := d.Cols[by].(int64)
			if out = append(out, attended{v, at}); len(out) == limit {
				break
			}
		}
		if q.After = page.Next; q.After == "" || len(out) == limit {
			break
		}
	}
	views := make([]*View, len(out))
	for i := range out {
		views[i] = out[i].view
	}
	return out, e.titles(ctx, views)
}

// viewsOf reads the records that documents stand for (their columns tell app and form) as a person may see them, by id. Those he may not
// read, and those that are gone, are left out.
func (e *Engine) viewsOf(ctx context.Context, user string, dir *org.Directory, docs []store.Doc) (map[string]*View, error) {
	type home struct{ app, form string }
	ids := map[home][]string{}
	for _, d := range docs {
		app, _ := d.Cols["app"].(string)
		form, _ := d.Cols["form"].(string)
		ids[home{app, form}] = append(ids[home{app, form}], d.ID)
	}
	out := map[string]*View{}
	for at, list := range ids {
		app, err := e.current(ctx, at.app)
		if err != nil {
			if _, refused := asRejection(err); refused {
				continue
			}
			return nil, err
		}
		form := app.Forms[at.form]
		if form == nil {
			continue
		}
		found, err := e.store.GetMany(ctx, RecordCollection(form), list)
		if err != nil {
			return nil, err
		}
		for _, d := range found {
			r, err := decodeState(d)
			if err != nil {
				return nil, err
			}
			v, err := e.view(ctx, app, at.form, dir, user, d, r)
			if err != nil {
				return nil, err
			}
			if v == nil || !v.Rights.Read {
				continue
			}
			v.brief = true
			out[d.ID] = v
		}
	}
	return out, nil
}
