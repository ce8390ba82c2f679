package access

import (
	"slices"

	"pipewright/runtime/org"
	"pipewright/runtime/process"
)

// Resolve finds the active people a who stands for now, each once, in a stable order; empty when there is nobody.
func Resolve(dir *org.Directory, need process.PeopleNeed) []string {
	var out []string
	add := func(users ...string) {
		for _, u := range users {
			if dir.Active(u) && !slices.Contains(out, u) {
				out = append(out, u)
			}
		}
	}
	who := need.Who
	switch {
	case who.User != "":
		add(who.User)
	case who.Role == "admin":
		// The process admin stands in where nobody is found; an app may have a role of that name itself.
		if add(dir.ByRole(need.App+"/admin", "")...); len(out) == 0 {
			add(dir.Admins()...)
		}
	case who.Role != "":
		team := who.Team
		if team == "own" {
			if team = need.Team; team == "" {
				return nil
			}
		}
		add(dir.ByRole(need.App+"/"+who.Role, team)...)
	case who.Team != "":
		team := who.Team
		if team == "own" {
			team = need.Team
		}
		add(dir.Members(team, false)...)
	case who.ManagerOf != "":
		base := need.User
		switch who.ManagerOf {
		case "owner":
			base = need.Owner
		case "initiator":
			base = need.Initiator
		}
		if who.UpTo > 0 {
			managers := dir.Managers(base)
			add(managers[:min(who.UpTo, len(managers))]...)
		} else {
			add(dir.Manager(base, max(1, who.Level)))
		}
	default:
		// A user field, or the result of an expression or table: a person, or a role of the app.
		if dir.Active(need.User) {
			add(need.User)
		} else if need.User != "" {
			add(dir.ByRole(need.App+"/"+need.User, "")...)
		}
	}
	return out
}
