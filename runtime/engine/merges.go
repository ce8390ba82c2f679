package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"pipewright/rules"
	"pipewright/runtime/process"
	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

const (
	collMerges = "merges" // id: two records that become one, and how far
	collMerged = "merged" // merge|record: what became of one that pointed to the record merged away
)

// Merge states. Failing: what has been done is being taken back, and why stands there.
const (
	MergeRunning = "running"
	MergeDone    = "done"
	MergeFailing = "failing"
	MergeFailed  = "failed"
	MergeUndoing = "undoing"
	MergeUndone  = "undone"
	MergeStuck   = "stuck" // taking it back was refused half-way; it can be asked for again
)

// MergeUndoFor is how long a merge can be taken back.
const MergeUndoFor = 30 * 24 * time.Hour

// What became of a record that pointed to the one merged away.
const (
	RowRepointed = "repointed"
	RowKept      = "kept"
	RowBack      = "back"
	RowNone      = "none" // it did not point there after all
)

// MergeRequest says which record stays and which goes into it. Take are the fields whose values come from the one that goes. The revs are those
// whoever asks has seen; 0 is not given.
type MergeRequest struct {
	Winner, Loser       string
	WinnerRev, LoserRev int64
	Take                []string
}

// Merge is a request under way or done.
type Merge struct {
	ID     string `json:"id"`
	User   string `json:"user"`
	App    string `json:"app"`
	Form   string `json:"form"`
	Winner string `json:"winner"`
	Loser  string `json:"loser"`
	// Take are storage keys.
	Take []string `json:"take,omitempty"`
	// Asked tells the request from others under the same key; empty in merges of before that was kept.
	Asked string     `json:"asked,omitempty"`
	State string     `json:"state"`
	At    time.Time  `json:"at"`
	Code  string     `json:"code,omitempty"`
	Why   rules.Text `json:"why,omitempty"`

	DoneAt   time.Time `json:"doneAt,omitzero"`
	UndoneBy string    `json:"undoneBy,omitempty"`
	UndoneAt time.Time `json:"undoneAt,omitzero"`
	// Undos counts how often it was asked to be taken back; each is a job.
	Undos int `json:"undos,omitempty"`
	// Counts are the records that pointed to the one merged away, by what became of them.
	Counts map[string]int64 `json:"-"`

	ver int64
}

// Undoable says until when the merge can be taken back; zero when it cannot be.
func (m *Merge) Undoable(now time.Time) time.Time {
	if until := m.At.Add(MergeUndoFor); (m.State == MergeDone || m.State == MergeStuck) && now.Before(until) {
		return until
	}
	return time.Time{}
}

// MergedRow is what became of a record that pointed to the one merged away.
type MergedRow struct {
	Merge  string     `json:"merge"`
	Record string     `json:"record"`
	State  string     `json:"state"`
	Code   string     `json:"code,omitempty"`
	Why    rules.Text `json:"why,omitempty"`
}

func noMerge(zhCN, zhTW, en string) error {
	return reject("merge.refused", rules.Say(zhCN, zhTW, en))
}

// StartMerge sets a merge going; the same user and key is the same merge. Who merges may edit both records, and delete the one that goes. Errors:
// *process.Rejection not.found, forbidden, merge.refused, approval.running, rev.changed.
func (e *Engine) StartMerge(ctx context.Context, user, key string, req MergeRequest) (*Merge, error) {
	id := hashID("merge", user, key)
	asked, err := askedFor(req)
	if err != nil {
		return nil, err
	}
	if had, err := e.mergeDoc(ctx, id); err == nil {
		if had.Winner != req.Winner || had.Loser != req.Loser || had.Asked != "" && had.Asked != asked {
			return nil, opReused()
		}
		return had, nil
	} else if r, refused := asRejection(err); !refused || r.Code != "not.found" {
		return nil, err
	}
	winner, loser, err := e.mergeable(ctx, user, req)
	if err != nil {
		return nil, err
	}
	m := &Merge{ID: id, User: user, App: winner.State.App, Form: winner.State.Form, Winner: req.Winner, Loser: req.Loser, Asked: asked, State: MergeRunning, At: e.instant()}
	for _, key := range req.Take {
		info, known := loser.Form.Schema.Field(key)
		if !known || info.Computed || !loser.Sees(key) || !winner.Sees(key) {
			msg := rules.Say("没有字段“{key}”", "沒有欄位「{key}」", "There is no field “{key}”", "key", key)
			return nil, reject("field.unknown", msg, rules.Errorf("/take/"+key, "field.unknown", msg))
		}
		m.Take = append(m.Take, info.Storage)
	}
	// The job comes first: one whose merge is not there yet waits for it.
	if err := e.mergeJob(ctx, m, "run"); err != nil {
		return nil, err
	}
	doc, err := m.doc(1)
	if err != nil {
		return nil, err
	}
	if err := e.store.Insert(ctx, collMerges, doc); err != nil && !errors.Is(err, store.ErrExists) {
		return nil, err
	}
	e.wake()
	return e.mergeDoc(ctx, id)
}

// mergeable loads both records of a request and refuses what cannot be merged.
func (e *Engine) mergeable(ctx context.Context, user string, req MergeRequest) (winner, loser *View, err error) {
	if winner, _, err = e.load(ctx, user, req.Winner); err != nil {
		return nil, nil, err
	}
	if loser, _, err = e.load(ctx, user, req.Loser); err != nil {
		return nil, nil, err
	}
	wf, err := e.form(ctx, req.Winner)
	if err != nil {
		return nil, nil, err
	}
	lf, err := e.form(ctx, req.Loser)
	switch {
	case err != nil:
	case req.Winner == req.Loser:
		err = noMerge("选择两条不同的记录", "選擇兩筆不同的記錄", "Choose two different records")
	case wf != lf:
		err = noMerge("只有同一种记录才能合并", "只有同一種記錄才能合併", "Only records of the same kind can be merged")
	case !winner.State.Deleted.IsZero() || !loser.State.Deleted.IsZero():
		err = noMerge("其中一条已删除或已合并", "其中一筆已刪除或已合併", "One of them is deleted or merged already")
	case !loser.Rights.MayMerge() || !winner.Rights.Edit || winner.Rights.Guest:
		err = forbidden()
	case loser.State.Round != nil || winner.State.Round != nil:
		err = reject("approval.running", rules.Say("其中一条正在审批，不能合并", "其中一筆正在簽核，不能合併", "One of them is being approved; they cannot be merged now"))
	case req.WinnerRev > 0 && winner.State.Rev != req.WinnerRev || req.LoserRev > 0 && loser.State.Rev != req.LoserRev:
		err = reject("rev.changed", rules.Say("其中一条刚刚被别人改过，请重新比较", "其中一筆剛剛被別人改過，請重新比較", "Somebody has just changed one of them; compare again"))
	}
	return winner, loser, err
}

func (e *Engine) mergeJob(ctx context.Context, m *Merge, what string) error {
	now := e.instant()
	d, err := newJob(job{ID: "merge|" + m.ID + "|" + what, Kind: jobMerge, App: m.App, Record: m.ID}, now, now)
	if err != nil {
		return err
	}
	return e.insertAll(ctx, collJobs, []store.Doc{d})
}

// UndoMerge takes a merge back: both records as they were, and what pointed to the one merged away points to it again, but for what has been
// changed since. Errors: *process.Rejection not.found, forbidden, merge.refused.
func (e *Engine) UndoMerge(ctx context.Context, user, id string) (*Merge, error) {
	m, err := e.MergeOf(ctx, user, id)
	if err != nil || m.State == MergeUndoing || m.State == MergeUndone {
		return m, err
	}
	winner, _, err := e.load(ctx, user, m.Winner)
	switch {
	case err != nil:
		return nil, err
	case !winner.Rights.MayMerge():
		return nil, forbidden()
	case m.State == MergeRunning || m.State == MergeFailing:
		return nil, noMerge("合并还在进行，完成后才能撤销", "合併還在進行，完成後才能撤銷", "The merge is under way; it can be taken back when it is done")
	case winner.State.Merged != nil:
		return nil, noMerge("保留的那条后来又合并进了别的记录，先撤销那一次", "保留的那筆後來又合併進了別的記錄，先撤銷那一次", "The record that stayed was merged into another since; take that back first")
	case !winner.State.Deleted.IsZero():
		return nil, noMerge("保留的那条在回收站里，先恢复它", "保留的那筆在回收站裡，先恢復它", "The record that stayed is in the recycle bin; restore it first")
	case m.Undoable(e.instant()).IsZero():
		return nil, noMerge("合并只能在 30 天内撤销", "合併只能在 30 天內撤銷", "A merge can be taken back within 30 days only")
	}
	m.Undos++
	if err := e.mergeJob(ctx, m, "undo"+fmt.Sprint(m.Undos)); err != nil {
		return nil, err
	}
	m.State, m.UndoneBy, m.UndoneAt, m.Code, m.Why = MergeUndoing, user, e.instant(), "", nil
	if err := e.saveMerge(ctx, m); errors.Is(err, store.ErrConflict) {
		return nil, conflict()
	} else if err != nil {
		return nil, err
	}
	e.wake()
	return m, nil
}

// MergeOf is one merge with its counts, for those who may read the record that stays. Errors: *process.Rejection not.found.
func (e *Engine) MergeOf(ctx context.Context, user, id string) (*Merge, error) {
	m, err := e.mergeDoc(ctx, id)
	if err != nil {
		return nil, err
	}
	if _, _, err := e.load(ctx, user, m.Winner); err != nil {
		return nil, err
	}
	rows, err := e.store.Aggregate(ctx, collMerged, query.Aggregate{Filter: query.Cmp{Col: "merge", Op: query.Eq, Value: id}, Groups: []query.Group{{Col: "state"}},
		Measures: []query.Measure{{Kind: "count"}}, Limit: 10})
	if err != nil {
		return nil, err
	}
	m.Counts = map[string]int64{}
	for _, r := range rows {
		if state, ok := r.Keys[0].(string); ok {
			m.Counts[state] = r.Values[0].Int64()
		}
	}
	return m, nil
}

func (e *Engine) mergeDoc(ctx context.Context, id string) (*Merge, error) {
	if store.CheckID(id) != nil {
		return nil, notFound()
	}
	d, err := e.store.Get(ctx, collMerges, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil, notFound()
	}
	if err != nil {
		return nil, err
	}
	m := &Merge{ver: d.Ver}
	if err := json.Unmarshal(d.Body, m); err != nil {
		return nil, fmt.Errorf("engine: merge %s: %w", d.ID, err)
	}
	return m, nil
}

func (m *Merge) doc(ver int64) (store.Doc, error) {
	body, err := marshal(m)
	return store.Doc{ID: m.ID, Ver: ver, Cols: map[string]any{"winner": m.Winner, "at": m.At.UnixMilli()}, Body: body}, err
}

func (e *Engine) saveMerge(ctx context.Context, m *Merge) error {
	doc, err := m.doc(m.ver + 1)
	if err != nil {
		return err
	}
	if err := e.store.Replace(ctx, collMerges, doc, m.ver); err != nil {
		return err
	}
	m.ver++
	return nil
}

// TakenUp are the records that were merged into one, as whoever may read that one sees them, the newest first.
func (e *Engine) TakenUp(ctx context.Context, user string, v *View) ([]TakenUp, error) {
	var out []TakenUp
	for _, t := range slices.Backward(v.State.TakenUp) {
		m, err := e.mergeDoc(ctx, t.Merge)
		if err != nil {
			return nil, err
		}
		old, _, err := e.load(ctx, user, t.From)
		if r, refused := asRejection(err); refused && r.Code == "not.found" {
			continue // taken away for good
		}
		if err != nil {
			return nil, err
		}
		out = append(out, TakenUp{m, Linked{ID: t.From, Form: old.State.Form, Process: old.State.Process, Title: old.Title(), Number: old.State.Number, Stage: old.State.Stage}})
	}
	return out, nil
}

// TakenUp is a record that was merged into another.
type TakenUp struct {
	*Merge
	Record Linked
}

// mergedRights are the rights on a record that was merged away: who may read the one it went into may read this one, and nobody may do anything
// with it.
func (e *Engine) mergedRights(ctx context.Context, user string, v *View) error {
	into, _, err := e.load(ctx, user, v.State.Merged.Into)
	if err != nil {
		return err
	}
	v.follow(into)
	return nil
}

// follow gives the view the reach of another of the same form, reading only.
func (v *View) follow(into *View) {
	v.Rights = process.Rights{Read: true, Guest: true, Hide: map[string]bool{}, ReadOnly: map[string]bool{}}
	v.hidden = map[string]bool{}
	live := map[string]bool{} // by storage key, what is shown there
	for _, info := range into.Form.Schema.Fields() {
		live[info.Storage] = into.Sees(info.ID)
		for _, c := range info.Def.Fields {
			id := info.ID + "." + c.Key
			live[info.Storage+"."+into.Form.Schema.StorageKey(id)] = into.Sees(id)
		}
	}
	hide := func(id string, shown bool) {
		if !shown {
			v.Rights.Hide[id], v.hidden[id] = true, true
		}
	}
	for _, info := range v.Form.Schema.Fields() {
		hide(info.ID, live[info.Storage])
		for _, c := range info.Def.Fields {
			id := info.ID + "." + c.Key
			hide(id, live[info.Storage+"."+v.Form.Schema.StorageKey(id)])
		}
	}
	v.Actor.Rights = v.Rights
}
