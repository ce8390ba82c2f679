package process

import (
	"slices"

	"pipewright/rules"
)

// chains pairs approval chains and their steps, and says which rounds cannot be carried over.
func (w *planner) chains() {
	for i := range w.p.From.Def.Approvals {
		ch := w.p.From.Chains[w.p.From.Def.Approvals[i].Key]
		if ch == nil || ch.Form != w.p.Old {
			continue
		}
		w.chain(ch)
	}
}

func (w *planner) chain(ch *CompiledChain) {
	var among []element
	for i := range w.p.To.Def.Approvals {
		def := &w.p.To.Def.Approvals[i]
		n := w.p.To.Chains[def.Key]
		among = append(among, element{def.Key, named(def.Name, def.Key), def.Was, n != nil && n.Form == w.p.New})
	}
	path := "approvals/" + ch.Def.Key
	to, how := w.match(path, ch.Def.Key, among)
	w.tell(MigrationThing{Kind: "approval", Path: path, Name: named(ch.Def.Name, ch.Def.Key)}, to, how, FateLost, among)
	whole := how != ""
	if whole {
		w.p.chains[ch.Def.Key] = to.key
		whole = w.steps(ch, w.p.To.Chains[to.key])
	}
	for _, t := range w.p.Old.Process.Transitions {
		if t.Chain == ch && (w.p.transitions[t.Def.Key] == "" || w.p.New.Process.ByTransition[w.p.transitions[t.Def.Key]].Chain != w.p.To.Chains[w.p.chains[ch.Def.Key]]) {
			whole = false
		}
	}
	for _, st := range w.p.Old.Process.Stages {
		if st.Approval != ch {
			continue
		}
		if n := w.p.New.Process.ByKey[w.p.stages[st.Def.Key]]; n == nil || n.Approval == nil || n.Approval.Def.Key != w.p.chains[ch.Def.Key] {
			whole = false
		}
	}
	w.rounds(ch, whole)
}

// rounds asks what becomes of those rounds of a chain that cannot be carried over. What a single record holds is found when it is looked at;
// here stands what the definitions say.
func (w *planner) rounds(ch *CompiledChain, whole bool) {
	path := "rounds/" + ch.Def.Key
	w.used[path] = true
	t := MigrationThing{Kind: "round", Path: path, Name: named(ch.Def.Name, ch.Def.Key), Fate: FateChoose, To: w.p.Mapping[path],
		Note: rules.Say("进行中的审批若停在已删除或换了方式的节点上，不能带过去", "進行中的簽核若停在已刪除或換了方式的節點上，不能帶過去",
			"A running approval cannot be carried over where it waits at a step that is gone or decides in another way"),
		Choices: []MigrationChoice{
			{ReopenRound, rules.Say("取消并按新版本重新发起", "取消並按新版本重新發起", "Cancel it and submit anew by the new release")},
			{CancelRound, rules.Say("取消，由提交人再提交", "取消，由提交人再提交", "Cancel it; who submitted may do so again")}}}
	switch t.To {
	case CancelRound, ReopenRound:
		t.Fate, t.How = FateMapped, "chosen"
	case "":
		if whole {
			return
		}
	default:
		w.bad(path, t.To)
		return
	}
	for _, c := range t.Choices {
		if c.Key == t.To {
			t.ToName = c.Name
		}
	}
	w.p.Things = append(w.p.Things, t)
}

// steps pairs the steps of a chain; it reports whether a round that waits at any of them can be carried over.
func (w *planner) steps(ch, n *CompiledChain) bool {
	whole := true
	for _, st := range ch.All() {
		var among []element
		for _, other := range n.All() {
			among = append(among, element{other.Def.Key, named(other.Def.Name, other.Def.Key), other.Def.Was, w.sameKind(st, other)})
		}
		path := "approvals/" + ch.Def.Key + "/steps/" + st.Def.Key
		t := MigrationThing{Kind: "step", Path: path, Name: named(st.Def.Name, st.Def.Key)}
		if other := n.Step(st.Def.Key); other != nil && !w.sameKind(st, other) {
			t.Note = rules.Say("要去的版本里它的决定方式不同", "要去的版本裡它的決定方式不同", "In the new release it decides in another way")
		}
		to, how := w.match(path, st.Def.Key, among)
		w.tell(t, to, how, FateLost, among)
		if how == "" {
			whole = false
			continue
		}
		w.p.steps[ch.Def.Key+"."+st.Def.Key] = to.key
	}
	return whole
}

// sameKind says whether the votes given at one step mean the same at another: both alone, or branches, or parallel with the same branches,
// and the votes are counted in the same way.
func (w *planner) sameKind(a, b *CompiledStep) bool {
	if (a.Group == nil) != (b.Group == nil) || len(a.Branches) != len(b.Branches) {
		return false
	}
	for _, branch := range a.Branches {
		if !slices.ContainsFunc(b.Branches, func(o *CompiledStep) bool {
			return o.Def.Key == branch.Def.Key || slices.Contains(o.Def.Was, branch.Def.Key)
		}) {
			return false
		}
	}
	kind := func(st *CompiledStep) string {
		if st.Def.Mode.Kind == "" {
			return "all"
		}
		return st.Def.Mode.Kind
	}
	return len(a.Branches) > 0 || kind(a) == kind(b)
}
