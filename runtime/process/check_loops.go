package process

import (
	"slices"
	"strings"
)

// checkLoops names automations that set each other off without a person or a clock between them (the trigger graph of stage 8). The
// run-time budgets stop such a loop (engine.md §3); here it is named before it starts.
func (c *compiler) checkLoops() {
	edges := map[string][]string{}
	for _, e := range c.app.TriggerGraph() {
		if !e.Later && !slices.Contains(edges[e.From], e.To) {
			edges[e.From] = append(edges[e.From], e.To)
		}
	}
	told := map[string]bool{}
	for _, a := range c.app.runnable() {
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
