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

// AutomationNames lists every automation by its key.
func (a *App) AutomationNames() []string {
	var out []string
	for i := range a.Def.Automations {
		out = append(out, a.Def.Automations[i].Key)
	}
	return out
}

// RowNames lists every row of a decision table as "rule.1" and every item of a scorecard as "rule.item".
func (a *App) RowNames() []string {
	var out []string
	for i := range a.Def.Rules {
		r := &a.Def.Rules[i]
		for n := range max(len(r.Rows), len(r.Items)) {
			out = append(out, rowName(r, n))
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
