package designer

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"pipewright/rules"
	"pipewright/runtime/process"
	"pipewright/runtime/store"
)

// An app gets new powers (process.NewPowers) with a release, from who may operate. Whoever only designs asks for those that his draft wants and the live
// release has not; they wait with the app until they are granted or refused. What was granted holds until the next release, which then has it or not.

// Asked is what who designs has asked for.
type Asked struct {
	By     string          `json:"by"`
	At     time.Time       `json:"at"`
	Note   string          `json:"note,omitempty"`
	Powers []process.Power `json:"powers"`
	// Answer is "granted" or "refused", by whom and when, with the reason; empty while it waits.
	Answer   string    `json:"answer,omitempty"`
	Reason   string    `json:"reason,omitempty"`
	Answerer string    `json:"answerer,omitempty"`
	Answered time.Time `json:"answered,omitzero"`
}

// Publisher is who publishes: with Operates he grants what the app asks for by publishing it. Roles are those that he plays in the app.
type Publisher struct {
	User     string
	Operates bool
	Roles    []string
}

// Powers is what a draft newly asks for, and what was asked before.
type Powers struct {
	New []process.Power
	// Granted are the keys of those that may be published already.
	Granted []string
	Asked   *Asked
}

// Missing are those that have not been granted.
func (p *Powers) Missing() []process.Power {
	return slices.DeleteFunc(slices.Clone(p.New), func(x process.Power) bool { return slices.Contains(p.Granted, x.Key) })
}

// Powers compares the draft of an app with its live release. Errors: not.found.
func (d *Designer) Powers(ctx context.Context, app string, by Publisher) (*Powers, error) {
	a, _, err := d.getApp(ctx, app)
	if err != nil {
		return nil, err
	}
	draft, _, err := d.getDraft(ctx, app)
	if err != nil {
		return nil, err
	}
	def, _ := process.Parse([]byte(draft.Definition)) // as far as it can be read: what cannot be is not published
	return d.powers(ctx, a, def, by)
}

func (d *Designer) powers(ctx context.Context, a appDoc, def *process.Definition, by Publisher) (*Powers, error) {
	out := &Powers{Granted: a.Granted, Asked: a.Asked}
	if def == nil {
		return out, nil
	}
	var before *process.Definition
	if a.Live > 0 {
		live, err := d.catalog.Release(ctx, a.Key, a.Live)
		if err != nil {
			return nil, err
		}
		before = live.Def
	}
	roles := by.Roles
	if by.Operates {
		roles = nil // who operates gives out roles anyway
	}
	out.New = process.NewPowers(before, def, roles)
	return out, nil
}

// mayPublish refuses a definition that asks for what has not been granted. Errors: grant.needed with the powers as details.
func (d *Designer) mayPublish(ctx context.Context, app string, def *process.Definition, by Publisher) error {
	if by.Operates {
		return nil
	}
	a, _, err := d.getApp(ctx, app)
	if err != nil {
		return err
	}
	p, err := d.powers(ctx, a, def, by)
	if err != nil {
		return err
	}
	missing := p.Missing()
	if len(missing) == 0 {
		return nil
	}
	details := make([]rules.Problem, len(missing))
	for i, x := range missing {
		details[i] = rules.Errorf(x.Path, "grant.needed", x.Text)
	}
	return reject("grant.needed", rules.Say("这一版要的新权限还没有批准（{n} 项）；请先申请，由能管理系统的人批准", "這一版要的新權限還沒有批准（{n} 項）；請先申請，由能管理系統的人批准",
		"This release asks for powers that have not been granted ({n}); ask for them first, and somebody who operates will decide", "n", len(missing)), details...)
}

// Ask asks for what the draft needs; asking again is about the draft of now, and for nothing when it needs nothing any more. Errors: not.found.
func (d *Designer) Ask(ctx context.Context, app string, by Publisher, note string) (*Powers, error) {
	p, err := d.Powers(ctx, app, by)
	if err != nil {
		return nil, err
	}
	err = d.changeApp(ctx, app, func(a *appDoc) error {
		p.Granted = a.Granted
		if missing := p.Missing(); len(missing) > 0 {
			a.Asked = &Asked{By: by.User, At: d.Now().UTC().Truncate(time.Millisecond), Note: note, Powers: missing}
		} else {
			a.Asked = nil
		}
		p.Asked = a.Asked
		return nil
	})
	return p, err
}

// AskedOf is an app with what it waits for.
type AskedOf struct {
	App  string
	Name rules.Text
	Asked
}

// Waiting lists what apps have asked for and nobody has answered, the oldest first.
func (d *Designer) Waiting(ctx context.Context) ([]AskedOf, error) {
	docs, err := queryAll(ctx, d.Store, appsColl)
	if err != nil {
		return nil, err
	}
	out := []AskedOf{}
	for _, doc := range docs {
		var a appDoc
		if err := json.Unmarshal(doc.Body, &a); err != nil {
			return nil, fmt.Errorf("designer: app %s: %w", doc.ID, err)
		}
		if a.Asked == nil || a.Asked.Answer != "" {
			continue
		}
		info, err := d.App(ctx, a.Key)
		if err != nil {
			return nil, err
		}
		out = append(out, AskedOf{a.Key, info.Name, *a.Asked})
	}
	slices.SortStableFunc(out, func(x, y AskedOf) int { return x.At.Compare(y.At) })
	return out, nil
}

// Answer grants or refuses what an app has asked for, all of it: keys are what was looked at. Errors: not.found when nothing waits, conflict when
// something else was asked for meanwhile.
func (d *Designer) Answer(ctx context.Context, app, user string, keys []string, grant bool, reason string) (*Asked, error) {
	var out *Asked
	err := d.changeApp(ctx, app, func(a *appDoc) error {
		if a.Asked == nil || a.Asked.Answer != "" {
			return reject("not.found", rules.Say("这个应用没有等待批准的申请，可能已有人处理", "這個應用沒有等待批准的申請，可能已有人處理", "Nothing of this app waits for an answer; somebody may have answered"))
		}
		var asked []string
		for _, p := range a.Asked.Powers {
			asked = append(asked, p.Key)
		}
		keys = slices.Sorted(slices.Values(keys))
		if slices.Sort(asked); !slices.Equal(asked, keys) {
			return reject("conflict", rules.Say("申请的内容刚刚变了，请再看一遍", "申請的內容剛剛變了，請再看一遍", "What is asked for has just changed; please look again"))
		}
		answer := *a.Asked
		answer.Answer, answer.Reason, answer.Answerer, answer.Answered = "refused", strings.TrimSpace(reason), user, d.Now().UTC().Truncate(time.Millisecond)
		if grant {
			answer.Answer = "granted"
			a.Granted = append(slices.Clone(a.Granted), asked...)
			slices.Sort(a.Granted)
			a.Granted = slices.Compact(a.Granted)
		}
		a.Asked, out = &answer, &answer
		return nil
	})
	return out, err
}

// changeApp changes the document of an app as it is stored now.
func (d *Designer) changeApp(ctx context.Context, app string, change func(*appDoc) error) error {
	for range 8 {
		a, ver, err := d.getApp(ctx, app)
		if err != nil {
			return err
		}
		if err := change(&a); err != nil {
			return err
		}
		err = d.Store.Replace(ctx, appsColl, store.Doc{ID: app, Ver: ver + 1, Body: body(a)}, ver)
		if !errors.Is(err, store.ErrConflict) {
			return err
		}
	}
	return reject("conflict", rules.Say("同时有人在改这个应用，请稍后再试", "同時有人在改這個應用，請稍後再試", "Others are changing this app at the same time; please try again"))
}
