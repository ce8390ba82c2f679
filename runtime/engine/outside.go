package engine

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"net"
	"net/textproto"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"pipewright/rules"
	"pipewright/runtime/org"
	"pipewright/runtime/outbound"
	"pipewright/runtime/store"
)

// collOutside holds how the installation reaches others and is reached, where admins set it in the product: mailID and addressID. Both are read
// whenever they are needed, so that a change counts at once in every process.
const (
	collOutside = "outside"
	mailID      = "mail"
	addressID   = "address"
)

// MailSecurities are the ways in which mail is encrypted: from the first byte, by STARTTLS, not at all.
var MailSecurities = []string{"tls", "starttls", "none"}

// mailSetting is how mails go out. The password is never answered.
type mailSetting struct {
	MailServer
	Password string `json:"password,omitempty"`
}

// MailServer is how mails go out, as admins see it.
type MailServer struct {
	Host     string    `json:"host"`
	Port     int       `json:"port"`
	Security string    `json:"security"`
	Username string    `json:"username,omitempty"`
	From     string    `json:"from"`
	By       string    `json:"by,omitempty"`
	At       time.Time `json:"at"`
	// HasPassword says that there is one.
	HasPassword bool `json:"-"`
}

// config is what makes a mailer of it.
func (m *mailSetting) config() outbound.SMTPConfig {
	u := url.URL{Scheme: "smtp", Host: net.JoinHostPort(m.Host, strconv.Itoa(m.Port))}
	c := outbound.SMTPConfig{From: m.From, TLS: "required"}
	switch m.Security {
	case "tls":
		u.Scheme = "smtps"
	case "none":
		c.TLS = "off"
	}
	if m.Username != "" {
		u.User = url.UserPassword(m.Username, m.Password)
	}
	c.URL = u.String()
	return c
}

// outside reads a setting; false: nobody has set it.
func (e *Engine) outside(ctx context.Context, id string, into any) (bool, error) {
	d, err := e.store.Get(ctx, collOutside, id)
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return true, json.Unmarshal(d.Body, into)
}

// MailFixed says that mail was set when the program was started, which wins over what admins set.
func (e *Engine) MailFixed() bool { return e.mailer != nil || e.makeMailer == nil }

// MailCap is how many addresses out of records are written to in a day; 0: no bound.
func (e *Engine) MailCap() int { return e.mailCap }

// MailServer is what an admin set; nil: nothing. Who may is the caller's to check.
func (e *Engine) MailServer(ctx context.Context) (*MailServer, error) {
	var m mailSetting
	if ok, err := e.outside(ctx, mailID, &m); !ok || err != nil {
		return nil, err
	}
	m.HasPassword = m.Password != ""
	return &m.MailServer, nil
}

// SaveMailServer sets how mails go out, from the next one on. A nil password keeps the one there is, but only for the server and the user name it was
// given for. Errors: *process.Rejection forbidden, bad.request, conflict where it was set when the program was started.
func (e *Engine) SaveMailServer(ctx context.Context, by *org.User, in MailServer, password *string) error {
	if by == nil || !by.May(org.Operate) {
		return forbidden()
	}
	if e.MailFixed() {
		return fixedAtStart()
	}
	var old mailSetting
	if _, err := e.outside(ctx, mailID, &old); err != nil {
		return err
	}
	bad := func(path string, msg rules.Text) error {
		return badRequest(msg, rules.Errorf(path, "field.invalid", msg))
	}
	m := mailSetting{MailServer: MailServer{Host: strings.TrimSpace(in.Host), Port: in.Port, Security: in.Security, Username: strings.TrimSpace(in.Username), From: strings.TrimSpace(in.From), By: by.ID, At: e.instant()}}
	switch {
	case m.Host == "" || len(m.Host) > 250 || strings.ContainsAny(m.Host, " /@?#:[]"):
		return bad("/host", rules.Say("只写服务器的名称，如 smtp.example.com", "只寫伺服器的名稱，如 smtp.example.com", "Write the server's name only, such as smtp.example.com"))
	case m.Port < 1 || m.Port > 65535:
		return bad("/port", rules.Say("端口是 1 到 65535 的数", "連接埠是 1 到 65535 的數", "A port is a number from 1 to 65535"))
	case !slices.Contains(MailSecurities, m.Security):
		return bad("/security", rules.Say("加密可选 {list}", "加密可選 {list}", "The encryption is one of {list}", "list", strings.Join(MailSecurities, " ")))
	case len(m.Username) > 250:
		return bad("/username", rules.Say("用户名最多 250 字", "使用者名稱最多 250 字", "A user name has at most 250 characters"))
	}
	switch {
	case password != nil:
		m.Password = *password
	case m.Username != "" && old.Password != "" && (m.Host != old.Host || m.Port != old.Port || m.Security != old.Security || m.Username != old.Username):
		return bad("/password", rules.Say("服务器、加密或用户名变了，请重新填写密码：密码只发给当初填写时的服务器", "伺服器、加密或使用者名稱變了，請重新填寫密碼：密碼只送給當初填寫時的伺服器",
			"The server, the encryption or the user name is another now: enter the password again; it goes to no server that it was not given for"))
	default:
		m.Password = old.Password
	}
	if m.Username == "" {
		m.Password = ""
	}
	switch {
	case len(m.Password) > 500:
		return bad("/password", rules.Say("密码最多 500 字", "密碼最多 500 字", "A password has at most 500 characters"))
	case m.Username != "" && m.Password == "":
		return bad("/password", rules.Say("有用户名就要有密码", "有使用者名稱就要有密碼", "A user name needs a password"))
	case m.Password != "" && m.Security == "none":
		return bad("/security", rules.Say("不加密时密码会被路上的人看到：请选一种加密", "不加密時密碼會被路上的人看到：請選一種加密", "Unencrypted, anybody on the way reads the password: choose an encryption"))
	}
	if _, err := e.makeMailer(m.config()); err != nil { // all else has been looked at
		return bad("/from", rules.Say("发件人要像“示例公司 <crm@example.com>”", "寄件人要像「範例公司 <crm@example.com>」", "A sender looks like “Acme <crm@example.com>”"))
	}
	e.log.Info("the mail server was set", "host", m.Host, "port", m.Port, "by", by.ID)
	return e.put(ctx, collOutside, mailID, nil, m)
}

// RemoveMailServer takes the setting out: mails are refused until there is one again.
func (e *Engine) RemoveMailServer(ctx context.Context, by *org.User) error {
	return e.removeOutside(ctx, by, mailID, e.MailFixed())
}

func (e *Engine) removeOutside(ctx context.Context, by *org.User, id string, fixed bool) error {
	if by == nil || !by.May(org.Operate) {
		return forbidden()
	}
	if fixed {
		return fixedAtStart()
	}
	e.log.Info("a setting was taken out", "setting", id, "by", by.ID)
	err := e.drop(ctx, collOutside, id)
	if errors.Is(err, store.ErrConflict) || errors.Is(err, store.ErrUnknown) {
		return conflict()
	}
	return err
}

func fixedAtStart() error {
	return reject("conflict", rules.Say("这一项在启动服务器时已经指定，要在那里更改", "這一項在啟動伺服器時已經指定，要在那裡更改", "This was set when the server was started, and is changed there"))
}

// mailerNow is how mails go out now; nil: not at all.
func (e *Engine) mailerNow(ctx context.Context) (outbound.Mailer, error) {
	if e.MailFixed() {
		return e.mailer, nil
	}
	var m mailSetting
	if ok, err := e.outside(ctx, mailID, &m); !ok || err != nil {
		return nil, err
	}
	return e.makeMailer(m.config())
}

// address is where people reach the product, as an admin set it.
type address struct {
	URL string    `json:"url"`
	By  string    `json:"by,omitempty"`
	At  time.Time `json:"at"`
}

// AddressFixed says that the address was set when the program was started.
func (e *Engine) AddressFixed() bool { return e.publicURL != "" }

// PublicURL is where people reach the product, without a slash at the end; empty: nobody has said.
func (e *Engine) PublicURL(ctx context.Context) (string, error) {
	if e.publicURL != "" {
		return e.publicURL, nil
	}
	var a address
	_, err := e.outside(ctx, addressID, &a)
	return a.URL, err
}

// SavePublicURL sets where people reach the product; empty takes it away. Errors: *process.Rejection forbidden, bad.request, conflict where it was set when the program was started.
func (e *Engine) SavePublicURL(ctx context.Context, by *org.User, text string) error {
	text = strings.TrimRight(strings.TrimSpace(text), "/")
	if text == "" {
		return e.removeOutside(ctx, by, addressID, e.AddressFixed())
	}
	if by == nil || !by.May(org.Operate) {
		return forbidden()
	}
	if e.AddressFixed() {
		return fixedAtStart()
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.RawQuery != "" || u.Fragment != "" || u.User != nil || len(text) > 500 {
		msg := rules.Say("要写成 https://crm.example.com 这样", "要寫成 https://crm.example.com 這樣", "It must look like https://crm.example.com")
		return badRequest(msg, rules.Errorf("/url", "field.invalid", msg))
	}
	return e.put(ctx, collOutside, addressID, nil, address{text, by.ID, e.instant()})
}

// MailHint says why a mail server did not take a mail, and what to do, where that is known.
func MailHint(err error) *rules.Text {
	say := func(cn, tw, en string) *rules.Text { return new(rules.Say(cn, tw, en)) }
	var name *net.DNSError
	var said *textproto.Error
	var unknown x509.UnknownAuthorityError
	var host x509.HostnameError
	var invalid x509.CertificateInvalidError
	var header tls.RecordHeaderError
	var timeout net.Error
	switch text := err.Error(); {
	case errors.Is(err, errNoMailServer):
		return say("还没有设置邮件服务器", "還沒有設定郵件伺服器", "No mail server is set yet")
	case errors.Is(err, outbound.ErrInside):
		return say("这个服务器在内网里：请管理服务器的人在启动时用 --outbound-host 放行它", "這個伺服器在內網裡：請管理伺服器的人在啟動時用 --outbound-host 放行它",
			"This server is inside the own network: have whoever runs Pipewright list it with --outbound-host at the start")
	case errors.As(err, &name):
		return say("找不到这个服务器：检查它的名称有没有写错", "找不到這個伺服器：檢查它的名稱有沒有寫錯", "There is no such server: check how its name is spelt")
	case errors.Is(err, syscall.ECONNREFUSED):
		return say("服务器在这个端口上不接受连接：检查端口（SSL/TLS 多为 465，STARTTLS 多为 587）", "伺服器在這個連接埠上不接受連線：檢查連接埠（SSL/TLS 多為 465，STARTTLS 多為 587）",
			"The server takes no connection at this port: check the port (mostly 465 for TLS, 587 for STARTTLS)")
	case errors.As(err, &unknown), errors.As(err, &host), errors.As(err, &invalid):
		return say("服务器的证书不被信任，或者不是这个名称的：检查服务器名称，或换一张有效的证书", "伺服器的憑證不被信任，或者不是這個名稱的：檢查伺服器名稱，或換一張有效的憑證",
			"The server's certificate is not trusted, or is of another name: check the server's name, or give it a valid certificate")
	case errors.As(err, &header), strings.Contains(text, "does not support STARTTLS"):
		return say("服务器在这个端口上不用这种加密：SSL/TLS 配 465，STARTTLS 配 587", "伺服器在這個連接埠上不用這種加密：SSL/TLS 配 465，STARTTLS 配 587",
			"The server does not encrypt this way at this port: TLS goes with 465, STARTTLS with 587")
	case errors.As(err, &said) && (said.Code == 535 || said.Code == 534 || said.Code == 530 || said.Code == 454), strings.Contains(text, "535"), strings.Contains(text, "SMTP AUTH"):
		return say("服务器不认这个用户名和密码：有的邮箱（QQ、163、企业邮箱）要用“授权码”，不是登录密码", "伺服器不認這個使用者名稱和密碼：有的信箱要用「授權碼」或應用程式密碼，不是登入密碼",
			"The server does not take this user name and password: some mailboxes want an app password, not the one for signing in")
	case strings.Contains(text, "MAIL FROM"), strings.Contains(text, "sender"):
		return say("服务器不让用这个发件人：发件地址一般要和登录的邮箱相同", "伺服器不讓用這個寄件人：寄件地址一般要和登入的信箱相同",
			"The server does not let this sender through: mostly it has to be the address of the mailbox that signs in")
	case strings.Contains(text, "RCPT TO"):
		return say("服务器不收您的邮箱地址：检查“我的设置”里的邮箱", "伺服器不收您的信箱地址：檢查「我的設定」裡的信箱", "The server refuses your mail address: check the one in your profile")
	case errors.As(err, &timeout) && timeout.Timeout(), errors.Is(err, context.DeadlineExceeded):
		return say("服务器一直没有回应：检查名称和端口，以及防火墙是否放行（有的云服务商封了 25 端口）", "伺服器一直沒有回應：檢查名稱和連接埠，以及防火牆是否放行（有的雲端服務商封了 25 連接埠）",
			"The server does not answer: check name and port, and whether a firewall lets it through (some clouds close port 25)")
	}
	return nil
}
