package server

import "pipewright/rules"

type standingOut struct {
	User *mini     `json:"user"`
	Acts []actWire `json:"acts"`
	// Hidden are the fields he is not shown, ReadOnly those he sees and may not write.
	Hidden   []hiddenWire `json:"hidden"`
	ReadOnly []hiddenWire `json:"readOnly"`
}

type actWire struct {
	Act     string   `json:"act"`
	Allowed bool     `json:"allowed"`
	Because []string `json:"because"`
}

type hiddenWire struct {
	Key  string     `json:"key"`
	Name rules.Text `json:"name"`
	// By is "role" or "stage".
	By string `json:"by"`
}

// getStanding explains to an admin what ?user may do with a record, and why. It answers no values.
func (s *Server) getStanding(c *call) (any, error) {
	user := c.Query("user")
	st, err := s.Engine.Standing(c.ctx(), user, c.Param("id"))
	if err != nil {
		return nil, err
	}
	out := standingOut{User: c.mini(user), Hidden: []hiddenWire{}, ReadOnly: []hiddenWire{}}
	for _, a := range st.Acts {
		act := actWire{Act: a.Act, Allowed: a.Allowed}
		for _, text := range a.Reasons {
			act.Because = append(act.Because, text.In(c.lang()))
		}
		out.Acts = append(out.Acts, act)
	}
	name := func(key string) rules.Text {
		if f, ok := st.Form.Schema.Field(key); ok {
			return f.Def.Name
		}
		return rules.Plain(key)
	}
	for _, f := range st.Hidden {
		by := "role"
		if f.Stage {
			by = "stage"
		}
		out.Hidden = append(out.Hidden, hiddenWire{f.Key, name(f.Key), by})
	}
	for _, f := range st.ReadOnly {
		out.ReadOnly = append(out.ReadOnly, hiddenWire{f.Key, name(f.Key), "role"})
	}
	return out, nil
}
