package designer

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"pipewright/rules"
	"pipewright/runtime/process"
	"pipewright/runtime/store"
)

// Enact puts the draft of an app of another designer into this one as if it had been published there, together with the live releases of
// the apps it uses, as they are. It is for a sandbox: this designer's store holds nothing of the app yet. Scenarios do not gate it and warnings do
// not stop it; who tries a draft out knows that it is not finished. Errors: not.found, sandbox.check with the problems as details.
func (d *Designer) Enact(ctx context.Context, from *Designer, app, user string) (*process.App, error) {
	draft, _, err := from.getDraft(ctx, app)
	if err != nil {
		return nil, err
	}
	a, _, err := from.getApp(ctx, app)
	if err != nil {
		return nil, err
	}
	def, plain, rel, err := from.unpublished(ctx, draft)
	if err != nil {
		return nil, err
	}
	for _, s := range plain.Shared {
		if err := d.adopt(ctx, from, s.App, app); err != nil {
			return nil, err
		}
	}
	rel.At, rel.By = d.Now().UTC().Truncate(time.Millisecond), user
	if err := d.claimCodes(ctx, app, rel.Storage); err != nil {
		return nil, err
	}
	if err := d.Store.Insert(ctx, releasesColl, rel.doc()); err != nil {
		return nil, fmt.Errorf("designer: release of %s: %w", app, err)
	}
	kept := d.draftOf(def, []byte(rel.Definition), nil)
	kept.App, kept.Rev, kept.Base, kept.At, kept.By = app, draft.Rev, rel.N, rel.At, user
	if err := d.Store.Insert(ctx, draftsColl, kept.doc(1)); err != nil {
		return nil, fmt.Errorf("designer: draft of %s: %w", app, err)
	}
	live := appDoc{Key: app, Live: rel.N, Last: rel.N, CreatedAt: rel.At, CreatedBy: user, Template: a.Template}
	if err := d.Store.Insert(ctx, appsColl, store.Doc{ID: app, Ver: 1, Body: body(live)}); err != nil {
		return nil, fmt.Errorf("designer: app %s: %w", app, err)
	}
	d.catalog.forget()
	next, err := d.catalog.Release(ctx, app, rel.N)
	if err != nil || d.Prepare == nil {
		return next, err
	}
	return next, d.Prepare(ctx, nil, next)
}

// CompileDraft is the draft of an app, compiled as the release it would become, with the storage keys it would have. Errors: not.found,
// sandbox.check with the problems as details.
func (d *Designer) CompileDraft(ctx context.Context, app string) (*process.App, Draft, error) {
	draft, _, err := d.getDraft(ctx, app)
	if err != nil {
		return nil, draft, err
	}
	def, _, rel, err := d.unpublished(ctx, draft)
	if err != nil {
		return nil, draft, err
	}
	out, problems := process.Compile(def, rel.Storage, rel.N, process.Options{SkipTexts: true, Shared: keptShared(rel)})
	if rules.HasErrors(problems) {
		return nil, draft, cannotTry(problems)
	}
	return out, draft, nil
}

// unpublished is the release that a draft would become.
func (d *Designer) unpublished(ctx context.Context, draft Draft) (*process.Definition, *process.App, Release, error) {
	def, problems := process.Parse([]byte(draft.Definition))
	if def == nil || rules.HasErrors(problems) {
		return nil, nil, Release{}, cannotTry(problems)
	}
	opts, err := d.Among(ctx)
	if err != nil {
		return nil, nil, Release{}, err
	}
	if problems = d.check(def, problems, opts); rules.HasErrors(problems) {
		return nil, nil, Release{}, cannotTry(problems)
	}
	canonical, err := process.Format(def)
	if err != nil {
		return nil, nil, Release{}, fmt.Errorf("designer: %s: %w", draft.App, err)
	}
	newest, err := d.newest(ctx, draft.App)
	if err != nil {
		return nil, nil, Release{}, err
	}
	before, _ := process.Parse([]byte(newest.Definition))
	plain, _ := process.Compile(def, nil, 0, opts)
	return def, plain, Release{App: draft.App, N: newest.N + 1, Digest: process.Digest(canonical), Definition: string(canonical),
		Storage: process.AssignStorage(newest.Storage, before, def), Shared: plain.Shared}, nil
}

func cannotTry(problems []rules.Problem) error {
	var errs []rules.Problem
	for _, p := range problems {
		if p.Severity == rules.Error {
			errs = append(errs, p)
		}
	}
	return reject("sandbox.check", rules.Say("草稿还有 {n} 个错误，改好才能试运行", "草稿還有 {n} 個錯誤，改好才能試跑", "The draft has {n} errors; mend them before trying it out", "n", len(errs)), errs...)
}

func (r *Release) doc() store.Doc {
	return store.Doc{ID: releaseID(r.App, r.N), Ver: 1, Cols: map[string]any{"app": r.App, "n": int64(r.N), "digest": r.Digest}, Body: body(r)}
}

// adopt copies the live release of an app that another uses, and of those it uses itself, except the app that is being tried.
func (d *Designer) adopt(ctx context.Context, from *Designer, app, except string) error {
	if app == except {
		return nil
	}
	if _, err := d.Store.Get(ctx, appsColl, app); !errors.Is(err, store.ErrNotFound) {
		return err // it is here already
	}
	a, _, err := from.getApp(ctx, app)
	if err != nil {
		return err
	}
	rel, err := readRelease(ctx, from.Store, app, a.Live)
	if err != nil {
		return err
	}
	for _, form := range rel.Storage.Forms {
		err := d.Store.Insert(ctx, codesColl, store.Doc{ID: form.Code, Ver: 1, Body: body(Place{App: app, Form: form.Key})})
		if err != nil && !errors.Is(err, store.ErrExists) {
			return fmt.Errorf("designer: code %s: %w", form.Code, err)
		}
	}
	def, problems := process.Parse([]byte(rel.Definition))
	if def == nil {
		return cannotTry(problems)
	}
	draft := d.draftOf(def, []byte(rel.Definition), nil)
	draft.App, draft.Rev, draft.Base, draft.At = app, 1, rel.N, rel.At
	for _, one := range []struct {
		coll string
		doc  store.Doc
	}{
		{releasesColl, rel.doc()}, {draftsColl, draft.doc(1)},
		{appsColl, store.Doc{ID: app, Ver: 1, Body: body(appDoc{Key: app, Live: rel.N, Last: rel.N, CreatedAt: a.CreatedAt, CreatedBy: a.CreatedBy})}},
	} {
		if err := d.Store.Insert(ctx, one.coll, one.doc); err != nil {
			return fmt.Errorf("designer: %s of %s: %w", one.coll, strconv.Quote(app), err)
		}
	}
	for _, s := range rel.Shared {
		if err := d.adopt(ctx, from, s.App, except); err != nil {
			return err
		}
	}
	return nil
}
