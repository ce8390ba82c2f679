package access

import (
	"slices"

	"pipewright/runtime/org"
	"pipewright/runtime/process"
)

// Member says whether a person may claim from a pool. Members are users, roles and teams, so nothing of a record is asked.
func Member(app *process.App, p *process.CompiledPool, dir *org.Directory, user string) bool {
	return dir.Active(user) && slices.ContainsFunc(p.Def.Members, func(w process.Who) bool {
		return slices.Contains(Resolve(dir, process.PeopleNeed{App: app.Def.Key, Who: w}), user)
	})
}

// Pools are the pools of a form whose member a person is, in the order of the definition.
func Pools(app *process.App, f *process.Form, dir *org.Directory, user string) []*process.CompiledPool {
	var out []*process.CompiledPool
	for _, p := range f.Pools {
		if Member(app, p, dir, user) {
			out = append(out, p)
		}
	}
	return out
}
