package server

import (
	"net/http"

	"pipewright/rules"
	"pipewright/runtime/engine"
)

// mergeIn says which record goes into the one of the address. Take are the fields whose values come from it; the revs are those that were compared.
type mergeIn struct {
	Other    string   `json:"other"`
	Take     []string `json:"take"`
	Rev      int64    `json:"rev"`
	OtherRev int64    `json:"otherRev"`
}

type mergeOut struct {
	ID     string `json:"id"`
	Winner string `json:"winner"`
	Loser  string `json:"loser"`
	State  string `json:"state"`
	// Code and Message say why it was refused.
	Code    string           `json:"code,omitempty"`
	Message rules.Text       `json:"message,omitzero"`
	At      instant          `json:"at"`
	By      *mini            `json:"by"`
	Counts  map[string]int64 `json:"counts,omitempty"`
	// UndoUntil is how long it can be taken back; null when it cannot be.
	UndoUntil instant `json:"undoUntil"`
	UndoneAt  instant `json:"undoneAt"`
	UndoneBy  *mini   `json:"undoneBy,omitempty"`
	// Record is the one that was merged away.
	Record *linkedOut `json:"record,omitempty"`
}

func (s *Server) wireMerge(c *call, m *engine.Merge) mergeOut {
	out := mergeOut{ID: m.ID, Winner: m.Winner, Loser: m.Loser, State: m.State, Code: m.Code, Message: m.Why, At: instant(m.At), By: c.mini(m.User), Counts: m.Counts,
		UndoUntil: instant(m.Undoable(s.Now())), UndoneAt: instant(m.UndoneAt)}
	if m.UndoneBy != "" {
		out.UndoneBy = c.mini(m.UndoneBy)
	}
	return out
}

func (s *Server) postMerge(c *call) (any, error) {
	key, err := c.operation(true)
	if err != nil {
		return nil, err
	}
	var in mergeIn
	if err := c.bind(&in); err != nil {
		return nil, err
	}
	m, err := s.Engine.StartMerge(c.ctx(), c.user.ID, key, engine.MergeRequest{Winner: c.Param("id"), Loser: in.Other, WinnerRev: in.Rev, LoserRev: in.OtherRev, Take: in.Take})
	if err != nil {
		return nil, err
	}
	return reply{status: http.StatusAccepted, body: s.wireMerge(c, m)}, nil
}

// getTakenUp lists the records that went into one.
func (s *Server) getTakenUp(c *call) (any, error) {
	v, err := s.Engine.Record(c.ctx(), c.user.ID, c.Param("id"))
	if err != nil {
		return nil, err
	}
	list, err := s.Engine.TakenUp(c.ctx(), c.user.ID, v)
	if err != nil {
		return nil, err
	}
	out := make([]mergeOut, len(list))
	for i, t := range list {
		linked := wireLinked(t.Record)
		out[i] = s.wireMerge(c, t.Merge)
		out[i].Record = &linked
	}
	return page(out, ""), nil
}

func (s *Server) getMerge(c *call) (any, error) {
	m, err := s.Engine.MergeOf(c.ctx(), c.user.ID, c.Param("id"))
	if err != nil {
		return nil, err
	}
	return s.wireMerge(c, m), nil
}

func (s *Server) undoMerge(c *call) (any, error) {
	m, err := s.Engine.UndoMerge(c.ctx(), c.user.ID, c.Param("id"))
	if err != nil {
		return nil, err
	}
	return reply{status: http.StatusAccepted, body: s.wireMerge(c, m)}, nil
}
