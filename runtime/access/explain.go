package access

import (
	"slices"

	"pipewright/forms"
	"pipewright/rules"
	"pipewright/runtime/org"
	"pipewright/runtime/process"
)

// Explain says why a person may or may not do act ("read", "edit", "delete", "assign", "override", "create") with a record: one
// sentence for each grant of his roles, and for taking part.
func Explain(app *process.App, form string, dir *org.Directory, user, act string, s *process.State) []rules.Text {
	f := app.Forms[form]
	if f == nil {
		return nil
	}
	if !dir.Active(user) {
		return []rules.Text{rules.Say("{user} 不存在或已离职", "{user} 不存在或已離職", "{user} does not exist or has left", "user", dir.Name(user))}
	}
	v := Viewer{App: app, Dir: dir, User: user}
	var out []rules.Text
	for _, g := range v.grants(f) {
		args := []any{"role", roleName(app, g.Role), "scope", scopeName(g), "act", named(actNames, act)}
		switch {
		case !slices.Contains(g.Do, act):
			out = append(out, rules.Say("角色“{role}”（{scope}）没有“{act}”权限", "角色「{role}」（{scope}）沒有「{act}」權限",
				"Role “{role}” ({scope}) does not allow “{act}”", args...))
		case s == nil || v.covers(f, g, s):
			out = append(out, rules.Say("角色“{role}”（{scope}）允许“{act}”", "角色「{role}」（{scope}）允許「{act}」",
				"Role “{role}” ({scope}) allows “{act}”", args...))
		default:
			out = append(out, rules.Say("角色“{role}”允许“{act}”，但这条记录不在范围“{scope}”内", "角色「{role}」允許「{act}」，但這筆記錄不在範圍「{scope}」內",
				"Role “{role}” allows “{act}”, but this record is outside its scope “{scope}”", args...))
		}
	}
	if s != nil && act == "read" {
		for _, p := range s.People {
			if p.User == user {
				out = append(out, rules.Say("作为参与者（{why}）可以阅读", "作為參與者（{why}）可以閱讀", "May read as a participant ({why})", "why", named(partNames, p.Why)))
			}
		}
	}
	if len(out) == 0 {
		out = append(out, rules.Say("{user} 在这个应用里没有角色", "{user} 在這個應用裡沒有角色", "{user} has no role in this app", "user", dir.Name(user)))
	}
	return out
}

// Acts are what Explain explains about a record that is there, in the order people ask.
var Acts = []string{"read", "edit", "assign", "delete", "override", "export"}

// May says whether rights hold an act.
func May(r process.Rights, act string) bool {
	switch act {
	case "create":
		return r.Create
	case "read":
		return r.Read
	case "edit":
		return r.Edit
	case "assign":
		return r.Assign
	case "delete":
		return r.Delete
	case "override":
		return r.Override
	case "import":
		return r.Import
	case "export":
		return r.Export
	}
	return false
}

var actNames = map[string]rules.Text{
	"create":   rules.Say("新建", "新增", "create"),
	"read":     rules.Say("查看", "檢視", "read"),
	"edit":     rules.Say("编辑", "編輯", "edit"),
	"assign":   rules.Say("指派", "指派", "assign"),
	"delete":   rules.Say("删除", "刪除", "delete"),
	"override": rules.Say("越过条件", "越過條件", "override"),
	"import":   rules.Say("导入", "匯入", "import"),
	"export":   rules.Say("导出", "匯出", "export"),
}

var scopeNames = map[string]rules.Text{
	"none":        rules.Say("无", "無", "none"),
	"own":         rules.Say("本人的", "本人的", "own"),
	"participant": rules.Say("参与的", "參與的", "taking part"),
	"pool":        rules.Say("公海里的", "公海裡的", "in the pool"),
	"team":        rules.Say("本团队的", "本團隊的", "of the team"),
	"teamTree":    rules.Say("本团队及下级的", "本團隊及下級的", "of the team and those below"),
	"all":         rules.Say("全部", "全部", "all"),
}

// partNames say why somebody is among a record's people.
var partNames = map[string]rules.Text{
	"owner":                 rules.Say("负责人", "負責人", "owner"),
	"formerOwner":           rules.Say("曾经的负责人", "曾經的負責人", "former owner"),
	"creator":               rules.Say("创建人", "建立人", "made it"),
	process.WhyCollaborator: rules.Say("协作人", "協作人", "collaborator"),
	"approver":              rules.Say("审批人", "簽核人", "approver"),
	"cc":                    rules.Say("抄送", "抄送", "copied in"),
	"activity":              rules.Say("阶段活动", "階段活動", "activity"),
}

func named(names map[string]rules.Text, key string) rules.Text {
	if text, ok := names[key]; ok {
		return text
	}
	return rules.Plain(key)
}

func scopeName(g *forms.Grant) rules.Text {
	if g.Records.Where != "" {
		return rules.Plain(g.Records.Where)
	}
	return named(scopeNames, g.Records.Scope)
}

func roleName(app *process.App, key string) rules.Text {
	for i := range app.Def.Roles {
		if app.Def.Roles[i].Key == key {
			return app.Def.Roles[i].Name
		}
	}
	return rules.Plain(key)
}
