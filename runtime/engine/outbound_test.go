package engine

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"pipewright/runtime/outbound"
	"pipewright/runtime/process"
	"pipewright/runtime/store"
	"pipewright/runtime/store/storetest"
)

// postOffice remembers the mails it was given.
type postOffice struct {
	mu   sync.Mutex
	sent []outbound.Mail
	fail error
}

func (p *postOffice) SendMail(_ context.Context, m outbound.Mail) (*outbound.Reply, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sent = append(p.sent, m)
	return &outbound.Reply{Status: 250}, p.fail
}

// chat is what robots talk to: it takes 20 messages in any minute, like the vendors, and remembers them.
type chat struct {
	mu    sync.Mutex
	now   func() time.Time
	times []time.Time
	said  []outbound.Message
	codes []int // answered first, in turn
	over  int
}

func (c *chat) Send(_ context.Context, m outbound.Message) (*outbound.Reply, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.now()
	n := 1
	for _, t := range c.times {
		if now.Sub(t) < time.Minute {
			n++
		}
	}
	if n > 20 {
		c.over++
	}
	c.times, c.said = append(c.times, now), append(c.said, m)
	code := 0
	if len(c.codes) > 0 {
		code, c.codes = c.codes[0], c.codes[1:]
	}
	return &outbound.Reply{Status: 200, Body: fmt.Appendf(nil, `{"errcode":%d,"errmsg":"said"}`, code)}, nil
}

// outWorld has the app that sends mails and lets a robot speak.
func outWorld(t *testing.T, wrap func(store.Store) store.Store) (*world, *postOffice, *chat) {
	t.Helper()
	w := newWorld(t, wrap)
	w.defs["out"] = []*process.App{compileFile(t, "testdata/outbound.json", 1)}
	post, chat := &postOffice{}, &chat{now: w.clock.now}
	w.outward = func(c *Config) {
		c.Outbound, c.Mailer, c.MailCap, c.PublicURL = chat, post, 5, "https://crm.example.com/"
	}
	w.e = w.node("one")
	rep := w.user("rep.li")
	rep.Roles, rep.Email, rep.Phone, rep.Language = append(rep.Roles, "out/rep"), "li@example.com", "13800000000", "en"
	w.must(w.e.SaveUsers(t.Context(), *rep))
	w.must(w.e.SaveRobot(t.Context(), w.user("admin"), "sales", RobotInput{Name: "Sales", Kind: "wecom", URL: "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=hush"}))
	return w, post, chat
}

func (w *world) owes(key, email string) *process.State {
	w.t.Helper()
	return w.do("rep.li", process.Command{Kind: process.Create, App: "out", Form: "debt", Op: key, Data: data(`{"name": "` + key + `", "email": ` + email + `}`)}).State
}

func TestMailAction(t *testing.T) {
	t.Parallel()
	w, post, _ := outWorld(t, nil)
	s := w.owes("[Acme](http://evil) *x*", `"boss@acme.example, cfo@acme.example"`)
	w.runDue()
	if len(post.sent) != 1 {
		t.Fatalf("%+v", post.sent)
	}
	m := post.sent[0]
	if strings.Join(m.To, " ") != "boss@acme.example cfo@acme.example" || strings.Join(m.CC, " ") != "li@example.com" || m.Subject != "付款提醒 [Acme](http://evil) *x*" {
		t.Errorf("%+v", m)
	}
	link := "https://crm.example.com/r/" + s.ID
	if !strings.HasPrefix(m.Text, "**[Acme](http://evil) *x*** 请付款") || !strings.Contains(m.Text, link) {
		t.Errorf("text %q", m.Text)
	}
	html, err := outbound.HTML(m.Markdown)
	w.must(err)
	if strings.Contains(html, `href="http://evil"`) || !strings.Contains(html, "[Acme](http://evil) *x*") || !strings.Contains(html, `href="`+link+`"`) {
		t.Errorf("html %s", html)
	}
	d := w.deliveries()
	if len(d) != 1 || d[0].Channel != "mail" || d[0].State != "sent" || d[0].Status != 250 || d[0].Record != s.ID || m.ID != d[0].ID {
		t.Errorf("%+v", d)
	}
	// To people in their own language; nobody is written to who has no address.
	w.do("rep.li", process.Command{Kind: process.Edit, ID: s.ID, Data: data(`{"n": "1"}`)})
	w.runDue()
	if len(post.sent) != 2 || !strings.HasPrefix(post.sent[1].Subject, "Please pay") || post.sent[1].To[0] != "li@example.com" {
		t.Errorf("%+v", post.sent)
	}
	rep := w.user("rep.li")
	rep.Email = ""
	w.must(w.e.SaveUsers(t.Context(), *rep))
	w.do("rep.li", process.Command{Kind: process.Edit, ID: s.ID, Data: data(`{"n": "2"}`)})
	w.runDue()
	if len(post.sent) != 2 {
		t.Error("a mail to nobody")
	}
}

// What is over the day's cap goes out the next day, and the admins are told once.
func TestMailCap(t *testing.T) {
	t.Parallel()
	w, post, _ := outWorld(t, nil)
	two := w.node("two")
	rep := w.user("rep.li")
	rep.Email = ""
	w.must(w.e.SaveUsers(t.Context(), *rep))
	for i := range 8 {
		w.owes(fmt.Sprint("d", i), fmt.Sprintf(`"d%d@example.com"`, i))
	}
	for range 3 {
		w.runDue()
		if _, err := two.RunDue(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if len(post.sent) != 5 {
		t.Errorf("%d mails", len(post.sent))
	}
	if notices, _, err := w.e.Notices(t.Context(), "admin", true, 10, ""); err != nil || len(notices) != 1 {
		t.Errorf("%d notices, %v", len(notices), err)
	}
	w.clock.add(24 * time.Hour)
	if w.runDue(); len(post.sent) != 8 {
		t.Errorf("%d mails the next day", len(post.sent))
	}
	for _, d := range w.deliveries() {
		if d.State != "sent" || d.Attempts != 1 {
			t.Errorf("%+v", d)
		}
	}
}

// Two nodes let one robot speak 60 times: all is said, never more than 20 in a minute.
func TestRobotPace(t *testing.T) {
	t.Parallel()
	w, _, chat := outWorld(t, nil)
	two := w.node("two")
	s := w.owes("one", `null`)
	for i := range 60 {
		w.do("rep.li", process.Command{Kind: process.Edit, ID: s.ID, Data: data(fmt.Sprintf(`{"n": "%d"}`, i+1))})
	}
	for range 300 {
		w.runDue()
		if _, err := two.RunDue(t.Context()); err != nil {
			t.Fatal(err)
		}
		w.clock.add(time.Second)
	}
	keys := map[string]bool{}
	for _, m := range chat.said {
		keys[m.ID] = true
	}
	if len(chat.said) != 60 || len(keys) != 60 || chat.over > 0 {
		t.Errorf("said %d, of which %d different, %d too many", len(chat.said), len(keys), chat.over)
	}
	if body := string(chat.said[0].Body); !strings.Contains(body, "one 更新了") || !strings.Contains(body, "13800000000") {
		t.Error(body)
	}
	// Everything was asleep for an hour: what waited does not come at once.
	for i := range 40 {
		w.do("rep.li", process.Command{Kind: process.Edit, ID: s.ID, Data: data(fmt.Sprintf(`{"n": "%d"}`, 100+i))})
	}
	w.runDue()
	w.clock.add(time.Hour)
	for range 200 {
		w.runDue()
		w.clock.add(time.Second)
	}
	if len(chat.said) != 100 || chat.over > 0 {
		t.Errorf("said %d, %d too many", len(chat.said), chat.over)
	}
}

func TestRobotAnswered(t *testing.T) {
	t.Parallel()
	w, _, chat := outWorld(t, nil)
	s := w.owes("one", `null`)
	edit := func(n string) {
		w.clock.add(time.Second)
		w.do("rep.li", process.Command{Kind: process.Edit, ID: s.ID, Data: data(`{"n": "` + n + `"}`)})
		w.runDue()
	}
	robots := func() (out []Delivery) {
		for _, d := range w.deliveries() {
			if d.Channel == "robot" {
				out = append(out, d)
			}
		}
		return out
	}
	chat.codes = []int{45009}
	edit("1")
	if d := robots(); d[0].State != "failed" || d[0].Status != 45009 || d[0].Next.Sub(w.clock.now()) < time.Minute {
		t.Errorf("%+v", d)
	}
	edit("2") // waits as well, without trying
	if len(chat.said) != 1 {
		t.Errorf("%d said", len(chat.said))
	}
	for range 5 {
		w.clock.add(time.Minute)
		w.runDue()
	}
	if d := robots(); len(chat.said) != 3 || d[0].State != "sent" || d[1].State != "sent" || chat.said[0].ID == chat.said[1].ID && chat.said[1].ID == chat.said[2].ID {
		t.Errorf("%d said, %+v", len(chat.said), d)
	}
	chat.codes = []int{93000}
	edit("3")
	if d := robots(); d[0].State != "dead" || d[0].Attempts != 1 || strings.Contains(d[0].Answer, "hush") {
		t.Errorf("%+v", d)
	}
	w.must(w.e.RetryDelivery(t.Context(), w.user("admin"), robots()[0].ID))
	if w.runDue(); robots()[0].State != "sent" {
		t.Errorf("%+v", robots()[0])
	}
	w.must(w.e.RemoveRobot(t.Context(), w.user("admin"), "sales"))
	edit("4")
	if d := robots(); d[0].State != "dead" || !strings.Contains(d[0].Answer, "sales") {
		t.Errorf("%+v", d)
	}
}

func TestRobotSettings(t *testing.T) {
	t.Parallel()
	w, _, chat := outWorld(t, nil)
	ctx, admin := t.Context(), w.user("admin")
	if w.e.SaveRobot(ctx, w.user("rep.li"), "mine", RobotInput{Name: "x", Kind: "wecom", URL: "https://example.com"}) == nil {
		t.Error("a rep added a robot")
	}
	for _, in := range []RobotInput{{Name: "", Kind: "wecom", URL: "https://example.com"}, {Name: "x", Kind: "irc", URL: "https://example.com"}, {Name: "x", Kind: "wecom", URL: "ftp://example.com"}, {Name: "x", Kind: "wecom"}} {
		if w.e.SaveRobot(ctx, admin, "bad", in) == nil {
			t.Errorf("%+v was taken", in)
		}
	}
	secret := "SEC"
	w.must(w.e.SaveRobot(ctx, admin, "ding", RobotInput{Name: "Ding", Kind: "dingtalk", URL: "https://oapi.dingtalk.com/robot/send?access_token=hush", Secret: &secret}))
	w.must(w.e.SaveRobot(ctx, admin, "ding", RobotInput{Name: "Ding 2", Kind: "dingtalk"}))
	list, err := w.e.Robots(ctx)
	w.must(err)
	if len(list) != 2 || list[0].Name != "Ding 2" || !list[0].Signed || list[0].Host != "oapi.dingtalk.com" || strings.Contains(fmt.Sprint(list), "hush") {
		t.Errorf("%+v", list)
	}
	d, err := w.e.TestRobot(ctx, admin, "ding")
	w.must(err)
	if d.State != "sent" || len(chat.said) != 1 || !strings.Contains(chat.said[0].URL, "sign=") {
		t.Errorf("%+v", d)
	}
	// A new address is not signed with the old one's secret.
	w.must(w.e.SaveRobot(ctx, admin, "ding", RobotInput{Name: "Ding", Kind: "dingtalk", URL: "https://evil.example/"}))
	if list, _ = w.e.Robots(ctx); list[0].Signed {
		t.Error("the secret went with a new address")
	}
	if _, err := w.e.TestMail(ctx, admin); err == nil {
		t.Error("a test mail to nobody")
	}
	admin.Email = "admin@example.com"
	if d, err := w.e.TestMail(ctx, admin); err != nil || d.State != "sent" {
		t.Errorf("%+v %v", d, err)
	}
}

// TestOutboundFaults fails every operation of the store while a mail and a robot's message go out: each goes out at least once, always
// under one key, and is known to be out.
func TestOutboundFaults(t *testing.T) {
	t.Parallel()
	wrap := func(s store.Store) store.Store { return storetest.Faulty(s, nil) }
	story := func(t *testing.T, fault storetest.Faults) (w *world, post *postOffice, chat *chat, calls int) {
		w, post, chat = outWorld(t, wrap)
		s := w.owes("one", `null`)
		w.do("rep.li", process.Command{Kind: process.Edit, ID: s.ID, Data: data(`{"n": "1"}`)})
		faulty := w.store.(*storetest.FaultyStore)
		faulty.Set(fault)
		_, err := w.e.RunDue(t.Context())
		calls = len(faulty.Calls())
		faulty.Set(nil)
		if err != nil && !errors.Is(err, context.Canceled) {
			w.e = w.node("after the crash")
		}
		return w, post, chat, calls
	}
	_, _, _, n := story(t, nil)
	step := stride(11)
	for name, fault := range map[string]func(int) storetest.Faults{
		"before": func(k int) storetest.Faults { return storetest.Nth(k, storetest.Before) },
		"after":  func(k int) storetest.Faults { return storetest.Nth(k, storetest.After) },
		"lost":   func(k int) storetest.Faults { return storetest.Nth(k, storetest.Lost) },
		"crash":  func(k int) storetest.Faults { return storetest.Crash(k, storetest.After) },
	} {
		for k := 1; k <= n; k += step {
			t.Run(fmt.Sprintf("%s/%d", name, k), func(t *testing.T) {
				w, post, chat, _ := story(t, fault(k))
				w.settleDown()
				keys := map[string]int{}
				for _, m := range post.sent {
					keys["mail "+m.ID]++
				}
				for _, m := range chat.said {
					keys["robot "+m.ID]++
				}
				if len(keys) != 2 || len(post.sent)+len(chat.said) > 3 {
					t.Errorf("sent %v", keys)
				}
				d := w.deliveries()
				if len(d) != 2 || d[0].State != "sent" || d[1].State != "sent" {
					t.Errorf("%+v", d)
				}
			})
		}
	}
}
