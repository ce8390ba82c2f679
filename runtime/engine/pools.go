package engine

import (
	"context"
	"time"

	"pipewright/rules"
	"pipewright/runtime/access"
	"pipewright/runtime/org"
	"pipewright/runtime/process"
	"pipewright/runtime/query"
)

// PoolView is a pool as one person stands to it.
type PoolView struct {
	Pool *process.CompiledPool
	// Member may claim; whoever is none may look if his grants let him.
	Member bool
	// Records are how many of the pool's records the person sees.
	Records int
	// Held are the open records of the form he owns; Today are his claims of this day.
	Held, Today int
}

// Pools are the pools of an app that a person is a member of, or whose records he sees.
func (e *Engine) Pools(ctx context.Context, user, app string) ([]PoolView, error) {
	a, err := e.current(ctx, app)
	if err != nil {
		return nil, err
	}
	var out []PoolView
	for i := range a.Def.Pools {
		p := a.Pools[a.Def.Pools[i].Key]
		if p == nil {
			continue
		}
		v, err := e.poolView(ctx, user, a, p)
		if err != nil {
			return nil, err
		}
		if v.Member || v.Records > 0 {
			out = append(out, v)
		}
	}
	return out, nil
}

// Pool is one pool and a page of its records, newest first. Errors: *process.Rejection not.found; those of List.
func (e *Engine) Pool(ctx context.Context, user, app, key string, q ListQuery) (v PoolView, records []*View, next string, err error) {
	a, err := e.current(ctx, app)
	if err != nil {
		return v, nil, "", err
	}
	p := a.Pools[key]
	if p == nil {
		return v, nil, "", noPool()
	}
	if v, err = e.poolView(ctx, user, a, p); err != nil {
		return v, nil, "", err
	}
	if !v.Member && v.Records == 0 {
		return v, nil, "", noPool()
	}
	l, err := e.look(ctx, user, app, p.Form.Def.Key)
	if err != nil {
		return v, nil, "", err
	}
	if err := l.narrow(ctx, &q); err != nil {
		return v, nil, "", err
	}
	l.filter = append(l.filter, query.Cmp{Col: "pool", Op: query.Eq, Value: key})
	if len(q.Sort) == 0 {
		q.Sort = []string{"-pooledAt"}
	}
	order, err := l.sort(q.Sort)
	if err != nil {
		return v, nil, "", err
	}
	records, next, err = l.page(ctx, order, q.Limit, q.After)
	return v, records, next, err
}

func noPool() error {
	return reject("not.found", rules.Say("没有这个池，或您不是成员", "沒有這個池，或您不是成員", "There is no such pool, or you are no member"))
}

func (e *Engine) poolView(ctx context.Context, user string, app *process.App, p *process.CompiledPool) (PoolView, error) {
	v := PoolView{Pool: p}
	dir, err := e.Directory(ctx)
	if err != nil {
		return v, err
	}
	v.Member = access.Member(app, p, dir, user)
	in := query.And{query.Cmp{Col: "pool", Op: query.Eq, Value: p.Def.Key}, query.IsNull{Col: "deleted"}}
	if readable := access.Filter(app, p.Form.Def.Key, dir, user); readable != nil {
		in = append(in, readable)
	}
	if v.Records, err = e.countIn(ctx, RecordCollection(p.Form), in); err != nil || !v.Member {
		return v, err
	}
	own := query.And{query.Cmp{Col: "owner", Op: query.Eq, Value: user}, query.IsNull{Col: "deleted"}, query.IsNull{Col: "closedAt"}}
	if v.Held, err = e.countIn(ctx, RecordCollection(p.Form), own); err != nil {
		return v, err
	}
	today, err := e.daysClaims(ctx, process.ClaimSeries(app, p, user, e.instant()))
	v.Today = today.count()
	return v, err
}

func (e *Engine) countIn(ctx context.Context, coll string, filter query.Filter) (int, error) {
	rows, err := e.store.Aggregate(ctx, coll, query.Aggregate{Filter: filter, Measures: []query.Measure{{Kind: "count"}}, Limit: 1})
	if err != nil || len(rows) == 0 {
		return 0, err
	}
	return int(rows[0].Values[0].Int64()), nil
}

// MayClaim says what keeps a person from claiming a record of a pool now: the instant his cooldown ends, zero when nothing does.
func (e *Engine) MayClaim(dir *org.Directory, v PoolView, user string, s *process.State) time.Time {
	return v.Pool.CooledDown(s, user, daysOf(v.Pool.Form.App, dir, s.Owner, s.Team), e.instant())
}
