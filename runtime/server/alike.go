package server

import (
	"net/http"

	"pipewright/rules"
	"pipewright/runtime/engine"
)

// alikesOut are groups of records that are likely one and the same.
type alikesOut struct {
	items[alikeOut]
	Scan scanOut `json:"scan"`
}

type scanOut struct {
	// State is "" for never, running, done or failed.
	State  string  `json:"state"`
	At     instant `json:"at"`
	DoneAt instant `json:"doneAt"`
	By     *mini   `json:"by"`
	// Seen of Total records have been read.
	Seen  int `json:"seen"`
	Total int `json:"total"`
}

type alikeOut struct {
	ID string `json:"id"`
	// Reasons are the unique rules under which they agree.
	Reasons []alikeReason `json:"reasons"`
	Records []alikeOneOut `json:"records"`
	// More: they are more than are shown.
	More bool `json:"more,omitempty"`
}

type alikeReason struct {
	Rule string     `json:"rule"`
	Text rules.Text `json:"text,omitzero"`
	On   []string   `json:"on"`
}

type alikeOneOut struct {
	recordOut
	Can alikeCanOut `json:"can"`
}

type alikeCanOut struct {
	Edit  bool `json:"edit"`
	Merge bool `json:"merge"`
}

// apartIn names records that are not the same: each and each other, or One and all others. Back takes that back.
type apartIn struct {
	Records []string `json:"records"`
	One     string   `json:"one"`
	Back    bool     `json:"back"`
}

func (c *call) scan(s *engine.AlikeScan) scanOut {
	out := scanOut{State: s.State, At: instant(s.At), DoneAt: instant(s.DoneAt), Seen: s.Seen, Total: s.Total}
	if s.By != "" {
		out.By = c.mini(s.By)
	}
	return out
}

// getAlikes lists groups of likely duplicates, with how far looking for them is.
func (s *Server) getAlikes(c *call) (any, error) {
	n, err := c.limitParam(20)
	if err != nil {
		return nil, err
	}
	found, err := s.Engine.Alikes(c.ctx(), c.user.ID, c.Param("app"), c.Param("form"), n, c.Query("after"))
	if err != nil {
		return nil, err
	}
	groups := make([]alikeOut, len(found.Items))
	for i, g := range found.Items {
		groups[i] = alikeOut{ID: g.ID, Reasons: []alikeReason{}, Records: []alikeOneOut{}, More: g.More}
		for _, u := range g.Rules {
			groups[i].Reasons = append(groups[i].Reasons, alikeReason{u.Key, u.Message, u.On})
		}
		for _, v := range g.Records {
			edit := v.Rights.Edit && !v.Rights.Guest
			groups[i].Records = append(groups[i].Records, alikeOneOut{wireRecord(v), alikeCanOut{edit, v.Rights.MayMerge()}})
		}
	}
	return alikesOut{page(groups, found.Next), c.scan(found.Scan)}, nil
}

// postAlikes looks for likely duplicates now.
func (s *Server) postAlikes(c *call) (any, error) {
	scan, err := s.Engine.StartAlikeScan(c.ctx(), c.user.ID, c.Param("app"), c.Param("form"))
	if err != nil {
		return nil, err
	}
	return reply{status: http.StatusAccepted, body: c.scan(scan)}, nil
}

// postApart remembers that records are not the same.
func (s *Server) postApart(c *call) (any, error) {
	var in apartIn
	if err := c.bind(&in); err != nil {
		return nil, err
	}
	return nil, s.Engine.Apart(c.ctx(), c.user.ID, c.Param("app"), c.Param("form"), in.Records, in.One, in.Back)
}

type apartMarkOut struct {
	Records []recordOut `json:"records"`
	By      *mini       `json:"by"`
	At      instant     `json:"at"`
	// Back: one may take it back.
	Back bool `json:"back"`
}

// getAparts lists what was said not to be the same.
func (s *Server) getAparts(c *call) (any, error) {
	n, err := c.limitParam(20)
	if err != nil {
		return nil, err
	}
	marks, next, err := s.Engine.Aparts(c.ctx(), c.user.ID, c.Param("app"), c.Param("form"), n, c.Query("after"))
	if err != nil {
		return nil, err
	}
	out := make([]apartMarkOut, len(marks))
	for i, m := range marks {
		out[i] = apartMarkOut{[]recordOut{wireRecord(m.Records[0]), wireRecord(m.Records[1])}, c.mini(m.By), instant(m.At), m.Back}
	}
	return page(out, next), nil
}
