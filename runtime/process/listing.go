package process

import "strconv"

// walked is a thing that scenarios can walk: its name in a coverage, and its place in the definition.
type walked struct{ name, path string }

// stagesToWalk lists every stage as "process.stage".
func (a *App) stagesToWalk() []walked {
	return a.each("stages", func(p *Process, add func(string)) {
		for _, st := range p.Stages {
			add(st.Def.Key)
		}
	})
}

// transitionsToWalk lists every transition as "process.transition".
func (a *App) transitionsToWalk() []walked {
	return a.each("transitions", func(p *Process, add func(string)) {
		for _, t := range p.Transitions {
			add(t.Def.Key)
		}
	})
}

// stepsToWalk lists every approval step as "chain.step".
func (a *App) stepsToWalk() []walked {
	var out []walked
	for i := range a.Def.Approvals {
		chain := &a.Def.Approvals[i]
		chain.EachStep(func(path string, s *Step) { out = append(out, walked{chain.Key + "." + s.Key, path}) })
	}
	return out
}

// automationsToWalk lists every automation by its key.
func (a *App) automationsToWalk() []walked {
	var out []walked
	for i := range a.Def.Automations {
		key := a.Def.Automations[i].Key
		out = append(out, walked{key, "/automations/" + key})
	}
	return out
}

// rowsToWalk lists every row of a decision table as "rule.1" and every item of a scorecard as "rule.item".
func (a *App) rowsToWalk() []walked {
	var out []walked
	for i := range a.Def.Rules {
		r := &a.Def.Rules[i]
		for n := range r.Rows {
			out = append(out, walked{rowName(r, n), "/rules/" + r.Key + "/rows/" + strconv.Itoa(n)})
		}
		for n := range r.Items {
			out = append(out, walked{rowName(r, n), "/rules/" + r.Key + "/items/" + r.Items[n].Key})
		}
	}
	return out
}

func (a *App) each(list string, visit func(p *Process, add func(string))) []walked {
	var out []walked
	for i := range a.Def.Processes {
		if p := a.Processes[a.Def.Processes[i].Key]; p != nil {
			visit(p, func(key string) {
				out = append(out, walked{p.Def.Key + "." + key, "/processes/" + p.Def.Key + "/" + list + "/" + key})
			})
		}
	}
	return out
}
