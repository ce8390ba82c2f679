package org

import (
	"slices"

	"pipewright/rules"
)

// Sample is the company of demos, templates and scenario tests. Its people have no roles yet; SampleRoles gives them those
// of an app.
func Sample() ([]User, []Team) {
	users := []User{
		{ID: "admin", Name: "管理员", Admin: true, Team: "company"},
		{ID: "rep.li", Name: "李雷", Team: "east"},
		{ID: "rep.chen", Name: "陈静", Team: "east"},
		{ID: "mgr.wang", Name: "王敏", Team: "east"},
		{ID: "dir.sun", Name: "孙浩", Team: "sales"},
		{ID: "fin.zhao", Name: "赵宁", Team: "finance"},
		{ID: "legal.qian", Name: "钱薇", Team: "legal"},
		{ID: "cfo.he", Name: "何川", Team: "company"},
		{ID: "ops.wu", Name: "吴桐", Team: "operations"},
	}
	for i := range users {
		users[i].Language, users[i].Active = "zh-CN", true
	}
	teams := []Team{
		{Key: "company", Name: "公司", Manager: "cfo.he"},
		{Key: "sales", Name: "销售部", Parent: "company", Manager: "dir.sun"},
		{Key: "east", Name: "华东组", Parent: "sales", Manager: "mgr.wang"},
		{Key: "finance", Name: "财务部", Parent: "company", Manager: "cfo.he"},
		{Key: "legal", Name: "法务部", Parent: "company", Manager: "cfo.he"},
		{Key: "operations", Name: "交付部", Parent: "company", Manager: "cfo.he"},
	}
	return users, teams
}

// sampleJobs are the roles of any app that each of the sample people plays, by role key.
var sampleJobs = map[string][]string{
	"admin":      {"admin"},
	"rep.li":     {"rep", "sales", "seller", "ae", "sdr", "bdr", "ldr", "member", "user", "owner", "field", "cashier", "picker"},
	"rep.chen":   {"rep", "sales", "seller", "ae", "sdr", "bdr", "ldr", "member", "user", "field", "am", "clerk", "rider"},
	"mgr.wang":   {"manager", "storeManager", "fieldManager", "inspector", "lead"},
	"dir.sun":    {"director", "areaManager", "vp"},
	"fin.zhao":   {"finance", "accountant"},
	"legal.qian": {"legal"},
	"cfo.he":     {"cfo", "ceo", "gm", "executive", "financeDirector"},
	"ops.wu":     {"ops", "operations", "delivery", "csm", "product", "presales", "marketing", "assistant", "service", "support"},
}

// SampleRoles tells who of the sample company plays which role of an app: "<app>/<role>" by user id. A role that nobody
// has as a job goes to ops.wu, so that no role is empty.
func SampleRoles(app string, roles []string) map[string][]string {
	out := map[string][]string{}
	for _, role := range roles {
		found := false
		for user, jobs := range sampleJobs {
			if slices.Contains(jobs, role) {
				out[user] = append(out[user], app+"/"+role)
				found = true
			}
		}
		if !found {
			out["ops.wu"] = append(out["ops.wu"], app+"/"+role)
		}
	}
	return out
}

// SampleFor is the sample company with the roles of one app given out.
func SampleFor(app string, roles []string) *Directory {
	users, teams := Sample()
	given := SampleRoles(app, roles)
	for i := range users {
		users[i].Roles = given[users[i].ID]
	}
	return New(users, teams)
}

// SampleTitle is what a sample person does, for choosing whom to sign in as.
func SampleTitle(user string) rules.Text { return sampleTitles[user] }

var sampleTitles = map[string]rules.Text{
	"admin":      rules.Say("管理员", "管理員", "Administrator"),
	"rep.li":     rules.Say("客户经理", "客戶經理", "Sales representative"),
	"rep.chen":   rules.Say("客户经理", "客戶經理", "Sales representative"),
	"mgr.wang":   rules.Say("销售经理", "銷售經理", "Sales manager"),
	"dir.sun":    rules.Say("销售总监", "銷售總監", "Sales director"),
	"fin.zhao":   rules.Say("财务", "財務", "Finance"),
	"legal.qian": rules.Say("法务", "法務", "Legal"),
	"cfo.he":     rules.Say("财务总监", "財務長", "Chief financial officer"),
	"ops.wu":     rules.Say("交付", "交付", "Delivery"),
}

// SampleUser finds one of the sample people.
func SampleUser(id string) (User, bool) {
	users, _ := Sample()
	for _, u := range users {
		if u.ID == id {
			return u, true
		}
	}
	return User{}, false
}
