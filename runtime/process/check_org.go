package process

import (
	"slices"
	"strings"

	"pipewright/rules"
)

// Org is the company as far as the check asks: the people there are now.
type Org interface {
	// People are the active people a who stands for, in a stable order; the same that a running approval is answered.
	People(PeopleNeed) []string
	// Team of a person, empty for none, and the name to show.
	Team(user string) string
	Name(user string) string
}

// maxInitiators bounds whom the check tries as the one who submits.
const maxInitiators = 500

// CheckOrg holds the approvals of an app against the people there are: for everyone who may submit today, each step whose
// approvers are known without a record has somebody to decide, and enough of them. Errors: approval.nobody where every round would
// stand still, approval.impossible where the votes asked for cannot be had. Warnings: approval.nobody where a stand-in always
// decides or where only some people's rounds stand still (whoever is at the top has nobody above: that stops no company from
// publishing), approval.self where somebody may approve his own. Steps that take people from a field or a rule are not looked at. What
// gives weights to people is held against them too (check_weights.go).
func CheckOrg(app *App, o Org) []rules.Problem {
	c := &orgCheck{app: app, org: o}
	for i := range app.Def.Approvals {
		ch := app.Chains[app.Def.Approvals[i].Key]
		if ch == nil || ch.Def != &app.Def.Approvals[i] || ch.Form == nil {
			continue
		}
		initiators := c.initiators(ch)
		for _, st := range ch.All() {
			if len(st.Branches) == 0 {
				c.step(st.Path, st.Def, initiators)
			}
		}
	}
	c.weights()
	return c.problems
}

type orgCheck struct {
	app      *App
	org      Org
	problems []rules.Problem
}

// initiators are the people who may submit to a chain: by the transitions that need it, or by the rights on the form.
func (c *orgCheck) initiators(ch *CompiledChain) []string {
	var roles []string
	editors := func() {
		for _, g := range ch.Form.Def.Grants {
			if slices.Contains(g.Do, "edit") || slices.Contains(g.Do, "create") {
				roles = append(roles, g.Role)
			}
		}
	}
	if p := ch.Form.Process; p != nil {
		for _, t := range p.Transitions {
			if t.Chain == ch && len(t.Def.By) == 0 {
				editors()
			} else if t.Chain == ch {
				roles = append(roles, t.Def.By...)
			}
		}
		for _, s := range p.Stages {
			if s.Approval == ch {
				editors()
			}
		}
	}
	var out []string
	for _, role := range roles {
		if !slices.ContainsFunc(c.app.Def.Roles, func(r Role) bool { return r.Key == role }) {
			continue
		}
		for _, u := range c.org.People(PeopleNeed{App: c.app.Def.Key, Who: Who{Role: role}}) {
			if !slices.Contains(out, u) && len(out) < maxInitiators {
				out = append(out, u)
			}
		}
	}
	return out
}

// find resolves a list for somebody who submits a record of his own; known is false when a record would be needed.
func (c *orgCheck) find(list Whos, me string) (people []string, known bool) {
	for _, w := range list {
		need := PeopleNeed{App: c.app.Def.Key, Who: w}
		switch {
		case w.Pick != "":
			if len(w.From) == 0 {
				return nil, false
			}
			from, known := c.find(w.From, me)
			if !known {
				return nil, false
			}
			people = union(people, from)
			continue
		case w.Field == "owner":
			need.Who = Who{User: me}
		case w.Field != "" || w.Decide != "" || w.Expr != "":
			return nil, false
		case w.ManagerOf == "owner" || w.ManagerOf == "initiator":
			need.Who, need.User = Who{ManagerOf: "user", Level: w.Level, UpTo: w.UpTo}, me
		case w.ManagerOf != "":
			return nil, false
		case w.Team == "own":
			need.Team = c.org.Team(me)
		}
		for _, u := range c.org.People(need) {
			if !slices.Contains(people, u) {
				people = append(people, u)
			}
		}
	}
	return people, true
}

func (c *orgCheck) admins(me string) []string {
	return without(c.org.People(PeopleNeed{App: c.app.Def.Key, Who: Who{Role: "admin"}}), me)
}

// climb is the nearest manager, else the admins.
func (c *orgCheck) climb(me string) []string {
	for level := 1; level <= 5; level++ {
		if up := without(c.org.People(PeopleNeed{App: c.app.Def.Key, Who: Who{ManagerOf: "user", Level: level}, User: me}), me); len(up) > 0 {
			return up
		}
	}
	return c.admins(me)
}

func (c *orgCheck) step(path string, s *Step, initiators []string) {
	step := named(s.Name, s.Key)
	var stuck, short, light, self []string
	have, found := 0, 0
	for _, me := range initiators {
		people, known := c.find(s.Who, me)
		if !known {
			return
		}
		if len(people) > 0 {
			found++
		}
		if slices.Contains(people, me) {
			switch s.OnSelf {
			case "allow":
				self = append(self, me)
			case "skip":
				if people = without(people, me); len(people) == 0 {
					continue
				}
			case "admin":
				people = union(without(people, me), c.admins(me))
			default:
				people = union(without(people, me), c.climb(me))
			}
		}
		if len(people) == 0 {
			if s.OnEmpty.Policy == "pass" || s.OnEmpty.Policy == "reject" {
				continue
			}
			if people = c.instead(s, me); len(people) == 0 {
				stuck = append(stuck, me)
				continue
			}
		}
		switch s.Mode.Kind {
		case "count":
			if s.Mode.Count > len(people) {
				short, have = append(short, me), len(people)
			}
		case "weight":
			if n := c.weight(s, people); s.Mode.Pass > n {
				light, have = append(light, me), n
			}
		}
	}
	switch {
	case len(stuck) > 0:
		report := rules.Warnf
		if len(stuck) == len(initiators) {
			report = rules.Errorf
		}
		c.problems = append(c.problems, report(path+"/who", "approval.nobody", rules.Say(
			"“{who}”提交时，审批节点“{step}”找不到任何人，审批会停住（{all} 位可提交的人中有 {n} 位如此）。请给角色安排人员，或换一种找不到人时的办法",
			"「{who}」提交時，簽核節點「{step}」找不到任何人，簽核會停住（{all} 位可提交的人中有 {n} 位如此）。請給角色安排人員，或換一種找不到人時的辦法",
			"When “{who}” submits, the approval step “{step}” finds nobody and stands still ({n} of the {all} people who may submit are in this place). Give the role to somebody, or say otherwise what happens when nobody is found",
			"who", c.org.Name(stuck[0]), "step", step, "n", len(stuck), "all", len(initiators))))
	case len(initiators) > 0 && found == 0:
		c.problems = append(c.problems, rules.Warnf(path+"/who", "approval.nobody", rules.Say(
			"审批节点“{step}”现在没有人：总是按“找不到人时”处理", "簽核節點「{step}」現在沒有人：總是按「找不到人時」處理",
			"The approval step “{step}” has nobody today: what happens when nobody is found always happens", "step", step)))
	}
	if len(short) > 0 {
		c.problems = append(c.problems, rules.Errorf(path+"/mode/count", "approval.impossible", rules.Say(
			"“{who}”提交时，审批节点“{step}”要 {count} 人同意，却只有 {have} 人", "「{who}」提交時，簽核節點「{step}」要 {count} 人同意，卻只有 {have} 人",
			"When “{who}” submits, the approval step “{step}” needs {count} to agree, but there are {have}", "who", c.org.Name(short[0]), "step", step, "count", s.Mode.Count, "have", have)))
	}
	if len(light) > 0 {
		c.problems = append(c.problems, rules.Errorf(path+"/mode/pass", "approval.impossible", rules.Say(
			"“{who}”提交时，审批节点“{step}”要权重 {pass}，却只有 {have}", "「{who}」提交時，簽核節點「{step}」要權重 {pass}，卻只有 {have}",
			"When “{who}” submits, the approval step “{step}” asks for a weight of {pass}, but there is {have}", "who", c.org.Name(light[0]), "step", step, "pass", s.Mode.Pass, "have", have)))
	}
	if len(self) > 0 {
		c.problems = append(c.problems, rules.Warnf(path+"/onSelf", "approval.self", rules.Say(
			"在审批节点“{step}”，“{who}”可以批准自己提交的（共 {n} 人如此）", "在簽核節點「{step}」，「{who}」可以批准自己提交的（共 {n} 人如此）",
			"In the approval step “{step}”, “{who}” may approve what he submitted himself ({n} people are in this place)", "step", step, "who", c.org.Name(self[0]), "n", len(self))))
	}
}

// weight is what the votes of these people weigh together.
func (c *orgCheck) weight(s *Step, people []string) int {
	total := 0
	for _, p := range people {
		n := s.Mode.Weights[p]
		for _, role := range c.app.Def.Roles {
			if w := s.Mode.Weights[role.Key]; s.Mode.Weights[p] == 0 && w > n &&
				slices.Contains(c.org.People(PeopleNeed{App: c.app.Def.Key, Who: Who{Role: role.Key}}), p) {
				n = w
			}
		}
		total += max(1, n)
	}
	return total
}

// instead is who decides when nobody is found, as a running approval would have it.
func (c *orgCheck) instead(s *Step, me string) []string {
	var people []string
	switch {
	case len(s.OnEmpty.Who) > 0:
		found, known := c.find(s.OnEmpty.Who, me)
		if !known {
			return []string{me} // cannot be told; nothing is claimed
		}
		people = without(found, me)
	case s.OnEmpty.Policy == "block":
		return nil
	case s.OnEmpty.Policy == "climb":
		people = c.climb(me)
	}
	if len(people) == 0 {
		people = c.admins(me)
	}
	return people
}

// union is the people of both lists, each once.
func union(a, b []string) []string {
	out := slices.Clone(a)
	for _, u := range b {
		if !slices.Contains(out, u) {
			out = append(out, u)
		}
	}
	return out
}

// checkTiers looks for a case that passes the chain without anybody deciding: not skipped, and no step runs.
func (c *compiler) checkTiers(path string, ch *CompiledChain) {
	var conditions []string
	if ch.Def.SkipIf != "" {
		conditions = append(conditions, ch.Def.SkipIf)
	}
	for _, st := range ch.Steps {
		branches := st.Branches
		if len(branches) == 0 {
			branches = []*CompiledStep{st}
		}
		for _, b := range branches {
			// A branch runs when its own condition and that of the step around it hold.
			both := make([]string, 0, 2)
			for _, one := range []string{st.Def.RunIf, b.Def.RunIf} {
				if one != "" {
					both = append(both, one)
				}
			}
			switch len(both) {
			case 0:
				return
			case 1:
				conditions = append(conditions, both[0])
			default:
				conditions = append(conditions, "("+strings.Join(both, ") and (")+")")
			}
		}
	}
	if len(ch.Steps) == 0 {
		return
	}
	example, found, _ := rules.Uncovered(conditions, c.env(ch.Form.Def.Key))
	if found {
		c.warn(path+"/steps", "approval.tierGap",
			"有一种情况没有人审批就通过了：{case}。请调整各节点的条件，或把它写进“无需审批”",
			"有一種情況沒有人簽核就通過了：{case}。請調整各節點的條件，或把它寫進「無需簽核」",
			"One case passes without anybody deciding: {case}. Change the conditions of the steps, or say in skipIf that it needs no approval",
			"case", example)
	}
}
