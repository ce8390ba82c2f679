package engine

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"pipewright/rules"
	"pipewright/runtime/org"
	"pipewright/runtime/outbound"
	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

// collRobots holds group robots by key, with their addresses and secrets.
const collRobots = "robots"

// maxRobots is how many robots an installation has at most.
const maxRobots = 100

// robotSetting is a robot as it is kept. Its address holds a token; neither that nor the secret is ever answered.
type robotSetting struct {
	Name   string    `json:"name"`
	Kind   string    `json:"kind"`
	URL    string    `json:"url"`
	Secret string    `json:"secret,omitempty"`
	By     string    `json:"by,omitempty"`
	At     time.Time `json:"at"`
}

// Robot is a robot as admins see it.
type Robot struct {
	Key, Name, Kind string
	// Host is of its address; Signed says that it has a secret.
	Host   string
	Signed bool
	By     string
	At     time.Time
}

// RobotInput is what an admin writes. An empty URL or a nil Secret keeps what is there.
type RobotInput struct {
	Name, Kind, URL string
	Secret          *string
}

var robotKey = regexp.MustCompile(`^[a-z][a-zA-Z0-9]{0,39}$`)

// robot reads one. Errors: store.ErrNotFound.
func (e *Engine) robot(ctx context.Context, key string) (*robotSetting, error) {
	if !robotKey.MatchString(key) {
		return nil, store.ErrNotFound
	}
	d, err := e.store.Get(ctx, collRobots, key)
	if err != nil {
		return nil, err
	}
	var r robotSetting
	return &r, json.Unmarshal(d.Body, &r)
}

// Robots lists them by key. Who may is the caller's to check.
func (e *Engine) Robots(ctx context.Context) ([]Robot, error) {
	page, err := e.store.Query(ctx, collRobots, query.Query{Limit: maxRobots})
	if err != nil {
		return nil, err
	}
	out := make([]Robot, 0, len(page.Docs))
	for _, d := range page.Docs {
		var r robotSetting
		if err := json.Unmarshal(d.Body, &r); err != nil {
			return nil, err
		}
		one := Robot{Key: d.ID, Name: r.Name, Kind: r.Kind, Signed: r.Secret != "", By: r.By, At: r.At}
		if u, err := url.Parse(r.URL); err == nil {
			one.Host = u.Host
		}
		out = append(out, one)
	}
	slices.SortFunc(out, func(a, b Robot) int { return strings.Compare(a.Key, b.Key) })
	return out, nil
}

// SaveRobot adds or changes one. A new address, or another kind, takes a new secret with it: a secret is never sent to an address that it
// was not given for. Errors: *process.Rejection forbidden, bad.request.
func (e *Engine) SaveRobot(ctx context.Context, by *org.User, key string, in RobotInput) error {
	if by == nil || !by.May(org.Operate) {
		return forbidden()
	}
	bad := func(path string, msg rules.Text) error {
		return badRequest(msg, rules.Errorf(path, "field.invalid", msg))
	}
	if !robotKey.MatchString(key) {
		return bad("/key", rules.Say("标识以小写字母开头，只含字母和数字，最多 40 个", "識別名以小寫字母開頭，只含字母和數字，最多 40 個", "A key begins with a small letter and has letters and digits only, at most 40"))
	}
	r, err := e.robot(ctx, key)
	fresh := errors.Is(err, store.ErrNotFound)
	if err != nil && !fresh {
		return err
	}
	if fresh {
		r = &robotSetting{}
		if have, err := e.Robots(ctx); err != nil {
			return err
		} else if len(have) >= maxRobots {
			return bad("/key", rules.Say("最多 {n} 个机器人", "最多 {n} 個機器人", "There are at most {n} robots", "n", maxRobots))
		}
	}
	if !slices.Contains(outbound.RobotKinds, in.Kind) {
		return bad("/kind", rules.Say("种类可选 {list}", "種類可選 {list}", "The kind is one of {list}", "list", strings.Join(outbound.RobotKinds, " ")))
	}
	if n := utf8.RuneCountInString(strings.TrimSpace(in.Name)); n == 0 || n > 80 {
		return bad("/name", rules.Say("名称为 1 到 80 字", "名稱為 1 到 80 字", "A name has 1 to 80 characters"))
	}
	moved := in.URL != "" && in.URL != r.URL || in.Kind != r.Kind
	if in.URL != "" {
		r.URL = in.URL
	}
	u, err := url.Parse(r.URL)
	if err != nil || u.Host == "" || u.User != nil || u.Scheme != "https" && u.Scheme != "http" || len(r.URL) > 2000 {
		return bad("/url", rules.Say("请填机器人的完整网址（https://…）", "請填機器人的完整網址（https://…）", "Give the robot's whole address (https://…)"))
	}
	switch {
	case in.Secret != nil:
		r.Secret = *in.Secret
	case moved:
		r.Secret = ""
	}
	if len(r.Secret) > 500 {
		return bad("/secret", rules.Say("密钥最多 500 字", "金鑰最多 500 字", "A secret has at most 500 characters"))
	}
	r.Name, r.Kind, r.By, r.At = strings.TrimSpace(in.Name), in.Kind, by.ID, e.instant()
	e.log.Info("a robot was saved", "robot", key, "by", by.ID)
	return e.put(ctx, collRobots, key, nil, r)
}

// RemoveRobot takes one out; what still waits for it is then refused. One that is not there is no error.
func (e *Engine) RemoveRobot(ctx context.Context, by *org.User, key string) error {
	if by == nil || !by.May(org.Operate) {
		return forbidden()
	}
	if !robotKey.MatchString(key) {
		return nil
	}
	e.log.Info("a robot was removed", "robot", key, "by", by.ID)
	err := e.drop(ctx, collRobots, key)
	if errors.Is(err, store.ErrConflict) || errors.Is(err, store.ErrUnknown) {
		return conflict()
	}
	return err
}

// TestRobot lets a robot say that it works, now and once; the delivery says what became of it. Errors: *process.Rejection forbidden, not.found.
func (e *Engine) TestRobot(ctx context.Context, by *org.User, key string) (*Delivery, error) {
	if by == nil || !by.May(org.Operate) {
		return nil, forbidden()
	}
	if _, err := e.robot(ctx, key); errors.Is(err, store.ErrNotFound) {
		return nil, reject("not.found", rules.Say("没有这个机器人", "沒有這個機器人", "There is no such robot"))
	} else if err != nil {
		return nil, err
	}
	text := rules.Say("这是 Pipewright 的测试消息，由 {name} 发出", "這是 Pipewright 的測試訊息，由 {name} 發出", "This is a test by Pipewright, sent by {name}", "name", by.Name).In(languageOf(by, nil))
	return e.testDelivery(ctx, &delivery{Channel: "robot", To: key, Subject: outbound.OneLine(text, 80), Robot: &sayOut{Robot: key, Text: text}})
}

// TestMail sends a mail to the admin who asks. Errors: *process.Rejection forbidden, bad.request when he has no address.
func (e *Engine) TestMail(ctx context.Context, by *org.User) (*Delivery, error) {
	if by == nil || !by.May(org.Operate) {
		return nil, forbidden()
	}
	if by.Email == "" {
		return nil, badRequest(rules.Say("请先在“人员”里填写你自己的邮箱", "請先在「人員」裡填寫你自己的電子郵件", "Enter your own mail address under People first"))
	}
	lang := languageOf(by, nil)
	subject := rules.Say("Pipewright 测试邮件", "Pipewright 測試郵件", "A test mail by Pipewright").In(lang)
	body := rules.Say("收到这封邮件，说明邮件设置可用。", "收到這封郵件，說明郵件設定可用。", "This mail has come, so mail works.").In(lang)
	return e.testDelivery(ctx, &delivery{Channel: "mail", To: by.Email, Subject: subject, Mail: &mailOut{To: []string{by.Email}, Subject: subject, Text: body, Markdown: body}})
}

// testDelivery sends now and once, within the channel's limit.
func (e *Engine) testDelivery(ctx context.Context, v *delivery) (*Delivery, error) {
	v.ID = deliveryID("test|"+e.newID(), v.Channel)
	v.Key, v.Job = v.ID, "deliver|"+v.ID
	v, err := e.openDelivery(ctx, v)
	if err != nil {
		return nil, err
	}
	wait, err := channels[v.Channel].room(e, ctx, v)
	if err != nil {
		return nil, err
	}
	if wait > 0 { // it goes out when its turn comes
		now := e.instant()
		d, err := newJob(job{ID: v.Job, Kind: jobDeliver, Delivery: v.ID}, now.Add(wait), now)
		if err != nil {
			return nil, err
		}
		if err := e.insertAll(ctx, collJobs, []store.Doc{d}); err != nil {
			return nil, err
		}
		out := v.shown()
		return &out, nil
	}
	_, err = e.attempt(ctx, v, func(error) bool { return true }, 0)
	if err != nil && v.State != deliveryDead {
		return nil, err
	}
	out := v.shown()
	if err != nil && v.Channel == "mail" {
		out.Hint = MailHint(err)
	}
	return &out, nil
}
