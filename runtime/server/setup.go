package server

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"pipewright/rules"
	"pipewright/runtime/engine"
	"pipewright/runtime/org"
	"pipewright/runtime/store"
)

// company is the one that the database belongs to.
type company struct {
	Name     string `json:"name"`
	Language string `json:"language"`
	Timezone string `json:"timezone"`
	Currency string `json:"currency"`
}

const companyID = "company"

// company reads the settings; ok is false before set-up.
func (s *Server) company(ctx context.Context) (c company, ok bool, err error) {
	doc, err := s.Store.Get(ctx, settingsColl, companyID)
	if errors.Is(err, store.ErrNotFound) {
		return c, false, nil
	}
	if err != nil {
		return c, false, fmt.Errorf("server: settings: %w", err)
	}
	if err := json.Unmarshal(doc.Body, &c); err != nil {
		return c, false, fmt.Errorf("server: settings: %w", err)
	}
	return c, true, nil
}

// setupNeeded: there is no company yet, or nobody who could manage it.
func (s *Server) setupNeeded(ctx context.Context) (bool, error) {
	_, ok, err := s.company(ctx)
	if err != nil || !ok {
		return true, err
	}
	dir, err := s.Engine.Directory(ctx)
	return len(dir.Admins()) == 0, err
}

// newCode is 40 random bits in letters that are not mistaken for each other, as XXXX-XXXX.
func newCode() string {
	const letters = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
	raw := make([]byte, 8)
	if _, err := rand.Read(raw); err != nil {
		panic("server: no randomness: " + err.Error())
	}
	out := make([]byte, 0, 9)
	for i, b := range raw {
		if i == 4 {
			out = append(out, '-')
		}
		out = append(out, letters[int(b)%len(letters)])
	}
	return string(out)
}

type setupState struct {
	Needed bool `json:"needed"`
	// Provider is the name of whom people may sign in through; empty: by password alone.
	Provider  string     `json:"provider,omitempty"`
	Languages []string   `json:"languages"`
	Demo      bool       `json:"demo"`
	DemoUsers []demoUser `json:"demoUsers,omitempty"`
}

type demoUser struct {
	Username string     `json:"username"`
	Name     string     `json:"name"`
	Role     rules.Text `json:"role"`
}

func (s *Server) getSetup(c *call) (any, error) {
	needed, err := s.setupNeeded(c.ctx())
	if err != nil {
		return nil, err
	}
	out := setupState{Needed: needed, Languages: rules.Languages, Demo: s.Demo}
	f, err := s.provider(c.ctx(), false)
	if err != nil {
		return nil, err
	}
	if f != nil {
		out.Provider = f.Name
	}
	if s.Demo {
		users, _ := org.Sample()
		for _, u := range users {
			if c.dir.Active(u.ID) {
				out.DemoUsers = append(out.DemoUsers, demoUser{u.ID, c.dir.Name(u.ID), org.SampleTitle(u.ID)})
			}
		}
	}
	return out, nil
}

type setupIn struct {
	Code     string `json:"code"`
	Username string `json:"username"`
	Name     string `json:"name"`
	Password string `json:"password"`
	Company  string `json:"company"`
	Language string `json:"language"`
	Timezone string `json:"timezone"`
	Currency string `json:"currency"`
}

// postSetup makes the first admin and signs him in. It needs the one-time code, and works once.
func (s *Server) postSetup(c *call) (any, error) {
	var in setupIn
	if err := c.bind(&in); err != nil {
		return nil, err
	}
	if err := s.throttle.admit("setup", address(c.Request)); err != nil {
		return nil, err
	}
	needed, err := s.setupNeeded(c.ctx())
	if err != nil {
		return nil, err
	}
	if !needed {
		return nil, refuse(http.StatusConflict, "setup.done", rules.Say("已经设置过了，请直接登录", "已經設定過了，請直接登入", "This has been set up already; please sign in"))
	}
	given := strings.ToUpper(strings.TrimSpace(in.Code))
	if s.code == "" || subtle.ConstantTimeCompare([]byte(given), []byte(s.code)) != 1 {
		s.throttle.failed("setup")
		return nil, refuse(http.StatusForbidden, "setup.code", rules.Say("一次性代码不对：它写在启动本程序的窗口里", "一次性代碼不對：它寫在啟動本程式的視窗裡",
			"The one-time code is wrong: it is printed where the program was started"),
			rules.Errorf("/code", "setup.code", rules.Say("代码不对", "代碼不對", "Wrong code")))
	}
	if err := s.SetUp(c.ctx(), Setup{User: org.User{ID: in.Username, Name: in.Name, Language: in.Language}, Password: in.Password,
		Company: in.Company, Timezone: in.Timezone, Currency: in.Currency}); err != nil {
		return nil, err
	}
	s.throttle.passed("setup")
	if err := s.sessions.start(c.ctx(), c.Writer, c.Request, in.Username); err != nil {
		return nil, err
	}
	return s.signedInAs(c, in.Username)
}

// Setup is what the set-up page asks, or the command line.
type Setup struct {
	User     org.User
	Password string
	Company  string
	// Timezone and Currency are Asia/Shanghai and CNY when empty.
	Timezone, Currency string
}

// SetUp makes the company and its first admin. Errors: refusals for what is missing or malformed.
func (s *Server) SetUp(ctx context.Context, in Setup) error {
	blank := func(path, value string) error {
		if strings.TrimSpace(value) != "" {
			return nil
		}
		return badRequest(rules.Say("还有内容没有填写", "還有內容沒有填寫", "Something is not filled in"),
			rules.Errorf(path, "required", rules.Say("必须填写", "必須填寫", "This is required")))
	}
	if err := blank("/username", in.User.ID); err != nil {
		return err
	}
	if err := blank("/company", in.Company); err != nil {
		return err
	}
	if err := CheckPassword(in.Password); err != nil {
		return err
	}
	u := in.User
	if u.Language == "" {
		u.Language = "zh-CN"
	}
	if err := checkLanguage(u.Language); err != nil {
		return err
	}
	if strings.TrimSpace(u.Name) == "" {
		u.Name = u.ID
	}
	if in.Timezone == "" {
		in.Timezone = "Asia/Shanghai"
	}
	if in.Currency == "" {
		in.Currency = "CNY"
	}
	if err := engine.CheckZone(in.Timezone); err != nil {
		return err
	}
	u.Admin, u.Active = true, true
	if err := s.Engine.SaveUsers(ctx, u); err != nil {
		return err
	}
	if err := s.accounts.SetPassword(ctx, u.ID, in.Password); err != nil {
		return err
	}
	// The settings come last: a set-up that was cut short can be done again.
	return s.keepCompany(ctx, company{Name: strings.TrimSpace(in.Company), Language: u.Language, Timezone: in.Timezone, Currency: in.Currency})
}

// keepCompany keeps the settings. The engine hears the zone first: what is cut short between is mended by doing it again, or by New.
func (s *Server) keepCompany(ctx context.Context, co company) error {
	if err := s.Engine.SaveZone(ctx, co.Timezone); err != nil {
		return err
	}
	raw, err := json.Marshal(co)
	if err != nil {
		return err
	}
	return upsert(ctx, s.Store, settingsColl, companyID, raw)
}

// tellZone lets the engine know the zone of a company that was set up before the engine asked for it.
func (s *Server) tellZone(ctx context.Context) error {
	co, ok, err := s.company(ctx)
	if err != nil || !ok || engine.CheckZone(co.Timezone) != nil {
		return err
	}
	dir, err := s.Engine.Directory(ctx)
	if err != nil || dir.Zone().String() == co.Timezone {
		return err
	}
	return s.Engine.SaveZone(ctx, co.Timezone)
}

func checkLanguage(lang string) error {
	for _, l := range rules.Languages {
		if l == lang {
			return nil
		}
	}
	return badRequest(rules.Say("不支持语言“{lang}”", "不支援語言「{lang}」", "The language “{lang}” is not supported", "lang", lang),
		rules.Errorf("/language", "language.unknown", rules.Say("可用：zh-CN、zh-TW、en", "可用：zh-CN、zh-TW、en", "Use zh-CN, zh-TW or en")))
}

// DemoPassword is that of every sample person.
const DemoPassword = "pipewright-demo"

// SetUpDemo makes the sample company with its people; doing it again changes nothing that matters.
func (s *Server) SetUpDemo(ctx context.Context) error {
	users, teams := org.Sample()
	dir, err := s.Engine.Directory(ctx)
	if err != nil {
		return err
	}
	if err := s.addSample(ctx, dir, users, teams); err != nil {
		return err
	}
	var ids []string
	for _, u := range users {
		ids = append(ids, u.ID)
	}
	if err := s.accounts.sharePassword(ctx, DemoPassword, ids...); err != nil {
		return err
	}
	s.code = ""
	if _, ok, err := s.company(ctx); err != nil || ok {
		return err
	}
	return s.keepCompany(ctx, company{Name: "示范公司", Language: "zh-CN", Timezone: "Asia/Shanghai", Currency: "CNY"})
}

// addSample adds those of the sample people and teams who are not there yet.
func (s *Server) addSample(ctx context.Context, dir *org.Directory, users []org.User, teams []org.Team) error {
	var newTeams []org.Team
	for _, t := range teams {
		if _, ok := dir.Team(t.Key); !ok {
			newTeams = append(newTeams, t)
		}
	}
	var newUsers []org.User
	for _, u := range users {
		if _, ok := dir.User(u.ID); !ok {
			newUsers = append(newUsers, u)
		}
	}
	if err := s.Engine.SaveTeams(ctx, newTeams...); err != nil {
		return err
	}
	return s.Engine.SaveUsers(ctx, newUsers...)
}
