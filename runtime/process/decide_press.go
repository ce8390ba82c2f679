package process

import (
	"slices"

	"pipewright/rules"
)

// ButtonState is a button of an automation, for this actor on this record. Ready: its condition holds.
type ButtonState struct {
	A     *CompiledAutomation
	Ready bool
}

// buttons are those that the actor may press on the record.
func (d *decider) buttons(sc *rules.Scope) (out []ButtonState) {
	for i := range d.app.Def.Automations {
		a := d.app.Automations[d.app.Def.Automations[i].Key]
		if a == nil || !d.mayPress(a) {
			continue
		}
		ready, _ := d.truth(a.If, sc, "/automations/"+a.Def.Key+"/if")
		out = append(out, ButtonState{A: a, Ready: ready})
	}
	return out
}

// mayPress: the roles of the button, or whoever may edit the record when it names none. Somebody who merely takes part in the record
// presses nothing.
func (d *decider) mayPress(a *CompiledAutomation) bool {
	if a.Def.Off || a.Def.On.Button.IsZero() || a.Form != d.form {
		return false
	}
	who := d.c.Actor
	if len(a.Def.On.By) == 0 {
		return who.Rights.Edit || who.Service
	}
	return who.Service || who.Rights.Read && !who.Rights.Guest && slices.ContainsFunc(a.Def.On.By, func(role string) bool { return slices.Contains(who.Roles, role) })
}

// press notes that a button was pressed; its automation does the rest.
func (d *decider) press() *Rejection {
	a := d.app.Automations[d.c.Item]
	if a == nil || a.Def.On.Button.IsZero() || a.Form != d.form {
		return reject("not.found", rules.Say("没有这个按钮", "沒有這個按鈕", "There is no such button"))
	}
	if !d.mayPress(a) {
		return forbidden()
	}
	ready, problem := d.truth(a.If, d.scope(d.view(nil)), "/automations/"+a.Def.Key+"/if")
	if len(d.needs) > 0 {
		return nil
	}
	if problem != nil {
		return reject("button.notNow", problem.Message, *problem)
	}
	if !ready {
		return reject("button.notNow", rules.Say("现在还不能“{name}”：条件不满足", "現在還不能「{name}」：條件不滿足", "“{name}” is not possible now: its condition is not met", "name", a.Def.On.Button))
	}
	d.emit(Pressed{Button: a.Def.Key})
	return nil
}
