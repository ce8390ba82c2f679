package server

import (
	"net/http"
	"strings"

	"pipewright/rules"
	"pipewright/runtime/org"
)

type userOut struct {
	User userWire `json:"user"`
}

// signedInAs answers with the person, read anew.
func (s *Server) signedInAs(c *call, user string) (any, error) {
	dir, err := s.Engine.Directory(c.ctx())
	if err != nil {
		return nil, err
	}
	u, _ := dir.User(user)
	return userOut{wireUser(u)}, nil
}

type loginIn struct {
	Username string `json:"username"`
	Password string `json:"password"`
	// Code of the second factor, or a recovery code, where the person has one: without it 401 login.code.
	Code string `json:"code"`
}

var errLogin = refuse(http.StatusUnauthorized, "login.failed", rules.Say("用户名或密码不对", "使用者名稱或密碼不對", "The user name or the password is wrong"))

func (s *Server) postLogin(c *call) (any, error) {
	var in loginIn
	if err := c.bind(&in); err != nil {
		return nil, err
	}
	name := strings.ToLower(strings.TrimSpace(in.Username))
	if len(name) > 80 {
		name = name[:80]
	}
	if err := s.throttle.admit("user:"+name, address(c.Request)); err != nil {
		return nil, err
	}
	ok, err := s.accounts.Verify(c.ctx(), name, in.Password)
	if err != nil {
		return nil, err
	}
	if !ok || !c.dir.Active(name) {
		s.throttle.failed("user:" + name)
		return nil, errLogin
	}
	if err := s.secondFactor(c, name, in.Code); err != nil {
		return nil, err
	}
	s.throttle.passed("user:" + name)
	if err := s.sessions.start(c.ctx(), c.Writer, c.Request, name); err != nil {
		return nil, err
	}
	return s.signedInAs(c, name)
}

type demoLoginIn struct {
	Username string `json:"username"`
}

// postDemoLogin signs in as one of the sample people. The address is refused anything but the machine itself at start.
func (s *Server) postDemoLogin(c *call) (any, error) {
	var in demoLoginIn
	if err := c.bind(&in); err != nil {
		return nil, err
	}
	users, _ := org.Sample()
	for _, u := range users {
		if s.Demo && u.ID == in.Username && c.dir.Active(u.ID) {
			if err := s.sessions.start(c.ctx(), c.Writer, c.Request, u.ID); err != nil {
				return nil, err
			}
			return s.signedInAs(c, u.ID)
		}
	}
	return nil, errNotFound
}

func (s *Server) postLogout(c *call) (any, error) {
	if c.session.ID != "" {
		if err := s.sessions.end(c.ctx(), c.session.ID); err != nil {
			return nil, err
		}
	}
	clearCookie(c.Writer, c.Request)
	return nil, nil
}

type sessionWire struct {
	ID        string  `json:"id"`
	CreatedAt instant `json:"createdAt"`
	LastSeen  instant `json:"lastSeen"`
	Address   string  `json:"address"`
	Agent     string  `json:"agent"`
	Current   bool    `json:"current"`
}

func (s *Server) getSessions(c *call) (any, error) {
	all, err := s.sessions.of(c.ctx(), c.user.ID)
	if err != nil {
		return nil, err
	}
	out := make([]sessionWire, len(all))
	for i, one := range all {
		out[i] = sessionWire{one.ID, instant(one.CreatedAt), instant(one.LastSeen), one.Address, one.Agent, one.ID == c.session.ID}
	}
	return page(out, ""), nil
}

func (s *Server) deleteSession(c *call) (any, error) {
	id := c.Param("id")
	all, err := s.sessions.of(c.ctx(), c.user.ID)
	if err != nil {
		return nil, err
	}
	for _, one := range all {
		if one.ID == id {
			return nil, s.sessions.end(c.ctx(), id)
		}
	}
	return nil, errNotFound
}
