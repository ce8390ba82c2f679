package server

import (
	"pipewright/rules"
	"pipewright/runtime/process"
)

type pathStageOut struct {
	Key       string     `json:"key"`
	Name      rules.Text `json:"name"`
	Color     string     `json:"color,omitempty"`
	End       string     `json:"end,omitempty"`
	State     string     `json:"state"`
	EnteredAt instant    `json:"enteredAt"`
}

type conditionOut struct {
	Kind     string     `json:"kind"`
	Key      string     `json:"key"`
	Text     rules.Text `json:"text"`
	Met      bool       `json:"met"`
	Required bool       `json:"required"`
	Path     string     `json:"path,omitempty"`
	// Done of Of: people who have done an activity that each must do, or items of a group that are ticked.
	Done int `json:"done,omitempty"`
	Of   int `json:"of,omitempty"`
}

type checkItemOut struct {
	Key      string     `json:"key"`
	Name     rules.Text `json:"name"`
	Group    rules.Text `json:"group,omitzero"`
	Help     rules.Text `json:"help,omitzero"`
	Required bool       `json:"required"`
	Done     bool       `json:"done"`
	By       string     `json:"by,omitempty"`
	At       instant    `json:"at"`
}

type transitionOut struct {
	Key      string     `json:"key"`
	Name     rules.Text `json:"name"`
	To       string     `json:"to"`
	End      string     `json:"end,omitempty"`
	Allowed  bool       `json:"allowed"`
	Ready    bool       `json:"ready"`
	Missing  []noteOut  `json:"missing"`
	Ask      []string   `json:"ask"`
	Confirm  rules.Text `json:"confirm,omitzero"`
	Approval *string    `json:"approval"`
	Back     bool       `json:"back"`
	GivesUp  bool       `json:"givesUp,omitempty"`
	Pick     *pickOut   `json:"pick,omitempty"`
}

// pickOut asks whoever takes the transition for the next owner; it is optional where the present one may stay.
type pickOut struct {
	People []mini `json:"people"`
	Stays  bool   `json:"stays"`
}

// stagePath is the way from the first stage to the last, with where the record stands. Stages that give up are shown only when it
// stands in them.
func stagePath(p *process.Process, s *process.State) []pathStageOut {
	out := []pathStageOut{}
	at := -1
	if st := p.ByKey[s.Stage]; st != nil {
		at = st.Index
	}
	for _, st := range p.Stages {
		if (st.Def.End == "lost" || st.Def.End == "cancelled") && st.Index != at {
			continue
		}
		one := pathStageOut{Key: st.Def.Key, Name: st.Def.Name, Color: st.Def.Color, End: st.Def.End, State: "ahead"}
		entered, been := s.Entered[st.Def.Key]
		switch {
		case st.Index == at:
			one.State = "current"
		case been && st.Index < at:
			one.State = "done"
		}
		if been && st.Index <= at {
			one.EnteredAt = instant(entered)
		}
		out = append(out, one)
	}
	return out
}

func checklist(st *process.CompiledStage, s *process.State) []checkItemOut {
	out := []checkItemOut{}
	for i := range st.Def.Checklist {
		item := &st.Def.Checklist[i]
		mark, done := s.Checklist[st.Def.Key+"."+item.Key]
		out = append(out, checkItemOut{item.Key, item.Name, item.Group, item.Help, item.Required, done, mark.By, instant(mark.At)})
	}
	return out
}

func (c *call) transition(t process.TransitionState) transitionOut {
	d := t.T.Def
	out := transitionOut{Key: d.Key, Name: d.Name, To: d.To, End: t.T.To.Def.End, Allowed: t.Allowed, Ready: t.Ready, Missing: notes(t.Missing),
		Ask: list(d.Ask), Confirm: d.Confirm, Back: t.Back, GivesUp: t.GivesUp}
	if out.Name.IsZero() {
		out.Name = t.T.To.Def.Name
	}
	if len(t.Pick) > 0 {
		out.Pick = &pickOut{Stays: t.Stays}
		for _, user := range t.Pick {
			out.Pick.People = append(out.Pick.People, *c.mini(user))
		}
	}
	if t.T.Chain != nil {
		out.Approval = &t.T.Chain.Def.Key
	}
	return out
}
