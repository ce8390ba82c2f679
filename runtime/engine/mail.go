package engine

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"slices"
	"strings"
	"time"

	"pipewright/rules"
	"pipewright/runtime/org"
	"pipewright/runtime/outbound"
	"pipewright/runtime/process"
	"pipewright/runtime/store"
)

// mailOut is a mail as a delivery keeps it until it is out.
type mailOut struct {
	To       []string `json:"to"`
	CC       []string `json:"cc,omitempty"`
	Subject  string   `json:"subject"`
	Text     string   `json:"text"`
	Markdown string   `json:"markdown"`
	// Capped: its addresses came out of records, so it counts against the day's cap (semantics 24).
	Capped bool `json:"capped,omitempty"`
}

// mail orders mails: one to each person in that person's language, and one to the addresses together. Who is copied gets one copy, with the
// first of them. People without an address are left out.
func (w *run) mail(ctx context.Context, d *process.Deed, op string) (RunAction, error) {
	did := RunAction{Kind: "mail"}
	dir, err := w.e.Directory(ctx)
	if err != nil {
		return did, err
	}
	base, err := w.e.PublicURL(ctx)
	if err != nil {
		return did, err
	}
	m := d.Mail
	cc := slices.Clone(m.CCAddresses)
	sees := func(id string) (bool, error) {
		if m.Veiled == nil {
			return true, nil
		}
		return w.e.seesAll(ctx, id, w.app.Def.Key, m.Reads)
	}
	people := slices.Clone(m.People)
	for _, id := range m.CCPeople {
		may, err := sees(id)
		if err != nil {
			return did, err
		}
		u, ok := dir.User(id)
		if !ok || !u.Active || u.Email == "" || slices.Contains(cc, u.Email) {
			continue
		}
		if !may { // no copy of what he may not see, but a mail of his own
			if !slices.Contains(people, id) {
				people = append(people, id)
			}
			continue
		}
		cc = append(cc, u.Email)
	}
	var out []*delivery
	add := func(mark, lang string, to []string, m *process.MailDeed) {
		v := w.delivery(op, "mail"+mark)
		v.Channel = "mail"
		text, marked := letter(m, lang, pageOf(base, v.Record))
		v.Mail = &mailOut{To: to, CC: cc, Subject: m.Subject.In(lang), Text: text, Markdown: marked, Capped: m.FromRecord}
		v.To, v.Subject, cc = clip(strings.Join(to, ", "), 200), outbound.OneLine(v.Mail.Subject, 200), nil
		out = append(out, v)
	}
	for _, id := range people {
		u, ok := dir.User(id)
		if !ok || !u.Active || u.Email == "" {
			continue
		}
		may, err := sees(id)
		if err != nil {
			return did, err
		}
		said := m
		if !may {
			masked := *m
			masked.Subject, masked.Body, masked.Marked = m.Veiled.Subject, m.Veiled.Body, m.Veiled.Marked
			said = &masked
		}
		copies := cc
		if !may {
			cc = nil // those copied get what they may see with the first who may
		}
		add("|"+id, languageOf(&u, w.app), []string{u.Email}, said)
		if !may {
			cc = copies
		}
		did.People = append(did.People, id)
	}
	if len(m.Addresses) > 0 || len(cc) > 0 && len(out) > 0 {
		to := m.Addresses
		if len(to) == 0 {
			to, cc = cc, nil
		}
		add("", languageOf(nil, w.app), to, m)
	}
	did.Skipped = len(out) == 0
	return did, w.e.queueDeliveries(ctx, out)
}

// letter is the text of a mail and its Markdown, with a link to the record it is about: a page for those who are signed in, which does
// nothing by being opened.
func letter(m *process.MailDeed, lang, address string) (text, markdown string) {
	text, markdown = m.Body.In(lang), m.Marked.In(lang)
	if address == "" {
		return text, markdown
	}
	open := rules.Say("打开记录", "打開記錄", "Open the record").In(lang)
	return text + "\n\n" + open + ": " + address + "\n", markdown + "\n\n" + outbound.Link(open, address) + "\n"
}

// pageOf is the page of a record, for mails; empty where nobody knows how people reach the product, or there is no record.
func pageOf(base, record string) string {
	if base == "" || record == "" {
		return ""
	}
	return base + "/r/" + url.PathEscape(record)
}

// languageOf is the language somebody is written to: their own, or the app's first.
func languageOf(u *org.User, app *process.App) string {
	switch {
	case u != nil && u.Language != "":
		return u.Language
	case app != nil && len(app.Def.Languages) > 0:
		return app.Def.Languages[0]
	}
	return rules.Languages[0]
}

var errNoMailServer = errors.New("no mail server is set")

// sendMail sends a mail once, its Message-ID being the delivery's key.
func (e *Engine) sendMail(ctx context.Context, v *delivery) (*outbound.Reply, error) {
	mailer, err := e.mailerNow(ctx)
	if err != nil {
		return nil, err
	}
	if mailer == nil {
		return nil, errors.Join(outbound.ErrRefused, errNoMailServer)
	}
	if v.Mail == nil {
		return nil, outbound.ErrRefused
	}
	return mailer.SendMail(ctx, outbound.Mail{ID: v.Key, To: v.Mail.To, CC: v.Mail.CC, Subject: v.Mail.Subject, Text: v.Mail.Text, Markdown: v.Mail.Markdown, At: e.instant()})
}

// mailRoom holds mails to addresses out of records to the day's cap: what is over waits for the next day (UTC). A delivery counts once,
// by its addresses; a crash may count it twice, never not at all.
func (e *Engine) mailRoom(ctx context.Context, v *delivery) (time.Duration, error) {
	if v.Mail == nil || !v.Mail.Capped || v.Counted != "" || e.mailCap <= 0 {
		return 0, nil
	}
	now := e.instant()
	day := now.Format(time.DateOnly)
	n := len(v.Mail.To) + len(v.Mail.CC)
	if n > e.mailCap {
		v.Counted = day // its size is the sender's to refuse
		return 0, nil
	}
	var used struct {
		N int `json:"n"`
	}
	full := false
	ok, err := e.change(ctx, collLeases, "mailcap|"+day, "mailcap", func(body []byte) ([]byte, error) {
		if used.N = 0; body != nil {
			if err := json.Unmarshal(body, &used); err != nil {
				return nil, err
			}
		}
		if full = used.N+n > e.mailCap; full {
			return nil, nil
		}
		used.N += n
		return marshal(used)
	})
	switch {
	case err != nil:
		return 0, err
	case full:
		e.capReached(ctx, day)
		return now.Truncate(24 * time.Hour).Add(24 * time.Hour).Sub(now), nil
	case !ok:
		return time.Second, nil
	}
	v.Counted = day
	return 0, nil
}

// capReached tells the admins, once a day.
func (e *Engine) capReached(ctx context.Context, day string) {
	dir, err := e.Directory(ctx)
	if err != nil {
		return
	}
	e.tell(ctx, "mailcap|"+day, relayItem{batch: batch{At: e.instant().UnixMilli()}}, dir.Operators(), rules.Say(
		"今天发往外部地址的邮件已到上限（{n}），其余的明天再发", "今天寄往外部地址的郵件已達上限（{n}），其餘的明天再寄",
		"Today's cap on mails to outside addresses ({n}) is reached; the others go out tomorrow", "n", e.mailCap))
}

// change reads, changes and writes one small document by compare-and-set; a change of nil leaves it. false: others were quicker too often.
func (e *Engine) change(ctx context.Context, coll, id, kind string, edit func(body []byte) ([]byte, error)) (bool, error) {
	for range maxTries {
		old, err := e.store.Get(ctx, coll, id)
		fresh := errors.Is(err, store.ErrNotFound)
		if err != nil && !fresh {
			return false, err
		}
		body, err := edit(old.Body)
		if err != nil || body == nil {
			return err == nil, err
		}
		next := store.Doc{ID: id, Ver: old.Ver + 1, Cols: map[string]any{"kind": kind}, Body: body}
		if fresh {
			next.Ver = 1
			err = e.store.Insert(ctx, coll, next)
		} else {
			err = e.store.Replace(ctx, coll, next, old.Ver)
		}
		if err == nil {
			return true, nil
		}
		// An unknown outcome may count twice: what is bounded stays bounded.
		if !errors.Is(err, store.ErrExists) && !errors.Is(err, store.ErrConflict) && !errors.Is(err, store.ErrNotFound) && !errors.Is(err, store.ErrUnknown) {
			return false, err
		}
	}
	return false, nil
}
