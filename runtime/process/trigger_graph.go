package process

import (
	"slices"
	"strings"
)

// SetsOff says that an action of one automation sets off another.
type SetsOff struct {
	From, To string
	// Path is the action that does.
	Path string
	// What the action makes happen: "created", "updated", "transition", "entered" or "left"; "date", "due" and "idle" are what the clock
	// makes of it.
	What string
	// Later: time passes between, by a wait before the action or by the clock.
	Later bool
	// Loop: it lies on a circle of automations that set each other off at once.
	Loop bool
}

// TriggerGraph is which automation sets off which, in the order of the definition. It goes by what is written down: conditions are not
// looked at, and a move that an approval decides on is a person's.
func (app *App) TriggerGraph() []SetsOff {
	list := app.runnable()
	var out []SetsOff
	next := map[string][]string{}
	for _, a := range list {
		for _, h := range causes(a.Actions, a.Form, false) {
			for _, b := range list {
				what, clock, ok := h.sets(b)
				e := SetsOff{From: a.Def.Key, To: b.Def.Key, Path: h.path, What: what, Later: h.later || clock}
				if !ok || slices.Contains(out, e) {
					continue
				}
				if out = append(out, e); !e.Later {
					next[e.From] = append(next[e.From], e.To)
				}
			}
		}
	}
	for i := range out {
		e := &out[i]
		e.Loop = !e.Later && (e.From == e.To || reaches(e.To, e.From, next))
	}
	return out
}

// runnable are the automations that are not switched off, in order.
func (app *App) runnable() (list []*CompiledAutomation) {
	for i := range app.Def.Automations {
		if a := app.Automations[app.Def.Automations[i].Key]; a != nil && a.Def == &app.Def.Automations[i] && !a.Def.Off {
			list = append(list, a)
		}
	}
	return list
}

// reaches says whether a way leads from one key to another.
func reaches(from, to string, edges map[string][]string) bool {
	seen := map[string]bool{from: true}
	for queue := []string{from}; len(queue) > 0; queue = queue[1:] {
		for _, key := range edges[queue[0]] {
			if key == to {
				return true
			}
			if !seen[key] {
				seen[key] = true
				queue = append(queue, key)
			}
		}
	}
	return false
}

// happening is something an action causes; later: after a wait.
type happening struct {
	kind, form, key, path string
	fields                []string
	later                 bool
}

// causes lists what actions on records of a form make happen without a person in between; waited says that there is a wait before them.
// A wait inside a branch may be passed by, so what follows the branch may happen at once.
func causes(actions []*CompiledAction, form *Form, waited bool) (out []happening) {
	for _, a := range actions {
		if !a.Def.Wait.IsZero() {
			waited = true
		}
		add := func(h happening) {
			h.path, h.later = a.Path, waited
			out = append(out, h)
		}
		changes := func(on *Form, fields []string) {
			if on != nil && len(fields) > 0 {
				add(happening{kind: "updated", form: on.Def.Key, fields: on.Schema.Dependents(fields)})
			}
		}
		switch {
		case len(a.Set) > 0:
			var fields []string
			for _, s := range a.Set {
				fields = append(fields, s.Field)
			}
			changes(a.On, fields)
		case a.Def.HTTP != nil && a.On != nil:
			changes(a.On, sortedKeys(a.Def.HTTP.Into))
		case a.Def.HTTP != nil:
			changes(form, sortedKeys(a.Def.HTTP.Into))
		case a.Def.Move != "" && a.On != nil && a.On.Process != nil:
			p := a.On.Process
			t := p.ByTransition[a.Def.Move]
			if t == nil || t.Chain != nil {
				continue
			}
			add(happening{kind: "transition", key: p.Def.Key + "." + t.Def.Key})
			if t.To != nil {
				add(happening{kind: "entered", key: p.Def.Key + "." + t.To.Def.Key})
			}
			for _, from := range sortedKeys(t.From) {
				add(happening{kind: "left", key: p.Def.Key + "." + from})
			}
		case a.Start != nil:
			var fields []string
			for _, w := range a.With {
				fields = append(fields, w.Field)
			}
			add(happening{kind: "created", form: a.Start.Def.Key, fields: a.Start.Schema.Dependents(fields)})
			if p := a.Start.Process; p != nil {
				add(happening{kind: "entered", key: p.Def.Key + "." + p.Def.Start})
			}
		}
		for _, list := range [][]*CompiledAction{a.Do, a.Then, a.Else} {
			out = append(out, causes(list, form, waited)...)
		}
	}
	return out
}

// sets says whether the happening triggers an automation, by what, and whether the clock comes between.
func (h happening) sets(a *CompiledAutomation) (what string, clock, ok bool) {
	on := &a.Def.On
	switch h.kind {
	case "created":
		if form, field, isDate := strings.Cut(on.Date, "."); isDate && form == h.form {
			return "date", true, slices.Contains(h.fields, field)
		}
		ok = on.Created == h.form
	case "updated":
		if form, field, isDate := strings.Cut(on.Date, "."); isDate && form == h.form {
			return "date", true, slices.Contains(h.fields, field)
		}
		ok = on.Updated == h.form && (len(on.Fields) == 0 || slices.ContainsFunc(on.Fields, func(f string) bool { return slices.Contains(h.fields, f) }))
	case "transition":
		ok = on.Transition == h.key
	case "entered":
		switch h.key {
		case on.Due:
			return "due", true, true
		case on.Idle:
			return "idle", true, true
		}
		ok = on.Stage == h.key && on.When != "left"
	case "left":
		ok = on.Stage == h.key && on.When == "left"
	}
	return h.kind, false, ok
}
