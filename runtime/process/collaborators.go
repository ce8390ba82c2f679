package process

import (
	"slices"

	"pipewright/rules"
)

// WhyCollaborator is why somebody takes part whom the owner, or who may assign, has asked to work on the record (CN-10).
const WhyCollaborator = "collaborator"

// maxCollaborators are those of one record.
const maxCollaborators = 20

// Collaborators are the people asked to work on the record, in the order they were.
func (s *State) Collaborators() []string {
	var out []string
	for _, p := range s.People {
		if p.Why == WhyCollaborator {
			out = append(out, p.User)
		}
	}
	return out
}

// collaborate makes people collaborators, or takes them off. The owner may, and who may assign; anybody may take himself off. What they may
// then do, the grants of participants say.
func (d *decider) collaborate() *Rejection {
	a := &d.c.Actor
	leaves := !d.c.Done && len(d.c.People) == 1 && d.c.People[0] == a.User
	if !a.Rights.Assign && !a.Service && !(a.Rights.Read && d.s.Owner == a.User) && !leaves {
		return forbidden()
	}
	have := d.s.Collaborators()
	var who []Person
	for _, user := range d.c.People {
		if one := (Person{User: user, Why: WhyCollaborator}); slices.Contains(have, user) != d.c.Done && !slices.Contains(who, one) {
			who = append(who, one)
		}
	}
	if len(who) == 0 {
		return nil
	}
	if !d.c.Done {
		d.emit(Left{People: who})
		return nil
	}
	if len(have)+len(who) > maxCollaborators {
		return reject("field.invalid", rules.Say("一条记录最多 {max} 位协作人", "一筆記錄最多 {max} 位協作人", "A record has at most {max} collaborators", "max", maxCollaborators))
	}
	known := true
	for _, p := range who {
		found, ok := d.ask(PeopleNeed{App: d.app.Def.Key, Who: Who{User: p.User}})
		if known = known && ok; ok && len(found) == 0 {
			return reject("user.unknown", rules.Say("没有在职用户“{user}”", "沒有在職使用者「{user}」", "There is no active user “{user}”", "user", d.called(p.User)))
		}
	}
	if known {
		d.emit(Joined{People: who})
	}
	return nil
}
