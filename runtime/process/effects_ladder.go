package process

import (
	"time"

	"pipewright/rules"
)

// stageLate tells those whom a rung of the stage names, or the one whom the record is taken from.
func (w *effects) stageLate(e *Event, p *StageLate) {
	switch stage := w.stageName(); {
	case p.Given:
		w.notify(e, p.To, rules.Say("这条记录在“{stage}”超时，已转给别人负责", "這筆記錄在「{stage}」逾時，已轉給別人負責",
			"This record was late in “{stage}” and was given to somebody else", "stage", stage))
	case p.Ladder == idleLadder:
		w.notify(e, p.To, rules.Say("这条记录在“{stage}”没有进展，已升级给你", "這筆記錄在「{stage}」沒有進展，已升級給你",
			"This record stands still in “{stage}” and was escalated to you", "stage", stage))
	default:
		w.notify(e, p.To, rules.Say("这条记录在“{stage}”超时，已升级给你", "這筆記錄在「{stage}」逾時，已升級給你",
			"This record is late in “{stage}” and was escalated to you", "stage", stage))
	}
}

// rungText reminds the owner, before or after the stage is due.
func (w *effects) rungText(key string, at time.Time) rules.Text {
	due := w.s.DueAt.In(w.app.Zone).Format("2006-01-02 15:04")
	switch {
	case key == idleLadder:
		return remindText("idle")
	case w.s.DueAt.After(at):
		return rules.Say("“{stage}”要在 {due} 之前完成", "「{stage}」要在 {due} 之前完成", "“{stage}” is to be done by {due}", "stage", w.stageName(), "due", due)
	}
	return rules.Say("“{stage}”已在 {due} 到期", "「{stage}」已在 {due} 到期", "“{stage}” was due at {due}", "stage", w.stageName(), "due", due)
}

func (w *effects) stageName() rules.Text {
	if form := w.app.Forms[w.s.Form]; form != nil && form.Process != nil {
		return stageName(form.Process, w.s.Stage)
	}
	return rules.Plain(w.s.Stage)
}
