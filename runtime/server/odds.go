package server

import (
	"pipewright/rules"
	"pipewright/runtime/forecast"
)

type oddsOut struct {
	// Least is how many closed records a chance is taken from at least.
	Least  int            `json:"least"`
	Stages []stageOddsOut `json:"stages"`
}

type stageOddsOut struct {
	Stage string     `json:"stage"`
	Name  rules.Text `json:"name"`
	// Configured is the probability of the live release, in percent.
	Configured int `json:"configured"`
	Closed     int `json:"closed"`
	Won        int `json:"won"`
	// Percent is null when too few are closed.
	Percent *int `json:"percent"`
}

// getOdds tells how records that have been in each stage ended, beside the configured probability.
func (s *Server) getOdds(c *call) (any, error) {
	list, err := s.Engine.Odds(c.ctx(), c.Param("app"), c.Param("process"))
	if err != nil {
		return nil, err
	}
	out := oddsOut{Least: forecast.MinClosed, Stages: []stageOddsOut{}}
	for _, o := range list {
		st := stageOddsOut{Stage: o.Stage.Def.Key, Name: o.Stage.Def.Name, Configured: o.Stage.Probability, Closed: o.Closed, Won: o.Won}
		if o.Enough {
			st.Percent = &o.Percent
		}
		out.Stages = append(out.Stages, st)
	}
	return out, nil
}
