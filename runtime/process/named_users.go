package process

import "reflect"

// NamedUser lists the places of a definition that name a person, rather than a role, a team or a manager: what an admin mends by hand when he
// leaves.
func NamedUser(def *Definition, user string) []string {
	return whosNaming(def, "user", func(w *Who) bool { return w.User == user })
}

// NamedTeam lists the places that name a team.
func NamedTeam(def *Definition, team string) []string {
	return whosNaming(def, "team", func(w *Who) bool { return w.Team == team })
}

func whosNaming(def *Definition, member string, is func(*Who) bool) []string {
	var out []string
	walk(reflect.ValueOf(def).Elem(), "", func(p place) {
		list := whosAt(&p)
		for i := range list {
			if is(&list[i]) {
				out = append(out, p.path()+"/"+itoa(i)+"/"+member)
			}
		}
	})
	return out
}
