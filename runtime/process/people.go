package process

import (
	"slices"

	"pipewright/forms"
	"pipewright/rules"
)

// resolve names the people a who list stands for, in order, each once. ok is false while a fact is outstanding. Expressions see
// v (nil: the record as it is); the initiator is the actor unless a round says otherwise.
func (d *decider) resolve(list []CompiledWho, initiator string, v forms.Values) (people []string, ok bool) {
	if initiator == "" {
		initiator = d.c.Actor.User
	}
	ok = true
	for i := range list {
		found, known := d.who(&list[i], initiator, v)
		ok = ok && known
		for _, p := range found {
			if !slices.Contains(people, p) {
				people = append(people, p)
			}
		}
	}
	return people, ok
}

func (d *decider) who(w *CompiledWho, initiator string, v forms.Values) ([]string, bool) {
	need := PeopleNeed{App: d.app.Def.Key, Who: w.Def, Owner: d.s.Owner, Initiator: initiator, Team: d.s.Team}
	need.Who.Expr, need.Who.Decide = "", ""
	switch {
	case w.Expr != nil:
		sc := d.acting
		if sc == nil {
			if v == nil {
				v = d.view(nil)
			}
			sc = d.scope(v)
		}
		val, err := w.Expr.Eval(sc)
		if err != nil {
			return nil, true
		}
		return d.named(val)
	case w.Def.Field != "":
		need.User = d.userValue(w.Def.Field, v)
		if need.User == "" {
			return nil, true
		}
		need.Who = Who{User: need.User}
	case w.Def.ManagerOf != "":
		switch w.Def.ManagerOf {
		case "owner":
			need.User = d.s.Owner
		case "initiator":
			need.User = initiator
		default:
			need.User = d.userValue(w.Def.ManagerOf, v)
		}
		if need.User == "" {
			return nil, true
		}
		need.Who = Who{ManagerOf: "user", Level: w.Def.Level, UpTo: w.Def.UpTo}
	}
	if need.Who.Team != "own" {
		need.Team = ""
	}
	need.Owner, need.Initiator = "", ""
	return d.ask(need)
}

// ask looks a person need up in the facts, or asks for it.
func (d *decider) ask(need PeopleNeed) ([]string, bool) {
	key := need.Key()
	people, ok := d.f.People[key]
	if !ok {
		d.need(Need{Kind: NeedPeople, Key: key, People: &need})
	}
	return people, ok
}

// named reads what an expression or a decision table says: a user, a role of the app, or a list of them. A name that is a
// role of the app is that role.
func (d *decider) named(val any) ([]string, bool) {
	var names []string
	switch val := val.(type) {
	case string:
		names = []string{val}
	case []any:
		for _, x := range val {
			if s, ok := x.(string); ok {
				names = append(names, s)
			}
		}
	}
	var people []string
	known := true
	for _, name := range names {
		w := Who{User: name}
		if slices.ContainsFunc(d.app.Def.Roles, func(r Role) bool { return r.Key == name }) {
			w = Who{Role: name}
		}
		found, ok := d.ask(PeopleNeed{App: d.app.Def.Key, Who: w})
		known = known && ok
		people = append(people, found...)
	}
	return people, known
}

// userValue is the user in a user field; "owner" is the owner.
func (d *decider) userValue(field string, v forms.Values) string {
	if field == "owner" {
		return d.s.Owner
	}
	if v == nil {
		v = d.view(nil)
	}
	user, _ := v[field].(string)
	return user
}

// teamOf is the team of a person: a record belongs to the team of its owner.
func (d *decider) teamOf(user string) string {
	switch {
	case user == "":
		return ""
	case user == d.c.Actor.User:
		return d.c.Actor.Team
	}
	team, ok := d.f.Teams[user]
	if !ok {
		d.need(Need{Kind: NeedTeam, Key: "team:" + user, Users: []string{user}})
	}
	return team
}

// admins are the process admins: who has the app's role "admin", else the platform's admins.
func (d *decider) admins() ([]string, bool) {
	return d.ask(PeopleNeed{App: d.app.Def.Key, Who: Who{Role: "admin"}})
}

// manager is the manager of a user, level 1 up.
func (d *decider) manager(user string, level int) ([]string, bool) {
	if user == "" {
		return nil, true
	}
	return d.ask(PeopleNeed{App: d.app.Def.Key, Who: Who{ManagerOf: "user", Level: level}, User: user})
}

// whosOf compiles a list that holds no expressions.
func whosOf(ws Whos) []CompiledWho {
	out := make([]CompiledWho, len(ws))
	for i := range ws {
		out[i].Def = ws[i]
	}
	return out
}

func without(people []string, user string) []string {
	return slices.DeleteFunc(slices.Clone(people), func(p string) bool { return p == user })
}

// strangers are the fields for people and teams that a person sets anew to one who is not there. What stood there before stays: people leave.
func (d *decider) strangers(old, now forms.Values) []rules.Problem {
	if d.c.Actor.Service || d.c.Merge != nil || len(now) == 0 {
		return nil
	}
	var out []rules.Problem
	look := func(f *forms.Field, x any, path string, kept func(id string) bool) {
		id, ok := x.(string)
		switch {
		case !ok || f.Computed():
		case f.Type == "user" && d.f.KnowsUser != nil && !d.f.KnowsUser(id) && !kept(id):
			out = append(out, rules.Errorf(path, "user.unknown", rules.Say("“{field}”：没有用户“{user}”", "「{field}」：沒有使用者「{user}」", "“{field}”: there is no user “{user}”", "field", named(f.Name, f.Key), "user", id)))
		case f.Type == "team" && d.f.KnowsTeam != nil && !d.f.KnowsTeam(id) && !kept(id):
			out = append(out, rules.Errorf(path, "team.unknown", rules.Say("“{field}”：没有团队“{team}”", "「{field}」：沒有團隊「{team}」", "“{field}”: there is no team “{team}”", "field", named(f.Name, f.Key), "team", id)))
		}
	}
	for i := range d.form.Def.Fields {
		f := &d.form.Def.Fields[i]
		look(f, now[f.Key], "/data/"+f.Key, func(id string) bool { return old[f.Key] == id })
		rows, _ := now[f.Key].([]map[string]any)
		was, _ := old[f.Key].([]map[string]any)
		for n, row := range rows {
			for j := range f.Fields {
				key := f.Fields[j].Key
				look(&f.Fields[j], row[key], "/data/"+f.Key+"/"+itoa(n)+"/"+key, func(id string) bool {
					return slices.ContainsFunc(was, func(row map[string]any) bool { return row[key] == id })
				})
			}
		}
	}
	return out
}
