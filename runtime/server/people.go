package server

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"pipewright/rules"
	"pipewright/runtime/org"
)

func (s *Server) getUsers(c *call) (any, error) {
	q := strings.ToLower(strings.TrimSpace(c.Query("q")))
	var out []userWire
	for _, u := range c.dir.Users() {
		one := wireUser(u)
		if q == "" || strings.Contains(strings.ToLower(u.ID), q) || strings.Contains(strings.ToLower(u.Name), q) || strings.Contains(one.Spelled, q) {
			if !c.user.May(org.Operate) && u.ID != c.user.ID {
				one.Email, one.Phone, one.Theme = "", "", "" // theirs, and for who manages people
			}
			out = append(out, one)
		}
	}
	return page(out, ""), nil
}

type userIn struct {
	Username *string  `json:"username"`
	Name     *string  `json:"name"`
	Password *string  `json:"password"`
	Language *string  `json:"language"`
	Email    *string  `json:"email"`
	Phone    *string  `json:"phone"`
	Team     *string  `json:"team"`
	Roles    []string `json:"roles"`
	// Rights are all that the person has beside those over records; Admin gives both, or takes both.
	Rights *[]org.Right `json:"rights"`
	Admin  *bool        `json:"admin"`
	Active *bool        `json:"active"`
}

// merge puts what was given over a user. Errors: refusals for what is malformed.
func (s *Server) merge(c *call, u org.User, in userIn) (org.User, error) {
	if in.Name != nil {
		u.Name = strings.TrimSpace(*in.Name)
	}
	if u.Name == "" || len(u.Name) > 200 {
		return u, badRequest(rules.Say("请填写姓名，最多 200 字节", "請填寫姓名，最多 200 位元組", "Give a name of at most 200 bytes"),
			rules.Errorf("/name", "required", rules.Say("必须填写", "必須填寫", "This is required")))
	}
	if in.Language != nil {
		if err := checkLanguage(*in.Language); err != nil {
			return u, err
		}
		u.Language = *in.Language
	}
	if err := contact(&u, in.Email, in.Phone); err != nil {
		return u, err
	}
	if in.Team != nil {
		u.Team = *in.Team
	}
	if in.Roles != nil {
		known, err := s.roles(c)
		if err != nil {
			return u, err
		}
		for _, r := range in.Roles {
			if !slices.ContainsFunc(known, func(k roleWire) bool { return k.Key == r }) && !slices.Contains(u.Roles, r) {
				return u, badRequest(rules.Say("没有角色“{role}”", "沒有角色「{role}」", "There is no role “{role}”", "role", r),
					rules.Errorf("/roles", "ref.unknown", rules.Say("没有这个角色", "沒有這個角色", "There is no such role")))
			}
		}
		u.Roles = in.Roles
	}
	if err := in.give(&c.user, &u); err != nil {
		return u, err
	}
	if in.Active != nil {
		u.Active = *in.Active
	}
	return u, nil
}

// give changes what a person may: nobody gives or takes a right that he has not himself, nor changes a person who has one.
func (in *userIn) give(by, u *org.User) error {
	if !u.Within(by) {
		return beyond(u)
	}
	rights := u.Has()
	switch {
	case in.Rights != nil:
		rights = *in.Rights
		for i, r := range rights {
			if !slices.Contains(org.Rights, r) {
				return badRequest(rules.Say("权限可选 design、operate", "權限可選 design、operate", "The rights are design and operate"),
					rules.Errorf("/rights/"+strconv.Itoa(i), "ref.unknown", rules.Say("没有这个权限", "沒有這個權限", "There is no such right")))
			}
		}
	case in.Admin != nil && *in.Admin:
		rights = org.Rights
	case in.Admin != nil:
		rights = nil
	}
	if u.Give(rights...); !u.Within(by) {
		return refuse(http.StatusForbidden, "forbidden", rules.Say("只能给别人您自己也有的权限", "只能給別人您自己也有的權限", "You can give others only rights that you have yourself"),
			rules.Errorf("/rights", "forbidden", rules.Say("您自己没有这个权限", "您自己沒有這個權限", "You have not this right yourself")))
	}
	return nil
}

// beyond refuses to change somebody who may more than who asks.
func beyond(u *org.User) error {
	return refuse(http.StatusForbidden, "forbidden", rules.Say("“{name}”有您没有的权限，只有同样有这些权限的人才能改他的账号", "「{name}」有您沒有的權限，只有同樣有這些權限的人才能改他的帳號",
		"{name} has rights that you have not; only who has them too can change the account", "name", u.Name))
}

func (s *Server) postUser(c *call) (any, error) {
	var in userIn
	if err := c.bind(&in); err != nil {
		return nil, err
	}
	if in.Username == nil || in.Password == nil {
		return nil, badRequest(rules.Say("请填写用户名和密码", "請填寫使用者名稱和密碼", "Give a user name and a password"))
	}
	if _, taken := c.dir.User(*in.Username); taken {
		return nil, refuse(http.StatusConflict, "conflict", rules.Say("用户名“{name}”已被使用", "使用者名稱「{name}」已被使用", "The user name “{name}” is taken", "name", *in.Username),
			rules.Errorf("/username", "key.duplicate", rules.Say("已被使用", "已被使用", "Taken")))
	}
	if err := CheckPassword(*in.Password); err != nil {
		return nil, err
	}
	co, _, err := s.company(c.ctx())
	if err != nil {
		return nil, err
	}
	u, err := s.merge(c, org.User{ID: *in.Username, Language: co.Language, Active: true}, in)
	if err != nil {
		return nil, err
	}
	if err := s.Engine.AddUser(c.ctx(), u); err != nil {
		return nil, err
	}
	if err := s.accounts.SetPassword(c.ctx(), u.ID, *in.Password); err != nil {
		return nil, err
	}
	return reply{status: http.StatusCreated, body: wireUser(u)}, nil
}

func (s *Server) patchUser(c *call) (any, error) {
	var in userIn
	if err := c.bind(&in); err != nil {
		return nil, err
	}
	u, ok := c.dir.User(c.Param("id"))
	if !ok {
		return nil, errNotFound
	}
	if in.Username != nil && *in.Username != u.ID {
		return nil, badRequest(rules.Say("用户名不能改", "使用者名稱不能改", "A user name cannot change"))
	}
	next, err := s.merge(c, u, in)
	if err != nil {
		return nil, err
	}
	if u.Admin && u.Active && !(next.Admin && next.Active) && len(c.dir.Admins()) == 1 {
		return nil, badRequest(rules.Say("至少要留一位管理员", "至少要留一位管理員", "At least one admin must remain"))
	}
	if in.Password != nil {
		if err := s.accounts.SetPassword(c.ctx(), u.ID, *in.Password); err != nil {
			return nil, err
		}
	}
	next, err = s.Engine.ChangeUser(c.ctx(), u.ID, func(now *org.User) error {
		*now, err = s.merge(c, *now, in)
		return err
	})
	if err != nil {
		return nil, err
	}
	if in.Password != nil || !next.Active || !u.Active {
		// Whoever knew the old password, or has left, is signed out everywhere; who comes back does not find what he had before, wherever it was ended.
		if err := s.sessions.endAll(c.ctx(), u.ID, c.session.ID); err != nil {
			return nil, err
		}
	}
	if !next.Active || !u.Active {
		if err := s.tokens.dropAll(c.ctx(), u.ID); err != nil {
			return nil, err
		}
	}
	return wireUser(next), nil
}

type teamWire struct {
	Key     string   `json:"key"`
	Name    string   `json:"name"`
	Parent  string   `json:"parent"`
	Manager string   `json:"manager"`
	Members []string `json:"members"`
}

func (c *call) team(t org.Team) teamWire {
	return teamWire{t.Key, t.Name, t.Parent, t.Manager, list(c.dir.Members(t.Key, false))}
}

func (s *Server) getTeams(c *call) (any, error) {
	var out []teamWire
	for _, t := range c.dir.Teams() {
		out = append(out, c.team(t))
	}
	return page(out, ""), nil
}

type teamIn struct {
	// Key is made of the name when it is left out or empty.
	Key     *string `json:"key"`
	Name    *string `json:"name"`
	Parent  *string `json:"parent"`
	Manager *string `json:"manager"`
	// Join are people who come into the team, from whichever they were in; Leave those who are in none then, if they are in this one still.
	Join  []string `json:"join"`
	Leave []string `json:"leave"`
}

// over puts what was given over a team. Errors: refusals for what is malformed.
func (in *teamIn) over(c *call, t *org.Team) error {
	if in.Name != nil {
		t.Name = strings.TrimSpace(*in.Name)
	}
	if in.Parent != nil {
		t.Parent = *in.Parent
	}
	if in.Manager != nil {
		t.Manager = *in.Manager
	}
	if t.Name == "" {
		return badRequest(rules.Say("请填写团队名称", "請填寫團隊名稱", "Give the team a name"))
	}
	if _, ok := c.dir.Team(t.Parent); t.Parent != "" && !ok {
		return badRequest(rules.Say("没有上级团队“{team}”", "沒有上級團隊「{team}」", "There is no team “{team}” above", "team", t.Parent))
	}
	if t.Manager != "" && !c.dir.Active(t.Manager) {
		return badRequest(rules.Say("没有在职的人“{user}”", "沒有在職的人「{user}」", "There is no active person “{user}”", "user", t.Manager))
	}
	for i, id := range slices.Concat(in.Join, in.Leave) {
		if _, ok := c.dir.User(id); ok {
			continue
		}
		at, n := "/join/", i
		if i >= len(in.Join) {
			at, n = "/leave/", i-len(in.Join)
		}
		msg := rules.Say("没有“{user}”这个人", "沒有「{user}」這個人", "There is no person “{user}”", "user", id)
		return badRequest(msg, rules.Errorf(at+strconv.Itoa(n), "ref.unknown", msg))
	}
	return nil
}

// move has people come into a team and leave it.
func (in *teamIn) move(c *call, key string) error {
	for _, id := range in.Join {
		if _, err := c.s.Engine.ChangeUser(c.ctx(), id, func(now *org.User) error { now.Team = key; return nil }); err != nil {
			return err
		}
	}
	for _, id := range in.Leave {
		if _, err := c.s.Engine.ChangeUser(c.ctx(), id, func(now *org.User) error {
			if now.Team == key {
				now.Team = ""
			}
			return nil
		}); err != nil {
			return err
		}
	}
	dir, err := c.s.Engine.Directory(c.ctx()) // as it is now
	if err == nil {
		c.dir = dir
	}
	return err
}

func (s *Server) postTeam(c *call) (any, error) {
	var in teamIn
	if err := c.bind(&in); err != nil {
		return nil, err
	}
	var t org.Team
	if in.Key != nil {
		t.Key = *in.Key
	}
	if err := in.over(c, &t); err != nil {
		return nil, err
	}
	if t.Key == "" {
		t.Key = freeKey(strings.ToLower(keyOfName(t.Name, "team")), func(key string) bool { _, taken := c.dir.Team(key); return taken })
	}
	if err := s.Engine.AddTeam(c.ctx(), t); err != nil {
		return nil, err
	}
	if err := in.move(c, t.Key); err != nil {
		return nil, err
	}
	return reply{status: http.StatusCreated, body: c.team(t)}, nil
}

func (s *Server) patchTeam(c *call) (any, error) {
	var in teamIn
	if err := c.bind(&in); err != nil {
		return nil, err
	}
	if in.Key != nil && *in.Key != c.Param("key") {
		return nil, badRequest(rules.Say("团队代号不能改", "團隊代號不能改", "A team's key cannot change"))
	}
	t, err := s.Engine.ChangeTeam(c.ctx(), c.Param("key"), func(t *org.Team) error { return in.over(c, t) })
	if err != nil {
		return nil, err
	}
	if err := in.move(c, t.Key); err != nil {
		return nil, err
	}
	return c.team(t), nil
}

func (s *Server) deleteTeam(c *call) (any, error) {
	return nil, s.Engine.RemoveTeam(c.ctx(), c.Param("key"))
}

type roleWire struct {
	Key   string     `json:"key"`
	Name  rules.Text `json:"name"`
	App   string     `json:"app"`
	Users []string   `json:"users"`
}

// roles are those of every published app.
func (s *Server) roles(c *call) ([]roleWire, error) {
	apps, err := s.Designer.Catalog().Live(c.ctx())
	if err != nil {
		return nil, err
	}
	var out []roleWire
	for _, app := range apps {
		for i := range app.Def.Roles {
			r := &app.Def.Roles[i]
			key := app.Def.Key + "/" + r.Key
			out = append(out, roleWire{key, r.Name, app.Def.Key, list(c.dir.ByRole(key, ""))})
		}
	}
	return out, nil
}

func (s *Server) getRoles(c *call) (any, error) {
	out, err := s.roles(c)
	return page(out, ""), err
}
