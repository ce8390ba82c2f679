package designer

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"pipewright/rules"
	"pipewright/runtime/process"
	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

// PublishInput says what to publish and what was accepted.
type PublishInput struct {
	App  string
	User string
	// By is who publishes, where that is not somebody who may operate.
	By   *Publisher
	Note string
	// Rev of the draft that was looked at; 0: whatever the draft is now.
	Rev int64
	// AcceptWarnings ticks all warnings; Accept ticks them by code or path.
	AcceptWarnings bool
	Accept         []string
	// Definition, when not empty, is published in place of the draft, and becomes the draft (restore).
	Definition string
}

// Published is the outcome. Same says that the live release was this very definition already.
type Published struct {
	Release int
	Digest  string
	Same    bool
}

// Publish makes a release of the draft and takes it live: check, storage keys, the release itself, its columns, then the
// pointer. Cut short anywhere, doing it again goes on from there: a release with this digest is used again, not made twice.
// Errors: not.found, *Conflict, check.failed with the problems as details.
func (d *Designer) Publish(ctx context.Context, in PublishInput) (Published, error) {
	draft, ver, err := d.getDraft(ctx, in.App)
	if err != nil {
		return Published{}, err
	}
	if in.Rev != 0 && in.Rev != draft.Rev {
		return Published{}, &Conflict{By: draft.By, At: draft.At, Rev: draft.Rev}
	}
	text := draft.Definition
	if in.Definition != "" {
		text = in.Definition
	}
	def, problems := process.Parse([]byte(text))
	if def == nil || rules.HasErrors(problems) {
		return Published{}, failedCheck(problems)
	}
	if problems, err = d.checkAgainst(ctx, def, problems); err != nil {
		return Published{}, err
	}
	if rules.HasErrors(problems) {
		return Published{}, failedCheck(problems)
	}
	if open := unaccepted(problems, in); len(open) > 0 {
		return Published{}, failedCheck(open)
	}
	if in.By != nil {
		if err := d.mayPublish(ctx, in.App, def, *in.By); err != nil {
			return Published{}, err
		}
	}
	canonical, err := process.Format(def)
	if err != nil {
		return Published{}, fmt.Errorf("designer: %s: %w", in.App, err)
	}
	digest := process.Digest(canonical)

	others, err := d.catalog.Live(ctx)
	if err != nil {
		return Published{}, err
	}
	opts := usingThose(others)
	rel, found, err := d.byDigest(ctx, in.App, digest)
	if err != nil {
		return Published{}, err
	}
	if !found {
		if d.Tests != nil {
			plain, _ := process.Compile(def, nil, 0, opts)
			if failed := d.Tests(plain); rules.HasErrors(failed) {
				return Published{}, failedCheck(failed)
			}
		}
		if problems, err = d.duplicates(ctx, in.App, def, opts); err != nil {
			return Published{}, err
		}
		if len(problems) > 0 {
			return Published{}, failedCheck(problems)
		}
		if rel, err = d.insertRelease(ctx, in, def, canonical, digest, opts); err != nil {
			return Published{}, err
		}
	}
	same, err := d.activate(ctx, in.User, rel)
	if err != nil {
		return Published{}, err
	}
	next := draft
	next.Base = rel.N
	if in.Definition != "" && draft.Digest != digest {
		next.Definition, next.Digest, next.Name, next.Template = string(canonical), digest, def.Name, d.draftOf(def, canonical, nil).Template
		next.Rev, next.By, next.At = draft.Rev+1, in.User, d.Now().UTC().Truncate(time.Millisecond)
	}
	if next.Base != draft.Base || next.Rev != draft.Rev {
		// Somebody who saved meanwhile keeps his draft; the release stands all the same.
		var lost *Conflict
		if err := d.replaceDraft(ctx, draft, next, ver); err != nil && !errors.As(err, &lost) {
			return Published{}, err
		}
	}
	return Published{Release: rel.N, Digest: digest, Same: same}, nil
}

// Restore publishes the definition of an old release again.
func (d *Designer) Restore(ctx context.Context, app string, by Publisher, n int) (Published, error) {
	r, err := readRelease(ctx, d.Store, app, n)
	if err != nil {
		return Published{}, err
	}
	return d.Publish(ctx, PublishInput{App: app, User: by.User, By: &by, Definition: r.Definition, AcceptWarnings: true})
}

func failedCheck(problems []rules.Problem) error {
	errs, warns := 0, 0
	for _, p := range problems {
		if p.Severity == rules.Error {
			errs++
		} else {
			warns++
		}
	}
	msg := rules.Say("不能发布：有 {errors} 个错误", "不能發佈：有 {errors} 個錯誤", "Cannot publish: there are {errors} errors", "errors", errs)
	if errs == 0 {
		msg = rules.Say("有 {warnings} 个提醒还没有确认", "有 {warnings} 個提醒還沒有確認", "{warnings} warnings are not ticked yet", "warnings", warns)
	}
	return reject("check.failed", msg, problems...)
}

func unaccepted(problems []rules.Problem, in PublishInput) []rules.Problem {
	if in.AcceptWarnings {
		return nil
	}
	var out []rules.Problem
	for _, p := range problems {
		if !slices.Contains(in.Accept, p.Code) && !slices.Contains(in.Accept, p.Path) {
			out = append(out, p)
		}
	}
	return out
}

// byDigest finds a release of the app with the same definition.
func (d *Designer) byDigest(ctx context.Context, app, digest string) (Release, bool, error) {
	page, err := d.Store.Query(ctx, releasesColl, query.Query{Filter: query.And{
		query.Cmp{Col: "app", Op: query.Eq, Value: app}, query.Cmp{Col: "digest", Op: query.Eq, Value: digest},
	}, Sort: []query.Sort{{Col: "n", Desc: true}}, Limit: 1})
	if err != nil {
		return Release{}, false, fmt.Errorf("designer: releases of %s: %w", app, err)
	}
	if len(page.Docs) == 0 {
		return Release{}, false, nil
	}
	var r Release
	if err := json.Unmarshal(page.Docs[0].Body, &r); err != nil {
		return r, false, fmt.Errorf("designer: releases of %s: %w", app, err)
	}
	return r, true, nil
}

// insertRelease gives the definition its storage keys and the next number. Of two publishers at once one takes the number and
// the other the next.
func (d *Designer) insertRelease(ctx context.Context, in PublishInput, def *process.Definition, canonical []byte, digest string, opts process.Options) (Release, error) {
	plain, _ := process.Compile(def, nil, 0, opts)
	for range 8 {
		newest, err := d.newest(ctx, in.App)
		if err != nil {
			return Release{}, err
		}
		var prevDef *process.Definition
		if newest.N > 0 {
			if newest.Digest == digest {
				return newest, nil
			}
			prevDef, _ = process.Parse([]byte(newest.Definition))
		}
		storage := process.AssignStorage(newest.Storage, prevDef, def)
		if err := d.claimCodes(ctx, in.App, storage); err != nil {
			return Release{}, err
		}
		r := Release{App: in.App, N: newest.N + 1, Digest: digest, Definition: string(canonical), Storage: storage, Shared: plain.Shared,
			Note: in.Note, At: d.Now().UTC().Truncate(time.Millisecond), By: in.User}
		err = d.Store.Insert(ctx, releasesColl, r.doc())
		switch {
		case err == nil:
			return r, nil
		case !errors.Is(err, store.ErrExists):
			return Release{}, fmt.Errorf("designer: release %d of %s: %w", r.N, in.App, err)
		}
	}
	return Release{}, reject("conflict", rules.Say("同时有人在发布这个应用，请稍后再试", "同時有人在發佈這個應用，請稍後再試",
		"Others are publishing this app at the same time; please try again"))
}

// duplicates are the records that the new unique rules of a definition forbid, told before there is a release of it.
func (d *Designer) duplicates(ctx context.Context, app string, def *process.Definition, opts process.Options) ([]rules.Problem, error) {
	if d.Duplicates == nil {
		return nil, nil
	}
	live, _, err := d.getApp(ctx, app)
	if err != nil || live.Live == 0 {
		return nil, err
	}
	prev, err := d.catalog.Release(ctx, app, live.Live)
	if err != nil {
		return nil, err
	}
	newest, err := d.newest(ctx, app)
	if err != nil {
		return nil, err
	}
	newestDef, _ := process.Parse([]byte(newest.Definition))
	next, _ := process.Compile(def, process.AssignStorage(newest.Storage, newestDef, def), newest.N+1, opts)
	return d.Duplicates(ctx, prev, next)
}

func (d *Designer) newest(ctx context.Context, app string) (Release, error) {
	page, err := d.Store.Query(ctx, releasesColl, query.Query{Filter: query.Cmp{Col: "app", Op: query.Eq, Value: app},
		Sort: []query.Sort{{Col: "n", Desc: true}}, Limit: 1})
	if err != nil || len(page.Docs) == 0 {
		return Release{}, err
	}
	var r Release
	if err := json.Unmarshal(page.Docs[0].Body, &r); err != nil {
		return r, fmt.Errorf("designer: releases of %s: %w", app, err)
	}
	return r, nil
}

// claimCodes makes the codes of record ids unique across apps: a code taken by another form gets a number behind it.
func (d *Designer) claimCodes(ctx context.Context, app string, st *process.Storage) error {
	for _, form := range sortedKeys(st.Forms) {
		fs := st.Forms[form]
		place := Place{App: app, Form: fs.Key}
		for try := 1; ; try++ {
			code := fs.Code
			if try > 1 {
				code += strconv.Itoa(try)
			}
			err := d.Store.Insert(ctx, codesColl, store.Doc{ID: code, Ver: 1, Body: body(place)})
			if errors.Is(err, store.ErrExists) {
				holder, err := d.catalog.Locate(ctx, code)
				if err != nil {
					return err
				}
				if holder != place {
					continue
				}
			} else if err != nil {
				return fmt.Errorf("designer: code %s: %w", code, err)
			}
			fs.Code = code
			st.Forms[form] = fs
			break
		}
	}
	return nil
}

// activate builds what the release needs and points the app at it. same is true when it was live already.
func (d *Designer) activate(ctx context.Context, user string, r Release) (same bool, err error) {
	next, err := d.catalog.Release(ctx, r.App, r.N)
	if err != nil {
		return false, err
	}
	for range 8 {
		a, ver, err := d.getApp(ctx, r.App)
		if err != nil {
			return false, err
		}
		if a.Live == r.N {
			return true, nil
		}
		if d.Prepare != nil {
			var prev *process.App
			if a.Live > 0 {
				if prev, err = d.catalog.Release(ctx, r.App, a.Live); err != nil {
					return false, err
				}
			}
			if err := d.Prepare(ctx, prev, next); err != nil {
				return false, fmt.Errorf("designer: columns of %s: %w", r.App, err)
			}
		}
		a.Live, a.Last = r.N, max(a.Last, r.N)
		a.Granted, a.Asked = nil, nil
		a.Activations = append(a.Activations, Activation{N: r.N, At: d.Now().UTC().Truncate(time.Millisecond), By: user})
		a.Activations = a.Activations[max(0, len(a.Activations)-50):]
		err = d.Store.Replace(ctx, appsColl, store.Doc{ID: r.App, Ver: ver + 1, Body: body(a)}, ver)
		if errors.Is(err, store.ErrConflict) {
			continue
		}
		if err != nil {
			return false, fmt.Errorf("designer: app %s: %w", r.App, err)
		}
		d.catalog.forget()
		return false, nil
	}
	return false, reject("conflict", rules.Say("同时有人在发布这个应用，请稍后再试", "同時有人在發佈這個應用，請稍後再試",
		"Others are publishing this app at the same time; please try again"))
}

func sortedKeys[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}
