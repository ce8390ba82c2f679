package process

import (
	"slices"

	"github.com/shopspring/decimal"

	"pipewright/rules"
)

// checkApprovals is stage 7: every step can pass, and says what happens when nobody is found, when the approver is the
// initiator, and when time runs out.
func (c *compiler) checkApprovals() {
	for i := range c.def.Approvals {
		d := &c.def.Approvals[i]
		path := "/approvals/" + elementKey(d.Key, i)
		if len(d.Steps) == 0 {
			c.fail(path+"/steps", "approval.impossible", "审批链“{chain}”没有节点：谁来审批？", "簽核鏈「{chain}」沒有節點：誰來簽核？",
				"The approval chain “{chain}” has no steps: who approves?", "chain", named(d.Name, d.Key))
		}
		c.checkStepKeys(d)
		c.checkReject(path, d)
		for j := range d.Steps {
			s := &d.Steps[j]
			at := path + "/steps/" + elementKey(s.Key, j)
			if s.Parallel != nil {
				c.checkParallel(at, s, j == 0)
				continue
			}
			c.checkStep(at, s, j == 0)
		}
		if ch := c.app.Chains[d.Key]; ch != nil && ch.Def == d {
			c.checkTiers(path, ch)
		}
	}
}

// checkReject: a reject ends the approval, or goes back to somebody there is.
func (c *compiler) checkReject(path string, d *Chain) {
	to, known := d.OnReject.To, []string{"end", "initiator"}
	for i := range d.Steps {
		known = append(known, d.Steps[i].Key)
	}
	if to != "" && !slices.Contains(known, to) {
		c.unknown(path+"/onReject/to", wordStep, to, known)
	}
	if to != "" && to != "end" && d.OnReject.Move != "" {
		c.fail(path+"/onReject", "setting.conflict", "拒绝后要么回到某处（to），要么流转（move），只能写一种", "拒絕後要麼回到某處（to），要麼流轉（move），只能寫一種",
			"After a reject the approval either goes back (to) or the record moves (move), not both")
	}
}

func (c *compiler) checkStep(path string, s *Step, first bool) {
	c.checkPolicies(path, s)
	c.checkPassable(path, s)
	if s.Join != "" && s.Parallel == nil {
		c.fail(path+"/join", "setting.conflict", "join 只与并行节点（parallel）一起用", "join 只與並行節點（parallel）一起用", "join goes with parallel steps only")
	}
	for i := range s.Who {
		if s.Who[i].Pick == "previous" && first {
			c.fail(path+"/who/"+itoa(i)+"/pick", "approval.impossible", "“{step}”是第一个节点，前面没有审批人可以选人；请改成由发起人选", "「{step}」是第一個節點，前面沒有簽核人可以選人；請改成由發起人選",
				"“{step}” comes first: no approver before it could pick its people. Let the initiator pick", "step", named(s.Name, s.Key))
		}
	}
}

// checkParallel: branches decide, the step around them only holds them together.
func (c *compiler) checkParallel(path string, s *Step, first bool) {
	step := named(s.Name, s.Key)
	if len(s.Parallel) < 2 {
		c.fail(path+"/parallel", "approval.impossible", "并行节点“{step}”至少要两个分支", "並行節點「{step}」至少要兩個分支", "The parallel step “{step}” needs two branches at least", "step", step)
	}
	if len(s.Who) > 0 || !s.Mode.IsZero() || s.Veto || s.Fields != nil || !s.OnEmpty.IsZero() || s.OnSelf != "" || len(s.Due) > 0 || len(s.Allow) > 0 {
		c.fail(path, "setting.conflict", "并行节点“{step}”的审批人、通过方式、时限等写在各分支里", "並行節點「{step}」的簽核人、通過方式、時限等寫在各分支裡",
			"People, mode, deadlines and the like of the parallel step “{step}” belong to its branches", "step", step)
	}
	for i := range s.Parallel {
		b := &s.Parallel[i]
		at := path + "/parallel/" + elementKey(b.Key, i)
		if b.Parallel != nil {
			c.fail(at+"/parallel", "setting.conflict", "并行节点里不能再并行", "並行節點裡不能再並行", "Parallel steps do not go inside one another")
		}
		c.checkStep(at, b, first)
	}
}

// checkStepKeys: a step is known by its key in the whole chain, whatever parallel step it stands in.
func (c *compiler) checkStepKeys(d *Chain) {
	seen := map[string]string{}
	d.EachStep(func(path string, s *Step) {
		list := path[:len(path)-len(s.Key)]
		if before, twice := seen[s.Key]; twice && s.Key != "" && before != list {
			c.fail(path+"/key", "key.duplicate", "审批链里已有节点“{key}”，并行分支也要各用各的标识", "簽核鏈裡已有節點「{key}」，並行分支也要各用各的識別名",
				"The chain has a step “{key}” already; branches need keys of their own", "key", s.Key)
		}
		seen[s.Key] = list
	})
}

// checkPolicies: onEmpty, onSelf and due are never left to chance.
func (c *compiler) checkPolicies(path string, s *Step) {
	missing := func(member string, fix *rules.Fix, zhCN, zhTW, en string) {
		p := rules.Errorf(path+"/"+member, "approval.policyMissing", rules.Say(zhCN, zhTW, en, "step", named(s.Name, s.Key)))
		p.Fix = fix
		c.add(p)
	}
	if s.OnEmpty.IsZero() {
		missing("onEmpty", setFix(path+"/onEmpty", "admin", "交给流程管理员", "交給流程管理員", "Give it to the process admin"),
			"审批节点“{step}”没有写找不到审批人时怎么办", "簽核節點「{step}」沒有寫找不到簽核人時怎麼辦",
			"The approval step “{step}” does not say what happens when nobody is found")
	}
	if s.OnSelf == "" {
		missing("onSelf", setFix(path+"/onSelf", "climb", "交给上级", "交給上級", "Give it to the manager"),
			"审批节点“{step}”没有写审批人就是提交人时怎么办", "簽核節點「{step}」沒有寫簽核人就是提交人時怎麼辦",
			"The approval step “{step}” does not say what happens when the approver is the one who submitted")
	}
	if len(s.Due) == 0 {
		missing("due", setFix(path+"/due", []DueStep{{After: "P1BD", Do: "remind"}, {After: "P2BD", Do: "escalate"}},
			"1 个工作日提醒，2 个工作日升级", "1 個工作日提醒，2 個工作日升級", "Remind after 1 working day, escalate after 2"),
			"审批节点“{step}”没有写超时怎么办", "簽核節點「{step}」沒有寫逾時怎麼辦",
			"The approval step “{step}” does not say what happens when time runs out")
	}
}

// checkPassable: somebody is named, and the number of votes asked for can be reached.
func (c *compiler) checkPassable(path string, s *Step) {
	step := named(s.Name, s.Key)
	if len(s.Who) == 0 {
		c.fail(path+"/who", "approval.nobody", "审批节点“{step}”没有写由谁审批", "簽核節點「{step}」沒有寫由誰簽核",
			"The approval step “{step}” does not say who approves", "step", step)
	}
	if s.Mode.Kind == "share" {
		share, err := decimal.NewFromString(s.Mode.Share.String())
		if err != nil || !share.IsPositive() || share.GreaterThan(decimal.NewFromInt(1)) {
			c.fail(path+"/mode/share", "approval.impossible", "审批节点“{step}”的通过比例应大于 0、不超过 1（如 0.6 表示六成）",
				"簽核節點「{step}」的通過比例應大於 0、不超過 1（如 0.6 表示六成）",
				"The share of the approval step “{step}” must be above 0 and at most 1 (0.6 means six in ten)", "step", step)
		}
	}
	if s.Mode.Kind == "count" {
		if s.Mode.Count < 1 {
			c.fail(path+"/mode/count", "approval.impossible", "审批节点“{step}”至少要 1 人同意", "簽核節點「{step}」至少要 1 人同意",
				"The approval step “{step}” needs at least 1 to agree", "step", step)
		}
		if n, known := headcount(s.Who); known && s.Mode.Count > n {
			c.fail(path+"/mode/count", "approval.impossible", "审批节点“{step}”要 {count} 人同意，却最多只有 {n} 人",
				"簽核節點「{step}」要 {count} 人同意，卻最多只有 {n} 人",
				"The approval step “{step}” needs {count} to agree, but has {n} people at most", "step", step, "count", s.Mode.Count, "n", n)
		}
	}
	if s.Mode.Kind == "weight" {
		c.checkWeights(path, s)
	}
	if s.Mode.Kind == "any" && s.Mode.AllReject && s.Veto {
		c.fail(path+"/veto", "approval.impossible", "审批节点“{step}”要全部拒绝才不通过，不能又一票否决", "簽核節點「{step}」要全部拒絕才不通過，不能又一票否決",
			"The approval step “{step}” fails when everybody rejects; it cannot be vetoed by one as well", "step", step)
	}
	if (s.Mode.Kind == "sequence" || s.Mode.Kind == "all" || s.Mode.Kind == "") && s.Veto {
		p := rules.Warnf(path+"/veto", "approval.vetoIdle", rules.Say(
			"审批节点“{step}”本来就是一人拒绝即不通过，“一票否决”不起作用", "簽核節點「{step}」本來就是一人拒絕即不通過，「一票否決」不起作用",
			"In the approval step “{step}” the first reject fails it anyway; the veto changes nothing", "step", step))
		p.Fix = &rules.Fix{Title: rules.Say("去掉一票否决", "去掉一票否決", "Drop the veto"), Changes: []rules.Change{{Path: path + "/veto", Remove: true}}}
		c.add(p)
	}
}

// checkWeights: the weight asked for can be reached by the people there are.
func (c *compiler) checkWeights(path string, s *Step) {
	step := named(s.Name, s.Key)
	if s.Mode.Pass < 1 {
		c.fail(path+"/mode/pass", "approval.impossible", "审批节点“{step}”要求的权重至少为 1", "簽核節點「{step}」要求的權重至少為 1", "The weight the approval step “{step}” asks for is at least 1", "step", step)
		return
	}
	most, known := 0, true
	for i := range s.Who {
		w := &s.Who[i]
		n := 1
		switch {
		case w.User != "":
			n = max(1, s.Mode.Weights[w.User])
			// What roles the person has is not known here.
			known = known && (s.Mode.Weights[w.User] > 0 || len(s.Mode.Weights) == 0 || !c.anyRole(s.Mode.Weights))
		default:
			known = false
		}
		most += n
	}
	if known && s.Mode.Pass > most {
		c.fail(path+"/mode/pass", "approval.impossible", "审批节点“{step}”要权重 {pass}，全部同意也只有 {most}", "簽核節點「{step}」要權重 {pass}，全部同意也只有 {most}",
			"The approval step “{step}” asks for a weight of {pass}, but all together weigh {most}", "step", step, "pass", s.Mode.Pass, "most", most)
	}
}

// anyRole says whether one of the keys is a role of the app.
func (c *compiler) anyRole(weights map[string]int) bool {
	for key := range weights {
		if c.roles[key] {
			return true
		}
	}
	return false
}

// headcount is the most people a list can stand for, where that is known without the org chart.
func headcount(list Whos) (n int, known bool) {
	seen := map[string]bool{}
	for _, w := range list {
		switch {
		case w.User != "":
			seen["u:"+w.User] = true
		case w.ManagerOf != "" && w.UpTo == 0:
			seen["m:"+w.ManagerOf+itoa(max(w.Level, 1))] = true
		case w.Field != "":
			seen["f:"+w.Field] = true
		default:
			return 0, false
		}
	}
	return len(seen), true
}
