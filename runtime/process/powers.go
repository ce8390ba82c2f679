package process

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"

	"pipewright/forms"
	"pipewright/rules"
)

// Power is something an app may do that one who only designs does not decide alone: reach another system, write to people outside, read another
// app, or let people pass conditions and delete.
type Power struct {
	// Key tells it from others, also in another version of the definition.
	Key string `json:"key"`
	// Path is the place that asks for it first.
	Path string     `json:"path"`
	Text rules.Text `json:"text"`
}

// NewPowers are the powers of a definition that the one before it has not, by key. A form that was not there before holds no records yet, so that rights over
// it are none. Roles are those of who publishes: what they may more than before is his to ask for, not to take. A nil before has none.
func NewPowers(before, def *Definition, roles []string) []Power {
	if before == nil {
		before = &Definition{}
	}
	had := map[string]bool{}
	for _, p := range powers(before, before, nil) {
		had[p.Key] = true
	}
	out := slices.DeleteFunc(powers(before, def, roles), func(p Power) bool { return had[p.Key] })
	slices.SortFunc(out, func(a, b Power) int { return strings.Compare(a.Key, b.Key) })
	return slices.CompactFunc(out, func(a, b Power) bool { return a.Key == b.Key })
}

// powers lists those of a definition; before is the one that says which forms hold records.
func powers(before, def *Definition, roles []string) (out []Power) {
	add := func(path, key string, text rules.Text) { out = append(out, Power{key, path, text}) }
	for i := range def.Uses {
		u := &def.Uses[i]
		for _, form := range sortedKeys(u.Forms) {
			for _, field := range u.Forms[form] {
				add("/uses/"+u.App, "app "+u.App+"."+form+"."+field, rules.Say("读取应用“{app}”里“{form}”的“{field}”", "讀取應用「{app}」裡「{form}」的「{field}」",
					"Reads “{field}” of “{form}” in the app “{app}”", "app", u.App, "form", form, "field", field))
			}
		}
	}
	for i := range def.Forms {
		f := &def.Forms[i]
		was := formBefore(before, f)
		if was == nil {
			continue
		}
		for j := range f.Grants {
			g := &f.Grants[j]
			role := formerRole(before, def, g.Role)
			at := "/forms/" + f.Key + "/grants/" + itoa(j)
			for _, act := range g.Do {
				switch {
				case act == "override":
					add(at, "override "+was.Key+" "+role, rules.Say("让角色“{role}”越过“{form}”的条件", "讓角色「{role}」越過「{form}」的條件", "Lets the role “{role}” pass the conditions of “{form}”", "role", roleName(def, g.Role), "form", f.Name))
				case act == "delete":
					add(at, "delete "+was.Key+" "+role, rules.Say("让角色“{role}”删除“{form}”的记录", "讓角色「{role}」刪除「{form}」的記錄", "Lets the role “{role}” delete records of “{form}”", "role", roleName(def, g.Role), "form", f.Name))
				}
			}
			if slices.Contains(roles, role) && !slices.ContainsFunc(was.Grants, func(old forms.Grant) bool { return old.Role == role && sameGrant(&old, g) }) {
				add(at, "role "+was.Key+" "+role+" "+grantText(g), rules.Say("改变您自己的角色“{role}”在“{form}”里能看和能做的事", "改變您自己的角色「{role}」在「{form}」裡能看和能做的事",
					"Changes what your own role “{role}” sees and does in “{form}”", "role", roleName(def, g.Role), "form", f.Name))
			}
		}
	}
	for i := range def.Automations {
		a := &def.Automations[i]
		outward("/automations/"+a.Key+"/do", a.Do, add)
	}
	return out
}

// outward tells what actions reach outside the house.
func outward(path string, list []Action, add func(path, key string, text rules.Text)) {
	for i := range list {
		d, at := &list[i], path+"/"+itoa(i)
		if d.HTTP != nil {
			if u, err := url.Parse(host.FindString(d.HTTP.URL)); err == nil && u.Host != "" {
				to := strings.ToLower(u.Scheme + "://" + u.Host)
				add(at+"/http", "host "+to, rules.Say("把数据发到 {host}，并接收它的回答", "把資料發到 {host}，並接收它的回答", "Sends data to {host} and takes its answers", "host", to))
			}
		}
		if d.Mail != nil {
			for _, to := range []string{d.Mail.To.Address, d.Mail.CC.Address} {
				mailed(at+"/mail", to, add)
			}
		}
		outward(at+"/do", d.Do, add)
		outward(at+"/then", d.Then, add)
		outward(at+"/else", d.Else, add)
	}
}

// mailed tells to whom the addresses of a mail are.
func mailed(path, addresses string, add func(path, key string, text rules.Text)) {
	for _, one := range strings.Split(addresses, ",") {
		one = strings.ToLower(strings.TrimSpace(one))
		switch {
		case one == "":
		case strings.Contains(addresses, "{{"):
			add(path, "mail records", rules.Say("给记录里填写的邮箱发邮件", "給記錄裡填寫的地址發郵件", "Mails addresses that stand in records"))
		default:
			add(path, "mail "+one, rules.Say("给 {to} 发邮件", "給 {to} 發郵件", "Mails {to}", "to", one))
		}
	}
}

// formBefore is a form as it was called before; nil when it is new.
func formBefore(before *Definition, f *forms.Form) *forms.Form {
	for i := range before.Forms {
		if old := &before.Forms[i]; old.Key == f.Key || slices.Contains(f.Was, old.Key) {
			return old
		}
	}
	return nil
}

// formerRole is what a role was called before, under which people have it.
func formerRole(before, def *Definition, key string) string {
	for i := range def.Roles {
		if r := &def.Roles[i]; r.Key == key {
			for _, was := range r.Was {
				if slices.ContainsFunc(before.Roles, func(old Role) bool { return old.Key == was }) && !slices.ContainsFunc(before.Roles, func(old Role) bool { return old.Key == key }) {
					return was
				}
			}
		}
	}
	return key
}

func roleName(def *Definition, key string) rules.Text {
	for i := range def.Roles {
		if def.Roles[i].Key == key {
			return def.Roles[i].Name
		}
	}
	return rules.Plain(key)
}

// sameGrant compares what two grants give, whatever their role is called.
func sameGrant(a, b *forms.Grant) bool { return grantText(a) == grantText(b) }

func grantText(g *forms.Grant) string {
	one := *g
	one.Role = ""
	for _, list := range []*[]string{&one.Do, &one.Hide, &one.ReadOnly} {
		*list = slices.Clone(*list)
		slices.Sort(*list)
	}
	raw, err := json.Marshal(one)
	if err != nil {
		panic("process: " + err.Error()) // a plain struct
	}
	return string(raw)
}
