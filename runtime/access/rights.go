package access

import (
	"slices"
	"strings"

	"pipewright/forms"
	"pipewright/runtime/org"
	"pipewright/runtime/process"
)

// Rights are what a person may do with a record. s nil asks about a record that he is about to create, and that will be
// his own.
func Rights(app *process.App, form string, dir *org.Directory, user string, s *process.State) process.Rights {
	return RightsUnder(app, app, form, dir, user, s)
}

// RightsUnder are the rights on a record that stands on the release app. Grants are not pinned (semantics 1): those of the newest release,
// live, hold for every record, and the list asks the same ones. What they say of fields is carried over to the record's own form.
func RightsUnder(live, app *process.App, form string, dir *org.Directory, user string, s *process.State) process.Rights {
	var r process.Rights
	f := live.Forms[form]
	if f == nil || !dir.Active(user) {
		return r
	}
	v := Viewer{App: live, Dir: dir, User: user}
	fresh := s == nil
	if fresh {
		s = &process.State{App: app.Def.Key, Form: form, Owner: user, Team: dir.TeamOf(user), People: []process.Person{{User: user, Why: "owner"}}}
	}
	var shows, writes []*forms.Grant // the grants that show fields, and that let them be written
	for _, g := range v.grants(f) {
		has := func(act string) bool { return slices.Contains(g.Do, act) }
		r.Create = r.Create || has("create")
		r.Import = r.Import || has("import")
		if !(fresh && has("create")) && !v.covers(f, g, s) {
			continue
		}
		r.Read = r.Read || has("read")
		r.Edit = r.Edit || has("edit")
		r.Delete = r.Delete || has("delete")
		r.Assign = r.Assign || has("assign")
		r.Override = r.Override || has("override")
		r.Export = r.Export || has("export")
		r.Reveal = r.Reveal || has("reveal") && has("read")
		if has("read") || fresh && has("create") {
			shows = append(shows, g)
		}
		if has("edit") || fresh && has("create") {
			writes = append(writes, g)
		}
	}
	k := knowledge(f)
	// Who creates a record types its numbers; they are masked from then on.
	masked := func(g *forms.Grant, key string) bool {
		return slices.Contains(g.Mask, key) && !(fresh && slices.Contains(g.Do, "create"))
	}
	r.Hide = except(k.fields, shows, func(g *forms.Grant, key string) bool { return !hides(g.Hide, key) && !masked(g, key) })
	r.ReadOnly = except(k.fields, writes, func(g *forms.Grant, key string) bool {
		return !hides(g.Hide, key) && !hides(g.ReadOnly, key) && !masked(g, key)
	})
	r.Mask = inPart(except(k.fields, shows, func(g *forms.Grant, key string) bool { return !hides(g.Hide, key) && !slices.Contains(g.Mask, key) }), shows)
	f.Derive(r.Hide)
	if fresh {
		return r
	}
	if own := app.Forms[form]; own != nil && own != f {
		k = knowledge(own)
		was := Rights(app, form, dir, user, s)
		r.Hide, r.ReadOnly = carried(f, own, k, r.Hide, was.Hide), carried(f, own, k, r.ReadOnly, was.ReadOnly)
		r.Mask = carried(f, own, k, r.Mask, nil)
		own.Derive(r.Hide)
	}
	decides, asked := false, false
	covered := r.Read
	for _, p := range s.People {
		if p.User == user {
			r.Read, r.Guest = true, !covered
			asked = asked || p.Why == "activity" && !covered
			decides = decides || !slices.Contains([]string{"owner", "formerOwner", "creator", process.WhyCollaborator}, p.Why)
		}
	}
	if own := app.Forms[form]; asked && own != nil && own.Schema != nil {
		// Whoever is to do something for a record, and has no right of his own there, is told at least what it is called.
		for _, key := range own.Schema.TitleFields() {
			delete(r.Hide, key)
			delete(r.Mask, key)
		}
	}
	if decides {
		// What he is asked to decide on is shown to him whole, also where it is computed from something he is not shown.
		guards := takesPart(app, s, user)
		for _, key := range k.fields {
			if hides(guards, key) {
				delete(r.Hide, key)
				delete(r.Mask, key)
				if r.Whole == nil {
					r.Whole = map[string]bool{}
				}
				r.Whole[key] = true
			}
		}
	}
	return r
}

// Somewhere are the rights that a person has on some record of a form, by what grant ever: what a screen over many records may offer. Whether he
// has one on a certain record, the record says.
func Somewhere(app *process.App, form string, dir *org.Directory, user string) process.Rights {
	var r process.Rights
	f := app.Forms[form]
	if f == nil || !dir.Active(user) {
		return r
	}
	var writes []*forms.Grant
	for _, g := range (Viewer{App: app, Dir: dir, User: user}).grants(f) {
		has := func(act string) bool { return slices.Contains(g.Do, act) }
		r.Read, r.Edit, r.Delete, r.Assign = r.Read || has("read"), r.Edit || has("edit"), r.Delete || has("delete"), r.Assign || has("assign")
		if has("edit") {
			writes = append(writes, g)
		}
	}
	r.ReadOnly = except(knowledge(f).fields, writes, func(g *forms.Grant, key string) bool {
		return !hides(g.Hide, key) && !hides(g.ReadOnly, key) && !slices.Contains(g.Mask, key)
	})
	return r
}

// carried says of the fields and columns of a record's own form what the newest one says of them, under whatever key. One that the newest has
// dropped stays withheld from whom it was withheld then.
func carried(live, own *process.Form, k *known, withheld, then map[string]bool) map[string]bool {
	now := map[string]bool{} // by storage key, of those that are there still
	for _, key := range fieldKeys(live) {
		now[stored(live, key)] = withheld[key]
	}
	out := map[string]bool{}
	for _, key := range k.fields {
		if w, there := now[stored(own, key)]; w || !there && then[key] {
			out[key] = true
		}
	}
	return out
}

// stored is the storage key of a field; of a column, together with its table's.
func stored(f *process.Form, key string) string {
	table, _, isColumn := strings.Cut(key, ".")
	if !isColumn {
		return f.Schema.StorageKey(key)
	}
	return f.Schema.StorageKey(table) + "." + f.Schema.StorageKey(key)
}

// except are the fields for which none of the grants says yes.
func except(fields []string, grants []*forms.Grant, yes func(*forms.Grant, string) bool) map[string]bool {
	out := map[string]bool{}
	for _, g := range grants {
		if len(g.Hide) == 0 && len(g.ReadOnly) == 0 && len(g.Mask) == 0 {
			return out
		}
	}
	for _, key := range fields {
		if !slices.ContainsFunc(grants, func(g *forms.Grant) bool { return yes(g, key) }) {
			out[key] = true
		}
	}
	return out
}

// inPart are the hidden fields that some grant shows in part.
func inPart(hidden map[string]bool, grants []*forms.Grant) map[string]bool {
	out := map[string]bool{}
	for _, g := range grants {
		for _, key := range g.Mask {
			if hidden[key] && !hides(g.Hide, key) {
				out[key] = true
			}
		}
	}
	return out
}

// takesPart are the fields that a participant sees as one: the guards of the record's rounds, live and past, and the fields of
// the steps that wait for him (semantics 9).
func takesPart(app *process.App, s *process.State, user string) []string {
	var out []string
	add := func(key string) {
		if c := app.Chains[key]; c != nil {
			out = append(out, c.Guards...)
		}
	}
	for i := range s.Rounds {
		add(s.Rounds[i].Chain)
	}
	if s.Round == nil {
		return out
	}
	add(s.Round.Chain)
	chain := app.Chains[s.Round.Chain]
	for _, step := range s.Round.Steps {
		mine := slices.ContainsFunc(step.Slots, func(slot process.Slot) bool { return slot.Person == user })
		if c := chain.Step(step.Key); mine && c != nil && c.Def.Fields != nil {
			out = append(out, c.Def.Fields.Edit...)
		}
	}
	return out
}

// Actor is the person as a command on a record needs him that stands on the release app; live is the newest.
func Actor(live, app *process.App, form string, dir *org.Directory, user string, s *process.State) process.Actor {
	return process.Actor{User: user, Roles: dir.Roles(user, app.Def.Key), Team: dir.TeamOf(user), Rights: RightsUnder(live, app, form, dir, user, s)}
}

// Service is the actor of an app's automations: every record and field of the app, never past a gate, no deleting
// (semantics 8).
func Service(app *process.App) process.Actor {
	return process.Actor{User: ServiceUser(app.Def.Key), Service: true,
		Rights: process.Rights{Create: true, Read: true, Edit: true, Assign: true}}
}

// ServiceUser is the name under which an app's automations act. It cannot collide with a person: user names have no colon.
func ServiceUser(app string) string { return "app:" + app }
