package process

import (
	"encoding/json"
	"net/mail"
	"strings"

	"pipewright/forms"
	"pipewright/rules"
	"pipewright/rules/strict"
)

// Message is a text that mails are made of.
type Message struct {
	Key  string     `json:"key"`
	Was  []string   `json:"was,omitempty"`
	Name rules.Text `json:"name,omitzero"`
	// Form is whose records the message may speak of; absent: of none.
	Form string `json:"form,omitempty"`
	// Subject is one line; Body is Markdown. Both are text slots.
	Subject rules.Text `json:"subject"`
	Body    rules.Text `json:"body"`
}

// MailAction sends a message by mail.
type MailAction struct {
	To MailTo `json:"to"`
	CC MailTo `json:"cc,omitzero"`
	// Message is the key of a message.
	Message string `json:"message"`
}

// MailTo is who gets a mail: addresses in a text slot, separated by commas, or people, each by the address they have in the company.
type MailTo struct {
	Address string
	Who     Whos
}

// IsZero: nobody.
func (m MailTo) IsZero() bool { return m.Address == "" && len(m.Who) == 0 }

// MarshalJSON writes the form it was read from.
func (m MailTo) MarshalJSON() ([]byte, error) {
	if len(m.Who) > 0 {
		return json.Marshal(m.Who)
	}
	return json.Marshal(m.Address)
}

// UnmarshalStrict reads addresses or people.
func (m *MailTo) UnmarshalStrict(raw json.RawMessage, path string) []rules.Problem {
	switch firstByte(raw) {
	case '"':
		return strict.DecodeAt(raw, &m.Address, path)
	case '{', '[':
		return m.Who.UnmarshalStrict(raw, path)
	}
	return wrongType(path, rules.Say(
		"收件人应写成邮箱（如 \"{{ account.email }}\"）或人员（如 {\"field\": \"owner\"}）",
		"收件人應寫成電子郵件地址（如 \"{{ account.email }}\"）或人員（如 {\"field\": \"owner\"}）",
		"Who gets the mail is an address (such as \"{{ account.email }}\") or people (such as {\"field\": \"owner\"})"))
}

func (m *MailTo) UnmarshalJSON(b []byte) error { return asError(m.UnmarshalStrict(b, "")) }

// CompiledMessage is a message ready to be filled in.
type CompiledMessage struct {
	Def *Message
	// Form is nil for a message that speaks of no record.
	Form          *Form
	Subject, Body map[string]*rules.Template
}

// CompiledMail is a mail action ready to run.
type CompiledMail struct {
	To, CC       *rules.Template
	ToWho, CCWho []CompiledWho
	// FromRecord: an address is taken from a record, so the mail may go to anybody (semantics 24).
	FromRecord bool
	Message    *CompiledMessage
}

// MailDeed is a mail to send: to each of the people by itself, in their language, and to the addresses together.
type MailDeed struct {
	People, Addresses     []string
	CCPeople, CCAddresses []string
	FromRecord            bool
	Message               string
	// Marked is Body with what came out of the record written so that it reads as it is in Markdown.
	Subject, Body, Marked rules.Text
	// Reads are what it says of records, Veiled the mail for those of the people who may not see all of that.
	Reads  []FieldRead
	Veiled *MailText
}

// MailText is what a mail says.
type MailText struct{ Subject, Body, Marked rules.Text }

func (c *compiler) compileMessages() {
	for i := range c.def.Messages {
		d := &c.def.Messages[i]
		path := "/messages/" + elementKey(d.Key, i)
		m := &CompiledMessage{Def: d}
		if d.Form != "" {
			c.refForm(path+"/form", d.Form)
			if m.Form = c.app.Forms[d.Form]; m.Form == nil {
				continue
			}
		}
		env := c.outgoing(m.Form, c.recordEnv(m.Form))
		m.Subject, m.Body = c.text(path+"/subject", d.Subject, env), c.text(path+"/body", d.Body, env)
		for lang, text := range d.Subject {
			if strings.ContainsAny(text, "\r\n") {
				c.fail(strings.TrimSuffix(path+"/subject/"+lang, "/"), "setting.conflict", "主题只有一行", "主旨只有一行", "A subject is one line")
			}
		}
		if d.Key != "" && c.app.Messages[d.Key] == nil {
			c.app.Messages[d.Key] = m
		}
	}
}

// mail compiles a mail action. ctx is the record it works on.
func (c *compiler) mail(path string, d *MailAction, ctx whoContext) *CompiledMail {
	m := &CompiledMail{}
	m.To, m.ToWho = c.mailTo(path+"/to", &d.To, ctx)
	m.CC, m.CCWho = c.mailTo(path+"/cc", &d.CC, ctx)
	m.FromRecord = strings.Contains(d.To.Address+d.CC.Address, "{{")
	if d.To.IsZero() {
		c.fail(path+"/to", "setting.missing", "请写明邮件发给谁", "請寫明郵件寄給誰", "Say who gets the mail")
	}
	if d.Message == "" {
		c.fail(path+"/message", "setting.missing", "请选择邮件模板", "請選擇郵件範本", "Choose the message to send")
		return m
	}
	if m.Message = c.app.Messages[d.Message]; m.Message == nil {
		c.unknown(path+"/message", wordMessage, d.Message, sortedKeys(c.app.Messages))
	} else if f := m.Message.Form; f != nil && f != ctx.form {
		c.fail(path+"/message", "ref.kind", "邮件模板“{message}”讲的是“{form}”的记录，这里没有这样的记录", "郵件範本「{message}」講的是「{form}」的記錄，這裡沒有這樣的記錄",
			"The message “{message}” speaks of a record of “{form}”, and there is none here", "message", named(m.Message.Def.Name, d.Message), "form", named(f.Def.Name, f.Def.Key))
	}
	return m
}

func (c *compiler) mailTo(path string, d *MailTo, ctx whoContext) (*rules.Template, []CompiledWho) {
	if d.Address == "" {
		return nil, c.whos(path, d.Who, ctx)
	}
	env := ctx.env
	if env == nil {
		env = c.recordEnv(nil)
	}
	t, problems := rules.CompileTemplate(d.Address, env)
	c.add(rules.WithPath(problems, path)...)
	if !strings.Contains(d.Address, "{{") {
		for _, one := range SplitAddresses(d.Address) {
			if !ValidAddress(one) {
				c.fail(path, "setting.conflict", "“{address}”不是邮箱地址", "「{address}」不是電子郵件地址", "“{address}” is no mail address", "address", one)
			}
		}
	}
	return t, nil
}

// SplitAddresses takes a list of addresses apart; what is empty is left out, and each is there once.
func SplitAddresses(list string) []string {
	var out []string
	seen := map[string]bool{}
	for _, one := range strings.FieldsFunc(list, func(r rune) bool { return strings.ContainsRune(",;，；\r\n", r) }) {
		if one = strings.TrimSpace(one); one != "" && !seen[strings.ToLower(one)] {
			seen[strings.ToLower(one)] = true
			out = append(out, one)
		}
	}
	return out
}

// ValidAddress says whether a text is one bare address: no name, nothing that could end a header.
func ValidAddress(s string) bool {
	a, err := mail.ParseAddress(s)
	return err == nil && a.Name == "" && a.Address == s && len(s) <= 254 && !strings.ContainsAny(s, "\r\n \t\"<>")
}

// mail makes a mail concrete; what nobody would get is no deed.
func (d *decider) mail(deed *Deed, a *CompiledAction, sc *rules.Scope, initiator, target string) *rules.Problem {
	m := a.Mail
	out := &MailDeed{FromRecord: m.FromRecord, Message: a.Def.Mail.Message, Subject: rules.Text{}, Body: rules.Text{}, Marked: rules.Text{}}
	var ok, okCC bool
	out.People, ok = d.resolve(m.ToWho, initiator, nil)
	out.CCPeople, okCC = d.resolve(m.CCWho, initiator, nil)
	if !ok || !okCC {
		return nil
	}
	for _, slot := range []struct {
		t  *rules.Template
		to *[]string
	}{{m.To, &out.Addresses}, {m.CC, &out.CCAddresses}} {
		if slot.t == nil {
			continue
		}
		s, err := slot.t.Render(sc, rules.ShowValue)
		if err != nil {
			p := failed(a.Path+"/mail/to", err)
			return &p
		}
		*slot.to = SplitAddresses(s)
	}
	if len(out.People)+len(out.Addresses) == 0 {
		return nil
	}
	for _, slot := range []struct {
		from map[string]*rules.Template
		to   rules.Text
		mark func(string) string
	}{{m.Message.Subject, out.Subject, nil}, {m.Message.Body, out.Body, nil}, {m.Message.Body, out.Marked, Markdown}} {
		for lang, t := range slot.from {
			show := d.shown(lang)
			s, err := t.RenderEach(sc, func(p *rules.Program, v any) string {
				if slot.mark != nil {
					return slot.mark(show(p, v))
				}
				return show(p, v)
			})
			if err != nil {
				p := failed(a.Path+"/mail/message", err)
				return &p
			}
			slot.to[lang] = s
		}
	}
	// Addresses are the author's choice; of the people each reads what he may see.
	if out.Reads = d.readsOf(m.Message.Form, target, m.Message.Subject, m.Message.Body); len(out.Reads) > 0 && len(out.People)+len(out.CCPeople) > 0 {
		v := &MailText{rules.Text{}, rules.Text{}, rules.Text{}}
		for _, slot := range []struct {
			from     map[string]*rules.Template
			to, also rules.Text
		}{{m.Message.Subject, v.Subject, nil}, {m.Message.Body, v.Body, v.Marked}} {
			for lang, t := range slot.from {
				s, err := t.RenderEach(sc, veiled(lang))
				if err != nil {
					p := failed(a.Path+"/mail/message", err)
					return &p
				}
				if slot.to[lang] = s; slot.also != nil {
					slot.also[lang] = s
				}
			}
		}
		out.Veiled = v
	}
	deed.Mail = out
	return nil
}

// Markdown writes a text so that it reads as it is in Markdown: what people type into records makes no links and no headings.
func Markdown(text string) string {
	var b strings.Builder
	for _, r := range text {
		switch {
		case r == '\n':
			b.WriteString("  \n")
		case strings.ContainsRune("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~", r):
			b.WriteByte('\\')
			b.WriteRune(r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// mail notes what a mail action names.
func (f *finder) mail(path string, m *MailAction, on *forms.Form, names rules.Names) {
	f.key(path+"/message", &m.Message, "/messages")
	for _, slot := range []struct {
		path string
		to   *MailTo
	}{{path + "/to", &m.To}, {path + "/cc", &m.CC}} {
		f.template(slot.path, &slot.to.Address, names)
		f.whos(slot.path, slot.to.Who, on, names)
	}
}

// message notes what a message names.
func (f *finder) message(path string, m *Message) {
	names := f.names(m.Form)
	f.key(path+"/form", &m.Form, "/forms")
	f.text(path+"/subject", m.Subject, names)
	f.text(path+"/body", m.Body, names)
}
