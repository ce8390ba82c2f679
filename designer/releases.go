package designer

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"pipewright/rules"
	"pipewright/runtime/process"
	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

// Release is a published definition. It never changes.
type Release struct {
	App string `json:"app"`
	N   int    `json:"n"`
	// Digest is the SHA-256 of Definition, which is canonical JSON.
	Digest     string           `json:"digest"`
	Definition string           `json:"definition"`
	Storage    *process.Storage `json:"storage"`
	// Shared is what the release knows of the other apps it uses.
	Shared map[string]*process.Shared `json:"shared,omitempty"`
	Note   string                     `json:"note,omitempty"`
	At     time.Time                  `json:"at"`
	By     string                     `json:"by"`
	// State is "live", "preparing" (published, its columns not yet built) or "past"; it is not stored.
	State string `json:"-"`
}

func readRelease(ctx context.Context, s store.Store, app string, n int) (Release, error) {
	var r Release
	missing := reject("not.found", rules.Say("应用“{app}”没有第 {n} 版", "應用「{app}」沒有第 {n} 版", "App “{app}” has no release {n}", "app", clip(app), "n", n))
	if !keyPattern.MatchString(app) || n < 1 {
		return r, missing
	}
	doc, err := s.Get(ctx, releasesColl, releaseID(app, n))
	if errors.Is(err, store.ErrNotFound) {
		return r, missing
	}
	if err != nil {
		return r, fmt.Errorf("designer: release %d of %s: %w", n, app, err)
	}
	if err := json.Unmarshal(doc.Body, &r); err != nil {
		return r, fmt.Errorf("designer: release %d of %s: %w", n, app, err)
	}
	return r, nil
}

func stateOf(a appDoc, n int) string {
	switch {
	case n == a.Live:
		return "live"
	case slices.ContainsFunc(a.Activations, func(x Activation) bool { return x.N == n }) || n < a.Live:
		return "past"
	}
	return "preparing"
}

// Release reads one release. Errors: not.found.
func (d *Designer) Release(ctx context.Context, app string, n int) (Release, error) {
	a, _, err := d.getApp(ctx, app)
	if err != nil {
		return Release{}, err
	}
	r, err := readRelease(ctx, d.Store, app, n)
	r.State = stateOf(a, n)
	return r, err
}

// Releases lists the releases of an app, newest first, at most 1000. Errors: not.found.
func (d *Designer) Releases(ctx context.Context, app string) ([]Release, error) {
	a, _, err := d.getApp(ctx, app)
	if err != nil {
		return nil, err
	}
	page, err := d.Store.Query(ctx, releasesColl, query.Query{Filter: query.Cmp{Col: "app", Op: query.Eq, Value: app},
		Sort: []query.Sort{{Col: "n", Desc: true}}, Limit: store.MaxPage})
	if err != nil {
		return nil, fmt.Errorf("designer: releases of %s: %w", app, err)
	}
	out := make([]Release, len(page.Docs))
	for i, doc := range page.Docs {
		if err := json.Unmarshal(doc.Body, &out[i]); err != nil {
			return nil, fmt.Errorf("designer: releases of %s: %w", app, err)
		}
		out[i].State = stateOf(a, out[i].N)
	}
	return out, nil
}

// Definition is the canonical text of "draft", of the draft as it was saved with a rev ("r12"), or of a release by number, for comparing
// and exporting. Errors: not.found.
func (d *Designer) Definition(ctx context.Context, app, which string) (string, error) {
	if which == "draft" {
		draft, err := d.Draft(ctx, app)
		return draft.Definition, err
	}
	if rev, isRev := strings.CutPrefix(which, "r"); isRev {
		if n, err := strconv.ParseInt(rev, 10, 64); err == nil {
			past, err := d.Past(ctx, app, n)
			return past.Definition, err
		}
	}
	n, err := strconv.Atoi(which)
	if err != nil {
		return "", reject("bad.request", rules.Say("版本应是数字、draft，或 r 加草稿的保存次数", "版本應是數字、draft，或 r 加草稿的儲存次數", "A release is a number, draft, or r and the number of a save of the draft"))
	}
	r, err := readRelease(ctx, d.Store, app, n)
	return r.Definition, err
}
