package process

import (
	"pipewright/rules"
)

// maxStages is how many stages people can keep in mind (ENG-15).
const maxStages = 9

// checkStages is stage 5: every stage can be reached and can end, and answers the five questions (ENG-14).
func (c *compiler) checkStages() {
	for i := range c.def.Processes {
		p := c.app.Processes[c.def.Processes[i].Key]
		if p == nil || p.Def != &c.def.Processes[i] {
			continue
		}
		path := "/processes/" + p.Def.Key
		if n := p.length(); n > maxStages {
			c.warn(path+"/stages", "stage.tooMany", "流程“{process}”有 {n} 个阶段；超过 {max} 个人就记不住了，考虑合并或用检查清单分组",
				"流程「{process}」有 {n} 個階段；超過 {max} 個人就記不住了，考慮合併或用檢查清單分組",
				"The process “{process}” has {n} stages; people lose track beyond {max}. Merge some, or group work in checklists",
				"process", named(p.Def.Name, p.Def.Key), "n", n, "max", maxStages)
		}
		c.checkPaths(path, p)
		for _, s := range p.Stages {
			if s.Def.Open() {
				c.checkQuestions(path+"/stages/"+s.Def.Key, p, s.Def)
			}
		}
		for _, t := range p.Transitions {
			if t.Def.Name.IsZero() {
				c.warn(path+"/transitions/"+t.Def.Key+"/name", "transition.unnamed",
					"从“{from}”到“{to}”的流转还没有名称：人们要靠它知道点下去会怎样", "從「{from}」到「{to}」的流轉還沒有名稱：人們要靠它知道點下去會怎樣",
					"The transition from “{from}” to “{to}” has no name: people need it to know what the button does",
					"from", fromNames(p, t), "to", stageName(p, t.Def.To))
			}
		}
	}
}

// length is how many steps people follow: the open stages, and the end as one.
func (p *Process) length() int {
	n, ends := 0, 0
	for _, s := range p.Stages {
		if s.Def.Open() {
			n++
		} else {
			ends = 1
		}
	}
	return n + ends
}

func stageName(p *Process, key string) rules.Text {
	if s := p.ByKey[key]; s != nil {
		return named(s.Def.Name, key)
	}
	return rules.Plain(key)
}

func fromNames(p *Process, t *CompiledTransition) rules.Text {
	for _, s := range p.Stages {
		if t.From[s.Def.Key] {
			return stageName(p, s.Def.Key)
		}
	}
	return rules.Plain("")
}

// checkPaths looks for stages that no record can come to, and open stages that none can get out of to an end.
func (c *compiler) checkPaths(path string, p *Process) {
	next, before := map[string][]string{}, map[string][]string{}
	for _, t := range p.Transitions {
		if t.To == nil {
			continue
		}
		for from := range t.From {
			next[from] = append(next[from], t.To.Def.Key)
			before[t.To.Def.Key] = append(before[t.To.Def.Key], from)
		}
	}
	if p.ByKey[p.Def.Start] != nil {
		reached := flood([]string{p.Def.Start}, next)
		for _, s := range p.Stages {
			if !reached[s.Def.Key] {
				c.warn(path+"/stages/"+s.Def.Key, "stage.unreachable", "没有记录能到达阶段“{stage}”：请加一条通向它的流转，或删去它",
					"沒有記錄能到達階段「{stage}」：請加一條通向它的流轉，或刪去它",
					"No record can reach the stage “{stage}”: add a transition to it, or remove it", "stage", named(s.Def.Name, s.Def.Key))
			}
		}
	}
	var ends []string
	for _, s := range p.Stages {
		if !s.Def.Open() {
			ends = append(ends, s.Def.Key)
		}
	}
	if len(ends) == 0 && len(p.Stages) > 0 {
		c.warn(path+"/stages", "stage.deadEnd", "流程“{process}”没有结束阶段：请把至少一个阶段设为赢单、输单、完成或取消",
			"流程「{process}」沒有結束階段：請把至少一個階段設為贏單、輸單、完成或取消",
			"The process “{process}” has no end: make at least one stage won, lost, done or cancelled", "process", named(p.Def.Name, p.Def.Key))
		return
	}
	canEnd := flood(ends, before)
	for _, s := range p.Stages {
		if !canEnd[s.Def.Key] {
			c.warn(path+"/stages/"+s.Def.Key, "stage.deadEnd", "阶段“{stage}”里的记录到不了任何结束：请加一条走出去的流转",
				"階段「{stage}」裡的記錄到不了任何結束：請加一條走出去的流轉",
				"Records in the stage “{stage}” can never end: add a transition that leads out", "stage", named(s.Def.Name, s.Def.Key))
		}
	}
}

// flood is everything that can be reached from the given keys.
func flood(from []string, edges map[string][]string) map[string]bool {
	seen := map[string]bool{}
	for len(from) > 0 {
		key := from[len(from)-1]
		from = from[:len(from)-1]
		if !seen[key] {
			seen[key] = true
			from = append(from, edges[key]...)
		}
	}
	return seen
}

// checkQuestions asks the five questions of an open stage: what is done, who owns it, what kind of action, when is it
// complete, what comes next.
func (c *compiler) checkQuestions(path string, p *Process, s *Stage) {
	ask := func(member string, answered bool, zhCN, zhTW, en string) {
		if !answered {
			c.warn(path+"/"+member, "stage.unanswered", zhCN, zhTW, en, "stage", named(s.Name, s.Key))
		}
	}
	ask("goal", !s.Goal.IsZero(), "阶段“{stage}”没有写要做什么（目标）", "階段「{stage}」沒有寫要做什麼（目標）",
		"The stage “{stage}” does not say what is done there (its goal)")
	ask("owner", s.Owner != nil && (len(s.Owner.Who) > 0 || s.Owner.Pool != ""), "阶段“{stage}”没有写由谁负责", "階段「{stage}」沒有寫由誰負責",
		"The stage “{stage}” does not say who owns it")
	ask("kind", s.Kind != "", "阶段“{stage}”没有写是什么性质的工作（如电话、会议、评审）", "階段「{stage}」沒有寫是什麼性質的工作（如電話、會議、評審）",
		"The stage “{stage}” does not say what kind of work it is (such as call, meeting, review)")
	ask("checklist", c.completes(p, s), "阶段“{stage}”没有写怎样算完成：加一项必做检查、必填字段、离开条件或审批",
		"階段「{stage}」沒有寫怎樣算完成：加一項必做檢查、必填欄位、離開條件或簽核",
		"The stage “{stage}” does not say when it is complete: add a required check, a required field, a leave condition or an approval")
	next := false
	for _, t := range p.Transitions {
		next = next || t.From[s.Key] && t.Def.To != s.Key
	}
	ask("next", next, "阶段“{stage}”之后没有下一步：加一条从这里出发的流转", "階段「{stage}」之後沒有下一步：加一條從這裡出發的流轉",
		"Nothing comes after the stage “{stage}”: add a transition that leaves it")
}

// completes says whether anything tells when the work of a stage is done.
func (c *compiler) completes(p *Process, s *Stage) bool {
	for _, item := range s.Checklist {
		if item.Required {
			return true
		}
	}
	for _, a := range s.Activities {
		if a.Required {
			return true
		}
	}
	for _, g := range s.Groups {
		if g.Required {
			return true
		}
	}
	if len(s.LeaveIf) > 0 || s.Approval != nil || s.Fields != nil && len(s.Fields.Require) > 0 {
		return true
	}
	for _, t := range p.Transitions {
		if t.From[s.Key] && t.To != nil && t.To.Def.End != "lost" && t.To.Def.End != "cancelled" {
			if t.Def.If != "" || t.Def.Approval != "" || len(t.To.Def.Needs) > 0 || len(t.To.Def.EnterIf) > 0 || len(t.Def.Ask) > 0 {
				return true
			}
		}
	}
	return false
}
