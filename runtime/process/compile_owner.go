package process

// maxWeight is the largest capacity in an owner's weights.
const maxWeight = 1000

// owner compiles among whom an owner is chosen, and how.
func (c *compiler) owner(path string, d *Owner, ctx whoContext, form *Form) *CompiledOwner {
	out := &CompiledOwner{Def: d, Who: c.whos(path+"/who", d.Who, ctx)}
	switch {
	case d.Pool != "":
		c.refPool(path+"/pool", d.Pool, form)
	case d.Assign == "pool":
		c.fail(path+"/pool", "setting.missing", "请写明放入哪个池", "請寫明放入哪個池", "Say into which pool it goes")
	}
	if len(d.Who) == 0 && d.Assign != "pool" {
		c.fail(path+"/who", "setting.missing", "请写明负责人是谁", "請寫明負責人是誰", "Say who the owner is")
	}
	c.weights(path+"/weights", d)
	return out
}

// weights checks the capacities of "weighted".
func (c *compiler) weights(path string, d *Owner) {
	if d.Assign != "weighted" {
		if len(d.Weights) > 0 {
			c.fail(path, "setting.conflict", "权重只与“按权重”一起用", "權重只與「按權重」一起用", "Weights go with “weighted” only")
		}
		return
	}
	if len(d.Weights) == 0 {
		c.fail(path, "setting.missing", "请给角色或人员设置权重", "請給角色或人員設定權重", "Give weights to roles or people")
		return
	}
	some := false
	for _, key := range sortedKeys(d.Weights) {
		n := d.Weights[key]
		if n < 0 || n > maxWeight {
			c.fail(path+"/"+key, "setting.range", "权重为 0 到 {max}", "權重為 0 到 {max}", "A weight is 0 to {max}", "max", maxWeight)
		}
		some = some || n > 0
	}
	if !some {
		c.fail(path, "setting.range", "所有权重都是 0：没有人会分到记录", "所有權重都是 0：沒有人會分到記錄", "Every weight is 0: nobody would get a record")
	}
}
