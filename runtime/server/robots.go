package server

import (
	"regexp"
	"strings"

	"pipewright/rules"
	"pipewright/runtime/engine"
	"pipewright/runtime/org"
	"pipewright/runtime/process"
)

// phoneNumber is what group robots call people by.
var phoneNumber = regexp.MustCompile(`^\+?[0-9]{5,20}$`)

// contact puts a person's mail address and phone number over what was there; empty takes them away.
func contact(u *org.User, email, phone *string) error {
	if email != nil {
		if u.Email = strings.TrimSpace(*email); u.Email != "" && !process.ValidAddress(u.Email) {
			msg := rules.Say("“{address}”不是邮箱地址", "「{address}」不是電子郵件地址", "“{address}” is no mail address", "address", u.Email)
			return badRequest(msg, rules.Errorf("/email", "field.invalid", msg))
		}
	}
	if phone != nil {
		if u.Phone = strings.NewReplacer(" ", "", "-", "").Replace(*phone); u.Phone != "" && !phoneNumber.MatchString(u.Phone) {
			msg := rules.Say("手机号只写数字，可以 + 开头", "手機號碼只寫數字，可以 + 開頭", "A phone number is digits, with + in front if need be")
			return badRequest(msg, rules.Errorf("/phone", "field.invalid", msg))
		}
	}
	return nil
}

// robotOut is a group robot as admins see it: its address and secret are never answered.
type robotOut struct {
	Key    string  `json:"key"`
	Name   string  `json:"name"`
	Kind   string  `json:"kind"`
	Host   string  `json:"host"`
	Signed bool    `json:"signed"`
	By     string  `json:"by,omitempty"`
	At     instant `json:"at"`
}

type robotIn struct {
	Name string `json:"name"`
	Kind string `json:"kind"`
	// URL may be left out of a change; so may Secret, and "" takes it away.
	URL    *string `json:"url"`
	Secret *string `json:"secret"`
}

func (s *Server) getRobots(c *call) (any, error) {
	robots, err := s.Engine.Robots(c.ctx())
	if err != nil {
		return nil, err
	}
	out := make([]robotOut, len(robots))
	for i, r := range robots {
		out[i] = robotOut{r.Key, r.Name, r.Kind, r.Host, r.Signed, r.By, instant(r.At)}
	}
	return page(out, ""), nil
}

func (s *Server) putRobot(c *call) (any, error) {
	var in robotIn
	if err := c.bind(&in); err != nil {
		return nil, err
	}
	r := engine.RobotInput{Name: in.Name, Kind: in.Kind, Secret: in.Secret}
	if in.URL != nil {
		r.URL = strings.TrimSpace(*in.URL)
	}
	return nil, s.Engine.SaveRobot(c.ctx(), &c.user, c.Param("key"), r)
}

func (s *Server) deleteRobot(c *call) (any, error) {
	return nil, s.Engine.RemoveRobot(c.ctx(), &c.user, c.Param("key"))
}

func (s *Server) testRobot(c *call) (any, error) {
	return tested(s.Engine.TestRobot(c.ctx(), &c.user, c.Param("key")))
}

func (s *Server) testMail(c *call) (any, error) { return tested(s.Engine.TestMail(c.ctx(), &c.user)) }

func tested(d *engine.Delivery, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	return deliveryWire(*d), nil
}
