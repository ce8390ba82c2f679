package server

import "pipewright/runtime/engine"

// binnedOut is a record in the recycle bin.
type binnedOut struct {
	recordOut
	DeletedAt instant `json:"deletedAt"`
	DeletedBy *mini   `json:"deletedBy"`
	// GoneAt is when it goes for good by itself; null is never.
	GoneAt instant   `json:"goneAt"`
	Can    binCanOut `json:"can"`
}

type binCanOut struct {
	Restore bool `json:"restore"`
	Purge   bool `json:"purge"`
}

func (s *Server) getBin(c *call) (any, error) {
	n, err := c.limitParam(50)
	if err != nil {
		return nil, err
	}
	list, next, err := s.Engine.Bin(c.ctx(), c.user.ID, engine.ListQuery{App: c.Param("app"), Form: c.Param("form"), Text: c.Query("q"), Limit: n, After: c.Query("after")})
	if err != nil {
		return nil, err
	}
	out := make([]binnedOut, len(list))
	for i, b := range list {
		out[i] = binnedOut{recordOut: wireRecord(b.View), DeletedAt: instant(b.State.Deleted), GoneAt: instant(b.Until), Can: binCanOut{b.MayRestore, b.MayPurge}}
		if b.By != "" {
			out[i].DeletedBy = c.mini(b.By)
		}
	}
	return page(out, next), nil
}
