package server

import (
	"fmt"
	"unicode/utf8"

	"pipewright/designer"
	"pipewright/rules"
	"pipewright/runtime/org"
	"pipewright/runtime/process"
)

// publisher is who publishes, as the designer asks.
func (c *call) publisher() designer.Publisher {
	return designer.Publisher{User: c.user.ID, Operates: c.user.May(org.Operate), Roles: c.dir.Roles(c.user.ID, c.Param("app"))}
}

type powerOut struct {
	Key  string     `json:"key"`
	Path string     `json:"path"`
	Text rules.Text `json:"text"`
	// Granted: it may be published as it is.
	Granted bool `json:"granted"`
}

type askedOut struct {
	App      string     `json:"app,omitempty"`
	Name     rules.Text `json:"name,omitempty"`
	By       *mini      `json:"by"`
	At       instant    `json:"at"`
	Note     string     `json:"note"`
	Powers   []powerOut `json:"powers"`
	Answer   string     `json:"answer"`
	Reason   string     `json:"reason"`
	Answerer *mini      `json:"answerer"`
	Answered instant    `json:"answered"`
}

func wirePowers(list []process.Power, granted func(key string) bool) []powerOut {
	out := make([]powerOut, len(list))
	for i, p := range list {
		out[i] = powerOut{p.Key, p.Path, p.Text, granted(p.Key)}
	}
	return out
}

func (c *call) asked(a *designer.Asked) *askedOut {
	if a == nil {
		return nil
	}
	yes := func(string) bool { return a.Answer == "granted" }
	return &askedOut{By: c.mini(a.By), At: instant(a.At), Note: a.Note, Powers: wirePowers(a.Powers, yes), Answer: a.Answer, Reason: a.Reason, Answerer: c.mini(a.Answerer), Answered: instant(a.Answered)}
}

// powersOut is what publishing the draft would newly let the app do. Needed: it has to be asked for first, by who asks here.
type powersOut struct {
	New    []powerOut `json:"new"`
	Needed bool       `json:"needed"`
	Asked  *askedOut  `json:"asked"`
}

func (c *call) powers(p *designer.Powers) powersOut {
	missing := p.Missing()
	lacks := func(key string) bool {
		for _, x := range missing {
			if x.Key == key {
				return true
			}
		}
		return false
	}
	return powersOut{New: wirePowers(p.New, func(key string) bool { return !lacks(key) }), Needed: len(missing) > 0 && !c.user.May(org.Operate), Asked: c.asked(p.Asked)}
}

func (s *Server) getPowers(c *call) (any, error) {
	p, err := s.Designer.Powers(c.ctx(), c.Param("app"), c.publisher())
	if err != nil {
		return nil, err
	}
	return c.powers(p), nil
}

type askIn struct {
	Note string `json:"note"`
}

// maxReason is how long the words of an ask and of its answer may be, in characters.
const maxReason = 2000

func tooLong(path, text string) error {
	if utf8.RuneCountInString(text) <= maxReason {
		return nil
	}
	msg := rules.Say("最多 {n} 个字", "最多 {n} 個字", "At most {n} characters", "n", maxReason)
	return badRequest(msg, rules.Errorf(path, "field.invalid", msg))
}

func (s *Server) postPowers(c *call) (any, error) {
	var in askIn
	if err := c.bind(&in); err != nil {
		return nil, err
	}
	if err := tooLong("/note", in.Note); err != nil {
		return nil, err
	}
	app := c.Param("app")
	p, err := s.Designer.Ask(c.ctx(), app, c.publisher(), in.Note)
	if err != nil {
		return nil, err
	}
	if p.Asked != nil {
		var to []string
		for _, u := range c.dir.Users() {
			if u.Active && u.May(org.Operate) && u.ID != c.user.ID {
				to = append(to, u.ID)
			}
		}
		text := rules.Say("{who} 为应用“{app}”申请 {n} 项新权限，请在“系统 › 健康”里批准或拒绝", "{who} 為應用「{app}」申請 {n} 項新權限，請在「系統 › 健康」裡批准或拒絕",
			"{who} asks for new powers for the app “{app}” ({n}): grant or refuse them under System › Health", "who", c.user.Name, "app", s.appName(c, app), "n", len(p.Asked.Powers))
		s.Engine.TellPeople(c.ctx(), askID(app, p.Asked), app, to, text)
	}
	return c.powers(p), nil
}

// askID names an ask among the notices.
func askID(app string, a *designer.Asked) string {
	return fmt.Sprintf("powers|%s|%d", app, a.At.UnixMilli())
}

// appName is what an app is called, or its key.
func (s *Server) appName(c *call, app string) rules.Text {
	if info, err := s.Designer.App(c.ctx(), app); err == nil && len(info.Name) > 0 {
		return info.Name
	}
	return rules.Say(app, app, app)
}

func (s *Server) getAsked(c *call) (any, error) {
	all, err := s.Designer.Waiting(c.ctx())
	if err != nil {
		return nil, err
	}
	out := make([]askedOut, len(all))
	for i := range all {
		out[i] = *c.asked(&all[i].Asked)
		out[i].App, out[i].Name = all[i].App, all[i].Name
	}
	return page(out, ""), nil
}

type answerIn struct {
	// Grant gives all of Keys, which are those that were looked at; else all are refused.
	Grant  bool     `json:"grant"`
	Keys   []string `json:"keys"`
	Reason string   `json:"reason"`
}

func (s *Server) postAnswer(c *call) (any, error) {
	var in answerIn
	if err := c.bind(&in); err != nil {
		return nil, err
	}
	if err := tooLong("/reason", in.Reason); err != nil {
		return nil, err
	}
	app := c.Param("app")
	asked, err := s.Designer.Answer(c.ctx(), app, c.user.ID, in.Keys, in.Grant, in.Reason)
	if err != nil {
		return nil, err
	}
	text := rules.Say("{who} 没有批准你为应用“{app}”申请的新权限：{reason}", "{who} 沒有批准你為應用「{app}」申請的新權限：{reason}", "{who} refused the new powers that you asked for the app “{app}”: {reason}",
		"who", c.user.Name, "app", s.appName(c, app), "reason", asked.Reason)
	switch {
	case in.Grant:
		text = rules.Say("{who} 批准了你为应用“{app}”申请的新权限，可以发布了", "{who} 批准了你為應用「{app}」申請的新權限，可以發佈了", "{who} granted the new powers that you asked for the app “{app}”: it can be published",
			"who", c.user.Name, "app", s.appName(c, app))
	case asked.Reason == "":
		text = rules.Say("{who} 没有批准你为应用“{app}”申请的新权限", "{who} 沒有批准你為應用「{app}」申請的新權限", "{who} refused the new powers that you asked for the app “{app}”",
			"who", c.user.Name, "app", s.appName(c, app))
	}
	s.Engine.TellPeople(c.ctx(), askID(app, asked)+"|"+asked.Answer, app, []string{asked.By}, text)
	return nil, nil
}
