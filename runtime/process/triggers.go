package process

import (
	"slices"
	"strings"
)

// automations asks for a run of every automation that this event triggers. Whether its condition holds is looked at by the run,
// which has the facts. Imported records trigger nothing (semantics 20).
func (w *effects) automations(e *Event, before *State) {
	for i := range w.app.Def.Automations {
		a := w.app.Automations[w.app.Def.Automations[i].Key]
		if a == nil || a.Def.Off || !w.triggers(a, e, before) {
			continue
		}
		// The run is the record's and the event's, so it is asked for once however often the effect is carried out.
		w.add(e, "automation", w.s.ID+"|"+itoa(int(e.Seq))+"|"+a.Def.Key, func(x *Effect) {
			x.Automation = &Triggered{Key: a.Def.Key, Seq: e.Seq, Cause: e.Cause}
		})
	}
}

func (w *effects) triggers(a *CompiledAutomation, e *Event, before *State) bool {
	on := &a.Def.On
	switch p := e.Payload.(type) {
	case Created:
		return on.Created != "" && on.Created == w.s.Form || on.Public != "" && on.Public == p.Public
	case Changed:
		if on.Updated != w.s.Form || before.Seq == 0 {
			return false
		}
		return len(a.Fields) == 0 || slices.ContainsFunc(p.keys(), func(k string) bool { return a.Fields[k] })
	case Entered:
		if on.Transition != "" {
			return on.Transition == w.s.Process+"."+p.Transition
		}
		process, stage, _ := strings.Cut(on.Stage, ".")
		if on.Stage == "" || process != w.s.Process {
			return false
		}
		if on.When == "left" {
			return stage == p.From && p.Entry != before.Entry
		}
		return stage == p.To && p.Entry != before.Entry
	case Pressed:
		return p.Button == a.Def.Key && !on.Button.IsZero()
	case ActivityDone:
		return p.Done && on.Activity != "" && on.Activity == w.s.Process+"."+p.Activity
	case Ticked:
		return p.Done && on.Checklist != "" && on.Checklist == w.s.Process+"."+p.Item
	case RoundEnded:
		return on.Approval != "" && before.Round != nil && on.Approval == before.Round.Chain && (on.Result == "" || on.Result == p.State)
	case Reminded:
		if p.Kind == "date" || p.Kind == "point" {
			return p.Key == a.Def.Key
		}
		target := on.Due
		if p.Kind == "idle" {
			target = on.Idle
		}
		return a.Share == 0 && a.Offset == nil && (p.Kind == "due" || p.Kind == "idle") && target != "" && target == w.s.Process+"."+w.s.Stage
	}
	return false
}
