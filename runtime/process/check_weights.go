package process

import (
	"reflect"
	"slices"

	"pipewright/rules"
)

// weights holds every table of weights of the definition against the roles and people there are. A key of neither counts for nobody
// (an error); that of somebody who is never among those chosen from has no effect (a warning, where the people are known without a
// record).
func (c *orgCheck) weights() {
	walk(reflect.ValueOf(c.app.Def).Elem(), "", func(p place) {
		if owner, ok := as[*Owner](&p); ok && owner != nil {
			c.weighed(p.path()+"/weights", owner.Weights, owner.Who)
		}
		steps, _ := as[[]Step](&p)
		for i := range steps {
			c.weighed(p.path()+"/"+steps[i].Key+"/mode/weight", steps[i].Mode.Weights, steps[i].Who)
		}
	})
}

// weighed looks at the weights of one choice among people.
func (c *orgCheck) weighed(path string, weights map[string]int, who Whos) {
	if len(weights) == 0 {
		return
	}
	roles := make([]string, 0, len(c.app.Def.Roles))
	for _, r := range c.app.Def.Roles {
		roles = append(roles, r.Key)
	}
	among, known := c.standing(who)
	for _, key := range sortedKeys(weights) {
		at := path + "/" + key
		switch {
		case slices.Contains(roles, key):
		case len(c.org.People(PeopleNeed{App: c.app.Def.Key, Who: Who{User: key}})) == 0:
			c.problems = append(c.problems, nobodyOf(at, key, roles))
		case known && !slices.Contains(among, key):
			c.problems = append(c.problems, rules.Warnf(at, "weight.idle", rules.Say(
				"“{who}”不在可选的人员之中，这个权重不起作用", "「{who}」不在可選的人員之中，這個權重不起作用",
				"“{who}” is not among the people chosen from, so this weight has no effect", "who", c.org.Name(key))))
		}
	}
}

// standing are the people of a list that names them without a record; known is false when it takes one.
func (c *orgCheck) standing(list Whos) (people []string, known bool) {
	for _, w := range list {
		if w.Field != "" || w.ManagerOf != "" || w.Decide != "" || w.Expr != "" || w.Pick != "" || w.Team == "own" {
			return nil, false
		}
		people = union(people, c.org.People(PeopleNeed{App: c.app.Def.Key, Who: w}))
	}
	return people, true
}

// nobodyOf says that a weight is given to no role and no active person.
func nobodyOf(path, key string, roles []string) rules.Problem {
	if near, _ := rules.Nearest(key, roles); near != "" {
		return rules.Errorf(path, "ref.unknown", rules.Say(
			"没有角色或在职人员“{key}”，是不是“{near}”？", "沒有角色或在職人員「{key}」，是不是「{near}」？",
			"There is no role or active person “{key}”; did you mean “{near}”?", "key", key, "near", near))
	}
	return rules.Errorf(path, "ref.unknown", rules.Say(
		"没有角色或在职人员“{key}”，这个权重不给任何人", "沒有角色或在職人員「{key}」，這個權重不給任何人",
		"There is no role or active person “{key}”, so nobody has this weight", "key", key))
}
