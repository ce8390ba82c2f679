package process

import (
	"slices"

	"pipewright/forms"
	"pipewright/rules"
)

// maxPicks bounds whom one may pick for a step.
const maxPicks = 20

// picks says whether a step leaves the choice of its people to somebody: "initiator" or "previous".
func (st *CompiledStep) picks(by string) *CompiledWho {
	for i := range st.Who {
		if st.Who[i].Def.Pick == by {
			return &st.Who[i]
		}
	}
	return nil
}

// resolveStep names the people of a step; those left to somebody's choice are the ones he picked.
func (d *decider) resolveStep(st *CompiledStep) (people []string, ok bool) {
	ok = true
	for i := range st.Who {
		var found []string
		known := true
		if st.Who[i].Def.Pick != "" {
			for _, p := range d.s.Round.Picks[st.Def.Key] {
				one, k := d.active(p)
				known = known && k
				found = append(found, one...)
			}
		} else {
			found, known = d.resolve(st.Who[i:i+1], d.s.Round.Initiator, d.view(d.s.Round.Proposed))
		}
		ok = ok && known
		for _, p := range found {
			if !slices.Contains(people, p) {
				people = append(people, p)
			}
		}
	}
	return people, ok
}

// active is the person alone, or nobody when he has left.
func (d *decider) active(user string) ([]string, bool) {
	return d.ask(PeopleNeed{App: d.app.Def.Key, Who: Who{User: user}})
}

// initiatorPicks takes the people the initiator has picked, and asks for those of each step that would run now. What moves by itself
// picks nobody: the step then says what happens when nobody is found.
func (d *decider) initiatorPicks(ch *CompiledChain, p *RoundOpened) (map[string][]string, *Rejection) {
	// The choice of people may rest on the round: its values and its initiator.
	live := d.s.Round
	d.s.Round = &Round{Initiator: p.Initiator, Proposed: p.Proposed, Chain: p.Chain}
	defer func() { d.s.Round = live }()
	picks := map[string][]string{}
	for _, key := range sortedKeys(d.c.Pick) {
		st := ch.Step(key)
		if st == nil || st.picks("initiator") == nil {
			return nil, noPick(key)
		}
		if r := d.validPick(st, st.picks("initiator"), d.c.Pick[key]); r != nil {
			return nil, r
		}
		picks[key] = d.c.Pick[key]
	}
	if d.c.Kind != Move || d.c.Actor.Service {
		return picks, nil
	}
	for _, st := range ch.All() {
		if st.picks("initiator") == nil || len(picks[st.Def.Key]) > 0 || slices.Contains(p.Keep, st.whole().Def.Key) {
			continue
		}
		if runs, problem := d.appliesWithin(st, d.view(p.Proposed)); problem == nil && runs {
			return nil, pickFirst(st)
		}
	}
	if len(picks) == 0 {
		return nil, nil
	}
	return picks, nil
}

// appliesWithin says whether a step would run on these values, and the parallel one it belongs to.
func (d *decider) appliesWithin(st *CompiledStep, v forms.Values) (bool, *rules.Problem) {
	sc := d.scope(v)
	runs, problem := d.truth(st.RunIf, sc, st.Path+"/runIf")
	if problem == nil && runs && st.Group != nil {
		return d.truth(st.Group.RunIf, sc, st.Group.Path+"/runIf")
	}
	return runs, problem
}

// takePicks keeps whom an approver has picked for the steps after his.
func (d *decider) takePicks(ch *CompiledChain, st *CompiledStep) *Rejection {
	for _, key := range sortedKeys(d.c.Pick) {
		next := ch.Step(key)
		if next == nil || next.picks("previous") == nil || d.s.Round.Step(key).State != Waiting {
			return noPick(key)
		}
		if r := d.validPick(next, next.picks("previous"), d.c.Pick[key]); r != nil {
			return r
		}
		d.emit(Picked{Step: key, People: d.c.Pick[key]})
	}
	return nil
}

// pickMissing asks the one whose approval opens a step whom he picks for it. When nobody is there to be asked, since time or a
// policy passed the step before, what the step says about nobody found applies.
func (d *decider) pickMissing(st *CompiledStep) *Rejection {
	w := st.picks("previous")
	if w == nil || len(d.s.Round.Picks[st.Def.Key]) > 0 || d.c.Kind != DecideSlot || d.c.Actor.Service {
		return nil
	}
	if len(w.From) > 0 {
		from, ok := d.resolve(w.From, d.s.Round.Initiator, d.view(d.s.Round.Proposed))
		if !ok || len(from) == 0 {
			return nil
		}
	}
	return pickFirst(st)
}

// validPick checks people picked for a step: there, of those one may pick from, and not the initiator.
func (d *decider) validPick(st *CompiledStep, w *CompiledWho, people []string) *Rejection {
	if len(people) == 0 || len(people) > maxPicks {
		return reject("approval.pick", rules.Say("请为“{step}”选 1 到 {max} 人", "請為「{step}」選 1 到 {max} 人", "Pick 1 to {max} people for “{step}”", "step", st.Def.Name, "max", maxPicks))
	}
	var from []string
	if len(w.From) > 0 {
		var ok bool
		if from, ok = d.resolve(w.From, d.s.Round.Initiator, d.view(d.s.Round.Proposed)); !ok {
			return nil
		}
	}
	for _, p := range people {
		if len(w.From) > 0 && !slices.Contains(from, p) {
			return reject("approval.pick", rules.Say("“{who}”不在“{step}”可选的人员里", "「{who}」不在「{step}」可選的人員裡", "“{who}” is not among the people to pick from for “{step}”", "who", d.called(p), "step", st.Def.Name))
		}
		if r := d.mayHold(st, p); r != nil {
			return r
		}
	}
	return nil
}

// mayHold refuses people who cannot decide a step: who are not there any more, or submitted it themselves.
func (d *decider) mayHold(st *CompiledStep, person string) *Rejection {
	there, ok := d.active(person)
	if ok && len(there) == 0 {
		return reject("approval.person", rules.Say("“{who}”不在职或不存在", "「{who}」不在職或不存在", "“{who}” has left or does not exist", "who", d.called(person)))
	}
	if person == d.s.Round.Initiator && st.Def.OnSelf != "allow" {
		return reject("approval.person", rules.Say("发起人不能审批自己提交的内容", "發起人不能簽核自己提交的內容", "Who submitted it cannot decide it"))
	}
	return nil
}

func noPick(key string) *Rejection {
	return reject("approval.pick", rules.Say("节点“{step}”的审批人现在不由你选", "節點「{step}」的簽核人現在不由你選", "The people of the step “{step}” are not yours to pick now", "step", key))
}

func pickFirst(st *CompiledStep) *Rejection {
	msg := rules.Say("请选择“{step}”的审批人", "請選擇「{step}」的簽核人", "Pick the people for “{step}”", "step", st.Def.Name)
	return reject("approval.pick", msg, rules.Errorf("/pick/"+st.Def.Key, "approval.pick", msg))
}
