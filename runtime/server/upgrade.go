package server

import (
	"encoding/json"

	"pipewright/designer"
	"pipewright/rules"
)

type upgradeOut struct {
	// Available is false when the draft holds the template as it is now, or when the app was made of none. The rest is then empty.
	Available bool       `json:"available"`
	Template  string     `json:"template,omitempty"`
	Name      rules.Text `json:"name,omitzero"`
	// To is the version of the template, which putting it in the draft names again.
	To string `json:"to,omitempty"`
	// Changes are what is new in the template; Conflicts where the draft has been changed otherwise at the same place.
	Changes   []designer.Difference    `json:"changes"`
	Conflicts []designer.MergeConflict `json:"conflicts"`
	// Rev is that of the draft, and Problems are those of the definition that comes out.
	Rev        int64           `json:"rev"`
	Problems   []problemWire   `json:"problems"`
	Definition json.RawMessage `json:"definition,omitempty"`
	// Saved is the draft after it.
	Saved *savedOut `json:"saved,omitempty"`
}

func wireUpgrade(up designer.Upgrade) upgradeOut {
	return upgradeOut{Available: up.Available, Template: up.Template, Name: up.Name, To: up.To, Changes: list(up.Changes), Conflicts: list(up.Conflicts),
		Rev: up.Rev, Problems: wireProblems(up.Problems)}
}

func (s *Server) getUpgrade(c *call) (any, error) {
	up, err := s.Designer.Upgrade(c.ctx(), c.Param("app"), nil)
	if err != nil {
		return nil, err
	}
	return wireUpgrade(up), nil
}

type upgradeIn struct {
	To string `json:"to"`
	// Choices say for the path of a conflict whose counts: "mine" is the draft's, "theirs" the template's.
	Choices map[string]designer.Side `json:"choices"`
	// DryRun only shows what the choices come to, with the definition.
	DryRun bool `json:"dryRun"`
}

// postUpgrade takes the upgrade up into the draft. What is live stays as it is until the draft is published.
func (s *Server) postUpgrade(c *call) (any, error) {
	var in upgradeIn
	if err := c.bind(&in); err != nil {
		return nil, err
	}
	for path, side := range in.Choices {
		if side != designer.Mine && side != designer.Theirs {
			return nil, badRequest(rules.Say("只能选 mine 或 theirs", "只能選 mine 或 theirs", "A side is mine or theirs"),
				rules.Errorf("/choices"+path, "shape.choice", rules.Say("只能选 mine 或 theirs", "只能選 mine 或 theirs", "A side is mine or theirs")))
		}
	}
	up, err := s.Designer.Upgrade(c.ctx(), c.Param("app"), in.Choices)
	if err != nil {
		return nil, err
	}
	out := wireUpgrade(up)
	if in.DryRun {
		out.Definition = json.RawMessage(up.Definition)
		return out, nil
	}
	rev, err := c.rev(true)
	if err != nil {
		return nil, err
	}
	d, problems, err := s.Designer.TakeUpgrade(c.ctx(), c.Param("app"), c.user.ID, rev, in.To, in.Choices)
	if err != nil {
		return nil, err
	}
	out.Rev, out.Problems = d.Rev, wireProblems(problems)
	out.Saved = &savedOut{d.Rev, instant(d.At), out.Problems}
	return reply{etag: etag(d.Rev), body: out}, nil
}
