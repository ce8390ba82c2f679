package access

import (
	"pipewright/rules"
	"pipewright/runtime/org"
	"pipewright/runtime/process"
)

// world is a company without a store, for scenarios.
type world struct{ dir *org.Directory }

// SampleWorld is the sample company with the roles of an app given out: the people that scenario tests run with.
func SampleWorld(app *process.App) process.World {
	roles := make([]string, len(app.Def.Roles))
	for i := range app.Def.Roles {
		roles[i] = app.Def.Roles[i].Key
	}
	return world{org.SampleFor(app.Def.Key, roles)}
}

func (w world) Actor(app *process.App, form, user string, s *process.State) process.Actor {
	return Actor(app, app, form, w.dir, user, s)
}

func (w world) People(n process.PeopleNeed) []string { return Resolve(w.dir, n) }

func (w world) Name(user string) rules.Text {
	u, _ := w.dir.User(user)
	return rules.Plain(u.Name)
}

func (w world) Calendar(key string) rules.Calendar {
	if c, ok := org.NamedCalendar(key); ok {
		return c
	}
	return (*org.Calendar)(nil)
}
