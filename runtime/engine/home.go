package engine

import (
	"context"
	"slices"
	"time"

	"pipewright/runtime/process"
	"pipewright/runtime/query"
)

// Home is a person's start page.
type Home struct {
	Tasks []Task
	// Due are his open records whose stage is due today or was before, and those of which an activity is that he is asked to do; Idle those that nothing has happened to for too long;
	// Next those of others that come to a stage of his next, and Recent those he owns, newest change first.
	Due, Idle, Next, Recent []*View
	OpenTasks               int
	Owned                   int
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
	dir, err := e.Directory(ctx)
	if err != nil {
		return nil, err
	}
	now := e.instant()
	if h.Due, err = e.due(ctx, user, endOfDay(now, dir.Zone())); err != nil {
		return nil, err
	}
	if h.Idle, err = e.idle(ctx, user, now); err != nil {
		return nil, err
	}
	if h.Owned, err = e.owned(ctx, user); err != nil {
		return nil, err
	}
	// What he last worked on, and what comes next, moves with every commit, so it is read where it is written: the first few of each form, from an index.
	err = e.eachForm(ctx, user, func(l *lister) error {
		if l.form.Process == nil {
			return nil
		}
		coming, err := l.coming(ctx, user)
		if err != nil {
			return err
		}
		h.Next = append(h.Next, coming...)
		l.filter = append(l.filter, query.IsNull{Col: "deleted"}, query.Cmp{Col: "owner", Op: query.Eq, Value: user})
		recent, _, err := l.page(ctx, []query.Sort{{Col: "updatedAt", Desc: true}}, homeItems, "")
		h.Recent = append(h.Recent, recent...)
		return err
	})
	if err != nil {
		return nil, err
	}
	h.Next, h.Recent = newest(h.Next), newest(h.Recent)
	return h, nil
}

// endOfDay is the last instant of the day that it is now, where the company is.
func endOfDay(now time.Time, zone *time.Location) time.Time {
	y, m, d := now.In(zone).Date()
	return time.Date(y, m, d+1, 0, 0, 0, 0, zone).Add(-time.Millisecond)
}

// newest are the first few of what was read from several forms, the newest change first.
func newest(list []*View) []*View {
	slices.SortStableFunc(list, func(a, b *View) int { return b.State.UpdatedAt.Compare(a.State.UpdatedAt) })
	return list[:min(len(list), homeItems)]
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
