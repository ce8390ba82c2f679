package outbound

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"strings"
	"sync"
	"testing"
)

// smtpServer takes mails on a loopback port. answer may refuse a command by its first word: "550 no such user".
type smtpServer struct {
	address string
	answer  func(command string) string
	mu      sync.Mutex
	conns   []net.Conn
	mails   []string
	rcpts   []string
}

func newSMTPServer(t *testing.T, answer func(string) string) *smtpServer {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &smtpServer{address: l.Addr().String(), answer: answer}
	var open sync.WaitGroup
	open.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			s.mu.Lock()
			s.conns = append(s.conns, c)
			s.mu.Unlock()
			open.Go(func() { s.serve(c) })
		}
	})
	t.Cleanup(func() {
		l.Close()
		s.mu.Lock()
		for _, c := range s.conns {
			c.Close()
		}
		s.mu.Unlock()
		open.Wait()
	})
	return s
}

func (s *smtpServer) serve(c net.Conn) {
	defer c.Close()
	in := bufio.NewReader(c)
	say := func(line string) { fmt.Fprint(c, line+"\r\n") }
	say("220 test")
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		line = strings.TrimSpace(line)
		word, _, _ := strings.Cut(strings.ToUpper(line), " ")
		if s.answer != nil {
			if a := s.answer(line); a != "" {
				say(a)
				continue
			}
		}
		switch word {
		case "EHLO":
			say("250-test")
			say("250 8BITMIME")
		case "RCPT":
			s.mu.Lock()
			s.rcpts = append(s.rcpts, line)
			s.mu.Unlock()
			say("250 ok")
		case "DATA":
			say("354 go on")
			var b strings.Builder
			for {
				l, err := in.ReadString('\n')
				if err != nil {
					return
				}
				if l == ".\r\n" {
					break
				}
				b.WriteString(strings.TrimPrefix(l, "."))
			}
			s.mu.Lock()
			s.mails = append(s.mails, b.String())
			s.mu.Unlock()
			if s.answer != nil {
				if a := s.answer("."); a != "" {
					say(a)
					continue
				}
			}
			say("250 taken")
		case "QUIT":
			say("221 bye")
			return
		default:
			say("250 ok")
		}
	}
}

func letter() Mail {
	return Mail{ID: "01ABC", To: []string{"a@example.com"}, CC: []string{"b@example.com"}, Subject: "付款提醒\r\nBcc: evil@example.com",
		Text: "Hello *you*", Markdown: "Hello **you**\n\n<script>alert(1)</script>\n\n[x](javascript:alert(1)) [ok](https://example.com/r)", At: at}
}

func TestMail(t *testing.T) {
	t.Parallel()
	srv := newSMTPServer(t, nil)
	m, err := NewSMTP(SMTPConfig{URL: "smtp://" + srv.address, From: "Sales <sales@example.com>", TLS: "off"})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // repeated, it is the same mail
		if r, err := m.SendMail(t.Context(), letter()); err != nil || r.Status != 250 {
			t.Fatal(r, err)
		}
	}
	if len(srv.mails) != 2 || len(srv.rcpts) != 4 || !strings.Contains(srv.rcpts[1], "b@example.com") {
		t.Fatalf("%v", srv.rcpts)
	}
	for _, raw := range srv.mails {
		msg, err := mail.ReadMessage(strings.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		subject, _ := new(mime.WordDecoder).DecodeHeader(msg.Header.Get("Subject"))
		if subject != "付款提醒 Bcc: evil@example.com" || msg.Header.Get("Bcc") != "" {
			t.Errorf("subject %q, bcc %q", subject, msg.Header.Get("Bcc"))
		}
		if got := msg.Header.Get("Message-ID"); got != "<01ABC@example.com>" {
			t.Errorf("id %s", got)
		}
		if msg.Header.Get("From") != `"Sales" <sales@example.com>` || msg.Header.Get("Auto-Submitted") != "auto-generated" {
			t.Errorf("%v", msg.Header)
		}
		_, params, _ := mime.ParseMediaType(msg.Header.Get("Content-Type"))
		parts := multipart.NewReader(msg.Body, params["boundary"])
		var bodies []string
		for {
			p, err := parts.NextRawPart()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			b, _ := io.ReadAll(quotedprintable.NewReader(p))
			bodies = append(bodies, string(b))
		}
		if len(bodies) != 2 || strings.TrimSpace(bodies[0]) != "Hello *you*" || !strings.Contains(bodies[1], "<strong>you</strong>") ||
			!strings.Contains(bodies[1], `href="https://example.com/r"`) || strings.Contains(bodies[1], "script") {
			t.Errorf("%q", bodies)
		}
	}
}

func TestMailRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		answer string // to which command, and what
		fixed  bool
		sent   bool
	}{
		"no such user": {"RCPT 550 no such user", true, false},
		"grey":         {"RCPT 451 later", false, false},
		"refused text": {". 554 spam", true, false},
		"bye fails":    {"QUIT 500 no", false, true},
		"reset fails":  {"RSET 500 no", false, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			word, text, _ := strings.Cut(c.answer, " ")
			srv := newSMTPServer(t, func(command string) string {
				if strings.HasPrefix(strings.ToUpper(command), word) {
					return text
				}
				return ""
			})
			m, err := NewSMTP(SMTPConfig{URL: "smtp://" + srv.address, From: "sales@example.com", TLS: "off"})
			if err != nil {
				t.Fatal(err)
			}
			if _, err = m.SendMail(t.Context(), letter()); (err == nil) != c.sent || errors.Is(err, ErrRefused) != c.fixed {
				t.Error(err)
			}
		})
	}
	srv := newSMTPServer(t, nil)
	secure, err := NewSMTP(SMTPConfig{URL: "smtp://u:p@" + srv.address, From: "sales@example.com"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := secure.SendMail(t.Context(), letter()); err == nil || errors.Is(err, ErrRefused) || len(srv.mails) > 0 {
		t.Errorf("sent in the clear: %v", err)
	}
	plain, err := NewSMTP(SMTPConfig{URL: "smtp://" + srv.address, From: "sales@example.com", TLS: "off"})
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*Mail){
		"nobody":     func(m *Mail) { m.To = nil },
		"line break": func(m *Mail) { m.To = []string{"a@example.com\r\nBcc: x@example.com"} },
		"a name":     func(m *Mail) { m.To = []string{"A <a@example.com>"} },
		"no address": func(m *Mail) { m.CC = []string{"nobody"} },
		"no id":      func(m *Mail) { m.ID = "" },
		"too many":   func(m *Mail) { m.To = make([]string, 51) },
	} {
		m := letter()
		change(&m)
		if _, err := plain.SendMail(t.Context(), m); !errors.Is(err, ErrRefused) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if len(srv.mails) > 0 {
		t.Error("something was sent")
	}
}

func TestSMTPSettings(t *testing.T) {
	t.Parallel()
	for _, c := range []SMTPConfig{
		{URL: "http://example.com", From: "a@example.com"}, {URL: "smtp://", From: "a@example.com"}, {URL: "smtp://example.com", From: "a"},
		{URL: "smtp://example.com:99999", From: "a@example.com"}, {URL: "smtp://example.com", From: "a@example.com", TLS: "maybe"},
	} {
		if _, err := NewSMTP(c); err == nil {
			t.Errorf("%+v was taken", c)
		}
	}
	if _, err := NewSMTP(SMTPConfig{URL: "http://u:hush@example.com", From: "a@example.com"}); strings.Contains(err.Error(), "hush") {
		t.Error(err)
	}
}
