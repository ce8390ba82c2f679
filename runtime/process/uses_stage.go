package process

import (
	"pipewright/forms"
	"pipewright/rules"
)

// stageWork finds what the people asked in a stage are named by: its activities and the groups of its checklist.
func (f *finder) stageWork(path string, s *Stage, form *forms.Form, names rules.Names) {
	ladder := func(at string, rungs []DueStep) {
		for i := range rungs {
			f.whos(at+"/ladder/"+itoa(i)+"/to", rungs[i].To, form, names)
		}
	}
	ladder(path, s.Ladder)
	for i := range s.IdleLadder {
		f.whos(path+"/idleLadder/"+itoa(i)+"/to", s.IdleLadder[i].To, form, names)
	}
	for i := range s.Activities {
		a := &s.Activities[i]
		at := path + "/activities/" + elementKey(a.Key, i)
		f.whos(at+"/who", a.Who, form, names)
		f.whos(at+"/onEmpty", a.OnEmpty.Who, form, names)
		f.expr(at+"/passIf", &a.PassIf, with(names, func(name string) *rules.Thing {
			for j := range a.Fields {
				if a.Fields[j].Key == name {
					return &rules.Thing{Path: at + "/fields/" + name}
				}
			}
			return nil
		}), nil)
		ladder(at, a.Ladder)
	}
	for i := range s.Groups {
		g := &s.Groups[i]
		at := path + "/groups/" + elementKey(g.Key, i)
		f.whos(at+"/owner", g.Owner, form, names)
		ladder(at, g.Ladder)
	}
	if len(s.Groups) == 0 {
		return
	}
	for i := range s.Checklist {
		item := &s.Checklist[i]
		if key := item.Group[""]; key != "" && path+"/groups/"+key == f.target {
			f.note(path+"/checklist/"+elementKey(item.Key, i)+"/group", key, f.to, 0, 0, func(to string) { item.Group = rules.Plain(to) })
		}
	}
}
