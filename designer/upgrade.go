package designer

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"pipewright/rules"
	"pipewright/runtime/process"
	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

// templateSource is one version of a template, kept from when an app took it up, under its digest: what the app's changes are
// told by when the template is there in another version.
type templateSource struct {
	Key        string    `json:"key"`
	Digest     string    `json:"digest"`
	Definition string    `json:"definition"`
	At         time.Time `json:"at"`
}

// as is the definition of an app of that key, made of the template and nothing else.
func (s templateSource) as(app string) (string, error) {
	def, problems := process.Parse([]byte(s.Definition))
	if def == nil || rules.HasErrors(problems) {
		return "", fmt.Errorf("designer: template %s: %s", s.Key, firstError(problems))
	}
	def.Key, def.Template = app, &process.Origin{Key: s.Key, Digest: s.Digest}
	text, err := process.Format(def)
	if err != nil {
		return "", fmt.Errorf("designer: template %s: %w", s.Key, err)
	}
	return string(text), nil
}

func (d *Designer) sourceOf(t Template) (templateSource, error) {
	def, problems := process.Parse(t.Definition)
	if def == nil || rules.HasErrors(problems) {
		return templateSource{}, fmt.Errorf("designer: template %s: %s", t.Key, firstError(problems))
	}
	def.Template = nil
	text, err := process.Format(def)
	if err != nil {
		return templateSource{}, fmt.Errorf("designer: template %s: %w", t.Key, err)
	}
	return templateSource{Key: t.Key, Digest: process.Digest(text), Definition: string(text), At: d.Now().UTC().Truncate(time.Millisecond)}, nil
}

// keepSource stores the version of a template that is there now. Before an app holds a version, the version is kept.
func (d *Designer) keepSource(ctx context.Context, t Template) (templateSource, error) {
	s, err := d.sourceOf(t)
	if err != nil {
		return s, err
	}
	if err := d.Store.Insert(ctx, sourcesColl, store.Doc{ID: s.Digest, Ver: 1, Body: body(s)}); err != nil && !errors.Is(err, store.ErrExists) {
		return s, fmt.Errorf("designer: template %s: %w", t.Key, err)
	}
	return s, nil
}

// digests remembers the digest of a template by the SHA-256 of its text: to read it and write it out again takes a hundred times longer, and every
// sandbox has a designer of its own.
var digests sync.Map

func (d *Designer) templateDigests() (map[string]string, error) {
	out := map[string]string{}
	for _, t := range d.Templates {
		text := sha256.Sum256(t.Definition)
		if known, ok := digests.Load(text); ok {
			out[t.Key] = known.(string)
			continue
		}
		s, err := d.sourceOf(t)
		if err != nil {
			return nil, err
		}
		digests.Store(text, s.Digest)
		out[t.Key] = s.Digest
	}
	return out, nil
}

// madeOf is the template that a definition from elsewhere says it was made of, if there is one here. If it is the version there is now, that is kept.
func (d *Designer) madeOf(ctx context.Context, def *process.Definition) (string, error) {
	if def.Template == nil || len(d.Templates) == 0 {
		return "", nil
	}
	newest, err := d.newestOf()
	if err != nil || newest[def.Template.Key] == "" {
		return "", err
	}
	if newest[def.Template.Key] == def.Template.Digest {
		t, err := d.Template(def.Template.Key)
		if err != nil {
			return "", err
		}
		if _, err := d.keepSource(ctx, t); err != nil {
			return "", err
		}
	}
	return def.Template.Key, nil
}

// outdated says whether the template of an app is there in another version than the one its draft holds. An app installed before drafts said
// what they hold began with release 1.
func (d *Designer) outdated(ctx context.Context, a appDoc, holds string) (bool, error) {
	newest, err := d.newestOf()
	if err != nil || newest[a.Template] == "" {
		return false, err
	}
	if holds != "" {
		return holds != newest[a.Template], nil
	}
	began, known := d.began.Load(a.Key)
	if !known {
		t, err := d.Template(a.Template)
		if err != nil {
			return false, err
		}
		def, _ := process.Parse(t.Definition)
		def.Key = a.Key
		plain, err := process.Format(def)
		if err != nil {
			return false, fmt.Errorf("designer: template %s: %w", a.Template, err)
		}
		began = process.Digest(plain)
		d.began.Store(a.Key, began)
	}
	page, err := d.Store.Query(ctx, releasesColl, query.Query{Filter: query.And{query.Cmp{Col: "app", Op: query.Eq, Value: a.Key},
		query.Cmp{Col: "n", Op: query.Eq, Value: int64(1)}}, Limit: 1, Cols: []string{"digest"}})
	if err != nil {
		return false, fmt.Errorf("designer: releases of %s: %w", a.Key, err)
	}
	return len(page.Docs) > 0 && page.Docs[0].Cols["digest"] != began, nil
}

// Upgrade is what a newer version of a template would make of an app's draft.
type Upgrade struct {
	// Available is false when the draft holds the template as it is, or was made of none; nothing else is then filled.
	Available bool
	Template  string
	Name      rules.Text
	// From and To are the digests of the two versions. From is empty for an app installed before they were kept.
	From, To string
	// Changes are those of the template since the version that the app holds.
	Changes []Difference
	Merged
	// Rev of the draft that it was made from, and the problems that the merged definition has.
	Rev      int64
	Problems []rules.Problem
}

// Upgrade puts the newest version of the template of an app together with the app's draft, and saves nothing. choose names the side that counts
// at the path of a conflict: mine is the draft's, theirs the template's. Errors: not.found; check.failed while the draft is not written as it should
// be; upgrade.unknown when the version it began from is not known here.
func (d *Designer) Upgrade(ctx context.Context, app string, choose map[string]Side) (Upgrade, error) {
	a, _, err := d.getApp(ctx, app)
	if err != nil {
		return Upgrade{}, err
	}
	draft, _, err := d.getDraft(ctx, app)
	if err != nil {
		return Upgrade{}, err
	}
	out := Upgrade{Rev: draft.Rev}
	if out.Available, err = d.outdated(ctx, a, draft.Template); err != nil || !out.Available {
		return out, err
	}
	t, err := d.Template(a.Template)
	if err != nil {
		return out, err
	}
	next, err := d.sourceOf(t)
	if err != nil {
		return out, err
	}
	base, err := d.beganFrom(ctx, a, draft)
	if err != nil {
		return out, err
	}
	mine, err := holding(draft.Definition, base)
	if err != nil {
		return out, err
	}
	theirs, err := next.as(app)
	if err != nil {
		return out, err
	}
	if out.Merged, err = Merge(base, mine, theirs, choose); err != nil {
		return out, err
	}
	if out.Changes, err = changesOf(base, theirs); err != nil {
		return out, err
	}
	def, _ := process.Parse([]byte(theirs))
	out.Template, out.Name, out.From, out.To = t.Key, def.Name, draft.Template, next.Digest
	out.Problems, err = d.CheckAmong(ctx, []byte(out.Definition))
	return out, err
}

// changesOf leaves out that the version is another one: that is what an upgrade is.
func changesOf(base, theirs string) ([]Difference, error) {
	all, err := Diff(base, theirs)
	out := []Difference{}
	for _, c := range all {
		if c.Area != "template" {
			out = append(out, c)
		}
	}
	return out, err
}

// beganFrom is the app as the version of the template that its draft holds made it.
func (d *Designer) beganFrom(ctx context.Context, a appDoc, draft Draft) (string, error) {
	if draft.Template == "" {
		r, err := readRelease(ctx, d.Store, a.Key, 1)
		return r.Definition, err
	}
	doc, err := d.Store.Get(ctx, sourcesColl, draft.Template)
	if errors.Is(err, store.ErrNotFound) {
		return "", reject("upgrade.unknown", rules.Say("这个应用来自模板的另一个版本，而这里没有那个版本，无法合并。可以用 pipewright merge 拿三份文件来合并",
			"這個應用來自範本的另一個版本，而這裡沒有那個版本，無法合併。可以用 pipewright merge 拿三份檔案來合併",
			"This app began from a version of the template that is not known here, so nothing can be merged. pipewright merge does it with three files"))
	}
	if err != nil {
		return "", fmt.Errorf("designer: template %s: %w", a.Template, err)
	}
	var s templateSource
	if err := json.Unmarshal(doc.Body, &s); err != nil {
		return "", fmt.Errorf("designer: template %s: %w", a.Template, err)
	}
	return s.as(a.Key)
}

// holding is a definition that says of its template what base says: which version it holds is for the upgrade to change.
func holding(definition, base string) (string, error) {
	def, err := sound([]byte(definition))
	if err != nil {
		return "", err
	}
	from, err := sound([]byte(base))
	if err != nil {
		return "", err
	}
	def.Template = from.Template
	text, err := process.Format(def)
	if err != nil {
		return "", fmt.Errorf("designer: upgrade: %w", err)
	}
	return string(text), nil
}

// TakeUpgrade puts the upgrade in the draft, if the draft still is at rev and the template still is the version to. It is published like any other
// change. Errors: those of Upgrade and Save, conflict when there is no such upgrade any more, upgrade.open with each conflict that has no side chosen.
func (d *Designer) TakeUpgrade(ctx context.Context, app, user string, rev int64, to string, choose map[string]Side) (Draft, []rules.Problem, error) {
	draft, _, err := d.getDraft(ctx, app)
	if err != nil {
		return Draft{}, nil, err
	}
	if draft.Rev != rev {
		return Draft{}, nil, &Conflict{By: draft.By, At: draft.At, Rev: draft.Rev}
	}
	up, err := d.Upgrade(ctx, app, choose)
	if err != nil {
		return Draft{}, nil, err
	}
	if !up.Available || up.To != to {
		return Draft{}, nil, reject("conflict", rules.Say("模板又有了别的版本，或草稿已是这个版本，请重新打开升级", "範本又有了別的版本，或草稿已是這個版本，請重新打開升級",
			"The template is another version by now, or the draft holds this one already; open the upgrade anew"))
	}
	if n := up.Open(); n > 0 {
		var open []rules.Problem
		for _, c := range up.Conflicts {
			if c.Chosen == "" {
				open = append(open, rules.Errorf(c.Path, "upgrade.open", c.Place))
			}
		}
		return Draft{}, nil, reject("upgrade.open", rules.Say("还有 {n} 处冲突没有选择", "還有 {n} 處衝突沒有選擇", "{n} conflicts have no side chosen yet", "n", n), open...)
	}
	t, err := d.Template(up.Template)
	if err != nil {
		return Draft{}, nil, err
	}
	if _, err := d.keepSource(ctx, t); err != nil {
		return Draft{}, nil, err
	}
	return d.Save(ctx, app, user, rev, []byte(up.Definition))
}
