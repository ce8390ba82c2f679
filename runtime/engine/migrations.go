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
	"pipewright/runtime/process"
	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

const (
	collMigrations = "migrations" // id: records of a form that go on to another release, and how far
	collMigrated   = "migrated"   // migration|record: what became of one record
)

// Limits of a migration.
const (
	// migrationPage is how many records are taken up at once, migrationTurn how many in one run of the job.
	migrationPage = 50
	migrationTurn = 500
	// maxSkipped bounds the list of records that are left where they are.
	maxSkipped = 1000
)

// Migration states.
const (
	MigrationRunning = "running"
	MigrationDone    = "done"
	MigrationUndoing = "undoing"
	MigrationUndone  = "undone"
)

// What became of a record: migrated, left because it was told to be or needs a choice, taken back, or not to be taken back.
const (
	RecordMigrated = "migrated"
	RecordSkipped  = "skipped"
	RecordFailed   = "failed"
	RecordUndone   = "undone"
	RecordKept     = "kept"
)

// MigrationRequest says which records go on, and how.
type MigrationRequest struct {
	App, Form string
	// From is the release they run on; they go on to the live one.
	From    int
	Mapping process.Mapping
	// Closed takes along the records that have ended; Skip leaves records where they are.
	Closed bool
	Skip   []string
}

// Migration is a request under way or done.
type Migration struct {
	ID       string          `json:"id"`
	User     string          `json:"user"`
	App      string          `json:"app"`
	Form     string          `json:"form"`
	FormName rules.Text      `json:"formName,omitempty"`
	From     int             `json:"from"`
	To       int             `json:"to"`
	Mapping  process.Mapping `json:"mapping,omitempty"`
	Closed   bool            `json:"closed,omitempty"`
	Skip     []string        `json:"skip,omitempty"`
	State    string          `json:"state"`
	Total    int64           `json:"total"`
	At       time.Time       `json:"at"`
	DoneAt   time.Time       `json:"doneAt,omitzero"`
	UndoneBy string          `json:"undoneBy,omitempty"`
	UndoneAt time.Time       `json:"undoneAt,omitzero"`
	// Counts are the records by what became of them.
	Counts map[string]int64 `json:"-"`

	ver int64
}

// MigratedRecord is what became of one record.
type MigratedRecord struct {
	Record   string          `json:"record"`
	State    string          `json:"state"`
	Code     string          `json:"code,omitempty"`
	Message  rules.Text      `json:"message,omitempty"`
	Problems []rules.Problem `json:"problems,omitempty"`
	At       time.Time       `json:"at"`
	// Title is what the record is called, for those who may read it.
	Title string `json:"-"`

	ver int64
}

// Behind are records that run on an older release than the live one.
type Behind struct {
	Form    string
	Name    rules.Text
	Release int
	// Live is the release they would go on to. Open counts those that have not ended.
	Live          int
	Records, Open int64
}

// RecordsBehind counts the records of an app that run on older releases, by form and release. Errors: *process.Rejection not.found.
func (e *Engine) RecordsBehind(ctx context.Context, app string) ([]Behind, error) {
	live, err := e.current(ctx, app)
	if err != nil {
		return nil, err
	}
	var out []Behind
	for _, f := range formsOf(live) {
		if f.Process == nil {
			continue
		}
		all, err := e.countBy(ctx, f, "release", query.And{query.IsNull{Col: "deleted"}})
		if err != nil {
			return nil, err
		}
		open, err := e.countBy(ctx, f, "release", query.And{query.IsNull{Col: "deleted"}, query.IsNull{Col: "closedAt"}})
		if err != nil {
			return nil, err
		}
		for n, count := range all {
			if n, ok := n.(int64); ok && int(n) != live.Release && n > 0 {
				out = append(out, Behind{Form: f.Def.Key, Name: f.Process.Def.Name, Release: int(n), Live: live.Release, Records: count, Open: open[n]})
			}
		}
	}
	slices.SortFunc(out, func(a, b Behind) int {
		if a.Form != b.Form {
			return slices.IndexFunc(live.Def.Forms, named(a.Form)) - slices.IndexFunc(live.Def.Forms, named(b.Form))
		}
		return b.Release - a.Release
	})
	return out, nil
}

// countBy counts the records of a form by the value of a column.
func (e *Engine) countBy(ctx context.Context, f *process.Form, col string, filter query.Filter) (map[any]int64, error) {
	rows, err := e.store.Aggregate(ctx, RecordCollection(f), query.Aggregate{Filter: filter, Groups: []query.Group{{Col: col}}, Measures: []query.Measure{{Kind: "count"}}, Limit: 10_000})
	if err != nil {
		return nil, err
	}
	out := map[any]int64{}
	for _, r := range rows {
		out[r.Keys[0]] = r.Values[0].Int64()
	}
	return out, nil
}

// migrating is a request with the plan it amounts to.
type migrating struct {
	req  MigrationRequest
	plan *process.MigrationPlan
	// form is that of the live release, which names the collection.
	form *process.Form
}

// MigrationPlan works a request out, with how many records stand in each stage of the old release. Errors: *process.Rejection not.found,
// migration.form, migration.mapping, migration.release.
func (e *Engine) MigrationPlan(ctx context.Context, req MigrationRequest) (*process.MigrationPlan, map[string]int64, error) {
	m, err := e.migrating(ctx, "", req, 0)
	if err != nil {
		return nil, nil, err
	}
	counts, err := e.countBy(ctx, m.form, "stage", m.filter())
	if err != nil {
		return nil, nil, err
	}
	out := map[string]int64{}
	for stage, n := range counts {
		if key, ok := stage.(string); ok {
			out[key] = n
		}
	}
	return m.plan, out, nil
}

// migrating finds the releases of a request and plans between them; to 0 is the live one.
func (e *Engine) migrating(ctx context.Context, id string, req MigrationRequest, to int) (*migrating, error) {
	live, err := e.current(ctx, req.App)
	if err != nil {
		return nil, err
	}
	m := &migrating{req: req, form: live.Forms[req.Form]}
	if m.form == nil {
		return nil, notFound()
	}
	if to == 0 {
		to = live.Release
	}
	if req.From == to || req.From <= 0 {
		return nil, badRequest(rules.Say("选择一个旧版本", "選擇一個舊版本", "Choose an older release"))
	}
	if len(req.Skip) > maxSkipped {
		return nil, badRequest(rules.Say("最多跳过 {n} 条记录", "最多跳過 {n} 筆記錄", "At most {n} records may be left out", "n", maxSkipped))
	}
	old, err := e.appRelease(ctx, req.App, req.From)
	if err != nil {
		return nil, err
	}
	next, err := e.appRelease(ctx, req.App, to)
	if err != nil {
		return nil, err
	}
	key := ""
	for _, f := range formsOf(old) {
		if f.StorageKey == m.form.StorageKey {
			key = f.Def.Key
		}
	}
	plan, refused := process.PlanMigration(id, old, next, key, req.Mapping)
	if refused != nil {
		return nil, refused
	}
	m.plan = plan
	return m, nil
}

// appRelease is one release of an app, its collections ready.
func (e *Engine) appRelease(ctx context.Context, app string, n int) (*process.App, error) {
	a, err := e.defs.Release(ctx, app, n)
	if err != nil {
		return nil, appError(err)
	}
	return a, e.prepare(ctx, a)
}

// filter is the records a request is about.
func (m *migrating) filter() query.Filter {
	f := query.And{query.Cmp{Col: "release", Op: query.Eq, Value: int64(m.req.From)}, query.IsNull{Col: "deleted"}}
	if !m.req.Closed {
		f = append(f, query.IsNull{Col: "closedAt"})
	}
	return f
}

// StartMigration sets a request going; the same user and key is the same migration. Errors: *process.Rejection not.found, migration.form,
// migration.mapping, migration.running.
func (e *Engine) StartMigration(ctx context.Context, user, key string, req MigrationRequest) (*Migration, error) {
	id := hashID("migration", req.App, user, key)
	if had, err := e.MigrationOf(ctx, req.App, id); err == nil {
		first, err := askedFor(&Migration{Form: had.Form, From: had.From, Mapping: had.Mapping, Closed: had.Closed, Skip: had.Skip})
		if err != nil {
			return nil, err
		}
		again, err := askedFor(&Migration{Form: req.Form, From: req.From, Mapping: req.Mapping, Closed: req.Closed, Skip: req.Skip})
		if err != nil {
			return nil, err
		}
		if first != again {
			return nil, opReused()
		}
		return had, nil
	}
	m, err := e.migrating(ctx, id, req, 0)
	if err != nil {
		return nil, err
	}
	list, err := e.Migrations(ctx, req.App)
	if err != nil {
		return nil, err
	}
	for _, other := range list {
		if other.Form == req.Form && (other.State == MigrationRunning || other.State == MigrationUndoing) {
			return nil, reject("migration.running", rules.Say("这个流程已有一次迁移在进行", "這個流程已有一次遷移在進行", "A migration of this process is under way"))
		}
	}
	counts, err := e.countBy(ctx, m.form, "release", m.filter())
	if err != nil {
		return nil, err
	}
	mig := &Migration{ID: id, User: user, App: req.App, Form: req.Form, FormName: m.form.Process.Def.Name, From: req.From, To: m.plan.To.Release, Mapping: req.Mapping,
		Closed: req.Closed, Skip: req.Skip, State: MigrationRunning, Total: counts[int64(req.From)], At: e.instant()}
	// The job comes first: one whose migration is not there yet waits for it.
	if err := e.migrationJob(ctx, mig, "run"); err != nil {
		return nil, err
	}
	doc, err := mig.doc(1)
	if err != nil {
		return nil, err
	}
	if err := e.store.Insert(ctx, collMigrations, doc); err != nil && !errors.Is(err, store.ErrExists) {
		return nil, err
	}
	e.wake()
	return e.MigrationOf(ctx, req.App, id)
}

func (e *Engine) migrationJob(ctx context.Context, m *Migration, what string) error {
	now := e.instant()
	d, err := newJob(job{ID: "migrate|" + m.ID + "|" + what, Kind: jobMigrate, App: m.App, Form: m.Form, Record: m.ID, Via: what}, now, now)
	if err != nil {
		return err
	}
	return e.insertAll(ctx, collJobs, []store.Doc{d})
}

// UndoMigration takes a migration back, record by record. Asked again it goes on as it is. Errors: *process.Rejection not.found, conflict.
func (e *Engine) UndoMigration(ctx context.Context, user, app, id string) (*Migration, error) {
	m, err := e.MigrationOf(ctx, app, id)
	if err != nil || m.State == MigrationUndoing || m.State == MigrationUndone {
		return m, err
	}
	if m.State != MigrationDone {
		return nil, reject("migration.running", rules.Say("迁移还在进行，完成后才能撤销", "遷移還在進行，完成後才能撤銷", "The migration is under way; it can be taken back when it is done"))
	}
	if err := e.migrationJob(ctx, m, "undo"); err != nil {
		return nil, err
	}
	m.State, m.UndoneBy, m.UndoneAt = MigrationUndoing, user, e.instant()
	err = e.saveMigration(ctx, m)
	if errors.Is(err, store.ErrConflict) {
		return nil, conflict()
	}
	e.wake()
	return m, err
}

func (m *Migration) doc(ver int64) (store.Doc, error) {
	body, err := marshal(m)
	return store.Doc{ID: m.ID, Ver: ver, Cols: map[string]any{"app": m.App, "at": m.At.UnixMilli()}, Body: body}, err
}

func (e *Engine) saveMigration(ctx context.Context, m *Migration) error {
	doc, err := m.doc(m.ver + 1)
	if err != nil {
		return err
	}
	if err := e.store.Replace(ctx, collMigrations, doc, m.ver); err != nil {
		return err
	}
	m.ver++
	return nil
}

func migrationOf(d store.Doc) (*Migration, error) {
	m := &Migration{ver: d.Ver}
	if err := json.Unmarshal(d.Body, m); err != nil {
		return nil, fmt.Errorf("engine: migration %s: %w", d.ID, err)
	}
	return m, nil
}

// MigrationOf is one migration of an app with its counts. Errors: *process.Rejection not.found.
func (e *Engine) MigrationOf(ctx context.Context, app, id string) (*Migration, error) {
	if store.CheckID(id) != nil {
		return nil, notFound()
	}
	d, err := e.store.Get(ctx, collMigrations, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil, notFound()
	}
	if err != nil {
		return nil, err
	}
	m, err := migrationOf(d)
	if err != nil {
		return nil, err
	}
	if m.App != app {
		return nil, notFound()
	}
	return m, e.countMigrated(ctx, m)
}

func (e *Engine) countMigrated(ctx context.Context, m *Migration) error {
	rows, err := e.store.Aggregate(ctx, collMigrated, query.Aggregate{Filter: query.Cmp{Col: "migration", Op: query.Eq, Value: m.ID}, Groups: []query.Group{{Col: "state"}},
		Measures: []query.Measure{{Kind: "count"}}, Limit: 100})
	if err != nil {
		return err
	}
	m.Counts = map[string]int64{}
	for _, r := range rows {
		if state, ok := r.Keys[0].(string); ok {
			m.Counts[state] = r.Values[0].Int64()
		}
	}
	return nil
}

// Migrations lists an app's migrations with their counts, newest first, at most 100.
func (e *Engine) Migrations(ctx context.Context, app string) ([]*Migration, error) {
	page, err := e.store.Query(ctx, collMigrations, query.Query{Filter: query.Cmp{Col: "app", Op: query.Eq, Value: app}, Sort: []query.Sort{{Col: "at", Desc: true}}, Limit: 100})
	if err != nil {
		return nil, err
	}
	out := make([]*Migration, 0, len(page.Docs))
	for _, d := range page.Docs {
		m, err := migrationOf(d)
		if err != nil {
			return nil, err
		}
		if err := e.countMigrated(ctx, m); err != nil {
			return nil, err
		}
		out = append(out, m)
	}
	return out, nil
}

func named(key string) func(forms.Form) bool { return func(f forms.Form) bool { return f.Key == key } }
