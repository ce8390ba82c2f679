package access

import (
	"slices"

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
		return []rules.Text{rules.Say("{user} 不存在或已离职", "{user} 不存在或已離職", "{user} does not exist or has left", "user", user)}
	}
	v := Viewer{App: app, Dir: dir, User: user}
	var out []rules.Text
	for _, g := range v.grants(f) {
		scope := g.Records.Scope
		if g.Records.Where != "" {
			scope = g.Records.Where
		}
		args := []any{"role", roleName(app, g.Role), "scope", scope, "act", act}
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
				out = append(out, rules.Say("作为参与者（{why}）可以阅读", "作為參與者（{why}）可以閱讀", "May read as a participant ({why})", "why", p.Why))
			}
		}
	}
	if len(out) == 0 {
		out = append(out, rules.Say("{user} 在这个应用里没有角色", "{user} 在這個應用裡沒有角色", "{user} has no role in this app", "user", dir.Name(user)))
	}
	return out
}

func roleName(app *process.App, key string) rules.Text {
	for i := range app.Def.Roles {
		if app.Def.Roles[i].Key == key {
			return app.Def.Roles[i].Name
		}
	}
	return rules.Plain(key)
}
