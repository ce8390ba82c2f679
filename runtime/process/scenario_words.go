package process

import (
	"fmt"
	"strings"

	"pipewright/forms"
	"pipewright/rules"
)

// expectWords name what a scenario expects something of.
var expectWords = map[string]rules.Text{
	"stage": rules.Say("阶段", "階段", "stage"), "owner": rules.Say("负责人", "負責人", "owner"), "pool": rules.Say("公海/线索池", "公海/線索池", "pool"),
	"waitingFor": rules.Say("等待审批的节点", "等待簽核的節點", "steps waited for"), "approvers": rules.Say("审批人", "簽核人", "approvers"),
	"escalated": rules.Say("已升级", "已升級", "escalated"), "skipped": rules.Say("跳过的节点", "跳過的節點", "steps passed by"),
	"round": rules.Say("审批状态", "簽核狀態", "state of the approval"), "tasks": rules.Say("待办数", "待辦數", "number of tasks"),
	"notices": rules.Say("收到通知的人", "收到通知的人", "people notified"), "started": rules.Say("新建的记录", "新建的記錄", "records begun"),
}

// roundWords are the states of an approval as people call them.
var roundWords = map[string]rules.Text{
	Running: rules.Say("审批中", "簽核中", "under way"), Passed: rules.Say("审批通过", "簽核通過", "approved"), Rejected: rules.Say("被拒绝", "被拒絕", "rejected"),
	Returned: rules.Say("被退回", "被退回", "returned"), Withdrawn: rules.Say("已撤回", "已撤回", "withdrawn"), Cancelled: rules.Say("已取消", "已取消", "cancelled"),
	Blocked: rules.Say("通过但条件已不满足", "通過但條件已不滿足", "approved, but its conditions fail now"),
}

// refusalWords are what scenarios mostly expect to be refused for; other codes stand for themselves.
var refusalWords = map[string]rules.Text{
	"required": rules.Say("有必填的没填", "有必填的沒填", "something required is missing"), "condition.unmet": rules.Say("条件不满足", "條件不滿足", "a condition is not met"),
	"checklist.undone": rules.Say("清单没做完", "清單沒做完", "the checklist is not done"), "transition.notNow": rules.Say("这时不能走", "這時不能走", "it cannot be taken now"),
	"activity.undone": rules.Say("活动没完成", "活動沒完成", "an activity is not done"), "linked.unmet": rules.Say("相关记录不满足", "相關記錄不滿足", "linked records are not as wanted"),
	"forbidden": rules.Say("没有权限", "沒有權限", "it is not allowed"), "field.readOnly": rules.Say("字段不能改", "欄位不能改", "the field cannot be changed"),
	"check.failed": rules.Say("检查没通过", "檢查沒通過", "a check fails"), "pool.cooldown": rules.Say("还在冷却期", "還在冷卻期", "it cools down still"),
}

var (
	wordNothing = rules.Say("空", "空", "nothing")
	wordYes     = rules.Say("是", "是", "yes")
	wordNo      = rules.Say("否", "否", "no")
)

// oneOf is a word of a table, or the word as it stands.
func oneOf(words map[string]rules.Text, key string) rules.Text {
	if w, ok := words[key]; ok {
		return w
	}
	return rules.Plain(key)
}

// whichever puts one thing into words, or says that there is none.
func whichever(key string, name func(string) rules.Text) rules.Text {
	if key == "" {
		return wordNothing
	}
	return name(key)
}

// each puts a list into words, one after the other as each language lists things.
func each(keys []string, name func(string) rules.Text) rules.Text {
	if len(keys) == 0 {
		return wordNothing
	}
	out := rules.Text{}
	for _, lang := range rules.Languages {
		comma := "、"
		if lang == "en" {
			comma = ", "
		}
		names := make([]string, len(keys))
		for i, k := range keys {
			names[i] = name(k).In(lang)
		}
		out[lang] = strings.Join(names, comma)
	}
	return out
}

func yesNo(b bool) rules.Text {
	if b {
		return wordYes
	}
	return wordNo
}

// stageName is a stage as people call it, for the process of a form.
func (s *scenario) stageName(form, key string) rules.Text {
	for _, p := range s.app.Processes {
		if st := stageOf(p.Def, key); p.Def.Form == form && st != nil {
			return named(st.Name, key)
		}
	}
	return rules.Plain(key)
}

// stepName is a step of an approval as people call it.
func (s *scenario) stepName(key string) rules.Text {
	for i := range s.app.Def.Approvals {
		for _, step := range flatSteps(s.app.Def.Approvals[i].Steps) {
			if step.Key == key {
				return named(step.Name, key)
			}
		}
	}
	return rules.Plain(key)
}

func flatSteps(steps []Step) []*Step {
	var out []*Step
	for i := range steps {
		out = append(append(out, &steps[i]), flatSteps(steps[i].Parallel)...)
	}
	return out
}

func (s *scenario) personName(id string) rules.Text { return named(s.world.Name(id), id) }

func (s *scenario) poolName(key string) rules.Text {
	if p := s.app.Pools[key]; p != nil {
		return named(p.Def.Name, key)
	}
	return rules.Plain(key)
}

func (s *scenario) formName(key string) rules.Text {
	if f := s.app.Forms[key]; f != nil {
		return named(f.Def.Name, key)
	}
	return rules.Plain(key)
}

// value puts a value of a field into words: options, people and records by their names.
func (s *scenario) value(form *Form, field string, v any) rules.Text {
	out := rules.Text{}
	for _, lang := range rules.Languages {
		out[lang] = form.Schema.CellText(field, v, &forms.Cells{
			Language: lang, Zone: s.app.Zone,
			Name: func(_, id string) string { return s.personName(id).In(lang) },
			Title: func(_, id string) string {
				if r := s.records[id]; r != nil && r.Title != "" {
					return r.Title
				}
				return id
			},
		})
		if out[lang] == "" {
			out[lang] = wordNothing.In(lang)
		}
	}
	return out
}

// why is a refusal in words: what it was for in particular, or what it says.
func why(r *Rejection) rules.Text {
	if len(r.Details) == 0 {
		return r.Message
	}
	out := rules.Text{}
	for _, lang := range rules.Languages {
		semicolon := "；"
		if lang == "en" {
			semicolon = "; "
		}
		said := make([]string, len(r.Details))
		for i, p := range r.Details {
			said[i] = p.Message.In(lang)
		}
		out[lang] = strings.Join(said, semicolon)
	}
	return out
}

// differs tells that something is not as the scenario expects.
func (s *scenario) differs(path string, what, want, got rules.Text) {
	s.fail(path, "{what}：应是 {want}，实际是 {got}", "{what}：應是 {want}，實際是 {got}", "{what}: should be {want}, is {got}", "what", what, "want", want, "got", got)
}

// count is a number as a text.
func count(n int) rules.Text { return rules.Plain(fmt.Sprint(n)) }
