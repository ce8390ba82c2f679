package server

import (
	"encoding/json"
	"net/http"
	"slices"

	"pipewright/forms"
	"pipewright/rules"
	"pipewright/runtime/engine"
	"pipewright/runtime/process"
)

// activityOut is something people are asked to do in the stage.
type activityOut struct {
	Key      string     `json:"key"`
	Name     rules.Text `json:"name"`
	Help     rules.Text `json:"help,omitzero"`
	Required bool       `json:"required"`
	Done     bool       `json:"done"`
	By       string     `json:"by,omitempty"`
	At       instant    `json:"at"`
	DueAt    instant    `json:"dueAt"`
	Who      []string   `json:"who"`
	// Each: every one of them must do it. People are they, with who has; Late that their managers were told.
	Each   bool       `json:"each,omitempty"`
	Late   bool       `json:"late,omitempty"`
	Asked  bool       `json:"asked"`
	People []doingOut `json:"people"`
	// Mine: it waits for the reader. Hand: he may give it to somebody else.
	Mine bool `json:"mine,omitempty"`
	Hand bool `json:"hand,omitempty"`
	// Fields are what is asked for of whoever does it.
	Fields []forms.Field `json:"fields,omitempty"`
}

// doingOut is one person's part. What he said of it is his own and theirs who may edit the record.
type doingOut struct {
	mini
	Done   bool                       `json:"done"`
	At     instant                    `json:"at"`
	Tries  int                        `json:"tries,omitempty"`
	Passed bool                       `json:"passed,omitempty"`
	Result map[string]json.RawMessage `json:"result,omitempty"`
}

// groupOut is a sub-stage of the checklist.
type groupOut struct {
	Key      string     `json:"key"`
	Name     rules.Text `json:"name"`
	Help     rules.Text `json:"help,omitzero"`
	Required bool       `json:"required"`
	Met      int        `json:"met"`
	Of       int        `json:"of"`
	// Begun is false while the groups before it are not complete.
	Begun bool    `json:"begun"`
	Done  bool    `json:"done"`
	Who   []mini  `json:"who"`
	DueAt instant `json:"dueAt"`
	Late  bool    `json:"late,omitempty"`
	Mine  bool    `json:"mine,omitempty"`
	Hand  bool    `json:"hand,omitempty"`
}

func (c *call) activities(st *process.CompiledStage, v *engine.View) []activityOut {
	out := []activityOut{}
	s := v.State
	for _, a := range st.Activities {
		if a.Group != nil {
			continue
		}
		mark, done := s.Activities[a.Key]
		open, asked := s.ActivityPeople[a.Key]
		waits := s.WaitsFor(a.Key)
		one := activityOut{Key: a.Def.Key, Name: a.Def.Name, Help: a.Def.Help, Required: a.Def.Required, Done: done, By: mark.By, At: instant(mark.At), DueAt: instant(open.DueAt),
			Who: list(open.People), Each: a.Def.Mode == "each", Late: open.Late, Asked: asked, People: []doingOut{}, Fields: a.Def.Fields,
			Mine: slices.Contains(waits, c.user.ID), Hand: len(waits) > 0 && (v.Rights.Edit || slices.Contains(waits, c.user.ID))}
		for _, user := range open.People {
			one.People = append(one.People, c.doing(a, v, user))
		}
		out = append(out, one)
	}
	return out
}

func (c *call) doing(a *process.CompiledActivity, v *engine.View, user string) doingOut {
	answer, said := v.State.Answers[a.Key][user]
	one := doingOut{mini: *c.mini(user), At: instant(answer.At), Tries: answer.Tries, Passed: answer.Passed}
	mark, done := v.State.Activities[a.Key]
	one.Done = done && mark.By == user
	if v.State.ActivityPeople[a.Key].Each {
		one.Done = answer.Passed
	}
	if said && a.Answers != nil && (v.Rights.Edit || user == c.user.ID) {
		one.Result = a.Answers.Wire(a.Answers.Decode(answer.Result), nil)
	}
	return one
}

func (c *call) groups(st *process.CompiledStage, v *engine.View) []groupOut {
	out := []groupOut{}
	s := v.State
	for _, a := range st.Activities {
		if a.Group == nil {
			continue
		}
		now, open, waits := st.Group(a.Group.Key, s), s.ActivityPeople[a.Key], s.WaitsFor(a.Key)
		one := groupOut{Key: a.Group.Key, Name: a.Group.Name, Help: a.Group.Help, Required: a.Group.Required, Met: now.Met, Of: now.Of, Begun: now.Begun, Done: now.Complete(),
			Who: []mini{}, DueAt: instant(open.DueAt), Late: open.Late, Mine: slices.Contains(waits, c.user.ID), Hand: len(waits) > 0 && (v.Rights.Edit || slices.Contains(waits, c.user.ID))}
		for _, user := range open.People {
			one.Who = append(one.Who, *c.mini(user))
		}
		out = append(out, one)
	}
	return out
}

type activityIn struct {
	Done *bool `json:"done"`
	// Data is the result, where one is asked for.
	Data map[string]json.RawMessage `json:"data"`
}

// postActivity marks an activity as done, or takes that back.
func (s *Server) postActivity(c *call) (any, error) {
	var in activityIn
	if err := c.bind(&in); err != nil {
		return nil, err
	}
	key, err := c.operation(false)
	if err != nil {
		return nil, err
	}
	return s.command(c, http.StatusOK, process.Command{Kind: process.Activity, ID: c.Param("id"), Op: key, Item: c.Param("key"), Done: in.Done == nil || *in.Done, Data: in.Data})
}

type handIn struct {
	// From is oneself when it is left out; without To he is taken off.
	From    string `json:"from"`
	To      string `json:"to"`
	Comment string `json:"comment"`
}

// postHand gives what a person was to do to another, or takes him off.
func (s *Server) postHand(c *call) (any, error) {
	var in handIn
	if err := c.bind(&in); err != nil {
		return nil, err
	}
	key, err := c.operation(true)
	if err != nil {
		return nil, err
	}
	cmd := process.Command{Kind: process.HandActivity, ID: c.Param("id"), Op: key, Item: c.Param("key"), Owner: in.From, Comment: in.Comment}
	if in.To != "" {
		cmd.People = []string{in.To}
	}
	return s.command(c, http.StatusOK, cmd)
}
