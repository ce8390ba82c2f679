package engine

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"

	"pipewright/rules"
	"pipewright/runtime/org"
	"pipewright/runtime/outbound"
	"pipewright/runtime/process"
	"pipewright/runtime/store"
)

// collHooks holds the secrets of webhooks by "app|key".
const collHooks = "hooks"

const (
	// MaxHookBody is how much a webhook may send.
	MaxHookBody = 256 << 10
	// hookTolerance is how far the time that a webhook says may be from ours.
	hookTolerance = 5 * time.Minute
	// oldSecret is how long a secret still counts once it has been replaced, so that both sides need not change at once.
	oldSecret = 24 * time.Hour
	maxHookID = 200
)

// hookSetting is the secret of a webhook as it is kept; it is answered once, when it is made.
type hookSetting struct {
	Secret string    `json:"secret"`
	By     string    `json:"by"`
	At     time.Time `json:"at"`
	// Before is the secret that was replaced, good until Until.
	Before string    `json:"before,omitempty"`
	Until  time.Time `json:"until,omitzero"`
}

// Hook is a webhook as admins see it.
type Hook struct {
	Key, Automation string
	Name            rules.Text
	Off             bool
	// Open: it has a secret, and so takes calls.
	Open   bool
	By     string
	At     time.Time
	Before time.Time
}

// hookOf finds the automation that a webhook sets off, nil when there is none.
func hookOf(app *process.App, key string) *process.CompiledAutomation {
	for i := range app.Def.Automations {
		if a := app.Automations[app.Def.Automations[i].Key]; a != nil && a.Payload != nil && a.Def.On.Webhook == key {
			return a
		}
	}
	return nil
}

// hook reads the secret of one. Errors: store.ErrNotFound.
func (e *Engine) hook(ctx context.Context, app, key string) (*hookSetting, int64, error) {
	if !robotKey.MatchString(app) || !robotKey.MatchString(key) {
		return nil, 0, store.ErrNotFound
	}
	d, err := e.store.Get(ctx, collHooks, app+"|"+key)
	if err != nil {
		return nil, 0, err
	}
	var h hookSetting
	return &h, d.Ver, json.Unmarshal(d.Body, &h)
}

// Hooks lists the webhooks of an app's live release. Who may is the caller's to check. Errors: ErrNoApp.
func (e *Engine) Hooks(ctx context.Context, key string) ([]Hook, error) {
	app, err := e.current(ctx, key)
	if err != nil {
		return nil, err
	}
	var out []Hook
	for i := range app.Def.Automations {
		d := &app.Def.Automations[i]
		if d.On.Webhook == "" {
			continue
		}
		one := Hook{Key: d.On.Webhook, Automation: d.Key, Name: d.Name, Off: d.Off}
		h, _, err := e.hook(ctx, key, one.Key)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return nil, err
		}
		if err == nil {
			one.Open, one.By, one.At = h.Secret != "", h.By, h.At
			if h.Until.After(e.instant()) {
				one.Before = h.Until
			}
		}
		out = append(out, one)
	}
	return out, nil
}

// NewHookSecret makes the secret of a webhook, or another one; the one before still counts for a day. The answer is the only time that it
// is told. Errors: *process.Rejection forbidden, not.found, conflict.
func (e *Engine) NewHookSecret(ctx context.Context, by *org.User, appKey, key string) (string, error) {
	if by == nil || !by.May(org.Operate) {
		return "", forbidden()
	}
	app, err := e.current(ctx, appKey)
	if err != nil {
		return "", err
	}
	if hookOf(app, key) == nil {
		return "", notFound()
	}
	raw := make([]byte, 32)
	if _, err := rand.Read(raw); err != nil {
		return "", err
	}
	next := hookSetting{Secret: "whsec_" + base64.RawURLEncoding.EncodeToString(raw), By: by.ID, At: e.instant()}
	old, ver, err := e.hook(ctx, appKey, key)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return "", err
	}
	if err == nil && old.Secret != "" {
		next.Before, next.Until = old.Secret, e.instant().Add(oldSecret)
	}
	if err := e.saveHook(ctx, appKey, key, &next, ver); err != nil {
		return "", err
	}
	e.log.Info("a webhook has a new secret", "app", appKey, "webhook", key, "by", by.ID)
	return next.Secret, nil
}

// CloseHook takes a webhook's secrets away: it takes no more calls. Errors: *process.Rejection forbidden, not.found, conflict.
func (e *Engine) CloseHook(ctx context.Context, by *org.User, app, key string) error {
	if by == nil || !by.May(org.Operate) {
		return forbidden()
	}
	_, ver, err := e.hook(ctx, app, key)
	if errors.Is(err, store.ErrNotFound) {
		return notFound()
	}
	if err != nil {
		return err
	}
	e.log.Info("a webhook was closed", "app", app, "webhook", key, "by", by.ID)
	return e.saveHook(ctx, app, key, &hookSetting{By: by.ID, At: e.instant()}, ver)
}

func (e *Engine) saveHook(ctx context.Context, app, key string, h *hookSetting, ver int64) error {
	body, err := marshal(h)
	if err != nil {
		return err
	}
	d := store.Doc{ID: app + "|" + key, Ver: ver + 1, Body: body}
	if ver == 0 {
		err = e.store.Insert(ctx, collHooks, d)
	} else {
		err = e.store.Replace(ctx, collHooks, d, ver)
	}
	if errors.Is(err, store.ErrConflict) || errors.Is(err, store.ErrExists) {
		return conflict()
	}
	return err
}

// Call is what another system sends to a webhook: as the headers say, and the body as it came.
type Call struct {
	App, Key                 string
	ID, Timestamp, Signature string
	Body                     []byte
	// Admit is asked once the signature is right, so that nobody but its owner uses up what a webhook may take.
	Admit func() error
}

// Receive takes a call: it is answered once the run that it asks for is stored, and done after that. The same id again is the same call;
// repeated says so. Errors: *process.Rejection not.found, hook.signature, hook.time, payload.invalid, hook.idReused, bad.request.
func (e *Engine) Receive(ctx context.Context, c Call) (repeated bool, err error) {
	secret, _, err := e.hook(ctx, c.App, c.Key)
	if errors.Is(err, store.ErrNotFound) || err == nil && secret.Secret == "" {
		return false, notFound()
	}
	if err != nil {
		return false, err
	}
	if c.ID == "" || len(c.ID) > maxHookID {
		return false, badRequest(rules.Say("请在 webhook-id 头里给出 1 到 200 个字符的编号", "請在 webhook-id 標頭裡給出 1 到 200 個字元的編號", "Give an id of 1 to 200 characters in the header webhook-id"))
	}
	now := e.instant()
	seconds, err := strconv.ParseInt(c.Timestamp, 10, 64)
	at := time.Unix(seconds, 0)
	if err != nil || at.Sub(now).Abs() > hookTolerance {
		return false, reject("hook.time", rules.Say("webhook-timestamp 应是现在的 Unix 秒数，误差不超过 5 分钟", "webhook-timestamp 應是現在的 Unix 秒數，誤差不超過 5 分鐘",
			"webhook-timestamp must be the time now in Unix seconds, within 5 minutes"))
	}
	if !secret.signed(c, at, now) {
		return false, reject("hook.signature", rules.Say("签名不对", "簽章不對", "The signature does not fit"))
	}
	if c.Admit != nil {
		if err := c.Admit(); err != nil {
			return false, err
		}
	}
	app, err := e.current(ctx, c.App)
	if err != nil {
		return false, err
	}
	a := hookOf(app, c.Key)
	if a == nil || a.Def.Off {
		return false, notFound()
	}
	if _, problems := a.ReadPayload(c.Body); rules.HasErrors(problems) {
		return false, reject("payload.invalid", rules.Say("内容不符合约定", "內容不符合約定", "The payload is not as agreed"), problems...)
	}
	j := job{ID: "hook|" + c.App + "|" + c.Key + "|" + shortHash(c.ID), Kind: jobAutomation, App: c.App, Automation: a.Def.Key, Release: app.Release,
		Payload: c.Body, Body: shortHash(string(c.Body))}
	doc, err := newJob(j, now, now)
	if err != nil {
		return false, err
	}
	err = e.store.Insert(ctx, collJobs, doc)
	if errors.Is(err, store.ErrExists) {
		return e.received(ctx, &j)
	}
	if err == nil {
		e.wake()
	}
	return false, err
}

// received answers a call whose id has been used: it is the same one, or another under the same id.
func (e *Engine) received(ctx context.Context, j *job) (bool, error) {
	d, err := e.store.Get(ctx, collJobs, j.ID)
	if err != nil {
		return false, err
	}
	have, err := jobOf(d)
	if err != nil {
		return false, err
	}
	if have.Body != j.Body {
		return false, reject("hook.idReused", rules.Say("这个 webhook-id 已用于另一份内容", "這個 webhook-id 已用於另一份內容", "This webhook-id was used for other content"))
	}
	return true, nil
}

// signed says whether one of the signatures of a call fits the secret, or the one before.
func (h *hookSetting) signed(c Call, at, now time.Time) bool {
	keys := []string{h.Secret}
	if h.Before != "" && now.Before(h.Until) {
		keys = append(keys, h.Before)
	}
	for _, signature := range strings.Fields(c.Signature) {
		for _, key := range keys {
			if outbound.Verify([]byte(key), c.ID, at, c.Body, signature) {
				return true
			}
		}
	}
	return false
}

// payloadOf is the frame of a run that another system has set off.
func payloadOf(a *process.CompiledAutomation, j *job) (*process.Frame, error) {
	if a.Payload == nil || len(j.Payload) == 0 {
		return nil, nil
	}
	fr, problems := a.ReadPayload(j.Payload)
	if rules.HasErrors(problems) {
		return nil, incident(&problems[0])
	}
	return fr, nil
}

// calledFor finds the record that a call is about and notes it in the job. One that is not there yet may come: the run is tried again.
func (e *Engine) calledFor(ctx context.Context, j *job, app *process.App, a *process.CompiledAutomation, fr *process.Frame) error {
	items, err := e.find(ctx, app, a.Called, fr.Names(), e.instant(), 1)
	var many *runProblem
	switch {
	case errors.As(err, &many) && many.Code == "each.tooMany":
		return permanent{&runProblem{Path: a.Called.Path + "/where", Code: "hook.manyRecords", Message: rules.Say("找到了不止一条记录，不知道该写哪一条", "找到了不只一筆記錄，不知道該寫哪一筆",
			"More than one record was found; which one is meant is not clear")}}
	case err != nil:
		return err
	case len(items) == 0:
		return &runProblem{Path: a.Called.Path + "/where", Code: "hook.noRecord", Message: rules.Say("没有找到这条记录", "沒有找到這筆記錄", "There is no such record")}
	}
	j.Record, j.Form, j.Release = items[0].ID, a.Form.Def.Key, app.Release
	return e.saveProgress(ctx, j)
}
