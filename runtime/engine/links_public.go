package engine

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"

	"pipewright/rules"
	"pipewright/runtime/org"
	"pipewright/runtime/process"
	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

// collLinks holds the links that people outside follow: "public|app|key" is that of a public form, "share|app" and "share|app|process" are
// those of pictures of flows, "track|record|key" is that of a tracking page, "secret" what tracking tokens are made with.
const collLinks = "links"

// publicLink is the link of a public form. Its token is no secret: it stands on web pages. Seal signs when the form was opened.
type publicLink struct {
	Token string    `json:"token"`
	Seal  string    `json:"seal"`
	On    bool      `json:"on"`
	By    string    `json:"by,omitempty"`
	At    time.Time `json:"at"`
}

// PublicLink is the link of a public form as admins see it. Token is empty before it is first made.
type PublicLink struct {
	Key   string
	Name  rules.Text
	Token string
	On    bool
	By    string
	At    time.Time
}

func publicLinkID(app, key string) string { return "public|" + app + "|" + key }

// newToken is 128 random bits as text.
func newToken() (string, error) {
	var b [16]byte
	_, err := rand.Read(b[:])
	return base64.RawURLEncoding.EncodeToString(b[:]), err
}

// publicLink reads one. Errors: store.ErrNotFound.
func (e *Engine) publicLink(ctx context.Context, app, key string) (*publicLink, error) {
	d, err := e.store.Get(ctx, collLinks, publicLinkID(app, key))
	if err != nil {
		return nil, err
	}
	var l publicLink
	return &l, json.Unmarshal(d.Body, &l)
}

// PublicLinks lists the public forms of an app's live release with their links. Who may is the caller's to check.
func (e *Engine) PublicLinks(ctx context.Context, app string) ([]PublicLink, error) {
	a, err := e.current(ctx, app)
	if err != nil {
		return nil, err
	}
	out := []PublicLink{}
	for i := range a.Def.Public {
		d := &a.Def.Public[i]
		one := PublicLink{Key: d.Key, Name: d.Name}
		l, err := e.publicLink(ctx, app, d.Key)
		switch {
		case errors.Is(err, store.ErrNotFound):
		case err != nil:
			return nil, err
		default:
			one.Token, one.On, one.By, one.At = l.Token, l.On, l.By, l.At
		}
		out = append(out, one)
	}
	return out, nil
}

// SetPublicLink makes the link of a public form ("make"; an existing one is switched on again), makes it anew ("rotate"; the old one ends
// at once), or switches it off ("off"). Errors: *process.Rejection forbidden, not.found, bad.request.
func (e *Engine) SetPublicLink(ctx context.Context, by *org.User, app, key, action string) (*PublicLink, error) {
	if by == nil || !by.May(org.Operate) {
		return nil, forbidden()
	}
	a, err := e.current(ctx, app)
	if err != nil {
		return nil, err
	}
	p := a.Public[key]
	if p == nil {
		return nil, notFound()
	}
	l, err := e.publicLink(ctx, app, key)
	fresh := errors.Is(err, store.ErrNotFound)
	if err != nil && !fresh {
		return nil, err
	}
	if fresh {
		l = &publicLink{}
	}
	switch action {
	case "make", "rotate":
		if l.Token == "" || action == "rotate" {
			if l.Token, err = newToken(); err == nil {
				l.Seal, err = newToken()
			}
			if err != nil {
				return nil, err
			}
		}
		l.On = true
	case "off":
		if fresh {
			return nil, notFound()
		}
		l.On = false
	default:
		return nil, badRequest(rules.Say("不认识的操作“{kind}”", "不認識的操作「{kind}」", "Unknown command “{kind}”", "kind", action))
	}
	l.By, l.At = by.ID, e.instant()
	e.log.Info("the link of a public form was set", "app", app, "public", key, "action", action, "by", by.ID)
	if err := e.put(ctx, collLinks, publicLinkID(app, key), map[string]any{"kind": "public", "token": l.Token}, l); err != nil {
		return nil, err
	}
	return &PublicLink{Key: key, Name: p.Def.Name, Token: l.Token, On: l.On, By: l.By, At: l.At}, nil
}

// PublicPage is an open public form: that of an app's live release behind a link that is on.
type PublicPage struct {
	App  *process.App
	Form *process.CompiledPublic
	link *publicLink
}

// PublicPage finds what a link leads to. Errors: *process.Rejection not.found, whatever is the matter with the link.
func (e *Engine) PublicPage(ctx context.Context, token string) (*PublicPage, error) {
	d, err := e.linkBy(ctx, "token", token)
	if err != nil {
		return nil, err
	}
	parts := strings.Split(d.ID, "|")
	if len(parts) != 3 || parts[0] != "public" {
		return nil, closedLink()
	}
	var l publicLink
	if err := json.Unmarshal(d.Body, &l); err != nil {
		return nil, err
	}
	app, err := e.current(ctx, parts[1])
	if _, refused := asRejection(err); refused {
		return nil, closedLink()
	}
	if err != nil {
		return nil, err
	}
	p := app.Public[parts[2]]
	if p == nil || !l.On || l.Token != token {
		return nil, closedLink()
	}
	return &PublicPage{App: app, Form: p, link: &l}, nil
}

// linkBy finds a link by one of its columns.
func (e *Engine) linkBy(ctx context.Context, col, value string) (*store.Doc, error) {
	if value == "" || len(value) > 100 {
		return nil, closedLink()
	}
	page, err := e.store.Query(ctx, collLinks, query.Query{Filter: query.Cmp{Col: col, Op: query.Eq, Value: value}, Limit: 1})
	if err != nil {
		return nil, err
	}
	if len(page.Docs) == 0 {
		return nil, closedLink()
	}
	return &page.Docs[0], nil
}

// closedLink answers for a link that leads nowhere: wrong, over, switched off, or its record gone. Which of them is nobody's business.
func closedLink() error {
	return reject("not.found", rules.Say("这个链接已失效，请向给您链接的人再要一个", "這個連結已失效，請向給您連結的人再要一個", "This link does not work any more; ask whoever gave it to you for another"))
}

const (
	// MinFill is how long people need at least to fill a form in; programs are quicker.
	MinFill = 3 * time.Second
	// maxFill is how long an opened form may be sent.
	maxFill = 24 * time.Hour
)

// Seal says when the form was opened, signed.
func (p *PublicPage) Seal(at time.Time) string {
	ms := strconv.FormatInt(at.UnixMilli(), 36)
	return ms + "." + p.sign(ms)
}

func (p *PublicPage) sign(text string) string {
	mac := hmac.New(sha256.New, []byte(p.link.Seal))
	mac.Write([]byte(text))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// checkSeal says how long ago the form was opened. Errors: *process.Rejection public.early, public.stale.
func (p *PublicPage) checkSeal(seal string, now time.Time) error {
	ms, signature, _ := strings.Cut(seal, ".")
	n, err := strconv.ParseInt(ms, 36, 64)
	age := now.Sub(time.UnixMilli(n))
	switch {
	case err != nil || !hmac.Equal([]byte(signature), []byte(p.sign(ms))) || age > maxFill || age < -time.Minute:
		return reject("public.stale", rules.Say("表单打开得太久了，请再提交一次", "表單開啟得太久了，請再送出一次", "The form was open for too long; send it once more"))
	case age < MinFill:
		return reject("public.early", rules.Say("提交得太快了，请过几秒再试", "送出得太快了，請過幾秒再試", "That was too quick; try again in a few seconds"))
	}
	return nil
}
