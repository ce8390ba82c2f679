package server

import (
	"net/http"

	"pipewright/runtime/engine"
	"pipewright/runtime/process"
)

type collaboratorsIn struct {
	Users []string `json:"users"`
}

func (s *Server) postCollaborators(c *call) (any, error) {
	var in collaboratorsIn
	if err := c.bind(&in); err != nil {
		return nil, err
	}
	key, err := c.operation(false)
	if err != nil {
		return nil, err
	}
	return s.command(c, http.StatusOK, process.Command{Kind: process.Collaborate, ID: c.Param("id"), Op: key, People: in.Users, Done: true})
}

// deleteCollaborator answers nothing: who takes himself off may not see the record any more.
func (s *Server) deleteCollaborator(c *call) (any, error) {
	key, err := c.operation(false)
	if err != nil {
		return nil, err
	}
	_, err = s.Engine.Do(c.ctx(), engine.Request{User: c.user.ID, Command: process.Command{Kind: process.Collaborate, ID: c.Param("id"), Op: key, People: []string{c.Param("user")}}})
	return nil, err
}
