package process

import (
	"slices"

	"pipewright/forms"
	"pipewright/rules"
)

// Limits of a pool: each slot of a member's cap is a document.
const (
	maxCap         = 500
	maxClaimPerDay = 1000
)

// CompiledPool is a pool with its durations and rules compiled.
type CompiledPool struct {
	Def      *Pool
	Form     *Form
	Members  []CompiledWho
	Protect  *rules.Duration
	Cooldown *rules.Duration
	Reclaim  []CompiledReclaim
}

// CompiledReclaim is one rule by which records go back.
type CompiledReclaim struct {
	If     *rules.Program
	Notice *rules.Duration
	Path   string
}

// compilePools compiles the pools, before anything that puts records into one.
func (c *compiler) compilePools() {
	for i := range c.def.Pools {
		d := &c.def.Pools[i]
		path := "/pools/" + elementKey(d.Key, i)
		c.refForm(path+"/form", d.Form)
		form := c.app.Forms[d.Form]
		if form == nil || c.app.Pools[d.Key] != nil {
			continue
		}
		p := &CompiledPool{Def: d, Form: form}
		p.Members = c.whos(path+"/members", d.Members, whoContext{form: form, env: c.env(d.Form)})
		for j, w := range d.Members {
			if w.Field != "" || w.ManagerOf != "" || w.Expr != "" || w.Decide != "" || w.Team == "own" {
				c.fail(path+"/members/"+itoa(j), "pool.members", "池的成员只能按角色、团队或人员指定：他们不随记录变化", "池的成員只能按角色、團隊或人員指定：他們不隨記錄變化",
					"Members of a pool are roles, teams or users: they do not depend on the record")
			}
		}
		if d.Cap < 0 || d.Cap > maxCap {
			c.fail(path+"/cap", "setting.range", "持有上限为 0 到 {max}", "持有上限為 0 到 {max}", "The cap is 0 to {max}", "max", maxCap)
		}
		if d.ClaimPerDay < 0 || d.ClaimPerDay > maxClaimPerDay {
			c.fail(path+"/claimPerDay", "setting.range", "每天领取数为 0 到 {max}", "每天領取數為 0 到 {max}", "Claims a day are 0 to {max}", "max", maxClaimPerDay)
		}
		p.Protect = c.duration(path+"/protect", d.Protect)
		p.Cooldown = c.duration(path+"/cooldown", d.Cooldown)
		for j := range d.Reclaim {
			at := path + "/reclaim/" + itoa(j)
			p.Reclaim = append(p.Reclaim, CompiledReclaim{If: c.expr(at+"/if", d.Reclaim[j].If, c.env(d.Form), rules.Bool), Notice: c.duration(at+"/notice", d.Reclaim[j].Notice), Path: at + "/if"})
		}
		c.app.Pools[d.Key] = p
		form.Pools = append(form.Pools, p)
		c.poolReaders(path, d, form.Def)
	}
}

// poolReaders warns when a role that may claim sees nothing of the records it could claim.
func (c *compiler) poolReaders(path string, d *Pool, f *forms.Form) {
	for i, w := range d.Members {
		if w.Role == "" || !c.roles[w.Role] || slices.ContainsFunc(f.Grants, func(g forms.Grant) bool {
			return g.Role == w.Role && slices.Contains(g.Do, "read") && (g.Records.Scope == "pool" || g.Records.Scope == "all" || g.Records.Where != "")
		}) {
			continue
		}
		c.warn(path+"/members/"+itoa(i), "pool.unseen", "角色“{role}”看不到池里的记录：请在“{form}”的权限里加一条范围为“pool”的查看权限", "角色「{role}」看不到池裡的記錄：請在「{form}」的權限裡加一條範圍為「pool」的檢視權限",
			"The role “{role}” sees no record in the pool: give it a grant to read with the scope “pool” on “{form}”", "role", w.Role, "form", named(f.Name, f.Key))
	}
}

// refPool checks that a slot names a pool of the form.
func (c *compiler) refPool(path, key string, form *Form) {
	p := c.app.Pools[key]
	switch {
	case p == nil:
		c.unknown(path, wordPool, key, sortedKeys(c.app.Pools))
	case form != nil && p.Form != form:
		c.fail(path, "ref.kind", "池“{pool}”是另一张表单的", "池「{pool}」是另一張表單的", "The pool “{pool}” is of another form", "pool", named(p.Def.Name, key))
	}
}
