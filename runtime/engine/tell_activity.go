package engine

import (
	"strings"

	"pipewright/rules"
	"pipewright/runtime/process"
)

// activityAnswered tells of one person's part. Where one does it for all, that it is finished says so; what did not count is told either way.
func (t *teller) activityAnswered(out Entry, p *process.ActivityAnswered) (Entry, bool) {
	name := t.item(p.Activity)
	switch {
	case p.Undone:
		out.Text = rules.Say("撤回了自己完成的“{item}”", "撤回了自己完成的「{item}」", "took back having done “{item}”", "item", name)
	case !p.Passed:
		out.Text = rules.Say("做了“{item}”，结果未达到要求", "做了「{item}」，結果未達到要求", "did “{item}”; the result does not count yet", "item", name)
	default:
		out.Text = rules.Say("完成了自己的“{item}”", "完成了自己的「{item}」", "did their part of “{item}”", "item", name)
		return out, t.each(p.Activity)
	}
	return out, true
}

func (t *teller) each(key string) bool {
	stage, _, _ := strings.Cut(key, ".")
	if p := t.view.Form.Process; p != nil && p.ByKey[stage] != nil {
		a := activityOf(p.ByKey[stage], key)
		return a != nil && a.Def != nil && a.Def.Mode == "each"
	}
	return false
}

func (t *teller) activityMoved(out Entry, p *process.ActivityMoved) Entry {
	name := t.item(p.Activity)
	switch {
	case p.To == "":
		out.Text = rules.Say("不再要{who}完成“{item}”", "不再要{who}完成「{item}」", "took {who} off “{item}”", "item", name, "who", t.who(p.From))
	case p.From == "":
		out.Text = rules.Say("请{who}完成“{item}”", "請{who}完成「{item}」", "asked {who} for “{item}”", "item", name, "who", t.who(p.To))
	default:
		out.Text = rules.Say("把{from}的“{item}”交给{who}", "把{from}的「{item}」交給{who}", "gave “{item}” of {from} to {who}", "item", name, "from", t.who(p.From), "who", t.who(p.To))
	}
	switch p.Reason {
	case "due", "left":
		out.By, out.Name = "", ""
		out.Comment = ""
	default:
		out.Comment = p.Reason
	}
	return out
}

// stageLate tells that a rung of the stage's own ladder went up, or took the record from its owner.
func (t *teller) stageLate(out Entry, p *process.StageLate) Entry {
	out.By, out.Name = "", ""
	who := t.all(p.To)
	switch {
	case p.Given && len(p.To) == 0:
		out.Text = rules.Say("超时，转给别人负责", "逾時，轉給別人負責", "was late, so it went to somebody else")
	case p.Given:
		out.Text = rules.Say("超时，从{who}转给别人负责", "逾時，從{who}轉給別人負責", "was late, so it went from {who} to somebody else", "who", who)
	case len(p.To) == 0:
		out.Text = rules.Say("超时，没有找到可升级的人", "逾時，沒有找到可升級的人", "is late; nobody was found to tell")
	case p.Ladder == "idle":
		out.Text = rules.Say("没有进展，已升级给{who}", "沒有進展，已升級給{who}", "stands still and was escalated to {who}", "who", who)
	default:
		out.Text = rules.Say("阶段超时，已升级给{who}", "階段逾時，已升級給{who}", "is late and was escalated to {who}", "who", who)
	}
	return out
}

// activityOf finds an activity or group of a stage by "stage.key".
func activityOf(st *process.CompiledStage, key string) *process.CompiledActivity {
	for _, a := range st.Activities {
		if a.Key == key {
			return a
		}
	}
	return nil
}
