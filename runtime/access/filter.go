package access

import (
	"slices"

	"pipewright/forms"
	"pipewright/runtime/org"
	"pipewright/runtime/process"
	"pipewright/runtime/query"
)

// nothing accepts no document.
var nothing = query.Or{}

// Filter is the list filter of a person: the records of a form that he may read. nil accepts every record. Deleted records
// are the caller's to leave out.
func Filter(app *process.App, form string, dir *org.Directory, user string) query.Filter {
	f := app.Forms[form]
	if f == nil || !dir.Active(user) {
		return nothing
	}
	v := Viewer{App: app, Dir: dir, User: user}
	parts := query.Or{participant(user)}
	for _, g := range v.grants(f, "read") {
		scope := v.scope(f, g)
		if scope == nil {
			return nil
		}
		parts = append(parts, scope)
	}
	return parts
}

// Reach accepts every record that a person may read, and perhaps more: it asks only for owner, team and people, which stand beside a
// record wherever it is shown. A grant whose records are told by a condition, or by the pool they are in, reaches all of the form. nil accepts every record.
func Reach(app *process.App, form string, dir *org.Directory, user string) query.Filter {
	f := app.Forms[form]
	if f == nil || !dir.Active(user) {
		return nothing
	}
	v := Viewer{App: app, Dir: dir, User: user}
	parts := query.Or{participant(user)}
	for _, g := range v.grants(f, "read") {
		if g.Records.Where != "" || g.Records.Scope == "pool" {
			return nil
		}
		scope := v.scope(f, g)
		if scope == nil {
			return nil
		}
		parts = append(parts, scope)
	}
	return parts
}

// Viewer is who looks: a person, or the app's own service actor, who sees every record and field of the app.
type Viewer struct {
	App     *process.App
	Dir     *org.Directory
	User    string
	Service bool
	// inWhole looks past what is only shown in part, for WholePhone.
	inWhole bool
}

// grants of the viewer on a form that let him do any of acts. No act means any.
func (v Viewer) grants(f *process.Form, acts ...string) []*forms.Grant {
	roles := v.Dir.Roles(v.User, v.App.Def.Key)
	var out []*forms.Grant
	for i := range f.Def.Grants {
		g := &f.Def.Grants[i]
		if slices.Contains(roles, g.Role) && (len(acts) == 0 || slices.ContainsFunc(acts, func(a string) bool { return slices.Contains(g.Do, a) })) {
			out = append(out, g)
		}
	}
	return out
}

// participant accepts the records a person takes part in (semantics 9).
func participant(user string) query.Filter {
	return query.HasAny{Col: "people", Values: []string{user}}
}

// scope is the records a grant covers; nil means all. Each scope holds the ones before it: none < own < participant < team <
// teamTree < all. Beside them stands "pool": the records in a pool whose member the viewer is. A condition that cannot be read covers nothing.
func (v Viewer) scope(f *process.Form, g *forms.Grant) query.Filter {
	if g.Records.Where != "" {
		where, problems := v.grantWhere(f, g.Records.Where)
		if len(problems) > 0 {
			return nothing
		}
		return where
	}
	own := query.Cmp{Col: "owner", Op: query.Eq, Value: v.User}
	teams := func(keys []string) query.Filter {
		in := query.In{Col: "team"}
		for _, k := range keys {
			in.Values = append(in.Values, k)
		}
		return query.Or{own, participant(v.User), in}
	}
	switch g.Records.Scope {
	case "own":
		return own
	case "participant":
		return query.Or{own, participant(v.User)}
	case "team":
		return teams(v.Dir.TeamsOf(v.User))
	case "pool":
		in := query.In{Col: "pool"}
		for _, p := range Pools(v.App, f, v.Dir, v.User) {
			in.Values = append(in.Values, p.Def.Key)
		}
		return in
	case "teamTree":
		return teams(v.Dir.TreesOf(v.User))
	case "all":
		return nil
	}
	return nothing
}

// covers says whether the grant's scope holds the record: the very filter of the list, asked of one record.
func (v Viewer) covers(f *process.Form, g *forms.Grant, s *process.State) bool {
	scope := v.scope(f, g)
	if g.Records.Where != "" {
		return query.Match(scope, f.Cols(s, v.Dir.CalendarOf(v.App.Def.Calendar, s.Owner, s.Team)))
	}
	cols := map[string]any{"people": people(s)}
	if s.Owner != "" {
		cols["owner"] = s.Owner
	}
	if s.Team != "" {
		cols["team"] = s.Team
	}
	if s.Pool != nil {
		cols["pool"] = s.Pool.Key
	}
	return query.Match(scope, cols)
}

func people(s *process.State) []string {
	out := make([]string, 0, len(s.People))
	for _, p := range s.People {
		if !slices.Contains(out, p.User) {
			out = append(out, p.User)
		}
	}
	return out
}
