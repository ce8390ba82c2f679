package process

import (
	"strconv"

	"pipewright/rules"
)

// Coverage counts what scenarios have walked: stages entered ("deal.won"), transitions taken ("deal.win"), approval steps decided
// ("discount.manager"), automations run, rows of decision tables ("tier.1", counted from 1 as people see them) and items of
// scorecards ("score.demo") that applied.
type Coverage struct {
	Stages, Transitions, Steps, Automations, Rows map[string]int
}

// NewCoverage has walked nothing.
func NewCoverage() *Coverage {
	return &Coverage{Stages: map[string]int{}, Transitions: map[string]int{}, Steps: map[string]int{}, Automations: map[string]int{}, Rows: map[string]int{}}
}

// Walk is how often one thing was walked; Path is its place in the definition.
type Walk struct {
	Name  string `json:"name"`
	Path  string `json:"path"`
	Times int    `json:"times"`
}

// Covered is one kind of thing with every one of its kind the app has, in the order of the definition.
type Covered struct {
	Kind  string
	Walks []Walk
}

// Missed are the names nothing has walked.
func (c Covered) Missed() []string {
	out := []string{}
	for _, w := range c.Walks {
		if w.Times == 0 {
			out = append(out, w.Name)
		}
	}
	return out
}

// Of says how much of an app was walked, kind by kind: stages, transitions, steps, automations, rows.
func (c *Coverage) Of(app *App) []Covered {
	walks := func(all []walked, times map[string]int) []Walk {
		out := make([]Walk, len(all))
		for i, w := range all {
			out[i] = Walk{w.name, w.path, times[w.name]}
		}
		return out
	}
	return []Covered{
		{"stages", walks(app.stagesToWalk(), c.Stages)},
		{"transitions", walks(app.transitionsToWalk(), c.Transitions)},
		{"steps", walks(app.stepsToWalk(), c.Steps)},
		{"automations", walks(app.automationsToWalk(), c.Automations)},
		{"rows", walks(app.rowsToWalk(), c.Rows)},
	}
}

// rows counts the rows or items of a rule that applied.
func (c *Coverage) rows(app *App, key string, rows []int) {
	for i := range app.Def.Rules {
		if r := &app.Def.Rules[i]; r.Key == key {
			for _, n := range rows {
				c.Rows[rowName(r, n)]++
			}
		}
	}
}

func rowName(r *rules.Rule, n int) string {
	if r.Kind == rules.RuleScorecard && n < len(r.Items) {
		return r.Key + "." + r.Items[n].Key
	}
	return r.Key + "." + strconv.Itoa(n+1)
}
