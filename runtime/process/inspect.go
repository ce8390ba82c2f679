package process

import (
	"maps"
	"slices"
	"strings"
	"time"

	"pipewright/forms"
	"pipewright/rules"
)

// Inspection is what a person sees of a record beyond its values: which fields show, what is missing to go on, which ways lead on.
type Inspection struct {
	Values forms.Values
	Result *forms.Result
	// Conditions to go on from the stage: checklist, fields, leave conditions, activities.
	Conditions  []ConditionState
	Met, Of     int
	Transitions []TransitionState
	Buttons     []ButtonState
	Problems    []rules.Problem
}

// ConditionState is one thing the stage asks for.
type ConditionState struct {
	// Kind is "checklist", "group", "field", "condition", "activity" or "linked".
	Kind     string
	Key      string
	Path     string
	Text     rules.Text
	Required bool
	Met      bool
	// Done of Of people have done an activity that each must do, or items of a group are ticked; Of is 0 for what is one thing.
	Done, Of int
}

// TransitionState is one way from here, for this actor.
type TransitionState struct {
	T *CompiledTransition
	// Allowed: the actor may take it. Ready: nothing is missing.
	Allowed, Ready bool
	Missing        []rules.Problem
	// Pick are the people whoever takes it chooses the next owner from; Stays says that the present owner may go on instead.
	Pick  []string
	Stays bool
	// Back and GivesUp tell a step back and a way to lost or cancelled from going on.
	Back, GivesUp bool
}

// Inspect looks at a record as an actor, at an instant. It asks for facts like Decide: the inspection is whole when needs is empty.
func Inspect(app *App, s *State, a Actor, f *Facts, at time.Time) (*Inspection, []Need) {
	d := inspector(app, s, a, f, at)
	if r := d.bind(); r != nil {
		return &Inspection{}, nil
	}
	v := d.view(nil)
	mask := d.mask(d.stage())
	out := &Inspection{Values: v, Result: d.evaluate(v, nil, mask, []string{})}
	st := d.stage()
	sc := d.scope(v)
	out.Buttons = d.buttons(sc)
	if st == nil {
		return out, d.needs
	}
	// Transitions that want the same of the form share one evaluation, mostly that of the stage itself.
	evaluated := []gated{{mask, out.Result}}
	for _, t := range d.proc.Transitions {
		if !t.From[s.Stage] || t.Def.Auto {
			continue
		}
		if d.outcomeOnly(t) != nil {
			continue
		}
		ts := TransitionState{T: t, Allowed: d.mayTake(t), GivesUp: t.givesUp()}
		ts.Back = !ts.GivesUp && !t.advancing(st)
		var res *forms.Result
		if t.asksForm(st) {
			want := d.gateMask(t)
			i := slices.IndexFunc(evaluated, func(g gated) bool { return sameMask(g.mask, want) })
			if i < 0 {
				i = len(evaluated)
				evaluated = append(evaluated, gated{want, d.evaluate(v, nil, want, []string{})})
			}
			res = evaluated[i].res
		}
		ts.Pick, ts.Stays = d.pickFrom(t.To)
		ts.Missing = d.errorsOf(d.gateOn(t, sc, res))
		if s.Round != nil && !ts.GivesUp {
			running := approvalRunning()
			ts.Missing = append([]rules.Problem{rules.Errorf("/round", running.Code, running.Message)}, ts.Missing...)
		}
		ts.Ready = len(ts.Missing) == 0
		out.Transitions = append(out.Transitions, ts)
	}
	d.conditions(out, st, v, sc)
	return out, d.needs
}

// gated is what the form says under a mask.
type gated struct {
	mask forms.Mask
	res  *forms.Result
}

func sameMask(a, b forms.Mask) bool {
	return maps.Equal(a.Hide, b.Hide) && maps.Equal(a.ReadOnly, b.ReadOnly) && maps.Equal(a.Require, b.Require)
}

// inspector is a decider that decides nothing.
func inspector(app *App, s *State, a Actor, f *Facts, at time.Time) *decider {
	if f == nil {
		f = &Facts{}
	}
	return &decider{app: app, before: s, s: s.Clone(), c: &Command{Kind: Edit, At: at, Actor: a}, f: f, by: a.User, budget: rules.NewBudget()}
}

// conditions lists what the stage wants before the record goes on; met and of count the required ones.
func (d *decider) conditions(out *Inspection, st *CompiledStage, v forms.Values, sc *rules.Scope) {
	add := func(c ConditionState) {
		out.Conditions = append(out.Conditions, c)
		if c.Required {
			out.Of++
			if c.Met {
				out.Met++
			}
		}
	}
	for i := range st.Def.Checklist {
		item := &st.Def.Checklist[i]
		_, done := d.s.Checklist[st.Def.Key+"."+item.Key]
		add(ConditionState{Kind: "checklist", Key: item.Key, Path: "/checklist/" + item.Key, Text: item.Name, Required: item.Required, Met: done})
	}
	if st.Def.Fields != nil {
		for _, k := range st.Def.Fields.Require {
			add(ConditionState{Kind: "field", Key: k, Path: "/data/" + k, Text: rules.Say("填写“{field}”", "填寫「{field}」", "Fill in “{field}”", "field", d.fieldName(k)), Required: true, Met: !empty(v[k])})
		}
	}
	for i := range st.Leave {
		ok, _ := d.truth(st.Leave[i].If, sc, st.Leave[i].Path)
		text := st.Leave[i].Def.Message
		if ok {
			text = d.metWords(st.Leave[i].If, text)
		}
		add(ConditionState{Kind: "condition", Key: st.Leave[i].Def.Key, Path: st.Leave[i].Path, Text: text, Required: true, Met: ok})
	}
	for _, a := range st.Activities {
		_, done := d.s.Activities[a.Key]
		if a.Group != nil {
			now := st.Group(a.Group.Key, d.s)
			// Its required items are conditions of their own; it is one more only where it has none.
			only := a.Group.Required && !slices.ContainsFunc(a.Items, func(item *CheckItem) bool { return item.Required })
			add(ConditionState{Kind: "group", Key: a.Group.Key, Path: "/groups/" + a.Group.Key, Text: a.Name, Required: only, Met: now.Complete(), Done: now.Met, Of: now.Of})
			continue
		}
		one := ConditionState{Kind: "activity", Key: a.Def.Key, Path: "/activities/" + a.Def.Key, Text: a.Name, Required: a.Def.Required, Met: done}
		if open := d.s.ActivityPeople[a.Key]; open.Each {
			one.Of = len(open.People)
			one.Done = one.Of - len(d.s.WaitsFor(a.Key))
		}
		add(one)
	}
}

// metWords says of a condition that holds what is as it should be: its message says what is wrong while it does not. Where it reads nothing that has
// a name, the message stays.
func (d *decider) metWords(p *rules.Program, message rules.Text) rules.Text {
	var names []rules.Text
	for _, key := range p.Reads() {
		switch rule := d.app.Rules[key]; {
		case fieldOf(d.form.Def, key) != nil:
			names = append(names, d.fieldName(key))
		case rule != nil && !rule.Rule.Name.IsZero():
			names = append(names, rule.Rule.Name)
		}
	}
	if len(names) == 0 {
		return message
	}
	list := rules.Text{}
	for lang, sign := range map[string][3]string{"zh-CN": {"“", "”", "、"}, "zh-TW": {"「", "」", "、"}, "en": {"“", "”", ", "}} {
		said := make([]string, len(names))
		for i, name := range names {
			said[i] = sign[0] + name.In(lang) + sign[1]
		}
		list[lang] = strings.Join(said, sign[2])
	}
	return rules.Say("{fields}：条件已满足", "{fields}：條件已滿足", "{fields}: condition met", "fields", list)
}

func empty(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case string:
		return v == ""
	case []any:
		return len(v) == 0
	case []map[string]any:
		return len(v) == 0
	}
	return false
}

// EvaluateForm runs the form's rules on what a person is typing, for the live form. s is nil for a new record; a transition
// given by key adds what it asks for.
func EvaluateForm(app *App, form string, s *State, a Actor, f *Facts, at time.Time, data Wire, transition string) (*forms.Result, []rules.Problem, []Need) {
	c := &Command{Kind: Edit, At: at, Actor: a, Form: form, Data: data, Transition: transition}
	if f == nil {
		f = &Facts{}
	}
	d := &decider{app: app, before: s, s: s.Clone(), c: c, f: f, by: a.User, budget: rules.NewBudget()}
	if r := d.bind(); r != nil {
		return nil, []rules.Problem{rules.Errorf("", r.Code, r.Message)}, nil
	}
	given, problems := d.form.Schema.Parse(data, "/data")
	var asked []string
	if d.proc != nil {
		if t := d.proc.ByTransition[transition]; t != nil {
			asked = t.Def.Ask
		}
	}
	var old forms.Values
	var mask forms.Mask
	if s != nil {
		old = d.view(nil)
		mask = d.mask(d.stage(), asked...)
	} else {
		mask = d.startMask(asked...)
		d.s.Owner, d.s.Team, d.s.CreatedAt = a.User, a.Team, d.now
		if d.proc != nil {
			d.s.Stage = d.proc.Def.Start
		}
	}
	for _, k := range asked {
		delete(mask.Hide, k)
		delete(mask.ReadOnly, k)
	}
	problems = append(problems, d.form.Schema.SaidIn(data, given, old.Merge(given), "/data")...)
	res := d.evaluate(old, given, mask, nil)
	if res != nil {
		problems = append(problems, d.doubles(res)...)
	}
	return res, problems, d.needs
}
