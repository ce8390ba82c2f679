package server

import (
	"encoding/json"
	"slices"

	"pipewright/rules"
	"pipewright/runtime/engine"
	"pipewright/runtime/process"
)

type bulkIn struct {
	// Do is "edit", "move", "assign", "delete" or "restore".
	Do    string   `json:"do"`
	Items []seenIn `json:"items"`
	// Data of an edit, or what a move asks for.
	Data       map[string]json.RawMessage `json:"data"`
	Transition string                     `json:"transition"`
	Comment    string                     `json:"comment"`
	// Owner of an assign; of a move, who takes over, where the stage leaves it to whoever moves the record.
	Owner string              `json:"owner"`
	Pick  map[string][]string `json:"pick"`
}

// seenIn is a record, and the rev at which it was seen.
type seenIn struct {
	ID  string `json:"id"`
	Rev int64  `json:"rev"`
}

// postBulk does one thing to many records, to each by itself: the answer is 200 and says of each what became of it. Nothing passes a gate
// here: to override is asked of one record at a time.
func (s *Server) postBulk(c *call) (any, error) {
	var in bulkIn
	if err := c.bind(&in); err != nil {
		return nil, err
	}
	key, err := c.operation(true)
	if err != nil {
		return nil, err
	}
	records := make([]engine.Chosen, len(in.Items))
	for i, it := range in.Items {
		records[i] = engine.Chosen{ID: it.ID, Rev: it.Rev}
	}
	done, err := s.Engine.DoMany(c.ctx(), c.user.ID, engine.Bulk{App: c.Param("app"), Form: c.Param("form"), Records: records, Key: key,
		Command: process.Command{Kind: process.CommandKind(in.Do), Data: in.Data, Transition: in.Transition, Comment: in.Comment, Owner: in.Owner, Pick: in.Pick}})
	if err != nil {
		return nil, err
	}
	out := c.outcomes(done)
	if in.Do == string(process.Move) && slices.ContainsFunc(out.Items, func(o batchedOut) bool { return o.OK }) {
		s.learn(c, "move")
	}
	return out, nil
}

type picksIn struct {
	Transition string                     `json:"transition"`
	Items      []seenIn                   `json:"items"`
	Data       map[string]json.RawMessage `json:"data"`
}

// pickingOut is a step whose people are picked by whoever moves the records.
type pickingOut struct {
	Key  string     `json:"key"`
	Name rules.Text `json:"name"`
	// Count is how many of the records come to the step.
	Count int `json:"count"`
	// From whom one may pick, and for how many of those records; null: anybody.
	From []candidateOut `json:"from"`
}

type candidateOut struct {
	mini
	Count int `json:"count"`
}

// postPicks tells whom a move of many records leaves to be picked. It changes nothing.
func (s *Server) postPicks(c *call) (any, error) {
	var in picksIn
	if err := c.bind(&in); err != nil {
		return nil, err
	}
	ids := make([]string, len(in.Items))
	for i, it := range in.Items {
		ids[i] = it.ID
	}
	steps, err := s.Engine.PicksForMany(c.ctx(), c.user.ID, c.Param("app"), c.Param("form"), in.Transition, in.Data, ids)
	if err != nil {
		return nil, err
	}
	out := make([]pickingOut, len(steps))
	for i, st := range steps {
		out[i] = pickingOut{Key: st.Step.Def.Key, Name: st.Step.Def.Name, Count: st.Count}
		if st.Anyone {
			continue
		}
		for _, one := range st.From {
			out[i].From = append(out[i].From, candidateOut{mini: *c.mini(one.User), Count: one.Count})
		}
	}
	return page(out, ""), nil
}

// outcomes says of each of many records what became of it.
func (c *call) outcomes(done []engine.Outcome) items[batchedOut] {
	out := make([]batchedOut, len(done))
	for i, d := range done {
		out[i] = c.batched(d.ID, d.Err)
	}
	return page(out, "")
}
