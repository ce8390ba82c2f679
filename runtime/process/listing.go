package process

// StageNames lists every stage as "process.stage", in the order of the definition.
func (a *App) StageNames() []string {
	return a.each(func(p *Process, add func(string)) {
		for _, st := range p.Stages {
			add(st.Def.Key)
		}
	})
}

// TransitionNames lists every transition as "process.transition".
func (a *App) TransitionNames() []string {
	return a.each(func(p *Process, add func(string)) {
		for _, t := range p.Transitions {
			add(t.Def.Key)
		}
	})
}

// StepNames lists every approval step as "chain.step".
func (a *App) StepNames() []string {
	var out []string
	for i := range a.Def.Approvals {
		for _, step := range stepKeys(&a.Def.Approvals[i]) {
			out = append(out, a.Def.Approvals[i].Key+"."+step)
		}
	}
	return out
}

func (a *App) each(visit func(p *Process, add func(string))) []string {
	var out []string
	for i := range a.Def.Processes {
		if p := a.Processes[a.Def.Processes[i].Key]; p != nil {
			visit(p, func(key string) { out = append(out, p.Def.Key+"."+key) })
		}
	}
	return out
}
