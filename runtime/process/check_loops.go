package process

import (
	"slices"
	"strings"
)

// checkLoops is the trigger graph of stage 8: automations that set each other off without a person or a clock between them.
// The run-time budgets stop such a loop (engine.md §3); here it is named before it starts.
func (c *compiler) checkLoops() {
	var list []*CompiledAutomation
	for i := range c.def.Automations {
		if a := c.app.Automations[c.def.Automations[i].Key]; a != nil && a.Def == &c.def.Automations[i] && !a.Def.Off {
			list = append(list, a)
		}
	}
	edges := map[string][]string{}
	for _, a := range list {
		for _, e := range c.causes(a.Actions, a.Form) {
			for _, b := range list {
				if e.sets(b) && !slices.Contains(edges[a.Def.Key], b.Def.Key) {
					edges[a.Def.Key] = append(edges[a.Def.Key], b.Def.Key)
				}
			}
		}
	}
	told := map[string]bool{}
	for _, a := range list {
		circle := circleFrom(a.Def.Key, edges)
		if circle == nil || told[a.Def.Key] {
			continue
		}
		names := make([]string, 0, len(circle)+1)
		for _, key := range append(slices.Clone(circle), circle[0]) {
			told[key] = true
			names = append(names, key)
		}
		c.warn("/automations/"+a.Def.Key, "automation.loop",
			"自动化会互相触发、停不下来：{circle}。请加条件、改触发字段，或在中间加等待",
			"自動化會互相觸發、停不下來：{circle}。請加條件、改觸發欄位，或在中間加等待",
			"Automations set each other off in a circle: {circle}. Add a condition, watch other fields, or put a wait between them",
			"circle", strings.Join(names, " → "))
	}
}

// happening is something an action causes at once.
type happening struct {
	kind, form, key string
	fields          []string
}

// causes lists what actions make happen without a person or a clock in between.
func (c *compiler) causes(actions []*CompiledAction, form *Form) []happening {
	var out []happening
	for _, a := range actions {
		if !a.Def.Wait.IsZero() {
			return out // what comes later, the clock causes
		}
		switch {
		case len(a.Set) > 0 && a.On != nil:
			var fields []string
			for _, s := range a.Set {
				fields = append(fields, s.Field)
			}
			out = append(out, happening{kind: "updated", form: a.On.Def.Key, fields: a.On.Schema.Dependents(fields)})
		case a.Def.Move != "" && a.On != nil && a.On.Process != nil:
			p := a.On.Process
			t := p.ByTransition[a.Def.Move]
			if t == nil || t.Chain != nil {
				continue
			}
			out = append(out, happening{kind: "transition", key: p.Def.Key + "." + t.Def.Key})
			if t.To != nil {
				out = append(out, happening{kind: "entered", key: p.Def.Key + "." + t.To.Def.Key})
			}
			for _, from := range sortedKeys(t.From) {
				out = append(out, happening{kind: "left", key: p.Def.Key + "." + from})
			}
		case a.Start != nil:
			out = append(out, happening{kind: "created", form: a.Start.Def.Key})
			if p := a.Start.Process; p != nil {
				out = append(out, happening{kind: "entered", key: p.Def.Key + "." + p.Def.Start})
			}
		}
		out = append(out, c.causes(a.Do, form)...)
		out = append(out, c.causes(a.Then, form)...)
		out = append(out, c.causes(a.Else, form)...)
	}
	return out
}

// sets says whether the happening triggers an automation.
func (h happening) sets(a *CompiledAutomation) bool {
	on := a.Def.On
	switch h.kind {
	case "created":
		return on.Created == h.form
	case "updated":
		return on.Updated == h.form && (len(on.Fields) == 0 || slices.ContainsFunc(on.Fields, func(f string) bool { return slices.Contains(h.fields, f) }))
	case "transition":
		return on.Transition == h.key
	case "entered":
		return on.Stage == h.key && on.When != "left"
	case "left":
		return on.Stage == h.key && on.When == "left"
	}
	return false
}

// circleFrom is a shortest way from a key back to itself, nil if there is none.
func circleFrom(start string, edges map[string][]string) []string {
	from := map[string]string{}
	queue := []string{start}
	for len(queue) > 0 {
		key := queue[0]
		queue = queue[1:]
		for _, next := range edges[key] {
			if next == start {
				way := []string{key}
				for key != start {
					key = from[key]
					way = append(way, key)
				}
				slices.Reverse(way)
				return way
			}
			if _, seen := from[next]; !seen {
				from[next] = key
				queue = append(queue, next)
			}
		}
	}
	return nil
}
