package engine

import (
	"context"
	"slices"
	"strings"
	"time"

	"pipewright/runtime/process"
	"pipewright/runtime/query"
)

// Home is a person's start page.
type Home struct {
	Tasks []Task
	// Due are his open records whose stage is due within a day or was; Idle those that nothing has happened to for too long;
	// Recent those he owns, newest change first.
	Due, Idle, Recent []*View
	OpenTasks         int
	Owned             int
}

const homeItems = 20

// Home gathers a person's start page over all apps.
func (e *Engine) Home(ctx context.Context, user string) (*Home, error) {
	h := &Home{}
	var err error
	if h.Tasks, _, err = e.Tasks(ctx, user, TaskQuery{Limit: homeItems}); err != nil {
		return nil, err
	}
	if h.OpenTasks, err = e.OpenTasks(ctx, user); err != nil {
		return nil, err
	}
	now := e.instant()
	err = e.eachForm(ctx, user, func(l *lister) error {
		if l.form.Process == nil {
			return nil
		}
		mine := append(l.filter, query.IsNull{Col: "deleted"}, query.Cmp{Col: "owner", Op: query.Eq, Value: user})
		open := append(slices.Clone(mine), query.Cmp{Col: "open", Op: query.Eq, Value: true})
		read := func(f query.And, order query.Sort) ([]*View, error) {
			look := *l
			look.filter = f
			vs, _, err := look.page(ctx, []query.Sort{order}, homeItems, "")
			return vs, err
		}
		due, err := read(append(slices.Clone(open), query.Cmp{Col: "dueAt", Op: query.Le, Value: now.Add(24 * time.Hour).UnixMilli()}), query.Sort{Col: "dueAt"})
		if err != nil {
			return err
		}
		// The idle timer is gone once it has fired, so what is idle is told by the last activity.
		idle, err := l.idle(ctx, open, now)
		if err != nil {
			return err
		}
		recent, err := read(mine, query.Sort{Col: "updatedAt", Desc: true})
		if err != nil {
			return err
		}
		n, err := e.count(ctx, l.coll, open)
		h.Owned += n
		h.Due, h.Idle, h.Recent = append(h.Due, due...), append(h.Idle, idle...), append(h.Recent, recent...)
		return err
	})
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(h.Due, func(a, b *View) int { return int(instantOfCol(a, "dueAt") - instantOfCol(b, "dueAt")) })
	slices.SortStableFunc(h.Idle, func(a, b *View) int { return a.State.LastActivity.Compare(b.State.LastActivity) })
	slices.SortStableFunc(h.Recent, func(a, b *View) int { return b.State.UpdatedAt.Compare(a.State.UpdatedAt) })
	h.Due, h.Idle, h.Recent = first(h.Due), first(h.Idle), first(h.Recent)
	return h, nil
}

func first(vs []*View) []*View { return vs[:min(len(vs), homeItems)] }

func instantOfCol(v *View, col string) int64 {
	at, _ := v.Cols[col].(int64)
	return at
}

// idle reads, stage by stage, the records that nothing has happened to for longer than the stage allows.
func (l *lister) idle(ctx context.Context, open query.And, now time.Time) ([]*View, error) {
	var out []*View
	calendar := calendarOf(l.app)
	for _, st := range l.form.Process.Stages {
		if st.Idle == nil {
			continue
		}
		back := *st.Idle
		back.Negative = true
		since := back.Add(now, l.app.Zone, calendar)
		look := *l
		look.filter = append(slices.Clone(open), query.Cmp{Col: "stage", Op: query.Eq, Value: st.Def.Key},
			query.Cmp{Col: "lastActivity", Op: query.Le, Value: since.UnixMilli()})
		vs, _, err := look.page(ctx, []query.Sort{{Col: "lastActivity"}}, homeItems, "")
		if err != nil {
			return nil, err
		}
		out = append(out, vs...)
	}
	return out, nil
}

// eachForm looks at every form of every app that the person may read anything of.
func (e *Engine) eachForm(ctx context.Context, user string, do func(*lister) error) error {
	apps, err := e.defs.Live(ctx)
	if err != nil {
		return err
	}
	for _, app := range apps {
		for i := range app.Def.Forms {
			l, err := e.look(ctx, user, app.Def.Key, app.Def.Forms[i].Key)
			if err != nil {
				return err
			}
			if err := do(l); err != nil {
				return err
			}
		}
	}
	return nil
}

// Found is a record that a search found.
type Found struct {
	App string
	Linked
}

// Search looks for a text in the titles and numbers of everything a person may read; pinyin finds Chinese titles.
func (e *Engine) Search(ctx context.Context, user, text string, limit int) ([]Found, error) {
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	limit = min(pageSize(limit), 50)
	var out []Found
	err := e.eachForm(ctx, user, func(l *lister) error {
		if len(out) >= limit {
			return nil
		}
		l.filter = append(l.filter, query.IsNull{Col: "deleted"})
		l.text(text)
		page, err := e.store.Query(ctx, l.coll, query.Query{Filter: l.filter, Sort: []query.Sort{{Col: "updatedAt", Desc: true}}, Limit: limit - len(out),
			Cols: []string{"title", "number", "stage"}})
		if err != nil {
			return err
		}
		for _, d := range page.Docs {
			out = append(out, Found{App: l.app.Def.Key, Linked: linkedOf(l.form, d)})
		}
		return nil
	})
	return out, err
}

// Apps lists the live apps in which a person has a role.
func (e *Engine) Apps(ctx context.Context, user string) ([]*process.App, error) {
	dir, err := e.Directory(ctx)
	if err != nil {
		return nil, err
	}
	live, err := e.defs.Live(ctx)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(slices.Clone(live), func(a *process.App) bool { return len(dir.Roles(user, a.Def.Key)) == 0 }), nil
}
