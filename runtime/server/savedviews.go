package server

import (
	"net/http"

	"pipewright/rules"
	"pipewright/runtime/engine"
)

// savedViewOut is a kept view of a list.
type savedViewOut struct {
	ID     string          `json:"id"`
	Name   string          `json:"name"`
	Shared bool            `json:"shared"`
	Owner  *mini           `json:"owner"`
	Look   engine.ViewLook `json:"look"`
	Rev    int64           `json:"rev"`
	At     instant         `json:"at"`
	// Mine is kept by oneself; Can says whether one may change and delete it.
	Mine bool `json:"mine"`
	Can  bool `json:"can"`
	// Dropped is what of it a list cannot show any more: a field or a view that is gone, or what one may not ask by.
	Dropped []droppedOut `json:"dropped"`
}

// droppedOut is a part of a kept view: a "filter", the "condition", a "sort", a "column" or the "view" it is made on.
type droppedOut struct {
	What string     `json:"what"`
	Name rules.Text `json:"name"`
}

func (c *call) savedView(v engine.SavedView, can bool) savedViewOut {
	out := savedViewOut{v.ID, v.Name, v.Shared, c.mini(v.Owner), v.Look, v.Rev, instant(v.At), v.Owner == c.user.ID, can, []droppedOut{}}
	for _, d := range v.Dropped {
		out.Dropped = append(out.Dropped, droppedOut{d.What, d.Name})
	}
	return out
}

type savedViewIn struct {
	Name   string          `json:"name"`
	Shared bool            `json:"shared"`
	Look   engine.ViewLook `json:"look"`
}

func (s *Server) getSavedViews(c *call) (any, error) {
	if _, err := s.live(c); err != nil {
		return nil, err
	}
	list, keep, err := s.Engine.SavedViews(c.ctx(), c.user.ID, c.Param("app"), c.Param("form"))
	if err != nil {
		return nil, err
	}
	out := make([]savedViewOut, len(list))
	for i, v := range list {
		out[i] = c.savedView(v, keep[v.ID])
	}
	return page(out, ""), nil
}

func (s *Server) postSavedView(c *call) (any, error) {
	var in savedViewIn
	if err := c.bind(&in); err != nil {
		return nil, err
	}
	if _, err := s.live(c); err != nil {
		return nil, err
	}
	key, err := c.operation(false)
	if err != nil {
		return nil, err
	}
	v, err := s.Engine.KeepView(c.ctx(), c.user.ID, c.Param("app"), c.Param("form"), key, engine.SavedView{Name: in.Name, Shared: in.Shared, Look: in.Look})
	if err != nil {
		return nil, err
	}
	return reply{status: http.StatusCreated, etag: etag(v.Rev), body: c.savedView(v, true)}, nil
}

func (s *Server) putSavedView(c *call) (any, error) {
	var in savedViewIn
	if err := c.bind(&in); err != nil {
		return nil, err
	}
	if _, err := s.live(c); err != nil {
		return nil, err
	}
	rev, err := c.rev(false)
	if err != nil {
		return nil, err
	}
	v, err := s.Engine.ChangeView(c.ctx(), c.user.ID, c.Param("app"), c.Param("form"), rev, engine.SavedView{ID: c.Param("id"), Name: in.Name, Shared: in.Shared, Look: in.Look})
	if err != nil {
		return nil, err
	}
	return reply{etag: etag(v.Rev), body: c.savedView(v, true)}, nil
}

func (s *Server) deleteSavedView(c *call) (any, error) {
	if _, err := s.live(c); err != nil {
		return nil, err
	}
	return nil, s.Engine.RemoveView(c.ctx(), c.user.ID, c.Param("app"), c.Param("form"), c.Param("id"))
}
