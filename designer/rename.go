package designer

import (
	"context"
	"fmt"
	"strings"

	"pipewright/rules"
	"pipewright/runtime/process"
)

// Renamed is what a change of key comes to.
type Renamed struct {
	// Definition is the canonical text with the new key.
	Definition []byte
	Uses       []process.Use
	// Warnings are places that the new key does not reach, such as rows copied by the keys of their columns.
	Warnings []rules.Problem
}

// Rename gives the thing at a key path of a definition another key, with every place that names it. Nothing is saved. Errors:
// bad.request for what is no definition, rename.refused with the reason as its detail.
func Rename(definition []byte, path, to string) (Renamed, error) {
	return rename(definition, path, to, func(*process.Definition, string) {})
}

// rename lets tidy have the renamed definition, and the thing's new path, before it is written.
func rename(definition []byte, path, to string, tidy func(*process.Definition, string)) (Renamed, error) {
	def, err := sound(definition)
	if err != nil {
		return Renamed{}, err
	}
	next, uses, problems := process.Rename(def, path, to)
	if rules.HasErrors(problems) {
		return Renamed{}, reject("rename.refused", problems[0].Message, problems...)
	}
	tidy(next, path[:strings.LastIndexByte(path, '/')+1]+to)
	text, err := process.Format(next)
	if err != nil {
		return Renamed{}, fmt.Errorf("designer: rename: %w", err)
	}
	return Renamed{Definition: text, Uses: uses, Warnings: problems}, nil
}

// Uses lists the places of a definition that name the thing at a key path. Errors: bad.request, not.found.
func Uses(definition []byte, path string) ([]process.Use, error) {
	def, err := sound(definition)
	if err != nil {
		return nil, err
	}
	uses, ok := process.Uses(def, path)
	if !ok {
		return nil, reject("not.found", rules.Say("定义里没有“{path}”", "定義裡沒有「{path}」", "The definition has nothing at “{path}”", "path", clip(path)))
	}
	return uses, nil
}

// sound reads a definition of the right shape: writing a misread one back would lose what could not be read.
func sound(definition []byte) (*process.Definition, error) {
	def, problems := process.Parse(definition)
	switch {
	case def == nil:
		return nil, shapeless(problems)
	case rules.HasErrors(problems):
		return nil, reject("check.failed", rules.Say("请先改正写法不对的地方", "請先改正寫法不對的地方", "Mend what is not written as it should be first"), problems...)
	}
	return def, nil
}

// Rename is Rename for a definition of an app: former keys that only drafts knew are not kept in `was`. Errors: those of Rename,
// and not.found for the app.
func (d *Designer) Rename(ctx context.Context, app string, definition []byte, path, to string) (Renamed, error) {
	a, _, err := d.getApp(ctx, app)
	if err != nil {
		return Renamed{}, err
	}
	var published *process.Definition
	if a.Live > 0 {
		live, err := d.catalog.Release(ctx, app, a.Live)
		if err != nil {
			return Renamed{}, err
		}
		published = live.Def
	}
	return rename(definition, path, to, func(def *process.Definition, path string) { process.ForgetWas(def, path, published) })
}

// RenameInDraft renames in the draft and saves it, if the draft still is at rev. The problems are those of the check.
func (d *Designer) RenameInDraft(ctx context.Context, app, user string, rev int64, path, to string) (Renamed, Draft, []rules.Problem, error) {
	draft, _, err := d.getDraft(ctx, app)
	if err != nil {
		return Renamed{}, Draft{}, nil, err
	}
	if draft.Rev != rev {
		return Renamed{}, Draft{}, nil, &Conflict{By: draft.By, At: draft.At, Rev: draft.Rev}
	}
	r, err := d.Rename(ctx, app, []byte(draft.Definition), path, to)
	if err != nil {
		return Renamed{}, Draft{}, nil, err
	}
	saved, problems, err := d.Save(ctx, app, user, rev, r.Definition)
	return r, saved, problems, err
}
