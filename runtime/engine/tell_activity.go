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

// activityOf finds an activity or group of a stage by "stage.key".
func activityOf(st *process.CompiledStage, key string) *process.CompiledActivity {
	for _, a := range st.Activities {
		if a.Key == key {
			return a
		}
	}
	return nil
}
