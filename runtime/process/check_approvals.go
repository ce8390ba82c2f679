package process

import (
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
		for j := range d.Steps {
			s := &d.Steps[j]
			at := path + "/steps/" + elementKey(s.Key, j)
			c.checkPolicies(at, s)
			c.checkPassable(at, s)
		}
		if ch := c.app.Chains[d.Key]; ch != nil && ch.Def == d {
			c.checkTiers(path, ch)
		}
	}
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
	if (s.Mode.Kind == "sequence" || s.Mode.Kind == "all" || s.Mode.Kind == "") && s.Veto {
		p := rules.Warnf(path+"/veto", "approval.vetoIdle", rules.Say(
			"审批节点“{step}”本来就是一人拒绝即不通过，“一票否决”不起作用", "簽核節點「{step}」本來就是一人拒絕即不通過，「一票否決」不起作用",
			"In the approval step “{step}” the first reject fails it anyway; the veto changes nothing", "step", step))
		p.Fix = &rules.Fix{Title: rules.Say("去掉一票否决", "去掉一票否決", "Drop the veto"), Changes: []rules.Change{{Path: path + "/veto", Remove: true}}}
		c.add(p)
	}
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
