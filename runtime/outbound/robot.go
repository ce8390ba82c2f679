package outbound

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Robot is a group robot: where it listens and how it is signed.
type Robot struct {
	// Kind is one of RobotKinds.
	Kind string
	// URL is the robot's address with its token, https.
	URL string
	// Secret signs; empty when the robot goes by key words or addresses.
	Secret string
}

// Say is something to say in a group.
type Say struct {
	// ID is the same for every attempt.
	ID   string
	Text string
	// Mobiles are the phone numbers of the people to be called, where the vendor goes by them; Names are what they are called.
	Mobiles, Names []string
	At             time.Time
}

// RobotError is a vendor's refusal: they answer 200 and say so inside.
type RobotError struct {
	Code    int
	Message string
	// Later: it was too much at once. RetryAfter is how long the vendor shuts the robot out then.
	Later      bool
	RetryAfter time.Duration
	// Fixed: repeating does not help.
	Fixed bool
}

func (e *RobotError) Error() string {
	return fmt.Sprintf("outbound: the robot answered %d %s", e.Code, clip(e.Message))
}

// Is makes a refusal for good ErrRefused.
func (e *RobotError) Is(target error) bool { return target == ErrRefused && e.Fixed }

// robotKind is a vendor's way of robots.
type robotKind struct {
	// perMinute is how many messages a robot takes.
	perMinute int
	// maxBytes is the longest text.
	maxBytes int
	message  func(r Robot, s Say) (address string, body any, err error)
	// answer reads a vendor's answer with status 200 (or another, when the vendor answers so); nil is a success.
	answer func(body []byte) error
}

// RobotKinds are the kinds of robots, as settings write them.
var RobotKinds = []string{"wecom", "dingtalk", "feishu", "webhook"}

var robotKinds = map[string]robotKind{
	"wecom":    {perMinute: 20, maxBytes: 2048, message: wecom, answer: vendorAnswer(wecomCodes)},
	"dingtalk": {perMinute: 20, maxBytes: 20000, message: dingtalk, answer: vendorAnswer(dingtalkCodes)},
	"feishu":   {perMinute: 100, maxBytes: 20000, message: feishu, answer: vendorAnswer(feishuCodes)},
	"webhook":  {perMinute: 600, maxBytes: 200000, message: webhook},
}

// PerMinute is how many messages a robot of this kind takes in a minute; 0 for an unknown kind.
func PerMinute(kind string) int { return robotKinds[kind].perMinute }

// SendSay lets a robot speak once, through an HTTP sender. Errors: ErrRefused, *RobotError, *StatusError, others when it could not be reached.
func SendSay(ctx context.Context, http Sender, r Robot, s Say) (*Reply, error) {
	kind, known := robotKinds[r.Kind]
	if !known {
		return nil, fmt.Errorf("%w: there is no kind of robot %q", ErrRefused, clip(r.Kind))
	}
	s.Text = cut(s.Text, kind.maxBytes)
	address, body, err := kind.message(r, s)
	if err != nil {
		return nil, fmt.Errorf("%w: %v", ErrRefused, err)
	}
	raw, err := json.Marshal(body)
	if err != nil {
		return nil, fmt.Errorf("%w: %v", ErrRefused, err)
	}
	m := Message{ID: s.ID, URL: address, Body: raw, At: s.At}
	if r.Kind == "webhook" {
		m.Key = []byte(r.Secret)
	}
	reply, err := http.Send(ctx, m)
	var status *StatusError
	if errors.As(err, &status) && kind.answer != nil && len(status.Body) > 0 {
		var said *RobotError // 飞书 says with 400 what others say with 200
		if errors.As(kind.answer(status.Body), &said) && (said.Later || said.Fixed) {
			return nil, said
		}
	}
	if err != nil {
		return nil, hideAddress(err, address)
	}
	if kind.answer != nil {
		if err := kind.answer(reply.Body); err != nil {
			return nil, err
		}
	}
	return reply, nil
}

// hideAddress keeps a robot's token out of what is shown and logged.
func hideAddress(err error, address string) error {
	u, parseErr := url.Parse(address)
	if parseErr != nil || !strings.Contains(err.Error(), u.RequestURI()) {
		return err
	}
	text := strings.ReplaceAll(err.Error(), u.RequestURI(), "/…")
	if errors.Is(err, ErrRefused) {
		return fmt.Errorf("%w: %s", ErrRefused, strings.TrimPrefix(text, ErrRefused.Error()+": "))
	}
	return errors.New(text)
}

// wecom is 企业微信: people are called by their phone numbers.
func wecom(r Robot, s Say) (string, any, error) {
	text := map[string]any{"content": s.Text}
	if len(s.Mobiles) > 0 {
		text["mentioned_mobile_list"] = s.Mobiles
	}
	return r.URL, map[string]any{"msgtype": "text", "text": text}, nil
}

// dingtalk is 钉钉: timestamp and signature stand in the address; who is called must stand in the text as well.
func dingtalk(r Robot, s Say) (string, any, error) {
	u, err := url.Parse(r.URL)
	if err != nil {
		return "", nil, err
	}
	if r.Secret != "" {
		stamp := strconv.FormatInt(s.At.UnixMilli(), 10)
		q := u.Query()
		q.Set("timestamp", stamp)
		q.Set("sign", keyed(r.Secret, stamp+"\n"+r.Secret))
		u.RawQuery = q.Encode()
	}
	text := s.Text
	for _, m := range s.Mobiles {
		if !strings.Contains(text, "@"+m) {
			text += " @" + m
		}
	}
	return u.String(), map[string]any{"msgtype": "text", "text": map[string]any{"content": text},
		"at": map[string]any{"atMobiles": append([]string{}, s.Mobiles...), "isAtAll": false}}, nil
}

// feishu is 飞书 (and Lark): the signature stands in the body, its key is what others sign. A robot there cannot call people by their
// phone numbers, so that their names stand in the text.
func feishu(r Robot, s Say) (string, any, error) {
	text := s.Text
	for _, n := range s.Names {
		text += " @" + n
	}
	body := map[string]any{"msg_type": "text", "content": map[string]any{"text": text}}
	if r.Secret != "" {
		stamp := strconv.FormatInt(s.At.Unix(), 10)
		body["timestamp"], body["sign"] = stamp, keyed(stamp+"\n"+r.Secret, "")
	}
	return r.URL, body, nil
}

// webhook is anything else that takes JSON; a secret signs it like every call of ours.
func webhook(r Robot, s Say) (string, any, error) {
	return r.URL, map[string]any{"id": s.ID, "text": s.Text, "at": append([]string{}, s.Names...)}, nil
}

func keyed(key, text string) string {
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write([]byte(text))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// codes are a vendor's numbers that mean more than "failed".
type codes struct {
	// later: too much at once, and for how long that shuts the robot out.
	later map[int]time.Duration
	// fixed: the robot is gone, the signature or the message is wrong.
	fixed map[int]bool
}

var (
	wecomCodes = codes{later: map[int]time.Duration{45009: time.Minute, 45033: time.Minute},
		fixed: map[int]bool{93000: true, 93004: true, 93008: true, 40008: true, 40058: true, 44004: true, 45002: true}}
	dingtalkCodes = codes{later: map[int]time.Duration{130101: 10 * time.Minute, 410100: 10 * time.Minute, 660026: 10 * time.Minute, 90018: time.Minute, 88: time.Minute},
		fixed: map[int]bool{300001: true, 300005: true, 310000: true, 400013: true, 400101: true, 400102: true, 400105: true, 40035: true, 43004: true}}
	feishuCodes = codes{later: map[int]time.Duration{11232: time.Minute, 9499: time.Minute, 99991400: time.Minute},
		fixed: map[int]bool{19001: true, 19002: true, 19003: true, 19021: true, 19022: true, 19024: true, 9400: true}}
)

// vendorAnswer reads {"errcode", "errmsg"} and {"code", "msg"}.
func vendorAnswer(c codes) func([]byte) error {
	return func(body []byte) error {
		var a struct {
			ErrCode    *int   `json:"errcode"`
			ErrMsg     string `json:"errmsg"`
			Code       *int   `json:"code"`
			Msg        string `json:"msg"`
			StatusCode *int   `json:"StatusCode"`
		}
		if err := json.Unmarshal(body, &a); err != nil {
			return fmt.Errorf("outbound: the robot's answer is no JSON: %s", clip(string(body)))
		}
		n := a.ErrCode
		for _, other := range []*int{a.Code, a.StatusCode} {
			if n == nil {
				n = other
			}
		}
		if n == nil {
			return fmt.Errorf("outbound: the robot's answer says nothing of success: %s", clip(string(body)))
		}
		if *n == 0 {
			return nil
		}
		wait, later := c.later[*n]
		return &RobotError{Code: *n, Message: a.ErrMsg + a.Msg, Later: later, RetryAfter: wait, Fixed: c.fixed[*n]}
	}
}

// cut shortens a text to n bytes at the end of a character.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	const more = "…"
	end := 0
	for i := range s {
		if i > n-len(more) {
			break
		}
		end = i
	}
	return s[:end] + more
}
