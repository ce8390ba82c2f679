package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"pipewright/forms"
	"pipewright/rules"
	"pipewright/runtime/org"
	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

// A person keeps the filters, columns and order of a list under a name, for himself or for everybody who works with the app. It is no part
// of a definition: keeping one needs no release. It shows nobody more than he may see: what it selects is asked in the reader's name.

const (
	// maxOwnViews is how many views a person keeps of one form.
	maxOwnViews = 50
	// maxViewName and maxViewPart bound a name, and a part of a view, in characters.
	maxViewName = 60
	maxViewPart = 4000
)

// ViewLook is what a list shows, as its address holds it.
type ViewLook struct {
	// Filters are the rows of the filter, in the list's own form; Where is a condition beside them, and Title what it is called.
	Filters string `json:"filters,omitempty"`
	Where   string `json:"where,omitempty"`
	Title   string `json:"title,omitempty"`
	// View of the definition it is made on; Scope "mine" narrows it to one's own; Text is looked for.
	View    string   `json:"view,omitempty"`
	Scope   string   `json:"scope,omitempty"`
	Text    string   `json:"q,omitempty"`
	Sort    []string `json:"sort,omitempty"`
	Columns []string `json:"columns,omitempty"`
}

// SavedView is a look under a name.
type SavedView struct {
	ID     string    `json:"id"`
	Name   string    `json:"name"`
	Owner  string    `json:"owner"`
	Shared bool      `json:"shared"`
	Look   ViewLook  `json:"look"`
	At     time.Time `json:"at"`
	// Known is what the fields it names were when it was kept, by key.
	Known map[string]KnownField `json:"known,omitempty"`
	// Dropped is what the list cannot show of it any more. It is told when the view is read, and not kept.
	Dropped []Dropped `json:"-"`
	// Asked tells the request that made it from others under the same key; empty in views of before that was kept.
	Asked string `json:"asked,omitempty"`
	// Rev moves with every change.
	Rev int64 `json:"-"`
}

// mayKeep says whether a person changes or removes a view: his own, and an admin every shared one.
func (v *SavedView) mayKeep(dir *org.Directory, user string) bool {
	return v.Owner == user || v.Shared && slices.Contains(dir.Operators(), user)
}

// SavedViews lists the views that a person has of a form, his own and the shared ones, by name. Keep tells which he may change.
func (e *Engine) SavedViews(ctx context.Context, user, app, form string) (list []SavedView, keep map[string]bool, err error) {
	l, err := e.look(ctx, user, app, form)
	if err != nil {
		return nil, nil, err
	}
	keep = map[string]bool{}
	q := query.Query{Limit: 200, Filter: query.And{query.Cmp{Col: "of", Op: query.Eq, Value: l.coll},
		query.Or{query.Cmp{Col: "owner", Op: query.Eq, Value: user}, query.Cmp{Col: "shared", Op: query.Eq, Value: true}}}}
	for {
		page, err := e.store.Query(ctx, collViews, q)
		if err != nil {
			return nil, nil, err
		}
		for _, d := range page.Docs {
			v, err := savedView(d)
			if err != nil {
				return nil, nil, err
			}
			l.carry(&v)
			keep[v.ID] = v.mayKeep(l.dir, user)
			list = append(list, v)
		}
		if q.After = page.Next; page.Next == "" {
			break
		}
	}
	slices.SortStableFunc(list, func(a, b SavedView) int {
		return strings.Compare(forms.CollationKey(a.Name)+"\x00"+a.ID, forms.CollationKey(b.Name)+"\x00"+b.ID)
	})
	return list, keep, nil
}

func savedView(d store.Doc) (v SavedView, err error) {
	if err := json.Unmarshal(d.Body, &v); err != nil {
		return v, fmt.Errorf("engine: saved view %s: %w", d.ID, err)
	}
	v.Rev = d.Ver
	return v, nil
}

// KeepView keeps a new view in the name of user; the same key again gives the one that was kept then. Errors: *process.Rejection not.found;
// bad.request with what is wrong at its place; too.many.
func (e *Engine) KeepView(ctx context.Context, user, app, form, key string, v SavedView) (SavedView, error) {
	l, err := e.look(ctx, user, app, form)
	if err != nil {
		return v, err
	}
	v.ID, v.Owner = e.newID(), user
	if key != "" {
		if v.Asked, err = askedFor([]any{v.Name, v.Shared, v.Look}); err != nil {
			return v, err
		}
		v.ID = hashID("view", l.coll, user, key)
		if kept, err := l.savedView(ctx, v.ID); err == nil {
			if kept.Asked != "" && kept.Asked != v.Asked {
				return v, opReused()
			}
			return kept, nil
		} else if _, refused := asRejection(err); !refused {
			return v, err
		}
	}
	if err := l.checkView(&v); err != nil {
		return v, err
	}
	own, err := e.count(ctx, collViews, query.And{query.Cmp{Col: "of", Op: query.Eq, Value: l.coll}, query.Cmp{Col: "owner", Op: query.Eq, Value: user}})
	if err != nil {
		return v, err
	}
	if own >= maxOwnViews {
		return v, reject("views.full", rules.Say("每张表单最多保存 {n} 个视图，先删掉用不到的", "每張表單最多儲存 {n} 個檢視，先刪掉用不到的", "At most {n} views are kept of a form; delete some that are not needed", "n", maxOwnViews))
	}
	return l.putView(ctx, v, 0)
}

// ChangeView gives a view another name or look, or shares it, if it is still at rev; rev 0 does not ask. Errors: *process.Rejection
// not.found, also for one of somebody else that is not shared; forbidden; rev.changed; bad.request.
func (e *Engine) ChangeView(ctx context.Context, user, app, form string, rev int64, v SavedView) (SavedView, error) {
	l, err := e.look(ctx, user, app, form)
	if err != nil {
		return v, err
	}
	if err := l.checkView(&v); err != nil {
		return v, err
	}
	for range maxTries {
		now, err := l.savedView(ctx, v.ID)
		if err != nil {
			return v, err
		}
		if !now.mayKeep(l.dir, user) {
			return v, forbidden()
		}
		if rev != 0 && rev != now.Rev {
			return v, reject("rev.changed", rules.Say("这个视图刚被改过，请重新打开", "這個檢視剛被改過，請重新開啟", "This view has just been changed; open it again"))
		}
		v.Owner, v.Asked = now.Owner, now.Asked
		out, err := l.putView(ctx, v, now.Rev)
		if !errors.Is(err, store.ErrConflict) && !errors.Is(err, store.ErrUnknown) {
			return out, err
		}
	}
	return v, conflict()
}

// RemoveView takes a view away; one that is not there any more is no error. Errors: *process.Rejection forbidden.
func (e *Engine) RemoveView(ctx context.Context, user, app, form, id string) error {
	l, err := e.look(ctx, user, app, form)
	if err != nil {
		return err
	}
	for range maxTries {
		v, err := l.savedView(ctx, id)
		if _, gone := asRejection(err); gone {
			return nil
		}
		if err != nil {
			return err
		}
		if !v.mayKeep(l.dir, user) {
			return forbidden()
		}
		if err = e.store.Delete(ctx, collViews, id, v.Rev); err == nil {
			return nil
		} else if !errors.Is(err, store.ErrConflict) && !errors.Is(err, store.ErrNotFound) && !errors.Is(err, store.ErrUnknown) {
			return err
		}
	}
	return conflict()
}

// savedView reads one that the person has. Errors: *process.Rejection not.found.
func (l *lister) savedView(ctx context.Context, id string) (v SavedView, err error) {
	none := reject("not.found", rules.Say("没有这个视图", "沒有這個檢視", "There is no such view"))
	if store.CheckID(id) != nil {
		return v, none
	}
	d, err := l.e.store.Get(ctx, collViews, id)
	if errors.Is(err, store.ErrNotFound) {
		return v, none
	}
	if err != nil {
		return v, err
	}
	if v, err = savedView(d); err == nil && (d.Cols["of"] != l.coll || v.Owner != l.viewer.User && !v.Shared) {
		return SavedView{}, none
	}
	if err == nil {
		l.carry(&v)
	}
	return v, err
}

func (l *lister) putView(ctx context.Context, v SavedView, ver int64) (SavedView, error) {
	v.At, v.Rev, v.Known, v.Dropped = l.e.instant(), ver+1, l.known(v.Look), nil
	body, err := marshal(v)
	if err != nil {
		return v, err
	}
	d := store.Doc{ID: v.ID, Ver: v.Rev, Body: body, Cols: map[string]any{"of": l.coll, "owner": v.Owner, "shared": v.Shared}}
	if ver > 0 {
		return v, l.e.store.Replace(ctx, collViews, d, ver)
	}
	err = l.e.store.Insert(ctx, collViews, d)
	if errors.Is(err, store.ErrExists) {
		return l.savedView(ctx, v.ID) // the same request, at the same time
	}
	return v, err
}

// checkView looks a view over: its name, and that what it asks for can be asked by who keeps it.
func (l *lister) checkView(v *SavedView) error {
	v.Name = strings.TrimSpace(v.Name)
	if n := utf8.RuneCountInString(v.Name); n == 0 || n > maxViewName {
		msg := rules.Say("视图的名字要有 1 到 {n} 个字", "檢視的名字要有 1 到 {n} 個字", "A view has a name of 1 to {n} characters", "n", maxViewName)
		return badRequest(msg, rules.Errorf("/name", "field.invalid", msg))
	}
	for _, part := range slices.Concat([]string{v.Look.Filters, v.Look.Where, v.Look.Title, v.Look.View, v.Look.Scope, v.Look.Text}, v.Look.Sort, v.Look.Columns) {
		if utf8.RuneCountInString(part) > maxViewPart || len(v.Look.Columns) > 200 {
			return badRequest(rules.Say("视图的内容太长", "檢視的內容太長", "There is too much in the view"))
		}
	}
	scratch := *l
	if err := scratch.where(v.Look.Where); err != nil {
		return err
	}
	_, err := scratch.sort(v.Look.Sort)
	return err
}
