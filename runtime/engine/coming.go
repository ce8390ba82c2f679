package engine

import (
	"context"
	"slices"

	"pipewright/runtime/access"
	"pipewright/runtime/process"
	"pipewright/runtime/query"
)

// source is a stage that records come from, and the teams of which they come; nil: of all.
type source struct {
	stage string
	teams []any
}

// onward is where the main way goes on to from a stage: the target of the first transition that leads to a later one; nil at its end.
func onward(p *process.Process, from *process.CompiledStage) *process.CompiledStage {
	for i := range p.Def.Transitions {
		tr := &p.Def.Transitions[i]
		if to := p.ByKey[tr.To]; to != nil && to.Index > from.Index && slices.Contains(tr.From, from.Def.Key) {
			return to
		}
	}
	return nil
}

// owns tells whether a person is among those who own the records of a stage, and of which teams; nil: of all. Whom only a record can name, as by a
// field of it, is nobody here.
func (l *lister) owns(o *process.CompiledOwner, user string) (bool, []any) {
	var teams []any
	for i := range o.Who {
		need := process.PeopleNeed{App: l.app.Def.Key, Who: o.Who[i].Def}
		if need.Who.Team != "own" {
			if slices.Contains(access.Resolve(l.dir, need), user) {
				return true, nil
			}
			continue
		}
		for _, t := range l.dir.Teams() {
			need.Team = t.Key
			if slices.Contains(access.Resolve(l.dir, need), user) && !slices.Contains(teams, any(t.Key)) {
				teams = append(teams, t.Key)
			}
		}
	}
	return len(teams) > 0, teams
}

// sources are the stages of others from which the main way leads to stages of a person.
func (l *lister) sources(user string) (out []source) {
	p := l.form.Process
	for _, from := range p.Stages {
		to := onward(p, from)
		if !from.Def.Open() || to == nil || !to.Def.Open() || to.Owner == nil {
			continue
		}
		if from.Owner != nil {
			if his, _ := l.owns(from.Owner, user); his {
				continue // it stays among the same people, and who has it keeps it
			}
		}
		if his, teams := l.owns(to.Owner, user); his {
			out = append(out, source{from.Def.Key, teams})
		}
	}
	return out
}

// coming are the records that the person may see and that come to a stage of his next, the newest change first. They are read a stage at a time, as
// the columns of a board are.
func (l *lister) coming(ctx context.Context, user string) (out []*View, err error) {
	readable := l.filter
	defer func() { l.filter = readable }()
	for _, s := range l.sources(user) {
		l.filter = append(slices.Clone(readable), query.IsNull{Col: "deleted"}, query.Cmp{Col: "stage", Op: query.Eq, Value: s.stage},
			query.Not{Of: query.Cmp{Col: "owner", Op: query.Eq, Value: user}})
		if s.teams != nil {
			l.filter = append(l.filter, query.In{Col: "team", Values: s.teams})
		}
		views, _, err := l.page(ctx, []query.Sort{{Col: "updatedAt", Desc: true}}, homeItems, "")
		if err != nil {
			return nil, err
		}
		out = append(out, views...)
	}
	return out, nil
}
