package outbound

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	netmail "net/mail"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/wneessen/go-mail"
)

// Limits of one mail.
const (
	maxRecipients = 50
	maxSubject    = 200 // characters
	maxMailBody   = 256 << 10
)

// Mail is one mail.
type Mail struct {
	// ID is the same for every attempt of one delivery; the Message-ID is made of it.
	ID     string
	To, CC []string
	// Subject is one line; what would end it is taken out.
	Subject string
	// Text is the plain part, Markdown what the HTML part is made of.
	Text, Markdown string
	// At is the instant of this attempt.
	At time.Time
}

// Mailer sends one mail once. Errors: ErrRefused when it cannot be sent at all, any other error when it may go through later.
type Mailer interface {
	SendMail(ctx context.Context, m Mail) (*Reply, error)
}

// SMTPConfig says through which server mails go.
type SMTPConfig struct {
	// URL is smtp://user:password@host:port or smtps://…; the port is 587 or 465 by default.
	URL string
	// From is the sender, "name <address>" or an address.
	From string
	// TLS is "required" (default), "optional" or "off"; smtps is encrypted from the first byte in any case.
	TLS string
	// Dial connects to "host:port"; nil: to wherever it is.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
}

// SMTP is the Mailer over SMTP.
type SMTP struct {
	host string
	from *netmail.Address
	opts []mail.Option
}

// NewSMTP reads the settings. Errors say what is wrong with them, without the password.
func NewSMTP(c SMTPConfig) (*SMTP, error) {
	u, err := url.Parse(c.URL)
	if err != nil || u.Hostname() == "" || u.Scheme != "smtp" && u.Scheme != "smtps" || strings.Trim(u.Path, "/") != "" {
		return nil, errors.New("the mail server must look like smtp://user:password@host:587 or smtps://host:465")
	}
	s := &SMTP{host: u.Hostname()}
	if s.from, err = netmail.ParseAddress(c.From); err != nil {
		return nil, fmt.Errorf("the sender of mails, %q, is no mail address", c.From)
	}
	policy, known := map[string]mail.TLSPolicy{"": mail.TLSMandatory, "required": mail.TLSMandatory, "optional": mail.TLSOpportunistic, "off": mail.NoTLS}[c.TLS]
	if !known {
		return nil, fmt.Errorf("TLS for mail is required, optional or off, not %q", c.TLS)
	}
	port := map[string]int{"smtp": 587, "smtps": 465}[u.Scheme]
	if p := u.Port(); p != "" {
		if port, err = strconv.Atoi(p); err != nil || port < 1 || port > 65535 {
			return nil, fmt.Errorf("the mail server's port %q is none", p)
		}
	}
	s.opts = []mail.Option{mail.WithPort(port), mail.WithTimeout(Timeout), mail.WithTLSPolicy(policy)}
	switch {
	case c.Dial == nil && u.Scheme == "smtps":
		s.opts = append(s.opts, mail.WithSSL())
	case c.Dial != nil:
		if u.Scheme == "smtps" {
			// Of a connection that is made here the client does not know that it is encrypted, unless it looks: asked to encrypt where that is
			// offered, it does.
			s.opts = append(s.opts, mail.WithTLSPolicy(mail.TLSOpportunistic))
		}
		host := s.host
		s.opts = append(s.opts, mail.WithDialContextFunc(func(ctx context.Context, network, address string) (net.Conn, error) {
			conn, err := c.Dial(ctx, network, address)
			if err != nil || u.Scheme != "smtps" {
				return conn, err
			}
			safe := tls.Client(conn, &tls.Config{ServerName: host, MinVersion: tls.VersionTLS12})
			if err := safe.HandshakeContext(ctx); err != nil {
				conn.Close()
				return nil, err
			}
			return safe, nil
		}))
	}
	if u.User != nil {
		password, _ := u.User.Password()
		s.opts = append(s.opts, mail.WithSMTPAuth(mail.SMTPAuthAutoDiscover), mail.WithUsername(u.User.Username()), mail.WithPassword(password))
	}
	return s, nil
}

// SendMail implements Mailer.
func (s *SMTP) SendMail(ctx context.Context, m Mail) (*Reply, error) {
	msg, err := s.message(m)
	if err != nil {
		return nil, err
	}
	client, err := mail.NewClient(s.host, s.opts...)
	if err != nil {
		return nil, fmt.Errorf("outbound: mail: %w", err)
	}
	defer func() { _ = client.Close() }() // a mail that was refused leaves the connection open
	err = client.DialAndSendWithContext(ctx, msg)
	if msg.IsDelivered() { // what failed came after the server had taken it
		return &Reply{Status: 250}, nil
	}
	if err == nil {
		err = errors.New("the mail server did not take it")
	}
	var status *mail.SendError
	if errors.As(err, &status) && !status.IsTemp() && status.ErrorCode() >= 500 {
		return nil, fmt.Errorf("%w: %v", ErrRefused, err)
	}
	return nil, fmt.Errorf("outbound: mail: %w", err)
}

func (s *SMTP) message(m Mail) (*mail.Msg, error) {
	refuse := func(format string, args ...any) (*mail.Msg, error) {
		return nil, fmt.Errorf("%w: %s", ErrRefused, fmt.Sprintf(format, args...))
	}
	switch {
	case len(m.To) == 0:
		return refuse("nobody would get it")
	case len(m.To)+len(m.CC) > maxRecipients:
		return refuse("more than %d would get it", maxRecipients)
	case len(m.Text) > maxMailBody || len(m.Markdown) > maxMailBody:
		return refuse("it is longer than %d bytes", maxMailBody)
	case m.ID == "" || strings.ContainsAny(m.ID, "<>@ \r\n"):
		return refuse("a mail needs an id")
	}
	for _, a := range append(append([]string{}, m.To...), m.CC...) {
		if p, err := netmail.ParseAddress(a); err != nil || p.Address != a || strings.ContainsAny(a, "\r\n") {
			return refuse("%q is no mail address", clip(a))
		}
	}
	html, err := HTML(m.Markdown)
	if err != nil {
		return refuse("%v", err)
	}
	msg := mail.NewMsg(mail.WithNoDefaultUserAgent())
	msg.FromMailAddress(s.from)
	if err := errors.Join(msg.To(m.To...), msg.Cc(m.CC...)); err != nil {
		return refuse("%v", err)
	}
	_, domain, _ := strings.Cut(s.from.Address, "@")
	msg.SetMessageIDWithValue(m.ID + "@" + domain)
	msg.SetDateWithValue(m.At)
	msg.Subject(OneLine(m.Subject, maxSubject))
	msg.SetGenHeader("Auto-Submitted", "auto-generated")
	msg.SetBodyString(mail.TypeTextPlain, m.Text)
	msg.AddAlternativeString(mail.TypeTextHTML, html)
	return msg, nil
}

// OneLine makes a text fit for a header: no breaks, no control characters, at most n characters.
func OneLine(s string, n int) string {
	s = strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, s)), " ")
	if r := []rune(s); len(r) > n {
		return string(r[:n]) + "…"
	}
	return s
}
