package sandbox

import (
	"context"
	"encoding/json"
	"net/url"
	"strings"
	"sync"
	"time"

	"pipewright/runtime/engine"
	"pipewright/runtime/outbound"
)

const (
	// maxCaught and maxFired are how much a tray shows; older things only count.
	maxCaught = 200
	maxFired  = 300
	// maxText is how much of a caught text is kept, in bytes.
	maxText = 16 << 10
)

// Caught is something that would have gone out.
type Caught struct {
	N int
	// Kind is "mail", "robot" or "call".
	Kind string
	At   time.Time
	To   []string
	CC   []string
	// Subject of a mail; of a call the method.
	Subject string
	Text    string
}

// Fired is something that happened by itself.
type Fired struct {
	N int
	engine.Ran
	// TimerKind is that of a timer (process.Timer), TimerKey the automation, step or activity it served.
	TimerKind, TimerKey string
}

// timerOf reads the id of a timer: "date|key|…", "r<round>|step|…", or "<entry>|kind" with the key behind it where the kind has one.
func timerOf(id string) (kind, key string) {
	parts := append(strings.Split(id, "|"), "", "", "")
	switch {
	case id == "":
		return "", ""
	case parts[0] == "date":
		return "date", parts[1]
	case strings.HasPrefix(parts[0], "r"):
		return "step", parts[1]
	case parts[1] == "activity" || parts[1] == "point" || parts[1] == "rung":
		return parts[1], parts[2]
	}
	return parts[1], ""
}

// tray catches what a box would send, and what happens in it by itself.
type tray struct {
	now func() time.Time

	mu       sync.Mutex
	caught   []Caught
	fired    []Fired
	sent, ns int
}

// robotHost is the host of the stand-ins for group robots; the ending .invalid never is anybody's.
const robotHost = "robot.sandbox.invalid"

func cut(s string) string {
	if len(s) <= maxText {
		return s
	}
	for n := maxText; ; n-- {
		if s[n]&0xC0 != 0x80 { // the beginning of a character
			return s[:n] + "…"
		}
	}
}

func (t *tray) keep(c Caught) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.sent++
	c.N, c.At, c.Text = t.sent, t.now(), cut(c.Text)
	t.caught = append(t.caught, c)
	if over := len(t.caught) - maxCaught; over > 0 {
		t.caught = append([]Caught(nil), t.caught[over:]...)
	}
}

// Send implements outbound.Sender: it keeps the message and says that all went well.
func (t *tray) Send(_ context.Context, m outbound.Message) (*outbound.Reply, error) {
	c := Caught{Kind: "call", To: []string{m.URL}, Subject: m.Method, Text: string(m.Body)}
	if c.Subject == "" {
		c.Subject = "POST"
	}
	if u, err := url.Parse(m.URL); err == nil && u.Host == robotHost {
		c.Kind, c.To, c.Subject = "robot", []string{u.Query().Get("name")}, ""
		var said struct {
			Text string
		}
		if json.Unmarshal(m.Body, &said) == nil && said.Text != "" {
			c.Text = said.Text
		}
	}
	t.keep(c)
	return &outbound.Reply{Status: 200, Body: []byte("{}")}, nil
}

// SendMail implements outbound.Mailer.
func (t *tray) SendMail(_ context.Context, m outbound.Mail) (*outbound.Reply, error) {
	t.keep(Caught{Kind: "mail", To: m.To, CC: m.CC, Subject: m.Subject, Text: m.Text})
	return &outbound.Reply{Status: 250}, nil
}

// shown are the kinds of jobs that mean something to who tries a draft out; the others keep the house in order.
var shown = map[string]bool{"automation": true, "timer": true, "tick": true, "reclaim": true, "rung": true}

func (t *tray) ran(r engine.Ran) {
	if !shown[r.Kind] {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.ns++
	kind, key := timerOf(r.Timer)
	t.fired = append(t.fired, Fired{N: t.ns, Ran: r, TimerKind: kind, TimerKey: key})
	if over := len(t.fired) - maxFired; over > 0 {
		t.fired = append([]Fired(nil), t.fired[over:]...)
	}
}

// look is what the tray holds, the newest first, and how much there has been.
func (t *tray) look() (caught []Caught, fired []Fired, sent, ran int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for i := len(t.caught) - 1; i >= 0; i-- {
		caught = append(caught, t.caught[i])
	}
	for i := len(t.fired) - 1; i >= 0; i-- {
		fired = append(fired, t.fired[i])
	}
	return caught, fired, t.sent, t.ns
}
