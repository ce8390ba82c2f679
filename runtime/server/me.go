package server

import (
	"strings"

	"pipewright/rules"
	"pipewright/runtime/org"
)

type meOut struct {
	User    userWire `json:"user"`
	Company company  `json:"company"`
	Apps    []appOut `json:"apps"`
	Can     struct {
		Design  bool `json:"design"`
		Operate bool `json:"operate"`
		People  bool `json:"people"`
		// Oversee: look at how one's people use the product.
		Oversee bool `json:"oversee"`
	} `json:"can"`
	Unread    int     `json:"unread"`
	OpenTasks int     `json:"openTasks"`
	Now       instant `json:"now"`
	// Seeing: an admin looks at things as this person.
	Seeing *seeingOut `json:"seeing,omitempty"`
}

func (s *Server) getMe(c *call) (any, error) {
	out := meOut{User: wireUser(c.user), Now: instant(s.Now())}
	if c.seeing != nil {
		out.Seeing = &seeingOut{By: &mini{c.seeing.by.ID, c.seeing.by.Name}, Until: instant(c.seeing.until)}
	}
	co, _, err := s.company(c.ctx())
	if err != nil {
		return nil, err
	}
	out.Company = co
	if out.Apps, err = s.appsOf(c); err != nil {
		return nil, err
	}
	// In a sandbox there is nothing to design and nobody to manage: it holds a copy.
	operates := c.user.May(org.Operate)
	out.Can.Design, out.Can.Operate, out.Can.People = c.user.May(org.Design) && s.Player == nil, operates, operates && s.Player == nil
	out.Can.Oversee = c.manages() && s.Player == nil
	if out.Unread, out.OpenTasks, err = s.counts(c); err != nil {
		return nil, err
	}
	return out, nil
}

type meIn struct {
	Name     *string `json:"name"`
	Language *string `json:"language"`
	Theme    *string `json:"theme"`
	Email    *string `json:"email"`
	Phone    *string `json:"phone"`
	// Password changes it; it needs OldPassword.
	Password    *string `json:"password"`
	OldPassword *string `json:"oldPassword"`
}

func (s *Server) patchMe(c *call) (any, error) {
	var in meIn
	if err := c.bind(&in); err != nil {
		return nil, err
	}
	if err := in.over(&c.user); err != nil { // c.user is this request's own
		return nil, err
	}
	if in.Password != nil {
		if err := s.changePassword(c, in); err != nil {
			return nil, err
		}
	}
	if _, err := s.Engine.ChangeUser(c.ctx(), c.user.ID, in.over); err != nil {
		return nil, err
	}
	return s.signedInAs(c, c.user.ID)
}

// over puts what was given over a person.
func (in *meIn) over(u *org.User) error {
	if in.Name != nil {
		u.Name = strings.TrimSpace(*in.Name)
	}
	if in.Language != nil {
		u.Language = *in.Language
		if err := checkLanguage(u.Language); err != nil {
			return err
		}
	}
	if err := contact(u, in.Email, in.Phone); err != nil {
		return err
	}
	if in.Theme != nil {
		u.Theme = *in.Theme
		if u.Theme != "" && u.Theme != "light" && u.Theme != "dark" && u.Theme != "system" {
			return badRequest(rules.Say("外观可选 light、dark、system", "外觀可選 light、dark、system", "The theme is light, dark or system"))
		}
	}
	if u.Name == "" || len(u.Name) > 200 {
		return badRequest(rules.Say("请填写姓名，最多 200 字节", "請填寫姓名，最多 200 位元組", "Give a name of at most 200 bytes"))
	}
	return nil
}

// checkPassword makes sure that it is the person who asks for what only he may. path is the member that holds the password.
func (s *Server) checkPassword(c *call, password, path string) error {
	if err := s.throttle.admit("user:"+c.user.ID, address(c.Request)); err != nil {
		return err
	}
	ok, err := s.accounts.Verify(c.ctx(), c.user.ID, password)
	if err != nil {
		return err
	}
	if !ok {
		s.throttle.failed("user:" + c.user.ID)
		return badRequest(rules.Say("密码不对", "密碼不對", "The password is wrong"), rules.Errorf(path, "login.failed", rules.Say("密码不对", "密碼不對", "Wrong")))
	}
	s.throttle.passed("user:" + c.user.ID)
	return nil
}

func (s *Server) changePassword(c *call, in meIn) error {
	old := ""
	if in.OldPassword != nil {
		old = *in.OldPassword
	}
	if err := s.checkPassword(c, old, "/oldPassword"); err != nil {
		return err
	}
	if err := s.accounts.SetPassword(c.ctx(), c.user.ID, *in.Password); err != nil {
		return err
	}
	if err := s.sessions.endAll(c.ctx(), c.user.ID, c.session.ID); err != nil {
		return err
	}
	// The session is made anew, so that a token seen before no longer works.
	return s.sessions.start(c.ctx(), c.Writer, c.Request, c.user.ID)
}
