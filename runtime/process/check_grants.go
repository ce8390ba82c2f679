package process

import (
	"encoding/json"
	"slices"

	"pipewright/forms"
	"pipewright/rules"
)

// checkGrants is stage 9: what must be filled can be filled by somebody, and the roles of a process may work in it (ENG-29).
func (c *compiler) checkGrants() {
	for i := range c.def.Forms {
		f := &c.def.Forms[i]
		if c.formDefs[f.Key] != f {
			continue
		}
		c.grantWords("/forms/"+f.Key+"/grants", f.Grants)
		if !slices.ContainsFunc(f.Grants, func(g forms.Grant) bool { return slices.Contains(g.Do, "read") }) {
			c.warn("/forms/"+f.Key+"/grants", "grant.nobody", "没有任何角色可以查看“{form}”的记录", "沒有任何角色可以查看「{form}」的記錄",
				"No role may see records of “{form}”", "form", named(f.Name, f.Key))
			continue
		}
		c.maskedElsewhere(f)
		for j := range f.Fields {
			d := &f.Fields[j]
			if d.Required && !d.Computed() && d.Value == "" && !c.writable(f, d.Key, nil) {
				c.unwritable("/forms/"+f.Key+"/fields/"+d.Key+"/required", d, nil)
			}
		}
	}
	for _, key := range sortedKeys(c.app.Processes) {
		p := c.app.Processes[key]
		path := "/processes/" + key
		for _, s := range p.Stages {
			if s.Def.Fields != nil {
				for i, name := range s.Def.Fields.Require {
					d := fieldOf(p.Form.Def, name)
					if d != nil && !d.Computed() && !c.writable(p.Form.Def, name, s.Def) && !c.earlier(p, s, name) {
						c.unwritable(path+"/stages/"+s.Def.Key+"/fields/require/"+itoa(i), d, s.Def)
					}
				}
			}
			if s.Def.Owner != nil {
				for i, w := range s.Def.Owner.Who {
					c.suitable(path+"/stages/"+s.Def.Key+"/owner/who/"+itoa(i)+"/role", w.Role, p.Form.Def, "edit")
				}
			}
		}
		for i, role := range p.Def.Roles {
			c.suitable(path+"/roles/"+itoa(i), role, p.Form.Def, "read")
		}
		for _, t := range p.Transitions {
			for i, role := range t.Def.By {
				c.suitable(path+"/transitions/"+t.Def.Key+"/by/"+itoa(i), role, p.Form.Def, "read")
			}
		}
	}
}

// The words of a grant. A live release may hold others: they give nothing.
var (
	grantScopes = []string{"none", "own", "participant", "pool", "team", "teamTree", "all"}
	grantDeeds  = []string{"create", "read", "edit", "delete", "assign", "override", "import", "export", "reveal"}
)

func (c *compiler) grantWords(path string, grants []forms.Grant) {
	if c.opts.Shared != nil {
		return
	}
	for i, g := range grants {
		at := path + "/" + itoa(i)
		if g.Records.Where == "" {
			c.checkWord(at+"/records", g.Records.Scope, grantScopes)
			if g.Records.Scope == "" {
				c.fail(at+"/records", "setting.missing", "请写明这个角色对哪些记录有权限（records），如 own、team、all", "請寫明這個角色對哪些記錄有權限（records），如 own、team、all",
					"Say which records the role has the right to (records), such as own, team or all")
			}
		}
		for j, word := range g.Do {
			c.checkWord(at+"/do/"+itoa(j), word, grantDeeds)
		}
	}
}

// maskedElsewhere warns of a number that a role is shown in part and that another form, or this one, takes over and shows the role whole.
func (c *compiler) maskedElsewhere(f *forms.Form) {
	if c.opts.Shared != nil {
		return
	}
	takesOver := func(other *forms.Form, field string) (out []string) {
		for i := range other.Fields {
			d := &other.Fields[i]
			if via := fieldOf(other, d.Via); d.Type == "lookup" && d.Field == field && via != nil && via.Form == f.Key {
				out = append(out, d.Key)
			}
			if d.Type == "reference" && d.Form == f.Key {
				for to, from := range d.Fill {
					if from == field {
						out = append(out, to)
					}
				}
			}
		}
		slices.Sort(out)
		return out
	}
	for _, g := range f.Grants {
		for _, field := range g.Mask {
			for i := range c.def.Forms {
				other := &c.def.Forms[i]
				for _, to := range takesOver(other, field) {
					for j, og := range other.Grants {
						if og.Role != g.Role || slices.Contains(og.Hide, to) || slices.Contains(og.Hide, "*") || slices.Contains(og.Mask, to) || !slices.Contains(og.Do, "read") {
							continue
						}
						mask, _ := json.Marshal(append(slices.Clone(og.Mask), to))
						path := "/forms/" + other.Key + "/grants/" + itoa(j) + "/mask"
						p := rules.Warnf(path, "grant.maskOpen", rules.Say(
							"“{field}”在“{form}”里对“{role}”部分遮住，而这里的“{to}”把它整个带过来：这里也要遮住", "「{field}」在「{form}」裡對「{role}」部分遮住，而這裡的「{to}」把它整個帶過來：這裡也要遮住",
							"“{field}” of “{form}” is shown to “{role}” in part, and “{to}” here takes it over whole: mask it here as well",
							"field", fieldName(f, field), "form", named(f.Name, f.Key), "to", fieldName(other, to), "role", c.roleName(g.Role)))
						p.Fix = &rules.Fix{Title: rules.Say("这里也遮住", "這裡也遮住", "Mask it here as well"), Changes: []rules.Change{{Path: path, Value: mask}}}
						c.add(p)
					}
				}
			}
		}
	}
}

// writable says whether some role may write the field, in a stage (nil: leaving stages aside).
func (c *compiler) writable(f *forms.Form, field string, s *Stage) bool {
	if s != nil && !stageWrites(s, field) {
		return false
	}
	return slices.ContainsFunc(f.Grants, func(g forms.Grant) bool {
		masked := slices.Contains(g.Mask, field)
		edits, creates := slices.Contains(g.Do, "edit") && !masked, slices.Contains(g.Do, "create") && !(masked && s != nil)
		return (edits || creates) && !slices.Contains(g.Hide, field) && !slices.Contains(g.ReadOnly, field)
	})
}

// stageWrites says whether the stage's own mask lets a field be written.
func stageWrites(s *Stage, field string) bool {
	m := s.Fields
	switch {
	case m == nil:
		return true
	case slices.Contains(m.Hide, field) || slices.Contains(m.Read, field):
		return false
	case slices.Contains(m.Edit, field) || slices.Contains(m.Edit, "*") || len(m.Edit) == 0:
		return !slices.Contains(m.Hide, "*") && (!slices.Contains(m.Read, "*") || slices.Contains(m.Edit, field))
	}
	return false
}

// earlier says whether the field can be written in another stage, or is asked for or set on a way in.
func (c *compiler) earlier(p *Process, at *CompiledStage, field string) bool {
	for _, s := range p.Stages {
		if s != at && s.Def.Open() && c.writable(p.Form.Def, field, s.Def) {
			return true
		}
	}
	for _, t := range p.Transitions {
		if _, set := t.Def.Set[field]; (set || slices.Contains(t.Def.Ask, field)) && t.To == at {
			return true
		}
	}
	return false
}

func (c *compiler) unwritable(path string, d *forms.Field, s *Stage) {
	if s == nil {
		c.fail(path, "grant.unwritableRequired", "“{field}”必须填写，却没有任何角色可以填写它", "「{field}」必須填寫，卻沒有任何角色可以填寫它",
			"“{field}” is required, but no role may write it", "field", named(d.Name, d.Key))
		return
	}
	c.fail(path, "grant.unwritableRequired", "在阶段“{stage}”里“{field}”必须填写，却没有人能在这个阶段填写它",
		"在階段「{stage}」裡「{field}」必須填寫，卻沒有人能在這個階段填寫它",
		"“{field}” is required in the stage “{stage}”, but nobody may write it there", "field", named(d.Name, d.Key), "stage", named(s.Name, s.Key))
}

// suitable warns when a role is to work on records it has no right to.
func (c *compiler) suitable(path, role string, f *forms.Form, act string) {
	if role == "" || !c.roles[role] {
		return
	}
	for _, g := range f.Grants {
		if g.Role == role && slices.Contains(g.Do, act) {
			return
		}
	}
	what := rules.Say("查看", "查看", "see")
	if act == "edit" {
		what = rules.Say("编辑", "編輯", "edit")
	}
	c.warn(path, "role.unsuitable", "角色“{role}”要参与这个流程，却不能{what}“{form}”的记录：请在表单权限里加上",
		"角色「{role}」要參與這個流程，卻不能{what}「{form}」的記錄：請在表單權限裡加上",
		"The role “{role}” works in this process but may not {what} records of “{form}”: add it to the form's rights",
		"role", c.roleName(role), "what", what, "form", named(f.Name, f.Key))
}

func (c *compiler) roleName(key string) rules.Text {
	for i := range c.def.Roles {
		if c.def.Roles[i].Key == key {
			return named(c.def.Roles[i].Name, key)
		}
	}
	return rules.Plain(key)
}
