package process

import "reflect"

// NamedUser lists the places of a definition that name a person, rather than a role, a team or a manager: what an admin mends by hand when he
// leaves.
func NamedUser(def *Definition, user string) []string {
	var out []string
	walk(reflect.ValueOf(def).Elem(), "", func(p place) {
		list, ok := p.value.Interface().(Whos)
		if empty, is := p.value.Interface().(OnEmpty); is {
			list, ok = empty.Who, true
		}
		for i := range list {
			if ok && list[i].User == user {
				out = append(out, p.path+"/"+itoa(i)+"/user")
			}
		}
	})
	return out
}
