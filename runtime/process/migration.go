package process

import (
	"slices"
	"strings"

	"pipewright/forms"
	"pipewright/rules"
)

// Mapping says what becomes of things of an old release where the plan leaves a choice, or is overruled: by the path of the old thing, the
// key of the new one. Paths: stages/quote, stages/quote/checklist/budget, stages/quote/activities/cost, transitions/win,
// approvals/discount, approvals/discount/steps/manager, fields/amount, fields/lines/qty; rounds/discount is CancelRound or ReopenRound, for
// rounds that cannot be carried over; values/amount (values/lines/qty) is ClearValue or RoundValue, for values that do not fit.
type Mapping map[string]string

// What may be chosen for a round that cannot be carried over, and for a value that does not convert.
const (
	CancelRound = "cancel"
	ReopenRound = "reopen"
	ClearValue  = "clear"
	RoundValue  = "round"
)

// MigrationPlan is what becomes of the records of one process when they go on to another release. It is made once for many records,
// immutable, and safe for concurrent use.
type MigrationPlan struct {
	// ID names the migration; undoing names the same.
	ID       string
	From, To *App
	Old, New *Form
	Mapping  Mapping
	// Things are those of the old release whose fate is worth telling: what has changed, must be chosen, or is lost.
	Things []MigrationThing
	// Same counts the others.
	Same int

	stages, transitions, chains, automations map[string]string
	// steps by "chain.step"; items and activities by "stage.key", as records mark them.
	steps, items, activities map[string]string
	fields                   []fieldPair
}

// Fates of a thing.
const (
	FateMapped = "mapped"
	FateChoose = "choose"
	FateLost   = "lost"
)

// MigrationThing is what becomes of one thing of the old release.
type MigrationThing struct {
	// Kind is "stage", "transition", "approval", "step", "round", "field", "column", "value", "item", "activity" or "timer".
	Kind string
	// Path is the thing's key in a Mapping; empty when there is nothing to choose.
	Path string
	Name rules.Text
	// To is the key of what it becomes, or what was chosen, and ToName its name.
	To     string
	ToName rules.Text
	Fate   string
	// How is "key", "was" or "chosen" for a mapped one.
	How     string
	Note    rules.Text
	Choices []MigrationChoice
	// TypeWas and TypeIs are the types of a field that has another one now.
	TypeWas, TypeIs string
}

// MigrationChoice is what may be chosen for a thing.
type MigrationChoice struct {
	Key  string
	Name rules.Text
}

// fieldPair is a field or column whose stored values change hands: by id ("amount", "lines.net") and storage key.
type fieldPair struct {
	old, new   forms.FieldInfo
	path       string // fields/…
	oldTable   string // storage key of the table, for a column
	newTable   string
	tableOf    string // key of the new table
	oldTableOf string
	columnOnly bool
}

// PlanMigration works out what becomes of the records of a form of one release in another. Without a choice things go by key, then by what
// the new one says it was. Errors: migration.form when the new release has no such form or no process over it, migration.mapping.
func PlanMigration(id string, from, to *App, form string, mapping Mapping) (*MigrationPlan, *Rejection) {
	p := &MigrationPlan{ID: id, From: from, To: to, Old: from.Forms[form], Mapping: mapping, stages: map[string]string{}, transitions: map[string]string{},
		chains: map[string]string{}, automations: map[string]string{}, steps: map[string]string{}, items: map[string]string{}, activities: map[string]string{}}
	if p.Old == nil || p.Old.Process == nil {
		return nil, reject("migration.form", rules.Say("旧版本里没有这个流程", "舊版本裡沒有這個流程", "The old release has no such process"))
	}
	for i := range to.Def.Forms {
		if f := to.Forms[to.Def.Forms[i].Key]; f != nil && (f.StorageKey == p.Old.StorageKey) {
			p.New = f
		}
	}
	if p.New == nil || p.New.Process == nil {
		return nil, reject("migration.form", rules.Say("要去的版本里“{form}”已没有流程，这些记录只能留在旧版本", "要去的版本裡「{form}」已沒有流程，這些記錄只能留在舊版本",
			"The release they go to has no process over “{form}” any more; these records have to stay on theirs", "form", named(p.Old.Def.Name, form)))
	}
	w := &planner{p: p, used: map[string]bool{}}
	w.stages()
	w.transitions()
	w.chains()
	w.fields()
	w.automations()
	if len(w.problems) == 0 {
		for _, path := range sortedKeys(mapping) {
			if !w.used[path] {
				w.bad(path, mapping[path])
			}
		}
	}
	if len(w.problems) > 0 {
		return nil, reject("migration.mapping", w.problems[0].Message, w.problems...)
	}
	return p, nil
}

// planner lays a plan out, one kind of thing after another.
type planner struct {
	p        *MigrationPlan
	used     map[string]bool
	problems []rules.Problem
}

func (w *planner) bad(path, to string) {
	w.problems = append(w.problems, rules.Errorf("/mapping/"+strings.ReplaceAll(path, "/", "~1"), "migration.mapping",
		rules.Say("“{path}”不能对应到“{to}”", "「{path}」不能對應到「{to}」", "“{path}” cannot become “{to}”", "path", path, "to", to)))
}

// element is one of the new release's things of a kind.
type element struct {
	key  string
	name rules.Text
	was  []string
	// fits says whether the old thing may become this one.
	fits bool
}

// match finds what a thing becomes: what was chosen, else the one of its key, else the first that says it was it. One that does not fit
// counts as not there, but shows that something has to be chosen.
func (w *planner) match(path, key string, among []element) (to element, how string) {
	w.used[path] = true
	if want, chosen := w.p.Mapping[path]; chosen {
		if i := slices.IndexFunc(among, func(e element) bool { return e.key == want && e.fits }); i >= 0 {
			return among[i], "chosen"
		}
		w.bad(path, want)
		return element{}, ""
	}
	if i := slices.IndexFunc(among, func(e element) bool { return e.key == key }); i >= 0 {
		if among[i].fits {
			return among[i], "key"
		}
		return element{}, ""
	}
	if i := slices.IndexFunc(among, func(e element) bool { return slices.Contains(e.was, key) }); i >= 0 && among[i].fits {
		return among[i], "was"
	}
	return element{}, ""
}

// tell adds a thing to the plan. One that is what it was, with nothing to say about it, is only counted.
func (w *planner) tell(t MigrationThing, to element, how string, lost string, among []element) {
	if how == "key" && t.Note.IsZero() {
		w.p.Same++
		return
	}
	t.Fate, t.To, t.ToName, t.How = FateMapped, to.key, to.name, how
	if how == "" {
		t.Fate = lost
	}
	for _, e := range among {
		if e.fits {
			t.Choices = append(t.Choices, MigrationChoice{e.key, e.name})
		}
	}
	w.p.Things = append(w.p.Things, t)
}

// stages pairs stages of the same kind, open or of one end, with their checklists, activities and deadlines.
func (w *planner) stages() {
	old, now := w.p.Old.Process, w.p.New.Process
	for _, st := range old.Stages {
		var among []element
		for _, n := range now.Stages {
			among = append(among, element{n.Def.Key, named(n.Def.Name, n.Def.Key), n.Def.Was, n.Def.End == st.Def.End})
		}
		path := "stages/" + st.Def.Key
		t := MigrationThing{Kind: "stage", Path: path, Name: named(st.Def.Name, st.Def.Key)}
		if n := now.ByKey[st.Def.Key]; n != nil && n.Def.End != st.Def.End {
			t.Note = rules.Say("要去的版本里它的结束方式不同", "要去的版本裡它的結束方式不同", "In the new release it ends in another way, or not at all")
		}
		to, how := w.match(path, st.Def.Key, among)
		w.tell(t, to, how, FateChoose, among)
		if how == "" {
			continue
		}
		w.p.stages[st.Def.Key] = to.key
		n := now.ByKey[to.key]
		w.deadlines(st, n)
		w.marks(st, n)
	}
}

// deadlines tells which timers are planned anew.
func (w *planner) deadlines(st, n *CompiledStage) {
	tell := func(kind rules.Text) {
		w.p.Things = append(w.p.Things, MigrationThing{Kind: "timer", Name: named(st.Def.Name, st.Def.Key), To: n.Def.Key, ToName: named(n.Def.Name, n.Def.Key), Fate: FateMapped, Note: kind})
	}
	if !w.p.sameDue(st, n) {
		tell(rules.Say("期限的算法变了：按新的重新计算，从进入阶段时起", "期限的算法變了：按新的重新計算，從進入階段時起", "Its deadline is worked out in another way: planned anew, from when the record came in"))
	}
	if !w.p.sameIdle(st, n) {
		tell(rules.Say("停滞时限变了：从最近一次活动起重新计算", "停滯時限變了：從最近一次活動起重新計算", "Its idle time is another: planned anew, from the last activity"))
	}
	if p := w.p; p.sameDue(st, n) && !p.sameLadder(st, n, dueLadder) || p.sameIdle(st, n) && !p.sameLadder(st, n, idleLadder) {
		tell(rules.Say("超时后的提醒与升级变了：还没到的按新的安排", "逾時後的提醒與升級變了：還沒到的按新的安排", "What happens when it is late is another: what is still to come is planned anew"))
	}
}

// sameClock says whether both releases count time alike.
func (p *MigrationPlan) sameClock() bool {
	return p.From.Def.Calendar == p.To.Def.Calendar && p.From.Zone.String() == p.To.Zone.String()
}

func (p *MigrationPlan) sameDue(a, b *CompiledStage) bool {
	return a.Def.Due == b.Def.Due && p.sameClock()
}

func (p *MigrationPlan) sameIdle(a, b *CompiledStage) bool {
	return a.Def.Idle == b.Def.Idle && p.sameClock()
}

// sameLadder says whether two stages have the same rungs, counted from the same moment.
func (p *MigrationPlan) sameLadder(a, b *CompiledStage, key string) bool {
	same := p.sameIdle(a, b)
	if key == dueLadder {
		same = p.sameDue(a, b)
	}
	return same && sameRungs(a.ladder(key), b.ladder(key))
}

// marks pairs the checklist items and activities of a stage.
func (w *planner) marks(st, n *CompiledStage) {
	pair := func(kind, list, key string, name rules.Text, old []string, among []element, into map[string]string) {
		path := "stages/" + st.Def.Key + "/" + list + "/" + key
		for i := range among {
			among[i].fits = among[i].key == key || !slices.Contains(old, among[i].key)
		}
		to, how := w.match(path, key, among)
		w.tell(MigrationThing{Kind: kind, Path: path, Name: named(name, key)}, to, how, FateLost, among)
		if how != "" {
			into[st.Def.Key+"."+key] = n.Def.Key + "." + to.key
		}
	}
	var among []element
	var old []string
	for i := range n.Def.Checklist {
		among = append(among, element{key: n.Def.Checklist[i].Key, name: named(n.Def.Checklist[i].Name, n.Def.Checklist[i].Key)})
	}
	for i := range st.Def.Checklist {
		old = append(old, st.Def.Checklist[i].Key)
	}
	for i := range st.Def.Checklist {
		pair("item", "checklist", st.Def.Checklist[i].Key, st.Def.Checklist[i].Name, old, slices.Clone(among), w.p.items)
	}
	among, old = nil, nil
	key := func(a *CompiledActivity) string { return a.Key[strings.IndexByte(a.Key, '.')+1:] }
	for _, a := range st.Activities {
		old = append(old, key(a))
	}
	for _, a := range st.Activities {
		among = nil
		for _, b := range n.Activities {
			if sameWork(a, b) {
				among = append(among, element{key: key(b), name: named(b.Name, key(b))})
			}
		}
		pair("activity", "activities", key(a), a.Name, old, among, w.p.activities)
	}
}

// sameWork says whether what people have done of one activity counts for another: both groups of the checklist, or both done by one of those
// who were asked, or by each of them.
func sameWork(a, b *CompiledActivity) bool {
	each := func(x *CompiledActivity) bool { return x.Def != nil && x.Def.Mode == "each" }
	return (a.Group == nil) == (b.Group == nil) && each(a) == each(b)
}

// transitions pairs those that a round may wait for.
func (w *planner) transitions() {
	var among []element
	for _, n := range w.p.New.Process.Transitions {
		among = append(among, element{n.Def.Key, named(n.Def.Name, n.Def.Key), n.Def.Was, true})
	}
	for _, t := range w.p.Old.Process.Transitions {
		path := "transitions/" + t.Def.Key
		to, how := w.match(path, t.Def.Key, among)
		if how != "" {
			w.p.transitions[t.Def.Key] = to.key
		}
		if t.Chain == nil {
			continue
		}
		w.tell(MigrationThing{Kind: "transition", Path: path, Name: named(t.Def.Name, t.Def.Key)}, to, how, FateLost, among)
	}
}

// automations pairs those that timers serve.
func (w *planner) automations() {
	for i := range w.p.From.Def.Automations {
		key := w.p.From.Def.Automations[i].Key
		for j := range w.p.To.Def.Automations {
			if a := &w.p.To.Def.Automations[j]; a.Key == key {
				w.p.automations[key] = key
			}
		}
		for j := range w.p.To.Def.Automations {
			if a := &w.p.To.Def.Automations[j]; w.p.automations[key] == "" && slices.Contains(a.Was, key) {
				w.p.automations[key] = a.Key
			}
		}
	}
}
