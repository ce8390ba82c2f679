package server

import (
	"slices"

	"pipewright/rules"
	"pipewright/runtime/access"
	"pipewright/runtime/process"
)

// listButtonOut is a button of an automation that stands over a list of records.
type listButtonOut struct {
	Key  string     `json:"key"`
	Form string     `json:"form"`
	Name rules.Text `json:"name"`
}

// buttons are those of an app that the person may press on some record: by a role of his, or, where the button names none, by a right to
// edit. Whether one stands on a certain record, and is ready there, the record says.
func (c *call) buttons(app *process.App) []listButtonOut {
	out := []listButtonOut{}
	roles := c.dir.Roles(c.user.ID, app.Def.Key)
	for i := range app.Def.Automations {
		a := &app.Def.Automations[i]
		if a.Off || a.On.Button.IsZero() || app.Forms[a.On.Form] == nil {
			continue
		}
		may := slices.ContainsFunc(a.On.By, func(role string) bool { return slices.Contains(roles, role) })
		if len(a.On.By) == 0 {
			may = access.Rights(app, a.On.Form, c.dir, c.user.ID, nil).Edit
		}
		if may {
			out = append(out, listButtonOut{Key: a.Key, Form: a.On.Form, Name: a.On.Button})
		}
	}
	return out
}

type pressManyIn struct {
	IDs []string `json:"ids"`
}

// postButtons presses a button on many records, on each by itself: the answer is 200 and says of each what became of it.
func (s *Server) postButtons(c *call) (any, error) {
	var in pressManyIn
	if err := c.bind(&in); err != nil {
		return nil, err
	}
	key, err := c.operation(true)
	if err != nil {
		return nil, err
	}
	done, err := s.Engine.PressMany(c.ctx(), c.user.ID, c.Param("app"), c.Param("key"), in.IDs, key)
	if err != nil {
		return nil, err
	}
	return c.outcomes(done), nil
}

// batched is what became of one of many.
func (c *call) batched(id string, err error) batchedOut {
	out := batchedOut{ID: id, OK: err == nil}
	if err != nil {
		_, body := c.s.told(c.Context, c, err)
		out.Error = &body.Error
	}
	return out
}
