package server

import (
	"net/http"

	"pipewright/rules"
	"pipewright/runtime/engine"
)

// belongingsOut counts what a person has.
type belongingsOut struct {
	engine.Belongings
	Apps  []appCountOut `json:"apps"`
	Named []namedOut    `json:"named"`
	Sum   int           `json:"sum"`
}

type appCountOut struct {
	Key     string     `json:"key"`
	Name    rules.Text `json:"name"`
	Records int        `json:"records"`
}

// namedOut is an app whose definition names the person.
type namedOut struct {
	App   string     `json:"app"`
	Name  rules.Text `json:"name"`
	Paths []string   `json:"paths"`
}

func (s *Server) belongings(c *call, b engine.Belongings) (belongingsOut, error) {
	out := belongingsOut{Belongings: b, Apps: []appCountOut{}, Named: []namedOut{}, Sum: b.Sum()}
	apps, err := s.Designer.Catalog().Live(c.ctx())
	if err != nil {
		return out, err
	}
	for _, app := range apps {
		if n := b.Apps[app.Def.Key]; n > 0 {
			out.Apps = append(out.Apps, appCountOut{app.Def.Key, app.Def.Name, n})
		}
		if paths := b.Named[app.Def.Key]; len(paths) > 0 {
			out.Named = append(out.Named, namedOut{app.Def.Key, app.Def.Name, paths})
		}
	}
	return out, nil
}

func (s *Server) getBelongings(c *call) (any, error) {
	if _, known := c.dir.User(c.Param("id")); !known {
		return nil, errNotFound
	}
	b, err := s.Engine.Belongings(c.ctx(), c.Param("id"))
	if err != nil {
		return nil, err
	}
	return s.belongings(c, b)
}

type leaveIn struct {
	Successor   string            `json:"successor"`
	Apps        map[string]string `json:"apps"`
	Approvals   string            `json:"approvals"`
	KeepAccount bool              `json:"keepAccount"`
}

// handoverOut is a hand-over: what there was and what is left.
type handoverOut struct {
	ID        string        `json:"id"`
	User      *mini         `json:"user"`
	By        *mini         `json:"by"`
	Successor *mini         `json:"successor"`
	At        instant       `json:"at"`
	State     string        `json:"state"`
	DoneAt    instant       `json:"doneAt"`
	Found     belongingsOut `json:"found"`
	Left      belongingsOut `json:"left"`
}

func (s *Server) handover(c *call, h *engine.Handover) (handoverOut, error) {
	out := handoverOut{ID: h.ID, User: c.mini(h.User), By: c.mini(h.By), Successor: c.mini(h.Plan.Successor), At: instant(h.At), State: h.State, DoneAt: instant(h.DoneAt)}
	var err error
	if out.Found, err = s.belongings(c, h.Found); err != nil {
		return out, err
	}
	out.Left, err = s.belongings(c, h.Left)
	return out, err
}

// postLeave hands over what a person has and closes his account.
func (s *Server) postLeave(c *call) (any, error) {
	var in leaveIn
	if err := c.bind(&in); err != nil {
		return nil, err
	}
	if c.Param("id") == c.user.ID && !in.KeepAccount {
		return nil, badRequest(rules.Say("不能停用自己的账号，请别的管理员来做", "不能停用自己的帳號，請別的管理員來做", "One cannot close one's own account; ask another admin"))
	}
	if u, ok := c.dir.User(c.Param("id")); ok && !in.KeepAccount && !u.Within(&c.user) {
		return nil, beyond(&u)
	}
	h, err := s.Engine.StartHandover(c.ctx(), c.user.ID, c.Param("id"), engine.HandoverPlan{Successor: in.Successor, Apps: in.Apps, Approvals: in.Approvals, KeepAccount: in.KeepAccount})
	if err != nil {
		return nil, err
	}
	out, err := s.handover(c, h)
	return reply{status: http.StatusAccepted, body: out}, err
}

func (s *Server) getHandovers(c *call) (any, error) {
	n, err := c.limitParam(50)
	if err != nil {
		return nil, err
	}
	all, err := s.Engine.Handovers(c.ctx(), n)
	if err != nil {
		return nil, err
	}
	out := make([]handoverOut, len(all))
	for i := range all {
		if out[i], err = s.handover(c, &all[i]); err != nil {
			return nil, err
		}
	}
	return page(out, ""), nil
}

func (s *Server) getHandover(c *call) (any, error) {
	h, err := s.Engine.Handover(c.ctx(), c.Param("id"))
	if err != nil {
		return nil, err
	}
	return s.handover(c, h)
}
