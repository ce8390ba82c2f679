package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"pipewright/forms"
	"pipewright/rules"
	"pipewright/runtime/access"
	"pipewright/runtime/process"
	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

// Records that are likely one and the same: those of a form that agree in what one of its unique rules compares, once case, width and white space
// are left aside. They are there because the rule only warns, is younger than they are, or compares more strictly. A job looks for them every
// night and when somebody asks (alikejob.go); what it finds is only where to look: whether records are alike still, and may be told of, is decided
// when a person looks.

const (
	collAlike     = "alike"     // scan|form: how far the looking is; form|set: records that are likely one
	collAlikeKeys = "alikekeys" // form|rule|value|record: what a record is compared by, hashed
	collApart     = "apart"     // record|record: somebody has said that these two are not the same
)

// MostAlike bounds how many records of a group are kept: more agree in what everybody writes who has nothing to write.
const MostAlike = 50

// alikeLooked bounds how many groups are looked at for a page of those that a person may see.
const alikeLooked = 400

// Scan states.
const (
	ScanRunning = "running"
	ScanDone    = "done"
	ScanFailed  = "failed"
)

// AlikeScan is how far looking for likely duplicates of a form is.
type AlikeScan struct {
	// Run counts how often it was begun; 0 is never.
	Run int64 `json:"run"`
	// By asked for it; empty for the one of the night.
	By    string    `json:"by,omitempty"`
	State string    `json:"state,omitempty"`
	At    time.Time `json:"at,omitzero"`
	// Seen of Total records have been read. Groups is how many it found, whoever may see them.
	Seen   int       `json:"seen"`
	Total  int       `json:"total"`
	Groups int       `json:"groups"`
	DoneAt time.Time `json:"doneAt,omitzero"`
	// After is where it goes on when it is taken up again, and Read that all records have been read.
	After string `json:"after,omitempty"`
	Read  bool   `json:"read,omitempty"`

	ver int64
}

// alikeGroup is what a scan keeps of records that are likely one.
type alikeGroup struct {
	Run int64 `json:"run"`
	// Keys are the compared values that they agree in, hashed.
	Keys    []string `json:"keys"`
	Records []string `json:"records"`
	// Total is how many there are, of which Records are at most MostAlike.
	Total int `json:"total"`
}

// Alike is a group as a person sees it.
type Alike struct {
	ID string
	// Rules are those that these records agree under.
	Rules   []*forms.Unique
	Records []*View
	// More: there are more than are shown.
	More bool
}

// Alikes are a page of groups with how far the looking is.
type Alikes struct {
	Form  *process.Form
	Scan  *AlikeScan
	Items []Alike
	Next  string
}

// likeRule is a unique rule as duplicates are looked for by.
type likeRule struct {
	rule  *forms.Unique
	loose forms.Unique
	id    string
}

// likeRules are the unique rules of a form, looser than they are written: what they say, and no case, width or white space.
func likeRules(f *process.Form) []likeRule {
	var out []likeRule
	for i := range f.Def.Unique {
		r := likeRule{rule: &f.Def.Unique[i], loose: f.Def.Unique[i]}
		r.loose.Normalize = slices.Clone(r.loose.Normalize)
		for _, how := range []string{"width", "case", "trim"} {
			if !slices.Contains(r.loose.Normalize, how) {
				r.loose.Normalize = append(r.loose.Normalize, how)
			}
		}
		parts := slices.Clone(r.loose.Normalize)
		for _, id := range r.loose.On {
			parts = append(parts, "on", f.Schema.StorageKey(id))
		}
		r.id = shortHash(parts...)
		out = append(out, r)
	}
	return out
}

// likeKeys are what a record is compared by, each with its rule.
func likeKeys(f *process.Form, list []likeRule, s *process.State) map[string]*likeRule {
	if s == nil || !s.Deleted.IsZero() || s.Merged != nil {
		return nil
	}
	out := map[string]*likeRule{}
	v := f.Schema.Decode(s.Data)
	for i := range list {
		for _, one := range f.Schema.UniqueValues(&list[i].loose, v) {
			out[list[i].id+"|"+shortHash(one.Key)] = &list[i]
		}
	}
	return out
}

// mayLookForAlike finds the form; only who may delete records of it, and so merge them, gets through, and administrators.
func (e *Engine) mayLookForAlike(ctx context.Context, user, app, form string) (*lister, error) {
	l, err := e.look(ctx, user, app, form)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(l.dir.Admins(), user) && !access.Rights(l.app, form, l.dir, user, nil).Delete {
		return nil, forbidden()
	}
	if len(l.form.Def.Unique) == 0 {
		return nil, reject("duplicates.noRule", rules.Say("这张表单没有唯一规则，不知道按什么查重。在设计器的表单设置里加一条，只提醒的也可以",
			"這張表單沒有唯一規則，不知道按什麼查重。在設計器的表單設定裡加一條，只提醒的也可以",
			"This form has no unique rule to compare records by. Add one in the form's settings in the designer; one that only warns will do"))
	}
	return l, nil
}

// StartAlikeScan sets looking for likely duplicates of a form going; one that is under way is answered instead. Errors: *process.Rejection
// not.found, forbidden, duplicates.noRule.
func (e *Engine) StartAlikeScan(ctx context.Context, user, app, form string) (*AlikeScan, error) {
	l, err := e.mayLookForAlike(ctx, user, app, form)
	if err != nil {
		return nil, err
	}
	s, err := e.alikeScan(ctx, l.form)
	if err != nil || s.State == ScanRunning {
		return s, err
	}
	if err := e.beginAlikeScan(ctx, l.form, s, user); err != nil && !errors.Is(err, store.ErrConflict) {
		return nil, err
	}
	e.wake()
	return e.alikeScan(ctx, l.form)
}

// beginAlikeScan begins the next run. The job comes first: it waits for the word that it has begun.
func (e *Engine) beginAlikeScan(ctx context.Context, f *process.Form, last *AlikeScan, by string) error {
	now := e.instant()
	next := &AlikeScan{Run: last.Run + 1, By: by, State: ScanRunning, At: now, ver: last.ver}
	d, err := newJob(job{ID: alikeJobID(f, next.Run), Kind: jobAlike, App: f.App.Def.Key, Form: f.Def.Key, Seq: next.Run}, now, now)
	if err != nil {
		return err
	}
	if next.Total, err = e.count(ctx, RecordCollection(f), query.IsNull{Col: "deleted"}); err != nil {
		return err
	}
	if err := e.insertAll(ctx, collJobs, []store.Doc{d}); err != nil {
		return err
	}
	return e.saveAlikeScan(ctx, f, next)
}

func alikeJobID(f *process.Form, run int64) string {
	return fmt.Sprintf("alike|%s|%d", RecordCollection(f), run)
}

func scanID(f *process.Form) string { return "scan|" + RecordCollection(f) }

// alikeScan reads how far the looking is; one whose job is dead has failed.
func (e *Engine) alikeScan(ctx context.Context, f *process.Form) (*AlikeScan, error) {
	d, err := e.store.Get(ctx, collAlike, scanID(f))
	if errors.Is(err, store.ErrNotFound) {
		return &AlikeScan{}, nil
	}
	if err != nil {
		return nil, err
	}
	s := &AlikeScan{ver: d.Ver}
	if err := json.Unmarshal(d.Body, s); err != nil {
		return nil, fmt.Errorf("engine: %s: %w", d.ID, err)
	}
	if s.State != ScanRunning {
		return s, nil
	}
	j, err := e.store.Get(ctx, collJobs, alikeJobID(f, s.Run))
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, err
	}
	if err != nil || j.Cols["state"] == jobDead || j.Cols["state"] == jobDone {
		s.State = ScanFailed
	}
	return s, nil
}

// saveAlikeScan writes it if nobody has since it was read. Errors: store.ErrConflict.
func (e *Engine) saveAlikeScan(ctx context.Context, f *process.Form, s *AlikeScan) error {
	body, err := marshal(s)
	if err != nil {
		return err
	}
	d := store.Doc{ID: scanID(f), Ver: s.ver + 1, Body: body, Cols: map[string]any{"kind": "scan", "form": RecordCollection(f)}}
	if s.ver == 0 {
		if err = e.store.Insert(ctx, collAlike, d); errors.Is(err, store.ErrExists) {
			err = store.ErrConflict
		}
	} else {
		err = e.store.Replace(ctx, collAlike, d, s.ver)
	}
	if err == nil {
		s.ver++
	}
	return err
}

// Alikes lists groups of records that are likely one, of those that a person may read, the ones that agree in most first. A rule counts only
// where he sees what it compares. Errors: *process.Rejection not.found, forbidden, duplicates.noRule, bad.request.
func (e *Engine) Alikes(ctx context.Context, user, app, form string, limit int, after string) (*Alikes, error) {
	l, err := e.mayLookForAlike(ctx, user, app, form)
	if err != nil {
		return nil, err
	}
	out := &Alikes{Form: l.form, Items: []Alike{}, Next: after}
	if out.Scan, err = e.alikeScan(ctx, l.form); err != nil {
		return nil, err
	}
	list := likeRules(l.form)
	q := query.Query{Filter: query.And{query.Cmp{Col: "form", Op: query.Eq, Value: l.coll}, query.Cmp{Col: "kind", Op: query.Eq, Value: "group"}},
		Sort: []query.Sort{{Col: "reasons", Desc: true}}, Limit: max(1, min(limit, 50))}
	for looked := 0; len(out.Items) < limit && looked < alikeLooked; {
		q.After = out.Next
		page, err := e.store.Query(ctx, collAlike, q)
		if err != nil {
			return nil, readError(err)
		}
		groups := make([]alikeGroup, len(page.Docs))
		var ids []string
		for i, d := range page.Docs {
			if err := json.Unmarshal(d.Body, &groups[i]); err != nil {
				return nil, fmt.Errorf("engine: %s: %w", d.ID, err)
			}
			ids = append(ids, groups[i].Records...)
		}
		views, err := l.readable(ctx, ids)
		if err != nil {
			return nil, err
		}
		apart, err := e.apart(ctx, ids)
		if err != nil {
			return nil, err
		}
		for i := range groups {
			out.Items = append(out.Items, l.alikeNow(list, page.Docs[i].ID, &groups[i], views, apart)...)
		}
		looked += len(page.Docs)
		if out.Next = page.Next; out.Next == "" {
			break
		}
	}
	var shown []*View
	for _, g := range out.Items {
		for _, v := range g.Records {
			v.brief = true
			shown = append(shown, v)
		}
	}
	return out, e.titles(ctx, shown)
}

// readable reads those of these records that the person may read.
func (l *lister) readable(ctx context.Context, ids []string) (map[string]*View, error) {
	out := map[string]*View{}
	slices.Sort(ids)
	for part := range slices.Chunk(slices.Compact(ids), store.MaxPage) {
		docs, err := l.e.store.GetMany(ctx, l.coll, part)
		if err != nil {
			return nil, err
		}
		for _, d := range docs {
			r, err := decodeState(d)
			if err != nil {
				return nil, err
			}
			v, err := l.e.view(ctx, l.app, l.form.Def.Key, l.dir, l.viewer.User, d, r)
			if err != nil {
				return nil, err
			}
			if v == nil || !v.Rights.Read {
				continue
			}
			out[d.ID] = v
		}
	}
	return out, nil
}

// alikeNow is what is left of a group today for the person: several when somebody has taken it apart.
func (l *lister) alikeNow(list []likeRule, id string, g *alikeGroup, views map[string]*View, apart map[[2]string]bool) []Alike {
	holds := map[string][]string{} // by key
	by := map[string]*likeRule{}
	for _, r := range g.Records {
		v := views[r]
		if v == nil {
			continue
		}
		for key, rule := range likeKeys(l.form, list, v.State) {
			if slices.Contains(g.Keys, key) && l.seesAll(v, rule.rule) {
				holds[key], by[key] = append(holds[key], r), rule
			}
		}
	}
	var left []string
	var why []*forms.Unique
	for _, key := range g.Keys {
		if len(holds[key]) < 2 {
			continue
		}
		left = append(left, holds[key]...)
		if !slices.Contains(why, by[key].rule) {
			why = append(why, by[key].rule)
		}
	}
	slices.Sort(left)
	left = slices.Compact(left)
	var out []Alike
	for n, set := range together(left, apart) {
		a := Alike{ID: id, Rules: why, More: g.Total > len(g.Records)}
		if n > 0 {
			a.ID = fmt.Sprintf("%s.%d", id, n)
		}
		for _, r := range set {
			a.Records = append(a.Records, views[r])
		}
		// The one that was there first is the one to stay, as a rule.
		slices.SortStableFunc(a.Records, func(a, b *View) int { return a.State.CreatedAt.Compare(b.State.CreatedAt) })
		out = append(out, a)
	}
	return out
}

// seesAll says whether the person sees everything of a record that a rule of the live release compares.
func (l *lister) seesAll(v *View, u *forms.Unique) bool {
	for _, id := range u.On {
		storage := l.form.Schema.StorageKey(id)
		for _, f := range v.Form.Schema.Fields() {
			if f.Storage == storage && !v.Sees(f.ID) {
				return false
			}
		}
		if !v.Sees(id) {
			return false
		}
	}
	return true
}

// together are the sets of two and more among records that nobody has taken apart: those that one comes to from another by pairs that may still
// be the same.
func together(ids []string, apart map[[2]string]bool) [][]string {
	var out [][]string
	done := map[string]bool{}
	for _, first := range ids {
		if done[first] {
			continue
		}
		done[first] = true
		set := []string{first}
		for i := 0; i < len(set); i++ {
			for _, other := range ids {
				if !done[other] && !apart[pairOf(set[i], other)] {
					done[other] = true
					set = append(set, other)
				}
			}
		}
		if len(set) > 1 {
			slices.Sort(set)
			out = append(out, set)
		}
	}
	return out
}

func pairOf(a, b string) [2]string {
	if b < a {
		a, b = b, a
	}
	return [2]string{a, b}
}
