package server

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"pipewright/rules"
	"pipewright/runtime/engine"
	"pipewright/runtime/org"
)

// An admin can look at the workspace as somebody else does. His session then says whom it sees as, and every request of it is answered to that person:
// within his rights, never an admin's, and read only. So nothing new decides what is shown. It lasts until he goes back, at most seeingEnd.

// seeingEnd is how long one sees as another at most.
const seeingEnd = 30 * time.Minute

// seeingHeader is whom a page believes to see as. A page that is out of date must not act as somebody else than it shows.
const seeingHeader = "Pipewright-Seeing"

// seeing is an admin who looks at things as somebody else.
type seeing struct {
	by    org.User
	until time.Time
	over  bool
}

// masked marks a request whose answer shows no phone numbers.
const masked = "seeing"

// seenToo are routes beside reads that answer JSON which one may ask while one sees as another.
var seenToo = []string{
	"POST /api/apps/:app/forms/:form/evaluate",
	"GET /api/files/:id",
	"GET /api/stream",
	"GET /api/openapi.json",
}

// leaving are those that end it.
var leaving = []string{
	"DELETE /api/seeing",
	"POST /api/logout",
	"POST /api/login",
	"POST /api/demo-login",
	"GET /api/oidc/start",
	"GET /api/oidc/callback",
}

// seeAs puts the person that a session sees as in the place of the admin whose it is.
func (s *Server) seeAs(c *call) {
	as, stale := c.session.Seeing, false
	if told, err := url.PathUnescape(c.GetHeader(seeingHeader)); err != nil || told != "" && told != as {
		stale = true
	}
	if as == "" && !stale {
		return
	}
	by := c.user
	seen, known := c.dir.User(as)
	c.seeing = &seeing{by: by, until: c.session.SeeingUntil}
	c.seeing.over = stale || !known || !seen.Active || !by.May(org.Operate) || !s.Now().Before(c.seeing.until)
	if known {
		seen.Give()
		seen.Language, seen.Theme = by.Language, by.Theme
		c.user = seen
	}
	c.Set(masked, true)
	c.Request = c.Request.WithContext(engine.Plainly(c.Request.Context()))
}

// whileSeeing refuses what one may not do while one sees as another. Errors: 403 seeing.over, seeing.readOnly.
func (c *call) whileSeeing(r route) error {
	name := r.method + " " + r.path
	switch {
	case c.seeing == nil || slices.Contains(leaving, name):
		return nil
	case c.seeing.over:
	case slices.Contains(seenToo, name), r.method == http.MethodGet && r.out != nil && r.who != inPerson:
		return nil
	}
	return c.seeing.refusal(c.user)
}

func (g *seeing) refusal(seen org.User) *refusal {
	if g.over {
		return refuse(http.StatusForbidden, "seeing.over", rules.Say("以他人身份查看已结束，请返回", "以他人身分檢視已結束，請返回", "Seeing as somebody else is over; please go back"))
	}
	return refuse(http.StatusForbidden, "seeing.readOnly", rules.Say("您正以{name}的身份查看，什么都不能改，也不能带走；请先返回自己的身份", "您正以{name}的身分檢視，什麼都不能改，也不能帶走；請先返回自己的身分",
		"You see what {name} sees, and nothing can be changed or taken out; go back to yourself first", "name", seen.Name))
}

type seeingIn struct {
	User string `json:"user"`
}

type seeingOut struct {
	By    *mini   `json:"by"`
	Until instant `json:"until"`
}

// postSeeing lets an admin see as somebody else, and writes that down before he does.
func (s *Server) postSeeing(c *call) (any, error) {
	var in seeingIn
	if err := c.bind(&in); err != nil {
		return nil, err
	}
	if c.session.ID == "" {
		return nil, refuse(http.StatusForbidden, "scope.small", msgInPerson)
	}
	seen, known := c.dir.User(in.User)
	if !known || !seen.Active || seen.ID == c.user.ID {
		msg := rules.Say("请选择另一位在职的人员", "請選擇另一位在職的人員", "Choose somebody else who may sign in")
		return nil, badRequest(msg, rules.Errorf("/user", "ref.unknown", msg))
	}
	until := s.Now().UTC().Truncate(time.Millisecond).Add(seeingEnd)
	if err := s.deeds.add(c.ctx(), deed{By: c.user.ID, What: "POST /api/seeing", About: seen.ID, Address: address(c.Request), Until: until}); err != nil {
		return nil, err
	}
	err := s.sessions.change(c.ctx(), c.session.ID, func(one *session) { one.Seeing, one.SeeingUntil = seen.ID, until })
	if err != nil {
		return nil, err
	}
	s.Log.Info("an admin sees as somebody else", "by", c.user.ID, "as", seen.ID, "until", until)
	return seeingOut{By: &mini{c.user.ID, c.user.Name}, Until: instant(until)}, nil
}

// deleteSeeing goes back; there may be nothing to go back from.
func (s *Server) deleteSeeing(c *call) (any, error) {
	if c.session.ID == "" || c.session.Seeing == "" {
		return nil, nil
	}
	by, as := c.session.User, c.session.Seeing
	if err := s.sessions.change(c.ctx(), c.session.ID, func(one *session) { one.Seeing, one.SeeingUntil = "", time.Time{} }); err != nil {
		return nil, err
	}
	return nil, s.deeds.add(c.ctx(), deed{By: by, What: "DELETE /api/seeing", About: as, Address: address(c.Request)})
}

// phoneShapes are texts that look like phone numbers: mobiles, landlines with their area code, and numbers of other countries.
var phoneShapes = regexp.MustCompile(`\+\d[\d -]{5,17}\d|\b1[3-9]\d(?:[ -]?\d{4}){2}\b|\b0\d{2,3}[ -]?\d{7,8}\b`)

// withoutPhones takes phone numbers out of an answer, wherever in its texts they stand.
func withoutPhones(body []byte) []byte {
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	var v any
	if dec.Decode(&v) != nil {
		return []byte(`{}`)
	}
	out, err := encode(maskTexts(v))
	if err != nil {
		return []byte(`{}`)
	}
	return out
}

func maskTexts(v any) any {
	switch v := v.(type) {
	case string:
		return maskPhones(v)
	case []any:
		for i := range v {
			v[i] = maskTexts(v[i])
		}
	case map[string]any:
		for k := range v {
			v[k] = maskTexts(v[k])
		}
	}
	return v
}

func maskPhones(text string) string {
	var b strings.Builder
	at := 0
	for _, found := range phoneShapes.FindAllStringIndex(text, -1) {
		if rest := text[found[1]:]; len(rest) > 1 && rest[0] == '.' && rest[1] >= '0' && rest[1] <= '9' {
			continue // an amount
		}
		b.WriteString(text[at:found[0]])
		b.WriteString("•••")
		at = found[1]
	}
	b.WriteString(text[at:])
	return b.String()
}
