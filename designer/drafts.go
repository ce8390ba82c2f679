package designer

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"pipewright/rules"
	"pipewright/runtime/process"
	"pipewright/runtime/store"
)

// MaxDefinition is the largest definition, in bytes of JSON.
const MaxDefinition = 10 << 20

// Draft is the definition being edited. It may have any problem but that of not being a JSON object.
type Draft struct {
	App string `json:"app"`
	// Definition is JSON text: canonical when it has the right shape, else as it was given. Numbers in it may have
	// decimals, which the store does not take, so it is kept as a text.
	Definition string `json:"definition"`
	// Rev counts saves; Base is the release it began from, 0 for none.
	Rev    int64      `json:"rev"`
	Base   int        `json:"base"`
	Name   rules.Text `json:"name,omitempty"`
	Digest string     `json:"digest"`
	// Template is the digest of the template that the definition holds, if it says so.
	Template string `json:"template,omitempty"`
	// Again is the save that said just this before, when the draft went back to it; both are kept for ever.
	Again int64     `json:"again,omitempty"`
	At    time.Time `json:"at"`
	By    string    `json:"by"`
}

// doc is the draft as it is stored. The list of apps reads the columns only.
func (d *Draft) doc(ver int64) store.Doc {
	return store.Doc{ID: d.App, Ver: ver, Cols: map[string]any{"digest": d.Digest, "name": string(body(d.Name)), "template": d.Template}, Body: body(d)}
}

// Conflict says that somebody else saved the draft first. It is an error of its own beside process.Rejection because it
// carries who.
type Conflict struct {
	By  string
	At  time.Time
	Rev int64
}

func (c *Conflict) Error() string {
	return fmt.Sprintf("designer: the draft was saved by %s meanwhile (rev %d)", c.By, c.Rev)
}

func (d *Designer) getDraft(ctx context.Context, app string) (Draft, int64, error) {
	var out Draft
	if !keyPattern.MatchString(app) {
		return out, 0, noApp(app)
	}
	doc, err := d.Store.Get(ctx, draftsColl, app)
	if errors.Is(err, store.ErrNotFound) {
		return out, 0, noApp(app)
	}
	if err != nil {
		return out, 0, fmt.Errorf("designer: draft of %s: %w", app, err)
	}
	if err := json.Unmarshal(doc.Body, &out); err != nil {
		return out, 0, fmt.Errorf("designer: draft of %s: %w", app, err)
	}
	return out, doc.Ver, nil
}

// Draft reads the draft of an app. Errors: not.found.
func (d *Designer) Draft(ctx context.Context, app string) (Draft, error) {
	out, _, err := d.getDraft(ctx, app)
	return out, err
}

// CreateApp makes an app with a draft and no release. Errors: conflict when the key is taken, bad.request for a bad key or a
// definition of another app.
func (d *Designer) CreateApp(ctx context.Context, user string, definition []byte) (Draft, error) {
	return d.createApp(ctx, user, definition, "")
}

func (d *Designer) createApp(ctx context.Context, user string, definition []byte, template string) (Draft, error) {
	def, problems := process.Parse(definition)
	if def == nil {
		return Draft{}, shapeless(problems)
	}
	if !keyPattern.MatchString(def.Key) {
		return Draft{}, reject("bad.request", rules.Say("应用的键“{key}”要以小写字母开头，只含字母和数字，最多 40 个",
			"應用的鍵「{key}」要以小寫字母開頭，只含字母和數字，最多 40 個",
			"The app's key “{key}” must begin with a small letter and hold only letters and digits, at most 40", "key", clip(def.Key)))
	}
	if template == "" {
		from, err := d.madeOf(ctx, def)
		if err != nil {
			return Draft{}, err
		}
		template = from
	}
	now := d.Now().UTC().Truncate(time.Millisecond)
	draft := d.draftOf(def, definition, problems)
	draft.App, draft.Rev, draft.At, draft.By = def.Key, 1, now, user
	// The draft goes first: an app document without a draft would be an app nobody can open.
	err := d.Store.Insert(ctx, draftsColl, draft.doc(1))
	if err != nil && !errors.Is(err, store.ErrExists) {
		return Draft{}, fmt.Errorf("designer: draft of %s: %w", def.Key, err)
	}
	err = d.Store.Insert(ctx, appsColl, store.Doc{ID: def.Key, Ver: 1, Body: body(appDoc{Key: def.Key, CreatedAt: now, CreatedBy: user, Template: template})})
	if errors.Is(err, store.ErrExists) {
		return Draft{}, reject("conflict", rules.Say("已有键为“{key}”的应用，请换一个键", "已有鍵為「{key}」的應用，請換一個鍵",
			"There is an app with the key “{key}” already; choose another", "key", def.Key))
	}
	if err != nil {
		return Draft{}, fmt.Errorf("designer: app %s: %w", def.Key, err)
	}
	d.catalog.forget()
	return draft, nil
}

// draftOf is the definition as a draft keeps it.
func (d *Designer) draftOf(def *process.Definition, raw []byte, problems []rules.Problem) Draft {
	out := Draft{Name: def.Name}
	if def.Template != nil {
		out.Template = def.Template.Digest
	}
	if !rules.HasErrors(problems) {
		if canonical, err := process.Format(def); err == nil {
			raw = canonical
		}
	}
	out.Definition, out.Digest = string(raw), process.Digest(raw)
	return out
}

func shapeless(problems []rules.Problem) error {
	return reject("bad.request", rules.Say("这不是一份应用定义：要一个 JSON 对象", "這不是一份應用定義：要一個 JSON 物件",
		"This is no app definition: a JSON object is expected"), problems...)
}

// Save puts a new definition in the draft if it still is at rev. The problems are those of the whole check but the scenarios;
// they do not stop saving. Errors: *Conflict, not.found, bad.request for what is no JSON object or has another key.
func (d *Designer) Save(ctx context.Context, app, user string, rev int64, definition []byte) (Draft, []rules.Problem, error) {
	old, ver, err := d.getDraft(ctx, app)
	if err != nil {
		return Draft{}, nil, err
	}
	if old.Rev != rev {
		return Draft{}, nil, &Conflict{By: old.By, At: old.At, Rev: old.Rev}
	}
	opts, err := d.Among(ctx)
	if err != nil {
		return Draft{}, nil, err
	}
	def, problems := process.Parse(definition)
	if def == nil {
		return Draft{}, nil, shapeless(problems)
	}
	if def.Key != app {
		return Draft{}, nil, reject("bad.request", rules.Say("应用的键不能改：这里应是“{key}”", "應用的鍵不能改：這裡應是「{key}」",
			"An app's key cannot change: “{key}” is expected here", "key", app), rules.Errorf("/key", "ref.kind", rules.Say("应是“{key}”", "應是「{key}」", "“{key}” is expected", "key", app)))
	}
	next := d.draftOf(def, definition, problems)
	next.App, next.Base, next.Rev, next.By, next.At = app, old.Base, rev+1, user, d.Now().UTC().Truncate(time.Millisecond)
	if next.Digest != old.Digest {
		if next.Again, err = d.savedBefore(ctx, app, next.Digest); err != nil {
			return Draft{}, nil, err
		}
	}
	if err := d.replaceDraft(ctx, old, next, ver); err != nil {
		return Draft{}, nil, err
	}
	return next, d.check(def, problems, opts), nil
}

// replaceDraft keeps the former draft in the history and puts next in its place.
func (d *Designer) replaceDraft(ctx context.Context, old, next Draft, ver int64) error {
	err := d.Store.Insert(ctx, historyColl, historyDoc(old, 1))
	if err != nil && !errors.Is(err, store.ErrExists) {
		return fmt.Errorf("designer: history of %s: %w", old.App, err)
	}
	err = d.Store.Replace(ctx, draftsColl, next.doc(ver+1), ver)
	if errors.Is(err, store.ErrConflict) {
		now, _, err := d.getDraft(ctx, old.App)
		if err != nil {
			return err
		}
		return &Conflict{By: now.By, At: now.At, Rev: now.Rev}
	}
	if err != nil {
		return fmt.Errorf("designer: draft of %s: %w", old.App, err)
	}
	return nil
}
