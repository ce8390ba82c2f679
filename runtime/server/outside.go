package server

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"pipewright/rules"
	"pipewright/runtime/engine"
	"pipewright/runtime/outbound"
	"pipewright/runtime/store"
)

// Documents of settingsColl beside companyID: by whom people are signed in, and what came of the last trial of it.
const (
	signInID = "signIn"
	triedID  = "signInTried"
)

// signIn is the provider as an admin set it in the product. Its secret is never answered.
type signIn struct {
	// On: the sign-in page offers it.
	On       bool      `json:"on,omitempty"`
	Issuer   string    `json:"issuer"`
	ClientID string    `json:"clientId"`
	Secret   string    `json:"secret,omitempty"`
	Name     string    `json:"name"`
	Match    string    `json:"match"`
	By       string    `json:"by,omitempty"`
	At       time.Time `json:"at"`
}

// setting reads a document of the settings; false: there is none.
func (s *Server) setting(ctx context.Context, id string, into any) (bool, error) {
	doc, err := s.Store.Get(ctx, settingsColl, id)
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("server: settings: %w", err)
	}
	return true, json.Unmarshal(doc.Body, into)
}

func (s *Server) keepSetting(ctx context.Context, id string, v any) error {
	raw, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return upsert(ctx, s.Store, settingsColl, id, raw)
}

// provider is by whom people are signed in besides the password: as the program was started, else as an admin set it, once it is on or when it is
// only tried. Nil: by nobody. It is read every time, so that a change counts at once in every process.
func (s *Server) provider(ctx context.Context, try bool) (*federation, error) {
	if s.federation != nil || s.Player != nil {
		return s.federation, nil
	}
	var set signIn
	ok, err := s.setting(ctx, signInID, &set)
	if err != nil || !ok || !set.On && !try {
		return nil, err
	}
	base, err := s.Engine.PublicURL(ctx)
	if err != nil || base == "" {
		return nil, err
	}
	f := &federation{OIDC: OIDC{Issuer: set.Issuer, ClientID: set.ClientID, ClientSecret: set.Secret, Name: set.Name, ByUsername: set.Match == "username", PublicURL: base, client: s.Outside}}
	if last := s.lastProvider.Load(); last != nil && last.OIDC == f.OIDC {
		return last, nil // its document has been read
	}
	s.lastProvider.Store(f)
	return f, nil
}

// trial is what came of an admin's trial of the provider.
type trial struct {
	OK   bool       `json:"ok"`
	Text rules.Text `json:"text"`
	// Said is the error in the words of the provider, or of the library.
	Said string    `json:"said,omitempty"`
	By   string    `json:"by"`
	At   time.Time `json:"at"`
}

// tried keeps what came of a trial and takes the admin back to the settings, which show it.
func (s *Server) tried(c *call, t trial) (any, error) {
	if r := []rune(t.Said); len(r) > 300 {
		t.Said = string(r[:300]) + "…"
	}
	t.By, t.At = c.user.ID, s.Now().UTC()
	if err := s.keepSetting(c.ctx(), triedID, t); err != nil {
		return nil, err
	}
	c.Redirect(http.StatusFound, "/system?tab=outside")
	return nil, nil
}

// trialOf says whom the claims would have signed in; nobody is tied to the provider by it.
func (s *Server) trialOf(c *call, f *federation, is claims) trial {
	var known identity
	doc, err := s.Store.Get(c.ctx(), identitiesColl, f.subjectID(is))
	if err == nil {
		err = json.Unmarshal(doc.Body, &known)
	}
	found := f.fitting(c.dir, is)
	if err == nil && c.dir.Active(known.User) {
		found = []string{known.User}
	}
	switch {
	case err == nil && !c.dir.Active(known.User):
		return trial{Text: rules.Say("登录服务认出了 {name}，但这个人已停用", "登入服務認出了 {name}，但這個人已停用", "The provider named {name}, who is no longer active here", "name", c.dir.Name(known.User))}
	case len(found) == 1:
		return trial{OK: true, Text: rules.Say("成功：会以 {name} 的身份登录", "成功：會以 {name} 的身分登入", "It works: this signs {name} in", "name", c.dir.Name(found[0]))}
	case len(found) > 1:
		return trial{Text: rules.Say("有 {n} 个人用这个邮箱（{email}）：请让每个人的邮箱不同", "有 {n} 個人用這個信箱（{email}）：請讓每個人的信箱不同", "{n} people here have this address ({email}): give each one of his own", "n", len(found), "email", is.Email)}
	case f.ByUsername && is.Username == "":
		return trial{Text: rules.Say("登录服务没有给出用户名（preferred_username）：请在那里放行，或改用邮箱找人", "登入服務沒有給出使用者名稱（preferred_username）：請在那裡放行，或改用信箱找人",
			"The provider gives no user name (preferred_username): let it, or find people by mail address")}
	case f.ByUsername:
		return trial{Text: rules.Say("登录服务没有问题，但这里没有用户名为“{name}”的在职人员：请在“人员”里添加", "登入服務沒有問題，但這裡沒有使用者名稱為「{name}」的在職人員：請在「人員」裡新增",
			"The provider works, but nobody active here has the user name “{name}”: add the person under People", "name", is.Username)}
	case is.Email == "":
		return trial{Text: rules.Say("登录服务没有给出邮箱（email）：请在那里放行，或改用用户名找人", "登入服務沒有給出信箱（email）：請在那裡放行，或改用使用者名稱找人",
			"The provider gives no mail address (email): let it, or find people by user name")}
	case !is.Verified:
		return trial{Text: rules.Say("登录服务没有说 {email} 验证过（email_verified）：没验证的邮箱谁都能写，不能用来登录。请在那里验证，或改用用户名找人", "登入服務沒有說 {email} 驗證過（email_verified）：沒驗證的信箱誰都能寫，不能用來登入。請在那裡驗證，或改用使用者名稱找人",
			"The provider does not say that {email} is verified (email_verified); anybody can write an address down. Have it verified there, or find people by user name", "email", is.Email)}
	}
	return trial{Text: rules.Say("登录服务没有问题，但这里没有邮箱为 {email} 的在职人员：请在“人员”里填写", "登入服務沒有問題，但這裡沒有信箱為 {email} 的在職人員：請在「人員」裡填寫",
		"The provider works, but nobody active here has the address {email}: enter it under People", "email", is.Email)}
}

// whyNoProvider says why the provider's document cannot be read, and what to do.
func whyNoProvider(err error) rules.Text {
	var name *net.DNSError
	var unknown x509.UnknownAuthorityError
	var host x509.HostnameError
	var invalid x509.CertificateInvalidError
	var timeout net.Error
	switch text := err.Error(); {
	case errors.Is(err, outbound.ErrInside):
		return rules.Say("登录服务的地址在内网里：请管理服务器的人在启动时用 --outbound-host 放行它", "登入服務的位址在內網裡：請管理伺服器的人在啟動時用 --outbound-host 放行它",
			"The provider's address is inside the own network: have whoever runs Pipewright list it with --outbound-host at the start")
	case errors.As(err, &name):
		return rules.Say("找不到登录服务：检查地址有没有写错", "找不到登入服務：檢查位址有沒有寫錯", "There is no such provider: check how its address is spelt")
	case errors.Is(err, syscall.ECONNREFUSED), errors.As(err, &timeout) && timeout.Timeout(), errors.Is(err, context.DeadlineExceeded):
		return rules.Say("登录服务没有回应：它可能停了，或者防火墙没有放行", "登入服務沒有回應：它可能停了，或者防火牆沒有放行", "The provider does not answer: it may be down, or a firewall is in between")
	case errors.As(err, &unknown), errors.As(err, &host), errors.As(err, &invalid):
		return rules.Say("登录服务的证书不被信任，或者不是这个名称的", "登入服務的憑證不被信任，或者不是這個名稱的", "The provider's certificate is not trusted, or is of another name")
	case strings.Contains(text, "did not match"):
		return rules.Say("登录服务自称的地址与这里写的不同：照它写的填（末尾的斜杠也算）", "登入服務自稱的位址與這裡寫的不同：照它寫的填（結尾的斜線也算）", "The provider calls itself otherwise than it is called here: write the address exactly as it does, with or without a slash at the end")
	}
	return rules.Say("这个地址下没有登录服务的说明（/.well-known/openid-configuration）：要填的是 issuer 地址", "這個位址下沒有登入服務的說明（/.well-known/openid-configuration）：要填的是 issuer 位址",
		"There is no document of a provider at this address (/.well-known/openid-configuration): what is wanted is the issuer")
}

// whyNotIdentified says why the provider's answer tells of nobody, and what to do.
func whyNotIdentified(err error) rules.Text {
	var late *oidc.TokenExpiredError
	var refused *oauth2.RetrieveError
	switch text := err.Error(); {
	case errors.As(err, &late), strings.Contains(text, "before the nbf"):
		return rules.Say("登录服务的时钟和本服务器的差得太多：请校准两边的时间（NTP）", "登入服務的時鐘和本伺服器的差得太多：請校準兩邊的時間（NTP）", "The provider's clock and this server's are too far apart: set both by NTP")
	case strings.Contains(text, "expected audience"):
		return rules.Say("登录服务把身份发给了另一个应用：客户端 ID 不对", "登入服務把身分發給了另一個應用：用戶端 ID 不對", "The provider's answer is for another client: the client id is wrong")
	case errors.As(err, &refused) && (refused.ErrorCode == "invalid_client" || refused.ErrorCode == "unauthorized_client" || refused.Response != nil && refused.Response.StatusCode == http.StatusUnauthorized):
		return rules.Say("登录服务不认这个客户端 ID 和密钥：重新从那里复制", "登入服務不認這個用戶端 ID 和金鑰：重新從那裡複製", "The provider does not take the client id and secret: copy them from there again")
	case strings.Contains(text, "no code"):
		return rules.Say("登录服务没有放行：在那里检查这个人能否使用本应用，以及回调地址", "登入服務沒有放行：在那裡檢查這個人能否使用本應用，以及回呼位址", "The provider did not let it through: check there whether the person may use this app, and the callback address")
	}
	return rules.Say("登录服务的回答用不了：检查客户端 ID、密钥和回调地址", "登入服務的回答用不了：檢查用戶端 ID、金鑰和回呼位址", "The provider's answer is of no use: check client id, secret and callback address")
}

type addressWire struct {
	URL string `json:"url"`
	// Fixed: it was set when the server was started, and is changed there.
	Fixed bool `json:"fixed"`
}

type mailWire struct {
	Fixed       bool    `json:"fixed"`
	Set         bool    `json:"set"`
	Host        string  `json:"host"`
	Port        int     `json:"port"`
	Security    string  `json:"security"`
	Username    string  `json:"username"`
	From        string  `json:"from"`
	HasPassword bool    `json:"hasPassword"`
	DailyCap    int     `json:"dailyCap"`
	By          *mini   `json:"by"`
	At          instant `json:"at"`
}

type trialWire struct {
	OK   bool       `json:"ok"`
	Text rules.Text `json:"text"`
	Said string     `json:"said,omitempty"`
	By   *mini      `json:"by,omitempty"`
	At   instant    `json:"at"`
}

type signInWire struct {
	Fixed     bool   `json:"fixed"`
	Set       bool   `json:"set"`
	On        bool   `json:"on"`
	Issuer    string `json:"issuer"`
	ClientID  string `json:"clientId"`
	HasSecret bool   `json:"hasSecret"`
	Name      string `json:"name"`
	Match     string `json:"match"`
	// Callback is what the provider must allow; empty while nobody has said where people reach the product.
	Callback string `json:"callback"`
	// Tried is what came of the last trial of these settings.
	Tried *trialWire `json:"tried"`
	By    *mini      `json:"by"`
	At    instant    `json:"at"`
}

// settingsOut is how the installation reaches others and is reached, without any secret.
type settingsOut struct {
	Address addressWire `json:"address"`
	Mail    mailWire    `json:"mail"`
	SignIn  signInWire  `json:"signIn"`
}

func (s *Server) getSettings(c *call) (any, error) {
	var out settingsOut
	var err error
	if out.Address.URL, err = s.Engine.PublicURL(c.ctx()); err != nil {
		return nil, err
	}
	out.Address.Fixed = s.Engine.AddressFixed()
	m, err := s.Engine.MailServer(c.ctx())
	if err != nil {
		return nil, err
	}
	out.Mail = mailWire{Security: "tls", Port: 465}
	if m != nil {
		out.Mail = mailWire{Set: true, Host: m.Host, Port: m.Port, Security: m.Security, Username: m.Username, From: m.From, HasPassword: m.HasPassword, By: c.mini(m.By), At: instant(m.At)}
	}
	if s.Engine.MailFixed() {
		out.Mail = mailWire{Fixed: true, Set: true}
	}
	out.Mail.DailyCap = s.Engine.MailCap()
	if f := s.federation; f != nil {
		match := "email"
		if f.ByUsername {
			match = "username"
		}
		out.SignIn = signInWire{Fixed: true, Set: true, On: true, Issuer: f.Issuer, ClientID: f.ClientID, HasSecret: f.ClientSecret != "", Name: f.Name, Match: match, Callback: callbackAt(f.PublicURL)}
		return out, nil
	}
	set := signIn{Match: "email"}
	ok, err := s.setting(c.ctx(), signInID, &set)
	if err != nil {
		return nil, err
	}
	out.SignIn = signInWire{Set: ok, On: set.On, Issuer: set.Issuer, ClientID: set.ClientID, HasSecret: set.Secret != "", Name: set.Name, Match: set.Match}
	if out.Address.URL != "" {
		out.SignIn.Callback = callbackAt(out.Address.URL)
	}
	if ok {
		out.SignIn.By, out.SignIn.At = c.mini(set.By), instant(set.At)
	}
	var t trial
	if known, err := s.setting(c.ctx(), triedID, &t); err != nil {
		return nil, err
	} else if known && ok && !t.At.Before(set.At) {
		out.SignIn.Tried = &trialWire{t.OK, t.Text, t.Said, c.mini(t.By), instant(t.At)}
	}
	return out, nil
}

type addressIn struct {
	// URL is empty to take it away.
	URL string `json:"url"`
}

func (s *Server) putAddress(c *call) (any, error) {
	var in addressIn
	if err := c.bind(&in); err != nil {
		return nil, err
	}
	return nil, s.Engine.SavePublicURL(c.ctx(), &c.user, in.URL)
}

type mailIn struct {
	Host     string `json:"host"`
	Port     int    `json:"port"`
	Security string `json:"security"`
	Username string `json:"username"`
	From     string `json:"from"`
	// Password may be left out of a change, and "" takes it away.
	Password *string `json:"password"`
}

func (s *Server) putMail(c *call) (any, error) {
	var in mailIn
	if err := c.bind(&in); err != nil {
		return nil, err
	}
	return nil, s.Engine.SaveMailServer(c.ctx(), &c.user, engine.MailServer{Host: in.Host, Port: in.Port, Security: in.Security, Username: in.Username, From: in.From}, in.Password)
}

func (s *Server) deleteMail(c *call) (any, error) {
	return nil, s.Engine.RemoveMailServer(c.ctx(), &c.user)
}

type signInIn struct {
	On       bool   `json:"on"`
	Issuer   string `json:"issuer"`
	ClientID string `json:"clientId"`
	// Secret may be left out of a change, and "" takes it away.
	Secret *string `json:"secret"`
	Name   string  `json:"name"`
	Match  string  `json:"match"`
}

// signInFixed refuses to change what was set when the server was started, and in a sandbox, where nobody signs in.
func (s *Server) signInFixed() error {
	if s.federation == nil && s.Player == nil {
		return nil
	}
	return refuse(http.StatusConflict, "conflict", rules.Say("这一项在启动服务器时已经指定，要在那里更改", "這一項在啟動伺服器時已經指定，要在那裡更改", "This was set when the server was started, and is changed there"))
}

func (s *Server) putSignIn(c *call) (any, error) {
	var in signInIn
	if err := c.bind(&in); err != nil {
		return nil, err
	}
	if err := s.signInFixed(); err != nil {
		return nil, err
	}
	var old signIn
	if _, err := s.setting(c.ctx(), signInID, &old); err != nil {
		return nil, err
	}
	bad := func(path string, msg rules.Text) (any, error) {
		return nil, badRequest(msg, rules.Errorf(path, "field.invalid", msg))
	}
	next := signIn{On: in.On, Issuer: strings.TrimSpace(in.Issuer), ClientID: strings.TrimSpace(in.ClientID), Name: strings.TrimSpace(in.Name), Match: in.Match, By: c.user.ID, At: s.Now().UTC()}
	u, err := url.Parse(next.Issuer)
	base, failed := s.Engine.PublicURL(c.ctx())
	switch {
	case failed != nil:
		return nil, failed
	case err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || len(next.Issuer) > 500 || u.Scheme != "https" && !(u.Scheme == "http" && (u.Hostname() == "127.0.0.1" || u.Hostname() == "localhost")):
		return bad("/issuer", rules.Say("要写成 https://login.example.com 这样", "要寫成 https://login.example.com 這樣", "It must look like https://login.example.com"))
	case next.ClientID == "" || len(next.ClientID) > 500:
		return bad("/clientId", rules.Say("请填登录服务给这套系统的客户端 ID", "請填登入服務給這套系統的用戶端 ID", "Give the client id that the provider knows this installation by"))
	case next.Name == "" || len([]rune(next.Name)) > 40:
		return bad("/name", rules.Say("名称为 1 到 40 字：登录页的按钮上写着它", "名稱為 1 到 40 字：登入頁的按鈕上寫著它", "A name has 1 to 40 characters: the button on the sign-in page bears it"))
	case next.Match != "email" && next.Match != "username":
		return bad("/match", rules.Say("可选 email username", "可選 email username", "It is email or username"))
	case in.Secret != nil && len(*in.Secret) > 1000:
		return bad("/secret", rules.Say("密钥最多 1000 字", "金鑰最多 1000 字", "A secret has at most 1000 characters"))
	case in.Secret == nil && old.Secret != "" && (next.Issuer != old.Issuer || next.ClientID != old.ClientID):
		return bad("/secret", rules.Say("登录服务或客户端变了，请重新填写密钥：它只发给当初填写时的地址", "登入服務或用戶端變了，請重新填寫金鑰：它只送給當初填寫時的位址", "The provider or the client is another now: enter the secret again; it goes to no address that it was not given for"))
	case next.On && base == "":
		return bad("/on", rules.Say("请先填写本系统的网址：登录之后要回到那里", "請先填寫本系統的網址：登入之後要回到那裡", "Say first where people reach this installation: signing in comes back there"))
	}
	if next.Secret = old.Secret; in.Secret != nil {
		next.Secret = *in.Secret
	}
	if next.Issuer == old.Issuer && next.ClientID == old.ClientID && next.Secret == old.Secret && next.Match == old.Match {
		next.At = old.At // what a trial said of it still stands
	}
	s.Log.Info("the provider of sign-ins was set", "issuer", next.Issuer, "on", next.On, "by", c.user.ID)
	return nil, s.keepSetting(c.ctx(), signInID, next)
}

func (s *Server) deleteSignIn(c *call) (any, error) {
	if err := s.signInFixed(); err != nil {
		return nil, err
	}
	for range 5 {
		doc, err := s.Store.Get(c.ctx(), settingsColl, signInID)
		if errors.Is(err, store.ErrNotFound) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		if err = s.Store.Delete(c.ctx(), settingsColl, signInID, doc.Ver); err == nil || !errors.Is(err, store.ErrConflict) {
			return nil, err
		}
	}
	return nil, store.ErrConflict
}

// testSignIn reads the provider's document, whether or not people are offered it yet.
func (s *Server) testSignIn(c *call) (any, error) {
	f, err := s.provider(c.ctx(), true)
	if err != nil {
		return nil, err
	}
	if f == nil {
		return nil, refuse(http.StatusConflict, "conflict", rules.Say("还没有填写登录服务，或本系统的网址", "還沒有填寫登入服務，或本系統的網址", "The provider, or where people reach this installation, is not set yet"))
	}
	anew := &federation{OIDC: f.OIDC}
	now := instant(s.Now())
	if _, _, err := anew.discover(c.ctx(), s.Now); err != nil {
		s.Log.Warn("the provider of sign-ins does not answer", "issuer", f.Issuer, "error", err)
		said := err.Error()
		if r := []rune(said); len(r) > 300 {
			said = string(r[:300]) + "…"
		}
		return trialWire{Text: whyNoProvider(err), Said: said, At: now}, nil
	}
	return trialWire{OK: true, Text: rules.Say("登录服务有回应。再试着登录一次，看它认得谁", "登入服務有回應。再試著登入一次，看它認得誰", "The provider answers. Now try a sign-in, to see whom it knows"), At: now}, nil
}
